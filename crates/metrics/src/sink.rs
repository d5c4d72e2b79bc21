//! What the samples of one series, or of several merged, add up to.
//!
//! Main type: [`Sink`], by the kind of metric. Sinks merge in any order with the same result. They know neither
//! names nor tags.

use std::time::Duration;

use model::Nanos;

use crate::registry::Kind;
use crate::sum::Sum;
use crate::trend::Trend;

/// The state of a metric or series.
#[derive(Clone, PartialEq, Debug)]
pub enum Sink {
    /// A sum.
    Counter(Counter),
    /// A level.
    Gauge(Gauge),
    /// A share.
    Rate(Rate),
    /// A distribution.
    Trend(Trend),
}

impl Sink {
    /// A sink of this kind without samples.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter(Counter::default()),
            Kind::Gauge => Self::Gauge(Gauge::default()),
            Kind::Rate => Self::Rate(Rate::default()),
            Kind::Trend => Self::Trend(Trend::default()),
        }
    }

    /// The kind of metric that it belongs to.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Counter(_) => Kind::Counter,
            Self::Gauge(_) => Kind::Gauge,
            Self::Rate(_) => Kind::Rate,
            Self::Trend(_) => Kind::Trend,
        }
    }

    /// How many samples it has.
    #[must_use]
    pub fn samples(&self) -> u64 {
        match self {
            Self::Counter(counter) => counter.samples,
            Self::Gauge(gauge) => gauge.samples,
            Self::Rate(rate) => rate.total,
            Self::Trend(trend) => trend.count(),
        }
    }

    /// Adds all samples of another sink of the same kind. One of another kind is left out, and `false` returned.
    pub fn merge(&mut self, other: &Self) -> bool {
        match (self, other) {
            (Self::Counter(one), Self::Counter(other)) => one.merge(other),
            (Self::Gauge(one), Self::Gauge(other)) => one.merge(other),
            (Self::Rate(one), Self::Rate(other)) => one.merge(other),
            (Self::Trend(one), Self::Trend(other)) => one.merge(other),
            _ => return false,
        }
        true
    }
}

/// A sum of samples.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Counter {
    pub(crate) sum: Sum,
    pub(crate) samples: u64,
}

impl Counter {
    /// The sum.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.sum.value()
    }

    /// The sum per second; `None` when no time has passed.
    #[must_use]
    pub fn rate(&self, elapsed: Duration) -> Option<f64> {
        (!elapsed.is_zero()).then(|| self.value() / elapsed.as_secs_f64())
    }

    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        self.sum.add(value);
        self.samples += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.samples += other.samples;
    }
}

/// The last sample, with the extremes.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Gauge {
    pub(crate) value: f64,
    pub(crate) at: Nanos,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) samples: u64,
}

impl Gauge {
    /// The value of the latest sample; zero when there is none.
    #[must_use]
    pub const fn value(&self) -> f64 {
        self.value
    }

    /// The smallest value.
    #[must_use]
    pub const fn min(&self) -> f64 {
        self.min
    }

    /// The largest value.
    #[must_use]
    pub const fn max(&self) -> f64 {
        self.max
    }

    #[inline]
    pub(crate) fn set(&mut self, value: f64, at: Nanos) {
        if self.samples == 0 {
            (self.min, self.max) = (value, value);
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        // Of samples of one thread at the same instant, the one that came later is the later one.
        if at >= self.at {
            (self.value, self.at) = (value, at);
        }
        self.samples += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        if other.samples == 0 {
            return;
        }
        if self.samples == 0 {
            *self = *other;
            return;
        }
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        // Two threads at the same instant have no order: the larger value wins, whoever is merged first.
        if (other.at, ordered(other.value)) > (self.at, ordered(self.value)) {
            (self.value, self.at) = (other.value, other.at);
        }
        self.samples += other.samples;
    }
}

/// A float as a number with the order of [`f64::total_cmp`].
fn ordered(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// How often a sample was not zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rate {
    /// Samples that were not zero.
    pub passes: u64,
    /// All samples.
    pub total: u64,
}

impl Rate {
    /// Samples that were zero.
    #[must_use]
    pub const fn fails(&self) -> u64 {
        self.total - self.passes
    }

    /// The share of samples that were not zero; `None` when there are none.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.total > 0).then(|| self.passes as f64 / self.total as f64)
    }

    #[inline]
    pub(crate) fn add(&mut self, passed: bool) {
        self.passes += u64::from(passed);
        self.total += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.passes += other.passes;
        self.total += other.total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_keep_the_latest_value_and_the_extremes() {
        let mut gauge = Gauge::default();
        for (value, at) in [(9.0, 5), (4.0, 5), (-3.0, 2)] {
            gauge.set(value, Nanos(at));
        }
        assert_eq!((gauge.value(), gauge.min(), gauge.max()), (4.0, -3.0, 9.0));
        let mut other = Gauge::default();
        other.set(6.0, Nanos(5));
        let (mut one, mut two) = (gauge, other);
        one.merge(&other);
        two.merge(&gauge);
        assert_eq!(one, two);
        assert_eq!(one.value(), 6.0);
    }

    #[test]
    fn the_order_of_floats_is_total() {
        let ascending = [f64::NEG_INFINITY, -1.0, -0.0, 0.0, 1e-300, 2.0, f64::INFINITY];
        assert!(ascending.windows(2).all(|pair| ordered(pair[0]) < ordered(pair[1])));
    }

    #[test]
    fn kinds_do_not_mix() {
        let mut counter = Sink::new(Kind::Counter);
        assert!(!counter.merge(&Sink::new(Kind::Rate)));
        assert!(counter.merge(&Sink::new(Kind::Counter)));
        assert_eq!(Counter::default().rate(Duration::ZERO), None);
        assert_eq!(Rate::default().value(), None);
    }
}
