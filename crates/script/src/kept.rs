//! From what the client tells of a request to the exchange that is kept of it.
//!
//! Main type: [`Told`], which plans use as well. It is asked only when an exchange is among the slowest or failed, so it may
//! copy; what it copies is cut and cleaned by `metrics`.

use std::net::IpAddr;

use metrics::{Exchange, HttpSample, Message, Standing};

/// Everything that is told of one request and its answer.
pub struct Told<'a> {
    /// The method.
    pub method: &'a str,
    /// Where it went, without credentials.
    pub url: &'a str,
    /// The status; 0 when there was no answer.
    pub status: u16,
    /// The code of the failure, or 1000 and the status; 0 for none.
    pub code: u16,
    /// What went wrong.
    pub error: Option<String>,
    /// The version of HTTP.
    pub proto: &'static str,
    /// Who answered.
    pub remote: Option<IpAddr>,
    /// The headers that were sent.
    pub request_headers: &'a [(String, String)],
    /// The body that was sent.
    pub request_body: &'a [u8],
    /// The headers that came.
    pub headers: Option<&'a net::Headers>,
    /// The body that came, or as much of it as did.
    pub body: &'a [u8],
}

/// Keeps a hop when it is worth it, with the tags of its samples.
#[inline]
pub fn keep_hop(
    recorder: &mut metrics::Recorder,
    hop: &net::Hop<'_>,
    sample: &HttpSample,
    tags: metrics::TagSetId,
) {
    let code = code_of(hop);
    if let Some(standing) = recorder.wants_exchange(sample, code) {
        recorder.keep_exchange(exchange_of(hop, code, sample, standing), tags);
    }
}

/// The code by which failures are told apart.
fn code_of(hop: &net::Hop<'_>) -> u16 {
    match hop.error {
        Some(error) => error.code(),
        None if hop.status >= 400 && !hop.challenge => 1000 + hop.status,
        None => 0,
    }
}

#[cold]
fn exchange_of(hop: &net::Hop<'_>, code: u16, sample: &HttpSample, standing: Standing) -> Exchange {
    let sent = hop.request_headers.list();
    let partial = hop.error.and_then(net::Error::partial_body).unwrap_or_default();
    let told = Told {
        method: hop.method,
        url: hop.url,
        status: hop.status,
        code,
        error: hop.error.map(net::Error::detail),
        proto: hop.proto,
        remote: hop.remote.map(|remote| remote.ip()),
        request_headers: &sent,
        request_body: hop.request_body,
        headers: hop.headers,
        body: hop.body.unwrap_or(&partial),
    };
    told.exchange(sample, standing)
}

impl Told<'_> {
    /// The exchange as it is kept.
    #[must_use]
    pub fn exchange(&self, sample: &HttpSample, standing: Standing) -> Exchange {
        let sent = self.request_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        let came = self.headers.into_iter().flat_map(net::Headers::iter);
        Exchange {
            standing,
            sample: *sample,
            method: self.method.to_owned(),
            url: Exchange::shown(self.url),
            status: self.status,
            code: self.code,
            error: self.error.as_deref().map(Exchange::shown),
            proto: self.proto,
            remote: self.remote,
            trace_id: Exchange::trace_in(self.request_headers),
            tags: Vec::new(),
            request: Message::of(sent, self.request_body),
            response: Message::of(came.map(|(name, value)| (text(name), text(value))), self.body),
        }
    }
}
