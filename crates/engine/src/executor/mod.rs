//! Executors: what a scenario's configuration asks of this instance, as data that the drivers carry out.
//!
//! Main type: [`Work`]. Each executor is one file and one row of [`EXECUTORS`]; it turns its configuration and
//! the instance's share of the load into stays of virtual users and a supply of iterations, or a schedule of
//! arrivals. Nothing here runs anything: the drivers in `worker` do.

mod constant_arrival_rate;
mod constant_vus;
mod per_vu_iterations;
mod ramping_arrival_rate;
mod ramping_vus;
mod shared_iterations;
mod stepped_arrival_rate;
mod timetable;

use std::sync::Arc;
use std::time::Duration;

use model::{MaxVus, Nanos, Scenario, SegmentTuple};

use crate::schedule::{Arrivals, Span};

/// One executor.
pub struct Row {
    /// Its name in a script's options.
    pub kind: &'static str,
    plan: fn(&Scenario, &SegmentTuple) -> Option<Work>,
}

/// Every executor, alphabetic.
pub static EXECUTORS: &[Row] = &[
    Row { kind: "constant-arrival-rate", plan: constant_arrival_rate::plan },
    Row { kind: "constant-vus", plan: constant_vus::plan },
    Row { kind: "per-vu-iterations", plan: per_vu_iterations::plan },
    Row { kind: "ramping-arrival-rate", plan: ramping_arrival_rate::plan },
    Row { kind: "ramping-vus", plan: ramping_vus::plan },
    Row { kind: "shared-iterations", plan: shared_iterations::plan },
    Row { kind: "stepped-arrival-rate", plan: stepped_arrival_rate::plan },
    Row { kind: "timetable", plan: timetable::plan },
];

/// What one instance has to do for a scenario. Times count from the scenario's start.
#[derive(Clone, Debug)]
pub struct Work {
    /// The virtual users it takes, planned ahead.
    pub stays: Vec<Stay>,
    /// Its length without the graceful stop.
    pub length: Nanos,
    /// When the last iteration is interrupted at the latest.
    pub kill: Nanos,
    /// What makes its users iterate.
    pub drive: Drive,
}

/// What makes the users of a scenario iterate.
#[derive(Clone, Debug)]
pub enum Drive {
    /// Each user starts its next iteration when the last has ended.
    Closed {
        /// Where iterations come from.
        supply: Supply,
        /// Whether the scenario lasts its whole length though no user is left, as ramps that come back do.
        whole_length: bool,
    },
    /// Iterations start when they are due, whatever the users do.
    Open {
        /// When they are due, in the whole test.
        arrivals: Arc<Arrivals>,
        /// How many users this instance may have for them.
        growth: Growth,
    },
}

/// Where the iterations of a closed scenario come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Supply {
    /// There is always another.
    Endless,
    /// Each user has this many.
    Each(u64),
    /// All users of the instance share this many.
    Shared(u64),
}

/// How many users an arrival rate may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Growth {
    /// At most this many.
    UpTo(u64),
    /// As many as the observed durations call for.
    Auto,
    /// One for each arrival that finds nobody idle, at once: no arrival is dropped.
    OnDemand,
}

/// The time one virtual user is set aside for a scenario.
#[derive(Clone, Debug)]
pub struct Stay {
    /// When it may start iterations.
    pub spans: Arc<[Span]>,
    /// When its last iteration is interrupted.
    pub kill: Nanos,
}

impl Stay {
    /// When the user is first needed.
    #[must_use]
    pub fn from(&self) -> Nanos {
        self.spans.first().map_or(Nanos::ZERO, |span| span.from)
    }
}

impl Work {
    /// The share of `scenario` that the instance with `segment` has; nothing to do is `None`.
    #[must_use]
    pub fn of(scenario: &Scenario, segment: &SegmentTuple) -> Option<Self> {
        let kind = scenario.executor.kind();
        let row = EXECUTORS.iter().find(|row| row.kind == kind)?;
        (row.plan)(scenario, segment)
    }

    /// How many iterations this instance has in all, where that is known before.
    #[must_use]
    pub fn total_iterations(&self) -> Option<u64> {
        match self.drive {
            Drive::Closed { supply: Supply::Each(each), .. } => Some(each * self.stays.len() as u64),
            Drive::Closed { supply: Supply::Shared(all), .. } => Some(all),
            Drive::Closed { supply: Supply::Endless, .. } | Drive::Open { .. } => None,
        }
    }

    /// The largest number of users it can come to have, as far as that is bounded.
    #[must_use]
    pub fn vus_max(&self) -> u64 {
        let planned = self.stays.len() as u64;
        match self.drive {
            Drive::Open { growth: Growth::UpTo(most), .. } => planned.max(most),
            Drive::Open { growth: Growth::Auto | Growth::OnDemand, .. } => u64::MAX,
            Drive::Closed { .. } => planned,
        }
    }
}

/// `vus` users from start to end of a scenario of fixed length.
fn throughout(vus: u64, length: Nanos, kill: Nanos) -> Vec<Stay> {
    let spans: Arc<[Span]> = [Span { from: Nanos::ZERO, until: length }].into();
    (0..vus).map(|_| Stay { spans: spans.clone(), kill }).collect()
}

/// Users that iterate back to back for `length` at most.
fn closed(scenario: &Scenario, vus: u64, length: Duration, supply: Supply) -> Option<Work> {
    let length = Nanos::from(length);
    let kill = length + scenario.graceful_stop.into();
    let drive = Drive::Closed { supply, whole_length: false };
    (vus > 0).then(|| Work { stays: throughout(vus, length, kill), length, kill, drive })
}

/// Arrivals over `length`, with this instance's share of the users configured for the whole test.
fn open(
    scenario: &Scenario,
    segment: &SegmentTuple,
    arrivals: Arrivals,
    length: Nanos,
    (pre_allocated, max): (u64, MaxVus),
) -> Option<Work> {
    let kill = length + scenario.graceful_stop.into();
    let growth = match max {
        MaxVus::Fixed(most) => Growth::UpTo(segment.scale(most)),
        MaxVus::Auto => Growth::Auto,
    };
    let stays = throughout(segment.scale(pre_allocated), length, kill);
    let work = Work { stays, length, kill, drive: Drive::Open { arrivals: Arc::new(arrivals), growth } };
    (work.vus_max() > 0).then_some(work)
}
