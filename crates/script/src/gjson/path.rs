//! Paths: components, separators and how each kind of component looks into a value.

use std::borrow::Cow;

use super::{modifier, multipath, query, scan};

/// How the rest of a path follows a component.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Separator {
    /// `.`: into the value, and after `#` into each element.
    Dot,
    /// `|`: on the result as a whole.
    Pipe,
}

/// The value at `path` in `json`, as text.
pub(super) fn evaluate<'a>(json: Cow<'a, str>, path: &str) -> Option<Cow<'a, str>> {
    if path.is_empty() {
        return None;
    }
    match path.as_bytes()[0] {
        b'@' if modifier::is_known(path) => {
            let (modified, rest) = modifier::apply(&json, path)?;
            follow(Cow::Owned(modified), rest)
        }
        b'!' => {
            let (literal, rest) = literal(&path[1..])?;
            follow(Cow::Owned(literal), rest)
        }
        b'{' | b'[' => {
            let (built, rest) = multipath::build(&json, path)?;
            follow(Cow::Owned(built), rest)
        }
        b'#' => array_component(json, path),
        _ => {
            let (component, rest) = component(path);
            let value = step(json, &component)?;
            follow(value, rest)
        }
    }
}

/// Goes on with what is left of a path, if anything is.
pub(super) fn follow<'a>(value: Cow<'a, str>, rest: Option<(Separator, &str)>) -> Option<Cow<'a, str>> {
    match rest {
        None => Some(value),
        Some((_, rest)) => evaluate(value, rest),
    }
}

/// One key, possibly with wildcards, its escapes resolved.
pub(super) struct Component {
    /// The characters, each with whether it was escaped and so means itself.
    characters: Vec<(char, bool)>,
}

impl Component {
    fn has_wildcard(&self) -> bool {
        self.characters.iter().any(|&(c, escaped)| !escaped && matches!(c, '*' | '?'))
    }

    fn text(&self) -> String {
        self.characters.iter().map(|pair| pair.0).collect()
    }
}

/// What comes before the first separator, and the rest.
pub(super) fn component(path: &str) -> (Component, Option<(Separator, &str)>) {
    let mut characters = Vec::new();
    let mut chars = path.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                if let Some((_, next)) = chars.next() {
                    characters.push((next, true));
                }
            }
            '.' => return (Component { characters }, Some((Separator::Dot, &path[at + 1..]))),
            '|' => return (Component { characters }, Some((Separator::Pipe, &path[at + 1..]))),
            _ => characters.push((c, false)),
        }
    }
    (Component { characters }, None)
}

/// The separator that `rest` begins with, and what follows it.
pub(super) fn separated(rest: &str) -> Option<(Separator, &str)> {
    match rest.as_bytes().first()? {
        b'.' => Some((Separator::Dot, &rest[1..])),
        b'|' => Some((Separator::Pipe, &rest[1..])),
        _ => None,
    }
}

/// A member by key or an element by number.
fn step<'a>(json: Cow<'a, str>, component: &Component) -> Option<Cow<'a, str>> {
    let range = {
        let items = scan::items(&json)?;
        let wildcard = component.has_wildcard();
        let text = component.text();
        let found = if items.is_object() {
            items.into_iter().find(|(key, _)| {
                let key = scan::unquote(key);
                if wildcard { matches(&key, &component.characters) } else { key == text }
            })
        } else {
            items.into_iter().nth(text.parse().ok()?)
        };
        range_of(&json, found?.1)
    };
    Some(part(json, range))
}

/// Where `part` lies in `whole`, of which it is a slice.
pub(super) fn range_of(whole: &str, part: &str) -> std::ops::Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

/// A part of a text, borrowed when the text is.
pub(super) fn part(whole: Cow<'_, str>, range: std::ops::Range<usize>) -> Cow<'_, str> {
    match whole {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range]),
        Cow::Owned(text) => Cow::Owned(text[range].to_owned()),
    }
}

/// Whether `text` matches a pattern of `*` and `?`, where escaped characters mean themselves.
pub(super) fn matches(text: &str, pattern: &[(char, bool)]) -> bool {
    let text: Vec<char> = text.chars().collect();
    // Backtracking only to the last star keeps this linear in practice and quadratic at worst.
    let (mut t, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(&('*', false)) => {
                star = Some((p, t));
                p += 1;
            }
            Some(&(c, escaped)) if (c == '?' && !escaped) || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    p = at + 1;
                    t = from + 1;
                    star = Some((at, from + 1));
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|pair| *pair == ('*', false))
}

/// Whether `text` matches a pattern given as text, where `\` escapes.
pub(super) fn matches_text(text: &str, pattern: &str) -> bool {
    let mut characters = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            characters.extend(chars.next().map(|next| (next, true)));
        } else {
            characters.push((c, false));
        }
    }
    matches(text, &characters)
}

/// `#`, `#.rest`, `#(query)` and `#(query)#`.
fn array_component<'a>(json: Cow<'a, str>, path: &str) -> Option<Cow<'a, str>> {
    let after = &path[1..];
    if let Some(inside) = after.strip_prefix('(') {
        let (condition, rest) = query::split(inside)?;
        return query::select(json, condition, rest);
    }
    if !after.is_empty() && separated(after).is_none() {
        // A key that begins with `#`.
        let (component, rest) = component(path);
        return follow(step(json, &component)?, rest);
    }
    let items = scan::items(&json)?;
    if items.is_object() {
        return None;
    }
    match separated(after) {
        None => Some(Cow::Owned(items.count().to_string())),
        Some((Separator::Pipe, rest)) => evaluate(Cow::Owned(items.count().to_string()), rest),
        Some((Separator::Dot, rest)) => each(items.map(|item| item.1), rest).map(Cow::Owned),
    }
}

/// Applies a path to each of several values and gives the array of what was found; a pipe in the path ends
/// the part that is applied to each.
pub(super) fn each<'i>(values: impl Iterator<Item = &'i str>, path: &str) -> Option<String> {
    let (own, piped) = split_at_pipe(path);
    let found: Vec<_> = values.filter_map(|value| evaluate(Cow::Borrowed(value), own)).collect();
    let array = format!("[{}]", found.join(","));
    match piped {
        Some(rest) => evaluate(Cow::Owned(array), rest).map(Cow::into_owned),
        None => Some(array),
    }
}

/// Splits a path at its first pipe outside brackets, quotes and escapes.
fn split_at_pipe(path: &str) -> (&str, Option<&str>) {
    let bytes = path.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => at = scan::string_end(bytes, at) - 1,
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            b'|' if depth == 0 => return (&path[..at], Some(&path[at + 1..])),
            _ => {}
        }
        at += 1;
    }
    (path, None)
}

/// A literal `!value`, and the rest of the path.
fn literal(text: &str) -> Option<(String, Option<(Separator, &str)>)> {
    let bytes = text.as_bytes();
    let end = match bytes.first()? {
        b'"' | b'{' | b'[' => scan::value_end(bytes, 0),
        _ => bytes.iter().position(|byte| matches!(byte, b'.' | b'|')).unwrap_or(bytes.len()),
    };
    Some((text.get(..end)?.to_owned(), separated(text.get(end..)?)))
}
