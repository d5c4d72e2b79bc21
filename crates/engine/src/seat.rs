//! The place of one virtual user on its thread: what it is told from outside, and one iteration of it.
//!
//! Main type: [`Seat`]. A user's code may panic, hang or become unusable; here that becomes an [`Ending`], and
//! the seat outlives its user. It does not decide when iterations start.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::future::LocalBoxFuture;
use model::Nanos;

use crate::vu::{Iteration, IterationEnd, ScenarioInfo, Vu};

/// What the user on a seat is to do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Word {
    /// Go on.
    Go,
    /// End the running iteration and start no other.
    Stop,
    /// It did not heed `Stop`: take the user away.
    Abandon,
}

/// How an iteration ended for its seat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// As the user says.
    Of(IterationEnd),
    /// Its code panicked with this message.
    Panicked(String),
    /// It did not end after being interrupted.
    Abandoned,
}

/// The place of one virtual user.
pub(crate) struct Seat {
    pub(crate) id: u64,
    vu: RefCell<Option<Box<dyn Vu>>>,
    word: Cell<Word>,
    /// The arrival it has been given, by its due time.
    errand: Cell<Option<Nanos>>,
    /// Who sits here now.
    holder: Cell<Option<Stint>>,
    iterations: Cell<u64>,
    by_scenario: RefCell<Vec<(u32, u64)>>,
    waker: RefCell<Option<Waker>>,
    waiting: RefCell<Vec<Waker>>,
}

/// One stay of a user in one scenario: the scenario's index and a number that no other stay there has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stint(pub(crate) u32, pub(crate) u32);

impl Seat {
    /// The seat of user `id`, still empty.
    pub(crate) fn new(id: u64) -> Self {
        Self {
            id,
            vu: RefCell::new(None),
            word: Cell::new(Word::Go),
            errand: Cell::new(None),
            holder: Cell::new(None),
            iterations: Cell::new(0),
            by_scenario: RefCell::default(),
            waker: RefCell::new(None),
            waiting: RefCell::default(),
        }
    }

    /// Waits until nobody holds the seat, and holds it.
    pub(crate) async fn hold(&self, stint: Stint) {
        poll_fn(|cx| {
            if self.holder.get().is_some() {
                self.waiting.borrow_mut().push(cx.waker().clone());
                return Poll::Pending;
            }
            self.holder.set(Some(stint));
            self.word.set(Word::Go);
            Poll::Ready(())
        })
        .await;
    }

    /// Leaves the seat to whoever waits for it.
    pub(crate) fn leave(&self) {
        self.holder.set(None);
        self.errand.set(None);
        for waker in self.waiting.borrow_mut().drain(..) {
            waker.wake();
        }
    }

    /// Whether this stay goes on.
    pub(crate) fn is_held_by(&self, stint: Stint) -> bool {
        self.holder.get() == Some(stint)
    }

    /// Puts a user on the seat.
    pub(crate) fn fill(&self, vu: Box<dyn Vu>) {
        *self.vu.borrow_mut() = Some(vu);
    }

    /// Whether there is no user.
    pub(crate) fn is_empty(&self) -> bool {
        self.vu.borrow().is_none()
    }

    /// Closes the user, whatever its code does about it; the error is what it panicked with.
    pub(crate) fn vacate(&self) -> Result<(), String> {
        let vu = self.vu.borrow_mut().take();
        vu.map_or(Ok(()), |vu| guarded(|| vu.close()))
    }

    /// Takes the user into a scenario.
    pub(crate) fn activate(&self, scenario: &Arc<ScenarioInfo>) -> Result<(), String> {
        let mut vu = self.vu.borrow_mut();
        vu.as_mut().map_or(Ok(()), |vu| guarded(|| vu.activate(scenario)))
    }

    /// Tells the user something; a word is never taken back during a stay.
    pub(crate) fn tell(&self, word: Word) {
        if word > self.word.get() {
            self.word.set(word);
            self.wake();
        }
    }

    /// Whether the stay may go on.
    pub(crate) fn may_go_on(&self) -> bool {
        self.word.get() == Word::Go
    }

    /// Gives the idle user an arrival that was due at `due`.
    pub(crate) fn send(&self, due: Nanos) {
        self.errand.set(Some(due));
        self.wake();
    }

    /// Waits for an arrival; there is none once the user is told to stop.
    pub(crate) async fn errand(&self) -> Option<Nanos> {
        poll_fn(|cx| {
            self.remember(cx.waker());
            if !self.may_go_on() {
                return Poll::Ready(None);
            }
            self.errand.take().map_or(Poll::Pending, |due| Poll::Ready(Some(due)))
        })
        .await
    }

    /// Waits for something, but not beyond a word. Boxed because it is rare, and every user would carry its
    /// size.
    pub(crate) async fn unless_told(&self, mut awaited: LocalBoxFuture<'_, ()>) {
        poll_fn(|cx| {
            self.remember(cx.waker());
            if !self.may_go_on() {
                return Poll::Ready(());
            }
            awaited.as_mut().poll(cx)
        })
        .await;
    }

    /// Counts one more iteration: `(iterations before, iterations before in this scenario)`.
    pub(crate) fn count(&self, scenario: u32) -> (u64, u64) {
        let before = self.iterations.get();
        self.iterations.set(before + 1);
        let mut counts = self.by_scenario.borrow_mut();
        let place = counts.iter().position(|count| count.0 == scenario).unwrap_or_else(|| {
            counts.push((scenario, 0));
            counts.len() - 1
        });
        let in_scenario = counts[place].1;
        counts[place].1 += 1;
        (before, in_scenario)
    }

    /// Starts an iteration; the error is how it ended then and there.
    pub(crate) fn start(&self, iteration: Iteration) -> Result<(), Ending> {
        match self.vu.borrow_mut().as_mut() {
            Some(vu) => guarded(|| vu.start(iteration)).map_err(Ending::Panicked),
            None => Err(Ending::Of(IterationEnd::Lost)),
        }
    }

    /// Runs the iteration that was started: how it ended, and whether it ever waited.
    pub(crate) async fn finish(&self) -> (Ending, bool) {
        let (mut told, mut waited) = (false, false);
        let ending = poll_fn(|cx| {
            let turn = self.turn(cx, &mut told);
            waited |= turn.is_pending();
            turn
        })
        .await;
        (ending, waited)
    }

    /// One poll of the running iteration.
    fn turn(&self, cx: &mut Context<'_>, told: &mut bool) -> Poll<Ending> {
        self.remember(cx.waker());
        let mut vu = self.vu.borrow_mut();
        let Some(vu) = vu.as_mut() else { return Poll::Ready(Ending::Of(IterationEnd::Lost)) };
        let polled = match self.word.get() {
            Word::Abandon => return Poll::Ready(Ending::Abandoned),
            Word::Stop if !*told => {
                *told = true;
                guarded(|| vu.interrupt()).and_then(|()| guarded(|| vu.poll(cx)))
            }
            Word::Go | Word::Stop => guarded(|| vu.poll(cx)),
        };
        match polled {
            Ok(poll) => poll.map(Ending::Of),
            Err(message) => Poll::Ready(Ending::Panicked(message)),
        }
    }

    fn remember(&self, waker: &Waker) {
        let mut kept = self.waker.borrow_mut();
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}

/// Runs a user's code; a panic in it becomes its message.
pub(crate) fn guarded<T>(code: impl FnOnce() -> T) -> Result<T, String> {
    // The user is closed after a panic and nothing else of it is looked at, so no broken state is seen.
    catch_unwind(AssertUnwindSafe(code)).map_err(|payload| panic_message(&*payload))
}

/// The text of a panic.
pub(crate) fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_string())
}
