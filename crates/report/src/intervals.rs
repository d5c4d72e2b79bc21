//! Percentiles and rates of one run with intervals that hold for dependent samples.
//!
//! Main functions: [`quantiles`] and [`rate`]. Slow requests come together, so that confidence comes from slices of time
//! and not from single requests; see the crate `stats`. Which metrics are worth it is decided by whoever asks, and so is
//! how it is shown.

use metrics::Trend;
use serde_json::{Map, Value, json};
use stats::batches::{BATCHES, Slice, dependent_rate, group, looks_too_short};
use stats::percentile::{BatchHistogram, percentile};
use stats::quantile::samples_for_both;

/// The confidence of every interval.
pub const LEVEL: f64 = 0.95;
/// The percentiles that are asked for.
pub const QUANTILES: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];
/// Fewer slices of time say too little about how slices differ.
const SLICES_LEAST: usize = 5;
/// Values closer than this are one when intervals are worked out: 0.1 %.
const GRAIN: f64 = 1.001;

/// A number with the ends of its interval, where they are known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// The ends of its interval.
    pub interval: Option<(f64, f64)>,
}

impl Figure {
    /// The fields of the figure, for programs.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let (low, high) = self.interval.unzip();
        Map::from_iter([
            ("value".to_owned(), json!(self.value)),
            ("low".to_owned(), json!(low)),
            ("high".to_owned(), json!(high)),
        ])
    }
}

/// A percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// Which: 0.95 for the 95th percentile.
    pub q: f64,
    /// In the unit of the values.
    pub figure: Figure,
    /// Whether there are enough samples to name it at all.
    pub is_estimable: bool,
    /// How many independent samples would tell as much; none where slices are too few to tell.
    pub effective: Option<f64>,
}

impl Quantile {
    /// The percentile for programs.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut object = self.figure.to_json();
        object.insert("percentile".to_owned(), json!((self.q * 1e5).round() / 1e3));
        object.insert("enough_samples".to_owned(), json!(self.is_estimable));
        Value::Object(object)
    }
}

/// A share of samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Between 0 and 1.
    pub figure: Figure,
    /// None or all of the samples were counted, so that it is not known how those come together.
    pub assumes_independence: bool,
}

/// Percentiles of a run whose slices of time are `slices`, and which measured `total` all in all.
#[must_use]
pub fn quantiles(slices: &[&Trend], total: &Trend) -> Vec<Quantile> {
    let mut sorted = total.clone();
    sorted.sort();
    let batches = batches(slices);
    QUANTILES
        .into_iter()
        .map(|q| {
            let value = sorted.quantile(q);
            let found = (batches.len() >= SLICES_LEAST).then(|| percentile(&batches, q, LEVEL)).flatten();
            let interval = found.map(|found| (found.interval.lower, found.interval.upper));
            let interval = interval.filter(|(low, high)| low.is_finite() && high.is_finite());
            Quantile {
                q,
                // The grain must not push the value out of its own interval.
                figure: Figure {
                    value,
                    interval: interval.map(|(low, high)| (low.min(value), high.max(value))),
                },
                is_estimable: found.map_or_else(
                    || total.count() >= samples_for_both(q, LEVEL),
                    |found| found.is_estimable(q),
                ),
                effective: found.map(|found| found.effective),
            }
        })
        .collect()
}

/// The share of `hits` among `total` of a run whose slices of time are `slices`; none without samples.
#[must_use]
pub fn rate(slices: &[Slice], hits: u64, total: u64) -> Option<Rate> {
    let value = (total > 0).then(|| hits as f64 / total as f64)?;
    let slices: Vec<Slice> = slices.iter().copied().filter(|one| one.total > 0).collect();
    let found =
        (slices.len() >= SLICES_LEAST).then(|| dependent_rate(&group(&slices, BATCHES), LEVEL)).flatten();
    let interval = found.map(|rate| (rate.interval.lower.min(value), rate.interval.upper.max(value)));
    Some(Rate {
        figure: Figure { value, interval },
        assumes_independence: found.is_some_and(|rate| rate.assumes_independence),
    })
}

/// Whether slices are probably shorter than the target's memory, judged by how samples above `limit` come together.
#[must_use]
pub fn is_short(slices: &[&Trend], limit: f64) -> bool {
    let above = |slice: &&Trend| {
        let above = slice.counts().iter().filter(|(value, _)| *value > limit).map(|(_, count)| count).sum();
        Slice::new(above, slice.count())
    };
    looks_too_short(&slices.iter().map(above).collect::<Vec<_>>())
}

/// The slices with samples, grouped to batches of nearly the same number of slices.
fn batches(slices: &[&Trend]) -> Vec<BatchHistogram> {
    let slices: Vec<&Trend> = slices.iter().copied().filter(|slice| slice.count() > 0).collect();
    let batches = BATCHES.min(slices.len());
    (0..batches)
        .map(|b| {
            let mut sum = Trend::new();
            for slice in &slices[b * slices.len() / batches..(b + 1) * slices.len() / batches] {
                sum.absorb(slice);
            }
            coarse(&sum.counts())
        })
        .collect()
}

/// Values that hardly differ become one.
fn coarse(counted: &[(f64, u64)]) -> BatchHistogram {
    let grain = |value: f64| if value > 0.0 { (value.ln() / GRAIN.ln()).floor() } else { f64::NEG_INFINITY };
    counted
        .chunk_by(|a, b| grain(a.0) == grain(b.0))
        .map(|near| {
            // The same value in every batch, whatever fell into the grain there.
            let at = grain(near[0].0);
            let value = if at.is_finite() { GRAIN.powf(at + 0.5) } else { 0.0 };
            (value, near.iter().map(|(_, count)| count).sum())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(values: impl IntoIterator<Item = f64>) -> Trend {
        let mut trend = Trend::new();
        values.into_iter().for_each(|value| trend.add(value));
        trend
    }

    #[test]
    fn percentiles_lie_in_their_intervals() {
        let slices: Vec<Trend> =
            (0..40).map(|s| trend((1..=200).map(|n| f64::from((n * 7 + s * 3) % 200 + 1)))).collect();
        let slices: Vec<&Trend> = slices.iter().collect();
        let mut total = Trend::new();
        slices.iter().for_each(|slice| total.absorb(slice));
        let found = quantiles(&slices, &total)[3];
        let (low, high) = found.figure.interval.expect("there are slices enough");
        assert!(found.is_estimable && low <= 190.0 && 190.0 <= high, "{low} {high}");
        assert!(high - low < 12.0, "{low} {high}");
        assert!(found.effective.is_some_and(|effective| effective <= 8_000.0), "{found:?}");
        assert!(quantiles(&slices[..2], &total)[3].figure.interval.is_none(), "two slices");
    }

    #[test]
    fn one_sample_has_figures_without_intervals() {
        let one = trend([3.0]);
        let figures = quantiles(&[&one], &one);
        assert!(figures.iter().all(|one| one.figure == Figure { value: 3.0, interval: None }));
        let none = Figure { value: 0.0, interval: None };
        assert_eq!(rate(&[], 0, 1), Some(Rate { figure: none, assumes_independence: false }));
        assert_eq!(rate(&[], 0, 0), None);
    }

    #[test]
    fn failures_that_come_together_make_a_rate_less_sure() {
        let width = |slices: &[Slice]| {
            let found = rate(slices, 40, 2_000).expect("there are samples");
            let (low, high) = found.figure.interval.expect("there are slices");
            assert!(low < 0.02 && 0.02 < high && !found.assumes_independence, "{found:?}");
            high - low
        };
        let even = vec![Slice::new(2, 100); 20];
        let burst: Vec<Slice> = (0..20).map(|at| Slice::new(if at == 7 { 40 } else { 0 }, 100)).collect();
        assert!(width(&burst) > 3.0 * width(&even), "{} {}", width(&burst), width(&even));
        let none = rate(&vec![Slice::new(0, 100); 20], 0, 2_000).expect("there are samples");
        assert!(none.assumes_independence && none.figure.interval.is_some_and(|(_, high)| high < 0.002));
    }

    #[test]
    fn slow_times_that_outlast_slices_look_too_short() {
        // Two stretches of a quarter of the run each in which one sample in two is slow.
        let slow = |second: usize| second / 20 % 2 == 1;
        let slices: Vec<Trend> = (0..80)
            .map(|second| trend((0..100).map(|n| if slow(second) && n % 2 == 0 { 9.0 } else { 1.0 })))
            .collect();
        assert!(is_short(&slices.iter().collect::<Vec<_>>(), 5.0));
        let even = trend((0..100).map(|n| if n % 4 == 0 { 9.0 } else { 1.0 }));
        assert!(!is_short(&vec![&even; 80], 5.0));
    }
}
