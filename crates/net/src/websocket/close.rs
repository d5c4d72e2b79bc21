//! Close codes, and how an end is told.

use std::fmt;

/// The codes of RFC 6455 that are used by name.
pub mod code {
    /// All is done.
    pub const NORMAL: u16 = 1000;
    /// One side goes away: a page is left, a user's iteration ends.
    pub const GOING_AWAY: u16 = 1001;
    /// The peer broke the protocol.
    pub const PROTOCOL: u16 = 1002;
    /// A close frame without a code; never sent.
    pub const NONE: u16 = 1005;
    /// The connection ended without a close frame; never sent.
    pub const ABNORMAL: u16 = 1006;
    /// A text that is not UTF-8, or data that cannot be unpacked.
    pub const INVALID_PAYLOAD: u16 = 1007;
    /// A message above what is taken.
    pub const TOO_BIG: u16 = 1009;
}

/// The end of a connection as the peer put it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Close {
    /// The code; 1005 when the peer gave none.
    pub code: u16,
    /// Why, in the peer's words; often empty.
    pub reason: String,
}

impl Close {
    /// Whether the peer just ended the talk, with 1000 or 1001.
    #[must_use]
    pub fn is_orderly(&self) -> bool {
        matches!(self.code, code::NORMAL | code::GOING_AWAY)
    }

    /// Reads the content of a close frame.
    ///
    /// # Errors
    /// For a code that nobody may send, and for a reason that is not UTF-8.
    pub(super) fn read(payload: &[u8]) -> Result<Self, String> {
        let Some((bytes, reason)) = payload.split_first_chunk::<2>() else {
            return Ok(Self { code: code::NONE, reason: String::new() });
        };
        let code = u16::from_be_bytes(*bytes);
        if !may_be_sent(code) {
            return Err(format!("bad close code {code}"));
        }
        match std::str::from_utf8(reason) {
            Ok(reason) => Ok(Self { code, reason: reason.to_owned() }),
            Err(_) => Err("invalid utf8 payload in close frame".to_owned()),
        }
    }
}

fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1013 | 3000..=4999)
}

impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "websocket: close {}", self.code)?;
        let name = match self.code {
            1000 => "normal",
            1001 => "going away",
            1002 => "protocol error",
            1003 => "unsupported data",
            1005 => "no status",
            1006 => "abnormal closure",
            1007 => "invalid payload data",
            1008 => "policy violation",
            1009 => "message too big",
            1010 => "mandatory extension missing",
            1011 => "internal server error",
            1015 => "TLS handshake error",
            _ => "",
        };
        if !name.is_empty() {
            write!(f, " ({name})")?;
        }
        if self.reason.is_empty() { Ok(()) } else { write!(f, ": {}", self.reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_in_gorillas_words() {
        let check = |code: u16, reason: &str, expected: &str| {
            assert_eq!(Close { code, reason: reason.to_owned() }.to_string(), expected);
        };
        check(1011, "why", "websocket: close 1011 (internal server error): why");
        check(4005, "why", "websocket: close 4005: why");
        check(1005, "", "websocket: close 1005 (no status)");
    }

    #[test]
    fn content_of_close_frames() {
        let close = |code: u16, reason: &str| Ok(Close { code, reason: reason.to_owned() });
        let check = |payload: &[u8], expected: Result<Close, String>| {
            assert_eq!(Close::read(payload), expected);
        };
        check(b"", close(1005, ""));
        check(b"\x03", close(1005, ""));
        check(b"\x03\xe8", close(1000, ""));
        check(b"\x0f\xa7go", close(4007, "go"));
        check(b"\x03\xed", Err("bad close code 1005".to_owned()));
        check(b"\x00\x01", Err("bad close code 1".to_owned()));
        check(b"\x03\xe8\xff", Err("invalid utf8 payload in close frame".to_owned()));
    }
}
