//! Student's t distribution.

use super::{beta, positive};

/// Probability of a value above `t` with `df` degrees of freedom.
pub fn sf(t: f64, df: f64) -> f64 {
    if t.is_infinite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    // Ask for the argument that is not rounded to 1.
    let (inside, outside) = if t * t < df {
        beta::tails(t * t / (df + t * t), 0.5, 0.5 * df)
    } else {
        let (outside, inside) = beta::tails(df / (df + t * t), 0.5 * df, 0.5);
        (inside, outside)
    };
    if t >= 0.0 { 0.5 * outside } else { 0.5 + 0.5 * inside }
}

/// Probability of a value at most `t` with `df` degrees of freedom.
pub fn cdf(t: f64, df: f64) -> f64 {
    sf(-t, df)
}

/// Two-sided p-value of a t score with `df` degrees of freedom.
pub fn two_sided(t: f64, df: f64) -> f64 {
    (2.0 * sf(t.abs(), df)).min(1.0)
}

/// The value that a t variable with `df` degrees of freedom stays below with probability `p`.
pub fn quantile(p: f64, df: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !positive(df) {
        return f64::NAN;
    }
    if p == 0.5 {
        return 0.0;
    }
    let outside = 2.0 * p.min(1.0 - p);
    if outside == 0.0 {
        return if p < 0.5 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // x = df/(df+t²) is beta(df/2, 1/2); its complement is asked for where it has more digits.
    let square = if outside < 0.5 {
        let x = beta::quantile(outside, 0.5 * df, 0.5);
        df * (1.0 - x) / x
    } else {
        let y = beta::quantile(1.0 - outside, 0.5, 0.5 * df);
        df * y / (1.0 - y)
    };
    if p < 0.5 { -square.sqrt() } else { square.sqrt() }
}
