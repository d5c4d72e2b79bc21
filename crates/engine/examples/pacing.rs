//! How late arrivals start, and what the engine itself costs, with users that do next to nothing.
//!
//! `pacing open RATE SECONDS VUS TAKE_MS` paces arrivals; `pacing loop SECONDS VUS` iterates back to back;
//! `pacing think SECONDS VUS THINK_MS` has users that mostly wait; `pacing mix RATE SECONDS VUS` paces arrivals
//! beside users that never wait. Prints the lag of starts, iterations a second,
//! processor time and memory.

use std::cell::RefCell;
use std::fs;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use metrics::{RecorderConfig, Registry};
use model::{Clock, Nanos, Scenario, SegmentTuple};
use plimsoll_engine::{
    Environment, Iteration, IterationEnd, Plan, RunEvent, ScenarioInfo, Vu, VuError, VuMaker, VuSource,
    WorkerCtx, start,
};
use serde_json::json;
use tokio::time::{Sleep, sleep};

/// Lags of all users that were closed.
type Lags = Arc<Mutex<Vec<u64>>>;

struct Source {
    lags: Lags,
    take: Duration,
}

struct Maker {
    lags: Rc<RefCell<Vec<u64>>>,
    all: Lags,
    take: Duration,
}

impl VuSource for Source {
    fn worker(&self, _worker: &Rc<WorkerCtx>) -> Box<dyn VuMaker> {
        Box::new(Maker { lags: Rc::default(), all: self.lags.clone(), take: self.take })
    }
}

impl VuMaker for Maker {
    fn make(&self, _id: u64, _id_in_test: u64) -> LocalBoxFuture<'_, Result<Box<dyn Vu>, VuError>> {
        let vu = User { lags: self.lags.clone(), all: self.all.clone(), take: self.take, nap: None };
        async move { Ok(Box::new(vu) as Box<dyn Vu>) }.boxed_local()
    }
}

struct User {
    lags: Rc<RefCell<Vec<u64>>>,
    all: Lags,
    take: Duration,
    nap: Option<Pin<Box<Sleep>>>,
}

impl Vu for User {
    fn activate(&mut self, _scenario: &Arc<ScenarioInfo>) {}

    fn start(&mut self, iteration: Iteration) {
        if let Some(due) = iteration.intended {
            self.lags.borrow_mut().push(iteration.started.since(due).0);
        }
        self.nap = (!self.take.is_zero()).then(|| Box::pin(sleep(self.take)));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<IterationEnd> {
        let napped = self.nap.as_mut().is_none_or(|nap| nap.as_mut().poll(cx).is_ready());
        if napped { Poll::Ready(IterationEnd::Completed) } else { Poll::Pending }
    }

    fn interrupt(&mut self) {
        self.nap = None;
    }

    fn close(self: Box<Self>) {
        let mut all = self.all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.append(&mut self.lags.borrow_mut());
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| -> u64 {
        arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("argument {place}?"))
    };
    let arrivals = || {
        json!({"executor": "constant-arrival-rate", "rate": number(1), "duration": number(2) * 1000,
            "preAllocatedVUs": if arguments[0] == "mix" { 100 } else { number(3) }})
    };
    let back_to_back =
        |seconds: u64, vus: u64| json!({"executor": "constant-vus", "duration": seconds * 1000, "vus": vus});
    let (members, take_ms) = match arguments.first().map(String::as_str) {
        Some("open") => (vec![arrivals()], number(4)),
        Some("loop") => (vec![back_to_back(number(1), number(2))], 0),
        Some("mix") => (vec![arrivals(), back_to_back(number(2), number(3))], 0),
        Some("think") => (vec![back_to_back(number(1), number(2))], number(3)),
        _ => panic!("open, loop, mix or think?"),
    };
    let plan = Plan {
        scenarios: members.iter().map(|it| Scenario::parse("s", it).expect("a valid scenario")).collect(),
        segment: SegmentTuple::full(),
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        tags: Vec::new(),
        scenario_tag: true,
        stage_tag: false,
        paused: false,
        recorder: RecorderConfig::default(),
    };
    let log = Arc::new(model::log::Memory::default());
    let environment = Environment { registry: Registry::new(), clock: Clock::start(), log };
    let lags = Lags::default();
    let source: Arc<dyn VuSource> =
        Arc::new(Source { lags: lags.clone(), take: Duration::from_millis(take_ms) });
    let mut run = start(&plan, &source, &environment).expect("threads can be made");
    run.control.begin();
    let empty_kb = resident_kb();
    let mut peak_kb = 0;
    while let Some(event) = run.events.blocking_recv() {
        peak_kb = peak_kb.max(resident_kb());
        if let RunEvent::Finished(finished) = event {
            let seconds = finished.elapsed.as_secs_f64();
            let iterations = run.control.iterations_completed();
            println!(
                "{iterations} iterations, {:.0}/s, {} dropped; processor {:.1}%, {:.2} µs an iteration",
                iterations as f64 / seconds,
                run.control.scenario(0).dropped(),
                finished.machine.process_share * 100.0,
                finished.machine.process_cpu.0 as f64 / 1e3 / iterations.max(1) as f64,
            );
        }
    }
    let vus = run.control.vus_initialised().max(1);
    println!("memory {peak_kb} KB at most, {} bytes a user", peak_kb.saturating_sub(empty_kb) * 1024 / vus);
    run.join();
    let mut lags = std::mem::take(&mut *lags.lock().expect("nobody panicked"));
    if !lags.is_empty() {
        lags.sort_unstable();
        let at = |part: f64| Nanos(lags[((lags.len() - 1) as f64 * part) as usize]);
        println!(
            "start lag p50 {:?} p90 {:?} p99 {:?} p99.9 {:?} max {:?}",
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    }
}

fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse().ok()).unwrap_or(0)
}
