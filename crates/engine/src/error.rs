//! Why a run could not be started.
//!
//! Main type: [`Error`]. What goes wrong later is news of the run, not an error of this kind.

use std::io;

/// A run could not be started.
#[derive(Debug, thiserror::Error)]
#[error("{what} could not be started")]
pub struct Error {
    what: &'static str,
    source: io::Error,
}

impl Error {
    pub(crate) fn thread(source: io::Error) -> Self {
        Self { what: "a thread", source }
    }

    pub(crate) fn runtime(source: io::Error) -> Self {
        Self { what: "an event loop", source }
    }
}
