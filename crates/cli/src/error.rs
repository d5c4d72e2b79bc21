//! What ends a command early: the sentence for the user, the exit status, and advice.
//!
//! Every error of the libraries becomes one of these before it reaches the terminal. Advice goes into
//! [`Error::hint`], not into the sentence.

use model::{ExitCode, Level, Record};

/// Why a command ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line could not be read, or names something that does not exist.
    #[error("{0}")]
    Usage(String),
    /// A file of the user could not be read or written.
    #[error("{0}")]
    File(String),
    /// The configuration is wrong: options, thresholds, environment or configuration file.
    #[error("{0}")]
    Config(String),
    /// The command needs something this program does not offer.
    #[error("{message}")]
    NotOffered {
        /// What is missing.
        message: String,
        /// What to do instead.
        instead: String,
    },
    /// The program itself failed: a thread, the operating system.
    #[error("{0}")]
    Internal(String),
    /// Something with its own exit status and fields, such as a failed run.
    #[error("{message}")]
    Run {
        /// The sentence.
        message: String,
        /// The status.
        code: ExitCode,
        /// Advice.
        hint: Option<String>,
        /// Further facts for the log record.
        fields: Vec<(&'static str, String)>,
        /// The source line that it is about.
        code_frame: Option<String>,
        /// What to do about it; the original tool's records have no such field, so only terminals show it.
        help: Option<String>,
    },
}

impl Error {
    /// A failed run with a status and nothing else to say.
    #[must_use]
    pub fn run(code: ExitCode, message: impl Into<String>) -> Self {
        let (hint, fields, code_frame, help) = (None, Vec::new(), None, None);
        Self::Run { message: message.into(), code, hint, fields, code_frame, help }
    }

    /// The same error with advice, where it can carry any.
    #[must_use]
    pub fn with_hint(self, advice: impl Into<String>) -> Self {
        match self {
            Self::Run { message, code, fields, code_frame, help, .. } => {
                Self::Run { message, code, hint: Some(advice.into()), fields, code_frame, help }
            }
            other => other,
        }
    }

    /// The same error with what to do about it, where that is known and the error can carry it.
    #[must_use]
    pub fn with_help(mut self, advice: Option<String>) -> Self {
        if let Self::Run { help, .. } = &mut self {
            *help = advice;
        }
        self
    }

    /// The same error with the source line that it is about, where it can carry one.
    #[must_use]
    pub fn with_code_frame(mut self, shown: Option<String>) -> Self {
        if let Self::Run { code_frame, .. } = &mut self {
            *code_frame = shown;
        }
        self
    }

    /// The exit status.
    #[must_use]
    pub fn code(&self) -> ExitCode {
        match self {
            Self::Config(_) => ExitCode::INVALID_CONFIG,
            Self::Run { code, .. } => *code,
            Self::Usage(_) | Self::File(_) | Self::NotOffered { .. } | Self::Internal(_) => ExitCode::GENERIC,
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NotOffered { instead, .. } => Some(instead),
            Self::Run { hint, .. } => hint.as_deref(),
            _ => None,
        }
    }

    /// The log record that tells the user.
    #[must_use]
    pub fn record(&self) -> Record {
        let mut record = Record::new(Level::Error, self.to_string());
        if let Self::Run { fields, code_frame, help, .. } = self {
            record.fields.clone_from(fields);
            record.detail.clone_from(code_frame);
            if let Some(help) = help {
                record = record.with_help(help);
            }
        }
        match self.hint() {
            Some(hint) => record.with("hint", hint),
            None => record,
        }
    }
}

impl From<model::Error> for Error {
    fn from(error: model::Error) -> Self {
        Self::run(error.exit_code(), error.to_string()).with_help(error.help().map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_carry_their_status_and_advice() {
        let check = |error: Error, code: u8, hint: Option<&str>| {
            assert_eq!((error.code().0, error.hint()), (code, hint), "{error}");
        };
        check(Error::Usage("x".into()), 255, None);
        check(Error::Config("x".into()), 104, None);
        check(Error::run(ExitCode(107), "x").with_hint("script exception"), 107, Some("script exception"));
        check(Error::NotOffered { message: "x".into(), instead: "y".into() }, 255, Some("y"));
    }
}
