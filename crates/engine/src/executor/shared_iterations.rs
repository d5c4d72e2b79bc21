//! `shared-iterations`: all users draw from one number of iterations; fast users do more of them.

use model::{Executor, Scenario, SegmentTuple};

use super::{Supply, Work, closed};

pub(super) fn plan(scenario: &Scenario, segment: &SegmentTuple) -> Option<Work> {
    let Executor::SharedIterations { vus, iterations, max_duration } = &scenario.executor else {
        return None;
    };
    let share = segment.scale(*iterations);
    closed(scenario, segment.scale(*vus), *max_duration, Supply::Shared(share)).filter(|_| share > 0)
}
