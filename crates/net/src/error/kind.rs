//! Everything that can go wrong with a request, each with k6's code and k6's two texts.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};

use nix::errno::Errno;

use crate::h2;
use crate::url::quoted;

/// Which call on a socket failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// Receiving.
    Read,
    /// Sending.
    Write,
}

impl Call {
    /// The name of the call as messages say it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Where an HTTP/2 error struck.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Http2Scope {
    /// The server said GOAWAY.
    GoAway,
    /// One stream was reset.
    Stream,
    /// The connection broke the protocol.
    Connection,
}

/// What went wrong with a request.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// The address is no URL; the parser's words.
    InvalidUrl(String),
    /// The scheme is neither `http` nor `https`.
    UnsupportedScheme(String),
    /// The URL has no host.
    NoHost,
    /// A header name or value, or a method, cannot be sent.
    InvalidRequest(String),
    /// The request's own timeout ran out.
    RequestTimeout,
    /// The name exists nowhere.
    NoSuchHost(String),
    /// The name could not be looked up.
    Lookup {
        /// The name.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// The address is on the block list.
    BlockedAddress {
        /// The address.
        ip: IpAddr,
        /// The entry of the list.
        range: String,
    },
    /// The host name is on the block list.
    BlockedHost {
        /// The name.
        host: String,
        /// The entry of the list.
        pattern: String,
    },
    /// The port of the URL is no TCP port.
    InvalidPort(u32),
    /// No TCP connection within the time for dialling.
    DialTimeout(SocketAddr),
    /// The kernel refused to make a socket or a connection.
    Dial {
        /// To where.
        remote: SocketAddr,
        /// The kernel's reason.
        errno: i32,
        /// `socket`, `bind` or `connect`.
        step: &'static str,
    },
    /// A socket failed while in use.
    Socket {
        /// Which call.
        call: Call,
        /// Our end.
        local: Option<SocketAddr>,
        /// Their end.
        remote: Option<SocketAddr>,
        /// The kernel's reason.
        errno: i32,
    },
    /// The connection was closed before any answer.
    Eof,
    /// The connection was closed in the middle of an answer.
    UnexpectedEof,
    /// The answer is not HTTP; Go's words.
    Malformed(String),
    /// The body breaks its framing, or a limit; Go's words where it has some.
    BadBody(String),
    /// The peer does not speak TLS at all.
    NotTls,
    /// Nobody we trust vouches for the certificate.
    UnknownAuthority,
    /// The certificate is for another name.
    HostnameMismatch(String),
    /// Another fault of TLS.
    Tls(String),
    /// An HTTP/2 error with its code.
    Http2 {
        /// Where.
        scope: Http2Scope,
        /// The error code of RFC 9113.
        code: u32,
        /// The whole text.
        text: String,
    },
    /// Another fault of HTTP/2.
    Http2Other(String),
    /// The body could not be decompressed.
    Decompression(String),
    /// The `Location` of a redirect is no URL.
    BadLocation {
        /// As it came.
        location: String,
        /// The parser's words.
        reason: String,
    },
    /// A proxy could not be used.
    Proxy(String),
    /// An authentication scheme's exchange broke.
    Auth(String),
    /// A WebSocket could not be opened, or was not kept to its protocol.
    WebSocket(String),
}

/// The name of an `errno` in lower case, as Go prints it.
fn errno_text(errno: i32) -> String {
    Errno::from_raw(errno).desc().to_lowercase()
}

impl Kind {
    /// A socket's failure as a kind; an end of file is one too.
    pub(crate) fn from_io(
        error: &io::Error,
        call: Call,
        ends: (Option<SocketAddr>, Option<SocketAddr>),
    ) -> Self {
        match error.raw_os_error() {
            Some(errno) => Self::Socket { call, local: ends.0, remote: ends.1, errno },
            None if error.kind() == io::ErrorKind::UnexpectedEof => Self::UnexpectedEof,
            None => Self::BadBody(error.to_string()),
        }
    }

    /// k6's error code.
    #[must_use]
    pub fn code(&self) -> u16 {
        match self {
            Self::InvalidUrl(_) => 1020,
            Self::RequestTimeout => 1050,
            Self::Lookup { .. } => 1100,
            Self::NoSuchHost(_) => 1101,
            Self::BlockedAddress { .. } => 1110,
            Self::BlockedHost { .. } => 1111,
            Self::InvalidPort(_) => 1210,
            Self::DialTimeout(_) => 1211,
            Self::Dial { errno, .. } => match Errno::from_raw(*errno) {
                Errno::ECONNREFUSED => 1212,
                Errno::ETIMEDOUT => 1211,
                Errno::ECONNRESET => 1220,
                _ => 1213,
            },
            Self::Socket { call, errno, .. } => match (Errno::from_raw(*errno), call) {
                (Errno::ECONNRESET, _) => 1220,
                (Errno::EPIPE, Call::Write) => 1201,
                _ => 1202,
            },
            Self::Tls(_) => 1300,
            Self::NotTls => 1301,
            Self::UnknownAuthority => 1310,
            Self::HostnameMismatch(_) => 1311,
            Self::Http2Other(_) => 1600,
            Self::Http2 { scope, code, .. } => {
                let unknown = match scope {
                    Http2Scope::GoAway => 1610,
                    Http2Scope::Stream => 1630,
                    Http2Scope::Connection => 1650,
                };
                // Each range has room for the codes of RFC 9113 and no more.
                if *code < h2::CODE_NAMES.len() as u32 { unknown + 1 + *code as u16 } else { unknown }
            }
            Self::Decompression(_) => 1701,
            _ => 1000,
        }
    }

    /// The short text: the `error` tag and the `error` member of a response.
    #[must_use]
    pub fn short(&self) -> String {
        match self {
            Self::InvalidUrl(reason) => format!("invalid URL: {reason}"),
            Self::NoSuchHost(_) => "lookup: no such host".to_owned(),
            Self::BlockedAddress { .. } => "ip is blacklisted".to_owned(),
            Self::BlockedHost { .. } => "hostname is blocked".to_owned(),
            Self::DialTimeout(_) => "dial: i/o timeout".to_owned(),
            Self::Dial { errno, .. } => match Errno::from_raw(*errno) {
                Errno::ECONNREFUSED => "dial: connection refused".to_owned(),
                Errno::ETIMEDOUT => "dial: i/o timeout".to_owned(),
                Errno::ECONNRESET => "dial: connection reset by peer".to_owned(),
                _ => unknown_errno("dial", *errno),
            },
            Self::Socket { call, errno, .. } => match (Errno::from_raw(*errno), call) {
                (Errno::ECONNRESET, call) => format!("{}: connection reset by peer", call.name()),
                (Errno::EPIPE, Call::Write) => "write: broken pipe".to_owned(),
                (_, call) => unknown_errno(call.name(), *errno),
            },
            Self::Malformed(reason) => reason.clone(),
            Self::NotTls => "tls: first record does not look like a TLS handshake".to_owned(),
            Self::UnknownAuthority => "x509: unknown authority".to_owned(),
            Self::HostnameMismatch(_) => "x509: certificate doesn't match hostname".to_owned(),
            Self::Http2 { scope, code, .. } => {
                let code = h2::code_name(*code);
                match scope {
                    Http2Scope::GoAway => format!("http2: received GoAway with http2 ErrCode {code}"),
                    Http2Scope::Stream => format!("http2: stream error with http2 ErrCode {code}"),
                    Http2Scope::Connection => format!("http2: connection error with http2 ErrCode {code}"),
                }
            }
            // The repetition is k6's.
            Self::Decompression(reason) => {
                format!("error decompressing response body (error decompressing response body ({reason}))")
            }
            other => other.full(),
        }
    }

    /// The long text, as it is logged.
    #[must_use]
    pub fn full(&self) -> String {
        match self {
            Self::UnsupportedScheme(scheme) => {
                format!("unsupported protocol scheme {}", quoted(scheme.as_bytes()))
            }
            Self::NoHost => "http: no Host in request URL".to_owned(),
            Self::RequestTimeout => "request timeout".to_owned(),
            Self::NoSuchHost(host) => format!("lookup {host}: no such host"),
            Self::Lookup { host, reason } => format!("lookup {host}: {reason}"),
            Self::BlockedAddress { ip, range } => format!("IP ({ip}) is in a blacklisted range ({range})"),
            Self::BlockedHost { host, pattern } => {
                format!("hostname ({host}) is in a blocked pattern ({pattern})")
            }
            Self::InvalidPort(port) => format!("dial tcp: address {port}: invalid port"),
            Self::DialTimeout(remote) => format!("dial tcp {remote}: i/o timeout"),
            Self::Dial { remote, errno, step } => {
                format!("dial tcp {remote}: {step}: {}", errno_text(*errno))
            }
            Self::Socket { call, local, remote, errno } => {
                let call = call.name();
                match (local, remote) {
                    (Some(local), Some(remote)) => {
                        format!("{call} tcp {local}->{remote}: {call}: {}", errno_text(*errno))
                    }
                    _ => format!("{call} tcp: {call}: {}", errno_text(*errno)),
                }
            }
            Self::Eof => "EOF".to_owned(),
            Self::UnexpectedEof => "unexpected EOF".to_owned(),
            Self::Malformed(reason) => format!("net/http: HTTP/1.x transport connection broken: {reason}"),
            Self::NotTls => "http: server gave HTTP response to HTTPS client".to_owned(),
            Self::UnknownAuthority => {
                "tls: failed to verify certificate: x509: certificate signed by unknown authority".to_owned()
            }
            Self::HostnameMismatch(reason) => format!("tls: failed to verify certificate: x509: {reason}"),
            Self::Http2 { text, .. } => text.clone(),
            Self::Decompression(reason) => format!("error decompressing response body ({reason})"),
            Self::BadLocation { location, reason } => {
                format!("failed to parse Location header {}: {reason}", quoted(location.as_bytes()))
            }
            Self::InvalidUrl(_) => self.short(),
            Self::InvalidRequest(text)
            | Self::BadBody(text)
            | Self::Tls(text)
            | Self::Http2Other(text)
            | Self::Proxy(text)
            | Self::Auth(text)
            | Self::WebSocket(text) => text.clone(),
        }
    }
}

fn unknown_errno(call: &str, errno: i32) -> String {
    format!(
        "{call}: unknown errno `{errno}` on {} with message `{}`",
        std::env::consts::OS,
        errno_text(errno)
    )
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short())
    }
}
