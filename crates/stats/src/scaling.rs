//! Amdahl, Gustafson, Karp–Flatt and efficiency: how much of more hardware arrives.
//!
//! *Question*: is it linear? *Misleads*: "correlation above 0.8" says nothing, a system that gets **slower** with more
//! nodes can have 0.82. Decide by efficiency, or by the slope of log throughput over log size, with its interval.
//!
//! Sources: Amdahl 1967; Gustafson 1988; Karp & Flatt 1990.

use crate::Interval;
use crate::forecast::Line;

/// Speed-up on `size` nodes when the share `serial` cannot be divided (Amdahl).
pub fn amdahl(serial: f64, size: f64) -> f64 {
    1.0 / (serial + (1.0 - serial) / size)
}

/// Speed-up on `size` nodes when the work grows with them (Gustafson).
pub fn gustafson(serial: f64, size: f64) -> f64 {
    size - serial * (size - 1.0)
}

/// The serial share that a measured speed-up on `size` nodes implies (Karp and Flatt).
pub fn karp_flatt(speed_up: f64, size: f64) -> f64 {
    (1.0 / speed_up - 1.0 / size) / (1.0 - 1.0 / size)
}

/// Share of `size` times the throughput of one that was measured.
pub fn efficiency(throughput: f64, size: f64, one: f64) -> f64 {
    throughput / (size * one)
}

/// Whether throughput grows in proportion to size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linearity {
    /// Each doubling brings at least 1.8 times as much, and the interval excludes less.
    Linear,
    /// Each doubling brings clearly less.
    Sublinear,
    /// The levels do not tell.
    Inconclusive,
}

/// Slope of log throughput over log size below which growth is not called linear: a doubling brings 1.8 times.
const LINEAR_SLOPE: f64 = 0.848;

/// Judges linearity by the slope of log throughput over log size; `None` below three levels.
pub fn linearity(sizes: &[f64], throughputs: &[f64], level: f64) -> Option<(Linearity, f64, Interval)> {
    let logs = |v: &[f64]| v.iter().map(|x| x.ln()).collect::<Vec<_>>();
    let line = Line::fit(&logs(sizes), &logs(throughputs))?;
    let interval = line.slope_interval(level);
    let verdict = if interval.lower > LINEAR_SLOPE {
        Linearity::Linear
    } else if interval.upper < LINEAR_SLOPE {
        Linearity::Sublinear
    } else {
        Linearity::Inconclusive
    };
    Some((verdict, line.slope, interval))
}

/// Levels at which efficiency fell by more than `drop` (0.2) from the level before: pairs of sizes.
pub fn efficiency_drops(sizes: &[f64], throughputs: &[f64], drop: f64) -> Vec<(f64, f64)> {
    let Some(one) = sizes.first().zip(throughputs.first()).map(|(n, x)| x / n) else { return Vec::new() };
    let all: Vec<f64> = sizes.iter().zip(throughputs).map(|(n, x)| efficiency(*x, *n, one)).collect();
    (1..all.len()).filter(|i| all[i - 1] - all[*i] > drop).map(|i| (sizes[i - 1], sizes[i])).collect()
}
