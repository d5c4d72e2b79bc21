//! HTTP/1.1 on the wire.
//!
//! [`request`] writes a request's head in Go's order, [`Decoder`] reads a response from any cut of its
//! bytes, [`exchange`] drives both over a connection and takes the times. Which connection that is, and
//! what a redirect means, is the client's business.

mod chunked;
mod decoder;
mod exchange;
mod fault;
mod head;
mod known;
pub(crate) mod request;

pub(crate) use decoder::{Decoder, Expect};
pub(crate) use exchange::{Exchange, Failure, Heading, Progress, Reply};
pub(crate) use head::Head;
pub(crate) use known::{KnownHeads, Places};

/// How much of a response is accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of a response's head.
    pub head_bytes: usize,
    /// Headers of a response.
    pub headers: usize,
    /// Bytes of a body that is kept.
    pub body_bytes: u64,
    /// Bytes of a body after decompression.
    pub decompressed_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head_bytes: 1 << 20, headers: 4096, body_bytes: 2 << 30, decompressed_bytes: 1 << 30 }
    }
}

#[cfg(test)]
mod tests;
