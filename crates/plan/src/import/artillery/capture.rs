//! Captures and matches: values out of answers.
//!
//! Main types: [`Take`], one capture or match, [`Answer`], what it looks into, and [`Taken`]. Captures of one answer
//! hold together: when a strict one fails, none is kept.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use super::functions::Functions;
use super::js;
use super::template::{Scope, Template, Tree};
use crate::exchange::Exchange;
use crate::extract::jsonpath::{Dialect, Path};
use crate::extract::xpath;
use crate::random::Random;

/// One capture or match.
#[derive(Clone, Debug)]
pub struct Take {
    from: From,
    /// The variable of a capture.
    name: Option<String>,
    /// What a match wants.
    wanted: Option<Tree>,
    strict: Option<bool>,
}

#[derive(Clone, Debug)]
enum From {
    Json {
        path: Template,
        ready: Option<Path>,
        one: bool,
    },
    Regexp {
        pattern: Template,
        group: Option<Value>,
        flags: String,
    },
    Header(Template),
    Selector {
        selector: Template,
        attribute: Option<String>,
        index: Value,
    },
    /// Needs an optional package that Artillery does not bring; here it is built in.
    Xpath(Template),
    Nothing,
}

/// Attributes without a value.
const FLAGS: &[&str] = &[
    "async",
    "autofocus",
    "autoplay",
    "checked",
    "controls",
    "defer",
    "disabled",
    "hidden",
    "loop",
    "multiple",
    "open",
    "readonly",
    "required",
    "scoped",
    "selected",
];

/// What captures look into.
pub struct Answer<'a> {
    /// The body.
    pub text: Cow<'a, str>,
    /// A header by its name in small letters; the values of one that came several times are joined.
    pub header: &'a dyn Fn(&str) -> Option<String>,
    /// What was answered, where that is an answer of the HTTP engine.
    exchange: Option<&'a Exchange>,
    json: OnceCell<Option<Value>>,
    page: OnceCell<Option<script::Page>>,
}

impl<'a> Answer<'a> {
    /// The answer with this body and these headers.
    #[must_use]
    pub fn new(text: Cow<'a, str>, header: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { text, header, exchange: None, json: OnceCell::new(), page: OnceCell::new() }
    }

    /// The same for an answer of the HTTP engine.
    #[must_use]
    pub fn with_exchange(self, exchange: &'a Exchange) -> Self {
        Self { exchange: Some(exchange), ..self }
    }

    /// The cookies that the answer sets, each as it came; nothing when there is none.
    fn cookies_set(&self) -> Option<Value> {
        let headers = &self.exchange?.answer()?.headers;
        let set: Vec<Value> =
            headers.all("set-cookie").map(|value| Value::from(String::from_utf8_lossy(value))).collect();
        (!set.is_empty()).then_some(Value::Array(set))
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| serde_json::from_str(&self.text).ok().map(js::normal)).as_ref()
    }

    fn page(&self) -> Option<&script::Page> {
        self.page.get_or_init(|| script::Page::parse(&self.text)).as_ref()
    }
}

/// What captures and matches came to.
#[derive(Debug, Default)]
pub struct Taken {
    /// Variables to set.
    pub values: Vec<(String, Option<Value>)>,
    /// A strict one failed: nothing is to be set, and the user ends.
    pub failed: bool,
}

/// Reads captures or matches: one, or a list of them.
#[must_use]
pub fn read(spec: &Value, functions: &Functions) -> Vec<Take> {
    match spec {
        Value::Array(list) => list.iter().map(|one| take(one, functions)).collect(),
        Value::Object(_) => vec![take(spec, functions)],
        _ => Vec::new(),
    }
}

fn take(spec: &Value, functions: &Functions) -> Take {
    let template = |value: &Value| Template::new(&js::text_of(Some(value)), functions);
    let from = if let Some(path) = spec.get("json") {
        let path = template(path);
        let ready = if path.is_plain() { Path::parse(path.source(), Dialect::Plus).ok() } else { None };
        From::Json { path, ready, one: spec["multiple"] != Value::Bool(false) }
    } else if let Some(pattern) = spec.get("regexp") {
        let flags = spec["flags"].as_str().unwrap_or_default().to_owned();
        From::Regexp { pattern: template(pattern), group: spec.get("group").cloned(), flags }
    } else if let Some(name) = spec.get("header") {
        From::Header(template(name))
    } else if let Some(selector) = spec.get("selector") {
        let attribute = spec["attr"].as_str().map(str::to_owned);
        From::Selector { selector: template(selector), attribute, index: spec["index"].clone() }
    } else if let Some(expression) = spec.get("xpath") {
        From::Xpath(template(expression))
    } else {
        From::Nothing
    };
    Take {
        from,
        name: spec["as"].as_str().map(str::to_owned),
        wanted: spec.get("value").map(|value| Tree::new(value, functions)),
        strict: spec["strict"].as_bool(),
    }
}

/// Takes out of an answer what is wanted. `strict` is what holds for those that do not say.
#[must_use]
pub fn take_all(
    captures: &[Take],
    matches: &[Take],
    strict: bool,
    answer: &Answer<'_>,
    scope: &mut Scope<'_>,
) -> Taken {
    let mut taken = Taken::default();
    for capture in captures {
        let value = capture.from.find(answer, scope);
        let found = value.as_ref().is_some_and(|value| value.as_str() != Some(""));
        taken.failed |= !found && capture.strict.unwrap_or(strict);
        if let Some(name) = &capture.name {
            taken.values.push((name.clone(), value));
        }
    }
    for wanted in matches {
        let value = wanted.from.find(answer, scope);
        let wants = wanted.wanted.as_ref().and_then(|wants| wants.value(scope));
        taken.failed |= !is_same(value.as_ref(), wants.as_ref()) && wanted.strict.unwrap_or(strict);
    }
    if taken.failed {
        taken.values.clear();
    }
    taken
}

/// Whether a match holds. Lists and objects are never the same as others, as with JavaScript's `===`.
fn is_same(found: Option<&Value>, wanted: Option<&Value>) -> bool {
    !matches!(found, Some(Value::Array(_) | Value::Object(_))) && found == wanted
}

impl From {
    fn find(&self, answer: &Answer<'_>, scope: &mut Scope<'_>) -> Option<Value> {
        let nothing = || Some(Value::from(""));
        match self {
            Self::Json { path, ready, one } => {
                let document = answer.json()?;
                if !(document.is_object() || document.is_array()) {
                    return nothing();
                }
                let filled;
                let path = match ready {
                    Some(path) => path,
                    None => match Path::parse(&path.text(scope)?, Dialect::Plus) {
                        Ok(path) => {
                            filled = path;
                            &filled
                        }
                        Err(_) => return nothing(),
                    },
                };
                let mut found = path.find(document);
                match found.len() {
                    count if *one => {
                        (count > 0).then(|| found.swap_remove(scope.random.below(count as u64) as usize))
                    }
                    0 => nothing(),
                    // What may lead to several places gives a list, also of one. What counts as false is nothing.
                    1 if path.is_definite() => {
                        found.pop().filter(|value| js::is_true(Some(value))).or_else(nothing)
                    }
                    _ => Some(Value::Array(found)),
                }
            }
            Self::Regexp { pattern, group, flags } => {
                let pattern = pattern.text(scope)?;
                let pattern = regress::Regex::with_flags(&pattern, flags.replace('g', "").as_str()).ok()?;
                let Some(found) = pattern.find(&answer.text) else { return nothing() };
                let range = match group {
                    Some(Value::Number(number)) => number.as_u64().and_then(|nth| {
                        let nth = nth as usize;
                        (nth < found.groups().count()).then(|| found.group(nth)).flatten()
                    }),
                    Some(Value::String(name)) => match name.parse::<usize>() {
                        Ok(nth) => (nth < found.groups().count()).then(|| found.group(nth)).flatten(),
                        Err(_) if name.is_empty() => None,
                        // A name that the pattern does not have is no group, and that is undefined.
                        Err(_) => {
                            let named = found.named_group(name);
                            if named.is_none() && found.named_groups().len() > 0 {
                                return None;
                            }
                            named
                        }
                    },
                    _ => None,
                };
                Some(Value::from(&answer.text[range.unwrap_or_else(|| found.range())]))
            }
            Self::Header(name) => {
                let name = name.text(scope)?;
                // The original looks names up as they are written, and has them in small letters.
                if *name != name.to_ascii_lowercase() {
                    return nothing();
                }
                if name == "set-cookie" {
                    return answer.cookies_set().or_else(nothing);
                }
                (answer.header)(&name).map(Value::from).or_else(nothing)
            }
            Self::Selector { selector, attribute, index } => {
                let selector = selector.text(scope)?;
                let page = answer.page()?;
                let elements = page.select(&selector)?;
                let place = place_of(index, elements.len(), scope.random)?;
                let element = *elements.get(place)?;
                match attribute {
                    Some(name) => page.attribute(element, name).map(|value| {
                        // What is only there or not has its own name for a value.
                        Value::from(if value.is_empty() && FLAGS.contains(&&**name) { name } else { value })
                    }),
                    None => match page.content(element) {
                        script::PageContent::Element(_, attributes) => Some(
                            attributes.into_iter().map(|(name, value)| (name, Value::from(value))).collect(),
                        ),
                        _ => None,
                    },
                }
            }
            Self::Xpath(expression) => {
                let expression = expression.text(scope)?;
                let find = |tolerant| {
                    let mode = xpath::Mode { tolerant, whole_text: true, ..xpath::Mode::default() };
                    xpath::find(&answer.text, &expression, &mode)
                };
                // What is no XML may still be a page.
                let found = find(false).or_else(|_| find(true)).unwrap_or_default();
                found.into_iter().next().map(Value::from).or_else(nothing)
            }
            Self::Nothing => nothing(),
        }
    }
}

fn place_of(index: &Value, count: usize, random: &mut Random) -> Option<usize> {
    match index {
        Value::String(word) if word == "last" => count.checked_sub(1),
        Value::String(word) if word == "random" => Some(random.below(count as u64) as usize),
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64().map(|place| place as usize),
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::import::artillery::vars::Vars;

    #[test]
    fn values_are_taken_by_the_rules() {
        let functions = Functions::default();
        let vars = Vars::new(Arc::default());
        let header = |name: &str| (name == "x-token").then(|| "t1".to_owned());
        let check = |body: &str, spec: Value, wanted: Option<Option<Value>>| {
            let mut random = Random::new(1, 1);
            let mut scope = Scope { vars: &vars, functions: &functions, random: &mut random };
            let answer = Answer::new(Cow::Borrowed(body), &header);
            let taken = take_all(&read(&spec, &functions), &[], true, &answer, &mut scope);
            let got = (!taken.failed).then(|| taken.values.into_iter().next().and_then(|(_, value)| value));
            assert_eq!(got, wanted, "{body} {spec}");
        };
        let json = r#"{"n": 0, "s": "", "z": null, "l": [1, 1]}"#;
        check(json, json!({"json": "$.n", "as": "v"}), Some(Some(json!(0))));
        check(json, json!({"json": "$.z", "as": "v"}), Some(Some(json!(null))));
        check(json, json!({"json": "$.s", "as": "v"}), None);
        check(json, json!({"json": "$.nope", "as": "v"}), None);
        check(json, json!({"json": "$.nope", "as": "v", "strict": false}), Some(None));
        check(json, json!({"json": "$.l[*]", "as": "v"}), Some(Some(json!(1))));
        check(json, json!({"json": "$.l[*]", "as": "v", "multiple": false}), Some(Some(json!([1, 1]))));
        check("5", json!({"json": "$", "as": "v", "strict": false}), Some(Some(json!(""))));
        check("text", json!({"json": "$", "as": "v"}), None);
        check(
            "tok-12 tok-3",
            json!({"regexp": "tok-([0-9]+)", "as": "v", "group": 1}),
            Some(Some(json!("12"))),
        );
        check(
            "tok-12",
            json!({"regexp": "tok-(?<n>[0-9]+)", "as": "v", "group": "n"}),
            Some(Some(json!("12"))),
        );
        check("tok-12", json!({"regexp": "tok-[0-9]+", "as": "v", "group": 4}), Some(Some(json!("tok-12"))));
        check("", json!({"header": "x-token", "as": "v"}), Some(Some(json!("t1"))));
        check("", json!({"header": "X-Token", "as": "v"}), None);
        let page = "<a href=/1>x</a><a href=/2>y</a>";
        check(page, json!({"selector": "a", "attr": "href", "as": "v"}), Some(Some(json!("/1"))));
        check(
            page,
            json!({"selector": "a", "attr": "href", "as": "v", "index": "last"}),
            Some(Some(json!("/2"))),
        );
        check(page, json!({"selector": "a", "as": "v", "index": 1}), Some(Some(json!({"href": "/2"}))));
        let flag = json!({"selector": "input", "attr": "checked", "as": "v"});
        check("<input checked>", flag, Some(Some(json!("checked"))));
        check(json, json!({"json": "$.l[0:1]", "as": "v", "multiple": false}), Some(Some(json!([1]))));
        check(
            json,
            json!({"json": "$.n", "as": "v", "multiple": false, "strict": false}),
            Some(Some(json!(""))),
        );
        check("", json!({"regexp": "x", "as": "v", "strict": false}), Some(Some(json!(""))));
        check(page, json!({"selector": "b", "as": "v"}), None);
        let feed = "<list><item id='1'>one <b>bold</b></item><item id='2'>two</item></list>";
        check(feed, json!({"xpath": "//item[1]", "as": "v"}), Some(Some(json!("one bold"))));
        check(feed, json!({"xpath": "//item[2]/@id", "as": "v"}), Some(Some(json!("2"))));
        check(page, json!({"xpath": "//a[2]", "as": "v"}), Some(Some(json!("y"))));
        check(feed, json!({"xpath": "//none", "as": "v"}), None);
        check(feed, json!({"xpath": "//[", "as": "v"}), None);
    }
}
