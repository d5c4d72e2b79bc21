//! Fault rules as people write them: `30s..60s path=/api/orders delay=500ms error=0.1:503`.
//!
//! Main types: [`Fault`], what goes wrong, and [`Rule`], where and when.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use http::StatusCode;
use model::Nanos;
use serde_json::Value;

use crate::error::Error;

/// What goes wrong, and how often. Rates are shares of the requests, 0 to 1.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fault {
    /// Added before the answer.
    pub delay: Duration,
    /// Up to this much more, evenly spread.
    pub jitter: Duration,
    /// How many get an error in place of an answer.
    pub error_rate: f64,
    /// The error's status; 500 when none is given.
    pub error_status: StatusCode,
    /// How many get a 503 that says that a circuit breaker is open.
    pub circuit_rate: f64,
    /// How many connections are reset without an answer.
    pub reset_rate: f64,
    /// How many answers stop in the middle of their body and do not go on.
    pub stall_rate: f64,
    /// How many answers end in the middle of their body.
    pub truncate_rate: f64,
    /// How many answers have a body that is not what its type says.
    pub malformed_rate: f64,
}

/// A fault with the paths and the time that it is for.
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// What the path starts with; empty for all paths.
    pub path: String,
    /// From when, counted from the shop's start or from the moment the rule was set.
    pub from: Duration,
    /// Until when; for ever without one.
    pub until: Option<Duration>,
    /// What goes wrong.
    pub fault: Fault,
    source: String,
}

impl Rule {
    /// Whether the rule is for this path at this time after its start.
    pub fn concerns(&self, path: &str, elapsed: Nanos) -> bool {
        let elapsed = Duration::from(elapsed);
        path.starts_with(&self.path) && elapsed >= self.from && self.until.is_none_or(|until| elapsed < until)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl Fault {
    /// Sets one of the fields; an error says what is wrong.
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "delay" => self.delay = span(value)?,
            "jitter" => self.jitter = span(value)?,
            "error" => (self.error_rate, self.error_status) = error(value)?,
            "circuit" => self.circuit_rate = rate(value)?,
            "reset" => self.reset_rate = rate(value)?,
            "stall" => self.stall_rate = rate(value)?,
            "truncate" => self.truncate_rate = rate(value)?,
            "malformed" => self.malformed_rate = rate(value)?,
            _ => return Err(format!("no fault is called `{name}`")),
        }
        Ok(())
    }
}

/// Reads `delay=100ms;jitter=20ms;error=0.1:503;reset=0.01`; spaces and commas separate too. A name alone
/// means always.
impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut fault = Self::default();
        for (name, value) in words(text) {
            fault.set(name, value)?;
        }
        Ok(fault)
    }
}

impl FromStr for Rule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        rule(text).map_err(|reason| Error::Fault { rule: text.to_owned(), reason })
    }
}

fn rule(text: &str) -> Result<Rule, String> {
    let mut rule = Rule {
        path: String::new(),
        from: Duration::ZERO,
        until: None,
        fault: Fault::default(),
        source: text.trim().to_owned(),
    };
    for (name, value) in words(text) {
        match name {
            "path" => value.clone_into(&mut rule.path),
            "from" => rule.from = span(value)?,
            "until" => rule.until = Some(span(value)?),
            _ if name.contains("..") => {
                let (from, until) = name.split_once("..").unwrap_or((name, ""));
                rule.from = if from.is_empty() { Duration::ZERO } else { span(from)? };
                rule.until = if until.is_empty() { None } else { Some(span(until)?) };
            }
            _ => rule.fault.set(name, value)?,
        }
    }
    if rule.until.is_some_and(|until| until <= rule.from) {
        return Err("the window ends before it starts".to_owned());
    }
    if rule.fault == Fault::default() {
        return Err("it names no fault".to_owned());
    }
    Ok(rule)
}

/// Reads one rule or a list of rules as JSON: objects with the same names as the text form.
pub(crate) fn rules_from_json(value: &Value) -> Result<Vec<Rule>, String> {
    match value {
        Value::Array(rules) => rules.iter().map(rule_from_json).collect(),
        Value::Object(fields) if fields.contains_key("rules") => rules_from_json(&fields["rules"]),
        _ => Ok(vec![rule_from_json(value)?]),
    }
}

fn rule_from_json(value: &Value) -> Result<Rule, String> {
    if let Value::String(text) = value {
        return rule(text);
    }
    let fields = value.as_object().ok_or("a rule is an object or a text")?;
    let mut text = String::new();
    for (name, value) in fields {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Object(error) if name == "error" => {
                let rate = error.get("rate").map_or_else(|| "1".to_owned(), Value::to_string);
                let status = error.get("status").map_or_else(|| "500".to_owned(), Value::to_string);
                format!("{rate}:{status}")
            }
            _ => return Err(format!("`{name}` is neither text nor number")),
        };
        if value.contains([' ', ';', ',']) {
            return Err(format!("`{name}` has a separator in it"));
        }
        text.push_str(&format!("{name}={value} "));
    }
    rule(&text)
}

fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let words = text.split([';', ',', ' ', '\t']).filter(|word| !word.is_empty());
    words.map(|word| word.split_once('=').unwrap_or((word, "1")))
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err(format!("`{text}` is not a rate from 0 to 1")),
    }
}

/// `0.1:503`, `0.1` or `503`.
fn error(text: &str) -> Result<(f64, StatusCode), String> {
    let (share, status) = match text.split_once(':') {
        Some((share, status)) => (share, status),
        None if text.parse::<u16>().is_ok_and(|status| status >= 100) => ("1", text),
        None => (text, "500"),
    };
    let status = status.parse().map_err(|_| format!("`{status}` is not a status"))?;
    Ok((rate(share)?, status))
}

/// `100ms`, `1.5s`, `2m`; a bare number is milliseconds.
fn span(text: &str) -> Result<Duration, String> {
    model::duration::parse(text).map_err(|_| format!("`{text}` is not a time"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn faults_are_read() {
        let check = |text: &str, expected: Result<Fault, &str>| {
            assert_eq!(text.parse::<Fault>(), expected.map_err(str::to_owned), "{text}");
        };
        let none = Fault::default();
        check("", Ok(none.clone()));
        check("delay=100ms;jitter=20ms", Ok(Fault { delay: 100 * MS, jitter: 20 * MS, ..none.clone() }));
        check("delay=1.5s, reset", Ok(Fault { delay: 1500 * MS, reset_rate: 1.0, ..none.clone() }));
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        check("error=0.1:503", Ok(Fault { error_rate: 0.1, error_status: unavailable, ..none.clone() }));
        check("error=503", Ok(Fault { error_rate: 1.0, error_status: unavailable, ..none.clone() }));
        let internal = StatusCode::INTERNAL_SERVER_ERROR;
        check("error=0.5", Ok(Fault { error_rate: 0.5, error_status: internal, ..none }));
        check("error=2", Err("`2` is not a rate from 0 to 1"));
        check("delay=soon", Err("`soon` is not a time"));
        check("explode", Err("no fault is called `explode`"));
    }

    #[test]
    fn rules_have_a_place_and_a_time() {
        let rule: Rule = "30s..60s path=/api/orders delay=500ms".parse().unwrap();
        for (path, at_s, expected) in [
            ("/api/orders", 29, false),
            ("/api/orders", 30, true),
            ("/api/orders/7", 59, true),
            ("/api/orders", 60, false),
            ("/api/products", 45, false),
        ] {
            assert_eq!(rule.concerns(path, Nanos::from_secs(at_s)), expected, "{path} at {at_s} s");
        }
        let open: Rule = "10s.. error=500".parse().unwrap();
        assert!(open.concerns("/x", Nanos::from_secs(1000)) && !open.concerns("/x", Nanos::from_secs(9)));
        for bad in ["", "path=/x", "60s..30s delay=1s", "1s..x delay=1"] {
            assert!(bad.parse::<Rule>().is_err(), "{bad}");
        }
    }

    #[test]
    fn json_says_the_same() {
        let text: Rule = "path=/api delay=5ms error=0.5:503".parse().unwrap();
        let json = json!([{"path": "/api", "delay": 5, "error": {"rate": 0.5, "status": 503}}]);
        let read = rules_from_json(&json).unwrap();
        assert_eq!((read.len(), &read[0].fault, &read[0].path), (1, &text.fault, &text.path));
        assert_eq!(rules_from_json(&json!({"rules": ["path=/a reset"]})).unwrap().len(), 1);
        assert!(rules_from_json(&json!({"path": "/a b", "reset": 1})).is_err());
        assert!(rules_from_json(&json!(7)).is_err());
    }
}
