//! `constant-vus`: a fixed number of users iterate back to back for a fixed time.

use model::{Executor, Scenario, SegmentTuple};

use super::{Supply, Work, closed};

pub(super) fn plan(scenario: &Scenario, segment: &SegmentTuple) -> Option<Work> {
    let Executor::ConstantVus { vus, duration } = &scenario.executor else { return None };
    closed(scenario, segment.scale(*vus), *duration, Supply::Endless)
}
