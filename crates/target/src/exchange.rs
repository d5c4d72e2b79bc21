//! One request as handlers see it: its parts, its path in segments, its query, its body.
//!
//! Main types: [`Exchange`] and [`Line`], the connection it came on. Reading a body is bounded.

use std::borrow::Cow;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use http::header::{AUTHORIZATION, COOKIE, HOST};
use http::request::Parts;
use http::{HeaderName, Method};
use hyper::body::{Body as _, Incoming};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::body::Refusal;
use crate::form;

/// The largest body that is read into memory; `/bin/sink` takes more because it keeps nothing.
pub const MAX_BODY_BYTES: usize = 64 << 20;

/// One connection, as far as answers speak of it.
#[derive(Debug)]
pub struct Line {
    /// Counts the server's connections from 1.
    pub id: u64,
    /// The client's end.
    pub remote: SocketAddr,
    /// `TLSv1.3` and the like, on TLS connections.
    pub tls: Option<&'static str>,
    requests: AtomicU64,
    reset: Arc<AtomicBool>,
}

impl Line {
    /// A connection that has carried nothing yet; `reset` belongs to its socket.
    pub fn new(id: u64, remote: SocketAddr, tls: Option<&'static str>, reset: Arc<AtomicBool>) -> Self {
        Self { id, remote, tls, requests: AtomicU64::new(0), reset }
    }

    /// Counts one more request and returns its number on this connection, from 1.
    pub fn count_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The requests so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Makes the connection end with a reset when it is dropped.
    pub fn reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
    }
}

/// A path cut at its slashes, without empty segments; segments past the eighth are ignored.
pub struct Segments<'a> {
    parts: [&'a str; 8],
    len: usize,
}

impl<'a> Segments<'a> {
    /// Cuts `path`.
    pub fn of(path: &'a str) -> Self {
        let mut segments = Self { parts: [""; 8], len: 0 };
        for part in path.split('/').filter(|part| !part.is_empty()).take(8) {
            segments.parts[segments.len] = part;
            segments.len += 1;
        }
        segments
    }

    /// The segments behind `/api`, `/api/v1` and the like; the shop answers with and without them.
    pub fn without_api_prefix(&self) -> &[&'a str] {
        let all = &self.parts[..self.len];
        match all {
            ["api" | "rest", version, rest @ ..] if is_version(version) => rest,
            ["api" | "rest", rest @ ..] => rest,
            [version, rest @ ..] if is_version(version) => rest,
            _ => all,
        }
    }
}

fn is_version(segment: &str) -> bool {
    matches!(segment.as_bytes(), [b'v', digit] if digit.is_ascii_digit())
}

/// A segment with its percent escapes undone.
pub fn decode(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

/// One request and the connection it came on.
pub struct Exchange<'a> {
    /// Method, target, version, headers.
    pub parts: &'a Parts,
    /// The connection.
    pub line: &'a Line,
    body: Option<Incoming>,
}

impl<'a> Exchange<'a> {
    /// A request whose body has not been read.
    pub fn new(parts: &'a Parts, body: Incoming, line: &'a Line) -> Self {
        Self { parts, line, body: Some(body) }
    }

    /// The method; `HEAD` counts as `GET`, the server leaves the body out.
    pub fn method(&self) -> &Method {
        match self.parts.method {
            Method::HEAD => &Method::GET,
            ref method => method,
        }
    }

    /// The raw query, without the question mark.
    pub fn query(&self) -> &'a str {
        self.parts.uri.query().unwrap_or_default()
    }

    /// The first query argument of that name, decoded.
    pub fn arg(&self, name: &str) -> Option<Cow<'a, str>> {
        form::pairs(self.query()).find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// A query argument read as a number or the like; `default` when it is absent or does not parse.
    pub fn arg_or<T: std::str::FromStr>(&self, name: &str, default: T) -> T {
        self.arg(name).and_then(|value| value.parse().ok()).unwrap_or(default)
    }

    /// A request header as text.
    pub fn header(&self, name: impl http::header::AsHeaderName) -> Option<&'a str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&'a str> {
        let (scheme, token) = self.header(AUTHORIZATION)?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// The host the client spoke to.
    pub fn host(&self) -> &'a str {
        self.header(HOST)
            .or_else(|| self.parts.uri.authority().map(http::uri::Authority::as_str))
            .unwrap_or("localhost")
    }

    /// `https` on TLS connections.
    pub fn scheme(&self) -> &'static str {
        if self.line.tls.is_some() { "https" } else { "http" }
    }

    /// The whole URL as the client wrote it, as far as it can be told from here.
    pub fn url(&self) -> String {
        let target = self.parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        format!("{}://{}{target}", self.scheme(), self.host())
    }

    /// The request's cookies in order.
    pub fn cookies(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let headers = self.parts.headers.get_all(COOKIE).into_iter();
        headers.filter_map(|header| header.to_str().ok()).flat_map(|header| {
            header.split(';').filter_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                Some((name.trim(), value.trim()))
            })
        })
    }

    /// One cookie.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        self.cookies().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All headers as JSON, names in canonical case, repeated ones joined with a comma.
    pub fn headers_json(&self) -> Value {
        let mut map = serde_json::Map::new();
        for name in self.parts.headers.keys() {
            let values: Vec<_> = self
                .parts
                .headers
                .get_all(name)
                .iter()
                .map(|v| String::from_utf8_lossy(v.as_bytes()))
                .collect();
            map.insert(canonical(name), values.join(",").into());
        }
        Value::Object(map)
    }

    /// Reads the whole body; a second call gives nothing.
    pub async fn body(&mut self) -> Result<Bytes, Refusal> {
        let Some(mut body) = self.body.take() else { return Ok(Bytes::new()) };
        let mut first: Option<Bytes> = None;
        let mut whole = BytesMut::new();
        while let Some(chunk) = next_chunk(&mut body).await? {
            if whole.len() + chunk.len() + first.as_ref().map_or(0, Bytes::len) > MAX_BODY_BYTES {
                return Err(Refusal::too_large(MAX_BODY_BYTES));
            }
            match first.take() {
                // Most bodies come in one piece, which needs no copy.
                None if whole.is_empty() => first = Some(chunk),
                None => whole.extend_from_slice(&chunk),
                Some(earlier) => {
                    whole.extend_from_slice(&earlier);
                    whole.extend_from_slice(&chunk);
                }
            }
        }
        Ok(first.unwrap_or_else(|| whole.freeze()))
    }

    /// Reads and forgets the body; returns its length in bytes.
    pub async fn drain(&mut self) -> Result<u64, Refusal> {
        let Some(mut body) = self.body.take() else { return Ok(0) };
        let mut bytes = 0;
        while let Some(chunk) = next_chunk(&mut body).await? {
            bytes += chunk.len() as u64;
        }
        Ok(bytes)
    }

    /// Reads the body as fields: JSON when it is an object, else a form, so that both kinds of client work.
    /// An empty body is an empty object.
    pub async fn fields(&mut self) -> Result<Fields, Refusal> {
        let content_type = self.header(http::header::CONTENT_TYPE).unwrap_or_default().to_owned();
        let body = self.body().await?;
        if body.is_empty() {
            return Ok(Fields(Value::Object(serde_json::Map::new())));
        }
        if content_type.starts_with("application/x-www-form-urlencoded") && !body.starts_with(b"{") {
            let text = String::from_utf8_lossy(&body);
            let map =
                form::pairs(&text).map(|(key, value)| (key.into_owned(), Value::from(value.into_owned())));
            return Ok(Fields(Value::Object(map.collect())));
        }
        serde_json::from_slice(&body)
            .map(Fields)
            .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))
    }
}

async fn next_chunk(body: &mut Incoming) -> Result<Option<Bytes>, Refusal> {
    loop {
        match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
            None => return Ok(None),
            Some(Err(error)) => {
                return Err(Refusal::bad_request(format!("the body did not arrive: {error}")));
            }
            Some(Ok(frame)) => {
                // Trailers carry nothing that the shop needs.
                if let Ok(chunk) = frame.into_data() {
                    return Ok(Some(chunk));
                }
            }
        }
    }
}

/// `content-type` as `Content-Type`.
pub fn canonical(name: &HeaderName) -> String {
    let mut upper = true;
    let letters = name.as_str().chars().map(|letter| {
        let shown = if upper { letter.to_ascii_uppercase() } else { letter };
        upper = letter == '-';
        shown
    });
    letters.collect()
}

/// The fields of a request body, read leniently: numbers may come as text and the other way round.
pub struct Fields(pub Value);

impl Fields {
    /// A text field; empty text counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A number, also written as text.
    pub fn number(&self, name: &str) -> Option<f64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// A whole number in `1..=1000`, such as a quantity; 1 when it is absent.
    pub fn quantity(&self, name: &str) -> Result<u32, Refusal> {
        if self.0.get(name).is_none() {
            return Ok(1);
        }
        match self.number(name) {
            Some(number) if (1.0..=1000.0).contains(&number) => Ok(number as u32),
            _ => Err(Refusal::bad_request(format!("`{name}` is not a number from 1 to 1000"))),
        }
    }

    /// A field as it came.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Text or number as text: identifiers come in both forms.
    pub fn id(&self, name: &str) -> Option<String> {
        id_text(self.0.get(name)?)
    }
}

/// An identifier given as text or number.
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
