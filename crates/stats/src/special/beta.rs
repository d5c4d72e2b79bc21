//! The regularised incomplete beta function and the beta distribution: the root of most intervals here.

use super::gamma::{deviance, ln_gamma, stirling_error};
use super::{invert_monotone, positive};

/// More terms than any parameter up to 10⁷ needs.
const TERMS_MAX: usize = 100_000;

/// Natural logarithm of the beta function for positive arguments.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    if a.max(b) < 1e4 {
        return ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    }
    // B(a,b) = (a+b)/(ab) · a! b!/(a+b)!, with the factorials in Stirling's form so that the large parts cancel exactly.
    let n = a + b;
    stirling_error(a) + stirling_error(b) - stirling_error(n)
        + 0.5 * (std::f64::consts::TAU * n / (a * b)).ln()
        - a * (b / a).ln_1p()
        - b * (a / b).ln_1p()
}

/// `xᵃ yᵇ (a+b)! / (a! b!)` with `y = 1 − x`: the binomial probability, for real counts.
pub(super) fn binomial_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    ln_binomial_term(a, b, x, y).exp()
}

/// The logarithm of [`binomial_term`].
fn ln_binomial_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    if a == 0.0 {
        return n * (-x).ln_1p();
    }
    if b == 0.0 {
        return n * (-y).ln_1p();
    }
    stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y)
        + 0.5 * (n / (std::f64::consts::TAU * a * b)).ln()
}

/// Both tails of a beta(`a`, `b`) variable at `x`: `(I_x(a,b), 1 − I_x(a,b))`.
pub fn tails(x: f64, a: f64, b: f64) -> (f64, f64) {
    if !positive(a) || !positive(b) || x.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x >= 1.0 {
        return (1.0, 0.0);
    }
    let y = 1.0 - x;
    let front = binomial_term(a, b, x, y) * a * b / (a + b);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (front * fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (front * fraction(b, a, y) / b).min(1.0);
        (1.0 - upper, upper)
    }
}

/// Lentz's evaluation of the continued fraction of the incomplete beta function.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let keep = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..TERMS_MAX {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// Probability that a beta(`a`, `b`) variable is at most `x`.
pub fn cdf(x: f64, a: f64, b: f64) -> f64 {
    tails(x, a, b).0
}

/// Probability that a beta(`a`, `b`) variable exceeds `x`.
pub fn sf(x: f64, a: f64, b: f64) -> f64 {
    tails(x, a, b).1
}

/// Logarithm of the probability that a beta(`a`, `b`) variable exceeds `x`, also where that is too small for a float.
pub fn ln_sf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 || x < (a + 1.0) / (a + b + 2.0) {
        return sf(x, a, b).ln();
    }
    ln_binomial_term(a, b, x, 1.0 - x) + (a / (a + b) * fraction(b, a, 1.0 - x)).ln()
}

/// The value that a beta(`a`, `b`) variable stays below with probability `p`.
pub fn quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !positive(a) || !positive(b) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    invert_monotone(|x| tails(x, a, b), p, 0.0, 1.0)
}
