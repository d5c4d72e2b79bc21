//! One request and what came of it.
//!
//! Main type: [`Exchange`]. It is made by [`Session::send`](crate::Session::send) and looked at by captures, checks and
//! dialects.

use std::borrow::Cow;
use std::net::SocketAddr;

use bytes::Bytes;
use metrics::TagSetId;
use model::Nanos;
use net::Trail;

use crate::request::Judge;
use crate::worker::Held;

/// How the samples of a request are labelled.
#[derive(Clone, Copy)]
pub struct Labels<'a> {
    /// The name of the request; its address when there is none.
    pub name: Option<&'a str>,
    /// The tags of its samples; the user's present ones when there are none.
    pub tags: Option<TagSetId>,
    /// What counts as failed.
    pub judge: &'a Judge,
    /// [`Exchange::hops`] is filled.
    pub keep_hops: bool,
    /// Nothing is recorded until [`Session::record_held`](crate::Session::record_held).
    pub held: bool,
    /// Who sends it keeps cookies elsewhere: the user's are neither sent nor set.
    pub own_cookies: bool,
}

impl Default for Labels<'_> {
    fn default() -> Self {
        Self {
            name: None,
            tags: None,
            judge: &Judge::Usual,
            keep_hops: false,
            held: false,
            own_cookies: false,
        }
    }
}

/// A request and its answer, or why there is none.
#[derive(Debug)]
pub struct Exchange {
    /// The method that was asked for; a redirect may have changed it.
    pub method: net::Method,
    /// Where the request went first.
    pub url: std::rc::Rc<net::Url>,
    /// The answer to the last hop.
    pub outcome: Result<net::Response, net::Error>,
    /// Each request that was sent, when the labels ask for them.
    pub hops: Vec<HopFacts>,
    /// When it was handed to the client.
    pub started: Nanos,
    /// When the answer was there.
    pub ended: Nanos,
    /// How many requests were sent, redirects and challenges included.
    pub hop_count: u32,
    /// Bytes on the wire, of all hops.
    pub sent_bytes: u64,
    /// Bytes off the wire, of all hops.
    pub received_bytes: u64,
    /// The tags under which nothing has been recorded yet.
    pub(crate) held: Option<TagSetId>,
    /// What was sent with it, for the same purpose.
    pub(crate) held_body: Option<Bytes>,
}

/// One request of an exchange.
#[derive(Clone, Debug)]
pub struct HopFacts {
    /// The method.
    pub method: Box<str>,
    /// The URL without credentials.
    pub url: Box<str>,
    /// Zero when it failed.
    pub status: u16,
    /// Empty when it failed.
    pub proto: &'static str,
    /// What was measured.
    pub trail: Trail,
    /// The version of TLS.
    pub tls: Option<&'static str>,
    /// Who answered.
    pub remote: Option<SocketAddr>,
    /// Code and text of the failure.
    pub error: Option<(u16, Box<str>)>,
    /// A challenge that the client answers.
    pub challenge: bool,
}

impl HopFacts {
    pub(crate) fn of(hop: &net::Hop<'_>) -> Self {
        Self {
            method: hop.method.into(),
            url: hop.url.into(),
            status: hop.status,
            proto: hop.proto,
            trail: *hop.trail,
            tls: hop.tls.map(|tls| tls.version),
            remote: hop.remote,
            error: hop.error.map(|error| (error.code(), error.to_string().into())),
            challenge: hop.challenge,
        }
    }
}

impl Exchange {
    /// What may be kept of its last hop. Headers are known of the first: after a redirect they are not told.
    pub(crate) fn held_whole(&self) -> Held<'_> {
        let is_first = self.hops.len() == 1;
        let request_body = self.held_body.as_deref().filter(|_| is_first).unwrap_or_default();
        match &self.outcome {
            Ok(answer) => Held {
                request_headers: if is_first { &answer.request_headers } else { &[] },
                request_body,
                headers: Some(&answer.headers),
                body: &answer.body,
            },
            Err(_) => Held { request_body, ..Held::default() },
        }
    }

    /// The status; 0 when there was no answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.outcome.as_ref().map_or(0, |answer| answer.status)
    }

    /// The body of the answer, or as much of it as came.
    #[must_use]
    pub fn body(&self) -> Bytes {
        match &self.outcome {
            Ok(answer) => answer.body.clone(),
            Err(error) => error.partial_body().unwrap_or_default(),
        }
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.outcome {
            Ok(answer) => String::from_utf8_lossy(&answer.body),
            Err(error) => {
                Cow::Owned(String::from_utf8_lossy(&error.partial_body().unwrap_or_default()).into_owned())
            }
        }
    }

    /// A header of the answer, by its name in any spelling.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let answer = self.outcome.as_ref().ok()?;
        answer.headers.get(name).map(String::from_utf8_lossy)
    }

    /// The answer.
    #[must_use]
    pub fn answer(&self) -> Option<&net::Response> {
        self.outcome.as_ref().ok()
    }

    /// Why there is none.
    #[must_use]
    pub fn error(&self) -> Option<&net::Error> {
        self.outcome.as_ref().err()
    }

    /// What was measured of the last hop.
    #[must_use]
    pub fn trail(&self) -> Trail {
        match &self.outcome {
            Ok(answer) => answer.trail,
            Err(error) => error.trail().copied().unwrap_or_default(),
        }
    }

    /// From handing it over to the last byte of the last hop, connecting and redirects included.
    #[must_use]
    pub fn elapsed(&self) -> Nanos {
        self.ended - self.started
    }
}
