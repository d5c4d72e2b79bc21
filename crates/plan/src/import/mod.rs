//! Importers: from a file in some format to a [`Plan`](crate::Plan).
//!
//! Every format is a row of [`FORMATS`] and a folder. [`recognise`] tells by the content of a file which it is.

pub mod artillery;
mod curl;
mod files;
pub mod har;
pub mod jmeter;
pub(crate) mod once;
pub mod plimsoll;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use files::Reach;

use metrics::Registry;
use model::{Clock, ExitCode, Logger};

use crate::note::{Kind, Note};
use crate::program::Plan;

/// A format: a row of the table.
pub struct Format {
    /// The word for it, as in `--type NAME`.
    pub name: &'static str,
    /// How people call it.
    pub title: &'static str,
    /// Whether a file looks like it.
    pub sniff: fn(&Look<'_>) -> bool,
    /// Reads it.
    pub import: fn(&Source) -> Result<Plan, Refused>,
    /// Says it as a plan of our own, as far as that has words for it.
    pub document: fn(&Source) -> Result<Document, Refused>,
    /// Words of the original tool's command line, which stand for flags of ours when such a file is run.
    pub aliases: &'static [Alias],
    /// What the original tool says of a file that is not there, if its name ends as files of the format do. It ends
    /// with status 1 then.
    pub missing: fn(&Path) -> Option<String>,
}

/// Every format. The first that takes a file has it.
pub static FORMATS: &[Format] =
    &[plimsoll::FORMAT, har::FORMAT, curl::FORMAT, artillery::FORMAT, jmeter::FORMAT];

/// A test as a plan of our own: what stands in a `plimsoll.yaml`, as JSON.
#[derive(Clone, Debug)]
pub struct Document {
    /// The plan.
    pub json: serde_json::Value,
    /// What could not be carried over, or means something else.
    pub notes: Vec<Note>,
}

/// A word of another tool's command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alias {
    /// As users of that tool type it, such as `-e`.
    pub from: &'static str,
    /// Our flag in its place, such as `--environment`; empty when it has no meaning here, and is left out.
    pub to: &'static str,
    /// It is followed by a value, which may also be joined to a single letter: `-Jname=value`.
    pub takes_value: bool,
}

/// What a file looks like.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// As the user named it; `-` for standard input.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

impl<'a> Look<'a> {
    /// The end of the name behind the last dot, in small letters.
    #[must_use]
    pub fn extension(&self) -> String {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        file.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default()
    }

    /// The first `most` bytes as text, as far as they are text.
    #[must_use]
    pub fn head(&self, most: usize) -> &'a str {
        let head = &self.bytes[..most.min(self.bytes.len())];
        match std::str::from_utf8(head) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
        }
    }
}

/// A file to import, with what importers may want to know.
pub struct Source {
    /// As the user named it; messages call it so.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Where it is; nothing for standard input.
    pub path: Option<PathBuf>,
    /// The folder that names of other files in it are relative to.
    pub folder: PathBuf,
    /// The environment variables that the test sees.
    pub env: BTreeMap<String, String>,
    /// Every flag that was given, by its long name, each value as it was typed; switches have none.
    pub flags: BTreeMap<String, Vec<String>>,
    /// The run's metrics; those of the test are declared here.
    pub registry: Arc<Registry>,
    /// For what comes up while the test runs.
    pub log: Logger,
    /// The run's clock.
    pub clock: Clock,
    /// The test is only looked at: code in it may change nothing outside of itself.
    pub only_looks: bool,
}

impl Source {
    /// The last value of a flag.
    #[must_use]
    pub fn flag(&self, long: &str) -> Option<&str> {
        self.flags.get(long)?.last().map(String::as_str)
    }

    /// All values of a flag.
    #[must_use]
    pub fn flag_values(&self, long: &str) -> &[String] {
        self.flags.get(long).map_or(&[], Vec::as_slice)
    }

    /// The bytes of a file that the test names, relative to the test's own folder.
    ///
    /// # Errors
    /// In a sentence that names the file: when it cannot be read, or is none of the test's.
    pub fn read_beside(&self, name: &str) -> Result<Vec<u8>, String> {
        self.reach().read(&self.folder.join(name), name)
    }

    /// Which files the test may have read.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach::new(&self.folder, self.has_flag("outside-files"))
    }

    /// Whether a flag was given.
    #[must_use]
    pub fn has_flag(&self, long: &str) -> bool {
        self.flags.contains_key(long)
    }
}

/// Why nothing can be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// What the importer has to say; at least one note is an error.
    pub notes: Vec<Note>,
    /// The status to end with, when the format has one of its own.
    pub exit: Option<ExitCode>,
}

impl Refused {
    /// A refusal for one reason.
    #[must_use]
    pub fn because(note: Note) -> Self {
        Self { notes: vec![note], exit: None }
    }
}

impl From<Vec<Note>> for Refused {
    fn from(notes: Vec<Note>) -> Self {
        Self { notes, exit: None }
    }
}

/// How much may be wrong with a file.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Leniency {
    /// Where the original tool would have failed, the file is refused: `--strict`.
    pub strict: bool,
    /// What cannot be had is left out instead of refusing the file: `--allow-unsupported`.
    pub allow_unsupported: bool,
}

impl Leniency {
    /// Whether a note of this kind keeps the file from being run.
    #[must_use]
    pub fn refuses(self, kind: Kind) -> bool {
        match kind {
            Kind::Emulated | Kind::Ignored => false,
            Kind::Lenient => self.strict,
            Kind::Unsupported => !self.allow_unsupported,
            Kind::Error => true,
        }
    }
}

/// So much of a script is looked at.
const CODE_BYTES: usize = 64 * 1024;

/// The format of a file; nothing when it is in none of them.
#[must_use]
pub fn recognise(look: &Look<'_>) -> Option<&'static Format> {
    // Scripts may quote anything: of those only what exports a test of Artillery is one.
    const SCRIPTS: [&str; 8] = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];
    if SCRIPTS.contains(&look.extension().as_str()) {
        return artillery::recognises_code(look.head(CODE_BYTES)).then(|| named("artillery")).flatten();
    }
    FORMATS.iter().find(|format| (format.sniff)(look))
}

/// The format that a file which is not there would have had, and what the tool of that format says; nothing when the
/// name does not tell.
#[must_use]
pub fn missing(file: &Path) -> Option<(&'static Format, String)> {
    FORMATS.iter().find_map(|format| Some((format, (format.missing)(file)?)))
}

/// Whether a file's name ends in one of these, without the dot.
fn has_ending(file: &Path, endings: &[&str]) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// The format of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_ends_and_heads_are_text() {
        let look = |name, bytes| Look { name, bytes };
        assert_eq!(look("a.b/Test.JMX", b"").extension(), "jmx");
        assert_eq!(look("a.b/test", b"").extension(), "");
        assert_eq!(look("-", "aä".as_bytes()).head(2), "a");
        assert_eq!(look("-", b"ab\xff").head(100), "ab");
    }

    #[test]
    fn what_refuses_a_file() {
        let check = |strict, allow_unsupported, wanted: [bool; 5]| {
            let leniency = Leniency { strict, allow_unsupported };
            let kinds = [Kind::Emulated, Kind::Lenient, Kind::Ignored, Kind::Unsupported, Kind::Error];
            assert_eq!(kinds.map(|kind| leniency.refuses(kind)), wanted);
        };
        check(false, false, [false, false, false, true, true]);
        check(true, false, [false, true, false, true, true]);
        check(true, true, [false, true, false, false, true]);
    }
}
