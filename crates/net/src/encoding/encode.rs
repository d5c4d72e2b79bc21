//! Packing request bodies for the `compression` parameter.

use std::io::Read;

use flate2::Compression;

use super::Coding;

/// The level at which k6's brotli packs when not told otherwise.
const BROTLI_LEVEL: u32 = 6;
const BROTLI_WINDOW_LOG: u32 = 22;

/// Packs `body` with each coding in turn.
#[must_use]
pub fn encode(body: &[u8], codings: &[Coding]) -> Vec<u8> {
    let mut packed = body.to_vec();
    for &coding in codings {
        packed = encode_one(&packed, coding);
    }
    packed
}

fn encode_one(body: &[u8], coding: Coding) -> Vec<u8> {
    match coding {
        Coding::Gzip => drain(flate2::bufread::GzEncoder::new(body, Compression::default())),
        Coding::Deflate => drain(flate2::bufread::ZlibEncoder::new(body, Compression::default())),
        Coding::Brotli => drain(brotli::CompressorReader::new(body, 4_096, BROTLI_LEVEL, BROTLI_WINDOW_LOG)),
        Coding::Zstd => zstd::encode_all(body, zstd::DEFAULT_COMPRESSION_LEVEL)
            .expect("packing from memory to memory cannot fail"),
    }
}

fn drain(mut reader: impl Read) -> Vec<u8> {
    let mut packed = Vec::new();
    reader.read_to_end(&mut packed).expect("packing from memory to memory cannot fail");
    packed
}
