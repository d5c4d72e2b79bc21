//! Functions that read and write files.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::PoisonError;

use model::Level;

use super::super::encoding;
use super::super::text::{Call, Fault};
use super::super::user::User;
use super::fault;
use crate::extract::xpath;

/// What a function returns when it cannot read its file.
const ERROR: &str = "**ERR**";

/// Lines that are handed out in turn.
#[derive(Clone, Default, Debug)]
pub struct LineFile {
    /// The lines.
    pub lines: Vec<String>,
    /// Which comes next.
    pub next: usize,
    /// Where they come from.
    pub name: String,
}

/// Rows of a CSV file.
pub type RowFile = Vec<Vec<String>>;

impl LineFile {
    /// The next line, from the first again after the last; nothing when there is none at all.
    pub fn take(&mut self) -> Option<String> {
        let line = self.lines.get(self.next % self.lines.len().max(1))?.clone();
        self.next = (self.next + 1) % self.lines.len();
        Some(line)
    }
}

fn read(user: &User, name: &str, charset: &str) -> Option<String> {
    let path = Path::new(name);
    let allowed = user.shared.reach.check(path, name);
    let read = allowed.and_then(|()| std::fs::read(path).map_err(|error| format!("{name}: {error}")));
    match read {
        Ok(bytes) => Some(encoding::decode(&bytes, charset)),
        Err(why) => {
            user.shared.say(Level::Warning, &why);
            None
        }
    }
}

pub(super) fn file_to_string(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (name, charset) = (call.arg(0, user)?.into_owned(), call.arg(1, user)?.into_owned());
    let charset = if charset.is_empty() { "UTF-8".to_owned() } else { charset };
    match read(user, &name, &charset) {
        Some(text) => call.keep(2, text, user),
        None => Ok(ERROR.to_owned()),
    }
}

pub(super) fn string_to_file(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (name, text) = (call.arg(0, user)?.into_owned(), call.arg(1, user)?.into_owned());
    let append = call.arg(2, user)?;
    let append = append.trim().is_empty() || append.trim().eq_ignore_ascii_case("true");
    let charset = call.arg(3, user)?.into_owned();
    let bytes =
        encoding::encode(&text.replace("\\n", "\n"), if charset.is_empty() { "UTF-8" } else { &charset });
    let mut options = OpenOptions::new();
    options.create(true).write(true).append(append).truncate(!append);
    let outcome = options.open(&name).and_then(|mut file| file.write_all(&bytes));
    if let Err(error) = &outcome {
        user.shared.say(Level::Warning, &format!("{name}: {error}"));
    }
    Ok(outcome.is_ok().to_string())
}

pub(super) fn string_from_file(call: &Call, user: &mut User) -> Result<String, Fault> {
    let name = call.arg(0, user)?.into_owned();
    let first = call.arg(2, user)?.trim().parse::<i64>().ok();
    let last = call.arg(3, user)?.trim().parse::<i64>().ok();
    let mut memory = call.memory.lock().unwrap_or_else(PoisonError::into_inner);
    let line = loop {
        let spent = memory.file.as_ref().is_none_or(|file| file.next >= file.lines.len());
        if !spent {
            break memory.file.as_mut().and_then(|file| {
                file.next += 1;
                file.lines.get(file.next - 1).cloned()
            });
        }
        let number = match (memory.sequence, first) {
            (Some(number), _) => Some(number + 1),
            (None, first) => first.or(last.map(|_| 1)),
        };
        if number.zip(last).is_some_and(|(number, last)| number > last) {
            return Err(fault(format!("No more files in the sequence {name}")));
        }
        let file_name = match number {
            Some(number) => super::super::decimal::format(&name, number),
            None => name.clone(),
        };
        memory.sequence = number;
        let Some(text) = read(user, &file_name, "UTF-8") else {
            memory.sequence = None;
            break None;
        };
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if lines.is_empty() {
            break None;
        }
        memory.file = Some(LineFile { lines, next: 0, name: file_name });
    };
    drop(memory);
    match line {
        Some(line) => call.keep(1, line, user),
        None => Ok(ERROR.to_owned()),
    }
}

pub(super) fn csv_read(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (name, column) = (call.arg(0, user)?.into_owned(), call.arg(1, user)?.into_owned());
    let column = column.trim();
    if let Some(alias) = column.strip_prefix('*') {
        let Some(file) = rows(user, &name) else { return Ok(String::new()) };
        user.shared
            .files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(format!("csv:*{alias}"), file);
        return Ok(String::new());
    }
    let key = format!("csv:{name}");
    let known = user.shared.files.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key);
    if !known {
        let Some(file) = rows(user, &name) else { return Ok(String::new()) };
        let mut files = user.shared.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(key.clone()).or_insert(file);
    }
    let place = (0, key.clone());
    let advance = column.eq_ignore_ascii_case("next");
    let mut files = user.shared.files.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(file) = files.get_mut(&key) else { return Ok(String::new()) };
    if file.lines.is_empty() {
        return Ok(String::new());
    }
    let row = match user.rows.get(&place) {
        Some(row) if !advance => *row,
        _ => {
            let row = file.next;
            file.next = (row + 1) % file.lines.len();
            row
        }
    };
    let line = file.lines[row].clone();
    drop(files);
    user.rows.insert(place, row);
    if advance {
        return Ok(String::new());
    }
    let Ok(at) = column.parse::<usize>() else { return Ok(String::new()) };
    Ok(line.split(',').nth(at).unwrap_or_default().to_owned())
}

fn rows(user: &User, name: &str) -> Option<LineFile> {
    let text = read(user, name, "UTF-8")?;
    let lines = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    Some(LineFile { lines, next: 0, name: name.to_owned() })
}

pub(super) fn xpath(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (name, expression) = (call.arg(0, user)?.into_owned(), call.arg(1, user)?.into_owned());
    let key = format!("xpath:{name}:{expression}");
    let known = user.shared.files.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key);
    if !known {
        let lines = read(user, &name, "UTF-8").and_then(|text| {
            let found = xpath::find(&text, &expression, &xpath::Mode::default());
            found.inspect_err(|error| user.shared.say(Level::Error, &format!("{name}: {error}"))).ok()
        });
        let file = LineFile { lines: lines.unwrap_or_default(), next: 0, name };
        user.shared.files.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), file);
    }
    let mut files = user.shared.files.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(files.get_mut(&key).and_then(LineFile::take).unwrap_or_default())
}
