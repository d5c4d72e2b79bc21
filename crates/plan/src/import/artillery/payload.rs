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
    places: &Places,
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
            let Some(name) = spec["name"].as_str() else {
                return Err(refused("a payload with loadAll needs a name".to_owned()));
            };
            shared.insert(name.to_owned(), whole(&fields, rows));
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
    let delimiter = match delimiter {
        "\\t" | "\t" => '\t',
        other => match other.chars().collect::<Vec<_>>()[..] {
            [one] => one,
            _ => return Err(format!("a delimiter is one character, not {other:?}")),
        },
    };
    let casts = spec["cast"] != Value::Bool(false);
    let skips_empty = spec["skipEmptyLines"] != Value::Bool(false);
    let mut table = csv(text, delimiter)?;
    if skips_empty {
        table.retain(|row| !matches!(row.as_slice(), [one] if one.is_empty()));
    }
    let header = usize::from(spec["skipHeader"] == Value::Bool(true));
    let cell = |text: String| if casts { cast(text) } else { Value::from(text) };
    Ok(table.into_iter().skip(header).map(|row| row.into_iter().map(cell).collect()).collect())
}

/// Digits become numbers.
fn cast(text: String) -> Value {
    let looks = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    if looks {
        let number = js::number_in(&text);
        if number.is_finite() {
            return js::number(number);
        }
    }
    Value::from(text)
}

/// The cells of a text by RFC 4180; quotes within a cell without quotes stand for themselves.
fn csv(text: &str, delimiter: char) -> Result<Vec<Vec<String>>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut started = false;
    let mut line = 1;
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if !started => (quoted, started) = (true, true),
            _ if quoted => cell.push(c),
            c if c == delimiter => {
                row.push(std::mem::take(&mut cell));
                started = false;
            }
            '\n' | '\r' => {
                if c == '\r' && letters.peek() == Some(&'\n') {
                    letters.next();
                }
                line += 1;
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
                started = false;
            }
            _ => {
                started = true;
                cell.push(c);
            }
        }
    }
    if quoted {
        return Err(format!("line {line}: a quote is not closed"));
    }
    if started || !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
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
        check("-5,+3,1e3,0x10,1-2", json!({}), json!([[-5, 3, 1000, 16, "1-2"]]));
        assert!(rows("\"open", &json!({})).is_err());
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
