//! The gamma function's logarithm, the regularised incomplete gamma functions, and the gamma distribution.

use super::{invert_monotone, positive};

/// Half the logarithm of 2π.
const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;
/// Where Stirling's series has all digits with six terms.
const STIRLING_FROM: f64 = 10.0;
/// More terms than any parameter up to 10⁷ needs.
const TERMS_MAX: usize = 100_000;

/// Natural logarithm of the gamma function for `x > 0`.
pub fn ln_gamma(x: f64) -> f64 {
    if x <= 0.0 || x.is_nan() {
        return f64::NAN;
    }
    stirling_error(x) + HALF_LN_TWO_PI + (x - 0.5) * x.ln() - x
}

/// What Stirling's formula misses of `ln Γ(x + 1)`, for `x > 0`: small, and therefore without lost digits.
pub fn stirling_error(x: f64) -> f64 {
    let (mut x, mut extra) = (x, 0.0);
    while x < STIRLING_FROM {
        extra += (x + 0.5) * (1.0 / x).ln_1p() - 1.0;
        x += 1.0;
    }
    let s = 1.0 / (x * x);
    let series = 1.0 / 1188.0 - s * (691.0 / 360_360.0);
    let series = 1.0 / 1260.0 - s * (1.0 / 1680.0 - s * series);
    extra + (1.0 / 12.0 - s * (1.0 / 360.0 - s * series)) / x
}

/// The deviance `x ln(x/m) + m − x` of an observation `x` from its expectation `m`.
pub fn deviance(x: f64, m: f64) -> f64 {
    if x == 0.0 {
        return m;
    }
    let d = (x - m) / m;
    if d.abs() < 0.5 { m * ((1.0 + d) * d.ln_1p() - d) } else { x * (x / m).ln() + m - x }
}

/// `xᵃ e⁻ˣ / Γ(a + 1)`.
fn prefix(a: f64, x: f64) -> f64 {
    (-stirling_error(a) - deviance(a, x)).exp() / (std::f64::consts::TAU * a).sqrt()
}

/// Both regularised incomplete gamma functions, `(P(a, x), Q(a, x))`, which add to one.
pub fn regularised(a: f64, x: f64) -> (f64, f64) {
    if !positive(a) || x < 0.0 || x.is_nan() {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if x.is_infinite() {
        return (1.0, 0.0);
    }
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0, 1.0);
        for i in 1..TERMS_MAX {
            term *= x / (a + i as f64);
            sum += term;
            if term < sum * f64::EPSILON * 0.1 {
                break;
            }
        }
        let lower = (prefix(a, x) * sum).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (prefix(a, x) * a * upper_fraction(a, x)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// Lentz's evaluation of the continued fraction of `Γ(a, x) eˣ x⁻ᵃ`.
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..TERMS_MAX {
        let an = -(i as f64) * (i as f64 - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}

/// Probability that a gamma variable of shape `a` and scale 1 is at most `x`.
pub fn cdf(x: f64, a: f64) -> f64 {
    regularised(a, x.max(0.0)).0
}

/// Probability that a gamma variable of shape `a` and scale 1 exceeds `x`.
pub fn sf(x: f64, a: f64) -> f64 {
    regularised(a, x.max(0.0)).1
}

/// The value that a gamma variable of shape `a` and scale 1 stays below with probability `p`.
pub fn quantile(p: f64, a: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || !positive(a) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let mut high = a + 10.0 * a.sqrt() + 10.0;
    while sf(high, a) > 1.0 - p {
        high *= 2.0;
    }
    invert_monotone(|x| regularised(a, x), p, 0.0, high)
}
