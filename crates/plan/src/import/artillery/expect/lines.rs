//! What the expect plugin prints of each request when Artillery's own output is asked for.
//!
//! Main type: [`Form`]; main function: [`text`].

use serde_json::{Map, Value, json};

use super::Outcome;
use crate::import::artillery::js;

/// `outputFormat`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Form {
    /// Every expectation, and more of a request with one that failed.
    #[default]
    Pretty,
    /// The same of requests with one that failed only.
    PrettyError,
    /// A line of JSON for each request.
    Json,
    /// Nothing.
    Silent,
}

impl Form {
    /// The form of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "pretty" => Self::Pretty,
            "prettyError" => Self::PrettyError,
            "json" => Self::Json,
            "silent" => Self::Silent,
            _ => return None,
        })
    }
}

/// A request and its answer, as they are shown.
pub struct Shown<'a> {
    /// The method in capitals.
    pub method: &'a str,
    /// Where it went.
    pub url: &'a str,
    /// Its name, filled in.
    pub name: Option<String>,
    /// What it sent as JSON.
    pub json: Option<Value>,
    /// The answer's headers.
    pub headers: Map<String, Value>,
    /// The answer's body.
    pub body: &'a str,
    /// The user's variables.
    pub vars: Map<String, Value>,
}

/// What is printed, without the end of the last line; nothing when there is nothing to say.
///
/// `shown` is asked only when it is needed.
#[must_use]
pub fn text<'a>(form: Form, outcomes: &[Outcome], shown: impl FnOnce() -> Shown<'a>) -> Option<String> {
    let failed = outcomes.iter().any(|outcome| !outcome.ok);
    match form {
        Form::Silent => None,
        Form::Json => Some(line_of_json(outcomes, &shown())),
        Form::PrettyError if !failed => None,
        Form::Pretty | Form::PrettyError if outcomes.is_empty() => None,
        Form::Pretty | Form::PrettyError => Some(pretty(outcomes, &shown(), failed)),
    }
}

fn line_of_json(outcomes: &[Outcome], shown: &Shown<'_>) -> String {
    let result = |outcome: &Outcome| {
        let mut result = Map::new();
        let members = [
            ("ok", outcome.judged.clone()),
            ("expected", outcome.expected.clone()),
            ("type", Some(Value::from(outcome.kind.as_str()))),
            ("got", outcome.got.clone()),
        ];
        for (key, value) in members {
            if let Some(value) = value {
                result.insert(key.to_owned(), value);
            }
        }
        Value::Object(result)
    };
    let mut line = Map::new();
    if let Some(name) = &shown.name {
        line.insert("name".to_owned(), Value::from(name.as_str()));
    }
    line.insert("url".to_owned(), Value::from(path_of(shown.url)));
    line.insert("results".to_owned(), outcomes.iter().map(result).collect());
    json!(line).to_string()
}

fn pretty(outcomes: &[Outcome], shown: &Shown<'_>, failed: bool) -> String {
    let name = shown.name.as_ref().map(|name| format!("- {name}")).unwrap_or_default();
    let mut lines = vec![format!("* {} {} {name}", shown.method, path_of(shown.url)), String::new()];
    for outcome in outcomes {
        let got = js::text_of(outcome.got.as_ref());
        let word = if outcome.ok { "ok" } else { "not ok" };
        lines.push(format!("  {word} {} {got} ", outcome.kind));
        if !outcome.ok {
            lines.push(format!("  expected: {}", js::text_of(outcome.expected.as_ref())));
            lines.push(format!("       got: {got}"));
        }
    }
    if failed {
        let body = shown.json.as_ref().map_or_else(|| "\"\"".to_owned(), |json| format!("{json:#}"));
        lines.push("  Request params:".to_owned());
        lines.push(format!("    {}", shown.url));
        lines.extend(body.lines().map(|line| format!("    {line}")));
        lines.push("  Headers:".to_owned());
        lines.extend(
            shown.headers.iter().map(|(name, value)| format!("  {name}: {}", js::text_of(Some(value)))),
        );
        lines.push("  Body:".to_owned());
        lines.push(shown.body.to_owned());
        lines.push("  User variables:".to_owned());
        lines.extend(
            shown.vars.iter().map(|(name, value)| format!("    {name}: {}", js::text_of(Some(value)))),
        );
    }
    lines.join("\n")
}

/// What stands behind the host.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..])
}
