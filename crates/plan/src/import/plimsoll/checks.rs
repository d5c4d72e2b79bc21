//! What our own plans take out of answers and expect of them.

use std::sync::Arc;
use std::time::Duration;

use regex_lite::Regex;

use super::expression::is_equal;
use super::reader::Reader;
use crate::exchange::Exchange;
use crate::expr::{Expr, Failure, Text};
use crate::request::{Capture, Check, Extract, FromAnswer, Test};
use crate::session::Session;
use crate::value::Value;
use crate::yaml::{Node, Yaml};

/// What stands at a path of a body that is JSON; the whole when the path is empty.
pub(super) fn json_at(body: &[u8], path: &str) -> Option<Value> {
    let json: serde_json::Value = serde_json::from_slice(body).ok()?;
    let whole = Value::from(json);
    if path.is_empty() {
        return Some(whole);
    }
    match whole.at(path) {
        Value::Undefined => None,
        value => Some(value),
    }
}

/// A path into a JSON body.
struct JsonPath(Text);

impl Extract for JsonPath {
    fn extract(&self, exchange: &Exchange, session: &mut Session) -> Result<Option<Value>, Failure> {
        let path = self.0.render(session)?;
        Ok(json_at(&exchange.body(), &path))
    }
}

/// The first group of a regular expression, or all that it takes.
struct Pattern(Regex);

impl Extract for Pattern {
    fn extract(&self, exchange: &Exchange, _session: &mut Session) -> Result<Option<Value>, Failure> {
        let text = exchange.text();
        let found = self.0.captures(&text).and_then(|groups| groups.get(1).or_else(|| groups.get(0)));
        Ok(found.map(|found| Value::text(found.as_str())))
    }
}

/// The captures of a request: `variable: where`.
pub(super) fn captures(reader: &mut Reader, node: &Node) -> Vec<Capture> {
    let Yaml::Map(members) = &node.value else {
        reader.expected(node, "a mapping of variables");
        return Vec::new();
    };
    let read = |(name, _, from): &(String, _, Node)| {
        reader.within(name, |reader| {
            let (from, default) = source(reader, from)?;
            Some(Capture { into: name.as_str().into(), from, default })
        })
    };
    members.iter().filter_map(read).collect()
}

fn source(reader: &mut Reader, node: &Node) -> Option<(FromAnswer, Option<Value>)> {
    // A bare text is a path into a JSON body, the usual case, or names a part of the answer.
    if let Yaml::Text(text) = &node.value {
        return Some((simple(reader, node, text), None));
    }
    let members = reader.members(node, "capture")?;
    let default = members.get("default").map(|node| Value::from(node.to_json()));
    let mut sources = members.iter().filter(|(key, ..)| key != "default");
    let Some((key, _, value)) = sources.next() else {
        reader.wrong(node.at, "where is it? json, regex, header, status, body, url or duration");
        return None;
    };
    if let Some((more, at, _)) = sources.next() {
        reader.wrong(*at, format!("'{key}' says already where it is, so '{more}' cannot"));
    }
    let from = match key.as_str() {
        "json" => FromAnswer::Own(Arc::new(JsonPath(reader.text(value)))),
        "regex" => FromAnswer::Own(Arc::new(Pattern(regex(reader, value)?))),
        "header" => FromAnswer::Header(reader.plain(value).into()),
        other => part(other)?,
    };
    Some((from, default))
}

fn simple(reader: &mut Reader, node: &Node, text: &str) -> FromAnswer {
    part(text).unwrap_or_else(|| FromAnswer::Own(Arc::new(JsonPath(reader.text_of(node.at, text)))))
}

fn part(name: &str) -> Option<FromAnswer> {
    Some(match name {
        "status" => FromAnswer::Status,
        "body" => FromAnswer::Body,
        "url" => FromAnswer::Url,
        "duration" => FromAnswer::Duration,
        _ => return None,
    })
}

fn regex(reader: &mut Reader, node: &Node) -> Option<Regex> {
    let text = reader.plain(node);
    match Regex::new(&text) {
        Ok(regex) => Some(regex),
        Err(why) => {
            reader.wrong(node.at, format!("'{text}' is no regular expression: {why}"));
            None
        }
    }
}

/// The checks of a request.
pub(super) fn checks(reader: &mut Reader, node: &Node) -> Vec<Check> {
    let mut checks = Vec::new();
    // A bare number is the status.
    if let Yaml::Number(_) | Yaml::List(_) = node.value {
        status(reader, node, &mut checks);
        return checks;
    }
    let Some(members) = reader.members(node, "expect") else { return checks };
    for (key, _, value) in members.iter() {
        reader.within(key, |reader| match key.as_str() {
            "status" => status(reader, value, &mut checks),
            "contains" => {
                let text = reader.text(value);
                let name = format!("body contains {}", reader.plain(value));
                checks.push(check(name, Contains(text)));
            }
            "matches" => {
                let name = format!("body matches {}", reader.plain(value));
                if let Some(regex) = regex(reader, value) {
                    checks.push(check(name, Matches(regex)));
                }
            }
            "time_below" => {
                let time = reader.time(value);
                let name = format!("time is below {}", reader.plain(value));
                checks.push(check(name, Below(time)));
            }
            "json" | "header" => pairs(reader, key, value, &mut checks),
            _ => {}
        });
    }
    checks
}

fn check(name: String, test: impl Test + 'static) -> Check {
    Check { name: name.into(), test: Arc::new(test), must_hold: false }
}

fn status(reader: &mut Reader, node: &Node, checks: &mut Vec<Check>) {
    let one = |reader: &mut Reader, node: &Node| reader.whole(node, 0).min(999) as u16;
    let statuses: Vec<u16> = match &node.value {
        Yaml::List(items) => items.iter().map(|item| one(reader, item)).collect(),
        _ => vec![one(reader, node)],
    };
    let shown: Vec<String> = statuses.iter().map(ToString::to_string).collect();
    checks.push(check(format!("status is {}", shown.join(" or ")), StatusIn(statuses)));
}

/// `path: value` pairs.
fn pairs(reader: &mut Reader, kind: &str, node: &Node, checks: &mut Vec<Check>) {
    let Yaml::Map(members) = &node.value else {
        return reader.expected(node, "a mapping");
    };
    for (key, at, value) in members {
        let name = format!("{kind} {key} is {}", value.to_json());
        let path = reader.text_of(*at, key);
        let wanted = reader.value(value);
        match kind {
            "json" => checks.push(check(name, JsonIs(path, wanted))),
            _ => checks.push(check(name, HeaderIs(key.clone(), wanted))),
        }
    }
}

struct StatusIn(Vec<u16>);
struct Contains(Text);
struct Matches(Regex);
struct Below(Duration);
struct JsonIs(Text, Expr);
struct HeaderIs(String, Expr);

impl Test for StatusIn {
    fn holds(&self, exchange: &Exchange, _session: &mut Session) -> bool {
        self.0.contains(&exchange.status())
    }
}

impl Test for Contains {
    fn holds(&self, exchange: &Exchange, session: &mut Session) -> bool {
        self.0.render(session).is_ok_and(|text| exchange.text().contains(&*text))
    }
}

impl Test for Matches {
    fn holds(&self, exchange: &Exchange, _session: &mut Session) -> bool {
        self.0.is_match(&exchange.text())
    }
}

impl Test for Below {
    fn holds(&self, exchange: &Exchange, _session: &mut Session) -> bool {
        exchange.outcome.is_ok() && Duration::from(exchange.trail().duration()) < self.0
    }
}

impl Test for JsonIs {
    fn holds(&self, exchange: &Exchange, session: &mut Session) -> bool {
        let (Ok(path), Ok(wanted)) = (self.0.render(session), self.1.value(session)) else { return false };
        json_at(&exchange.body(), &path).is_some_and(|value| is_equal(&value, &wanted))
    }
}

impl Test for HeaderIs {
    fn holds(&self, exchange: &Exchange, session: &mut Session) -> bool {
        let Ok(wanted) = self.1.value(session) else { return false };
        exchange.header(&self.0).is_some_and(|value| value == wanted.to_text())
    }
}
