//! When things are due: pure integer arithmetic, without a clock and without a thread.
//!
//! [`Arrivals`] answers "when is arrival *i* of the whole test due", [`VuRamp`] answers "when is virtual user
//! *i* of the whole test active", and [`Share`] names the part of either that one worker thread of one
//! instance owns. All shares together are exactly the whole schedule, to the nanosecond and to the index.
//! Nothing here sleeps, counts what really happened, or knows virtual users.

mod rate_ramp;
mod steady;
mod timetable;
mod vu_ramp;

pub use rate_ramp::RateRamp;
pub use steady::Steady;
pub use timetable::Timetable;
pub use vu_ramp::{Span, VuRamp};

use std::sync::Arc;

use model::{Nanos, Stripe};

/// The due times of every arrival of one scenario in the whole test.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// One constant rate.
    Steady(Steady),
    /// Rates that change linearly, stage by stage.
    Ramp(RateRamp),
    /// Legs of even or random arrivals.
    Timetable(Timetable),
}

impl Arrivals {
    /// How many arrivals the whole test has.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self {
            Self::Steady(steady) => steady.count(),
            Self::Ramp(ramp) => ramp.count(),
            Self::Timetable(table) => table.count(),
        }
    }

    /// When arrival `index` (from 0, below [`Self::count`]) is due, from the scenario's start.
    #[must_use]
    pub fn due(&self, index: u64) -> Nanos {
        match self {
            Self::Steady(steady) => steady.due(index),
            Self::Ramp(ramp) => ramp.due(index),
            Self::Timetable(table) => table.due(index),
        }
    }

    /// The rate `at` a time from the scenario's start, in arrivals per second of the whole test.
    ///
    /// For sizing and display only; due times never come from it.
    #[must_use]
    pub fn rate_per_second(&self, at: Nanos) -> f64 {
        match self {
            Self::Steady(steady) => steady.rate_per_second(),
            Self::Ramp(ramp) => ramp.rate_per_second(at),
            Self::Timetable(table) => table.rate_per_second(at),
        }
    }
}

/// The part of a schedule that one worker thread owns: lane `lane` of `lanes` within an instance's stripe.
#[derive(Clone, Debug)]
pub struct Share {
    stripe: Stripe,
    lane: u64,
    lanes: u64,
}

impl Share {
    /// The share of thread `lane` of `lanes` in the instance that owns `stripe`.
    #[must_use]
    pub fn new(stripe: Stripe, lane: u32, lanes: u32) -> Self {
        assert!(lane < lanes, "a lane is one of the lanes");
        Self { stripe, lane: u64::from(lane), lanes: u64::from(lanes) }
    }

    /// The index in the whole test of this share's `nth` item (from 0).
    #[must_use]
    pub fn global(&self, nth: u64) -> u64 {
        self.stripe.global(self.lane.saturating_add(nth.saturating_mul(self.lanes)))
    }
}

/// One arrival of a share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// Its index among all arrivals of the whole test.
    pub index: u64,
    /// When it is due, from the scenario's start.
    pub due: Nanos,
}

/// The arrivals of one share in the order of their due times.
#[derive(Clone, Debug)]
pub struct Walk {
    arrivals: Arc<Arrivals>,
    share: Share,
    nth: u64,
    count: u64,
}

impl Walk {
    /// Starts at the share's first arrival.
    #[must_use]
    pub fn new(arrivals: Arc<Arrivals>, share: Share) -> Self {
        let count = arrivals.count();
        Self { arrivals, share, nth: 0, count }
    }
}

impl Iterator for Walk {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let index = self.share.global(self.nth);
        if index >= self.count {
            return None;
        }
        self.nth += 1;
        Some(Arrival { index, due: self.arrivals.due(index) })
    }
}

#[cfg(test)]
mod tests;
