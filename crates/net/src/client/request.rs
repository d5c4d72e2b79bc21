//! What a caller asks for.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use model::Nanos;
use tokio::sync::Notify;

use super::request_headers::RequestHeaders;
use crate::encoding::Coding;
use crate::url::Url;

/// A method: any token, usually one of the well-known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Method(std::borrow::Cow<'static, str>);

impl Method {
    /// `GET`.
    pub const GET: Self = Self(std::borrow::Cow::Borrowed("GET"));
    /// `HEAD`.
    pub const HEAD: Self = Self(std::borrow::Cow::Borrowed("HEAD"));
    /// `POST`.
    pub const POST: Self = Self(std::borrow::Cow::Borrowed("POST"));

    /// The method of that name, to the letter; an empty one is `GET`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        const KNOWN: [&str; 9] =
            ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];
        match KNOWN.iter().find(|known| **known == name) {
            Some(known) => Self((*known).into()),
            None if name.is_empty() => Self::GET,
            None => Self(name.to_owned().into()),
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether such requests change nothing on the server.
    pub(crate) fn is_safe(name: &str) -> bool {
        matches!(name, "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }
}

/// How to answer a challenge with the URL's credentials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuthScheme {
    /// RFC 7617; needs no challenge.
    Basic,
    /// RFC 7616.
    Digest,
    /// Microsoft's.
    Ntlm,
}

/// Which HTTP version a request is to use.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum VersionPreference {
    /// What TLS negotiates, else as the settings say.
    #[default]
    Auto,
    /// HTTP/1.1 and nothing else.
    Http1,
    /// HTTP/2 and nothing else; without TLS by prior knowledge.
    Http2,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Rc<Url>,
    /// As the script gave them; names in any spelling.
    pub headers: RequestHeaders,
    /// The body; an empty one counts as none.
    pub body: Option<Bytes>,
    /// For everything: lookup, redirects, the last byte of the body.
    pub timeout: Duration,
    /// For the head of each answer over HTTP/1.1, from when the request is written; none when not given.
    pub head_timeout: Option<Duration>,
    /// How many redirects are followed.
    pub redirects: u32,
    /// How the body is packed, in this order.
    pub compression: Vec<Coding>,
    /// How to use the URL's credentials; as Basic when not given.
    pub auth: Option<AuthScheme>,
    /// Which HTTP version.
    pub version: VersionPreference,
    /// The body is read and dropped.
    pub discard_body: bool,
    /// Name, value, and whether it takes the place of the jar's cookies of that name.
    pub cookies: Vec<(String, String, bool)>,
    /// Notified when the answer is no longer wanted: the request then fails, and counts as failed.
    pub cancel: Option<Rc<Notify>>,
    /// The headers are sent as they are given: in their order, with repeats, and nothing added but `Host` and what
    /// the body needs. Cookies are then the caller's to add.
    pub verbatim: bool,
    /// The response tells the headers that were sent.
    pub tell_headers: bool,
}

impl Request {
    /// A request with nothing but a method and a URL, k6's timeout and ten redirects.
    #[must_use]
    pub fn new(method: Method, url: Rc<Url>) -> Self {
        Self {
            method,
            url,
            headers: RequestHeaders::default(),
            body: None,
            timeout: Duration::from_secs(60),
            head_timeout: None,
            redirects: 10,
            compression: Vec::new(),
            auth: None,
            version: VersionPreference::default(),
            discard_body: false,
            cookies: Vec::new(),
            cancel: None,
            verbatim: false,
            tell_headers: false,
        }
    }

    /// A `GET` of that URL.
    #[must_use]
    pub fn get(url: Rc<Url>) -> Self {
        Self::new(Method::GET, url)
    }

    /// The length of its body.
    pub(crate) fn body_bytes(&self) -> usize {
        self.body.as_ref().map_or(0, Bytes::len)
    }

    /// How long the head of an answer may take; longer than anything lasts when there is no limit.
    pub(crate) fn head_patience(&self) -> Nanos {
        self.head_timeout.map_or(Nanos::MAX, Nanos::from)
    }
}
