//! One connection of a rude server, with the few moves that rudeness is made of.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::FLOOD_BYTES;

/// The largest request head that is read.
const MAX_HEAD_BYTES: usize = 256 << 10;
/// How long a client gets to take the end of an answer.
const FAREWELL: Duration = Duration::from_secs(2);

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that was accepted, and made secure where that belongs to it.
pub struct Conn {
    stream: Stream,
}

impl Conn {
    /// A plain connection.
    pub fn plain(stream: TcpStream) -> Self {
        Self { stream: Stream::Plain(stream) }
    }

    /// A connection inside TLS.
    pub fn tls(stream: TlsStream<TcpStream>) -> Self {
        Self { stream: Stream::Tls(Box::new(stream)) }
    }

    fn socket(&mut self) -> &mut TcpStream {
        match &mut self.stream {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => stream.get_mut().0,
        }
    }

    /// The bytes on the wire, past TLS.
    pub async fn send_raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket().write_all(bytes).await
    }

    /// Sends, and sees to it that it leaves.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.write_all(bytes.as_ref()).await?;
        self.flush().await
    }

    /// Reads up to `length` bytes; none at the end.
    pub async fn some(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let read = self.read(&mut bytes).await?;
        bytes.truncate(read);
        Ok(bytes)
    }

    /// Reads a request's head, and no further than its blank line in the packet that holds it.
    pub async fn request(&mut self) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        while head.len() < MAX_HEAD_BYTES {
            let more = self.some(16 << 10).await?;
            if more.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            head.extend_from_slice(&more);
            if head.windows(4).any(|window| window == b"\r\n\r\n") {
                return Ok(head);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    /// Writes the same again and again, up to the bound on floods or until the client has enough.
    pub async fn flood(&mut self, piece: &[u8]) -> io::Result<()> {
        // Larger writes, so that the flood is the client's trouble and not this server's.
        let batch = piece.repeat((64_usize << 10).div_ceil(piece.len().max(1)));
        let mut written = 0;
        while written < FLOOD_BYTES {
            self.write_all(&batch).await?;
            written += batch.len();
        }
        self.flush().await
    }

    /// Ends the connection with a reset.
    pub fn reset(mut self) -> io::Result<()> {
        self.socket().set_zero_linger()
    }

    /// Ends this side only; the client's side stays open for reading.
    pub async fn half_close(&mut self) -> io::Result<()> {
        self.shutdown().await
    }

    /// Ends this side of the bare socket, inside TLS without a word of farewell.
    pub async fn cut(&mut self) -> io::Result<()> {
        self.socket().shutdown().await
    }

    /// Ends the connection in an orderly way: what was sent arrives, because nothing is left unread.
    pub async fn close(mut self) -> io::Result<()> {
        self.half_close().await?;
        // Who does not hang up in time is cut off.
        let _ = tokio::time::timeout(FAREWELL, self.silence()).await;
        Ok(())
    }

    /// Says nothing and reads whatever comes, until the client hangs up.
    pub async fn silence(&mut self) -> io::Result<()> {
        let mut bytes = vec![0; 16 << 10];
        while self.read(&mut bytes).await? > 0 {}
        Ok(())
    }
}

impl AsyncRead for Conn {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Conn {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
