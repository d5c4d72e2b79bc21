//! YAML with the place of every part.
//!
//! Main types: [`Node`] and [`parse`]. The rules are those of the YAML 1.2 core schema; a key that stands twice is an
//! error, and so are documents that nest too deeply or whose aliases repeat too much. JSON is YAML too.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::{Map, Number, Value as Json};

/// How deep a document may nest.
const DEPTH_MAX: usize = 64;
/// How many values a document may have, those that aliases repeat included.
const VALUES_MAX: usize = 100_000;
/// How many bytes of text aliases may repeat in all.
const REPEATED_MAX: usize = 64 << 20;

/// A line and a column, from 1.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Spot {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// A value and where it begins.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where.
    pub at: Spot,
    /// What.
    pub value: Yaml,
}

/// A value.
#[derive(Clone, Debug)]
pub enum Yaml {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys with their places, and values, in the order of the document.
    Map(Vec<(String, Spot, Node)>),
}

/// What is wrong with a document, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where.
    pub at: Spot,
    /// What.
    pub message: String,
}

impl Node {
    /// A value that stands nowhere.
    #[must_use]
    pub fn of_json(json: &Json) -> Self {
        let at = Spot::default();
        let value = match json {
            Json::Null => Yaml::Null,
            Json::Bool(flag) => Yaml::Bool(*flag),
            Json::Number(number) => Yaml::Number(number.clone()),
            Json::String(text) => Yaml::Text(text.clone()),
            Json::Array(items) => Yaml::List(items.iter().map(Self::of_json).collect()),
            Json::Object(members) => Yaml::Map(
                members.iter().map(|(key, value)| (key.clone(), at, Self::of_json(value))).collect(),
            ),
        };
        Self { at, value }
    }

    /// The value as JSON.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.value {
            Yaml::Null => Json::Null,
            Yaml::Bool(flag) => Json::Bool(*flag),
            Yaml::Number(number) => Json::Number(number.clone()),
            Yaml::Text(text) => Json::String(text.clone()),
            Yaml::List(items) => items.iter().map(Self::to_json).collect(),
            Yaml::Map(members) => {
                let members = members.iter().map(|(key, _, value)| (key.clone(), value.to_json()));
                Json::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// How many bytes its texts have, those of keys included.
    fn text_bytes(&self) -> usize {
        match &self.value {
            Yaml::Text(text) => text.len(),
            Yaml::List(items) => items.iter().map(Self::text_bytes).sum(),
            Yaml::Map(members) => members.iter().map(|(key, _, value)| key.len() + value.text_bytes()).sum(),
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) => 0,
        }
    }

    /// What kind of thing it is, in a word for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Yaml::Null => "nothing",
            Yaml::Bool(_) => "a truth value",
            Yaml::Number(_) => "a number",
            Yaml::Text(_) => "a text",
            Yaml::List(_) => "a list",
            Yaml::Map(_) => "a mapping",
        }
    }
}

/// Reads the one document of a text.
///
/// # Errors
/// When it is not YAML, has a key twice, or meets a bound.
pub fn parse(text: &str) -> Result<Node, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut composer = Composer {
        text,
        events: Parser::new_from_str(text),
        anchors: HashMap::new(),
        values: 0,
        repeated: 0,
        last: Span::default(),
    };
    let mut document = None;
    loop {
        let (event, span) = composer.next()?;
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if document.is_some() => {
                return Err(fault(span, "one document is expected, and another begins here"));
            }
            Event::DocumentStart(_) => {
                let (event, span) = composer.next()?;
                document = Some(composer.node(event, span, 0)?);
            }
            _ => {}
        }
    }
    Ok(document.unwrap_or(Node { at: Spot { line: 1, column: 1 }, value: Yaml::Null }))
}

fn spot(span: Span) -> Spot {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Spot { line: number(span.start.line()), column: number(span.start.col() + 1) }
}

/// A column, or the end of its line: the parser may count bytes of characters that are none.
pub(crate) fn column_within(text: &str, line: u32, column: u32) -> u32 {
    let end = text.lines().nth(line.saturating_sub(1) as usize).map_or(0, |line| line.chars().count());
    column.min(u32::try_from(end + 1).unwrap_or(u32::MAX))
}

fn fault(span: Span, message: impl Into<String>) -> Fault {
    Fault { at: spot(span), message: message.into() }
}

struct Composer<'i> {
    text: &'i str,
    events: Parser<'i, StrInput<'i>>,
    /// Each with the number of values in it, and of bytes in their texts.
    anchors: HashMap<usize, (Node, usize, usize)>,
    values: usize,
    /// Bytes that aliases repeated.
    repeated: usize,
    last: Span,
}

impl<'i> Composer<'i> {
    fn next(&mut self) -> Result<(Event<'i>, Span), Fault> {
        match self.events.next() {
            Some(Ok((event, span))) => {
                self.last = span;
                Ok((event, span))
            }
            Some(Err(error)) => {
                let mut fault =
                    fault(Span::empty(*error.marker()), format!("this is not YAML: {}", error.info()));
                fault.at.column = column_within(self.text, fault.at.line, fault.at.column);
                Err(fault)
            }
            None => Ok((Event::StreamEnd, self.last)),
        }
    }

    fn count(&mut self, more: usize, span: Span) -> Result<(), Fault> {
        self.values = self.values.saturating_add(more);
        if self.values > VALUES_MAX {
            return Err(fault(
                span,
                format!("a document may have {VALUES_MAX} values, and aliases count each time"),
            ));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'i>, span: Span, depth: usize) -> Result<Node, Fault> {
        if depth > DEPTH_MAX {
            return Err(fault(span, format!("a document may nest {DEPTH_MAX} deep")));
        }
        let before = self.values;
        self.count(1, span)?;
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let Some((size, bytes)) = self.anchors.get(&anchor).map(|(_, size, bytes)| (*size, *bytes))
                else {
                    return Err(fault(span, "this alias stands for what it is a part of"));
                };
                // Counted before it is copied.
                self.count(size, span)?;
                self.repeated = self.repeated.saturating_add(bytes);
                if self.repeated > REPEATED_MAX {
                    let most = REPEATED_MAX >> 20;
                    return Err(fault(
                        span,
                        format!("the aliases of a document may repeat {most} MB of text"),
                    ));
                }
                return Ok(Node { at: spot(span), value: self.anchors[&anchor].0.value.clone() });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = tag.as_deref().is_some_and(|tag| tag.suffix == "str");
                let value = match style {
                    ScalarStyle::Plain if !is_text => plain(&text),
                    _ => Yaml::Text(text.into_owned()),
                };
                (anchor, value)
            }
            Event::SequenceStart(anchor, _) => (anchor, self.list(depth)?),
            Event::MappingStart(anchor, _) => (anchor, self.map(depth)?),
            _ => return Err(fault(span, "a value is expected here")),
        };
        let node = Node { at: spot(span), value };
        if anchor > 0 {
            let bytes = node.text_bytes();
            self.anchors.insert(anchor, (node.clone(), self.values - before, bytes));
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Yaml, Fault> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(Yaml::List(items));
            }
            items.push(self.node(event, span, depth + 1)?);
        }
    }

    fn map(&mut self, depth: usize) -> Result<Yaml, Fault> {
        let mut members: Vec<(String, Spot, Node)> = Vec::new();
        let mut known = std::collections::HashSet::new();
        let mut merged = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(fault(span, "a key must be a text")),
            };
            let (event, value_span) = self.next()?;
            let value = self.node(event, value_span, depth + 1)?;
            if key == "<<" {
                merged.push((span, value));
            } else if !known.insert(key.clone()) {
                return Err(fault(span, format!("the key '{key}' stands twice")));
            } else {
                members.push((key, spot(span), value));
            }
        }
        for (span, value) in merged {
            let parts = match value.value {
                Yaml::List(parts) => parts,
                _ => vec![value],
            };
            for part in parts {
                let Yaml::Map(more) = part.value else {
                    return Err(fault(span, "a merge key names what is no mapping"));
                };
                for member in more {
                    if known.insert(member.0.clone()) {
                        members.push(member);
                    }
                }
            }
        }
        Ok(Yaml::Map(members))
    }
}

/// What a scalar without quotes means.
fn plain(text: &str) -> Yaml {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Yaml::Null,
        "true" | "True" | "TRUE" => return Yaml::Bool(true),
        "false" | "False" | "FALSE" => return Yaml::Bool(false),
        _ => {}
    }
    let digits = text.trim_start_matches(['-', '+']);
    let is_number = digits.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.');
    if is_number && let Ok(whole) = text.parse::<i64>() {
        return Yaml::Number(whole.into());
    }
    let number = text.parse::<f64>().ok().filter(|_| is_number).and_then(Number::from_f64);
    number.map_or_else(|| Yaml::Text(text.to_owned()), Yaml::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_mean_what_they_look_like() {
        let check = |text: &str, wanted: Json| {
            assert_eq!(parse(text).map(|node| node.to_json()), Ok(wanted), "{text}");
        };
        check("", Json::Null);
        check(
            "a: [1, -2, 1.5, 1e3, 1.2.3, 10s, '1', true, yes, ~]",
            json!({ "a": [1, -2, 1.5, 1000.0, "1.2.3", "10s", "1", true, "yes", null] }),
        );
        check(
            "b: &b {x: 1, y: 2}\nc: {<<: *b, y: 3}",
            json!({ "b": { "x": 1, "y": 2 }, "c": { "y": 3, "x": 1 } }),
        );
        check("{\"a\": {\"b\": [\"c\"]}}", json!({ "a": { "b": ["c"] } }));
        check("text: |\n  one\n  two\n", json!({ "text": "one\ntwo\n" }));
    }

    #[test]
    fn mistakes_have_places() {
        let check = |text: &str, line: u32, part: &str| {
            let fault = parse(text).expect_err(text);
            assert!(fault.at.line == line && fault.message.contains(part), "{text}: {fault:?}");
        };
        check("a: 1\nb: 2\na: 3\n", 3, "stands twice");
        check("a: [1, 2\nb: 3\n", 2, "not YAML");
        check("a: &x [*x]\n", 1, "a part of");
        check("a: 1\n---\nb: 1\n", 2, "another begins");
        check(&("[".repeat(100) + &"]".repeat(100)), 1, "nest");
        let bomb = (0..9).fold("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, level| {
            let alias = format!("*a{level}");
            text + &format!("a{}: &a{} [{}]\n", level + 1, level + 1, [alias.as_str(); 10].join(", "))
        });
        check(&bomb, 5, "aliases count");
    }
}
