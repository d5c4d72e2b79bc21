//! Rates of **dependent** samples: counts per slice of time, grouped to batches, give an honest number of samples.
//!
//! *Question*: which share of requests was slower than L (or failed), and how sure is that, given that slow requests come
//! together? *How*: the variance between contiguous batches against the variance independent requests would have is the
//! design effect; the run is worth `n / design effect` independent requests, and the exact interval of that many is
//! given (Korn & Graubard 1998, which the CDC uses for clustered surveys). *Misleads* when batches are shorter than the
//! memory of the system (a queue at 90 % load remembers for hundreds of requests): [`looks_too_short`] notices the
//! obvious cases; no method repairs a run that is too short.
//!
//! Counters per slice add over machines, so nothing but counters has to be kept.

use crate::Interval;
use crate::proportion::{clopper_pearson, none_seen_upper};
use crate::special::{normal, student};

/// How many batches to group slices to, when there are enough slices.
pub const BATCHES: usize = 20;

/// What happened in a slice of time: how many requests arrived in it, and how many of those were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Slice {
    /// Requests that should have started in the slice.
    pub total: u64,
    /// Those that were slower than the limit, or failed.
    pub hits: u64,
}

impl Slice {
    /// A slice with `hits` counted of `total`.
    pub fn new(hits: u64, total: u64) -> Self {
        Self { total, hits }
    }
}

/// A rate with what is needed to trust it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DependentRate {
    /// Hits divided by total.
    pub rate: f64,
    /// All requests.
    pub total: u64,
    /// How many independent requests would tell as much.
    pub effective: f64,
    /// How many dependent requests it takes to tell as much as an independent one: 1 or more.
    pub design_effect: f64,
    /// The interval of the rate.
    pub interval: Interval,
    /// True when nothing (or everything) was hit, so that dependence could not be measured and was not corrected for.
    pub assumes_independence: bool,
    /// Upper bound of the share of batches with a hit, when none had one: does not assume independence of requests.
    pub bad_batches_max: Option<f64>,
}

/// Groups contiguous slices to `batches` batches of nearly the same number of slices.
pub fn group(slices: &[Slice], batches: usize) -> Vec<Slice> {
    let (n, batches) = (slices.len(), batches.min(slices.len()));
    (0..batches)
        .map(|b| {
            slices[b * n / batches..(b + 1) * n / batches]
                .iter()
                .fold(Slice::default(), |sum, s| Slice::new(sum.hits + s.hits, sum.total + s.total))
        })
        .collect()
}

/// The design effect of counts in contiguous batches, not rounded up to 1; `None` when the rate is 0 or 1 or there is
/// one batch.
pub fn design_effect(batches: &[Slice]) -> Option<f64> {
    let b = batches.len() as f64;
    let total: u64 = batches.iter().map(|s| s.total).sum();
    let hits: u64 = batches.iter().map(|s| s.hits).sum();
    if batches.len() < 2 || hits == 0 || hits == total {
        return None;
    }
    let n = total as f64;
    let p = hits as f64 / n;
    let spread: f64 = batches.iter().map(|s| (s.hits as f64 - p * s.total as f64).powi(2)).sum();
    let between = b / (b - 1.0) * spread / (n * n);
    Some(between / (p * (1.0 - p) / n))
}

/// How many independent requests the batches are worth, given their design effect.
///
/// The factor (z/t)² pays for having estimated the variance from few batches.
pub fn effective_total(total: u64, batches: usize, design_effect: f64, level: f64) -> f64 {
    total as f64 / design_effect.max(1.0) * shrink(batches, level)
}

/// (z/t)² for `batches` batches.
pub(crate) fn shrink(batches: usize, level: f64) -> f64 {
    let q = 0.5 + 0.5 * level;
    (normal::quantile(q) / student::quantile(q, batches as f64 - 1.0)).powi(2)
}

/// The rate of dependent samples with its interval; `None` when nothing arrived or there are fewer than two batches.
pub fn dependent_rate(batches: &[Slice], level: f64) -> Option<DependentRate> {
    let total: u64 = batches.iter().map(|s| s.total).sum();
    let hits: u64 = batches.iter().map(|s| s.hits).sum();
    if total == 0 || batches.len() < 2 {
        return None;
    }
    let rate = hits as f64 / total as f64;
    let Some(deff) = design_effect(batches) else {
        return Some(DependentRate {
            rate,
            total,
            effective: total as f64,
            design_effect: 1.0,
            interval: clopper_pearson(hits as f64, total as f64, level),
            assumes_independence: true,
            bad_batches_max: Some(none_seen_upper(batches.len() as f64, level)),
        });
    };
    let deff = deff.max(1.0);
    let effective = effective_total(total, batches.len(), deff, level);
    Some(DependentRate {
        rate,
        total,
        effective,
        design_effect: deff,
        interval: clopper_pearson(rate * effective, effective, level),
        assumes_independence: false,
        bad_batches_max: None,
    })
}

/// Whether batches are probably shorter than the system's memory: with longer batches the design effect still grows.
///
/// Compares 10 batches with 40; a rule of thumb. `false` when there are fewer than 40 slices or no hits.
pub fn looks_too_short(slices: &[Slice]) -> bool {
    if slices.len() < 40 {
        return false;
    }
    match (design_effect(&group(slices, 10)), design_effect(&group(slices, 40))) {
        (Some(long), Some(short)) => long.max(1.0) > 2.0 * short.max(1.0),
        _ => false,
    }
}

/// The largest design effect over slices merged by 1, 2, 4, … as long as ten batches remain; at least 1.
///
/// For decisions while the run goes on, where the right batch length is not known yet.
pub fn design_effect_growing(slices: &[Slice]) -> f64 {
    let mut worst = 1.0f64;
    let mut batches = slices.len();
    while batches >= 10 {
        if let Some(deff) = design_effect(&group(slices, batches)) {
            worst = worst.max(deff);
        }
        batches /= 2;
    }
    worst
}

/// The mean of a dependent series with its interval, from the means of `batches` contiguous batches (Student's t).
///
/// *Misleads* when batches are shorter than the memory of the series. `None` below two batches.
pub fn batch_means(series: &[f64], batches: usize, level: f64) -> Option<(f64, Interval)> {
    let batches = batches.min(series.len());
    if batches < 2 {
        return None;
    }
    let n = series.len();
    let means: Vec<f64> = (0..batches)
        .map(|b| crate::describe::mean(&series[b * n / batches..(b + 1) * n / batches]))
        .collect();
    let centre = crate::describe::mean(series);
    let t = student::quantile(0.5 + 0.5 * level, batches as f64 - 1.0);
    let half = t * crate::describe::deviation(&means) / (batches as f64).sqrt();
    Some((centre, Interval::new(centre - half, centre + half, level)))
}
