//! The life of a `WebSocket` on the event loop: each thing that happens is an operation that ends, calls the
//! script and starts the next.

use std::rc::Rc;

use net::websocket::{Broken, Close, Incoming, code};
use rquickjs::{ArrayBuffer, Ctx, Result, Value};

use super::blob;
use super::events::{Kind, dispatch};
use super::link::{Dialled, Wish, protocol_of};
use super::socket::{ReadyState, Socket};
use crate::ffi;
use crate::modules::http::HttpState;
use crate::vu::{Completion, Host};

/// Starts to open a connection.
pub(super) fn open(host: &Host, socket: Rc<Socket>, wish: Wish) {
    let client = HttpState::of(host).client(host).clone();
    let handle = host.handle();
    host.events.spawn(Box::pin(async move {
        let dialled = wish.dial(&handle, &client).await;
        let complete: Completion = Box::new(move |context| opened(context, &socket, dialled));
        complete
    }));
}

fn opened(context: &Ctx<'_>, socket: &Rc<Socket>, dialled: Dialled) -> Result<()> {
    let host = ffi::host(context);
    let link = match dialled.outcome {
        Ok(link) => link,
        Err(text) => return lost(context, socket, &text, None),
    };
    if socket.state.get() != ReadyState::Connecting {
        link.abandon(host);
        let text = "websocket: closed before the connection was established";
        return lost(context, socket, text, Some(code::ABNORMAL));
    }
    if let Some(answer) = dialled.answer {
        *socket.protocol.borrow_mut() = protocol_of(&answer);
        let values = answer.headers.all("Sec-WebSocket-Extensions");
        *socket.extensions.borrow_mut() =
            values.map(|value| String::from_utf8_lossy(value).into_owned()).collect();
    }
    *socket.link.borrow_mut() = Some(link);
    socket.state.set(ReadyState::Open);
    dispatch(context, socket, Kind::Open, |_| Ok(()))?;
    listen(host, socket.clone());
    Ok(())
}

/// Waits for what the server says next.
fn listen(host: &Host, socket: Rc<Socket>) {
    let Some(link) = socket.link.borrow().clone() else { return };
    let handle = host.handle();
    host.events.spawn(Box::pin(async move {
        let outcome = link.next(&handle).await;
        let complete: Completion = Box::new(move |context| heard(context, &socket, outcome));
        complete
    }));
}

fn heard(
    context: &Ctx<'_>,
    socket: &Rc<Socket>,
    outcome: std::result::Result<Incoming, Broken>,
) -> Result<()> {
    let host = ffi::host(context);
    match outcome {
        Err(broken) => {
            // After a close of ours there is nothing wrong with an end, but it is not an orderly one.
            if socket.state.get() == ReadyState::Closing {
                let close = Close { code: code::ABNORMAL, reason: String::new() };
                return ended(context, socket, Some(&close));
            }
            return lost(context, socket, &broken.text, Some(code::ABNORMAL));
        }
        Ok(Incoming::Close(close)) => {
            if !close.is_orderly() && socket.state.get() == ReadyState::Open {
                socket.state.set(ReadyState::Closing);
                let text = close.to_string();
                dispatch(context, socket, Kind::Error, |event| event.set("error", text))?;
            }
            return ended(context, socket, Some(&close));
        }
        Ok(Incoming::Ping(_)) => {
            if let Some(link) = &*socket.link.borrow() {
                link.count_sent(host);
            }
            dispatch(context, socket, Kind::Ping, |_| Ok(()))?;
        }
        Ok(Incoming::Pong(_)) => dispatch(context, socket, Kind::Pong, |_| Ok(()))?,
        Ok(Incoming::Text(text)) => {
            let value = || Ok(rquickjs::String::from_str(context.clone(), &text)?.into_value());
            message(context, socket, value)?;
        }
        Ok(Incoming::Binary(bytes)) if socket.buffers.get() => {
            message(context, socket, || Ok(ArrayBuffer::new_copy(context.clone(), &bytes)?.into_value()))?;
        }
        Ok(Incoming::Binary(bytes)) => {
            message(context, socket, || blob::make(context, bytes, String::new()))?;
        }
    }
    listen(host, socket.clone());
    Ok(())
}

/// Hands a message to the script, unless the script has closed the socket.
fn message<'js>(
    context: &Ctx<'js>,
    socket: &Socket,
    value: impl FnOnce() -> Result<Value<'js>>,
) -> Result<()> {
    if socket.state.get() != ReadyState::Open {
        return Ok(());
    }
    dispatch(context, socket, Kind::Message, |event| {
        event.set("data", value()?)?;
        event.set("origin", socket.url.as_str())
    })
}

/// There is no connection, or no more: an error, then the end.
fn lost(context: &Ctx<'_>, socket: &Socket, text: &str, code: Option<u16>) -> Result<()> {
    socket.state.set(ReadyState::Closed);
    dispatch(context, socket, Kind::Error, |event| event.set("error", text))?;
    let close = code.map(|code| Close { code, reason: String::new() });
    ended(context, socket, close.as_ref())
}

fn ended(context: &Ctx<'_>, socket: &Socket, close: Option<&Close>) -> Result<()> {
    socket.state.set(ReadyState::Closed);
    let told = dispatch(context, socket, Kind::Close, |event| match close {
        Some(close) => {
            event.set("code", close.code)?;
            event.set("reason", close.reason.as_str())
        }
        None => Ok(()),
    });
    socket.finish(ffi::host(context));
    told
}
