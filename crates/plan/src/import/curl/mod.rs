//! curl: command lines, as people keep them in notes and as browsers copy them ("Copy as cURL").
//!
//! Main item: [`FORMAT`]. Each command is a request, sent one after the other by every user. The file becomes a plan
//! of our own ([`document`]), which is what is run.

mod options;
mod request;
mod words;

use serde_json::{Map, Value as Json, json};

use super::{Document, Format, Look, Refused, Source, plimsoll};
use crate::note::{Kind, Note, Place};
use crate::program::Plan;
use crate::yaml::Spot;
use options::{Effect, long, short};
use request::Asked;
pub(crate) use request::step_of;
use words::Word;

/// The row.
pub const FORMAT: Format =
    Format { name: "curl", title: "curl", sniff, import, document, aliases: &[], missing: |_| None };

/// The first word that is no comment is the command's name.
fn sniff(look: &Look<'_>) -> bool {
    let head = look.head(64 * 1024).trim_start_matches('\u{feff}');
    let first = head.lines().map(str::trim_start).find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.map(|line| line.strip_prefix("$ ").unwrap_or(line).trim_start());
    let is_curl = |line: &str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        // Followed by something, so that a text about curl is none.
        is_name(word) && (line.len() > word.len() || look.extension() == "curl")
    };
    first.is_some_and(is_curl)
}

/// Whether a word names the program.
fn is_name(word: &str) -> bool {
    let name = word.rsplit('/').next().unwrap_or_default();
    name == "curl" || name == "curl.exe"
}

fn import(source: &Source) -> Result<Plan, Refused> {
    let document = document(source)?;
    let plan = plimsoll::of_document(source, &document.json).map_err(|mut refused| {
        refused.notes.extend(document.notes.clone());
        refused
    })?;
    Ok(Plan { notes: document.notes, ..plan })
}

/// What is found out while commands are read.
struct Reader<'a> {
    file: &'a str,
    notes: Vec<Note>,
    /// Options that were told to have no effect: once is enough.
    told: Vec<&'static str>,
    /// Certificates are not checked.
    insecure: bool,
    /// Other addresses for hosts.
    hosts: Map<String, Json>,
}

impl Reader<'_> {
    fn say(&mut self, kind: Kind, at: Spot, message: impl Into<String>) {
        let place =
            Place { file: self.file.to_owned(), line: at.line, column: at.column, path: String::new() };
        self.notes.push(Note::new(kind, place, message));
    }
}

/// The commands as a plan of our own.
fn document(source: &Source) -> Result<Document, Refused> {
    let mut reader = Reader {
        file: &source.name,
        notes: Vec::new(),
        told: Vec::new(),
        insecure: false,
        hosts: Map::new(),
    };
    let start = Spot { line: 1, column: 1 };
    let Ok(text) = std::str::from_utf8(&source.bytes) else {
        reader.say(Kind::Error, start, "the file is not text in UTF-8");
        return Err(reader.notes.into());
    };
    let commands = match words::commands(text.trim_start_matches('\u{feff}')) {
        Ok((commands, faults)) => {
            for (at, message) in faults {
                reader.say(Kind::Unsupported, at, message);
            }
            commands
        }
        Err((at, message)) => {
            reader.say(Kind::Error, at, message);
            return Err(reader.notes.into());
        }
    };
    let mut steps: Vec<Json> = Vec::new();
    for command in &commands {
        // A prompt may have been copied along.
        let command = match command.first() {
            Some(first) if first.text == "$" || first.text == "%" => &command[1..],
            _ => &command[..],
        };
        let Some((name, arguments)) = command.split_first() else { continue };
        if is_name(&name.text) {
            for asked in reader.requests(name.at, arguments) {
                steps.extend(asked.steps(&mut reader, source));
            }
        } else {
            let message = format!("'{}' is another program, which is not run", name.text);
            reader.say(Kind::Ignored, name.at, message);
        }
    }
    if steps.is_empty() {
        reader.say(Kind::Error, start, "there is no command of curl that sends a request");
    }
    if reader.notes.iter().any(|note| note.kind == Kind::Error) {
        return Err(reader.notes.into());
    }
    if steps.len() > 1 {
        let message = "each user keeps the cookies that answers set, which curl forgets between its commands";
        reader.say(Kind::Emulated, start, message);
    }
    let mut plan = json!({ "plimsoll": 1 });
    let mut settings = Map::new();
    if reader.insecure {
        settings.insert("insecureSkipTLSVerify".to_owned(), true.into());
    }
    if !reader.hosts.is_empty() {
        settings.insert("hosts".to_owned(), Json::Object(reader.hosts));
    }
    if !settings.is_empty() {
        plan["options"] = Json::Object(settings);
    }
    plan["steps"] = Json::Array(steps);
    crate::convert::with_base(&mut plan);
    Ok(Document { json: plan, notes: reader.notes })
}

impl Reader<'_> {
    /// What the words of a command ask for; `--next` begins another request.
    fn requests(&mut self, at: Spot, words: &[Word]) -> Vec<Asked> {
        let mut asked = vec![Asked::new(at)];
        let mut words = words.iter();
        let mut only_addresses = false;
        while let Some(word) = words.next() {
            let current = asked.last_mut().expect("there is one from the start");
            if word.is_bare && (word.text.starts_with('>') || word.text.starts_with("2>")) {
                if matches!(word.text.as_str(), ">" | ">>" | "2>") {
                    words.next();
                }
                continue;
            }
            if only_addresses || !word.text.starts_with('-') || word.text == "-" {
                current.addresses.push(word.clone());
                continue;
            }
            if word.text == "--" {
                only_addresses = true;
                continue;
            }
            if let Some(name) = word.text.strip_prefix("--") {
                let (positive, name) = match name.strip_prefix("no-") {
                    Some(rest) if long(rest).is_some() => (false, rest),
                    _ => (true, name),
                };
                let Some(option) = long(name) else {
                    self.say(
                        Kind::Error,
                        word.at,
                        format!("'--{name}' is no option of curl that is known here"),
                    );
                    continue;
                };
                if !positive {
                    continue;
                }
                let value = option.2.then(|| words.next().cloned());
                self.option(&mut asked, word.at, option, value);
                continue;
            }
            self.letters(&mut asked, word, &mut words);
        }
        asked
    }

    /// Letters that stand together: the value of the last may be joined to it.
    fn letters<'w>(
        &mut self,
        asked: &mut Vec<Asked>,
        word: &Word,
        words: &mut impl Iterator<Item = &'w Word>,
    ) {
        for (at, letter) in word.text[1..].char_indices() {
            let Some(option) = short(letter) else {
                self.say(
                    Kind::Error,
                    word.at,
                    format!("'-{letter}' is no option of curl that is known here"),
                );
                return;
            };
            if !option.2 {
                self.option(asked, word.at, option, None);
                continue;
            }
            let rest = &word.text[1 + at + letter.len_utf8()..];
            let joined = Word { text: rest.to_owned(), at: word.at, is_bare: word.is_bare };
            let value = if rest.is_empty() { words.next().cloned() } else { Some(joined) };
            self.option(asked, word.at, option, Some(value));
            return;
        }
    }

    fn option(
        &mut self,
        asked: &mut Vec<Asked>,
        at: Spot,
        option: &'static options::Known,
        value: Option<Option<Word>>,
    ) {
        let (name, _, _, effect) = *option;
        let value = match value {
            Some(None) => return self.say(Kind::Error, at, format!("'--{name}' is followed by a value")),
            Some(Some(value)) => value,
            None => Word { text: String::new(), at, is_bare: true },
        };
        match effect {
            Effect::Next => asked.push(Asked::new(at)),
            Effect::Insecure => self.insecure = true,
            Effect::None if !self.told.contains(&name) => {
                self.told.push(name);
                self.say(Kind::Ignored, at, format!("'--{name}' says nothing about the requests of a test"));
            }
            Effect::None => {}
            Effect::Unsupported => {
                self.say(Kind::Unsupported, at, format!("'--{name}' cannot be had here"));
            }
            Effect::Resolve => match request::resolved(&value.text) {
                Some((host, address)) => drop(self.hosts.insert(host, address.into())),
                None => self.say(Kind::Error, value.at, "this is written HOST:PORT:ADDRESS"),
            },
            effect => {
                let current = asked.last_mut().expect("there is one from the start");
                current.option(effect, value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
