//! Rude about TLS: in the handshake, in the certificate, and after it.

use std::io;

use super::conn::Conn;
use super::{Behaviour, Speaks, behaviour};
use crate::tls::Leaf;

const RAW: Speaks = Speaks::RawTls;

/// Behaviours about TLS.
pub const TABLE: &[Behaviour] = &[
    behaviour!(
        RAW,
        "tls-alert-on-hello",
        "answers the hello with an alert",
        [1010, 1300, 1000],
        alert_on_hello
    ),
    behaviour!(RAW, "tls-close-in-handshake", "reads the hello and closes", [1000], close_in_handshake),
    behaviour!(RAW, "tls-reset-in-handshake", "reads the hello and resets", [1220], reset_in_handshake),
    behaviour!(RAW, "tls-silence", "reads the hello and says nothing", [1050, 1000], silence),
    behaviour!(RAW, "tls-garbage", "answers the hello with noise", [1301, 1300], garbage),
    behaviour!(
        RAW,
        "tls-huge-record",
        "answers with a record longer than records may be",
        [1301, 1300, 1010, 1000],
        huge_record
    ),
    behaviour!(RAW, "tls-old-version", "chooses TLS 1.0", [1010, 1300, 1000], old_version),
    behaviour!(RAW, "tls-plain-http", "speaks plain HTTP on a TLS port", [1301], plain_http),
    behaviour!(
        Speaks::Tls(Leaf::Expired),
        "tls-expired",
        "has a certificate that ended in 2020",
        [1000, 1300],
        hello
    ),
    behaviour!(
        Speaks::Tls(Leaf::SelfSigned),
        "tls-self-signed",
        "has a certificate that only it vouches for",
        [1310],
        hello
    ),
    behaviour!(
        Speaks::Tls(Leaf::WrongHost),
        "tls-wrong-host",
        "has a certificate for another host",
        [1311],
        hello
    ),
    behaviour!(
        Speaks::Tls(Leaf::Good),
        "tls-then-plain",
        "makes a proper handshake and goes on in plain text",
        [1301, 1300, 1010, 1000],
        then_plain
    ),
    behaviour!(
        Speaks::Tls(Leaf::Good),
        "tls-no-farewell",
        "ends a body without length by closing, without the word that TLS wants",
        [1000, 0],
        no_farewell
    ),
    behaviour!(
        Speaks::Tls(Leaf::Good),
        "tls-reset-in-body",
        "resets in the middle of a body",
        [1220],
        reset_in_body
    ),
];

async fn alert_on_hello(mut conn: Conn) -> io::Result<()> {
    conn.some(16 << 10).await?;
    // A fatal alert: handshake failure.
    conn.send([21, 3, 3, 0, 2, 2, 40]).await?;
    conn.close().await
}

async fn close_in_handshake(mut conn: Conn) -> io::Result<()> {
    conn.some(16 << 10).await?;
    conn.close().await
}

async fn reset_in_handshake(mut conn: Conn) -> io::Result<()> {
    conn.some(16 << 10).await?;
    conn.reset()
}

async fn silence(mut conn: Conn) -> io::Result<()> {
    conn.silence().await
}

async fn garbage(mut conn: Conn) -> io::Result<()> {
    conn.some(16 << 10).await?;
    conn.send(b"\xde\xad\xbe\xef noise that is no record at all").await?;
    conn.close().await
}

async fn huge_record(mut conn: Conn) -> io::Result<()> {
    conn.some(16 << 10).await?;
    let mut record = vec![22, 3, 3, 0xff, 0xff];
    record.resize(5 + 0xffff, 0);
    conn.send(record).await?;
    conn.close().await
}

async fn old_version(mut conn: Conn) -> io::Result<()> {
    conn.some(16 << 10).await?;
    // A server hello of TLS 1.0: version, random, no session, RSA with AES-128-CBC, no compression.
    let mut hello = vec![2, 0, 0, 38, 3, 1];
    hello.extend_from_slice(&[7; 32]);
    hello.extend_from_slice(&[0, 0, 0x2f, 0]);
    let mut record = vec![22, 3, 1, 0, hello.len() as u8];
    record.extend(hello);
    conn.send(record).await?;
    conn.close().await
}

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";

async fn plain_http(mut conn: Conn) -> io::Result<()> {
    conn.some(16 << 10).await?;
    conn.send("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nthis is a plain port").await?;
    conn.close().await
}

/// Answers in good order, for clients that do not look at the certificate.
async fn hello(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(HELLO).await?;
    conn.close().await
}

async fn then_plain(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send_raw(HELLO.as_bytes()).await?;
    conn.cut().await?;
    conn.silence().await
}

async fn no_farewell(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello").await?;
    conn.cut().await?;
    conn.silence().await
}

async fn reset_in_body(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello").await?;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    conn.reset()
}
