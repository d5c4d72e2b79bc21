//! Precise waiting with the kernel's high-resolution timers, through the runtime's own poll.
//!
//! Main type: [`Precise`]. The runtime's timers tick once a millisecond; a timer descriptor does not.

use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::time::Duration;

use model::{Clock, Nanos};
use nix::sys::time::TimeSpec;
use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// One kernel timer.
pub(super) struct Precise {
    clock: Clock,
    timer: AsyncFd<Descriptor>,
}

/// The timer's descriptor, in the form that the runtime watches.
struct Descriptor(TimerFd);

impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

impl Precise {
    /// A timer that is not set; fails when descriptors run out.
    #[expect(
        deprecated,
        reason = "the successor is an unsafe function, and what it asks for holds: the timer owns its descriptor"
    )]
    pub(super) fn new(clock: Clock) -> io::Result<Self> {
        let timer =
            TimerFd::new(ClockId::CLOCK_MONOTONIC, TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC)?;
        Ok(Self { clock, timer: AsyncFd::with_interest(Descriptor(timer), Interest::READABLE)? })
    }

    /// Waits once for the timer; the caller looks at the clock again.
    pub(super) async fn until(&mut self, at: Nanos) -> io::Result<()> {
        let span = at.since(self.clock.now());
        if span == Nanos::ZERO {
            return Ok(());
        }
        let expiration = Expiration::OneShot(TimeSpec::from_duration(Duration::from(span)));
        self.timer.get_ref().0.set(expiration, TimerSetTimeFlags::empty())?;
        loop {
            let mut ready = self.timer.readable().await?;
            match ready.try_io(|timer| timer.get_ref().0.wait().map_err(io::Error::from)) {
                Ok(outcome) => return outcome,
                // Readiness was left over from a wait that was dropped; setting the timer took it back.
                Err(_would_block) => {}
            }
        }
    }
}
