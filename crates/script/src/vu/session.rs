//! What runs inside a user's coroutine: the runtime, iterations and their event loop, and the answers to commands. What comes
//! before and after iterations is in `stages`.

mod stages;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use engine::{Iteration, IterationEnd, ScenarioInfo};
use metrics::IterationSample;
use model::{Level, Nanos, Own, Record};
use rquickjs::promise::PromiseState;
use rquickjs::{Ctx, Function, Object, Persistent, Promise, Runtime, Value};

use super::event_loop::Event;
use super::fiber::Mailbox;
use super::host::Interrupted;
use super::{Host, Stage};
use crate::error::{self, Error, ErrorKind};
use crate::ffi;
use crate::modules::globals;
use crate::program::ProgramLoader;
use crate::test::Loaded;

/// Stack that QuickJS must leave free below its limit: throwing a stack overflow itself needs some.
const STACK_RESERVE_BYTES: usize = 24 * 1024;

/// Heap of a user, in bytes, from which on QuickJS looks for garbage while the init code runs. That code makes
/// what stays: its own 256 KB would look through a large library twice, and find next to nothing.
const INIT_GARBAGE_BYTES: usize = 1 << 20;

/// Work for a session.
pub(crate) enum Command {
    /// Run one iteration of a scenario.
    Iterate(Iteration, Own<ScenarioInfo>),
    /// Call a lifecycle function with a JSON argument.
    Call { function: &'static str, stage: Stage, argument: Option<Arc<str>> },
    /// Free everything and end.
    Close,
}

/// What a session answers.
pub(crate) enum Reply {
    /// The init code was evaluated.
    Ready(Box<Loaded>),
    /// The init code failed; the session is over.
    Failed(Error),
    /// The iteration ended.
    Ended(IterationEnd),
    /// The lifecycle function returned.
    Returned(Result<Returned, Error>),
    /// The session is over.
    Gone,
}

/// What a lifecycle function returned.
#[derive(Debug, PartialEq)]
pub(crate) enum Returned {
    /// Nothing, or nothing that JSON can hold.
    Nothing,
    /// A value, as JSON.
    Json(String),
    /// Files by path, of `handleSummary`.
    Files(Vec<(String, Bytes)>),
}

/// Runs a session until it is closed or its init code fails.
pub(crate) fn run(host: &Rc<Host>, mailbox: &Rc<Mailbox>, stack_bytes: usize) {
    match start(host, stack_bytes) {
        Ok((runtime, context)) => {
            // A panic of a host function must not pass the clean-up: QuickJS aborts the process when a runtime
            // is freed before its values.
            let served = catch_unwind(AssertUnwindSafe(|| {
                context.with(|ctx| {
                    ffi::set_host(&ctx, host);
                    host.engine_memory.set(ffi::hot_memory(&ctx));
                    Session { ctx, host, mailbox }.serve();
                });
            }));
            // Values of the script that the host still holds must go before the runtime does.
            host.close();
            runtime.set_host_promise_rejection_tracker(None);
            runtime.set_interrupt_handler(None);
            if host.shared.gives_memory_back() {
                drop(context);
                drop(runtime);
            } else {
                std::mem::forget((context, runtime));
            }
            if let Err(panic) = served {
                resume_unwind(panic);
            }
        }
        Err(error) => mailbox.answer(Reply::Failed(Error::new(
            ErrorKind::Memory,
            format!("a virtual user's runtime could not be made: {error}"),
        ))),
    }
}

#[inline(never)]
fn start(host: &Rc<Host>, stack_bytes: usize) -> rquickjs::Result<(Runtime, rquickjs::Context)> {
    let runtime = Runtime::new_with_alloc(ffi::CountingAllocator::new(host.memory.clone()))?;
    runtime.set_gc_threshold(INIT_GARBAGE_BYTES);
    runtime.set_max_stack_size(stack_bytes.saturating_sub(STACK_RESERVE_BYTES));
    let loader = || ProgramLoader(host.shared.program.clone());
    runtime.set_loader(loader(), loader());
    let watched = host.clone();
    runtime.set_interrupt_handler(Some(Box::new(move || watched.must_stop())));
    runtime.set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, handled| {
        track_rejection(&ctx, &promise, &reason, handled);
    })));
    let features = host.shared.intrinsics();
    let context = ffi::new_context(&runtime, features)?;
    host.features.set(features);
    Ok((runtime, context))
}

/// Remembers rejections that nobody has handled yet; they count when the jobs are done.
pub(crate) fn track_rejection<'js>(ctx: &Ctx<'js>, promise: &Value<'js>, reason: &Value<'js>, handled: bool) {
    let host = ffi::host(ctx);
    let mut open = host.rejections.borrow_mut();
    if handled {
        open.retain(|(known, _)| known.clone().restore(ctx).is_ok_and(|known| known != *promise));
    } else {
        open.push((Persistent::save(ctx, promise.clone()), error::describe(ctx, reason)));
    }
}

/// How many timers of one iteration are told one by one; a script that set a million of them has made its point.
const TOLD_TIMERS_MAX: usize = 100;

/// What an ordinary iteration does not need is kept out of line: frames below the script's own calls make every
/// user's stack larger.
struct Session<'a, 'js> {
    ctx: Ctx<'js>,
    host: &'a Rc<Host>,
    mailbox: &'a Mailbox,
}

/// The function of the scenario that ran last, so that it is looked up once.
type Entry<'js> = Option<(Arc<ScenarioInfo>, Function<'js>)>;

impl<'js> Session<'_, 'js> {
    fn serve(&self) {
        let exports = match self.load() {
            Ok((exports, loaded)) => {
                // Init code reaches deep; iterations seldom do.
                fiber::trim_stack();
                self.mailbox.answer(Reply::Ready(Box::new(loaded)));
                exports
            }
            Err(error) => {
                let error = error.with_code_frame(&self.host.shared.program);
                return self.mailbox.answer(Reply::Failed(error));
            }
        };
        let entry: RefCell<Entry<'js>> = RefCell::new(None);
        let data: RefCell<Option<Value<'js>>> = RefCell::new(None);
        loop {
            let reply = match self.mailbox.next() {
                Command::Iterate(iteration, scenario) => {
                    Reply::Ended(self.iterate(&exports, &entry, &data, iteration, scenario.shared()))
                }
                Command::Call { function, stage, argument } => {
                    self.host.stage.set(stage);
                    let result = self.call_lifecycle(&exports, function, argument.as_deref());
                    if let Some(panic) = self.host.take_panic() {
                        // The script's frames are unwound; whoever drives the session hears of it.
                        resume_unwind(panic);
                    }
                    Reply::Returned(result.map_err(|error| error.with_code_frame(&self.host.shared.program)))
                }
                Command::Close => return,
            };
            self.mailbox.answer(reply);
        }
    }

    // --- iterations

    fn iterate(
        &self,
        exports: &Object<'js>,
        entry: &RefCell<Entry<'js>>,
        data: &RefCell<Option<Value<'js>>>,
        iteration: Iteration,
        scenario: &Arc<ScenarioInfo>,
    ) -> IterationEnd {
        let host = self.host;
        host.stage.set(Stage::Iteration);
        host.iteration.set(Some(iteration));
        host.sent.set(0);
        host.received.set(0);
        if let Some(http) = host.http.get() {
            http.begin_iteration(host);
        }
        let outcome = self
            .entry(exports, entry, scenario)
            .and_then(|function| Ok((function, self.setup_data(data)?)))
            .and_then(|(function, data)| {
                let returned = function.call::<_, Value<'js>>((data,)).map_err(|_| self.failure())?;
                self.settle(returned)
            });
        let finished = host.now();
        self.stop_timers();
        if let Some(sockets) = host.sockets.get() {
            sockets.close_all(host);
        }
        // What an iteration leaves behind must not fail the next one.
        host.rejections.borrow_mut().clear();
        host.memory.take_exceeded();
        if let Some(http) = host.http.get() {
            http.end_iteration(host);
        }
        host.iterations.set(host.iterations.get() + 1);
        let end = self.judge(outcome, scenario);
        self.record(iteration, finished, end);
        self.pause_for_minimum(iteration, end);
        end
    }

    /// Timers that are left when an iteration has failed or was interrupted never fire, which its user is told.
    fn stop_timers(&self) {
        let timers = self.host.events.open_timers();
        for (name, number) in timers.iter().take(TOLD_TIMERS_MAX) {
            let message = format!("{name} {number} was stopped because the VU iteration was interrupted");
            self.host.log(Level::Warning, message);
        }
        if let Some(more) = timers.len().checked_sub(TOLD_TIMERS_MAX).filter(|more| *more > 0) {
            let message = format!("{more} more timers were stopped because the VU iteration was interrupted");
            self.host.log(Level::Warning, message);
        }
        self.host.events.clear();
    }

    fn entry(
        &self,
        exports: &Object<'js>,
        entry: &RefCell<Entry<'js>>,
        scenario: &Arc<ScenarioInfo>,
    ) -> Result<Function<'js>, Error> {
        if let Some((known, function)) = &*entry.borrow()
            && Arc::ptr_eq(known, scenario)
        {
            return Ok(function.clone());
        }
        globals::set_env(&self.ctx, &scenario.env).map_err(|_| self.failure())?;
        let function: Function<'js> = exports.get(scenario.exec.as_str()).map_err(|_| self.failure())?;
        entry.borrow_mut().replace((scenario.clone(), function.clone()));
        Ok(function)
    }

    /// What `setup()` returned, parsed once by each user: changes to it stay with the user.
    #[inline(never)]
    fn setup_data(&self, data: &RefCell<Option<Value<'js>>>) -> Result<Value<'js>, Error> {
        if let Some(value) = &*data.borrow() {
            return Ok(value.clone());
        }
        let value = match self.host.shared.setup_data() {
            Some(json) => self.ctx.json_parse(json.as_bytes()).map_err(|_| self.failure())?,
            None => Value::new_undefined(self.ctx.clone()),
        };
        data.borrow_mut().replace(value.clone());
        Ok(value)
    }

    /// Turns an outcome into the iteration's end, telling the user what failed.
    fn judge(&self, outcome: Result<Value<'js>, Error>, scenario: &ScenarioInfo) -> IterationEnd {
        let Err(error) = outcome else { return IterationEnd::Completed };
        if let Some(panic) = self.host.take_panic() {
            // The user's frames are unwound; the engine treats a panicking user as lost and goes on.
            resume_unwind(panic);
        }
        match error.kind {
            ErrorKind::Interrupted | ErrorKind::Aborted if self.ctx_is_dirty() => return IterationEnd::Lost,
            ErrorKind::Interrupted | ErrorKind::Aborted => return IterationEnd::Interrupted,
            _ => {}
        }
        let code_frame = self.host.shared.program.code_frame_once(&error.message);
        // Once a place, as the source line.
        let advice = code_frame.as_ref().and_then(|_| error.advice());
        let mut record = Record::new(Level::Error, error.message).with("executor", scenario.executor.kind());
        if error.kind != ErrorKind::Rejection {
            record = record.with("hint", "script exception");
        }
        record.detail = code_frame;
        if let Some(advice) = advice {
            record = record.with_help(&advice);
        }
        self.host.shared.log.log(record.with("scenario", scenario.name.clone()));
        if error.kind == ErrorKind::Memory { IterationEnd::Lost } else { IterationEnd::Failed }
    }

    /// Whether promise jobs of an interrupted iteration are left, which must not run in the next one.
    fn ctx_is_dirty(&self) -> bool {
        ffi::has_pending_job(&self.ctx)
    }

    fn record(&self, iteration: Iteration, finished: Nanos, end: IterationEnd) {
        let host = self.host;
        let whole = matches!(end, IterationEnd::Completed | IterationEnd::Failed);
        let sample = IterationSample {
            at: finished,
            duration: whole.then(|| finished - iteration.started),
            sent: host.sent.get(),
            received: host.received.get(),
        };
        let mut recorder = host.worker().recorder.borrow_mut();
        recorder.iteration_with_metadata(host.tags.get(), &sample, &host.metadata.borrow());
    }

    #[inline(never)]
    fn pause_for_minimum(&self, iteration: Iteration, end: IterationEnd) {
        let Some(minimum) = self.host.shared.run().min_iteration_duration else { return };
        let until = iteration.started + minimum;
        if matches!(end, IterationEnd::Completed | IterationEnd::Failed) && until > self.host.now() {
            let instant = self.host.shared.clock.instant(until);
            // An interruption of the pause ends the pause, not the iteration, which is complete.
            let _: Result<(), Interrupted> = self.host.wait(tokio::time::sleep_until(instant.into()));
        }
    }

    // --- the event loop

    /// Runs jobs, timers and operations until nothing is left, and gives what `value` came to: itself, or
    /// what it was resolved with when it is a promise.
    fn settle(&self, value: Value<'js>) -> Result<Value<'js>, Error> {
        let promise = value.as_promise().cloned();
        loop {
            while self.ctx.execute_pending_job() {
                if self.host.is_interrupted() {
                    break;
                }
            }
            if self.host.is_interrupted() {
                return Err(self.failure());
            }
            self.check_rejections()?;
            if self.host.events.is_idle() {
                break;
            }
            match self.host.wait(self.host.events.next(self.host.shared.clock)) {
                Ok(Some(event)) => self.run(event)?,
                Ok(None) => break,
                Err(Interrupted) => return Err(Error::new(ErrorKind::Interrupted, "interrupted")),
            }
        }
        promise.map_or(Ok(value), |promise| self.outcome(&promise))
    }

    fn run(&self, event: Event) -> Result<(), Error> {
        let done = match event {
            Event::Completion(complete) => complete(&self.ctx),
            Event::Timer(callback, arguments) => self.fire(callback, arguments),
        };
        done.map_err(|_| self.failure())
    }

    fn fire(
        &self,
        callback: Persistent<Function<'static>>,
        arguments: Vec<Persistent<Value<'static>>>,
    ) -> rquickjs::Result<()> {
        let callback = callback.restore(&self.ctx)?;
        let mut values = rquickjs::function::Args::new(self.ctx.clone(), arguments.len());
        for argument in arguments {
            values.push_arg(argument.restore(&self.ctx)?)?;
        }
        callback.call_arg(values)
    }

    fn outcome(&self, promise: &Promise<'js>) -> Result<Value<'js>, Error> {
        match promise.state() {
            PromiseState::Pending => Ok(Value::new_undefined(self.ctx.clone())),
            PromiseState::Resolved => promise.result().expect("it is settled").map_err(|_| self.failure()),
            PromiseState::Rejected => {
                let thrown = promise.result::<Value<'js>>().expect("it is settled");
                debug_assert!(thrown.is_err());
                Err(self.failure())
            }
        }
    }

    /// An iteration in which a rejection stayed unhandled has failed.
    fn check_rejections(&self) -> Result<(), Error> {
        let open = std::mem::take(&mut *self.host.rejections.borrow_mut());
        match open.into_iter().next() {
            None => Ok(()),
            Some((_, reason)) if self.host.in_init() => Err(Error::new(ErrorKind::Exception, reason)),
            Some((_, reason)) => {
                Err(Error::new(ErrorKind::Rejection, format!("Uncaught (in promise) {reason}")))
            }
        }
    }

    /// The pending exception as an error of its kind.
    fn failure(&self) -> Error {
        let exceeded = self.host.memory.take_exceeded();
        let thrown = self.ctx.catch();
        if self.host.is_interrupted() {
            let kind = if self.host.shared.aborted() { ErrorKind::Aborted } else { ErrorKind::Interrupted };
            return Error::new(kind, self.host.shared.init_abort().unwrap_or("interrupted"));
        }
        if exceeded {
            let limit = self.host.memory.limit() >> 20;
            let place = error::place_of(&self.ctx, &thrown);
            return Error::new(
                ErrorKind::Memory,
                format!(
                    "the virtual user needs more than its {limit} MB of memory; see --vu-memory-limit{place}"
                ),
            );
        }
        Error::new(ErrorKind::Exception, error::describe(&self.ctx, &thrown))
    }
}
