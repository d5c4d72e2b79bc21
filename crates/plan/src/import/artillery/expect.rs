//! The expect plugin: what must be true of answers.
//!
//! Main types: [`Expectation`] and [`Settings`]. A failed expectation does not end the user unless it is to count as
//! an error; it makes the run's exit status 21.

use serde_json::Value;

use super::capture::Answer;
use super::functions::Functions;
use super::template::{Scope, Tree};
use super::{js, vars};
use crate::extract::jmespath;

/// What the plugin was told.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Settings {
    /// Failures end the user as errors.
    pub as_errors: bool,
    /// Every request must be answered with 200 unless it says something else.
    pub default_200: bool,
}

/// The names of expectations, with what they want.
pub static EXPECTATIONS: &[(&str, &str)] = &[
    ("statusCode", "the status is this, or one of a list"),
    ("notStatusCode", "the status is not this, nor one of a list"),
    ("contentType", "the content type is this; `json` is any JSON"),
    ("hasHeader", "there is such a header"),
    ("headerEquals", "a header has this value: `[name, value]`"),
    ("hasProperty", "the JSON body has this path"),
    ("notHasProperty", "the JSON body has no such path"),
    ("equals", "all values of a list are equal"),
    ("matchesRegexp", "the body, when it is no JSON, fits the pattern"),
    ("validRegexp", "the same under its older name"),
    ("cdnHit", "a cache answered, or did not"),
    ("jmespath", "the expression is true of the JSON body"),
    ("jpath", "the same under its older name"),
];

/// One expectation.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Its name.
    pub kind: Box<str>,
    wanted: Tree,
}

/// What came of one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// How it is counted.
    pub kind: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was expected, and what came.
    pub detail: String,
}

/// Reads the expectations of a request: a list of mappings, or one.
#[must_use]
pub fn read(spec: &Value, functions: &Functions) -> Vec<Expectation> {
    let list = match spec {
        Value::Array(list) => list.iter().collect(),
        Value::Object(_) => vec![spec],
        _ => Vec::new(),
    };
    let members = list.into_iter().filter_map(Value::as_object).flatten();
    let known = members.filter(|(kind, _)| EXPECTATIONS.iter().any(|(name, _)| name == kind));
    known
        .map(|(kind, wanted)| Expectation {
            kind: kind.as_str().into(),
            wanted: Tree::new(wanted, functions),
        })
        .collect()
}

/// The expectation that every request has when the plugin is told so.
#[must_use]
pub fn status_200() -> Expectation {
    Expectation { kind: "statusCode".into(), wanted: Tree::Fixed(Value::from(200)) }
}

impl Expectation {
    /// Looks at an answer.
    #[must_use]
    pub fn check(&self, status: u16, answer: &Answer<'_>, scope: &mut Scope<'_>) -> Outcome {
        let wanted = self.wanted.value(scope).unwrap_or(Value::Null);
        let content_type = (answer.header)("content-type").unwrap_or_default();
        let json = || answer.json().filter(|_| content_type.contains("json"));
        let mut kind = self.kind.to_string();
        let (ok, got) = match &*self.kind {
            "statusCode" => (is_status(&wanted, status), status.to_string()),
            "notStatusCode" => (!is_status(&wanted, status), status.to_string()),
            "contentType" => {
                let wants = js::text_of(Some(&wanted)).to_lowercase();
                let got = content_type.to_lowercase();
                (
                    if wants == "json" { got.contains("application/json") } else { got == wants },
                    content_type.clone(),
                )
            }
            "hasHeader" => {
                let got = (answer.header)(&js::text_of(Some(&wanted)).to_lowercase());
                (got.is_some(), got.unwrap_or_else(|| "no such header".to_owned()))
            }
            "headerEquals" => {
                let name = js::text_of(wanted.get(0));
                kind = format!("header {name} values equals");
                let got = (answer.header)(&name.to_lowercase());
                (got.as_deref() == Some(&js::text_of(wanted.get(1))), got.unwrap_or_default())
            }
            "hasProperty" | "notHasProperty" => {
                let path = js::text_of(Some(&wanted));
                let has = json().is_some_and(|body| has_path(body, &path));
                (has == (&*self.kind == "hasProperty"), if has { "there" } else { "not there" }.to_owned())
            }
            "equals" => {
                let items = wanted.as_array().map(Vec::as_slice).unwrap_or_default();
                (items.windows(2).all(|pair| pair[0] == pair[1]), wanted.to_string())
            }
            "matchesRegexp" | "validRegexp" => {
                let pattern = regress::Regex::new(&js::text_of(Some(&wanted)));
                let fits =
                    json().is_none() && pattern.is_ok_and(|pattern| pattern.find(&answer.text).is_some());
                (fits, "the body".to_owned())
            }
            "cdnHit" => {
                let hit = ["x-cache", "cf-cache-status"].iter().any(|name| {
                    (answer.header)(name).is_some_and(|value| value.to_lowercase().contains("hit"))
                });
                (Value::Bool(hit) == wanted, hit.to_string())
            }
            _ => {
                kind = "jmespath".to_owned();
                let expression = js::text_of(Some(&wanted));
                let body = json().unwrap_or(&Value::Null).to_string();
                match jmespath::find(&body, &expression) {
                    Ok(found) => (js::is_true(Some(&found)), found.to_string()),
                    Err(why) => (false, why),
                }
            }
        };
        let detail = format!("expected {}, got {got}", js::text_of(Some(&wanted)));
        Outcome { kind, ok, detail }
    }
}

fn is_status(wanted: &Value, status: u16) -> bool {
    let is = |value: &Value| js::number_of(Some(value)) == f64::from(status);
    match wanted {
        Value::Array(list) => list.iter().any(is),
        one => is(one),
    }
}

fn has_path(body: &Value, path: &str) -> bool {
    let mut shared = serde_json::Map::new();
    shared.insert("b".to_owned(), body.clone());
    let vars = vars::Vars::new(std::sync::Arc::new(shared));
    vars.get(&format!("b.{path}")).is_some()
}
