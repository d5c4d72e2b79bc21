//! What holds for any input: [`gjson`] panics when it does not.
//!
//! The fuzz target calls it, and the test here replays its seeds and past findings.

use serde_json::Value;

use super::{Found, get, is_valid};

/// The value at a dotted path of plain names and indexes.
fn walk<'a>(tree: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(tree, |value, part| match value {
        Value::Object(fields) => fields.get(part),
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Whether path and text leave no doubt about what is meant.
fn is_plain(path: &str, text: &str) -> bool {
    // A key that is there twice has the first value here and the last in a tree.
    !text.contains('\\')
        && path.split('.').all(|part| {
            let name = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphabetic());
            let index = part.len() <= 4 && part.parse::<usize>().is_ok_and(|index| index.to_string() == part);
            (name || index) && text.matches(&format!("\"{part}\"")).count() <= 1
        })
}

/// Any path on any text ends; plain dotted paths agree with a tree of the same text.
///
/// The input: a line with the path, then the JSON text.
pub(crate) fn gjson(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let Some((path, text)) = input.split_once('\n') else { return };
    // Paths of users are short; what a wildcard costs grows with both.
    if path.len() > 200 {
        return;
    }
    let found = get(text.as_bytes(), path);
    let Ok(tree) = serde_json::from_str::<Value>(text) else { return };
    assert!(is_valid(text.as_bytes()), "{text}");
    if !is_plain(path, text) {
        return;
    }
    let agrees = match (walk(&tree, path), &found) {
        (None, None) | (Some(Value::Null), Some(Found::Null)) => true,
        (Some(Value::String(wanted)), Some(Found::Text(text))) => wanted == text,
        (Some(Value::Bool(wanted)), Some(Found::Bool(bool))) => wanted == bool,
        (Some(Value::Number(wanted)), Some(Found::Number(number))) => wanted.as_f64() == Some(*number),
        (Some(wanted @ (Value::Array(_) | Value::Object(_))), Some(Found::Json(json))) => {
            serde_json::from_str::<Value>(json).ok().as_ref() == Some(wanted)
        }
        _ => false,
    };
    assert!(agrees, "{path} in {text}: {:?} but {found:?}", walk(&tree, path));
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_findings_hold() {
        let fuzz = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");
        let mut inputs = 0;
        for folder in ["seeds", "found"] {
            let Ok(files) = std::fs::read_dir(format!("{fuzz}/{folder}/gjson")) else { continue };
            for file in files {
                super::gjson(&std::fs::read(file.expect("it is listed").path()).expect("it is readable"));
                inputs += 1;
            }
        }
        assert!(inputs > 0, "there is nothing to replay");
    }
}
