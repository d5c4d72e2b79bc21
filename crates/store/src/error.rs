//! What can go wrong with a store.

use std::path::Path;

use crate::place::Place;

/// Why a store could not be used.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Error {
    kind: Kind,
    what: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Somebody else writes; it may work in a moment.
    Busy,
    /// The connection is lost; nobody knows whether what was asked for was done.
    Lost,
    /// It will not work in a moment either.
    Lasting,
    /// There is no such run.
    NotFound,
}

impl Error {
    /// Whether trying again may help.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self.kind, Kind::Busy | Kind::Lost)
    }

    /// Whether nobody knows if it was done.
    pub(crate) fn is_lost(&self) -> bool {
        self.kind == Kind::Lost
    }

    /// Whether a run was asked for that is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }

    pub(crate) fn lasting(what: impl Into<String>) -> Self {
        Self { kind: Kind::Lasting, what: what.into() }
    }

    pub(crate) fn busy(what: impl Into<String>) -> Self {
        Self { kind: Kind::Busy, what: what.into() }
    }

    pub(crate) fn lost(what: impl Into<String>) -> Self {
        Self { kind: Kind::Lost, what: what.into() }
    }

    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self { kind: Kind::NotFound, what: what.into() }
    }

    /// The folder of a store cannot be made.
    pub(crate) fn folder(path: &Path, why: &std::io::Error) -> Self {
        Self::lasting(format!("the folder {} cannot be made: {}", path.display(), reason(why)))
    }

    /// The same with the place that it is about.
    pub(crate) fn of(self, place: &Place) -> Self {
        Self { what: format!("{place}: {}", self.what), ..self }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let (kind, what) = match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                (Kind::Busy, "another process keeps it locked".to_owned())
            }
            Some(ErrorCode::DiskFull) => (Kind::Lasting, "the disk is full".to_owned()),
            Some(ErrorCode::NotADatabase) => (Kind::Lasting, "it is no database".to_owned()),
            Some(ErrorCode::DatabaseCorrupt) => (Kind::Lasting, "the database is damaged".to_owned()),
            Some(ErrorCode::ReadOnly) => (Kind::Lasting, "it cannot be written".to_owned()),
            Some(ErrorCode::CannotOpen) => (Kind::Lasting, "it cannot be opened".to_owned()),
            Some(ErrorCode::SystemIoFailure) => (Kind::Lasting, "it cannot be written or read".to_owned()),
            _ => (Kind::Lasting, error.to_string()),
        };
        Self { kind, what }
    }
}

/// The operating system's reason without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
