//! Answers to authentication challenges: basic and digest (RFC 7617, RFC 7616).

use base64::Engine as _;
use md5::{Digest, Md5};
use sha2::Sha256;

/// How a request proves who it is from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuthScheme {
    /// User and password in every request.
    Basic,
    /// A digest over a challenge.
    Digest,
    /// Windows' own.
    Ntlm,
}

/// The header value of basic authentication.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}

/// The answer to a digest challenge; nothing when the challenge is of another kind or cannot be met.
pub(crate) fn digest(
    challenge: &str,
    method: &str,
    target: &str,
    (user, password): (&str, &str),
    client_nonce: &str,
    body: &[u8],
) -> Option<String> {
    let fields =
        challenge.trim().strip_prefix("Digest ").or_else(|| challenge.trim().strip_prefix("digest "))?;
    let get = |name: &str| field(fields, name);
    let (realm, nonce) = (get("realm")?, get("nonce")?);
    let algorithm = get("algorithm").unwrap_or_else(|| "MD5".to_owned());
    let sha = algorithm.to_ascii_uppercase().starts_with("SHA-256");
    let session = algorithm.to_ascii_lowercase().ends_with("-sess");
    let hash = |text: &[u8]| if sha { hex(&Sha256::digest(text)) } else { hex(&Md5::digest(text)) };
    let qops = get("qop").unwrap_or_default();
    let offers = |name: &str| qops.split(',').any(|qop| qop.trim() == name);
    let qop = if offers("auth") {
        "auth"
    } else if offers("auth-int") {
        "auth-int"
    } else if qops.is_empty() {
        ""
    } else {
        return None;
    };
    let mut first = hash(format!("{user}:{realm}:{password}").as_bytes());
    if session {
        first = hash(format!("{first}:{nonce}:{client_nonce}").as_bytes());
    }
    let second = match qop {
        "auth-int" => hash(format!("{method}:{target}:{}", hash(body)).as_bytes()),
        _ => hash(format!("{method}:{target}").as_bytes()),
    };
    let response = match qop {
        "" => hash(format!("{first}:{nonce}:{second}").as_bytes()),
        qop => hash(format!("{first}:{nonce}:00000001:{client_nonce}:{qop}:{second}").as_bytes()),
    };
    let mut answer = format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{target}\", response=\"{response}\", algorithm={algorithm}"
    );
    if let Some(opaque) = get("opaque") {
        answer.push_str(&format!(", opaque=\"{opaque}\""));
    }
    if !qop.is_empty() {
        answer.push_str(&format!(", qop={qop}, nc=00000001, cnonce=\"{client_nonce}\""));
    }
    Some(answer)
}

/// The value of a field in a challenge, with or without quotes.
fn field(fields: &str, wanted: &str) -> Option<String> {
    let mut rest = fields;
    loop {
        rest = rest.trim_start_matches([' ', ',', '\t']);
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"')?;
                (&quoted[..end], &quoted[end + 1..])
            }
            None => {
                let end = after.find(',').unwrap_or(after.len());
                (after[..end].trim_end(), &after[end..])
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value.to_owned());
        }
        rest = next;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=ALG, \
        nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    #[test]
    fn the_examples_of_rfc_7616() {
        let table = [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ];
        for (algorithm, response) in table {
            let answer = digest(
                &CHALLENGE.replace("ALG", algorithm),
                "GET",
                "/dir/index.html",
                ("Mufasa", "Circle of Life"),
                "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
                b"",
            );
            let answer = answer.expect("it can be met");
            assert!(answer.contains(&format!("response=\"{response}\"")), "{answer}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_challenge_panics(challenge in "Digest .{0,60}") {
            let _ = digest(&challenge, "GET", "/", ("u", "p"), "c", b"");
        }
    }
}
