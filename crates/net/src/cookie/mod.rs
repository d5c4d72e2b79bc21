//! Cookies as k6 scripts see them: reading `Set-Cookie`, keeping a jar, writing the `Cookie` header.
//!
//! Main type: [`Jar`]. The rules are those of RFC 6265 in the reading of Go's `net/http` and its cookie jar
//! without a public suffix list. Nothing here reads a clock: the caller says what time it is.

mod date;
mod jar;
mod parse;
mod request;
mod scope;

pub use date::{DateError, parse_rfc1123};
pub use jar::{Attributes, Jar, MAX_COOKIE_BYTES, MAX_COOKIES};
pub use parse::{Cookie, parse_all};
pub use request::{DroppedByte, RequestCookie, RequestHeader, request_header};

use model::{Clock, Nanos};

/// Milliseconds since the Unix epoch: the wall time against which cookies expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The wall time of the run's clock right now.
    #[must_use]
    pub fn now(clock: &Clock) -> Self {
        Self::at(clock, clock.now())
    }

    /// The wall time of a point on the run's clock.
    #[must_use]
    pub const fn at(clock: &Clock, point: Nanos) -> Self {
        Self((clock.unix_ns(point) / 1_000_000) as i64)
    }
}
