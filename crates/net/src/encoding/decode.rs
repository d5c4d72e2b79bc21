//! Unpacking response bodies.
//!
//! Main type: [`Decoder`], kept by a worker so that the state of inflate (some 40 KB) is made once.

use std::io::{self, Read};

use flate2::{Decompress, DecompressError, FlushDecompress, Status};

use super::Coding;
use super::gzip::{self, HeaderFault};

/// What was wrong with a packed body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not of this coding at all.
    Header,
    /// It is damaged before this offset of the packed bytes, where the coding says so; else 0.
    Corrupt {
        /// In bytes from the start of the packed body.
        offset: u64,
    },
    /// The unpacked bytes do not fit their checksum.
    Checksum,
    /// It ends too soon.
    Truncated,
    /// It unpacks to more than allowed.
    TooLarge {
        /// The bound that was passed, in bytes.
        limit: usize,
    },
}

/// A body that could not be unpacked; the text is what k6 shows in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeError {
    /// The coding that failed.
    pub coding: Coding,
    /// In what way.
    pub fault: Fault,
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.coding {
            Coding::Gzip => "gzip",
            Coding::Deflate => "zlib",
            Coding::Zstd => "zstd",
            Coding::Brotli => "brotli",
        };
        match self.fault {
            Fault::Truncated => f.write_str("unexpected EOF"),
            Fault::TooLarge { limit } => write!(f, "{name}: unpacked body is larger than {limit} bytes"),
            Fault::Header if self.coding == Coding::Zstd => {
                f.write_str("invalid input: magic number mismatch")
            }
            Fault::Header => write!(f, "{name}: invalid header"),
            Fault::Checksum => write!(f, "{name}: invalid checksum"),
            Fault::Corrupt { offset } if matches!(self.coding, Coding::Gzip | Coding::Deflate) => {
                write!(f, "flate: corrupt input before offset {offset}")
            }
            Fault::Corrupt { .. } => write!(f, "{name}: corrupt input"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// The largest window a zstd body may ask memory for: 64 MiB, as a power of two.
const ZSTD_WINDOW_LOG_MAX: u32 = 26;

/// Deflate packs 1,032 bytes into one at best, which bounds what a length field can truly promise.
const DEFLATE_RATIO_MAX: usize = 1_032;

/// Bodies up to this size may be packed as tightly as they like, bytes.
const TRUSTED_BYTES: usize = 64 << 20;

/// How many times its packed size a larger body may have: text packs to a tenth, only a bomb to a thousandth.
const RATIO_MAX: usize = 100;

/// Up to this size a body is unpacked in one go, bytes.
const AT_ONCE_BYTES: usize = 8 << 20;

/// Unpacks bodies, one after the other.
#[derive(Debug, Default)]
pub struct Decoder {
    inflate: Option<Decompress>,
}

impl Decoder {
    /// A decoder without any memory; it takes some when first used.
    #[must_use]
    pub const fn new() -> Self {
        Self { inflate: None }
    }

    /// Unpacks `body` by its `Content-Encoding`, whose last coding was applied last.
    ///
    /// `None` says that the body stands as it is: nothing to unpack, or an unknown coding on the outside.
    /// Below an unknown coding nothing can be read, so unpacking ends there. `limit` bounds each layer, in bytes.
    pub fn decode(
        &mut self,
        body: &[u8],
        content_encoding: &str,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, DecodeError> {
        let mut unpacked: Option<Vec<u8>> = None;
        for name in content_encoding.rsplit(',').map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            let Some(coding) = Coding::from_name(name) else { break };
            let packed = unpacked.as_deref().unwrap_or(body);
            unpacked = Some(self.decode_one(packed, coding, limit)?);
        }
        Ok(unpacked)
    }

    /// Unpacks one layer. An empty body is empty in every coding, as after HEAD or 304.
    ///
    /// `limit` is in bytes; it is lowered for a body that is packed as tightly as only a bomb is.
    pub fn decode_one(&mut self, body: &[u8], coding: Coding, limit: usize) -> Result<Vec<u8>, DecodeError> {
        if body.is_empty() {
            return Ok(Vec::new());
        }
        let limit = limit.min(TRUSTED_BYTES.max(body.len().saturating_mul(RATIO_MAX)));
        let first = self.layer(body, coding, limit.min(AT_ONCE_BYTES), 0);
        let result = match first {
            // A large body is measured before it is given memory: a bomb gets none, an honest one what it needs.
            Err(Fault::TooLarge { .. }) if limit > AT_ONCE_BYTES => match measure(body, coding, limit) {
                Some(size) if size > limit => Err(Fault::TooLarge { limit }),
                size => self.layer(body, coding, limit, size.unwrap_or_default()),
            },
            result => result,
        };
        result.map_err(|fault| DecodeError { coding, fault })
    }

    /// Unpacks one layer into memory for `size` bytes, or for a guess when that is 0.
    fn layer(&mut self, body: &[u8], coding: Coding, limit: usize, size: usize) -> Result<Vec<u8>, Fault> {
        match coding {
            Coding::Gzip => self.gunzip(body, limit, size),
            Coding::Deflate => self.deflate(body, limit, size),
            Coding::Brotli => unbrotli(body, limit, size),
            Coding::Zstd => unzstd(body, limit, size),
        }
    }

    fn gunzip(&mut self, body: &[u8], limit: usize, size: usize) -> Result<Vec<u8>, Fault> {
        let mut output = room(size, gzip_size_hint(body), limit);
        let mut at = 0;
        // A body may be several members, one behind the other.
        while at < body.len() {
            at += gzip::header_length(&body[at..]).map_err(|fault| match fault {
                HeaderFault::Invalid => Fault::Header,
                HeaderFault::Truncated => Fault::Truncated,
            })?;
            let start = output.len();
            at += self.inflate(&body[at..], false, &mut output, limit)?;
            let trailer = body.get(at..at + gzip::TRAILER_BYTES).and_then(|bytes| bytes.try_into().ok());
            if !gzip::trailer_fits(trailer.ok_or(Fault::Truncated)?, &output[start..]) {
                return Err(Fault::Checksum);
            }
            at += gzip::TRAILER_BYTES;
        }
        Ok(output)
    }

    fn deflate(&mut self, body: &[u8], limit: usize, size: usize) -> Result<Vec<u8>, Fault> {
        let mut output = room(size, body.len().saturating_mul(3), limit);
        let zlib = has_zlib_header(body);
        match self.inflate(body, zlib, &mut output, limit) {
            Ok(_) => Ok(output),
            // Neither form: then it is the zlib header, which the coding demands, that is missing.
            Err(Fault::Corrupt { .. }) if !zlib => Err(Fault::Header),
            Err(fault) => Err(fault),
        }
    }

    /// Inflates one stream at the start of `input` onto `output` and returns the length of its packed form.
    fn inflate(
        &mut self,
        input: &[u8],
        zlib: bool,
        output: &mut Vec<u8>,
        limit: usize,
    ) -> Result<usize, Fault> {
        let state = self.inflate.get_or_insert_with(|| Decompress::new(zlib));
        state.reset(zlib);
        loop {
            if output.len() == output.capacity() {
                // One byte beyond the limit is enough to see that it is passed.
                let room = output.len().max(4_096).min((limit + 1).saturating_sub(output.len()).max(1));
                output.reserve(room);
            }
            let consumed = state.total_in() as usize;
            let status = state.decompress_vec(&input[consumed..], output, FlushDecompress::None);
            if output.len() > limit {
                return Err(Fault::TooLarge { limit });
            }
            match status {
                Ok(Status::StreamEnd) => return Ok(state.total_in() as usize),
                Ok(_) if output.len() < output.capacity() && state.total_in() as usize == input.len() => {
                    return Err(Fault::Truncated);
                }
                Ok(Status::BufError) if output.len() < output.capacity() => return Err(Fault::Truncated),
                Ok(_) => {}
                Err(error) => return Err(inflate_fault(&error, state.total_in())),
            }
        }
    }
}

fn inflate_fault(error: &DecompressError, offset: u64) -> Fault {
    if error.message() == Some("incorrect data check") { Fault::Checksum } else { Fault::Corrupt { offset } }
}

/// How much to reserve for a gzip body: what its trailer says, as far as that can be true.
fn gzip_size_hint(body: &[u8]) -> usize {
    let stated = body.last_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize);
    stated.min(body.len().saturating_mul(DEFLATE_RATIO_MAX)) + 16
}

fn has_zlib_header(body: &[u8]) -> bool {
    let Some(&[method, flags]) = body.first_chunk() else { return false };
    method & 0x0f == 8 && method >> 4 <= 7 && u16::from_be_bytes([method, flags]) % 31 == 0
}

fn unbrotli(body: &[u8], limit: usize, size: usize) -> Result<Vec<u8>, Fault> {
    let mut packed = Packed { rest: body, drained: false };
    let result =
        read_bounded(brotli::Decompressor::new(&mut packed, 4_096), room(size, body.len() * 3, limit), limit);
    match result {
        Err(Fault::Corrupt { .. }) if packed.drained => Err(Fault::Truncated),
        result => result,
    }
}

/// A body that notes when more is wanted than there is: brotli reports damage and early ends alike.
struct Packed<'a> {
    rest: &'a [u8],
    drained: bool,
}

impl Read for Packed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.drained |= self.rest.is_empty();
        self.rest.read(buffer)
    }
}

fn unzstd(body: &[u8], limit: usize, size: usize) -> Result<Vec<u8>, Fault> {
    const MAGIC: u32 = 0xfd2f_b528;
    const SKIPPABLE: std::ops::RangeInclusive<u32> = 0x184d_2a50..=0x184d_2a5f;
    let magic = u32::from_le_bytes(*body.first_chunk().ok_or(Fault::Truncated)?);
    if magic != MAGIC && !SKIPPABLE.contains(&magic) {
        return Err(Fault::Header);
    }
    let corrupt = |_| Fault::Corrupt { offset: 0 };
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(corrupt)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(corrupt)?;
    read_bounded(decoder, room(size, body.len() * 3, limit), limit)
}

/// Memory for a body of `size` bytes; where that is not known (0), for the guess. The spare bytes let a decoder
/// see the end of its stream without another round.
fn room(size: usize, guess: usize, limit: usize) -> Vec<u8> {
    Vec::with_capacity(if size == 0 { guess.min(limit).min(AT_ONCE_BYTES) } else { size + 16 })
}

/// How large a body is unpacked, up to one byte more than `limit`; `None` when it is damaged on the way.
fn measure(body: &[u8], coding: Coding, limit: usize) -> Option<usize> {
    let reader: Box<dyn Read + '_> = match coding {
        Coding::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(body)),
        Coding::Deflate if has_zlib_header(body) => Box::new(flate2::bufread::ZlibDecoder::new(body)),
        Coding::Deflate => Box::new(flate2::bufread::DeflateDecoder::new(body)),
        Coding::Brotli => Box::new(brotli::Decompressor::new(body, 4_096)),
        Coding::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(body).ok()?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).ok()?;
            Box::new(decoder)
        }
    };
    let size = io::copy(&mut reader.take(limit as u64 + 1), &mut io::sink()).ok()?;
    usize::try_from(size).ok()
}

fn read_bounded(reader: impl Read, mut output: Vec<u8>, limit: usize) -> Result<Vec<u8>, Fault> {
    match reader.take(limit as u64 + 1).read_to_end(&mut output) {
        _ if output.len() > limit => Err(Fault::TooLarge { limit }),
        Ok(_) => Ok(output),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Fault::Truncated),
        Err(error) if error.to_string().contains("checksum") => Err(Fault::Checksum),
        Err(_) => Err(Fault::Corrupt { offset: 0 }),
    }
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
