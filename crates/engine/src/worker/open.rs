//! Open-model scenarios: iterations start when they are due, whatever the users do.
//!
//! [`drive`] is the one pacing loop of a scenario on this thread: it sleeps to the next due time and fires
//! everything that is due. An arrival goes to an idle user of this thread, else to one of another, else it is
//! dropped, or gets a user made for it where the scenario says so; it is never queued. A loop that comes late
//! fires late, and says by how much.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use model::{Level, Nanos, Record};
use tokio::task::{spawn_local, yield_now};

use super::Order;
use super::crew::Crew;
use super::watch::Watch;
use crate::executor::Drive;
use crate::schedule::{Arrivals, Share, Walk};
use crate::seat::{Seat, Stint};
use crate::standby::{Standby, Wish};

/// The loop does not wake twice within this time, so that very high rates are paced in small groups at a
/// bounded cost. Far below what a start may be late.
const NAP_MIN: Nanos = Nanos(100_000);

/// How long before the first arrival users are called to the bench.
const CALL_LEAD: Nanos = Nanos::from_millis(2);

/// How long the first arrivals wait for users that are on their way; better late than dropped.
const CALL_MAX: Nanos = Nanos::from_millis(100);

/// An open scenario on this thread.
pub(super) struct Bench {
    pub(super) crew: Rc<Crew>,
    standby: Arc<Standby>,
    arrivals: Arc<Arrivals>,
    idle: RefCell<VecDeque<Rc<Seat>>>,
    watch: RefCell<Watch>,
    stints: Cell<u32>,
    /// Planned users that are on their way to the bench.
    coming: Cell<u64>,
    closed: Cell<bool>,
}

impl Bench {
    /// The bench of a crew whose duty is open.
    pub(super) fn new(crew: Rc<Crew>) -> Option<Rc<Self>> {
        let Drive::Open { arrivals, .. } = &crew.duty().drive else { return None };
        let (arrivals, standby) = (arrivals.clone(), crew.duty().standby.clone()?);
        Some(Rc::new(Self {
            crew,
            standby,
            arrivals,
            idle: RefCell::default(),
            watch: RefCell::default(),
            stints: Cell::new(0),
            coming: Cell::new(0),
            closed: Cell::new(false),
        }))
    }

    fn thread(&self) -> u32 {
        self.crew.floor.ctx.index
    }

    /// Lets a user stay until the scenario ends.
    fn admit(self: &Rc<Self>, vu: u64, origin: Origin) {
        let seat = self.crew.floor.seat(vu);
        let stint = Stint(self.crew.duty().info.index, self.stints.get());
        self.stints.set(stint.1 + 1);
        let kill = self.crew.begin + self.crew.duty().kill;
        self.watch.borrow_mut().add(seat.clone(), stint, kill);
        self.crew.expect();
        spawn_local(stand_by(self.clone(), seat, stint, origin));
    }

    /// Calls the planned users.
    fn call(self: &Rc<Self>) {
        let posts = &self.crew.duty().posts[self.thread() as usize];
        self.coming.set(posts.len() as u64);
        for post in posts {
            self.admit(post.vu, Origin::Planned);
        }
    }

    /// Makes one more user, as another thread or this one wished.
    pub(super) fn grow(self: &Rc<Self>, vu: u64) {
        if self.closed.get() {
            self.crew.floor.rota.numbers.give_back(vu);
            self.standby.grown();
        } else {
            self.admit(vu, Origin::Grown);
        }
    }

    /// Makes a user on this thread for an arrival that found nobody.
    fn summon(self: &Rc<Self>, due: Nanos) {
        self.crew.state().allotted_vus.fetch_add(1, Relaxed);
        self.admit(self.crew.floor.rota.numbers.take(), Origin::Summoned(due));
    }

    /// Starts an arrival on a user of this thread that has been claimed for it.
    pub(super) fn start_claimed(&self, due: Nanos) {
        // After an abort nobody is left; what was on its way then never starts, like all else.
        if let Some(seat) = self.idle.borrow_mut().pop_front() {
            seat.send(due);
        }
    }

    /// Starts an arrival wherever a user is idle, or drops it.
    fn fire(self: &Rc<Self>, due: Nanos, now: Nanos) {
        let here = self.thread();
        if self.standby.claim(here) {
            self.start_claimed(due);
        } else if let Some(there) = self.standby.claim_elsewhere(here) {
            let order = Order::Arrival { duty: self.crew.duty, due };
            // A worker that is gone takes the whole run with it; its arrivals need no account.
            let _ = self.crew.floor.peers[there as usize].send(order);
        } else if self.standby.is_on_demand() {
            self.summon(due);
        } else {
            self.crew.drop_iterations(1);
            let rate = self.arrivals.rate_per_second(now.since(self.crew.begin));
            self.obey(self.standby.wish(self.crew.state().allotted_vus(), rate));
        }
    }

    /// Has one more user made, or says that there cannot be more.
    fn obey(&self, wish: Wish) {
        let (floor, duty) = (&self.crew.floor, self.crew.duty());
        match wish {
            Wish::UnderWay | Wish::Full { first: false } => {}
            Wish::Full { first: true } => {
                let vus = self.crew.state().allotted_vus();
                let text = format!("Insufficient VUs, reached {vus} active VUs and cannot initialize more");
                let record = Record::new(Level::Warning, text)
                    .with("executor", duty.info.executor.kind())
                    .with("scenario", duty.info.name.clone());
                floor.ctx.log.log(record);
            }
            Wish::Another => {
                self.crew.state().allotted_vus.fetch_add(1, Relaxed);
                let vu = floor.rota.numbers.take();
                let order = Order::Grow { duty: self.crew.duty, vu };
                let _ = floor.peers[floor.rota.thread_of(vu) as usize].send(order);
            }
        }
    }

    /// Lets no more users wait: those that nobody has claimed leave, the others leave after their iteration.
    fn close(&self) {
        self.closed.set(true);
        let aborted = self.crew.is_aborted();
        while aborted || self.standby.claim(self.thread()) {
            let Some(seat) = self.idle.borrow_mut().pop_front() else { break };
            seat.tell(crate::seat::Word::Stop);
        }
    }
}

/// Runs an open scenario on this thread to its end.
pub(super) async fn drive(bench: Rc<Bench>) {
    let crew = bench.crew.clone();
    let mut alarm = crew.floor.time.alarm();
    for (until, call) in [(crew.begin - CALL_LEAD, true), (crew.begin, false)] {
        while crew.now() < until && !crew.is_aborted() {
            tokio::select! {
                () = alarm.until(until) => {}
                () = crew.bell.notified() => {}
            }
        }
        if call {
            bench.call();
        }
    }
    while bench.coming.get() > 0 && crew.now() < crew.begin + CALL_MAX && !crew.is_aborted() {
        yield_now().await;
    }
    let share = Share::new(crew.floor.rota.stripe.clone(), bench.thread(), crew.floor.rota.threads);
    let mut walk =
        Walk::new(bench.arrivals.clone(), share).map(|arrival| crew.begin + arrival.due).peekable();
    while !crew.is_aborted() {
        let now = crew.now();
        while let Some(due) = walk.next_if(|&due| due <= now) {
            if !crew.floor.ctx.control.is_paused() {
                bench.fire(due, now);
            }
        }
        if walk.peek().is_none() && now >= crew.end() {
            break;
        }
        let next = walk.peek().copied().unwrap_or_else(|| crew.end());
        tokio::select! {
            () = alarm.until(next.max(now + NAP_MIN)) => {}
            () = crew.bell.notified() => {}
        }
    }
    bench.close();
    loop {
        let now = crew.now();
        if crew.is_aborted() {
            bench.watch.borrow_mut().all_out(now);
            bench.close();
        }
        let look = bench.watch.borrow_mut().enforce(now);
        if crew.live.get() == 0 {
            break;
        }
        tokio::select! {
            () = alarm.until(look) => {}
            () = crew.bell.notified() => {}
        }
    }
}

/// Why a user stays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// The scenario has it from the beginning.
    Planned,
    /// Too few were there.
    Grown,
    /// An arrival, due at this time, waits for it.
    Summoned(Nanos),
}

/// One user's stay: waits for arrivals and runs them.
pub(super) async fn stand_by(bench: Rc<Bench>, seat: Rc<Seat>, stint: Stint, origin: Origin) {
    let crew = &bench.crew;
    let grown = origin != Origin::Planned;
    seat.hold(stint).await;
    let fresh = seat.is_empty();
    let manned = !crew.is_aborted() && man(crew, &seat, grown).await;
    if !grown {
        bench.coming.set(bench.coming.get() - 1);
    }
    if manned {
        crew.state().active_vus.fetch_add(1, Relaxed);
        if fresh && grown {
            crew.floor.ctx.control.vus_initialised.fetch_add(1, Relaxed);
        }
    } else if grown {
        crew.state().allotted_vus.fetch_sub(1, Relaxed);
    }
    if origin == Origin::Grown {
        bench.standby.grown();
    }
    if manned {
        serve(&bench, &seat, origin).await;
        crew.state().active_vus.fetch_sub(1, Relaxed);
    }
    seat.leave();
    if grown {
        crew.floor.rota.numbers.give_back(seat.id);
    }
    crew.depart();
}

async fn man(crew: &Crew, seat: &Seat, grown: bool) -> bool {
    if grown && let Err(error) = crew.floor.fill(seat).await {
        crew.report(Level::Error, "Error while allocating unplanned VU", seat, &error.message);
        return false;
    }
    crew.man(seat).await
}

/// Runs arrival after arrival until the scenario is over.
async fn serve(bench: &Bench, seat: &Rc<Seat>, origin: Origin) {
    let crew = &bench.crew;
    let hard_stop = crew.begin + crew.duty().kill;
    let mut first = match origin {
        Origin::Summoned(due) => Some(due),
        Origin::Planned | Origin::Grown => None,
    };
    if origin == Origin::Grown && bench.standby.is_auto() {
        let rate = bench.arrivals.rate_per_second(crew.now().since(crew.begin));
        bench.obey(bench.standby.wish_ahead(crew.state().allotted_vus(), rate));
    }
    while first.is_some() || (!bench.closed.get() && !crew.is_aborted()) {
        let due = match first.take() {
            Some(due) => due,
            None => {
                bench.idle.borrow_mut().push_back(seat.clone());
                bench.standby.offer(bench.thread());
                let Some(due) = seat.errand().await else { return };
                due
            }
        };
        let number = crew.state().started.0.fetch_add(1, Relaxed);
        let started = crew.now();
        crew.floor.ctx.recorder.borrow_mut().schedule_lag(started.since(due));
        let iteration = crew.iteration(seat, number, Some(due), started, hard_stop);
        let (_, manned) = crew.iterate(seat, iteration).await;
        if !manned {
            return;
        }
        if bench.standby.is_auto() {
            bench.standby.observe(crew.now().since(started));
        }
    }
}
