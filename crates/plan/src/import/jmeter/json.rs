//! JSON as JMeter's elements see it: paths of Jayway and JMESPath, and values as texts.

use serde_json::{Map, Value};

pub use crate::extract::jmespath::find as jmespath;
use crate::extract::jsonpath::{Dialect, Path};

/// What a path leads to, and whether it can lead to one place only.
///
/// # Errors
/// When the path is none. Functions at its end give nothing, as in JMeter.
pub fn find(document: &Value, path: &str) -> Result<(Vec<Value>, bool), String> {
    let path = path.trim();
    if path.is_empty() {
        return Err("json can not be null or empty".to_owned());
    }
    let path =
        if path.starts_with('$') || path.starts_with('@') { path.to_owned() } else { format!("$.{path}") };
    let parsed = Path::parse(&path, Dialect::Jayway).map_err(|error| error.to_string())?;
    if path.contains("[(") {
        return Err(format!("Could not parse token starting at position {}", path.find("[(").unwrap_or(0)));
    }
    if let Some(members) = several_names(&path) {
        // Several names of one object make an object of them.
        let (parent, names) = members;
        let (found, definite) = find(document, parent)?;
        let pick = |value: &Value| {
            let map = value.as_object()?;
            Some(Value::Object(
                names.iter().filter_map(|name| Some((name.clone(), map.get(name)?.clone()))).collect(),
            ))
        };
        return Ok((found.iter().filter_map(pick).collect(), definite));
    }
    if path.ends_with("()") {
        return Ok((Vec::new(), parsed.is_definite()));
    }
    Ok((parsed.find(document), parsed.is_definite()))
}

/// The path before a last bracket of several names, and the names.
fn several_names(path: &str) -> Option<(&str, Vec<String>)> {
    let inner = path.strip_suffix(']')?;
    let open = inner.rfind("['")?;
    let names: Vec<String> = inner[open + 1..]
        .split(',')
        .map(|name| name.trim().strip_prefix('\'')?.strip_suffix('\'').map(str::to_owned))
        .collect::<Option<_>>()?;
    (names.len() > 1).then(|| (&path[..open], names))
}

/// A value as text: texts as they are, objects in the order of Java's hash maps.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(map) => object_text(map),
        other => other.to_string(),
    }
}

/// An object in the order in which a `java.util.HashMap` goes through its keys.
fn object_text(map: &Map<String, Value>) -> String {
    // The room that a hash map makes for what it is made from.
    let room = (map.len() * 4 / 3 + 1).next_power_of_two();
    let place = |key: &str| {
        let hash =
            key.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
        let hash = hash as u32;
        (hash ^ (hash >> 16)) as usize & (room - 1)
    };
    let mut pairs: Vec<(&String, &Value)> = map.iter().collect();
    pairs.sort_by_key(|(key, _)| place(key));
    let parts = pairs.iter().map(|(key, value)| format!("{}:{value}", Value::from(key.as_str())));
    format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_as_java_does() {
        assert_eq!(
            text(&json!({"name": "Ann", "vip": true, "note": null})),
            r#"{"name":"Ann","note":null,"vip":true}"#
        );
        assert_eq!(text(&json!([1, "a"])), r#"[1,"a"]"#);
        assert_eq!(text(&json!(22.0)), "22.0");
    }
}
