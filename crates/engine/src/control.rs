//! The switches and counters of a run, shared by every thread that has a say in it.
//!
//! Main type: [`Control`]. Everything here is an atomic or is written once; reading costs a load. It starts,
//! stops and counts nothing by itself: the controller and the workers look at it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use model::Nanos;
use tokio::sync::Notify;

use crate::standby::Standby;

/// Who ended a run early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AbortCause {
    /// A signal from the user.
    Signal,
    /// A threshold with `abortOnFail`.
    Threshold,
    /// The script: `exec.test.abort()` or `fail` of the whole test.
    Script,
    /// The control interface.
    Api,
    /// Everything that the run was to tell is known: no failure.
    Decided,
    /// A virtual user could not be made; the flag says whether the script's own code failed.
    Init {
        /// Whether the script threw while its init code ran for a user.
        by_script: bool,
    },
    /// A thread of the program failed.
    Panic,
}

/// An early end: who wanted it and what they said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Abort {
    /// Who ended the run.
    pub cause: AbortCause,
    /// Their words; may be empty.
    pub message: String,
}

/// A counter on a cache line of its own, because all worker threads add to it.
#[repr(align(128))]
#[derive(Default, Debug)]
pub(crate) struct Tally(pub(crate) AtomicU64);

/// Counters of one scenario over all worker threads.
#[derive(Debug)]
pub struct ScenarioState {
    /// Iterations started; the value before adding is the iteration's number in this instance.
    pub(crate) started: Tally,
    /// Iterations that ran to their end, failed ones included.
    pub(crate) completed: Tally,
    pub(crate) interrupted: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) active_vus: AtomicU64,
    /// Users set aside for the scenario so far, grown ones included.
    pub(crate) allotted_vus: AtomicU64,
    /// [`Nanos::MAX`] until the scenario starts.
    begin: AtomicU64,
    pub(crate) workers_left: AtomicU64,
    length: Nanos,
    total: Option<u64>,
    standby: Option<Arc<Standby>>,
}

impl ScenarioState {
    /// Counters at zero for a scenario that runs for `length`, or for `total` iterations at most.
    pub(crate) fn new(
        length: Nanos,
        total: Option<u64>,
        standby: Option<Arc<Standby>>,
        allotted_vus: u64,
        workers: u32,
    ) -> Self {
        Self {
            standby,
            started: Tally::default(),
            completed: Tally::default(),
            interrupted: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            active_vus: AtomicU64::new(0),
            allotted_vus: AtomicU64::new(allotted_vus),
            begin: AtomicU64::new(u64::MAX),
            workers_left: AtomicU64::new(u64::from(workers)),
            length,
            total,
        }
    }

    pub(crate) fn set_begin(&self, at: Nanos) {
        self.begin.store(at.0, Relaxed);
    }

    /// When the scenario starts or started; unknown before the run does.
    #[must_use]
    pub fn begin(&self) -> Option<Nanos> {
        Some(Nanos(self.begin.load(Relaxed))).filter(|&at| at < Nanos::MAX)
    }

    /// Iterations started so far.
    #[must_use]
    pub fn started(&self) -> u64 {
        // Users that find nothing left have counted on, and what was dropped was never started.
        let started = self.started.0.load(Relaxed);
        self.total.map_or(started, |total| started.min(total - self.dropped().min(total)))
    }

    /// Iterations that ran to their end.
    #[must_use]
    pub fn completed(&self) -> u64 {
        self.completed.0.load(Relaxed)
    }

    /// Iterations that ended by an exception; they count as completed.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.load(Relaxed)
    }

    /// Iterations that were interrupted.
    #[must_use]
    pub fn interrupted(&self) -> u64 {
        self.interrupted.load(Relaxed)
    }

    /// Iterations that never started though they were due.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Users that take part now.
    #[must_use]
    pub fn active_vus(&self) -> u64 {
        self.active_vus.load(Relaxed)
    }

    /// Users that take part now and do not stand idle for want of arrivals.
    #[must_use]
    pub fn busy_vus(&self) -> u64 {
        self.active_vus().saturating_sub(self.standby.as_ref().map_or(0, |standby| standby.idle()))
    }

    /// Users set aside for the scenario, those made during the run included.
    #[must_use]
    pub fn allotted_vus(&self) -> u64 {
        self.allotted_vus.load(Relaxed)
    }

    /// How many iterations the scenario has in all, where that is known.
    #[must_use]
    pub const fn total_iterations(&self) -> Option<u64> {
        self.total
    }

    /// The scenario's length without its graceful stop.
    #[must_use]
    pub const fn length(&self) -> Nanos {
        self.length
    }

    /// Whether every worker is through with the scenario.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.workers_left.load(Relaxed) == 0
    }

    /// How far the scenario is, from 0 to 1: iterations where their number is known, time otherwise.
    #[must_use]
    pub fn progress(&self, now: Nanos) -> f64 {
        if self.is_over() {
            return 1.0;
        }
        let Some(begin) = self.begin() else { return 0.0 };
        let part = match self.total {
            Some(total) => self.completed() as f64 / total.max(1) as f64,
            None => now.since(begin).0 as f64 / self.length.0.max(1) as f64,
        };
        part.clamp(0.0, 1.0)
    }
}

/// The switches and counters of one run.
#[derive(Debug)]
pub struct Control {
    scenarios: Box<[ScenarioState]>,
    pub(crate) vus_initialised: AtomicU64,
    vus_planned: u64,
    abort: OnceLock<Abort>,
    kill_at: AtomicU64,
    paused: AtomicBool,
    begun: AtomicBool,
    started_at: AtomicU64,
    failures: Mutex<Vec<String>>,
    /// Rung for the controller when a switch was thrown.
    pub(crate) bell: Notify,
    /// Rung for users that wait out a pause.
    pub(crate) resumed: Notify,
}

/// More messages than this of a failed test are counted as one.
const FAILURES_KEPT: usize = 16;

impl Control {
    pub(crate) fn new(scenarios: Vec<ScenarioState>, vus_planned: u64, paused: bool) -> Self {
        Self {
            scenarios: scenarios.into(),
            vus_initialised: AtomicU64::new(0),
            vus_planned,
            abort: OnceLock::new(),
            kill_at: AtomicU64::new(u64::MAX),
            paused: AtomicBool::new(paused),
            begun: AtomicBool::new(false),
            started_at: AtomicU64::new(u64::MAX),
            failures: Mutex::default(),
            bell: Notify::new(),
            resumed: Notify::new(),
        }
    }

    /// Lets the scenarios start once all users are made; the time between is for `setup()`.
    pub fn begin(&self) {
        self.begun.store(true, Relaxed);
        self.bell.notify_one();
    }

    pub(crate) fn may_start(&self) -> bool {
        self.begun.load(Relaxed) && !self.is_paused()
    }

    /// Ends the run now: running iterations are interrupted. Only the first call says why.
    pub fn abort(&self, cause: AbortCause, message: impl Into<String>) {
        // A second abort changes nothing; the first reason stands.
        let _ = self.abort.set(Abort { cause, message: message.into() });
        // Every reading of the clock is past zero: code that never waits stops at its next look.
        self.kill_at.store(0, Relaxed);
        self.bell.notify_one();
        self.resumed.notify_waiters();
    }

    /// Why the run ends early, if it does.
    #[must_use]
    pub fn aborted(&self) -> Option<&Abort> {
        self.abort.get()
    }

    /// Whether the run ends early; cheaper than [`Self::aborted`].
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.kill_at.load(Relaxed) == 0
    }

    /// From this time on no user code may go on, whatever its own `hard_stop` says. For code that does not
    /// come back to the engine, such as an endless loop, to look at.
    #[must_use]
    pub fn kill_at(&self) -> Nanos {
        Nanos(self.kill_at.load(Relaxed))
    }

    /// Holds back new iterations, or lets them go on. Running iterations go on; arrivals that are due during
    /// a pause are left out. Before the start it delays the start.
    pub fn pause(&self, paused: bool) {
        self.paused.store(paused, Relaxed);
        self.bell.notify_one();
        self.resumed.notify_waiters();
    }

    /// Whether new iterations are held back.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused.load(Relaxed)
    }

    /// Marks the whole test as failed, for a reason, without ending it.
    pub fn mark_failed(&self, message: impl Into<String>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() < FAILURES_KEPT {
            failures.push(message.into());
        }
    }

    /// Why the test was marked as failed; empty when it was not. The first sixteen reasons are kept.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_started(&self, at: Nanos) {
        self.started_at.store(at.0, Relaxed);
    }

    /// When the scenarios' common time began; unknown before.
    #[must_use]
    pub fn started_at(&self) -> Option<Nanos> {
        Some(Nanos(self.started_at.load(Relaxed))).filter(|&at| at < Nanos::MAX)
    }

    /// How long the scenarios have been running; zero before they start.
    #[must_use]
    pub fn elapsed(&self, now: Nanos) -> Nanos {
        now.since(Nanos(self.started_at.load(Relaxed)))
    }

    /// The counters of each scenario, in the plan's order.
    #[must_use]
    pub fn scenarios(&self) -> &[ScenarioState] {
        &self.scenarios
    }

    /// The counters of the scenario at `index` of the plan.
    #[must_use]
    pub fn scenario(&self, index: u32) -> &ScenarioState {
        &self.scenarios[index as usize]
    }

    /// Iterations that ran to their end, in all scenarios.
    #[must_use]
    pub fn iterations_completed(&self) -> u64 {
        self.scenarios.iter().map(ScenarioState::completed).sum()
    }

    /// Iterations that ended by an exception, in all scenarios.
    #[must_use]
    pub fn iterations_failed(&self) -> u64 {
        self.scenarios.iter().map(ScenarioState::failed).sum()
    }

    /// Iterations that were interrupted, in all scenarios.
    #[must_use]
    pub fn iterations_interrupted(&self) -> u64 {
        self.scenarios.iter().map(ScenarioState::interrupted).sum()
    }

    /// Users that take part in a scenario now.
    #[must_use]
    pub fn vus_active(&self) -> u64 {
        self.scenarios.iter().map(ScenarioState::active_vus).sum()
    }

    /// Users that are made so far.
    #[must_use]
    pub fn vus_initialised(&self) -> u64 {
        self.vus_initialised.load(Relaxed)
    }

    /// Users that are made before the start.
    #[must_use]
    pub const fn vus_planned(&self) -> u64 {
        self.vus_planned
    }
}
