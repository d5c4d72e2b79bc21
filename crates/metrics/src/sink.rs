//! What the samples of one series, or of several merged, add up to.
//!
//! Main type: [`Sink`], by the kind of metric; [`value`] makes a number of it. The structs beside it are what
//! recorders send. Names and tags are not known here.

use std::time::Duration;

use model::{Aggregation, Nanos};

use crate::registry::Kind;
use crate::sum::Sum;
use crate::trend::Trend;

/// The samples of a metric or series.
#[derive(Clone, PartialEq, Debug)]
pub enum Sink {
    /// The sum.
    Counter(f64),
    /// The last value and the bounds; without samples, the bounds are infinite and the wrong way round.
    Gauge {
        /// The last value.
        value: f64,
        /// When it was set.
        at: Nanos,
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// How often a sample was not zero.
    Rate {
        /// Samples that were not zero.
        nonzero: u64,
        /// All samples.
        total: u64,
    },
    /// A distribution.
    Trend(Trend),
}

impl Sink {
    /// A sink of this kind without samples.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter(0.0),
            Kind::Gauge => Gauge::default().into(),
            Kind::Rate => Self::Rate { nonzero: 0, total: 0 },
            Kind::Trend => Self::Trend(Trend::default()),
        }
    }

    /// The kind of metric that it belongs to.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Counter(_) => Kind::Counter,
            Self::Gauge { .. } => Kind::Gauge,
            Self::Rate { .. } => Kind::Rate,
            Self::Trend(_) => Kind::Trend,
        }
    }

    /// Whether there are no samples; a counter at zero counts as one without.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Counter(sum) => *sum == 0.0,
            Self::Gauge { min, max, .. } => min > max,
            Self::Rate { total, .. } => *total == 0,
            Self::Trend(trend) => trend.count() == 0,
        }
    }

    /// Adds all samples of another sink; one of another kind is left out.
    ///
    /// Sums are added as floats here. Where their last digits matter, they are added up by [`crate::Aggregate`].
    pub fn absorb(&mut self, other: &Self) {
        match (self, other) {
            (Self::Counter(sum), Self::Counter(more)) => *sum += more,
            (this @ Self::Gauge { .. }, &Self::Gauge { value, at, min, max }) => {
                this.absorb_gauge(&Gauge { value, at, min, max });
            }
            (Self::Rate { nonzero, total }, Self::Rate { nonzero: n, total: t }) => {
                *nonzero += n;
                *total += t;
            }
            (Self::Trend(trend), Self::Trend(other)) => trend.absorb(other),
            _ => {}
        }
    }

    pub(crate) fn absorb_gauge(&mut self, other: &Gauge) {
        if let Self::Gauge { value, at, min, max } = self {
            let mut gauge = Gauge { value: *value, at: *at, min: *min, max: *max };
            gauge.merge(other);
            *self = gauge.into();
        }
    }
}

impl From<Gauge> for Sink {
    fn from(Gauge { value, at, min, max }: Gauge) -> Self {
        Self::Gauge { value, at, min, max }
    }
}

/// The value of an aggregation; `None` when there are no samples to tell from, but for the count of a counter,
/// which is zero then, and when the kind has no such aggregation.
#[must_use]
pub fn value(sink: &Sink, aggregation: Aggregation, elapsed: Duration) -> Option<f64> {
    match (sink, aggregation) {
        (Sink::Counter(sum), Aggregation::Count) => Some(*sum),
        (Sink::Counter(sum), Aggregation::Rate) => (!elapsed.is_zero()).then(|| sum / elapsed.as_secs_f64()),
        (sink, _) if sink.is_empty() => None,
        (Sink::Gauge { value, .. }, Aggregation::Value) => Some(*value),
        (Sink::Rate { nonzero, total }, Aggregation::Rate) => Some(*nonzero as f64 / *total as f64),
        (Sink::Trend(trend), Aggregation::Avg) => Some(trend.avg()),
        (Sink::Trend(trend), Aggregation::Min) => Some(trend.min()),
        (Sink::Trend(trend), Aggregation::Med) => Some(trend.med()),
        (Sink::Trend(trend), Aggregation::Max) => Some(trend.max()),
        (Sink::Trend(trend), Aggregation::P(percent)) => Some(trend.quantile(percent / 100.0)),
        _ => None,
    }
}

/// A sum of samples and their number.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Counter {
    pub sum: Sum,
    pub samples: u64,
}

impl Counter {
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.sum.add(value);
        self.samples += 1;
    }

    /// The counter of `samples` samples of one.
    pub fn of_ones(samples: u64) -> Self {
        let mut sum = Sum::default();
        sum.add_whole(samples);
        Self { sum, samples }
    }
}

/// The last sample, with the bounds of all.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Gauge {
    pub value: f64,
    pub at: Nanos,
    pub min: f64,
    pub max: f64,
}

impl Default for Gauge {
    fn default() -> Self {
        Self { value: 0.0, at: Nanos::ZERO, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Gauge {
    pub const fn is_empty(&self) -> bool {
        self.min > self.max
    }

    #[inline]
    pub fn set(&mut self, value: f64, at: Nanos) {
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        // Of samples of one thread at the same instant, the one that came later is the later one.
        if at >= self.at {
            (self.value, self.at) = (value, at);
        }
    }

    pub fn merge(&mut self, other: &Self) {
        // Two threads at the same instant have no order: the larger value wins, whoever is merged first.
        let newer = (other.at, ordered(other.value)) > (self.at, ordered(self.value));
        if self.is_empty() || newer && !other.is_empty() {
            (self.value, self.at) = (other.value, other.at);
        }
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}

/// A float as a number with the order of [`f64::total_cmp`].
fn ordered(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// How often a sample was not zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Rate {
    pub nonzero: u64,
    pub total: u64,
}

impl Rate {
    #[inline]
    pub fn add(&mut self, is_nonzero: bool) {
        self.nonzero += u64::from(is_nonzero);
        self.total += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        self.nonzero += other.nonzero;
        self.total += other.total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_keep_the_latest_value_and_the_bounds() {
        let mut gauge = Gauge::default();
        for (value, at) in [(9.0, 5), (4.0, 5), (-3.0, 2)] {
            gauge.set(value, Nanos(at));
        }
        assert_eq!((gauge.value, gauge.min, gauge.max), (4.0, -3.0, 9.0));
        let mut other = Gauge::default();
        other.set(6.0, Nanos(5));
        let (mut one, mut two) = (gauge, other);
        one.merge(&other);
        two.merge(&gauge);
        assert_eq!(one, two);
        assert_eq!(one.value, 6.0);
        one.merge(&Gauge::default());
        assert_eq!(one, two);
        let mut none = Gauge::default();
        none.merge(&one);
        assert_eq!(none, one);
    }

    #[test]
    fn the_order_of_floats_is_total() {
        let ascending = [f64::NEG_INFINITY, -1.0, -0.0, 0.0, 1e-300, 2.0, f64::INFINITY];
        assert!(ascending.windows(2).all(|pair| ordered(pair[0]) < ordered(pair[1])));
    }

    #[test]
    fn every_kind_has_its_aggregations() {
        let second = Duration::from_secs(2);
        let check = |sink: &Sink, aggregation, expected: Option<f64>| {
            assert_eq!(value(sink, aggregation, second), expected, "{sink:?} {aggregation:?}");
        };
        let counter = Sink::Counter(5.0);
        check(&counter, Aggregation::Count, Some(5.0));
        check(&counter, Aggregation::Rate, Some(2.5));
        check(&counter, Aggregation::Avg, None);
        assert_eq!(value(&counter, Aggregation::Rate, Duration::ZERO), None);
        check(&Sink::new(Kind::Counter), Aggregation::Count, Some(0.0));
        check(&Sink::Rate { nonzero: 1, total: 4 }, Aggregation::Rate, Some(0.25));
        check(&Sink::new(Kind::Rate), Aggregation::Rate, None);
        check(&Sink::new(Kind::Gauge), Aggregation::Value, None);
        let mut trend = Trend::new();
        check(&Sink::Trend(trend.clone()), Aggregation::P(95.0), None);
        trend.extend(&[1.0, 2.0, 3.0]);
        let trend = Sink::Trend(trend);
        let table = [(Aggregation::Avg, 2.0), (Aggregation::Min, 1.0), (Aggregation::Med, 2.0)];
        for (aggregation, expected) in table {
            check(&trend, aggregation, Some(expected));
        }
        check(&trend, Aggregation::Max, Some(3.0));
        check(&trend, Aggregation::P(75.0), Some(2.5));
    }
}
