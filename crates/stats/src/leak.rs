//! Leaks and creeping degradation: growth that outlives garbage collection and warm-up.
//!
//! *Question*: does memory (or latency) grow for as long as the load goes on? *How*: the first quarter is left out; of
//! every twelve samples the smallest stays, the floor after a collection; then Mann–Kendall with the lag-1 correction,
//! and the growth must persist in the last half. *Misleads* when the run is short against the warm-up: growth that
//! flattens is called [`Growth::StillWarming`] where the data can tell, and a suspicion otherwise. A leak is a
//! suspicion until a heap difference names the type. It finds leaks late when the series wanders (AR 0.9) by more than
//! the leak adds.

use crate::Interval;
use crate::describe::{mean, median};
use crate::trend::{Correction, Trend, mann_kendall, sen, sen_dependent};

/// Samples of which the smallest is kept.
const BATCH: usize = 12;
/// Fewest minima that can tell a trend.
const MINIMA_MIN: usize = 10;

/// What can be said about growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Growth {
    /// No growth beyond what noise explains.
    None,
    /// It grew, but flattens: run longer, or leave out more of the start.
    StillWarming,
    /// It grows and does not flatten: consistent with a leak.
    Steady,
    /// Too few samples, or growth that does not persist.
    Inconclusive,
}

/// Growth with its evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leak {
    /// What can be said.
    pub growth: Growth,
    /// Growth per sample, with its interval; `None` with too few samples.
    pub per_sample: Option<(f64, Interval)>,
    /// Growth over the samples judged as a share of the level at their start.
    pub relative: f64,
    /// The test behind the verdict.
    pub trend: Option<Trend>,
}

impl Leak {
    /// Samples until `limit` is reached from `now`, as earliest, likely and latest; `None` when there is no finite latest
    /// or nothing grows.
    pub fn samples_to(&self, now: f64, limit: f64) -> Option<(f64, f64, f64)> {
        let (slope, interval) = self.per_sample?;
        if interval.lower <= 0.0 || limit <= now {
            return None;
        }
        let room = limit - now;
        Some((room / interval.upper, room / slope, room / interval.lower))
    }
}

/// Judges a series of memory samples at a fixed interval, at a two-sided `level`.
pub fn judge(series: &[f64], level: f64) -> Leak {
    let kept = &series[series.len() / 4..];
    let minima: Vec<f64> =
        kept.chunks_exact(BATCH).map(|c| c.iter().copied().fold(f64::INFINITY, f64::min)).collect();
    judge_batches(&minima, BATCH, level)
}

/// The same for a series where every value matters, such as p95 a second: medians of twelve instead of minima.
pub fn judge_level(series: &[f64], level: f64) -> Leak {
    let kept = &series[series.len() / 4..];
    let medians: Vec<f64> = kept.chunks_exact(BATCH).map(median).collect();
    judge_batches(&medians, BATCH, level)
}

fn judge_batches(batches: &[f64], size: usize, level: f64) -> Leak {
    if batches.len() < MINIMA_MIN {
        return Leak { growth: Growth::Inconclusive, per_sample: None, relative: 0.0, trend: None };
    }
    let trend = mann_kendall(batches, Correction::Lag1);
    let slope = sen_dependent(batches, level);
    let (Some(trend), Some(slope)) = (trend, slope) else {
        return Leak { growth: Growth::Inconclusive, per_sample: None, relative: 0.0, trend };
    };
    let half = &batches[batches.len() / 2..];
    let late = sen(half, level).map_or(0.0, |s| s.slope);
    let significant = trend.p_value < 1.0 - level && trend.s > 0.0;
    let persists = late >= slope.slope / 3.0;
    let growth = match (significant, persists) {
        // A smooth rise to a level looks like one long autocorrelated wave to the corrected test.
        (false, _) if trend.tau > 0.5 && flattens(batches) => Growth::StillWarming,
        (false, _) => Growth::None,
        (true, false) => Growth::StillWarming,
        (true, true) if flattens(batches) => Growth::StillWarming,
        (true, true) => Growth::Steady,
    };
    let start = median(&batches[..batches.len().min(3)]);
    let relative = slope.slope * (batches.len() - 1) as f64 / start;
    let scale = 1.0 / size as f64;
    Leak {
        growth,
        per_sample: Some((slope.slope * scale, slope.interval.map(|v| v * scale))),
        relative,
        trend: Some(trend),
    }
}

/// Whether an exponential approach to a level explains the series clearly better than a line (AICc, by 4 or more).
fn flattens(series: &[f64]) -> bool {
    let n = series.len() as f64;
    let line: Vec<f64> = (0..series.len()).map(|i| i as f64).collect();
    let straight = residual_squares(&line, series);
    let bent = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1.0]
        .into_iter()
        .map(|share| {
            let tau = share * n;
            let curve: Vec<f64> = (0..series.len()).map(|i| 1.0 - (-(i as f64) / tau).exp()).collect();
            residual_squares(&curve, series)
        })
        .fold(f64::INFINITY, f64::min);
    let aicc =
        |rss: f64, k: f64| n * (rss.max(1e-300) / n).ln() + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0);
    aicc(bent, 4.0) + 4.0 < aicc(straight, 3.0)
}

/// What a straight line in `x` leaves of `y`.
fn residual_squares(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x), mean(y));
    let sxx: f64 = x.iter().map(|v| (v - mx).powi(2)).sum();
    let sxy: f64 = x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum();
    let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
    x.iter().zip(y).map(|(a, b)| (b - my - slope * (a - mx)).powi(2)).sum()
}
