//! Rude about where a body ends: lengths that lie, chunks that break, answers that run into one another.

use std::io;

use super::conn::Conn;
use super::{Behaviour, Speaks, behaviour};

const H1: Speaks = Speaks::Http1;
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Behaviours about lengths and chunks.
pub const TABLE: &[Behaviour] = &[
    behaviour!(H1, "length-too-long", "announces 100 bytes, sends 10 and closes", [1000], length_too_long),
    behaviour!(
        H1,
        "length-too-short",
        "announces 5 bytes and sends 10; what is over must not become the next answer",
        [0],
        length_too_short
    ),
    behaviour!(H1, "length-negative", "announces -5 bytes", [1000], length_negative),
    behaviour!(H1, "length-not-a-number", "announces five bytes in words", [1000], length_not_a_number),
    behaviour!(
        H1,
        "length-too-large",
        "announces more bytes than 64 bits can count",
        [1000],
        length_too_large
    ),
    // A client that bounds its bodies need not wait for one that it would refuse in the end.
    behaviour!(
        H1,
        "length-of-1-gb",
        "announces 1 GB, sends 64 KiB and nothing more",
        [1000, 1050],
        length_of_1_gb
    ),
    behaviour!(H1, "two-lengths", "announces 5 bytes and 6 bytes", [1000], two_lengths),
    behaviour!(H1, "length-and-chunks", "announces a length and sends chunks", [0, 1000], length_and_chunks),
    behaviour!(
        H1,
        "body-without-length",
        "sends a body that ends with the connection, as it may",
        [0],
        no_length
    ),
    behaviour!(H1, "body-on-204", "sends a body behind a 204", [0], body_on_204),
    behaviour!(H1, "two-answers", "answers one request twice", [0], two_answers),
    behaviour!(
        H1,
        "unknown-transfer",
        "sends a transfer encoding that nobody knows",
        [1000],
        unknown_transfer
    ),
    behaviour!(H1, "chunk-size-garbage", "sends a chunk size that is no number", [1000], chunk_size_garbage),
    behaviour!(H1, "chunk-size-negative", "sends a chunk of -5 bytes", [1000], chunk_size_negative),
    behaviour!(H1, "chunk-size-huge", "sends a chunk size beyond 64 bits", [1000], chunk_size_huge),
    behaviour!(
        H1,
        "chunk-without-crlf",
        "leaves out the line end behind a chunk",
        [1000],
        chunk_without_crlf
    ),
    behaviour!(
        H1,
        "chunk-extension-endless",
        "sends a chunk extension without end",
        [1000],
        chunk_extension_endless
    ),
    behaviour!(
        H1,
        "chunk-bomb",
        "sends one-byte chunks with long extensions without end: much wire, little body",
        [1000],
        chunk_bomb
    ),
    behaviour!(H1, "chunks-cut", "closes in the middle of the chunks", [1000], chunks_cut),
    behaviour!(H1, "chunk-cut", "closes in the middle of a chunk", [1000], chunk_cut),
    behaviour!(H1, "endless-trailers", "sends trailers without end", [1000], endless_trailers),
    behaviour!(H1, "endless-body", "sends a body without end (64 MB here)", [0, 1000, 1050], endless_body),
];

/// Reads a request, sends an answer as it stands, and closes.
async fn answer(mut conn: Conn, answer: impl AsRef<[u8]>) -> io::Result<()> {
    conn.request().await?;
    conn.send(answer).await?;
    conn.close().await
}

/// An answer with these lengths and a body of ten bytes.
async fn lengths(conn: Conn, lengths: &str) -> io::Result<()> {
    answer(conn, format!("HTTP/1.1 200 OK\r\n{lengths}\r\n0123456789")).await
}

async fn length_too_long(conn: Conn) -> io::Result<()> {
    lengths(conn, "Content-Length: 100\r\n").await
}

/// The connection stays open, so that a second request shows what the client made of the rest.
async fn length_too_short(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 500 Not Yours\r\nContent-Length: 0\r\n\r\n").await?;
    conn.silence().await
}

async fn length_negative(conn: Conn) -> io::Result<()> {
    lengths(conn, "Content-Length: -5\r\n").await
}

async fn length_not_a_number(conn: Conn) -> io::Result<()> {
    lengths(conn, "Content-Length: five\r\n").await
}

async fn length_too_large(conn: Conn) -> io::Result<()> {
    lengths(conn, "Content-Length: 99999999999999999999999\r\n").await
}

async fn length_of_1_gb(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n").await?;
    conn.send(vec![b'x'; 64 << 10]).await?;
    conn.silence().await
}

async fn two_lengths(conn: Conn) -> io::Result<()> {
    lengths(conn, "Content-Length: 5\r\nContent-Length: 6\r\n").await
}

async fn length_and_chunks(conn: Conn) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
    answer(conn, format!("{head}5\r\nhello\r\n0\r\n\r\n")).await
}

async fn no_length(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello").await
}

async fn body_on_204(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello").await?;
    conn.silence().await
}

async fn two_answers(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    let second = "HTTP/1.1 500 Not Yours\r\nContent-Length: 5\r\n\r\nwrong";
    conn.send(format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello{second}")).await?;
    conn.silence().await
}

async fn unknown_transfer(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: sparkle\r\n\r\nhello").await
}

async fn chunk_size_garbage(conn: Conn) -> io::Result<()> {
    answer(conn, format!("{CHUNKED}five\r\nhello\r\n0\r\n\r\n")).await
}

async fn chunk_size_negative(conn: Conn) -> io::Result<()> {
    answer(conn, format!("{CHUNKED}-5\r\nhello\r\n0\r\n\r\n")).await
}

async fn chunk_size_huge(conn: Conn) -> io::Result<()> {
    answer(conn, format!("{CHUNKED}ffffffffffffffffffff\r\nhello\r\n0\r\n\r\n")).await
}

async fn chunk_without_crlf(conn: Conn) -> io::Result<()> {
    answer(conn, format!("{CHUNKED}5\r\nhello0\r\n\r\n")).await
}

async fn chunk_extension_endless(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(format!("{CHUNKED}5;")).await?;
    conn.flood(b"an=extension;that=goes;on=and;on=").await?;
    conn.close().await
}

async fn chunk_bomb(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(CHUNKED).await?;
    conn.flood(format!("1;{}\r\nx\r\n", "e".repeat(1000)).as_bytes()).await?;
    conn.send("0\r\n\r\n").await?;
    conn.close().await
}

async fn chunks_cut(conn: Conn) -> io::Result<()> {
    answer(conn, format!("{CHUNKED}5\r\nhello\r\n")).await
}

async fn chunk_cut(conn: Conn) -> io::Result<()> {
    answer(conn, format!("{CHUNKED}5\r\nhe")).await
}

async fn endless_trailers(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send(format!("{CHUNKED}5\r\nhello\r\n0\r\n")).await?;
    conn.flood(b"X-Trailer: one of a great many trailers that never come to an end\r\n").await?;
    conn.close().await
}

async fn endless_body(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n").await?;
    conn.flood(&[b'x'; 1 << 10]).await?;
    conn.close().await
}
