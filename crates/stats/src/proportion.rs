//! Rates of independent trials: intervals, differences, and how many trials a statement needs.
//!
//! *Question*: between which bounds does the error rate lie, if the requests were independent?
//! *Misleads* when they are not, which is the rule under load: errors come in bursts. [`crate::batches`] corrects for
//! that and uses these as its last step.
//!
//! Sources: Wilson 1927; Clopper & Pearson 1934; Newcombe 1998 (both papers); Hanley & Lippman-Hand 1983.

use crate::Interval;
use crate::special::{beta, normal};

/// Wilson's score interval: close to its stated confidence, good for display.
pub fn wilson(hits: u64, trials: u64, level: f64) -> Interval {
    if trials == 0 {
        return Interval::new(0.0, 1.0, level);
    }
    let (n, p) = (trials as f64, hits as f64 / trials as f64);
    let z = normal::quantile(0.5 + 0.5 * level);
    let z2 = z * z;
    let half = z * (z2 + 4.0 * n * p * (1.0 - p)).sqrt();
    let scale = 2.0 * (n + z2);
    let lower = if hits == 0 { 0.0 } else { (2.0 * n * p + z2 - half) / scale };
    let upper = if hits == trials { 1.0 } else { (2.0 * n * p + z2 + half) / scale };
    Interval::new(lower, upper, level)
}

/// Wilson's interval with continuity correction: never far below its stated confidence.
pub fn wilson_corrected(hits: u64, trials: u64, level: f64) -> Interval {
    if trials == 0 {
        return Interval::new(0.0, 1.0, level);
    }
    let (n, p) = (trials as f64, hits as f64 / trials as f64);
    let z = normal::quantile(0.5 + 0.5 * level);
    let z2 = z * z;
    let scale = 2.0 * (n + z2);
    let end = |sign: f64| {
        let root = z2 - sign * 2.0 - 1.0 / n + 4.0 * p * (n * (1.0 - p) + sign);
        (2.0 * n * p + z2 - sign * (1.0 + z * root.max(0.0).sqrt())) / scale
    };
    let lower = if hits == 0 { 0.0 } else { end(1.0).max(0.0) };
    let upper = if hits == trials { 1.0 } else { end(-1.0).min(1.0) };
    Interval::new(lower, upper, level)
}

/// Clopper and Pearson's exact interval, which never covers less than it says: the one for verdicts.
///
/// Counts may be fractions, as effective counts of dependent samples are.
pub fn clopper_pearson(hits: f64, trials: f64, level: f64) -> Interval {
    let tail = 0.5 * (1.0 - level);
    let misses = trials - hits;
    let lower = if hits <= 0.0 { 0.0 } else { beta::quantile(tail, hits, misses + 1.0) };
    let upper = if misses <= 0.0 { 1.0 } else { beta::quantile(1.0 - tail, hits + 1.0, misses) };
    Interval::new(lower, upper, level)
}

/// The largest rate that no failure in `trials` leaves open, one-sided: about 3/n at 95 % ("rule of three").
pub fn none_seen_upper(trials: f64, level: f64) -> f64 {
    -((1.0 - level).ln() / trials).exp_m1()
}

/// Newcombe's hybrid score interval of the difference of two independent rates, first minus second.
pub fn difference(first: (u64, u64), second: (u64, u64), level: f64) -> (f64, Interval) {
    let rate = |(hits, trials): (u64, u64)| hits as f64 / trials as f64;
    let (p1, p2) = (rate(first), rate(second));
    let (w1, w2) = (wilson(first.0, first.1, level), wilson(second.0, second.1, level));
    let below = ((p1 - w1.lower).powi(2) + (w2.upper - p2).powi(2)).sqrt();
    let above = ((w1.upper - p1).powi(2) + (p2 - w2.lower).powi(2)).sqrt();
    (p1 - p2, Interval::new(p1 - p2 - below, p1 - p2 + above, level))
}

/// The fewest independent trials that show a rate below `allowed` at one-sided `level` if `hits` failures are seen.
pub fn trials_to_pass(hits: u64, allowed: f64, level: f64) -> u64 {
    let shown = |n: u64| n > hits && beta::cdf(allowed, hits as f64 + 1.0, (n - hits) as f64) > level;
    let mut high = hits + 1;
    while !shown(high) {
        high *= 2;
    }
    let mut low = hits;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if shown(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// Independent trials needed to tell a true rate from the allowed one (two-sided `level`, with `power`).
pub fn trials_to_tell(allowed: f64, truth: f64, level: f64, power: f64) -> f64 {
    let za = normal::quantile(0.5 + 0.5 * level);
    let zb = normal::quantile(power);
    let spread = za * (allowed * (1.0 - allowed)).sqrt() + zb * (truth * (1.0 - truth)).sqrt();
    (spread / (allowed - truth)).powi(2)
}

/// Independent trials needed **per side** to tell two rates apart (two-sided `level`, with `power`).
pub fn trials_to_tell_apart(first: f64, second: f64, level: f64, power: f64) -> f64 {
    let za = normal::quantile(0.5 + 0.5 * level);
    let zb = normal::quantile(power);
    let pooled = 0.5 * (first + second);
    let spread = za * (2.0 * pooled * (1.0 - pooled)).sqrt()
        + zb * (first * (1.0 - first) + second * (1.0 - second)).sqrt();
    (spread / (first - second)).powi(2)
}
