//! Multipaths: `{a,b.c,"name":d}` makes an object and `[a,b.c]` an array of what several paths find.

use std::borrow::Cow;

use super::path::{self, Separator};
use super::{query, scan};

/// The value that a multipath at the start of `text` makes from `json`, and the rest of the path.
pub(super) fn build<'p>(json: &str, text: &'p str) -> Option<(String, Option<(Separator, &'p str)>)> {
    let object = text.starts_with('{');
    let (inside, rest) = query::split(&text[1..])?;
    let mut parts = Vec::new();
    for selector in selectors(inside) {
        let (name, selector) = named(selector, object);
        let Some(found) = path::evaluate(Cow::Borrowed(json), selector) else { continue };
        let found = found.trim();
        parts.push(if object {
            let name = name.unwrap_or_else(|| last_name(selector));
            format!("{}:{found}", serde_json::Value::from(name))
        } else {
            found.to_owned()
        });
    }
    let joined = parts.join(",");
    let built = if object { format!("{{{joined}}}") } else { format!("[{joined}]") };
    Some((built, path::separated(rest)))
}

/// The parts between commas that are outside brackets, quotes and escapes.
fn selectors(inside: &str) -> Vec<&str> {
    let bytes = inside.as_bytes();
    let mut parts = Vec::new();
    let (mut at, mut start, mut depth) = (0, 0, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => at = scan::string_end(bytes, at) - 1,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(inside.get(start..).unwrap_or_default());
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The name in `"name":path`, and the path.
fn named(selector: &str, object: bool) -> (Option<String>, &str) {
    if object && selector.starts_with('"') {
        let end = scan::string_end(selector.as_bytes(), 0);
        if let Some(rest) = selector.get(end..).and_then(|rest| rest.trim_start().strip_prefix(':')) {
            return (Some(scan::unquote(&selector[..end]).into_owned()), rest.trim_start());
        }
    }
    (None, selector)
}

/// What a member is called when it has no name of its own: the last plain component, or `_`.
fn last_name(selector: &str) -> String {
    let last = selector.rsplit(['.', '|']).next().unwrap_or_default();
    let plain =
        !last.is_empty() && last.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '\\'));
    if plain { last.replace('\\', "") } else { "_".to_owned() }
}
