//! A session of `k6/ws`: a loop of its own inside `connect`, with handlers and timers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future as _, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use model::Nanos;
use net::websocket::{Broken, Incoming, code};
use rquickjs::{ArrayBuffer, Ctx, Function, Object, Persistent, Result, Value};

use super::super::websockets::link::Link;
use super::super::websockets::{Sockets, kit, mark};
use super::socket;
use crate::ffi;
use crate::vu::{Host, until};

type Handler = Persistent<Function<'static>>;
/// Timers by due time, then by the order of creation; each with the time after which it comes again.
type Timers = BTreeMap<(Nanos, u32), (Handler, Option<Nanos>)>;

/// One session under way.
pub(crate) struct Session {
    pub(crate) number: u32,
    pub(super) link: Rc<Link>,
    handlers: RefCell<Vec<(String, Handler)>>,
    timers: RefCell<Timers>,
    last_timer: Cell<u32>,
    closed: Cell<bool>,
}

/// What a session waits for.
enum Step {
    Timer(Handler),
    Heard(std::result::Result<Incoming, Broken>),
}

/// Lets `callback` have the socket and goes on until the connection ends.
pub(super) fn run<'js>(context: &Ctx<'js>, link: Rc<Link>, callback: &Function<'js>) -> Result<()> {
    let host = ffi::host(context);
    let sockets = Sockets::of(host);
    let session = Rc::new(Session {
        number: sockets.number(),
        link,
        handlers: RefCell::default(),
        timers: RefCell::default(),
        last_timer: Cell::new(0),
        closed: Cell::new(false),
    });
    sockets.add_session(session.clone());
    let outcome = session.converse(context, host, callback);
    let outcome = match outcome {
        Err(error) if !host.is_interrupted() => session.fail(context, host, error),
        other => other,
    };
    session.abandon(host);
    sockets.end_session(session.number);
    outcome
}

impl Session {
    fn converse<'js>(&self, context: &Ctx<'js>, host: &Host, callback: &Function<'js>) -> Result<()> {
        let object = Object::new(context.clone())?;
        object.set_prototype(kit(context)?.get::<_, Option<Object<'js>>>("socket")?.as_ref())?;
        mark(&object, self.number)?;
        callback.call::<_, Value<'js>>((object,))?;
        self.tell(context, "open", None)?;
        while !self.closed.get() {
            match host.wait_in(context, self.next(host))? {
                Step::Timer(handler) => {
                    handler.restore(context)?.call::<_, Value<'js>>(())?;
                }
                Step::Heard(heard) => self.heard(context, host, heard)?,
            }
        }
        Ok(())
    }

    /// Waits for the server or for a timer.
    async fn next(&self, host: &Host) -> Step {
        let clock = host.shared.clock;
        let due = self.timers.borrow().first_key_value().map(|(&(due, _), _)| due);
        let mut sleep = std::pin::pin!(until(clock, due));
        poll_fn(|context| {
            // A server that never pauses must not keep timers from their turn.
            if sleep.as_mut().poll(context).is_ready()
                && let Some(handler) = self.fire(clock.now())
            {
                return Poll::Ready(Step::Timer(handler));
            }
            self.link.poll_next(context, host).map(Step::Heard)
        })
        .await
    }

    /// Takes the first timer, which is due, and sets it again when it repeats.
    fn fire(&self, now: Nanos) -> Option<Handler> {
        let ((due, number), (handler, every)) = self.timers.borrow_mut().pop_first()?;
        if let Some(every) = every {
            self.timers.borrow_mut().insert(((due + every).max(now), number), (handler.clone(), Some(every)));
        }
        Some(handler)
    }

    pub(super) fn set_timer(&self, due: Nanos, every: Option<Nanos>, handler: Handler) {
        let number = self.last_timer.get() + 1;
        self.last_timer.set(number);
        self.timers.borrow_mut().insert((due, number), (handler, every));
    }

    pub(super) fn add_handler(&self, event: String, handler: Handler) {
        self.handlers.borrow_mut().push((event, handler));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    fn heard(
        &self,
        context: &Ctx<'_>,
        host: &Host,
        heard: std::result::Result<Incoming, Broken>,
    ) -> Result<()> {
        match heard {
            Ok(Incoming::Text(text)) => {
                let value = rquickjs::String::from_str(context.clone(), &text)?.into_value();
                self.tell(context, "message", Some(&value))
            }
            Ok(Incoming::Binary(bytes)) => {
                let value = ArrayBuffer::new_copy(context.clone(), &bytes)?.into_value();
                self.tell(context, "binaryMessage", Some(&value))
            }
            Ok(Incoming::Ping(_)) => self.tell(context, "ping", None),
            Ok(Incoming::Pong(_)) => self.tell(context, "pong", None),
            Ok(Incoming::Close(close)) => {
                if !close.is_orderly() {
                    self.tell_error(context, &close.to_string())?;
                }
                self.close(context, host, close.code)
            }
            Err(broken) => {
                self.tell_error(context, &broken.text)?;
                self.close(context, host, code::ABNORMAL)
            }
        }
    }

    /// Calls the handlers of an event.
    pub(super) fn tell<'js>(
        &self,
        context: &Ctx<'js>,
        event: &str,
        value: Option<&Value<'js>>,
    ) -> Result<()> {
        let handlers: Vec<Handler> = {
            let handlers = self.handlers.borrow();
            handlers.iter().filter(|(of, _)| of == event).map(|(_, handler)| handler.clone()).collect()
        };
        for handler in handlers {
            let handler = handler.restore(context)?;
            match value {
                Some(value) => handler.call::<_, Value<'js>>((value.clone(),))?,
                None => handler.call::<_, Value<'js>>(())?,
            };
        }
        Ok(())
    }

    /// Calls the handlers of errors.
    pub(super) fn tell_error(&self, context: &Ctx<'_>, text: &str) -> Result<()> {
        self.tell(context, "error", Some(&socket::error_object(context, text)?))
    }

    /// Ends the session with this code, once, and tells the script.
    pub(super) fn close(&self, context: &Ctx<'_>, host: &Host, code: u16) -> Result<()> {
        if self.closed.replace(true) {
            return Ok(());
        }
        if !self.link.is_closing() {
            self.link.close(host, code, "");
        }
        self.tell(context, "close", Some(&Value::new_int(context.clone(), i32::from(code))))
    }

    /// A handler threw: the session ends, and what was thrown goes on.
    fn fail(&self, context: &Ctx<'_>, host: &Host, error: rquickjs::Error) -> Result<()> {
        if !matches!(error, rquickjs::Error::Exception) {
            return Err(error);
        }
        let thrown = context.catch();
        self.close(context, host, code::GOING_AWAY)?;
        Err(context.throw(thrown))
    }

    /// Lets go of everything, telling the server when it does not know yet.
    pub(crate) fn abandon(&self, host: &Host) {
        self.closed.set(true);
        self.link.abandon(host);
        self.handlers.borrow_mut().clear();
        self.timers.borrow_mut().clear();
    }
}
