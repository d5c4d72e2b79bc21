//! The run's clock: one monotonic time line in nanoseconds, and its relation to wall time.
//!
//! Everything that measures or schedules reads time through [`Clock`]; `Instant::now` is banned elsewhere,
//! so that tests can reason about one source of time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds: a point on the run's clock, or a span between two points.
///
/// Arithmetic saturates, because a span that went below zero is a clock fault, not a panic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Nanos(pub u64);

impl Nanos {
    /// The origin of the clock, or an empty span.
    pub const ZERO: Self = Self(0);
    /// A point that never comes.
    pub const MAX: Self = Self(u64::MAX);

    /// A span of whole milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// A span of whole seconds.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// This span in milliseconds, the unit of every time metric.
    #[must_use]
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// This span in seconds.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The span from `earlier` to `self`; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Debug for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", Duration::from_nanos(self.0))
    }
}

impl Add for Nanos {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Nanos {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Nanos {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.since(other)
    }
}

impl From<Duration> for Nanos {
    fn from(span: Duration) -> Self {
        Self(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Nanos> for Duration {
    fn from(span: Nanos) -> Self {
        Self::from_nanos(span.0)
    }
}

/// A monotonic clock that starts at zero, with the wall time of its origin. Copies tell the same time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    unix_origin_ns: u64,
}

impl Clock {
    /// A clock whose zero is now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn start() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { origin: Instant::now(), unix_origin_ns: Nanos::from(unix).0 }
    }

    /// The time since the clock's origin.
    #[must_use]
    #[inline]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn now(&self) -> Nanos {
        Nanos(Instant::now().duration_since(self.origin).as_nanos() as u64)
    }

    /// Nanoseconds since the Unix epoch at point `at`, as the wall clock stood when this clock started.
    #[must_use]
    pub const fn unix_ns(&self, at: Nanos) -> u64 {
        self.unix_origin_ns.saturating_add(at.0)
    }

    /// The point of this clock as an [`Instant`], for timers; never earlier than the clock's origin.
    #[must_use]
    pub fn instant(&self, at: Nanos) -> Instant {
        // A century ahead is "never" to a timer and stays inside what `Instant` can hold.
        const NEVER: u64 = 100 * 365 * 86_400 * 1_000_000_000;
        self.origin + Duration::from_nanos(at.0.min(NEVER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_saturate() {
        assert_eq!(Nanos(3) - Nanos(5), Nanos::ZERO);
        assert_eq!(Nanos::MAX + Nanos(1), Nanos::MAX);
        assert!((Nanos(1_500_000).as_millis_f64() - 1.5).abs() < f64::EPSILON);
    }

    #[test]
    fn the_clock_moves_forward_and_knows_wall_time() {
        let clock = Clock::start();
        let first = clock.now();
        assert!(clock.now() >= first);
        assert!(clock.unix_ns(first) > 1_600_000_000_000_000_000);
        assert!(clock.instant(Nanos::MAX) > clock.instant(first));
    }
}
