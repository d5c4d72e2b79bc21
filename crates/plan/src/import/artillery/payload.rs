//! Data files: their rows become variables of users.
//!
//! Main types: [`Payload`], one file, and [`Rows`], which deals its rows out.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use serde_json::{Map, Value};

use super::js;
use super::load::{Asked, Refused, absolute, read_text};
use super::yaml::Places;
use crate::note::{Kind, Note};
use crate::random::Random;

/// One file, of which each user gets a row.
#[derive(Clone, Debug)]
pub struct Payload {
    fields: Vec<String>,
    rows: Arc<Vec<Vec<Value>>>,
    next: Option<Arc<AtomicUsize>>,
}

impl Payload {
    /// Names of the columns and all rows; whether they are dealt one after the other.
    pub fn table(&self) -> (&[String], &[Vec<Value>], bool) {
        (&self.fields, &self.rows, self.next.is_some())
    }

    /// The variables of the next user.
    pub fn deal(&self, random: &mut Random) -> Vec<(&str, Value)> {
        self.row(random, |next| next.fetch_add(1, Relaxed))
    }

    /// The variables of `before` and `after`: in order it is the first row, and no user's turn is lost by it.
    pub fn lend(&self, random: &mut Random) -> Vec<(&str, Value)> {
        self.row(random, |_| 0)
    }

    fn row(&self, random: &mut Random, in_order: impl FnOnce(&AtomicUsize) -> usize) -> Vec<(&str, Value)> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let place = match &self.next {
            Some(next) => in_order(next) % self.rows.len(),
            None => random.below(self.rows.len() as u64) as usize,
        };
        let row = &self.rows[place];
        self.fields.iter().zip(row).map(|(field, value)| (field.as_str(), value.clone())).collect()
    }
}

/// Reads the files of a configuration. Files that are loaded whole become variables in `shared`.
///
/// # Errors
/// When a file is missing or cannot be read.
pub fn load(
    asked: &Asked,
    config: &Value,
    folder: &Path,
    shared: &mut Map<String, Value>,
    (places, notes): (&Places, &mut Vec<Note>),
) -> Result<Vec<Payload>, Refused> {
    let (list, single) = match &config["payload"] {
        Value::Array(list) => (list.clone(), false),
        Value::Null => return Ok(Vec::new()),
        one => (vec![one.clone()], true),
    };
    let mut payloads = Vec::new();
    for (nth, spec) in list.iter().enumerate() {
        let path = if single { "config.payload".to_owned() } else { format!("config.payload[{nth}]") };
        let refused = |message: String| Refused::one(Note::new(Kind::Error, places.of(&path), message));
        let Some(file) = spec["path"].as_str() else {
            return Err(refused("a payload needs a path".to_owned()));
        };
        let place = absolute(folder, Path::new(file));
        let place = if place.exists() { place } else { absolute(&asked.folder, Path::new(file)) };
        // What the user names on the command line may lie anywhere.
        let is_given = asked.payload.as_ref().is_some_and(|given| absolute(&asked.folder, given) == place);
        if !is_given {
            asked.reach.check(&place, file).map_err(&refused)?;
        }
        let text = read_text(&place).map_err(|why| refused(format!("{file}: {why}")))?;
        let rows = rows(&text, spec).map_err(|why| refused(format!("{file}: {why}")))?;
        let fields: Vec<String> = match &spec["fields"] {
            Value::Array(fields) => fields.iter().map(|field| js::text_of(Some(field))).collect(),
            _ => Vec::new(),
        };
        if spec["loadAll"] == Value::Bool(true) {
            match spec["name"].as_str() {
                Some(name) => drop(shared.insert(name.to_owned(), whole(&fields, rows))),
                None => notes.push(Note::new(
                    Kind::Ignored,
                    places.of(&path),
                    "loadAll is set to true but no name is provided for the CSV data: no template can reach it",
                )),
            }
            continue;
        }
        let in_order = spec["order"].as_str() == Some("sequence");
        let next = in_order.then(Arc::default);
        payloads.push(Payload { fields, rows: Arc::new(rows), next });
    }
    Ok(payloads)
}

/// All rows: as objects when the fields have names.
fn whole(fields: &[String], rows: Vec<Vec<Value>>) -> Value {
    let rows = rows.into_iter().map(|row| {
        if fields.is_empty() {
            Value::Array(row)
        } else {
            Value::Object(fields.iter().cloned().zip(row).collect())
        }
    });
    rows.collect()
}

fn rows(text: &str, spec: &Value) -> Result<Vec<Vec<Value>>, String> {
    let delimiter =
        spec["delimiter"].as_str().or_else(|| spec["options"]["delimiter"].as_str()).unwrap_or(",");
    let delimiter = if delimiter == "\\t" { "\t" } else { delimiter };
    if delimiter.is_empty() {
        return Err("a delimiter is not empty".to_owned());
    }
    let casts = spec["cast"] != Value::Bool(false);
    let skips_empty = spec["skipEmptyLines"] != Value::Bool(false);
    let mut table = csv(text, delimiter)?;
    if skips_empty {
        table.retain(|(_, row)| !matches!(row.as_slice(), [one] if one.is_empty()));
    }
    let header = usize::from(spec["skipHeader"] == Value::Bool(true));
    let cell = |text: String| if casts { cast(text) } else { Value::from(text) };
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(table.len());
    for (line, row) in table.into_iter().skip(header) {
        if let Some(first) = rows.first().filter(|first| first.len() != row.len()) {
            let (expected, got) = (first.len(), row.len());
            return Err(format!("Invalid Record Length: expect {expected}, got {got} on line {line}"));
        }
        rows.push(row.into_iter().map(cell).collect());
    }
    Ok(rows)
}

/// Digits become numbers, as `parseFloat` reads them.
fn cast(text: String) -> Value {
    let trimmed = text.trim();
    let looks = trimmed.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    if looks {
        let number = js::number_in(trimmed);
        if number.is_finite() {
            // Of another base it reads the zero that comes first.
            let based = trimmed.contains(['x', 'X', 'o', 'O', 'b', 'B']);
            return js::number(if based { 0.0 } else { number });
        }
    }
    Value::from(text)
}

/// Where in a cell the reader is.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Start,
    Plain,
    Quoted,
    /// Behind the quote at its end.
    Closed,
}

/// The cells of a text by RFC 4180, each row with the line that it begins in. The errors are those of the package
/// csv-parse.
fn csv(text: &str, delimiter: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut within, mut line, mut begun) = (Within::Start, 1, 1);
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        if within == Within::Quoted {
            match c {
                '"' if rest[1..].starts_with('"') => {
                    length = 2;
                    cell.push('"');
                }
                '"' => within = Within::Closed,
                _ => {
                    line += usize::from(c == '\n');
                    cell.push(c);
                }
            }
        } else if rest.starts_with(delimiter) {
            length = delimiter.len();
            row.push(std::mem::take(&mut cell));
            within = Within::Start;
        } else {
            match (c, within) {
                ('\n' | '\r', _) => {
                    length = if rest.starts_with("\r\n") { 2 } else { 1 };
                    line += 1;
                    row.push(std::mem::take(&mut cell));
                    rows.push((begun, std::mem::take(&mut row)));
                    (within, begun) = (Within::Start, line);
                }
                ('"', Within::Start) => within = Within::Quoted,
                ('"', Within::Plain) => {
                    let message = "Invalid Opening Quote: a quote is found inside a field";
                    return Err(format!("{message} at line {line}"));
                }
                (_, Within::Closed) => {
                    return Err(format!(
                        "Invalid Closing Quote: got \"{c}\" at line {line} instead of delimiter, record delimiter, \
                         trimable character (if activated) or comment"
                    ));
                }
                _ => {
                    within = Within::Plain;
                    cell.push(c);
                }
            }
        }
        rest = &rest[length..];
    }
    if within == Within::Quoted {
        let line = text.lines().count();
        return Err(format!(
            "Quote Not Closed: the parsing is finished with an opening quote at line {line}"
        ));
    }
    if within != Within::Start || !row.is_empty() {
        row.push(cell);
        rows.push((begun, row));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_cells() {
        let check = |text: &str, spec: Value, wanted: Value| {
            assert_eq!(rows(text, &spec).map(|rows| json!(rows)), Ok(wanted), "{text}");
        };
        check("12,1.5,true,,007,text\n", json!({}), json!([[12, 1.5, "true", "", 7, "text"]]));
        check("12,007", json!({"cast": false}), json!([["12", "007"]]));
        check(
            "\"a;b\";c,d;\"say \"\"hi\"\"\"\r\n",
            json!({"delimiter": ";"}),
            json!([["a;b", "c,d", "say \"hi\""]]),
        );
        check("h\n\n\"two\nlines\"\n", json!({"skipHeader": true}), json!([["two\nlines"]]));
        check("\u{feff}a\tb", json!({"delimiter": "\\t"}), json!([["a", "b"]]));
        check("", json!({}), json!([]));
        check("-5,+3,1e3,0x10,1-2", json!({}), json!([[-5, 3, 1000, 0, "1-2"]]));
        check(" 9 ,  ,1::2", json!({}), json!([[9, "  ", "1::2"]]));
        check("1::\"a::b\"", json!({"delimiter": "::"}), json!([[1, "a::b"]]));
        check("a,b\n1,2,3\n4,5,6", json!({"skipHeader": true}), json!([[1, 2, 3], [4, 5, 6]]));
        let wrong = |text: &str, spec: Value, wanted: &str| {
            let why = rows(text, &spec).expect_err(text);
            assert!(why.starts_with(wanted), "{text}: {why}");
        };
        let none = || json!({});
        wrong(
            "\"open\nmore\n",
            none(),
            "Quote Not Closed: the parsing is finished with an opening quote at line 2",
        );
        wrong("1\na\"b\"\n", none(), "Invalid Opening Quote: a quote is found inside a field at line 2");
        wrong("\"a\"x", none(), "Invalid Closing Quote: got \"x\" at line 1 instead of delimiter");
        wrong("\"a\nb\",2\n3", none(), "Invalid Record Length: expect 2, got 1 on line 3");
        wrong(
            "1,2\n\n3,4",
            json!({"skipEmptyLines": false}),
            "Invalid Record Length: expect 2, got 1 on line 2",
        );
    }

    #[test]
    fn rows_in_order_begin_again() {
        let rows = Arc::new(vec![vec![json!(1)], vec![json!(2)]]);
        let payload =
            Payload { fields: vec!["n".to_owned(), "m".to_owned()], rows, next: Some(Arc::default()) };
        let mut random = Random::new(1, 1);
        let dealt: Vec<_> = (0..3).map(|_| payload.deal(&mut random)[0].1.clone()).collect();
        assert_eq!(dealt, [1, 2, 1]);
        let lent = payload.lend(&mut random)[0].1.clone();
        assert_eq!([lent, payload.deal(&mut random)[0].1.clone()], [1, 2]);
    }
}
