//! Writing the head of a request in the order in which Go writes it, which some servers care about.

use std::borrow::Cow;

use smallvec::SmallVec;

use crate::error::Kind;
use crate::header;
use crate::url::{Url, quoted};

/// A header as it will be sent: canonical name, value.
pub(crate) type Field<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The headers of one request, sorted, with those taken out that the client decides on.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    /// What the `Host` header says instead of the URL.
    pub(crate) host: Option<Cow<'a, str>>,
    /// Set by the script; an empty one is not sent.
    pub(crate) user_agent: Option<Cow<'a, str>>,
    /// The script asks to close the connection.
    pub(crate) close: bool,
    /// All others, by name.
    pub(crate) others: SmallVec<[Field<'a>; 4]>,
    /// The others are all there is, in an order of their own.
    pub(crate) is_verbatim: bool,
}

impl<'a> Fields<'a> {
    /// Sorts out headers as a script gave them; of those with one name the last counts.
    ///
    /// # Errors
    /// For names and values that cannot be sent.
    pub(crate) fn collect<'h: 'a>(headers: impl Iterator<Item = (&'h str, &'h str)>) -> Result<Self, Kind> {
        let mut fields = Self::default();
        for (name, value) in headers {
            header::check(name, value.as_bytes())
                .map_err(|invalid| Kind::InvalidRequest(invalid.to_string()))?;
            fields.set(name, Cow::Borrowed(value));
        }
        Ok(fields)
    }

    /// Takes headers as they are, with repeats and in their order; the length of the body stays ours to say. Those
    /// that were `checked` before are not checked again.
    ///
    /// # Errors
    /// For names and values that cannot be sent.
    pub(crate) fn verbatim<'h: 'a>(
        headers: impl Iterator<Item = (&'h str, &'h str)>,
        checked: bool,
    ) -> Result<Self, Kind> {
        let mut fields = Self { is_verbatim: true, ..Self::default() };
        for (name, value) in headers {
            if !checked {
                header::check(name, value.as_bytes())
                    .map_err(|invalid| Kind::InvalidRequest(invalid.to_string()))?;
            }
            if name.eq_ignore_ascii_case("Connection") {
                fields.close |= value.split(',').any(|token| token.trim().eq_ignore_ascii_case("close"));
            }
            if name.eq_ignore_ascii_case("Host") {
                fields.host = Some(Cow::Borrowed(value));
            }
            let ours = ["Content-Length", "Transfer-Encoding", "Trailer"];
            if !ours.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                fields.others.push((Cow::Borrowed(name), Cow::Borrowed(value)));
            }
        }
        Ok(fields)
    }

    /// Sets a header, in the place of one with the same name.
    pub(crate) fn set(&mut self, name: &'a str, value: Cow<'a, str>) {
        let name = header::canonical(name);
        match &*name {
            "Host" => self.host = Some(value),
            "User-Agent" => self.user_agent = Some(value),
            // The length and the coding of the body are the client's to say.
            "Content-Length" | "Transfer-Encoding" | "Trailer" => {}
            _ => {
                if *name == *"Connection" {
                    self.close = value.split(',').any(|token| token.trim().eq_ignore_ascii_case("close"));
                }
                match self.others.binary_search_by(|(known, _)| known.cmp(&name)) {
                    Ok(at) => self.others[at].1 = value,
                    Err(at) => self.others.insert(at, (name, value)),
                }
            }
        }
    }

    /// The headers as a script may look at them; without those that it had no say in.
    pub(crate) fn shown(&self) -> Vec<(String, String)> {
        let host = self.host.as_deref().map(|host| ("Host", host));
        let agent = self.user_agent.as_deref().map(|agent| ("User-Agent", agent));
        let others = self
            .others
            .iter()
            .filter(|(name, _)| name != "Connection" && !(self.is_verbatim && name == "Host"))
            .map(|(name, value)| (&**name, &**value));
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut list: Vec<(String, String)> =
            host.into_iter().chain(agent).chain(others).map(owned).collect();
        list.sort();
        list
    }

    /// The value of a header that is sent among the others.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

/// What the head of a request says.
pub(crate) struct Outline<'a, 'f> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a Url,
    /// A proxy is asked for the whole URL.
    pub(crate) absolute: bool,
    pub(crate) fields: &'a Fields<'f>,
    /// Sent unless the fields have one.
    pub(crate) user_agent: &'a str,
    pub(crate) proxy_authorization: Option<&'a str>,
    pub(crate) body_bytes: Option<usize>,
    pub(crate) close: bool,
}

/// Checks that a method is a token.
pub(crate) fn check_method(method: &str) -> Result<(), Kind> {
    if header::is_token(method.as_bytes()) {
        return Ok(());
    }
    Err(Kind::InvalidRequest(format!("net/http: invalid method {}", quoted(method.as_bytes()))))
}

/// Whether a request without a body says so: of methods that usually have one.
fn announces_empty_body(method: &str) -> bool {
    matches!(method, "POST" | "PUT" | "PATCH")
}

/// Writes the head.
pub(crate) fn write(out: &mut Vec<u8>, outline: &Outline<'_, '_>) {
    let fields = outline.fields;
    out.extend_from_slice(outline.method.as_bytes());
    out.push(b' ');
    write_target(out, outline);
    out.extend_from_slice(b" HTTP/1.1\r\n");
    if !(fields.is_verbatim && fields.host.is_some()) {
        line(out, "Host", fields.host.as_deref().unwrap_or_else(|| outline.url.authority()));
    }
    let agent = fields.user_agent.as_deref().unwrap_or(outline.user_agent);
    if !(agent.is_empty() || fields.is_verbatim) {
        line(out, "User-Agent", agent);
    }
    match outline.body_bytes {
        Some(count) if count > 0 => write_length(out, count),
        _ if announces_empty_body(outline.method) => write_length(out, 0),
        _ => {}
    }
    for (name, value) in &fields.others {
        line(out, name, value);
    }
    if let Some(value) = outline.proxy_authorization {
        line(out, "Proxy-Authorization", value);
    }
    if outline.close && !fields.close {
        line(out, "Connection", "close");
    }
    out.extend_from_slice(b"\r\n");
}

fn write_target(out: &mut Vec<u8>, outline: &Outline<'_, '_>) {
    let url = outline.url;
    if outline.absolute {
        out.extend_from_slice(url.scheme().as_bytes());
        out.extend_from_slice(b"://");
        out.extend_from_slice(url.authority().as_bytes());
    }
    let (slash, rest) = url.target();
    out.extend_from_slice(slash.as_bytes());
    out.extend_from_slice(rest.as_bytes());
}

fn write_length(out: &mut Vec<u8>, count: usize) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = count;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(b"Content-Length: ");
    out.extend_from_slice(&digits[at..]);
    out.extend_from_slice(b"\r\n");
}

fn line(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(header::trimmed(value.as_bytes()));
    out.extend_from_slice(b"\r\n");
}
