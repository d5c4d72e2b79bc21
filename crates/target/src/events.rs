//! Server-sent events: `/events?count=5&interval=100ms`.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method};

use crate::body::{Answer, Body, Outcome, Refusal};
use crate::clock::unix_ms;
use crate::exchange::Exchange;

/// The most events of one stream.
const MAX_EVENTS: u64 = 1_000_000;
/// The longest pause between two.
const MAX_INTERVAL: Duration = Duration::from_secs(3600);

/// Answers with a stream of numbered events. `Last-Event-ID` goes on behind that number.
pub fn answer(exchange: &Exchange<'_>) -> Outcome {
    if exchange.method() != Method::GET {
        return Err(Refusal::method_not_allowed("GET"));
    }
    let count = exchange.arg_or("count", 10_u64).min(MAX_EVENTS);
    let interval = exchange.arg("interval").unwrap_or_else(|| "100ms".into());
    let interval = model::duration::parse(&interval);
    let interval = interval.map_err(|_| Refusal::bad_request("`interval` is not a time"))?.min(MAX_INTERVAL);
    let first = exchange.header("last-event-id").and_then(|id| id.parse::<u64>().ok()).unwrap_or(0);
    let events = stream::unfold(first, move |sent| async move {
        if sent >= count {
            return None;
        }
        if sent > first && !interval.is_zero() {
            tokio::time::sleep(interval).await;
        }
        let id = sent + 1;
        let event = format!("id: {id}\nevent: tick\ndata: {{\"id\":{id},\"at\":{}}}\n\n", unix_ms());
        Some((Ok(Bytes::from(event)), id))
    });
    let mut answer = Answer::new(Body::stream(events));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}
