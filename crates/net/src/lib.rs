//! DNS, sockets, TLS, HTTP/1.1 and HTTP/2 with exact timing.

pub mod auth;
pub mod cookie;
pub mod encoding;
pub mod form;
pub mod h2;
pub mod header;
