//! One request and its response on a connection.
//!
//! It sends the body while it already reads the answer, since servers may answer early; it decides when an
//! ended stream is a whole response and what a broken one is called.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;

use bytes::{Bytes, BytesMut};
use h2::client::ResponseFuture;
use h2::{RecvStream, SendStream};
use http::HeaderMap;

use super::connection::Shared;
use super::error::{Error, Kind};
use super::meter::{Edges, Meter};
use super::request::Request;

/// What a caller wants of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most body bytes to accept; more ends the stream with an error.
    pub body_bytes_max: usize,
    /// Whether the body is kept; a discarded one is read all the same.
    pub keep_body: bool,
}

/// A whole response.
#[derive(Debug)]
pub struct Response {
    /// The final status; informational ones are passed over.
    pub status: u16,
    /// Names in lower case; repeats are separate.
    pub headers: HeaderMap,
    /// As sent, compression included; empty when discarded.
    pub body: Bytes,
    /// Bytes of body that came in, kept or not.
    pub body_bytes: usize,
    /// Headers behind the body.
    pub trailers: Option<HeaderMap>,
}

/// The stream of one request: gives back its place on the connection when dropped, however the request ended.
struct Stream<'a> {
    shared: &'a Shared,
    id: u32,
    edges: &'a Cell<Edges>,
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        self.edges.set(self.shared.meter.borrow_mut().forget(self.id));
    }
}

/// Sends `request` on a connection that has a place for it.
pub(super) async fn exchange(
    shared: &Shared,
    request: Request,
    limits: Limits,
    edges: &Cell<Edges>,
) -> Result<Response, Error> {
    let Request { head, body } = request;
    let has_body = !body.is_empty();
    let opened = shared.meter.borrow().clock().now();
    edges.set(Edges { opened, ..Edges::default() });
    let (response, upload) = shared
        .sender
        .clone()
        .send_request(head, !has_body)
        .map_err(|error| explain(error, &shared.meter.borrow(), None))?;
    let id = response.stream_id().as_u32();
    // Nothing is written before the connection's task runs, so that no frame escapes the meter.
    shared.meter.borrow_mut().follow(id, opened);
    let stream = Stream { shared, id, edges };
    let mut download = pin!(stream.receive(response, limits));
    if has_body {
        let mut upload = pin!(send_body(upload, body));
        tokio::select! {
            biased;
            result = &mut download => return result,
            // Done or failed: if failed, the download says why, and it may be a whole early answer.
            _ = &mut upload => {}
        }
    }
    download.await
}

impl Stream<'_> {
    async fn receive(&self, response: ResponseFuture, limits: Limits) -> Result<Response, Error> {
        let (head, mut stream) = response.await.map_err(|error| self.explain(error))?.into_parts();
        let mut body = Body::new(limits);
        while let Some(chunk) = stream.data().await {
            match chunk {
                Ok(chunk) => {
                    release(&mut stream, chunk.len());
                    body.push(chunk)?;
                }
                Err(error) if self.is_mere_stop(&error) => break,
                Err(error) => return Err(self.explain(error)),
            }
        }
        let trailers = match stream.trailers().await {
            Ok(trailers) => trailers,
            Err(error) if self.is_mere_stop(&error) => None,
            Err(error) => return Err(self.explain(error)),
        };
        let Body { received: body_bytes, .. } = body;
        Ok(Response {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.finish(),
            body_bytes,
            trailers,
        })
    }

    /// Whether the server reset a stream that it had answered in full, as it may to stop an upload. No other
    /// error is forgiven at the end of a response: the library may have found it malformed.
    fn is_mere_stop(&self, error: &h2::Error) -> bool {
        error.is_reset() && error.is_remote() && self.shared.meter.borrow().is_complete(self.id)
    }

    fn explain(&self, error: h2::Error) -> Error {
        explain(error, &self.shared.meter.borrow(), Some(self.id))
    }
}

/// Grants the server as many bytes as were just taken.
fn release(stream: &mut RecvStream, bytes: usize) {
    // It fails only on a stream that is already gone, which the next read reports.
    let _ = stream.flow_control().release_capacity(bytes);
}

/// Sends `body` as the server's windows allow; `Err` when the stream ended before.
async fn send_body(mut stream: SendStream<Bytes>, mut body: Bytes) -> Result<(), h2::Error> {
    while !body.is_empty() {
        stream.reserve_capacity(body.len());
        let Some(granted) = poll_fn(|cx| stream.poll_capacity(cx)).await else { return Ok(()) };
        let piece = body.split_to(granted?.min(body.len()));
        if !piece.is_empty() {
            stream.send_data(piece, body.is_empty())?;
        }
    }
    Ok(())
}

/// A body in the making: one chunk is kept as it came, several are copied together.
struct Body {
    limits: Limits,
    received: usize,
    single: Bytes,
    joined: BytesMut,
}

impl Body {
    fn new(limits: Limits) -> Self {
        Self { limits, received: 0, single: Bytes::new(), joined: BytesMut::new() }
    }

    fn push(&mut self, chunk: Bytes) -> Result<(), Error> {
        self.received += chunk.len();
        if self.received > self.limits.body_bytes_max {
            return Err(Error::new(Kind::BodyTooLarge { limit: self.limits.body_bytes_max }));
        }
        if !self.limits.keep_body || chunk.is_empty() {
            return Ok(());
        }
        if self.single.is_empty() && self.joined.is_empty() {
            self.single = chunk;
            return Ok(());
        }
        let single = std::mem::take(&mut self.single);
        self.joined.extend_from_slice(&single);
        self.joined.extend_from_slice(&chunk);
        Ok(())
    }

    fn finish(self) -> Bytes {
        if self.joined.is_empty() { self.single } else { self.joined.freeze() }
    }
}

/// Finds the name of what happened, from the library's error and from what the meter saw pass.
pub(super) fn explain(error: h2::Error, meter: &Meter, stream: Option<u32>) -> Error {
    let announced = meter.go_away();
    let beyond = announced.is_some_and(|told| stream.is_none_or(|id| id > told.last_stream));
    let code = error.reason().map_or(0, u32::from);
    let kind = if error.is_reset() {
        Kind::Stream { stream: stream.unwrap_or_default(), code, by_server: error.is_remote() }
    } else if error.is_go_away() && error.is_library() {
        Kind::Connection { code }
    } else if let Some(told) = announced.filter(|_| error.is_go_away() || error.is_io() || stream.is_none()) {
        let debug = String::from_utf8_lossy(&told.debug).into_owned();
        Kind::GoAway { last_stream: told.last_stream, code: told.code, debug }
    } else if error.is_io() {
        Kind::Io(io_error(error, meter))
    } else if stream.is_none() {
        Kind::Unusable
    } else {
        Kind::Other(error.to_string())
    };
    let refused = matches!(kind, Kind::Stream { code, by_server: true, .. } if code == u32::from(h2::Reason::REFUSED_STREAM));
    Error { kind, unprocessed: refused || beyond || stream.is_none() }
}

/// The error of the stream below: its own number, or the plain end that the library words as a broken pipe.
fn io_error(error: h2::Error, meter: &Meter) -> std::io::Error {
    if let Some(number) = meter.os_error() {
        return std::io::Error::from_raw_os_error(number);
    }
    if meter.has_ended() {
        return std::io::ErrorKind::UnexpectedEof.into();
    }
    error.into_io().unwrap_or_else(|| std::io::ErrorKind::Other.into())
}
