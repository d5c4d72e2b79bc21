//! HTTP/1.1: writing requests and reading responses, with bounds on everything.

use std::borrow::Cow;

use bytes::Bytes;
use model::Nanos;

use crate::buffer::Buffer;
use crate::connection::{Connection, broken};
use crate::error::{Error, Kind};
use crate::response::{Headers, Proto};
use crate::settings::Limits;

/// The head of a response and where its body begins.
#[derive(Debug)]
struct Head {
    status: u16,
    proto: Proto,
    reason: std::ops::Range<usize>,
    length: usize,
    body: BodyLength,
    keep_alive: bool,
    notes: Notes,
}

/// Which headers are there that something has to be done about; most responses have none of them, and looking
/// for each by name would read the head over and over.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Notes {
    pub(crate) sets_cookies: bool,
    pub(crate) is_encoded: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum BodyLength {
    Known(u64),
    Chunked,
    UntilClose,
}

/// A response as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) status_text: Cow<'static, str>,
    pub(crate) notes: Notes,
    pub(crate) proto: Proto,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    /// Whether the connection can serve another request.
    pub(crate) keep_alive: bool,
    pub(crate) first_byte: Nanos,
    pub(crate) last_byte: Nanos,
}

/// Why a response could not be read.
pub(crate) struct Unread {
    pub(crate) error: Error,
    /// Whether nothing of it had arrived, so that the request may be tried on another connection.
    pub(crate) untouched: bool,
    pub(crate) first_byte: Option<Nanos>,
    pub(crate) last_byte: Option<Nanos>,
}

/// Reads one response.
pub(crate) async fn read_response(
    connection: &mut Connection,
    buffer: &mut Buffer,
    method: &str,
    limits: &Limits,
    discard: bool,
) -> Result<Answer, Unread> {
    let mut reader = Reader { connection, buffer, limits, first_byte: None, last_byte: None };
    match reader.response(method, discard).await {
        Ok(answer) => Ok(answer),
        Err(error) => Err(Unread {
            error,
            untouched: reader.first_byte.is_none(),
            first_byte: reader.first_byte,
            last_byte: reader.last_byte,
        }),
    }
}

struct Reader<'a> {
    connection: &'a mut Connection,
    buffer: &'a mut Buffer,
    limits: &'a Limits,
    first_byte: Option<Nanos>,
    last_byte: Option<Nanos>,
}

impl Reader<'_> {
    /// Reads more bytes; tells whether there were any.
    async fn more(&mut self) -> Result<bool, Error> {
        let arrival = self.connection.read(self.buffer).await?;
        if arrival.bytes == 0 {
            return Ok(false);
        }
        self.first_byte.get_or_insert(arrival.at);
        self.last_byte = Some(arrival.at);
        Ok(true)
    }

    async fn response(&mut self, method: &str, discard: bool) -> Result<Answer, Error> {
        let mut interim = 0;
        let head = loop {
            let head = self.head(method).await?;
            // 101 is final: nobody asked for another protocol.
            if !(100..200).contains(&head.status) || head.status == 101 {
                break head;
            }
            interim += 1;
            if interim > self.limits.interim_responses {
                return Err(Error::generic(
                    "net/http: HTTP/1.x transport connection broken: net/http: too many 1xx informational responses",
                ));
            }
            self.buffer.consume(head.length);
        };
        let filled = self.buffer.filled();
        let status_text = status_text(head.status, &filled[head.reason.clone()]);
        let (headers, body, keep_alive) = self.body(&head, discard).await?;
        let (first_byte, last_byte) =
            (self.first_byte.unwrap_or_default(), self.last_byte.unwrap_or_default());
        Ok(Answer {
            status: head.status,
            status_text,
            notes: head.notes,
            proto: head.proto,
            headers: Headers { head: headers },
            body,
            keep_alive,
            first_byte,
            last_byte,
        })
    }

    /// Reads until a head is whole.
    async fn head(&mut self, method: &str) -> Result<Head, Error> {
        loop {
            if !self.buffer.filled().is_empty()
                && let Some(head) = parse_head(self.buffer.filled(), method, self.limits)?
            {
                return Ok(head);
            }
            if !self.more().await? {
                return Err(self.closed_early());
            }
        }
    }

    fn closed_early(&self) -> Error {
        if self.buffer.filled().is_empty() {
            return broken(&self.connection.socket, true, std::io::ErrorKind::UnexpectedEof.into());
        }
        transport_broken("unexpected EOF")
    }

    /// The head's bytes, the body, and whether the connection can be kept.
    async fn body(&mut self, head: &Head, discard: bool) -> Result<(Bytes, Bytes, bool), Error> {
        match head.body {
            BodyLength::Known(length) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                if discard {
                    return self.drop_known(head, length).await;
                }
                if length > self.limits.body_bytes {
                    return Err(too_large(self.limits.body_bytes));
                }
                let end = head.length + length;
                while self.buffer.filled().len() < end {
                    if !self.more().await? {
                        let partial = Bytes::copy_from_slice(&self.buffer.filled()[head.length..]);
                        return Err(Error::new(Kind::UnexpectedEof).with_body(partial));
                    }
                }
                // One copy for both; what follows the body was never asked for.
                let whole = Bytes::copy_from_slice(&self.buffer.filled()[..end]);
                let clean = self.buffer.filled().len() == end;
                Ok((whole.slice(..head.length), whole.slice(head.length..), head.keep_alive && clean))
            }
            BodyLength::UntilClose => {
                let mut dropped = 0u64;
                while self.more().await? {
                    if discard {
                        dropped += (self.buffer.filled().len() - head.length) as u64;
                        let head_only = head.length;
                        truncate(self.buffer, head_only);
                    } else if self.buffer.filled().len() - head.length > self.limits.body_bytes {
                        return Err(too_large(self.limits.body_bytes));
                    }
                    if dropped > self.limits.discarded_bytes {
                        return Err(too_large(self.limits.body_bytes));
                    }
                }
                let whole = self.buffer.take();
                let body = if discard { Bytes::new() } else { whole.slice(head.length..) };
                Ok((whole.slice(..head.length), body, false))
            }
            BodyLength::Chunked => Box::pin(self.chunked(head, discard)).await,
        }
    }

    /// Reads a body of known length without keeping it.
    async fn drop_known(&mut self, head: &Head, length: usize) -> Result<(Bytes, Bytes, bool), Error> {
        let headers = Bytes::copy_from_slice(&self.buffer.filled()[..head.length]);
        let mut left = length;
        self.buffer.consume(head.length);
        loop {
            let here = self.buffer.filled().len();
            if here >= left {
                let clean = here == left;
                return Ok((headers, Bytes::new(), head.keep_alive && clean));
            }
            left -= here;
            self.buffer.clear();
            if !self.more().await? {
                return Err(Error::new(Kind::UnexpectedEof));
            }
        }
    }

    async fn chunked(&mut self, head: &Head, discard: bool) -> Result<(Bytes, Bytes, bool), Error> {
        let headers = Bytes::copy_from_slice(&self.buffer.filled()[..head.length]);
        self.buffer.consume(head.length);
        let mut body = Vec::new();
        let mut overhead = 0usize;
        loop {
            let (size, line) = self.chunk_size().await?;
            overhead += line;
            // Chunks of a byte with long extensions cost the sender little and us much.
            if overhead > self.limits.chunk_overhead_bytes + 16 * body.len() {
                return Err(transport_broken("chunked encoding contains too much non-data"));
            }
            self.buffer.consume(line);
            if size == 0 {
                break;
            }
            if body.len() + size > self.limits.body_bytes {
                return Err(too_large(self.limits.body_bytes));
            }
            self.chunk_data(size, &mut body, discard).await?;
        }
        self.trailers().await?;
        let clean = self.buffer.filled().is_empty();
        Ok((headers, body.into(), head.keep_alive && clean))
    }

    /// The size that the next chunk announces, and the length of the line that does.
    async fn chunk_size(&mut self) -> Result<(usize, usize), Error> {
        loop {
            if let Some(end) = self.buffer.filled().iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.filled()[..end].trim_ascii();
                let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
                let valid = (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit);
                if !valid {
                    return Err(transport_broken("invalid byte in chunk length"));
                }
                let text = std::str::from_utf8(digits).expect("hexadecimal digits are ASCII");
                let size = usize::from_str_radix(text, 16).expect("at most fifteen hexadecimal digits");
                return Ok((size, end + 1));
            }
            if self.buffer.filled().len() > self.limits.chunk_line_bytes {
                return Err(transport_broken("header line too long"));
            }
            if !self.more().await? {
                return Err(Error::new(Kind::UnexpectedEof));
            }
        }
    }

    async fn chunk_data(&mut self, size: usize, body: &mut Vec<u8>, discard: bool) -> Result<(), Error> {
        let mut left = size;
        while left > 0 {
            let here = self.buffer.filled().len().min(left);
            if here == 0 {
                if !self.more().await? {
                    return Err(Error::new(Kind::UnexpectedEof).with_body(std::mem::take(body).into()));
                }
                continue;
            }
            if !discard {
                body.extend_from_slice(&self.buffer.filled()[..here]);
            }
            self.buffer.consume(here);
            left -= here;
        }
        while self.buffer.filled().len() < 2 {
            if !self.more().await? {
                return Err(Error::new(Kind::UnexpectedEof).with_body(std::mem::take(body).into()));
            }
        }
        let end = match self.buffer.filled() {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => return Err(transport_broken("malformed chunked encoding")),
        };
        self.buffer.consume(end);
        Ok(())
    }

    /// Reads the lines after the last chunk, up to the empty one.
    async fn trailers(&mut self) -> Result<(), Error> {
        let mut total = 0;
        loop {
            if let Some(end) = self.buffer.filled().iter().position(|byte| *byte == b'\n') {
                let empty = self.buffer.filled()[..end].trim_ascii().is_empty();
                self.buffer.consume(end + 1);
                total += end + 1;
                if empty {
                    return Ok(());
                }
            } else if !self.more().await? {
                return Err(Error::new(Kind::UnexpectedEof));
            }
            if total + self.buffer.filled().len() > self.limits.header_bytes {
                return Err(transport_broken("http: suspiciously long trailer after chunked body"));
            }
        }
    }
}

fn truncate(buffer: &mut Buffer, length: usize) {
    let head = buffer.filled()[..length].to_vec();
    buffer.clear();
    buffer.room()[..head.len()].copy_from_slice(&head);
    buffer.advance(head.len());
}

fn too_large(limit: usize) -> Error {
    Error::generic(format!(
        "the response body is larger than {limit} bytes; discard it with responseType: 'none'"
    ))
}

pub(crate) fn transport_broken(reason: &str) -> Error {
    Error::new(Kind::Generic {
        message: reason.to_owned(),
        whole: Some(format!("net/http: HTTP/1.x transport connection broken: {reason}")),
    })
}

/// Reads a head, when it is whole.
fn parse_head(bytes: &[u8], method: &str, limits: &Limits) -> Result<Option<Head>, Error> {
    let mut few = [httparse::EMPTY_HEADER; 48];
    match parse_with(bytes, method, &mut few) {
        Err(Malformed::TooManyHeaders) => {
            let mut many = vec![httparse::EMPTY_HEADER; limits.headers];
            match parse_with(bytes, method, &mut many) {
                Err(Malformed::TooManyHeaders) => {
                    Err(transport_broken("net/http: server response headers exceeded the limit of headers"))
                }
                Err(Malformed::Other(error)) => Err(*error),
                Ok(head) => bounded(head, bytes, limits),
            }
        }
        Err(Malformed::Other(error)) => Err(*error),
        Ok(head) => bounded(head, bytes, limits),
    }
}

fn bounded(head: Option<Head>, bytes: &[u8], limits: &Limits) -> Result<Option<Head>, Error> {
    let length = head.as_ref().map_or(bytes.len(), |head| head.length);
    if length > limits.header_bytes {
        let limit = limits.header_bytes;
        return Err(transport_broken(&format!(
            "net/http: server response headers exceeded {limit} bytes; aborted"
        )));
    }
    Ok(head)
}

/// A status line that is wrong from its start is still read to its end, for the message, up to this.
const STATUS_LINE_BYTES: usize = 4096;

enum Malformed {
    TooManyHeaders,
    Other(Box<Error>),
}

impl From<Error> for Malformed {
    fn from(error: Error) -> Self {
        Self::Other(Box::new(error))
    }
}

fn parse_with<'b>(
    bytes: &'b [u8],
    method: &str,
    headers: &mut [httparse::Header<'b>],
) -> Result<Option<Head>, Malformed> {
    let mut response = httparse::Response::new(headers);
    let length = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => {
            // A whole line that can be no status line need not wait for the rest of a head.
            let line_done = bytes.contains(&b'\n');
            let bad = line_done && bytes.get(..5).is_none_or(|start| start != b"HTTP/");
            return if bad { Err(status_line_error(bytes).into()) } else { Ok(None) };
        }
        Err(httparse::Error::TooManyHeaders) => return Err(Malformed::TooManyHeaders),
        Err(httparse::Error::Status | httparse::Error::Version | httparse::Error::Token) => {
            if !bytes.contains(&b'\n') && bytes.len() < STATUS_LINE_BYTES {
                return Ok(None);
            }
            return Err(status_line_error(bytes).into());
        }
        Err(error) => return Err(transport_broken(&format!("malformed MIME header line: {error}")).into()),
    };
    let status = response.code.expect("a whole head has a status");
    let proto = if response.version == Some(0) { Proto::Http10 } else { Proto::Http11 };
    let reason = response.reason.unwrap_or_default();
    let start = (reason.as_ptr() as usize).saturating_sub(bytes.as_ptr() as usize);
    let reason = if reason.is_empty() { 0..0 } else { start..start + reason.len() };
    let (body, keep_alive) = framing(response.headers, status, proto, method)?;
    let has = |name: &str| response.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    let notes = Notes { sets_cookies: has("set-cookie"), is_encoded: has("content-encoding") };
    Ok(Some(Head { status, proto, reason, length, body, keep_alive, notes }))
}

/// How long the body is and whether the connection stays.
fn framing(
    headers: &[httparse::Header<'_>],
    status: u16,
    proto: Proto,
    method: &str,
) -> Result<(BodyLength, bool), Error> {
    let mut length: Option<u64> = None;
    let mut chunked = false;
    let mut keep_alive = proto == Proto::Http11;
    for header in headers {
        let value = header.value.trim_ascii();
        if header.name.eq_ignore_ascii_case("content-length") {
            let text = std::str::from_utf8(value).unwrap_or_default();
            let valid = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse::<u64>().ok().filter(|_| valid);
            let number = number.ok_or_else(|| transport_broken(&format!("bad Content-Length {text:?}")))?;
            if length.is_some_and(|known| known != number) {
                return Err(transport_broken("http: message cannot contain multiple Content-Length headers"));
            }
            length = Some(number);
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            if !value.eq_ignore_ascii_case(b"chunked") {
                let shown = String::from_utf8_lossy(value);
                return Err(transport_broken(&format!("unsupported transfer encoding: {shown:?}")));
            }
            chunked = true;
        } else if header.name.eq_ignore_ascii_case("connection") {
            for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
                if option.eq_ignore_ascii_case(b"close") {
                    keep_alive = false;
                } else if option.eq_ignore_ascii_case(b"keep-alive") && proto == Proto::Http10 {
                    keep_alive = true;
                }
            }
        }
    }
    let bodiless = method == "HEAD" || matches!(status, 100..200 | 204 | 304);
    let body = if bodiless {
        BodyLength::Known(0)
    } else if chunked {
        BodyLength::Chunked
    } else if let Some(length) = length {
        BodyLength::Known(length)
    } else {
        BodyLength::UntilClose
    };
    Ok((body, keep_alive && status != 101 && body != BodyLength::UntilClose))
}

/// What Go says of a status line that is none.
fn status_line_error(bytes: &[u8]) -> Error {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(&line[..line.len().min(200)]);
    let line = line.trim_end_matches('\r');
    let Some((version, rest)) = line.split_once(' ') else {
        return transport_broken(&format!("malformed HTTP response {line:?}"));
    };
    let code = rest.trim_start().split(' ').next().unwrap_or_default();
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return transport_broken(&format!("malformed HTTP status code {code:?}"));
    }
    transport_broken(&format!("malformed HTTP version {version:?}"))
}

/// A status with its words, as `200 OK`; the usual ones are not made anew each time.
fn status_text(status: u16, reason: &[u8]) -> Cow<'static, str> {
    match (status, reason) {
        (200, b"OK") => return Cow::Borrowed("200 OK"),
        (201, b"Created") => return Cow::Borrowed("201 Created"),
        (204, b"No Content") => return Cow::Borrowed("204 No Content"),
        (304, b"Not Modified") => return Cow::Borrowed("304 Not Modified"),
        (404, b"Not Found") => return Cow::Borrowed("404 Not Found"),
        _ => {}
    }
    let reason = String::from_utf8_lossy(reason);
    Cow::Owned(match (reason.trim(), reason_of(status)) {
        ("", Some(known)) => format!("{status} {known}"),
        ("", None) => format!("{status} Status"),
        (reason, _) => format!("{status} {reason}"),
    })
}

/// The standard words for a status.
fn reason_of(status: u16) -> Option<&'static str> {
    http::StatusCode::from_u16(status).ok()?.canonical_reason()
}
