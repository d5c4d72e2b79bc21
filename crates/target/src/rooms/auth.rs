//! Rooms with a lock: basic, bearer and digest authentication.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde_json::json;
use sha2::Digest as _;

use super::Visit;
use crate::body::{Answer, Outcome, Refusal, empty, ok};

const REALM: &str = "shop";

fn locked(challenge: &str) -> Answer {
    let mut answer = empty(StatusCode::UNAUTHORIZED);
    if let Ok(challenge) = HeaderValue::from_str(challenge) {
        answer.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    answer
}

fn opens(visit: &Visit<'_, '_>) -> Result<Option<String>, Refusal> {
    let (user, password) = (visit.segment(0, "a user")?, visit.segment(1, "a password")?);
    let expected = format!("{user}:{password}");
    let given = visit.exchange.header(AUTHORIZATION).and_then(|header| header.split_once(' '));
    let given = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let given = given.and_then(|(_, encoded)| STANDARD.decode(encoded.trim()).ok());
    Ok((given.as_deref() == Some(expected.as_bytes())).then_some(user))
}

/// `/bin/basic-auth/USER/PASSWORD`
pub fn basic(visit: &Visit<'_, '_>) -> Outcome {
    match opens(visit)? {
        Some(user) => ok(&json!({"authenticated": true, "user": user})),
        None => Ok(locked(&format!("Basic realm=\"{REALM}\""))),
    }
}

/// The same, without a word that a password would help.
pub fn hidden_basic(visit: &Visit<'_, '_>) -> Outcome {
    match opens(visit)? {
        Some(user) => ok(&json!({"authenticated": true, "user": user})),
        None => Err(Refusal::not_found("nothing here")),
    }
}

/// `/bin/bearer`: any token opens.
pub fn bearer(visit: &Visit<'_, '_>) -> Outcome {
    match visit.exchange.bearer() {
        Some(token) if !token.is_empty() => ok(&json!({"authenticated": true, "token": token})),
        _ => Ok(locked("Bearer")),
    }
}

/// The hash of a digest challenge.
#[derive(Clone, Copy)]
enum Hash {
    Md5,
    Sha256,
}

impl Hash {
    fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn hex(self, text: &[u8]) -> String {
        let digest = match self {
            Self::Md5 => md5::Md5::digest(text).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(text).to_vec(),
        };
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// `/bin/digest-auth/QOP/USER/PASSWORD[/ALGORITHM]`; `QOP` is `auth`, `auth-int` or `none`.
pub async fn digest(visit: Visit<'_, '_>) -> Outcome {
    let (qop, user) = (visit.segment(0, "a quality")?, visit.segment(1, "a user")?);
    let password = visit.segment(2, "a password")?;
    let hash = match visit.rest.get(3).copied() {
        None | Some("MD5") => Hash::Md5,
        Some("SHA-256") => Hash::Sha256,
        Some(other) => return Err(Refusal::bad_request(format!("no digest is made with `{other}`"))),
    };
    let body = visit.exchange.body().await?;
    let header = visit.exchange.header(AUTHORIZATION).unwrap_or_default();
    let target = visit.exchange.parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let proof = Proof {
        method: visit.exchange.parts.method.as_str(),
        target,
        user: &user,
        password: &password,
        body: &body,
    };
    if header.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("digest "))
        && proof.holds(&header[7..], hash)
    {
        return ok(&json!({"authenticated": true, "user": user}));
    }
    let nonce = format!("{:016x}{:016x}", visit.shop.random.next(), visit.shop.random.next());
    let quality = if qop == "none" { String::new() } else { format!(", qop=\"{qop}\"") };
    let challenge = format!(
        "Digest realm=\"{REALM}\", nonce=\"{nonce}\"{quality}, algorithm={}, opaque=\"shop\"",
        hash.name()
    );
    Ok(locked(&challenge))
}

/// What a digest answer has to be a proof of.
struct Proof<'a> {
    method: &'a str,
    target: &'a str,
    user: &'a str,
    password: &'a str,
    body: &'a [u8],
}

impl Proof<'_> {
    /// Checks the answer by RFC 7616; nonces are not remembered, so they may be used again.
    fn holds(&self, answer: &str, hash: Hash) -> bool {
        let field = |name: &str| {
            fields(answer).find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
        };
        if field("username") != self.user || field("uri") != self.target {
            return false;
        }
        let secret = hash.hex(format!("{}:{REALM}:{}", self.user, self.password).as_bytes());
        let subject = match field("qop") {
            "auth-int" => format!("{}:{}:{}", self.method, self.target, hash.hex(self.body)),
            _ => format!("{}:{}", self.method, self.target),
        };
        let (nonce, subject) = (field("nonce"), hash.hex(subject.as_bytes()));
        let expected = match field("qop") {
            "" => format!("{secret}:{nonce}:{subject}"),
            qop => format!("{secret}:{nonce}:{}:{}:{qop}:{subject}", field("nc"), field("cnonce")),
        };
        hash.hex(expected.as_bytes()) == field("response")
    }
}

/// The fields of a digest header; commas inside quotes do not separate.
fn fields(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut quoted = false;
    text.split(move |letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    })
    .filter_map(|field| {
        let (name, value) = field.split_once('=')?;
        Some((name.trim(), value.trim().trim_matches('"')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_holds() {
        // RFC 7616, 3.9.1, with this room's realm in place of the example's.
        let proof = Proof {
            method: "GET",
            target: "/dir/index.html",
            user: "Mufasa",
            password: "Circle of Life",
            body: b"",
        };
        for hash in [Hash::Md5, Hash::Sha256] {
            let secret = hash.hex(b"Mufasa:shop:Circle of Life");
            let subject = hash.hex(b"GET:/dir/index.html");
            let response = hash.hex(format!("{secret}:n,1:00000001:c:auth:{subject}").as_bytes());
            let answer = format!(
                "username=\"Mufasa\", realm=\"shop\", uri=\"/dir/index.html\", nonce=\"n,1\", nc=00000001, \
                 cnonce=\"c\", qop=auth, response=\"{response}\""
            );
            assert!(proof.holds(&answer, hash));
            assert!(!Proof { password: "other", ..proof }.holds(&answer, hash));
        }
        assert_eq!(Hash::Md5.hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
