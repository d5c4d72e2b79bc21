//! TLS of clients: what a run allows and trusts, and sessions over our own sockets.
//!
//! Main types: [`TlsSettings`] (what was asked for), [`Tls`] (ready configurations, one per process),
//! [`TlsStream`]. TLS 1.0 and 1.1 are not spoken, and neither are renegotiation and static-RSA suites.

mod config;
mod fault;
mod key;
mod store;
mod stream;
mod verify;

use rustls::{ClientConnection, ProtocolVersion};

pub(crate) use config::{Alpn, Tls};
pub use config::{ClientIdentity, TlsSettings};
pub(crate) use fault::fault_of;
pub use key::read as private_key;
pub use store::Store;
#[cfg(any(test, feature = "fuzzing"))]
pub use store::pkcs12;
pub(crate) use stream::TlsStream;
pub use verify::Verifier;

/// What a TLS handshake agreed on.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TlsInfo {
    /// `tls1.2` or `tls1.3`.
    pub version: &'static str,
    /// The IANA name, such as `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
}

impl TlsInfo {
    fn of(session: &ClientConnection) -> Self {
        let version = match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "tls1.2",
            Some(ProtocolVersion::TLSv1_3) => "tls1.3",
            _ => "",
        };
        let suite = session.negotiated_cipher_suite().map(|suite| config::suite_name(suite.suite()));
        Self { version, cipher_suite: suite.unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests;
