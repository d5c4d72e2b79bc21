//! Ramping numbers of virtual users: user slot *i* is active while the target is above *i*.
//!
//! Main type: [`VuRamp`]. Within a stage of length `d` from `a` to `b` users the number becomes `n` at the first
//! nanosecond not before `d × |n − a| / |b − a|`; going up a user joins when the line reaches its number, going
//! down it leaves when the line reaches the number below. A stage of length zero jumps.

use std::time::Duration;

use model::{Nanos, Stage};

/// A time during which one slot is active: from `from` on, before `until`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The first active nanosecond.
    pub from: Nanos,
    /// The first nanosecond that is no longer active.
    pub until: Nanos,
}

/// A number of virtual users that changes linearly, stage by stage.
#[derive(Clone, Debug)]
pub struct VuRamp {
    start: u64,
    stages: Vec<(u64, u64)>,
}

impl VuRamp {
    /// Starts with `start` users and goes through `stages`.
    #[must_use]
    pub fn new(start: u64, stages: &[Stage]) -> Self {
        let stages = stages.iter().map(|stage| (Nanos::from(stage.duration).0, stage.target)).collect();
        Self { start, stages }
    }

    /// The largest number of users at any time.
    #[must_use]
    pub fn peak(&self) -> u64 {
        self.stages.iter().map(|stage| stage.1).fold(self.start, u64::max)
    }

    /// The length of all stages together.
    #[must_use]
    pub fn length(&self) -> Nanos {
        self.stages.iter().fold(Nanos::ZERO, |sum, stage| sum + Nanos(stage.0))
    }

    /// When slot `slot` of the whole test is active, in order and apart from each other.
    #[must_use]
    pub fn spans(&self, slot: u64) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut active_since = (slot < self.start).then_some(Nanos::ZERO);
        let (mut begin_ns, mut from) = (0u64, self.start);
        for &(length_ns, to) in &self.stages {
            if from <= slot && slot < to {
                let at = begin_ns + crossing(length_ns, slot + 1 - from, to - from);
                active_since = Some(Nanos(at));
            } else if to <= slot && slot < from {
                let at = Nanos(begin_ns + crossing(length_ns, from - slot, from - to));
                push(&mut spans, active_since.take(), at);
            }
            begin_ns = begin_ns.saturating_add(length_ns);
            from = to;
        }
        push(&mut spans, active_since, Nanos(begin_ns));
        spans
    }
}

/// The first nanosecond at which a line over `length_ns` has made `steps` of `all` steps.
fn crossing(length_ns: u64, steps: u64, all: u64) -> u64 {
    let at = (u128::from(length_ns) * u128::from(steps)).div_ceil(u128::from(all));
    u64::try_from(at).unwrap_or(length_ns)
}

/// Ends a span; one that left before it began was never active.
fn push(spans: &mut Vec<Span>, since: Option<Nanos>, until: Nanos) {
    if let Some(from) = since.filter(|&from| from < until) {
        spans.push(Span { from, until });
    }
}

/// One span over a fixed time, as executors with a constant number of users have it.
impl From<Duration> for Span {
    fn from(length: Duration) -> Self {
        Self { from: Nanos::ZERO, until: length.into() }
    }
}
