//! What can go wrong with an exchange: the whole space, with k6's numbers and words.

use std::fmt;
use std::io;

use bytes::Bytes;

use crate::h2;
use crate::trail::Trail;

/// Why an exchange failed.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    context: Option<Box<Context>>,
}

#[derive(Debug, Default)]
struct Context {
    /// `Get "http://…"`, in front of most messages.
    prefix: String,
    trail: Option<Trail>,
    body: Option<Bytes>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// A message of Go's HTTP client that has no number of its own.
    Generic {
        message: String,
        whole: Option<String>,
    },
    Timeout,
    /// The body ended too early.
    UnexpectedEof,
    NoSuchHost {
        host: String,
    },
    Lookup {
        host: String,
        reason: String,
    },
    BlockedHostname {
        host: String,
        pattern: String,
    },
    BlacklistedIp {
        ip: String,
        range: String,
    },
    /// Dialling failed; the address as `host:port`.
    Dial {
        address: String,
        error: io::Error,
    },
    DialTimeout {
        address: String,
    },
    BadPort {
        port: String,
    },
    /// The connection broke while it was used.
    Broken {
        reading: bool,
        error: io::Error,
        local: String,
        remote: String,
    },
    Tls(rustls::Error),
    /// The other side does not speak TLS.
    NotTls {
        http: bool,
    },
    Decompression(String),
    /// What HTTP/2 itself has to say; a connection that broke is told as such.
    Http2(h2::Kind),
}

impl Error {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, context: None }
    }

    pub(crate) fn generic(message: impl Into<String>) -> Self {
        Self::new(Kind::Generic { message: message.into(), whole: None })
    }

    fn context(&mut self) -> &mut Context {
        self.context.get_or_insert_default()
    }

    /// The same error with the request that failed.
    pub(crate) fn of(mut self, method: &str, url: &str) -> Self {
        let mut name = method.to_ascii_lowercase();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        self.context().prefix = format!("{name} {url:?}");
        self
    }

    pub(crate) fn with_trail(mut self, trail: Trail) -> Self {
        self.context().trail = Some(trail);
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.context().body = Some(body);
        self
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What was measured until the failure.
    #[must_use]
    pub fn trail(&self) -> Option<&Trail> {
        self.context.as_ref()?.trail.as_ref()
    }

    /// The part of the body that had arrived.
    #[must_use]
    pub fn partial_body(&self) -> Option<Bytes> {
        self.context.as_ref()?.body.clone()
    }

    /// k6's number for it.
    #[must_use]
    pub fn code(&self) -> u16 {
        match &self.kind {
            Kind::Generic { .. } | Kind::UnexpectedEof => 1000,
            Kind::Timeout => 1050,
            Kind::Lookup { .. } => 1100,
            Kind::NoSuchHost { .. } => 1101,
            Kind::BlacklistedIp { .. } => 1110,
            Kind::BlockedHostname { .. } => 1111,
            Kind::Broken { error, .. } if error.kind() == io::ErrorKind::UnexpectedEof => 1000,
            Kind::Broken { error, .. } => match error.raw_os_error() {
                Some(libc::ECONNRESET) => 1220,
                Some(libc::EPIPE) => 1201,
                Some(_) => 1202,
                None => 1200,
            },
            Kind::BadPort { .. } => 1210,
            Kind::DialTimeout { .. } => 1211,
            Kind::Dial { error, .. } => match error.raw_os_error() {
                Some(libc::ECONNREFUSED) => 1212,
                Some(libc::ETIMEDOUT) => 1211,
                // Refusal has a number of its own: who resets had accepted, and hung up before we looked.
                Some(libc::ECONNRESET) => 1220,
                Some(_) => 1213,
                None => 1210,
            },
            Kind::Tls(error) => match error {
                rustls::Error::InvalidCertificate(fault) => match fault {
                    rustls::CertificateError::NotValidForName
                    | rustls::CertificateError::NotValidForNameContext { .. } => 1311,
                    // A certificate out of its time has no number of its own.
                    rustls::CertificateError::Expired
                    | rustls::CertificateError::ExpiredContext { .. }
                    | rustls::CertificateError::NotValidYet
                    | rustls::CertificateError::NotValidYetContext { .. } => 1000,
                    _ => 1310,
                },
                _ => 1300,
            },
            Kind::NotTls { .. } => 1301,
            Kind::Decompression(_) => 1701,
            Kind::Http2(kind) => kind.code().unwrap_or(1600),
        }
    }

    /// Whether the program ran out of file descriptors or ports.
    #[must_use]
    pub fn is_exhaustion(&self) -> bool {
        matches!(&self.kind, Kind::Dial { error, .. }
            if matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::EADDRNOTAVAIL | libc::EADDRINUSE)))
    }

    /// The whole message, as it is logged and thrown.
    #[must_use]
    pub fn detail(&self) -> String {
        let inner = self.inner();
        match self.context.as_ref().map(|context| context.prefix.as_str()).filter(|prefix| !prefix.is_empty())
        {
            // Go's client names the request unless the failure came while the body was read.
            Some(prefix) if !matches!(self.kind, Kind::UnexpectedEof | Kind::Decompression(_)) => {
                format!("{prefix}: {inner}")
            }
            _ => inner,
        }
    }

    fn inner(&self) -> String {
        match &self.kind {
            Kind::Generic { message, whole } => whole.clone().unwrap_or_else(|| message.clone()),
            Kind::Dial { address, error } => format!("dial tcp {address}: connect: {}", os_words(error)),
            Kind::DialTimeout { address } => format!("dial tcp {address}: i/o timeout"),
            Kind::BadPort { port } => format!("dial tcp: address {port}: invalid port"),
            Kind::NoSuchHost { host } => format!("lookup {host}: no such host"),
            Kind::Lookup { host, reason } => format!("lookup {host}: {reason}"),
            Kind::BlockedHostname { host, pattern } => {
                format!("hostname ({host}) is in a blocked pattern ({pattern})")
            }
            Kind::BlacklistedIp { ip, range } => format!("IP ({ip}) is in a blacklisted range ({range})"),
            Kind::Broken { reading, error, local, remote } => {
                if error.kind() == io::ErrorKind::UnexpectedEof {
                    return "EOF".to_owned();
                }
                let verb = if *reading { "read" } else { "write" };
                format!("{verb} tcp {local}->{remote}: {verb}: {}", os_words(error))
            }
            Kind::Tls(error) => match error {
                rustls::Error::InvalidCertificate(fault) => {
                    format!("tls: failed to verify certificate: x509: {}", certificate_words(fault))
                }
                other => format!("remote error: tls: {other}"),
            },
            Kind::NotTls { http: true } => "http: server gave HTTP response to HTTPS client".to_owned(),
            Kind::NotTls { http: false } => "tls: first record does not look like a TLS handshake".to_owned(),
            Kind::Http2(kind) => kind.to_string(),
            Kind::Timeout | Kind::UnexpectedEof | Kind::Decompression(_) => self.to_string(),
        }
    }
}

/// An operating system's error in Go's words.
pub(crate) fn os_words(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(libc::ECONNREFUSED) => "connection refused".to_owned(),
        Some(libc::ECONNRESET) => "connection reset by peer".to_owned(),
        Some(libc::EPIPE) => "broken pipe".to_owned(),
        Some(libc::EMFILE) => "too many open files".to_owned(),
        Some(libc::EADDRNOTAVAIL) => "cannot assign requested address".to_owned(),
        Some(libc::ENETUNREACH) => "network is unreachable".to_owned(),
        Some(libc::EHOSTUNREACH) => "no route to host".to_owned(),
        _ => error.to_string(),
    }
}

fn certificate_words(fault: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Fault;
    match fault {
        Fault::UnknownIssuer | Fault::Other(_) => "certificate signed by unknown authority".to_owned(),
        Fault::Expired | Fault::ExpiredContext { .. } => {
            "certificate has expired or is not yet valid".to_owned()
        }
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => {
            "certificate is not valid for the host".to_owned()
        }
        other => other.to_string(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Generic { message, .. } => f.write_str(message),
            Kind::Timeout => f.write_str("request timeout"),
            Kind::UnexpectedEof => f.write_str("unexpected EOF"),
            Kind::NoSuchHost { .. } => f.write_str("lookup: no such host"),
            Kind::Lookup { reason, .. } => write!(f, "lookup: {reason}"),
            Kind::BlockedHostname { .. } => f.write_str("hostname is blocked"),
            Kind::BlacklistedIp { .. } => f.write_str("ip is blacklisted"),
            Kind::Dial { error, .. } => match error.raw_os_error() {
                Some(libc::ECONNREFUSED) => f.write_str("dial: connection refused"),
                Some(libc::ETIMEDOUT) => f.write_str("dial: i/o timeout"),
                _ => write!(f, "dial: {}", os_words(error)),
            },
            Kind::DialTimeout { .. } => f.write_str("dial: i/o timeout"),
            Kind::BadPort { .. } => f.write_str(&self.inner()),
            Kind::Broken { reading, error, .. } => match error.raw_os_error() {
                Some(libc::ECONNRESET) => {
                    write!(f, "{}: connection reset by peer", if *reading { "read" } else { "write" })
                }
                Some(libc::EPIPE) => f.write_str("write: broken pipe"),
                _ => f.write_str(&self.inner()),
            },
            Kind::Tls(rustls::Error::InvalidCertificate(fault)) => match self.code() {
                1311 => f.write_str("x509: certificate doesn't match hostname"),
                // A certificate that signed itself is one that nobody known did.
                _ if matches!(
                    fault,
                    rustls::CertificateError::UnknownIssuer | rustls::CertificateError::Other(_)
                ) =>
                {
                    f.write_str("x509: unknown authority")
                }
                _ => write!(f, "x509: {}", certificate_words(fault)),
            },
            Kind::Tls(error) => write!(f, "tls: {error}"),
            Kind::Http2(kind) => f.write_str(&kind.summary()),
            Kind::NotTls { .. } => f.write_str("tls: first record does not look like a TLS handshake"),
            Kind::Decompression(reason) => {
                write!(f, "error decompressing response body (error decompressing response body ({reason}))")
            }
        }
    }
}

impl std::error::Error for Error {}
