//! The tag sets of requests that are like earlier ones.
//!
//! Main type: [`HopTags`]. A script's loop sends the same few requests again and again; their tags need not be
//! looked up one by one each time. What is remembered is bounded; what is not is worked out as ever.

use metrics::TagSetId;

/// How many kinds of requests a thread remembers; a power of two.
const PLACES: usize = 256;

/// What decides over the tags of a hop.
pub(crate) struct Labels<'a> {
    /// The user's and the request's own tags.
    pub(crate) base: TagSetId,
    /// The name that the script gave the request.
    pub(crate) name: Option<&'a str>,
    /// Whether it counts as failed.
    pub(crate) failed: Option<bool>,
    pub(crate) hop: &'a net::Hop<'a>,
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

/// The tag sets of the last hops of a worker thread, by what they are made of.
pub(crate) struct HopTags {
    known: Vec<Option<Known>>,
    /// Addresses of servers are tags, too: then there is more to a hop than what is remembered.
    by_remote: bool,
}

impl HopTags {
    /// Nothing is remembered yet. `by_remote`: servers' addresses are tags.
    pub(crate) const fn new(by_remote: bool) -> Self {
        Self { known: Vec::new(), by_remote }
    }

    /// The tags of a hop; `find` works them out when no hop like it is remembered.
    pub(crate) fn of(&mut self, labels: &Labels<'_>, find: impl FnOnce() -> TagSetId) -> TagSetId {
        // Failures carry texts that are rarely the same.
        if labels.hop.error.is_some() || self.by_remote {
            return find();
        }
        if self.known.is_empty() {
            self.known.resize_with(PLACES, || None);
        }
        let place = &mut self.known[place_of(labels)];
        match place {
            Some(known) if known.is(labels) => known.tags,
            _ => {
                let tags = find();
                *place = Some(Known::new(labels, tags));
                tags
            }
        }
    }
}

impl Known {
    fn new(labels: &Labels<'_>, tags: TagSetId) -> Self {
        let hop = labels.hop;
        Self {
            base: labels.base,
            address: labels.name.unwrap_or(hop.url).into(),
            method: hop.method.into(),
            status: hop.status,
            proto: hop.proto,
            tls: hop.tls.map(|tls| tls.version),
            failed: labels.failed,
            tags,
        }
    }

    fn is(&self, labels: &Labels<'_>) -> bool {
        let hop = labels.hop;
        self.base == labels.base
            && self.status == hop.status
            && self.failed == labels.failed
            && self.proto == hop.proto
            && self.tls == hop.tls.map(|tls| tls.version)
            && *self.method == *hop.method
            && *self.address == *labels.name.unwrap_or(hop.url)
    }
}

/// Where a hop is remembered, if it is. Addresses differ most at their end.
fn place_of(labels: &Labels<'_>) -> usize {
    let address = labels.name.unwrap_or(labels.hop.url).as_bytes();
    let tail = address.last_chunk().map_or(0, |tail| u64::from_le_bytes(*tail));
    let mixed = (tail ^ (address.len() as u64) << 40)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(u64::from(labels.base.index()) << 7 | u64::from(labels.hop.status))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % PLACES
}
