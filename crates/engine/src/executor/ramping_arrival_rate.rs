//! `ramping-arrival-rate`: the rate at which iterations start follows a line per stage.

use model::{Executor, Nanos, Scenario, SegmentTuple};

use super::{Work, open};
use crate::schedule::{Arrivals, RateRamp};

pub(super) fn plan(scenario: &Scenario, segment: &SegmentTuple) -> Option<Work> {
    let Executor::RampingArrivalRate { start_rate, time_unit, stages, pre_allocated_vus, max_vus } =
        &scenario.executor
    else {
        return None;
    };
    let arrivals = Arrivals::Ramp(RateRamp::new(*start_rate, *time_unit, stages));
    let length = stages.iter().fold(Nanos::ZERO, |sum, stage| sum + stage.duration.into());
    open(scenario, segment, arrivals, length, (*pre_allocated_vus, *max_vus))
}
