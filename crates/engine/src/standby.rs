//! The idle users of an arrival-rate scenario, counted over all threads, and when to have more of them.
//!
//! Main type: [`Standby`]. The users themselves wait in a queue on their own thread; here is only how many
//! each thread has that nobody has claimed. A claim is one atomic step, so an arrival can be sent to another
//! thread in the certainty that a user waits there.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use model::{MaxVus, Nanos, SegmentTuple};

use crate::control::Tally;
use crate::executor::Growth;

/// Room above what Little's law asks for on average, because arrivals and durations vary.
const AUTO_HEADROOM: f64 = 1.2;

/// Idle users of one scenario.
#[derive(Debug)]
pub(crate) struct Standby {
    /// Unclaimed idle users of each thread.
    free: Box<[Tally]>,
    growth: Growth,
    /// This instance's part of the whole test's rate.
    part: f64,
    growing: AtomicBool,
    warned: AtomicBool,
    finished: AtomicU64,
    busy_ns: AtomicU64,
}

/// What to do about an arrival that found nobody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wish {
    /// Make one more user; the caller has the right to, until [`Standby::grown`].
    Another,
    /// One is being made already.
    UnderWay,
    /// There may not be more; `first` when nobody has said so yet.
    Full {
        /// Whether this is the time to warn.
        first: bool,
    },
}

impl Standby {
    /// Nobody is idle yet on any of `threads` threads.
    pub(crate) fn new(growth: Growth, threads: u32, segment: &SegmentTuple) -> Self {
        const WHOLE: u64 = 1 << 32;
        Self {
            free: (0..threads).map(|_| Tally::default()).collect(),
            growth,
            part: segment.scale(WHOLE) as f64 / WHOLE as f64,
            growing: AtomicBool::new(false),
            warned: AtomicBool::new(false),
            finished: AtomicU64::new(0),
            busy_ns: AtomicU64::new(0),
        }
    }

    /// Claims an idle user of `thread`.
    pub(crate) fn claim(&self, thread: u32) -> bool {
        let free = &self.free[thread as usize].0;
        free.fetch_update(Relaxed, Relaxed, |free| free.checked_sub(1)).is_ok()
    }

    /// Claims an idle user of any thread but `thread`, the next ones first.
    pub(crate) fn claim_elsewhere(&self, thread: u32) -> Option<u32> {
        let threads = self.free.len() as u32;
        (1..threads).map(|step| (thread + step) % threads).find(|&other| self.claim(other))
    }

    /// One more user of `thread` is idle.
    pub(crate) fn offer(&self, thread: u32) {
        self.free[thread as usize].0.fetch_add(1, Relaxed);
    }

    /// Idle users of all threads.
    pub(crate) fn idle(&self) -> u64 {
        self.free.iter().map(|free| free.0.load(Relaxed)).sum()
    }

    /// Whether [`Self::observe`] is of use.
    pub(crate) fn is_auto(&self) -> bool {
        self.growth == Growth::Auto
    }

    /// Whether an arrival that finds nobody gets a user of its own at once.
    pub(crate) fn is_on_demand(&self) -> bool {
        self.growth == Growth::OnDemand
    }

    /// Notes how long an iteration kept its user.
    pub(crate) fn observe(&self, duration: Nanos) {
        self.finished.fetch_add(1, Relaxed);
        self.busy_ns.fetch_add(duration.0, Relaxed);
    }

    /// Asks for one more user after an arrival found none of `vus`. `rate` is the whole test's, per second.
    pub(crate) fn wish(&self, vus: u64, rate: f64) -> Wish {
        let most = match self.growth {
            Growth::UpTo(most) => most,
            // Nobody was idle, so there are too few by one at least, whatever the average says.
            Growth::OnDemand => u64::MAX,
            Growth::Auto => self.called_for(rate).max(vus + 1).min(MaxVus::Auto.limit()),
        };
        self.below(vus, most)
    }

    /// Asks for one more user though nobody was missed: with automatic growth, up to what Little's law calls
    /// for, so that a known need is not met by one drop after the other.
    pub(crate) fn wish_ahead(&self, vus: u64, rate: f64) -> Wish {
        match self.growth {
            Growth::Auto if vus < self.called_for(rate).min(MaxVus::Auto.limit()) => {
                self.below(vus, MaxVus::Auto.limit())
            }
            _ => Wish::UnderWay,
        }
    }

    fn below(&self, vus: u64, most: u64) -> Wish {
        if vus >= most {
            return Wish::Full { first: !self.warned.swap(true, Relaxed) };
        }
        if self.growing.swap(true, Relaxed) { Wish::UnderWay } else { Wish::Another }
    }

    /// The user that was wished for is there, or will not come.
    pub(crate) fn grown(&self) {
        self.growing.store(false, Relaxed);
    }

    fn called_for(&self, rate: f64) -> u64 {
        let finished = self.finished.load(Relaxed).max(1);
        let mean_s = self.busy_ns.load(Relaxed) as f64 / finished as f64 / 1e9;
        users_called_for(rate * self.part, mean_s)
    }
}

/// Little's law with headroom: the users that `rate` arrivals a second of `mean_s` seconds keep busy.
fn users_called_for(rate: f64, mean_s: f64) -> u64 {
    (rate * mean_s * AUTO_HEADROOM).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standby(growth: Growth) -> Standby {
        Standby::new(growth, 3, &SegmentTuple::full())
    }

    #[test]
    fn claims_never_exceed_offers() {
        let standby = standby(Growth::UpTo(5));
        assert!(!standby.claim(0));
        standby.offer(0);
        standby.offer(2);
        assert_eq!(standby.claim_elsewhere(0), Some(2));
        assert_eq!(standby.claim_elsewhere(0), None, "its own users are not elsewhere");
        assert!(standby.claim(0));
        assert_eq!(standby.idle(), 0);
    }

    #[test]
    fn grows_one_at_a_time_and_warns_once() {
        let standby = standby(Growth::UpTo(2));
        assert_eq!(standby.wish(1, 10.0), Wish::Another);
        assert_eq!(standby.wish(1, 10.0), Wish::UnderWay);
        standby.grown();
        assert_eq!(standby.wish(2, 10.0), Wish::Full { first: true });
        assert_eq!(standby.wish(2, 10.0), Wish::Full { first: false });
    }

    #[test]
    fn automatic_growth_follows_littles_law() {
        assert_eq!(users_called_for(100.0, 0.5), 60);
        let standby = standby(Growth::Auto);
        assert_eq!(
            standby.wish(1, 100.0),
            Wish::Another,
            "a drop calls for one more before anything is known"
        );
        standby.grown();
        standby.observe(Nanos::from_millis(500));
        assert_eq!(standby.wish_ahead(59, 100.0), Wish::Another);
        standby.grown();
        assert_eq!(standby.wish_ahead(60, 100.0), Wish::UnderWay, "enough for the average");
        assert_eq!(standby.wish(MaxVus::Auto.limit(), 100.0), Wish::Full { first: true });
    }
}
