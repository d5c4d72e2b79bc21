//! What can be wrong with options.

use crate::ExitCode;

/// A fault in what the user asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    message: String,
    exit: ExitCode,
}

impl Error {
    /// A fault for which the program ends as for invalid configuration.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: ExitCode::INVALID_CONFIG }
    }

    /// A fault for which the program ends with another code.
    #[must_use]
    pub const fn exiting(mut self, exit: ExitCode) -> Self {
        self.exit = exit;
        self
    }

    /// How the program ends because of it.
    #[must_use]
    pub const fn exit_code(&self) -> ExitCode {
        self.exit
    }
}
