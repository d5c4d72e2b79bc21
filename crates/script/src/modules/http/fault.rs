//! Why an argument of a request could not be read: [`Fault`].
//!
//! Reading an argument runs the script's own code wherever it put a getter, a `toString` or a `valueOf`. What
//! that code throws is the script's own exception and reaches the script; it never becomes a failed request.

use rquickjs::Error as JsError;

/// Why an argument could not be read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The script's code threw while it was read; the exception is pending in the context.
    Threw(JsError),
    /// It is nothing that a request can have; the message of the failed request that k6 makes of it.
    Wrong(String),
}

impl Fault {
    /// Lets the script's exception go on and gives the message of anything else.
    ///
    /// # Errors
    /// The script's own exception.
    pub(crate) fn message(self) -> rquickjs::Result<String> {
        match self {
            Self::Threw(exception) => Err(exception),
            Self::Wrong(message) => Ok(message),
        }
    }

    /// The exception that the script gets: its own, or one that `wrap` makes of the message.
    pub(crate) fn into_exception(self, wrap: impl FnOnce(&str) -> JsError) -> JsError {
        match self {
            Self::Threw(exception) => exception,
            Self::Wrong(message) => wrap(&message),
        }
    }
}

impl From<JsError> for Fault {
    fn from(exception: JsError) -> Self {
        Self::Threw(exception)
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::Wrong(message)
    }
}
