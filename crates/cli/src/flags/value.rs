//! Values of flags: the forms they may have and the words that reject them.

use std::time::Duration;

/// What a flag takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// On or off; `--flag`, `--flag=false`.
    Bool,
    /// A whole number.
    Int,
    /// A span such as `1m30s` or `1d12h`.
    Duration,
    /// Any text.
    Text,
    /// Text that may be left out, which means the text given here.
    TextOr(&'static str),
    /// Texts separated by commas; the flag may be repeated.
    List,
    /// A text as it is; the flag may be repeated.
    Many,
}

/// What was given.
#[derive(Clone, PartialEq, Debug)]
pub enum Given {
    /// On or off.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A span, and how the user wrote it.
    Duration(Duration, String),
    /// A text.
    Text(String),
    /// Texts in the order given.
    List(Vec<String>),
}

/// A value that does not have its form, and why.
type Rejected = (String, String);

impl Kind {
    /// How help names the value; empty for a switch.
    pub(super) const fn placeholder(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Duration => "duration",
            Self::Text | Self::TextOr(_) => "string",
            Self::List => "strings",
            Self::Many => "string",
        }
    }

    /// The value that a flag without one means.
    pub(super) const fn without_value(self) -> Option<&'static str> {
        match self {
            Self::Bool => Some("true"),
            Self::TextOr(implied) => Some(implied),
            _ => None,
        }
    }

    /// Reads the variable that stands in for a flag; one that may be repeated is separated by commas there.
    pub(super) fn parse_variable(self, text: &String) -> Result<Option<Given>, Rejected> {
        if self == Self::Many { Self::List.parse(&[text]) } else { self.parse(&[text]) }
    }

    /// Reads what was given for one flag; `None` when nothing was.
    pub(super) fn parse(self, texts: &[&String]) -> Result<Option<Given>, Rejected> {
        let Some(last) = texts.last() else { return Ok(None) };
        let reject = |why: String| ((*last).clone(), why);
        let given = match self {
            Self::Bool => Given::Bool(parse_bool(last).map_err(reject)?),
            Self::Int => Given::Int(parse_int(last).map_err(reject)?),
            Self::Duration => {
                let span = model::duration::parse(last).map_err(|e| reject(e.to_string()))?;
                Given::Duration(span, (*last).clone())
            }
            Self::Text | Self::TextOr(_) => Given::Text((*last).clone()),
            Self::List => Given::List(texts.iter().flat_map(|text| split(text)).collect()),
            Self::Many => Given::List(texts.iter().map(|text| (*text).clone()).collect()),
        };
        Ok(Some(given))
    }
}

fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
    }
}

fn parse_int(text: &str) -> Result<i64, String> {
    text.parse().map_err(|e: std::num::ParseIntError| {
        use std::num::IntErrorKind::{NegOverflow, PosOverflow};
        let why = match e.kind() {
            PosOverflow | NegOverflow => "value out of range",
            _ => "invalid syntax",
        };
        format!("strconv.ParseInt: parsing {text:?}: {why}")
    })
}

/// Splits at commas; a part in double quotes keeps its commas, and `""` inside it is one quote.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => part.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => parts.push(std::mem::take(&mut part)),
            _ => part.push(letter),
        }
    }
    if !parts.is_empty() || !text.is_empty() {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_at_commas_outside_quotes() {
        let check = |text: &str, parts: &[&str]| assert_eq!(split(text), parts);
        check("", &[]);
        check("a", &["a"]);
        check("a,,b", &["a", "", "b"]);
        check("\"a,b\",c", &["a,b", "c"]);
        check("\"a\"\"b\"", &["a\"b"]);
    }

    #[test]
    fn numbers_and_switches_reject_in_familiar_words() {
        assert_eq!(parse_int("1e3").unwrap_err(), "strconv.ParseInt: parsing \"1e3\": invalid syntax");
        assert_eq!(
            parse_int("99999999999999999999").unwrap_err(),
            "strconv.ParseInt: parsing \"99999999999999999999\": value out of range"
        );
        assert!(parse_bool("yes").is_err());
        assert_eq!(parse_bool("T"), Ok(true));
    }
}
