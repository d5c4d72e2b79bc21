//! A TCP connection that knows when the kernel got each byte.
//!
//! Main type: [`Socket`]. It reads with as few system calls as a request allows (one), counts the bytes on
//! the wire and remembers the kernel's receive timestamp of the newest one. What the bytes mean is decided
//! above it.

#[cfg_attr(target_os = "linux", path = "receive_linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "receive_other.rs")]
mod receive;
mod stamp;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

pub(crate) use receive::enable_stamps;
pub(crate) use stamp::StampClock;
pub use stamp::WallNanos;

/// A connected TCP socket.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    local: Option<SocketAddr>,
    remote: SocketAddr,
    /// Receive timestamps were asked of the kernel.
    stamped: bool,
    last_stamp: Option<WallNanos>,
    received: u64,
    sent: u64,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, remote: SocketAddr, stamped: bool) -> Self {
        let local = stream.local_addr().ok();
        Self { stream, local, remote, stamped, last_stamp: None, received: 0, sent: 0 }
    }

    /// Our end; `None` when the kernel would not say.
    #[must_use]
    pub fn local(&self) -> Option<SocketAddr> {
        self.local
    }

    /// Their end.
    #[must_use]
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// When the kernel got the newest byte that was received; `None` when it did not say.
    #[must_use]
    pub fn last_stamp(&self) -> Option<WallNanos> {
        self.last_stamp
    }

    /// Bytes received since the connection was made.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Bytes sent since the connection was made.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Receives into `buffer`; zero bytes mean that the peer is done.
    ///
    /// # Errors
    /// The kernel's; never `WouldBlock`.
    pub fn poll_receive(&mut self, context: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            match self.try_receive(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.stream.poll_read_ready(context))?;
                }
                other => return Poll::Ready(other),
            }
        }
    }

    /// Receives what is there.
    fn try_receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len();
        let mut short = None;
        let (stream, stamped) = (&self.stream, self.stamped);
        let outcome = stream.try_io(Interest::READABLE, || {
            let got = receive::receive(stream, stamped, buffer)?;
            // A read that did not fill the buffer has emptied the socket. Saying "would block" here makes
            // the runtime forget its readiness, which spares a read that only finds that out.
            if got.0 > 0 && got.0 < room {
                short = Some(got);
                return Err(io::ErrorKind::WouldBlock.into());
            }
            Ok(got)
        });
        let (count, stamp) = match (short, outcome) {
            (Some(got), _) => got,
            (None, outcome) => outcome?,
        };
        if count > 0 {
            self.last_stamp = stamp;
            self.received += count as u64;
        }
        Ok(count)
    }

    /// Whether an idle connection has something to say, which is never good: the peer closed it, or sent
    /// what nobody asked for.
    pub(crate) fn is_disturbed(&mut self) -> bool {
        let mut byte = [0];
        let stream = &self.stream;
        let seen = stream.try_io(Interest::READABLE, || receive::peek(stream, &mut byte));
        !matches!(seen, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Gives as much of `buffers` to the kernel as it takes.
    ///
    /// # Errors
    /// The kernel's; never `WouldBlock`.
    pub fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self.try_send(buffers) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready!(self.stream.poll_write_ready(context))?;
                }
                other => return Poll::Ready(other),
            }
        }
    }

    /// Gives as much of `buffers` to the kernel as it takes now.
    ///
    /// # Errors
    /// The kernel's; `WouldBlock` when its buffer is full.
    pub(crate) fn try_send(&mut self, buffers: &[io::IoSlice<'_>]) -> io::Result<usize> {
        let count = match buffers {
            [one] => self.stream.try_write(one)?,
            many => self.stream.try_write_vectored(many)?,
        };
        self.sent += count as u64;
        Ok(count)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let count = ready!(self.get_mut().poll_receive(context, buffer.initialize_unfilled()))?;
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().poll_send(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().poll_send(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
