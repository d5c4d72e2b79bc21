//! A call of a function: what it gets, how it tells that it is done, and what it left behind.
//!
//! Main type: [`Call`], a future that other calls of the thread run beside. Dropping it forgets the call; its code
//! runs on, but nobody hears of it.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll, Waker};

use rquickjs::{Array, Ctx, Exception, Function, Object, Persistent, Result, Value};
use serde_json::Value as Json;

use super::convert::{from_js, into_js, kit};
use super::{CodeError, CodeWorker, Context, Handle, error};

/// What a function is called with, or a script's name stands for.
#[derive(Clone, Copy)]
pub enum Arg<'a> {
    /// `undefined`.
    Undefined,
    /// A copy. What the function makes of it is in [`Outcome::args`].
    Json(&'a Json),
    /// A value that lives in JavaScript.
    Handle(&'a Handle),
    /// A user's context.
    Context(&'a Context),
    /// The emitter of a user's context: what is emitted there is kept until somebody takes it.
    Events(&'a Context),
    /// An error object.
    Error {
        /// Its message.
        message: &'a str,
        /// Its `code`, such as `ECONNREFUSED`.
        code: Option<&'a str>,
    },
}

impl Arg<'_> {
    /// The value in JavaScript.
    pub(super) fn live<'js>(&self, context: &Ctx<'js>) -> Result<Value<'js>> {
        Ok(match self {
            Self::Undefined => Value::new_undefined(context.clone()),
            Self::Json(json) => into_js(context, json)?,
            Self::Handle(handle) => handle.restore(context)?,
            Self::Context(user) => user.object().restore(context)?.into_value(),
            Self::Events(user) => {
                let events: Function<'js> = kit(context)?.get("events")?;
                events.call((user.object().restore(context)?,))?
            }
            Self::Error { message, code } => {
                let made = Exception::from_message(context.clone(), message)?.into_object();
                if let Some(code) = code {
                    made.set("code", *code)?;
                }
                made.into_value()
            }
        })
    }
}

/// How a function tells that it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It calls its last parameter, `done(error, value)`; unless it is no ordinary function but an `async` one,
    /// which gets no such parameter and whose promise counts.
    Done,
    /// It calls its last parameter, `next(value)`, whether it is `async` or not.
    Next,
    /// By returning; of a promise, by its settling.
    Return,
}

/// What a call came to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// What it returned, resolved its promise with, or handed to its callback; nothing for what JSON does not have.
    pub value: Option<Json>,
    /// The [`Arg::Json`] among the arguments as they are after the call; nothing in the place of others.
    pub args: Vec<Option<Json>>,
    /// What was emitted on the [`Arg::Events`] among the arguments.
    pub events: Vec<Emitted>,
    /// It declares no callback, so it was taken to be done when it returned; a tool that waits for the callback
    /// would have waited for ever.
    pub without_callback: bool,
}

/// What code emitted: `events.emit(kind, …args)`.
#[derive(Clone, PartialEq, Debug)]
pub struct Emitted {
    /// The kind, such as `counter`.
    pub kind: String,
    /// What came after it, such as a name and a number.
    pub args: Vec<Json>,
}

/// How a call ended.
pub(super) enum Settled {
    Value(Persistent<Value<'static>>, bool),
    Thrown(Persistent<Value<'static>>),
    Failed(CodeError),
}

/// The place where the end of a call is put.
#[derive(Default)]
pub(super) struct Pending {
    settled: RefCell<Option<Settled>>,
    waker: RefCell<Option<Waker>>,
}

impl Pending {
    pub(super) fn settle(&self, how: Settled) {
        self.settled.borrow_mut().get_or_insert(how);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// A call under way.
#[must_use = "nobody hears of a call that is not awaited"]
pub struct Call {
    id: u32,
    pending: Rc<Pending>,
    args: Vec<Option<Persistent<Value<'static>>>>,
    emitters: Vec<Context>,
    worker: CodeWorker,
}

impl CodeWorker {
    /// Calls a function. It runs until it first waits before this returns; the answer comes from the future, which
    /// has to be awaited in a `LocalSet`.
    pub fn call(&self, function: &Handle, args: &[Arg<'_>], ending: Ending) -> Call {
        let (id, pending) = self.state().expect_call();
        let mut call = Call {
            id,
            pending,
            args: Vec::with_capacity(args.len()),
            emitters: args
                .iter()
                .filter_map(|arg| match arg {
                    Arg::Events(user) => Some((*user).clone()),
                    _ => None,
                })
                .collect(),
            worker: self.clone(),
        };
        let begun = self.run(|context| call.begin(context, function, args, ending));
        if let Err(error) = begun {
            call.pending.settle(Settled::Failed(error));
        }
        call
    }

    /// The value that a promise of the code's settles with.
    pub(super) async fn follow(
        &self,
        start: impl for<'js> FnOnce(&Ctx<'js>) -> Result<Value<'js>>,
    ) -> std::result::Result<Handle, CodeError> {
        let (id, pending) = self.state().expect_call();
        let call = Call { id, pending, args: Vec::new(), emitters: Vec::new(), worker: self.clone() };
        let begun = self.run(|context| {
            let value = start(context)?;
            let follow: Function<'_> = kit(context)?.get("follow")?;
            follow.call::<_, ()>((id, value))
        });
        if let Err(error) = begun {
            call.pending.settle(Settled::Failed(error));
        }
        let settled = std::future::poll_fn(|task| call.poll_settled(task)).await;
        match settled {
            Settled::Value(value, _) => Ok(Handle::new(self, value)),
            Settled::Thrown(thrown) => Err(self.thrown(thrown)),
            Settled::Failed(error) => Err(error),
        }
    }
}

impl Call {
    fn begin<'js>(
        &mut self,
        context: &Ctx<'js>,
        function: &Handle,
        args: &[Arg<'_>],
        ending: Ending,
    ) -> Result<()> {
        let list = Array::new(context.clone())?;
        for (index, arg) in args.iter().enumerate() {
            let value = arg.live(context)?;
            let kept = matches!(arg, Arg::Json(_)).then(|| Persistent::save(context, value.clone()));
            self.args.push(kept);
            list.set(index, value)?;
        }
        let invoke: Function<'js> = kit(context)?.get("invoke")?;
        let ending = match ending {
            Ending::Done => 0,
            Ending::Next => 1,
            Ending::Return => 2,
        };
        invoke.call((self.id, function.restore(context)?, list, ending))
    }

    fn poll_settled(&self, task: &TaskContext<'_>) -> Poll<Settled> {
        if let Some(settled) = self.pending.settled.borrow_mut().take() {
            return Poll::Ready(settled);
        }
        self.pending.waker.borrow_mut().replace(task.waker().clone());
        self.worker.drive();
        Poll::Pending
    }

    fn outcome(&mut self, settled: Settled) -> std::result::Result<Outcome, CodeError> {
        let (value, without_callback) = match settled {
            Settled::Value(value, without_callback) => (value, without_callback),
            Settled::Thrown(thrown) => return Err(self.worker.thrown(thrown)),
            Settled::Failed(error) => return Err(error),
        };
        let args = std::mem::take(&mut self.args);
        let mut outcome = self.worker.run(|context| {
            let read = |value: Persistent<Value<'static>>| from_js(context, &value.restore(context)?);
            let args = args.into_iter().map(|arg| arg.map_or(Ok(None), read)).collect::<Result<_>>()?;
            Ok(Outcome { value: read(value)?, args, events: Vec::new(), without_callback })
        })?;
        for user in &self.emitters {
            outcome.events.extend(user.take_events()?);
        }
        Ok(outcome)
    }
}

impl Future for Call {
    type Output = std::result::Result<Outcome, CodeError>;

    fn poll(mut self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<Self::Output> {
        self.poll_settled(task).map(|settled| self.outcome(settled))
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if self.worker.state().forget_call(self.id) {
            let id = self.id;
            // When there is no memory even for this, the number stays behind, which does no harm.
            let _ = self
                .worker
                .run(|context| kit(context)?.get::<_, Function<'_>>("forget")?.call::<_, ()>((id,)));
        }
    }
}

impl CodeWorker {
    /// The error that a thrown value stands for.
    pub(super) fn thrown(&self, thrown: Persistent<Value<'static>>) -> CodeError {
        let told = self.run(|context| Ok(error::of_thrown(context, &thrown.restore(context)?)));
        let mut error = told.unwrap_or_else(|error| error);
        // What a large block was refused for is thrown like anything else, and becomes a rejection.
        if &*error.name == "InternalError" && error.message == "out of memory" {
            (error.kind, error.message) = (error::CodeErrorKind::Memory, self.needs_too_much());
        }
        error
    }

    /// An object's property as a handle; nothing when it is undefined.
    pub(super) fn property(
        &self,
        object: &Handle,
        name: &str,
    ) -> std::result::Result<Option<Handle>, CodeError> {
        let found = self.run(|context| {
            let Some(object) = object.restore(context)?.into_object() else { return Ok(None) };
            let value = property(&object, name)?;
            Ok((!value.is_undefined()).then(|| Persistent::save(context, value)))
        })?;
        Ok(found.map(|value| Handle::new(self, value)))
    }
}

/// A function of a module: an export, or a member of the default export.
fn property<'js>(object: &Object<'js>, name: &str) -> Result<Value<'js>> {
    let own: Value<'js> = object.get(name)?;
    if !own.is_undefined() {
        return Ok(own);
    }
    match object.get::<_, Value<'js>>("default")?.into_object() {
        Some(inner) => inner.get(name),
        None => Ok(own),
    }
}
