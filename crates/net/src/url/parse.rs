//! Reading a URL by Go's rules, which is what k6 scripts are written against.

use std::fmt;

use super::escape::{self, Fault, Part};
use super::{Scheme, Url, quoted};

/// Why a text is no URL. The message is Go's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidUrl {
    text: String,
    reason: String,
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parse {}: {}", quoted(self.text.as_bytes()), self.reason)
    }
}

impl std::error::Error for InvalidUrl {}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Escape(shown) => format!("invalid URL escape {}", quoted(&shown)),
            Fault::HostByte(byte) => format!("invalid character {} in host name", quoted(&[byte])),
        }
    }
}

/// The pieces of a URL, before they are put together again.
#[derive(Default, Clone, Debug)]
pub(super) struct Pieces {
    pub(super) scheme: String,
    /// What follows a scheme without a slash, as in `mailto:a@b`.
    pub(super) opaque: Option<String>,
    /// There was a `//`.
    pub(super) has_authority: bool,
    pub(super) user: Option<String>,
    pub(super) host: String,
    pub(super) port: Option<String>,
    /// Escaped.
    pub(super) path: String,
    pub(super) query: Option<String>,
    /// Escaped.
    pub(super) fragment: Option<String>,
}

pub(super) fn parse(text: &str) -> Result<Url, InvalidUrl> {
    Ok(pieces(text)?.into_url())
}

pub(super) fn pieces(text: &str) -> Result<Pieces, InvalidUrl> {
    let (rest, fragment) = match text.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (text, None),
    };
    let fail = |shown: &str, reason: String| InvalidUrl { text: shown.to_owned(), reason };
    let mut pieces = split(rest).map_err(|reason| fail(rest, reason))?;
    if let Some(fragment) = fragment.filter(|fragment| !fragment.is_empty()) {
        let fragment = escape::normal(fragment, Part::Fragment).map_err(|fault| fail(text, fault.into()))?;
        pieces.fragment = Some(fragment.into_owned());
    }
    Ok(pieces)
}

fn split(text: &str) -> Result<Pieces, String> {
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    let mut pieces = Pieces::default();
    let (scheme, rest) = scheme(text)?;
    pieces.scheme = scheme.to_ascii_lowercase();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query.to_owned())),
        None => (rest, None),
    };
    pieces.query = query;
    if !rest.starts_with('/') {
        if !pieces.scheme.is_empty() {
            pieces.opaque = Some(rest.to_owned());
            return Ok(pieces);
        }
        // A colon here would read as a scheme when the reference is written down.
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let mut path = rest;
    if (!pieces.scheme.is_empty() || !rest.starts_with("///")) && rest.starts_with("//") {
        let authority = &rest[2..];
        let end = authority.find('/').unwrap_or(authority.len());
        pieces.has_authority = true;
        read_authority(&mut pieces, &authority[..end])?;
        path = &authority[end..];
    }
    pieces.path = escape::normal(path, Part::Path)?.into_owned();
    Ok(pieces)
}

/// The scheme, and what comes after its colon.
fn scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn read_authority(pieces: &mut Pieces, authority: &str) -> Result<(), String> {
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    read_host(pieces, host)?;
    if let Some(user) = user {
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
        if !user.bytes().all(valid) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        escape::unescape(user, Part::User)?;
        pieces.user = Some(user.to_owned());
    }
    Ok(())
}

fn read_host(pieces: &mut Pieces, text: &str) -> Result<(), String> {
    let after_host = if text.starts_with('[') {
        text.rfind(']').ok_or("missing ']' in host")? + 1
    } else {
        text.rfind(':').unwrap_or(text.len())
    };
    let (host, colon_port) = text.split_at(after_host);
    let port = match colon_port.strip_prefix(':') {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => Some(port),
        None if colon_port.is_empty() => None,
        _ => return Err(format!("invalid port {} after host", quoted(colon_port.as_bytes()))),
    };
    let host = escape::unescape(host, Part::Host)?;
    pieces.host = String::from_utf8_lossy(&host).into_owned();
    pieces.port = port.map(str::to_owned);
    Ok(())
}

/// The path of a URL with neither scheme nor host, where two slashes in front would start a host.
fn single_slash(path: &str) -> &str {
    path.strip_prefix('/').filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

impl Pieces {
    /// Writes the pieces down as Go does, with a mark at each joint.
    pub(super) fn into_url(self) -> Url {
        let mut text = String::with_capacity(
            self.scheme.len()
                + self.host.len()
                + self.path.len()
                + self.query.as_ref().map_or(0, String::len)
                + 16,
        );
        let at = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        text.push_str(&self.scheme);
        let scheme_end = at(&text);
        if !self.scheme.is_empty() {
            text.push(':');
        }
        let mut user = None;
        let host;
        if let Some(opaque) = &self.opaque {
            text.push_str(opaque);
            host = (at(&text), at(&text));
        } else {
            let named = !self.host.is_empty() || self.port.is_some() || self.user.is_some();
            // A path that starts with two slashes would be taken for a host.
            let misread = self.path.starts_with("//") && !self.scheme.is_empty();
            if named || misread || (self.has_authority && !self.path.is_empty()) {
                text.push_str("//");
            }
            if let Some(info) = &self.user {
                let start = at(&text);
                text.push_str(info);
                user = Some((start, at(&text)));
                text.push('@');
            }
            let start = at(&text);
            // The percent sign of an address's zone is the only one that a host may hold.
            text.push_str(&self.host.replace('%', "%25"));
            host = (start, at(&text));
            if let Some(port) = &self.port {
                text.push(':');
                text.push_str(port);
            }
        }
        let authority_end = at(&text);
        if !self.host.is_empty() && !self.path.is_empty() && !self.path.starts_with('/') {
            text.push('/');
        }
        let is_bare = authority_end == 0 && !self.path.starts_with("///");
        text.push_str(if is_bare { single_slash(&self.path) } else { &self.path });
        let query = self.query.as_ref().map(|query| {
            let start = at(&text);
            text.push('?');
            text.push_str(query);
            start
        });
        let fragment = at(&text);
        if let Some(part) = &self.fragment {
            text.push('#');
            text.push_str(part);
        }
        let kind = match &*self.scheme {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => Scheme::Other,
        };
        Url {
            ascii_host: ascii_authority(&self.host, self.port.as_deref()),
            text: text.into(),
            scheme_end,
            user,
            host,
            authority_end,
            query,
            fragment,
            port: self
                .port
                .as_deref()
                .filter(|port| !port.is_empty())
                .map(|port| port.parse().unwrap_or(u32::MAX)),
            kind,
        }
    }
}

/// Host and port in ASCII, when the host is not written so already.
fn ascii_authority(host: &str, port: Option<&str>) -> Option<Box<str>> {
    if host.is_ascii() && !host.contains('%') {
        return None;
    }
    let ascii = match url::Host::parse(host) {
        _ if host.is_ascii() => host.to_owned(),
        Ok(ascii) => ascii.to_string(),
        Err(_) => escape::escape(host.as_bytes(), Part::Host),
    };
    Some(match port {
        Some(port) => format!("{ascii}:{port}").into(),
        None => ascii.into(),
    })
}
