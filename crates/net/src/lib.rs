//! DNS, sockets, TLS, HTTP/1.1, HTTP/2 and WebSocket with exact timing.
//!
//! Main types: [`Settings`] (one per process), [`Worker`] (one per thread), [`Client`] (one per virtual user),
//! which turns a [`Request`] into a [`Response`] or an [`Error`], each with the [`Trail`] of what was measured.
//! Nothing here knows of scripts or of metrics.

pub mod auth;
mod client;
mod connection;
pub mod cookie;
mod dial;
pub mod dns;
pub mod encoding;
pub mod error;
pub mod form;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod h1;
pub mod h2;
pub mod header;
mod headers;
mod local_ips;
mod proxy;
mod rate;
mod settings;
mod shortage;
mod socket;
mod tls;
mod trail;
mod url;
pub mod websocket;
mod worker;

pub use client::{
    Asked, AuthScheme, Client, Hop, Method, Note, Proto, Request, RequestHeaders, Response, Sending,
    SentHeaders, VersionPreference, Wire,
};
pub use error::Error;
pub use h1::Limits;
pub use header::canonical as canonical_header;
pub use headers::Headers;
pub use local_ips::LocalIps;
pub use proxy::{Proxy, ProxyKind, ProxySettings};
pub use rate::RateLimit;
pub use settings::{Http2, PoolScope, Settings, SettingsBuilder, USER_AGENT};
pub use shortage::Shortages;
pub use tls::{ClientIdentity, Store, TlsInfo, TlsSettings, Verifier, private_key};
pub use trail::{Phase, Trail};
pub use url::{InvalidUrl, Url, quoted};
pub use worker::{Counts, Worker};
