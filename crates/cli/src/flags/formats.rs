//! Command lines in the words of other tools: `plimsoll run` with a file in another tool's format takes that tool's
//! letters for what they mean there.
//!
//! Main function: [`translate`]. It looks at files only to find out what they are.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

use plan::import::{Format, Look, recognise};

/// Commands that take a file.
const COMMANDS: [&str; 3] = ["check", "inspect", "run"];
/// So much of a file says what it is.
const HEAD_BYTES: u64 = 256 * 1024;

/// The command line with another tool's words replaced, when it names a file in that tool's format.
///
/// A letter that we have too is the tool's only where what it needs follows it: `-q extra.properties plan.jmx` adds
/// properties, `-q plan.jmx` is quiet.
#[must_use]
pub fn translate(line: Vec<OsString>) -> Vec<OsString> {
    let Some(at) = line.iter().skip(1).position(|word| COMMANDS.iter().any(|name| word == name)) else {
        return line;
    };
    let words = &line[at + 2..];
    let Some((test, format)) = test_among(words).filter(|(_, format)| !format.aliases.is_empty()) else {
        return line;
    };
    let mut translated: Vec<OsString> = line[..at + 2].to_vec();
    let mut places = words.iter().enumerate();
    while let Some((at, word)) = places.next() {
        if word == "--" {
            translated.extend_from_slice(&words[at..]);
            break;
        }
        let next = words.get(at + 1).filter(|_| at + 1 != test);
        let is_followed = next.is_some_and(|next| !is_flag(next));
        match word.to_str().and_then(|text| replaced(format, text, is_followed)) {
            None => translated.push(word.clone()),
            // It means nothing here, nor does the value behind it.
            Some(("", value)) => {
                let has_value = format.aliases.iter().any(|alias| word == alias.from && alias.takes_value);
                if value.is_none() && has_value && is_followed {
                    places.next();
                }
            }
            Some((flag, value)) => {
                translated.push(flag.into());
                translated.extend(value.map(OsString::from));
            }
        }
    }
    translated
}

/// Whether a word is a flag; `-` alone is a file.
fn is_flag(word: &OsStr) -> bool {
    word != "-" && word.to_str().is_some_and(|word| word.starts_with('-'))
}

/// Our words for a word, when it is one of the format's; `is_followed` by what may be its value.
fn replaced(format: &Format, word: &str, is_followed: bool) -> Option<(&'static str, Option<String>)> {
    for alias in format.aliases {
        let is_letter = alias.from.len() == 2;
        if word == alias.from {
            return (!is_letter || alias.takes_value == is_followed).then_some((alias.to, None));
        }
        let Some(rest) = word.strip_prefix(alias.from).filter(|rest| alias.takes_value && !rest.is_empty())
        else {
            continue;
        };
        let value = match rest.strip_prefix('=') {
            Some(value) => value,
            // Only a letter may be joined to its value without more ado.
            None if is_letter => rest,
            None => continue,
        };
        return Some((alias.to, Some(value.to_owned())));
    }
    None
}

/// Which of these words names the test, and its format. A word behind a flag may be the flag's value, and so is
/// believed only when no other names one. Where none is there, one that is missing tells by its name.
fn test_among(words: &[OsString]) -> Option<(usize, &'static Format)> {
    let known = |at: usize| Some((at, words[at].to_str().and_then(format_of_file)?));
    let follows_flag = |at: usize| at.checked_sub(1).is_some_and(|before| is_flag(&words[before]));
    let places = || (0..words.len()).filter(|&at| !is_flag(&words[at]));
    let free = places().filter(|&at| !follows_flag(at)).find_map(known);
    let missing = || {
        let named = |at: usize| Some((at, plan::import::missing(Path::new(&words[at]))?.0));
        let is_there = places().any(|at| Path::new(&words[at]).exists());
        let (behind, free): (Vec<usize>, Vec<usize>) = places().partition(|&at| follows_flag(at));
        free.into_iter().chain(behind).find_map(named).filter(|_| !is_there)
    };
    free.or_else(|| places().filter(|&at| follows_flag(at)).find_map(known)).or_else(missing)
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
        missing: |_| None,
    };

    #[test]
    fn words_are_replaced() {
        let check = |word: &str, is_followed: bool, wanted: Option<(&str, Option<&str>)>| {
            let found = replaced(&FORMAT, word, is_followed);
            assert_eq!(found.as_ref().map(|(flag, value)| (*flag, value.as_deref())), wanted, "{word}");
        };
        check("-J", true, Some(("--property", None)));
        check("-J", false, None);
        check("-Ja=b", false, Some(("--property", Some("a=b"))));
        check("-k", false, Some(("--insecure", None)));
        check("-k", true, None);
        check("-kx", false, None);
        check("--variables={}", false, Some(("--vars", Some("{}"))));
        check("--variables", false, Some(("--vars", None)));
        check("--variablesx", true, None);
        check("file.yml", false, None);
    }

    #[test]
    fn letters_that_we_have_too_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let plan = folder.path().join("plan.jmx").display().to_string();
        std::fs::write(&plan, "<jmeterTestPlan/>").unwrap();
        let script = folder.path().join("script.yml").display().to_string();
        std::fs::write(&script, "config:\n  target: http://h\nscenarios: []\n").unwrap();
        let words = |text: &str| -> Vec<OsString> {
            let line = format!("plimsoll {text}").replace("PLAN", &plan).replace("SCRIPT", &script);
            line.split(' ').map(OsString::from).collect()
        };
        let check = |line: &str, wanted: &str| assert_eq!(translate(words(line)), words(wanted), "{line}");
        check("run -q PLAN", "run -q PLAN");
        check("run PLAN -q", "run PLAN -q");
        check("run -q -u 1 PLAN", "run -q -u 1 PLAN");
        check("run -q more.properties PLAN", "run --jmeter-properties more.properties PLAN");
        check(
            "run -q more.properties -t PLAN",
            "run --jmeter-properties more.properties --jmeter-nongui PLAN",
        );
        check("run -e HOST=h PLAN", "run -e HOST=h PLAN");
        check("run -e -o out PLAN", "run --jmeter-report-at-end --jmeter-report out PLAN");
        check("run PLAN -l -", "run PLAN --jtl -");
        check("run PLAN -- -q x", "run PLAN -- -q x");
        check("run SCRIPT -v", "run SCRIPT -v");
        check("run -v {} SCRIPT", "run --variables {} SCRIPT");
        check("run --record --key k SCRIPT --tags a:b,c:d --name=n -q", "run SCRIPT -q");
        check("run --record SCRIPT", "run SCRIPT");
        check("new -q PLAN", "new -q PLAN");
    }
}
