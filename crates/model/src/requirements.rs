//! How many users a test needs, and for how long.

use std::time::Duration;

use crate::scenario::{Executor, MaxVus, Scenario};
use crate::segment::SegmentTuple;

/// From a point in a scenario's time on, how many users it needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// From the start of the test.
    pub offset: Duration,
    /// Users made before the start.
    pub planned_vus: u64,
    /// Users that may have to be made while the test runs.
    pub max_unplanned_vus: u64,
}

/// The needs of one scenario over time.
#[must_use]
pub fn of(scenario: &Scenario, tuple: &SegmentTuple) -> Vec<Step> {
    let start = scenario.start_time;
    let end = start + scenario.executor.duration() + scenario.graceful_stop;
    let (planned, unplanned) = match &scenario.executor {
        Executor::SharedIterations { vus, .. }
        | Executor::PerVuIterations { vus, .. }
        | Executor::ConstantVus { vus, .. } => (tuple.scale(*vus), 0),
        Executor::ConstantArrivalRate { pre_allocated_vus, max_vus, .. }
        | Executor::RampingArrivalRate { pre_allocated_vus, max_vus, .. }
        | Executor::SteppedArrivalRate { pre_allocated_vus, max_vus, .. } => {
            let planned = tuple.scale(*pre_allocated_vus);
            (planned, tuple.scale(max_vus.limit()).saturating_sub(planned))
        }
        Executor::Timetable { .. } => (0, tuple.scale(MaxVus::Auto.limit())),
        // Users of a ramp come and go; between its start and its end it never needs more than its peak, and
        // reserving the peak keeps the other scenarios' users their own.
        Executor::RampingVus { start_vus, stages, .. } => {
            let peak = stages.iter().map(|stage| stage.target).chain([*start_vus]).max().unwrap_or(0);
            (tuple.scale(peak), 0)
        }
    };
    vec![
        Step { offset: start, planned_vus: planned, max_unplanned_vus: unplanned },
        Step { offset: end, planned_vus: 0, max_unplanned_vus: 0 },
    ]
}

/// The largest sum of `of` over all scenarios at any time.
fn peak(scenarios: &[Scenario], tuple: &SegmentTuple, needs: impl Fn(&Step) -> u64) -> u64 {
    let mut changes: Vec<(Duration, i128)> = Vec::new();
    for scenario in scenarios {
        let mut before = 0i128;
        for step in of(scenario, tuple) {
            let now = i128::from(needs(&step));
            changes.push((step.offset, now - before));
            before = now;
        }
    }
    // What ends at a moment makes room for what starts at it.
    changes.sort_unstable();
    let mut level = 0i128;
    let mut highest = 0i128;
    for (_, change) in changes {
        level += change;
        highest = highest.max(level);
    }
    u64::try_from(highest).unwrap_or(0)
}

/// Users to make before the start.
#[must_use]
pub fn max_planned(scenarios: &[Scenario], tuple: &SegmentTuple) -> u64 {
    peak(scenarios, tuple, |step| step.planned_vus)
}

/// Users that there may be at most.
#[must_use]
pub fn max_possible(scenarios: &[Scenario], tuple: &SegmentTuple) -> u64 {
    peak(scenarios, tuple, |step| step.planned_vus + step.max_unplanned_vus)
}

/// How long the test takes at most, graceful ends included.
#[must_use]
pub fn total_duration(scenarios: &[Scenario]) -> Duration {
    scenarios
        .iter()
        .map(|scenario| scenario.start_time + scenario.executor.duration() + scenario.graceful_stop)
        .max()
        .unwrap_or_default()
}
