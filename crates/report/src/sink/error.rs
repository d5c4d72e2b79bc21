//! What can go wrong with an output, in the words users see.

use std::io;

use thiserror::Error as ThisError;

/// Why an output could not be made, or was lost.
#[derive(Debug, ThisError)]
#[error(transparent)]
pub struct Error {
    kind: ErrorKind,
}

#[derive(Debug, ThisError)]
enum ErrorKind {
    #[error("invalid output type '{name}', available types are: {known}")]
    Unknown { name: String, known: String },
    #[error("could not create the '{name}' output: {reason}")]
    Create { name: String, reason: String },
    #[error("{action}: {}", reason(source))]
    Io { action: String, source: io::Error },
    #[error("it is a bug that this output panicked")]
    Panicked,
}

impl Error {
    /// There is no output of this name.
    pub(crate) fn unknown(name: &str, known: &[&str]) -> Self {
        Self { kind: ErrorKind::Unknown { name: name.to_owned(), known: known.join(", ") } }
    }

    /// The output exists, but not with these settings.
    pub(crate) fn create(name: &str, reason: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Create { name: name.to_owned(), reason: reason.into() } }
    }

    /// The operating system refused `action`, such as `write out.json`.
    pub(crate) fn io(action: impl Into<String>, source: io::Error) -> Self {
        Self { kind: ErrorKind::Io { action: action.into(), source } }
    }

    /// The sink's own code failed.
    pub(crate) fn panicked() -> Self {
        Self { kind: ErrorKind::Panicked }
    }
}

/// The operating system's reason without Rust's decoration: `no such file or directory`.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
