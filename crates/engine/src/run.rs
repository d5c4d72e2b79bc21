//! Starting a run: threads, channels and the controller, put together.
//!
//! Main type: [`Run`]. [`start`] gives each worker a thread of its own; [`run_inline`] runs the same workers and
//! the same controller as tasks of the caller's runtime, for tests that own the time.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use futures_util::FutureExt;
use metrics::Registry;
use model::{Clock, Logger};
use tokio::runtime;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::control::Control;
use crate::dispatch::{Dispatch, Event};
use crate::error::Error;
use crate::event::RunEvent;
use crate::plan::{Plan, Rota};
use crate::seat::panic_message;
use crate::time::Time;
use crate::vu::VuSource;
use crate::worker::{Seed, work};

/// What a run needs from the program around it.
#[derive(Clone)]
pub struct Environment {
    /// The metrics of the run.
    pub registry: Arc<Registry>,
    /// The run's clock.
    pub clock: Clock,
    /// Where records go.
    pub log: Logger,
}

/// A run on threads of its own.
pub struct Run {
    /// News, in order. It ends after [`RunEvent::Finished`]; dropping it does not stop the run.
    pub events: mpsc::Receiver<RunEvent>,
    /// The run's switches and counters.
    pub control: Arc<Control>,
    threads: Vec<JoinHandle<()>>,
}

impl Run {
    /// Waits until every thread has ended.
    pub fn join(self) {
        drop(self.events);
        for thread in self.threads {
            // Panics were caught and reported inside the threads.
            let _ = thread.join();
        }
    }
}

/// Room for events on their way to the controller; workers wait when it is full.
const EVENTS_MAX: usize = 256;

/// Room for news on its way to the owner; the controller keeps more.
const NEWS_MAX: usize = 256;

/// Worker threads run foreign native code with deep recursion: regular expressions, parsers, compilers.
const STACK_BYTES: usize = 8 << 20;

/// Starts a run. It makes its users at once, and begins after [`Control::begin`].
///
/// # Errors
///
/// When a thread or its runtime cannot be made.
pub fn start(plan: &Plan, source: &Arc<dyn VuSource>, environment: &Environment) -> Result<Run, Error> {
    let time = Time::Machine(environment.clock);
    let assembly = assemble(plan, source, environment, time);
    let mut threads = Vec::new();
    for seed in assembly.seeds {
        let (worker, events) = (seed.index, seed.events.clone());
        let runtime = single_threaded()?;
        let body = move || {
            let tasks = LocalSet::new();
            let life = AssertUnwindSafe(tasks.run_until(work(seed))).catch_unwind();
            if let Err(payload) = runtime.block_on(life) {
                let message = panic_message(&*payload);
                // The controller outlives the workers; without it there is nobody to tell.
                let _ = events.blocking_send(Event::Panicked { worker, message });
            }
        };
        threads.push(spawn(format!("worker-{worker}"), body)?);
    }
    let (news, events) = mpsc::channel(NEWS_MAX);
    let runtime = single_threaded()?;
    let controller = assembly.dispatch.run(assembly.inbox, news);
    threads.push(spawn("controller".to_string(), move || runtime.block_on(controller))?);
    Ok(Run { events, control: assembly.control, threads })
}

/// Runs a whole run inside the caller's single-threaded runtime, whose time it follows: with a paused runtime,
/// hours take no time. It begins as soon as its users are made, unless the plan is paused. `watch` sees each
/// piece of news and may use the controls.
pub async fn run_inline(
    plan: &Plan,
    source: &Arc<dyn VuSource>,
    environment: &Environment,
    mut watch: impl FnMut(RunEvent, &Arc<Control>),
) {
    let assembly = assemble(plan, source, environment, Time::of_runtime());
    let (news, mut events) = mpsc::channel(NEWS_MAX);
    let tasks = LocalSet::new();
    assembly.control.begin();
    for seed in assembly.seeds {
        tasks.spawn_local(work(seed));
    }
    let controller = assembly.dispatch.run(assembly.inbox, news);
    let listener = async {
        while let Some(event) = events.recv().await {
            watch(event, &assembly.control);
        }
    };
    tasks.run_until(async { tokio::join!(controller, listener) }).await;
}

/// Everything a run is made of, before anything moves.
struct Assembly {
    seeds: Vec<Seed>,
    dispatch: Dispatch,
    inbox: mpsc::Receiver<Event>,
    control: Arc<Control>,
}

fn assemble(plan: &Plan, source: &Arc<dyn VuSource>, environment: &Environment, time: Time) -> Assembly {
    let (rota, control) = Rota::draw_up(plan);
    let (rota, control) = (Arc::new(rota), Arc::new(control));
    let (events, inbox) = mpsc::channel(EVENTS_MAX);
    let (peers, orders): (Vec<_>, Vec<_>) = (0..rota.threads).map(|_| mpsc::unbounded_channel()).unzip();
    let seeds = orders.into_iter().enumerate().map(|(index, orders)| Seed {
        index: index as u32,
        environment: environment.clone(),
        recorder: plan.recorder.clone(),
        control: control.clone(),
        time,
        source: source.clone(),
        rota: rota.clone(),
        peers: peers.clone(),
        orders,
        events: events.clone(),
    });
    let seeds = seeds.collect();
    let dispatch = Dispatch::new(control.clone(), time, peers, rota.duties.len());
    Assembly { seeds, dispatch, inbox, control }
}

fn single_threaded() -> Result<runtime::Runtime, Error> {
    runtime::Builder::new_current_thread().enable_all().build().map_err(Error::runtime)
}

fn spawn(name: String, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    Builder::new().name(name).stack_size(STACK_BYTES).spawn(body).map_err(Error::thread)
}
