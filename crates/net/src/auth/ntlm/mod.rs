//! NTLM version 2 (MS-NLMP): the three messages a client exchanges over one connection.
//!
//! Main functions: [`negotiate`] and [`authenticate`], both pure. Not implemented, because HTTP servers do not
//! ask for them: signing and sealing, the message integrity code, channel binding, NTLM version 1.

mod keys;
mod message;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use message::{ParseError, ServerChallenge};

use super::Challenge;
use keys::{Responses, responses};

/// Who logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account<'a> {
    /// Empty when the server's own domain is meant.
    pub domain: &'a str,
    /// Without the domain.
    pub user: &'a str,
    /// Without any coding.
    pub password: &'a str,
}

impl<'a> Account<'a> {
    /// Splits `DOMAIN\user`; any other name is a user without domain.
    #[must_use]
    pub fn new(name: &'a str, password: &'a str) -> Self {
        let (domain, user) = name.split_once('\\').unwrap_or(("", name));
        Self { domain, user, password }
    }
}

/// What the answer to a challenge needs beside account and challenge.
#[derive(Debug, Clone, Copy)]
pub struct Freshness {
    /// Eight random bytes.
    pub client_challenge: [u8; 8],
    /// 100-nanosecond steps since 1601, as Windows counts; used when the server states no time of its own.
    pub filetime: u64,
}

impl Freshness {
    /// Random bytes and the time of `unix_ns`, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn at(unix_ns: u64) -> Self {
        const SECONDS_1601_TO_1970: u64 = 11_644_473_600;
        Self {
            client_challenge: super::random_bytes(),
            filetime: unix_ns / 100 + SECONDS_1601_TO_1970 * 10_000_000,
        }
    }
}

/// The `Authorization` value that opens the exchange.
#[must_use]
pub fn negotiate() -> String {
    format!("NTLM {}", STANDARD.encode(message::negotiate()))
}

/// The server's challenge among those of a 401 response: `None` when it does not speak NTLM or sent no message.
pub fn challenge(challenges: &[Challenge]) -> Option<Result<ServerChallenge, ParseError>> {
    let token = challenges
        .iter()
        .filter(|challenge| challenge.is("ntlm"))
        .find_map(|found| found.token.as_deref())?;
    Some(
        STANDARD
            .decode(token)
            .map_err(|_| ParseError::Coding)
            .and_then(|bytes| ServerChallenge::parse(&bytes)),
    )
}

/// The `Authorization` value that answers `challenge`; it must go over the connection that brought it.
#[must_use]
pub fn authenticate(account: &Account<'_>, challenge: &ServerChallenge, freshness: &Freshness) -> String {
    let Responses { lm, nt } = responses(account, challenge, freshness);
    format!("NTLM {}", STANDARD.encode(message::authenticate(account, challenge, &lm, &nt)))
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts() {
        for (name, domain, user) in [("ann", "", "ann"), ("CORP\\ann", "CORP", "ann"), ("ann@x", "", "ann@x")]
        {
            let account = Account::new(name, "pw");
            assert_eq!((account.domain, account.user), (domain, user));
        }
    }

    #[test]
    fn the_time_is_that_of_windows() {
        assert_eq!(Freshness::at(0).filetime, 116_444_736_000_000_000);
    }

    #[test]
    fn headers_carry_the_messages() {
        assert!(negotiate().starts_with("NTLM TlRMTVNTUAABAAAA"));
        let find = |header: &str| challenge(&Challenge::parse_all(header));
        assert!(find("NTLM").is_none());
        assert!(find("Basic realm=x").is_none());
        assert_eq!(find("NTLM ====x").map(|found| found.is_err()), None);
        assert_eq!(find("NTLM TlRM"), Some(Err(ParseError::Signature)));
        assert_eq!(find("NTLM TlR"), Some(Err(ParseError::Coding)));
    }
}
