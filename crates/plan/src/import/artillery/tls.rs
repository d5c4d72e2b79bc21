//! `config.tls`: the certificate that users show, whose certificates they believe, and whether they look at them at all.
//!
//! Main functions: [`identity`] and [`authorities`]. Certificates and keys are PEM, in the script or in files beside it; a
//! PKCS#12 file has both.

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

/// The certificate to show: `cert` and `key`, or `pfx`, below `tls` or below its `client`, where a well-known plugin has
/// them.
///
/// # Errors
/// When `cert` or `key` is missing, and for files that cannot be read.
pub fn identity(tls: &Value, folder: &Path) -> Result<Option<TlsAuth>, Wrong> {
    let own = ["cert", "key", "pfx"].iter().any(|name| tls.get(*name).is_some());
    let (place, spec) = if own { ("", tls) } else { ("client.", &tls["client"]) };
    let (cert, key) = (spec.get("cert"), spec.get("key"));
    let password = spec.get("passphrase").and_then(Value::as_str).map(str::to_owned);
    let wrong = |name: &str, message: String| Wrong { member: format!("{place}{name}"), message };
    if let Some(pfx) = spec.get("pfx") {
        let packed = packed(pfx, password.as_deref().unwrap_or_default(), folder);
        return packed.map(Some).map_err(|message| wrong("pfx", message));
    }
    if cert.is_none() && key.is_none() {
        return Ok(None);
    }
    let read = |name: &str, given: Option<&Value>| {
        let text = given
            .and_then(Value::as_str)
            .ok_or_else(|| wrong(name, format!("{name} must be PEM, or a file of it")))?;
        pem(text, folder).map_err(|message| wrong(name, message))
    };
    Ok(Some(TlsAuth { cert: read("cert", cert)?, key: read("key", key)?, password, domains: Vec::new() }))
}

/// The authorities that are trusted, in PEM: `ca`, which is one or a list; nothing for the machine's.
///
/// # Errors
/// For files that cannot be read.
pub fn authorities(tls: &Value, folder: &Path) -> Result<Option<String>, Wrong> {
    let (place, given) = match (tls.get("ca"), tls["client"].get("ca")) {
        (Some(given), _) => ("ca", given),
        (None, Some(given)) => ("client.ca", given),
        (None, None) => return Ok(None),
    };
    let wrong = |message: String| Wrong { member: place.to_owned(), message };
    let one = |given: &Value| {
        let text = given.as_str().ok_or_else(|| wrong("ca must be PEM, or a file of it".to_owned()))?;
        let text = pem(text, folder).map_err(wrong)?;
        if text.contains("-----BEGIN") {
            Ok(text)
        } else {
            Err(wrong("there is no certificate in it".to_owned()))
        }
    };
    match given {
        Value::Array(list) => {
            list.iter().map(one).collect::<Result<Vec<_>, _>>().map(|all| Some(all.join("\n")))
        }
        given => one(given).map(Some),
    }
}

/// PEM as it is, or that of a file.
fn pem(text: &str, folder: &Path) -> Result<String, String> {
    if text.contains("-----BEGIN") {
        return Ok(text.to_owned());
    }
    load::read_text(&load::absolute(folder, Path::new(text))).map_err(|why| format!("{text}: {why}"))
}

/// The certificate and the key of a PKCS#12 file.
fn packed(pfx: &Value, password: &str, folder: &Path) -> Result<TlsAuth, String> {
    let text = pfx.as_str().ok_or("pfx must be a file")?;
    let bytes = load::read_bytes(&load::absolute(folder, Path::new(text)));
    let store =
        bytes.and_then(|bytes| net::Store::read(&bytes, password)).map_err(|why| format!("{text}: {why}"))?;
    let key = store.key.ok_or_else(|| format!("{text}: there is no key in it"))?;
    Ok(TlsAuth { cert: store.certs, key, password: None, domains: Vec::new() })
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
        check(json!({"pfx": "none.pfx"}), Err("pfx"));
        check(json!({"client": {"pfx": 1}}), Err("client.pfx"));
    }

    #[test]
    fn authorities_are_one_or_many() {
        let folder = Path::new("/nowhere");
        let pem = "-----BEGIN X-----";
        let check = |tls: Value, wanted: Result<Option<&str>, &str>| {
            let got = authorities(&tls, folder).map_err(|wrong| wrong.member);
            assert_eq!(got.as_ref().map(Option::as_deref).map_err(String::as_str), wanted, "{tls}");
        };
        check(json!({}), Ok(None));
        check(json!({"ca": pem}), Ok(Some(pem)));
        check(json!({"client": {"ca": [pem, pem]}}), Ok(Some("-----BEGIN X-----\n-----BEGIN X-----")));
        check(json!({"ca": [pem, 1]}), Err("ca"));
        check(json!({"client": {"ca": "none.pem"}}), Err("client.ca"));
    }
}
