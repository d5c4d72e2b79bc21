//! What can be wrong with options.

use crate::ExitCode;

/// A fault in what the user asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: String,
    exit: ExitCode,
    help: Option<Box<str>>,
}

impl Error {
    /// A fault for which the program ends as for invalid configuration.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: ExitCode::INVALID_CONFIG, help: None }
    }

    /// A fault for which the program ends with another code.
    #[must_use]
    pub const fn exiting(mut self, exit: ExitCode) -> Self {
        self.exit = exit;
        self
    }

    /// The same fault with what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// How the program ends because of it.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        self.exit
    }
}
