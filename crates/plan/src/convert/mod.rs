//! Tests in another format, written anew: as a plan of our own or as a k6 script.
//!
//! Main function: [`convert`]. Every importer says what its file is as a plan of our own ([`Document`]); that is
//! written down as YAML, or as a script by [`k6`]. What cannot be carried over is a note, and stands as a comment
//! above the test too. What was written is read again before it is given away, so that it can be run.

mod k6;
mod yaml_text;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::ExitCode;
use serde_json::{Map, Value as Json};

use crate::import::{Document, Format, Refused, Source, plimsoll};
use crate::note::{Kind, Note, Place};
use crate::yaml::{self, Fault};

/// What a test is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
    /// A plan of our own, in YAML.
    Plan,
    /// A script for k6.
    K6,
}

impl Target {
    /// The target of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "plan" => Some(Self::Plan),
            "k6" => Some(Self::K6),
            _ => None,
        }
    }
}

/// A test that was written anew.
#[derive(Clone, Debug)]
pub struct Converted {
    /// It, with its notes as comments.
    pub text: String,
    /// What could not be carried over, or means something else there.
    pub notes: Vec<Note>,
}

/// Writes the test in a file anew. Names of data files in it will be relative to `folder`.
///
/// # Errors
/// When the file cannot be read as what it is.
pub fn convert(
    source: &Source,
    format: &Format,
    target: Target,
    folder: &Path,
) -> Result<Converted, Refused> {
    let Document { json: mut document, mut notes } = (format.document)(source)?;
    // What it says must make sense to ourselves first.
    let scenarios = plimsoll::scenarios(source, &document)?;
    let columns = columns(source, &document);
    move_files(&mut document, &source.folder, folder);
    let text = match target {
        Target::Plan => {
            let text = format!("{}\n{}", comment("# ", &source.name, &notes), yaml_text::text(&document));
            match yaml::parse(&text) {
                Ok(read) if read.to_json() == document => text,
                Ok(_) => return Err(own_mistake(source, "the plan that was made says something else")),
                Err(fault) => {
                    let Fault { at, message } = fault;
                    let place = format!("{}:{}", at.line, at.column);
                    return Err(own_mistake(source, &format!("the plan that was made: {place}: {message}")));
                }
            }
        }
        Target::K6 => {
            let parts = k6::Parts { document: &document, scenarios: &scenarios, columns: &columns };
            let written = k6::script(&parts);
            notes.extend(written.odd.into_iter().map(|(kind, path, message)| {
                Note::new(kind, Place { file: source.name.clone(), path, ..Place::default() }, message)
            }));
            let text = format!("{}\n{}", comment("// ", &source.name, &notes), written.text);
            if let Some(fault) = script::fault_of_module(&text) {
                return Err(own_mistake(source, &format!("the script that was made: {fault}")));
            }
            text
        }
    };
    Ok(Converted { text, notes })
}

/// A refusal for which the user can do nothing: what was written is not read again as what it is.
fn own_mistake(source: &Source, message: &str) -> Refused {
    let place = Place { file: source.name.clone(), ..Place::default() };
    let text = format!("this test cannot be written down: {message}");
    Refused { notes: vec![Note::new(Kind::Error, place, text)], exit: Some(ExitCode::GENERIC) }
}

/// What stands above the test.
fn comment(sign: &str, name: &str, notes: &[Note]) -> String {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let line = |text: &str| {
        text.replace(|letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}'), " ")
    };
    let mut text = format!("{sign}Written by plimsoll convert from {}.\n", line(file));
    let mut told: Vec<String> = Vec::new();
    for note in notes {
        let said = format!("{}: {}: {}", place_within(&note.place), note.kind.word(), note.message);
        if !told.contains(&said) {
            let _ = writeln!(text, "{sign}{}", line(said.trim_start_matches(": ")));
            told.push(said);
        }
    }
    text
}

/// A place without its file.
fn place_within(place: &Place) -> String {
    match (place.line, place.path.is_empty()) {
        (0, _) => place.path.clone(),
        (line, true) => format!("line {line}"),
        (line, false) => format!("line {line}, {}", place.path),
    }
}

/// The columns of each table of data.
fn columns(source: &Source, document: &Json) -> Map<String, Json> {
    let mut columns = Map::new();
    for (name, table) in document["data"].as_object().into_iter().flatten() {
        let names: Vec<Json> = match (&table["columns"], &table["rows"], table["file"].as_str()) {
            (Json::Array(names), ..) => names.clone(),
            (_, Json::Array(rows), _) => {
                let mut names: Vec<Json> = Vec::new();
                for key in rows.iter().filter_map(Json::as_object).flat_map(Map::keys) {
                    if !names.iter().any(|known| known == key) {
                        names.push(key.as_str().into());
                    }
                }
                names
            }
            (.., Some(file)) => {
                let text = source.read_beside(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
                let first = text.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
                let delimiter = table["delimiter"].as_str().unwrap_or(",").replace("\\t", "\t");
                let fields = first.trim_start_matches('\u{feff}').split(delimiter.as_str());
                fields.map(|field| field.trim().trim_matches('"').into()).collect()
            }
            _ => Vec::new(),
        };
        columns.insert(name.clone(), Json::Array(names));
    }
    columns
}

/// Names of files, as seen from another folder.
fn move_files(document: &mut Json, from: &Path, to: &Path) {
    let same = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let (from, to) = (same(from), same(to));
    if from == to {
        return;
    }
    let moved = |file: &mut Json| {
        if let Json::String(name) = file
            && !Path::new(name.as_str()).is_absolute()
        {
            *name = relative(&from.join(&*name), &to).display().to_string();
        }
    };
    for (_, table) in document["data"].as_object_mut().into_iter().flatten() {
        table.as_object_mut().and_then(|table| table.get_mut("file")).into_iter().for_each(moved);
    }
    each_request(document, &mut |request| {
        request.get_mut("file").into_iter().for_each(moved);
        for part in request.get_mut("multipart").and_then(Json::as_array_mut).into_iter().flatten() {
            part.as_object_mut().and_then(|part| part.get_mut("file")).into_iter().for_each(moved);
        }
    });
}

/// A path as seen from a folder; both absolute.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let (path, folder) = (clean(path), clean(folder));
    let common = path.components().zip(folder.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(common).map(|_| std::path::Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

/// A path without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(made.pop()),
            std::path::Component::CurDir => {}
            other => made.push(other),
        }
    }
    made
}

/// The keys of steps that are requests.
pub(crate) const REQUESTS: [&str; 8] =
    ["get", "post", "put", "patch", "delete", "head", "options", "request"];

/// Looks at every request of a plan that is a mapping.
fn each_request(document: &mut Json, look: &mut dyn FnMut(&mut Map<String, Json>)) {
    let Json::Object(members) = document else { return };
    for key in ["before", "steps", "after"] {
        members.get_mut(key).into_iter().for_each(|steps| each_of(steps, look));
    }
    for (_, scenario) in members.get_mut("scenarios").and_then(Json::as_object_mut).into_iter().flatten() {
        scenario.get_mut("steps").into_iter().for_each(|steps| each_of(steps, look));
    }
}

fn each_of(steps: &mut Json, look: &mut dyn FnMut(&mut Map<String, Json>)) {
    let items = match steps {
        Json::Array(items) => items,
        _ => return,
    };
    for item in items {
        let Json::Object(step) = item else { continue };
        for (kind, inner) in step {
            match (kind.as_str(), inner) {
                (kind, Json::Object(request)) if REQUESTS.contains(&kind) => look(request),
                ("loop" | "while" | "group", Json::Object(inner)) => {
                    inner.get_mut("steps").into_iter().for_each(|steps| each_of(steps, look));
                }
                ("if", Json::Object(inner)) => {
                    for key in ["then", "else"] {
                        inner.get_mut(key).into_iter().for_each(|steps| each_of(steps, look));
                    }
                }
                ("choose", Json::Array(choices)) => {
                    for choice in choices {
                        choice.get_mut("steps").into_iter().for_each(|steps| each_of(steps, look));
                    }
                }
                ("parallel", Json::Array(branches)) => {
                    branches.iter_mut().for_each(|branch| each_of(branch, look));
                }
                ("parallel", Json::Object(inner)) => {
                    let branches = inner.get_mut("branches").and_then(Json::as_array_mut);
                    branches.into_iter().flatten().for_each(|branch| each_of(branch, look));
                }
                _ => {}
            }
        }
    }
}

/// Gives a plan the base that most of its addresses begin with, and takes it from them.
pub(crate) fn with_base(plan: &mut Json) {
    let mut origins: Vec<(String, usize)> = Vec::new();
    each_request(plan, &mut |request| {
        let Some(origin) = request.get("url").and_then(Json::as_str).and_then(origin_of) else { return };
        match origins.iter_mut().find(|(known, _)| known == origin) {
            Some((_, count)) => *count += 1,
            None => origins.push((origin.to_owned(), 1)),
        }
    });
    // The earliest of those that are met most often.
    let Some((base, _)) = origins.into_iter().rev().max_by_key(|(_, count)| *count) else { return };
    each_request(plan, &mut |request| {
        if let Some(Json::String(url)) = request.get_mut("url")
            && origin_of(url) == Some(&base)
        {
            *url = url[base.len()..].to_owned();
        }
    });
    let Json::Object(members) = plan else { return };
    let mut made = Map::new();
    for (key, value) in std::mem::take(members) {
        let is_first = key == "plimsoll";
        made.insert(key, value);
        if is_first {
            made.insert("base".to_owned(), base.as_str().into());
        }
    }
    *members = made;
}

/// Scheme, host and port of an address with a path, as far as they are plain text.
fn origin_of(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    let end = host + url[host..].find('/')?;
    let origin = &url[..end];
    (!origin.contains(['{', '?', '@']) && end > host).then_some(origin)
}

/// A text that is to stand for itself in a plan: braces that would begin an expression are made one.
pub(crate) fn escaped(text: &str) -> String {
    text.replace("{{", "{{ '{{' }}")
}

/// A text as a part of an address.
pub(crate) fn percent(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => made.push(byte as char),
            _ => {
                let _ = write!(made, "%{byte:02X}");
            }
        }
    }
    made
}

/// JSON whose texts are to stand for themselves in a plan.
pub(crate) fn escaped_json(json: &Json) -> Json {
    match json {
        Json::String(text) => escaped(text).into(),
        Json::Array(items) => items.iter().map(escaped_json).collect(),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, member)| (key.clone(), escaped_json(member))).collect())
        }
        other => other.clone(),
    }
}

/// A time as plans and scripts write it.
pub(crate) fn duration_text(time: Duration) -> String {
    match (time.as_millis(), time.subsec_nanos()) {
        (_, 0) => format!("{}s", time.as_secs()),
        (0, nanos) => format!("{}us", nanos / 1_000),
        (millis, _) => format!("{millis}ms"),
    }
}

/// Collects notes about one file whose parts have places of their own.
pub(crate) struct Scribe {
    /// What was noted, each thing once at a place.
    pub notes: Vec<Note>,
}

impl Scribe {
    /// Notes something.
    pub(crate) fn say(&mut self, kind: Kind, place: Place, message: impl Into<String>) {
        let note = Note::new(kind, place, message);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

#[cfg(test)]
mod tests;
