//! What one user keeps for WebSockets of both modules: those that are open, the class of blobs.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use rquickjs::{Ctx, Object, Persistent, Result, Value};

use super::blob::Blob;
use super::socket::Socket;
use crate::ffi::{self, LazyClass};
use crate::modules::ws::Session;
use crate::vu::Host;

/// The WebSockets of a virtual user, made when the first is.
#[derive(Default)]
pub(crate) struct Sockets {
    last: Cell<u32>,
    known: RefCell<HashMap<u32, Rc<Socket>>>,
    sessions: RefCell<HashMap<u32, Rc<Session>>>,
    blob_class: OnceCell<Box<LazyClass>>,
}

impl Sockets {
    /// The WebSockets of a user.
    pub(crate) fn of(host: &Host) -> &Self {
        host.sockets.get_or_init(Box::default)
    }

    /// A number that no other socket of the user has or had.
    pub(crate) fn number(&self) -> u32 {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }

    pub(super) fn add(&self, socket: Rc<Socket>) {
        self.known.borrow_mut().insert(socket.number, socket);
    }

    pub(super) fn socket(&self, number: u32) -> Option<Rc<Socket>> {
        self.known.borrow().get(&number).cloned()
    }

    /// Keeps a session of `k6/ws` while it runs.
    pub(crate) fn add_session(&self, session: Rc<Session>) {
        self.sessions.borrow_mut().insert(session.number, session);
    }

    /// A session of `k6/ws` that runs.
    pub(crate) fn session(&self, number: u32) -> Option<Rc<Session>> {
        self.sessions.borrow().get(&number).cloned()
    }

    /// Forgets a session that ended.
    pub(crate) fn end_session(&self, number: u32) {
        self.sessions.borrow_mut().remove(&number);
    }

    /// The class of blobs in this user's runtime.
    pub(super) fn blob_class(&self, context: &Ctx<'_>) -> Result<&LazyClass> {
        if self.blob_class.get().is_none() {
            let class = LazyClass::register::<Blob>(context)?;
            let _ = self.blob_class.set(class);
        }
        Ok(self.blob_class.get().expect("it was set on the line above"))
    }

    /// The class of blobs, when a blob was made.
    pub(super) fn known_blob_class(&self) -> Option<&LazyClass> {
        self.blob_class.get().map(Box::as_ref)
    }

    /// No socket outlives its iteration: what is still open is told that the user goes away.
    pub(crate) fn close_all(&self, host: &Host) {
        for socket in std::mem::take(&mut *self.known.borrow_mut()).into_values() {
            socket.abandon(host);
        }
        for session in std::mem::take(&mut *self.sessions.borrow_mut()).into_values() {
            session.abandon(host);
        }
    }
}

/// Objects of the host behind sockets: `mark`, the symbol under which an object carries its socket's number,
/// and `socket`, the prototype of those of `k6/ws`.
pub(crate) fn kit<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let host = ffi::host(context);
    if let Some(known) = host.builtins.borrow().get("websocket kit") {
        return known.clone().restore(context);
    }
    let kit = Object::new(context.clone())?;
    kit.set("mark", context.eval::<Value<'js>, _>("Symbol('socket')")?)?;
    let prototype = Object::new(context.clone())?;
    ffi::define(context, &prototype, crate::modules::ws::SOCKET)?;
    kit.set("socket", prototype)?;
    host.builtins.borrow_mut().insert("websocket kit", Persistent::save(context, kit.clone()));
    Ok(kit)
}

/// Puts a socket's number on its object.
pub(crate) fn mark<'js>(object: &Object<'js>, number: u32) -> Result<()> {
    let mark: Value<'js> = kit(object.ctx())?.get("mark")?;
    object.set(mark, number)
}

/// The number of the socket that an object stands for.
pub(crate) fn number_of(value: &Value<'_>) -> Option<u32> {
    let object = value.as_object()?;
    let mark: Value<'_> = kit(value.ctx()).ok()?.get("mark").ok()?;
    object.get::<_, Option<u32>>(mark).ok().flatten()
}
