//! A range of values that is stated with a confidence.

/// From `lower` to `upper`, both included, at confidence `level` (0.95 for 95 %).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end; `-∞` when the data give none.
    pub lower: f64,
    /// The upper end; `∞` when the data give none.
    pub upper: f64,
    /// The confidence it is stated at, between 0 and 1.
    pub level: f64,
}

impl Interval {
    /// An interval of these ends.
    pub fn new(lower: f64, upper: f64, level: f64) -> Self {
        Self { lower, upper, level }
    }

    /// The interval that says nothing.
    pub fn everything(level: f64) -> Self {
        Self::new(f64::NEG_INFINITY, f64::INFINITY, level)
    }

    /// Whether `value` lies inside.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// Whether the interval lies inside `[lower, upper]`.
    pub fn is_inside(&self, lower: f64, upper: f64) -> bool {
        lower <= self.lower && self.upper <= upper
    }

    /// Upper end minus lower end.
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }

    /// The interval of `f` of the value, for an `f` that never falls.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self::new(f(self.lower), f(self.upper), self.level)
    }
}
