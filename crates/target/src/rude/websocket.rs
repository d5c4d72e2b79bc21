//! Rude about WebSocket: handshakes that are none, frames against the rules, ends without a word.

use std::io;
use std::time::Duration;

use flate2::{Compress, Compression, FlushCompress};

use super::conn::Conn;
use super::{Behaviour, Speaks, behaviour};
use crate::websocket::accept_key;

const WS: Speaks = Speaks::WebSocket;

/// Behaviours about WebSocket. They have no error codes of requests, so that nothing is expected of those.
pub const TABLE: &[Behaviour] = &[
    behaviour!(WS, "ws-wrong-accept", "accepts another client's key", [0], wrong_accept),
    behaviour!(WS, "ws-no-upgrade", "agrees without saying to what", [0], no_upgrade),
    behaviour!(WS, "ws-answers-page", "answers the handshake with a page", [0], answers_page),
    behaviour!(WS, "ws-refuses", "answers the handshake with 403", [0], refuses),
    behaviour!(WS, "ws-no-answer", "reads the handshake and closes", [0], no_answer),
    behaviour!(WS, "ws-not-http", "answers the handshake with what is not HTTP", [0], not_http),
    behaviour!(WS, "ws-masked", "masks a frame, which only clients may", [0], masked),
    behaviour!(WS, "ws-oversized", "announces a frame of 4 EiB", [0], oversized),
    behaviour!(WS, "ws-long-ping", "sends a ping of 126 bytes", [0], long_ping),
    behaviour!(WS, "ws-fragmented-ping", "cuts a ping into fragments", [0], fragmented_ping),
    behaviour!(WS, "ws-bad-opcode", "sends a frame of a kind that does not exist", [0], bad_opcode),
    behaviour!(WS, "ws-packed-unasked", "sends a packed frame without an agreement", [0], packed_unasked),
    behaviour!(WS, "ws-stray-fragment", "goes on with a message that never began", [0], stray_fragment),
    behaviour!(WS, "ws-nested-message", "begins a message inside another", [0], nested_message),
    behaviour!(WS, "ws-endless-message", "sends fragments without end", [0], endless_message),
    behaviour!(WS, "ws-silent-close", "closes without a close frame", [0], silent_close),
    behaviour!(WS, "ws-reset-in-message", "sends half a frame and resets", [0], reset_in_message),
    behaviour!(WS, "ws-not-utf8", "sends a text that is not UTF-8", [0], not_utf8),
    behaviour!(WS, "ws-close-not-utf8", "closes for a reason that is not UTF-8", [0], close_not_utf8),
    behaviour!(WS, "ws-bad-close-code", "closes with a code that nobody may send", [0], bad_close_code),
    behaviour!(WS, "ws-bomb", "sends 256 KB that unpack to 256 MB", [0], bomb),
    behaviour!(WS, "ws-bad-deflate", "sends a packed frame that is no deflate data", [0], bad_deflate),
    behaviour!(
        WS,
        "ws-unknown-extension",
        "agrees to a parameter that nobody offered",
        [0],
        unknown_extension
    ),
    behaviour!(WS, "ws-deaf", "agrees and then neither reads nor says anything", [0], deaf),
    behaviour!(
        WS,
        "ws-packed-echo",
        "agrees to pack messages and sends them back; not rude",
        [0],
        packed_echo
    ),
    behaviour!(WS, "ws-trickle", "sends a greeting one byte at a time; not rude", [0], trickle),
];

const PACKED: &str = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";

/// Reads the handshake and gives its key.
async fn key(conn: &mut Conn) -> io::Result<String> {
    let head = String::from_utf8_lossy(&conn.request().await?).into_owned();
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let key = fields.find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key"));
    key.map(|(_, key)| key.to_owned()).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn agreement(key: &str, more: &str) -> String {
    let accept = accept_key(key);
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{more}\r\n"
    )
}

/// Agrees like anybody would.
async fn agree(conn: &mut Conn, more: &str) -> io::Result<()> {
    let key = key(conn).await?;
    conn.send(agreement(&key, more)).await
}

/// Agrees, sends these bytes and waits for the client to leave.
async fn say(mut conn: Conn, bytes: &[u8]) -> io::Result<()> {
    agree(&mut conn, "").await?;
    conn.send(bytes).await?;
    conn.silence().await
}

/// Answers the handshake with something else and closes.
async fn answer(mut conn: Conn, answer: &str) -> io::Result<()> {
    conn.request().await?;
    conn.send(answer).await?;
    conn.close().await
}

async fn wrong_accept(mut conn: Conn) -> io::Result<()> {
    key(&mut conn).await?;
    conn.send(agreement("dGhlIHNhbXBsZSBub25jZQ==", "")).await?;
    conn.silence().await
}

async fn no_upgrade(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n").await
}

async fn answers_page(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\n<p>welcome</p>")
        .await
}

async fn refuses(conn: Conn) -> io::Result<()> {
    answer(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 7\r\n\r\nnot you").await
}

async fn no_answer(mut conn: Conn) -> io::Result<()> {
    conn.request().await?;
    conn.close().await
}

async fn not_http(conn: Conn) -> io::Result<()> {
    answer(conn, "What? I only speak in riddles.\r\n\r\n").await
}

async fn masked(conn: Conn) -> io::Result<()> {
    say(conn, &[0x81, 0x82, 0, 0, 0, 0, b'h', b'i']).await
}

async fn oversized(conn: Conn) -> io::Result<()> {
    say(conn, &[0x82, 127, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]).await
}

async fn long_ping(conn: Conn) -> io::Result<()> {
    say(conn, &[&[0x89, 126, 0, 126][..], &[b'p'; 126]].concat()).await
}

async fn fragmented_ping(conn: Conn) -> io::Result<()> {
    say(conn, &[0x09, 1, b'a', 0x80, 1, b'b']).await
}

async fn bad_opcode(conn: Conn) -> io::Result<()> {
    say(conn, &[0x83, 0]).await
}

async fn packed_unasked(conn: Conn) -> io::Result<()> {
    say(conn, &[0xc1, 1, 0]).await
}

async fn stray_fragment(conn: Conn) -> io::Result<()> {
    say(conn, &[0x80, 1, b'x']).await
}

async fn nested_message(conn: Conn) -> io::Result<()> {
    say(conn, &[0x01, 1, b'a', 0x81, 1, b'b']).await
}

async fn endless_message(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, "").await?;
    let rest = [&[0x00, 127, 0, 0, 0, 0, 0, 1, 0, 0][..], &[b'x'; 1 << 16]].concat();
    conn.send([0x01, 0]).await?;
    // Somewhat more than a client should take.
    for _ in 0..3 {
        conn.flood(&rest).await?;
    }
    conn.silence().await
}

async fn silent_close(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, "").await?;
    conn.close().await
}

async fn reset_in_message(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, "").await?;
    conn.send([0x81, 10, b'h', b'a', b'l', b'f']).await?;
    // The half should arrive before the reset does.
    tokio::time::sleep(Duration::from_millis(50)).await;
    conn.reset()
}

async fn not_utf8(conn: Conn) -> io::Result<()> {
    say(conn, &[0x81, 3, b'a', 0xff, b'b']).await
}

async fn close_not_utf8(conn: Conn) -> io::Result<()> {
    say(conn, &[0x88, 3, 0x03, 0xe8, 0xff]).await
}

async fn bad_close_code(conn: Conn) -> io::Result<()> {
    say(conn, &[0x88, 2, 0x03, 0xed]).await
}

/// A binary frame that says it is packed.
fn packed(data: &[u8]) -> Vec<u8> {
    [&[0xc2, 127][..], &(data.len() as u64).to_be_bytes(), data].concat()
}

async fn bomb(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, PACKED).await?;
    let zeros = vec![0; 1 << 20];
    let mut pack = Compress::new(Compression::best(), false);
    let mut data = Vec::with_capacity(1 << 20);
    for _ in 0..256 {
        let before = pack.total_in();
        while pack.total_in() - before < zeros.len() as u64 {
            let taken = usize::try_from(pack.total_in() - before).unwrap_or(usize::MAX);
            pack.compress_vec(&zeros[taken..], &mut data, FlushCompress::None)?;
            data.reserve(1 << 12);
        }
    }
    pack.compress_vec(&[], &mut data, FlushCompress::Sync)?;
    conn.send(packed(&data)).await?;
    conn.silence().await
}

async fn bad_deflate(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, PACKED).await?;
    conn.send(packed(b"\xff\xff\xff\xff\xff")).await?;
    conn.silence().await
}

async fn unknown_extension(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=9\r\n").await?;
    conn.silence().await
}

async fn deaf(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, "").await?;
    tokio::time::sleep(super::CONNECTION_LIMIT).await;
    conn.close().await
}

async fn packed_echo(mut conn: Conn) -> io::Result<()> {
    agree(&mut conn, PACKED).await?;
    loop {
        let Some(frame) = short_frame(&mut conn).await? else { return Ok(()) };
        conn.send(&frame).await?;
        if frame[0] & 0x0f == 8 {
            return conn.close().await;
        }
    }
}

/// A client's frame of up to 65,535 bytes, unmasked; none at the end.
async fn short_frame(conn: &mut Conn) -> io::Result<Option<Vec<u8>>> {
    use tokio::io::AsyncReadExt as _;
    let mut head = [0; 2];
    if conn.read_exact(&mut head).await.is_err() {
        return Ok(None);
    }
    let mut frame = vec![head[0], head[1] & 0x7f];
    let mut length = usize::from(frame[1]);
    if length == 126 {
        let mut more = [0; 2];
        conn.read_exact(&mut more).await?;
        frame.extend(more);
        length = usize::from(u16::from_be_bytes(more));
    }
    let (mut mask, mut data) = ([0; 4], vec![0; length]);
    conn.read_exact(&mut mask).await?;
    conn.read_exact(&mut data).await?;
    frame.extend(data.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    Ok(Some(frame))
}

async fn trickle(mut conn: Conn) -> io::Result<()> {
    let key = key(&mut conn).await?;
    let bytes = [agreement(&key, "").as_bytes(), b"\x01\x03hel\x89\x01!\x80\x02lo\x88\x02\x03\xe8"].concat();
    for byte in bytes {
        conn.send([byte]).await?;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    conn.silence().await
}
