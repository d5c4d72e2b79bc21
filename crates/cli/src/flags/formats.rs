//! Command lines in the words of other tools: `plimsoll run` with a file in another tool's format takes that tool's
//! letters for what they mean there.
//!
//! Main function: [`translate`]. It looks at files only to find out what they are.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use plan::import::{Format, Look, recognise};

/// Commands that take a file.
const COMMANDS: [&str; 3] = ["check", "inspect", "run"];
/// So much of a file says what it is.
const HEAD_BYTES: u64 = 256 * 1024;

/// The command line with another tool's words replaced, when it names a file in that tool's format.
#[must_use]
pub fn translate(line: Vec<OsString>) -> Vec<OsString> {
    let Some(at) = line.iter().skip(1).position(|word| COMMANDS.iter().any(|name| word == name)) else {
        return line;
    };
    let Some(format) = format_of(&line[at + 2..]).filter(|format| !format.aliases.is_empty()) else {
        return line;
    };
    let mut translated: Vec<OsString> = line[..at + 2].to_vec();
    let mut words = line.into_iter().skip(at + 2);
    while let Some(word) = words.next() {
        if word == "--" {
            translated.push(word);
            translated.extend(words);
            break;
        }
        match word.to_str().and_then(|text| replaced(format, text)) {
            None => translated.push(word),
            Some((flag, value)) => {
                translated.push(flag.into());
                translated.extend(value.map(OsString::from));
            }
        }
    }
    translated
}

/// Our words for a word, when it is one of the format's.
fn replaced(format: &Format, word: &str) -> Option<(&'static str, Option<String>)> {
    for alias in format.aliases {
        if word == alias.from {
            return Some((alias.to, None));
        }
        let Some(rest) = word.strip_prefix(alias.from).filter(|rest| alias.takes_value && !rest.is_empty())
        else {
            continue;
        };
        let value = match rest.strip_prefix('=') {
            Some(value) => value,
            // Only a letter may be joined to its value without more ado.
            None if alias.from.len() == 2 => rest,
            None => continue,
        };
        return Some((alias.to, Some(value.to_owned())));
    }
    None
}

/// The format of the file that is named among these words. A word behind a flag may be the flag's value, and so is
/// believed only when no other names one.
fn format_of(words: &[OsString]) -> Option<&'static Format> {
    let known = |at: usize| words[at].to_str().and_then(format_of_file);
    let follows_flag = |at: usize| {
        at.checked_sub(1)
            .is_some_and(|before| words[before].to_str().is_some_and(|word| word.starts_with('-')))
    };
    let places =
        || (0..words.len()).filter(|&at| !words[at].to_str().is_some_and(|word| word.starts_with('-')));
    let free = places().filter(|&at| !follows_flag(at)).find_map(known);
    free.or_else(|| places().filter(|&at| follows_flag(at)).find_map(known))
}

fn format_of_file(name: &str) -> Option<&'static Format> {
    let path = Path::new(name);
    if !path.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(HEAD_BYTES).read_to_end(&mut bytes).ok()?;
    recognise(&Look { name, bytes: &bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::import::{Alias, Refused};

    const FORMAT: Format = Format {
        name: "other",
        title: "Other",
        sniff: |_| false,
        import: |_| Err(Refused { notes: Vec::new(), exit: None }),
        document: |_| Err(Refused { notes: Vec::new(), exit: None }),
        aliases: &[
            Alias { from: "-J", to: "--property", takes_value: true },
            Alias { from: "-k", to: "--insecure", takes_value: false },
            Alias { from: "--variables", to: "--vars", takes_value: true },
        ],
    };

    #[test]
    fn words_are_replaced() {
        let check = |word: &str, wanted: Option<(&str, Option<&str>)>| {
            let found = replaced(&FORMAT, word);
            assert_eq!(found.as_ref().map(|(flag, value)| (*flag, value.as_deref())), wanted, "{word}");
        };
        check("-J", Some(("--property", None)));
        check("-Ja=b", Some(("--property", Some("a=b"))));
        check("-k", Some(("--insecure", None)));
        check("-kx", None);
        check("--variables={}", Some(("--vars", Some("{}"))));
        check("--variablesx", None);
        check("file.yml", None);
    }
}
