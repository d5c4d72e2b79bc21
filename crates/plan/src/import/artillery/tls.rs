//! `config.tls`: the certificate that users show, and whether they check the server's.
//!
//! Main function: [`identity`]. Certificates and keys are PEM, in the script or in files beside it.

use std::path::Path;

use model::TlsAuth;
use serde_json::Value;

use super::load;

/// What is wrong with a member of `config.tls`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// The member, as a path below `config.tls`.
    pub member: String,
    /// Why.
    pub message: String,
}

/// Whether certificates of servers are taken as they are.
#[must_use]
pub fn is_insecure(tls: &Value) -> bool {
    tls["rejectUnauthorized"] == Value::Bool(false)
}

/// The certificate to show: `cert` and `key`, below `tls` or below its `client`, where a well-known plugin has them.
///
/// # Errors
/// When one of the two is missing or cannot be read.
pub fn identity(tls: &Value, folder: &Path) -> Result<Option<TlsAuth>, Wrong> {
    let own = ["cert", "key"].iter().any(|name| tls.get(*name).is_some());
    let (place, spec) = if own { ("", tls) } else { ("client.", &tls["client"]) };
    let (cert, key) = (spec.get("cert"), spec.get("key"));
    if cert.is_none() && key.is_none() {
        return Ok(None);
    }
    let read = |name: &str, given: Option<&Value>| {
        let wrong = |message: String| Wrong { member: format!("{place}{name}"), message };
        let text = given
            .and_then(Value::as_str)
            .ok_or_else(|| wrong(format!("{name} must be PEM, or a file of it")))?;
        if text.contains("-----BEGIN") {
            return Ok(text.to_owned());
        }
        load::read_text(&load::absolute(folder, Path::new(text)))
            .map_err(|why| wrong(format!("{text}: {why}")))
    };
    let password = spec.get("passphrase").and_then(Value::as_str).map(str::to_owned);
    Ok(Some(TlsAuth { cert: read("cert", cert)?, key: read("key", key)?, password, domains: Vec::new() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn certificates_come_with_their_key() {
        let folder = Path::new("/nowhere");
        let pem = "-----BEGIN X-----";
        let check = |tls: Value, wanted: Result<Option<Option<&str>>, &str>| {
            let got = identity(&tls, folder);
            let got = got.map(|auth| auth.map(|auth| auth.password)).map_err(|wrong| wrong.member);
            let got = got.as_ref().map(|auth| auth.as_ref().map(Option::as_deref)).map_err(String::as_str);
            assert_eq!(got, wanted, "{tls}");
        };
        check(json!({"rejectUnauthorized": false}), Ok(None));
        check(json!({"cert": pem, "key": pem}), Ok(Some(None)));
        check(json!({"client": {"cert": pem, "key": pem, "passphrase": "p"}}), Ok(Some(Some("p"))));
        check(json!({"cert": pem}), Err("key"));
        check(json!({"client": {"cert": "none.pem", "key": pem}}), Err("client.cert"));
    }
}
