//! `/ws/feed`, also `/realtime`: the shop's live updates over WebSocket.
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

/// The most messages of one connection in a second.
const MAX_RATE: f64 = 10_000.0;

/// How a client wants its updates.
struct Pace {
    interval: Duration,
    /// How many there are before the end.
    count: u64,
}

/// `/ws/feed[?rate=1][&count=N]`: so many updates a second, and that many before the end, which is none unless told.
/// The pace can be given as `interval_ms`, too. A false token is refused, none is fine.
pub async fn feed(shop: &Arc<Shop>, exchange: &Exchange<'_>) -> Outcome {
    shop.asker(exchange).await?;
    let rate = exchange.arg_or("rate", 0.0_f64);
    let interval = if rate > 0.0 {
        Duration::from_secs_f64(1.0 / rate.clamp(1.0 / 3600.0, MAX_RATE))
    } else {
        Duration::from_millis(exchange.arg_or("interval_ms", 1000_u64).clamp(1, 3_600_000))
    };
    let pace = Pace { interval, count: exchange.arg_or("count", u64::MAX).max(1) };
    let shop = Arc::clone(shop);
    accept(exchange, |_| false, move |socket| talk(shop, socket, pace))
}

async fn talk(shop: Arc<Shop>, mut socket: Upgrade, pace: Pace) -> std::io::Result<()> {
    let mut channels: Vec<String> = Vec::new();
    let mut turn = 0;
    let mut due = Instant::now() + pace.interval;
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
                due += pace.interval;
                let channel = &channels[turn % channels.len()];
                turn += 1;
                let update = json!({"type": channel, "id": turn, "timestamp": unix_ms(), "data": news(&shop, turn)});
                socket.text(&update.to_string()).await?;
                if turn as u64 >= pace.count {
                    return socket.close(1000, "all told").await;
                }
            }
        }
        if channels.is_empty() {
            due = Instant::now() + pace.interval;
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
