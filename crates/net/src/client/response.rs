//! What a caller gets.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use model::Level;

use crate::cookie::{self, Cookie};
use crate::error::Error;
use crate::header;
use crate::headers::Headers;
use crate::settings::Settings;
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

/// The headers that the caller decided on, for showing what was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cookie: Option<String>,
    /// For the user agent by default.
    pub(crate) settings: Arc<Settings>,
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
    /// What else there is to say.
    pub notes: Vec<Note>,
    pub(crate) reason: (u32, u32),
    pub(crate) sent: Sent,
}

impl Response {
    /// The status as the server put it: `200 OK`, or with words of its own.
    #[must_use]
    pub fn status_text(&self) -> String {
        let (at, length) = (self.reason.0 as usize, self.reason.1 as usize);
        let own = self.headers.block().get(at..at + length).filter(|own| !own.is_empty());
        match (own, self.proto) {
            (Some(own), _) => format!("{} {}", self.status, String::from_utf8_lossy(own)),
            (None, Proto::Http2) => format!("{} {}", self.status, reason_of(self.status)),
            (None, _) => self.status.to_string(),
        }
    }

    /// The headers of the first request as scripts see them: names in their canonical spelling, the cookies
    /// and the user agent included; without what only the protocol needs.
    #[must_use]
    pub fn request_headers(&self) -> Vec<(String, String)> {
        let mut list: Vec<(String, String)> = Vec::new();
        let mut set = |name: &str, value: &str, replace: bool| {
            let name = header::canonical(name);
            match list.iter_mut().find(|(known, _)| *known == *name) {
                Some((_, known)) if replace => value.clone_into(known),
                Some(_) => {}
                None => list.push((name.into_owned(), value.to_owned())),
            }
        };
        for (name, value) in &self.sent.headers {
            set(name, value, true);
        }
        if let Some(cookie) = &self.sent.cookie {
            set("Cookie", cookie, true);
        }
        if !self.sent.settings.user_agent.is_empty() {
            set("User-Agent", &self.sent.settings.user_agent, false);
        }
        list.sort();
        list
    }

    /// The cookies that the response sets.
    #[must_use]
    pub fn cookies(&self) -> Vec<Cookie> {
        cookie::parse_all(self.headers.all("Set-Cookie"))
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
    /// Why the request failed.
    pub error: Option<&'a Error>,
    /// The answer asks for credentials and the client goes on with them, so that its status is as expected.
    pub is_challenge: bool,
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
