//! `stepped-arrival-rate`: the rate at which iterations start rises in equal steps, each held for a while.

use model::{Executor, Nanos, Scenario, SegmentTuple};

use super::{Work, open};
use crate::schedule::{Arrivals, RateRamp};

pub(super) fn plan(scenario: &Scenario, segment: &SegmentTuple) -> Option<Work> {
    let Executor::SteppedArrivalRate {
        start_rate,
        step_rate,
        step_duration,
        steps,
        time_unit,
        pre_allocated_vus,
        max_vus,
    } = &scenario.executor
    else {
        return None;
    };
    let stairs = RateRamp::stairs(*start_rate, *step_rate, *steps, *step_duration, *time_unit);
    let length = Nanos(Nanos::from(*step_duration).0.saturating_mul(*steps));
    open(scenario, segment, Arrivals::Ramp(stairs), length, (*pre_allocated_vus, *max_vus))
}
