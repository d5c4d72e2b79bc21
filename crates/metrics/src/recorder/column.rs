//! The samples of one trend between two frames.
//!
//! Main type: `Column`. Values are only stored when they come; they are sorted into a histogram in batches that
//! fit the processor's first cache, and not at all in series with few samples.

use crate::frame::{Frame, is_wide};
use crate::registry::MetricId;
use crate::tags::TagSetId;
use crate::trend::{EXACT_LIMIT, Wide};

/// Samples that wait before they go to the histogram: a row of HTTP phases for each is 4 KB.
pub(super) const BATCH: usize = 64;
/// What a series that has just begun has room for.
const FIRST: usize = 4;

/// The capacity that a list of waiting samples should grow to, or `None` when it should be emptied instead.
///
/// `seen` counts all samples of the series so far. Until they are too many to be exact, all of an interval must
/// wait, because only then may a histogram be sent.
pub(super) fn room(waiting: usize, seen: u64) -> Option<usize> {
    if is_wide(seen + 1) {
        return (waiting < BATCH).then_some(BATCH);
    }
    Some((2 * waiting).clamp(FIRST, EXACT_LIMIT))
}

/// One trend's samples since the last frame.
#[derive(Default)]
pub(super) struct Column {
    waiting: Vec<f64>,
    /// Samples of all frames so far, without those that wait.
    past: u64,
    sorted: Option<Box<Wide>>,
    is_sorted: bool,
}

impl Column {
    /// Whether there is nothing for the next frame.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && !self.is_sorted
    }

    #[inline]
    pub fn push(&mut self, value: f64) {
        if self.waiting.len() == self.waiting.capacity() {
            self.make_room();
        }
        self.waiting.push(value);
    }

    /// Moves everything into the frame.
    pub fn emit(&mut self, frame: &mut Frame, metric: MetricId, tags: TagSetId) {
        if self.is_sorted {
            self.sort();
            let wide = self.sorted.get_or_insert_default();
            frame.push_buckets(metric, tags, &wide.histogram, wide.sum);
            wide.clear();
            self.is_sorted = false;
            return;
        }
        self.past += self.waiting.len() as u64;
        frame.push_values(metric, tags, self.waiting.drain(..));
        if is_wide(self.past) {
            self.waiting.shrink_to(BATCH);
        }
    }

    #[cold]
    fn make_room(&mut self) {
        match room(self.waiting.len(), self.past + self.waiting.len() as u64) {
            Some(capacity) => self.waiting.reserve_exact(capacity - self.waiting.len()),
            None => self.sort(),
        }
    }

    fn sort(&mut self) {
        self.past += self.waiting.len() as u64;
        self.is_sorted = true;
        self.sorted.get_or_insert_default().extend(&self.waiting);
        self.waiting.clear();
        self.waiting.shrink_to(BATCH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::Merged;
    use crate::{Kind, Sink, Trend, builtin};

    /// Sends samples in frames of the given sizes and returns how many of the frames had buckets.
    fn check(sizes: &[usize], with_buckets: usize) {
        let (mut column, mut merged, mut all) = (Column::default(), Merged::new(Kind::Trend), Trend::new());
        let mut frames = 0;
        for &size in sizes {
            let values: Vec<f64> = (0..size).map(|i| 1.0 + (i * 7919 % 1000) as f64 / 8.0).collect();
            values.iter().for_each(|value| column.push(*value));
            all.extend(&values);
            let mut frame = Frame::default();
            column.emit(&mut frame, builtin::GROUP_DURATION, TagSetId::EMPTY);
            frames += usize::from(!frame.buckets.is_empty());
            frame.parts().for_each(|(_, _, part)| assert!(merged.add(part)));
        }
        assert_eq!(*merged.sink(), Sink::Trend(all), "{sizes:?}");
        assert_eq!(frames, with_buckets, "{sizes:?}");
        assert!(column.is_empty() && column.waiting.capacity() <= EXACT_LIMIT);
    }

    #[test]
    fn buckets_are_sent_only_by_busy_series_that_are_no_longer_exact() {
        check(&[0, 1, 2], 0);
        check(&[EXACT_LIMIT], 0);
        check(&[EXACT_LIMIT + 1], 1);
        check(&[3000, 1096, 1, 64, 65, 66], 2);
        check(&[10_000, 10, 10_000], 2);
    }
}
