//! Rude about time: resets, silences, half closes, slowness, and connections that end when they should not.

use std::io;
use std::time::Duration;

use super::conn::Conn;
use super::{Behaviour, Speaks, behaviour};

const H1: Speaks = Speaks::Http1;

/// A head that announces ten bytes.
const TEN: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n";

/// Behaviours about when and how a connection ends.
pub const TABLE: &[Behaviour] = &[
    behaviour!(H1, "close-before-answer", "reads the request and closes", [1000], close_before_answer),
    behaviour!(H1, "half-close", "closes its own side at once and goes on reading", [1000], half_close),
    behaviour!(
        H1,
        "reset-on-accept",
        "resets the connection as soon as it is there",
        [1220],
        reset_on_accept
    ),
    behaviour!(H1, "reset-before-headers", "reads the request and resets", [1220], reset_before_headers),
    behaviour!(H1, "reset-in-headers", "sends half a head and resets", [1220], reset_in_headers),
    behaviour!(H1, "reset-after-headers", "sends the head and resets", [1220], reset_after_headers),
    behaviour!(H1, "reset-in-body", "sends half the body and resets", [1220], reset_in_body),
    behaviour!(H1, "silence-after-accept", "never says anything", [1050], silence_after_accept),
    behaviour!(H1, "silence-after-headers", "sends the head and nothing more", [1050], silence_after_headers),
    behaviour!(H1, "silence-in-body", "sends half the body and nothing more", [1050], silence_in_body),
    behaviour!(H1, "slow-bytes", "sends the answer at one byte a second", [1050], slow_bytes),
    behaviour!(
        H1,
        "idle-close",
        "answers, says it keeps the connection, and closes it right away; the next request needs a new one",
        [0],
        idle_close
    ),
    behaviour!(
        H1,
        "close-on-reuse",
        "answers the first request of a connection and closes when the second comes",
        [0, 1000, 1220],
        close_on_reuse
    ),
    behaviour!(
        H1,
        "reset-on-reuse",
        "answers the first request of a connection and resets when the second comes",
        [0, 1220],
        reset_on_reuse
    ),
    behaviour!(
        H1,
        "answer-before-body",
        "answers 413 before it has read the body, then resets",
        [1413, 1220, 1201],
        answer_before_body
    ),
];

async fn close_before_answer(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.close().await
}

async fn half_close(mut conn: Conn) -> io::Result<()> {
    conn.half_close().await?;
    conn.silence().await
}

async fn reset_on_accept(conn: Conn) -> io::Result<()> {
    conn.reset()
}

async fn reset_before_headers(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.reset()
}

/// Sends a part of an answer, lets it arrive, and resets.
async fn reset_after(mut conn: Conn, part: &str) -> io::Result<()> {
    /// On one machine a packet is there long before this.
    const ARRIVAL: Duration = Duration::from_millis(5);
    conn.request().await?;
    conn.send(part).await?;
    tokio::time::sleep(ARRIVAL).await;
    conn.reset()
}

async fn reset_in_headers(conn: Conn) -> io::Result<()> {
    reset_after(conn, "HTTP/1.1 200 OK\r\nContent-Ty").await
}

async fn reset_after_headers(conn: Conn) -> io::Result<()> {
    reset_after(conn, TEN).await
}

async fn reset_in_body(conn: Conn) -> io::Result<()> {
    reset_after(conn, &format!("{TEN}01234")).await
}

async fn silence_after_accept(mut conn: Conn) -> io::Result<()> {
    conn.silence().await
}

async fn silence_after_headers(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(TEN).await?;
    conn.silence().await
}

async fn silence_in_body(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(format!("{TEN}01234")).await?;
    conn.silence().await
}

async fn slow_bytes(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    for byte in format!("{TEN}0123456789").as_bytes() {
        conn.send([*byte]).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    conn.close().await
}

async fn idle_close(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(format!("{TEN}0123456789")).await?;
    conn.close().await
}

async fn close_on_reuse(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(format!("{TEN}0123456789")).await?;
    conn.request().await?;
    conn.close().await
}

async fn reset_on_reuse(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(format!("{TEN}0123456789")).await?;
    conn.request().await?;
    conn.reset()
}

async fn answer_before_body(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await?;
    tokio::time::sleep(Duration::from_millis(50)).await;
    conn.reset()
}
