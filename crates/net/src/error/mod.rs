//! Errors of requests.
//!
//! Main type: [`Error`]. It says what happened in two texts, the short one that tags carry and the long one
//! that is logged, and keeps what was measured and received up to the failure.

mod kind;

use std::fmt;

use bytes::Bytes;

pub use kind::{Call, Http2Scope, Kind};

use crate::Trail;
use crate::url::Url;

/// Why a request failed. `Display` is the short text, as in a response's `error`.
#[derive(Clone, Debug)]
pub struct Error {
    // One word, so that the `Result` of the hot path stays small.
    inner: Box<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    /// `Get "http://…"`; failures after the head of the response have none.
    operation: Option<String>,
    trail: Option<Trail>,
    partial_body: Option<Bytes>,
    status: Option<u16>,
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            inner: Box::new(Inner { kind, operation: None, trail: None, partial_body: None, status: None }),
        }
    }

    /// The same error, said to have happened to this request.
    pub(crate) fn of(mut self, method: &str, url: &Url) -> Self {
        let mut letters = method.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let name: String =
            first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect();
        let name = if name.is_empty() { "Get".to_owned() } else { name };
        self.inner.operation = Some(format!("{name} {}", crate::url::quoted(url.redacted().as_bytes())));
        self
    }

    pub(crate) fn with_trail(mut self, trail: Trail) -> Self {
        self.inner.trail = Some(trail);
        self
    }

    pub(crate) fn with_partial_body(mut self, body: Bytes, status: Option<u16>) -> Self {
        self.inner.partial_body = Some(body);
        self.inner.status = status;
        self
    }

    /// What happened, for callers that tell cases apart.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.inner.kind
    }

    /// k6's error code, 1000 to 1701.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.inner.kind.code()
    }

    /// The long text with the request it happened to, as it is logged and thrown.
    #[must_use]
    pub fn detail(&self) -> String {
        let full = self.inner.kind.full();
        match &self.inner.operation {
            Some(operation) => format!("{operation}: {full}"),
            None => full,
        }
    }

    /// What was measured up to the failure; `None` when nothing was attempted.
    #[must_use]
    pub fn trail(&self) -> Option<&Trail> {
        self.inner.trail.as_ref()
    }

    /// The part of the body that came before the failure.
    #[must_use]
    pub fn partial_body(&self) -> Option<Bytes> {
        self.inner.partial_body.clone()
    }

    /// The status of the answer whose body broke off, where its head had come.
    #[must_use]
    pub fn partial_status(&self) -> Option<u16> {
        self.inner.status
    }

    /// Whether the request's own timeout ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.inner.kind, Kind::RequestTimeout)
    }

    /// Whether no connection could be made: lookup, block lists, dialling, TLS.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.code(), 1100..=1199 | 1210..=1213 | 1300..=1399)
    }

    /// Whether this machine ran out of ports, file descriptors or memory for sockets: the generator's
    /// fault, not the target's.
    #[must_use]
    pub fn is_exhaustion(&self) -> bool {
        use nix::libc::{EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM};
        let out = [EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM];
        matches!(self.inner.kind, Kind::Dial { errno, .. } if out.contains(&errno))
    }
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.kind.short())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
