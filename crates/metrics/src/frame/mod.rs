//! Frames: what one worker measured in one interval, as a value that can be moved, stored and sent.
//!
//! Main type: [`Frame`]. It holds deltas: sinks to be added, and the tag sets and metrics that were not in an earlier
//! frame of the same worker. Frames of one worker must be applied in order, those of different workers in any. The
//! bytes for wire and disk are made by `encode` and `decode`.

mod codec;

use std::sync::Arc;

use model::Nanos;

pub use codec::Error as DecodeError;

use crate::MetricId;
use crate::exchange::Exchange;
use crate::histogram::Histogram;
use crate::registry::Metric;
use crate::sink::{Counter, Gauge, Rate};
use crate::sum::Sum;
use crate::sym::Sym;
use crate::tags::{Pair, TagSetId};
use crate::trend::EXACT_LIMIT;

/// What one worker measured between two points in time.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Frame {
    /// The worker's number in the run.
    pub worker: u32,
    /// The number of this frame among the worker's frames, from 1.
    pub seq: u64,
    /// When the interval began.
    pub from: Nanos,
    /// When it ended.
    pub to: Nanos,
    /// How late iterations started, in milliseconds.
    pub schedule_lag: Histogram,
    /// How late the generator saw what the kernel already had, in milliseconds.
    pub generator_lag: Histogram,
    /// How many tag values became `other`, because there were too many.
    pub folded: u64,
    /// How many raw samples were dropped, because nobody took them in time.
    pub raw_dropped: u64,
    /// Exchanges that are worth keeping, as a recorder is told to look for them. Encoding leaves them out: they concern
    /// the store beside the run and nobody else.
    pub exchanges: Vec<Arc<Exchange>>,
    /// Metrics that are not built in and were not in an earlier frame.
    pub(crate) metrics: Vec<Metric>,
    /// The strings of `tag_sets`.
    pub(crate) strings: Vec<(Sym, Arc<str>)>,
    /// Tag sets that were not in an earlier frame: number, and how many of `pairs` are theirs.
    pub(crate) tag_sets: Vec<(TagSetId, u32)>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) series: Vec<SeriesDelta>,
    /// The values of all `Delta::Values`, one list after the other.
    pub(crate) values: Vec<f64>,
    /// The buckets of all `Delta::Buckets`, one list after the other.
    pub(crate) buckets: Vec<(u32, u32)>,
}

/// What was added to one series.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SeriesDelta {
    pub metric: MetricId,
    pub tags: TagSetId,
    pub delta: Delta,
}

/// Samples in the form that is smallest for their number.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Delta {
    Counter(Counter),
    Gauge(Gauge),
    Rate(Rate),
    /// The next so many values of the frame.
    Values(u32),
    /// One value, so many times: phases that did not happen are zero.
    Same(f64, u64),
    /// The next so many buckets of the frame. Only series with more than the exact number of values send these.
    Buckets(Box<Buckets>),
}

#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Buckets {
    pub len: u32,
    pub zeros: u64,
    pub min: f64,
    pub max: f64,
    pub sum: Sum,
}

/// A delta together with its part of the frame's lists.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    Counter(&'a Counter),
    Gauge(&'a Gauge),
    Rate(&'a Rate),
    Values(&'a [f64]),
    Same(f64, u64),
    Buckets(&'a Buckets, &'a [(u32, u32)]),
}

impl Frame {
    /// Whether it says nothing but that time has passed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.is_empty() && self.schedule_lag.count() + self.generator_lag.count() == 0
    }

    /// The second of the run in which it was measured, when the load began at `began`; none before that.
    #[must_use]
    pub fn second(&self, began: Nanos) -> Option<u64> {
        const SECOND: u64 = 1_000_000_000;
        // Frames are cut at whole seconds or a moment later: the middle says it better than the end.
        let middle = self.to.0.saturating_sub((self.to.since(self.from).0 / 2).min(SECOND / 2));
        (middle >= began.0).then(|| (middle - began.0) / SECOND)
    }

    /// How many series have samples in it.
    #[must_use]
    pub fn series_count(&self) -> usize {
        self.series.len()
    }

    /// The same frame without its samples: later frames need the names in it.
    #[must_use]
    pub fn names_only(&self) -> Self {
        Self {
            worker: self.worker,
            seq: self.seq,
            from: self.from,
            to: self.to,
            metrics: self.metrics.clone(),
            strings: self.strings.clone(),
            tag_sets: self.tag_sets.clone(),
            pairs: self.pairs.clone(),
            ..Self::default()
        }
    }

    /// All deltas with their lists.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (MetricId, TagSetId, Part<'_>)> {
        let (mut values, mut buckets) = (&self.values[..], &self.buckets[..]);
        self.series.iter().map(move |series| {
            let part = match &series.delta {
                Delta::Counter(counter) => Part::Counter(counter),
                Delta::Gauge(gauge) => Part::Gauge(gauge),
                Delta::Rate(rate) => Part::Rate(rate),
                Delta::Same(value, times) => Part::Same(*value, *times),
                Delta::Values(len) => Part::Values(take(&mut values, *len)),
                Delta::Buckets(head) => Part::Buckets(head, take(&mut buckets, head.len)),
            };
            (series.metric, series.tags, part)
        })
    }

    /// The tag sets that are new in it.
    pub(crate) fn new_tag_sets(&self) -> impl Iterator<Item = (TagSetId, &[Pair])> {
        let mut pairs = &self.pairs[..];
        self.tag_sets.iter().map(move |(set, len)| (*set, take(&mut pairs, *len)))
    }

    /// Adds a series of values in the form that suits them.
    pub(crate) fn push_values(
        &mut self,
        metric: MetricId,
        tags: TagSetId,
        values: impl Iterator<Item = f64>,
    ) {
        let start = self.values.len();
        self.values.extend(values);
        let added = &self.values[start..];
        let Some(&first) = added.first() else { return };
        let len = added.len();
        let delta = if len > 1 && added.iter().all(|value| value.to_bits() == first.to_bits()) {
            self.values.truncate(start);
            Delta::Same(first, len as u64)
        } else {
            Delta::Values(len as u32)
        };
        self.series.push(SeriesDelta { metric, tags, delta });
    }

    /// Adds a series as a histogram.
    pub(crate) fn push_buckets(&mut self, metric: MetricId, tags: TagSetId, histogram: &Histogram, sum: Sum) {
        let start = self.buckets.len();
        for (name, mut count) in histogram.buckets() {
            while count > 0 {
                let part = u32::try_from(count).unwrap_or(u32::MAX);
                self.buckets.push((name, part));
                count -= u64::from(part);
            }
        }
        let len = (self.buckets.len() - start) as u32;
        let (zeros, min, max) = (histogram.zeros(), histogram.min(), histogram.max());
        let delta = Delta::Buckets(Box::new(Buckets { len, zeros, min, max, sum }));
        self.series.push(SeriesDelta { metric, tags, delta });
    }
}

fn take<'a, T>(list: &mut &'a [T], len: u32) -> &'a [T] {
    let (head, rest) = list.split_at((len as usize).min(list.len()));
    *list = rest;
    head
}

/// Whether a series that has had `samples` samples may be sent as buckets: only then does every way of merging
/// leave the exact state.
pub(crate) const fn is_wide(samples: u64) -> bool {
    samples > EXACT_LIMIT as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_belong_to_the_second_in_which_they_were_measured() {
        let check = |from_ms: u64, to_ms: u64, expected: Option<u64>| {
            let (from, to) = (Nanos::from_millis(from_ms), Nanos::from_millis(to_ms));
            let frame = Frame { from, to, ..Frame::default() };
            assert_eq!(frame.second(Nanos::from_millis(5_000)), expected, "{from_ms}..{to_ms}");
        };
        check(5_000, 6_000, Some(0));
        check(6_000, 7_003, Some(1));
        check(0, 6_000, Some(0));
        check(7_000, 7_200, Some(2));
        check(1_000, 2_000, None);
        check(7_000, 12_000, Some(6));
    }
}
