//! `ramping-vus`: the number of users follows a line per stage.
//!
//! A user that the ramp takes out has `gracefulRampDown` to end its iteration, but no longer than the
//! scenario's own graceful stop. A ramp that takes it back before then finds it still there, and nothing is
//! interrupted.

use std::sync::Arc;

use model::{Executor, Nanos, Scenario, SegmentTuple};

use super::{Drive, Stay, Supply, Work};
use crate::schedule::{Span, VuRamp};

pub(super) fn plan(scenario: &Scenario, segment: &SegmentTuple) -> Option<Work> {
    let Executor::RampingVus { start_vus, stages, graceful_ramp_down } = &scenario.executor else {
        return None;
    };
    let ramp = VuRamp::new(*start_vus, stages);
    let length = ramp.length();
    let kill = length + scenario.graceful_stop.into();
    let stripe = segment.stripe();
    let mut stays = Vec::new();
    for slot in 0..segment.scale(ramp.peak()) {
        let spans = ramp.spans(stripe.global(slot));
        stays.extend(into_stays(&spans, length, (*graceful_ramp_down).into(), kill));
    }
    let drive = Drive::Closed { supply: Supply::Endless, whole_length: true };
    (!stays.is_empty()).then_some(Work { stays, length, kill, drive })
}

/// Groups a slot's spans: those that begin before the last one's grace is over belong to the same stay.
fn into_stays(spans: &[Span], length: Nanos, grace: Nanos, kill: Nanos) -> Vec<Stay> {
    let deadline = |span: &Span| if span.until < length { kill.min(span.until + grace) } else { kill };
    spans
        .chunk_by(|last, next| next.from < deadline(last))
        .filter_map(|group| Some(Stay { spans: Arc::from(group), kill: deadline(group.last()?) }))
        .collect()
}
