//! TLS over a socket, record by record, so that the kernel's timestamps still mean the bytes they came with.

use std::io::{self, IoSlice, Read as _, Write};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::TlsInfo;
use super::fault::{HandshakeFault, fault};
use crate::error::{Call, Kind};
use crate::socket::Socket;

/// A TLS session on a socket.
#[derive(Debug)]
pub(crate) struct TlsStream {
    socket: Socket,
    session: ClientConnection,
    /// Received, but the session had no room for it yet.
    leftover: Vec<u8>,
    info: Arc<TlsInfo>,
    closed: bool,
}

impl TlsStream {
    /// A session whose handshake is still to be done.
    pub(crate) fn start(
        socket: Socket,
        config: Arc<ClientConfig>,
        name: ServerName<'static>,
    ) -> Result<Self, Kind> {
        let session = ClientConnection::new(config, name).map_err(|error| fault(&error, false))?;
        Ok(Self { socket, session, leftover: Vec::new(), info: Arc::default(), closed: false })
    }

    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(crate) fn socket_mut(&mut self) -> &mut Socket {
        &mut self.socket
    }

    pub(crate) fn info(&self) -> &Arc<TlsInfo> {
        &self.info
    }

    /// The protocol that ALPN chose.
    pub(crate) fn alpn(&self) -> Option<&[u8]> {
        self.session.alpn_protocol()
    }

    /// Goes on with the handshake; ready when application data may flow.
    pub(crate) fn poll_handshake(
        &mut self,
        context: &mut Context<'_>,
        wire: &mut [u8],
    ) -> Poll<Result<(), Kind>> {
        loop {
            if let Err(error) = ready!(self.poll_flush(context)) {
                return Poll::Ready(Err(self.socket_fault(&error, Call::Write)));
            }
            if !self.session.is_handshaking() {
                self.info = Arc::new(TlsInfo::of(&self.session));
                return Poll::Ready(Ok(()));
            }
            let count = match ready!(self.socket.poll_receive(context, wire)) {
                Ok(0) => return Poll::Ready(Err(Kind::Eof)),
                Ok(count) => count,
                Err(error) => return Poll::Ready(Err(self.socket_fault(&error, Call::Read))),
            };
            // Data may follow the handshake in the same read; it waits in the session.
            let early = self.session.protocol_version().is_none();
            if let Err(error) = self.take_in(&wire[..count], &mut []) {
                let kind = super::fault_of(&error).unwrap_or_else(|| self.socket_fault(&error, Call::Read));
                // Tell the peer why, as far as its socket takes it.
                let _ = self.poll_flush(context);
                let not_tls = early && matches!(kind, Kind::NotTls);
                return Poll::Ready(Err(if not_tls { Kind::NotTls } else { kind }));
            }
        }
    }

    fn socket_fault(&self, error: &io::Error, call: Call) -> Kind {
        Kind::from_io(error, call, (self.socket.local(), Some(self.socket.remote())))
    }

    /// Feeds the session with received bytes and takes plain ones out; says how many.
    fn take_in(&mut self, mut wire: &[u8], plain: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        loop {
            count += self.drain(&mut plain[count..])?;
            if wire.is_empty() {
                return Ok(count);
            }
            let before = wire.len();
            match self.session.read_tls(&mut wire) {
                Ok(_) => {}
                // The session is full of plain bytes that nobody has room for: the rest waits its turn.
                Err(_) if count == plain.len() => {
                    self.leftover.extend_from_slice(wire);
                    return Ok(count);
                }
                Err(error) => return Err(error),
            }
            let early = self.session.protocol_version().is_none();
            self.session.process_new_packets().map_err(|error| HandshakeFault::wrap(&error, early))?;
            if wire.len() == before && count == plain.len() {
                self.leftover.extend_from_slice(wire);
                return Ok(count);
            }
        }
    }

    /// Takes out what the session has decrypted.
    fn drain(&mut self, plain: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count < plain.len() {
            match self.session.reader().read(&mut plain[count..]) {
                Ok(0) => {
                    self.closed = true;
                    break;
                }
                Ok(more) => count += more,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// Receives plain bytes; zero means that the peer is done.
    pub(crate) fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
        plain: &mut [u8],
        wire: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let waiting = std::mem::take(&mut self.leftover);
        let count = self.take_in(&waiting, plain)?;
        if count > 0 {
            return Poll::Ready(Ok(count));
        }
        loop {
            if self.closed {
                return Poll::Ready(Ok(0));
            }
            // Keys may have been updated, which the peer wants to be answered.
            if self.session.wants_write() {
                let _ = self.poll_flush(context)?;
            }
            let room = wire.len().min(plain.len().max(4096));
            let received = ready!(self.socket.poll_receive(context, &mut wire[..room]))?;
            if received == 0 {
                // Many servers leave out the farewell of TLS; a body with a length shows whether all came.
                return Poll::Ready(Ok(0));
            }
            let count = self.take_in(&wire[..received], plain)?;
            if count > 0 {
                return Poll::Ready(Ok(count));
            }
        }
    }

    /// Takes plain bytes to send.
    pub(crate) fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut count = 0;
        for part in parts {
            let taken = self.session.writer().write(part)?;
            count += taken;
            if taken < part.len() {
                break;
            }
        }
        if count > 0 || parts.iter().all(|part| part.is_empty()) {
            return Poll::Ready(Ok(count));
        }
        // The session is full of records that wait for the socket.
        ready!(self.poll_flush(context))?;
        self.poll_send(context, parts)
    }

    /// Ready when every record is with the kernel.
    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.session.wants_write() {
            let mut sink = Sink { socket: &mut self.socket, context };
            match self.session.write_tls(&mut sink) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Whether nothing is left over that was received.
    pub(crate) fn is_clean(&self) -> bool {
        self.leftover.is_empty() && !self.closed
    }

    /// Makes the record that ends the session.
    pub(crate) fn say_goodbye(&mut self) {
        self.session.send_close_notify();
    }
}

/// The socket as the session writes to it; remembers to be woken when it is full.
struct Sink<'a, 'b> {
    socket: &'a mut Socket,
    context: &'a mut Context<'b>,
}

impl Write for Sink<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        match self.socket.poll_send(self.context, parts) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
