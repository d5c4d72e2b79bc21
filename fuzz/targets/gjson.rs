//! Paths into JSON: any path on any text ends, and plain paths agree with a tree of the same text.

#![no_main]

use libfuzzer_sys::fuzz_target;

// The module alone: it needs nothing of the JavaScript host around it.
#[path = "../../crates/script/src/gjson/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the host uses more of it")]
mod gjson;

fuzz_target!(|input: (&str, &str)| {
    let (path, text) = input;
    // Paths of users are short; what a wildcard costs grows with both.
    if path.len() > 200 {
        return;
    }
    let found = gjson::get(text.as_bytes(), path);
    let tree: Option<serde_json::Value> = serde_json::from_str(text).ok();
    if tree.is_some() {
        assert!(gjson::is_valid(text.as_bytes()), "{text}");
    }
    let plain = !path.is_empty() && path.chars().all(|char| char.is_ascii_alphabetic());
    let Some(serde_json::Value::Object(fields)) = tree.filter(|_| plain) else { return };
    // A key that is there twice has the first value here and the last in a tree.
    if text.matches(path).count() > 1 || text.contains('\\') {
        return;
    }
    match (fields.get(path), found) {
        (None, None) => {}
        (Some(serde_json::Value::String(wanted)), Some(gjson::Found::Text(text))) => {
            assert_eq!(*wanted, text)
        }
        (Some(serde_json::Value::Bool(wanted)), Some(gjson::Found::Bool(bool))) => assert_eq!(*wanted, bool),
        (Some(serde_json::Value::Null), Some(gjson::Found::Null)) => {}
        (Some(serde_json::Value::Number(wanted)), Some(gjson::Found::Number(number))) => {
            assert_eq!(wanted.as_f64(), Some(number), "{text}");
        }
        (
            Some(wanted @ (serde_json::Value::Array(_) | serde_json::Value::Object(_))),
            Some(gjson::Found::Json(json)),
        ) => {
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&json).ok().as_ref(),
                Some(wanted),
                "{text}"
            );
        }
        (wanted, found) => panic!("{path} in {text}: {wanted:?} but {found:?}"),
    }
});
