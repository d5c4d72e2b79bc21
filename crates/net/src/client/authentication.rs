//! Answering a server that asks who is there.

use std::cell::RefCell;

use crate::auth::{Challenge, basic, digest, ntlm};
use crate::client::AuthScheme;
use crate::connection::Connection;
use crate::error::Kind;
use crate::headers::Headers;
use crate::url::Url;
use model::Clock;

/// Where an authentication stands.
#[derive(Debug)]
enum Stage {
    /// Nothing to answer with, or all was said.
    Idle,
    /// Digest waits for its challenge.
    Digest,
    /// NTLM waits for a sign that the server speaks it.
    NtlmOffer,
    /// NTLM waits for its challenge.
    NtlmChallenge,
}

/// The credentials of one request and what is done with them.
#[derive(Debug)]
pub(super) struct Authentication {
    scheme: AuthScheme,
    credentials: Option<(String, String)>,
    stage: Stage,
    /// The value to send.
    header: Option<String>,
    /// NTLM authenticates connections, not requests.
    pub(super) bound: RefCell<Option<Box<Connection>>>,
}

/// A request as a challenge is answered for it.
pub(super) struct Subject<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a Url,
    pub(super) body: &'a [u8],
    pub(super) clock: &'a Clock,
}

impl Authentication {
    pub(super) fn of(url: &Url, scheme: Option<AuthScheme>) -> Self {
        let scheme = scheme.unwrap_or(AuthScheme::Basic);
        let mut authentication =
            Self { scheme, credentials: None, stage: Stage::Idle, header: None, bound: RefCell::default() };
        authentication.begin(url);
        authentication
    }

    /// Starts anew for another URL, as after a redirect.
    pub(super) fn begin(&mut self, url: &Url) {
        self.header = None;
        if let Some((user, password)) = url.credentials() {
            self.credentials = Some((user, password.unwrap_or_default()));
        } else if self.scheme == AuthScheme::Basic {
            self.credentials = None;
        }
        self.stage = match (self.scheme, &self.credentials) {
            (_, None) => Stage::Idle,
            (AuthScheme::Basic, Some((user, password))) => {
                self.header = Some(basic(user, password));
                Stage::Idle
            }
            (AuthScheme::Digest, Some(_)) => Stage::Digest,
            (AuthScheme::Ntlm, Some(_)) => Stage::NtlmOffer,
        };
    }

    /// What the `Authorization` header says.
    pub(super) fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// Whether the requests must go over one connection.
    pub(super) fn binds(&self) -> bool {
        self.scheme == AuthScheme::Ntlm && self.credentials.is_some()
    }

    /// Whether the URL is shown without its credentials, which then are no part of what is asked for.
    pub(super) fn hides_credentials(&self) -> bool {
        self.scheme == AuthScheme::Digest
    }

    /// Looks at an answer; says whether there is another thing to send.
    pub(super) fn goes_on(
        &mut self,
        status: u16,
        headers: &Headers,
        subject: &Subject<'_>,
    ) -> Result<bool, Kind> {
        if status != 401 || matches!(self.stage, Stage::Idle) {
            return Ok(false);
        }
        let Some((user, password)) = self.credentials.clone() else { return Ok(false) };
        let values = headers.all("WWW-Authenticate").map(String::from_utf8_lossy);
        let challenges: Vec<Challenge> = values.flat_map(|value| Challenge::parse_all(&value)).collect();
        self.header = match std::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Idle => None,
            Stage::Digest => digest::Session::start(&challenges).map(|mut session| {
                let (slash, rest) = subject.url.target();
                session.authorize(&digest::Exchange {
                    method: subject.method,
                    uri: &format!("{slash}{rest}"),
                    user: &user,
                    password: &password,
                    body: subject.body,
                    client_nonce: &digest::client_nonce(),
                })
            }),
            Stage::NtlmOffer => challenges.iter().any(|challenge| challenge.is("ntlm")).then(|| {
                self.stage = Stage::NtlmChallenge;
                ntlm::negotiate()
            }),
            Stage::NtlmChallenge => match ntlm::challenge(&challenges) {
                None => None,
                Some(Err(error)) => return Err(Kind::Auth(error.to_string())),
                Some(Ok(challenge)) => {
                    let now = subject.clock.unix_ns(subject.clock.now());
                    let account = ntlm::Account::new(&user, &password);
                    Some(ntlm::authenticate(&account, &challenge, &ntlm::Freshness::at(now)))
                }
            },
        };
        Ok(self.header.is_some())
    }
}
