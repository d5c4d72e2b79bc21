//! Rooms for sizes and times: bytes, streams, drips and delays.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::{Visit, echo};
use crate::body::{Answer, Body, Outcome, Refusal, empty, ok, typed};

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// Larger payloads repeat a block of this size.
const BLOCK: usize = 64 << 10;
/// The largest payload: enough for any link that a test machine has.
const MAX_BYTES: u64 = 10 << 30;
const MAX_SPAN: Duration = Duration::from_secs(600);

/// One block of content: the same for every request that names no seed.
fn block(visit: &Visit<'_, '_>) -> Bytes {
    static COMMON: OnceLock<Bytes> = OnceLock::new();
    match visit.exchange.arg("seed").and_then(|seed| seed.parse().ok()) {
        None => COMMON.get_or_init(|| echo::pattern(0, BLOCK)).clone(),
        Some(seed) => echo::pattern(seed, BLOCK),
    }
}

/// `length` bytes of a repeated block, a block at a time.
fn blocks(block: Bytes, length: u64) -> Body {
    Body::stream(stream::unfold(length, move |left| {
        let piece = block.slice(..block.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
        async move { if left == 0 { None } else { Some((Ok(piece.clone()), left - piece.len() as u64)) } }
    }))
}

fn wanted_bytes(visit: &Visit<'_, '_>) -> Result<u64, Refusal> {
    Ok(visit.number::<u64>(0, "a number of bytes")?.min(MAX_BYTES))
}

/// `/bin/bytes/N[?seed=]`: N bytes with their length announced.
pub fn bytes(visit: &Visit<'_, '_>) -> Outcome {
    let length = wanted_bytes(visit)?;
    let block = block(visit);
    if length <= block.len() as u64 {
        return Ok(typed(StatusCode::OK, OCTETS, block.slice(..usize::try_from(length).unwrap_or(0))));
    }
    let mut answer = Answer::new(blocks(block, length));
    answer.headers_mut().insert(CONTENT_TYPE, OCTETS);
    answer.headers_mut().insert(CONTENT_LENGTH, length.into());
    Ok(answer)
}

/// `/bin/stream-bytes/N`: N bytes in chunks.
pub fn chunked_bytes(visit: &Visit<'_, '_>) -> Outcome {
    let mut answer = Answer::new(blocks(block(visit), wanted_bytes(visit)?));
    answer.headers_mut().insert(CONTENT_TYPE, OCTETS);
    Ok(answer)
}

/// `/bin/range/N`: N bytes, or the part of them that `Range` asks for.
pub fn range(visit: &Visit<'_, '_>) -> Outcome {
    let length =
        usize::try_from(visit.number::<u64>(0, "a number of bytes")?.min(BLOCK as u64)).unwrap_or(BLOCK);
    let whole = block(visit).slice(..length);
    let asked = visit.exchange.header(RANGE).and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let mut answer = match asked {
        None => typed(StatusCode::OK, OCTETS, whole),
        Some((from, to)) => {
            let from = from.parse().unwrap_or_else(|_| length.saturating_sub(to.parse().unwrap_or(0)));
            let last = to.parse().unwrap_or(usize::MAX).min(length.saturating_sub(1));
            if from > last {
                empty(StatusCode::RANGE_NOT_SATISFIABLE)
            } else {
                let mut part = typed(StatusCode::PARTIAL_CONTENT, OCTETS, whole.slice(from..=last));
                let shown = HeaderValue::from_str(&format!("bytes {from}-{last}/{length}"));
                part.headers_mut().extend(shown.ok().map(|shown| (CONTENT_RANGE, shown)));
                part
            }
        }
    };
    answer.headers_mut().insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(answer)
}

/// `/bin/stream/N`: N lines of JSON, each its own chunk.
pub fn lines(visit: &Visit<'_, '_>) -> Outcome {
    let count: u64 = visit.number::<u64>(0, "a number of lines")?.min(100_000);
    let url = visit.exchange.url();
    let lines =
        stream::iter(0..count).map(move |id| Ok(Bytes::from(format!("{}\n", json!({"id": id, "url": url})))));
    let mut answer = Answer::new(Body::stream(lines));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(answer)
}

/// A time in the path or query: `2`, `0.5` and `1.5s` are seconds, `150ms` milliseconds.
fn span(text: &str) -> Result<Duration, Refusal> {
    let (number, unit_s) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1e-3),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (text, 1.0),
    };
    let seconds = number.parse::<f64>().ok().map(|number| number * unit_s);
    let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    span.map(|span| span.min(MAX_SPAN)).ok_or_else(|| Refusal::bad_request(format!("`{text}` is not a time")))
}

/// `/bin/delay/SECONDS` or `/bin/delay/150ms`
pub async fn delay(visit: Visit<'_, '_>) -> Outcome {
    let span = span(&visit.segment(0, "a time")?)?;
    visit.shop.timer.sleep(span).await;
    let mut described = echo::head(visit.exchange);
    described["delayMs"] = (span.as_secs_f64() * 1e3).into();
    ok(&described)
}

/// A number of equal pieces with a pause before each but the first.
fn pieces(count: u64, piece: &Bytes, pause: Duration) -> Body {
    let piece = piece.clone();
    Body::stream(stream::unfold(0, move |sent| {
        let piece = piece.clone();
        async move {
            if sent == count {
                return None;
            }
            if sent > 0 {
                tokio::time::sleep(pause).await;
            }
            Some((Ok(piece), sent + 1))
        }
    }))
}

/// `/bin/drip?duration=2&numbytes=10&delay=0&code=200`: that many bytes spread over that time.
pub async fn drip(visit: Visit<'_, '_>) -> Outcome {
    let count = visit.exchange.arg_or("numbytes", 10_u64).clamp(1, 1 << 20);
    let over = span(&visit.exchange.arg("duration").unwrap_or_else(|| "2".into()))?;
    let delay = span(&visit.exchange.arg("delay").unwrap_or_else(|| "0".into()))?;
    visit.shop.timer.sleep(delay).await;
    let pause = over.div_f64(count as f64);
    let mut answer = Answer::new(pieces(count, &Bytes::from_static(b"*"), pause));
    *answer.status_mut() = StatusCode::from_u16(visit.exchange.arg_or("code", 200)).unwrap_or(StatusCode::OK);
    answer.headers_mut().insert(CONTENT_TYPE, OCTETS);
    answer.headers_mut().insert(CONTENT_LENGTH, count.into());
    Ok(answer)
}

/// `/bin/trickle/N/MS`: N chunks of text, so many milliseconds apart.
pub fn trickle(visit: &Visit<'_, '_>) -> Outcome {
    let count = visit.number::<u64>(0, "a number of chunks")?.min(100_000);
    let pause = Duration::from_millis(visit.number::<u64>(1, "a number of milliseconds")?).min(MAX_SPAN);
    let mut answer = Answer::new(pieces(count, &Bytes::from_static(b"a piece of text\n"), pause));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(answer)
}
