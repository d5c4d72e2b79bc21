//! `k6/experimental/csv`: rows of comma-separated files, all at once for all users or one by one.
//!
//! A [`Format`] is what a script asks for, a [`Cursor`] a place in a file that is read with it.

mod reader;

use std::fmt::Write as _;
use std::sync::Arc;

use rquickjs::{Ctx, Function, Object, Promise, Result, Value};

use self::reader::{Reader, Record};
use super::data::{Rows, RowsBuilder, UserData, array_of};
use super::{Builtin, fs};
use crate::error;
use crate::ffi::{self, Call, Member, Named, Table};

pub(super) const MODULE: Builtin =
    Builtin { name: "k6/experimental/csv", exports: || Box::new([c"Parser", c"parse"].into_iter()), build };

/// How a file is read.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Format {
    delimiter: char,
    skip_first_line: bool,
    /// The first and the last record that count, from 0.
    from_line: u64,
    to_line: Option<u64>,
    as_objects: bool,
}

/// A place in a file.
pub(crate) struct Cursor {
    reader: Reader,
    record: Record,
    format: Format,
    /// Records read so far.
    line: u64,
    /// The names of the columns in alphabetical order with their places, when rows are objects.
    columns: Option<Vec<(String, usize)>>,
}

static NATIVE: Table =
    Table::new(&[Member::Method(c"open", 2, open_cursor), Member::Method(c"next", 1, next)]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    static PARSE: Named = Named::new(parse);
    let native = Object::new(context.clone())?;
    ffi::define(context, &native, &NATIVE)?;
    let make: Function<'js> = context.eval(include_str!("csv.js"))?;
    let object = Object::new(context.clone())?;
    object.set("Parser", make.call::<_, Value<'js>>((native,))?)?;
    object.set("parse", ffi::function(context, c"parse", 2, &PARSE)?)?;
    Ok(object)
}

impl Format {
    fn read(options: &Value<'_>) -> std::result::Result<Self, String> {
        let mut format =
            Self { delimiter: ',', skip_first_line: false, from_line: 0, to_line: None, as_objects: false };
        let Some(options) = options.as_object() else { return Ok(format) };
        let given = |key: &str| {
            let value = options.get::<_, Value<'_>>(key).ok();
            value.filter(|value| !value.is_undefined() && !value.is_null())
        };
        if let Some(delimiter) = given("delimiter") {
            let text = error::text_of(options.ctx(), &delimiter);
            let mut letters = text.chars();
            format.delimiter = match (letters.next(), letters.next()) {
                (Some('"' | '\r' | '\n' | '\u{fffd}'), None) => {
                    return Err("csv: invalid field or comment delimiter".to_owned());
                }
                (Some(letter), None) => letter,
                _ => return Err("delimiter must be a single character".to_owned()),
            };
        }
        let line = |key: &str| -> std::result::Result<Option<u64>, String> {
            let Some(value) = given(key) else { return Ok(None) };
            let number = value.as_number().filter(|number| *number >= 0.0 && number.fract() == 0.0);
            number.map(|number| Some(number as u64)).ok_or(format!("{key} must be a whole number, 0 or more"))
        };
        format.from_line = line("fromLine")?.unwrap_or(0);
        format.to_line = line("toLine")?;
        if format.to_line.is_some_and(|to| to < format.from_line) {
            return Err("fromLine must not be greater than toLine".to_owned());
        }
        format.skip_first_line = given("skipFirstLine").is_some_and(|value| ffi::truthy(&value));
        format.as_objects = given("asObjects").is_some_and(|value| ffi::truthy(&value));
        Ok(format)
    }
}

impl Cursor {
    /// Reads `bytes` from `offset` on, and the header if there is one.
    fn new(bytes: Arc<[u8]>, offset: usize, format: Format) -> std::result::Result<Self, String> {
        let reader = Reader::new(bytes, offset, format.delimiter);
        let mut cursor = Self { reader, record: Record::default(), format, line: 0, columns: None };
        if cursor.format.as_objects {
            cursor.skip("failed to read the first line")?;
            let mut columns: Vec<_> =
                cursor.record.fields().enumerate().map(|(place, name)| (name.into_owned(), place)).collect();
            // Of columns of one name the last one counts, as in Go's map.
            columns.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
            columns.dedup_by(|a, b| a.0 == b.0);
            cursor.columns = Some(columns);
        } else if cursor.format.skip_first_line && cursor.format.from_line == 0 {
            cursor.skip("failed to skip the first line")?;
        }
        while cursor.line < cursor.format.from_line {
            cursor.skip("failed to skip lines until the one to start from")?;
        }
        Ok(cursor)
    }

    fn skip(&mut self, what: &str) -> std::result::Result<(), String> {
        match self.reader.next(&mut self.record) {
            Ok(true) => {
                self.line += 1;
                Ok(())
            }
            Ok(false) => Err(format!("{what}; reason: EOF")),
            Err(malformed) => Err(format!("{what}; reason: {malformed}")),
        }
    }

    /// Appends the next row as JSON; `false` at the end.
    fn next(&mut self, json: &mut String) -> std::result::Result<bool, String> {
        if self.format.to_line.is_some_and(|to| self.line > to) {
            return Ok(false);
        }
        if !self.reader.next(&mut self.record).map_err(|malformed| malformed.to_string())? {
            return Ok(false);
        }
        self.line += 1;
        match &self.columns {
            None => {
                json.push('[');
                for (place, field) in self.record.fields().enumerate() {
                    json.push_str(if place == 0 { "" } else { "," });
                    push_text(json, &field);
                }
                json.push(']');
            }
            Some(columns) => {
                let fields: Vec<_> = self.record.fields().collect();
                json.push('{');
                for (nth, (name, place)) in columns.iter().enumerate() {
                    json.push_str(if nth == 0 { "" } else { "," });
                    push_text(json, name);
                    json.push(':');
                    push_text(json, fields.get(*place).map_or("", |field| field));
                }
                json.push('}');
            }
        }
        Ok(true)
    }
}

fn push_text(json: &mut String, text: &str) {
    write!(json, "{}", serde_json::Value::from(text)).expect("writing to a string cannot fail");
}

fn rows(bytes: &Arc<[u8]>, offset: usize, format: &Format) -> std::result::Result<Arc<Rows>, String> {
    let mut cursor = Cursor::new(bytes.clone(), offset, format.clone())
        .map_err(|why| format!("failed to create a new parser; reason: {why}"))?;
    let mut rows = RowsBuilder::default();
    while cursor.next(&mut rows.text).map_err(|why| format!("failed to read the file; reason: {why}"))? {
        rows.end_row();
    }
    Ok(rows.finish())
}

/// `parse(file, options)`: all rows, parsed once for all users.
fn parse<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let (promise, resolve, reject) = Promise::new(&call.ctx)?;
    match parsed(call) {
        Ok(rows) => resolve.call::<_, ()>((array_of(&call.ctx, &rows)?,))?,
        Err(message) => reject.call::<_, ()>((error::named(&call.ctx, "GoError", &message)?,))?,
    }
    Ok(promise.into_value())
}

fn parsed(call: &Call<'_>) -> std::result::Result<Arc<Rows>, String> {
    if !call.host.in_init() {
        return Err("csv parse function must be called in the init context".to_owned());
    }
    let number = file_number(&call.value(0), "parse function")?;
    let format = Format::read(&call.value(1))
        .map_err(|why| format!("failed to interpret the provided Parser options; reason: {why}"))?;
    let mut files = UserData::of(call.host).files.borrow_mut();
    let file = files.get_mut(number).expect("a script's file is one of its user's");
    if let Some((_, rows)) = file.parsed.iter().find(|(known, _)| *known == format) {
        return Ok(rows.clone());
    }
    let (bytes, offset) = (file.bytes.clone(), file.offset);
    let rows =
        call.host.shared.shelf.table(&file.address, offset, &format, || rows(&bytes, offset, &format))?;
    if offset > 0 && offset == bytes.len() {
        call.host.shared.warn_once(
            "csv.parse() got a file that has been read to its end, and gives no rows; open the file again, or \
             seek to its start",
        );
    }
    file.offset = bytes.len();
    file.parsed.push((format, rows.clone()));
    Ok(rows)
}

fn file_number(value: &Value<'_>, who: &str) -> std::result::Result<usize, String> {
    if value.is_undefined() || value.is_null() {
        return Err(format!("csv {who} requires at least one non-nil argument, the file"));
    }
    let number = fs::number_of(value).ok().flatten();
    number.ok_or_else(|| format!("csv {who} expects a file that was opened with k6/experimental/fs"))
}

/// `new Parser(file, options)`
fn open_cursor<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let made = || {
        if !call.host.in_init() {
            return Err("csv Parser constructor must be called in the init context".to_owned());
        }
        let number = file_number(&call.value(0), "Parser constructor")?;
        let format = Format::read(&call.value(1))
            .map_err(|why| format!("failed to interpret the provided Parser options; reason: {why}"))?;
        let data = UserData::of(call.host);
        let files = data.files.borrow();
        let file = files.get(number).expect("a script's file is one of its user's");
        Cursor::new(file.bytes.clone(), file.offset, format)
            .map_err(|why| format!("failed to create a new parser; reason: {why}"))
    };
    let cursor = made().map_err(|message| error::throw(&call.ctx, &message))?;
    let mut cursors = UserData::of(call.host).cursors.borrow_mut();
    cursors.push(cursor);
    Ok(Value::new_number(call.ctx.clone(), (cursors.len() - 1) as f64))
}

/// The next row of a cursor, or `undefined`.
fn next<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let number: usize = call.get(0)?;
    let mut json = String::new();
    let mut cursors = UserData::of(call.host).cursors.borrow_mut();
    let more = cursors.get_mut(number).map_or(Ok(false), |cursor| cursor.next(&mut json));
    drop(cursors);
    match more {
        Ok(true) => call.ctx.json_parse(json),
        Ok(false) => Ok(call.undefined()),
        Err(why) => Err(error::throw(&call.ctx, &format!("failed to read the next line; reason: {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format() -> Format {
        Format { delimiter: ',', skip_first_line: false, from_line: 0, to_line: None, as_objects: false }
    }

    #[test]
    fn formats_choose_rows() {
        let text = "id,name\n1,ann\n2,\"b,\"\"ob\"\n3,cid\n";
        let check = |format: Format, expected: std::result::Result<&[&str], &str>| {
            let got = rows(&text.as_bytes().into(), 0, &format);
            let got = got.map(|rows| {
                (0..rows.len()).map(|at| rows.get(at).unwrap_or_default().to_owned()).collect::<Vec<_>>()
            });
            assert_eq!(
                got,
                expected
                    .map(|rows| rows.iter().map(|row| (*row).to_owned()).collect())
                    .map_err(str::to_owned)
            );
        };
        let all = [r#"["id","name"]"#, r#"["1","ann"]"#, r#"["2","b,\"ob"]"#, r#"["3","cid"]"#];
        check(format(), Ok(&all));
        check(Format { skip_first_line: true, ..format() }, Ok(&all[1..]));
        check(Format { from_line: 1, to_line: Some(2), ..format() }, Ok(&all[1..3]));
        check(Format { to_line: Some(0), ..format() }, Ok(&all[..1]));
        check(Format { as_objects: true, from_line: 3, ..format() }, Ok(&[r#"{"id":"3","name":"cid"}"#]));
        check(
            Format { from_line: 9, ..format() },
            Err(
                "failed to create a new parser; reason: failed to skip lines until the one to start from; reason: EOF",
            ),
        );
    }
}
