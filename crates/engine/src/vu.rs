//! What the engine asks of a virtual user, and what it tells it.
//!
//! Main type: [`Vu`]. A crate that can run users implements [`VuSource`] (one for the process), which makes a
//! [`VuMaker`] on each worker thread, which makes [`Vu`]s. The engine decides when iterations start and end;
//! what an iteration does, and recording it, is the user's own business.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::LocalBoxFuture;
use metrics::Recorder;
use model::{Clock, Logger, Nanos, Scenario};

use crate::control::Control;

/// One iteration that a virtual user is about to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Iteration {
    /// Index of the scenario in the plan.
    pub scenario: u32,
    /// How many iterations this user started before, in all scenarios: `__ITER`.
    pub in_vu: u64,
    /// How many iterations this user started before in this scenario: `exec.vu.iterationInScenario`.
    pub in_vu_scenario: u64,
    /// Number of the iteration among this instance's of the scenario, from 0.
    pub in_instance: u64,
    /// Number of the iteration among all instances' of the scenario, from 0.
    pub in_test: u64,
    /// When it should have started; only arrival rates know.
    pub intended: Option<Nanos>,
    /// When it did start.
    pub started: Nanos,
    /// When it will be interrupted if it still runs.
    pub hard_stop: Nanos,
}

/// How an iteration ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IterationEnd {
    /// It ran to its end.
    Completed,
    /// It ended by an exception; it counts as completed.
    Failed,
    /// It was told to stop before its end; it does not count as completed.
    Interrupted,
    /// The user cannot go on; the engine closes it and makes another in its place.
    Lost,
}

/// One virtual user. It lives on one worker thread and runs one iteration at a time.
pub trait Vu {
    /// Enters a scenario; called before the user's first iteration in it and whenever it comes back to it.
    fn activate(&mut self, scenario: &Arc<ScenarioInfo>);

    /// Begins an iteration; [`Vu::poll`] drives it.
    fn start(&mut self, iteration: Iteration);

    /// Drives the iteration that was started. The iteration's own record (`iterations`,
    /// `iteration_duration`, `data_sent`, `data_received`) is written by the user before it is ready.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<IterationEnd>;

    /// Tells the running iteration to end at once; polling goes on until it has.
    fn interrupt(&mut self);

    /// Ends the user. It is called between iterations, or as a last resort on one that did not heed
    /// [`Vu::interrupt`].
    fn close(self: Box<Self>);
}

/// Makes virtual users for the whole process.
pub trait VuSource: Send + Sync {
    /// The maker of one worker thread; called once on that thread, before any user is made.
    fn worker(&self, worker: &Rc<WorkerCtx>) -> Box<dyn VuMaker>;
}

/// Makes virtual users on one worker thread.
pub trait VuMaker {
    /// Makes the user with these ids (from 1), ready to be activated.
    fn make(&self, id_in_instance: u64, id_in_test: u64) -> LocalBoxFuture<'_, Result<Box<dyn Vu>, VuError>>;

    /// Called on the thread about once a second, before its measurements leave, and a last time when all of its
    /// users are gone: makers that gather something of their own pass it on here.
    fn flush(&self) {}

    /// Called on the thread when the run is over, before its users are closed: no other will be made.
    fn finish(&self) {}
}

/// Why a virtual user could not be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct VuError {
    /// What to tell the user.
    pub message: String,
    /// Whether the test's own code failed, rather than the program.
    pub by_script: bool,
}

impl VuError {
    /// The test's own code failed while the user was made.
    #[must_use]
    pub fn script(message: impl Into<String>) -> Self {
        Self { message: message.into(), by_script: true }
    }

    /// The program could not make the user.
    #[must_use]
    pub fn internal(message: impl Into<String>) -> Self {
        Self { message: message.into(), by_script: false }
    }
}

/// A scenario as virtual users see it; reads like a [`Scenario`].
#[derive(Clone, Debug)]
pub struct ScenarioInfo {
    /// Its place in the plan.
    pub index: u32,
    scenario: Scenario,
}

impl ScenarioInfo {
    /// The scenario at place `index` of the plan.
    #[must_use]
    pub fn new(index: u32, scenario: Scenario) -> Self {
        Self { index, scenario }
    }
}

impl Deref for ScenarioInfo {
    type Target = Scenario;

    fn deref(&self) -> &Scenario {
        &self.scenario
    }
}

/// What everything on one worker thread shares.
pub struct WorkerCtx {
    /// Number of the worker, from 0.
    pub index: u32,
    /// The run's clock.
    pub clock: Clock,
    /// Where measurements of this thread go.
    pub recorder: Rc<RefCell<Recorder>>,
    /// The run's switches and counters.
    pub control: Arc<Control>,
    /// Where records go.
    pub log: Logger,
}
