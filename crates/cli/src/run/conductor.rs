//! Leads a run through its stages: users, `setup()`, load, `teardown()`, summary.
//!
//! Main type: [`Conductor`]. It hears a closed set of [`Event`]s: news of the engine, signals, and the passing of
//! time; [`Conductor::step`] takes one and [`Conductor::hear`] reacts. The scripts' lifecycle functions run beside it.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use engine::{AbortCause, Control, Finished, Plan, Progress as Counters, Run, RunEvent, WorkerCtx};
use metrics::thresholds::Evaluator;
use metrics::{Frame, RawSample, Recorder, RecorderConfig};
use model::{ExitCode, Level, Nanos, Record};
use nix::sys::signal::Signal;
use script::{ErrorKind, Performed};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Interval;

use super::judge::Judge;
use super::keeping::Keeping;
use super::lifecycle::Lifecycle;
use super::live::Live;
use super::options::Settled;
use super::outputs::Stream;
use super::progress::Progress;
use super::results::Wanted;
use super::slas::Slas;
use super::trial::Watch;
use super::users::{LateSource, configure};
use super::verdict::Ending;
use crate::api::Question;
use crate::error::Error;
use crate::load::{Loaded, thrown};
use crate::session::Session;

mod closing;
mod desk;
mod dialect;

use desk::Wish;

/// How often the conductor looks at the time.
const TICK: Duration = Duration::from_millis(100);
/// `setup()` and `teardown()` may take this long by default.
const LIFECYCLE_LIMIT: Duration = Duration::from_secs(60);
/// A lifecycle function that was told to stop has so long for it.
const STOPPING_PATIENCE: Nanos = Nanos(2_000_000_000);
/// The worker number of the thread that runs the lifecycle functions.
const OWN_WORKER: u32 = u32::MAX;

/// What the conductor hears.
#[expect(clippy::large_enum_variant, reason = "news is what these mostly are")]
enum Event {
    /// The engine has news; none when it will never have any again.
    News(Option<RunEvent>),
    /// The user wants it to end.
    Signal(Signal),
    /// Somebody asks through the REST API.
    Asked(Question),
    /// Time has passed.
    Tick,
}

/// What a run is conducted with.
pub struct Parts {
    /// Judges the thresholds; none when there is nothing to judge.
    pub evaluator: Option<Evaluator>,
    /// The SLAs; none when nobody wants any.
    pub slas: Option<Slas>,
    /// What is counted for somebody beside the results; none when nobody wants to know.
    pub watch: Option<Watch>,
    /// The network settings of all users.
    pub net: Arc<net::Settings>,
    /// Where samples go.
    pub outputs: Stream,
    /// Where the run is kept.
    pub keeping: Keeping,
    /// What the user wants of the results.
    pub wanted: Wanted,
    /// Ctrl-C and its like.
    pub signals: UnboundedReceiver<Signal>,
    /// The REST API; it is silent when nobody serves it.
    pub questions: UnboundedReceiver<Question>,
    /// The API stays when the run is over.
    pub lingers: bool,
}

/// One run under way.
pub struct Conductor<'a> {
    session: &'a Session,
    loaded: Loaded,
    settled: Settled,
    wanted: Wanted,
    run: Run,
    control: Arc<Control>,
    signals: UnboundedReceiver<Signal>,
    questions: UnboundedReceiver<Question>,
    /// Lifecycle functions that were asked for and have not run yet.
    wishes: VecDeque<Wish>,
    lingers: bool,
    /// The API said, after the run, that nobody waits for it any more.
    dismissed: bool,
    ticks: Option<Interval>,
    outputs: Stream,
    shortages: net::Shortages,
    judge: Judge,
    progress: Progress,
    /// What is measured now, where that is shown.
    live: Option<Live>,
    /// How the lifecycle functions measure.
    recorder: RecorderConfig,
    /// Signals so far; the second one ends everything at once.
    signals_heard: u32,
    phase: &'static str,
    ready: bool,
    finished: Option<Finished>,
    setup_data: Option<String>,
    ending: Ending,
    watch: Option<Watch>,
}

impl<'a> Conductor<'a> {
    /// Starts the engine, which begins to make users.
    ///
    /// # Errors
    /// When threads cannot be made.
    pub fn start(
        session: &'a Session,
        loaded: Loaded,
        settled: Settled,
        parts: Parts,
    ) -> Result<Self, Error> {
        let Parts { evaluator, slas, watch, net, outputs, keeping, wanted, signals, questions, lingers } =
            parts;
        let scenarios = settled.scenarios();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = loaded.test.dialect().and_then(|dialect| dialect.threads()).unwrap_or(threads);
        // The limit is the process's; each thread has its share of it.
        let whole = RecorderConfig::default();
        let config = RecorderConfig {
            raw_samples: outputs.wants_samples(),
            exchanges: keeping.wants_exchanges(),
            series_limit: (whole.series_limit / threads).max(1),
            hidden: Some(Arc::clone(session.logs.hidden())),
            ..whole
        };
        let plan = Plan {
            scenarios: scenarios.clone(),
            segment: settled.segment.clone(),
            threads,
            tags: settled.options.tags.clone().unwrap_or_default().into_iter().collect(),
            scenario_tag: settled.system_tags().has("scenario"),
            stage_tag: settled.options.thresholds.as_ref().is_some_and(model::stages::are_judged),
            paused: settled.options.paused.unwrap_or(false),
            recorder: config.clone(),
        };
        let registry = Arc::clone(&loaded.registry);
        let environment =
            engine::Environment { registry: registry.clone(), clock: session.clock, log: session.logger() };
        let late = Arc::new(LateSource::default());
        let source: Arc<dyn engine::VuSource> = late.clone();
        let run = engine::start(&plan, &source, &environment).map_err(|e| Error::Internal(e.to_string()))?;
        let shortages = net.shortages.clone();
        configure(&loaded.test, &settled, net, run.control.clone());
        late.set(loaded.test.users());
        let page = wanted.page.as_ref();
        let quiet =
            session.flags.on("quiet") || page.is_some_and(|page| page.json || !session.screen.draws());
        // Whoever runs trials tells of them.
        let quiet = quiet || watch.is_some();
        let live = page.map(|_| Live::default());
        let progress = Progress::new(Arc::clone(&session.screen), quiet, scenarios, settled.longest());
        Ok(Self {
            session,
            control: run.control.clone(),
            run,
            signals,
            questions,
            wishes: VecDeque::new(),
            lingers,
            dismissed: false,
            ticks: None,
            outputs,
            shortages,
            judge: Judge::new(registry, evaluator, slas, keeping),
            progress,
            live,
            recorder: config,
            signals_heard: 0,
            phase: "init",
            ready: false,
            finished: None,
            setup_data: None,
            ending: Ending::default(),
            watch,
            loaded,
            settled,
            wanted,
        })
    }

    /// Leads the run to its end.
    ///
    /// # Errors
    /// How the run ended, unless that is a success.
    pub async fn conduct(self) -> Result<ExitCode, Error> {
        self.conduct_and_tell().await.0
    }

    /// The same, with what was counted for somebody beside the results.
    pub async fn conduct_and_tell(mut self) -> (Result<ExitCode, Error>, Option<Watch>) {
        self.ticks = Some(tokio::time::interval(TICK));
        while !self.ready && self.finished.is_none() {
            self.step().await;
        }
        let lifecycle = self.lifecycle();
        self.hold(&lifecycle).await;
        let prepared = self.setup(&lifecycle).await;
        if prepared {
            self.phase = "running";
            self.control.begin();
        }
        while self.finished.is_none() {
            self.step().await;
            self.grant(&lifecycle).await;
        }
        if prepared {
            self.teardown(&lifecycle).await;
        }
        let ended = self.close(&lifecycle).await;
        self.linger(&lifecycle).await;
        self.run.join();
        (ended, self.watch)
    }

    /// What is run once around the load.
    fn lifecycle(&self) -> Lifecycle {
        let registry = Arc::clone(self.judge.aggregate().registry());
        let recorder = Recorder::new(OWN_WORKER, registry, self.session.clock, self.recorder.clone());
        let context = WorkerCtx {
            index: OWN_WORKER,
            clock: self.session.clock,
            recorder: Rc::new(RefCell::new(recorder)),
            control: Arc::clone(&self.control),
            log: self.session.logger(),
        };
        Lifecycle::of(&self.loaded.test, context, self.recorder.clone())
    }

    /// Takes one event and reacts to it. Nothing is lost when it is dropped while it waits.
    async fn step(&mut self) {
        let ticks = self.ticks.as_mut().expect("the clock ticks from the start of the conduct");
        let event = tokio::select! {
            news = self.run.events.recv(), if self.finished.is_none() => Event::News(news),
            Some(signal) = self.signals.recv() => Event::Signal(signal),
            Some(question) = self.questions.recv() => Event::Asked(question),
            _ = ticks.tick() => Event::Tick,
        };
        match event {
            Event::News(Some(news)) => self.hear(news),
            Event::News(None) => self.lost(),
            Event::Signal(signal) => self.signalled(signal),
            Event::Asked(question) => self.asked(question),
            Event::Tick => self.tick(),
        }
    }

    fn hear(&mut self, news: RunEvent) {
        match news {
            RunEvent::VusReady { .. } => self.ready = true,
            RunEvent::Started { .. } => {}
            RunEvent::Frame(frame) => self.measured(frame),
            RunEvent::Raw(samples) => self.outputs.send(samples),
            RunEvent::Progress(_) => {}
            RunEvent::WorkerPanicked { worker, message } => {
                let record = Record::new(Level::Error, format!("a worker thread failed: {message}"));
                self.session.logger().log(record.with("worker", worker.to_string()));
            }
            RunEvent::Finished(finished) => self.finished = Some(finished),
        }
    }

    /// Takes over what somebody measured.
    fn measured(&mut self, frame: Frame) {
        let began = self.control.started_at();
        if let Some(tallies) = self.watch.as_mut().and_then(|watch| watch.tallies.as_mut()) {
            tallies.apply(&frame, began.and_then(|began| frame.second(began)));
        }
        self.judge.apply(frame, began);
    }

    /// The engine ended without saying so, which only a fault of ours can cause.
    fn lost(&mut self) {
        self.control.abort(AbortCause::Panic, "the engine ended unexpectedly");
        let counters = Counters::of(&self.control, self.session.clock.now());
        self.finished = Some(Finished {
            elapsed: counters.elapsed,
            abort: self.control.aborted().cloned(),
            failures: self.control.failures(),
            machine: engine::trust::MachineUse::default(),
        });
    }

    fn signalled(&mut self, signal: Signal) {
        self.signals_heard += 1;
        let name = if signal == Signal::SIGTERM { "terminated" } else { "interrupt" };
        if self.signals_heard == 1 {
            self.session.say(Level::Debug, format!("stopping the test run because of the '{name}' signal"));
        } else {
            self.session.say(Level::Error, "aborting the test run, because a second signal came");
        }
        self.control.abort(AbortCause::Signal, name);
    }

    fn tick(&mut self) {
        let now = self.session.clock.now();
        let elapsed = self.control.elapsed(now);
        if self.phase == "running" && self.judge.look(elapsed, now) && !self.control.is_aborted() {
            self.control.abort(AbortCause::Threshold, "");
        }
        if let Some(watch) = self.watch.as_mut().filter(|_| self.phase == "running") {
            let under_load = self.control.scenarios().iter().filter(|one| elapsed < one.length());
            let busy: Vec<u64> = under_load.map(engine::ScenarioState::busy_vus).collect();
            if !busy.is_empty() {
                watch.looks = (watch.looks.0 + busy.iter().sum::<u64>(), watch.looks.1 + 1);
            }
        }
        if self.phase == "running" && self.judge.decided(elapsed) && !self.control.is_aborted() {
            self.control.abort(AbortCause::Decided, "");
        }
        if !matches!(self.phase, "init" | "closing") {
            let live = self.live.as_mut().map(|live| live.line(self.judge.aggregate(), now));
            self.progress.tick(self.phase, &Counters::of(&self.control, now), live.unwrap_or_default());
            self.tick_dialect(elapsed.into());
        }
    }

    /// Whether the user wants it to end without anything more.
    fn hurried(&self) -> bool {
        self.signals_heard > 1
    }

    /// Lets the script do some work on its thread while everything else goes on. When `stop` says so it is told to
    /// stop, has a moment for that, and nothing comes of it.
    async fn beside<T>(
        &mut self,
        lifecycle: &Lifecycle,
        work: impl Future<Output = Performed<T>>,
        stop: impl Fn(&Self) -> bool,
    ) -> Option<Result<T, script::Error>> {
        let mut work = pin!(work);
        let mut told: Option<Nanos> = None;
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    self.collect(done.frame, done.raw);
                    return told.is_none().then_some(done.result);
                }
                () = self.step() => {}
            }
            let now = self.session.clock.now();
            match told {
                // Native code that hears of nothing: what it measured is lost.
                Some(since) if now.since(since) > STOPPING_PATIENCE => return None,
                None if stop(self) => {
                    lifecycle.interrupt();
                    told = Some(now);
                }
                _ => {}
            }
        }
    }

    /// Runs `setup()` if there is one; whether the load may start.
    async fn setup(&mut self, lifecycle: &Lifecycle) -> bool {
        if self.control.is_aborted() {
            return false;
        }
        let wanted = !self.settled.options.no_setup.unwrap_or(false);
        if wanted && self.loaded.test.around().0 {
            self.phase = "setup";
            let limit = self.settled.options.setup_timeout.unwrap_or(LIFECYCLE_LIMIT);
            let result =
                self.beside(lifecycle, lifecycle.setup(limit), |this| this.control.is_aborted()).await;
            match result {
                Some(Ok(data)) => self.setup_data = data,
                // What aborted the test, says why; that `setup()` was interrupted by it says nothing.
                Some(Err(_)) if self.control.is_aborted() => {}
                Some(Err(error)) => {
                    self.ending.setup =
                        Some(lifecycle_failed("setup", limit, ExitCode::SETUP_TIMEOUT, &error));
                    self.control.abort(AbortCause::Script, "");
                }
                None => {}
            }
        }
        self.tell_setup_data();
        !self.control.is_aborted()
    }

    /// Hands what `setup()` returned to all users.
    fn tell_setup_data(&self) {
        if let Some(script) = self.loaded.test.script() {
            script.set_setup_data(self.setup_data.clone());
        }
    }

    /// Runs `teardown()` if there is one, also after an early end.
    async fn teardown(&mut self, lifecycle: &Lifecycle) {
        let wanted = !self.settled.options.no_teardown.unwrap_or(false) && !self.hurried();
        if wanted && self.loaded.test.around().1 {
            self.phase = "teardown";
            let limit = self.settled.options.teardown_timeout.unwrap_or(LIFECYCLE_LIMIT);
            let result = self.beside(lifecycle, lifecycle.teardown(limit), Self::hurried).await;
            if let Some(Err(error)) = result {
                let error = lifecycle_failed("teardown", limit, ExitCode::TEARDOWN_TIMEOUT, &error);
                self.ending.teardown = Some(error);
            }
        }
    }

    /// Takes over what a lifecycle function measured.
    fn collect(&mut self, frame: Option<Frame>, raw: Vec<RawSample>) {
        if let Some(frame) = frame {
            self.measured(frame);
        }
        self.outputs.send(raw);
    }
}

/// The error of a lifecycle function.
fn lifecycle_failed(function: &str, limit: Duration, late: ExitCode, error: &script::Error) -> Error {
    match error.kind {
        ErrorKind::Timeout => {
            let text = format!("{function}() execution timed out after {} seconds", limit.as_secs());
            let advice = format!("You can increase the time limit via the {function}Timeout option");
            Error::run(late, text).with_hint(advice)
        }
        ErrorKind::Aborted => Error::run(ExitCode::SCRIPT_ABORTED, error.message.clone()),
        ErrorKind::Exception | ErrorKind::Rejection | ErrorKind::Syntax => thrown(error),
        ErrorKind::Internal => Error::run(ExitCode::PANIC, error.message.clone())
            .with_hint("this is a bug of plimsoll; please report it"),
        _ => Error::run(ExitCode::GENERIC, error.message.clone()),
    }
}
