//! Where the engine's time comes from, and how it waits for a point in time.
//!
//! Main types: [`Time`], a source of readings, and [`Alarm`], one precise waiter on it. A run on real
//! threads follows the run's clock; a run inside one async runtime may follow that runtime's time instead,
//! which tests can pause.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux::Precise;

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
use other::Precise;

use model::{Clock, Nanos};
use tokio::time::Instant;

/// The source of the engine's time. Copies tell the same time.
#[derive(Clone, Copy, Debug)]
pub enum Time {
    /// The run's clock.
    Machine(Clock),
    /// The time of the async runtime since this instant; stands still when the runtime's does.
    Runtime(Instant),
}

impl Time {
    /// The runtime's time, starting at zero now.
    #[must_use]
    pub fn of_runtime() -> Self {
        Self::Runtime(Instant::now())
    }

    /// The time now.
    #[must_use]
    #[inline]
    pub fn now(&self) -> Nanos {
        match self {
            Self::Machine(clock) => clock.now(),
            Self::Runtime(origin) => Nanos::from(origin.elapsed()),
        }
    }

    /// Waits until `at`; may end up to two milliseconds late.
    pub async fn sleep_until(&self, at: Nanos) {
        tokio::time::sleep_until(self.instant(at)).await;
    }

    /// A waiter that ends as soon after its time as the machine allows.
    pub(crate) fn alarm(&self) -> Alarm {
        let precise = match self {
            Self::Machine(clock) => Precise::new(*clock).ok(),
            Self::Runtime(_) => None,
        };
        Alarm { time: *self, precise }
    }

    fn instant(&self, at: Nanos) -> Instant {
        const NEVER: Nanos = Nanos::from_secs(100 * 365 * 86_400);
        match self {
            Self::Machine(clock) => Instant::from_std(clock.instant(at)),
            Self::Runtime(origin) => *origin + at.min(NEVER).into(),
        }
    }
}

/// A waiter with the machine's precision, far below a millisecond where it offers it.
///
/// It holds one file descriptor where the system's own timers need one; without it, it waits as roughly as
/// [`Time::sleep_until`].
pub(crate) struct Alarm {
    time: Time,
    precise: Option<Precise>,
}

impl Alarm {
    /// Waits until `at`, never less. Dropping the wait is harmless.
    pub(crate) async fn until(&mut self, at: Nanos) {
        while self.time.now() < at {
            let waited = match &mut self.precise {
                Some(precise) => precise.until(at).await.is_ok(),
                None => false,
            };
            if !waited {
                self.time.sleep_until(at).await;
            }
        }
    }
}
