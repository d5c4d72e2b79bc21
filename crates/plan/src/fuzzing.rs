//! What holds for any file that somebody gives to an importer: the functions here panic when it does not.
//!
//! The fuzz targets call them, and the tests here replay their seeds and past findings. No part of the program's
//! interface. What holds for Groovy stands in its own folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use metrics::Registry;
use model::{Clock, ExitCode};

use crate::convert::{Target, convert};
use crate::import::{Format, Source, artillery, jmeter, named};
use crate::note::{Kind, Note};

pub use crate::groovy::fuzzing::groovy;

/// The name by which files are imported here.
const NAME: &str = "plan";

/// Functions of JMeter that write files, which they would do here and now, or read them, where they could wait for a pipe.
const FILE_FUNCTIONS: [&str; 5] = ["CSVRead", "FileToString", "StringFromFile", "StringToFile", "XPath"];

/// A plan of our own.
pub fn plimsoll(input: &[u8]) {
    let Some(format) = named("plimsoll") else { return };
    importer(format, input, true);
    writer(format, input);
}

/// A script of Artillery.
pub fn artillery(input: &[u8]) {
    let Some(format) = named("artillery") else { return };
    importer(format, input, true);
    writer(format, input);
}

/// A recording of a browser.
pub fn har(input: &[u8]) {
    let Some(format) = named("har") else { return };
    importer(format, input, true);
    writer(format, input);
}

/// Command lines of curl.
pub fn curl(input: &[u8]) {
    let Some(format) = named("curl") else { return };
    // What is read from files is their business.
    if !input.contains(&b'@') && !input.contains(&b'<') {
        importer(format, input, true);
        writer(format, input);
    }
}

/// What can be said as a plan of our own can be written down, and is read again as what it is.
fn writer(format: &Format, input: &[u8]) {
    let folder = source(input).folder;
    for target in [Target::Plan, Target::K6] {
        let Err(refused) = convert(&source(input), format, target, &folder) else { continue };
        if refused.exit == Some(ExitCode::GENERIC) {
            // What aliases repeat is written down each time, and may be too much.
            assert!(refused.notes[0].message.contains("may have"), "{}", refused.notes[0]);
        }
    }
}

/// A plan of JMeter. A first byte that is a capital letter says that a sketch follows (see [`plan_of`]), anything
/// else begins the XML itself.
pub fn jmeter(input: &[u8]) {
    let Some(format) = named("jmeter") else { return };
    let Ok(text) = std::str::from_utf8(input) else { return importer(format, input, false) };
    if FILE_FUNCTIONS.iter().any(|name| text.contains(name)) {
        return;
    }
    let is_repeatable = !["__", "andom"].iter().any(|word| text.contains(word));
    let is_sketch = text.starts_with(|first: char| first.is_ascii_uppercase());
    let plan = if is_sketch { plan_of(text) } else { text.to_owned() };
    importer(format, plan.as_bytes(), is_repeatable);
    writer(format, plan.as_bytes());
}

/// Artillery's templates. Lines of `name=value` up to an empty one are variables, the rest is the template.
pub fn templates(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    artillery::fuzzing::template(text);
}

/// JMeter's texts with references and functions in them. Lines of `name=value` up to an empty one are variables.
pub fn functions(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if FILE_FUNCTIONS.iter().chain(&["machine"]).any(|name| text.contains(name)) {
        return;
    }
    jmeter::fuzzing::text(text);
}

/// Variables and what stands behind them.
pub(crate) fn with_variables(text: &str) -> (Vec<(&str, &str)>, &str) {
    let (head, rest) = text.split_once("\n\n").unwrap_or(("", text));
    (head.lines().filter_map(|line| line.split_once('=')).collect(), rest)
}

fn source(bytes: &[u8]) -> Source {
    let flags = BTreeMap::from([("allow-unsupported".to_owned(), Vec::new())]);
    Source {
        name: NAME.to_owned(),
        bytes: bytes.to_vec(),
        path: None,
        folder: std::env::temp_dir().join("no-such-folder"),
        env: BTreeMap::from([("HOST".to_owned(), "http://shop".to_owned())]),
        flags,
        registry: Registry::new(),
        log: Arc::new(model::log::Memory::default()),
        clock: Clock::start(),
        only_looks: true,
    }
}

/// What came of an import, as text.
fn outcome(format: &Format, input: &[u8]) -> (Vec<Note>, String) {
    match (format.import)(&source(input)) {
        Ok(plan) => {
            assert!(
                plan.notes.iter().all(|note| note.kind != Kind::Error),
                "a plan that can be run has an error: {:?}",
                plan.notes
            );
            (plan.notes, format!("{:?} {:?}", plan.program, plan.options))
        }
        Err(refused) => {
            assert!(
                refused.notes.iter().any(|note| note.kind == Kind::Error || note.kind == Kind::Lenient),
                "it is refused without a reason"
            );
            (refused.notes, String::new())
        }
    }
}

/// A file is imported or refused with a reason; each note says something and stands inside of the file; a second time
/// comes to the same; what comes out is in proportion to what went in.
fn importer(format: &Format, input: &[u8], is_repeatable: bool) {
    let (notes, made) = outcome(format, input);
    let text = String::from_utf8_lossy(input);
    let lines = text.matches(['\n', '\r']).count() + 1;
    for note in &notes {
        assert!(!note.message.trim().is_empty(), "{note:?}");
        let place = &note.place;
        // Places in a file that was named on the command line, or in none, are not ours to judge.
        if place.file == NAME || place.file == "-" {
            // The end of a file may count as a line of its own.
            assert!(place.line as usize <= lines + 1, "{note} of {lines} lines");
            // In an encoding of single bytes each byte is a character.
            let longest = input.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap_or(0);
            assert!(place.column as usize <= longest + 2, "{note} of at most {longest} columns");
        }
    }
    assert!(notes.len() <= 100 + input.len() * 4, "{} notes", notes.len());
    if is_repeatable {
        let (again, remade) = outcome(format, input);
        assert_eq!(notes, again, "a second time says something else");
        assert!(made == remade, "a second time makes something else: {made}\n{remade}");
    }
}

/// A plan of JMeter of a sketch: a line an element, as deep as it is indented, its class first, then properties as
/// `name=value` behind tabs; `>name=value` is an element of a list `Arguments.arguments`.
fn plan_of(sketch: &str) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut xml = String::from("<jmeterTestPlan><hashTree>");
    let mut depth = 0;
    for line in sketch.lines().take(100) {
        let inner = line.trim_start_matches(' ');
        let wanted = (line.len() - inner.len()).min(depth + 1);
        let mut words = inner.split('\t');
        let class: String =
            words.next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
        if !class.starts_with(|first: char| first.is_ascii_alphabetic()) {
            continue;
        }
        for _ in wanted..depth {
            xml.push_str("</hashTree>");
        }
        if wanted > depth {
            xml.push_str("<hashTree>");
        }
        depth = wanted;
        let _ = write!(xml, "\n<{class} testname=\"{class}\">");
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let (name, value) = (escaped(name), escaped(value));
            let _ = match name.strip_prefix("&gt;").or_else(|| name.strip_prefix('>')) {
                Some(name) => write!(
                    xml,
                    "<elementProp name=\"HTTPsampler.Arguments\" elementType=\"Arguments\"><collectionProp \
                     name=\"Arguments.arguments\"><elementProp name=\"{name}\" elementType=\"HTTPArgument\"><stringProp \
                     name=\"Argument.name\">{name}</stringProp><stringProp \
                     name=\"Argument.value\">{value}</stringProp></elementProp></collectionProp></elementProp>"
                ),
                None => write!(xml, "<stringProp name=\"{name}\">{value}</stringProp>"),
            };
        }
        let _ = write!(xml, "</{class}>");
    }
    for _ in 0..depth {
        xml.push_str("</hashTree>");
    }
    xml.push_str("</hashTree></jmeterTestPlan>");
    xml.retain(|letter| letter >= ' ' || letter == '\n');
    xml
}

#[cfg(test)]
mod tests {
    /// Seeds and past findings of a target.
    fn replay(target: &str, check: fn(&[u8])) {
        let mut count = 0;
        for folder in ["seeds", "found"] {
            let path = format!("{}/../../fuzz/{folder}/{target}", env!("CARGO_MANIFEST_DIR"));
            let Ok(files) = std::fs::read_dir(path) else { continue };
            for file in files {
                check(&std::fs::read(file.unwrap().path()).unwrap());
                count += 1;
            }
        }
        assert!(count > 1, "the seeds of {target} were not found");
    }

    #[test]
    fn seeds_and_findings() {
        replay("plimsoll", super::plimsoll);
        replay("artillery", super::artillery);
        replay("jmeter", super::jmeter);
        replay("har", super::har);
        replay("curl", super::curl);
        replay("templates", super::templates);
        replay("functions", super::functions);
    }
}
