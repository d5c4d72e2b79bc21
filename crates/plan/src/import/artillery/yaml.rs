//! YAML as Artillery's reader takes it, with the place of every part.
//!
//! Main type: [`Document`]. The rules are those of the YAML 1.2 core schema with merge keys, underscores in numbers
//! and dates; a key that stands twice is an error. How deep a document nests, and how much its aliases repeat, is
//! bounded. JSON is YAML too, and goes the same way.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

use super::js;
use crate::note::{Kind, Note, Place};

/// How deep a document may nest.
const DEPTH_MAX: usize = 128;
/// How many values a document may have, those that aliases repeat included.
const VALUES_MAX: usize = 1_000_000;
/// How many bytes of text aliases may repeat in all.
const REPEATED_MAX: usize = 64 << 20;
/// How many bytes the paths of all parts may have: keys that are long and hold much make them grow.
const PATHS_MAX: usize = 256 << 20;

/// A document and where its parts stand.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// Where.
    pub places: Places,
    /// What is odd about it.
    pub notes: Vec<Note>,
}

/// Lines and columns, by path.
#[derive(Clone, Debug, Default)]
pub struct Places(HashMap<String, Spot>);

#[derive(Clone, Debug)]
struct Spot {
    file: std::rc::Rc<str>,
    line: u32,
    column: u32,
}

impl Places {
    /// The place of the part at `path`, or of the nearest part around it.
    #[must_use]
    pub fn of(&self, path: &str) -> Place {
        let mut known = path;
        loop {
            if let Some(spot) = self.0.get(known) {
                let (file, path) = (spot.file.to_string(), path.to_owned());
                return Place { file, line: spot.line, column: spot.column, path };
            }
            match known.rfind(['.', '[']) {
                Some(end) => known = &known[..end],
                None if known.is_empty() => return Place { path: path.to_owned(), ..Place::default() },
                None => known = "",
            }
        }
    }

    /// Adds those of a document that is laid over this one.
    pub fn overlay(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    fn put(&mut self, file: &std::rc::Rc<str>, path: &str, span: Span) {
        let line = u32::try_from(span.start.line()).unwrap_or(0);
        let column = u32::try_from(span.start.col() + 1).unwrap_or(0);
        self.0.insert(path.to_owned(), Spot { file: file.clone(), line, column });
    }
}

/// Reads a document.
///
/// # Errors
/// When it is not YAML, has a key twice, or meets a bound; the note says where.
pub fn parse(file: &str, text: &str) -> Result<Document, Note> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    read(file, text).or_else(|note| match paired(text) {
        Some(text) => read(file, &text).map_err(|_| note),
        None => Err(note),
    })
}

/// The text with each letter that stands as two escapes, as JSON writes it (`\ud83d\ude00`), in place of them. YAML
/// knows no such pairs; nothing when there are none.
fn paired(text: &str) -> Option<String> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let mut made = String::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        let here = at + found;
        let pair = text.get(here..here + 12).and_then(|pair| Some([unit(pair)?, unit(&pair[6..])?]));
        let letter = pair.and_then(|pair| String::from_utf16(&pair).ok().filter(|_| pair[0] >= 0xd800));
        if let Some(letter) = letter.filter(|letter| letter.chars().count() == 1) {
            made.push_str(&text[from..here]);
            made.push_str(&letter);
            (from, at) = (here + 12, here + 12);
        } else {
            // The letter behind belongs to it, a second backslash too.
            at = here + 1 + text[here + 1..].chars().next().map_or(0, char::len_utf8);
        }
    }
    made.push_str(&text[from..]);
    (from > 0).then_some(made)
}

fn read(file: &str, text: &str) -> Result<Document, Note> {
    let mut composer = Composer {
        text,
        events: Parser::new_from_str(text),
        file: file.into(),
        places: Places::default(),
        anchors: HashMap::new(),
        values: 0,
        repeated: 0,
        paths: 0,
        last: Span::default(),
    };
    let mut value = Value::Null;
    loop {
        let (event, span) = composer.next()?;
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) => {
                let (event, span) = composer.next()?;
                value = composer.node(event, span, &mut String::new(), 0)?;
            }
            Event::DocumentEnd | Event::StreamStart | Event::Nothing => {}
            _ => return Err(composer.error(span, "expected the end of the document")),
        }
    }
    Ok(Document { value, places: composer.places, notes: Vec::new() })
}

/// How many bytes the texts of a value have, those of keys included.
fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(text_bytes).sum(),
        Value::Object(members) => members.iter().map(|(key, member)| key.len() + text_bytes(member)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

struct Composer<'i> {
    text: &'i str,
    events: Parser<'i, saphyr_parser::StrInput<'i>>,
    file: std::rc::Rc<str>,
    places: Places,
    /// Each with the number of values in it, and of bytes in their texts.
    anchors: HashMap<usize, (Value, usize, usize)>,
    values: usize,
    /// Bytes that aliases repeated.
    repeated: usize,
    /// Bytes of the paths of all parts.
    paths: usize,
    last: Span,
}

impl<'i> Composer<'i> {
    fn error(&self, span: Span, message: &str) -> Note {
        let line = u32::try_from(span.start.line()).unwrap_or(0);
        let column = u32::try_from(span.start.col() + 1).unwrap_or(0);
        Note::new(
            Kind::Error,
            Place { file: self.file.to_string(), line, column, path: String::new() },
            message,
        )
    }

    fn next(&mut self) -> Result<(Event<'i>, Span), Note> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                self.last = span;
                Ok((event, span))
            }
            Some(Err(error)) => {
                let span = Span::empty(*error.marker());
                let mut note = self.error(span, &format!("not YAML: {}", error.info()));
                note.place.column = crate::yaml::column_within(self.text, note.place.line, note.place.column);
                Err(note)
            }
            None => Ok((Event::StreamEnd, self.last)),
        }
    }

    fn count(&mut self, more: usize, span: Span) -> Result<(), Note> {
        self.values = self.values.saturating_add(more);
        if self.values > VALUES_MAX {
            return Err(self.error(span, "the document's aliases repeat more than a million values"));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'i>, span: Span, path: &mut String, depth: usize) -> Result<Value, Note> {
        if depth > DEPTH_MAX {
            return Err(self.error(span, "the document nests more than 128 deep"));
        }
        self.places.put(&self.file.clone(), path, span);
        self.paths += path.len();
        if self.paths > PATHS_MAX {
            return Err(self.error(span, "the keys of the document are too long for so many parts"));
        }
        let before = self.values;
        self.count(1, span)?;
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let Some((size, bytes)) = self.anchors.get(&anchor).map(|(_, size, bytes)| (*size, *bytes))
                else {
                    return Err(self.error(span, "an alias refers to what contains it"));
                };
                // Counted before it is copied.
                self.count(size, span)?;
                self.repeated = self.repeated.saturating_add(bytes);
                if self.repeated > REPEATED_MAX {
                    return Err(self.error(span, "the document's aliases repeat more than 64 MB of text"));
                }
                return Ok(self.anchors[&anchor].0.clone());
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = match tag.as_deref().filter(|tag| tag.is_yaml_core_schema()) {
                    Some(tag) if tag.suffix == "str" => Value::from(text.as_ref()),
                    Some(_) => plain(&text),
                    None if style == ScalarStyle::Plain && tag.is_none() => plain(&text),
                    None => Value::from(text.as_ref()),
                };
                (anchor, value)
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(path, depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.map(path, depth)?),
            _ => return Err(self.error(span, "expected a value")),
        };
        if anchor > 0 {
            let bytes = text_bytes(&value);
            self.anchors.insert(anchor, (value.clone(), self.values - before, bytes));
        }
        Ok(value)
    }

    fn list(&mut self, path: &mut String, depth: usize) -> Result<Value, Note> {
        let mut items = Vec::new();
        let whole = path.len();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Value::Array(items));
            }
            path.push_str(&format!("[{}]", items.len()));
            let item = self.node(event, span, path, depth + 1);
            path.truncate(whole);
            items.push(item?);
        }
    }

    fn map(&mut self, path: &mut String, depth: usize) -> Result<Value, Note> {
        let mut members = Map::new();
        let mut merged: Vec<String> = Vec::new();
        let whole = path.len();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok(Value::Object(members));
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = match self.node(event, span, &mut String::from("\0key"), depth + 1)? {
                Value::String(text) => text,
                Value::Array(_) | Value::Object(_) => {
                    return Err(self.error(span, "a key must be a text or a number"));
                }
                other => js::text_of(Some(&other)),
            };
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&key);
            self.places.put(&self.file.clone(), path, span);
            let kept = self.places.0.get(path.as_str()).cloned();
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span, path, depth + 1);
            // A member stands where its key does.
            if let Some(kept) = kept {
                self.places.0.insert(path.clone(), kept);
            }
            path.truncate(whole);
            let value = value?;
            if is_merge {
                self.merge(&mut members, &mut merged, value, span)?;
            } else if let Some(place) = merged.iter().position(|name| *name == key) {
                merged.swap_remove(place);
                members.insert(key, value);
            } else if members.contains_key(&key) {
                return Err(self.error(span, &format!("the key {key:?} stands twice")));
            } else {
                members.insert(key, value);
            }
        }
    }

    /// Lays what a merge key names below the members.
    fn merge(
        &self,
        members: &mut Map<String, Value>,
        merged: &mut Vec<String>,
        value: Value,
        span: Span,
    ) -> Result<(), Note> {
        let parts = match value {
            Value::Array(parts) => parts,
            one => vec![one],
        };
        for part in parts {
            let Value::Object(part) = part else {
                return Err(self.error(span, "a merge key names what is no mapping"));
            };
            for (key, value) in part {
                if !members.contains_key(&key) {
                    merged.push(key.clone());
                    members.insert(key, value);
                }
            }
        }
        Ok(())
    }
}

/// What a scalar without quotes means.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).or_else(|| date(text)).unwrap_or_else(|| Value::from(text)),
    }
}

fn number(text: &str) -> Option<Value> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        b'0'..=b'9' | b'.' => (false, text),
        _ => return None,
    };
    let first = *digits.as_bytes().first()?;
    if !(first.is_ascii_digit() || first == b'.') || digits.ends_with('_') {
        return None;
    }
    let clean = digits.replace('_', "");
    let based =
        |prefix: &str, base| clean.strip_prefix(prefix).map(|rest| i64::from_str_radix(rest, base).ok());
    let whole = based("0b", 2).or_else(|| based("0x", 16)).or_else(|| based("0o", 8));
    if let Some(whole) = whole {
        return whole.map(|whole| Value::from(if negative { -whole } else { whole }));
    }
    if clean.len() > 1 && clean.starts_with('0') && clean.bytes().all(|byte| byte.is_ascii_digit()) {
        // As in YAML 1.1 a leading zero means octal, where the digits allow it.
        let octal = i64::from_str_radix(&clean, 8).ok();
        return octal.map(|whole| Value::from(if negative { -whole } else { whole }));
    }
    let fits =
        clean.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !fits {
        return None;
    }
    let number: f64 = clean.parse().ok()?;
    Some(js::number(if negative { -number } else { number }))
}

/// A date, which the original makes an object that is written as ISO text.
fn date(text: &str) -> Option<Value> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is_day = digits(0..4)
        && bytes.get(4) == Some(&b'-')
        && digits(5..7)
        && bytes.get(7) == Some(&b'-')
        && digits(8..10);
    (is_day && text.len() == 10).then(|| Value::from(format!("{text}T00:00:00.000Z")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_mean_what_they_look_like() {
        let check =
            |text: &str, wanted: Value| assert_eq!(parse("t", text).map(|d| d.value), Ok(wanted), "{text}");
        check(
            "[1, -2, +3, 1.5, 1.0, 1e3, 1_000, 0x1f, 0o17, 017, 0b11]",
            json!([1, -2, 3, 1.5, 1, 1000, 1000, 31, 15, 15, 3]),
        );
        check(
            "[true, True, yes, on, null, ~, '1', \"2\", 1.2.3, 12h]",
            json!([true, true, "yes", "on", null, null, "1", "2", "1.2.3", "12h"]),
        );
        check("[2024-01-02, 2024-1-2, 08, '']", json!(["2024-01-02T00:00:00.000Z", "2024-1-2", "08", ""]));
        check("{200: a, true: b}", json!({"200": "a", "true": "b"}));
        check("", Value::Null);
    }

    #[test]
    fn letters_may_stand_as_two_escapes() {
        let check =
            |text: &str, wanted: Value| assert_eq!(parse("t", text).map(|d| d.value), Ok(wanted), "{text}");
        check(r#"["a\ud83d\ude00b", "\\ud83d", "\u00e9"]"#, json!(["a😀b", "\\ud83d", "é"]));
        assert!(parse("t", r#"["\ud83d"]"#).is_err());
    }

    #[test]
    fn merge_keys_lie_below_a_mappings_own() {
        let text = "base: &b {a: 1, b: 2}\nmore: &m {b: 9, c: 3}\nx: {<<: [*b, *m], b: 5}\n";
        assert_eq!(parse("t", text).expect("it is YAML").value["x"], json!({"a": 1, "b": 5, "c": 3}));
    }

    #[test]
    fn places_are_those_of_keys_and_items() {
        let document = parse("t.yml", "a:\n  b:\n    - c: 1\n    - d: 2\n").expect("it is YAML");
        let check = |path: &str, line, column| {
            let place = document.places.of(path);
            assert_eq!((place.line, place.column), (line, column), "{path}");
        };
        check("a.b", 2, 3);
        check("a.b[1].d", 4, 7);
        check("a.b[1].nope.deeper", 4, 7);
        check("zzz", 1, 1);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let check = |text: &str, line, part: &str| {
            let note = parse("t", text).expect_err(text);
            assert!(note.place.line == line && note.message.contains(part), "{text}: {note}");
        };
        check("a: 1\nb: 2\na: 3\n", 3, "stands twice");
        check("a: [1, 2\nb: 3\n", 2, "not YAML");
        check("a: &x [*x]\n", 1, "refers to what contains it");
        let bomb = (0..9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, i| {
            let alias = format!("*a{i}");
            text + &format!("a{}: &a{} [{}]\n", i + 1, i + 1, [alias.as_str(); 10].join(", "))
        });
        check(&bomb, 6, "aliases repeat");
        check(&("[".repeat(200) + &"]".repeat(200)), 1, "nests");
    }
}
