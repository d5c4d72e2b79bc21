//! Why a server could not start. Errors of single requests are answers, not this.

use std::net::SocketAddr;

/// Why a demo server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is taken or not ours.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A thread or its runtime could not be made.
    #[error("cannot start a server thread: {0}")]
    Thread(#[from] std::io::Error),
    /// The certificates could not be made or kept.
    #[error("cannot make the test certificates: {0}")]
    Certificate(String),
    /// The database refused the connection, the schema or the seed rows.
    #[error("cannot use the database: {0}")]
    Postgres(#[from] tokio_postgres::Error),
    /// A fault rule that does not parse.
    #[error("bad fault rule `{rule}`: {reason}")]
    Fault {
        /// The text as given.
        rule: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl From<rcgen::Error> for Error {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}

impl From<rustls::Error> for Error {
    fn from(error: rustls::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}
