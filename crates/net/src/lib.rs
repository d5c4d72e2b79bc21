//! DNS, sockets, TLS and HTTP with exact timing.
//!
//! [`Settings`] are built once per process, a [`Worker`] once per thread, a [`Client`] once per virtual user.
//! [`Client::send`] answers with a response and, hop by hop, a [`Trail`] of when each phase began and ended;
//! where the kernel tells when bytes arrived, its word counts. Scripts and metrics are not known here.

mod auth;
mod buffer;
mod client;
mod connection;
pub mod cookie;
mod dial;
mod dns;
pub mod encoding;
mod error;
pub mod form;
mod h1;
mod h2;
pub mod header;
mod multiplexed;
mod request;
mod response;
mod settings;
mod socket;
mod tls;
mod trail;
mod url;
mod wire;
mod worker;

pub use auth::AuthScheme;
pub use client::Client;
pub use error::Error;
pub use request::{Method, Request, VersionPreference};
pub use response::{Headers, Hop, Proto, Response};
pub use settings::{Settings, SettingsBuilder};
pub use tls::TlsInfo;
pub use trail::Trail;
pub use url::{InvalidUrl, Url};
pub use worker::Worker;
