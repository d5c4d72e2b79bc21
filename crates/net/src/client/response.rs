//! What a caller gets.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use model::Level;

use crate::cookie::Cookie;
use crate::error::Error;
use crate::headers::Headers;
use crate::tls::TlsInfo;
use crate::trail::Trail;
use crate::url::Url;

/// The version of HTTP that a response came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proto {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2.
    Http2,
}

impl Proto {
    /// The name, as in the `proto` tag.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2.0",
        }
    }
}

/// Something worth a line in the log that is no failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// How much it matters.
    pub level: Level,
    /// What to say.
    pub text: String,
}

/// A whole response, with what was measured of its last hop.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The version of HTTP.
    pub proto: Proto,
    /// The URL that answered: the last one when there were redirects.
    pub url: Rc<Url>,
    /// As they came.
    pub headers: Headers,
    /// Unpacked; empty when it was to be dropped.
    pub body: Bytes,
    /// Who answered, or the proxy that did for them.
    pub remote: Option<SocketAddr>,
    /// What TLS agreed on.
    pub tls: Option<Arc<TlsInfo>>,
    /// What was measured.
    pub trail: Trail,
    /// The cookies that it sets.
    pub cookies: Vec<Cookie>,
    /// The status as the server put it: `200 OK`, or with words of its own.
    pub status_text: Cow<'static, str>,
    /// When the request asks for them, the headers of its first hop as the caller decided on them, cookies and
    /// credentials included: canonical names in order, without what only the protocol needs.
    pub request_headers: Vec<(String, String)>,
    /// What else there is to say.
    pub notes: Vec<Note>,
}

/// The words of a status, which stand at that place and with that length in the block of the headers.
pub(crate) fn reason_in(headers: &Headers, (at, length): (u32, u32)) -> &[u8] {
    headers.block().get(at as usize..at as usize + length as usize).unwrap_or_default()
}

/// A status with its words.
pub(crate) fn status_text(status: u16, proto: Proto, own: &[u8]) -> Cow<'static, str> {
    // The usual answer to the usual request needs no text of its own.
    match (status, own) {
        (200, b"OK") => Cow::Borrowed("200 OK"),
        (200, b"") if proto == Proto::Http2 => Cow::Borrowed("200 OK"),
        (_, b"") if proto == Proto::Http2 => Cow::Owned(format!("{status} {}", reason_of(status))),
        (_, b"") => Cow::Owned(status.to_string()),
        (_, own) => Cow::Owned(format!("{status} {}", String::from_utf8_lossy(own))),
    }
}

/// The headers of a request, as the caller decided on them, without cookies of the jar and what only the protocol needs.
/// Few want to see them, so they are only put together for those who ask.
#[derive(Clone, Copy)]
pub struct SentHeaders<'a>(pub(super) &'a dyn Fn() -> Vec<(String, String)>);

impl SentHeaders<'_> {
    /// Names and values in order.
    #[must_use]
    pub fn list(&self) -> Vec<(String, String)> {
        (self.0)()
    }
}

impl std::fmt::Debug for SentHeaders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.list().iter().map(|(name, _)| name)).finish()
    }
}

/// One request of those that a call to the client made, with what was measured of it.
#[derive(Debug)]
pub struct Hop<'a> {
    /// The method.
    pub method: &'a str,
    /// The URL with its credentials starred out.
    pub url: &'a str,
    /// Zero when the request failed.
    pub status: u16,
    /// As in the `proto` tag; empty when the request failed.
    pub proto: &'static str,
    /// What was measured.
    pub trail: &'a Trail,
    /// What TLS agreed on.
    pub tls: Option<&'a TlsInfo>,
    /// Who answered.
    pub remote: Option<SocketAddr>,
    /// The headers that were sent.
    pub request_headers: SentHeaders<'a>,
    /// The body that was sent.
    pub request_body: &'a [u8],
    /// The headers of the answer.
    pub headers: Option<&'a Headers>,
    /// What the answer holds, unpacked; only of the last hop, and empty where bodies are discarded.
    pub body: Option<&'a [u8]>,
    /// Why the request failed.
    pub error: Option<&'a Error>,
    /// The answer asks for credentials and the client goes on with them, so that its status is as expected.
    pub challenge: bool,
    /// What went over the wire; only when the settings ask for it.
    pub wire: Option<&'a Wire>,
}

/// The heads of a request and its response, as they were on the wire, with their bodies.
#[derive(Clone, Default, Debug)]
pub struct Wire {
    /// Request line and headers.
    pub request_head: Vec<u8>,
    /// What was sent as the body.
    pub request_body: Bytes,
    /// Status line and headers.
    pub response_head: Vec<u8>,
    /// What came as the body, before unpacking.
    pub response_body: Bytes,
}

/// The usual words for a status.
pub(crate) fn reason_of(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}
