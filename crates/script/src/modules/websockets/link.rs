//! One open connection with its samples, as both modules use it.
//!
//! Main types: [`Wish`], what is to be opened, and [`Link`], what is open. Neither knows of script objects.

use std::cell::{Cell, RefCell};
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use metrics::{TagSetId, builtin};
use model::Nanos;
use net::websocket::{Broken, Handshake, Incoming, Outgoing, Upgrade, WebSocket, code};

use super::params::Params;
use crate::modules::http::SharedJar;
use crate::modules::tags;
use crate::vu::Host;

/// How long opening a connection may take, as in k6.
const HANDSHAKE: Duration = Duration::from_secs(60);
/// How long a server may take to answer a close.
const FAREWELL: Duration = Duration::from_secs(10);

/// A connection that is to be opened.
pub(in crate::modules) struct Wish {
    handshake: Handshake,
    jar: SharedJar,
    /// The address as the script wrote it.
    shown: String,
    /// Tags of the user and of the script.
    base: TagSetId,
    /// The name that the script gave by tag.
    name: Option<String>,
    /// Samples carry a name even when the script gave none.
    always_named: bool,
}

/// What became of a wish.
pub(in crate::modules) struct Dialled {
    /// The connection, or why there is none.
    pub(in crate::modules) outcome: Result<Rc<Link>, String>,
    /// What the server answered.
    pub(in crate::modules) answer: Option<Upgrade>,
}

impl Wish {
    /// A wish for the connection that `params` ask for.
    pub(in crate::modules) fn new(
        host: &Host,
        (url, shown): (Rc<net::Url>, String),
        protocols: Vec<String>,
        params: Params,
        always_named: bool,
    ) -> Self {
        let name = params.tags.iter().find(|(key, _)| key == "name").map(|(_, name)| name.clone());
        let base = tags::extend(&mut host.worker().recorder.borrow_mut(), host.tags.get(), &params.tags);
        let Params { headers, jar, compression, .. } = params;
        let handshake = Handshake { url, headers, protocols, compression, timeout: HANDSHAKE };
        Self { handshake, jar, shown, base, name, always_named }
    }

    /// Opens the connection and records that.
    pub(in crate::modules) async fn dial(self, host: &Host, client: &net::Client) -> Dialled {
        let started = host.now();
        let opening = client.open_websocket(&self.handshake, Some(&self.jar)).await;
        host.sent.set(host.sent.get() + opening.trail.sent_bytes);
        host.received.set(host.received.get() + opening.trail.received_bytes);
        let tags = self.tags(host, &opening);
        host.add(builtin::WS_SESSIONS, tags, 1.0);
        let took = opening.trail.done - opening.trail.start;
        host.add(builtin::WS_CONNECTING, tags, took.as_millis_f64());
        let outcome = match opening.outcome {
            Ok(socket) => Ok(Rc::new(Link::new(socket, tags, started))),
            Err(error) => Err(error.detail()),
        };
        Dialled { outcome, answer: opening.answer }
    }

    fn tags(&self, host: &Host, opening: &net::websocket::Opening) -> TagSetId {
        let worker = host.worker();
        let keys = &worker.keys;
        let wanted = host.shared.run().system_tags;
        let mut recorder = worker.recorder.borrow_mut();
        let mut tags = self.base;
        let address = recorder.sym(match &self.name {
            Some(name) if self.always_named => name,
            _ => &self.shown,
        });
        if wanted.url {
            tags = recorder.with_tag(tags, keys.url, address);
        }
        if wanted.name && self.always_named {
            tags = recorder.with_tag(tags, keys.name, address);
        }
        if let Some(answer) = &opening.answer {
            if wanted.status {
                let status = worker.status_sym(&mut recorder, answer.status);
                tags = recorder.with_tag(tags, keys.status, status);
            }
            if wanted.subproto {
                let (key, value) = (recorder.sym("subproto"), recorder.sym(&protocol_of(answer)));
                tags = recorder.with_tag(tags, key, value);
            }
        }
        if let Some(remote) = opening.remote.filter(|_| wanted.ip) {
            let ip = recorder.sym(&remote.ip().to_string());
            tags = recorder.with_tag(tags, keys.ip, ip);
        }
        tags
    }
}

/// The sub-protocol that a server chose; empty for none.
pub(in crate::modules) fn protocol_of(answer: &Upgrade) -> String {
    answer.headers.text_of("Sec-WebSocket-Protocol").unwrap_or_default().to_owned()
}

/// An open connection.
pub(in crate::modules) struct Link {
    socket: RefCell<WebSocket>,
    tags: TagSetId,
    started: Nanos,
    /// Pings that wait for their pongs.
    pings: RefCell<Vec<(u32, Nanos)>>,
    last_ping: Cell<u32>,
    /// Who waits for the next message, to be told that there is something to send.
    waker: RefCell<Option<Waker>>,
    /// Runs out when a server does not answer a close.
    patience: RefCell<Option<Pin<Box<tokio::time::Sleep>>>>,
    ended: Cell<bool>,
}

/// Pings whose answers are waited for; older ones are forgotten.
const PINGS_MAX: usize = 1024;

impl Link {
    fn new(socket: WebSocket, tags: TagSetId, started: Nanos) -> Self {
        Self {
            socket: RefCell::new(socket),
            tags,
            started,
            pings: RefCell::default(),
            last_ping: Cell::new(0),
            waker: RefCell::default(),
            patience: RefCell::default(),
            ended: Cell::new(false),
        }
    }

    /// Waits for what the server says next; records it.
    pub(in crate::modules) async fn next(&self, host: &Host) -> Result<Incoming, Broken> {
        poll_fn(|context| self.poll_next(context, host)).await
    }

    /// Like [`next`](Self::next).
    pub(in crate::modules) fn poll_next(
        &self,
        context: &mut Context<'_>,
        host: &Host,
    ) -> Poll<Result<Incoming, Broken>> {
        self.waker.replace(Some(context.waker().clone()));
        let outcome = self.socket.borrow_mut().poll_next(context);
        self.count_traffic(host);
        match outcome {
            Poll::Ready(outcome) => {
                self.record(host, &outcome);
                Poll::Ready(outcome)
            }
            Poll::Pending => {
                let mut patience = self.patience.borrow_mut();
                let out = patience.as_mut().is_some_and(|sleep| sleep.as_mut().poll(context).is_ready());
                if !out {
                    return Poll::Pending;
                }
                let text =
                    format!("websocket: the server did not answer a close within {}s", FAREWELL.as_secs());
                Poll::Ready(Err(Broken { text }))
            }
        }
    }

    fn record(&self, host: &Host, outcome: &Result<Incoming, Broken>) {
        match outcome {
            Ok(Incoming::Text(_) | Incoming::Binary(_)) => {
                host.add(builtin::WS_MSGS_RECEIVED, self.tags, 1.0);
            }
            Ok(Incoming::Pong(content)) => {
                let number = std::str::from_utf8(content).ok().and_then(|text| text.parse::<u32>().ok());
                let mut pings = self.pings.borrow_mut();
                if let Some(at) = pings.iter().position(|(known, _)| Some(*known) == number) {
                    let (_, sent) = pings.remove(at);
                    host.add(builtin::WS_PING, self.tags, (host.now() - sent).as_millis_f64());
                }
            }
            _ => {}
        }
    }

    fn count_traffic(&self, host: &Host) {
        let (sent, received) = self.socket.borrow_mut().take_traffic();
        host.sent.set(host.sent.get() + sent);
        host.received.set(host.received.get() + received);
    }

    /// Counts a message that was sent.
    pub(in crate::modules) fn count_sent(&self, host: &Host) {
        host.add(builtin::WS_MSGS_SENT, self.tags, 1.0);
    }

    /// Sends a message.
    pub(in crate::modules) fn send(&self, host: &Host, message: Outgoing<'_>) -> Result<(), Broken> {
        let outcome = self.socket.borrow_mut().send(message);
        self.count_traffic(host);
        // What the kernel did not take goes when the waiter looks again.
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
        outcome
    }

    /// Sends a ping whose pong will tell how long it took.
    pub(in crate::modules) fn ping(&self, host: &Host) -> Result<(), Broken> {
        let number = self.last_ping.get() + 1;
        self.last_ping.set(number);
        let mut pings = self.pings.borrow_mut();
        if pings.len() >= PINGS_MAX {
            pings.remove(0);
        }
        pings.push((number, host.now()));
        drop(pings);
        self.send(host, Outgoing::Ping(number.to_string().as_bytes()))
    }

    /// Sends a close. Whoever waits for the server's answer does not wait forever.
    pub(in crate::modules) fn close(&self, host: &Host, code: u16, reason: &str) {
        self.patience.replace(Some(Box::pin(tokio::time::sleep(FAREWELL))));
        // Only messages can be too many.
        let _ = self.send(host, Outgoing::Close(code, reason));
    }

    /// Whether a close was sent.
    pub(in crate::modules) fn is_closing(&self) -> bool {
        self.socket.borrow().is_closing()
    }

    /// Bytes of the script's data that wait to be sent.
    pub(in crate::modules) fn waiting_bytes(&self) -> usize {
        self.socket.borrow().waiting_bytes()
    }

    /// Records the end of the session, once.
    pub(in crate::modules) fn end(&self, host: &Host) {
        if !self.ended.replace(true) {
            let lasted = host.now() - self.started;
            host.add(builtin::WS_SESSION_DURATION, self.tags, lasted.as_millis_f64());
        }
    }

    /// Tells the server, as far as that goes without waiting, that the user is gone.
    pub(in crate::modules) fn abandon(&self, host: &Host) {
        if !self.is_closing() {
            let _ = self.send(host, Outgoing::Close(code::GOING_AWAY, ""));
        }
        self.end(host);
    }
}
