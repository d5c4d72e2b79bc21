//! Samples of many frames, added up so that their order does not matter.
//!
//! Main type: `Merged`, a [`Sink`] with the exact sum behind a counter.

use crate::frame::{Buckets, Part};
use crate::registry::Kind;
use crate::sink::{Counter, Gauge, Rate, Sink};
use crate::trend::Trend;

/// A sink that frames are added to.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Merged {
    sink: Sink,
    /// Behind `Sink::Counter`; other kinds have none.
    exact: Option<Box<Counter>>,
    /// Samples of a gauge, of which the sink tells only whether there are some.
    gauged: u64,
}

impl Merged {
    pub fn new(kind: Kind) -> Self {
        let exact = (kind == Kind::Counter).then(Box::default);
        Self { sink: Sink::new(kind), exact, gauged: 0 }
    }

    /// One whose trend keeps no single values, so that it is the same whether frames or stored points are added.
    pub fn wide(kind: Kind) -> Self {
        let mut merged = Self::new(kind);
        if let Sink::Trend(trend) = &mut merged.sink {
            trend.widen();
        }
        merged
    }

    pub const fn sink(&self) -> &Sink {
        &self.sink
    }

    pub fn into_sink(self) -> Sink {
        self.sink
    }

    /// How many samples there are; of a gauge, in how many frames it was set.
    pub fn samples(&self) -> u64 {
        match &self.sink {
            Sink::Counter(_) => self.exact.as_ref().map_or(0, |exact| exact.samples),
            Sink::Gauge { .. } => self.gauged,
            Sink::Rate { total, .. } => *total,
            Sink::Trend(trend) => trend.count(),
        }
    }

    /// Adds a part of a frame; `false` when it is of another kind.
    pub fn add(&mut self, part: Part<'_>) -> bool {
        match (&mut self.sink, part) {
            (Sink::Counter(_), Part::Counter(counter)) => self.add_counter(counter),
            (sink @ Sink::Gauge { .. }, Part::Gauge(gauge)) => {
                sink.absorb_gauge(gauge);
                self.gauged += 1;
            }
            (Sink::Rate { nonzero, total }, Part::Rate(rate)) => {
                *nonzero += rate.nonzero;
                *total += rate.total;
            }
            (Sink::Trend(trend), Part::Values(values)) => trend.extend(values),
            (Sink::Trend(trend), Part::Same(value, times)) => trend.add_times(value, times),
            (Sink::Trend(trend), Part::Buckets(head, buckets)) => add_buckets(trend, head, buckets),
            _ => return false,
        }
        true
    }

    /// The exact sum behind a counter.
    pub fn exact(&self) -> Option<&Counter> {
        self.exact.as_deref()
    }

    /// Adds a gauge that was set in so many frames.
    pub fn add_gauge(&mut self, gauge: &Gauge, frames: u64) {
        self.sink.absorb_gauge(gauge);
        self.gauged += frames;
    }

    /// Adds samples of a rate.
    pub fn add_rate(&mut self, rate: &Rate) {
        if let Sink::Rate { nonzero, total } = &mut self.sink {
            *nonzero += rate.nonzero;
            *total += rate.total;
        }
    }

    /// Adds values of a trend.
    pub fn add_trend(&mut self, more: &Trend) {
        if let Sink::Trend(trend) = &mut self.sink {
            trend.absorb(more);
        }
    }

    /// Adds what another of the same kind holds.
    pub fn merge(&mut self, other: &Self) {
        match &other.exact {
            Some(counter) => self.add_counter(counter),
            None => self.sink.absorb(&other.sink),
        }
        self.gauged += other.gauged;
    }

    /// Adds to the sum.
    pub fn add_counter(&mut self, counter: &Counter) {
        if let Some(exact) = &mut self.exact {
            exact.sum.merge(&counter.sum);
            exact.samples += counter.samples;
            self.sink = Sink::Counter(exact.sum.value());
        }
    }
}

fn add_buckets(trend: &mut Trend, head: &Buckets, buckets: &[(u32, u32)]) {
    let wide = trend.widen();
    wide.sum.merge(&head.sum);
    wide.histogram.widen(head.min, head.max);
    wide.histogram.add_bucket(None, head.zeros);
    buckets.iter().for_each(|(name, count)| wide.histogram.add_bucket(Some(*name), u64::from(*count)));
}
