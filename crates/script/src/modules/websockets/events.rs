//! Events of a `WebSocket` and those who listen to them.

use std::cell::RefCell;

use model::Nanos;
use rquickjs::function::This;
use rquickjs::{Ctx, Function, Object, Persistent, Result, Value};

use super::socket::Socket;
use crate::ffi;

/// The kinds of events, in the order of [`Kind::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Open,
    Message,
    Error,
    Close,
    Ping,
    Pong,
}

impl Kind {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Open, "open"),
        (Self::Message, "message"),
        (Self::Error, "error"),
        (Self::Close, "close"),
        (Self::Ping, "ping"),
        (Self::Pong, "pong"),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

type Listener = Persistent<Function<'static>>;

/// Who listens to a socket.
#[derive(Default)]
pub(super) struct Listeners {
    /// What was assigned to `onopen` and its like.
    on: RefCell<[Option<Listener>; 6]>,
    added: RefCell<Vec<(Kind, Listener)>>,
}

impl Listeners {
    pub(super) fn set(&self, kind: Kind, listener: Option<Listener>) {
        self.on.borrow_mut()[kind as usize] = listener;
    }

    pub(super) fn on(&self, kind: Kind) -> Option<Listener> {
        self.on.borrow()[kind as usize].clone()
    }

    pub(super) fn add(&self, kind: Kind, listener: Listener) {
        self.added.borrow_mut().push((kind, listener));
    }

    /// Removes the first listener that is this function.
    pub(super) fn remove<'js>(&self, kind: Kind, function: &Function<'js>) -> Result<()> {
        let mut added = self.added.borrow_mut();
        for (at, (of, listener)) in added.iter().enumerate() {
            if *of == kind && listener.clone().restore(function.ctx())? == *function {
                added.remove(at);
                break;
            }
        }
        Ok(())
    }

    /// Lets go of all functions.
    pub(super) fn clear(&self) {
        *self.on.borrow_mut() = Default::default();
        self.added.borrow_mut().clear();
    }

    /// Those to be called, the assigned one first.
    fn of(&self, kind: Kind) -> Vec<Listener> {
        let added = self.added.borrow();
        let others = added.iter().filter(|(of, _)| *of == kind).map(|(_, listener)| listener.clone());
        self.on(kind).into_iter().chain(others).collect()
    }
}

/// Calls the listeners of one event; `fill` adds what the kind of event has beside type, target and time.
pub(super) fn dispatch<'js>(
    context: &Ctx<'js>,
    socket: &Socket,
    kind: Kind,
    fill: impl FnOnce(&Object<'js>) -> Result<()>,
) -> Result<()> {
    let listeners = socket.listeners.of(kind);
    let Some(target) = socket.object.borrow().clone().filter(|_| !listeners.is_empty()) else {
        return Ok(());
    };
    let host = ffi::host(context);
    let target = target.restore(context)?;
    let event = Object::new(context.clone())?;
    event.set("type", kind.name())?;
    event.set("target", target.clone())?;
    event.set("timestamp", unix_ms(host.shared.clock.unix_ns(host.now())))?;
    fill(&event)?;
    for listener in listeners {
        listener.restore(context)?.call::<_, Value<'js>>((This(target.clone()), event.clone()))?;
    }
    Ok(())
}

fn unix_ms(unix_ns: u64) -> f64 {
    Nanos(unix_ns).as_millis_f64()
}
