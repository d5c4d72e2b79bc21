//! Lines of CSV files, shared by the users that an element names.
//!
//! Main types: [`CsvData`], the element, and [`Reader`], one open file.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::encoding;
use super::text::{Fault, Text};
use super::user::User;

/// What variables hold after the last line.
const END: &str = "<EOF>";

/// A `CSVDataSet`, or its random cousin.
#[derive(Debug)]
pub struct CsvData {
    /// The file.
    pub file: Text,
    /// Names of variables; blank means the first line names them.
    pub names: Text,
    /// Between fields.
    pub delimiter: Text,
    /// The character set.
    pub encoding: Text,
    /// The first line is no data.
    pub ignore_first: bool,
    /// Fields may be quoted.
    pub quoted: bool,
    /// It begins again after the last line.
    pub recycle: bool,
    /// The thread ends after the last line.
    pub stop: bool,
    /// Who shares a position.
    pub share: Text,
    /// Lines come by chance.
    pub random: bool,
    /// Each user has its own position, whatever the mode says.
    pub independent: bool,
}

/// Positions in files, by file and by who shares them.
pub type Readers = Mutex<BTreeMap<String, Reader>>;

/// One open file.
#[derive(Debug, Default)]
pub struct Reader {
    records: Vec<Vec<String>>,
    names: Vec<String>,
    next: usize,
    order: Vec<usize>,
}

impl Reader {
    fn open(data: &CsvData, text: &str, names: &str, delimiter: &str) -> Self {
        let mut records = split(text, delimiter, data.quoted);
        let mut header = Vec::new();
        if names.trim().is_empty() {
            if !records.is_empty() {
                header = records.remove(0);
            }
        } else {
            header = names.split(',').map(|name| name.trim().to_owned()).collect();
            if data.ignore_first && !records.is_empty() {
                records.remove(0);
            }
        }
        Self { order: (0..records.len()).collect(), records, names: header, next: 0 }
    }
}

/// What an element found for the next iteration.
pub enum Line {
    /// Names and values.
    Values(Vec<(String, String)>),
    /// The file is at its end, and the thread ends with it.
    Stop,
}

impl CsvData {
    /// Sets the variables of the next line.
    ///
    /// # Errors
    /// When the file cannot be read, or a function throws.
    pub fn tick(&self, readers: &Readers, user: &mut User) -> Result<Line, Fault> {
        let file = self.file.eval(user)?.trim().to_owned();
        let names = self.names.eval(user)?.into_owned();
        let mut delimiter = self.delimiter.eval(user)?.into_owned();
        if delimiter == "\\t" {
            delimiter = "\t".to_owned();
        } else if delimiter.is_empty() {
            delimiter = ",".to_owned();
        }
        let encoding = self.encoding.eval(user)?.into_owned();
        let share = self.share.eval(user)?.into_owned();
        let share = if self.independent { "shareMode.thread".to_owned() } else { share };
        let key = match share.as_str() {
            "shareMode.all" | "" => file.clone(),
            "shareMode.group" => format!("{file}@{}/{}", user.group_number, user.group_name),
            "shareMode.thread" => format!("{file}@@{}", user.name),
            other => format!("{file}@@@{other}"),
        };
        let known = readers.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key);
        if !known {
            let path = user.shared.beside_plan(&file);
            user.shared.reach.check(&path, &file).map_err(Fault)?;
            let bytes = std::fs::read(&path).map_err(|error| {
                Fault(format!("File {} must exist and be readable: {error}", path.display()))
            })?;
            let reader = Reader::open(self, &encoding::decode(&bytes, &encoding), &names, &delimiter);
            readers.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_insert(reader);
        }
        let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = readers.get_mut(&key).expect("it was put there above and none is ever removed");
        if reader.next >= reader.records.len() && self.recycle {
            reader.next = 0;
        }
        if self.random && reader.next == 0 {
            for at in (1..reader.order.len()).rev() {
                reader.order.swap(at, user.random.between(0, at as i64) as usize);
            }
        }
        let place = reader.order.get(reader.next).copied();
        reader.next = (reader.next + 1).min(reader.records.len());
        let record = place.map(|place| &reader.records[place]).filter(|record| !record.is_empty());
        // The names of this element, which may differ from those of another one over the same file.
        let own: Vec<String> = if names.trim().is_empty() {
            reader.names.clone()
        } else {
            names.split(',').map(|name| name.trim().to_owned()).collect()
        };
        Ok(match record {
            Some(record) => Line::Values(own.into_iter().zip(record.iter().cloned()).collect()),
            None if self.stop => Line::Stop,
            None => Line::Values(own.into_iter().map(|name| (name, END.to_owned())).collect()),
        })
    }
}

/// The records of a file. A blank line is a record without fields.
#[must_use]
pub fn split(text: &str, delimiter: &str, quoted: bool) -> Vec<Vec<String>> {
    if !quoted {
        let cut = |line: &str| {
            if line.is_empty() { Vec::new() } else { line.split(delimiter).map(str::to_owned).collect() }
        };
        return text.lines().map(cut).collect();
    }
    let (mut records, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (record, after) = take_record(rest, delimiter);
        records.push(record);
        rest = after;
    }
    records
}

fn take_record<'t>(text: &'t str, delimiter: &str) -> (Vec<String>, &'t str) {
    let (mut fields, mut field, mut rest, mut started) = (Vec::new(), String::new(), text, false);
    loop {
        if field.is_empty() && !started && rest.starts_with('"') {
            started = true;
            rest = &rest[1..];
            loop {
                let Some(at) = rest.find('"') else {
                    field.push_str(rest);
                    rest = "";
                    break;
                };
                field.push_str(&rest[..at]);
                rest = &rest[at + 1..];
                if !rest.starts_with('"') {
                    break;
                }
                field.push('"');
                rest = &rest[1..];
            }
        } else if let Some(after) = rest.strip_prefix(delimiter) {
            fields.push(std::mem::take(&mut field));
            (rest, started) = (after, false);
            if rest.is_empty() {
                fields.push(String::new());
                return (fields, rest);
            }
        } else if let Some(after) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')) {
            if !(fields.is_empty() && field.is_empty() && !started) {
                fields.push(field);
            }
            return (fields, after);
        } else if let Some(next) = rest.chars().next() {
            field.push(next);
            rest = &rest[next.len_utf8()..];
        } else {
            fields.push(field);
            return (fields, rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut() {
        let check = |text: &str, quoted, wanted: &[&[&str]]| {
            assert_eq!(split(text, ",", quoted), wanted, "{text}");
        };
        check("a,b\n\nc", false, &[&["a", "b"], &[], &["c"]]);
        check("a,b\r\nc,d\r\n", false, &[&["a", "b"], &["c", "d"]]);
        check(
            "a,\"x, y\",c\n\"he \"\"hi\"\"\",b,\"two\nlines\"\n",
            true,
            &[&["a", "x, y", "c"], &["he \"hi\"", "b", "two\nlines"]],
        );
        check("\"x, y\"", false, &[&["\"x", " y\""]]);
        check("a,\"open", true, &[&["a", "open"]]);
        check("a,\n\n", true, &[&["a", ""], &[]]);
    }
}
