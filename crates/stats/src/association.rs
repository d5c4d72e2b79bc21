//! Whether two series go together, when both resemble their own past.
//!
//! *Question*: does latency follow this resource? *How*: correlation judged with the number of independent values that both
//! series are worth (Bartlett), and Bonferroni's correction over the lags tried. *Misleads* as a cause: load drives
//! everything. Without the correction half of all unrelated AR(0.9) pairs are "significant", and nearly all after a scan
//! over 21 lags.
//!
//! Source: Bartlett 1935.

use crate::describe::{autocorrelation, correlation};
use crate::special::student;

/// A correlation and how surprising it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Association {
    /// Pearson's correlation.
    pub r: f64,
    /// Steps that the second series is behind the first.
    pub lag: usize,
    /// How many independent pairs the series are worth.
    pub effective: f64,
    /// Two-sided p-value, corrected for the lags tried.
    pub p_value: f64,
}

/// Correlation of series of the same length; `None` below eight values.
pub fn associate(x: &[f64], y: &[f64]) -> Option<Association> {
    if x.len() != y.len() || x.len() < 8 {
        return None;
    }
    let shared = (autocorrelation(x, 1) * autocorrelation(y, 1)).clamp(-0.999, 0.999);
    let n = x.len() as f64;
    let effective = (n * (1.0 - shared) / (1.0 + shared)).min(n);
    let r = correlation(x, y);
    let df = effective - 2.0;
    let p_value = if df < 1.0 {
        1.0
    } else if r.abs() >= 1.0 {
        0.0
    } else {
        student::two_sided(r * (df / (1.0 - r * r)).sqrt(), df)
    };
    Some(Association { r, lag: 0, effective, p_value })
}

/// The strongest correlation with `y` up to `lag_max` steps behind `x`.
pub fn associate_lagged(x: &[f64], y: &[f64], lag_max: usize) -> Option<Association> {
    let mut best: Option<Association> = None;
    for lag in 0..=lag_max.min(x.len().saturating_sub(8)) {
        let found = associate(&x[..x.len() - lag], &y[lag..])?;
        if best.is_none_or(|b| found.p_value < b.p_value) {
            best = Some(Association { lag, ..found });
        }
    }
    best.map(|b| Association { p_value: (b.p_value * (lag_max + 1) as f64).min(1.0), ..b })
}
