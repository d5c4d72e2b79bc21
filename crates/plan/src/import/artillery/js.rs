//! JavaScript's ways with values, where Artillery's behaviour rests on them.
//!
//! `None` is `undefined` everywhere. Numbers are JSON numbers, whole ones without a fraction.

use serde_json::{Map, Number, Value};

/// From here on not every whole number is its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number; what is none becomes null, as in JSON.
#[must_use]
pub fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// The value with all whole numbers written as such.
#[must_use]
pub fn normal(value: Value) -> Value {
    match value {
        Value::Number(given) if given.is_f64() => number(given.as_f64().unwrap_or(f64::NAN)),
        Value::Array(items) => Value::Array(items.into_iter().map(normal).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(key, value)| (key, normal(value))).collect())
        }
        other => other,
    }
}

/// A number as `String(n)` writes it.
#[must_use]
pub fn number_text(given: &Number) -> String {
    if !given.is_f64() {
        return given.to_string();
    }
    let number = given.as_f64().unwrap_or(f64::NAN);
    if number != 0.0 && (number.abs() >= 1e21 || number.abs() < 1e-6) {
        let text = format!("{number:e}");
        return if number.abs() >= 1.0 { text.replace('e', "e+") } else { text };
    }
    format!("{number}")
}

/// `String(value)`.
#[must_use]
pub fn text_of(value: Option<&Value>) -> String {
    match value {
        None => "undefined".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::Number(number)) => number_text(number),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let parts: Vec<String> = items
                .iter()
                .map(|item| if item.is_null() { String::new() } else { text_of(Some(item)) })
                .collect();
            parts.join(",")
        }
        Some(Value::Object(_)) => "[object Object]".to_owned(),
    }
}

/// Whether it counts as true.
#[must_use]
pub fn is_true(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number != 0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(_) | Value::Object(_)) => true,
    }
}

/// `Number(value)`.
#[must_use]
pub fn number_of(value: Option<&Value>) -> f64 {
    match value {
        None | Some(Value::Object(_)) => f64::NAN,
        Some(Value::Null) => 0.0,
        Some(Value::Bool(flag)) => f64::from(u8::from(*flag)),
        Some(Value::Number(number)) => number.as_f64().unwrap_or(f64::NAN),
        Some(Value::String(text)) => number_in(text),
        Some(list @ Value::Array(_)) => number_in(&text_of(Some(list))),
    }
}

/// `Number(text)`.
#[must_use]
pub fn number_in(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    let based = |prefix: [&str; 2], base| {
        let rest = text.strip_prefix(prefix[0]).or_else(|| text.strip_prefix(prefix[1]))?;
        Some(u64::from_str_radix(rest, base).map_or(f64::NAN, |whole| whole as f64))
    };
    let based = based(["0x", "0X"], 16).or_else(|| based(["0o", "0O"], 8)).or_else(|| based(["0b", "0B"], 2));
    if let Some(number) = based {
        return number;
    }
    // Rust also takes words such as `inf`, JavaScript only one.
    if text.bytes().any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E')) {
        return match text {
            "Infinity" | "+Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => f64::NAN,
        };
    }
    text.parse().unwrap_or(f64::NAN)
}

/// The member or item of that name.
#[must_use]
pub fn member<'v>(value: &'v Value, key: &str) -> Option<Member<'v>> {
    fn index(key: &str) -> Option<usize> {
        key.parse().ok()
    }
    match value {
        Value::Object(members) => members.get(key).map(Member::Kept),
        Value::Array(items) if key == "length" => Some(Member::Length(items.len())),
        Value::Array(items) => items.get(index(key)?).map(Member::Kept),
        Value::String(text) if key == "length" => Some(Member::Length(text.encode_utf16().count())),
        Value::String(text) => text.chars().nth(index(key)?).map(Member::Letter),
        _ => None,
    }
}

/// What a member is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Member<'a> {
    /// A value that is kept.
    Kept(&'a Value),
    /// A length.
    Length(usize),
    /// A letter of a text.
    Letter(char),
}

impl Member<'_> {
    /// The value by itself.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            Self::Kept(value) => value.clone(),
            Self::Length(length) => Value::from(length),
            Self::Letter(letter) => Value::from(letter.to_string()),
        }
    }
}

/// The keys of a path such as `a.b[0]["c d"]`, by lodash's rules.
#[must_use]
pub fn keys(path: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = path;
    if rest.starts_with('.') {
        keys.push(String::new());
    }
    while let Some(first) = rest.chars().next() {
        match first {
            '.' => {
                rest = &rest[1..];
                if rest.is_empty() || rest.starts_with('.') {
                    keys.push(String::new());
                }
            }
            '[' => {
                let inner = &rest[1..];
                let quoted = inner.chars().next().filter(|quote| matches!(quote, '"' | '\''));
                let end = quoted
                    .and_then(|quote| inner[1..].find(&format!("{quote}]")).map(|end| (1, end + 1, end + 3)));
                let plain = || inner.find(']').map(|end| (0, end, end + 1));
                match end.or_else(plain) {
                    Some((from, to, next)) => {
                        keys.push(inner[from..to].to_owned());
                        rest = &inner[next..];
                    }
                    None => rest = inner,
                }
            }
            ']' => rest = &rest[1..],
            _ => {
                let end = rest.find(['.', '[', ']']).unwrap_or(rest.len());
                keys.push(rest[..end].to_owned());
                rest = &rest[end..];
            }
        }
    }
    keys
}

/// Puts a value at a path, making objects and lists on the way, as lodash's `set` does.
pub fn set(target: &mut Value, keys: &[String], value: Value) {
    let Some((key, rest)) = keys.split_first() else {
        *target = value;
        return;
    };
    if let (Value::Array(items), Ok(index)) = (&mut *target, key.parse::<usize>()) {
        if index < 100_000 {
            if items.len() <= index {
                items.resize(index + 1, Value::Null);
            }
            set(&mut items[index], rest, value);
        }
        return;
    }
    if !target.is_object() {
        *target = if key.parse::<usize>().is_ok_and(|index| index < 100_000) {
            Value::Array(Vec::new())
        } else {
            Value::Object(Map::new())
        };
        return set(target, keys, value);
    }
    if let Value::Object(members) = target {
        set(members.entry(key.clone()).or_insert(Value::Null), rest, value);
    }
}

/// Takes away what stands at a path, whose way is made all the same.
pub fn unset(target: &mut Value, keys: &[String]) {
    set(target, keys, Value::Null);
    let Some((last, way)) = keys.split_last() else { return };
    let mut place = target;
    for key in way {
        let next = match place {
            Value::Object(members) => members.get_mut(key),
            Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
            _ => None,
        };
        match next {
            Some(next) => place = next,
            None => return,
        }
    }
    if let Value::Object(members) = place {
        members.shift_remove(last);
    }
}

/// Lays `over` over `base`, members into members and, when `lists` says so, items over items.
pub fn merge(base: &mut Value, over: &Value, lists: bool) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                match base.get_mut(key) {
                    Some(known) => merge(known, value, lists),
                    None => {
                        base.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(base), Value::Array(over)) if lists => {
            for (index, value) in over.iter().enumerate() {
                match base.get_mut(index) {
                    Some(known) => merge(known, value, lists),
                    None => base.push(value.clone()),
                }
            }
        }
        (base, over) => *base = over.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_text_as_in_javascript() {
        let check = |value: Value, wanted: &str| assert_eq!(text_of(Some(&value)), wanted);
        check(number(1.0), "1");
        check(number(0.1), "0.1");
        check(json!(1e21), "1e+21");
        check(json!(1.5e-7), "1.5e-7");
        check(json!([1, null, [2, "x"]]), "1,,2,x");
        check(json!({"a": 1}), "[object Object]");
        assert_eq!(text_of(None), "undefined");
    }

    #[test]
    fn texts_become_numbers_as_in_javascript() {
        let check = |text: &str, wanted: f64| {
            let number = number_in(text);
            assert!(number == wanted || (number.is_nan() && wanted.is_nan()), "{text}: {number}");
        };
        check(" 12 ", 12.0);
        check("", 0.0);
        check("0x1f", 31.0);
        check("1e3", 1000.0);
        check("inf", f64::NAN);
        check("Infinity", f64::INFINITY);
        check("1,2", f64::NAN);
    }

    #[test]
    fn paths_have_keys() {
        let check = |path: &str, wanted: &[&str]| assert_eq!(keys(path), wanted, "{path}");
        check("a.b[0].c", &["a", "b", "0", "c"]);
        check("o['a b'].x", &["o", "a b", "x"]);
        check("o[\"a.b\"]", &["o", "a.b"]);
        check("o.with-dash", &["o", "with-dash"]);
        check("", &[]);
        check("a[", &["a"]);
    }

    #[test]
    fn set_makes_the_way() {
        let mut value = Value::Null;
        set(&mut value, &keys("a.b[1]"), json!(5));
        assert_eq!(value, json!({"a": {"b": [null, 5]}}));
    }

    #[test]
    fn merging_goes_deep() {
        let merged = |lists| {
            let mut base = json!({"a": {"x": 1, "l": [1, 2]}, "k": 1});
            merge(&mut base, &json!({"a": {"y": 2, "l": [9]}, "k": null}), lists);
            base
        };
        assert_eq!(merged(true), json!({"a": {"x": 1, "l": [9, 2], "y": 2}, "k": null}));
        assert_eq!(merged(false), json!({"a": {"x": 1, "l": [9], "y": 2}, "k": null}));
    }
}
