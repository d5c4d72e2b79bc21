//! What befalls one request: drawn once, then done before and after the handler.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http::header::{CONTENT_LENGTH, HeaderName};
use http::{HeaderValue, StatusCode, Version};
use serde_json::json;

use super::Fault;
use crate::body::{Answer, Body, json_answer};
use crate::exchange::Line;
use crate::random::Random;
use crate::shop::Shop;

/// How long a stalled answer is held before its connection is cut.
const STALL: Duration = Duration::from_secs(300);

/// Ends a connection without an answer.
#[derive(Debug)]
pub(crate) struct Hangup;

impl std::fmt::Display for Hangup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hung up on purpose")
    }
}

impl std::error::Error for Hangup {}

/// What happens to an answer on its way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Harm {
    Stall,
    Truncate,
    Malform,
}

/// What befalls one request.
#[derive(Default)]
pub(crate) struct Effects {
    delay: Duration,
    instead: Option<(StatusCode, String)>,
    circuit_open: bool,
    reset: bool,
    harm: Option<Harm>,
}

impl Effects {
    /// Adds what a fault does this time.
    pub fn draw(&mut self, fault: &Fault, random: &Random) {
        let hit = |rate: f64| rate > 0.0 && random.unit() < rate;
        self.delay += fault.delay;
        if !fault.jitter.is_zero() {
            self.delay += fault.jitter.mul_f64(random.unit());
        }
        if hit(fault.error_rate) {
            self.instead = Some((fault.error_status, "an error on purpose".to_owned()));
        }
        if hit(fault.circuit_rate) {
            self.instead = Some((StatusCode::SERVICE_UNAVAILABLE, "the circuit breaker is open".to_owned()));
            self.circuit_open = true;
        }
        self.reset |= hit(fault.reset_rate);
        for (rate, harm) in [
            (fault.stall_rate, Harm::Stall),
            (fault.truncate_rate, Harm::Truncate),
            (fault.malformed_rate, Harm::Malform),
        ] {
            if hit(rate) {
                self.harm = Some(harm);
            }
        }
    }

    /// Refuses the request, because what it asks for cannot be understood.
    pub fn refuse(&mut self, message: String) {
        self.instead = Some((StatusCode::BAD_REQUEST, message));
    }

    /// Waits, hangs up or answers in the handler's place.
    pub async fn before(&self, shop: &Shop, line: &Line, version: Version) -> Result<Option<Answer>, Hangup> {
        if !self.delay.is_zero() {
            shop.timer.sleep(self.delay).await;
        }
        if self.reset {
            // In HTTP/2 the stream is reset; its neighbours on the connection are not to blame.
            if version < Version::HTTP_2 {
                line.reset();
            }
            return Err(Hangup);
        }
        Ok(self.instead.as_ref().map(|(status, message)| {
            let code = if self.circuit_open { "circuit_open" } else { "fault" };
            let body = json!({"error": {"code": code, "message": message}, "message": message});
            let mut answer = json_answer(*status, &body);
            if self.circuit_open {
                let name = HeaderName::from_static("x-circuit-breaker");
                answer.headers_mut().insert(name, HeaderValue::from_static("open"));
            }
            answer
        }))
    }

    /// Harms the answer on its way out.
    pub fn after(&self, answer: Answer) -> Answer {
        let Some(harm) = self.harm else { return answer };
        let (mut parts, body) = answer.into_parts();
        let bytes = match body {
            // There is nothing to harm in an answer without a body.
            Body::Whole(bytes) if bytes.is_empty() => return Answer::from_parts(parts, Body::Whole(bytes)),
            Body::Whole(bytes) => bytes,
            Body::Chunks(_) => Bytes::from_static(b"half of "),
        };
        // The length of the harmed body is another one.
        parts.headers.remove(CONTENT_LENGTH);
        let half = bytes.slice(..bytes.len() / 2);
        let body = match harm {
            Harm::Malform => {
                let mut broken = half.to_vec();
                broken.extend_from_slice(b"\x00\xff{[<not what it says");
                Body::Whole(broken.into())
            }
            Harm::Truncate | Harm::Stall => {
                parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
                let end = async move {
                    // Even a cut comes after a moment: only a body that pauses is flushed.
                    let pause = if harm == Harm::Stall { STALL } else { Duration::from_millis(1) };
                    tokio::time::sleep(pause).await;
                    Err(io::Error::other("cut on purpose"))
                };
                Body::stream(stream::iter([Ok(half)]).chain(stream::once(end)))
            }
        };
        Answer::from_parts(parts, body)
    }
}
