//! Digest authentication (RFC 7616, and RFC 2069 where the server offers no `qop`).
//!
//! Main type: [`Session`], which answers one challenge for any number of requests. Not supported:
//! SHA-512/256, and `Authentication-Info` from the server.

use std::fmt::Write as _;

use md5::Md5;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use super::{Challenge, hex};

/// One request as Digest sees it.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// In the case in which it is sent.
    pub method: &'a str,
    /// The request target: path and query, as on the request line.
    pub uri: &'a str,
    /// The user's name, without any coding.
    pub user: &'a str,
    /// The password, without any coding.
    pub password: &'a str,
    /// What `auth-int` protects.
    pub body: &'a [u8],
    /// The client nonce: fresh random text for each request.
    pub client_nonce: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
}

impl Hash {
    fn of(self, parts: &[&[u8]]) -> String {
        match self {
            Self::Md5 => digest::<Md5>(parts),
            Self::Sha256 => digest::<Sha256>(parts),
        }
    }
}

fn digest<H: md5::Digest>(parts: &[&[u8]]) -> String {
    let mut hash = H::new();
    for part in parts {
        hash.update(part);
    }
    hex(&hash.finalize())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protection {
    /// RFC 2069: no client nonce, no count.
    Legacy,
    Auth,
    AuthInt,
}

/// A challenge that can be answered, and how often it was.
#[derive(Debug, Clone)]
pub struct Session {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Option<String>,
    hash: Hash,
    per_session: bool,
    protection: Protection,
    hide_user: bool,
    utf8: bool,
    count: u32,
}

impl Session {
    /// Takes up the strongest Digest challenge among those of a response; `None` when none can be answered.
    #[must_use]
    pub fn start<'a>(challenges: impl IntoIterator<Item = &'a Challenge>) -> Option<Self> {
        let sessions = challenges.into_iter().filter_map(Self::from_challenge);
        // Of equals the first wins: the server lists them by preference.
        sessions.reduce(|best, next| if next.hash > best.hash { next } else { best })
    }

    fn from_challenge(challenge: &Challenge) -> Option<Self> {
        if !challenge.is("digest") {
            return None;
        }
        let algorithm = challenge.parameter("algorithm").filter(|name| !name.is_empty());
        let (hash, per_session) = match algorithm.unwrap_or("MD5").to_ascii_uppercase().as_str() {
            "MD5" => (Hash::Md5, false),
            "MD5-SESS" => (Hash::Md5, true),
            "SHA-256" => (Hash::Sha256, false),
            "SHA-256-SESS" => (Hash::Sha256, true),
            _ => return None,
        };
        let is_true =
            |name| challenge.parameter(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let utf8 =
            challenge.parameter("charset").is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8"));
        Some(Self {
            realm: challenge.parameter("realm").unwrap_or_default().to_owned(),
            nonce: challenge.parameter("nonce")?.to_owned(),
            opaque: challenge.parameter("opaque").map(str::to_owned),
            algorithm: algorithm.map(str::to_owned),
            hash,
            per_session,
            protection: protection(challenge.parameter("qop"))?,
            hide_user: is_true("userhash"),
            utf8,
            count: 0,
        })
    }

    /// The `Authorization` value for one request; counts the use of the server's nonce.
    pub fn authorize(&mut self, exchange: &Exchange<'_>) -> String {
        self.count = self.count.wrapping_add(1);
        let count = format!("{:08x}", self.count);
        let response = self.response(exchange, &count);
        let mut header = String::from("Digest ");
        self.write_user(&mut header, exchange.user);
        write_quoted(&mut header, ", realm", &self.realm);
        write_quoted(&mut header, ", nonce", &self.nonce);
        write_quoted(&mut header, ", uri", exchange.uri);
        write_quoted(&mut header, ", response", &response);
        if let Some(algorithm) = &self.algorithm {
            header.push_str(", algorithm=");
            header.push_str(algorithm);
        }
        if let Some(opaque) = &self.opaque {
            write_quoted(&mut header, ", opaque", opaque);
        }
        let qop = match self.protection {
            Protection::Legacy => None,
            Protection::Auth => Some("auth"),
            Protection::AuthInt => Some("auth-int"),
        };
        if let Some(qop) = qop {
            write!(header, ", qop={qop}, nc={count}").expect("writing to a string cannot fail");
        }
        if qop.is_some() || self.per_session {
            write_quoted(&mut header, ", cnonce", exchange.client_nonce);
        }
        if self.hide_user {
            header.push_str(", userhash=true");
        }
        header
    }

    fn response(&self, exchange: &Exchange<'_>, count: &str) -> String {
        let (nonce, client_nonce) = (self.nonce.as_bytes(), exchange.client_nonce.as_bytes());
        let joined = |parts: &[&[u8]]| self.hash.of(&interleave(parts));
        let mut secret =
            joined(&[exchange.user.as_bytes(), self.realm.as_bytes(), exchange.password.as_bytes()]);
        if self.per_session {
            secret = joined(&[secret.as_bytes(), nonce, client_nonce]);
        }
        let (method, uri) = (exchange.method.as_bytes(), exchange.uri.as_bytes());
        let (qop, request) = match self.protection {
            Protection::Legacy => ("", joined(&[method, uri])),
            Protection::Auth => ("auth", joined(&[method, uri])),
            Protection::AuthInt => {
                ("auth-int", joined(&[method, uri, self.hash.of(&[exchange.body]).as_bytes()]))
            }
        };
        if qop.is_empty() {
            joined(&[secret.as_bytes(), nonce, request.as_bytes()])
        } else {
            joined(&[
                secret.as_bytes(),
                nonce,
                count.as_bytes(),
                client_nonce,
                qop.as_bytes(),
                request.as_bytes(),
            ])
        }
    }

    fn write_user(&self, header: &mut String, user: &str) {
        if self.hide_user {
            let hidden = self.hash.of(&[user.as_bytes(), b":", self.realm.as_bytes()]);
            write_quoted(header, "username", &hidden);
        } else if self.utf8 && !user.is_ascii() {
            let coded = utf8_percent_encode(user, NON_ALPHANUMERIC);
            write!(header, "username*=UTF-8''{coded}").expect("writing to a string cannot fail");
        } else {
            write_quoted(header, "username", user);
        }
    }
}

/// Whether a challenge says that only the nonce was too old: the credentials deserve another try.
#[must_use]
pub fn is_stale(challenge: &Challenge) -> bool {
    challenge.is("digest")
        && challenge.parameter("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true"))
}

/// A client nonce as text: 16 random bytes in hex.
#[must_use]
pub fn client_nonce() -> String {
    hex(&super::random_bytes::<16>())
}

/// `None` when the server insists on a protection that is not known.
fn protection(offered: Option<&str>) -> Option<Protection> {
    let Some(offered) = offered.filter(|offered| !offered.trim().is_empty()) else {
        return Some(Protection::Legacy);
    };
    let offers =
        |name: &str| offered.split([',', ' ']).any(|option| option.trim().eq_ignore_ascii_case(name));
    if offers("auth") {
        Some(Protection::Auth)
    } else if offers("auth-int") {
        Some(Protection::AuthInt)
    } else {
        None
    }
}

fn interleave<'a>(parts: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let with_colons = parts.iter().flat_map(|&part| [b":".as_slice(), part]);
    with_colons.skip(1).collect()
}

fn write_quoted(header: &mut String, name: &str, value: &str) {
    header.push_str(name);
    header.push_str("=\"");
    for char in value.chars() {
        if matches!(char, '"' | '\\') {
            header.push('\\');
        }
        header.push(char);
    }
    header.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn session(header: &str) -> Option<Session> {
        Session::start(&Challenge::parse_all(header))
    }

    fn check(header: &str, exchange: Exchange<'_>, expected: &str) {
        let mut session = session(header).expect("a challenge that can be answered");
        assert_eq!(session.authorize(&exchange), expected);
    }

    const MUFASA: Exchange<'static> = Exchange {
        method: "GET",
        uri: "/dir/index.html",
        user: "Mufasa",
        password: "Circle of Life",
        body: b"",
        client_nonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    };

    const RFC_7616: &str = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
         nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";

    #[test]
    fn rfc_7616_section_3_9_1() {
        let answer = |algorithm: &str, response: &str| {
            format!(
                "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", uri=\"/dir/index.html\", \
                 response=\"{response}\", algorithm={algorithm}, opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", \
                 qop=auth, nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\""
            )
        };
        let md5 = answer("MD5", "8ca523f5e9506fed4657c9700eebdbec");
        let sha256 = answer("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
        check(&format!("Digest {RFC_7616}, algorithm=MD5"), MUFASA, &md5);
        check(&format!("Digest {RFC_7616}, algorithm=SHA-256"), MUFASA, &sha256);
        let both = format!("Digest {RFC_7616}, algorithm=MD5, Digest {RFC_7616}, algorithm=SHA-256");
        check(&both, MUFASA, &sha256);
    }

    #[test]
    fn rfc_2617_and_rfc_2069() {
        let exchange = Exchange { password: "Circle Of Life", client_nonce: "0a4f113b", ..MUFASA };
        check(
            "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
            exchange,
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             uri=\"/dir/index.html\", response=\"6629fae49393a05397450978507c4ef1\", \
             opaque=\"5ccc069c403ebaf9f0171e9517f40e41\", qop=auth, nc=00000001, cnonce=\"0a4f113b\"",
        );
        // RFC 2069, section 2.4, with the response as corrected by erratum 749.
        check(
            "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
            Exchange { password: "CircleOfLife", ..exchange },
            "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", \
             uri=\"/dir/index.html\", response=\"1949323746fe6a43ef61f9606e7febea\"",
        );
    }

    /// The formulas written out for the variants for which no document gives a worked example.
    #[test]
    fn sessions_and_bodies_follow_the_formulas() {
        let exchange = Exchange { method: "POST", body: b"the body", client_nonce: "cn", ..MUFASA };
        for (algorithm, hash) in [("MD5-sess", Hash::Md5), ("SHA-256-sess", Hash::Sha256)] {
            let header = format!("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\", algorithm={algorithm}");
            let of = |text: &str| hash.of(&[text.as_bytes()]);
            let secret = of(&format!("{}:n:cn", of("Mufasa:r:Circle of Life")));
            let request = of(&format!("POST:/dir/index.html:{}", of("the body")));
            let expected = of(&format!("{secret}:n:00000001:cn:auth-int:{request}"));
            let answer = session(&header).expect(algorithm).authorize(&exchange);
            assert!(answer.contains(&format!("response=\"{expected}\"")), "{answer}");
            assert!(answer.contains("qop=auth-int, nc=00000001, cnonce=\"cn\""), "{answer}");
        }
    }

    #[test]
    fn nonces_are_counted_and_odd_names_are_coded() {
        let mut reused = session("Digest nonce=\"n\", qop=auth").expect("a session");
        assert!(reused.authorize(&MUFASA).contains("nc=00000001"));
        assert!(reused.authorize(&MUFASA).contains("nc=00000002"));
        let user = |header: &str, user: &str| {
            let answer = session(header).expect(header).authorize(&Exchange { user, ..MUFASA });
            answer.split(", ").next().expect("a first field").to_owned()
        };
        assert_eq!(user("Digest nonce=n", "a\"b"), "Digest username=\"a\\\"b\"");
        assert_eq!(user("Digest nonce=n, charset=UTF-8", "Jäs"), "Digest username*=UTF-8''J%C3%A4s");
        // RFC 7616, section 3.9.2 states the hidden name for SHA-512/256 only; this is MD5 of `u:r`.
        assert_eq!(
            user("Digest realm=r, nonce=n, userhash=true", "u"),
            format!("Digest username=\"{}\"", Hash::Md5.of(&[b"u:r"]))
        );
    }

    #[test]
    fn challenges_that_cannot_be_answered() {
        for header in [
            "",
            "Basic realm=x",
            "Digest realm=x",
            "Digest nonce=n, algorithm=SHA-1",
            "Digest nonce=n, qop=other",
        ] {
            assert!(session(header).is_none(), "{header}");
        }
        assert!(is_stale(&Challenge::parse_all("Digest nonce=n, stale=TRUE")[0]));
        assert!(!is_stale(&Challenge::parse_all("Digest nonce=n, stale=false")[0]));
    }

    proptest! {
        #[test]
        fn any_challenge_is_survived(parameters in "((realm|nonce|qop|algorithm|opaque)=\"?[ -~]{0,8}\"?,){0,6}", user in any::<String>()) {
            if let Some(mut session) = session(&format!("Digest {parameters}")) {
                let header = session.authorize(&Exchange { user: &user, ..MUFASA });
                prop_assert!(header.starts_with("Digest username"));
            }
        }
    }
}
