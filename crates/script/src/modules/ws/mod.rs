//! `k6/ws`: a connection that a script speaks over until it ends; `connect` returns when it has.

mod session;
mod socket;

use net::websocket::{Handshake, Upgrade};
use rquickjs::{Ctx, Function, Object, Result, Value};

use super::Builtin;
use super::http::HttpState;
use super::websockets::NOT_IN_INIT;
use super::websockets::link::Wish;
use super::websockets::params::Params;
use crate::error;
use crate::ffi::{self, Call, Member, Table};

pub(crate) use session::Session;
pub(crate) use socket::SOCKET;

pub(super) const MODULE: Builtin = Builtin { name: "k6/ws", exports: || Box::new(TABLE.names()), build };

static TABLE: Table = Table::new(&[Member::Method(c"connect", 3, connect)]);

fn build<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let object = Object::new(context.clone())?;
    ffi::define(context, &object, &TABLE)?;
    Ok(object)
}

/// What `connect` was called with: the address, the parameters, the function that gets the socket.
fn arguments<'js>(call: &Call<'js>) -> Result<(String, Value<'js>, Function<'js>)> {
    let callback = match call.len() {
        0 | 1 => return Err(error::throw(&call.ctx, "invalid number of arguments to ws.connect")),
        2 => call.value(1),
        _ => call.value(2),
    };
    let Some(callback) = callback.into_function() else {
        return Err(error::throw(&call.ctx, "last argument to ws.connect must be a function"));
    };
    let params = if call.len() > 2 { call.value(1) } else { call.undefined() };
    Ok((error::try_text_of(&call.ctx, &call.value(0))?, params, callback))
}

/// `connect(url, params, callback)`
fn connect<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let host = call.host;
    if host.in_init() {
        return Err(error::throw(&call.ctx, NOT_IN_INIT));
    }
    let (text, params, callback) = arguments(call)?;
    let params = Params::parse(call, &params, false)
        .map_err(|fault| fault.into_exception(|message| error::throw(&call.ctx, message)))?;
    let Some(url) = Handshake::url(&text) else { return failed(call, "malformed ws or wss URL") };
    let wish = Wish::new(host, (url, text.clone()), Vec::new(), params, false);
    let client = HttpState::of(host).client(host).clone();
    // Opening is rare and its future is large: it stays off the user's stack.
    let dialled = host.wait_in(&call.ctx, Box::pin(wish.dial(host, &client)))?;
    match (dialled.outcome, dialled.answer) {
        (Ok(link), Some(answer)) => {
            session::run(&call.ctx, link, &callback)?;
            response(call, &text, &answer, "")
        }
        (Ok(_), None) => failed(call, "websocket: no answer"),
        (Err(text), None) => failed(call, &text),
        (Err(why), Some(answer)) => {
            if host.shared.run().throw {
                return Err(error::throw(&call.ctx, &why));
            }
            // A refusal is an answer; an agreement that is none is an error.
            response(call, &text, &answer, if answer.status == 101 { &why } else { "" })
        }
    }
}

/// The response of a connection that never was.
fn failed<'js>(call: &Call<'js>, why: &str) -> Result<Value<'js>> {
    if call.host.shared.run().throw {
        return Err(error::throw(&call.ctx, why));
    }
    let object = Object::new(call.ctx.clone())?;
    fill(&object, ("", 0), Object::new(call.ctx.clone())?, "", why)?;
    Ok(object.into_value())
}

fn response<'js>(call: &Call<'js>, url: &str, answer: &Upgrade, why: &str) -> Result<Value<'js>> {
    let headers = Object::new(call.ctx.clone())?;
    for (name, value) in answer.headers.joined() {
        headers.set(name, value)?;
    }
    let object = Object::new(call.ctx.clone())?;
    fill(&object, (url, answer.status), headers, &String::from_utf8_lossy(&answer.body), why)?;
    Ok(object.into_value())
}

fn fill<'js>(
    object: &Object<'js>,
    (url, status): (&str, u16),
    headers: Object<'js>,
    body: &str,
    why: &str,
) -> Result<()> {
    object.set("url", url)?;
    object.set("status", status)?;
    object.set("headers", headers)?;
    object.set("body", body)?;
    object.set("error", why)
}
