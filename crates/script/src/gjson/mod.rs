//! Values out of JSON text by path, in the syntax that `response.json(selector)` takes (gjson's).
//!
//! [`get`] looks into the text without building a tree: components, wildcards, array queries, multipaths,
//! modifiers and pipes. What it finds is a scalar or a piece of JSON text. It does not check the text it
//! passes over; call [`is_valid`] first when that matters.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod modifier;
mod multipath;
mod path;
mod query;
mod scan;

use std::borrow::Cow;

pub(crate) use scan::syntax_error;

/// What a path found.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Found<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string, unescaped.
    Text(Cow<'a, str>),
    /// The text of an object or array.
    Json(Cow<'a, str>),
}

/// Whether `text` is one JSON value and nothing else.
pub(crate) fn is_valid(text: &[u8]) -> bool {
    scan::first_error(text).is_none()
}

/// The value at `path`, if there is one.
pub(crate) fn get<'a>(text: &'a [u8], path: &str) -> Option<Found<'a>> {
    let text = std::str::from_utf8(text).ok()?;
    let found = match path.strip_prefix("..") {
        Some(rest) => {
            let lines: Vec<_> = scan::lines(text).collect();
            path::evaluate(Cow::Owned(format!("[{}]", lines.join(","))), rest.trim_start_matches('.'))?
        }
        None => path::evaluate(Cow::Borrowed(text), path)?,
    };
    Some(classify(found))
}

fn classify(raw: Cow<'_, str>) -> Found<'_> {
    let trimmed = match raw {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    match trimmed.as_bytes().first() {
        Some(b'{' | b'[') => Found::Json(trimmed),
        Some(b'"') => Found::Text(match trimmed {
            Cow::Borrowed(text) => scan::unquote(text),
            Cow::Owned(text) => Cow::Owned(scan::unquote(&text).into_owned()),
        }),
        Some(b't') => Found::Bool(true),
        Some(b'f') => Found::Bool(false),
        Some(b'n') | None => Found::Null,
        Some(_) => trimmed.parse().map_or(Found::Null, Found::Number),
    }
}

#[cfg(test)]
mod tests;
