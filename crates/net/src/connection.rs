//! A connection: a socket, with TLS on it or not.

use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::Arc;

use model::Nanos;
use rustls::ClientConnection;

use crate::buffer::Buffer;
use crate::error::{Error, Kind};
use crate::socket::{Arrival, Socket};
use crate::tls::{self, Records, TlsInfo};
use crate::wire::{Gauge, Wire};

/// A connection that requests go over.
pub(crate) struct Connection {
    pub(crate) socket: Socket,
    tls: Option<Box<Session>>,
    /// How many requests went over it.
    pub(crate) used: u64,
}

struct Session {
    state: ClientConnection,
    info: Arc<TlsInfo>,
    records: Records,
    /// When the bytes of the latest read arrived.
    at: Nanos,
}

impl Connection {
    pub(crate) fn plain(socket: Socket) -> Self {
        Self { socket, tls: None, used: 0 }
    }

    /// Shakes hands on a fresh socket.
    pub(crate) async fn secure(mut socket: Socket, mut state: ClientConnection) -> Result<Self, Error> {
        let mut records = Records::default();
        let mut first_bytes = Vec::new();
        while state.is_handshaking() {
            flush(&mut socket, &mut state).await.map_err(|error| broken(&socket, false, error))?;
            if !state.is_handshaking() || !state.wants_read() {
                continue;
            }
            let arrival = socket.read(records.room()).await.map_err(|error| broken(&socket, true, error))?;
            if arrival.bytes == 0 {
                return Err(broken(&socket, true, io::ErrorKind::UnexpectedEof.into()));
            }
            records.fill(arrival.bytes);
            if first_bytes.len() < 8 {
                first_bytes.extend_from_slice(records.first());
            }
            if let Err(error) = records.feed(&mut state) {
                // The other side deserves to know why.
                let _ = flush(&mut socket, &mut state).await;
                return Err(tls::failure(error, &first_bytes));
            }
        }
        flush(&mut socket, &mut state).await.map_err(|error| broken(&socket, false, error))?;
        let info = Arc::new(tls::info(&state));
        Ok(Self { socket, tls: Some(Box::new(Session { state, info, records, at: Nanos::ZERO })), used: 0 })
    }

    /// What is known of its TLS.
    pub(crate) fn tls_info(&self) -> Option<&Arc<TlsInfo>> {
        self.tls.as_ref().map(|session| &session.info)
    }

    /// Whether both sides agreed on HTTP/2.
    pub(crate) fn agreed_on_h2(&self) -> bool {
        self.tls.as_ref().is_some_and(|session| session.state.alpn_protocol() == Some(b"h2"))
    }

    /// The same connection as a stream of bytes.
    pub(crate) fn into_wire(self) -> (Wire, Rc<Gauge>) {
        Wire::new(self.socket, self.tls.map(|session| (session.state, session.records)))
    }

    /// Writes everything.
    pub(crate) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(session) = &mut self.tls else { return self.socket.write_all(bytes).await };
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = session.state.writer().write(rest)?;
            rest = &rest[taken..];
            flush(&mut self.socket, &mut session.state).await?;
        }
        Ok(())
    }

    /// Reads some bytes into `buffer`; none means that the other side has closed.
    pub(crate) async fn read(&mut self, buffer: &mut Buffer) -> Result<Arrival, Error> {
        let Some(session) = &mut self.tls else {
            let arrival = self.socket.read(buffer.room()).await;
            let arrival = arrival.map_err(|error| broken(&self.socket, true, error))?;
            buffer.advance(arrival.bytes);
            return Ok(arrival);
        };
        loop {
            match session.state.reader().read(buffer.room()) {
                Ok(bytes) => {
                    buffer.advance(bytes);
                    return Ok(Arrival { bytes, at: session.at });
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // A close without TLS's own goodbye: what it means is for the caller to say.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Ok(Arrival { bytes: 0, at: session.at });
                }
                Err(error) => return Err(broken(&self.socket, true, error)),
            }
            if !session.records.has_more() {
                let arrival = self.socket.read(session.records.room()).await;
                let arrival = arrival.map_err(|error| broken(&self.socket, true, error))?;
                session.at = arrival.at;
                if arrival.bytes == 0 {
                    return Ok(arrival);
                }
                session.records.fill(arrival.bytes);
            }
            session
                .records
                .feed(&mut session.state)
                .map_err(|error| tls::failure(error, session.records.first()))?;
        }
    }

    /// Lets go of what an idle connection does not need.
    pub(crate) fn rest(&mut self) {
        if let Some(session) = &mut self.tls {
            session.records.rest();
        }
    }
}

async fn flush(socket: &mut Socket, state: &mut ClientConnection) -> io::Result<()> {
    let mut out = Vec::new();
    while state.wants_write() {
        state.write_tls(&mut out)?;
    }
    if out.is_empty() { Ok(()) } else { socket.write_all(&out).await }
}

/// The error of a socket that broke.
pub(crate) fn broken(socket: &Socket, reading: bool, error: io::Error) -> Error {
    Error::new(Kind::Broken {
        reading,
        error,
        local: socket.local.to_string(),
        remote: socket.remote.to_string(),
    })
}
