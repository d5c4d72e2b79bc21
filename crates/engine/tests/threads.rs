//! Runs on real threads: short, and lenient about time, strict about counts.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use metrics::{RecorderConfig, Registry};
use model::{Clock, Nanos, Scenario, SegmentTuple};
use plimsoll_engine::{
    AbortCause, Environment, Finished, Iteration, IterationEnd, Plan, Run, RunEvent, ScenarioInfo, Vu,
    VuError, VuMaker, VuSource, WorkerCtx, start,
};
use serde_json::{Value, json};

/// What the users of a test do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Habit {
    /// Iterations end at once.
    Brief,
    /// In scenario 0 iterations never end by themselves and never wait: an endless loop in a script, which
    /// looks at its deadlines.
    Spin,
    /// The second worker fails as a whole.
    Crash,
}

#[derive(Clone)]
struct Source {
    habit: Habit,
    late: Arc<AtomicU64>,
}

struct Maker(Habit, Rc<WorkerCtx>, Arc<AtomicU64>);

impl VuSource for Source {
    fn worker(&self, worker: &Rc<WorkerCtx>) -> Box<dyn VuMaker> {
        assert!(self.habit != Habit::Crash || worker.index == 0, "crashed as told");
        Box::new(Maker(self.habit, worker.clone(), self.late.clone()))
    }
}

impl VuMaker for Maker {
    fn make(&self, _id: u64, _id_in_test: u64) -> LocalBoxFuture<'_, Result<Box<dyn Vu>, VuError>> {
        let vu = User { habit: self.0, ctx: self.1.clone(), late: self.2.clone(), iteration: None };
        async move { Ok(Box::new(vu) as Box<dyn Vu>) }.boxed_local()
    }
}

struct User {
    habit: Habit,
    ctx: Rc<WorkerCtx>,
    /// Arrivals that started more than a quarter of a second late.
    late: Arc<AtomicU64>,
    iteration: Option<Iteration>,
}

impl Vu for User {
    fn activate(&mut self, _scenario: &Arc<ScenarioInfo>) {}

    fn start(&mut self, iteration: Iteration) {
        if iteration.intended.is_some_and(|due| iteration.started.since(due) > Nanos::from_millis(250)) {
            self.late.fetch_add(1, Relaxed);
        }
        self.iteration = Some(iteration);
    }

    fn poll(&mut self, _cx: &mut Context<'_>) -> Poll<IterationEnd> {
        let iteration = self.iteration.take().expect("poll comes after start");
        if self.habit != Habit::Spin || iteration.scenario != 0 {
            return Poll::Ready(IterationEnd::Completed);
        }
        while self.ctx.clock.now() < iteration.hard_stop.min(self.ctx.control.kill_at()) {
            std::hint::spin_loop();
        }
        Poll::Ready(IterationEnd::Interrupted)
    }

    fn interrupt(&mut self) {}

    fn close(self: Box<Self>) {}
}

fn begin(scenarios: &[Value], habit: Habit) -> (Run, Arc<AtomicU64>) {
    let named = |(index, members): (usize, &Value)| {
        Scenario::parse(&format!("s{index}"), members).expect("a test's scenario is valid")
    };
    let plan = Plan {
        scenarios: scenarios.iter().enumerate().map(named).collect(),
        segment: SegmentTuple::full(),
        threads: 2,
        tags: vec![("env".to_string(), "test".to_string())],
        scenario_tag: true,
        stage_tag: false,
        paused: false,
        recorder: RecorderConfig::default(),
    };
    let log = Arc::new(model::log::Memory::default());
    let environment = Environment { registry: Registry::new(), clock: Clock::start(), log };
    let late = Arc::new(AtomicU64::new(0));
    let source: Arc<dyn VuSource> = Arc::new(Source { habit, late: late.clone() });
    (start(&plan, &source, &environment).expect("threads can be made"), late)
}

/// Lets a run begin and end; `watch` sees each event.
fn finish(run: &mut Run, mut watch: impl FnMut(&RunEvent)) -> Finished {
    run.control.begin();
    while let Some(event) = run.events.blocking_recv() {
        watch(&event);
        if let RunEvent::Finished(finished) = event {
            return finished;
        }
    }
    panic!("a run finishes before it falls silent");
}

#[test]
fn a_busy_closed_loop_leaves_room_for_arrivals() {
    let (mut run, late) = begin(
        &[
            json!({"executor": "constant-vus", "vus": 4, "duration": "400ms"}),
            json!({"executor": "constant-arrival-rate", "rate": 500, "duration": "400ms", "preAllocatedVUs": 10}),
        ],
        Habit::Brief,
    );
    let finished = finish(&mut run, |_| {});
    assert!(finished.abort.is_none());
    assert_eq!(run.control.vus_initialised(), 14);
    let arrivals = run.control.scenario(1);
    assert_eq!(arrivals.completed() + arrivals.dropped(), 200);
    // On an idle machine none is dropped; a starved one must not make the test fail, a starving loop must.
    assert!(arrivals.completed() >= 100, "{} arrivals", arrivals.completed());
    assert_eq!(late.load(Relaxed), 0);
    assert!(run.control.scenario(0).completed() > 1000, "{}", run.control.scenario(0).completed());
    run.join();
}

#[test]
fn an_abort_reaches_code_that_never_waits() {
    let (mut run, _) = begin(&[json!({"executor": "constant-vus", "vus": 2, "duration": "1h"})], Habit::Spin);
    let control = run.control.clone();
    let finished = finish(&mut run, |event| {
        if matches!(event, RunEvent::Started { .. }) {
            while control.vus_active() < 2 {
                std::thread::yield_now();
            }
            control.abort(AbortCause::Signal, "interrupted");
        }
    });
    assert_eq!(finished.abort.map(|abort| abort.cause), Some(AbortCause::Signal));
    assert_eq!(run.control.iterations_interrupted(), 2);
    run.join();
}

#[test]
fn a_deadline_reaches_code_that_never_waits() {
    let members = json!({"executor": "constant-vus", "vus": 2, "duration": "50ms", "gracefulStop": "50ms"});
    let (mut run, _) = begin(&[members], Habit::Spin);
    let finished = finish(&mut run, |_| {});
    assert!(finished.elapsed >= Nanos::from_millis(100));
    assert_eq!(run.control.iterations_interrupted(), 2);
    run.join();
}

#[test]
fn a_worker_that_fails_ends_the_run() {
    let (mut run, _) =
        begin(&[json!({"executor": "constant-vus", "vus": 2, "duration": "1h"})], Habit::Crash);
    let mut told = Vec::new();
    let finished = finish(&mut run, |event| {
        if let RunEvent::WorkerPanicked { worker, message } = event {
            told.push((*worker, message.clone()));
        }
    });
    assert_eq!(told, [(1, "crashed as told".to_string())]);
    assert_eq!(finished.abort.map(|abort| abort.cause), Some(AbortCause::Panic));
    run.join();
}

#[test]
fn iterations_are_dealt_out_exactly_over_threads() {
    let members = json!({"executor": "shared-iterations", "vus": 50, "iterations": 20_000});
    let (mut run, _) = begin(&[members], Habit::Brief);
    finish(&mut run, |_| {});
    assert_eq!(run.control.iterations_completed(), 20_000);
    assert_eq!(run.control.scenario(0).dropped(), 0);
    run.join();
}
