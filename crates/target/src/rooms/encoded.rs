//! Rooms whose answers are encoded: gzip, deflate, brotli, zstd, base64.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::{Visit, echo};
use crate::body::{Outcome, Refusal, json_answer, json_bytes, text};

/// Every encoding writes into memory, which cannot fail.
const IN_MEMORY: &str = "writing into memory does not fail";

fn gzipped(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect(IN_MEMORY);
    encoder.finish().expect(IN_MEMORY)
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect(IN_MEMORY);
    encoder.finish().expect(IN_MEMORY)
}

fn brotlied(data: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut encoded, 4096, 5, 22);
    encoder.write_all(data).expect(IN_MEMORY);
    drop(encoder);
    encoded
}

fn zstd_encoded(data: &[u8]) -> Vec<u8> {
    zstd::encode_all(data, 3).expect(IN_MEMORY)
}

type Encode = fn(&[u8]) -> Vec<u8>;

/// The request's head, encoded. `?repeat=N` repeats it, for answers that are worth encoding.
fn encoded(visit: &Visit<'_, '_>, name: &'static str, flag: &str, encode: Encode) -> Outcome {
    /// About 10 MB of JSON.
    const MAX_REPEAT: usize = 10_000;
    let mut described = echo::head(visit.exchange);
    described[flag] = true.into();
    let repeat = visit.exchange.arg_or("repeat", 0_usize).min(MAX_REPEAT);
    if repeat > 0 {
        described["rows"] =
            (0..repeat).map(|row| json!({"row": row, "text": "the same words again and again"})).collect();
    }
    let plain = serde_json::to_vec(&described).expect("text keys always serialise");
    let mut answer = json_bytes(StatusCode::OK, encode(&plain).into());
    answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    Ok(answer)
}

/// Always gzip.
pub fn gzip(visit: &Visit<'_, '_>) -> Outcome {
    encoded(visit, "gzip", "gzipped", gzipped)
}

/// Always deflate, in the zlib form.
pub fn deflate(visit: &Visit<'_, '_>) -> Outcome {
    encoded(visit, "deflate", "deflated", deflated)
}

/// Always brotli.
pub fn brotli(visit: &Visit<'_, '_>) -> Outcome {
    encoded(visit, "br", "brotli", brotlied)
}

/// Always zstd.
pub fn zstandard(visit: &Visit<'_, '_>) -> Outcome {
    encoded(visit, "zstd", "zstd", zstd_encoded)
}

/// Whatever the client likes: the first of zstd, br, gzip and deflate that it takes, else plain.
pub fn negotiated(visit: &Visit<'_, '_>) -> Outcome {
    const KNOWN: [(&str, &str, Encode); 4] = [
        ("zstd", "zstd", zstd_encoded),
        ("br", "brotli", brotlied),
        ("gzip", "gzipped", gzipped),
        ("deflate", "deflated", deflated),
    ];
    let accepted = visit.exchange.header(ACCEPT_ENCODING).unwrap_or_default();
    let takes = |name: &str| {
        accepted.split(',').any(|one| {
            let (coding, quality) = one.split_once(';').unwrap_or((one, ""));
            coding.trim().eq_ignore_ascii_case(name) && quality.trim() != "q=0"
        })
    };
    let mut answer = match KNOWN.iter().find(|(name, ..)| takes(name)) {
        Some((name, flag, encode)) => encoded(visit, name, flag, *encode)?,
        None => json_answer(StatusCode::OK, &echo::head(visit.exchange)),
    };
    answer.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    Ok(answer)
}

/// `/bin/base64/TEXT`: the text decoded.
pub fn base64(visit: &Visit<'_, '_>) -> Outcome {
    let encoded = visit.segment(0, "a text")?;
    let decoded = STANDARD.decode(&encoded).or_else(|_| URL_SAFE.decode(&encoded));
    decoded.map(text).map_err(|_| Refusal::bad_request(format!("`{encoded}` is not base64")))
}
