//! `/socket.io/`: Socket.IO over long polling and WebSocket, by revision 4 of the protocol of Engine.IO.
//!
//! Main type: [`Sessions`]. A session begins with a request or a WebSocket without a session's name; one that began
//! with polling may go over to WebSocket. What is said stands in [`talk`]. Binary messages are not spoken.

mod packet;
mod talk;

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::body::{Outcome, json_answer, text};
use crate::exchange::Exchange;
use crate::form;
use crate::shop::Shop;
use crate::websocket::{self, Message, Upgrade};
use packet::Packet;
use talk::Talk;

/// How often the server asks whether a client is still there.
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// How long it waits for the answer.
const PING_TIMEOUT_MS: u64 = 20_000;
/// Sessions that are kept; one more forgets all.
const MAX_SESSIONS: usize = 10_000;
/// Stands between packets of one body.
const BETWEEN: char = '\u{1e}';

/// The sessions that began with polling, by name.
#[derive(Default)]
pub struct Sessions(Mutex<HashMap<String, Arc<Session>>>);

/// A session that began with polling.
#[derive(Default)]
struct Session {
    inner: Mutex<Inner>,
    told: Notify,
}

#[derive(Default)]
struct Inner {
    talk: Talk,
    /// Packets that wait for the client to ask for them.
    waiting: VecDeque<String>,
    /// It went over to WebSocket.
    upgraded: bool,
}

impl Session {
    fn with<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        let done = act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner));
        self.told.notify_one();
        done
    }

    /// Takes in a packet of Engine.IO; answers wait.
    fn take(&self, shop: &Shop, packet: &str) {
        self.with(|inner| {
            if let Some(packet) = packet.strip_prefix('4').and_then(Packet::parse) {
                let answers = inner.talk.answers(shop, packet, "polling");
                inner.waiting.extend(answers.iter().map(Packet::text));
            }
        });
    }
}

impl Sessions {
    fn find(&self, name: &str) -> Option<Arc<Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    fn begin(&self, name: &str, session: Arc<Session>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_SESSIONS {
            all.clear();
        }
        all.insert(name.to_owned(), session);
    }

    fn end(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

/// Answers a request below `/socket.io/`. `?refuse_upgrade` leaves a session with polling.
pub async fn answer(shop: &Arc<Shop>, exchange: &mut Exchange<'_>) -> Outcome {
    let refused = |code: u8, message: &str| {
        Ok(json_answer(StatusCode::BAD_REQUEST, &json!({"code": code, "message": message})))
    };
    if exchange.arg("EIO").as_deref() != Some("4") {
        return refused(5, "Unsupported protocol version");
    }
    let name = exchange.arg("sid").map(std::borrow::Cow::into_owned);
    let session = name.as_deref().map(|name| shop.sockets.find(name));
    if let Some(None) = session {
        return refused(1, "Session ID unknown");
    }
    let session = session.flatten();
    match (exchange.arg("transport").as_deref(), exchange.method(), session) {
        (Some("websocket"), &Method::GET, session) => {
            let (shop, query) = (Arc::clone(shop), query_of(exchange));
            let begun = session.zip(name);
            websocket::accept(
                exchange,
                |_| false,
                move |socket| async move {
                    match begun {
                        Some((session, name)) => upgrade(&shop, socket, &session, &name).await,
                        None => straight(&shop, socket, Talk::new(query)).await,
                    }
                },
            )
        }
        (Some("polling"), &Method::GET, None) => {
            let name = format!("{:016x}", shop.random.next());
            let talk = Talk::new(query_of(exchange));
            let inner = Mutex::new(Inner { talk, ..Inner::default() });
            shop.sockets.begin(&name, Arc::new(Session { inner, ..Session::default() }));
            Ok(text(opening(&name, exchange.arg("refuse_upgrade").is_none())))
        }
        (Some("polling"), &Method::GET, Some(session)) => Ok(text(poll(&session).await)),
        (Some("polling"), &Method::POST, Some(session)) => {
            let body = exchange.body().await?;
            for packet in String::from_utf8_lossy(&body).split(BETWEEN) {
                if packet == "1" {
                    shop.sockets.end(name.as_deref().unwrap_or_default());
                }
                session.take(shop, packet);
            }
            Ok(text("ok"))
        }
        (Some("polling" | "websocket"), ..) => refused(2, "Bad handshake method"),
        _ => refused(0, "Transport unknown"),
    }
}

/// The query of the address by which a client comes.
fn query_of(exchange: &Exchange<'_>) -> Value {
    form::pairs(exchange.query()).map(|(name, value)| (name.into_owned(), Value::from(value))).collect()
}

/// The first packet of a session.
fn opening(name: &str, upgrades: bool) -> String {
    let upgrades: &[&str] = if upgrades { &["websocket"] } else { &[] };
    let open = json!({
        "sid": name,
        "upgrades": upgrades,
        "pingInterval": PING_INTERVAL.as_millis() as u64,
        "pingTimeout": PING_TIMEOUT_MS,
        "maxPayload": 1_000_000,
    });
    format!("0{open}")
}

/// What waits for the client, once there is something.
async fn poll(session: &Session) -> String {
    let something = async {
        loop {
            let packets: Vec<String> = {
                let mut inner = session.inner.lock().unwrap_or_else(PoisonError::into_inner);
                if inner.upgraded {
                    return "6".to_owned();
                }
                inner.waiting.drain(..).collect()
            };
            if !packets.is_empty() {
                return packets.join(&BETWEEN.to_string());
            }
            session.told.notified().await;
        }
    };
    tokio::time::timeout(PING_INTERVAL, something).await.unwrap_or_else(|_| "2".to_owned())
}

/// A session that comes over from polling: probe, then the word that it is to go on here.
async fn upgrade(shop: &Shop, mut socket: Upgrade, session: &Session, name: &str) -> std::io::Result<()> {
    loop {
        let message = socket.next().await;
        match socket.settle(message).await? {
            Some(Message::Text(text)) if text == "2probe" => socket.text("3probe").await?,
            Some(Message::Text(text)) if text == "5" => break,
            Some(_) => {}
            None => return Ok(()),
        }
    }
    let (talk, waiting) = session.with(|inner| {
        inner.upgraded = true;
        (std::mem::take(&mut inner.talk), std::mem::take(&mut inner.waiting))
    });
    for packet in waiting {
        socket.text(&packet).await?;
    }
    let done = converse(shop, socket, talk).await;
    shop.sockets.end(name);
    done
}

/// A session that begins with its WebSocket.
async fn straight(shop: &Shop, mut socket: Upgrade, talk: Talk) -> std::io::Result<()> {
    let name = format!("{:016x}", shop.random.next());
    socket.text(&opening(&name, false)).await?;
    converse(shop, socket, talk).await
}

async fn converse(shop: &Shop, mut socket: Upgrade, mut talk: Talk) -> std::io::Result<()> {
    let mut ping = tokio::time::interval(PING_INTERVAL);
    ping.reset();
    loop {
        tokio::select! {
            message = socket.next() => match socket.settle(message).await? {
                None => return Ok(()),
                Some(Message::Text(text)) => {
                    let packet = text.strip_prefix('4').and_then(Packet::parse);
                    for answer in packet.map(|packet| talk.answers(shop, packet, "websocket")).into_iter().flatten() {
                        socket.text(&answer.text()).await?;
                    }
                }
                Some(_) => {}
            },
            _ = ping.tick() => socket.text("2").await?,
        }
    }
}
