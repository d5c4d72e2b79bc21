//! Root finding: Brent's method, and the inverse of a distribution function by it.

/// Brent's method on a bracket `[low, high]` where `f` changes sign; `None` when it does not.
///
/// Ends when the bracket is as narrow as floating point allows, or after 200 steps.
pub fn find_root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Option<f64> {
    let (mut a, mut b) = (low, high);
    let (mut fa, mut fb) = (f(a), f(b));
    if fa.is_nan() || fb.is_nan() || fa * fb > 0.0 {
        return None;
    }
    let (mut c, mut fc) = (a, fa);
    let mut step = b - a;
    let mut step_before = step;
    for _ in 0..200 {
        if fc.abs() < fb.abs() {
            (a, fa, b, fb) = (b, fb, c, fc);
            (c, fc) = (a, fa);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + f64::MIN_POSITIVE;
        let half = 0.5 * (c - b);
        if half.abs() <= tolerance || fb == 0.0 {
            break;
        }
        if step_before.abs() < tolerance || fa.abs() <= fb.abs() {
            (step, step_before) = (half, half);
        } else {
            let (p, q) = interpolation(a, fa, b, fb, c, fc);
            let bound = (3.0 * half * q - (tolerance * q).abs()).min((step_before * q).abs());
            if 2.0 * p < bound {
                (step_before, step) = (step, p / q);
            } else {
                (step, step_before) = (half, half);
            }
        }
        (a, fa) = (b, fb);
        b += if step.abs() > tolerance { step } else { tolerance.copysign(half) };
        fb = f(b);
        if (fb > 0.0) == (fc > 0.0) {
            (c, fc) = (a, fa);
            step = b - a;
            step_before = step;
        }
    }
    Some(b)
}

/// The step of inverse quadratic interpolation (or the secant) as a fraction `p / q` with `p ≥ 0`.
fn interpolation(a: f64, fa: f64, b: f64, fb: f64, c: f64, fc: f64) -> (f64, f64) {
    let s = fb / fa;
    let (p, q) = if a == c {
        ((c - b) * s, 1.0 - s)
    } else {
        let (q, r) = (fa / fc, fb / fc);
        (s * ((c - b) * q * (q - r) - (b - a) * (r - 1.0)), (q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    if p > 0.0 { (p, -q) } else { (-p, q) }
}

/// Where a distribution function reaches `p`, between `low` and `high`; `tails` gives both tails at a point.
///
/// Works on the logarithm of the smaller tail, so that far quantiles keep their digits.
pub fn invert_monotone(tails: impl Fn(f64) -> (f64, f64), p: f64, low: f64, high: f64) -> f64 {
    let upper = 1.0 - p;
    let gap = |x: f64| {
        let (below, above) = tails(x);
        if p <= 0.5 {
            below.max(f64::MIN_POSITIVE).ln() - p.ln()
        } else {
            upper.ln() - above.max(f64::MIN_POSITIVE).ln()
        }
    };
    // Halve (in the geometric sense near zero) until the function is tame, then let Brent finish.
    let (mut low, mut high) = (low, high);
    for _ in 0..60 {
        let middle = if low > 0.0 && high > 4.0 * low { (low * high).sqrt() } else { 0.5 * (low + high) };
        let g = gap(middle);
        if g > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
        if g.abs() < 2.0 {
            break;
        }
    }
    find_root(gap, low, high).unwrap_or(0.5 * (low + high))
}
