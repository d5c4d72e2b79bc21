//! What a run tells its owner while it goes on.
//!
//! Main type: [`RunEvent`]. Every measurement and every turn of the run comes through one stream of these.

use metrics::{Frame, RawSample};
use model::Nanos;

use crate::control::{Abort, Control};
use crate::trust::MachineUse;

/// One piece of news of a run, in the order in which it happened.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "frames are what these mostly are; a box would be one more allocation each"
)]
pub enum RunEvent {
    /// All planned users are made; the run waits for [`Control::begin`].
    VusReady {
        /// How many there are.
        vus: u64,
        /// How long making them took.
        took: Nanos,
    },
    /// The scenarios' common time begins.
    Started {
        /// When, on the run's clock; up to some milliseconds ahead.
        at: Nanos,
    },
    /// What one worker measured since its last frame.
    Frame(Frame),
    /// Single samples of one worker, when the plan asks for them.
    Raw(Vec<RawSample>),
    /// How far everything is; once a second.
    Progress(Progress),
    /// A worker thread failed; the run is aborted.
    WorkerPanicked {
        /// Number of the worker.
        worker: u32,
        /// What it said.
        message: String,
    },
    /// The run is over; nothing comes after this.
    Finished(Finished),
}

/// How far a run is.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// The time of this look on the run's clock.
    pub at: Nanos,
    /// Since the scenarios started.
    pub elapsed: Nanos,
    /// Users that take part in a scenario now.
    pub vus_active: u64,
    /// Users that are made.
    pub vus_initialised: u64,
    /// Iterations that ran to their end.
    pub iterations_completed: u64,
    /// Iterations that were interrupted.
    pub iterations_interrupted: u64,
    /// Each scenario, in the plan's order.
    pub scenarios: Vec<ScenarioProgress>,
}

/// Where a scenario is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Its start time has not come.
    Waiting,
    /// It starts iterations.
    Running,
    /// Its time is over and the last iterations end.
    Ending,
    /// It is over.
    Over,
}

/// How far one scenario is.
#[derive(Clone, PartialEq, Debug)]
pub struct ScenarioProgress {
    /// Where it is in its life.
    pub phase: Phase,
    /// From 0 to 1; see [`crate::ScenarioState::progress`].
    pub part: f64,
    /// Since its own start.
    pub elapsed: Nanos,
    /// Users that take part now.
    pub vus_active: u64,
    /// Users in an iteration now; the same as active where nobody waits for arrivals.
    pub vus_busy: u64,
    /// Users set aside for it so far.
    pub vus_allotted: u64,
    /// Iterations that ran to their end.
    pub iterations: u64,
    /// Iterations in all, where that is known.
    pub iterations_total: Option<u64>,
    /// Iterations that were due and never started.
    pub dropped: u64,
}

/// How a run ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Finished {
    /// From the start of the scenarios to the end of the last one; zero when they never started.
    pub elapsed: Nanos,
    /// Why it ended early, if it did.
    pub abort: Option<Abort>,
    /// Reasons for which it was marked as failed.
    pub failures: Vec<String>,
    /// How busy the machine was meanwhile.
    pub machine: MachineUse,
}

impl Progress {
    /// A look at the counters.
    #[must_use]
    pub fn of(control: &Control, now: Nanos) -> Self {
        let scenarios = control.scenarios().iter().map(|state| {
            let elapsed = state.begin().map_or(Nanos::ZERO, |begin| now.since(begin));
            let phase = match state.begin() {
                _ if state.is_over() => Phase::Over,
                Some(begin) if begin <= now && elapsed >= state.length() => Phase::Ending,
                Some(begin) if begin <= now => Phase::Running,
                _ => Phase::Waiting,
            };
            ScenarioProgress {
                phase,
                part: state.progress(now),
                elapsed,
                vus_active: state.active_vus(),
                vus_busy: state.busy_vus(),
                vus_allotted: state.allotted_vus(),
                iterations: state.completed(),
                iterations_total: state.total_iterations(),
                dropped: state.dropped(),
            }
        });
        Self {
            at: now,
            elapsed: control.elapsed(now),
            vus_active: control.vus_active(),
            vus_initialised: control.vus_initialised(),
            iterations_completed: control.iterations_completed(),
            iterations_interrupted: control.iterations_interrupted(),
            scenarios: scenarios.collect(),
        }
    }
}
