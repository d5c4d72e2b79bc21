//! A connection to a server or proxy, with or without TLS.
//!
//! Main types: [`Stream`], which hides whether there is TLS, and [`Connection`], a stream with what the pool
//! needs to know about it. No protocol is spoken here.

use std::cell::Cell;
use std::future::Future as _;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};

use model::{Clock, Nanos};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::client::Origin;
use crate::error::{Call, Kind};
use crate::socket::{Socket, WallNanos};
use crate::tls::{TlsInfo, TlsStream};
use crate::worker::{Scratch, Worker};

/// A byte stream to a server.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream>),
}

impl Stream {
    pub(crate) fn socket(&self) -> &Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => tls.socket(),
        }
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(tls) => tls.socket_mut(),
        }
    }

    /// When the kernel got the newest byte.
    pub(crate) fn last_stamp(&self) -> Option<WallNanos> {
        self.socket().last_stamp()
    }

    /// What was negotiated; `None` without TLS.
    pub(crate) fn tls(&self) -> Option<&Arc<TlsInfo>> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(tls) => Some(tls.info()),
        }
    }

    /// Receives into the plain part of the scratch buffers.
    pub(crate) fn poll_receive(
        &mut self,
        context: &mut Context<'_>,
        scratch: &mut Scratch,
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(socket) => socket.poll_receive(context, &mut scratch.plain),
            Self::Tls(tls) => {
                let (plain, wire) = scratch.both();
                tls.poll_receive(context, plain, wire)
            }
        }
    }

    /// Takes bytes to send; they are on their way when [`poll_flush`](Self::poll_flush) is ready.
    pub(crate) fn poll_send(
        &mut self,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(socket) => socket.poll_send(context, parts),
            Self::Tls(tls) => tls.poll_send(context, parts),
        }
    }

    pub(crate) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(tls) => tls.poll_flush(context),
        }
    }

    /// Whether nothing is left over that was received.
    pub(crate) fn is_clean(&self) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Tls(tls) => tls.is_clean(),
        }
    }

    /// A failed call as a kind of error.
    pub(crate) fn fault(&self, error: &io::Error, call: Call) -> Kind {
        match crate::tls::fault_of(error) {
            Some(kind) => kind,
            None => Kind::from_io(error, call, (self.socket().local(), Some(self.socket().remote()))),
        }
    }
}

/// A connection that speaks HTTP/1, or that will speak HTTP/2.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: Stream,
    pub(crate) origin: Rc<Origin>,
    /// The server was offered HTTP/2 and chose HTTP/1.
    pub(crate) declined_http2: bool,
    /// Requests that were sent on it.
    pub(crate) served: u64,
    /// Bytes that were sent and received for requests before the present one.
    told: (u64, u64),
    /// A timer that is armed seldom: a request whose deadline lies behind it only moves it when it fires.
    timer: Option<Pin<Box<Sleep>>>,
    /// When the timer fires, as far as is known without a look at it.
    fires: Nanos,
    /// Who the timer will wake.
    watcher: Option<Waker>,
}

impl Connection {
    pub(crate) fn new(stream: Stream, origin: Rc<Origin>, declined_http2: bool) -> Self {
        Self {
            stream,
            origin,
            declined_http2,
            served: 0,
            told: (0, 0),
            timer: None,
            fires: Nanos::ZERO,
            watcher: None,
        }
    }

    pub(crate) fn ends(&self) -> (Option<SocketAddr>, Option<SocketAddr>) {
        let socket = self.stream.socket();
        (socket.local(), Some(socket.remote()))
    }

    /// Bytes that were sent and received since the last time somebody asked: for the present request, and the first one
    /// pays for making the connection.
    pub(crate) fn take_traffic(&mut self) -> (u64, u64) {
        let socket = self.stream.socket();
        let now = (socket.sent(), socket.received());
        let before = std::mem::replace(&mut self.told, now);
        (now.0 - before.0, now.1 - before.1)
    }

    /// Whether an idle connection can take a request, as far as is known.
    pub(crate) fn is_fit(&mut self) -> bool {
        !self.stream.socket_mut().is_disturbed()
    }

    /// Ready when `deadline` has passed. Since `now` no timer may have fired.
    pub(crate) fn poll_deadline(
        &mut self,
        context: &mut Context<'_>,
        deadline: Nanos,
        now: Nanos,
        clock: &Clock,
    ) -> Poll<()> {
        // Nearly every look finds a timer that has not fired and knows whom to wake.
        let is_armed = now < self.fires && self.fires <= deadline;
        if is_armed && self.watcher.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
            return Poll::Pending;
        }
        let wanted = Instant::from_std(clock.instant(deadline));
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(wanted)));
        if !is_armed {
            timer.as_mut().reset(wanted);
            self.fires = deadline;
        }
        self.watcher = Some(context.waker().clone());
        loop {
            ready!(timer.as_mut().poll(context));
            if self.fires >= deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(wanted);
            self.fires = deadline;
        }
    }
}

/// A stream as the runtime's traits see it, for protocols that read by themselves. Leaves the time of the
/// newest bytes where HTTP/2 looks for it.
#[derive(Debug)]
pub(crate) struct Io {
    stream: Stream,
    worker: Rc<Worker>,
    /// The newest stamp on the run's clock; zero when the kernel gave none.
    stamp: Rc<Cell<Nanos>>,
}

impl Io {
    pub(crate) fn new(stream: Stream, worker: Rc<Worker>) -> Self {
        Self { stream, worker, stamp: Rc::default() }
    }

    pub(crate) fn stamp(&self) -> Rc<Cell<Nanos>> {
        Rc::clone(&self.stamp)
    }

    pub(crate) fn into_stream(self) -> Stream {
        self.stream
    }

    fn note_stamp(&self) {
        let placed = self.stream.last_stamp().and_then(|stamp| {
            let seen = self.worker.clock().now();
            self.worker.stamps.place(stamp, Nanos::ZERO, seen)
        });
        self.stamp.set(placed.unwrap_or(Nanos::ZERO));
    }
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let count = match &mut this.stream {
            Stream::Plain(socket) => ready!(socket.poll_receive(context, buffer.initialize_unfilled()))?,
            Stream::Tls(tls) => {
                let mut scratch = this.worker.scratch.borrow_mut();
                let (_, wire) = scratch.both();
                ready!(tls.poll_receive(context, buffer.initialize_unfilled(), wire))?
            }
        };
        buffer.advance(count);
        this.note_stamp();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().stream.poll_send(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let stream = &mut self.get_mut().stream;
        if let Stream::Tls(tls) = stream {
            tls.say_goodbye();
            ready!(tls.poll_flush(context))?;
        }
        Pin::new(stream.socket_mut()).poll_shutdown(context)
    }
}
