//! Assertions: what a sample must be.
//!
//! Main type: [`Assertion`]. Messages are JMeter's to the letter.

use md5::{Digest, Md5};
use serde_json::Value;

use super::extractor::Apply;
use super::json;
use super::sample::{Sample, Verdict};
use super::script_element::Script;
use super::text::{Fault, Text};
use super::user::User;
use crate::extract::regex;
use crate::extract::xpath::{self, Mode, Outcome, Tree};

/// An assertion.
#[derive(Debug)]
pub enum Assertion {
    /// Texts or expressions in a part of the sample.
    Response(Box<Response>),
    /// The value at a path.
    Json(Box<Valued>),
    /// The value of a JMESPath expression.
    Jmes(Box<Valued>),
    /// How long the sample may take, in ms.
    Duration(Text),
    /// A field, a size and an operator.
    Size(String, Text, i64),
    /// An XPath expression, and whether it must not hold.
    Xpath(Apply, Text, bool, Mode),
    /// The answer is XML.
    Xml(Apply),
    /// The hash of the answer.
    Md5(Text),
    /// A script.
    Script(Script),
    /// Holds always.
    Nothing,
}

/// A response assertion.
#[derive(Debug)]
pub struct Response {
    /// Which samples.
    pub apply: Apply,
    /// Which part.
    pub field: String,
    /// Bits: 1 match, 2 contains, 4 not, 8 equals, 16 substring, 32 or.
    pub kind: i64,
    /// The texts or expressions.
    pub patterns: Vec<Text>,
    /// What to say instead.
    pub message: Text,
    /// The sample is a success before it is judged.
    pub assume_success: bool,
}

/// An assertion of a value.
#[derive(Debug)]
pub struct Valued {
    /// The path.
    pub path: Text,
    /// What is expected there.
    pub expected: Text,
    /// The value counts, not only that there is one.
    pub compare: bool,
    /// It must be null.
    pub null: bool,
    /// It must not be so.
    pub invert: bool,
    /// What is expected is an expression.
    pub regex: bool,
}

const NOT: i64 = 4;
const OR: i64 = 32;

impl Assertion {
    /// Judges a sample; scripts are not known here.
    ///
    /// # Errors
    /// When a function throws.
    pub fn judge(&self, name: &str, sample: &mut Sample, user: &mut User) -> Result<Verdict, Fault> {
        let mut verdict = Verdict { name: name.to_owned(), ..Verdict::default() };
        match self {
            Self::Response(response) => {
                if response.assume_success {
                    sample.success = true;
                }
                match &response.apply {
                    Apply::Main | Apply::Variable(_) => response.judge(sample, &mut verdict, user)?,
                    which => {
                        if matches!(which, Apply::All) {
                            response.judge(sample, &mut verdict, user)?;
                        }
                        subs(name, sample, &mut verdict, user, &mut |sub, verdict, user| {
                            response.judge(sub, verdict, user)
                        })?;
                    }
                }
            }
            Self::Json(valued) => valued.judge_json(sample, &mut verdict, user)?,
            Self::Jmes(valued) => valued.judge_jmes(sample, &mut verdict, user)?,
            Self::Duration(limit) => {
                let limit = limit.number(user)?.unwrap_or(0);
                if limit > 0 && sample.elapsed_ms > limit {
                    fail(
                        &mut verdict,
                        format!(
                            "The operation lasted too long: It took {} milliseconds, but should not have lasted longer than {limit} milliseconds.",
                            sample.elapsed_ms
                        ),
                    );
                }
            }
            Self::Size(field, size, operator) => {
                judge_size(field, size.number(user)?.unwrap_or(0), *operator, sample, &mut verdict);
            }
            Self::Xpath(apply, query, negate, mode) => {
                let query = query.eval(user)?.into_owned();
                let texts = apply.texts(sample, user, &Sample::text)?;
                judge_xpath(texts.first().map_or("", String::as_str), &query, *negate, mode, &mut verdict);
            }
            Self::Xml(apply) => {
                let texts = apply.texts(sample, user, &Sample::text)?;
                if let Err(error) = Tree::xml(texts.first().map_or("", String::as_str)) {
                    fail(&mut verdict, error);
                }
            }
            Self::Md5(wanted) => {
                let wanted = wanted.eval(user)?.into_owned();
                let got: String =
                    Md5::digest(&sample.body).iter().map(|byte| format!("{byte:02x}")).collect();
                if !got.eq_ignore_ascii_case(wanted.trim()) {
                    fail(
                        &mut verdict,
                        format!("Error asserting MD5 sum : got {got} but should have been {wanted}"),
                    );
                }
            }
            Self::Script(_) | Self::Nothing => {}
        }
        Ok(verdict)
    }
}

fn fail(verdict: &mut Verdict, message: String) {
    verdict.failure = true;
    verdict.message = Some(message);
}

type Judge<'a> = &'a mut dyn FnMut(&Sample, &mut Verdict, &mut User) -> Result<(), Fault>;

/// Judges the sub-samples; those that fail say so themselves.
fn subs(
    name: &str,
    sample: &mut Sample,
    whole: &mut Verdict,
    user: &mut User,
    judge: Judge<'_>,
) -> Result<(), Fault> {
    let mut failed = false;
    for sub in &mut sample.subs {
        let mut verdict = Verdict { name: name.to_owned(), ..Verdict::default() };
        judge(sub, &mut verdict, user)?;
        if verdict.failure || verdict.error {
            sub.success = false;
            failed = true;
            sub.verdicts.push(verdict);
        }
    }
    if failed && !whole.failure {
        fail(whole, "One or more sub-samples failed".to_owned());
    }
    Ok(())
}

impl Response {
    fn subject(&self, sample: &Sample, user: &mut User) -> Result<(String, String), Fault> {
        if let Apply::Variable(name) = &self.apply {
            let name = name.eval(user)?.into_owned();
            let value = user.vars.text(&name).map(std::borrow::Cow::into_owned).unwrap_or_default();
            return Ok((value, format!("variable({name})")));
        }
        let (value, name) = match self.field.trim_start_matches("Assertion.") {
            "response_code" => (sample.code.to_string(), "code"),
            "response_message" => (sample.message.to_string(), "message"),
            "response_headers" => (sample.response_headers.text().into_owned(), "headers"),
            "request_headers" => (sample.request_headers.text().into_owned(), "request headers"),
            "request_data" => (sample.request_text(), "request data"),
            "sample_label" => (sample.url.as_ref().unwrap_or(&sample.label).to_string(), "URL"),
            "response_data_as_document" => (sample.text(), "document"),
            _ => (sample.text(), "text"),
        };
        Ok((value, name.to_owned()))
    }

    fn judge(&self, sample: &Sample, verdict: &mut Verdict, user: &mut User) -> Result<(), Fault> {
        let (text, subject) = self.subject(sample, user)?;
        let not = self.kind & NOT != 0;
        if text.is_empty() && self.field != "Assertion.response_message" {
            if !not {
                fail(verdict, "Response was null".to_owned());
            }
            return Ok(());
        }
        let mut said = String::new();
        let mut passed_any = self.patterns.is_empty();
        for pattern in &self.patterns {
            let pattern = pattern.eval(user)?.into_owned();
            let found = match self.holds(&text, &pattern) {
                Ok(found) => found,
                Err(()) => {
                    verdict.error = true;
                    verdict.failure = false;
                    verdict.message = Some(format!(
                        "Bad test configuration org.apache.oro.text.MalformedCachePatternException: Invalid expression: {pattern}\nUnmatched parentheses."
                    ));
                    return Ok(());
                }
            };
            let passed = found != not;
            if self.kind & OR != 0 {
                if passed {
                    passed_any = true;
                    break;
                }
                said.push_str(&format!("Test failed: {subject} expected something using /{pattern}/\t"));
            } else if !passed {
                fail(verdict, self.complaint(&text, &pattern, &subject));
                break;
            }
        }
        if self.kind & OR != 0 && !passed_any {
            fail(verdict, said);
        }
        if verdict.failure {
            let own = self.message.eval(user)?;
            if !own.is_empty() {
                verdict.message = Some(own.into_owned());
            }
        }
        Ok(())
    }

    fn holds(&self, text: &str, pattern: &str) -> Result<bool, ()> {
        if self.kind & 8 != 0 {
            return Ok(text == pattern);
        }
        if self.kind & 16 != 0 {
            return Ok(text.contains(pattern));
        }
        let compiled = regex::compile(pattern).map_err(|_| ())?;
        if self.kind & 1 != 0 {
            compiled.is_all_of(text).map_err(|_| ())
        } else {
            compiled.is_in(text).map_err(|_| ())
        }
    }

    fn complaint(&self, text: &str, pattern: &str, subject: &str) -> String {
        let not = if self.kind & NOT != 0 { "not " } else { "" };
        let verb = match self.kind {
            kind if kind & 1 != 0 => "match",
            kind if kind & 8 != 0 => "equal",
            _ => "contain",
        };
        let shown = if self.kind & 8 != 0 { difference(text, pattern) } else { pattern.to_owned() };
        format!("Test failed: {subject} expected {not}to {verb} /{shown}/")
    }
}

/// Where two texts differ, side by side.
fn difference(received: &str, comparison: &str) -> String {
    const SHOWN: usize = 100;
    let (left, right): (Vec<char>, Vec<char>) = (received.chars().collect(), comparison.chars().collect());
    let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let most = left.len().min(right.len()) - same;
    let tail = left.iter().rev().zip(right.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let text = |chars: &[char]| chars.iter().collect::<String>();
    let start =
        if same > SHOWN { format!("...{}", text(&left[same - SHOWN..same])) } else { text(&left[..same]) };
    let end = &left[left.len() - tail..];
    let end = if end.len() > SHOWN { format!("{}...", text(&end[..SHOWN])) } else { text(end) };
    let (left, right) = (text(&left[same..left.len() - tail]), text(&right[same..right.len() - tail]));
    let width = left.chars().count().max(right.chars().count());
    format!(
        "\n\n****** received  : {start}[[[{left:width$}]]]{end}\n\n****** comparison: {start}[[[{right:width$}]]]{end}\n\n"
    )
}

fn judge_size(field: &str, wanted: i64, operator: i64, sample: &Sample, verdict: &mut Verdict) {
    let size = match field.trim_start_matches("SizeAssertion.response_") {
        "headers" => sample.header_bytes,
        "data" | "body" => sample.body.len() as u64,
        "code" => sample.code.len() as u64,
        "message" => sample.message.len() as u64,
        _ => sample.bytes,
    } as i64;
    let (holds, words) = match operator {
        1 => (size == wanted, "been equal to"),
        2 => (size != wanted, "not been equal to"),
        3 => (size > wanted, "been greater than"),
        4 => (size < wanted, "been less than"),
        5 => (size >= wanted, "been greater than or equal to"),
        6 => (size <= wanted, "been less than or equal to"),
        _ => (false, "been ERROR - invalid condition"),
    };
    if !holds {
        fail(
            verdict,
            format!(
                "The result was the wrong size: It was {size} bytes, but should have {words} {wanted} bytes."
            ),
        );
    }
}

fn judge_xpath(text: &str, query: &str, negate: bool, mode: &Mode, verdict: &mut Verdict) {
    if text.is_empty() {
        return fail(verdict, "Response was null".to_owned());
    }
    match xpath::evaluate(text, query, mode) {
        Ok(Outcome::Nodes(nodes)) if nodes.is_empty() => {
            verdict.failure = !negate;
            verdict.message = Some(format!("No Nodes Matched {query}"));
        }
        Ok(Outcome::Nodes(_)) if negate => {
            fail(verdict, "Specified XPath was found... Turn off negate if this is not desired".to_owned());
        }
        Ok(Outcome::Nodes(_)) => {}
        Ok(Outcome::Truth(truth)) => {
            verdict.failure = truth == negate;
            verdict.message =
                Some(format!("{} for {query}", if negate { "Nodes Matched" } else { "No Nodes Matched" }));
        }
        Ok(Outcome::Text(_)) => {
            verdict.failure = !negate;
            verdict.message = Some(format!("No Nodes Matched {query}"));
        }
        Err(error) => {
            verdict.error = true;
            verdict.message = Some(error);
        }
    }
}

impl Valued {
    fn judge_json(&self, sample: &Sample, verdict: &mut Verdict, user: &mut User) -> Result<(), Fault> {
        let text = sample.text();
        if text.is_empty() {
            fail(verdict, "Response was null".to_owned());
            return Ok(());
        }
        let (path, expected) = (self.path.eval(user)?.into_owned(), self.expected.eval(user)?.into_owned());
        let outcome = self.check_json(&text, &path, &expected);
        match (outcome, self.invert) {
            (Ok(()), true) => fail(
                verdict,
                if self.compare {
                    format!("Failed that JSONPath {path} not matches {expected}")
                } else {
                    format!("Failed that JSONPath not exists: {path}")
                },
            ),
            (Err(message), false) => fail(verdict, message),
            _ => {}
        }
        Ok(())
    }

    fn check_json(&self, text: &str, path: &str, expected: &str) -> Result<(), String> {
        let Ok(document) = serde_json::from_str::<Value>(text) else {
            let name = path.trim_start_matches("$.").split(['.', '[']).next().unwrap_or_default();
            return Err(format!(
                "Expected to find an object with property ['{name}'] in path $ but found 'java.lang.String'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'."
            ));
        };
        let (found, definite) = json::find(&document, path)?;
        let value = if definite {
            found.into_iter().next().ok_or_else(|| missing(path))?
        } else {
            Value::Array(found)
        };
        if !definite && value.as_array().is_some_and(Vec::is_empty) {
            return if self.compare && !self.null {
                Err(self.mismatch(expected, "[]"))
            } else {
                Err("JSONPath is indefinite and the extracted Value is an empty Array. Please use an assertion value, to be sure to get a correct result. ".to_owned())
            };
        }
        if !self.compare {
            return Ok(());
        }
        if let Value::Array(list) = &value
            && list.iter().any(|item| self.same(item, expected))
        {
            return Ok(());
        }
        if self.same(&value, expected) { Ok(()) } else { Err(self.mismatch(expected, &json::text(&value))) }
    }

    fn same(&self, value: &Value, expected: &str) -> bool {
        if self.null {
            return value.is_null();
        }
        let text = match value {
            // Members in the order of the document: the comparison is of JSON, not of Java's maps.
            Value::Object(_) => value.to_string(),
            other => json::text(other),
        };
        if self.regex {
            return regex::compile(expected).and_then(|regex| regex.is_all_of(&text)).unwrap_or(false);
        }
        text == expected
            || serde_json::from_str::<Value>(expected)
                .is_ok_and(|expected| !value.is_string() && expected == *value)
    }

    fn mismatch(&self, expected: &str, found: &str) -> String {
        if self.null {
            format!("Value expected to be null, but found '{found}'")
        } else if self.regex {
            format!("Value expected to match regexp '{expected}', but it did not match: '{found}'")
        } else {
            format!("Value expected to be '{expected}', but found '{found}'")
        }
    }

    fn judge_jmes(&self, sample: &Sample, verdict: &mut Verdict, user: &mut User) -> Result<(), Fault> {
        let text = sample.text();
        if text.is_empty() {
            fail(verdict, "Response was null".to_owned());
            return Ok(());
        }
        let (path, expected) = (self.path.eval(user)?.into_owned(), self.expected.eval(user)?.into_owned());
        let value = match json::jmespath(&text, &path) {
            Ok(value) => value,
            Err(error) => {
                fail(verdict, error);
                return Ok(());
            }
        };
        let outcome = if self.null {
            if value.is_null() {
                Ok(())
            } else {
                Err(format!(
                    "Value in json path '{path}' expected to be null, but found '{}'",
                    json::text(&value)
                ))
            }
        } else if !self.compare {
            if value.is_null() { Err(format!("JMESPATH {path} expected to exist")) } else { Ok(()) }
        } else if self.regex {
            let shown = json::text(&value);
            if self.same(&value, &expected) {
                Ok(())
            } else {
                Err(format!("Value expected to match regexp '{expected}', but it did not match: '{shown}'"))
            }
        } else {
            match serde_json::from_str::<Value>(&expected) {
                Ok(wanted) if wanted == value || equal_numbers(&wanted, &value) => Ok(()),
                Ok(_) => {
                    Err(format!("Value expected to be '{expected}', but found '{}'", json::text(&value)))
                }
                Err(_) => Err(format!(
                    "Unrecognized token '{expected}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: (String)\"{expected}\"; line: 1, column: {}]",
                    expected.chars().count() + 1
                )),
            }
        };
        match (outcome, self.invert) {
            (Ok(()), true) => fail(verdict, format!("Value expected not to match {expected}")),
            (Err(message), false) => fail(verdict, message),
            _ => {}
        }
        Ok(())
    }
}

fn equal_numbers(left: &Value, right: &Value) -> bool {
    left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| left == right)
}

/// What Jayway says of a path that leads nowhere, with the path in its own way of writing.
fn missing(path: &str) -> String {
    let names = path.trim_start_matches('$').split(['.', '[', ']']).filter(|name| !name.is_empty());
    let parts: String = names
        .map(|name| {
            let name = name.trim_matches(['\'', '"']);
            if name.parse::<i64>().is_ok() { format!("[{name}]") } else { format!("['{name}']") }
        })
        .collect();
    format!("No results for path: ${parts}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_shown_side_by_side() {
        let check = |received: &str, comparison: &str, left: &str, right: &str| {
            let wanted = format!("\n\n****** received  : {left}\n\n****** comparison: {right}\n\n");
            assert_eq!(difference(received, comparison), wanted);
        };
        check("plain text", "plain", "plain[[[ text]]]", "plain[[[     ]]]");
        check("200", "201", "20[[[0]]]", "20[[[1]]]");
        check("plain text", "plain text", "plain text[[[]]]", "plain text[[[]]]");
        check("abc", "x", "[[[abc]]]", "[[[x  ]]]");
        check("a1c", "a2c", "a[[[1]]]c", "a[[[2]]]c");
    }

    #[test]
    fn missing_paths_are_written_in_brackets() {
        assert_eq!(missing("$.a.b[0]"), "No results for path: $['a']['b'][0]");
    }
}
