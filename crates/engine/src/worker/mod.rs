//! One worker thread: makes its virtual users, carries out what it is ordered, and measures.
//!
//! [`work`] is the whole life of a worker, as a future for any single-threaded runtime. Scenarios run in
//! `closed` and `open`; `crew` is what their users have in common; `watch` ends what has to end.

mod closed;
mod crew;
mod open;
mod watch;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use metrics::{Recorder, RecorderConfig, builtin};
use model::Nanos;
use rustc_hash::FxHashMap;
use tokio::sync::mpsc;
use tokio::task::{spawn_local, yield_now};

use self::crew::{Crew, Floor};
use self::open::Bench;
use crate::control::Control;
use crate::dispatch::Event;
use crate::executor::Drive;
use crate::plan::Rota;
use crate::run::Environment;
use crate::time::Time;
use crate::vu::{VuError, VuSource, WorkerCtx};

/// What a worker is told, by the controller or by another worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// The run starts at this time.
    Start(Nanos),
    /// Start an arrival on a user that was claimed for it.
    Arrival { duty: usize, due: Nanos },
    /// Make one more user for a scenario.
    Grow { duty: usize, vu: u64 },
    /// Interrupt everything.
    Abort,
    /// Everything is over everywhere: report and leave.
    Finish,
}

/// What a worker is made of, before it is on its thread.
pub(crate) struct Seed {
    pub(crate) index: u32,
    pub(crate) environment: Environment,
    pub(crate) recorder: RecorderConfig,
    pub(crate) control: Arc<Control>,
    pub(crate) time: Time,
    pub(crate) source: Arc<dyn VuSource>,
    pub(crate) rota: Arc<Rota>,
    pub(crate) peers: Vec<mpsc::UnboundedSender<Order>>,
    pub(crate) orders: mpsc::UnboundedReceiver<Order>,
    pub(crate) events: mpsc::Sender<Event>,
}

/// How often measurements leave the worker.
const FRAME_EVERY: Nanos = Nanos::from_secs(1);

/// Lives a worker's life; needs a `LocalSet` around it.
pub(crate) async fn work(seed: Seed) {
    let Seed { index, environment, recorder, control, time, source, rota, peers, mut orders, events } = seed;
    let raw_samples = recorder.raw_samples;
    let Environment { registry, clock, log } = environment;
    let mut recorder = Recorder::new(index, registry, clock, recorder);
    let pairs: Vec<_> =
        rota.tags.iter().map(|(key, value)| (recorder.sym(key), recorder.sym(value))).collect();
    let tags = recorder.tag_set(&pairs);
    let ctx = WorkerCtx { index, clock, recorder: Rc::new(RefCell::new(recorder)), control, log };
    let ctx = Rc::new(ctx);
    let maker = source.worker(&ctx);
    let seats = RefCell::new(FxHashMap::default());
    let floor = Rc::new(Floor { ctx, time, maker, rota, peers, seats, tags });
    let desk = Rc::new(Desk { floor: floor.clone(), events, raw_samples });
    let ticker = spawn_local(tick(desk.clone()));

    let prepared = prepare(&floor).await;
    desk.send(Event::Prepared { worker: floor.ctx.index, outcome: prepared }).await;
    let mut shift = Shift::default();
    while let Some(order) = orders.recv().await {
        if order == Order::Finish {
            break;
        }
        shift.obey(order, &desk);
    }
    floor.maker.finish();
    for seat in floor.seats.borrow().values() {
        // A user that panics while it is closed harms nobody any more.
        let _ = seat.vacate();
    }
    ticker.abort();
    desk.send_measurements().await;
    desk.send(Event::Left { worker: floor.ctx.index }).await;
}

/// Makes the users that live here, one after the other; threads do so side by side.
async fn prepare(floor: &Floor) -> Result<(), VuError> {
    let (threads, control) = (u64::from(floor.rota.threads), &floor.ctx.control);
    let mut id = u64::from(floor.ctx.index) + 1;
    while id <= floor.rota.vus && !control.is_aborted() {
        floor.fill(&floor.seat(id)).await?;
        control.vus_initialised.fetch_add(1, Relaxed);
        id += threads;
        // The ticker and aborts have their say during a long preparation.
        yield_now().await;
    }
    Ok(())
}

/// The scenarios of this worker, once the run has started.
#[derive(Default)]
struct Shift {
    crews: Vec<Rc<Crew>>,
    /// By duty; closed scenarios have none.
    benches: Vec<Option<Rc<Bench>>>,
}

impl Shift {
    fn obey(&mut self, order: Order, desk: &Rc<Desk>) {
        match order {
            Order::Start(at) => self.start(at, desk),
            Order::Arrival { duty, due } => {
                if let Some(bench) = self.bench(duty) {
                    bench.start_claimed(due);
                }
            }
            Order::Grow { duty, vu } => {
                if let Some(bench) = self.bench(duty) {
                    bench.grow(vu);
                }
            }
            Order::Abort => {
                for crew in &self.crews {
                    crew.bell.notify_one();
                }
            }
            Order::Finish => {}
        }
    }

    fn bench(&self, duty: usize) -> Option<&Rc<Bench>> {
        self.benches.get(duty)?.as_ref()
    }

    fn start(&mut self, at: Nanos, desk: &Rc<Desk>) {
        for duty in 0..desk.floor.rota.duties.len() {
            let crew = Rc::new(Crew::new(desk.floor.clone(), duty, at));
            let bench = Bench::new(crew.clone());
            spawn_local(run(crew.clone(), bench.clone(), desk.clone()));
            self.crews.push(crew);
            self.benches.push(bench);
        }
    }
}

/// Runs one scenario to its end and says so.
async fn run(crew: Rc<Crew>, bench: Option<Rc<Bench>>, desk: Rc<Desk>) {
    if let Some(bench) = bench {
        open::drive(bench).await;
    } else if let Drive::Closed { supply, whole_length } = crew.duty().drive {
        closed::drive(crew.clone(), supply, whole_length).await;
    }
    crew.state().workers_left.fetch_sub(1, Relaxed);
    desk.send(Event::ScenarioDone { worker: crew.floor.ctx.index }).await;
}

/// Where this worker's news goes.
struct Desk {
    floor: Rc<Floor>,
    events: mpsc::Sender<Event>,
    raw_samples: bool,
}

impl Desk {
    async fn send(&self, event: Event) {
        // Without a controller there is nobody to tell, and the worker is about to be dropped.
        let _ = self.events.send(event).await;
    }

    /// Sends what was measured since the last time. When the controller is behind, this waits and the next
    /// frame covers more time; nothing is lost.
    async fn send_measurements(&self) {
        self.floor.maker.flush();
        let recorder: &RefCell<Recorder> = &self.floor.ctx.recorder;
        let frame = recorder.borrow_mut().take_frame(self.floor.time.now());
        self.send(Event::Frame(frame)).await;
        if self.raw_samples {
            let raw = recorder.borrow_mut().take_raw();
            if !raw.is_empty() {
                self.send(Event::Raw(raw)).await;
            }
        }
    }
}

/// Sends measurements every second; worker 0 also counts the users.
async fn tick(desk: Rc<Desk>) {
    let floor = &desk.floor;
    let born = floor.time.now();
    loop {
        let now = floor.time.now();
        // Seconds count from the start once there is one, so that all workers cut time alike.
        let origin = floor.ctx.control.started_at().filter(|&at| at <= now).unwrap_or(born);
        let whole = now.since(origin).0 / FRAME_EVERY.0;
        floor.time.sleep_until(origin + Nanos((whole + 1) * FRAME_EVERY.0)).await;
        if floor.ctx.index == 0 {
            let (now, control) = (floor.time.now(), &floor.ctx.control);
            let mut recorder = floor.ctx.recorder.borrow_mut();
            recorder.add(builtin::VUS, floor.tags, control.vus_active() as f64, now);
            recorder.add(builtin::VUS_MAX, floor.tags, control.vus_initialised() as f64, now);
        }
        desk.send_measurements().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::Supply;
    use crate::seat::{Seat, Stint};

    fn closed_size<F: Future>(_task: impl Fn(Rc<Crew>, Rc<Seat>, Stint, Supply) -> F) -> usize {
        size_of::<F>()
    }

    fn open_size<F: Future>(_task: impl Fn(Rc<Bench>, Rc<Seat>, Stint, open::Origin) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_user_costs_the_engine_little_memory() {
        let standing = size_of::<Seat>() + size_of::<crate::plan::Post>();
        for task in [closed_size(closed::attend), open_size(open::stand_by)] {
            assert!(standing + task < 768, "{standing} bytes and a task of {task}");
        }
    }
}
