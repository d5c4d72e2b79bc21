//! Scripted virtual users, and runs of them in time that stands still unless everybody waits.
//!
//! Main types: [`Act`], what an iteration does, and [`Outcome`], everything that can be seen of a run.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use metrics::{Aggregate, RecorderConfig, Registry};
use model::{Clock, Nanos, Record, Scenario, SegmentTuple};
use plimsoll_engine::{
    Control, Environment, Finished, Iteration, IterationEnd, Plan, RunEvent, ScenarioInfo, Vu, VuError,
    VuMaker, VuSource, WorkerCtx, run_inline,
};
use serde_json::Value;
use tokio::time::{Instant, Sleep, sleep};

/// What an iteration does.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// Ends at once.
    Done,
    /// Ends by an exception, at once.
    Fail,
    /// Takes so many milliseconds, unless interrupted.
    Take(u64),
    /// Goes on until interrupted.
    Hang,
    /// Goes on for ever.
    Stubborn,
    /// Panics.
    Panic,
    /// Makes its user unusable.
    Lost,
}

/// One iteration as its user saw it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub vu: u64,
    pub iteration: Iteration,
    pub ended: Nanos,
    pub end: IterationEnd,
}

/// Everything that scripted users note.
#[derive(Default)]
pub struct Notes {
    pub entries: Vec<Entry>,
    pub made: Vec<(u64, u64)>,
    pub activated: Vec<(u64, String)>,
    pub closed: Vec<u64>,
}

type Script = dyn Fn(u64, &Iteration) -> Act + Send + Sync;

/// A source of scripted users.
#[derive(Clone)]
pub struct Scripted {
    pub script: Arc<Script>,
    pub notes: Arc<Mutex<Notes>>,
    /// The user that cannot be made.
    pub unmakeable: Option<u64>,
}

impl Scripted {
    pub fn new(script: impl Fn(u64, &Iteration) -> Act + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), notes: Arc::default(), unmakeable: None }
    }
}

impl VuSource for Scripted {
    fn worker(&self, _worker: &Rc<WorkerCtx>) -> Box<dyn VuMaker> {
        Box::new(self.clone())
    }
}

impl VuMaker for Scripted {
    fn make(&self, id: u64, id_in_test: u64) -> LocalBoxFuture<'_, Result<Box<dyn Vu>, VuError>> {
        async move {
            if self.unmakeable == Some(id) {
                return Err(VuError::script("no such user"));
            }
            self.notes.lock().expect("no user panics while it takes notes").made.push((id, id_in_test));
            Ok(Box::new(ScriptedVu { id, source: self.clone(), running: None }) as Box<dyn Vu>)
        }
        .boxed_local()
    }
}

struct ScriptedVu {
    id: u64,
    source: Scripted,
    running: Option<Running>,
}

struct Running {
    iteration: Iteration,
    began: Instant,
    act: Act,
    sleep: Pin<Box<Sleep>>,
    interrupted: bool,
}

impl Vu for ScriptedVu {
    fn activate(&mut self, scenario: &Arc<ScenarioInfo>) {
        self.source
            .notes
            .lock()
            .expect("no user panics while it takes notes")
            .activated
            .push((self.id, scenario.name.clone()));
    }

    fn start(&mut self, iteration: Iteration) {
        assert!(self.running.is_none(), "one iteration at a time");
        let act = (self.source.script)(self.id, &iteration);
        let length = if let Act::Take(millis) = act { millis } else { 0 };
        let sleep = Box::pin(sleep(Duration::from_millis(length)));
        self.running = Some(Running { iteration, began: Instant::now(), act, sleep, interrupted: false });
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<IterationEnd> {
        let running = self.running.as_mut().expect("poll comes after start");
        let end = match running.act {
            Act::Stubborn => return Poll::Pending,
            Act::Panic => {
                self.running = None;
                panic!("scripted panic");
            }
            _ if running.interrupted => IterationEnd::Interrupted,
            Act::Hang => return Poll::Pending,
            Act::Done => IterationEnd::Completed,
            Act::Fail => IterationEnd::Failed,
            Act::Lost => IterationEnd::Lost,
            Act::Take(_) => match running.sleep.as_mut().poll(cx) {
                Poll::Ready(()) => IterationEnd::Completed,
                Poll::Pending => return Poll::Pending,
            },
        };
        let ended = running.iteration.started + Nanos::from(running.began.elapsed());
        let entry = Entry { vu: self.id, iteration: running.iteration, ended, end };
        self.source.notes.lock().expect("no user panics while it takes notes").entries.push(entry);
        self.running = None;
        Poll::Ready(end)
    }

    fn interrupt(&mut self) {
        if let Some(running) = &mut self.running {
            running.interrupted = true;
        }
    }

    fn close(self: Box<Self>) {
        self.source.notes.lock().expect("no user panics while it takes notes").closed.push(self.id);
    }
}

/// What can be seen of a run.
pub struct Outcome {
    pub entries: Vec<Entry>,
    pub made: Vec<(u64, u64)>,
    pub activated: Vec<(u64, String)>,
    pub closed: Vec<u64>,
    pub begin: Nanos,
    pub finished: Finished,
    pub control: Arc<Control>,
    pub records: Vec<Record>,
    pub events: Vec<RunEvent>,
    pub aggregate: Aggregate,
}

impl Outcome {
    /// Milliseconds from the start of the run.
    pub fn at(&self, time: Nanos) -> u64 {
        time.since(self.begin).0 / 1_000_000
    }

    /// `(user, start, end)` of each iteration in milliseconds, by start.
    pub fn times(&self) -> Vec<(u64, u64, u64)> {
        let mut times: Vec<_> = self
            .entries
            .iter()
            .map(|entry| (entry.vu, self.at(entry.iteration.started), self.at(entry.ended)))
            .collect();
        times.sort_by_key(|time| (time.1, time.0));
        times
    }

    /// The iterations' numbers in the whole test, ascending.
    pub fn numbers(&self) -> Vec<u64> {
        let mut numbers: Vec<_> = self.entries.iter().map(|entry| entry.iteration.in_test).collect();
        numbers.sort_unstable();
        numbers
    }

    /// How many iterations ended so.
    pub fn count(&self, end: IterationEnd) -> usize {
        self.entries.iter().filter(|entry| entry.end == end).count()
    }

    /// Everything logged, as `message key=value …`.
    pub fn log(&self) -> Vec<String> {
        let line = |record: &Record| {
            let fields = record.fields.iter().map(|(key, value)| format!(" {key}={value}"));
            record.message.clone() + &fields.collect::<String>()
        };
        self.records.iter().map(line).collect()
    }
}

/// A scenario from its JSON.
pub fn scenario(name: &str, members: &Value) -> Scenario {
    Scenario::parse(name, members).expect("a test's scenario is valid")
}

/// A plan on two threads.
pub fn plan(scenarios: &[(&str, Value)]) -> Plan {
    Plan {
        scenarios: scenarios.iter().map(|(name, members)| scenario(name, members)).collect(),
        segment: SegmentTuple::full(),
        threads: 2,
        tags: Vec::new(),
        scenario_tag: true,
        stage_tag: false,
        paused: false,
        recorder: RecorderConfig::default(),
    }
}

/// Runs a plan in virtual time.
pub fn run(plan: &Plan, source: Scripted) -> Outcome {
    run_watched(plan, source, |_, _| {})
}

/// Runs one scenario named `s` in virtual time.
pub fn run_one(members: Value, script: impl Fn(u64, &Iteration) -> Act + Send + Sync + 'static) -> Outcome {
    run(&plan(&[("s", members)]), Scripted::new(script))
}

/// Runs a plan in virtual time; `watch` sees each event first.
pub fn run_watched(
    plan: &Plan,
    source: Scripted,
    mut watch: impl FnMut(&RunEvent, &Arc<Control>),
) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("a runtime can be made");
    let log = Arc::new(model::log::Memory::default());
    let environment = Environment { registry: Registry::new(), clock: Clock::start(), log: log.clone() };
    let notes = source.notes.clone();
    let source: Arc<dyn VuSource> = Arc::new(source);
    let mut aggregate = Aggregate::new(environment.registry.clone(), &[]);
    let (mut begin, mut finished, mut seen, mut events) = (Nanos::MAX, None, None, Vec::new());
    runtime.block_on(run_inline(plan, &source, &environment, |event, control| {
        watch(&event, control);
        match &event {
            RunEvent::Started { at } => begin = *at,
            RunEvent::Frame(frame) => aggregate.apply(frame.clone()),
            RunEvent::Finished(how) => finished = Some(how.clone()),
            _ => {}
        }
        seen = Some(control.clone());
        events.push(event);
    }));
    let Notes { entries, made, activated, closed } =
        std::mem::take(&mut *notes.lock().expect("no user panics while it takes notes"));
    let (finished, control) = (finished.expect("every run finishes"), seen.expect("every run has news"));
    Outcome {
        entries,
        made,
        activated,
        closed,
        begin,
        finished,
        control,
        records: log.take(),
        events,
        aggregate,
    }
}
