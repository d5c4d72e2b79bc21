//! The chi-squared distribution.

use super::gamma;

/// Probability of a value at most `x` with `df` degrees of freedom.
pub fn cdf(x: f64, df: f64) -> f64 {
    gamma::cdf(0.5 * x, 0.5 * df)
}

/// Probability of a value above `x` with `df` degrees of freedom.
pub fn sf(x: f64, df: f64) -> f64 {
    gamma::sf(0.5 * x, 0.5 * df)
}

/// The value that a chi-squared variable with `df` degrees of freedom stays below with probability `p`.
pub fn quantile(p: f64, df: f64) -> f64 {
    2.0 * gamma::quantile(p, 0.5 * df)
}
