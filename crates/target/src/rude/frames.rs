//! HTTP/2 frames by hand: just enough to be rude with.
//!
//! Main type: [`H2`], a connection that has read the client's preface. Nothing here checks anything.

use std::io;

use tokio::io::AsyncReadExt as _;

use super::conn::Conn;

/// Frame types.
pub mod kind {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PUSH_PROMISE: u8 = 5;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
    pub const CONTINUATION: u8 = 9;
}

/// Frame flags.
pub mod flag {
    pub const END_STREAM: u8 = 1;
    pub const ACK: u8 = 1;
    pub const END_HEADERS: u8 = 4;
}

/// Error codes.
pub mod code {
    pub const NO_ERROR: u32 = 0;
    pub const INTERNAL_ERROR: u32 = 2;
    pub const REFUSED_STREAM: u32 = 7;
    pub const ENHANCE_YOUR_CALM: u32 = 11;
}

/// `:status: 200` from the static table.
pub const STATUS_200: u8 = 0x88;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Frames that are read while waiting for a request.
const MAX_FRAMES: usize = 100_000;

/// A frame with its nine-byte head.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

/// A `GOAWAY` that names the last stream and a reason.
pub fn goaway(last: u32, code: u32) -> Vec<u8> {
    frame(kind::GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat())
}

/// The end of a stream for a reason.
pub fn rst_stream(stream: u32, code: u32) -> Vec<u8> {
    frame(kind::RST_STREAM, 0, stream, &code.to_be_bytes())
}

/// One setting.
pub fn setting(id: u16, value: u32) -> Vec<u8> {
    let mut payload = id.to_be_bytes().to_vec();
    payload.extend_from_slice(&value.to_be_bytes());
    payload
}

/// The head of an answer: status 200, `content-type` and nothing more.
pub fn head(stream: u32, flags: u8) -> Vec<u8> {
    let mut block = vec![STATUS_200];
    block.extend(field("content-type", "text/plain"));
    frame(kind::HEADERS, flag::END_HEADERS | flags, stream, &block)
}

/// A header field, written out and not kept in any table.
pub fn field(name: &str, value: &str) -> Vec<u8> {
    let mut field = vec![0];
    for text in [name, value] {
        length(&mut field, text.len());
        field.extend_from_slice(text.as_bytes());
    }
    field
}

/// A length with a seven-bit prefix, RFC 7541, section 5.1.
fn length(to: &mut Vec<u8>, mut length: usize) {
    if length < 127 {
        to.push(length as u8);
        return;
    }
    to.push(127);
    length -= 127;
    while length >= 128 {
        to.push(0x80 | (length % 128) as u8);
        length /= 128;
    }
    to.push(length as u8);
}

/// Whether settings and pings are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// They are.
    Polite,
    /// Nothing is said.
    Mute,
}

/// A connection whose client has sent the preface.
pub struct H2 {
    /// The connection below.
    pub conn: Conn,
}

impl H2 {
    /// Reads the preface and says nothing yet.
    pub async fn silent(mut conn: Conn) -> io::Result<Self> {
        let mut preface = [0; 24];
        conn.read_exact(&mut preface).await?;
        if preface != PREFACE {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self { conn })
    }

    /// Reads the preface and sends settings.
    pub async fn open(conn: Conn) -> io::Result<Self> {
        let mut h2 = Self::silent(conn).await?;
        h2.send(frame(kind::SETTINGS, 0, 0, &[])).await?;
        Ok(h2)
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.conn.send(bytes).await
    }

    /// Reads one frame: its type, flags, stream and payload.
    async fn next(&mut self) -> io::Result<(u8, u8, u32, Vec<u8>)> {
        let mut head = [0; 9];
        self.conn.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let mut payload = vec![0; length as usize];
        self.conn.read_exact(&mut payload).await?;
        Ok((head[3], head[4], stream, payload))
    }

    /// The next stream that a request opens; settings and pings on the way are answered.
    pub async fn request(&mut self) -> io::Result<u32> {
        Ok(self.request_and_end(Manners::Polite).await?.0)
    }

    /// The next stream that a request opens, and whether the request ends with its head.
    pub async fn request_and_end(&mut self, manners: Manners) -> io::Result<(u32, bool)> {
        for _ in 0..MAX_FRAMES {
            let (kind, flags, stream, payload) = self.next().await?;
            match kind {
                kind::HEADERS => return Ok((stream, flags & flag::END_STREAM != 0)),
                _ if manners == Manners::Mute => {}
                kind::SETTINGS if flags & flag::ACK == 0 => {
                    self.send(frame(kind::SETTINGS, flag::ACK, 0, &[])).await?;
                }
                kind::PING if flags & flag::ACK == 0 => {
                    self.send(frame(kind::PING, flag::ACK, 0, &payload)).await?;
                }
                _ => {}
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    /// Opens, reads a request, sends what `answer` makes of its stream, and waits for the client to go.
    pub async fn once(conn: Conn, answer: impl FnOnce(u32) -> Vec<u8>) -> io::Result<()> {
        let mut h2 = Self::open(conn).await?;
        let stream = h2.request().await?;
        h2.send(answer(stream)).await?;
        h2.conn.silence().await
    }

    /// Opens, reads a request and floods.
    pub async fn flooded(conn: Conn, piece: impl FnOnce(u32) -> Vec<u8>) -> io::Result<()> {
        let mut h2 = Self::open(conn).await?;
        let stream = h2.request().await?;
        h2.conn.flood(&piece(stream)).await?;
        h2.conn.silence().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_laid_out() {
        assert_eq!(frame(kind::DATA, flag::END_STREAM, 3, b"hi"), [0, 0, 2, 0, 1, 0, 0, 0, 3, b'h', b'i']);
        assert_eq!(field("a", "b"), [0, 1, b'a', 1, b'b']);
        let long = field("a", &"v".repeat(1337));
        assert_eq!(long[3..6], [127, 0x80 | 58, 9]);
    }
}
