//! Distributions: exact while they are small, bounded in memory for ever.
//!
//! Main type: [`Trend`]. Up to [`EXACT_LIMIT`] values are kept as they are, so that small runs have the same
//! digits as a sorted list of samples. Beyond, a [`Histogram`] holds them, with exact count, sum, smallest and
//! largest value. What a trend holds depends on its values alone, not on the order or the grouping in which
//! they came: merging is associative and commutative.

use std::borrow::Cow;

use crate::histogram::Histogram;
use crate::sum::Sum;

/// How many values a trend keeps exactly.
pub const EXACT_LIMIT: usize = 4096;

/// The distribution of the samples of one series, or of several merged.
#[derive(Clone, Debug, Default)]
pub struct Trend(State);

#[derive(Clone, Debug)]
enum State {
    /// All values, ascending if so marked.
    Exact {
        values: Vec<f64>,
        sorted: bool,
    },
    Wide(Box<Wide>),
}

impl Default for State {
    fn default() -> Self {
        Self::Exact { values: Vec::new(), sorted: true }
    }
}

/// A histogram with the sum of its values.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Wide {
    pub histogram: Histogram,
    pub sum: Sum,
}

impl Wide {
    /// Takes values that are not `NaN`.
    pub fn extend(&mut self, values: &[f64]) {
        self.histogram.extend(values);
        self.sum.extend(values);
    }

    pub fn add_times(&mut self, value: f64, times: u64) {
        self.histogram.add_times(value, times);
        self.sum.add_times(value, times);
    }

    pub fn merge(&mut self, other: &Self) {
        self.histogram.merge(&other.histogram);
        self.sum.merge(&other.sum);
    }

    /// Forgets all values and keeps the memory.
    pub fn clear(&mut self) {
        self.histogram.clear();
        self.sum = Sum::default();
    }
}

impl Trend {
    /// A trend without values.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one value; `NaN` is ignored.
    pub fn add(&mut self, value: f64) {
        self.extend(&[value]);
    }

    /// Adds values; `NaN` is ignored.
    pub fn extend(&mut self, more: &[f64]) {
        match &mut self.0 {
            State::Exact { values, sorted } => {
                // Adding zero turns -0 into 0, of which there should be one only.
                values.extend(more.iter().filter(|value| !value.is_nan()).map(|value| value + 0.0));
                *sorted = false;
                if values.len() > EXACT_LIMIT {
                    self.widen();
                }
            }
            State::Wide(wide) if more.iter().any(|value| value.is_nan()) => {
                more.iter().filter(|value| !value.is_nan()).for_each(|value| wide.extend(&[*value]));
            }
            State::Wide(wide) => wide.extend(more),
        }
    }

    /// Adds the same value `times` times.
    pub fn add_times(&mut self, value: f64, times: u64) {
        if value.is_nan() {
            return;
        }
        match &mut self.0 {
            State::Exact { values, sorted } if values.len() as u64 + times <= EXACT_LIMIT as u64 => {
                values.extend(std::iter::repeat_n(value + 0.0, times as usize));
                *sorted = false;
            }
            _ => self.widen().add_times(value + 0.0, times),
        }
    }

    /// Adds all values of another trend.
    pub fn absorb(&mut self, other: &Self) {
        match &other.0 {
            State::Exact { values, .. } => self.extend(values),
            State::Wide(wide) => self.widen().merge(wide),
        }
    }

    /// Puts exact values in order, so that asking for several quantiles costs one sort.
    pub fn sort(&mut self) {
        if let State::Exact { values, sorted } = &mut self.0
            && !*sorted
        {
            values.sort_by(f64::total_cmp);
            *sorted = true;
        }
    }

    /// Whether single values are still known.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        matches!(self.0, State::Exact { .. })
    }

    /// All values in ascending order, as long as they are known one by one.
    #[must_use]
    pub fn values(&self) -> Option<Cow<'_, [f64]>> {
        match &self.0 {
            State::Exact { values, sorted } => Some(ascending(values, *sorted)),
            State::Wide(_) => None,
        }
    }

    /// The histogram that holds the values once they are not exact any more.
    #[must_use]
    pub fn histogram(&self) -> Option<&Histogram> {
        match &self.0 {
            State::Exact { .. } => None,
            State::Wide(wide) => Some(&wide.histogram),
        }
    }

    /// Values with how often they came, in ascending order: the values themselves, or the middles of the histogram's
    /// buckets once there are many.
    #[must_use]
    pub fn counts(&self) -> Vec<(f64, u64)> {
        match &self.0 {
            State::Exact { values, sorted } => {
                let values = ascending(values, *sorted);
                values.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u64)).collect()
            }
            State::Wide(wide) => wide.histogram.ascending().filter(|(_, count)| *count > 0).collect(),
        }
    }

    /// How many values there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        match &self.0 {
            State::Exact { values, .. } => values.len() as u64,
            State::Wide(wide) => wide.histogram.count(),
        }
    }

    /// The sum of all values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        match &self.0 {
            State::Exact { values, .. } => {
                let mut sum = Sum::default();
                values.iter().for_each(|value| sum.add(*value));
                sum.value()
            }
            State::Wide(wide) => wide.sum.value(),
        }
    }

    /// The mean; zero when there are no values.
    #[must_use]
    pub fn avg(&self) -> f64 {
        if self.count() == 0 { 0.0 } else { self.sum() / self.count() as f64 }
    }

    /// The smallest value; zero when there is none.
    #[must_use]
    pub fn min(&self) -> f64 {
        match &self.0 {
            State::Exact { values, .. } => values.iter().copied().reduce(f64::min).unwrap_or_default(),
            State::Wide(wide) => wide.histogram.min(),
        }
    }

    /// The largest value; zero when there is none.
    #[must_use]
    pub fn max(&self) -> f64 {
        match &self.0 {
            State::Exact { values, .. } => values.iter().copied().reduce(f64::max).unwrap_or_default(),
            State::Wide(wide) => wide.histogram.max(),
        }
    }

    /// The median.
    #[must_use]
    pub fn med(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The value at position `q * (count - 1)` of the sorted values, interpolated linearly; zero when there is
    /// none. Within 0.05 % of the true value once values are no longer exact.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        match &self.0 {
            State::Exact { values, .. } if values.is_empty() => 0.0,
            State::Exact { values, sorted } => interpolate(&ascending(values, *sorted), q),
            State::Wide(wide) => wide.histogram.quantile(q),
        }
    }

    /// The state for many values; makes it from the exact values when needed.
    pub(crate) fn widen(&mut self) -> &mut Wide {
        if let State::Exact { values, .. } = &mut self.0 {
            let mut wide = Box::new(Wide::default());
            wide.extend(&std::mem::take(values));
            self.0 = State::Wide(wide);
        }
        match &mut self.0 {
            State::Wide(wide) => wide,
            State::Exact { .. } => unreachable!("it was replaced above"),
        }
    }
}

impl PartialEq for Trend {
    /// Equal values, in whatever order they came.
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (State::Exact { values, sorted }, State::Exact { values: others, sorted: other_sorted }) => {
                ascending(values, *sorted) == ascending(others, *other_sorted)
            }
            (State::Wide(wide), State::Wide(other)) => wide == other,
            _ => false,
        }
    }
}

fn ascending(values: &[f64], sorted: bool) -> Cow<'_, [f64]> {
    let mut values = Cow::Borrowed(values);
    if !sorted {
        values.to_mut().sort_by(f64::total_cmp);
    }
    values
}

fn interpolate(ascending: &[f64], q: f64) -> f64 {
    let position = q.clamp(0.0, 1.0) * (ascending.len() as f64 - 1.0);
    let low = ascending[position.floor() as usize];
    let high = ascending[position.ceil() as usize];
    // Written so that equal neighbours stay what they are, infinite ones too.
    if low == high { low } else { low + (high - low) * (position - position.floor()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Trend {
        let mut trend = Trend::new();
        trend.extend(values);
        trend
    }

    #[test]
    fn small_trends_have_the_digits_of_a_sorted_list() {
        let trend = of(&[10.0, 1.0, 7.0, 3.0, 22.0, 3.5, 100.0]);
        let check = |percent: f64, expected: f64| {
            assert_eq!(trend.quantile(percent / 100.0), expected, "p({percent})");
        };
        check(0.0, 1.0);
        check(10.0, 2.2);
        check(33.3, 3.498_999_999_999_999_7);
        check(50.0, 7.0);
        check(90.0, 53.200_000_000_000_03);
        check(99.9, 99.532_000_000_000_05);
        check(100.0, 100.0);
        assert_eq!((trend.avg(), trend.min(), trend.max()), (20.928_571_428_571_427, 1.0, 100.0));
        assert_eq!((trend.med(), trend.count(), trend.sum()), (7.0, 7, 146.5));
        assert_eq!((of(&[4.0]).quantile(0.333), of(&[4.0]).avg()), (4.0, 4.0));
        assert_eq!((of(&[]).quantile(0.95), of(&[]).avg(), of(&[]).min()), (0.0, 0.0, 0.0));
    }

    #[test]
    fn values_are_counted_in_ascending_order() {
        assert_eq!(of(&[3.0, 1.0, 3.0]).counts(), [(1.0, 1), (3.0, 2)]);
        let mut wide = of(&[3.0, 0.0, -1.0, 3.0]);
        wide.widen();
        let counts = wide.counts();
        assert_eq!(counts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 1, 2]);
        assert!(
            counts.iter().zip([-1.0_f64, 0.0, 3.0]).all(|((got, _), wanted)| (got - wanted).abs() <= 2e-3)
        );
    }

    #[test]
    fn the_step_to_a_histogram_moves_no_percentile_by_more_than_a_thousandth() {
        // A long-tailed mixture without randomness: a fast mode, a slow mode and rare outliers.
        let value = |i: u64| {
            let x = (i.wrapping_mul(2_654_435_761) % 100_003) as f64 / 100_003.0;
            if i % 100 == 7 { 900.0 + 3000.0 * x } else { 2.0 + 35.0 * x * x * x }
        };
        let mut values: Vec<f64> = (0..EXACT_LIMIT as u64 + 1).map(value).collect();
        let last = values.pop().expect("there are many");
        let mut trend = of(&values);
        assert!(trend.is_exact());
        values.push(last);
        trend.add(last);
        assert!(!trend.is_exact());
        values.sort_by(f64::total_cmp);
        for percent in [0.0, 1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 98.5, 99.0, 99.9, 100.0] {
            let position = percent / 100.0 * (values.len() - 1) as f64;
            let (low, high) = (values[position.floor() as usize], values[position.ceil() as usize]);
            let exact = low + (high - low) * position.fract();
            let error = (trend.quantile(percent / 100.0) - exact).abs() / exact;
            assert!(error <= 0.001, "p({percent}): {} for {exact}", trend.quantile(percent / 100.0));
        }
        assert_eq!((trend.min(), trend.max()), (values[0], values[values.len() - 1]));
        assert_eq!(trend.sum(), {
            let mut sum = Sum::default();
            values.iter().for_each(|value| sum.add(*value));
            sum.value()
        });
    }

    #[test]
    fn repeated_values_equal_single_ones() {
        for times in [1, 100, EXACT_LIMIT as u64, EXACT_LIMIT as u64 + 1] {
            let (mut single, mut repeated) = (of(&[1.0, 9.0]), of(&[1.0, 9.0]));
            (0..times).for_each(|_| single.add(3.3));
            repeated.add_times(3.3, times);
            assert_eq!(single, repeated, "{times}");
        }
        assert_eq!(of(&[f64::NAN, -0.0]), of(&[0.0]));
        let signs = |first: f64, then: f64| {
            let mut trend = of(&[5.0; EXACT_LIMIT + 1]);
            trend.add(first);
            trend.add(then);
            (trend.min().to_bits(), trend.quantile(0.0).to_bits())
        };
        assert_eq!(signs(-0.0, 0.0), signs(0.0, -0.0));
    }
}
