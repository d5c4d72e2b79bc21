//! Log records: what the program and its scripts have to say while a run goes on.
//!
//! The crates below `cli` only make records; how they look and where they go is the command's business.

use std::sync::Arc;

/// How much a record matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Wire-level detail.
    Trace,
    /// Detail for finding a fault.
    Debug,
    /// Normal news; `console.log` and `console.info`.
    Info,
    /// Something odd that does not stop the run.
    Warning,
    /// Something failed.
    Error,
}

impl Level {
    /// The name as logs print it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One log record: a message with key-value fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// How much it matters.
    pub level: Level,
    /// The message, without a final line feed.
    pub message: String,
    /// Further facts, such as `source=console` or `scenario=login`.
    pub fields: Vec<(&'static str, String)>,
    /// Lines for people that explain the record, such as a line of source. Only terminals show them.
    pub detail: Option<String>,
}

impl Record {
    /// A record without fields.
    #[must_use]
    pub fn new(level: Level, message: impl Into<String>) -> Self {
        Self { level, message: message.into(), fields: Vec::new(), detail: None }
    }

    /// The same record with what to do about it as the last line of its detail.
    #[must_use]
    pub fn with_help(mut self, help: &str) -> Self {
        let detail = self.detail.get_or_insert_default();
        if !detail.is_empty() {
            detail.push('\n');
        }
        detail.push_str("  help: ");
        detail.push_str(help);
        self
    }

    /// The same record with one more field.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((key, value.into()));
        self
    }
}

/// Where records go. Implementations must not block the caller for long: virtual users log.
pub trait Log: Send + Sync {
    /// Takes one record.
    fn log(&self, record: Record);

    /// Whether records of this level go anywhere, so that callers can skip making them.
    fn enabled(&self, level: Level) -> bool {
        level >= Level::Info
    }
}

/// A shared log.
pub type Logger = Arc<dyn Log>;

/// A log that keeps its records, for tests and for collecting notes.
#[derive(Default, Debug)]
pub struct Memory(std::sync::Mutex<Vec<Record>>);

impl Memory {
    /// Takes everything logged so far.
    #[must_use]
    pub fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Log for Memory {
    fn log(&self, record: Record) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(record);
    }
}
