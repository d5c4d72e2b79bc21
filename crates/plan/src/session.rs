//! One user: its variables, connections and cookies, and its services to the steps.
//!
//! Main type: [`Session`]. How it sends requests stands in `sending`. An idle user without variables is some hundred
//! bytes; what it may never need is made when it is first used.

mod sending;

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use engine::{Iteration, IterationEnd, ScenarioInfo};
use metrics::{IterationSample, MetricId, Sym, TagSetId, builtin};
use model::{Level, Nanos};
use net::cookie::Jar;

use crate::exchange::Exchange;
use crate::program::Start;
use crate::random::Random;
use crate::value::{Value, Vars};
use crate::vu::Mailbox;
use crate::worker::PlanWorker;

/// The state of one user.
pub struct Session {
    /// Its variables.
    pub vars: Vars,
    /// Its number in the whole test, from 1; 0 before and after the load.
    pub user: u64,
    /// Its number on this machine, from 1.
    pub user_in_instance: u64,
    /// Its random numbers.
    pub random: Random,
    /// The tags of its samples now: run, scenario and group.
    pub tags: TagSetId,
    /// The last answer, when a step keeps it.
    pub last: Option<Box<Exchange>>,
    /// What a dialect keeps for the user.
    pub own: Option<Box<dyn Any>>,
    /// The iteration under way, or the last one.
    pub iteration: Iteration,
    worker: Rc<PlanWorker>,
    /// Where the engine talks to the user; who does something beside one has none.
    pub(crate) mail: Option<Rc<Mailbox>>,
    scenario: Option<Arc<ScenarioInfo>>,
    pub(crate) start: Option<Start>,
    scenario_tags: TagSetId,
    group: Arc<str>,
    client: Option<Rc<net::Client>>,
    jar: Option<Rc<RefCell<Jar>>>,
    sent: u64,
    received: u64,
    metadata: Vec<(Sym, Sym)>,
    pub(crate) records_itself: bool,
    pub(crate) is_stopped: bool,
}

impl Session {
    /// A user that has done nothing yet.
    pub(crate) fn new(worker: Rc<PlanWorker>, user_in_instance: u64, user: u64) -> Self {
        Self {
            vars: Vars::default(),
            user,
            user_in_instance,
            random: Random::new(worker.seed, user),
            tags: worker.run_tags,
            last: None,
            own: None,
            iteration: IDLE,
            mail: None,
            scenario: None,
            start: None,
            scenario_tags: worker.run_tags,
            group: Arc::from(""),
            client: None,
            jar: None,
            sent: 0,
            received: 0,
            metadata: Vec::new(),
            records_itself: false,
            is_stopped: false,
            worker,
        }
    }

    /// What the users of this thread share.
    #[must_use]
    pub fn worker(&self) -> &Rc<PlanWorker> {
        &self.worker
    }

    /// The scenario that the user is in.
    #[must_use]
    pub fn scenario(&self) -> Option<&Arc<ScenarioInfo>> {
        self.scenario.as_ref()
    }

    /// Now, on the run's clock.
    #[must_use]
    pub fn now(&self) -> Nanos {
        self.worker.now()
    }

    /// The user's client; its connections stay open from one iteration to the next.
    pub fn client(&mut self) -> &Rc<net::Client> {
        let worker = &self.worker;
        self.client.get_or_insert_with(|| Rc::new(net::Client::new(Rc::clone(&worker.net), self.user)))
    }

    /// The user's cookies.
    pub fn jar(&mut self) -> &Rc<RefCell<Jar>> {
        self.jar.get_or_insert_with(Rc::default)
    }

    /// Forgets cookies and closes connections, as if the user came for the first time.
    pub fn forget(&mut self) {
        self.jar = None;
        if let Some(client) = self.client.take() {
            client.close_idle();
        }
    }

    /// A user that does something beside this one: with the same connections and cookies, and variables that are a
    /// copy.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        let (client, jar) = (Rc::clone(self.client()), Rc::clone(self.jar()));
        Self {
            vars: self.vars.clone(),
            user: self.user,
            user_in_instance: self.user_in_instance,
            random: Random::new(self.random.next(), self.user),
            tags: self.tags,
            last: None,
            own: None,
            iteration: self.iteration,
            worker: Rc::clone(&self.worker),
            mail: None,
            scenario: self.scenario.clone(),
            start: self.start,
            scenario_tags: self.scenario_tags,
            group: Arc::clone(&self.group),
            client: Some(client),
            jar: Some(jar),
            sent: 0,
            received: 0,
            metadata: self.metadata.clone(),
            records_itself: self.records_itself,
            is_stopped: false,
        }
    }

    /// Takes over what a fork has come to: the variables it set to something else than `before`, and its bytes.
    pub fn join(&mut self, fork: &Self, before: &Vars) {
        self.sent += fork.sent;
        self.received += fork.received;
        for (name, value) in fork.vars.iter() {
            if before.get(name) != Some(value) {
                self.vars.set(name, value.clone());
            }
        }
    }

    // --- services

    /// What a second of the test is, in seconds.
    #[must_use]
    pub fn time_scale(&self) -> f64 {
        self.worker.run.time_scale.clamp(0.0, 1e6)
    }

    /// Waits, for as long as the scale of time makes of it.
    pub async fn sleep(&self, time: Duration) {
        let scaled = time.mul_f64(self.time_scale());
        let until = self.now() + Nanos::from(scaled);
        tokio::time::sleep_until(self.worker.net.clock().instant(until).into()).await;
    }

    /// Waits until a moment on the run's clock.
    pub async fn sleep_until(&self, moment: Nanos) {
        tokio::time::sleep_until(self.worker.net.clock().instant(moment).into()).await;
    }

    /// Counts a check.
    pub fn check(&self, name: &str, holds: bool) {
        let mut recorder = self.worker.recorder.borrow_mut();
        let mut tags = self.tags;
        if self.worker.run.system_tags.check {
            let name = recorder.sym(name);
            tags = recorder.with_tag(tags, self.worker.keys.check, name);
        }
        let (value, at) = (f64::from(u8::from(holds)), self.worker.now());
        recorder.add_with_metadata(builtin::CHECKS, tags, value, at, &self.metadata);
    }

    /// Adds one sample with the user's present tags.
    pub fn add(&self, metric: MetricId, value: f64) {
        self.add_tagged(metric, self.tags, value);
    }

    /// Adds one sample with these tags.
    pub fn add_tagged(&self, metric: MetricId, tags: TagSetId, value: f64) {
        let at = self.worker.now();
        self.worker.recorder.borrow_mut().add_with_metadata(metric, tags, value, at, &self.metadata);
    }

    /// Logs a sentence.
    pub fn say(&self, level: Level, message: impl Into<String>) {
        self.worker.say(level, message);
    }

    /// Enters a group within the present one; what is returned leads back.
    pub fn enter_group(&mut self, name: &str) -> Group {
        let outer = Group { path: Arc::clone(&self.group), started: self.now() };
        self.group = format!("{}::{name}", outer.path).into();
        self.tag_group();
        outer
    }

    /// Leaves a group and records how long it took.
    pub fn leave_group(&mut self, outer: Group) {
        let took = self.now() - outer.started;
        self.add(builtin::GROUP_DURATION, took.as_millis_f64());
        self.group = outer.path;
        self.tag_group();
    }

    /// The path of the present group, such as `::login::form`; empty outside of all groups.
    #[must_use]
    pub fn group(&self) -> &str {
        &self.group
    }

    fn tag_group(&mut self) {
        if self.worker.run.system_tags.group {
            let mut recorder = self.worker.recorder.borrow_mut();
            let value = recorder.sym(&self.group);
            self.tags = recorder.with_tag(self.tags, self.worker.keys.group, value);
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &Arc<str>, value: impl Into<Value>) {
        self.vars.set(name, value.into());
    }

    // --- iterations

    /// Enters a scenario.
    pub(crate) fn enter(&mut self, scenario: Arc<ScenarioInfo>) {
        let run = &self.worker.run;
        let mut recorder = self.worker.recorder.borrow_mut();
        let mut tags = self.worker.run_tags;
        for (key, value) in &scenario.tags {
            let (key, value) = (recorder.sym(key), recorder.sym(value));
            tags = recorder.with_tag(tags, key, value);
        }
        if run.system_tags.group {
            tags = recorder.with_tag(tags, self.worker.keys.group, self.worker.keys.empty);
        }
        if run.system_tags.scenario {
            let name = recorder.sym(&scenario.name);
            tags = recorder.with_tag(tags, self.worker.keys.scenario, name);
        }
        drop(recorder);
        self.scenario_tags = tags;
        self.tags = tags;
        self.start = self.worker.program.find(&scenario.exec);
        self.scenario = Some(scenario);
    }

    /// Begins a flow before or after the load.
    pub(crate) fn begin_around(&mut self, group: &str) {
        self.group = group.into();
        self.tag_group();
        self.iteration.started = self.now();
    }

    /// Ends a flow before or after the load, which is no iteration: only its bytes count.
    pub(crate) fn end_around(&mut self) {
        let now = self.now();
        self.record_iteration(now, None);
    }

    /// Begins an iteration.
    pub(crate) fn begin(&mut self, iteration: Iteration) {
        let worker = Rc::clone(&self.worker);
        let run = &worker.run;
        self.iteration = iteration;
        self.tags = self.scenario_tags;
        if !self.group.is_empty() {
            self.group = Arc::from("");
        }
        self.last = None;
        if iteration.in_vu == 0 || !worker.program.keeps_vars {
            self.vars.clone_from(worker.first_vars());
        }
        (self.sent, self.received) = (0, 0);
        if !run.no_cookies_reset
            && let Some(jar) = &self.jar
        {
            jar.borrow_mut().clear_all();
        }
        if run.system_tags.vu || run.system_tags.iter {
            self.metadata.clear();
            let mut recorder = worker.recorder.borrow_mut();
            if run.system_tags.iter {
                let value = recorder.sym(&iteration.in_vu.to_string());
                self.metadata.push((worker.keys.iter, value));
            }
            if run.system_tags.vu {
                let value = recorder.sym(&self.user.to_string());
                self.metadata.push((worker.keys.vu, value));
            }
        }
        if run.stage_tag
            && let Some(scenario) = &self.scenario
            && let Some(begin) = run.control.scenario(scenario.index).begin()
        {
            let at = iteration.intended.unwrap_or(iteration.started);
            if let Some(stage) = scenario.executor.stage_at(at.since(begin).into()) {
                self.tags = worker.tagged(self.tags, model::stages::TAG, &stage.to_string());
            }
        }
    }

    /// Ends an iteration: records it, unless the flow does that itself.
    pub(crate) fn end(&mut self, end: IterationEnd) {
        let now = self.now();
        let took = now - self.iteration.started;
        self.tags = self.scenario_tags;
        let whole = matches!(end, IterationEnd::Completed | IterationEnd::Failed);
        self.record_iteration(now, (whole && !self.records_itself).then_some(took));
        if let Some(dialect) = &mut *self.worker.dialect.borrow_mut() {
            dialect.iteration(self, end, took);
        }
        if self.worker.run.no_vu_connection_reuse
            && let Some(client) = &self.client
        {
            client.close_idle();
        }
    }

    /// Counts an iteration of a flow that records its iterations itself.
    pub fn count_iteration(&mut self, started: Nanos, ended: Nanos) {
        self.record_iteration(ended, Some(ended - started));
    }

    fn record_iteration(&mut self, at: Nanos, duration: Option<Nanos>) {
        let sample = IterationSample { at, duration, sent: self.sent, received: self.received };
        (self.sent, self.received) = (0, 0);
        let mut recorder = self.worker.recorder.borrow_mut();
        recorder.iteration_with_metadata(self.tags, &sample, &self.metadata);
    }

    /// How late the iteration started; only arrival rates know.
    fn late(&self) -> Option<Nanos> {
        self.iteration.intended.map(|intended| self.iteration.started - intended)
    }
}

/// The way back out of a group.
#[must_use = "a group is left with Session::leave_group"]
pub struct Group {
    path: Arc<str>,
    started: Nanos,
}

/// The iteration of a user that had none yet.
const IDLE: Iteration = Iteration {
    scenario: 0,
    in_vu: 0,
    in_vu_scenario: 0,
    in_instance: 0,
    in_test: 0,
    intended: None,
    started: Nanos::ZERO,
    hard_stop: Nanos::MAX,
};
