//! The expect plugin: what must be true of answers.
//!
//! Main types: [`Expectation`] and [`Settings`]. A failed expectation does not end the user unless it is to count as
//! an error; it makes the run's exit status 21. What the plugin prints stands in [`lines`].

pub mod lines;

use serde_json::Value;

use super::capture::Answer;
use super::functions::Functions;
use super::template::{Scope, Tree};
use super::{js, vars};
use crate::extract::jmespath;
use lines::Form;

/// What the plugin was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Failures end the user as errors.
    pub as_errors: bool,
    /// Every request must be answered with 200 unless it says something else.
    pub default_200: bool,
    /// What is printed of each request.
    pub form: Form,
}

impl Settings {
    /// Reads them.
    #[must_use]
    pub fn read(settings: &Value) -> Self {
        let on = |key: &str| settings[key] == Value::Bool(true);
        let form = ["outputFormat", "formatter"].iter().find_map(|key| settings[*key].as_str());
        Self {
            as_errors: on("reportFailuresAsErrors"),
            default_200: on("expectDefault200"),
            form: form.and_then(Form::named).unwrap_or_default(),
        }
    }
}

/// The names of expectations, with what they want.
pub static EXPECTATIONS: &[(&str, &str)] = &[
    ("statusCode", "the status is this, or one of a list"),
    ("notStatusCode", "the status is not this, nor one of a list"),
    ("contentType", "the content type is this; `json` is JSON that can be read"),
    ("hasHeader", "there is such a header, by its name in small letters"),
    ("headerEquals", "a header has this value: `[name, value]`"),
    ("hasProperty", "the JSON body has this path"),
    ("notHasProperty", "the JSON body has no such path"),
    ("equals", "all values of a list are equal, as texts"),
    ("matchesRegexp", "the body fits the pattern; JSON is the text that JavaScript makes of it"),
    ("cdnHit", "a cache answered, or did not"),
    ("jmespath", "what the expression finds in the JSON body counts as true"),
    ("jpath", "the same under its older name"),
];

/// Headers in which caches say whether they answered.
const CACHES: [&str; 3] = ["x-cache", "cf-cache-status", "x-vercel-cache"];
/// What is said of a body that is no object and no list.
const NO_OBJECT: &str = "response body is not an object";

/// One expectation.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Its name.
    pub kind: Box<str>,
    wanted: Wanted,
}

#[derive(Clone, Debug)]
enum Wanted {
    One(Tree),
    /// Each by itself, for one may be undefined.
    Each(Vec<Tree>),
}

/// What came of one.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// How it is counted.
    pub kind: String,
    /// Whether it holds.
    pub ok: bool,
    /// What decided, as far as anything did: JavaScript takes more than true for true.
    pub judged: Option<Value>,
    /// What was expected.
    pub expected: Option<Value>,
    /// What came.
    pub got: Option<Value>,
}

/// Reads the expectations of a request: all of a mapping, or the first of each mapping in a list.
#[must_use]
pub fn read(spec: &Value, functions: &Functions) -> Vec<Expectation> {
    let members: Vec<(&String, &Value)> = match spec {
        Value::Array(list) => {
            list.iter().filter_map(Value::as_object).filter_map(|one| one.iter().next()).collect()
        }
        Value::Object(all) => all.iter().collect(),
        _ => Vec::new(),
    };
    let known = members.into_iter().filter(|(kind, _)| EXPECTATIONS.iter().any(|(name, _)| name == kind));
    known
        .map(|(kind, wanted)| Expectation {
            kind: kind.as_str().into(),
            wanted: match (kind.as_str(), wanted) {
                ("equals" | "headerEquals", Value::Array(list)) => {
                    Wanted::Each(list.iter().map(|one| Tree::new(one, functions)).collect())
                }
                ("equals", Value::Object(members)) => {
                    Wanted::Each(members.values().map(|one| Tree::new(one, functions)).collect())
                }
                // Its letters are compared, and no template is looked for in them.
                ("equals", Value::String(text)) => {
                    let letters = text.chars().map(|letter| Tree::Fixed(Value::from(letter.to_string())));
                    Wanted::Each(letters.collect())
                }
                ("equals", _) => Wanted::Each(Vec::new()),
                _ => Wanted::One(Tree::new(wanted, functions)),
            },
        })
        .collect()
}

/// The expectation that every request has when the plugin is told so.
#[must_use]
pub fn status_200() -> Expectation {
    Expectation { kind: "statusCode".into(), wanted: Wanted::One(Tree::Fixed(Value::from(200))) }
}

impl Outcome {
    fn new(kind: impl Into<String>, ok: bool, expected: impl Into<Value>, got: impl Into<Value>) -> Self {
        let (judged, expected, got) = (Some(Value::Bool(ok)), Some(expected.into()), Some(got.into()));
        Self { kind: kind.into(), ok, judged, expected, got }
    }

    /// What was expected and what came, for a log.
    #[must_use]
    pub fn detail(&self) -> String {
        format!("expected {}, got {}", js::text_of(self.expected.as_ref()), js::text_of(self.got.as_ref()))
    }
}

impl Expectation {
    /// Looks at an answer.
    #[must_use]
    pub fn check(&self, status: u16, answer: &Answer<'_>, scope: &mut Scope<'_>) -> Outcome {
        match &self.wanted {
            Wanted::Each(list) => {
                let values: Vec<Option<Value>> = list.iter().map(|one| one.value(scope)).collect();
                match &*self.kind {
                    "headerEquals" => header_equals(&values, answer),
                    _ => equals(&values),
                }
            }
            Wanted::One(tree) => {
                let wanted = tree.value(scope);
                self.check_one(status, answer, wanted.unwrap_or(Value::Null))
            }
        }
    }

    fn check_one(&self, status: u16, answer: &Answer<'_>, wanted: Value) -> Outcome {
        let kind = &*self.kind;
        match kind {
            "statusCode" => Outcome::new(kind, is_status(&wanted, status), wanted, status),
            "notStatusCode" => {
                let expected = format!("Status code different than {}", js::text_of(Some(&wanted)));
                Outcome::new(kind, !is_status(&wanted, status), expected, status)
            }
            "contentType" => content_type(wanted, answer),
            "hasHeader" => {
                let name = js::text_of(Some(&wanted));
                match header(answer, &name) {
                    Some(_) => Outcome::new(kind, true, wanted.clone(), wanted),
                    None => Outcome::new(kind, false, wanted, format!("response has no {name} header")),
                }
            }
            // A text: its first two letters stand for name and value.
            "headerEquals" => {
                let text = js::text_of(Some(&wanted));
                let letters = text.chars().map(|letter| Some(Value::from(letter.to_string())));
                header_equals(&letters.collect::<Vec<_>>(), answer)
            }
            "hasProperty" | "notHasProperty" => property(kind, wanted, answer),
            "matchesRegexp" => {
                let body = js::text_of(Some(&body(answer)));
                let pattern = regress::Regex::new(&js::text_of(Some(&wanted)));
                let fits = pattern.is_ok_and(|pattern| pattern.find(&body).is_some());
                Outcome::new(kind, fits, true, fits)
            }
            "cdnHit" => {
                let word = if js::is_true(Some(&wanted)) { "hit" } else { "miss" };
                let says = |value: &str| {
                    value.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
                };
                let values = CACHES.iter().filter_map(|name| Some((name, header(answer, name)?)));
                let found = values.into_iter().find(|(_, value)| says(value));
                let got = found.as_ref().map(|(name, value)| format!("{name} is {value}"));
                let got = got.unwrap_or_else(|| "cache status header not found".to_owned());
                Outcome::new(kind, found.is_some(), format!("a cache header indicating a cache {word}"), got)
            }
            _ => expression(kind, wanted, answer),
        }
    }
}

fn content_type(wanted: Value, answer: &Answer<'_>) -> Outcome {
    let kind = "contentType";
    let given = header(answer, "content-type");
    if wanted == "json" {
        return match body(answer) {
            Value::Object(_) | Value::Array(_) => Outcome::new(kind, true, wanted, "json"),
            Value::Null => Outcome::new(kind, false, wanted, "could not parse response body as JSON"),
            _ => {
                let got = format!("content-type is {}", given.as_deref().unwrap_or("undefined"));
                Outcome::new(kind, false, wanted, got)
            }
        };
    }
    match given {
        Some(given) => {
            let ok = given.to_lowercase() == js::text_of(Some(&wanted)).to_lowercase();
            Outcome::new(kind, ok, wanted, given)
        }
        None => Outcome { judged: None, ..Outcome::new(kind, false, wanted, "content-type header not set") },
    }
}

/// `[name, value]`.
fn header_equals(wanted: &[Option<Value>], answer: &Answer<'_>) -> Outcome {
    let at = |nth: usize| wanted.get(nth).and_then(Option::as_ref);
    let name = js::text_of(at(0));
    let kind = format!("header {name} values equals");
    match header(answer, &name) {
        Some(given) => {
            let ok = at(1).is_some_and(|value| js::text_of(Some(value)) == given);
            Outcome { expected: at(1).cloned(), ..Outcome::new(kind, ok, Value::Null, given) }
        }
        None => {
            let expected = format!("response to have {name} header");
            Outcome::new(kind, false, expected, format!("response has no {name} header"))
        }
    }
}

/// Whether all are the same text. Nothing at all is not equal.
fn equals(values: &[Option<Value>]) -> Outcome {
    let texts: Vec<String> = values.iter().map(|value| js::text_of(value.as_ref())).collect();
    let ok = !texts.is_empty() && texts.windows(2).all(|pair| pair[0] == pair[1]);
    Outcome::new("equals", ok, "all values to be equal", texts.join(", "))
}

fn property(kind: &str, wanted: Value, answer: &Answer<'_>) -> Outcome {
    let body = body(answer);
    if !body.is_object() && !body.is_array() {
        return Outcome::new(kind, false, wanted, NO_OBJECT);
    }
    let path = js::text_of(Some(&wanted));
    let has = has_path(body, &path);
    let ok = has == (kind == "hasProperty");
    let word = if has { "has" } else { "has no" };
    let got = if ok { wanted.clone() } else { Value::from(format!("response body {word} {path} property")) };
    Outcome::new(kind, ok, wanted, got)
}

/// What an expression finds decides, by JavaScript's idea of truth.
fn expression(kind: &str, wanted: Value, answer: &Answer<'_>) -> Outcome {
    let older = kind == "jpath";
    let body = body(answer);
    let mut outcome = if !body.is_object() && !body.is_array() {
        Outcome::new(kind, false, wanted, NO_OBJECT)
    } else {
        match jmespath::find(&body.to_string(), &js::text_of(Some(&wanted))) {
            Ok(found) => {
                let ok = js::is_true(Some(&found));
                let got = (!older).then(|| wanted.clone());
                Outcome { judged: Some(found), got, ..Outcome::new(kind, ok, wanted, Value::Null) }
            }
            Err(why) => Outcome::new(kind, false, wanted, why),
        }
    };
    if older {
        outcome.expected = None;
    }
    outcome
}

/// A header as Artillery finds it: by small letters only.
fn header(answer: &Answer<'_>, name: &str) -> Option<String> {
    if name.chars().any(char::is_uppercase) { None } else { (answer.header)(name) }
}

/// The body as the plugin sees it: JSON by its content type, else text; null when the JSON cannot be read.
fn body(answer: &Answer<'_>) -> Value {
    if header(answer, "content-type").is_some_and(|given| given.contains("application/json")) {
        answer.json().cloned().unwrap_or(Value::Null)
    } else {
        Value::from(&*answer.text)
    }
}

fn is_status(wanted: &Value, status: u16) -> bool {
    let is = |value: &Value| js::number_of(Some(value)) == f64::from(status);
    match wanted {
        Value::Array(list) => list.iter().any(is),
        one => is(one),
    }
}

/// Whether there is a value at a path, null too.
fn has_path(body: Value, path: &str) -> bool {
    let mut shared = serde_json::Map::new();
    shared.insert("b".to_owned(), body);
    let vars = vars::Vars::new(std::sync::Arc::new(shared));
    let whole = if path.starts_with('[') { format!("b{path}") } else { format!("b.{path}") };
    vars.get(&whole).is_some()
}
