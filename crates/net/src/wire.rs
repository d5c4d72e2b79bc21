//! A connection as a stream of bytes for HTTP/2, whose task reads and writes on its own.
//!
//! Main type: [`Wire`]. It leaves what it learns on the way (arrival times, byte counts below TLS) in a shared
//! [`Gauge`], because the connection itself is out of reach once its task has it.

use std::cell::Cell;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use model::Nanos;
use rustls::ClientConnection;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::socket::Socket;
use crate::tls::Records;

/// Bytes that are sealed before they are written.
const SEALED_AT_ONCE: usize = 64 * 1024;

/// What a [`Wire`] has seen.
#[derive(Default)]
pub(crate) struct Gauge {
    /// When the kernel had the bytes of the latest read.
    pub(crate) stamp: Rc<Cell<Nanos>>,
    sent: Cell<u64>,
    received: Cell<u64>,
}

impl Gauge {
    /// Counts bytes that went another way.
    pub(crate) fn add(&self, sent: u64, received: u64) {
        self.sent.set(self.sent.get() + sent);
        self.received.set(self.received.get() + received);
    }

    /// Bytes sent and received since the last call. Requests that share a connection claim them as they end, so
    /// that the sum is exact though the frames of the others are in it.
    pub(crate) fn claim(&self) -> (u64, u64) {
        (self.sent.take(), self.received.take())
    }
}

/// A connected socket, with TLS on it or not.
pub(crate) struct Wire {
    socket: Socket,
    tls: Option<Box<Session>>,
    gauge: Rc<Gauge>,
}

struct Session {
    state: ClientConnection,
    records: Records,
    /// Sealed bytes that wait for the socket, and how many of them are already written.
    sealed: Vec<u8>,
    written: usize,
}

impl Wire {
    /// Takes over a socket, after the handshake if it has TLS on it.
    pub(crate) fn new(socket: Socket, tls: Option<(ClientConnection, Records)>) -> (Self, Rc<Gauge>) {
        let gauge = Rc::new(Gauge::default());
        gauge.add(socket.sent_bytes, socket.received_bytes);
        let tls =
            tls.map(|(state, records)| Box::new(Session { state, records, sealed: Vec::new(), written: 0 }));
        (Self { socket, tls, gauge: gauge.clone() }, gauge)
    }
}

fn receive(
    socket: &mut Socket,
    gauge: &Gauge,
    cx: &mut Context<'_>,
    room: &mut [u8],
) -> Poll<io::Result<usize>> {
    let arrival = ready!(socket.poll_read(cx, room))?;
    gauge.received.set(gauge.received.get() + arrival.bytes as u64);
    gauge.stamp.set(arrival.at);
    Poll::Ready(Ok(arrival.bytes))
}

fn transmit(
    socket: &mut Socket,
    gauge: &Gauge,
    cx: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>> {
    let written = ready!(socket.poll_write(cx, bytes))?;
    gauge.sent.set(gauge.sent.get() + written as u64);
    Poll::Ready(Ok(written))
}

impl Session {
    /// Writes what is sealed.
    fn drain(&mut self, socket: &mut Socket, gauge: &Gauge, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.state.wants_write() {
            self.state.write_tls(&mut self.sealed)?;
        }
        while self.written < self.sealed.len() {
            let count = ready!(transmit(socket, gauge, cx, &self.sealed[self.written..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += count;
        }
        self.sealed.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }

    fn read(
        &mut self,
        socket: &mut Socket,
        gauge: &Gauge,
        cx: &mut Context<'_>,
        room: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self.state.reader().read(room) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // A close without TLS's own goodbye: HTTP/2 has one of its own.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Poll::Ready(Ok(0)),
                other => return Poll::Ready(other),
            }
            if !self.records.has_more() {
                let count = ready!(receive(socket, gauge, cx, self.records.room()))?;
                if count == 0 {
                    return Poll::Ready(Ok(0));
                }
                self.records.fill(count);
            }
            let fed = self.records.feed(&mut self.state);
            if self.state.wants_write() {
                // An answer of TLS's own; if it cannot leave at once, the next write takes it along.
                let _ = self.drain(socket, gauge, cx)?;
            }
            fed.map_err(io::Error::other)?;
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { socket, tls, gauge } = &mut *self;
        let room = buffer.initialize_unfilled();
        if room.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let count = ready!(match tls {
            Some(session) => session.read(socket, gauge, cx, room),
            None => receive(socket, gauge, cx, room),
        })?;
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Self { socket, tls, gauge } = &mut *self;
        let Some(session) = tls else { return transmit(socket, gauge, cx, bytes) };
        ready!(session.drain(socket, gauge, cx))?;
        let taken = session.state.writer().write(&bytes[..bytes.len().min(SEALED_AT_ONCE)])?;
        // What does not leave at once waits for the next write or flush.
        let _ = session.drain(socket, gauge, cx)?;
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { socket, tls, gauge } = &mut *self;
        match tls {
            Some(session) => session.drain(socket, gauge, cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(session) = &mut self.tls {
            session.state.send_close_notify();
        }
        ready!(self.as_mut().poll_flush(cx))?;
        Poll::Ready(self.socket.shut_down())
    }
}
