//! Reading a response from whatever pieces the network makes of it.

use bytes::Bytes;

use super::Limits;
use super::chunked::{Chunked, Step};
use super::head::{self, Framing, Head};
use super::known::KnownHeads;
use crate::error::Kind;

/// What is known of a response before it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expect {
    /// The request's method has responses without bodies: `HEAD`.
    pub(crate) no_body: bool,
    /// The body is counted and dropped.
    pub(crate) discard: bool,
    pub(crate) limits: Limits,
}

/// Reads one response. The same bytes give the same result however they are cut.
#[derive(Debug)]
pub(crate) struct Decoder {
    expect: Expect,
    state: State,
    /// An unfinished head; it stays empty when the head comes in one piece.
    pending: Vec<u8>,
    head: Option<Head>,
    body: Body,
    informational: u8,
}

#[derive(Debug)]
enum State {
    Head,
    Length(u64),
    Chunked(Chunked),
    UntilClose,
    Done,
}

/// The body so far.
#[derive(Debug)]
enum Body {
    Growing(Vec<u8>),
    Whole(Bytes),
}

/// Informational responses before the final one; a server that sends more is not serious.
const INFORMATIONAL_MAX: u8 = 5;
/// How much room is made for a body at first, whatever its length: that is only a claim.
const TRUSTED_LENGTH: usize = 1 << 20;

impl Decoder {
    pub(crate) fn new(expect: Expect) -> Self {
        Self {
            expect,
            state: State::Head,
            pending: Vec::new(),
            head: None,
            body: Body::Growing(Vec::new()),
            informational: 0,
        }
    }

    /// Whether the response is complete.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Whether the head of the response came.
    pub(crate) fn has_head(&self) -> bool {
        self.head.is_some()
    }

    /// Whether anything of a response came.
    pub(crate) fn is_untouched(&self) -> bool {
        self.head.is_none() && self.pending.is_empty() && self.informational == 0
    }

    /// Takes the next bytes; says how many of them belong to the response, which are all unless it is done.
    pub(crate) fn feed(&mut self, input: &[u8]) -> Result<usize, Kind> {
        self.feed_knowing(input, None)
    }

    /// The same with heads that came before; one that comes in one piece is looked for there, and remembered.
    pub(crate) fn feed_knowing(
        &mut self,
        input: &[u8],
        mut known: Option<&mut KnownHeads>,
    ) -> Result<usize, Kind> {
        let mut taken = 0;
        while taken < input.len() && !self.is_done() {
            let rest = &input[taken..];
            taken += match &mut self.state {
                State::Head => self.feed_head(rest, known.as_deref_mut())?,
                State::Length(left) => {
                    let left = *left;
                    let count = left.min(rest.len() as u64) as usize;
                    self.take_fixed(&rest[..count], left)?;
                    count
                }
                State::Chunked(chunked) => match chunked.step(rest)? {
                    Step::Data(count) => {
                        let step = chunked.expected().min(TRUSTED_LENGTH).max(self.kept());
                        self.grow(&rest[..count], step)?;
                        count
                    }
                    Step::Framing(count) => count,
                    Step::Done(count) => {
                        self.state = State::Done;
                        count
                    }
                },
                State::UntilClose => {
                    self.grow(rest, self.kept())?;
                    rest.len()
                }
                State::Done => 0,
            };
        }
        Ok(taken)
    }

    /// The peer sends no more.
    pub(crate) fn end(&mut self) -> Result<(), Kind> {
        match self.state {
            State::Done => Ok(()),
            State::UntilClose => {
                self.state = State::Done;
                Ok(())
            }
            State::Head if self.is_untouched() => Err(Kind::Eof),
            State::Head => Err(Kind::Malformed("unexpected EOF".to_owned())),
            State::Length(_) | State::Chunked(_) => Err(Kind::UnexpectedEof),
        }
    }

    fn feed_head(&mut self, input: &[u8], mut known: Option<&mut KnownHeads>) -> Result<usize, Kind> {
        let limits = self.expect.limits;
        if self.pending.is_empty() {
            if let Some((head, length)) = known.as_deref_mut().and_then(|known| known.recall(input)) {
                self.begin_body(head)?;
                return Ok(length);
            }
            if let Some((head, length)) = head::parse(input, &limits)? {
                if let Some(known) = known {
                    known.remember(&head);
                }
                self.begin_body(head)?;
                return Ok(length);
            }
            self.pending.extend_from_slice(input);
        } else {
            let before = self.pending.len();
            self.pending.extend_from_slice(input);
            // Without another line there is nothing new to read, but for the limit.
            if (input.contains(&b'\n') || self.pending.len() > limits.head_bytes)
                && let Some((head, length)) = head::parse(&self.pending, &limits)?
            {
                self.pending = Vec::new();
                self.begin_body(head)?;
                return Ok(length - before);
            }
        }
        Ok(input.len())
    }

    fn begin_body(&mut self, head: Head) -> Result<(), Kind> {
        if head.is_informational() {
            self.informational += 1;
            if self.informational > INFORMATIONAL_MAX {
                return Err(Kind::Malformed("net/http: too many 1xx informational responses".to_owned()));
            }
            return Ok(());
        }
        self.state = match head.framing {
            _ if self.expect.no_body || head.is_bodiless() => State::Done,
            Framing::Length(0) => State::Done,
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::Chunked(Chunked::new()),
            Framing::UntilClose => State::UntilClose,
        };
        self.head = Some(head);
        Ok(())
    }

    fn take_fixed(&mut self, data: &[u8], left: u64) -> Result<(), Kind> {
        let whole =
            matches!(&self.body, Body::Growing(sofar) if sofar.is_empty()) && data.len() as u64 == left;
        if whole && !self.expect.discard {
            self.check_size(left)?;
            self.body = Body::Whole(Bytes::copy_from_slice(data));
        } else {
            let step = usize::try_from(left).unwrap_or(usize::MAX).min(TRUSTED_LENGTH.max(self.kept()));
            self.grow(data, step)?;
        }
        let left = left - data.len() as u64;
        self.state = if left == 0 { State::Done } else { State::Length(left) };
        Ok(())
    }

    /// Appends to the body. When it needs room, it gets some for `step` bytes.
    fn grow(&mut self, data: &[u8], step: usize) -> Result<(), Kind> {
        if self.expect.discard {
            return Ok(());
        }
        let Body::Growing(body) = &mut self.body else { return Ok(()) };
        if body.capacity() - body.len() < data.len() {
            body.reserve_exact(step.max(data.len()));
        }
        body.extend_from_slice(data);
        let size = body.len() as u64;
        self.check_size(size)
    }

    /// How much of the body is kept so far.
    fn kept(&self) -> usize {
        match &self.body {
            Body::Growing(body) => body.len(),
            Body::Whole(body) => body.len(),
        }
    }

    fn check_size(&self, size: u64) -> Result<(), Kind> {
        let limit = self.expect.limits.body_bytes;
        if size > limit {
            return Err(Kind::BadBody(format!("response body exceeded {limit} bytes; aborted")));
        }
        Ok(())
    }

    /// The head, once there is one, and the body as far as it came.
    pub(crate) fn into_parts(self) -> (Option<Head>, Bytes) {
        let body = match self.body {
            Body::Whole(body) => body,
            // Much unused room would stay allocated as long as the script holds the body.
            Body::Growing(body) if body.capacity() - body.len() > body.len() / 4 => {
                Bytes::copy_from_slice(&body)
            }
            Body::Growing(body) => Bytes::from(body),
        };
        (self.head, body)
    }
}
