//! Modifiers: `@reverse`, `@flatten:{"deep":true}` and the others.

use std::borrow::Cow;

use serde_json::Value;

use super::path::{self, Separator};
use super::scan;

const NAMES: [&str; 13] = [
    "dig", "flatten", "fromstr", "group", "join", "keys", "pretty", "reverse", "this", "tostr", "ugly",
    "valid", "values",
];

/// Whether a path begins with a modifier that exists; others are keys.
pub(super) fn is_known(path: &str) -> bool {
    NAMES.binary_search(&name(path)).is_ok()
}

fn name(path: &str) -> &str {
    let rest = &path[1..];
    &rest[..rest.find([':', '.', '|']).unwrap_or(rest.len())]
}

/// What the modifier at the start of `path` makes of `json`, and the rest of the path.
pub(super) fn apply<'p>(json: &str, path: &'p str) -> Option<(String, Option<(Separator, &'p str)>)> {
    let name = name(path);
    let mut rest = &path[1 + name.len()..];
    let mut argument = "";
    if let Some(given) = rest.strip_prefix(':') {
        let bytes = given.as_bytes();
        let end = match bytes.first() {
            Some(b'{' | b'[' | b'"') => scan::value_end(bytes, 0),
            _ => given.find('|').unwrap_or(given.len()),
        };
        argument = given.get(..end)?;
        rest = given.get(end..)?;
    }
    Some((modify(name, json, argument)?, path::separated(rest)))
}

fn modify(name: &str, json: &str, argument: &str) -> Option<String> {
    let parsed = || serde_json::from_str::<Value>(json).ok();
    let option = |key: &str| {
        let options: Value = serde_json::from_str(argument).unwrap_or(Value::Null);
        options.get(key).and_then(Value::as_bool).unwrap_or(false)
    };
    Some(match name {
        "this" => json.to_owned(),
        "valid" => {
            parsed()?;
            json.to_owned()
        }
        "ugly" => parsed()?.to_string(),
        "pretty" => serde_json::to_string_pretty(&parsed()?).ok()?,
        "reverse" => reverse(parsed()?).to_string(),
        "keys" => match parsed()? {
            Value::Object(members) => Value::from(members.keys().cloned().collect::<Vec<_>>()).to_string(),
            Value::Array(elements) => Value::from(vec![Value::Null; elements.len()]).to_string(),
            _ => "[]".to_owned(),
        },
        "values" => match parsed()? {
            Value::Object(members) => {
                Value::from_iter(members.into_iter().map(|member| member.1)).to_string()
            }
            array @ Value::Array(_) => array.to_string(),
            other => Value::from(vec![other]).to_string(),
        },
        "tostr" => Value::from(json.trim()).to_string(),
        "fromstr" => {
            let inner = parsed()?.as_str()?.to_owned();
            serde_json::from_str::<Value>(&inner).ok()?;
            inner
        }
        "flatten" => flatten(parsed()?, option("deep")).to_string(),
        "join" => join(parsed()?, option("preserve")).to_string(),
        "group" => group(parsed()?).to_string(),
        "dig" => {
            let mut found = Vec::new();
            dig(json, argument, &mut found);
            format!("[{}]", found.join(","))
        }
        _ => return None,
    })
}

fn reverse(value: Value) -> Value {
    match value {
        Value::Array(elements) => Value::from_iter(elements.into_iter().rev()),
        Value::Object(members) => Value::Object(members.into_iter().rev().collect()),
        other => other,
    }
}

fn flatten(value: Value, deep: bool) -> Value {
    let Value::Array(elements) = value else { return value };
    Value::from_iter(elements.into_iter().flat_map(|element| match element {
        Value::Array(inner) if deep => match flatten(Value::Array(inner), true) {
            Value::Array(inner) => inner,
            other => vec![other],
        },
        Value::Array(inner) => inner,
        other => vec![other],
    }))
}

fn join(value: Value, preserve: bool) -> Value {
    let Value::Array(elements) = value else { return value };
    let members = elements.into_iter().filter_map(|element| match element {
        Value::Object(members) => Some(members),
        _ => None,
    });
    if !preserve {
        return Value::Object(members.flatten().collect());
    }
    // Members that come twice are both kept, which a map cannot hold; the first position wins, the last value.
    let mut joined = serde_json::Map::new();
    for (key, value) in members.flatten() {
        joined.insert(key, value);
    }
    Value::Object(joined)
}

fn group(value: Value) -> Value {
    let Value::Object(members) = value else { return Value::Array(Vec::new()) };
    let mut rows: Vec<serde_json::Map<String, Value>> = Vec::new();
    for (key, column) in members {
        let Value::Array(column) = column else { continue };
        for (index, value) in column.into_iter().enumerate() {
            if rows.len() <= index {
                rows.push(serde_json::Map::new());
            }
            rows[index].insert(key.clone(), value);
        }
    }
    Value::from_iter(rows)
}

/// Everything that `path` finds in `json` and in all that it contains.
fn dig(json: &str, wanted: &str, found: &mut Vec<String>) {
    if let Some(hit) = path::evaluate(Cow::Borrowed(json), wanted) {
        found.push(hit.trim().to_owned());
    }
    if let Some(items) = scan::items(json) {
        for (_, item) in items {
            dig(item, wanted, found);
        }
    }
}
