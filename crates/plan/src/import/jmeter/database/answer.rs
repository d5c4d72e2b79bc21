//! What a database answered, as text and variables.
//!
//! Main type: [`Answer`]. It knows nothing of connections.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::super::text::Fault;
use super::super::user::{User, Var};
use super::{Asked, Kind, Query};

/// How the text of a column is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Column {
    /// As it is.
    Text,
    /// A whole number.
    Whole,
    /// A number with a fraction, which Java shows with a point.
    Real,
    /// A number of any length.
    Decimal,
    /// `t` or `f`.
    Truth,
    /// A moment; the zone is not shown.
    Moment,
    /// A moment without a zone, as `java.time` shows it.
    LocalMoment,
    /// A time of day, which is shown without parts of a second.
    Time,
    /// A year, shown as its first day.
    Year,
    /// Bytes, shown as the text that they are.
    Bytes,
}

impl Column {
    /// The text that Java shows for a value.
    fn shown(self, text: &str) -> String {
        match self {
            Self::Text | Self::Whole | Self::Decimal => text.to_owned(),
            Self::Truth => (text == "t").to_string(),
            Self::Real => text.parse().map_or_else(|_| text.to_owned(), real),
            Self::Moment => {
                let (day, time, fraction) = moment(text);
                let fraction = fraction.trim_end_matches('0');
                format!("{day} {time}.{}", if fraction.is_empty() { "0" } else { fraction })
            }
            Self::LocalMoment => local_moment(text),
            Self::Time => text.split('.').next().unwrap_or_default().to_owned(),
            Self::Year => format!("{text}-01-01"),
            Self::Bytes => {
                let digits = text.strip_prefix("\\x").unwrap_or_default().as_bytes();
                let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
                let bytes: Vec<u8> = digits.chunks(2).filter_map(byte).collect();
                String::from_utf8_lossy(&bytes).into_owned()
            }
        }
    }

    /// What a script sees of a value.
    fn value(self, text: &str) -> Value {
        let number = |text: &str| text.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
        match self {
            Self::Whole => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
            Self::Real | Self::Decimal => number(text).map_or_else(|| text.into(), Value::Number),
            Self::Truth => Value::Bool(text == "t"),
            _ => self.shown(text).into(),
        }
    }
}

/// A number with a fraction as Java shows it: digits as few as tell it apart, powers of ten from 10^7 on and below 0.001.
fn real(value: f64) -> String {
    if value == 0.0 || !value.is_finite() || (1e-3..1e7).contains(&value.abs()) {
        let text = value.to_string().replace("inf", "Infinity");
        let whole = value.is_finite() && !text.contains('.');
        return if whole { format!("{text}.0") } else { text };
    }
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{power}")
}

/// Day, time and the digits behind its point; the zone is left out.
fn moment(text: &str) -> (&str, &str, &str) {
    let (day, time) = text.split_once(' ').unwrap_or((text, ""));
    let time = time.split(['+', '-']).next().unwrap_or_default();
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    (day, time, fraction)
}

/// `2026-01-02T03:04`, with seconds only where they are not 0, and their digits in threes.
fn local_moment(text: &str) -> String {
    let (day, time, fraction) = moment(text);
    let fraction = fraction.trim_end_matches('0');
    let time = if fraction.is_empty() { time.strip_suffix(":00").unwrap_or(time) } else { time };
    if fraction.is_empty() {
        return format!("{day}T{time}");
    }
    format!("{day}T{time}.{fraction:0<width$}", width = fraction.len().div_ceil(3) * 3)
}

/// The columns of a result: their names, and how they are read.
pub type Columns = Vec<(String, Column)>;

/// The rows of a result, as texts; nothing for NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// One result of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// Rows, with the names of the columns and how they are read.
    Rows(Columns, Rows),
    /// How many rows were changed.
    Changed(u64),
}

/// A value that a call has set, and how it is read; nothing for NULL.
pub type Set = (Column, Option<String>);

/// All results of a query.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Answer {
    /// In the order of the statements.
    pub parts: Vec<Part>,
    /// The parameters that a call has set, in their order.
    pub set: Vec<Set>,
}

impl Answer {
    /// The text of the answer; sets the variables that the query wants.
    pub fn tell(self, query: &Query, asked: &Asked, user: &mut User) -> Result<String, Fault> {
        let first_rows = self.parts.iter().find(|part| matches!(part, Part::Rows(..)));
        Ok(match asked.kind {
            Kind::Commit => "Commit".to_owned(),
            Kind::Rollback => "Rollback".to_owned(),
            Kind::Manual => "AutoCommit(false)".to_owned(),
            Kind::Auto => "AutoCommit(true)".to_owned(),
            Kind::Update => {
                let changed = self.parts.iter().find_map(|part| match part {
                    Part::Changed(count) => Some(count.to_string()),
                    Part::Rows(..) => None,
                });
                format!("{} updates", changed.unwrap_or_else(|| "-1".to_owned()))
            }
            Kind::Select | Kind::PreparedSelect => match first_rows {
                Some(rows) => rows_told(rows, query, user)?,
                None => String::new(),
            },
            Kind::PreparedUpdate => self.all_told(query, user)?,
            Kind::Call => self.all_told(query, user)? + &self.set_told(query, asked, user)?,
        })
    }

    fn all_told(&self, query: &Query, user: &mut User) -> Result<String, Fault> {
        if self.parts.is_empty() {
            // What a function gives back is no result of its call.
            return Ok("-1 updates.\n".to_owned());
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Rows(..) => text.push_str(&format!("{}\n", rows_told(part, query, user)?)),
                Part::Changed(count) => text.push_str(&format!("{count} updates.\n")),
            }
        }
        Ok(text)
    }

    /// The parameters that a call has set, by their positions.
    fn set_told(&self, query: &Query, asked: &Asked, user: &mut User) -> Result<String, Fault> {
        let mut text = "Output variables by position:\n".to_owned();
        let shown = self.set.iter().map(|(column, value)| value.as_deref().map(|text| column.shown(text)));
        let shown: Vec<Option<String>> = shown.collect();
        let positions = asked.types.iter().enumerate().filter(|(_, kind)| is_out(kind));
        for ((at, _), value) in positions.zip(&shown) {
            text.push_str(&format!("[{}] {}\n", at + 1, value.as_deref().unwrap_or("null")));
        }
        for (name, value) in names(query, user)?.iter().zip(shown).filter(|(name, _)| !name.is_empty()) {
            match value {
                Some(value) => user.vars.put(name, &value),
                None => {
                    user.vars.remove(name);
                }
            }
        }
        Ok(text)
    }
}

/// Whether a parameter is one that the database sets.
#[must_use]
pub fn is_out(kind: &str) -> bool {
    let upper = kind.to_ascii_uppercase();
    upper.starts_with("OUT ") || upper.starts_with("INOUT ")
}

fn names(query: &Query, user: &mut User) -> Result<Vec<String>, Fault> {
    let names = query.names.eval(user)?;
    Ok(names.split(',').map(|name| name.trim().to_owned()).collect())
}

/// Rows as lines of columns between tabs; their variables are `name_1` and so on, and `name_#` says how many.
fn rows_told(part: &Part, query: &Query, user: &mut User) -> Result<String, Fault> {
    let Part::Rows(columns, rows) = part else { return Ok(String::new()) };
    let most = query.most.number(user)?.filter(|most| *most >= 0).map_or(usize::MAX, |most| most as usize);
    let rows = &rows[..rows.len().min(most)];
    if query.counts {
        return Ok(format!("{} rows", rows.len()));
    }
    let heads: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let mut text = format!("{}\n", heads.join("\t"));
    let names = names(query, user)?;
    for (at, row) in rows.iter().enumerate() {
        let shown: Vec<Option<String>> = columns
            .iter()
            .zip(row)
            .map(|((_, column), value)| value.as_deref().map(|value| column.shown(value)))
            .collect();
        let line: Vec<&str> = shown.iter().map(|value| value.as_deref().unwrap_or("null")).collect();
        text.push_str(&line.join("\t"));
        text.push('\n');
        for (name, value) in names.iter().zip(&shown).filter(|(name, _)| !name.is_empty()) {
            let name = format!("{name}_{}", at + 1);
            match value {
                Some(value) => user.vars.put(&name, value),
                None => {
                    user.vars.remove(&name);
                }
            }
        }
    }
    for name in names.iter().filter(|name| !name.is_empty()) {
        let count = format!("{name}_#");
        let before: usize = user.vars.text(&count).and_then(|text| text.parse().ok()).unwrap_or(0);
        for at in rows.len() + 1..=before {
            user.vars.remove(&format!("{name}_{at}"));
        }
        user.vars.put(&count, &rows.len().to_string());
    }
    let result = query.result.eval(user)?.trim().to_owned();
    if !result.is_empty() {
        let object = |row: &Vec<Option<String>>| {
            let value = |((name, column), value): (&(String, Column), &Option<String>)| {
                (name.clone(), value.as_deref().map_or(Value::Null, |value| column.value(value)))
            };
            Value::Object(columns.iter().zip(row).map(value).collect::<Map<_, _>>())
        };
        user.vars.set(&result, Var::Object(Rc::new(Value::Array(rows.iter().map(object).collect()))));
    }
    Ok(text)
}

/// The fields of a line between commas; a field may be quoted, with its quotes doubled.
#[must_use]
pub fn split(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            letter => field.push(letter),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_java_shows_them() {
        let check =
            |column: Column, text: &str, wanted: &str| assert_eq!(column.shown(text), wanted, "{text}");
        check(Column::Truth, "t", "true");
        check(Column::Real, "2", "2.0");
        check(Column::Real, "2.5", "2.5");
        check(Column::Real, "NaN", "NaN");
        check(Column::Real, "1e+20", "1.0E20");
        check(Column::Real, "12345678.5", "1.23456785E7");
        check(Column::Real, "1234567.5", "1234567.5");
        check(Column::Real, "-0.00012", "-1.2E-4");
        check(Column::Real, "0", "0.0");
        check(Column::Real, "-Infinity", "-Infinity");
        check(Column::Decimal, "2.50", "2.50");
        check(Column::Moment, "2026-01-02 03:04:05", "2026-01-02 03:04:05.0");
        check(Column::Moment, "2026-01-02 03:04:05.25+00", "2026-01-02 03:04:05.25");
        check(Column::Moment, "2026-01-02 03:04:05.250000", "2026-01-02 03:04:05.25");
        check(Column::LocalMoment, "2026-01-02 03:04:05", "2026-01-02T03:04:05");
        check(Column::LocalMoment, "2026-01-02 03:04:00", "2026-01-02T03:04");
        check(Column::LocalMoment, "2026-01-02 03:04:00.250000", "2026-01-02T03:04:00.250");
        check(Column::LocalMoment, "2026-01-02 03:04:00.000400", "2026-01-02T03:04:00.000400");
        check(Column::Bytes, "\\x6162", "ab");
        assert_eq!(Column::Whole.value("7"), Value::from(7));
    }

    #[test]
    fn arguments_stand_between_commas() {
        assert_eq!(split("a,\"b,\"\"c\"\"\",,d"), ["a", "b,\"c\"", "", "d"]);
    }
}
