//! The `WebSocket` object: its constructor and its members.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use model::Level;
use net::websocket::{Handshake, Outgoing, code};
use rquickjs::{Ctx, Exception, Object, Persistent, Result, Value};

use super::events::{Kind, Listeners};
use super::link::{Link, Wish};
use super::params::Params;
use super::state::{self, Sockets};
use super::{NOT_IN_INIT, run};
use crate::error;
use crate::ffi::{self, Call, Member, Named, Table};
use crate::modules::globals;
use crate::modules::http::Fault;
use crate::vu::Host;

/// The numbers of `readyState`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ReadyState {
    Connecting = 0,
    Open = 1,
    Closing = 2,
    Closed = 3,
}

/// The constants of the constructor.
pub(super) const STATES: [(&str, u8); 4] = [("CONNECTING", 0), ("OPEN", 1), ("CLOSING", 2), ("CLOSED", 3)];

/// One `WebSocket` of a script.
pub(super) struct Socket {
    pub(super) number: u32,
    pub(super) url: String,
    pub(super) state: Cell<ReadyState>,
    /// Bytes are handed out as `ArrayBuffer`s and not as blobs.
    pub(super) buffers: Cell<bool>,
    pub(super) protocol: RefCell<String>,
    pub(super) extensions: RefCell<Vec<String>>,
    pub(super) listeners: Listeners,
    pub(super) link: RefCell<Option<Rc<Link>>>,
    /// The script's object, while there may be events.
    pub(super) object: RefCell<Option<Persistent<Object<'static>>>>,
}

impl Socket {
    /// Lets go of everything but what the script can still read.
    pub(super) fn finish(&self, host: &Host) {
        self.state.set(ReadyState::Closed);
        if let Some(link) = self.link.borrow_mut().take() {
            link.end(host);
        }
        self.listeners.clear();
        self.object.borrow_mut().take();
    }

    /// Ends the socket without the script's having a say.
    pub(super) fn abandon(&self, host: &Host) {
        if let Some(link) = &*self.link.borrow() {
            link.abandon(host);
        }
        self.finish(host);
    }

    /// The connection, when it can take messages.
    fn open_link(&self, call: &Call<'_>) -> Result<Rc<Link>> {
        let link = self.link.borrow().clone().filter(|_| self.state.get() == ReadyState::Open);
        link.ok_or_else(|| error::throw(&call.ctx, "InvalidStateError"))
    }
}

/// The members of each `WebSocket`.
pub(super) static TABLE: Table = Table::new(&[
    Member::Method(c"addEventListener", 2, add_listener),
    Member::Method(c"removeEventListener", 2, remove_listener),
    Member::Method(c"send", 1, send),
    Member::Method(c"ping", 0, ping),
    Member::Method(c"close", 2, close),
    Member::Getter(c"readyState", ready_state),
    Member::Getter(c"url", url),
    Member::Getter(c"bufferedAmount", buffered_amount),
    Member::Getter(c"extensions", extensions),
    Member::Getter(c"protocol", protocol),
    Member::Property(c"binaryType", binary_type, set_binary_type),
    Member::Property(c"onopen", |call| on(call, Kind::Open), |call| set_on(call, Kind::Open)),
    Member::Property(c"onmessage", |call| on(call, Kind::Message), |call| set_on(call, Kind::Message)),
    Member::Property(c"onerror", |call| on(call, Kind::Error), |call| set_on(call, Kind::Error)),
    Member::Property(c"onclose", |call| on(call, Kind::Close), |call| set_on(call, Kind::Close)),
    Member::Property(c"onping", |call| on(call, Kind::Ping), |call| set_on(call, Kind::Ping)),
    Member::Property(c"onpong", |call| on(call, Kind::Pong), |call| set_on(call, Kind::Pong)),
]);

/// The socket that a member is read or called on; nothing on the prototype itself and after the iteration.
fn receiver(call: &Call<'_>) -> Option<Rc<Socket>> {
    Sockets::of(call.host).socket(state::number_of(&call.this())?)
}

fn existing(call: &Call<'_>) -> Result<Rc<Socket>> {
    receiver(call).ok_or_else(|| error::throw(&call.ctx, "InvalidStateError"))
}

// --- making one

/// `new WebSocket(url, protocols, params)`
pub(super) fn construct<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let refuse = |message: &str| error::throw(&call.ctx, message);
    let Some(class) = call.this().into_object().filter(|this| this.is_constructor()) else {
        return Err(Exception::throw_type(&call.ctx, "WebSocket must be called with new"));
    };
    if call.host.in_init() {
        return Err(refuse(NOT_IN_INIT));
    }
    let (url, shown) = address(call).map_err(|fault| fault.into_exception(refuse))?;
    let protocols = protocols(&call.ctx, &call.value(1))?;
    let params = Params::parse(call, &call.value(2), true).map_err(|fault| fault.into_exception(refuse))?;
    let wish = Wish::new(call.host, (url, shown.clone()), protocols, params, true);
    let object = Object::new(call.ctx.clone())?;
    object.set_prototype(class.get::<_, Option<Object<'js>>>("prototype")?.as_ref())?;
    let sockets = Sockets::of(call.host);
    let number = sockets.number();
    state::mark(&object, number)?;
    let socket = Rc::new(Socket {
        number,
        url: shown,
        state: Cell::new(ReadyState::Connecting),
        buffers: Cell::new(false),
        protocol: RefCell::default(),
        extensions: RefCell::default(),
        listeners: Listeners::default(),
        link: RefCell::default(),
        object: RefCell::new(Some(Persistent::save(&call.ctx, object.clone()))),
    });
    sockets.add(socket.clone());
    run::open(call.host, socket, wish);
    Ok(object.into_value())
}

/// The address to dial, and as the script wrote it.
fn address(call: &Call<'_>) -> std::result::Result<(Rc<net::Url>, String), Fault> {
    let given = call.value(0);
    if given.is_undefined() || given.is_null() {
        return Err(Fault::Wrong("WebSocket requires a url".to_owned()));
    }
    let text = error::try_text_of(&call.ctx, &given)?;
    let parsed = net::Url::parse(&text).map_err(|failure| {
        format!("WebSocket requires valid url, but got {} which resulted in {failure}", quoted(&text))
    })?;
    if !matches!(parsed.scheme(), "ws" | "wss") {
        let scheme = quoted(parsed.scheme());
        let message = format!("WebSocket requires url with scheme ws or wss, but got {scheme}");
        return Err(Fault::Wrong(message));
    }
    if let Some((_, fragment)) = text.split_once('#').filter(|(_, fragment)| !fragment.is_empty()) {
        let message = format!("WebSocket requires no url fragment, but got {}", quoted(fragment));
        return Err(Fault::Wrong(message));
    }
    match Handshake::url(&text) {
        Some(url) => Ok((url, text)),
        None => Err(Fault::Wrong(format!("WebSocket requires a url with a host, but got {}", quoted(&text)))),
    }
}

fn quoted(text: &str) -> String {
    net::quoted(text.as_bytes())
}

/// The sub-protocols that a script offers: one, a list, or none.
fn protocols(context: &Ctx<'_>, value: &Value<'_>) -> Result<Vec<String>> {
    if value.is_undefined() || value.is_null() {
        return Ok(Vec::new());
    }
    let Some(list) = value.as_array() else { return Ok(vec![error::try_text_of(context, value)?]) };
    list.iter::<Value<'_>>().map(|one| error::try_text_of(context, &one?)).collect()
}

// --- listeners

fn add_listener<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let name = error::try_text_of(&call.ctx, &call.value(0))?;
    let listener = call.value(1);
    let Some(function) = listener.as_function() else {
        if listener.is_undefined() || listener.is_null() {
            let message = format!("handler for event type \"{name}\" isn't a callable function");
            return Err(error::throw(&call.ctx, &message));
        }
        return Err(no_function(call, 1, &listener));
    };
    let Some(kind) = Kind::from_name(&name) else {
        call.host.log(Level::Warning, format!("can't add event handler: unknown event type: {name}"));
        return Ok(call.undefined());
    };
    if let Some(socket) = receiver(call).filter(|socket| socket.state.get() != ReadyState::Closed) {
        socket.listeners.add(kind, Persistent::save(&call.ctx, function.clone()));
    }
    Ok(call.undefined())
}

fn no_function(call: &Call<'_>, place: u8, value: &Value<'_>) -> rquickjs::Error {
    let shown = error::text_of(&call.ctx, value);
    let wanted = "func(sobek.Value) (sobek.Value, error)";
    let message =
        format!("could not convert function call parameter {place}: could not convert {shown} to {wanted}");
    Exception::throw_type(&call.ctx, &message)
}

fn remove_listener<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let kind = Kind::from_name(&error::try_text_of(&call.ctx, &call.value(0))?);
    if let (Some(kind), Some(function), Some(socket)) = (kind, call.value(1).as_function(), receiver(call)) {
        socket.listeners.remove(kind, function)?;
    }
    Ok(call.undefined())
}

static NOBODY: Named = Named::new(|call| Ok(call.undefined()));

fn on<'js>(call: &Call<'js>, kind: Kind) -> Result<Value<'js>> {
    match receiver(call).and_then(|socket| socket.listeners.on(kind)) {
        Some(listener) => Ok(listener.restore(&call.ctx)?.into_value()),
        // In k6 these properties are functions before a script sets them, too.
        None => ffi::function(&call.ctx, c"", 0, &NOBODY),
    }
}

fn set_on<'js>(call: &Call<'js>, kind: Kind) -> Result<Value<'js>> {
    let value = call.value(0);
    let listener = match value.as_function() {
        Some(function) => Some(Persistent::save(&call.ctx, function.clone())),
        None if value.is_undefined() || value.is_null() => None,
        None => return Err(no_function(call, 0, &value)),
    };
    if let Some(socket) = receiver(call).filter(|socket| socket.state.get() != ReadyState::Closed) {
        socket.listeners.set(kind, listener);
    }
    Ok(call.undefined())
}

// --- sending

fn send<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let link = existing(call)?.open_link(call)?;
    let message = call.value(0);
    let sent = if let Some(text) = message.as_string() {
        link.send(call.host, Outgoing::Text(&text.to_string()?))
    } else if let Some(bytes) = globals::bytes_of(&message) {
        link.send(call.host, Outgoing::Binary(&bytes))
    } else {
        let kind = globals::go_type(&message);
        return Err(error::throw(&call.ctx, &format!("unsupported send type {kind}")));
    };
    sent.map_err(|broken| error::throw(&call.ctx, &broken.text))?;
    link.count_sent(call.host);
    Ok(call.undefined())
}

fn ping<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let link = existing(call)?.open_link(call)?;
    link.ping(call.host).map_err(|broken| error::throw(&call.ctx, &broken.text))?;
    link.count_sent(call.host);
    Ok(call.undefined())
}

/// The most that a reason may have, in bytes.
const REASON_BYTES: usize = 123;

fn close<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let socket = existing(call)?;
    let (given, why) = (call.value(0), call.value(1));
    let code = if given.is_undefined() { None } else { Some(call.get::<rquickjs::Coerced<f64>>(0)?.0) };
    let failed = "Failed to execute 'close' on 'WebSocket'";
    if let Some(code) = code.filter(|&code| code != 1000.0 && !(3000.0..5000.0).contains(&code)) {
        let message = format!(
            "InvalidAccessError: {failed}: The close code must be either 1000, or between 3000 and 4999. {code} is neither"
        );
        return Err(error::throw(&call.ctx, &message));
    }
    let reason = if why.is_undefined() { String::new() } else { error::try_text_of(&call.ctx, &why)? };
    if reason.len() > REASON_BYTES {
        let message =
            format!("SyntaxError: {failed}: The message must not be greater than {REASON_BYTES} bytes");
        return Err(error::throw(&call.ctx, &message));
    }
    match socket.state.get() {
        ReadyState::Closing | ReadyState::Closed => {}
        ReadyState::Connecting => socket.state.set(ReadyState::Closing),
        ReadyState::Open => {
            socket.state.set(ReadyState::Closing);
            let link = socket.link.borrow().clone().expect("an open socket has its connection");
            link.close(call.host, code.map_or(code::NORMAL, |code| code as u16), &reason);
            link.count_sent(call.host);
        }
    }
    Ok(call.undefined())
}

// --- what can be read

fn text<'js>(call: &Call<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(call.ctx.clone(), text)?.into_value())
}

fn ready_state<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let state = receiver(call).map_or(ReadyState::Closed, |socket| socket.state.get());
    Ok(Value::new_int(call.ctx.clone(), state as i32))
}

fn url<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    text(call, receiver(call).as_ref().map_or("", |socket| &socket.url))
}

fn buffered_amount<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let link = receiver(call).and_then(|socket| socket.link.borrow().clone());
    Ok(Value::new_number(call.ctx.clone(), link.map_or(0, |link| link.waiting_bytes()) as f64))
}

fn extensions<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let list = rquickjs::Array::new(call.ctx.clone())?;
    if let Some(socket) = receiver(call) {
        for (at, extension) in socket.extensions.borrow().iter().enumerate() {
            list.set(at, extension.as_str())?;
        }
    }
    Ok(list.into_value())
}

fn protocol<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let socket = receiver(call);
    text(call, &socket.map(|socket| socket.protocol.borrow().clone()).unwrap_or_default())
}

fn binary_type<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    text(call, if receiver(call).is_some_and(|socket| socket.buffers.get()) { "arraybuffer" } else { "blob" })
}

fn set_binary_type<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let buffers = match error::try_text_of(&call.ctx, &call.value(0))?.as_str() {
        "blob" => false,
        "arraybuffer" => true,
        other => {
            let message =
                format!("unknown binaryType {other}, the supported ones are \"blob\" and \"arraybuffer\"");
            return Err(error::throw(&call.ctx, &message));
        }
    };
    if let Some(socket) = receiver(call) {
        socket.buffers.set(buffers);
    }
    Ok(call.undefined())
}
