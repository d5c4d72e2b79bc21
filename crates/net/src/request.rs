//! What a caller asks for.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use crate::auth::AuthScheme;
use crate::encoding::Coding;
use crate::url::Url;

/// A method; any token will do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Method(Rc<str>);

impl Method {
    /// The method of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which version of HTTP to speak.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum VersionPreference {
    /// What client and server agree on.
    #[default]
    Auto,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only.
    Http2,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Rc<Url>,
    /// Headers, names as written.
    pub headers: Vec<(String, String)>,
    /// The body; none is not the same as an empty one.
    pub body: Option<Bytes>,
    /// For everything, the body of the response included.
    pub timeout: Duration,
    /// Redirects to follow.
    pub redirects: u32,
    /// Encodings of the body, in the order in which they are applied.
    pub compression: Vec<Coding>,
    /// How to prove who it is from, with the credentials in the address.
    pub auth: Option<AuthScheme>,
    /// Which version of HTTP to speak.
    pub version: VersionPreference,
    /// Read the response's body and drop it.
    pub discard_body: bool,
    /// Cookies of this request; the flag lets one take the place of the jar's.
    pub cookies: Vec<(String, String, bool)>,
}
