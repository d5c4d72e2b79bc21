//! GraphQL over WebSocket: subscriptions, and operations that answer once.
//!
//! Both habits are spoken, by what the client says: `start`/`data` of the older protocol, and
//! `subscribe`/`next` of `graphql-transport-ws`.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};

use super::parse::{self, Selection};
use super::{Request, run, schema};
use crate::body::Outcome;
use crate::exchange::Exchange;
use crate::shop::Shop;
use crate::shop::session::Asker;
use crate::websocket::{Message, Upgrade, accept};

/// The subscriptions that one connection may hold.
const MAX_SUBSCRIPTIONS: usize = 100;

/// One running subscription.
struct Subscription {
    id: String,
    /// `data` or `next`.
    says: &'static str,
    /// The names under which the answer shows its field and that field's parts.
    key: String,
    parts: Vec<(String, String)>,
    field: String,
}

/// `/graphql` as WebSocket; `?interval_ms=1000` sets the pace of updates.
pub async fn answer(shop: &Arc<Shop>, exchange: &Exchange<'_>) -> Outcome {
    let asker = shop.asker(exchange).await?;
    let interval = Duration::from_millis(exchange.arg_or("interval_ms", 1000_u64).clamp(1, 3_600_000));
    let shop = Arc::clone(shop);
    let known = |protocol: &str| matches!(protocol, "graphql-ws" | "graphql-transport-ws");
    accept(exchange, known, move |socket| talk(shop, asker, socket, interval))
}

async fn talk(shop: Arc<Shop>, asker: Asker, mut socket: Upgrade, interval: Duration) -> std::io::Result<()> {
    let mut running: Vec<Subscription> = Vec::new();
    let mut count = 0_u64;
    let mut due = Instant::now() + interval;
    loop {
        tokio::select! {
            message = socket.next() => match socket.settle(message).await? {
                None => return Ok(()),
                Some(Message::Text(text)) => {
                    let idle = running.is_empty();
                    for answer in heard(&shop, &asker, &text, &mut running).await {
                        socket.text(&answer.to_string()).await?;
                    }
                    if idle {
                        due = Instant::now() + interval;
                    }
                }
                Some(_) => {}
            },
            () = sleep_until(due), if !running.is_empty() => {
                due += interval;
                count += 1;
                for subscription in &running {
                    socket.text(&subscription.news(&shop, count).to_string()).await?;
                }
            }
        }
    }
}

impl Subscription {
    fn news(&self, shop: &Shop, count: u64) -> Value {
        let products = shop.catalogue.products();
        let product = &products[usize::try_from(count).unwrap_or(0) % products.len()];
        let mut shown = Map::new();
        for (key, part) in &self.parts {
            let value = match part.as_str() {
                "__typename" if self.field == "messageAdded" => "Message".into(),
                "__typename" => "Inventory".into(),
                "id" => count.to_string().into(),
                "content" => format!("{} is selling well", product.name).into(),
                "productId" => product.id.to_string().into(),
                "quantity" => product.stock.into(),
                _ => Value::Null,
            };
            shown.insert(key.clone(), value);
        }
        let mut data = Map::new();
        data.insert(self.key.clone(), shown.into());
        json!({"id": self.id, "type": self.says, "payload": {"data": data}})
    }
}

/// What is to be said to a message.
async fn heard(shop: &Arc<Shop>, asker: &Asker, text: &str, running: &mut Vec<Subscription>) -> Vec<Value> {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    let id = message["id"].as_str().unwrap_or_default().to_owned();
    match message["type"].as_str() {
        Some("connection_init") => vec![json!({"type": "connection_ack"})],
        Some("ping") => vec![json!({"type": "pong"})],
        Some("pong" | "connection_terminate") => Vec::new(),
        Some("stop" | "complete") => {
            let before = running.len();
            running.retain(|subscription| subscription.id != id);
            if running.len() < before { vec![json!({"id": id, "type": "complete"})] } else { Vec::new() }
        }
        Some("start") => begin(shop, asker, id, &message["payload"], "data", running).await,
        Some("subscribe") => begin(shop, asker, id, &message["payload"], "next", running).await,
        _ => vec![json!({"type": "error", "payload": {"message": "that is no message of this protocol"}})],
    }
}

async fn begin(
    shop: &Arc<Shop>,
    asker: &Asker,
    id: String,
    payload: &Value,
    says: &'static str,
    running: &mut Vec<Subscription>,
) -> Vec<Value> {
    let error = |errors: Value| vec![json!({"id": id, "type": "error", "payload": errors})];
    let Ok(request) = Request::read(payload) else { return error(json!([{"message": "`query` is needed"}])) };
    let document = match parse::document(&request.query) {
        Ok(document) => document,
        Err(problem) => return error(json!([problem.json()])),
    };
    let operation = match document.operation(request.operation.as_deref()) {
        Ok(operation) => operation,
        Err(message) => return error(json!([{"message": message}])),
    };
    if operation.root != "Subscription" {
        let (_, result) = run(shop, asker, &request).await;
        return vec![
            json!({"id": id, "type": says, "payload": result}),
            json!({"id": id, "type": "complete"}),
        ];
    }
    let problems = schema::problems(&document, operation);
    let [Selection::Field(field)] = operation.selection.as_slice() else {
        return error(json!([{"message": "A subscription must select only one top level field."}]));
    };
    if !problems.is_empty() {
        return error(problems.into());
    }
    if running.len() >= MAX_SUBSCRIPTIONS {
        return error(
            json!([{"message": format!("a connection has at most {MAX_SUBSCRIPTIONS} subscriptions")}]),
        );
    }
    let parts = field.selection.iter().filter_map(|part| match part {
        Selection::Field(part) => Some((part.key().to_owned(), part.name.clone())),
        _ => None,
    });
    running.push(Subscription {
        parts: parts.collect(),
        key: field.key().to_owned(),
        field: field.name.clone(),
        says,
        id,
    });
    Vec::new()
}
