//! The normal distribution of mean 0 and standard deviation 1.

use super::gamma::regularised;

/// Density at `x`.
pub fn pdf(x: f64) -> f64 {
    (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
}

/// Probability of a value at most `x`.
pub fn cdf(x: f64) -> f64 {
    sf(-x)
}

/// Probability of a value above `x`, with all digits far out in the tail.
pub fn sf(x: f64) -> f64 {
    let (inner, outer) = regularised(0.5, 0.5 * x * x);
    if x >= 0.0 { 0.5 * outer } else { 0.5 + 0.5 * inner }
}

/// Two-sided p-value of a z score.
pub fn two_sided(z: f64) -> f64 {
    (2.0 * sf(z.abs())).min(1.0)
}

/// The value that a normal variable stays below with probability `p`.
pub fn quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    if p == 0.5 {
        return 0.0;
    }
    let tail = p.min(1.0 - p);
    // Abramowitz & Stegun 26.2.23 (error below 4.5e-4), polished by Halley's method.
    let t = (-2.0 * tail.ln()).sqrt();
    let mut x = t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    for _ in 0..4 {
        let u = (tail - sf(x)) / pdf(x);
        x -= u / (1.0 + 0.5 * u * x);
    }
    if p < 0.5 { -x } else { x }
}
