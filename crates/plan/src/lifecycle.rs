//! What a plan does once before the load and once after it.
//!
//! Main type: [`PlanLifecycle`]. It runs beside the load's own threads, on the thread of whoever conducts the run, with
//! a recorder of its own.

use std::cell::{OnceCell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::task::Poll;
use std::time::Duration;

use engine::WorkerCtx;
use metrics::{Frame, RawSample};
use tokio::sync::Notify;

use crate::program::Flow;
use crate::run::run_steps;
use crate::session::Session;
use crate::step::Next;
use crate::test::PlanTest;
use crate::worker::PlanWorker;

/// How a flow around the load ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Around {
    /// It came to its end.
    Done,
    /// It failed, and has said why.
    Failed,
    /// It took too long.
    Late,
    /// It was interrupted.
    Interrupted,
}

/// What a flow around the load came to, and what it measured.
pub struct Rounded {
    /// How it ended.
    pub end: Around,
    /// What it measured.
    pub frame: Option<Frame>,
    /// Its single samples.
    pub raw: Vec<RawSample>,
}

/// Runs the flows before and after the load.
pub struct PlanLifecycle {
    test: Arc<PlanTest>,
    context: WorkerCtx,
    worker: OnceCell<Rc<PlanWorker>>,
    stop: Notify,
    /// What the user before the load knew at its end, which the one after it knows to begin with.
    known: RefCell<crate::value::Vars>,
}

impl PlanLifecycle {
    /// For a test that is configured before the first flow is run. Measurements go to the recorder of the context.
    #[must_use]
    pub fn new(test: Arc<PlanTest>, context: WorkerCtx) -> Self {
        Self { test, context, worker: OnceCell::new(), stop: Notify::new(), known: RefCell::default() }
    }

    /// Runs the flow before the load, if there is one; its variables are every user's to begin with.
    pub async fn before(&self, limit: Duration) -> Rounded {
        let program = self.test.program();
        let Some(flow) = program.before.and_then(|place| program.flows.get(place)) else {
            return self.nothing();
        };
        let rounded = self.run(flow, "::setup", limit).await;
        let mut first = self.worker().run.first_vars.lock().unwrap_or_else(PoisonError::into_inner);
        first.clone_from(&self.known.borrow());
        rounded
    }

    /// Runs the flow after the load, if there is one.
    pub async fn after(&self, limit: Duration) -> Rounded {
        let program = self.test.program();
        match program.after.and_then(|place| program.flows.get(place)) {
            Some(flow) => self.run(flow, "::teardown", limit).await,
            None => self.nothing(),
        }
    }

    /// Ends what runs now.
    pub fn interrupt(&self) {
        self.stop.notify_waiters();
    }

    fn nothing(&self) -> Rounded {
        Rounded { end: Around::Done, frame: None, raw: Vec::new() }
    }

    fn worker(&self) -> &Rc<PlanWorker> {
        self.worker.get_or_init(|| self.test.worker(&self.context))
    }

    async fn run(&self, flow: &Flow, group: &str, limit: Duration) -> Rounded {
        let worker = Rc::clone(self.worker());
        let mut session = Session::new(Rc::clone(&worker), 0, 0);
        session.vars.clone_from(&self.known.borrow());
        session.begin_around(group);
        let late = tokio::time::sleep(limit);
        let end = {
            let mut running = pin!(run_steps(&mut session, &flow.steps));
            let (mut late, mut stop) = (pin!(late), pin!(self.stop.notified()));
            poll_fn(|context| {
                if stop.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Around::Interrupted);
                }
                if late.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Around::Late);
                }
                running.as_mut().poll(context).map(|next| match next {
                    Next::End { failed: true } | Next::StopTest(_) => Around::Failed,
                    _ => Around::Done,
                })
            })
            .await
        };
        session.end_around();
        self.known.borrow_mut().clone_from(&session.vars);
        if let Some(dialect) = &mut *worker.dialect.borrow_mut() {
            dialect.flush();
        }
        let mut recorder = worker.recorder.borrow_mut();
        let frame = recorder.take_frame(worker.now());
        Rounded { end, frame: Some(frame), raw: recorder.take_raw() }
    }
}
