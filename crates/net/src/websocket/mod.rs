//! WebSockets by RFC 6455 with permessage-deflate (RFC 7692), the client's side.
//!
//! Main types: [`Handshake`], which [`Client::open_websocket`](crate::Client::open_websocket) sends, and
//! [`WebSocket`], which speaks frames over the connection that it gets. A connection is dialled like that of
//! any request. What messages mean, and when pings are sent, is the caller's business.

mod close;
mod deflate;
mod frame;
#[cfg(any(test, feature = "fuzzing"))]
mod fuzzing;
mod handshake;
mod socket;

pub use close::{Close, code};
pub(crate) use deflate::Codec;
#[cfg(any(test, feature = "fuzzing"))]
pub use fuzzing::websocket;
pub use handshake::{Handshake, Opening, Upgrade};
pub use socket::{Broken, Incoming, Outgoing, WebSocket};

/// The largest message that is taken, in bytes, after unpacking; one that claims more ends the connection.
pub const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// How much may wait to be sent on one connection, in bytes.
pub const WAITING_BYTES_MAX: usize = 256 << 20;

#[cfg(test)]
mod tests;
