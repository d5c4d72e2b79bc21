//! One request and its response over one connection, with the times of both.

use std::io::{self, IoSlice};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use model::Nanos;

use super::{Decoder, Head};
use crate::connection::Connection;
use crate::error::{Call, Kind};
use crate::socket::WallNanos;
use crate::trail::Trail;
use crate::worker::Worker;

/// A whole response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) head: Head,
    pub(crate) body: Bytes,
    /// The connection can take another request.
    pub(crate) reusable: bool,
}

/// An exchange that did not end in a whole response.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    /// Nothing of a response came, and the reason is that the connection went away.
    pub(crate) lost_unanswered: bool,
    /// Not a byte of the request was written.
    pub(crate) unwritten: bool,
    /// The head of a response came; what of the body came with it.
    pub(crate) partial_body: Option<Bytes>,
    /// The status in that head.
    pub(crate) status: Option<u16>,
}

/// How often one look at the socket reads, while there is more.
const READS_MAX: usize = 16;

/// What is sent before the body.
pub(crate) enum Heading<'a> {
    /// It was written before.
    Lent(&'a [u8]),
    /// It goes back to the worker once it is sent: users that wait for a response must not keep one each.
    Own(Vec<u8>),
}

impl Heading<'_> {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Lent(bytes) => bytes,
            Self::Own(bytes) => bytes,
        }
    }
}

/// An exchange under way.
pub(crate) struct Exchange<'a> {
    connection: &'a mut Connection,
    worker: &'a Worker,
    head: Heading<'a>,
    body: &'a [u8],
    deadline: Nanos,
    /// How long the head of the response may take once the request is written.
    head_patience: Nanos,
    trail: &'a mut Trail,
    progress: Progress,
    decoder: Decoder,
}

/// How far an exchange has come, the response aside.
#[derive(Default, Debug)]
pub(crate) struct Progress {
    written: usize,
    flushed: bool,
    /// Writing failed; a response may have come before that.
    write_error: Option<io::Error>,
    first_stamp: Option<WallNanos>,
    last_stamp: Option<WallNanos>,
    /// Bytes came after the end of the response.
    excess: bool,
    /// The peer closed its side.
    closed: bool,
    received: bool,
}

impl Progress {
    /// The request is written, and nothing has come yet.
    pub(crate) fn of_written() -> Self {
        Self { written: usize::MAX, flushed: true, ..Self::default() }
    }
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(
        connection: &'a mut Connection,
        worker: &'a Worker,
        (head, body): (Heading<'a>, &'a [u8]),
        (deadline, head_patience): (Nanos, Nanos),
        trail: &'a mut Trail,
        (progress, decoder): (Progress, Decoder),
    ) -> Self {
        Self { connection, worker, head, body, deadline, head_patience, trail, progress, decoder }
    }

    /// Whether all is written and nothing has come, so that there is nothing to remember but when it was sent.
    pub(crate) fn is_waiting(&self) -> bool {
        self.progress.flushed && !self.progress.received
    }

    /// What it takes to go on with it later.
    pub(crate) fn into_state(self) -> (Progress, Decoder) {
        (self.progress, self.decoder)
    }

    /// When the exchange is given up, as things stand.
    fn patience_ends(&self) -> Nanos {
        if self.head_patience == Nanos::MAX || !self.progress.flushed || self.decoder.has_head() {
            return self.deadline;
        }
        self.deadline.min(self.trail.sent + self.head_patience)
    }

    /// Writes the request and reads the response, until both are through or one cannot be.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Kind>> {
        let was_written = self.progress.flushed;
        let writing = self.poll_write(context);
        if let Poll::Ready(Err(error)) = writing {
            self.progress.write_error = Some(error);
        }
        match self.poll_read(context) {
            Poll::Ready(outcome) => Poll::Ready(outcome),
            Poll::Pending => {
                let ends = self.patience_ends();
                let clock = self.worker.clock();
                // What was just sent tells the time well enough: no timer fires before this returns.
                let just_sent = self.progress.flushed && !was_written;
                let now = if just_sent { self.trail.sent } else { clock.now() };
                ready!(self.connection.poll_deadline(context, ends, now, &clock));
                Poll::Ready(Err(Kind::RequestTimeout))
            }
        }
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.progress.flushed || self.progress.write_error.is_some() {
            return Poll::Ready(Ok(()));
        }
        let total = self.head.bytes().len() + self.body.len();
        while self.progress.written < total {
            let written = self.progress.written;
            let head = self.head.bytes();
            let body = &self.body[written.saturating_sub(head.len())..];
            let head = &head[written.min(head.len())..];
            let parts = [IoSlice::new(head), IoSlice::new(body)];
            let parts = match (head.is_empty(), body.is_empty()) {
                (true, _) => &parts[1..],
                (false, true) => &parts[..1],
                (false, false) => &parts[..],
            };
            match ready!(self.connection.stream.poll_send(context, parts)) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(count) => self.progress.written += count,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        ready!(self.connection.stream.poll_flush(context))?;
        self.progress.flushed = true;
        if let Heading::Own(head) = std::mem::replace(&mut self.head, Heading::Lent(&[])) {
            self.worker.return_head(head);
        }
        self.trail.sent = self.worker.clock().now();
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Kind>> {
        let mut scratch = self.worker.scratch.borrow_mut();
        for _ in 0..READS_MAX {
            let count = match ready!(self.connection.stream.poll_receive(context, &mut scratch)) {
                Ok(0) => return Poll::Ready(self.end()),
                Ok(count) => count,
                Err(error) => return Poll::Ready(Err(self.read_error(&error))),
            };
            self.note_arrival();
            let mut known = self.worker.known_heads.borrow_mut();
            let taken = self.decoder.feed_knowing(&scratch.plain[..count], Some(&mut known));
            match taken {
                Ok(taken) if self.decoder.is_done() => {
                    self.progress.excess = taken < count;
                    return Poll::Ready(Ok(()));
                }
                Ok(_) => {}
                Err(kind) => return Poll::Ready(Err(kind)),
            }
        }
        // A server that sends faster than we read must neither starve the other users nor outrun its deadline.
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Takes the time of the bytes that just came.
    fn note_arrival(&mut self) {
        let stamp = self.connection.stream.last_stamp();
        self.progress.last_stamp = stamp;
        if !self.progress.received {
            self.progress.received = true;
            self.progress.first_stamp = stamp;
            if stamp.is_none() {
                self.trail.first_byte = self.worker.clock().now();
            }
        }
    }

    /// The peer is done sending.
    fn end(&mut self) -> Result<(), Kind> {
        self.progress.closed = true;
        match self.decoder.end() {
            Err(Kind::Eof) => Err(self.write_fault().unwrap_or(Kind::Eof)),
            other => other,
        }
    }

    /// Why writing failed, when it did.
    fn write_fault(&self) -> Option<Kind> {
        self.progress
            .write_error
            .as_ref()
            .map(|error| Kind::from_io(error, Call::Write, self.connection.ends()))
    }

    fn read_error(&self, error: &io::Error) -> Kind {
        match self.write_fault().filter(|_| self.decoder.is_untouched()) {
            Some(kind) => kind,
            None => self.connection.stream.fault(error, Call::Read),
        }
    }

    /// The outcome, with the last edges of the trail.
    pub(crate) fn finish(self, outcome: Result<(), Kind>) -> Result<Reply, Failure> {
        let Self { worker, trail, progress, decoder, connection, .. } = self;
        let seen = worker.clock().now();
        trail.seen = seen;
        trail.done = seen;
        trail.kernel_stamped = false;
        if progress.received {
            let since = trail.connected;
            let place =
                |stamp: Option<WallNanos>| stamp.and_then(|stamp| worker.stamps.place(stamp, since, seen));
            let first = place(progress.first_stamp);
            let last =
                if progress.last_stamp == progress.first_stamp { first } else { place(progress.last_stamp) };
            match (first, last) {
                (Some(first), Some(last)) => {
                    trail.first_byte = first;
                    // A failure is noticed when it is, not when the last byte before it came.
                    if outcome.is_ok() {
                        trail.done = last.max(first);
                        trail.kernel_stamped = true;
                    }
                }
                _ if trail.first_byte == Nanos::ZERO => trail.first_byte = seen,
                _ => {}
            }
        }
        let untouched = decoder.is_untouched();
        let complete = progress.flushed;
        let (head, body) = decoder.into_parts();
        match (outcome, head) {
            (Ok(()), Some(head)) => {
                // A response to half a request leaves the rest of it in the way of the next.
                let quiet = !progress.excess && !progress.closed && connection.stream.is_clean();
                let reusable = head.keep_alive && complete && quiet;
                Ok(Reply { head, body, reusable })
            }
            (outcome, head) => {
                let kind = outcome.err().unwrap_or(Kind::UnexpectedEof);
                Err(Failure {
                    lost_unanswered: untouched && matches!(kind, Kind::Eof | Kind::Socket { .. }),
                    unwritten: progress.written == 0,
                    status: head.as_ref().map(|head| head.status),
                    partial_body: head.map(|_| body),
                    kind,
                })
            }
        }
    }
}
