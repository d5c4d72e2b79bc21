//! When the frames of each request passed the stream below, and how many bytes they were.
//!
//! Main type: [`Meter`], shared by the tap, which feeds it, and by the requests, which read their [`Edges`].

use std::cell::Cell;
use std::rc::Rc;

use model::{Clock, Nanos};
use rustc_hash::FxHashMap;

use super::frames::{Event, Frame, Scanner};

/// The edges of one request on the run's clock. An edge that was never reached is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Edges {
    /// The connection had a stream free for the request.
    pub opened: Nanos,
    /// The last byte of the request's headers was taken by the stream below.
    pub headers_sent: Nanos,
    /// The last byte of the request was taken by the stream below.
    pub sent: Nanos,
    /// The first frame of the response came in.
    pub first_byte: Nanos,
    /// The last frame of the response came in, or the server's reset.
    pub done: Nanos,
    /// Bytes of the request's frames, compressed headers and frame headers included.
    pub sent_bytes: u64,
    /// Bytes of the response's frames.
    pub received_bytes: u64,
    /// `first_byte` and `done` are the kernel's receive times.
    pub kernel_stamped: bool,
}

#[derive(Debug, Default)]
struct Stream {
    edges: Edges,
    /// The frame that ends the stream was HEADERS, whose block goes on in CONTINUATION frames.
    request_ends: bool,
    response_ends: bool,
}

/// The server's announcement that it closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GoAway {
    pub last_stream: u32,
    pub code: u32,
    pub debug: Vec<u8>,
}

/// All that is known of a connection from the bytes that passed.
#[derive(Debug)]
pub(super) struct Meter {
    clock: Clock,
    kernel_stamp: Option<Rc<Cell<Nanos>>>,
    streams: FxHashMap<u32, Stream>,
    sent: Scanner,
    received: Scanner,
    go_away: Option<GoAway>,
    ended: bool,
    os_error: Option<i32>,
}

impl Meter {
    pub fn new(clock: Clock, kernel_stamp: Option<Rc<Cell<Nanos>>>) -> Self {
        Self {
            clock,
            kernel_stamp,
            streams: FxHashMap::default(),
            sent: Scanner::of_client(),
            received: Scanner::of_server(),
            go_away: None,
            ended: false,
            os_error: None,
        }
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Starts to follow a stream; must happen before its first frame can be written.
    pub fn follow(&mut self, stream: u32, opened: Nanos) {
        self.streams
            .insert(stream, Stream { edges: Edges { opened, ..Edges::default() }, ..Stream::default() });
    }

    pub fn forget(&mut self, stream: u32) -> Edges {
        self.streams.remove(&stream).map(|stream| stream.edges).unwrap_or_default()
    }

    /// Whether the frame that ends the response of `stream` has come in.
    pub fn is_complete(&self, stream: u32) -> bool {
        self.streams.get(&stream).is_some_and(|stream| stream.response_ends)
    }

    #[cfg(test)]
    pub fn followed(&self) -> usize {
        self.streams.len()
    }

    pub const fn go_away(&self) -> Option<&GoAway> {
        self.go_away.as_ref()
    }

    /// Whether the server has ended its side of the byte stream.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    pub const fn os_error(&self) -> Option<i32> {
        self.os_error
    }

    pub fn on_written(&mut self, bytes: &[u8]) {
        let now = OnceNow::new(self.clock);
        let streams = &mut self.streams;
        self.sent.feed(bytes, &mut |event| {
            let Event::End(frame) = event else { return };
            if let Some(stream) = streams.get_mut(&frame.stream) {
                stream.on_sent(&frame, &now);
            }
        });
    }

    pub fn on_read(&mut self, bytes: &[u8]) {
        self.ended |= bytes.is_empty();
        let stamp = self.kernel_stamp.as_ref().map_or(Nanos::ZERO, |stamp| stamp.get());
        let now = OnceNow::new(self.clock);
        let at = || if stamp == Nanos::ZERO { now.get() } else { stamp };
        let Self { streams, go_away, .. } = self;
        self.received.feed(bytes, &mut |event| match event {
            Event::Start(frame) | Event::End(frame) => {
                if let Some(stream) = streams.get_mut(&frame.stream) {
                    stream.on_received(&frame, matches!(event, Event::End(_)), &at);
                    stream.edges.kernel_stamped = stamp != Nanos::ZERO;
                }
            }
            Event::GoAway { last_stream, code, debug } => {
                // A graceful server announces twice; the second time it knows the last stream.
                *go_away = Some(GoAway { last_stream, code, debug });
            }
        });
    }

    pub fn on_error(&mut self, error: &std::io::Error) {
        self.os_error = self.os_error.or(error.raw_os_error());
    }
}

impl Stream {
    fn on_sent(&mut self, frame: &Frame, now: &OnceNow) {
        self.edges.sent_bytes += frame.wire_bytes();
        let is_headers = matches!(frame.kind, Frame::HEADERS | Frame::CONTINUATION);
        if matches!(frame.kind, Frame::HEADERS | Frame::DATA) {
            self.request_ends |= frame.has(Frame::END_STREAM);
        }
        let block_ends = is_headers && frame.has(Frame::END_HEADERS);
        if block_ends && self.edges.headers_sent == Nanos::ZERO {
            self.edges.headers_sent = now.get();
        }
        if self.request_ends && (block_ends || frame.kind == Frame::DATA) {
            self.edges.sent = now.get();
        }
    }

    fn on_received(&mut self, frame: &Frame, is_end: bool, now: &impl Fn() -> Nanos) {
        let is_headers = matches!(frame.kind, Frame::HEADERS | Frame::CONTINUATION);
        if !is_end {
            if is_headers && self.edges.first_byte == Nanos::ZERO {
                self.edges.first_byte = now();
            }
            return;
        }
        self.edges.received_bytes += frame.wire_bytes();
        if self.edges.done != Nanos::ZERO {
            // What follows the end, or a reset, changes nothing.
            return;
        }
        if matches!(frame.kind, Frame::HEADERS | Frame::DATA) {
            self.response_ends |= frame.has(Frame::END_STREAM);
        }
        let is_last = match frame.kind {
            Frame::HEADERS | Frame::CONTINUATION => self.response_ends && frame.has(Frame::END_HEADERS),
            Frame::DATA => self.response_ends,
            Frame::RESET => true,
            _ => false,
        };
        if is_last {
            self.edges.done = now();
        }
    }
}

/// Reads the clock at most once, and only when an edge asks for it.
struct OnceNow {
    clock: Clock,
    read: Cell<Option<Nanos>>,
}

impl OnceNow {
    const fn new(clock: Clock) -> Self {
        Self { clock, read: Cell::new(None) }
    }

    fn get(&self) -> Nanos {
        let now = self.read.get().unwrap_or_else(|| self.clock.now());
        self.read.set(Some(now));
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, stream: u8, length: usize) -> Vec<u8> {
        let mut bytes = vec![0, 0, length as u8, kind, flags, 0, 0, 0, stream];
        bytes.resize(9 + length, 0);
        bytes
    }

    fn meter(stamp: &Rc<Cell<Nanos>>) -> Meter {
        let mut meter = Meter::new(Clock::start(), Some(Rc::clone(stamp)));
        meter.on_written(&[0; 24]);
        meter.follow(1, Nanos(1));
        meter
    }

    #[test]
    fn responses_are_stamped_by_the_kernel() {
        let stamp = Rc::new(Cell::new(Nanos(50)));
        let mut meter = meter(&stamp);
        meter.on_read(&frame(Frame::HEADERS, 0, 1, 5));
        stamp.set(Nanos(60));
        meter.on_read(&frame(Frame::CONTINUATION, Frame::END_HEADERS, 1, 2));
        meter.on_read(&frame(Frame::DATA, 0, 3, 100));
        assert!(!meter.is_complete(1));
        stamp.set(Nanos(70));
        meter.on_read(&frame(Frame::DATA, Frame::END_STREAM, 1, 4)[..12]);
        assert_eq!(meter.streams[&1].edges.done, Nanos::ZERO, "one byte is missing");
        stamp.set(Nanos(80));
        meter.on_read(&[0]);
        assert!(meter.is_complete(1));
        let edges = meter.forget(1);
        assert_eq!(
            (edges.first_byte, edges.done, edges.received_bytes),
            (Nanos(50), Nanos(80), 14 + 11 + 13)
        );
        assert!(edges.kernel_stamped);
        assert_eq!(meter.forget(1), Edges::default());
    }

    #[test]
    fn requests_end_with_their_last_frame() {
        let stamp = Rc::new(Cell::new(Nanos::ZERO));
        let mut meter = meter(&stamp);
        meter.on_written(&frame(Frame::HEADERS, Frame::END_HEADERS, 1, 5));
        let edges = meter.streams[&1].edges;
        assert!(edges.headers_sent > Nanos::ZERO && edges.sent == Nanos::ZERO);
        meter.on_written(&frame(Frame::DATA, Frame::END_STREAM, 1, 5));
        assert!(meter.streams[&1].edges.sent >= edges.headers_sent);
        assert_eq!(meter.forget(1).sent_bytes, 28);
        meter.follow(3, Nanos(1));
        meter.on_written(&frame(Frame::HEADERS, Frame::END_STREAM, 3, 5));
        assert_eq!(meter.streams[&3].edges.sent, Nanos::ZERO, "the block goes on");
        meter.on_written(&frame(Frame::CONTINUATION, Frame::END_HEADERS, 3, 5));
        let edges = meter.forget(3);
        assert!(edges.sent > Nanos::ZERO && edges.sent == edges.headers_sent && !edges.kernel_stamped);
    }

    #[test]
    fn resets_and_announcements() {
        let stamp = Rc::new(Cell::new(Nanos(9)));
        let mut meter = meter(&stamp);
        meter.on_read(&frame(Frame::RESET, 0, 1, 4));
        meter.on_read(&frame(Frame::DATA, Frame::END_STREAM, 1, 4));
        assert!(!meter.is_complete(1), "what follows a reset does not complete the response");
        assert_eq!(meter.forget(1).done, Nanos(9));
        meter.on_read(&frame(Frame::GO_AWAY, 0, 0, 8));
        assert_eq!(meter.go_away(), Some(&GoAway { last_stream: 0, code: 0, debug: vec![] }));
        assert!(!meter.has_ended());
        meter.on_read(&[]);
        assert!(meter.has_ended());
    }
}
