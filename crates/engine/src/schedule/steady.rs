//! A constant arrival rate: arrival *i* is due at `i × unit / rate`, rounded down to the nanosecond.
//!
//! Main type: [`Steady`]. The quotient is taken once per arrival, so no rounding error adds up.

use std::time::Duration;

use model::Nanos;

/// Arrivals at a constant rate over a fixed time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Steady {
    rate: u64,
    unit_ns: u64,
    count: u64,
}

impl Steady {
    /// `rate` arrivals per `unit` for `duration`; the first is due at once, none at the very end.
    #[must_use]
    pub fn new(rate: u64, unit: Duration, duration: Duration) -> Self {
        let unit_ns = Nanos::from(unit).0.max(1);
        // Arrival i is inside while i × unit / rate < duration, that is for i < duration × rate / unit.
        let count = (u128::from(Nanos::from(duration).0) * u128::from(rate)).div_ceil(u128::from(unit_ns));
        Self { rate, unit_ns, count: u64::try_from(count).unwrap_or(u64::MAX) }
    }

    /// How many arrivals there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// When arrival `index` is due, from the start.
    #[must_use]
    pub fn due(&self, index: u64) -> Nanos {
        let at = u128::from(index) * u128::from(self.unit_ns) / u128::from(self.rate.max(1));
        Nanos(u64::try_from(at).unwrap_or(u64::MAX))
    }

    /// The rate in arrivals per second.
    #[must_use]
    pub fn rate_per_second(&self) -> f64 {
        self.rate as f64 * 1e9 / self.unit_ns as f64
    }
}
