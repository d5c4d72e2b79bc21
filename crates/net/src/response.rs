//! What a caller gets.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use crate::cookie::Cookie;
use crate::error::Error;
use crate::header;
use crate::tls::TlsInfo;
use crate::trail::Trail;

/// The version of HTTP that was spoken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proto {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    Http11,
    /// HTTP/2
    Http2,
}

impl Proto {
    /// Its name in tags and responses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2.0",
        }
    }
}

/// The headers of a response, read when they are asked for.
#[derive(Clone, Default, Debug)]
pub struct Headers {
    /// The head as it came, from the status line to the empty line.
    pub(crate) head: Bytes,
}

impl Headers {
    /// Each header in order, names as they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let head = self.head.as_ref();
        head.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(&line[..colon]).ok()?;
            Some((name, line[colon + 1..].trim_ascii()))
        })
    }

    /// All headers under their canonical names, repeated ones joined by commas, in order.
    #[must_use]
    pub fn joined(&self) -> Vec<(String, String)> {
        let mut joined: Vec<(String, String)> = Vec::new();
        for (name, value) in self.iter() {
            let name = header::canonical(name);
            // How the body was cut for the way is no business of its reader.
            if name == "Transfer-Encoding" {
                continue;
            }
            let value = String::from_utf8_lossy(value);
            match joined.iter_mut().find(|known| known.0 == name) {
                Some(known) => {
                    known.1.push_str(", ");
                    known.1.push_str(&value);
                }
                None => joined.push((name, value.into_owned())),
            }
        }
        joined
    }

    /// The first value of a header, case aside.
    #[must_use]
    pub fn get(&self, wanted: &str) -> Option<String> {
        self.iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }
}

/// The answer to a request; after redirects, the last one.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// `200 OK`
    pub status_text: String,
    /// The version of HTTP.
    pub proto: Proto,
    /// The address that answered.
    pub url: String,
    /// The headers.
    pub headers: Headers,
    /// The cookies that it set.
    pub cookies: Vec<Cookie>,
    /// The body, decoded.
    pub body: Bytes,
    /// The other side.
    pub remote: Option<SocketAddr>,
    /// The TLS connection, if it was one.
    pub tls: Option<Arc<TlsInfo>>,
    /// When everything happened.
    pub trail: Trail,
    /// The headers that were sent beside the ones that always are.
    pub request_headers: Vec<(String, String)>,
}

/// One exchange on the way to a response.
#[derive(Clone, Copy, Debug)]
pub struct Hop<'a> {
    /// The server asks for proof, and is going to get it: no failure.
    pub challenge: bool,
    /// The method.
    pub method: &'a str,
    /// The address, without its password.
    pub url: &'a str,
    /// The status; 0 when there was no answer.
    pub status: u16,
    /// The version of HTTP; empty when there was no answer.
    pub proto: &'static str,
    /// When everything happened.
    pub trail: &'a Trail,
    /// The TLS connection, if it was one.
    pub tls: Option<&'a TlsInfo>,
    /// Why it failed.
    pub error: Option<&'a Error>,
    /// The other side.
    pub remote: Option<SocketAddr>,
}
