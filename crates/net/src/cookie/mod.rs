//! Cookies as k6 scripts see them: reading `Set-Cookie`, keeping a jar, writing the `Cookie` header.
//!
//! Main types: [`Jar`], which reads the time by itself, over [`Store`], which is told it. The rules are those of RFC 6265 in the reading of Go's `net/http` and its cookie jar
//! without a public suffix list.

mod date;
mod jar;
mod parse;
mod request;
mod scope;
mod script;

pub use date::{DateError, parse_rfc1123};
pub use jar::{Attributes, MAX_COOKIE_BYTES, MAX_COOKIES, Store};
pub use parse::{SetCookie, parse_all};
pub use request::{DroppedByte, RequestCookie, RequestHeader, request_header};
pub use script::{Cookie, Jar, SetOptions};

use std::time::{SystemTime, UNIX_EPOCH};

use model::{Clock, Nanos};

/// Milliseconds since the Unix epoch: the wall time against which cookies expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The wall time right now, as the machine says it.
    #[must_use]
    pub fn of_machine() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

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
