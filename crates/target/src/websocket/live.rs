//! `/realtime`: the shop's live updates over WebSocket.
//!
//! A client subscribes to channels and gets an update of each in turn; pings in JSON are answered in JSON.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::{Message, Upgrade, accept};
use crate::body::Outcome;
use crate::clock::unix_ms;
use crate::exchange::Exchange;
use crate::shop::Shop;

/// The channels that one client may listen to.
const MAX_CHANNELS: usize = 32;

/// `/realtime[?interval_ms=1000]`; a false token is refused, none is fine.
pub async fn realtime(shop: &Arc<Shop>, exchange: &Exchange<'_>) -> Outcome {
    shop.asker(exchange).await?;
    let interval = Duration::from_millis(exchange.arg_or("interval_ms", 1000_u64).clamp(1, 3_600_000));
    let shop = Arc::clone(shop);
    accept(exchange, |_| false, move |socket| talk(shop, socket, interval))
}

async fn talk(shop: Arc<Shop>, mut socket: Upgrade, interval: Duration) -> std::io::Result<()> {
    let mut channels: Vec<String> = Vec::new();
    let mut turn = 0;
    let mut due = Instant::now() + interval;
    loop {
        tokio::select! {
            message = socket.next() => match socket.settle(message).await? {
                None => return Ok(()),
                Some(Message::Text(text)) => {
                    let answer = answered(&text, &mut channels);
                    socket.text(&answer.to_string()).await?;
                }
                Some(_) => {}
            },
            () = sleep_until(due), if !channels.is_empty() => {
                due += interval;
                let channel = &channels[turn % channels.len()];
                turn += 1;
                let update = json!({"type": channel, "id": turn, "timestamp": unix_ms(), "data": news(&shop, turn)});
                socket.text(&update.to_string()).await?;
            }
        }
        if channels.is_empty() {
            due = Instant::now() + interval;
        }
    }
}

fn news(shop: &Shop, turn: usize) -> Value {
    let products = shop.catalogue.products();
    let product = &products[turn % products.len()];
    json!({"productId": product.id, "name": product.name, "quantity": product.stock})
}

fn answered(text: &str, channels: &mut Vec<String>) -> Value {
    let Ok(message) = serde_json::from_str::<Value>(text) else {
        return json!({"type": "error", "message": "that is not JSON"});
    };
    let named = message["channels"].as_array().into_iter().flatten().filter_map(Value::as_str);
    match message["type"].as_str() {
        Some("subscribe") => {
            for name in named.take(MAX_CHANNELS) {
                if channels.len() < MAX_CHANNELS && !channels.iter().any(|known| known == name) {
                    channels.push(name.to_owned());
                }
            }
            json!({"type": "subscribed", "channels": channels})
        }
        Some("unsubscribe") => {
            let gone: Vec<&str> = named.collect();
            channels.retain(|channel| !gone.contains(&channel.as_str()));
            json!({"type": "unsubscribed", "channels": channels})
        }
        Some("ping") => json!({"type": "pong", "timestamp": message["timestamp"], "serverTime": unix_ms()}),
        Some(other) => json!({"type": "error", "message": format!("no message is called `{other}`")}),
        None => json!({"type": "error", "message": "a message needs a `type`"}),
    }
}
