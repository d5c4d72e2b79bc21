//! Comparing floats.

/// Fails unless `got` is within `tolerance` (absolute) of `expected`.
#[track_caller]
pub fn near(what: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{what}: {got} instead of {expected} ± {tolerance}");
}

/// Fails unless `got` is within a relative `tolerance` of `expected`.
#[track_caller]
pub fn relative(what: &str, got: f64, expected: f64, tolerance: f64) {
    near(what, got, expected, tolerance * expected.abs());
}

/// Fails unless both ends are within `tolerance` (absolute).
#[track_caller]
pub fn ends(what: &str, got: plimsoll_stats::Interval, lower: f64, upper: f64, tolerance: f64) {
    near(&format!("{what}, lower end"), got.lower, lower, tolerance);
    near(&format!("{what}, upper end"), got.upper, upper, tolerance);
}
