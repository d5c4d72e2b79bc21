//! TLS errors in Go's words and k6's kinds.

use std::fmt;
use std::io;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

use crate::error::Kind;

/// A TLS fault on its way through `io::Error`.
#[derive(Debug)]
pub(super) struct HandshakeFault(Kind);

impl HandshakeFault {
    pub(super) fn wrap(error: &Error, early: bool) -> io::Error {
        io::Error::other(Self(fault(error, early)))
    }
}

impl fmt::Display for HandshakeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for HandshakeFault {}

/// The kind that a TLS session put into an I/O error.
pub(crate) fn fault_of(error: &io::Error) -> Option<Kind> {
    error.get_ref()?.downcast_ref::<HandshakeFault>().map(|fault| fault.0.clone())
}

/// A TLS error as a kind; `early` when the server had said nothing yet.
pub(super) fn fault(error: &Error, early: bool) -> Kind {
    match error {
        Error::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion)
            if early =>
        {
            Kind::NotTls
        }
        Error::InvalidMessage(reason) => Kind::Tls(format!("tls: invalid message: {reason:?}")),
        Error::InvalidCertificate(reason) => certificate_fault(reason),
        Error::AlertReceived(alert) => Kind::Tls(format!("remote error: tls: {}", alert_text(*alert))),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ) => Kind::Tls(
            "tls: server selected a protocol version that is not allowed here; TLS 1.0 and 1.1 are not supported"
                .to_owned(),
        ),
        Error::NoApplicationProtocol => Kind::Tls("tls: server selected no known application protocol".to_owned()),
        other => Kind::Tls(format!("tls: {other}")),
    }
}

fn certificate_fault(reason: &CertificateError) -> Kind {
    let verify = |text: &str| Kind::Tls(format!("tls: failed to verify certificate: x509: {text}"));
    match reason {
        CertificateError::UnknownIssuer => Kind::UnknownAuthority,
        CertificateError::NotValidForName => {
            Kind::HostnameMismatch("certificate is not valid for the name that was asked for".to_owned())
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names: Vec<String> = presented.iter().map(|name| plain_name(name)).collect();
            let valid = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            Kind::HostnameMismatch(format!("certificate is valid for {valid}, not {}", expected.to_str()))
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            verify("certificate has expired or is not yet valid: it has expired")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            verify("certificate has expired or is not yet valid: it is not valid yet")
        }
        CertificateError::Revoked => verify("certificate is revoked"),
        // Somebody's own certificate authority that serves by itself, and that is not among the roots.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            Kind::UnknownAuthority
        }
        other => verify(&other.to_string()),
    }
}

/// `DnsName("a.test")` as `a.test`.
fn plain_name(shown: &str) -> String {
    shown.split('"').nth(1).unwrap_or(shown).to_owned()
}

fn alert_text(alert: AlertDescription) -> String {
    let text = match alert {
        AlertDescription::UnexpectedMessage => "unexpected message",
        AlertDescription::BadRecordMac => "bad record MAC",
        AlertDescription::RecordOverflow => "record overflow",
        AlertDescription::HandshakeFailure => "handshake failure",
        AlertDescription::BadCertificate => "bad certificate",
        AlertDescription::UnsupportedCertificate => "unsupported certificate",
        AlertDescription::CertificateRevoked => "revoked certificate",
        AlertDescription::CertificateExpired => "expired certificate",
        AlertDescription::CertificateUnknown => "unknown certificate",
        AlertDescription::IllegalParameter => "illegal parameter",
        AlertDescription::UnknownCA => "unknown certificate authority",
        AlertDescription::AccessDenied => "access denied",
        AlertDescription::DecodeError => "error decoding message",
        AlertDescription::DecryptError => "error decrypting message",
        AlertDescription::ProtocolVersion => {
            "protocol version not supported; this side speaks TLS 1.2 and 1.3 only"
        }
        AlertDescription::InsufficientSecurity => "insufficient security level",
        AlertDescription::InternalError => "internal error",
        AlertDescription::UserCanceled => "user canceled",
        AlertDescription::NoRenegotiation => "no renegotiation",
        AlertDescription::MissingExtension => "missing extension",
        AlertDescription::UnsupportedExtension => "unsupported extension",
        AlertDescription::UnrecognisedName => "unrecognized name",
        AlertDescription::UnknownPSKIdentity => "unknown PSK identity",
        AlertDescription::CertificateRequired => "certificate required",
        AlertDescription::NoApplicationProtocol => "no application protocol",
        other => return format!("alert({})", u8::from(other)),
    };
    text.to_owned()
}
