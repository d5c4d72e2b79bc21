//! Percentiles of **dependent** samples, with intervals: the ones to print next to p95.
//!
//! *Question*: where is p95 of this run, and how sure is that? *How*: for every latency L the share above L has an
//! interval ([`crate::batches`]); the percentile's interval holds all L whose share agrees with `1 − q`. So a limit
//! lies above the interval exactly if the SLA "p95 < limit" passes. *Misleads* when the run is too short for its load:
//! see the self-check there. Percentiles of several workers are never averaged: their histograms are added.
//!
//! [`moving_blocks`] is the bootstrap for other statistics of a series; it needs raw values and blocks longer than the
//! memory of the series, and is inconsistent for extremes.

use crate::Interval;
use crate::batches::{Slice, design_effect, effective_total};
use crate::quantile::samples_for_both;
use crate::rng::Random;
use crate::special::beta;

/// A percentile with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percentile {
    /// The smallest recorded value that at least `q` of all samples stay at or below.
    pub value: f64,
    /// Its interval; an end is infinite where the samples do not bound it.
    pub interval: Interval,
    /// How many independent samples the run is worth here.
    pub effective: f64,
    /// Dependent samples it takes to tell as much as an independent one.
    pub design_effect: f64,
}

impl Percentile {
    /// Whether there are enough (effective) samples to name this percentile at all.
    pub fn is_estimable(&self, q: f64) -> bool {
        self.effective >= samples_for_both(q, self.interval.level) as f64
    }
}

/// Counts of values in a batch, ascending by value.
pub type BatchHistogram = Vec<(f64, u64)>;

/// The `q` percentile (0 to 1) over contiguous batches, each a histogram; `None` without samples or with one batch.
pub fn percentile(batches: &[BatchHistogram], q: f64, level: f64) -> Option<Percentile> {
    let columns = Columns::of(batches)?;
    let at = columns.position(q);
    let worth = columns.worth(at, level);
    let allowed = 1.0 - q;
    let tail = 0.5 * (1.0 - level);
    // Outward from the estimate, value by value, until the share above disagrees with 1 − q.
    let mut upper = f64::INFINITY;
    let mut k = at;
    while k < columns.values.len() {
        if columns.share_is_below(k, allowed, tail, level) {
            upper = columns.values[k];
            break;
        }
        k += 1;
    }
    let mut lower = f64::NEG_INFINITY;
    let mut k = at;
    while k > 0 {
        if columns.share_is_above(k - 1, allowed, tail, level) {
            lower = columns.values[k];
            break;
        }
        k -= 1;
    }
    if k == 0 && lower.is_infinite() && columns.none_below_agrees(allowed, tail, worth.1) {
        lower = columns.values[0];
    }
    Some(Percentile {
        value: columns.values[at],
        interval: Interval::new(lower, upper, level),
        effective: worth.1,
        design_effect: worth.0,
    })
}

/// All distinct values of all batches, and how many samples of each batch lie at or below each.
struct Columns {
    values: Vec<f64>,
    /// `below[k][b]`: samples of batch `b` that are at most `values[k]`.
    below: Vec<Vec<u64>>,
    totals: Vec<u64>,
    total: u64,
}

impl Columns {
    fn of(batches: &[BatchHistogram]) -> Option<Self> {
        let totals: Vec<u64> = batches.iter().map(|b| b.iter().map(|(_, n)| n).sum()).collect();
        let total = totals.iter().sum();
        if total == 0 || batches.len() < 2 {
            return None;
        }
        let mut values: Vec<f64> =
            batches.iter().flatten().filter(|(_, n)| *n > 0).map(|(v, _)| *v).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let mut below = vec![vec![0u64; batches.len()]; values.len()];
        for (b, batch) in batches.iter().enumerate() {
            let (mut next, mut seen) = (0, 0);
            for (row, value) in below.iter_mut().zip(&values) {
                while next < batch.len() && batch[next].0 <= *value {
                    seen += batch[next].1;
                    next += 1;
                }
                row[b] = seen;
            }
        }
        Some(Self { values, below, totals, total })
    }

    /// Index of the smallest value that at least `q` of all samples stay at or below.
    fn position(&self, q: f64) -> usize {
        let wanted = ((self.total as f64 * q - 1e-9).ceil() as u64).clamp(1, self.total);
        self.below.partition_point(|row| row.iter().sum::<u64>() < wanted).min(self.values.len() - 1)
    }

    /// Counts above value `k`, by batch.
    fn above(&self, k: usize) -> Vec<Slice> {
        self.below[k]
            .iter()
            .zip(&self.totals)
            .map(|(below, total)| Slice::new(total - below, *total))
            .collect()
    }

    /// Design effect and effective number of samples for the share above value `k`.
    fn worth(&self, k: usize, level: f64) -> (f64, f64) {
        match design_effect(&self.above(k)) {
            Some(deff) => {
                let deff = deff.max(1.0);
                (deff, effective_total(self.total, self.totals.len(), deff, level))
            }
            None => (1.0, self.total as f64),
        }
    }

    /// Share above value `k`, as effective hits and misses.
    fn share(&self, k: usize, level: f64) -> (f64, f64) {
        let hits = self.total - self.below[k].iter().sum::<u64>();
        let effective = self.worth(k, level).1;
        let hits = hits as f64 / self.total as f64 * effective;
        (hits, effective - hits)
    }

    /// Whether the upper end of the share above value `k` is below `allowed`.
    fn share_is_below(&self, k: usize, allowed: f64, tail: f64, level: f64) -> bool {
        let (hits, misses) = self.share(k, level);
        misses > 0.0 && beta::sf(allowed, hits + 1.0, misses) < tail
    }

    /// Whether the lower end of the share above value `k` is above `allowed`.
    fn share_is_above(&self, k: usize, allowed: f64, tail: f64, level: f64) -> bool {
        let (hits, misses) = self.share(k, level);
        hits > 0.0 && beta::cdf(allowed, hits, misses + 1.0) < tail
    }

    /// Whether the smallest value bounds the percentile from below: all samples lie above anything smaller.
    fn none_below_agrees(&self, allowed: f64, tail: f64, effective: f64) -> bool {
        beta::cdf(allowed, effective, 1.0) < tail
    }
}

/// Interval of any statistic of a dependent series: resamples moving blocks of `block` values (Künsch 1989), with the
/// percentile method, from `rounds` seeded resamples.
///
/// *Misleads* for extreme quantiles and when blocks are shorter than the memory of the series.
pub fn moving_blocks(
    series: &[f64],
    block: usize,
    statistic: impl Fn(&[f64]) -> f64,
    rounds: usize,
    level: f64,
    seed: u64,
) -> Option<Interval> {
    let n = series.len();
    if block == 0 || n < 2 * block || rounds < 40 {
        return None;
    }
    let mut random = Random::new(seed);
    let mut results = Vec::with_capacity(rounds);
    let mut sample = Vec::with_capacity(n + block);
    for _ in 0..rounds {
        sample.clear();
        while sample.len() < n {
            let start = random.below(n - block + 1);
            sample.extend_from_slice(&series[start..start + block]);
        }
        sample.truncate(n);
        results.push(statistic(&sample));
    }
    results.sort_by(f64::total_cmp);
    let rank = |p: f64| results[((rounds as f64 * p) as usize).min(rounds - 1)];
    let tail = 0.5 * (1.0 - level);
    Some(Interval::new(rank(tail), rank(1.0 - tail), level))
}
