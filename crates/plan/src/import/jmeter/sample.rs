//! What came of one sampler: a row of the result file.
//!
//! Main type: [`Sample`].

use std::rc::Rc;

use bytes::Bytes;

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

/// A sample. Texts are empty where there is nothing to say.
#[derive(Clone, Default, Debug)]
pub struct Sample {
    /// The sampler's name.
    pub label: String,
    /// The code: of HTTP, or of a script.
    pub code: String,
    /// The words that go with it.
    pub message: String,
    /// The thread.
    pub thread: Rc<str>,
    /// `text`, `bin` or nothing.
    pub data_type: &'static str,
    /// It was a success.
    pub success: bool,
    /// The body.
    pub body: Bytes,
    /// Replaces the text of the body, once a script has set it.
    pub own_text: Option<String>,
    /// The character set that the answer names.
    pub charset: Option<String>,
    /// The `Content-Type` of the answer.
    pub content_type: String,
    /// Status line and headers of the answer.
    pub response_headers: String,
    /// Headers of the request.
    pub request_headers: String,
    /// The address.
    pub url: Option<String>,
    /// The method, for samples of HTTP.
    pub method: String,
    /// What was sent as query or body.
    pub query: String,
    /// Cookies that were sent.
    pub cookies: String,
    /// The data of a sampler that is not HTTP.
    pub sampler_data: String,
    /// Where a redirect leads.
    pub location: String,
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
        code.clone_into(&mut self.code);
        message.clone_into(&mut self.message);
        self.success = false;
    }

    /// Makes it the failure of a request that got no answer.
    pub fn fail_without_answer(&mut self, class: &str, message: &str) {
        self.code = format!("Non HTTP response code: {class}");
        self.message = format!("Non HTTP response message: {message}");
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
