//! Options of TLS: versions and client certificates.

use serde_json::Value;

use crate::Error;
use crate::json::{self, Fields};

/// TLS versions, from the lowest to the highest that may be spoken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsVersions {
    /// Such as `tls1.2`; empty for the default.
    pub min: String,
    /// Such as `tls1.3`; empty for the default.
    pub max: String,
}

/// A client certificate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsAuth {
    /// PEM.
    pub cert: String,
    /// PEM.
    pub key: String,
    /// Of the key.
    pub password: Option<String>,
    /// Where it is shown; everywhere when empty.
    pub domains: Vec<String>,
}

/// Reads `tlsVersion`: one version, or the lowest and the highest.
pub(super) fn tls_version(value: &Value) -> Result<Option<TlsVersions>, Error> {
    let failed = || {
        let error = json::mismatch(value, "lib.tlsVersionsFields");
        Error::new(format!(
            "parsing options from script got error while parsing {:?}: {error}",
            "\"tlsVersion\":"
        ))
    };
    let known = |text: &str| ["", "tls1.0", "tls1.1", "tls1.2", "tls1.3"].contains(&text);
    match value {
        Value::Null => Ok(None),
        Value::String(one) if known(one) => Ok(Some(TlsVersions { min: one.clone(), max: one.clone() })),
        Value::Object(members) => {
            let mut fields = Fields::new(members.clone());
            let versions = TlsVersions {
                min: fields.text("min")?.unwrap_or_default(),
                max: fields.text("max")?.unwrap_or_default(),
            };
            if known(&versions.min) && known(&versions.max) { Ok(Some(versions)) } else { Err(failed()) }
        }
        _ => Err(failed()),
    }
}

/// Reads `tlsAuth`.
pub(super) fn tls_auth(value: &Value) -> Result<Option<Vec<TlsAuth>>, Error> {
    let items = match value {
        Value::Null => return Ok(None),
        Value::Array(items) => items,
        other => return Err(json::mismatch(other, "[]*lib.TLSAuth")),
    };
    let auths = items.iter().map(|item| {
        let Value::Object(members) = item else { return Err(json::mismatch(item, "lib.TLSAuth")) };
        let mut fields = Fields::new(members.clone());
        Ok(TlsAuth {
            cert: fields.text("cert")?.unwrap_or_default(),
            key: fields.text("key")?.unwrap_or_default(),
            password: fields.text("password")?,
            domains: json::texts(&fields.take("domains"))?.unwrap_or_default(),
        })
    });
    auths.collect::<Result<_, _>>().map(Some)
}
