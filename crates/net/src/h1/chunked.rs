//! The chunked transfer coding, from any cut of its bytes.

use crate::error::Kind;

/// The longest line that frames a chunk, its extension included.
const LINE_MAX: u32 = 4096;
/// How many bytes may be framing beyond what a body in reasonable chunks needs.
const EXCESS_MAX: u64 = 16 * 1024;
/// The most bytes of trailers.
const TRAILER_MAX: u32 = 64 * 1024;

/// Where in the coding we are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// In the digits of a chunk's length.
    Size {
        value: u64,
        digits: u32,
    },
    /// Between the length and the end of its line.
    Extension {
        value: u64,
    },
    /// In a chunk's data.
    Data {
        left: u64,
    },
    /// After a chunk's data, before its CR LF.
    DataEnd {
        seen_cr: bool,
    },
    /// In the trailers: at a line's start, or in it.
    Trailer {
        line_bytes: u32,
    },
    Done,
}

/// Decodes a chunked body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunked {
    place: Place,
    line_bytes: u32,
    excess: u64,
    trailer_bytes: u32,
}

/// What one step made of the input.
pub(super) enum Step {
    /// So many bytes from the start of the input are data.
    Data(usize),
    /// So many bytes were framing.
    Framing(usize),
    /// The body is complete, after so many bytes of framing.
    Done(usize),
}

fn bad(text: &str) -> Kind {
    Kind::BadBody(text.to_owned())
}

impl Chunked {
    pub(super) fn new() -> Self {
        Self { place: Place::Size { value: 0, digits: 0 }, line_bytes: 0, excess: 0, trailer_bytes: 0 }
    }

    /// How much of a chunk is still to come.
    pub(super) fn expected(&self) -> usize {
        match self.place {
            Place::Data { left } => usize::try_from(left).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    /// Looks at the start of `input`, which is not empty, and says what it is.
    pub(super) fn step(&mut self, input: &[u8]) -> Result<Step, Kind> {
        if let Place::Data { left } = self.place {
            let count = left.min(input.len() as u64);
            self.place = if count == left {
                Place::DataEnd { seen_cr: false }
            } else {
                Place::Data { left: left - count }
            };
            return Ok(Step::Data(count as usize));
        }
        for (at, &byte) in input.iter().enumerate() {
            self.framing_byte(byte)?;
            match self.place {
                Place::Done => return Ok(Step::Done(at + 1)),
                Place::Data { .. } => return Ok(Step::Framing(at + 1)),
                _ => {}
            }
        }
        Ok(Step::Framing(input.len()))
    }

    fn framing_byte(&mut self, byte: u8) -> Result<(), Kind> {
        self.place = match self.place {
            Place::Size { value, digits } => self.size_byte(value, digits, byte)?,
            Place::Extension { value } => {
                self.count_line_byte()?;
                if byte == b'\n' { self.end_of_size(value)? } else { Place::Extension { value } }
            }
            Place::DataEnd { seen_cr } => match (seen_cr, byte) {
                (false, b'\r') => Place::DataEnd { seen_cr: true },
                (true, b'\n') => {
                    self.line_bytes = 0;
                    Place::Size { value: 0, digits: 0 }
                }
                _ => return Err(bad("malformed chunked encoding")),
            },
            Place::Trailer { line_bytes } => {
                self.trailer_bytes += 1;
                if self.trailer_bytes > TRAILER_MAX {
                    return Err(bad("http: suspiciously long trailer after chunked body"));
                }
                match byte {
                    b'\n' if line_bytes == 0 => Place::Done,
                    b'\n' => Place::Trailer { line_bytes: 0 },
                    b'\r' => Place::Trailer { line_bytes },
                    _ => Place::Trailer { line_bytes: line_bytes + 1 },
                }
            }
            other @ (Place::Data { .. } | Place::Done) => other,
        };
        Ok(())
    }

    fn size_byte(&mut self, value: u64, digits: u32, byte: u8) -> Result<Place, Kind> {
        self.count_line_byte()?;
        if let Some(digit) = (byte as char).to_digit(16) {
            if digits == 16 {
                return Err(bad("http chunk length too large"));
            }
            return Ok(Place::Size { value: value << 4 | u64::from(digit), digits: digits + 1 });
        }
        match byte {
            b'\n' | b'\r' | b';' | b' ' | b'\t' if digits == 0 => {
                Err(bad("empty hex number for chunk length"))
            }
            b'\n' => self.end_of_size(value),
            b'\r' | b';' | b' ' | b'\t' => Ok(Place::Extension { value }),
            _ => Err(bad("invalid byte in chunk length")),
        }
    }

    fn count_line_byte(&mut self) -> Result<(), Kind> {
        self.line_bytes += 1;
        if self.line_bytes > LINE_MAX { Err(bad("header line too long")) } else { Ok(()) }
    }

    fn end_of_size(&mut self, value: u64) -> Result<Place, Kind> {
        // Tiny chunks and long extensions make a peer pay us in framing: allow a share of it, not a flood.
        self.excess = (self.excess + u64::from(self.line_bytes)).saturating_sub(16 + value.saturating_mul(2));
        if self.excess > EXCESS_MAX {
            return Err(bad("chunked encoding contains too much non-data"));
        }
        Ok(if value == 0 { Place::Trailer { line_bytes: 0 } } else { Place::Data { left: value } })
    }
}
