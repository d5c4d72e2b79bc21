//! The event loop of one user: timers and operations whose completion calls back into the script.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use futures_util::stream::{FuturesUnordered, Stream};
use model::{Clock, Nanos};
use rquickjs::{Ctx, Function, Persistent, Result, Value};

/// What a finished operation does to the script, usually settling a promise.
pub(crate) type Completion = Box<dyn for<'js> FnOnce(&Ctx<'js>) -> Result<()>>;
/// An operation under way.
pub(crate) type Operation = Pin<Box<dyn Future<Output = Completion>>>;

/// A timer that a script set.
struct Timer {
    id: u32,
    callback: Persistent<Function<'static>>,
    arguments: Vec<Persistent<Value<'static>>>,
    every: Option<Nanos>,
    /// Nobody waits for it: the loop may end before it fires.
    quiet: bool,
}

/// Timers and operations; an empty loop holds no memory of its own.
#[derive(Default)]
pub(crate) struct EventLoop {
    /// By due time, then by the order of creation.
    timers: RefCell<BTreeMap<(Nanos, u64), Timer>>,
    /// How many of the timers are not quiet.
    awaited: Cell<usize>,
    operations: RefCell<Option<Box<FuturesUnordered<Operation>>>>,
    next_timer: Cell<u32>,
    /// How many timers and operations there have been.
    sequence: Cell<u64>,
    /// Quiet timers are waited for too.
    patient: Cell<bool>,
}

/// What the loop has to do next.
pub(crate) enum Event {
    /// A timer is due; the flag tells that it will come again.
    Timer(Persistent<Function<'static>>, Vec<Persistent<Value<'static>>>),
    /// An operation finished.
    Completion(Completion),
}

/// Waits until `due`, for ever without it.
pub(crate) async fn until(clock: Clock, due: Option<Nanos>) {
    match due {
        Some(due) => tokio::time::sleep_until(clock.instant(due).into()).await,
        None => std::future::pending().await,
    }
}

impl EventLoop {
    /// Sets a timer and returns its number, counted from 1.
    pub(crate) fn set_timer(
        &self,
        due: Nanos,
        every: Option<Nanos>,
        callback: Persistent<Function<'static>>,
        arguments: Vec<Persistent<Value<'static>>>,
    ) -> u32 {
        let id = self.next_timer.get() + 1;
        self.next_timer.set(id);
        self.insert(due, Timer { id, callback, arguments, every, quiet: false });
        id
    }

    /// Sets a timer that the loop does not wait for.
    pub(crate) fn set_quiet_timer(&self, due: Nanos, callback: Persistent<Function<'static>>) {
        self.insert(due, Timer { id: 0, callback, arguments: Vec::new(), every: None, quiet: true });
    }

    fn insert(&self, due: Nanos, timer: Timer) {
        let sequence = self.sequence.get();
        self.sequence.set(sequence + 1);
        self.awaited.set(self.awaited.get() + usize::from(!timer.quiet));
        self.timers.borrow_mut().insert((due, sequence), timer);
    }

    /// Removes the timer with this number, if it is still set.
    pub(crate) fn clear_timer(&self, id: u32) {
        self.timers.borrow_mut().retain(|_, timer| {
            let kept = timer.id != id || timer.quiet;
            self.awaited.set(self.awaited.get() - usize::from(!kept));
            kept
        });
    }

    /// Makes the loop wait for quiet timers too, as one that never ends does.
    pub(crate) fn be_patient(&self) {
        self.patient.set(true);
    }

    /// How many timers and operations were added so far.
    pub(crate) fn added(&self) -> u64 {
        self.sequence.get()
    }

    /// Adds an operation; its completion runs in the loop.
    pub(crate) fn spawn(&self, operation: Operation) {
        self.sequence.set(self.sequence.get() + 1);
        self.operations.borrow_mut().get_or_insert_with(Box::default).push(operation);
    }

    /// Whether nothing is left to wait for.
    pub(crate) fn is_idle(&self) -> bool {
        let timed = self.awaited.get() > 0 || (self.patient.get() && !self.timers.borrow().is_empty());
        !timed && self.operations.borrow().as_ref().is_none_or(|all| all.is_empty())
    }

    /// Forgets everything: operations are cancelled, timers never fire.
    pub(crate) fn clear(&self) {
        self.timers.borrow_mut().clear();
        self.awaited.set(0);
        self.operations.borrow_mut().take();
    }

    /// The timers that are still set, as the name of the function that set each with its number, in order of
    /// their due times.
    pub(crate) fn open_timers(&self) -> Vec<(&'static str, u32)> {
        let timers = self.timers.borrow();
        let name = |timer: &Timer| if timer.every.is_some() { "setInterval" } else { "setTimeout" };
        // What the host waits for itself is no timer of the script's.
        timers.values().filter(|timer| !timer.quiet).map(|timer| (name(timer), timer.id)).collect()
    }

    /// Waits for what comes next; `None` when the loop is idle.
    pub(crate) async fn next(&self, clock: Clock) -> Option<Event> {
        if self.is_idle() {
            return None;
        }
        let due = self.timers.borrow().first_key_value().map(|(&(due, _), _)| due);
        let mut sleep = std::pin::pin!(until(clock, due));
        poll_fn(|context| {
            let mut operations = self.operations.borrow_mut();
            if let Some(all) = operations.as_mut().filter(|all| !all.is_empty())
                && let Poll::Ready(Some(completion)) = Pin::new(all.as_mut()).poll_next(context)
            {
                return Poll::Ready(Some(Event::Completion(completion)));
            }
            drop(operations);
            sleep.as_mut().poll(context).map(|()| self.fire(clock.now()))
        })
        .await
    }

    /// Takes the first timer, which is due, and sets it again when it repeats.
    fn fire(&self, now: Nanos) -> Option<Event> {
        let ((due, _), timer) = self.timers.borrow_mut().pop_first()?;
        self.awaited.set(self.awaited.get() - usize::from(!timer.quiet));
        let event = Event::Timer(timer.callback.clone(), timer.arguments.clone());
        if let Some(every) = timer.every {
            // A script that is late does not fire its interval in a burst.
            let next = (due + every).max(now);
            self.insert(next, timer);
        }
        Some(event)
    }
}
