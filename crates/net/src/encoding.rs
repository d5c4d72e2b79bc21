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

/// Decodes a body, to `limit` bytes at most.
///
/// # Errors
/// For bytes that are not of this encoding, and for bodies that grow past the limit.
pub fn decode(body: &[u8], coding: Coding, limit: usize) -> io::Result<Vec<u8>> {
    match coding {
        Coding::Gzip => read(flate2::read::MultiGzDecoder::new(body), limit),
        Coding::Deflate => {
            // The first two bytes tell whether there is a zlib header.
            let zlib = body.len() >= 2
                && body[0] & 0x0f == 8
                && (u16::from(body[0]) << 8 | u16::from(body[1])) % 31 == 0;
            if zlib {
                read(flate2::read::ZlibDecoder::new(body), limit)
            } else {
                read(flate2::read::DeflateDecoder::new(body), limit)
            }
        }
        Coding::Brotli => read(brotli::Decompressor::new(body, 4096), limit),
        Coding::Zstd => read(zstd::stream::read::Decoder::new(body)?, limit),
    }
}

fn read(decoder: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(most).read_to_end(&mut out)?;
    if out.len() > limit {
        return Err(io::Error::other(format!("the decoded body is larger than {limit} bytes")));
    }
    Ok(out)
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
}
