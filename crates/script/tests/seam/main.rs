//! The seam between scripts, coroutines and the engine, driven at random: users are interrupted, dropped and
//! starved at any point of scripts that throw, overflow, wait and spin. `SEAM_STEPS` and `SEAM_SEED` widen it.
#![cfg(debug_assertions)]
#![expect(clippy::unwrap_used, reason = "a test may fail by it")]

mod servers;
mod settings;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use engine::{
    Control, Environment, Iteration, IterationEnd, Plan, ScenarioInfo, Vu, VuMaker, VuSource, WorkerCtx,
};
use metrics::{Recorder, RecorderConfig, Registry};
use model::{Clock, Log, Logger, Nanos, Record, Scenario, SegmentTuple};
use plimsoll_script::testing::{Fault, arm, disarm};
use plimsoll_script::{LoadOptions, Source, Test};
use servers::{chatting_server, stalling_server};
use settings::run_options;

/// How a function of `seam.js` ends when nothing disturbs it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Nature {
    Completes,
    Throws,
    Hoards,
    Waits,
    Spins,
}

use Nature::{Completes, Hoards, Spins, Throws, Waits};

/// Those that are slow in a debug build come once, the others as often as their weight says.
const FUNCTIONS: &[(&str, Nature, u32)] = &[
    ("plain", Completes, 8),
    ("settles", Completes, 8),
    ("overflowCaught", Completes, 1),
    ("overflowSorted", Completes, 1),
    ("throwsInCheck", Throws, 8),
    ("throwsInGroup", Throws, 8),
    ("throwsInTimer", Throws, 8),
    ("throwsInGetter", Throws, 8),
    ("throwsInText", Throws, 8),
    ("throwsInGroupName", Throws, 8),
    ("rejects", Throws, 8),
    ("overflows", Throws, 1),
    ("overflowsInCheck", Throws, 1),
    ("hoards", Hoards, 1),
    ("hoardsText", Hoards, 1),
    ("sleeps", Waits, 8),
    ("sleepsInGroup", Waits, 8),
    ("sleepsInSort", Waits, 8),
    ("sleepsInGetter", Waits, 8),
    ("waitsForTimer", Waits, 8),
    ("awaitsForever", Waits, 8),
    ("awaitsRequest", Waits, 4),
    ("requests", Waits, 4),
    ("batches", Waits, 4),
    ("talks", Waits, 4),
    ("listens", Waits, 4),
    ("spins", Spins, 1),
];

const USERS: usize = 6;
const MEMORY_LIMIT_BYTES: usize = 4 << 20;
/// Nothing here needs more polls than this before it ends or waits for good.
const POLLS_MAX: u32 = 20_000;

/// A small generator of numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % u64::from(most)) as u32
    }
}

struct Silent;

impl Log for Silent {
    fn log(&self, _: Record) {}
}

/// A source that is never asked for users: the plan has no scenarios.
struct Nobody;

impl VuSource for Nobody {
    fn worker(&self, _: &Rc<WorkerCtx>) -> Box<dyn VuMaker> {
        Box::new(Self)
    }
}

impl VuMaker for Nobody {
    fn make(
        &self,
        _: u64,
        _: u64,
    ) -> futures_util::future::LocalBoxFuture<'_, Result<Box<dyn Vu>, engine::VuError>> {
        unreachable!("the plan has no scenarios")
    }
}

/// The controls of a run that does nothing.
async fn control(registry: &Arc<Registry>, clock: Clock, log: &Logger) -> Arc<Control> {
    let plan = Plan {
        scenarios: Vec::new(),
        segment: SegmentTuple::full(),
        threads: 1,
        tags: Vec::new(),
        scenario_tag: false,
        stage_tag: false,
        paused: false,
        recorder: RecorderConfig::default(),
    };
    let environment = Environment { registry: registry.clone(), clock, log: log.clone() };
    let source: Arc<dyn VuSource> = Arc::new(Nobody);
    let mut found = None;
    engine::run_inline(&plan, &source, &environment, |_, control| {
        found.get_or_insert_with(|| control.clone());
    })
    .await;
    found.expect("a run tells at least that it finished")
}

/// A user and the iteration that it runs.
struct Place {
    user: Box<dyn Vu>,
    running: Option<Running>,
    iterations: u64,
}

#[derive(Clone, Copy)]
struct Running {
    function: usize,
    /// It was told to stop, by the test or by a fault.
    stopped: bool,
    fault: Option<Fault>,
}

/// How a poll came out; a panic is what a panicking host function leaves.
enum Turn {
    Waiting,
    Ended(IterationEnd),
    Panicked,
}

struct Seam {
    maker: Box<dyn VuMaker>,
    clock: Clock,
    dice: Dice,
    scenarios: Vec<Arc<ScenarioInfo>>,
    /// Each function as often as its weight.
    urn: Vec<usize>,
    made: u64,
    ends: BTreeMap<String, u64>,
}

impl Seam {
    async fn place(&mut self) -> Place {
        self.made += 1;
        let user = self.maker.make(self.made, self.made).await.expect("a user can always be made");
        Place { user, running: None, iterations: 0 }
    }

    fn begin(&mut self, place: &mut Place) {
        let function = self.urn[self.dice.below(self.urn.len() as u32) as usize];
        let now = self.clock.now();
        let spins = FUNCTIONS[function].1 == Spins;
        place.user.activate(&self.scenarios[function]);
        place.user.start(Iteration {
            scenario: function as u32,
            in_vu: place.iterations,
            in_vu_scenario: place.iterations,
            in_instance: place.iterations,
            in_test: place.iterations,
            intended: None,
            started: now,
            hard_stop: if spins { now + Nanos(500_000) } else { Nanos::MAX },
        });
        place.iterations += 1;
        place.running = Some(Running { function, stopped: spins, fault: None });
    }

    /// Polls once, perhaps with a fault armed. A fault that did not happen in this poll is taken back.
    fn poll(&mut self, place: &mut Place, context: &mut Context<'_>) -> Turn {
        let running = place.running.as_mut().expect("only a running user is polled");
        let fault = match self.dice.below(12) {
            0 => Some((Fault::Panic, self.dice.below(6))),
            1 => Some((Fault::Interrupt, self.dice.below(6))),
            2 => Some((Fault::NoMemory, self.dice.below(300))),
            _ => None,
        };
        if let Some((fault, skip)) = fault {
            arm(fault, skip);
        }
        let polled = catch_unwind(AssertUnwindSafe(|| place.user.poll(context)));
        if let Some((fault, _)) = fault
            && disarm()
        {
            running.fault = running.fault.max_by_harm(fault);
            running.stopped |= fault == Fault::Interrupt;
        }
        match polled {
            Ok(Poll::Pending) => Turn::Waiting,
            Ok(Poll::Ready(end)) => Turn::Ended(end),
            Err(_) => Turn::Panicked,
        }
    }

    /// Whether the iteration ended as it had to.
    fn judge(&mut self, running: Running, turn: &Turn) {
        use IterationEnd::{Completed, Failed, Interrupted, Lost};
        let (name, nature, _) = FUNCTIONS[running.function];
        let right = match turn {
            Turn::Waiting => false,
            Turn::Panicked => running.fault == Some(Fault::Panic),
            // What runs out of memory may notice anywhere, also where the script catches it.
            Turn::Ended(_) if running.fault == Some(Fault::NoMemory) => true,
            Turn::Ended(_) if running.fault == Some(Fault::Panic) => false,
            Turn::Ended(end) => match (nature, end) {
                (Completes, Completed) | (Throws, Failed) => true,
                (Hoards, Lost) => true,
                (_, Interrupted | Lost) => running.stopped,
                // The interruption came after its last wait and its last look.
                (Completes | Throws | Hoards | Waits | Spins, _) => false,
            },
        };
        let shown = match turn {
            Turn::Ended(end) => format!("{end:?}"),
            Turn::Panicked => "Panicked".to_owned(),
            Turn::Waiting => "Waiting".to_owned(),
        };
        assert!(
            right,
            "{name} ({nature:?}) ended as {shown}; stopped {}, {:?}",
            running.stopped, running.fault
        );
        *self.ends.entry(format!("{nature:?} {shown}")).or_default() += 1;
    }

    /// One thing that happens to one user.
    async fn step(&mut self, places: &mut [Place]) {
        let chosen = self.dice.below(places.len() as u32) as usize;
        if places[chosen].running.is_none() {
            self.begin(&mut places[chosen]);
        }
        let mut context = Context::from_waker(Waker::noop());
        let wish = self.dice.below(10);
        if wish == 0 {
            // In the middle of whatever it does.
            places[chosen] = self.place().await;
            *self.ends.entry("Dropped".to_owned()).or_default() += 1;
            return;
        }
        if wish < 4 {
            let place = &mut places[chosen];
            place.user.interrupt();
            place.running.as_mut().expect("it was begun").stopped = true;
        }
        let mut turn = self.poll(&mut places[chosen], &mut context);
        for _ in 0..POLLS_MAX {
            let running = places[chosen].running.expect("it was begun");
            let waits = matches!(FUNCTIONS[running.function].1, Waits) && !running.stopped;
            if waits || !matches!(turn, Turn::Waiting) {
                break;
            }
            // Timers and sockets get their turn.
            tokio::task::yield_now().await;
            turn = self.poll(&mut places[chosen], &mut context);
        }
        let running = places[chosen].running.expect("it was begun");
        if matches!(turn, Turn::Waiting) && FUNCTIONS[running.function].1 == Waits && !running.stopped {
            return;
        }
        self.judge(running, &turn);
        places[chosen].running = None;
        if !matches!(
            turn,
            Turn::Ended(IterationEnd::Completed | IterationEnd::Failed | IterationEnd::Interrupted)
        ) {
            places[chosen] = self.place().await;
        }
    }
}

/// The fault that explains the most.
trait MaxByHarm {
    fn max_by_harm(self, other: Fault) -> Self;
}

impl MaxByHarm for Option<Fault> {
    fn max_by_harm(self, other: Fault) -> Self {
        match (self, other) {
            (Some(Fault::Panic), _) | (_, Fault::Panic) => Some(Fault::Panic),
            (Some(Fault::NoMemory), _) | (_, Fault::NoMemory) => Some(Fault::NoMemory),
            _ => Some(Fault::Interrupt),
        }
    }
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

async fn drive(steps: u64, seed: u64) {
    let (clock, registry) = (Clock::start(), Registry::new());
    let log: Logger = Arc::new(Silent);
    let control = control(&registry, clock, &log).await;
    let text = include_bytes!("seam.js").to_vec();
    let source =
        Source { main: "file:///seam.js".to_owned(), ..Source::stdin(text, std::path::Path::new("/")) };
    let options = LoadOptions {
        log: log.clone(),
        env: BTreeMap::from([
            ("STALL".to_owned(), stalling_server()),
            ("CHAT".to_owned(), chatting_server()),
        ]),
        registry: registry.clone(),
        clock,
        secrets: Arc::default(),
        memory_limit: Some(MEMORY_LIMIT_BYTES),
    };
    // Loading has an event loop of its own, so it needs a thread without one.
    let test = std::thread::spawn(move || Test::load(source, options)).join().unwrap().unwrap();
    test.configure(run_options(control.clone(), clock));
    let recorder = Rc::new(RefCell::new(Recorder::new(0, registry, clock, RecorderConfig::default())));
    let worker = Rc::new(WorkerCtx { index: 0, clock, recorder: recorder.clone(), control, log });
    let scenarios = FUNCTIONS.iter().enumerate().map(|(index, (name, ..))| {
        let shape = serde_json::json!({ "executor": "shared-iterations", "exec": name });
        Arc::new(ScenarioInfo::new(index as u32, Scenario::parse("load", &shape).unwrap()))
    });
    let scenarios = scenarios.collect();
    let urn = (0..FUNCTIONS.len()).flat_map(|index| (0..FUNCTIONS[index].2).map(move |_| index)).collect();
    let maker = test.users().worker(&worker);
    let mut seam = Seam { maker, clock, dice: Dice(seed), scenarios, urn, made: 0, ends: BTreeMap::new() };
    let mut places = Vec::new();
    for _ in 0..USERS {
        places.push(seam.place().await);
    }
    let mut warm = 0;
    for step in 0..steps {
        seam.step(&mut places).await;
        if step % 1024 == 0 {
            recorder.borrow_mut().take_frame(clock.now());
        }
        if step == steps / 4 {
            warm = resident_bytes();
        }
    }
    drop(places);
    assert_eq!(fiber::leaked_stacks(), 0);
    let grown = resident_bytes().saturating_sub(warm);
    println!("{} users, {grown} bytes more than after a quarter of the steps; {:#?}", seam.made, seam.ends);
    assert!(grown < 64 << 20, "{grown} bytes were not given back");
}

#[test]
fn users_survive_anything_at_any_point() {
    // The panics that the test asks for need no report; any other does.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload().downcast_ref::<&str>() != Some(&"a fault that a test asked for") {
            report(info);
        }
    }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, drive(number("SEAM_STEPS", 10_000), number("SEAM_SEED", 1)));
}

/// Loads a script and runs its `setup()`, with a fault armed or not.
fn set_up(script: &str, fault: Option<Fault>) -> Result<Option<String>, plimsoll_script::Error> {
    let (clock, log, registry) = (Clock::start(), Arc::new(Silent) as Logger, Registry::new());
    let source = Source::stdin(script.as_bytes().to_vec(), std::path::Path::new("/"));
    let options = LoadOptions {
        log: log.clone(),
        env: BTreeMap::new(),
        registry: registry.clone(),
        clock,
        memory_limit: None,
        secrets: Arc::default(),
    };
    let test = Test::load(source, options).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        test.configure(run_options(control(&registry, clock, &log).await, clock));
        let lifecycle = test.lifecycle(7, RecorderConfig::default());
        if let Some(fault) = fault {
            arm(fault, 0);
        }
        let done = lifecycle.setup(std::time::Duration::from_secs(20)).await;
        disarm();
        assert_eq!(done.frame.map(|frame| frame.worker), Some(7), "it measures also when it fails");
        // The thread outlives the failure of a function.
        if fault.is_some() {
            let again = lifecycle.setup(std::time::Duration::from_secs(20)).await;
            assert_eq!(again.result.unwrap().as_deref(), Some("[0]"), "{script}");
        }
        done.result
    })
}

#[test]
fn a_fault_of_the_host_in_setup_is_the_failure_of_setup() {
    let script =
        "export function setup() { try { __ENV.n = 1; console.log('here'); } catch (e) {} return [0]; }
                  export default function () {}";
    assert_eq!(set_up(script, None).unwrap().as_deref(), Some("[0]"));
    let error = set_up(script, Some(Fault::Panic)).unwrap_err();
    assert_eq!(error.kind, plimsoll_script::ErrorKind::Internal);
    assert_eq!(error.message, "a fault of the program ended setup(): a fault that a test asked for");
}
