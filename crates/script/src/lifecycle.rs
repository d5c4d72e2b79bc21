//! `setup()`, `teardown()` and `handleSummary()`, each in a runtime of its own, as k6 does.
//!
//! Main type: [`Lifecycle`]. The functions run one after the other on one thread of their own, so that script code
//! which never waits keeps nobody else from anything; the thread is made when the first of them is called. When
//! they are called, and what comes of it, is not decided here.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use metrics::{Frame, RawSample, Recorder, RecorderConfig};
use model::Nanos;
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, ErrorKind};
use crate::test::{Shared, gone};
use crate::vu::{Command, Host, Ids, Reply, Returned, ScriptWorker, Stage, VuFiber};

/// The thread's own stack; scripts run on their coroutines.
const STACK_BYTES: usize = 2 << 20;

/// What came of a lifecycle function.
pub struct Performed<T> {
    /// What it returned or threw.
    pub result: Result<T, Error>,
    /// What it measured; none when its thread could not be had.
    pub frame: Option<Frame>,
    /// Its single samples, when the run wants them.
    pub raw: Vec<RawSample>,
}

/// Runs a test's lifecycle functions.
pub struct Lifecycle {
    shared: Arc<Shared>,
    worker: u32,
    config: RecorderConfig,
    orders: OnceLock<mpsc::UnboundedSender<Order>>,
}

/// One call, on its way to the thread.
struct Order {
    function: &'static str,
    stage: Stage,
    argument: Option<Arc<str>>,
    limit: Duration,
    answer: oneshot::Sender<Performed<Returned>>,
}

impl Lifecycle {
    pub(crate) fn new(shared: Arc<Shared>, worker: u32, config: RecorderConfig) -> Self {
        Self { shared, worker, config, orders: OnceLock::new() }
    }

    /// Runs `setup()`; the result is its return value as JSON.
    ///
    /// # Errors
    /// What the script threw, or [`ErrorKind::Timeout`], as part of what is returned.
    pub async fn setup(&self, limit: Duration) -> Performed<Option<String>> {
        let done = self.perform("setup", Stage::Setup, None, limit).await;
        done.map(|returned| match returned {
            Returned::Json(json) => Some(json),
            Returned::Nothing | Returned::Files(_) => None,
        })
    }

    /// Runs `teardown()` with what `setup()` returned.
    ///
    /// # Errors
    /// As [`setup`](Self::setup).
    pub async fn teardown(&self, limit: Duration) -> Performed<()> {
        let data = self.shared.setup_data();
        self.perform("teardown", Stage::Teardown, data, limit).await.map(|_| ())
    }

    /// Runs `handleSummary()`; the result is its files by path, or nothing when it returned nothing.
    ///
    /// # Errors
    /// As [`setup`](Self::setup).
    pub async fn handle_summary(
        &self,
        data: String,
        limit: Duration,
    ) -> Performed<Option<Vec<(String, Bytes)>>> {
        let done = self.perform("handleSummary", Stage::Summary, Some(data.into()), limit).await;
        done.map(|returned| match returned {
            Returned::Files(files) => Some(files),
            Returned::Nothing | Returned::Json(_) => None,
        })
    }

    /// Stops the function that runs now, whether it waits or not; it then answers that it was interrupted.
    pub fn interrupt(&self) {
        self.shared.lifecycle_stop.store(true, Relaxed);
        self.shared.lifecycle_bell.notify_one();
    }

    async fn perform(
        &self,
        function: &'static str,
        stage: Stage,
        argument: Option<Arc<str>>,
        limit: Duration,
    ) -> Performed<Returned> {
        // An interruption that came too late for the last call is none of this one.
        self.shared.lifecycle_stop.store(false, Relaxed);
        let (answer, done) = oneshot::channel();
        let order = Order { function, stage, argument, limit, answer };
        let sent = self.orders().and_then(|orders| orders.send(order).map_err(|_| gone()));
        match sent {
            Ok(()) => done.await.unwrap_or_else(|_| Performed::failed(gone())),
            Err(error) => Performed::failed(error),
        }
    }

    /// The way to the thread, which is made now if there is none.
    fn orders(&self) -> Result<&mpsc::UnboundedSender<Order>, Error> {
        if let Some(orders) = self.orders.get() {
            return Ok(orders);
        }
        let (sender, orders) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::new(ErrorKind::Internal, format!("no event loop: {error}")))?;
        let (shared, worker, config) = (self.shared.clone(), self.worker, self.config.clone());
        #[cfg(debug_assertions)]
        let fault = crate::testing::armed();
        let body = move || {
            #[cfg(debug_assertions)]
            if let Some((fault, skip)) = fault {
                crate::testing::arm(fault, skip);
            }
            let recorder = Recorder::new(worker, shared.registry.clone(), shared.clock, config);
            let tasks = tokio::task::LocalSet::new();
            tasks.block_on(&runtime, Stagehand::new(shared, recorder).serve(orders));
        };
        let thread = std::thread::Builder::new().name("lifecycle".to_owned()).stack_size(STACK_BYTES);
        thread.spawn(body).map_err(|error| Error::new(ErrorKind::Internal, format!("no thread: {error}")))?;
        Ok(self.orders.get_or_init(|| sender))
    }
}

impl<T> Performed<T> {
    fn failed(error: Error) -> Self {
        Self { result: Err(error), frame: None, raw: Vec::new() }
    }

    fn map<U>(self, to: impl FnOnce(T) -> U) -> Performed<U> {
        Performed { result: self.result.map(to), frame: self.frame, raw: self.raw }
    }
}

/// What lives on the thread.
struct Stagehand {
    shared: Arc<Shared>,
    recorder: Rc<RefCell<Recorder>>,
    worker: Rc<ScriptWorker>,
}

impl Stagehand {
    fn new(shared: Arc<Shared>, recorder: Recorder) -> Self {
        let recorder = Rc::new(RefCell::new(recorder));
        Self { worker: ScriptWorker::new(&shared, recorder.clone()), recorder, shared }
    }

    async fn serve(self, mut orders: mpsc::UnboundedReceiver<Order>) {
        while let Some(Order { function, stage, argument, limit, answer }) = orders.recv().await {
            let result = self.guarded(function, stage, argument, limit).await;
            let mut recorder = self.recorder.borrow_mut();
            let (frame, raw) = (recorder.take_frame(self.shared.clock.now()), recorder.take_raw());
            // Nobody waits any more when the run has ended meanwhile.
            let _ = answer.send(Performed { result, frame: Some(frame), raw });
        }
    }

    /// Calls a function; a panic of the host is its failure and not the thread's.
    async fn guarded(
        &self,
        function: &'static str,
        stage: Stage,
        argument: Option<Arc<str>>,
        limit: Duration,
    ) -> Result<Returned, Error> {
        let call = AssertUnwindSafe(self.call(function, stage, argument, limit));
        call.catch_unwind().await.unwrap_or_else(|panic| {
            let said = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied());
            let text = format!("a fault of the program ended {function}(): {}", said.unwrap_or("no message"));
            Err(Error::new(ErrorKind::Internal, text))
        })
    }

    async fn call(
        &self,
        function: &'static str,
        stage: Stage,
        argument: Option<Arc<str>>,
        limit: Duration,
    ) -> Result<Returned, Error> {
        let host = Host::new(self.shared.clone(), Some(self.worker.clone()), Ids::default());
        host.tags.set(self.tags_of(stage));
        let mut fiber = VuFiber::new(host)?;
        match self.drive(&mut fiber, Nanos::MAX).await {
            Some(Reply::Ready(_)) => {}
            Some(Reply::Failed(error)) => return Err(error),
            _ => return Err(gone()),
        }
        let deadline = self.shared.clock.now() + limit.into();
        fiber.send(Command::Call { function, stage, argument });
        match self.drive(&mut fiber, deadline).await {
            Some(Reply::Returned(result)) => result,
            None => Err(Error::new(ErrorKind::Timeout, format!("{function}() execution timed out"))),
            Some(_) => Err(gone()),
        }
    }

    /// Polls a session until it answers, or until `deadline` passed and it was interrupted.
    async fn drive(&self, fiber: &mut VuFiber, deadline: Nanos) -> Option<Reply> {
        let mut late = pin!(tokio::time::sleep_until(self.shared.clock.instant(deadline).into()));
        let mut bell = pin!(self.shared.lifecycle_bell.notified());
        fiber.host().arm(deadline);
        let (mut timed_out, mut told) = (false, false);
        let reply = poll_fn(|context| {
            if !timed_out && late.as_mut().poll(context).is_ready() {
                timed_out = true;
                fiber.host().interrupt();
            }
            // The bell may have been rung for an earlier call; what counts is whether a stop is wanted.
            while !told && bell.as_mut().poll(context).is_ready() {
                told = self.shared.lifecycle_stop.load(Relaxed);
                bell.set(self.shared.lifecycle_bell.notified());
            }
            if told || self.shared.lifecycle_stop.load(Relaxed) {
                fiber.host().interrupt();
            }
            fiber.poll(context)
        })
        .await;
        let timed_out = timed_out || self.shared.clock.now() >= deadline;
        (!timed_out || !matches!(reply, Reply::Returned(Err(_)))).then_some(reply)
    }

    /// Samples of setup and teardown carry the group `::setup` or `::teardown`.
    fn tags_of(&self, stage: Stage) -> metrics::TagSetId {
        let group = match stage {
            Stage::Setup => "::setup",
            Stage::Teardown => "::teardown",
            Stage::Init | Stage::Iteration | Stage::Summary => "",
        };
        if !self.shared.run().system_tags.group {
            return self.worker.run_tags;
        }
        let mut recorder = self.recorder.borrow_mut();
        let value = recorder.sym(group);
        recorder.with_tag(self.worker.run_tags, self.worker.keys.group, value)
    }
}
