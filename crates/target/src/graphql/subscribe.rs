//! GraphQL over WebSocket: subscriptions, and operations that answer once.
//!
//! `graphql-transport-ws` is spoken by its rules, and so is the older `graphql-ws` (of subscriptions-transport-ws).
//! A client that names no sub-protocol is understood in either. What subscriptions tell is in [`news`](super::news).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use super::news::Subscription;
use super::parse::{self, Selection};
use super::{Request, execute, run, schema};
use crate::body::Outcome;
use crate::exchange::Exchange;
use crate::shop::Shop;
use crate::shop::records::Order;
use crate::shop::session::Asker;
use crate::websocket::{Message, Upgrade, accept};

/// The subscriptions that one connection may hold.
const MAX_SUBSCRIPTIONS: usize = 100;

/// The rules by which a connection speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Dialect {
    /// `graphql-transport-ws`
    New,
    /// `graphql-ws`, of subscriptions-transport-ws.
    Old,
    /// None was named.
    Loose,
    /// Only such as nobody knows were named.
    Unknown,
}

impl Dialect {
    fn of(offered: &str) -> Self {
        let mut offers = offered.split(',').map(str::trim).filter(|offer| !offer.is_empty()).peekable();
        if offers.peek().is_none() {
            return Self::Loose;
        }
        let known = offers.find_map(|offer| match offer {
            "graphql-transport-ws" => Some(Self::New),
            "graphql-ws" => Some(Self::Old),
            _ => None,
        });
        known.unwrap_or(Self::Unknown)
    }
}

/// Close codes that `graphql-transport-ws` has for those who break its rules.
mod code {
    pub const BAD_MESSAGE: u16 = 4400;
    pub const NO_ACK: u16 = 4401;
    pub const REFUSED: u16 = 4403;
    pub const BAD_PROTOCOL: u16 = 4406;
    pub const ID_IN_USE: u16 = 4409;
    pub const TWO_GREETINGS: u16 = 4429;
}

/// What becomes of a message of the client.
enum Reply {
    Say(Vec<Value>),
    Close(u16, &'static str),
}

/// One connection.
struct Talk {
    shop: Arc<Shop>,
    asker: Asker,
    dialect: Dialect,
    greeted: bool,
    /// Turn the client's greeting down, as its address asked.
    refuse: bool,
    /// Say that the connection is alive behind the greeting, as old servers do.
    keep_alive: bool,
    running: Vec<Subscription>,
}

/// `/graphql` as WebSocket. `?interval_ms=1000` sets the pace of updates; `close_after=N` closes behind so many
/// messages with `close_code`; `refuse=1` turns the greeting down; `keep_alive=1` says that the connection lives.
pub async fn answer(shop: &Arc<Shop>, exchange: &Exchange<'_>) -> Outcome {
    let asker = shop.asker(exchange).await?;
    let interval = Duration::from_millis(exchange.arg_or("interval_ms", 1000_u64).clamp(1, 3_600_000));
    let close = (exchange.arg_or("close_after", u64::MAX), exchange.arg_or("close_code", 1011_u16));
    let talk = Talk {
        shop: Arc::clone(shop),
        asker,
        dialect: Dialect::of(exchange.header(http::header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default()),
        greeted: false,
        refuse: exchange.arg("refuse").is_some(),
        keep_alive: exchange.arg("keep_alive").is_some(),
        running: Vec::new(),
    };
    let known = |protocol: &str| matches!(protocol, "graphql-ws" | "graphql-transport-ws");
    accept(exchange, known, move |socket| talk.go(socket, interval, close))
}

/// The next order; never, once nobody can make any.
async fn next_order(orders: &mut Receiver<Order>) -> Order {
    loop {
        match orders.recv().await {
            Ok(order) => return order,
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Talk {
    async fn go(
        mut self,
        mut socket: Upgrade,
        interval: Duration,
        (close_after, close_code): (u64, u16),
    ) -> std::io::Result<()> {
        if self.dialect == Dialect::Unknown {
            return socket.close(code::BAD_PROTOCOL, "Subprotocol not acceptable").await;
        }
        let mut orders = self.shop.orders_placed.subscribe();
        let mut left = close_after;
        let mut due = Instant::now() + interval;
        loop {
            let paced = self.running.iter().any(|one| !one.wants_orders());
            let said = tokio::select! {
                message = socket.next() => match socket.settle(message).await? {
                    None => return Ok(()),
                    Some(Message::Text(text)) => match self.heard(&text).await {
                        Reply::Say(said) => {
                            if !paced {
                                due = Instant::now() + interval;
                            }
                            said
                        }
                        Reply::Close(code, reason) => return socket.close(code, reason).await,
                    },
                    Some(_) => continue,
                },
                order = next_order(&mut orders) => self.news(Some(&order)).await,
                () = sleep_until(due), if paced => {
                    due += interval;
                    self.news(None).await
                }
            };
            for message in said {
                socket.text(&message.to_string()).await?;
                left -= 1;
                if left == 0 {
                    return socket.close(close_code, "as asked").await;
                }
            }
        }
    }

    /// What subscribers are told now: of an order, or what comes at the connection's pace.
    async fn news(&mut self, order: Option<&Order>) -> Vec<Value> {
        let mut said = Vec::new();
        for one in self.running.iter_mut().filter(|one| one.wants_orders() == order.is_some()) {
            said.extend(one.tell(&self.shop, &self.asker, order).await);
        }
        self.running.retain(|one| !one.is_over());
        said
    }

    async fn heard(&mut self, text: &str) -> Reply {
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            return self.unknown("that is not JSON");
        };
        let id = message["id"].as_str().unwrap_or_default().to_owned();
        let (new, old) = (self.dialect != Dialect::Old, self.dialect != Dialect::New);
        match message["type"].as_str().unwrap_or_default() {
            "connection_init" => self.greeting(),
            "ping" if new => Reply::Say(vec![match message.get("payload") {
                Some(payload) => json!({"type": "pong", "payload": payload}),
                None => json!({"type": "pong"}),
            }]),
            "pong" if new => Reply::Say(Vec::new()),
            "connection_terminate" if old => Reply::Close(1000, ""),
            "stop" if old => self.stopped(&id, true),
            "complete" if new => self.stopped(&id, old),
            "start" if old => Reply::Say(self.begin(id, &message["payload"], "data").await),
            "subscribe" if new && self.dialect == Dialect::New && !self.greeted => {
                Reply::Close(code::NO_ACK, "Unauthorized")
            }
            "subscribe" if new && id.is_empty() => self.unknown("a message needs an `id`"),
            "subscribe" if new && self.running.iter().any(|one| one.id == id) => {
                Reply::Close(code::ID_IN_USE, "Subscriber for that id already exists")
            }
            "subscribe" if new => Reply::Say(self.begin(id, &message["payload"], "next").await),
            _ => self.unknown("that is no message of this protocol"),
        }
    }

    fn greeting(&mut self) -> Reply {
        if self.refuse {
            return match self.dialect {
                Dialect::Old => Reply::Say(vec![
                    json!({"type": "connection_error", "payload": {"message": "refused, as asked"}}),
                ]),
                _ => Reply::Close(code::REFUSED, "Forbidden"),
            };
        }
        if self.greeted && self.dialect == Dialect::New {
            return Reply::Close(code::TWO_GREETINGS, "Too many initialisation requests");
        }
        self.greeted = true;
        let mut said = vec![json!({"type": "connection_ack"})];
        if self.keep_alive {
            let kind = if self.dialect == Dialect::New { "ping" } else { "ka" };
            said.push(json!({"type": kind}));
        }
        Reply::Say(said)
    }

    fn unknown(&self, message: &'static str) -> Reply {
        match self.dialect {
            Dialect::New => Reply::Close(code::BAD_MESSAGE, message),
            _ => Reply::Say(vec![json!({"type": "error", "payload": {"message": message}})]),
        }
    }

    fn stopped(&mut self, id: &str, confirmed: bool) -> Reply {
        let before = self.running.len();
        self.running.retain(|one| one.id != id);
        let said = confirmed && self.running.len() < before;
        Reply::Say(if said { vec![json!({"id": id, "type": "complete"})] } else { Vec::new() })
    }

    /// Begins a subscription, or answers another operation at once.
    async fn begin(&mut self, id: String, payload: &Value, says: &'static str) -> Vec<Value> {
        match self.begun(&id, payload, says).await {
            Ok(said) => said,
            // The older protocol has room for one error.
            Err(errors) if says == "data" => {
                vec![json!({"id": id, "type": "error", "payload": errors.first()})]
            }
            Err(errors) => vec![json!({"id": id, "type": "error", "payload": errors})],
        }
    }

    async fn begun(
        &mut self,
        id: &str,
        payload: &Value,
        says: &'static str,
    ) -> Result<Vec<Value>, Vec<Value>> {
        let wrong = |message: &str| vec![json!({"message": message})];
        let request = Request::read(&self.shop, payload).map_err(|problem| vec![problem])?;
        let document = parse::document(&request.query).map_err(|problem| vec![problem.json()])?;
        let operation =
            document.operation(request.operation.as_deref()).map_err(|message| wrong(&message))?.clone();
        if operation.root != "Subscription" {
            let (status, result) = run(&self.shop, &self.asker, &request).await;
            if !status.is_success() {
                return Err(result["errors"].as_array().cloned().unwrap_or_default());
            }
            return Ok(vec![
                json!({"id": id, "type": says, "payload": result}),
                json!({"id": id, "type": "complete"}),
            ]);
        }
        let problems = schema::problems(&document, &operation);
        if !problems.is_empty() {
            return Err(problems);
        }
        let [Selection::Field(field)] = operation.selection.as_slice() else {
            return Err(wrong("A subscription must select only one top level field."));
        };
        if self.running.len() >= MAX_SUBSCRIPTIONS {
            return Err(wrong(&format!("a connection has at most {MAX_SUBSCRIPTIONS} subscriptions")));
        }
        let variables = execute::variables(&operation, &request.variables)?;
        let arguments = execute::arguments(&field.arguments, &variables);
        let begun = Subscription::new(
            &self.shop,
            (id.to_owned(), says),
            (&field.name.clone(), &arguments),
            (document.clone(), operation, variables),
        );
        self.running.push(begun.map_err(|message| wrong(&message))?);
        Ok(Vec::new())
    }
}
