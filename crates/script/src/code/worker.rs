//! The runtime of one worker thread.
//!
//! Main type: [`CodeWorker`], a cheap handle; [`Handle`] keeps a value of the runtime, [`Module`] a loaded module.
//! Everything that enters the runtime goes through [`CodeWorker::run`].

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::OnceLock;

use model::{Level, Nanos, Record};
use rquickjs::{Ctx, Function, Object, Persistent, Runtime, Value};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::call::{Pending, Settled};
use super::resolve::CodeLoader;
use super::{Code, CodeError, CodeErrorKind, STACK_BYTES, require};
use crate::code::convert::kit;
use crate::error;
use crate::ffi::{self, Call as HostCall, Member, Table};
use crate::modules::web;
use crate::source::{address, normalise};
use crate::vu::{Host, Ids, track_rejection};

/// The name of the helpers in JavaScript.
pub(super) const KIT_NAME: &str = "plimsoll:kit";
/// How many complaints about code that nobody waits for are logged by one worker.
const COMPLAINTS_MAX: u32 = 100;

static KIT: Table = Table::new(&[
    Member::Method(c"settle", 4, settle),
    Member::Method(c"builtin", 1, |call| {
        require::builtin(&call.ctx, &error::text_of(&call.ctx, &call.value(0)))
    }),
    Member::Method(c"host", 1, super::script::host_call),
]);

/// What functions of the host find of the worker that calls them.
pub(crate) struct State {
    pub(super) code: Code,
    calls: RefCell<HashMap<u32, Rc<Pending>>>,
    next_call: Cell<u32>,
    /// `process.nextTick` has something to run.
    pub(super) ticks: Cell<bool>,
    /// Rung when there may be something new to wait for.
    pub(super) bell: Notify,
    /// Whom `$host` calls.
    pub(super) lent: ffi::LentHost,
    /// How `fetch()` sends its requests.
    pub(super) fetch: RefCell<Option<Rc<dyn super::Fetch>>>,
    complaints: Cell<u32>,
}

impl State {
    /// A number for a call and the place for its end.
    pub(super) fn expect_call(&self) -> (u32, Rc<Pending>) {
        let id = self.next_call.get();
        self.next_call.set(id.wrapping_add(1));
        let pending = Rc::new(Pending::default());
        self.calls.borrow_mut().insert(id, pending.clone());
        (id, pending)
    }

    /// Nobody waits for this call any more; whether it was still under way.
    pub(super) fn forget_call(&self, id: u32) -> bool {
        self.calls.borrow_mut().remove(&id).is_some()
    }

    /// Logs what went wrong where nobody waits for it.
    fn complain(&self, message: String) {
        let told = self.complaints.get();
        self.complaints.set(told.saturating_add(1));
        if told < COMPLAINTS_MAX {
            self.code.0.shared.log.log(Record::new(Level::Error, message));
        }
    }
}

/// `settle(id, well, value, without a callback)`
fn settle<'js>(call: &HostCall<'js>) -> rquickjs::Result<Value<'js>> {
    let state = state(&call.ctx);
    let pending = state.calls.borrow_mut().remove(&call.get(0)?);
    if let Some(pending) = pending {
        let value = Persistent::save(&call.ctx, call.value(2));
        pending.settle(if ffi::truthy(&call.value(1)) {
            Settled::Value(value, ffi::truthy(&call.value(3)))
        } else {
            Settled::Thrown(value)
        });
    }
    Ok(call.undefined())
}

/// The state of the worker that a context belongs to.
pub(super) fn state<'a>(context: &'a Ctx<'_>) -> &'a State {
    ffi::host(context).code.get().expect("a worker sets its state before it runs code")
}

/// Code was stopped.
struct Stop {
    error: CodeError,
    /// Whoever entered the runtime is told.
    told: bool,
}

pub(super) struct Inner {
    state: Rc<State>,
    host: Rc<Host>,
    context: Option<rquickjs::Context>,
    runtime: Option<Runtime>,
    /// A call into the runtime is under way on this thread.
    entered: Cell<bool>,
    /// Why running code was stopped, until it is clear whom that concerns.
    stopped: RefCell<Option<Stop>>,
    /// Jobs were left when their time was over.
    more: Cell<bool>,
    driver: RefCell<Option<JoinHandle<()>>>,
    /// Functions of scripts by their numbers.
    scripts: RefCell<HashMap<u64, Persistent<Function<'static>>>>,
}

/// The runtime of one worker thread; clones are the same. It is freed with its last clone, handle and context.
#[derive(Clone)]
pub struct CodeWorker(pub(super) Rc<Inner>);

impl Inner {
    pub(super) fn parts(&self) -> (Rc<Host>, Rc<State>) {
        (self.host.clone(), self.state.clone())
    }
}

impl CodeWorker {
    pub(super) fn new(code: &Code) -> Result<Self, CodeError> {
        let host = Host::new(code.0.shared.clone(), None, Ids::default()).into_shared();
        let state = Rc::new(State {
            code: code.clone(),
            calls: RefCell::default(),
            next_call: Cell::new(0),
            ticks: Cell::new(false),
            bell: Notify::new(),
            lent: ffi::LentHost::default(),
            fetch: RefCell::default(),
            complaints: Cell::new(0),
        });
        let _ = host.code.set(state.clone());
        host.events.be_patient();
        let (runtime, context) = start(code, &host).map_err(|error| {
            CodeError::new(CodeErrorKind::Memory, format!("a runtime for code could not be made: {error}"))
        })?;
        let worker = Self(Rc::new(Inner {
            state,
            host,
            context: Some(context),
            runtime: Some(runtime),
            entered: Cell::new(false),
            stopped: RefCell::default(),
            more: Cell::new(false),
            driver: RefCell::default(),
            scripts: RefCell::default(),
        }));
        let host = worker.0.host.clone();
        worker.run(move |context| {
            ffi::set_host(context, &host);
            furnish(context)
        })?;
        Ok(worker)
    }

    pub(super) fn state(&self) -> &Rc<State> {
        &self.0.state
    }

    pub(super) fn host(&self) -> &Rc<Host> {
        &self.0.host
    }

    /// Whether jobs were left when their time was over.
    pub(super) fn more(&self) -> &Cell<bool> {
        &self.0.more
    }

    pub(super) fn driver(&self) -> &RefCell<Option<JoinHandle<()>>> {
        &self.0.driver
    }

    pub(super) fn scripts(&self) -> &RefCell<HashMap<u64, Persistent<Function<'static>>>> {
        &self.0.scripts
    }

    /// Enters the runtime, runs what is ready afterwards, and turns an exception into an error.
    pub(super) fn run<R>(
        &self,
        work: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<R>,
    ) -> Result<R, CodeError> {
        let inner = &*self.0;
        let context = inner.context.as_ref().expect("it is there until the worker is freed");
        if inner.entered.get() {
            // From a function of the host, which the code called.
            return ffi::within(context, |context| {
                work(&context).map_err(|error| self.failure(&context, &error))
            });
        }
        let _leave = Entered::new(&inner.entered);
        self.arm();
        inner.host.memory.take_exceeded();
        let added = inner.host.events.added();
        let result = context.with(|context| {
            let result = work(&context).map_err(|error| self.failure(&context, &error));
            self.settle_jobs(&context);
            result
        });
        let stopped = inner.stopped.take();
        if let Some(stopped) = stopped {
            self.clear_up(context, &stopped);
        }
        if inner.more.get() || inner.host.events.added() != added {
            inner.state.bell.notify_one();
        }
        result
    }

    /// Gives running code its time from now on.
    pub(super) fn arm(&self) {
        let limit = Nanos::from(self.0.state.code.0.time_limit);
        self.0.host.arm(self.0.host.now() + limit);
    }

    /// The pending exception as an error.
    fn failure(&self, context: &Ctx<'_>, error: &rquickjs::Error) -> CodeError {
        if !matches!(error, rquickjs::Error::Exception) {
            return CodeError::new(CodeErrorKind::Internal, error.to_string());
        }
        let thrown = context.catch();
        self.stopped(context, &thrown, true).unwrap_or_else(|| super::error::of_thrown(context, &thrown))
    }

    pub(super) fn needs_too_much(&self) -> String {
        let limit = self.0.host.memory.limit() >> 20;
        format!("code needs more than the {limit} MB of memory that it may have")
    }

    /// Why code was stopped, if it was, so that `thrown` came of it.
    pub(super) fn stopped<'js>(
        &self,
        context: &Ctx<'js>,
        thrown: &Value<'js>,
        told: bool,
    ) -> Option<CodeError> {
        let host = &self.0.host;
        let panicked = host.take_panic().is_some();
        let full = host.memory.take_exceeded() || host.memory.is_over();
        let (kind, message) = match () {
            () if panicked => (CodeErrorKind::Internal, "a function of the host panicked".to_owned()),
            () if full => (CodeErrorKind::Memory, self.needs_too_much()),
            () if host.is_interrupted() => {
                let limit = self.0.state.code.0.time_limit;
                (CodeErrorKind::TimeLimit, format!("code ran for {limit:?} without a pause and was stopped"))
            }
            () => return None,
        };
        let error = CodeError::new(kind, message).with_frames(&error::describe(context, thrown));
        self.0.stopped.replace(Some(Stop { error: error.clone(), told }));
        Some(error)
    }

    /// After code was stopped: frees what it held, and ends the calls that nobody can end any more.
    fn clear_up(&self, context: &rquickjs::Context, stop: &Stop) {
        if let Some(runtime) = &self.0.runtime {
            runtime.run_gc();
        }
        self.arm();
        let lost: rquickjs::Result<Vec<u32>> =
            context.with(|context| kit(&context)?.get::<_, Function<'_>>("lost")?.call(()));
        let mut told = stop.told;
        for id in lost.unwrap_or_default() {
            let pending = self.0.state.calls.borrow_mut().remove(&id);
            if let Some(pending) = pending {
                pending.settle(Settled::Failed(stop.error.clone()));
                told = true;
            }
        }
        if !told {
            self.tell(&stop.error);
        }
    }

    /// Tells of the pending exception, which nobody can catch.
    pub(super) fn complain(&self, context: &Ctx<'_>) {
        self.tell(&self.failure(context, &rquickjs::Error::Exception));
    }

    /// Tells of an error that nobody waits for.
    pub(super) fn tell(&self, error: &CodeError) {
        self.0.state.complain(format!("uncaught in code: {error}"));
    }

    /// Tells of rejections that nobody has handled by now.
    pub(super) fn tell_rejections(&self) {
        let open = std::mem::take(&mut *self.0.host.rejections.borrow_mut());
        for (_, reason) in open {
            let reason = reason.replace("(0)", "").replace("file://", "");
            self.0.state.complain(format!("uncaught in code (in a promise): {reason}"));
        }
    }

    /// Loads the module in a file: CommonJS, an ECMAScript module or TypeScript. A second time it gives the same.
    ///
    /// # Errors
    /// When there is no such file, it does not compile, or its top level throws.
    pub async fn load(&self, file: &Path) -> Result<Module, CodeError> {
        let path = normalise(&self.0.state.code.0.folder.join(file));
        let address = address(&path);
        if self.0.state.code.0.shared.program.file(&address).is_err() {
            let message = format!("cannot read {}", path.display());
            return Err(CodeError::new(CodeErrorKind::NotFound, message));
        }
        let exports = self.follow(|context| require::begin(context, &address)).await?;
        let names = self.run(|context| {
            let load: Function<'_> = kit(context)?.get("functions")?;
            load.call((exports.restore(context)?,))
        })?;
        Ok(Module { exports, names })
    }

    /// A function of a module by its name; nothing when the module exports no such function.
    ///
    /// # Errors
    /// What a getter of the module threw.
    pub fn function(&self, module: &Module, name: &str) -> Result<Option<Handle>, CodeError> {
        let found = self.property(&module.exports, name)?;
        let Some(found) = found else { return Ok(None) };
        let callable = self.run(|context| Ok(found.restore(context)?.is_function()))?;
        Ok(callable.then_some(found))
    }

    /// How many bytes the runtime holds.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.0.host.memory.used()
    }
}

/// Says that the runtime is entered until it is dropped.
struct Entered<'a>(&'a Cell<bool>);

impl<'a> Entered<'a> {
    fn new(flag: &'a Cell<bool>) -> Self {
        flag.set(true);
        Self(flag)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

fn start(code: &Code, host: &Rc<Host>) -> rquickjs::Result<(Runtime, rquickjs::Context)> {
    let runtime = Runtime::new_with_alloc(ffi::CountingAllocator::new(host.memory.clone()))?;
    runtime.set_max_stack_size(STACK_BYTES);
    let loader = || CodeLoader(code.0.shared.program.clone());
    runtime.set_loader(loader(), loader());
    let watched = host.clone();
    runtime.set_interrupt_handler(Some(Box::new(move || watched.must_stop())));
    runtime.set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, handled| {
        track_rejection(&ctx, &promise, &reason, handled);
    })));
    let context = ffi::new_context(&runtime, ffi::Intrinsics::ALL)?;
    Ok((runtime, context))
}

/// Gives a fresh context its globals.
fn furnish(context: &Ctx<'_>) -> rquickjs::Result<()> {
    static CODE: OnceLock<Vec<u8>> = OnceLock::new();
    let globals = context.globals();
    web::install(context, web::Names::MAX)?;
    ffi::set_hidden(&globals, "global", globals.clone().into_value())?;
    let native = Object::new(context.clone())?;
    ffi::define(context, &native, &KIT)?;
    let code = match CODE.get() {
        Some(code) => code,
        None => {
            let code = ffi::compile_script(context, KIT_NAME, include_str!("kit.js"), false)?;
            CODE.get_or_init(|| code)
        }
    };
    let make: Function<'_> = ffi::run_script(context, code)?.get()?;
    let kit: Object<'_> = make.call((native,))?;
    ffi::host(context).builtins.borrow_mut().insert(KIT_NAME, Persistent::save(context, kit));
    Ok(())
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The values of the code go before the runtime does.
        self.scripts.borrow_mut().clear();
        self.host.close();
        self.context.take();
        if let Some(runtime) = self.runtime.take() {
            runtime.set_host_promise_rejection_tracker(None);
            runtime.set_interrupt_handler(None);
        }
        if let Some(driver) = self.driver.borrow_mut().take() {
            driver.abort();
        }
    }
}

/// A value that lives in the runtime: a function, an object, whatever code made.
#[derive(Clone)]
pub struct Handle {
    value: Persistent<Value<'static>>,
    // Last, as the runtime must outlive its values.
    worker: CodeWorker,
}

impl std::fmt::Debug for CodeWorker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeWorker").field("memory_bytes", &self.memory_bytes()).finish()
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle")
    }
}

impl Handle {
    pub(super) fn new(worker: &CodeWorker, value: Persistent<Value<'static>>) -> Self {
        Self { value, worker: worker.clone() }
    }

    pub(super) fn restore<'js>(&self, context: &Ctx<'js>) -> rquickjs::Result<Value<'js>> {
        self.value.clone().restore(context)
    }

    /// The value as JSON; nothing for what JSON does not have.
    ///
    /// # Errors
    /// What a getter of the value threw.
    pub fn json(&self) -> Result<Option<serde_json::Value>, CodeError> {
        self.worker.run(|context| super::convert::from_js(context, &self.restore(context)?))
    }
}

/// A loaded module.
#[derive(Clone, Debug)]
pub struct Module {
    exports: Handle,
    names: Vec<String>,
}

impl Module {
    /// The names of the functions that it exports.
    #[must_use]
    pub fn functions(&self) -> &[String] {
        &self.names
    }

    /// What it exports, as one value.
    #[must_use]
    pub fn exports(&self) -> &Handle {
        &self.exports
    }
}
