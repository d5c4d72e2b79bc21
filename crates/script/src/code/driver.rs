//! What code waits for: ticks and promise jobs at once, timers and operations in a task of the thread.
//!
//! [`CodeWorker::settle_jobs`] runs what is ready; the task that [`CodeWorker::drive`] starts waits for the rest.
//! The order is that of Node.js: all ticks, then all promise jobs, until there are neither.

use std::rc::{Rc, Weak};

use model::Nanos;
use rquickjs::{Ctx, Function};

use super::CodeWorker;
use super::convert::kit;
use super::worker::Inner;
use crate::ffi;
use crate::vu::Event;

/// How long jobs may run before other users of the thread get a turn.
const SLICE: Nanos = Nanos::from_millis(50);
/// How many jobs run between two looks at the clock.
const JOBS: u32 = 256;

impl CodeWorker {
    /// Runs ticks and promise jobs until there are none, or for a while; the task goes on with what is left.
    pub(super) fn settle_jobs(&self, context: &Ctx<'_>) {
        let until = self.host().now() + SLICE;
        self.more().set(false);
        let mut ran = 0u32;
        loop {
            if self.state().ticks.take() {
                let ticked =
                    kit(context).and_then(|kit| kit.get::<_, Function<'_>>("ticks")?.call::<_, ()>(()));
                if ticked.is_err() {
                    self.complain(context);
                    self.arm();
                    // What stands behind the one that failed is run too.
                    self.state().ticks.set(true);
                    continue;
                }
            }
            while context.execute_pending_job() {
                if context.has_exception() {
                    // Functions of the host may leave an exception behind that they got over.
                    let thrown = context.catch();
                    if ffi::is_uncatchable(&thrown) {
                        // The promise of an async function that was stopped never settles; see `clear_up`.
                        self.stopped(context, &thrown, false);
                        self.arm();
                    }
                }
                ran += 1;
                if ran.is_multiple_of(JOBS) && self.host().now() > until {
                    self.more().set(true);
                    return;
                }
            }
            if !self.state().ticks.get() {
                break;
            }
        }
        self.tell_rejections();
    }

    /// Makes sure that the task of this worker runs. It needs a `LocalSet`.
    pub(super) fn drive(&self) {
        let mut driver = self.driver().borrow_mut();
        if driver.is_none() {
            *driver = Some(tokio::task::spawn_local(wait_for_events(Rc::downgrade(&self.0))));
            self.state().bell.notify_one();
        }
    }

    /// Runs what an event is about, and what becomes ready by it.
    fn turn(&self, event: Option<Event>) {
        let done = self.run(|context| match event {
            Some(Event::Completion(complete)) => complete(context),
            Some(Event::Timer(callback, _)) => callback.restore(context)?.call(()),
            None => Ok(()),
        });
        if let Err(error) = done {
            self.tell(&error);
        }
    }
}

/// The task: it ends with its worker.
async fn wait_for_events(worker: Weak<Inner>) {
    loop {
        let Some(inner) = worker.upgrade() else { return };
        let (host, state) = inner.parts();
        drop(inner);
        let clock = host.shared.clock;
        let event = tokio::select! {
            event = host.events.next(clock), if !host.events.is_idle() => event,
            () = state.bell.notified() => None,
        };
        let Some(inner) = worker.upgrade() else { return };
        let worker = CodeWorker(inner);
        if event.is_some() || worker.more().get() {
            worker.turn(event);
        }
        drop(worker);
        // Others of the thread come between any two turns.
        tokio::task::yield_now().await;
    }
}
