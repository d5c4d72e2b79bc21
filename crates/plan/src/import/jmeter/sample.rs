//! What came of one sampler: a row of the result file.
//!
//! Main type: [`Sample`].

use std::borrow::Cow;
use std::rc::Rc;

use bytes::Bytes;
use smol_str::SmolStr;

use super::encoding;

/// What to do after a sample.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Action {
    /// Go on.
    #[default]
    Continue,
    /// The next iteration of the thread group.
    NextThreadLoop,
    /// The next iteration of the innermost loop.
    NextLoop,
    /// Leave the innermost loop.
    BreakLoop,
}

/// What an assertion said.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Verdict {
    /// The assertion's name.
    pub name: String,
    /// It does not hold.
    pub failure: bool,
    /// It could not be decided.
    pub error: bool,
    /// Why.
    pub message: Option<String>,
}

/// The head of a request or an answer. Few ask for it, so that it is put into words only then.
#[derive(Clone, Default, Debug)]
pub enum Head {
    /// There is none.
    #[default]
    None,
    /// In words.
    Text(Rc<str>),
    /// As it came.
    Answer(Rc<net::Headers>),
}

impl From<String> for Head {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Head {
    /// In words, a line each.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::None => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Answer(headers) => Cow::Owned(lines(head_of(headers))),
        }
    }
}

/// Status line and headers of an answer, without what came after the body.
#[must_use]
pub fn head_of(headers: &net::Headers) -> &[u8] {
    let block = headers.block();
    if block.ends_with(b"\r\n\r\n") {
        return block;
    }
    block.windows(4).position(|end| end == b"\r\n\r\n").map_or(block, |at| &block[..at + 4])
}

/// The lines of a head, each byte as the character of that number.
fn lines(head: &[u8]) -> String {
    let mut text = String::with_capacity(head.len());
    for line in head.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        match str::from_utf8(line) {
            Ok(ascii) if ascii.is_ascii() => text.push_str(ascii),
            _ => text.extend(line.iter().map(|byte| char::from(*byte))),
        }
        text.push('\n');
    }
    text
}

/// A sample. Texts are empty where there is nothing to say.
#[derive(Clone, Default, Debug)]
pub struct Sample {
    /// The sampler's name.
    pub label: SmolStr,
    /// The code: of HTTP, or of a script.
    pub code: SmolStr,
    /// The words that go with it.
    pub message: SmolStr,
    /// The thread.
    pub thread: SmolStr,
    /// `text`, `bin` or nothing.
    pub data_type: &'static str,
    /// It was a success.
    pub success: bool,
    /// The body.
    pub body: Bytes,
    /// Replaces the text of the body, once a script has set it.
    pub own_text: Option<String>,
    /// The character set that the answer names.
    pub charset: Option<SmolStr>,
    /// The `Content-Type` of the answer.
    pub content_type: SmolStr,
    /// Status line and headers of the answer.
    pub response_headers: Head,
    /// Headers of the request.
    pub request_headers: Head,
    /// The address.
    pub url: Option<SmolStr>,
    /// The method, for samples of HTTP.
    pub method: SmolStr,
    /// What was sent as query or body.
    pub query: String,
    /// Cookies that were sent.
    pub cookies: String,
    /// The data of a sampler that is not HTTP.
    pub sampler_data: String,
    /// Where a redirect leads.
    pub location: SmolStr,
    /// Bytes of the answer, headers included.
    pub bytes: u64,
    /// Bytes of the answer's headers.
    pub header_bytes: u64,
    /// Bytes of the answer's body, as it came.
    pub body_bytes: u64,
    /// Bytes of the request.
    pub sent_bytes: u64,
    /// When it started, in ms since 1970.
    pub started_ms: i64,
    /// When it ended, in ms since 1970.
    pub ended_ms: i64,
    /// From its start to its end, in ms.
    pub elapsed_ms: i64,
    /// Up to the first byte, in ms.
    pub latency_ms: i64,
    /// For connecting, in ms.
    pub connect_ms: i64,
    /// Paused within a transaction, in ms.
    pub idle_ms: i64,
    /// Threads of the group.
    pub group_threads: u32,
    /// Threads of the test.
    pub all_threads: u32,
    /// Redirects, resources, or the samples of a transaction.
    pub subs: Vec<Sample>,
    /// What the assertions said.
    pub verdicts: Vec<Verdict>,
    /// It leaves no row.
    pub ignored: bool,
    /// It was a request of HTTP.
    pub is_http: bool,
    /// The thread ends after it.
    pub stop_thread: bool,
    /// The test ends after it.
    pub stop_test: bool,
    /// The test ends at once after it.
    pub stop_now: bool,
    /// What happens after it.
    pub action: Action,
    /// It is a transaction that counts its samples itself.
    pub counts: (u32, u32),
}

impl Sample {
    /// The body as text, in the character set of the answer or else ISO-8859-1.
    #[must_use]
    pub fn text(&self) -> String {
        if let Some(text) = &self.own_text {
            return text.clone();
        }
        encoding::decode(&self.body, self.charset.as_deref().unwrap_or("ISO-8859-1"))
    }

    /// Sets the body to a text.
    pub fn set_text(&mut self, text: &str) {
        self.body = Bytes::copy_from_slice(text.as_bytes());
        self.own_text = Some(text.to_owned());
    }

    /// Makes it a failure with a code and a message.
    pub fn fail(&mut self, code: &str, message: &str) {
        (self.code, self.message) = (code.into(), message.into());
        self.success = false;
    }

    /// Makes it the failure of a request that got no answer.
    pub fn fail_without_answer(&mut self, class: &str, message: &str) {
        self.code = format!("Non HTTP response code: {class}").into();
        self.message = format!("Non HTTP response message: {message}").into();
        self.success = false;
        self.data_type = "text";
    }

    /// The message of the first assertion that failed.
    #[must_use]
    pub fn failure_message(&self) -> &str {
        let spoken = self
            .verdicts
            .iter()
            .find_map(|verdict| verdict.message.as_deref().filter(|text| !text.is_empty()));
        spoken.unwrap_or_default()
    }

    /// Adds a sub-sample, whose bytes and end count as its own.
    pub fn add_sub(&mut self, sub: Self) {
        self.bytes += sub.bytes;
        self.sent_bytes += sub.sent_bytes;
        self.ended_ms = self.ended_ms.max(sub.ended_ms);
        self.subs.push(sub);
    }
}

impl Sample {
    /// Adds a result that came up after the sample: it gets the sample's name with a number, and the sample lasts until
    /// its end. Its bytes count only where the sample has none.
    pub fn add_result(&mut self, mut sub: Self) {
        sub.label = format!("{}-{}", self.label, self.subs.len()).into();
        if sub.ended_ms > self.ended_ms {
            self.ended_ms = sub.ended_ms;
            self.elapsed_ms = self.ended_ms - self.started_ms - self.idle_ms;
        }
        if self.body.is_empty() && self.header_bytes == 0 {
            self.bytes += sub.bytes;
        }
        self.subs.push(sub);
    }

    /// The request as one text: what was asked, with its body and cookies.
    #[must_use]
    pub fn request_text(&self) -> String {
        if !self.is_http {
            return self.sampler_data.clone();
        }
        let mut text = format!("{} {}\n", self.method, self.url.as_deref().unwrap_or_default());
        if !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE") {
            text.push_str(&format!("\n{} data:\n{}\n", self.method, self.query));
        }
        if self.cookies.is_empty() {
            text.push_str("\n[no cookies]\n");
        } else {
            text.push_str(&format!("\nCookie Data:\n{}\n", self.cookies));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_head_are_latin() {
        assert_eq!(lines(b"HTTP/1.1 200 OK\r\nA: \xe9\r\n\r\n"), "HTTP/1.1 200 OK\nA: \u{e9}\n");
    }
}
