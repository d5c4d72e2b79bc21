//! A request with its answer, kept whole because it was among the slowest of a run or failed.
//!
//! Main type: [`Exchange`]. What it holds is bounded, and values that look like credentials are taken out when it is made:
//! see [`masking`]. Which exchanges are kept is decided by the recorder, and where they are kept is not known here.

mod masking;

use std::net::IpAddr;

use model::Hidden;

use crate::recorder::HttpSample;

pub use masking::{is_secret_name, masked};

/// Headers that are kept of a message.
const HEADERS_MOST: usize = 64;
/// Bytes of a header's name that are kept.
const NAME_BYTES_MOST: usize = 128;
/// Bytes of a header's value that are kept.
const VALUE_BYTES_MOST: usize = 512;
/// Bytes of an address, or of what went wrong, that are kept.
const TEXT_BYTES_MOST: usize = 2_048;
/// Bytes of a body that are kept.
pub const BODY_BYTES_MOST: usize = 2_048;

/// Why an exchange is kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// It is among the first failures of its kind.
    Failed,
    /// It is among the slowest.
    Slow,
}

impl Standing {
    /// The word in stores and JSON forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Slow => "slow",
        }
    }

    /// What is meant by this word.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Failed, Self::Slow].into_iter().find(|one| one.name() == name)
    }
}

/// A request and what came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Exchange {
    /// Why it is kept.
    pub standing: Standing,
    /// What was measured of it; `at` is on the run's clock.
    pub sample: HttpSample,
    /// The method.
    pub method: String,
    /// Where it went, without credentials.
    pub url: String,
    /// The status; 0 when there was no answer.
    pub status: u16,
    /// The code of the failure, or 1000 and the status from 400 on; 0 for none.
    pub code: u16,
    /// What went wrong, where there was no whole answer.
    pub error: Option<String>,
    /// The version of HTTP; empty when there was no answer.
    pub proto: &'static str,
    /// Who answered.
    pub remote: Option<IpAddr>,
    /// The trace that the request was part of, in the form of its header.
    pub trace_id: Option<String>,
    /// The tags of its samples.
    pub tags: Vec<(String, String)>,
    /// What was sent.
    pub request: Message,
    /// What came.
    pub response: Message,
}

/// The headers and the body of a request or an answer, cut to what is kept of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Message {
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body; empty when it is no text.
    pub body: String,
    /// Bytes of the whole body.
    pub body_bytes: u64,
}

impl Message {
    /// A message of which only the beginning is kept, without what looks like a credential.
    #[must_use]
    pub fn of<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>, body: &[u8]) -> Self {
        let headers = headers.take(HEADERS_MOST).map(|(name, value)| {
            let shown = if is_secret_name(name) { masking::INSTEAD.to_owned() } else { masked(value) };
            (cut(name, NAME_BYTES_MOST).to_owned(), cut(&shown, VALUE_BYTES_MOST).to_owned())
        });
        Self { headers: headers.collect(), body: text_of(body), body_bytes: body.len() as u64 }
    }

    fn hide(&mut self, hidden: &Hidden) {
        self.headers.iter_mut().for_each(|(_, value)| hide(value, hidden));
        hide(&mut self.body, hidden);
    }
}

impl Exchange {
    /// An address, or what went wrong, as it is kept.
    #[must_use]
    pub fn shown(text: &str) -> String {
        // PostgreSQL keeps no text with such a character.
        cut(&masked(text).replace('\0', ""), TEXT_BYTES_MOST).to_owned()
    }

    /// Takes out the texts that must not be shown.
    pub(crate) fn hide(&mut self, hidden: &Hidden) {
        hide(&mut self.url, hidden);
        self.error.iter_mut().for_each(|error| hide(error, hidden));
        self.request.hide(hidden);
        self.response.hide(hidden);
    }

    /// The trace in the headers of a request, whichever of the usual systems wrote it.
    #[must_use]
    pub fn trace_in(headers: &[(String, String)]) -> Option<String> {
        let value = |wanted: &str| {
            headers
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.as_str())
        };
        let w3c = || value("traceparent")?.split('-').nth(1);
        let single_b3 = || value("b3")?.split('-').next();
        let jaeger = || value("uber-trace-id")?.split(':').next();
        let datadog = || value("x-datadog-trace-id");
        let amazon = || value("x-amzn-trace-id");
        let found = w3c()
            .or_else(|| value("x-b3-traceid"))
            .or_else(single_b3)
            .or_else(jaeger)
            .or_else(datadog)
            .or_else(amazon)?;
        (!found.is_empty()).then(|| cut(found, NAME_BYTES_MOST).to_owned())
    }
}

fn hide(text: &mut String, hidden: &Hidden) {
    if let Some(shown) = hidden.redacted(text) {
        *text = shown;
    }
}

/// The beginning of a body as text; nothing when it is none.
fn text_of(body: &[u8]) -> String {
    // What is cut must not be half a credential, so the end of a value is looked for a little farther.
    let looked_at = &body[..body.len().min(2 * BODY_BYTES_MOST)];
    let text = match std::str::from_utf8(looked_at) {
        Ok(text) => text,
        Err(broken) if broken.error_len().is_none() => {
            std::str::from_utf8(&looked_at[..broken.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return String::new(),
    };
    if text.contains('\0') {
        return String::new();
    }
    cut(&masked(text), BODY_BYTES_MOST).to_owned()
}

/// At most so many bytes of a text, whole characters.
fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_and_have_no_credentials() {
        let headers = [("Authorization", "Bearer abc"), ("X-Auth-Token", "def"), ("Accept", "text/html")];
        let message = Message::of(headers.into_iter(), br#"{"user":"ann","password":"geheim"}"#);
        let shown: Vec<&str> = message.headers.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(shown, ["***", "***", "text/html"]);
        assert_eq!(message.body, r#"{"user":"ann","password":"***"}"#);
        assert_eq!(message.body_bytes, 34);

        let long = "é".repeat(BODY_BYTES_MOST);
        let message = Message::of([("X-Long", long.as_str())].into_iter(), long.as_bytes());
        assert_eq!((message.headers[0].1.len(), message.body.len()), (VALUE_BYTES_MOST, BODY_BYTES_MOST));
        assert_eq!(message.body_bytes, 2 * BODY_BYTES_MOST as u64);
        let many = vec![("a", "b"); 100];
        assert_eq!(Message::of(many.into_iter(), b"\xff\xfe\x00").headers.len(), HEADERS_MOST);
        assert_eq!(text_of(b"a\0b") + &text_of(b"\x89PNG"), "", "what is no text is not kept");
    }

    #[test]
    fn credentials_at_the_edge_are_not_kept_by_half() {
        let body = format!("{}&password={}", "a".repeat(BODY_BYTES_MOST - 14), "s".repeat(BODY_BYTES_MOST));
        let kept = text_of(body.as_bytes());
        assert!(
            kept.ends_with("&password=***") && !kept.contains('s'.to_string().repeat(3).as_str()),
            "{kept}"
        );
    }

    #[test]
    fn traces_are_found_in_headers() {
        let check = |name: &str, value: &str, expected: Option<&str>| {
            let headers = [("Accept".to_owned(), "*/*".to_owned()), (name.to_owned(), value.to_owned())];
            assert_eq!(Exchange::trace_in(&headers).as_deref(), expected, "{name}");
        };
        check(
            "Traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Some("0af7651916cd43dd8448eb211c80319c"),
        );
        check("b3", "80f198ee56343ba8-e457b5a2e4d86bd1-1", Some("80f198ee56343ba8"));
        check("X-B3-TraceId", "463ac35c9f6413ad", Some("463ac35c9f6413ad"));
        check("uber-trace-id", "5:6:0:1", Some("5"));
        check("x-other", "1", None);
    }
}
