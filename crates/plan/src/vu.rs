//! A plan's virtual user behind the engine's trait.
//!
//! Main type: [`PlanVu`]. A user has one future for its whole life, so that an iteration allocates nothing; an
//! interruption drops what the iteration was waiting for and keeps the user.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use engine::{AbortCause, Iteration, IterationEnd, ScenarioInfo, Vu, VuError, VuMaker};
use futures_util::future::LocalBoxFuture;

use crate::run::run_steps;
use crate::session::Session;
use crate::step::Next;
use crate::worker::PlanWorker;

/// What the engine tells a user, and what it answers.
#[derive(Default)]
struct Mailbox {
    scenario: RefCell<Option<Arc<ScenarioInfo>>>,
    iteration: Cell<Option<Iteration>>,
    interrupted: Cell<bool>,
    end: Cell<Option<IterationEnd>>,
}

/// A user that carries out a plan.
pub(crate) struct PlanVu {
    mail: Rc<Mailbox>,
    life: LocalBoxFuture<'static, ()>,
}

impl Vu for PlanVu {
    fn activate(&mut self, scenario: &Arc<ScenarioInfo>) {
        *self.mail.scenario.borrow_mut() = Some(Arc::clone(scenario));
    }

    fn start(&mut self, iteration: Iteration) {
        self.mail.interrupted.set(false);
        self.mail.iteration.set(Some(iteration));
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<IterationEnd> {
        if self.life.as_mut().poll(context).is_ready() {
            return Poll::Ready(IterationEnd::Lost);
        }
        self.mail.end.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn interrupt(&mut self) {
        self.mail.interrupted.set(true);
    }

    fn close(self: Box<Self>) {}
}

/// Waits for iterations and carries them out.
// The session is made here, and futures are pinned where they are made: for what is handed to a future by value it
// has room twice.
async fn live(worker: Rc<PlanWorker>, (in_instance, in_test): (u64, u64), mail: Rc<Mailbox>) {
    let mut session = Session::new(worker, in_instance, in_test);
    loop {
        // The engine polls a user that it has started, so nobody need be woken.
        let iteration = poll_fn(|_| mail.iteration.take().map_or(Poll::Pending, Poll::Ready)).await;
        if let Some(scenario) = mail.scenario.take() {
            session.enter(scenario);
        }
        session.begin(iteration);
        let next = {
            let iterating = pin!(iterate(&mut session));
            unless_interrupted(&mail, iterating).await
        };
        let end = ending(&mut session, next);
        session.end(end);
        if end != IterationEnd::Interrupted
            && let Some(minimum) = session.worker().run.min_iteration_duration
        {
            let until = iteration.started + minimum;
            if until > session.now() {
                // An interruption of the pause ends the pause, not the iteration, which is complete.
                let _ = unless_interrupted(&mail, pin!(session.sleep_until(until))).await;
            }
        }
        mail.end.set(Some(end));
    }
}

/// What comes of a future, unless the user is interrupted while it waits.
async fn unless_interrupted<T>(mail: &Mailbox, mut future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    poll_fn(|context| {
        if mail.interrupted.get() {
            return Poll::Ready(None);
        }
        future.as_mut().poll(context).map(Some)
    })
    .await
}

async fn iterate(session: &mut Session) -> Next {
    if session.is_stopped {
        // It does nothing more, but it is still there.
        return std::future::pending().await;
    }
    // The thread's own handle: all threads would change the count of the program's.
    let worker = Rc::clone(session.worker());
    let Some(start) = session.start else { return Next::End { failed: true } };
    let flow = worker.program.pick(start, &mut session.random);
    session.records_itself = flow.records_itself;
    run_steps(session, &flow.steps).await
}

/// The end of an iteration for the engine.
fn ending(session: &mut Session, next: Option<Next>) -> IterationEnd {
    match next {
        None => IterationEnd::Interrupted,
        Some(Next::End { failed: true }) => IterationEnd::Failed,
        Some(Next::Step | Next::Break | Next::Continue | Next::End { failed: false }) => {
            IterationEnd::Completed
        }
        Some(Next::StopUser) => {
            session.is_stopped = true;
            IterationEnd::Completed
        }
        Some(Next::StopTest(message)) => {
            session.worker().run.control.abort(AbortCause::Script, message);
            IterationEnd::Completed
        }
    }
}

/// Makes the users of one worker thread.
pub(crate) struct PlanVuMaker(pub(crate) Rc<PlanWorker>);

impl VuMaker for PlanVuMaker {
    fn make(&self, in_instance: u64, in_test: u64) -> LocalBoxFuture<'_, Result<Box<dyn Vu>, VuError>> {
        let mail = Rc::new(Mailbox::default());
        let life = Box::pin(live(Rc::clone(&self.0), (in_instance, in_test), Rc::clone(&mail)));
        Box::pin(std::future::ready(Ok(Box::new(PlanVu { mail, life }) as Box<dyn Vu>)))
    }

    fn flush(&self) {
        if let Some(dialect) = &mut *self.0.dialect.borrow_mut() {
            dialect.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size<F: Future>(_life: impl Fn(Rc<PlanWorker>, (u64, u64), Rc<Mailbox>) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_user_is_small() {
        let (session, life) = (size_of::<Session>(), size(live));
        assert!(session < 400, "a session is {session} bytes");
        assert!(life < 1_000, "a user's life is {life} bytes, its session included");
    }
}
