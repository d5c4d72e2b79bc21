//! What host functions see of the virtual user that calls them.

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;

use engine::{Iteration, ScenarioInfo};
use metrics::TagSetId;
use model::{Level, Nanos, Record};
use rquickjs::{Ctx, Object, Persistent};
use rustc_hash::FxHashMap;

use super::{EventLoop, ScriptWorker};
use crate::ffi::{self, Intrinsics, MemoryGauge};
use crate::modules::console::tools::Desk;
use crate::modules::data::UserData;
use crate::modules::html::HtmlClasses;
use crate::modules::http::HttpState;
use crate::modules::websockets::Sockets;
use crate::test::Shared;

/// What the user is doing, which decides what host functions allow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// Evaluating the init code.
    Init,
    /// Running `setup()`.
    Setup,
    /// Running an iteration.
    Iteration,
    /// Running `teardown()`.
    Teardown,
    /// Running `handleSummary()`.
    Summary,
}

/// The numbers of a user.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Ids {
    /// `exec.vu.idInInstance`, from 1; 0 for setup, teardown and the like.
    pub(crate) in_instance: u64,
    /// `exec.vu.idInTest`, from 1.
    pub(crate) in_test: u64,
}

/// The wait was cut short because the user is being stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Interrupted;

/// The state of one virtual user.
pub(crate) struct Host {
    pub(crate) shared: Arc<Shared>,
    worker: Option<Rc<ScriptWorker>>,
    pub(crate) ids: Ids,
    pub(crate) stage: Cell<Stage>,
    pub(crate) events: EventLoop,
    pub(crate) memory: Rc<MemoryGauge>,
    /// The language features that the user's context has by now.
    pub(crate) features: Cell<Intrinsics>,
    /// The tags of the samples that the user makes now: run, scenario, group and the script's own.
    pub(crate) tags: Cell<TagSetId>,
    /// The script's own tags, which outlive an iteration.
    pub(crate) group: RefCell<String>,
    pub(crate) metadata: RefCell<Vec<(metrics::Sym, metrics::Sym)>>,
    pub(crate) scenario: RefCell<Option<Arc<ScenarioInfo>>>,
    pub(crate) iteration: Cell<Option<Iteration>>,
    /// Iterations of this user over all scenarios, for `exec.vu.iterationInInstance`.
    pub(crate) iterations: Cell<u64>,
    /// Bytes on the wire since the iteration began.
    pub(crate) sent: Cell<u64>,
    pub(crate) received: Cell<u64>,
    /// Hops that `httpDebug` logged.
    pub(crate) debugged: Cell<u64>,
    /// Groups, counters and stopwatches of `console`, once there are any.
    pub(crate) console: OnceCell<Box<Desk>>,
    pub(crate) http: OnceCell<HttpState>,
    pub(crate) sockets: OnceCell<Box<Sockets>>,
    pub(crate) data: OnceCell<Box<UserData>>,
    pub(crate) html: OnceCell<Box<HtmlClasses>>,
    pub(crate) builtins: RefCell<FxHashMap<&'static str, Persistent<Object<'static>>>>,
    pub(crate) rejections: RefCell<Vec<(Persistent<rquickjs::Value<'static>>, String)>>,
    pub(crate) random: Cell<Option<u64>>,
    /// Names in `__ENV` that a scenario has put its own values under.
    pub(crate) env_over: RefCell<Vec<String>>,
    pub(crate) check_names: RefCell<FxHashMap<u32, metrics::Sym>>,
    /// Addresses and sizes of what QuickJS touches whatever it does.
    pub(crate) engine_memory: Cell<[(usize, usize); 2]>,
    /// What code in plans needs, in a host that runs it.
    pub(crate) code: OnceCell<Rc<crate::code::State>>,
    itself: OnceCell<std::rc::Weak<Self>>,
    interrupted: Cell<bool>,
    hard_stop: Cell<Nanos>,
    panic: RefCell<Option<Box<dyn Any + Send>>>,
}

impl Host {
    /// A user that has not run anything yet. Without a worker it can only evaluate init code.
    pub(crate) fn new(shared: Arc<Shared>, worker: Option<Rc<ScriptWorker>>, ids: Ids) -> Self {
        let memory = MemoryGauge::new(shared.memory_limit);
        Self {
            shared,
            worker,
            ids,
            stage: Cell::new(Stage::Init),
            events: EventLoop::default(),
            memory,
            features: Cell::new(Intrinsics::ALL),
            tags: Cell::new(TagSetId::default()),
            group: RefCell::default(),
            metadata: RefCell::default(),
            scenario: RefCell::default(),
            iteration: Cell::new(None),
            iterations: Cell::new(0),
            sent: Cell::new(0),
            received: Cell::new(0),
            debugged: Cell::new(0),
            console: OnceCell::new(),
            http: OnceCell::new(),
            sockets: OnceCell::new(),
            data: OnceCell::new(),
            html: OnceCell::new(),
            builtins: RefCell::default(),
            rejections: RefCell::default(),
            random: Cell::new(None),
            env_over: RefCell::default(),
            check_names: RefCell::default(),
            engine_memory: Cell::default(),
            code: OnceCell::new(),
            itself: OnceCell::new(),
            interrupted: Cell::new(false),
            hard_stop: Cell::new(Nanos::MAX),
            panic: RefCell::new(None),
        }
    }

    /// Shares the host, so that operations in the background can hold on to it.
    pub(crate) fn into_shared(self) -> Rc<Self> {
        let shared = Rc::new(self);
        let _ = shared.itself.set(Rc::downgrade(&shared));
        shared
    }

    /// A handle for operations in the background.
    pub(crate) fn handle(&self) -> Rc<Self> {
        self.itself.get().and_then(std::rc::Weak::upgrade).expect("a host is shared before its script runs")
    }

    /// The worker thread's services. Host functions that need them refuse the init stage first.
    pub(crate) fn worker(&self) -> &Rc<ScriptWorker> {
        self.worker.as_ref().expect("only the load stage has no worker, and it cannot get past init")
    }

    /// Whether this is a user of a worker thread, not the one that shows what a script exports.
    pub(crate) fn has_worker(&self) -> bool {
        self.worker.is_some()
    }

    /// Whether the user evaluates init code.
    pub(crate) fn in_init(&self) -> bool {
        self.stage.get() == Stage::Init
    }

    /// Now, on the run's clock.
    pub(crate) fn now(&self) -> Nanos {
        self.shared.clock.now()
    }

    /// Waits for `future`; other users of the thread run meanwhile.
    ///
    /// # Errors
    /// When the user is being stopped; the future is dropped, which cancels it.
    pub(crate) fn wait<F: Future>(&self, future: F) -> Result<F::Output, Interrupted> {
        let mut future = pin!(future);
        fiber::block_on(poll_fn(|context| {
            if self.interrupted.get() {
                return Poll::Ready(Err(Interrupted));
            }
            future.as_mut().poll(context).map(Ok)
        }))
    }

    /// Like [`wait`](Self::wait), for host functions: an interruption becomes an error that no `catch` of the
    /// script sees.
    pub(crate) fn wait_in<F: Future>(&self, context: &Ctx<'_>, future: F) -> rquickjs::Result<F::Output> {
        self.wait(future).map_err(|Interrupted| ffi::uncatchable(context, "interrupted"))
    }

    /// Asks the user to stop what it is doing: waits end at once, running code at the next check.
    pub(crate) fn interrupt(&self) {
        self.interrupted.set(true);
    }

    /// Takes back an interruption, before new work.
    pub(crate) fn arm(&self, hard_stop: Nanos) {
        self.interrupted.set(false);
        self.hard_stop.set(hard_stop);
    }

    /// Whether running code has to stop. QuickJS asks this every ten thousand operations or so; a script that
    /// never waits is stopped by the clock, because its thread cannot be told anything.
    pub(crate) fn must_stop(&self) -> bool {
        if self.interrupted.get() || self.memory.is_over() {
            return true;
        }
        let now = self.now();
        // An early end of the load ends users and `setup()`; what comes after the load still runs.
        let of_the_load = self.ids.in_test > 0 || self.stage.get() == Stage::Setup;
        let told = self.ids.in_test == 0 && self.shared.lifecycle_stop.load(Relaxed);
        let stop = told || now >= self.hard_stop.get() || (of_the_load && self.shared.kill_at() <= now);
        if stop {
            self.interrupted.set(true);
        }
        stop
    }

    /// Whether the user was asked to stop.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.get()
    }

    /// Keeps a panic of a host function until the script's frames are unwound.
    pub(crate) fn panicked(&self, panic: Box<dyn Any + Send>) {
        self.interrupted.set(true);
        self.panic.borrow_mut().get_or_insert(panic);
    }

    /// The panic of a host function, if there was one.
    pub(crate) fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        self.panic.borrow_mut().take()
    }

    /// Logs a record with what is known of the user's scenario.
    pub(crate) fn log(&self, level: Level, message: impl Into<String>) {
        self.shared.log.log(Record::new(level, message));
    }

    /// The tag set of samples with one more tag.
    pub(crate) fn tagged(&self, base: TagSetId, key: &str, value: &str) -> TagSetId {
        let mut recorder = self.worker().recorder.borrow_mut();
        let key = recorder.sym(key);
        let value = recorder.sym(value);
        recorder.with_tag(base, key, value)
    }

    /// Adds one sample with the user's present tags, and `tags` instead where given.
    pub(crate) fn add(&self, metric: metrics::MetricId, tags: TagSetId, value: f64) {
        let at = self.now();
        let mut recorder = self.worker().recorder.borrow_mut();
        let metadata = self.metadata.borrow();
        if metadata.is_empty() {
            recorder.add(metric, tags, value, at);
        } else {
            recorder.add_with_metadata(metric, tags, value, at, &metadata);
        }
    }

    /// Lets go of every value of the script, so that the runtime can be freed.
    pub(crate) fn close(&self) {
        self.events.clear();
        if let Some(sockets) = self.sockets.get() {
            sockets.close_all(self);
        }
        self.builtins.borrow_mut().clear();
        self.rejections.borrow_mut().clear();
        self.check_names.borrow_mut().clear();
        if let Some(http) = self.http.get() {
            http.close();
        }
    }
}
