//! WebSocket frames by RFC 6455, the server's side: read masked, written plain. No extensions.
//!
//! Main types: [`Socket`] and [`Message`]. Reading may be given up and taken up again at any await.

use std::io;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The largest message that is taken.
const MAX_MESSAGE_BYTES: usize = 16 << 20;

/// What comes from the client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// A text message, whole.
    Text(String),
    /// A binary message, whole.
    Binary(Vec<u8>),
    /// A ping, to be answered with its own content.
    Ping(Vec<u8>),
    /// An answer to a ping.
    Pong,
    /// The end, with its code.
    Close(Option<u16>),
}

/// A frame's meaning.
mod opcode {
    pub const CONTINUATION: u8 = 0;
    pub const TEXT: u8 = 1;
    pub const BINARY: u8 = 2;
    pub const CLOSE: u8 = 8;
    pub const PING: u8 = 9;
    pub const PONG: u8 = 10;
}

/// Close codes that are sent from here.
mod code {
    pub const PROTOCOL: u16 = 1002;
    pub const NOT_TEXT: u16 = 1007;
    pub const TOO_BIG: u16 = 1009;
}

/// One WebSocket connection.
pub struct Socket<S> {
    stream: S,
    buffer: BytesMut,
    /// A message that has begun: its opcode and what has come of it.
    begun: Option<(u8, Vec<u8>)>,
}

/// One frame, unmasked.
struct Frame {
    last: bool,
    opcode: u8,
    data: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// Speaks over an upgraded stream.
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: BytesMut::with_capacity(4096), begun: None }
    }

    /// The next message; none when the stream ended. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> io::Result<Option<Message>> {
        loop {
            while let Some(frame) = self.frame()? {
                if let Some(message) = self.message(frame)? {
                    return Ok(Some(message));
                }
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// Does what a message asks of any server: answers pings and closes. Gives back what is left to handle.
    pub async fn settle(&mut self, message: io::Result<Option<Message>>) -> io::Result<Option<Message>> {
        match message {
            Ok(Some(Message::Ping(data))) => {
                self.send(opcode::PONG, &data).await?;
                Ok(Some(Message::Pong))
            }
            Ok(Some(Message::Close(code))) => {
                self.close(code.unwrap_or(1000), "").await?;
                Ok(None)
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let code =
                    error.get_ref().and_then(|e| e.downcast_ref::<Broken>()).map_or(code::PROTOCOL, |b| b.0);
                self.close(code, "").await?;
                Ok(None)
            }
            other => other,
        }
    }

    /// Sends a text message.
    pub async fn text(&mut self, text: &str) -> io::Result<()> {
        self.send(opcode::TEXT, text.as_bytes()).await
    }

    /// Sends a binary message.
    pub async fn binary(&mut self, data: &[u8]) -> io::Result<()> {
        self.send(opcode::BINARY, data).await
    }

    /// Sends a close frame and ends the stream.
    pub async fn close(&mut self, code: u16, reason: &str) -> io::Result<()> {
        let data = [&code.to_be_bytes(), reason.as_bytes()].concat();
        self.send(opcode::CLOSE, &data).await?;
        self.stream.shutdown().await
    }

    async fn send(&mut self, opcode: u8, data: &[u8]) -> io::Result<()> {
        let mut frame = Vec::with_capacity(data.len() + 10);
        frame.push(0x80 | opcode);
        match data.len() {
            length @ 0..=125 => frame.push(length as u8),
            length @ 126..=0xffff => {
                frame.push(126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            length => {
                frame.push(127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(data);
        self.stream.write_all(&frame).await?;
        self.stream.flush().await
    }

    /// Takes a whole frame out of the buffer, when there is one.
    fn frame(&mut self) -> io::Result<Option<Frame>> {
        let [first, second, ..] = self.buffer[..] else { return Ok(None) };
        if first & 0x70 != 0 || second & 0x80 == 0 {
            return Err(broken(code::PROTOCOL));
        }
        let (length, head) = match (second & 0x7f, &self.buffer[2..]) {
            (126, [a, b, ..]) => (u64::from(u16::from_be_bytes([*a, *b])), 4),
            (127, bytes) if bytes.len() >= 8 => {
                let mut length = [0; 8];
                length.copy_from_slice(&bytes[..8]);
                (u64::from_be_bytes(length), 10)
            }
            (126 | 127, _) => return Ok(None),
            (short, _) => (u64::from(short), 2),
        };
        let length = usize::try_from(length).ok().filter(|length| *length <= MAX_MESSAGE_BYTES);
        let length = length.ok_or_else(|| broken(code::TOO_BIG))?;
        if self.buffer.len() < head + 4 + length {
            self.buffer.reserve(head + 4 + length - self.buffer.len());
            return Ok(None);
        }
        self.buffer.advance(head);
        let mask = self.buffer.split_to(4);
        let mut data = self.buffer.split_to(length).to_vec();
        data.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        Ok(Some(Frame { last: first & 0x80 != 0, opcode: first & 0x0f, data }))
    }

    /// Puts a frame to those before it; a message when it is the last.
    fn message(&mut self, frame: Frame) -> io::Result<Option<Message>> {
        match frame.opcode {
            opcode::CLOSE => {
                let code = frame.data.first_chunk::<2>().map(|code| u16::from_be_bytes(*code));
                return Ok(Some(Message::Close(code)));
            }
            opcode::PING => return Ok(Some(Message::Ping(frame.data))),
            opcode::PONG => return Ok(Some(Message::Pong)),
            _ => {}
        }
        let (opcode, mut data) = match (frame.opcode, self.begun.take()) {
            (opcode::CONTINUATION, Some(begun)) => begun,
            (opcode::TEXT | opcode::BINARY, None) => (frame.opcode, Vec::new()),
            _ => return Err(broken(code::PROTOCOL)),
        };
        if data.len() + frame.data.len() > MAX_MESSAGE_BYTES {
            return Err(broken(code::TOO_BIG));
        }
        data.extend_from_slice(&frame.data);
        if !frame.last {
            self.begun = Some((opcode, data));
            return Ok(None);
        }
        if opcode == opcode::BINARY {
            return Ok(Some(Message::Binary(data)));
        }
        String::from_utf8(data).map(|text| Some(Message::Text(text))).map_err(|_| broken(code::NOT_TEXT))
    }
}

/// A frame against the rules, with the close code that says which.
#[derive(Debug)]
struct Broken(u16);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a frame against the rules, close code {}", self.0)
    }
}

impl std::error::Error for Broken {}

fn broken(code: u16) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Broken(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(first: u8, data: &[u8]) -> Vec<u8> {
        let mut frame = vec![first, 0x80 | data.len() as u8, 1, 2, 3, 4];
        frame.extend(data.iter().zip([1, 2, 3, 4].iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    /// What a server makes of these bytes, and the first bytes that it answers.
    async fn heard(bytes: Vec<u8>) -> (Vec<Message>, Vec<u8>) {
        let (mut client, server) = tokio::io::duplex(4096);
        client.write_all(&bytes).await.unwrap();
        let mut socket = Socket::new(server);
        let mut messages = Vec::new();
        client.shutdown().await.unwrap();
        loop {
            let message = socket.next().await;
            match socket.settle(message).await.unwrap() {
                Some(message) => messages.push(message),
                None => break,
            }
        }
        drop(socket);
        let mut answered = Vec::new();
        client.read_to_end(&mut answered).await.unwrap();
        (messages, answered)
    }

    #[tokio::test]
    async fn frames_become_messages() {
        let text = |text: &str| Message::Text(text.into());
        let halves = [masked(0x01, b"ha"), masked(0x89, b"?"), masked(0x80, b"lf")].concat();
        for (bytes, messages, answered) in [
            (masked(0x81, b"hi"), vec![text("hi")], vec![]),
            (masked(0x82, b"\xff"), vec![Message::Binary(vec![0xff])], vec![]),
            (halves, vec![Message::Pong, text("half")], vec![0x8a, 1, b'?']),
            (masked(0x88, &[3, 232]), vec![], vec![0x88, 2, 3, 232]),
            (masked(0x81, b"\xff"), vec![], vec![0x88, 2, 3, 239]),
            (vec![0x81, 2, b'h', b'i'], vec![], vec![0x88, 2, 3, 234]),
            (vec![0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0], vec![], vec![0x88, 2, 3, 241]),
        ] {
            assert_eq!(heard(bytes.clone()).await, (messages, answered), "{bytes:?}");
        }
    }
}
