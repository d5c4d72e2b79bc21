//! The limit on requests a second that all users of a process share.

use std::sync::atomic::{AtomicU64, Ordering};

use model::{Clock, Nanos};

/// Hands out turns at a fixed distance; who comes late does not make others hurry.
#[derive(Debug)]
pub struct RateLimit {
    interval: Nanos,
    next: AtomicU64,
}

impl RateLimit {
    /// A limit of `per_second` requests; `None` when that is no limit.
    #[must_use]
    pub fn new(per_second: u64) -> Option<Self> {
        let interval = 1_000_000_000_u64.checked_div(per_second)?;
        Some(Self { interval: Nanos(interval), next: AtomicU64::new(0) })
    }

    /// Takes the next turn, and says when it is.
    pub(crate) fn take(&self, now: Nanos) -> Nanos {
        let (after, interval) = (now.0, self.interval.0);
        let turn = |next: u64| next.max(after);
        let taken = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            Some(turn(next).saturating_add(interval))
        });
        Nanos(turn(taken.unwrap_or_default()))
    }

    /// Waits for a turn.
    pub(crate) async fn wait(&self, clock: &Clock) {
        let now = clock.now();
        let turn = self.take(now);
        if turn > now {
            tokio::time::sleep_until(tokio::time::Instant::from_std(clock.instant(turn))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_keep_their_distance_and_none_is_saved_up() {
        let limit = RateLimit::new(10).unwrap();
        let second = 1_000_000_000;
        let turns: Vec<u64> = [second, second, second, 3 * second, 3 * second]
            .map(|now| limit.take(Nanos(now)).0 / 1_000_000)
            .to_vec();
        assert_eq!(turns, [1000, 1100, 1200, 3000, 3100]);
        assert!(RateLimit::new(0).is_none());
    }
}
