//! Quantiles of **independent** samples: order-statistic intervals, Harrell–Davis with its standard error.
//!
//! *Question*: where is the median (or p95) of these runs, and how sure is that?
//! *Misleads* on requests of one run: they are not independent, and at 80 % load such an interval holds the truth in
//! about 20 % of runs instead of 95 %. Use [`crate::percentile`] for those. Harrell–Davis needs small samples of runs, not
//! tails: p99 of fewer than 300 values is not estimable by any method.
//!
//! Sources: Thompson 1936; Le Boudec, "Performance Evaluation", appendix A; Harrell & Davis 1982; Maritz & Jarrett 1978.

use crate::special::{beta, binomial};

/// Ranks (counted from 1) of the sorted samples between which a quantile lies, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    /// Rank of the lower end.
    pub lower: u64,
    /// Rank of the upper end.
    pub upper: u64,
    /// Probability that the two hold the quantile between them, at least the level asked for.
    pub coverage: f64,
}

/// The narrowest equal-tailed pair of ranks that holds the `p` quantile of `n` samples; `None` when `n` is too small for
/// two finite ends.
pub fn ranks(n: u64, p: f64, level: f64) -> Option<Ranks> {
    let tail = 0.5 * (1.0 - level);
    // Largest l with P(B ≤ l − 1) ≤ tail, smallest u with P(B ≤ u − 1) ≥ 1 − tail.
    let mut lower = binomial::quantile(tail, n, p);
    while lower < n && binomial::cdf(lower, n, p) <= tail {
        lower += 1;
    }
    let upper = binomial::quantile(1.0 - tail, n, p) + 1;
    if lower == 0 || upper > n {
        return None;
    }
    let coverage = binomial::cdf(upper - 1, n, p) - binomial::cdf(lower - 1, n, p);
    Some(Ranks { lower, upper, coverage })
}

/// The fewest samples for which the largest bounds the `p` quantile from above at a one-sided `level`.
pub fn samples_for_upper(p: f64, level: f64) -> u64 {
    ((1.0 - level).ln() / p.ln()).ceil() as u64
}

/// The fewest samples for which the `p` quantile (of 0.5 or more) has two finite ends at a two-sided `level`.
pub fn samples_for_both(p: f64, level: f64) -> u64 {
    (((1.0 - level) / 2.0).ln() / p.max(1.0 - p).ln()).ceil() as u64
}

/// Weights of the sorted samples in the Harrell–Davis estimate of the `p` quantile.
fn weights(n: usize, p: f64) -> Vec<f64> {
    let a = (n as f64 + 1.0) * p;
    let b = (n as f64 + 1.0) * (1.0 - p);
    let edges: Vec<f64> = (0..=n).map(|i| beta::cdf(i as f64 / n as f64, a, b)).collect();
    edges.windows(2).map(|w| w[1] - w[0]).collect()
}

/// Harrell and Davis' estimate of the `p` quantile of ascending samples: every sample counts, the near ones most.
pub fn harrell_davis(sorted: &[f64], p: f64) -> f64 {
    weights(sorted.len(), p).iter().zip(sorted).map(|(w, x)| w * x).sum()
}

/// Maritz and Jarrett's standard error of the `p` quantile of ascending samples.
pub fn maritz_jarrett(sorted: &[f64], p: f64) -> f64 {
    let n = sorted.len();
    let rank = (n as f64 * p + 0.5).floor();
    let (a, b) = (rank - 1.0, n as f64 - rank);
    let edges: Vec<f64> = (0..=n).map(|i| beta::cdf(i as f64 / n as f64, a, b)).collect();
    let (mut first, mut second) = (0.0, 0.0);
    for (i, x) in sorted.iter().enumerate() {
        let w = edges[i + 1] - edges[i];
        first += w * x;
        second += w * x * x;
    }
    (second - first * first).max(0.0).sqrt()
}

/// Jackknife standard error of the Harrell–Davis estimate of ascending samples.
pub fn harrell_davis_error(sorted: &[f64], p: f64) -> f64 {
    let n = sorted.len();
    let w = weights(n - 1, p);
    let left_out: Vec<f64> = (0..n)
        .map(|skip| {
            let rest = sorted.iter().enumerate().filter(|(i, _)| *i != skip).map(|(_, x)| x);
            w.iter().zip(rest).map(|(w, x)| w * x).sum()
        })
        .collect();
    ((n - 1) as f64 / n as f64 * crate::describe::squares(&left_out)).sqrt()
}
