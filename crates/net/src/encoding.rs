//! Content encodings, both ways, on whole bodies and with a limit.

use std::io::{self, Read, Write};

/// A content encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coding {
    /// `gzip`
    Gzip,
    /// `deflate`, with zlib's header as the standard says; without it is read, too.
    Deflate,
    /// `br`
    Brotli,
    /// `zstd`
    Zstd,
}

impl Coding {
    /// The encoding that a header or a script names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Brotli,
            "zstd" => Self::Zstd,
            _ => return None,
        })
    }

    /// Its name in headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Encodes a body.
///
/// # Errors
/// When an encoder fails.
pub fn encode(body: &[u8], coding: Coding) -> io::Result<Vec<u8>> {
    let level = flate2::Compression::default();
    match coding {
        Coding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(body)?;
            encoder.finish()
        }
        Coding::Deflate => {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(body)?;
            encoder.finish()
        }
        Coding::Brotli => {
            let mut out = Vec::new();
            brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(body)?;
            Ok(out)
        }
        Coding::Zstd => zstd::stream::encode_all(body, 3),
    }
}

/// What is wrong with an encoded body, as Go says it.
#[must_use]
pub fn fault(error: &io::Error, coding: Coding) -> String {
    let text = error.to_string();
    match coding {
        Coding::Gzip if text.contains("header") => "gzip: invalid header".to_owned(),
        Coding::Gzip if error.kind() == io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        _ => format!("{}: {text}", coding.name()),
    }
}

/// Bodies up to this size may be packed as tightly as they like, bytes.
const TRUSTED_BYTES: usize = 64 << 20;
/// Up to this size a body is decoded in one go, bytes.
const AT_ONCE_BYTES: usize = 8 << 20;
/// How many times its packed size a larger body may have: text packs to a tenth, only a bomb to a thousandth.
const MOST_TIMES: usize = 100;

/// Decodes a body, to `limit` bytes at most, and to less when it is packed as only a bomb is.
///
/// # Errors
/// For bytes that are not of this encoding, and for bodies that grow past the limit.
pub fn decode(body: &[u8], coding: Coding, limit: usize) -> io::Result<Vec<u8>> {
    let limit = limit.min(TRUSTED_BYTES.max(body.len().saturating_mul(MOST_TIMES)));
    let mut out = Vec::new();
    let first = AT_ONCE_BYTES.min(limit);
    let mut decoder = decoder(body, coding)?;
    decoder.by_ref().take(first as u64).read_to_end(&mut out)?;
    if out.len() < first {
        return Ok(out);
    }
    // A large body is measured before it is given memory: a bomb gets none, an honest one what it needs.
    let rest = io::copy(&mut decoder.take((limit - first) as u64 + 1), &mut io::sink())?;
    let rest = usize::try_from(rest).unwrap_or(usize::MAX);
    if rest > limit - first {
        return Err(io::Error::other(format!("the decoded body is larger than {limit} bytes")));
    }
    if rest > 0 {
        out = Vec::with_capacity(first + rest);
        self::decoder(body, coding)?.take((first + rest) as u64).read_to_end(&mut out)?;
    }
    Ok(out)
}

fn decoder(body: &[u8], coding: Coding) -> io::Result<Box<dyn Read + '_>> {
    Ok(match coding {
        Coding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(body)),
        Coding::Deflate => {
            // The first two bytes tell whether there is a zlib header.
            let zlib = body.len() >= 2
                && body[0] & 0x0f == 8
                && (u16::from(body[0]) << 8 | u16::from(body[1])) % 31 == 0;
            if zlib {
                Box::new(flate2::read::ZlibDecoder::new(body))
            } else {
                Box::new(flate2::read::DeflateDecoder::new(body))
            }
        }
        Coding::Brotli => Box::new(brotli::Decompressor::new(body, 4096)),
        Coding::Zstd => Box::new(zstd::stream::read::Decoder::new(body)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];

    #[test]
    fn what_is_encoded_is_decoded() {
        let body = b"the text the text the text".repeat(50);
        for coding in ALL {
            let encoded = encode(&body, coding).expect("it can be encoded");
            assert_eq!(decode(&encoded, coding, 10_000).expect("it can be decoded"), body);
            assert!(decode(&encoded, coding, 100).is_err(), "{coding:?} heeds the limit");
            assert!(decode(b"no such thing", coding, 100).is_err());
        }
    }

    #[test]
    fn a_large_body_is_decoded_whole() {
        for length in [AT_ONCE_BYTES - 1, AT_ONCE_BYTES, AT_ONCE_BYTES + 1, 2 * AT_ONCE_BYTES] {
            let encoded = encode(&vec![7; length], Coding::Zstd).expect("it can be encoded");
            let decoded = decode(&encoded, Coding::Zstd, length).expect("it fits");
            assert!(decoded.len() == length && decoded.iter().all(|byte| *byte == 7), "{length}");
            assert!(decode(&encoded, Coding::Zstd, length - 1).is_err(), "{length}");
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked_to_its_end() {
        let bomb = encode(&vec![0; TRUSTED_BYTES + 1], Coding::Zstd).expect("it can be encoded");
        let error = decode(&bomb, Coding::Zstd, usize::MAX).expect_err("it is too large");
        assert!(error.to_string().contains(&TRUSTED_BYTES.to_string()), "{error}");
    }
}
