//! A request as a step: what is sent, and what is taken out of the answer and checked.
//!
//! Main type: [`RequestStep`]. Whatever is the same for all users is worked out once a worker thread.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use crate::exchange::Exchange;
use crate::expr::{Expr, Failure, Text};
use crate::session::Session;
use crate::value::Value;

/// A request.
#[derive(Clone, Debug)]
pub struct RequestStep {
    /// Its place among all requests of the process, by which worker threads remember what is constant of it.
    pub(crate) place: u32,
    /// How it is called in results; its address when it has no name.
    pub name: Option<Text>,
    /// The method.
    pub method: Text,
    /// The whole address.
    pub url: Text,
    /// The headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Body,
    /// For everything, up to the last byte of the answer.
    pub timeout: Duration,
    /// How many redirects are followed.
    pub redirects: u32,
    /// Which version of HTTP.
    pub version: net::VersionPreference,
    /// How the credentials of the address are used.
    pub auth: Option<net::AuthScheme>,
    /// Tags of its samples.
    pub tags: Vec<(Arc<str>, Text)>,
    /// What counts as failed.
    pub judge: Judge,
    /// The body of the answer is kept, also when nothing here looks at it.
    pub keep_body: bool,
    /// What is taken out of the answer.
    pub captures: Vec<Capture>,
    /// What must hold for the answer.
    pub checks: Vec<Check>,
    /// A request that fails ends the iteration.
    pub must_succeed: bool,
}

/// A header.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its name, in any spelling.
    pub name: Text,
    /// Its value.
    pub value: Text,
}

/// What a request sends.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    None,
    /// A text.
    Text(Text),
    /// Bytes.
    Bytes(bytes::Bytes),
    /// Pairs as in a form of a web page.
    Form(Vec<(Text, Text)>),
}

/// Which answers count as failed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Judge {
    /// All but 200 to 399, as scripts do.
    #[default]
    Usual,
    /// It is not judged.
    Never,
    /// All but these, first and last of each range.
    But(Arc<[(u16, u16)]>),
}

impl Judge {
    /// Whether an answer with this status, 0 for none, counts as failed.
    #[must_use]
    pub fn failed(&self, status: u16) -> Option<bool> {
        match self {
            Self::Usual => Some(!(200..400).contains(&status)),
            Self::Never => None,
            Self::But(ranges) => Some(!ranges.iter().any(|&(low, high)| (low..=high).contains(&status))),
        }
    }
}

/// Something that is taken out of an answer.
#[derive(Clone, Debug)]
pub struct Capture {
    /// The variable that gets it.
    pub into: Arc<str>,
    /// Where it is.
    pub from: FromAnswer,
    /// What the variable gets when it is not there; without it the iteration fails.
    pub default: Option<Value>,
}

/// Where something is in an answer.
#[derive(Clone)]
pub enum FromAnswer {
    /// The status.
    Status,
    /// The whole body.
    Body,
    /// A header.
    Header(Arc<str>),
    /// The address that answered.
    Url,
    /// The duration of the request, in milliseconds.
    Duration,
    /// In a dialect's own way.
    Own(Arc<dyn Extract>),
}

impl fmt::Debug for FromAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status => f.write_str("Status"),
            Self::Body => f.write_str("Body"),
            Self::Header(name) => write!(f, "Header({name})"),
            Self::Url => f.write_str("Url"),
            Self::Duration => f.write_str("Duration"),
            Self::Own(_) => f.write_str("Own"),
        }
    }
}

/// A way to find something in an answer.
pub trait Extract: Send + Sync {
    /// What is there; `None` when it is not.
    ///
    /// # Errors
    /// When it cannot even be looked for.
    fn extract(&self, exchange: &Exchange, session: &mut Session) -> Result<Option<Value>, Failure>;
}

impl FromAnswer {
    /// What is there; `None` when it is not.
    ///
    /// # Errors
    /// When it cannot even be looked for.
    pub fn find(&self, exchange: &Exchange, session: &mut Session) -> Result<Option<Value>, Failure> {
        Ok(match self {
            Self::Status => Some(Value::Number(f64::from(exchange.status()))),
            Self::Body => Some(Value::text(exchange.text())),
            Self::Header(name) => exchange.header(name).map(Value::text),
            Self::Url => exchange.answer().map(|answer| Value::text(answer.url.as_str())),
            Self::Duration => Some(Value::Number(exchange.trail().duration().as_millis_f64())),
            Self::Own(own) => own.extract(exchange, session)?,
        })
    }
}

/// Something that must hold for an answer; counted in the metric `checks`.
#[derive(Clone)]
pub struct Check {
    /// How it is called in results.
    pub name: Text,
    /// Whether it holds.
    pub test: Arc<dyn Test>,
    /// An answer for which it does not hold ends the iteration.
    pub must_hold: bool,
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Check({:?})", self.name)
    }
}

/// A question to an answer.
pub trait Test: Send + Sync {
    /// Whether it holds.
    fn holds(&self, exchange: &Exchange, session: &mut Session) -> bool;
}

impl<F: Fn(&Exchange, &mut Session) -> bool + Send + Sync> Test for F {
    fn holds(&self, exchange: &Exchange, session: &mut Session) -> bool {
        self(exchange, session)
    }
}

static PLACES: AtomicU32 = AtomicU32::new(0);

impl RequestStep {
    /// A request with k6's defaults: 60 s, ten redirects, no body.
    #[must_use]
    pub fn new(method: impl Into<Text>, url: impl Into<Text>) -> Self {
        Self {
            place: PLACES.fetch_add(1, Relaxed),
            name: None,
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Body::None,
            timeout: Duration::from_secs(60),
            redirects: 10,
            version: net::VersionPreference::Auto,
            auth: None,
            tags: Vec::new(),
            judge: Judge::Usual,
            keep_body: false,
            captures: Vec::new(),
            checks: Vec::new(),
            must_succeed: false,
        }
    }

    /// Whether every user sends the same bytes.
    pub(crate) fn is_constant(&self) -> bool {
        let constant = |text: &Text| text.constant().is_some();
        constant(&self.method)
            && constant(&self.url)
            && self.headers.iter().all(|header| constant(&header.name) && constant(&header.value))
            && match &self.body {
                Body::None | Body::Bytes(_) => true,
                Body::Text(text) => constant(text),
                Body::Form(pairs) => pairs.iter().all(|(name, value)| constant(name) && constant(value)),
            }
    }

    /// The request for a user.
    pub(crate) fn build(&self, session: &mut Session) -> Result<net::Request, Failure> {
        let method = net::Method::new(&self.method.render(session)?);
        let address = self.url.render(session)?;
        let url = session.worker().url(&address)?;
        let mut request = net::Request::new(method, url);
        for header in &self.headers {
            let name = header.name.render(session)?.into_owned();
            request.headers.push((name, header.value.render(session)?.into_owned()));
        }
        request.body = match &self.body {
            Body::None => None,
            Body::Bytes(bytes) => Some(bytes.clone()),
            Body::Text(text) => Some(text.render(session)?.into_owned().into_bytes().into()),
            Body::Form(pairs) => {
                let mut form = Vec::with_capacity(pairs.len());
                for (name, value) in pairs {
                    form.push((name.render(session)?.into_owned(), value.render(session)?.into_owned()));
                }
                let named = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
                if !named {
                    request
                        .headers
                        .push(("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
                }
                Some(form_text(&form).into_bytes().into())
            }
        };
        request.timeout = self.timeout;
        request.redirects = self.redirects;
        request.version = self.version;
        request.auth = self.auth;
        request.discard_body = !self.needs_body();
        Ok(request)
    }

    /// Whether anything looks at the body of the answer.
    fn needs_body(&self) -> bool {
        self.keep_body || !self.captures.is_empty() || !self.checks.is_empty()
    }

    /// Whether every user sends the same under the same name, and nothing looks at the answer.
    pub(crate) fn is_constant_and_blind(&self) -> bool {
        let named = self.name.as_ref().is_none_or(|name| name.constant().is_some());
        !self.needs_body() && named && self.tags.is_empty() && self.is_constant()
    }

    /// Whether later steps may want to look at the answer.
    pub(crate) fn keeps_answer(&self) -> bool {
        self.keep_body
    }

    /// The value of an expression that gives a text, for headers of importers.
    #[must_use]
    pub fn text_of(expr: Expr) -> Text {
        Text::Joined([expr].into())
    }
}

/// Pairs as a form sends them.
fn form_text(pairs: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        push_escaped(&mut text, name);
        text.push('=');
        push_escaped(&mut text, value);
    }
    text
}

/// Escapes as forms do: a space is a plus.
fn push_escaped(text: &mut String, part: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in part.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => text.push(byte as char),
            b' ' => text.push('+'),
            _ => {
                text.push('%');
                text.push(HEX[usize::from(byte >> 4)] as char);
                text.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_escaped() {
        let pairs = [("a b".to_owned(), "1&2".to_owned()), ("ä".to_owned(), String::new())];
        assert_eq!(form_text(&pairs), "a+b=1%262&%C3%A4=");
    }

    #[test]
    fn statuses_are_judged() {
        let ranges = Judge::But([(200, 204), (404, 404)].into());
        let check =
            |judge: &Judge, status: u16, failed: Option<bool>| assert_eq!(judge.failed(status), failed);
        check(&Judge::Usual, 302, Some(false));
        check(&Judge::Usual, 0, Some(true));
        check(&Judge::Never, 500, None);
        check(&ranges, 404, Some(false));
        check(&ranges, 301, Some(true));
    }
}
