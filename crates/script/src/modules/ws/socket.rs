//! The socket that the callback of `connect` gets: its members.

use std::rc::Rc;

use model::Nanos;
use net::websocket::{Broken, Outgoing, code};
use rquickjs::{Ctx, Object, Persistent, Result, Value};

use super::super::websockets::{Sockets, number_of};
use super::session::Session;
use crate::error;
use crate::ffi::{self, Call, Member, Named, Table};
use crate::modules::globals;

/// The members of a socket.
pub(crate) static SOCKET: &Table = &MEMBERS;
static MEMBERS: Table = Table::new(&[
    Member::Method(c"on", 2, on),
    Member::Method(c"send", 1, send),
    Member::Method(c"sendBinary", 1, send_binary),
    Member::Method(c"ping", 0, ping),
    Member::Method(c"setTimeout", 2, |call| set_timer(call, "setTimeout", false)),
    Member::Method(c"setInterval", 2, |call| set_timer(call, "setInterval", true)),
    Member::Method(c"close", 1, close),
]);

/// The session of a socket; nothing when it ended.
fn receiver(call: &Call<'_>) -> Option<Rc<Session>> {
    Sockets::of(call.host).session(number_of(&call.this())?).filter(|session| !session.is_closed())
}

fn on<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let event = error::try_text_of(&call.ctx, &call.value(0))?;
    if let (Some(session), Some(handler)) = (receiver(call), call.value(1).into_function()) {
        session.add_handler(event, Persistent::save(&call.ctx, handler));
    }
    Ok(call.undefined())
}

fn send<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let text = error::try_text_of(&call.ctx, &call.value(0))?;
    message(call, Outgoing::Text(&text))
}

fn send_binary<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let given = call.value(0);
    if call.len() == 0 {
        return Err(error::throw(&call.ctx, "missing argument, expected ArrayBuffer"));
    }
    match globals::bytes_of(&given).filter(|_| !given.is_string()) {
        Some(bytes) => message(call, Outgoing::Binary(&bytes)),
        None => {
            let kind = match given.type_name() {
                "int" | "float" => "number",
                "bool" => "boolean",
                other => other,
            };
            let message = format!("expected ArrayBuffer as argument, received: {kind}");
            Err(error::throw(&call.ctx, &message))
        }
    }
}

fn message<'js>(call: &Call<'js>, message: Outgoing<'_>) -> Result<Value<'js>> {
    if let Some(session) = receiver(call) {
        match session.link.send(call.host, message) {
            Ok(()) => session.link.count_sent(call.host),
            Err(broken) => session.tell_error(&call.ctx, &broken.text)?,
        }
    }
    Ok(call.undefined())
}

fn ping<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    if let Some(session) = receiver(call)
        && let Err(Broken { text }) = session.link.ping(call.host)
    {
        session.tell_error(&call.ctx, &text)?;
    }
    Ok(call.undefined())
}

fn set_timer<'js>(call: &Call<'js>, name: &str, repeat: bool) -> Result<Value<'js>> {
    let delay_ms = call.get::<rquickjs::Coerced<f64>>(1)?.0;
    if delay_ms.is_nan() || delay_ms <= 0.0 {
        let shown = if delay_ms.is_nan() { "NaN".to_owned() } else { format!("{delay_ms:.2}") };
        let message = format!("{name} requires a >0 timeout parameter, received {shown}");
        return Err(error::throw(&call.ctx, &message));
    }
    if let (Some(session), Some(handler)) = (receiver(call), call.value(0).into_function()) {
        // An interval of next to nothing would never let the server have its turn.
        let delay = Nanos((delay_ms * 1e6) as u64);
        let every = repeat.then_some(delay.max(Nanos::from_millis(1)));
        session.set_timer(call.host.now() + delay, every, Persistent::save(&call.ctx, handler));
    }
    Ok(call.undefined())
}

fn close<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let given = call.value(0);
    let code = if given.is_undefined() {
        code::GOING_AWAY
    } else {
        call.get::<rquickjs::Coerced<i32>>(0)?.0.try_into().unwrap_or(code::GOING_AWAY)
    };
    if let Some(session) = receiver(call) {
        session.close(&call.ctx, call.host, code)?;
    }
    Ok(call.undefined())
}

/// What handlers of errors get: its `error()` is the text.
pub(super) fn error_object<'js>(context: &Ctx<'js>, text: &str) -> Result<Value<'js>> {
    static ERROR: Named = Named::new(|call| Ok(call.data(0)));
    let value = rquickjs::String::from_str(context.clone(), text)?.into_value();
    let object = Object::new(context.clone())?;
    let function = ffi::bound(context, 0, &ERROR, &[value])?;
    object.set("error", function.clone())?;
    ffi::set_hidden(&object, "toString", function)?;
    Ok(object.into_value())
}
