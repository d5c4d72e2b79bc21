//! The tags that the program itself puts on samples: which ones are wanted, their interned names, and the tag sets
//! of HTTP requests.
//!
//! Main types: [`TagChoice`], [`TagKeys`] and [`HttpTags`]. Whoever measures requests, a script or a compiled plan,
//! labels them here, so that both say the same of the same request. Nothing here sends or records anything.

mod http;

pub use http::{HttpHop, HttpTags};

use crate::recorder::Recorder;
use crate::sym::Sym;

/// Which system tags samples have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent choice of the user")]
pub struct TagChoice {
    /// HTTP version.
    pub proto: bool,
    /// WebSocket sub-protocol.
    pub subproto: bool,
    /// Response status.
    pub status: bool,
    /// Request method.
    pub method: bool,
    /// Request address.
    pub url: bool,
    /// The name of the request, its address unless the test names it.
    pub name: bool,
    /// The group.
    pub group: bool,
    /// The check.
    pub check: bool,
    /// Error message.
    pub error: bool,
    /// Error code.
    pub error_code: bool,
    /// TLS version.
    pub tls_version: bool,
    /// The scenario.
    pub scenario: bool,
    /// Whether the response was expected.
    pub expected_response: bool,
    /// The user's number, as metadata.
    pub vu: bool,
    /// The iteration's number, as metadata.
    pub iter: bool,
    /// OCSP status.
    pub ocsp_status: bool,
    /// The remote address.
    pub ip: bool,
}

/// Interned tag names that are on most samples.
#[expect(missing_docs, reason = "each is the symbol of its own name")]
#[derive(Clone, Copy, Debug)]
pub struct TagKeys {
    pub group: Sym,
    pub scenario: Sym,
    pub check: Sym,
    pub proto: Sym,
    pub status: Sym,
    pub method: Sym,
    pub url: Sym,
    pub name: Sym,
    pub error: Sym,
    pub error_code: Sym,
    pub tls_version: Sym,
    pub expected_response: Sym,
    pub ip: Sym,
    pub vu: Sym,
    pub iter: Sym,
    pub yes: Sym,
    pub no: Sym,
    pub empty: Sym,
}

impl TagKeys {
    /// The names as symbols of this recorder.
    pub fn new(recorder: &mut Recorder) -> Self {
        let mut sym = |name: &str| recorder.sym(name);
        Self {
            group: sym("group"),
            scenario: sym("scenario"),
            check: sym("check"),
            proto: sym("proto"),
            status: sym("status"),
            method: sym("method"),
            url: sym("url"),
            name: sym("name"),
            error: sym("error"),
            error_code: sym("error_code"),
            tls_version: sym("tls_version"),
            expected_response: sym("expected_response"),
            ip: sym("ip"),
            vu: sym("vu"),
            iter: sym("iter"),
            yes: sym("true"),
            no: sym("false"),
            empty: sym(""),
        }
    }
}
