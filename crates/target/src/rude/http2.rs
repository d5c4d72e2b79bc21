//! Rude in HTTP/2: floods, resets, farewells and frames against the rules.

use std::io;

use super::conn::Conn;
use super::frames::{
    H2, Manners, STATUS_200, code, field, flag, frame, goaway, head, kind, rst_stream, setting,
};
use super::{Behaviour, Speaks, behaviour};

const HTTP2: Speaks = Speaks::Http2;

/// Behaviours in HTTP/2. Codes: 1610 and up is `GOAWAY` plus reason, 1630 a stream's, 1650 the connection's.
pub const TABLE: &[Behaviour] = &[
    behaviour!(
        HTTP2,
        "h2-goaway-at-once",
        "says farewell before the first request is answered",
        [1611, 1610, 1600, 1000],
        goaway_at_once
    ),
    behaviour!(
        HTTP2,
        "h2-goaway-mid-stream",
        "says farewell with an internal error in mid-body",
        [1613, 1610, 1600, 1000],
        goaway_mid_stream
    ),
    behaviour!(
        HTTP2,
        "h2-goaway-graceful",
        "says farewell and finishes the stream, as it may",
        [0],
        goaway_graceful
    ),
    behaviour!(
        HTTP2,
        "h2-goaway-calm",
        "says farewell because the client is too busy",
        [1622, 1610, 1600, 1000],
        goaway_calm
    ),
    behaviour!(
        HTTP2,
        "h2-rst-each-stream",
        "resets every stream with an internal error",
        [1633, 1630],
        rst_each_stream
    ),
    behaviour!(HTTP2, "h2-rst-refused", "refuses every stream", [1638, 1630, 1000], rst_refused),
    behaviour!(HTTP2, "h2-rst-mid-body", "resets the stream in mid-body", [1633, 1630], rst_mid_body),
    behaviour!(
        HTTP2,
        "h2-rst-flood",
        "resets streams that nobody opened, without end",
        [1652, 1650, 1600, 1000, 1050],
        rst_flood
    ),
    behaviour!(HTTP2, "h2-close-mid-body", "closes the connection in mid-body", [1000, 1600], close_mid_body),
    behaviour!(
        HTTP2,
        "h2-reset-mid-body",
        "resets the connection in mid-body",
        [1220, 1600, 1000],
        reset_mid_body
    ),
    behaviour!(HTTP2, "h2-silence", "never answers", [1050], silence),
    behaviour!(HTTP2, "h2-silence-in-body", "sends half the body and nothing more", [1050], silence_in_body),
    behaviour!(
        HTTP2,
        "h2-zero-window",
        "never grants any window: bodies cannot be sent",
        [0, 1050],
        zero_window
    ),
    behaviour!(
        HTTP2,
        "h2-window-overflow",
        "grants more window than there may be",
        [1654, 1650, 1634, 1630, 1600, 1000],
        window_overflow
    ),
    behaviour!(
        HTTP2,
        "h2-continuation-flood",
        "sends a head that never ends",
        [1662, 1650, 1600, 1000],
        continuation_flood
    ),
    behaviour!(
        HTTP2,
        "h2-settings-flood",
        "sends settings without end",
        [1662, 1650, 1600, 1000, 1050],
        settings_flood
    ),
    behaviour!(HTTP2, "h2-ping-flood", "sends pings without end", [1662, 1650, 1600, 1000, 1050], ping_flood),
    behaviour!(
        HTTP2,
        "h2-empty-data-flood",
        "sends empty pieces of a body without end",
        [1662, 1650, 1600, 1000, 1050],
        empty_data_flood
    ),
    behaviour!(
        HTTP2,
        "h2-frame-too-large",
        "sends a frame larger than was agreed",
        [1657, 1650, 1600, 1000],
        frame_too_large
    ),
    behaviour!(
        HTTP2,
        "h2-settings-bad-length",
        "sends settings of a length that cannot be",
        [1657, 1650, 1600, 1000],
        settings_bad_length
    ),
    behaviour!(
        HTTP2,
        "h2-headers-too-large",
        "sends a head of 16 MB",
        [1000, 1600, 1630, 1650, 1662],
        headers_too_large
    ),
    behaviour!(
        HTTP2,
        "h2-headers-garbage",
        "sends a head that does not unpack",
        [1660, 1650, 1600, 1000],
        headers_garbage
    ),
    behaviour!(
        HTTP2,
        "h2-headers-uppercase",
        "sends a header name in capitals",
        [1632, 1630, 1600, 1000],
        headers_uppercase
    ),
    behaviour!(HTTP2, "h2-no-status", "sends a head without a status", [1632, 1630, 1600, 1000], no_status),
    behaviour!(
        HTTP2,
        "h2-data-on-closed",
        "goes on with the body of an answer that had ended",
        [0],
        data_on_closed
    ),
    behaviour!(
        HTTP2,
        "h2-data-before-headers",
        "sends a body without a head",
        [1632, 1630, 1652, 1650, 1600, 1000],
        data_before_headers
    ),
    behaviour!(
        HTTP2,
        "h2-length-too-long",
        "announces 100 bytes and sends 5",
        [1632, 1630, 1600, 1000],
        length_too_long
    ),
    behaviour!(
        HTTP2,
        "h2-push-unasked",
        "pushes though the client does not take pushes",
        [1652, 1650, 1600, 1000],
        push_unasked
    ),
    behaviour!(
        HTTP2,
        "h2-no-settings",
        "answers without having sent settings",
        [1652, 1650, 1600, 1000, 0],
        no_settings
    ),
    behaviour!(HTTP2, "h2-http1-answer", "answers in HTTP/1.1", [1600, 1650, 1657, 1652, 1000], http1_answer),
    behaviour!(
        HTTP2,
        "h2-interim-flood",
        "sends 103 heads without end",
        [1000, 1600, 1630, 1650, 1662, 1050],
        interim_flood
    ),
];

/// Half of a body of ten bytes.
fn half_body(stream: u32) -> Vec<u8> {
    [head(stream, 0), frame(kind::DATA, 0, stream, b"01234")].concat()
}

/// A whole answer.
fn whole(stream: u32) -> Vec<u8> {
    [head(stream, 0), frame(kind::DATA, flag::END_STREAM, stream, b"hello")].concat()
}

async fn goaway_at_once(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    h2.send(goaway(0, code::NO_ERROR)).await?;
    h2.conn.close().await
}

async fn goaway_mid_stream(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    let stream = h2.request().await?;
    h2.send([half_body(stream), goaway(0, code::INTERNAL_ERROR)].concat()).await?;
    h2.conn.close().await
}

async fn goaway_graceful(conn: Conn) -> io::Result<()> {
    H2::once(conn, |stream| [goaway(stream, code::NO_ERROR), whole(stream)].concat()).await
}

async fn goaway_calm(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    h2.request().await?;
    h2.send(goaway(0, code::ENHANCE_YOUR_CALM)).await?;
    h2.conn.close().await
}

/// Ends every stream in the same way, up to a bound.
async fn rst_all(conn: Conn, code: u32) -> io::Result<()> {
    /// Far more than a test opens on one connection.
    const STREAMS: usize = 100_000;
    let mut h2 = H2::open(conn).await?;
    for _ in 0..STREAMS {
        let stream = h2.request().await?;
        h2.send(rst_stream(stream, code)).await?;
    }
    h2.conn.close().await
}

async fn rst_each_stream(conn: Conn) -> io::Result<()> {
    rst_all(conn, code::INTERNAL_ERROR).await
}

async fn rst_refused(conn: Conn) -> io::Result<()> {
    rst_all(conn, code::REFUSED_STREAM).await
}

async fn rst_mid_body(conn: Conn) -> io::Result<()> {
    H2::once(conn, |stream| [half_body(stream), rst_stream(stream, code::INTERNAL_ERROR)].concat()).await
}

async fn rst_flood(conn: Conn) -> io::Result<()> {
    H2::flooded(conn, |stream| rst_stream(stream + 2, code::INTERNAL_ERROR)).await
}

async fn close_mid_body(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    let stream = h2.request().await?;
    h2.send(half_body(stream)).await?;
    h2.conn.close().await
}

async fn reset_mid_body(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    let stream = h2.request().await?;
    h2.send(half_body(stream)).await?;
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    h2.conn.reset()
}

async fn silence(conn: Conn) -> io::Result<()> {
    H2::once(conn, |_| Vec::new()).await
}

async fn silence_in_body(conn: Conn) -> io::Result<()> {
    H2::once(conn, half_body).await
}

/// Requests without a body are answered; those with one wait for ever.
async fn zero_window(conn: Conn) -> io::Result<()> {
    /// `SETTINGS_INITIAL_WINDOW_SIZE`
    const INITIAL_WINDOW: u16 = 4;
    let mut h2 = H2::silent(conn).await?;
    h2.send(frame(kind::SETTINGS, 0, 0, &setting(INITIAL_WINDOW, 0))).await?;
    for _ in 0..100_000 {
        let (stream, ended) = h2.request_and_end(Manners::Polite).await?;
        if ended {
            h2.send(whole(stream)).await?;
        }
    }
    h2.conn.close().await
}

async fn window_overflow(conn: Conn) -> io::Result<()> {
    let most = 0x7fff_ffff_u32.to_be_bytes();
    H2::once(conn, |_| frame(kind::WINDOW_UPDATE, 0, 0, &most).repeat(2)).await
}

async fn continuation_flood(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    let stream = h2.request().await?;
    h2.send(frame(kind::HEADERS, 0, stream, &[STATUS_200])).await?;
    let piece = field("x-and-another", "one of a great many headers that never come to an end");
    h2.conn.flood(&frame(kind::CONTINUATION, 0, stream, &piece)).await?;
    h2.conn.silence().await
}

async fn settings_flood(conn: Conn) -> io::Result<()> {
    H2::flooded(conn, |_| frame(kind::SETTINGS, 0, 0, &[])).await
}

async fn ping_flood(conn: Conn) -> io::Result<()> {
    H2::flooded(conn, |_| frame(kind::PING, 0, 0, b"are you?")).await
}

async fn empty_data_flood(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    let stream = h2.request().await?;
    h2.send(head(stream, 0)).await?;
    h2.conn.flood(&frame(kind::DATA, 0, stream, &[])).await?;
    h2.conn.silence().await
}

async fn frame_too_large(conn: Conn) -> io::Result<()> {
    // Clients agree to 16 KiB unless they say otherwise, and none says 16 MB less one.
    let body = vec![b'x'; 0xff_ffff];
    H2::once(conn, |stream| [head(stream, 0), frame(kind::DATA, 0, stream, &body)].concat()).await
}

async fn settings_bad_length(conn: Conn) -> io::Result<()> {
    H2::once(conn, |_| frame(kind::SETTINGS, 0, 0, &[0; 5])).await
}

async fn headers_too_large(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::open(conn).await?;
    let stream = h2.request().await?;
    h2.send(frame(kind::HEADERS, 0, stream, &[STATUS_200])).await?;
    let piece = frame(kind::CONTINUATION, 0, stream, &field("x-large", &"v".repeat(16_000)));
    for _ in 0..1024 {
        h2.send(&piece).await?;
    }
    h2.send(frame(kind::CONTINUATION, flag::END_HEADERS, stream, &field("x-last", "1"))).await?;
    h2.send(frame(kind::DATA, flag::END_STREAM, stream, b"hello")).await?;
    h2.conn.silence().await
}

async fn headers_garbage(conn: Conn) -> io::Result<()> {
    // An index far behind the end of the table.
    H2::once(conn, |stream| frame(kind::HEADERS, flag::END_HEADERS, stream, &[0xff, 0xff, 0xff, 0x7f])).await
}

async fn headers_uppercase(conn: Conn) -> io::Result<()> {
    let block = [vec![STATUS_200], field("X-Capital", "1")].concat();
    let flags = flag::END_HEADERS | flag::END_STREAM;
    H2::once(conn, |stream| frame(kind::HEADERS, flags, stream, &block)).await
}

async fn no_status(conn: Conn) -> io::Result<()> {
    let flags = flag::END_HEADERS | flag::END_STREAM;
    H2::once(conn, |stream| frame(kind::HEADERS, flags, stream, &field("x-only", "1"))).await
}

async fn data_on_closed(conn: Conn) -> io::Result<()> {
    H2::once(conn, |stream| [whole(stream), frame(kind::DATA, 0, stream, b"more")].concat()).await
}

async fn data_before_headers(conn: Conn) -> io::Result<()> {
    H2::once(conn, |stream| frame(kind::DATA, flag::END_STREAM, stream, b"hello")).await
}

async fn length_too_long(conn: Conn) -> io::Result<()> {
    let block = [vec![STATUS_200], field("content-length", "100")].concat();
    H2::once(conn, |stream| {
        let head = frame(kind::HEADERS, flag::END_HEADERS, stream, &block);
        [head, frame(kind::DATA, flag::END_STREAM, stream, b"hello")].concat()
    })
    .await
}

async fn push_unasked(conn: Conn) -> io::Result<()> {
    // Promised stream 2, with `:status 200` where a request should stand.
    let promise = [0, 0, 0, 2, STATUS_200];
    H2::once(conn, |stream| frame(kind::PUSH_PROMISE, flag::END_HEADERS, stream, &promise)).await
}

async fn no_settings(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::silent(conn).await?;
    let (stream, _) = h2.request_and_end(Manners::Mute).await?;
    h2.send(whole(stream)).await?;
    h2.conn.silence().await
}

async fn http1_answer(conn: Conn) -> io::Result<()> {
    let mut h2 = H2::silent(conn).await?;
    h2.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await?;
    h2.conn.close().await
}

async fn interim_flood(conn: Conn) -> io::Result<()> {
    H2::flooded(conn, |stream| frame(kind::HEADERS, flag::END_HEADERS, stream, &field(":status", "103")))
        .await
}
