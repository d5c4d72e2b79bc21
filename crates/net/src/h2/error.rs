//! What can go wrong with a request over HTTP/2, with k6's codes and Go's words.

use std::io;

use crate::header::quote;

/// Where an HTTP/2 error struck, which decides over its range of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The server said GOAWAY: 1610 and up.
    GoAway,
    /// One stream was reset, by either side: 1630 and up.
    Stream,
    /// The server broke the protocol of the connection: 1650 and up.
    Connection,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Kind {
    /// The server closed the connection before it answered.
    #[error("http2: server sent GOAWAY and closed the connection; LastStreamID={last_stream}, ErrCode={}, debug={}", code_name(*.code), quote(.debug))]
    GoAway {
        /// The last stream the server may have acted on.
        last_stream: u32,
        /// The error code of RFC 9113.
        code: u32,
        /// The server's words.
        debug: String,
    },
    /// The stream of the request was reset.
    #[error("stream error: stream ID {stream}; {}{}", code_name(*.code), if *.by_server { "; received from peer" } else { "" })]
    Stream {
        /// Its number.
        stream: u32,
        /// The error code of RFC 9113.
        code: u32,
        /// Whether the server reset it; else this side did, because the response was malformed.
        by_server: bool,
    },
    /// The server broke the protocol.
    #[error("connection error: {}", code_name(*.code))]
    Connection {
        /// The error code of RFC 9113.
        code: u32,
    },
    /// The stream below failed; [`io::ErrorKind::UnexpectedEof`] when the server just closed it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The response has more body than the caller wants.
    #[error("http2: response body is larger than {limit} bytes")]
    BodyTooLarge {
        /// The bound that was passed.
        limit: usize,
    },
    /// The request cannot be expressed in HTTP/2.
    #[error("http2: {0}")]
    InvalidRequest(String),
    /// This connection can open no more streams.
    #[error("http2: client conn not usable")]
    Unusable,
    /// The protocol library refused for a reason of its own.
    #[error("http2: {0}")]
    Other(String),
}

/// A failed request.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    /// What went wrong.
    pub kind: Kind,
    /// The server cannot have acted on the request, so that it may be sent again on another connection.
    pub unprocessed: bool,
}

impl Error {
    pub(super) const fn new(kind: Kind) -> Self {
        Self { kind, unprocessed: false }
    }

    pub(super) const fn unprocessed(kind: Kind) -> Self {
        Self { kind, unprocessed: true }
    }

    /// Scope and RFC 9113 code of an error that has them.
    #[must_use]
    pub const fn scope(&self) -> Option<(Scope, u32)> {
        match self.kind {
            Kind::GoAway { code, .. } => Some((Scope::GoAway, code)),
            Kind::Stream { code, .. } => Some((Scope::Stream, code)),
            Kind::Connection { code } => Some((Scope::Connection, code)),
            _ => None,
        }
    }

    /// k6's `error_code`; `None` for errors of the stream below, whose code depends on the socket's error.
    #[must_use]
    pub fn code(&self) -> Option<u16> {
        let base = match self.scope() {
            Some((Scope::GoAway, _)) => 1_610,
            Some((Scope::Stream, _)) => 1_630,
            Some((Scope::Connection, _)) => 1_650,
            None if matches!(self.kind, Kind::Io(_)) => return None,
            None if matches!(self.kind, Kind::InvalidRequest(_) | Kind::BodyTooLarge { .. }) => {
                return Some(1_000);
            }
            None => return Some(1_600),
        };
        // A code that RFC 9113 does not know gets the first of the range.
        let known = self.scope().map(|(_, code)| code).filter(|&code| (code as usize) < CODE_NAMES.len());
        Some(known.map_or(base, |code| base + 1 + code as u16))
    }
}

/// The error codes of RFC 9113, by number.
pub(crate) const CODE_NAMES: [&str; 14] = [
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
];

/// The name of an error code.
pub(crate) fn code_name(code: u32) -> String {
    let known = CODE_NAMES.get(code as usize);
    known.map_or_else(|| format!("unknown error code 0x{code:x}"), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words() {
        let go_away = |code| Kind::GoAway { last_stream: 5, code, debug: "busy".to_owned() };
        let stream = |code, by_server| Kind::Stream { stream: 3, code, by_server };
        for (kind, code, text) in [
            (
                go_away(11),
                Some(1_622),
                "http2: server sent GOAWAY and closed the connection; LastStreamID=5, ErrCode=ENHANCE_YOUR_CALM, debug=\"busy\"",
            ),
            (stream(0, true), Some(1_631), "stream error: stream ID 3; NO_ERROR; received from peer"),
            (stream(13, false), Some(1_644), "stream error: stream ID 3; HTTP_1_1_REQUIRED"),
            (
                stream(14, true),
                Some(1_630),
                "stream error: stream ID 3; unknown error code 0xe; received from peer",
            ),
            (Kind::Connection { code: 1 }, Some(1_652), "connection error: PROTOCOL_ERROR"),
            (Kind::Unusable, Some(1_600), "http2: client conn not usable"),
            (Kind::Io(io::ErrorKind::UnexpectedEof.into()), None, "unexpected end of file"),
        ] {
            let error = Error::new(kind);
            assert_eq!((error.code(), error.to_string().as_str()), (code, text));
        }
    }
}
