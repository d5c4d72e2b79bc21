//! The WebSocket engine.
//!
//! Main functions: [`begin`], [`step`] and [`hang_up`]. Messages that come while nobody waits for one are dropped, as
//! in Artillery.

use std::borrow::Cow;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use net::error::Kind;
use net::websocket::{Handshake, Incoming, Outgoing, WebSocket};
use serde_json::{Map, Value, json};

use super::capture::{self, Answer, Take};
use super::functions::Functions;
use super::life::{Done, Stop, User};
use super::template::{Template, Tree};
use super::{flow, hooks, http, js};
use crate::session::Session;

/// The steps of the engine.
pub static STEPS: &[&str] = &["connect", "send", "wait", "think", "loop", "function", "log"];
/// How long closing may take.
const CLOSING: Duration = Duration::from_secs(1);

/// A step.
#[derive(Clone, Debug)]
pub enum Act {
    /// Opens the connection.
    Connect(Target),
    /// Sends a message, and waits for one when something is to be taken out of it.
    Send(Tree, Option<Takes>),
    /// Waits for a message.
    Wait(Takes),
    /// A step that the engine does not know.
    Unknown,
}

/// Where to, and with what.
#[derive(Clone, Debug)]
pub struct Target {
    url: Option<Template>,
    headers: Vec<(String, Tree)>,
    protocols: Vec<String>,
    /// A function of the processor that may change all of it.
    function: Option<String>,
}

/// What is taken out of a message.
#[derive(Clone, Debug)]
pub struct Takes {
    captures: Vec<Take>,
    matches: Vec<Take>,
}

/// An open connection.
pub struct Socket {
    wire: WebSocket,
    /// It was closed, or is broken; nothing can be sent any more.
    closed: bool,
}

impl Socket {
    /// What comes next, or why nothing does any more.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Incoming, String>> {
        if self.closed {
            return Poll::Ready(Err("WebSocket is not open: readyState 3 (CLOSED)".to_owned()));
        }
        let next = self.wire.poll_next(context).map_err(|broken| broken.text);
        self.closed = matches!(next, Poll::Ready(Ok(Incoming::Close(_)) | Err(_)));
        next
    }
}

/// Looks at a step.
#[must_use]
pub fn read(step: &Value, functions: &Functions) -> Act {
    if let Some(target) = step.get("connect") {
        return Act::Connect(match target {
            Value::Object(_) => {
                let mut read = settings(target, functions);
                read.function = target["function"].as_str().map(str::to_owned);
                read.url = target.get("target").map(|url| Template::new(&js::text_of(Some(url)), functions));
                read
            }
            url => {
                let url = Template::new(&js::text_of(Some(url)), functions);
                Target { url: Some(url), headers: Vec::new(), protocols: Vec::new(), function: None }
            }
        });
    }
    if let Some(what) = step.get("send") {
        let (payload, takes) = match what.get("payload") {
            Some(payload) => (payload, takes(what, functions)),
            None => (what, takes(&Value::Null, functions)),
        };
        let takes = Some(takes).filter(|takes| !(takes.captures.is_empty() && takes.matches.is_empty()));
        return Act::Send(Tree::new(payload, functions), takes);
    }
    match step.get("wait") {
        Some(what) => Act::Wait(takes(what, functions)),
        None => Act::Unknown,
    }
}

fn takes(spec: &Value, functions: &Functions) -> Takes {
    let read = |key: &str| capture::read(spec.get(key).unwrap_or(&Value::Null), functions);
    Takes { captures: read("capture"), matches: read("match") }
}

fn settings(spec: &Value, functions: &Functions) -> Target {
    let headers = spec["headers"].as_object().into_iter().flatten();
    let protocols = protocols(spec.get("subprotocols"));
    let headers = headers.map(|(name, value)| (name.clone(), Tree::new(value, functions))).collect();
    Target { url: None, headers, protocols, function: None }
}

fn protocols(spec: Option<&Value>) -> Vec<String> {
    match spec {
        Some(Value::Array(list)) => list.iter().map(|one| js::text_of(Some(one))).collect(),
        Some(one @ Value::String(_)) => vec![js::text_of(Some(one))],
        _ => Vec::new(),
    }
}

/// Opens the connection of a user, unless its first step does.
pub async fn begin(session: &mut Session, user: &Rc<User>, first: Option<&flow::Act>) -> Done {
    if let Some(flow::Act::Socket(step)) = first
        && matches!(**step, Act::Connect(_))
    {
        return Ok(());
    }
    let target = settings(&user.world.ws, &user.world.functions);
    connect(session, user, &target).await
}

async fn connect(session: &mut Session, user: &Rc<User>, target: &Target) -> Done {
    let mut url = target.url.as_ref().map_or_else(|| user.world.target.clone(), |url| user.text(url));
    let value = |tree: &Tree| user.value(tree).map(|value| js::text_of(Some(&value)));
    let mut headers: Vec<(String, String)> =
        target.headers.iter().filter_map(|(name, tree)| Some((name.clone(), value(tree)?))).collect();
    let mut protocols = target.protocols.clone();
    if let Some(function) = &target.function {
        let given: Map<String, Value> =
            headers.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        let before = json!({ "target": url, "subprotocols": protocols, "options": { "headers": given } });
        let after = hooks::before_connect(session, user, function, before).await?;
        url = js::text_of(after.get("target"));
        protocols = self::protocols(after.get("subprotocols"));
        let changed = after["options"]["headers"].as_object().into_iter().flatten();
        headers = changed.map(|(name, value)| (name.clone(), js::text_of(Some(value)))).collect();
    }
    let Some(parsed) = Handshake::url(&url) else {
        let message = format!("Invalid URL: {url}");
        user.count_error(session, "ERR_INVALID_URL");
        return Err(Stop(message));
    };
    let handshake =
        Handshake { url: parsed, headers, protocols, compression: true, timeout: Duration::from_secs(60) };
    let client = Rc::clone(session.client());
    let opening = client.open_websocket(&handshake, None).await;
    match opening.outcome {
        Ok(socket) => {
            *user.socket.borrow_mut() = Some(Socket { wire: socket, closed: false });
            Ok(())
        }
        Err(error) => {
            let (code, message) = match (&opening.answer, error.kind()) {
                (Some(answer), _) => {
                    let message = format!("Unexpected server response: {}", answer.status);
                    (message.clone(), message)
                }
                (None, Kind::Dial { remote, errno, .. }) => {
                    let name = http::errno_name(*errno);
                    (name.to_owned(), format!("connect {name} {remote}"))
                }
                (None, Kind::NoSuchHost(host)) => {
                    ("ENOTFOUND".to_owned(), format!("getaddrinfo ENOTFOUND {host}"))
                }
                (None, Kind::DialTimeout(_) | Kind::RequestTimeout) => {
                    ("ETIMEDOUT".to_owned(), "Opening handshake has timed out".to_owned())
                }
                (None, Kind::Eof | Kind::UnexpectedEof) => {
                    ("ECONNRESET".to_owned(), "socket hang up".to_owned())
                }
                _ => (error.to_string(), error.to_string()),
            };
            user.count_error(session, &code);
            Err(Stop(message))
        }
    }
}

/// Does a step.
pub async fn step(session: &mut Session, user: &Rc<User>, step: &Act) -> Done {
    match step {
        Act::Connect(target) => connect(session, user, target).await,
        Act::Send(payload, takes) => {
            let text = match user.value(payload) {
                Some(value @ (Value::Object(_) | Value::Array(_))) => value.to_string(),
                value => js::text_of(value.as_ref()),
            };
            send(session, user, &text)?;
            match takes {
                Some(takes) => listen(session, user, takes).await,
                None => Ok(()),
            }
        }
        Act::Wait(takes) => {
            drop_waiting(user);
            listen(session, user, takes).await
        }
        Act::Unknown => {
            user.count_error(session, "invalid_step");
            Err(Stop("undefined".to_owned()))
        }
    }
}

fn send(session: &Session, user: &User, text: &str) -> Done {
    drop_waiting(user);
    let mut socket = user.socket.borrow_mut();
    let Some(socket) = &mut *socket else { return Err(Stop("WebSocket is not open".to_owned())) };
    user.count(session, |now, stats| {
        stats.count(now, "websocket.messages_sent", 1.0);
        stats.rate(now, "websocket.send_rate");
    });
    if socket.closed {
        // The engine tells it, and so does the end of the user.
        let message = "WebSocket is not open: readyState 3 (CLOSED)";
        user.count_error(session, &format!("Error: {message}"));
        return Err(Stop(message.to_owned()));
    }
    socket.wire.send(Outgoing::Text(text)).map_err(|broken| Stop(broken.text))
}

/// Lets go of messages that came while nobody waited for one.
fn drop_waiting(user: &User) {
    let mut socket = user.socket.borrow_mut();
    let Some(socket) = &mut *socket else { return };
    let mut context = Context::from_waker(Waker::noop());
    while !socket.closed && socket.poll_next(&mut context).is_ready() {}
}

/// The next message.
async fn next(user: &User) -> Result<String, String> {
    loop {
        let incoming = poll_fn(|context| match &mut *user.socket.borrow_mut() {
            Some(socket) => socket.poll_next(context),
            None => Poll::Ready(Err("WebSocket is not open".to_owned())),
        });
        match incoming.await? {
            Incoming::Text(text) => return Ok(text),
            Incoming::Binary(bytes) => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Incoming::Ping(_) | Incoming::Pong(_) => {}
            Incoming::Close(close) => return Err(close.to_string()),
        }
    }
}

/// Waits for a message and takes out of it what is wanted.
async fn listen(session: &mut Session, user: &Rc<User>, takes: &Takes) -> Done {
    let text = match tokio::time::timeout(user.world.timeout, next(user)).await {
        Ok(Ok(text)) => text,
        Ok(Err(why)) => return Err(Stop(why)),
        Err(_) => {
            user.count_error(session, "response timeout");
            return Err(Stop("undefined".to_owned()));
        }
    };
    user.count(session, |now, stats| {
        stats.count(now, "websocket.messages_received", 1.0);
        stats.rate(now, "websocket.receive_rate");
    });
    let answer = Answer::new(Cow::Borrowed(&text), &|_| None);
    let strict = user.world.strict_capture;
    let taken =
        user.scoped(|scope| capture::take_all(&takes.captures, &takes.matches, strict, &answer, scope));
    for (name, value) in taken.values {
        user.vars.borrow_mut().set_path(&name, value);
    }
    if taken.failed { Err(Stop("Failed capture or match".to_owned())) } else { Ok(()) }
}

/// Keeps the connection alive for a time: pings are answered, messages dropped.
pub async fn idle(user: &User) {
    loop {
        if user.socket.borrow().is_none() || next(user).await.is_err() {
            // There is nothing to be kept alive; whoever waits beside this decides how long.
            return std::future::pending().await;
        }
    }
}

/// Closes the connection, if there is one.
pub async fn hang_up(user: &Rc<User>) {
    let Some(Socket { wire: mut socket, closed: false }) = user.socket.borrow_mut().take() else { return };
    // A server that is gone needs no farewell.
    let _ = socket.send(Outgoing::Close(1005, ""));
    let closing = poll_fn(|context| {
        loop {
            match socket.poll_next(context) {
                Poll::Ready(Ok(Incoming::Close(_)) | Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(_)) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    });
    let _ = tokio::time::timeout(CLOSING, closing).await;
}
