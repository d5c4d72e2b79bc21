//! The last seconds of a metric, for thresholds that look at a window of time.
//!
//! Main type: `Window`: one sink for each second. Only metrics with such thresholds have one.

use std::collections::VecDeque;
use std::time::Duration;

use model::Nanos;

use super::Merged;
use crate::frame::Part;
use crate::registry::Kind;
use crate::sink::Sink;

const SECOND: u64 = 1_000_000_000;

/// Samples of the last seconds.
pub(super) struct Window {
    kind: Kind,
    seconds: u64,
    /// Sinks by the second in which their frames ended, ascending.
    parts: VecDeque<(u64, Merged)>,
    /// The latest second of which any frame told.
    latest: u64,
}

impl Window {
    pub fn new(kind: Kind, length: Duration) -> Self {
        Self { kind, seconds: whole_seconds(length), parts: VecDeque::new(), latest: 0 }
    }

    /// Keeps at least `length`.
    pub fn lengthen(&mut self, length: Duration) {
        self.seconds = self.seconds.max(whole_seconds(length));
    }

    /// Adds samples of a frame that ended `at`.
    pub fn add(&mut self, part: Part<'_>, at: Nanos) {
        let second = second_of(at);
        if second + self.seconds <= self.latest {
            return;
        }
        // Frames of different workers are a moment apart, so that the place is near the end.
        let place = self.parts.iter().rposition(|(there, _)| *there <= second);
        let place = match place {
            Some(place) if self.parts[place].0 == second => place,
            before => {
                let place = before.map_or(0, |place| place + 1);
                self.parts.insert(place, (second, Merged::new(self.kind)));
                place
            }
        };
        self.parts[place].1.add(part);
    }

    /// Lets time pass, whether there were samples or not.
    pub fn advance(&mut self, at: Nanos) {
        self.latest = self.latest.max(second_of(at));
        while self.parts.front().is_some_and(|(second, _)| second + self.seconds <= self.latest) {
            self.parts.pop_front();
        }
    }

    /// The samples of the last `length` up to `now`, or up to the latest frame when that is earlier.
    pub fn last(&self, length: Duration, now: Nanos) -> Sink {
        let end = self.latest.min(second_of(now));
        let from = (end + 1).saturating_sub(whole_seconds(length));
        let mut sum = Merged::new(self.kind);
        let wanted = self.parts.iter().filter(|(second, _)| (from..=end).contains(second));
        wanted.for_each(|(_, part)| sum.merge(part));
        sum.into_sink()
    }
}

/// A frame that ends with a second belongs to it, not to the next.
fn second_of(at: Nanos) -> u64 {
    at.0.saturating_sub(1) / SECOND
}

fn whole_seconds(length: Duration) -> u64 {
    length.as_nanos().div_ceil(u128::from(SECOND)).clamp(1, 1 << 32) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::Counter;

    #[test]
    fn a_window_holds_the_last_seconds() {
        let mut window = Window::new(Kind::Counter, Duration::from_secs(3));
        let mut add = |second: u64, count: u64| {
            let at = Nanos::from_secs(second);
            window.add(Part::Counter(&Counter::of_ones(count)), at);
            window.advance(at);
        };
        // Out of order by a second, as frames of two workers are.
        for (second, count) in [(1, 1), (2, 10), (4, 1000), (3, 100), (4, 3000)] {
            add(second, count);
        }
        let check = |seconds: u64, now: u64, expected: f64| {
            let found = window.last(Duration::from_secs(seconds), Nanos::from_secs(now));
            assert_eq!(found, Sink::Counter(expected), "{seconds} {now}");
        };
        check(1, 4, 4000.0);
        check(2, 4, 4100.0);
        check(3, 4, 4110.0);
        check(9, 9, 4110.0);
        check(1, 3, 100.0);
    }

    #[test]
    fn time_passes_without_samples() {
        let mut window = Window::new(Kind::Counter, Duration::from_secs(2));
        window.add(Part::Counter(&Counter::of_ones(5)), Nanos::from_secs(1));
        window.advance(Nanos::from_secs(3));
        assert_eq!(window.last(Duration::from_secs(2), Nanos::from_secs(3)), Sink::Counter(0.0));
        window.add(Part::Counter(&Counter::of_ones(5)), Nanos::from_secs(1));
        assert!(window.parts.is_empty());
    }
}
