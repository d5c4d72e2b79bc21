//! WebSocket rooms for tests: `/ws/echo` and `/ws/ticks`.

use std::time::Duration;

use super::{Message, accept};
use crate::body::{Outcome, Refusal};
use crate::exchange::Exchange;

/// `/ws/echo[?close_after=N&close_code=C]`: everything comes back. Speaks the first protocol that is offered.
pub fn echo(exchange: &Exchange<'_>) -> Outcome {
    if exchange.arg("reject").is_some() {
        return Err(Refusal::forbidden("rejected, as asked"));
    }
    let mut left = exchange.arg_or("close_after", u64::MAX);
    let code = exchange.arg_or("close_code", 1000_u16);
    accept(
        exchange,
        |_| true,
        move |mut socket| async move {
            loop {
                let message = socket.next().await;
                match socket.settle(message).await? {
                    None => return Ok(()),
                    Some(Message::Text(text)) => socket.text(&text).await?,
                    Some(Message::Binary(data)) => socket.binary(&data).await?,
                    Some(_) => continue,
                }
                left -= 1;
                if left == 0 {
                    return socket.close(code, "as asked").await;
                }
            }
        },
    )
}

/// `/ws/ticks?count=N&interval_ms=M`: numbered messages, then the end.
pub fn ticks(exchange: &Exchange<'_>) -> Outcome {
    let count = exchange.arg_or("count", 10_u64).min(1_000_000);
    let interval = Duration::from_millis(exchange.arg_or("interval_ms", 100_u64).min(3_600_000));
    accept(
        exchange,
        |_| true,
        move |mut socket| async move {
            for id in 1..=count {
                tokio::time::sleep(interval).await;
                socket.text(&format!("{{\"type\":\"tick\",\"id\":{id}}}")).await?;
            }
            socket.close(1000, "all told").await
        },
    )
}
