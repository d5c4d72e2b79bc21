//! What an importer has to say about a file: what it emulated, ignored, or would not have worked in the original tool.
//!
//! Main type: [`Note`]. Notes are values; who prints them, and whether one of them ends the run, is the caller's
//! business.

use std::fmt;

/// What kind of thing a note says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// The part works here in another way than in the original tool, to the same end.
    Emulated,
    /// The original tool would have failed or sent garbage; here it works as was meant. `--strict` makes it an error.
    Lenient,
    /// The part has no effect, in the original tool either or because it concerns nothing of ours.
    Ignored,
    /// The part would have an effect that we cannot have. An error unless `--allow-unsupported` is given.
    Unsupported,
    /// The file is wrong there, and nothing can be run.
    Error,
}

impl Kind {
    /// The word for it in a compatibility report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Emulated => "emulated",
            Self::Lenient => "lenient",
            Self::Ignored => "ignored",
            Self::Unsupported => "unsupported",
            Self::Error => "error",
        }
    }
}

/// Where in a file something stands.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// From 1; 0 when not known.
    pub line: u32,
    /// From 1, in characters; 0 when not known.
    pub column: u32,
    /// The path of elements that leads there, such as `scenarios[0].flow[2].post.json` or
    /// `Test Plan > Users > GET /`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        if !self.path.is_empty() {
            write!(f, " ({})", self.path)?;
        }
        Ok(())
    }
}

/// One thing that an importer says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What kind of thing.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// What: a sentence without a full stop, lower-case.
    pub message: String,
    /// What to do about it, if anything.
    pub help: Option<String>,
}

impl Note {
    /// A note without advice.
    #[must_use]
    pub fn new(kind: Kind, place: Place, message: impl Into<String>) -> Self {
        Self { kind, place, message: message.into(), help: None }
    }

    /// With what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.kind.word(), self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_its_place() {
        let check = |line, column, path: &str, wanted: &str| {
            let place = Place { file: "t.yml".into(), line, column, path: path.into() };
            assert_eq!(Note::new(Kind::Ignored, place, "so").to_string(), wanted);
        };
        check(3, 7, "config.tls", "t.yml:3:7 (config.tls): ignored: so");
        check(3, 0, "", "t.yml:3: ignored: so");
        check(0, 9, "a", "t.yml (a): ignored: so");
    }
}
