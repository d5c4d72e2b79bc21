//! A plan's virtual user behind the engine's trait.
//!
//! Main type: [`PlanVu`]. A user has one future for its whole life, so that an iteration allocates nothing; an
//! interruption drops what the iteration was waiting for and keeps the user.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use engine::{AbortCause, Iteration, IterationEnd, ScenarioInfo, Vu, VuError, VuMaker};
use fiber::ahead::{Herald, Place};
use futures_util::future::LocalBoxFuture;

use crate::run::run_steps;
use crate::session::Session;
use crate::step::Next;
use crate::worker::PlanWorker;

/// What the engine tells a user, and what it answers.
#[derive(Default)]
pub(crate) struct Mailbox {
    scenario: RefCell<Option<Arc<ScenarioInfo>>>,
    iteration: Cell<Option<Iteration>>,
    interrupted: Cell<bool>,
    end: Cell<Option<IterationEnd>>,
    /// Who wakes the user, as somebody who knows what memory it touches then.
    herald: RefCell<Option<(Arc<Herald>, Waker)>>,
}

/// What a user touches when it goes on; each is one place for [`fiber::ahead`].
#[derive(Clone, Copy, Debug)]
pub enum Touched {
    /// The task that polls it.
    Task,
    /// The user for the engine.
    User,
    /// What the engine tells it.
    Mailbox,
    /// Its session, and its way through the steps of its flow.
    Life,
    /// Its way through a step of a dialect's own.
    Step,
    /// Its request.
    Request,
    /// Its client.
    Client,
    /// Its connection.
    Connection,
    /// What a dialect keeps for it.
    Own,
    /// And more of that.
    More,
}

impl Mailbox {
    /// Names something that the user touches.
    pub(crate) fn name(&self, what: Touched, place: Place) {
        if let Some((herald, _)) = &*self.herald.borrow() {
            herald.name(what as usize, place);
        }
    }
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
        self.appoint_herald(context.waker());
        let herald = self.mail.herald.borrow();
        let (herald, waker) = herald.as_ref().expect("it was just appointed");
        herald.polled();
        if self.life.as_mut().poll(&mut Context::from_waker(waker)).is_ready() {
            return Poll::Ready(IterationEnd::Lost);
        }
        self.mail.end.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn interrupt(&mut self) {
        self.mail.interrupted.set(true);
    }

    fn close(self: Box<Self>) {}
}

impl PlanVu {
    /// Sees to it that there is a herald in front of the waker.
    fn appoint_herald(&self, waker: &Waker) {
        let mut known = self.mail.herald.borrow_mut();
        if known.as_ref().is_some_and(|(herald, _)| herald.serves(waker)) {
            return;
        }
        let mut places = known.as_ref().map(|(herald, _)| herald.places()).unwrap_or_default();
        // A waker's data are those of the task, with its future near by.
        places[Touched::Task as usize] = Place::at(waker.data() as usize, TASK_BYTES);
        places[Touched::User as usize] = Place::of(self);
        places[Touched::Mailbox as usize] = Place::of(&*self.mail);
        places[Touched::Life as usize] = Place::of(&*self.life);
        let herald = Herald::new(waker.clone(), places);
        let waker = Waker::from(Arc::clone(&herald));
        *known = Some((herald, waker));
    }
}

/// How much of the task that polls a user it touches to do so, bytes.
const TASK_BYTES: usize = 512;

/// Waits for iterations and carries them out.
// The session is made here, and futures are pinned where they are made: for what is handed to a future by value it
// has room twice.
async fn live(worker: Rc<PlanWorker>, (in_instance, in_test): (u64, u64), mail: Rc<Mailbox>) {
    let mut session = Session::new(worker, in_instance, in_test);
    session.mail = Some(Rc::clone(&mail));
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
