//! The controller: one loop over one closed set of events.
//!
//! Main types: [`Event`], everything a worker can say, and [`Dispatch`], which turns events into orders to the
//! workers and news for the run's owner. It touches no virtual user and waits for nobody: news that the
//! owner does not take yet is kept, and past a bound the workers keep theirs.

use std::collections::VecDeque;
use std::sync::Arc;

use metrics::{Frame, RawSample};
use model::Nanos;
use tokio::sync::mpsc;

use crate::control::{AbortCause, Control};
use crate::event::{Finished, Progress, RunEvent};
use crate::time::Time;
use crate::trust::Probe;
use crate::vu::VuError;
use crate::worker::Order;

/// Everything a worker can say.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "frames are what these mostly are; a box would be one more allocation each"
)]
pub(crate) enum Event {
    /// Its users are made, or one could not be.
    Prepared { worker: u32, outcome: Result<(), VuError> },
    /// It is through with one of its scenarios.
    ScenarioDone { worker: u32 },
    /// What it measured.
    Frame(Frame),
    /// Single samples.
    Raw(Vec<RawSample>),
    /// It failed as a whole; it says nothing more.
    Panicked { worker: u32, message: String },
    /// It has left in good order; it says nothing more.
    Left { worker: u32 },
}

/// News that may wait for the owner before the workers are made to wait.
const BACKLOG_MAX: usize = 1024;

/// From the order to start to the start itself: time for every worker to hear of it.
const START_LEAD: Nanos = Nanos::from_millis(2);

/// How often the controller looks at counters and machine.
const LOOK_EVERY: Nanos = Nanos::from_secs(1);

/// Where the run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Workers make their users.
    Preparing,
    /// All is ready; the owner has not let it begin.
    Holding,
    /// Scenarios run.
    Running,
    /// Workers were told to finish.
    Finishing,
    /// No worker is left.
    Over,
}

/// What the controller knows of a worker.
#[derive(Clone, Copy, Debug)]
struct Standing {
    prepared: bool,
    /// Scenarios it has not ended.
    scenarios_left: usize,
    gone: bool,
}

/// The controller of one run.
pub(crate) struct Dispatch {
    control: Arc<Control>,
    time: Time,
    workers: Vec<mpsc::UnboundedSender<Order>>,
    standings: Vec<Standing>,
    stage: Stage,
    abort_ordered: bool,
    born: Nanos,
    ended: Option<Nanos>,
    backlog: VecDeque<RunEvent>,
    /// Watches the machine; not when time is not the machine's.
    probe: Option<Probe>,
}

impl Dispatch {
    /// A controller of `workers`, each with `scenarios` to run.
    pub(crate) fn new(
        control: Arc<Control>,
        time: Time,
        workers: Vec<mpsc::UnboundedSender<Order>>,
        scenarios: usize,
    ) -> Self {
        let standing = Standing { prepared: false, scenarios_left: scenarios, gone: false };
        Self {
            standings: vec![standing; workers.len()],
            control,
            time,
            workers,
            stage: Stage::Preparing,
            abort_ordered: false,
            born: time.now(),
            ended: None,
            backlog: VecDeque::new(),
            probe: None,
        }
    }

    /// Controls the run until no worker is left and its owner has all the news, or wants none.
    pub(crate) async fn run(mut self, mut inbox: mpsc::Receiver<Event>, out: mpsc::Sender<RunEvent>) {
        let control = self.control.clone();
        let mut next_look = self.time.now() + LOOK_EVERY;
        let mut deaf = false;
        while self.stage != Stage::Over || !self.backlog.is_empty() {
            tokio::select! {
                permit = out.reserve(), if !self.backlog.is_empty() => match permit {
                    Ok(permit) => if let Some(event) = self.backlog.pop_front() {
                        permit.send(event);
                    },
                    Err(_nobody_listens) => deaf = true,
                },
                event = inbox.recv(), if self.stage != Stage::Over && self.backlog.len() < BACKLOG_MAX => {
                    match event {
                        Some(event) => self.hear(event),
                        None => self.finish(),
                    }
                }
                () = control.bell.notified() => {}
                () = self.time.sleep_until(next_look), if self.stage != Stage::Over => {
                    next_look = self.time.now() + LOOK_EVERY;
                    self.look();
                }
            }
            self.advance();
            if deaf {
                self.backlog.clear();
            }
        }
    }

    /// Takes in what a worker says.
    fn hear(&mut self, event: Event) {
        match event {
            Event::Prepared { worker, outcome } => {
                self.standings[worker as usize].prepared = true;
                if let Err(error) = outcome {
                    self.control.abort(AbortCause::Init { by_script: error.by_script }, error.message);
                }
            }
            Event::ScenarioDone { worker } => {
                let left = &mut self.standings[worker as usize].scenarios_left;
                *left = left.saturating_sub(1);
            }
            Event::Frame(frame) => self.backlog.push_back(RunEvent::Frame(frame)),
            Event::Raw(samples) => self.backlog.push_back(RunEvent::Raw(samples)),
            Event::Panicked { worker, message } => {
                self.control.abort(AbortCause::Panic, message.clone());
                self.standings[worker as usize] = Standing { prepared: true, scenarios_left: 0, gone: true };
                self.backlog.push_back(RunEvent::WorkerPanicked { worker, message });
            }
            Event::Left { worker } => self.standings[worker as usize].gone = true,
        }
    }

    /// Goes to the next stage when its time has come.
    fn advance(&mut self) {
        if self.stage == Stage::Preparing && self.all(|standing| standing.prepared) {
            self.stage = Stage::Holding;
            if !self.control.is_aborted() {
                let took = self.time.now().since(self.born);
                self.backlog.push_back(RunEvent::VusReady { vus: self.control.vus_initialised(), took });
            }
        }
        if self.stage == Stage::Holding && self.control.is_aborted() {
            self.order(Order::Finish);
            self.stage = Stage::Finishing;
        }
        if self.stage == Stage::Holding && self.control.may_start() {
            let at = self.time.now() + START_LEAD;
            self.control.set_started(at);
            self.probe = matches!(self.time, Time::Machine(_)).then(|| Probe::new(self.time.now()));
            self.order(Order::Start(at));
            self.backlog.push_back(RunEvent::Started { at });
            self.stage = Stage::Running;
        }
        if self.stage == Stage::Running && self.control.is_aborted() && !self.abort_ordered {
            self.abort_ordered = true;
            self.order(Order::Abort);
        }
        if self.stage == Stage::Running && self.all(|standing| standing.scenarios_left == 0) {
            self.ended = Some(self.time.now());
            self.order(Order::Finish);
            self.stage = Stage::Finishing;
        }
        if self.stage == Stage::Finishing && self.all(|standing| standing.gone) {
            self.finish();
        }
    }

    /// Nothing more will come from the workers.
    fn finish(&mut self) {
        if self.stage == Stage::Over {
            return;
        }
        self.stage = Stage::Over;
        let now = self.time.now();
        let finished = Finished {
            elapsed: self.control.elapsed(self.ended.unwrap_or(now)),
            abort: self.control.aborted().cloned(),
            failures: self.control.failures(),
            machine: self.probe.as_mut().map(|probe| probe.finish(now)).unwrap_or_default(),
        };
        self.backlog.push_back(RunEvent::Finished(finished));
    }

    /// Looks at counters and machine.
    fn look(&mut self) {
        let now = self.time.now();
        if self.stage == Stage::Running {
            if let Some(probe) = &mut self.probe {
                probe.sample(now);
            }
            self.backlog.push_back(RunEvent::Progress(Progress::of(&self.control, now)));
        }
    }

    fn all(&self, ready: impl Fn(&Standing) -> bool) -> bool {
        self.standings.iter().all(ready)
    }

    fn order(&self, order: Order) {
        for worker in &self.workers {
            // A worker that is gone needs no orders.
            let _ = worker.send(order);
        }
    }
}
