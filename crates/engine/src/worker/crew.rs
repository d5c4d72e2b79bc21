//! One scenario on one worker thread: what its users have in common.
//!
//! Main types: [`Floor`], what all scenarios of the thread share, and [`Crew`], one scenario on it. Here an
//! iteration is numbered, run and counted, and a user that was lost is replaced. When iterations start is
//! decided in `closed` and `open`.

use std::cell::{Cell, RefCell};
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use futures_util::FutureExt;
use metrics::{TagSetId, builtin};
use model::{Level, Nanos, Record};
use rustc_hash::FxHashMap;
use tokio::sync::{Notify, mpsc};

use super::Order;
use crate::control::ScenarioState;
use crate::plan::{Duty, Rota};
use crate::seat::{Ending, Seat, panic_message};
use crate::time::Time;
use crate::vu::{Iteration, IterationEnd, VuError, VuMaker, WorkerCtx};

/// What all scenarios of one worker thread share.
pub(crate) struct Floor {
    pub(crate) ctx: Rc<WorkerCtx>,
    pub(crate) time: Time,
    pub(crate) maker: Box<dyn VuMaker>,
    pub(crate) rota: Arc<Rota>,
    /// The way to every worker, this one included. Orders are bounded by what they are about: one arrival per
    /// claimed user, one growth per scenario.
    pub(crate) peers: Vec<mpsc::UnboundedSender<Order>>,
    pub(crate) seats: RefCell<FxHashMap<u64, Rc<Seat>>>,
    /// The run's tags.
    pub(crate) tags: TagSetId,
}

impl Floor {
    /// The seat of user `id`, made when it is first asked for.
    pub(crate) fn seat(&self, id: u64) -> Rc<Seat> {
        self.seats.borrow_mut().entry(id).or_insert_with(|| Rc::new(Seat::new(id))).clone()
    }

    /// Makes the seat's user if it has none.
    pub(crate) async fn fill(&self, seat: &Seat) -> Result<(), VuError> {
        if seat.is_empty() {
            let id_in_test = self.rota.stripe.global(seat.id - 1) + 1;
            let made = async { self.maker.make(seat.id, id_in_test).await };
            let made = AssertUnwindSafe(made).catch_unwind().await;
            seat.fill(made.unwrap_or_else(|payload| Err(VuError::internal(panic_message(&*payload))))?);
        }
        Ok(())
    }
}

/// One scenario on one worker thread.
pub(crate) struct Crew {
    pub(crate) floor: Rc<Floor>,
    pub(crate) duty: usize,
    /// The scenario's start on the run's clock.
    pub(crate) begin: Nanos,
    /// Stays that have begun and not ended.
    pub(crate) live: Cell<u64>,
    /// Rung when the last of them ends, and when the run is aborted.
    pub(crate) bell: Notify,
    tags: TagSetId,
}

impl Crew {
    /// The crew of a duty of the rota in a run that starts at `start`.
    pub(crate) fn new(floor: Rc<Floor>, duty: usize, start: Nanos) -> Self {
        let Duty { info, begin, .. } = &floor.rota.duties[duty];
        let begin = start + *begin;
        floor.ctx.control.scenario(info.index).set_begin(begin);
        let tags = {
            let mut recorder = floor.ctx.recorder.borrow_mut();
            let custom: Vec<_> =
                info.tags.iter().map(|(key, value)| (recorder.sym(key), recorder.sym(value))).collect();
            let name = (recorder.sym("scenario"), recorder.sym(&info.name));
            let named = floor.rota.scenario_tag.then_some(name);
            // A scenario's own tags win over the run's, and `scenario` always tells the truth.
            let pairs: Vec<_> =
                recorder.tags(floor.tags).iter().copied().chain(custom).chain(named).collect();
            recorder.tag_set(&pairs)
        };
        Self { floor, duty, begin, live: Cell::new(0), bell: Notify::new(), tags }
    }

    pub(crate) fn duty(&self) -> &Duty {
        &self.floor.rota.duties[self.duty]
    }

    pub(crate) fn state(&self) -> &ScenarioState {
        self.floor.ctx.control.scenario(self.duty().info.index)
    }

    #[inline]
    pub(crate) fn now(&self) -> Nanos {
        self.floor.time.now()
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.floor.ctx.control.is_aborted()
    }

    /// The end of the scenario's regular time on the run's clock.
    pub(crate) fn end(&self) -> Nanos {
        self.begin + self.duty().length
    }

    /// A stay begins; the caller ends it with [`Self::depart`].
    pub(crate) fn expect(&self) {
        self.live.set(self.live.get() + 1);
    }

    /// A stay is over.
    pub(crate) fn depart(&self) {
        self.live.set(self.live.get() - 1);
        if self.live.get() == 0 {
            self.bell.notify_one();
        }
    }

    /// Sees to it that the seat has a user, in this scenario. Without one the stay cannot go on.
    pub(crate) async fn man(&self, seat: &Seat) -> bool {
        if let Err(error) = self.floor.fill(seat).await {
            self.report(Level::Error, "virtual user could not be made", seat, &error.message);
            return false;
        }
        match seat.activate(&self.duty().info) {
            Ok(()) => true,
            Err(message) => {
                self.report(Level::Error, "panic in a virtual user", seat, &message);
                self.vacate(seat);
                false
            }
        }
    }

    /// Runs one iteration, counts it, and replaces a user that did not survive it. Tells whether the
    /// iteration ever waited, and whether the seat has a user.
    ///
    /// It starts the iteration before it is a future, so that no waiting user carries the iteration's facts.
    pub(crate) fn iterate<'a>(
        &'a self,
        seat: &'a Seat,
        iteration: Iteration,
    ) -> impl Future<Output = (bool, bool)> + use<'a> {
        let begun = seat.start(iteration);
        async move {
            let (ending, waited) = match begun {
                Ok(()) => seat.finish().await,
                Err(ending) => (ending, false),
            };
            // A user that has nothing left to do is made again when somebody needs it.
            let manned = self.count(seat, ending) || !seat.may_go_on() || self.man(seat).await;
            (waited, manned)
        }
    }

    /// Counts an iteration by its ending; `false` when it cost the seat its user.
    fn count(&self, seat: &Seat, ending: Ending) -> bool {
        let state = self.state();
        match ending {
            Ending::Of(end @ (IterationEnd::Completed | IterationEnd::Failed)) => {
                if end == IterationEnd::Failed {
                    state.failed.fetch_add(1, Relaxed);
                }
                state.completed.0.fetch_add(1, Relaxed);
                return true;
            }
            Ending::Of(IterationEnd::Interrupted) => {
                state.interrupted.fetch_add(1, Relaxed);
                return true;
            }
            Ending::Of(IterationEnd::Lost) => {}
            Ending::Panicked(message) => self.report(Level::Error, "panic in a virtual user", seat, &message),
            Ending::Abandoned => {
                let reason = "it did not end after being interrupted";
                self.report(Level::Warning, "virtual user abandoned", seat, reason);
            }
        }
        state.interrupted.fetch_add(1, Relaxed);
        self.vacate(seat);
        false
    }

    /// What the user on `seat` is told about the iteration it is about to start.
    pub(crate) fn iteration(
        &self,
        seat: &Seat,
        number: u64,
        intended: Option<Nanos>,
        started: Nanos,
        hard_stop: Nanos,
    ) -> Iteration {
        let scenario = self.duty().info.index;
        let (in_vu, in_vu_scenario) = seat.count(scenario);
        let in_test = self.floor.rota.stripe.global(number);
        Iteration {
            scenario,
            in_vu,
            in_vu_scenario,
            in_instance: number,
            in_test,
            intended,
            started,
            hard_stop,
        }
    }

    /// Records iterations that should have started and never did.
    pub(crate) fn drop_iterations(&self, count: u64) {
        if count == 0 {
            return;
        }
        self.state().dropped.fetch_add(count, Relaxed);
        let now = self.now();
        let mut recorder = self.floor.ctx.recorder.borrow_mut();
        let mut tags = self.tags;
        if self.floor.rota.stage_tag
            && let Some(stage) = self.duty().info.executor.stage_at(now.since(self.begin).into())
        {
            let (key, value) = (recorder.sym(model::stages::TAG), recorder.sym(&stage.to_string()));
            tags = recorder.with_tag(tags, key, value);
        }
        recorder.add(builtin::DROPPED_ITERATIONS, tags, count as f64, now);
    }

    fn vacate(&self, seat: &Seat) {
        if let Err(message) = seat.vacate() {
            self.report(Level::Error, "panic in a virtual user", seat, &message);
        }
    }

    /// Logs something about a user.
    pub(crate) fn report(&self, level: Level, message: &str, seat: &Seat, error: &str) {
        let record = Record::new(level, message)
            .with("error", error)
            .with("scenario", self.duty().info.name.clone())
            .with("vu", seat.id.to_string());
        self.floor.ctx.log.log(record);
    }
}
