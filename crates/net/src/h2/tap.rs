//! A byte stream that tells the meter what passes.
//!
//! Main type: [`Tap`]. It changes nothing of what passes.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::meter::Meter;

/// The stream below a connection, watched.
#[derive(Debug)]
pub(super) struct Tap<T> {
    below: T,
    meter: Rc<RefCell<Meter>>,
}

impl<T> Tap<T> {
    pub const fn new(below: T, meter: Rc<RefCell<Meter>>) -> Self {
        Self { below, meter }
    }

    /// Keeps an error's number, which HTTP/2 does not hand on to its streams.
    fn note<V>(&self, result: io::Result<V>) -> io::Result<V> {
        if let Err(error) = &result {
            self.meter.borrow_mut().on_error(error);
        }
        result
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Tap<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = ready!(Pin::new(&mut self.below).poll_read(cx, buffer));
        self.note(result)?;
        if buffer.capacity() > before {
            self.meter.borrow_mut().on_read(&buffer.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Tap<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = ready!(Pin::new(&mut self.below).poll_write(cx, bytes));
        let written = self.note(result)?;
        self.meter.borrow_mut().on_written(&bytes[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = ready!(Pin::new(&mut self.below).poll_write_vectored(cx, slices));
        let written = self.note(result)?;
        let mut meter = self.meter.borrow_mut();
        let mut left = written;
        for slice in slices {
            let taken = left.min(slice.len());
            meter.on_written(&slice[..taken]);
            left -= taken;
            if left == 0 {
                break;
            }
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.below.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = ready!(Pin::new(&mut self.below).poll_flush(cx));
        Poll::Ready(self.note(result))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.below).poll_shutdown(cx)
    }
}
