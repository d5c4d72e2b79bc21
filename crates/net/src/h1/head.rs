//! The head of a response: status line and headers, and what they say about the body.

use std::mem::MaybeUninit;

use super::{Limits, fault};
use crate::error::Kind;
use crate::header;
use crate::headers::Headers;
use crate::url::quoted;

/// A response's head.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// The `x` of `HTTP/1.x`.
    pub(crate) minor: u8,
    /// Where the reason phrase stands in the headers' block.
    pub(crate) reason: (u32, u32),
    pub(crate) headers: Headers,
    pub(crate) framing: Framing,
    /// The server will take another request on this connection.
    pub(crate) keep_alive: bool,
}

/// How the end of the body is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

/// Most responses fit here; those that do not are parsed again with room on the heap.
const USUAL_HEADERS: usize = 64;

/// Whether values may go on in the next line, which is obsolete and costs a look at each byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folding {
    Refused,
    Undone,
}

/// A head with its length, or why its headers make no sense together.
type Verdict = Result<(Head, usize), Kind>;

/// Reads a head from the start of `input`; with its length. `None` when it is not all there yet.
///
/// What lies beyond the limit is not looked at, so that the verdict on a head that is both too long and faulty
/// does not depend on how its bytes came.
pub(super) fn parse(input: &[u8], limits: &Limits) -> Result<Option<(Head, usize)>, Kind> {
    let seen = &input[..input.len().min(limits.head_bytes)];
    let mut room = [const { MaybeUninit::uninit() }; USUAL_HEADERS];
    let usual = &mut room[..USUAL_HEADERS.min(limits.headers)];
    let outcome = match parse_with(seen, usual, Folding::Refused) {
        Ok(Some(outcome)) => return outcome.map(Some),
        Ok(None) => None,
        Err(_) => parse_unusual(complete_lines(seen), limits)?,
    };
    if outcome.is_none() && input.len() > limits.head_bytes {
        return Err(fault::too_long(limits));
    }
    Ok(outcome)
}

/// The start of `input` up to its last line's end: nothing is judged by a part of a line, because how much of
/// it is there depends on how the bytes came.
fn complete_lines(input: &[u8]) -> &[u8] {
    &input[..input.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1)]
}

/// Reads a head that has many headers or continued ones, or says what is wrong with it.
#[cold]
fn parse_unusual(lines: &[u8], limits: &Limits) -> Result<Option<(Head, usize)>, Kind> {
    if let Some(fault) = fault::of_head(lines, limits) {
        return Err(fault);
    }
    let mut room = vec![MaybeUninit::uninit(); limits.headers];
    match parse_with(lines, &mut room, Folding::Undone) {
        Ok(outcome) => outcome.transpose(),
        Err(error) => Err(Kind::Malformed(format!("malformed HTTP response: {error}"))),
    }
}

fn parse_with<'a>(
    input: &'a [u8],
    room: &mut [MaybeUninit<httparse::Header<'a>>],
    folding: Folding,
) -> Result<Option<Verdict>, httparse::Error> {
    let mut config = httparse::ParserConfig::default();
    config
        .allow_obsolete_multiline_headers_in_responses(folding == Folding::Undone)
        .allow_multiple_spaces_in_response_status_delimiters(true);
    let mut response = httparse::Response::new(&mut []);
    match config.parse_response_with_uninit_headers(&mut response, input, room)? {
        httparse::Status::Partial => Ok(None),
        httparse::Status::Complete(length) => Ok(Some(read(&response, input, length, folding))),
    }
}

/// The place of a part of `whole`; an empty part may stand anywhere.
fn place(whole: &[u8], part: &[u8]) -> (usize, usize) {
    if part.is_empty() {
        return (0, 0);
    }
    (part.as_ptr() as usize - whole.as_ptr() as usize, part.len())
}

/// What stands behind the code in the status line of a good head. The parser keeps silent about words that are not
/// ASCII; mostly there are none.
fn reason_beyond_ascii(head: &[u8]) -> &[u8] {
    let line = head.trim_ascii_start().split(|&byte| byte == b'\n').next().unwrap_or_default();
    let (_, status) = line.split_at(line.iter().position(|&byte| byte == b' ').unwrap_or(line.len()));
    let status = status.trim_ascii();
    status.get(3..).unwrap_or_default().trim_ascii_start()
}

fn read(
    response: &httparse::Response<'_, '_>,
    input: &[u8],
    length: usize,
    folding: Folding,
) -> Result<(Head, usize), Kind> {
    let mut headers = Headers::over(input[..length].to_vec());
    let mut about = About::default();
    for field in response.headers.iter() {
        // The parser has trimmed the value.
        about.note(field.name, field.value)?;
        headers.mark(place(input, field.name.as_bytes()), place(input, field.value));
    }
    if folding == Folding::Undone {
        headers.unfold();
    }
    let status = response.code.unwrap_or_default();
    let minor = response.version.unwrap_or_default();
    let reason = match response.reason {
        Some(reason) if !reason.is_empty() => reason.as_bytes(),
        _ => reason_beyond_ascii(&input[..length]),
    };
    let reason = place(input, reason);
    let framing = about.framing(minor)?;
    let keep_alive = if minor == 0 { about.keep_alive && !about.close } else { !about.close };
    let head =
        Head { status, minor, reason: (reason.0 as u32, reason.1 as u32), headers, framing, keep_alive };
    Ok((head, length))
}

/// What the headers say about body and connection.
#[derive(Default)]
struct About {
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
    unknown_coding: Option<String>,
}

/// Whether the value of a header says how the body ends or whether the connection stays: those that [`About`] notes.
pub(super) fn decides(name: &[u8]) -> bool {
    match name.len() {
        14 => name.eq_ignore_ascii_case(b"content-length"),
        10 => name.eq_ignore_ascii_case(b"connection"),
        17 => name.eq_ignore_ascii_case(b"transfer-encoding"),
        _ => false,
    }
}

impl About {
    fn note(&mut self, name: &str, value: &[u8]) -> Result<(), Kind> {
        // The length of a name rules out nearly all of them without a look at their letters.
        match name.len() {
            14 if name.eq_ignore_ascii_case("content-length") => self.note_length(value)?,
            10 if name.eq_ignore_ascii_case("connection") => {
                for token in value.split(|&byte| byte == b',').map(header::trimmed) {
                    self.close |= token.eq_ignore_ascii_case(b"close");
                    self.keep_alive |= token.eq_ignore_ascii_case(b"keep-alive");
                }
            }
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                if value.eq_ignore_ascii_case(b"chunked") && !self.chunked {
                    self.chunked = true;
                } else {
                    self.unknown_coding = Some(String::from_utf8_lossy(value).into_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn note_length(&mut self, value: &[u8]) -> Result<(), Kind> {
        let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let length = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
        let Some(length) = length.filter(|&length| length <= i64::MAX as u64) else {
            return Err(Kind::Malformed(format!("bad Content-Length {}", quoted(value))));
        };
        if self.length.is_some_and(|known| known != length) {
            let known = self.length.unwrap_or_default();
            return Err(Kind::Malformed(format!(
                "http: message cannot contain multiple Content-Length headers; got [\"{known}\" \"{length}\"]"
            )));
        }
        self.length = Some(length);
        Ok(())
    }

    fn framing(&self, minor: u8) -> Result<Framing, Kind> {
        // HTTP/1.0 has no transfer codings; what it says about them counts for nothing.
        if minor > 0 {
            if let Some(coding) = &self.unknown_coding {
                let shown = quoted(coding.as_bytes());
                return Err(Kind::Malformed(format!("net/http: unsupported transfer encoding: {shown}")));
            }
            if self.chunked {
                return Ok(Framing::Chunked);
            }
        }
        Ok(self.length.map_or(Framing::UntilClose, Framing::Length))
    }
}

impl Head {
    /// Whether another response follows this one: 100 Continue, 103 Early Hints and the like.
    pub(super) fn is_informational(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }

    /// Status and reason, as the server put them.
    pub(crate) fn status_text(&self) -> String {
        let (at, length) = (self.reason.0 as usize, self.reason.1 as usize);
        let reason = self.headers.block().get(at..at + length).unwrap_or_default();
        format!("{} {}", self.status, String::from_utf8_lossy(reason))
    }

    /// Whether there is no body whatever the headers say.
    pub(super) fn is_bodiless(&self) -> bool {
        matches!(self.status, 100..200 | 204 | 304)
    }
}
