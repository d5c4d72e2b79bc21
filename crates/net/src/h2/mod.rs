//! HTTP/2 client connections over any byte stream, with the edges of each request as its frames show them.
//!
//! Main type: [`Connection`], which carries many requests at once. It dials nothing, negotiates nothing and
//! sets no timeouts: a caller that gives up drops the future of [`Connection::send`], which resets the stream.
//! A pool asks [`Connection::is_open`] and [`Connection::has_room`] before it hands a connection out.

mod connection;
mod error;
mod exchange;
mod frames;
mod meter;
mod request;
mod tap;

pub use connection::{Connection, connect};
pub(crate) use error::{CODE_NAMES, code_name};
pub use error::{Error, Kind, Scope};
pub use exchange::{Limits, Response};
pub use frames::{Event, Frame, Scanner};
pub use meter::Edges;
pub use request::Request;

use std::cell::Cell;
use std::rc::Rc;

use model::Nanos;

/// What a connection grants its server, and where its times come from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bytes a server may send ahead on one stream.
    pub stream_window: u32,
    /// Bytes a server may send ahead on all streams together.
    pub connection_window: u32,
    /// Bytes of unpacked headers a response may have; more ends the stream.
    pub max_header_bytes: u32,
    /// Where the stream below leaves the time at which the kernel received the bytes of the latest read.
    /// Zero means that it does not know. Without it the clock is read after each read.
    pub kernel_stamp: Option<Rc<Cell<Nanos>>>,
}

impl Default for Settings {
    /// Windows of 4 MiB a stream and 64 MiB a connection, so that a server is seldom held back; 10 MiB of headers.
    fn default() -> Self {
        Self {
            stream_window: 4 << 20,
            connection_window: 64 << 20,
            max_header_bytes: 10 << 20,
            kernel_stamp: None,
        }
    }
}

#[cfg(test)]
mod rude_tests;
#[cfg(test)]
mod tests;
