//! The tag sets of HTTP requests.
//!
//! Main type: [`HttpTags`]. A test's loop sends the same few requests again and again; their tags need not be looked
//! up one by one each time. What is remembered is bounded; what is not is worked out as ever.

use std::fmt::Display;
use std::net::IpAddr;

use super::{TagChoice, TagKeys};
use crate::recorder::Recorder;
use crate::sym::Sym;
use crate::tags::TagSetId;

/// How many kinds of requests a thread remembers; a power of two.
const PLACES: usize = 256;
/// Statuses whose text is remembered.
const STATUSES: usize = 1_000;

/// What decides over the tags of one request, each redirect being one for itself.
#[derive(Clone, Copy)]
pub struct HttpHop<'a> {
    /// The user's and the request's own tags.
    pub base: TagSetId,
    /// The name that the test gave the request.
    pub name: Option<&'a str>,
    /// The method.
    pub method: &'a str,
    /// Where it went, without credentials.
    pub url: &'a str,
    /// Zero when there was no answer.
    pub status: u16,
    /// The version of HTTP; empty when there was no answer.
    pub proto: &'static str,
    /// The version of TLS.
    pub tls: Option<&'static str>,
    /// The code and the text of what went wrong.
    pub error: Option<(u16, &'a dyn Display)>,
    /// Who answered.
    pub remote: Option<IpAddr>,
    /// Whether it counts as failed.
    pub failed: Option<bool>,
}

/// A remembered hop.
struct Known {
    base: TagSetId,
    address: Box<str>,
    method: Box<str>,
    status: u16,
    proto: &'static str,
    tls: Option<&'static str>,
    failed: Option<bool>,
    tags: TagSetId,
}

/// The tag sets of the last requests of a worker thread, by what they are made of.
pub struct HttpTags {
    wanted: TagChoice,
    known: Vec<Option<Known>>,
    statuses: Vec<Option<Sym>>,
}

impl HttpTags {
    /// Nothing is remembered yet.
    #[must_use]
    pub const fn new(wanted: TagChoice) -> Self {
        Self { wanted, known: Vec::new(), statuses: Vec::new() }
    }

    /// The tags of a hop's samples.
    pub fn of(&mut self, recorder: &mut Recorder, keys: &TagKeys, hop: &HttpHop<'_>) -> TagSetId {
        // Failures carry texts that are rarely the same, and with servers' addresses there is more to a hop than
        // what is remembered.
        if hop.error.is_some() || self.wanted.ip {
            return self.find(recorder, keys, hop);
        }
        if self.known.is_empty() {
            self.known.resize_with(PLACES, || None);
        }
        let place = place_of(hop);
        match &self.known[place] {
            Some(known) if known.is(hop) => known.tags,
            _ => {
                let tags = self.find(recorder, keys, hop);
                self.known[place] = Some(Known::new(hop, tags));
                tags
            }
        }
    }

    /// The interned form of a status, without making text of one that was seen before.
    pub fn status(&mut self, recorder: &mut Recorder, status: u16) -> Sym {
        if self.statuses.is_empty() {
            self.statuses.resize(STATUSES, None);
        }
        match self.statuses.get_mut(usize::from(status)) {
            Some(place) => *place.get_or_insert_with(|| recorder.sym(&status.to_string())),
            None => recorder.sym(&status.to_string()),
        }
    }

    #[cold]
    fn find(&mut self, recorder: &mut Recorder, keys: &TagKeys, hop: &HttpHop<'_>) -> TagSetId {
        let wanted = self.wanted;
        let code = hop
            .error
            .as_ref()
            .map_or(if hop.status >= 400 { 1000 + hop.status } else { 0 }, |(code, _)| *code);
        let mut tags = hop.base;
        let address = recorder.sym(hop.name.unwrap_or(hop.url));
        if wanted.url {
            tags = recorder.with_tag(tags, keys.url, address);
        }
        if wanted.name {
            tags = recorder.with_tag(tags, keys.name, address);
        }
        if wanted.method {
            let value = recorder.sym(hop.method);
            tags = recorder.with_tag(tags, keys.method, value);
        }
        if wanted.status {
            let value = self.status(recorder, hop.status);
            tags = recorder.with_tag(tags, keys.status, value);
        }
        if wanted.proto && !hop.proto.is_empty() {
            let value = recorder.sym(hop.proto);
            tags = recorder.with_tag(tags, keys.proto, value);
        }
        if wanted.expected_response
            && let Some(failed) = hop.failed
        {
            tags = recorder.with_tag(tags, keys.expected_response, if failed { keys.no } else { keys.yes });
        }
        if code != 0 {
            if wanted.error_code {
                let value = recorder.sym(&code.to_string());
                tags = recorder.with_tag(tags, keys.error_code, value);
            }
            if let Some((_, text)) = hop.error.filter(|_| wanted.error) {
                let value = recorder.sym(&text.to_string());
                tags = recorder.with_tag(tags, keys.error, value);
            }
        }
        if let Some(version) = hop.tls.filter(|_| wanted.tls_version) {
            let value = recorder.sym(version);
            tags = recorder.with_tag(tags, keys.tls_version, value);
        }
        if let Some(remote) = hop.remote.filter(|_| wanted.ip) {
            let value = recorder.sym(&remote.to_string());
            tags = recorder.with_tag(tags, keys.ip, value);
        }
        tags
    }
}

impl Known {
    fn new(hop: &HttpHop<'_>, tags: TagSetId) -> Self {
        Self {
            base: hop.base,
            address: hop.name.unwrap_or(hop.url).into(),
            method: hop.method.into(),
            status: hop.status,
            proto: hop.proto,
            tls: hop.tls,
            failed: hop.failed,
            tags,
        }
    }

    fn is(&self, hop: &HttpHop<'_>) -> bool {
        self.base == hop.base
            && self.status == hop.status
            && self.failed == hop.failed
            && self.proto == hop.proto
            && self.tls == hop.tls
            && *self.method == *hop.method
            && *self.address == *hop.name.unwrap_or(hop.url)
    }
}

/// Where a hop is remembered, if it is. Addresses differ most at their end.
fn place_of(hop: &HttpHop<'_>) -> usize {
    let address = hop.name.unwrap_or(hop.url).as_bytes();
    let tail = address.last_chunk().map_or(0, |tail| u64::from_le_bytes(*tail));
    let mixed = (tail ^ (address.len() as u64) << 40)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(u64::from(hop.base.index()) << 7 | u64::from(hop.status))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % PLACES
}
