//! Single samples for outputs that want each of them.
//!
//! Main types: [`RawSample`], and `RawSamples`, a buffer with a bound: what does not fit is dropped and counted.

use std::sync::Arc;

use model::Nanos;
use rustc_hash::FxHashMap;

use crate::registry::MetricId;
use crate::sym::Symbols;
use crate::tags::{Pair, TagSetId, TagSets};

/// Names and values, sorted by name. Samples of one series share one list.
pub type Tags = Arc<[(Arc<str>, Arc<str>)]>;

/// One measured value.
#[derive(Clone, PartialEq, Debug)]
pub struct RawSample {
    /// What was measured.
    pub metric: MetricId,
    /// The tags that make its series.
    pub tags: Tags,
    /// The value; milliseconds or bytes where the metric says so.
    pub value: f64,
    /// When.
    pub at: Nanos,
    /// Facts too particular to make a series, such as the virtual user's number.
    pub metadata: Option<Tags>,
}

struct Entry {
    metric: MetricId,
    tags: TagSetId,
    value: f64,
    at: Nanos,
    /// Place in `metadata` plus one; zero for none.
    metadata: u32,
}

/// The samples since they were last taken.
pub(super) struct RawSamples {
    entries: Vec<Entry>,
    metadata: Vec<Box<[Pair]>>,
    rendered: FxHashMap<TagSetId, Tags>,
    limit: usize,
    dropped: u64,
}

impl RawSamples {
    /// Has room for `limit` samples.
    pub fn new(limit: usize) -> Self {
        Self { entries: Vec::new(), metadata: Vec::new(), rendered: FxHashMap::default(), limit, dropped: 0 }
    }

    pub fn push(&mut self, metric: MetricId, tags: TagSetId, value: f64, at: Nanos, metadata: &[Pair]) {
        if self.entries.len() >= self.limit {
            self.dropped += 1;
            return;
        }
        let metadata = if metadata.is_empty() { 0 } else { self.place_of(metadata) };
        self.entries.push(Entry { metric, tags, value, at, metadata });
    }

    /// How many did not fit since this was last asked.
    pub fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }

    pub fn take(&mut self, sets: &TagSets, symbols: &Symbols) -> Vec<RawSample> {
        let metadata: Vec<Tags> = self.metadata.drain(..).map(|pairs| render(&pairs, symbols)).collect();
        let rendered = &mut self.rendered;
        let samples = self.entries.drain(..).map(|entry| RawSample {
            metric: entry.metric,
            tags: rendered.entry(entry.tags).or_insert_with(|| render(sets.get(entry.tags), symbols)).clone(),
            value: entry.value,
            at: entry.at,
            metadata: entry.metadata.checked_sub(1).map(|place| metadata[place as usize].clone()),
        });
        samples.collect()
    }

    /// Samples of one request or iteration come together and share their metadata.
    fn place_of(&mut self, metadata: &[Pair]) -> u32 {
        if self.metadata.last().is_none_or(|last| **last != *metadata) {
            self.metadata.push(metadata.into());
        }
        self.metadata.len() as u32
    }
}

fn render(pairs: &[Pair], symbols: &Symbols) -> Tags {
    let mut tags: Vec<_> =
        pairs.iter().map(|(key, value)| (symbols.shared(*key), symbols.shared(*value))).collect();
    tags.sort();
    tags.into()
}
