//! `per-vu-iterations`: each user runs the same number of iterations. A segment scales the users only.

use model::{Executor, Scenario, SegmentTuple};

use super::{Supply, Work, closed};

pub(super) fn plan(scenario: &Scenario, segment: &SegmentTuple) -> Option<Work> {
    let Executor::PerVuIterations { vus, iterations, max_duration } = &scenario.executor else { return None };
    closed(scenario, segment.scale(*vus), *max_duration, Supply::Each(*iterations))
}
