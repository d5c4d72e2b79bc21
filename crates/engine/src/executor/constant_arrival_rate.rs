//! `constant-arrival-rate`: iterations start at a fixed rate, whatever the users do.

use model::{Executor, Scenario, SegmentTuple};

use super::{Work, open};
use crate::schedule::{Arrivals, Steady};

pub(super) fn plan(scenario: &Scenario, segment: &SegmentTuple) -> Option<Work> {
    let Executor::ConstantArrivalRate { rate, time_unit, duration, pre_allocated_vus, max_vus } =
        &scenario.executor
    else {
        return None;
    };
    let arrivals = Arrivals::Steady(Steady::new(*rate, *time_unit, *duration));
    open(scenario, segment, arrivals, (*duration).into(), (*pre_allocated_vus, *max_vus))
}
