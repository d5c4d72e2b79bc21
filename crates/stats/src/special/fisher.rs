//! Fisher's F distribution.

use super::beta;

/// Probability of a value at most `x` with `d1` and `d2` degrees of freedom.
pub fn cdf(x: f64, d1: f64, d2: f64) -> f64 {
    tails(x, d1, d2).0
}

/// Probability of a value above `x` with `d1` and `d2` degrees of freedom.
pub fn sf(x: f64, d1: f64, d2: f64) -> f64 {
    tails(x, d1, d2).1
}

/// Both tails at `x`, from the argument that is not rounded to 1.
fn tails(x: f64, d1: f64, d2: f64) -> (f64, f64) {
    if d1 * x < d2 {
        beta::tails(d1 * x / (d1 * x + d2), 0.5 * d1, 0.5 * d2)
    } else {
        let (upper, lower) = beta::tails(d2 / (d1 * x + d2), 0.5 * d2, 0.5 * d1);
        (lower, upper)
    }
}

/// The value that an F variable with `d1` and `d2` degrees of freedom stays below with probability `p`.
pub fn quantile(p: f64, d1: f64, d2: f64) -> f64 {
    if p < 0.5 {
        let y = beta::quantile(p, 0.5 * d1, 0.5 * d2);
        d2 * y / (d1 * (1.0 - y))
    } else {
        let y = beta::quantile(1.0 - p, 0.5 * d2, 0.5 * d1);
        d2 * (1.0 - y) / (d1 * y)
    }
}
