//! What becomes of samples: sums, last values, shares and distributions.

use model::Nanos;

use crate::histogram::{Histogram, Sparse};
use crate::registry::Kind;

/// Samples of a trend up to which every value is kept, so that small runs are exact to the last digit.
pub const EXACT_MAX: usize = 4096;

/// A distribution: exact values at first, a histogram from 4,097 samples on; count, sum, minimum and maximum
/// are always exact.
#[derive(Clone, Debug)]
pub struct Trend {
    values: Vec<f64>,
    sorted: bool,
    histogram: Option<Box<Histogram>>,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Default for Trend {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            sorted: true,
            histogram: None,
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

/// The samples of a trend since the last frame.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendDelta {
    /// Values that were kept.
    pub values: Vec<f64>,
    /// Values that were only counted.
    pub counts: Sparse,
    /// All of them.
    pub count: u64,
    /// All of them.
    pub sum: f64,
    /// All of them.
    pub min: f64,
    /// All of them.
    pub max: f64,
}

impl Trend {
    /// Adds a sample; what is not a number is left out.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        match &mut self.histogram {
            Some(histogram) => histogram.add(value),
            None => self.keep(value),
        }
    }

    fn keep(&mut self, value: f64) {
        self.values.push(value);
        self.sorted = false;
        if self.values.len() > EXACT_MAX {
            self.count_values();
        }
    }

    /// From here on values are only counted.
    fn count_values(&mut self) -> &mut Histogram {
        let histogram = self.histogram.get_or_insert_default();
        for value in std::mem::take(&mut self.values) {
            histogram.add(value);
        }
        histogram
    }

    /// Adds what another recorder saw.
    pub fn merge(&mut self, delta: &TrendDelta) {
        self.count += delta.count;
        self.sum += delta.sum;
        self.min = self.min.min(delta.min);
        self.max = self.max.max(delta.max);
        let fits = delta.counts.is_empty() && self.values.len() + delta.values.len() <= EXACT_MAX;
        if self.histogram.is_none() && fits {
            self.values.extend_from_slice(&delta.values);
            self.sorted = false;
            return;
        }
        let histogram = self.count_values();
        histogram.merge(&delta.counts);
        delta.values.iter().for_each(|value| histogram.add(*value));
    }

    /// Adds what another trend holds.
    pub fn absorb(&mut self, other: &Self) {
        self.merge(&TrendDelta {
            values: other.values.clone(),
            counts: other.histogram.as_ref().map(|histogram| histogram.sparse()).unwrap_or_default(),
            count: other.count,
            sum: other.sum,
            min: other.min,
            max: other.max,
        });
    }

    /// How many samples.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Their sum.
    #[must_use]
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// Their mean; zero when there are none.
    #[must_use]
    pub fn avg(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }

    /// The smallest; zero when there are none.
    #[must_use]
    pub fn min(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.min }
    }

    /// The largest; zero when there are none.
    #[must_use]
    pub fn max(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.max }
    }

    /// The median.
    #[must_use]
    pub fn med(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The value at quantile `q` (0 to 1): between the two nearest samples in a straight line, as k6 has it;
    /// from the histogram within 0.1 %.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        if self.count == 0 {
            return 0.0;
        }
        if let Some(histogram) = &self.histogram {
            return match q {
                q if q <= 0.0 => self.min,
                q if q >= 1.0 => self.max,
                q => histogram.quantile(q).clamp(self.min, self.max),
            };
        }
        let mut sorted;
        let values = if self.sorted {
            &self.values
        } else {
            sorted = self.values.clone();
            sorted.sort_by(f64::total_cmp);
            &sorted
        };
        let position = q.clamp(0.0, 1.0) * (values.len() - 1) as f64;
        let (low, share) = (position.floor() as usize, position.fract());
        let high = (low + 1).min(values.len() - 1);
        values[low] + (values[high] - values[low]) * share
    }

    /// Orders the values, so that several quantiles cost one sort.
    pub fn sort(&mut self) {
        if !self.sorted {
            self.values.sort_by(f64::total_cmp);
            self.sorted = true;
        }
    }

    /// The histogram, once there is one.
    #[must_use]
    pub fn histogram(&self) -> Option<&Histogram> {
        self.histogram.as_deref()
    }
}

/// The samples of a series since the last frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// The sum.
    Counter(f64),
    /// The last value, when it was, and the bounds.
    Gauge {
        /// The last value.
        value: f64,
        /// When it was set.
        at: Nanos,
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
    },
    /// Samples that were not zero, and all.
    Rate {
        /// Not zero.
        nonzero: u64,
        /// All.
        total: u64,
    },
    /// A distribution.
    Trend(TrendDelta),
}

/// The samples of a series, or of several merged.
#[derive(Clone, Debug)]
pub enum Sink {
    /// The sum.
    Counter(f64),
    /// The last value, when it was, and the bounds.
    Gauge {
        /// The last value.
        value: f64,
        /// When it was set.
        at: Nanos,
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
    },
    /// Samples that were not zero, and all.
    Rate {
        /// Not zero.
        nonzero: u64,
        /// All.
        total: u64,
    },
    /// A distribution.
    Trend(Box<Trend>),
}

impl Sink {
    /// A sink without samples.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter(0.0),
            Kind::Gauge => {
                Self::Gauge { value: 0.0, at: Nanos::ZERO, min: f64::INFINITY, max: f64::NEG_INFINITY }
            }
            Kind::Rate => Self::Rate { nonzero: 0, total: 0 },
            Kind::Trend => Self::Trend(Box::default()),
        }
    }

    /// Adds a delta of the same kind; another kind is left out.
    pub fn merge(&mut self, delta: &Delta) {
        match (self, delta) {
            (Self::Counter(sum), Delta::Counter(more)) => *sum += more,
            (Self::Gauge { value, at, min, max }, Delta::Gauge { value: v, at: a, min: low, max: high }) => {
                if *a >= *at {
                    (*value, *at) = (*v, *a);
                }
                (*min, *max) = (min.min(*low), max.max(*high));
            }
            (Self::Rate { nonzero, total }, Delta::Rate { nonzero: n, total: t }) => {
                *nonzero += n;
                *total += t;
            }
            (Self::Trend(trend), Delta::Trend(delta)) => trend.merge(delta),
            _ => debug_assert!(false, "a series keeps its kind"),
        }
    }

    /// Adds another sink of the same kind.
    pub fn absorb(&mut self, other: &Self) {
        match (self, other) {
            (Self::Trend(trend), Self::Trend(other)) => trend.absorb(other),
            (this, Self::Counter(sum)) => this.merge(&Delta::Counter(*sum)),
            (this, Self::Gauge { value, at, min, max }) => {
                this.merge(&Delta::Gauge { value: *value, at: *at, min: *min, max: *max });
            }
            (this, Self::Rate { nonzero, total }) => {
                this.merge(&Delta::Rate { nonzero: *nonzero, total: *total });
            }
            _ => debug_assert!(false, "a metric keeps its kind"),
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(values: impl IntoIterator<Item = f64>) -> Trend {
        let mut trend = Trend::default();
        values.into_iter().for_each(|value| trend.add(value));
        trend
    }

    #[test]
    fn percentiles_of_few_values_are_exact() {
        let trend = trend([10.0, 30.0, 20.0]);
        let table = [(0.0, 10.0), (0.5, 20.0), (0.9, 28.0), (0.95, 29.0), (1.0, 30.0)];
        for (q, expected) in table {
            assert!((trend.quantile(q) - expected).abs() < 1e-9, "{q}");
        }
        assert!((trend.avg() - 20.0).abs() < 1e-12);
    }

    #[test]
    fn the_switch_to_a_histogram_costs_a_thousandth_at_most() {
        let values: Vec<f64> =
            (0..EXACT_MAX + 1_000).map(|n| 1.0 + (n * 7919 % 10_007) as f64 / 13.0).collect();
        let trend = trend(values.iter().copied());
        assert!(trend.histogram().is_some());
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        for q in [0.01, 0.25, 0.5, 0.9, 0.99, 0.999] {
            let exact = sorted[(q * (sorted.len() - 1) as f64) as usize];
            assert!((trend.quantile(q) - exact).abs() <= exact * 0.0011, "{q}");
        }
        assert!((trend.min() - sorted[0]).abs() < f64::EPSILON);
    }
}
