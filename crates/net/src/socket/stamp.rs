//! From the kernel's wall-clock timestamps to the run's clock.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use model::{Clock, Nanos};

/// A point on the machine's wall clock: nanoseconds since the Unix epoch, as the kernel stamps packets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct WallNanos(pub u64);

/// How long a measured difference between the two clocks is trusted: wall clocks are slewed and stepped.
const TRUSTED: Nanos = Nanos::from_millis(100);
/// How far past `seen` a stamp may lie before it is disbelieved: the difference is known no better.
const TOLERANCE: Nanos = Nanos(50_000);

/// Turns timestamps of the wall clock into points of the run's clock. One per thread.
#[derive(Debug)]
pub(crate) struct StampClock {
    clock: Clock,
    /// Wall clock minus run clock, in nanoseconds.
    offset: Cell<u64>,
    measured: Cell<Nanos>,
    refused: Cell<u64>,
}

impl StampClock {
    pub(crate) fn new(clock: Clock) -> Self {
        let stamps =
            Self { clock, offset: Cell::new(0), measured: Cell::new(Nanos::ZERO), refused: Cell::new(0) };
        stamps.measure();
        stamps
    }

    /// Measures the difference between the clocks, between two close readings of the run's.
    fn measure(&self) {
        let mut best = Nanos::MAX;
        for _ in 0..3 {
            let before = self.clock.now();
            let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let after = self.clock.now();
            if after - before < best {
                best = after - before;
                let middle = before.0.midpoint(after.0);
                self.offset.set(Nanos::from(wall).0.saturating_sub(middle));
                self.measured.set(after);
            }
        }
    }

    /// The stamp on the run's clock, given that it was received between `since` and `seen`; `None` when it
    /// cannot have been, because the wall clock was stepped or the stamp is of earlier bytes.
    pub(crate) fn place(&self, stamp: WallNanos, since: Nanos, seen: Nanos) -> Option<Nanos> {
        if seen - self.measured.get() > TRUSTED {
            self.measure();
        }
        let placed = self.checked(stamp, since, seen).or_else(|| {
            self.measure();
            self.checked(stamp, since, seen)
        });
        if placed.is_none() {
            self.refused.set(self.refused.get() + 1);
        }
        placed
    }

    fn checked(&self, stamp: WallNanos, since: Nanos, seen: Nanos) -> Option<Nanos> {
        let at = Nanos(stamp.0.checked_sub(self.offset.get())?);
        (at + TOLERANCE >= since && at <= seen + TOLERANCE).then(|| at.clamp(since, seen))
    }

    /// How many stamps were not believed.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_lands_between_the_readings_around_it() {
        let clock = Clock::start();
        let stamps = StampClock::new(clock);
        let before = clock.now();
        let wall = WallNanos(Nanos::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap()).0);
        let after = clock.now();
        let placed = stamps.place(wall, before, after).unwrap();
        assert!(before <= placed && placed <= after);
        assert_eq!(stamps.refused(), 0);
    }

    #[test]
    fn impossible_stamps_are_refused_and_counted() {
        let clock = Clock::start();
        let stamps = StampClock::new(clock);
        let now = clock.now();
        let wall = clock.unix_ns(now);
        for wrong in [0, wall - 1_000_000_000, wall + 1_000_000_000, u64::MAX] {
            assert_eq!(stamps.place(WallNanos(wrong), now, now), None);
        }
        assert_eq!(stamps.refused(), 4);
    }
}
