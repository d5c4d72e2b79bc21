//! Filling texts in by Artillery's rules: functions are called and variables put in one after another, each time from
//! the beginning of what the text has become.
//!
//! Main function: [`render`].

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

use super::js;
use super::template::Scope;

/// How often a text is gone through again because values put templates into it, beside some times for each of its own.
const ROUNDS_MAX: usize = 200;
/// From so many bytes more than it had, values put nothing more into a text: they could double it in each round.
const LENGTH_MAX: usize = 1 << 20;
/// Bytes that are looked at in all these rounds, beside those of its own templates.
const BYTES_MAX: usize = 4 << 20;

/// Writes a value into text: structures as JSON.
pub(super) fn push(text: &mut String, value: Option<&Value>) {
    match value {
        Some(Value::String(inner)) => text.push_str(inner),
        Some(value @ (Value::Array(_) | Value::Object(_))) => {
            let _ = write!(text, "{value}");
        }
        value => text.push_str(&js::text_of(value)),
    }
}

/// How far the filling of a text goes. What it holds itself is filled in however much it is; what values put into it
/// has an end.
struct Bounds {
    rounds: usize,
    length: usize,
    bytes: usize,
}

impl Bounds {
    fn of(source: &str) -> Self {
        // Each may stand for a value that has one too.
        let own = source.matches("{{").count() * 4;
        Self {
            rounds: ROUNDS_MAX + own,
            length: LENGTH_MAX + source.len(),
            bytes: BYTES_MAX.saturating_add(own.saturating_mul(source.len())),
        }
    }

    /// Whether there is another round for what has become of the text.
    fn allow(&mut self, text: &str) -> bool {
        if self.rounds == 0 || text.len() > self.length || text.len() > self.bytes {
            return false;
        }
        self.rounds -= 1;
        self.bytes -= text.len();
        true
    }
}

/// Any text by the rules; `None` is undefined.
#[must_use]
pub(super) fn render(source: &str, scope: &mut Scope<'_>) -> Option<Value> {
    if !source.contains("{{") {
        return Some(Value::from(source));
    }
    let (mut text, mut bounds) = (Cow::Borrowed(source), Bounds::of(source));
    while let Some(call) = find_call(&text) {
        if !bounds.allow(&text) {
            return Some(Value::from(text.into_owned()));
        }
        let made = scope.functions.call(call.name, &call.arguments(), scope.random)?;
        let mut next = text[..call.start].to_owned();
        substitute(&mut next, &text, (call.start, call.end), &js::text_of(made.as_ref()), bounds.length);
        next.push_str(&text[call.end..]);
        text = Cow::Owned(next);
    }
    match find_variable(&text, 0) {
        Some((0, end)) if end == text.len() => scope.vars.get(name_in(&text)).map(Cow::into_owned),
        Some(_) => fill(&text, scope).map(Value::from),
        None => Some(Value::from(text.into_owned())),
    }
}

/// Puts variables into a text, the first one again and again, as the rules say.
pub(super) fn fill(source: &str, scope: &mut Scope<'_>) -> Option<String> {
    let (mut text, mut bounds) = (source.to_owned(), Bounds::of(source));
    while bounds.allow(&text) {
        let Some((start, end)) = find_variable(&text, 0) else { break };
        let mut value = String::new();
        push(&mut value, scope.vars.get(name_in(&text[start..end])).as_deref());
        let mut made = text[..start].to_owned();
        substitute(&mut made, &text, (start, end), &value, bounds.length);
        made.push_str(&text[end..]);
        text = made;
    }
    Some(text)
}

/// Adds `value` where `range` stood in `whole`, with JavaScript's replacement patterns in it up to a length.
fn substitute(made: &mut String, whole: &str, (start, end): (usize, usize), value: &str, length_max: usize) {
    let mut rest = value;
    while let Some(place) = rest.find('$') {
        made.push_str(&rest[..place]);
        let behind = &rest[place + 1..];
        let (text, used) = match behind.as_bytes().first() {
            Some(b'$') => ("$", 1),
            Some(b'&' | b'`' | b'\'') if made.len() > length_max => ("", 1),
            Some(b'&') => (&whole[start..end], 1),
            Some(b'`') => (&whole[..start], 1),
            Some(b'\'') => (&whole[end..], 1),
            _ => ("$", 0),
        };
        made.push_str(text);
        rest = &behind[used..];
    }
    made.push_str(rest);
}

/// The name in `{{ name }}`.
pub(super) fn name_in(template: &str) -> &str {
    template.trim_matches(['{', '}']).trim()
}

/// The first `{{ name }}` or `{{{ name }}}` at or behind `from`.
pub(super) fn find_variable(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        let mut inner = start + 2;
        if text[inner..].starts_with('{') {
            inner += 1;
        }
        let fits = |c: char| {
            c.is_whitespace()
                || c.is_ascii_alphanumeric()
                || matches!(c, '$' | '_' | '.' | '[' | ']' | '\'' | '"' | '-')
        };
        let end = inner + text[inner..].find(|c| !fits(c)).unwrap_or(text.len() - inner);
        if end > inner && text[end..].starts_with("}}") {
            let end = end + 2;
            return Some((start, if text[end..].starts_with('}') { end + 1 } else { end }));
        }
        at = start + 1;
    }
    None
}

/// A call in a text.
#[derive(Debug)]
pub(super) struct Call<'t> {
    start: usize,
    end: usize,
    pub(super) name: &'t str,
    inside: &'t str,
}

impl Call<'_> {
    /// Numbers are numbers; names mean nothing here.
    fn arguments(&self) -> Vec<Option<Value>> {
        if self.inside.trim().is_empty() {
            return Vec::new();
        }
        let parts = self.inside.split(',').map(|part| match part.trim() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            part if part.starts_with(|c: char| c.is_ascii_digit()) => Some(js::number(js::number_in(part))),
            _ => None,
        });
        parts.collect()
    }
}

/// The first call: a name with `$` and arguments of letters, digits, commas and space.
pub(super) fn find_call(text: &str) -> Option<Call<'_>> {
    let mut at = 0;
    while let Some(found) = text[at..].find("{{") {
        let start = at + found;
        at = start + 1;
        let inner = text[start + 2..].trim_start();
        if !inner.starts_with('$') {
            continue;
        }
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name_end = 1 + inner[1..].find(|c| !word(c)).unwrap_or(inner.len() - 1);
        let open = inner[name_end..].trim_start();
        if name_end == 1 || !open.starts_with('(') {
            continue;
        }
        let inside = &open[1..];
        let close =
            inside.find(|c: char| !(word(c) || c == ',' || c.is_whitespace())).unwrap_or(inside.len());
        let behind = inside[close..].strip_prefix(')').map(str::trim_start);
        if let Some(behind) = behind.and_then(|behind| behind.strip_prefix("}}")) {
            let end = text.len() - behind.len();
            return Some(Call { start, end, name: &inner[..name_end], inside: &inside[..close] });
        }
    }
    None
}
