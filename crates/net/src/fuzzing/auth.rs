//! What servers say in `WWW-Authenticate`, and what is answered.

use crate::auth::digest::{Exchange, Session};
use crate::auth::ntlm::{Account, Freshness, ServerChallenge, authenticate, challenge};
use crate::auth::{Challenge, basic};
use crate::header;

/// Whatever a server asks, the answer is one challenge's worth of header that says what was asked.
///
/// The input: a `WWW-Authenticate` value a line. As a whole it is also taken for a message of NTLM.
pub fn auth(input: &[u8]) {
    if let Ok(asked) = ServerChallenge::parse(input) {
        answers_ntlm(&asked);
    }
    let values = input.split(|&byte| byte == b'\n').filter(|value| header::is_valid_value(value));
    let challenges: Vec<Challenge> =
        values.flat_map(|value| Challenge::parse_all(&String::from_utf8_lossy(value))).collect();
    if let Some(Ok(asked)) = challenge(&challenges) {
        answers_ntlm(&asked);
    }
    if let Some(session) = Session::start(&challenges) {
        answers_digest(session, &challenges);
    }
}

fn answers_ntlm(asked: &ServerChallenge) {
    let _ = asked.timestamp();
    let account = Account::new("CORP\\ann", "secret");
    let freshness = Freshness { client_challenge: [1; 8], filetime: 2 };
    let answer = authenticate(&account, asked, &freshness);
    assert!(answer.starts_with("NTLM ") && header::is_valid_value(answer.as_bytes()), "{answer}");
    assert!(answer.len() < 600_000, "an answer of {} bytes", answer.len());
}

fn answers_digest(mut session: Session, challenges: &[Challenge]) {
    let exchange = Exchange {
        method: "GET",
        uri: "/a?b=\"c\"",
        user: "a\"n\\n",
        password: "secret",
        body: b"",
        client_nonce: "0123",
    };
    for count in 1..3 {
        let answer = session.authorize(&exchange);
        assert!(header::is_valid_value(answer.as_bytes()), "{answer:?}");
        let read = Challenge::parse_all(&answer);
        let [read] = &read[..] else { panic!("{answer:?} is read as {read:?}") };
        assert!(read.is("digest") && read.parameter("uri") == Some(exchange.uri), "{answer:?}");
        let asked = |name: &str| {
            let said = read.parameter(name);
            challenges
                .iter()
                .any(|challenge| challenge.parameter(name).unwrap_or_default() == said.unwrap_or_default())
        };
        assert!(asked("realm") && asked("nonce") && asked("opaque"), "{answer:?} to {challenges:?}");
        assert!(read.parameter("nc").is_none_or(|nc| nc == format!("{count:08x}")), "{answer:?}");
    }
    assert!(header::is_valid_value(basic(exchange.user, exchange.password).as_bytes()));
}
