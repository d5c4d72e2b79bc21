//! An open WebSocket: frames in, frames out, over a connection that other users do not wait for.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;

use super::deflate::{Agreement, Codec, Fault};
use super::frame::{self, CONTROL_BYTES_MAX, Head, Opcode, Rules};
use super::{Close, MESSAGE_BYTES_MAX, WAITING_BYTES_MAX, code};
use crate::connection::Stream;
use crate::error::Call;
use crate::worker::Worker;

/// What comes from the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Incoming {
    /// A text, whole.
    Text(String),
    /// Bytes, whole.
    Binary(Bytes),
    /// A ping; its pong is on the way already.
    Ping(Bytes),
    /// A pong with what the ping carried.
    Pong(Bytes),
    /// The end; it is answered already, and nothing comes after it.
    Close(Close),
}

/// What goes to the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outgoing<'a> {
    /// A text.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
    /// A ping with something to recognise it by, of at most 125 bytes.
    Ping(&'a [u8]),
    /// The end with its code and reason; 1005 for neither.
    Close(u16, &'a str),
}

/// The connection ended without a close frame of the server.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{text}")]
pub struct Broken {
    /// Why.
    pub text: String,
}

/// A message of which not all frames have come.
#[derive(Debug)]
struct Begun {
    opcode: Opcode,
    packed: bool,
    data: Vec<u8>,
}

/// An open WebSocket.
#[derive(Debug)]
pub struct WebSocket {
    stream: Stream,
    worker: Rc<Worker>,
    /// Bytes that came and were not read yet, from `read` on.
    input: Vec<u8>,
    read: usize,
    /// Frames that wait to be sent, from `written` on.
    output: Vec<u8>,
    written: usize,
    /// Where frames with the script's data end in `output`, and how much data each carries.
    waiting: VecDeque<(usize, usize)>,
    begun: Option<Begun>,
    agreement: Option<Agreement>,
    /// For a server whose messages refer back to earlier ones.
    own_codec: Option<Box<Codec>>,
    close_sent: bool,
    /// Bytes on the wire that were told of.
    told: (u64, u64),
    failed: Option<Broken>,
}

/// Room that an idle connection may keep, in bytes.
const KEPT_BYTES: usize = 4096;

impl WebSocket {
    pub(super) fn new(
        stream: Stream,
        worker: Rc<Worker>,
        input: Vec<u8>,
        agreement: Option<Agreement>,
    ) -> Self {
        let told = (stream.socket().sent(), stream.socket().received());
        Self {
            stream,
            worker,
            input,
            read: 0,
            output: Vec::new(),
            written: 0,
            waiting: VecDeque::new(),
            begun: None,
            agreement,
            own_codec: None,
            close_sent: false,
            told,
            failed: None,
        }
    }

    /// Whether messages are packed.
    #[must_use]
    pub fn is_packing(&self) -> bool {
        self.agreement.is_some()
    }

    /// Whether a close frame was sent.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.close_sent
    }

    /// Bytes of the caller's data that wait to be given to the kernel.
    #[must_use]
    pub fn waiting_bytes(&self) -> usize {
        self.waiting.iter().map(|(_, data)| data).sum()
    }

    /// Bytes on the wire since this was last asked: sent, received.
    pub fn take_traffic(&mut self) -> (u64, u64) {
        let now = (self.stream.socket().sent(), self.stream.socket().received());
        let before = std::mem::replace(&mut self.told, now);
        (now.0 - before.0, now.1 - before.1)
    }

    /// Takes something to send and gives as much as possible to the kernel; the rest goes with the next
    /// [`poll_next`](Self::poll_next). Nothing follows a close frame.
    ///
    /// # Errors
    /// When too much is waiting already.
    pub fn send(&mut self, message: Outgoing<'_>) -> Result<(), Broken> {
        if self.close_sent {
            return Ok(());
        }
        let (opcode, payload) = match message {
            Outgoing::Text(text) => (Opcode::Text, text.as_bytes()),
            Outgoing::Binary(bytes) => (Opcode::Binary, bytes),
            Outgoing::Ping(bytes) => (Opcode::Ping, &bytes[..bytes.len().min(CONTROL_BYTES_MAX)]),
            Outgoing::Close(code, reason) => {
                self.send_close(code, reason);
                self.flush_some();
                return Ok(());
            }
        };
        if self.output.len() - self.written + payload.len() > WAITING_BYTES_MAX {
            return Err(Broken {
                text: format!("websocket: more than {WAITING_BYTES_MAX} bytes wait to be sent"),
            });
        }
        if self.agreement.is_some() && !opcode.is_control() {
            let packed = self.worker.deflate.borrow_mut().pack(payload);
            self.write(opcode, true, &packed);
        } else {
            self.write(opcode, false, payload);
        }
        if !opcode.is_control() {
            self.waiting.push_back((self.output.len(), payload.len()));
        }
        self.flush_some();
        Ok(())
    }

    fn write(&mut self, opcode: Opcode, packed: bool, payload: &[u8]) {
        let mask = (self.worker.dice() as u32).to_le_bytes();
        frame::write(&mut self.output, opcode, packed, payload, mask);
    }

    fn send_close(&mut self, code: u16, reason: &str) {
        if self.close_sent {
            return;
        }
        self.close_sent = true;
        let mut payload = Vec::new();
        if code != code::NONE {
            payload.extend_from_slice(&code.to_be_bytes());
            // Half a character would be a fault of ours in the peer's eyes.
            let room = reason.floor_char_boundary(CONTROL_BYTES_MAX - payload.len());
            payload.extend_from_slice(&reason.as_bytes()[..room]);
        }
        self.write(Opcode::Close, false, &payload);
    }

    /// Gives to the kernel what it takes right now; failures show at the next read.
    fn flush_some(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        let _ = self.poll_flush(&mut context);
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        while self.written < self.output.len() {
            let part = IoSlice::new(&self.output[self.written..]);
            match ready!(self.stream.poll_send(context, &[part])) {
                Ok(0) => return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into())),
                Ok(count) => self.written += count,
                Err(error) => return Poll::Ready(Err(error)),
            }
            while self.waiting.front().is_some_and(|(end, _)| *end <= self.written) {
                self.waiting.pop_front();
            }
        }
        self.written = 0;
        self.output.clear();
        if self.output.capacity() > KEPT_BYTES {
            self.output = Vec::new();
        }
        self.stream.poll_flush(context)
    }

    /// The next thing that the server has to say; sends what waits on the way. After a close or a failure
    /// there is nothing more to ask for.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<Incoming, Broken>> {
        if let Some(failed) = &self.failed {
            return Poll::Ready(Err(failed.clone()));
        }
        // Each look reads a bounded amount, so that a server that never stops cannot starve other users.
        for _ in 0..16 {
            let flushed = self.poll_flush(context);
            match self.decode() {
                Ok(Some(message)) => {
                    // Pongs and answers to a close should not wait for the next look.
                    self.flush_some();
                    return Poll::Ready(Ok(message));
                }
                Ok(None) => {}
                Err((code, text)) => {
                    self.send_close(code, "");
                    self.flush_some();
                    return Poll::Ready(Err(self.fail(text)));
                }
            }
            let mut scratch = self.worker.scratch.borrow_mut();
            let received = match self.stream.poll_receive(context, &mut scratch) {
                Poll::Pending => {
                    drop(scratch);
                    if let Poll::Ready(Err(error)) = flushed {
                        let text = self.stream.fault(&error, Call::Write).full();
                        return Poll::Ready(Err(self.fail(text)));
                    }
                    return Poll::Pending;
                }
                Poll::Ready(received) => received,
            };
            match received {
                Ok(0) => {
                    drop(scratch);
                    let eof = Close { code: code::ABNORMAL, reason: "unexpected EOF".to_owned() };
                    return Poll::Ready(Err(self.fail(eof.to_string())));
                }
                Ok(count) => self.input.extend_from_slice(&scratch.plain[..count]),
                Err(error) => {
                    drop(scratch);
                    let text = self.stream.fault(&error, Call::Read).full();
                    return Poll::Ready(Err(self.fail(text)));
                }
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn fail(&mut self, text: String) -> Broken {
        let broken = Broken { text };
        self.failed = Some(broken.clone());
        broken
    }

    /// Takes the next message out of the input; `None` when it is not all there. An error has the code to
    /// close with.
    fn decode(&mut self) -> Result<Option<Incoming>, (u16, String)> {
        let against = |text: String| (code::PROTOCOL, format!("websocket: {text}"));
        loop {
            let rules = Rules { in_message: self.begun.is_some(), packing: self.agreement.is_some() };
            let Some(head) = frame::read(&self.input[self.read..], rules).map_err(against)? else {
                self.tidy();
                return Ok(None);
            };
            let begun = self.begun.as_ref().map_or(0, |begun| begun.data.len());
            let length =
                usize::try_from(head.length).ok().filter(|length| *length <= MESSAGE_BYTES_MAX - begun);
            let Some(length) = length else { return Err(too_big()) };
            let start = self.read + head.size;
            if self.input.len() < start + length {
                self.tidy();
                return Ok(None);
            }
            self.read = start + length;
            if head.opcode.is_control() {
                return self.control(head.opcode, start, length).map(Some).map_err(against);
            }
            if let Some(message) = self.data(head, start, length)? {
                self.tidy();
                return Ok(Some(message));
            }
        }
    }

    /// Makes room in the input by forgetting what was read.
    fn tidy(&mut self) {
        if self.read == self.input.len() {
            self.input.clear();
            if self.input.capacity() > KEPT_BYTES {
                self.input = Vec::new();
            }
        } else {
            self.input.drain(..self.read);
        }
        self.read = 0;
    }

    fn control(&mut self, opcode: Opcode, start: usize, length: usize) -> Result<Incoming, String> {
        let payload = Bytes::copy_from_slice(&self.input[start..start + length]);
        match opcode {
            Opcode::Ping => {
                if !self.close_sent {
                    self.write(Opcode::Pong, false, &payload);
                }
                Ok(Incoming::Ping(payload))
            }
            Opcode::Close => {
                let close = Close::read(&payload)?;
                self.send_close(close.code, "");
                Ok(Incoming::Close(close))
            }
            _ => Ok(Incoming::Pong(payload)),
        }
    }

    /// Puts a frame to those before it; a message when it is the last.
    fn data(&mut self, head: Head, start: usize, length: usize) -> Result<Option<Incoming>, (u16, String)> {
        let payload = &self.input[start..start + length];
        let message = match self.begun.take() {
            Some(mut begun) => {
                begun.data.extend_from_slice(payload);
                begun
            }
            None => Begun { opcode: head.opcode, packed: head.packed, data: payload.to_vec() },
        };
        if !head.last {
            self.begun = Some(message);
            return Ok(None);
        }
        let data = if message.packed { self.unpack(&message.data)? } else { message.data };
        if message.opcode == Opcode::Binary {
            return Ok(Some(Incoming::Binary(Bytes::from(data))));
        }
        match String::from_utf8(data) {
            Ok(text) => Ok(Some(Incoming::Text(text))),
            Err(_) => Err((code::INVALID_PAYLOAD, "websocket: a text message is not UTF-8".to_owned())),
        }
    }

    fn unpack(&mut self, packed: &[u8]) -> Result<Vec<u8>, (u16, String)> {
        let anew = self.agreement.is_none_or(|agreement| agreement.server_starts_anew);
        let outcome = if anew {
            self.worker.deflate.borrow_mut().unpack(packed, false, MESSAGE_BYTES_MAX)
        } else {
            self.own_codec.get_or_insert_default().unpack(packed, true, MESSAGE_BYTES_MAX)
        };
        outcome.map_err(|fault| match fault {
            Fault::TooBig => too_big(),
            Fault::Corrupt => {
                (code::INVALID_PAYLOAD, "websocket: a packed message is not deflate data".to_owned())
            }
        })
    }
}

fn too_big() -> (u16, String) {
    let text = format!("websocket: read limit exceeded: a message has more than {MESSAGE_BYTES_MAX} bytes");
    (code::TOO_BIG, text)
}
