//! Opening a WebSocket: dialling as for any request, asking for the upgrade, reading the answer.

use std::borrow::Cow;
use std::cell::RefCell;
use std::future::poll_fn;
use std::io::IoSlice;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Nanos;
use sha1::{Digest as _, Sha1};
use tokio::time::Instant;

use super::{deflate, socket::WebSocket};
use crate::client::Client;
use crate::connection::Stream;
use crate::cookie::{self, Jar, UnixMillis};
use crate::dial::{self, Caller};
use crate::error::{Call, Error, Kind};
use crate::h1::request::{self, Fields, Outline};
use crate::h1::{Decoder, Expect, Head, Limits};
use crate::headers::Headers;
use crate::tls::Alpn;
use crate::trail::Trail;
use crate::url::Url;
use crate::worker::Worker;

/// A request to open a WebSocket.
#[derive(Clone, Debug)]
pub struct Handshake {
    /// Where to, as `http` or `https`: see [`Handshake::url`].
    pub url: Rc<Url>,
    /// The caller's own headers.
    pub headers: Vec<(String, String)>,
    /// Sub-protocols that are offered, the best first.
    pub protocols: Vec<String>,
    /// Offers to pack messages.
    pub compression: bool,
    /// How long opening may take.
    pub timeout: Duration,
}

/// The server's answer to a handshake.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// 101 when the server agreed.
    pub status: u16,
    /// As they came.
    pub headers: Headers,
    /// The beginning of the body of an answer that is no agreement.
    pub body: Vec<u8>,
}

/// What became of a handshake.
#[derive(Debug)]
pub struct Opening {
    /// The open WebSocket, or why there is none.
    pub outcome: Result<WebSocket, Error>,
    /// What the server answered, when it did.
    pub answer: Option<Upgrade>,
    /// Who answered.
    pub remote: Option<SocketAddr>,
    /// Edges and bytes up to the answer.
    pub trail: Trail,
}

/// How much of a refusal's body is kept, in bytes.
const REFUSAL_BYTES: usize = 1024;
/// What a server adds to the key before it hashes it, RFC 6455, section 1.3.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const OFFER: &str = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
/// Headers that are the handshake's own to say.
const OWN_HEADERS: [&str; 5] =
    ["Upgrade", "Connection", "Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Extensions"];

impl Handshake {
    /// The address to dial for a `ws` or `wss` URL; `None` when it is neither.
    #[must_use]
    pub fn url(text: &str) -> Option<Rc<Url>> {
        let given = Url::parse(text).ok()?;
        let scheme = match given.scheme() {
            "ws" => "http",
            "wss" => "https",
            _ => return None,
        };
        let url = Url::parse(&format!("{scheme}{}", &text[given.scheme().len()..])).ok()?;
        (!url.host().is_empty()).then(|| Rc::new(url))
    }

    /// The headers to send, in the way of any request.
    fn fields<'a>(&'a self, key: &'a str, cookie: Option<&'a str>) -> Result<Fields<'a>, Kind> {
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, _) in own.clone() {
            let name = crate::header::canonical(name);
            let offered_twice = name == "Sec-Websocket-Protocol" && !self.protocols.is_empty();
            if OWN_HEADERS.contains(&&*name) || offered_twice {
                return Err(Kind::WebSocket(format!("websocket: duplicate header not allowed: {name}")));
            }
        }
        let mut fields = Fields::collect(own)?;
        if let Some(cookie) = cookie.filter(|_| fields.get("Cookie").is_none()) {
            fields.set("Cookie", Cow::Borrowed(cookie));
        }
        if let Some((user, password)) =
            self.url.credentials().filter(|_| fields.get("Authorization").is_none())
        {
            let pair = format!("{user}:{}", password.unwrap_or_default());
            fields.set("Authorization", Cow::Owned(format!("Basic {}", STANDARD.encode(pair))));
        }
        fields.set("Upgrade", Cow::Borrowed("websocket"));
        fields.set("Connection", Cow::Borrowed("Upgrade"));
        fields.set("Sec-WebSocket-Key", Cow::Borrowed(key));
        fields.set("Sec-WebSocket-Version", Cow::Borrowed("13"));
        if !self.protocols.is_empty() {
            fields.set("Sec-WebSocket-Protocol", Cow::Owned(self.protocols.join(", ")));
        }
        if self.compression {
            fields.set("Sec-WebSocket-Extensions", Cow::Borrowed(OFFER));
        }
        // Servers exist that read these names to the letter.
        for (name, _) in &mut fields.others {
            if let Some(rest) = name.strip_prefix("Sec-Websocket-") {
                *name = Cow::Owned(format!("Sec-WebSocket-{rest}"));
            }
        }
        Ok(fields)
    }

    /// Checks an answer and says what was agreed on.
    fn agreed(&self, head: &Head, key: &str) -> Result<Option<deflate::Agreement>, Kind> {
        let bad = |why: &str| Err(Kind::WebSocket(format!("websocket: bad handshake{why}")));
        if head.status != 101 {
            return bad("");
        }
        let has = |name: &str, token: &str| {
            head.headers.all(name).any(|value| {
                value
                    .split(|&byte| byte == b',')
                    .any(|part| crate::header::trimmed(part).eq_ignore_ascii_case(token.as_bytes()))
            })
        };
        if !has("Upgrade", "websocket") {
            return bad(": the answer has no Upgrade: websocket");
        }
        if !has("Connection", "upgrade") {
            return bad(": the answer has no Connection: Upgrade");
        }
        if head.headers.get("Sec-WebSocket-Accept") != Some(accept_of(key).as_bytes()) {
            return bad(": the answer's Sec-WebSocket-Accept does not belong to the key");
        }
        deflate::agreement(head.headers.all("Sec-WebSocket-Extensions"))
            .or_else(|reason| bad(&format!(": {reason}")))
    }
}

/// The proof that a server read the key.
fn accept_of(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

impl Client {
    /// Opens a WebSocket. Nothing is retried and no redirect is followed, as browsers and k6 have it.
    pub async fn open_websocket(&self, handshake: &Handshake, jar: Option<&RefCell<Jar>>) -> Opening {
        let clock = self.worker().clock();
        let start = clock.now();
        let mut opening = Opening {
            outcome: Err(Kind::RequestTimeout.into()),
            answer: None,
            remote: None,
            trail: Trail::begin(start),
        };
        let deadline = Instant::from_std(clock.instant(start + Nanos::from(handshake.timeout)));
        let attempt = Box::pin(self.attempt(handshake, jar, &mut opening));
        if let Ok(outcome) = tokio::time::timeout_at(deadline, attempt).await {
            opening.outcome = outcome.map_err(Error::from);
        }
        let trail = &mut opening.trail;
        if trail.done == Nanos::ZERO {
            trail.done = clock.now();
        }
        trail.seen = clock.now();
        if let Err(error) = opening.outcome {
            opening.outcome = Err(error.with_trail(*trail));
        }
        opening
    }

    async fn attempt(
        &self,
        handshake: &Handshake,
        jar: Option<&RefCell<Jar>>,
        opening: &mut Opening,
    ) -> Result<WebSocket, Kind> {
        let worker = self.worker();
        let url = &handshake.url;
        let key = STANDARD.encode(crate::auth::random_bytes::<16>());
        let cookie = jar.and_then(|jar| {
            let now = UnixMillis::now(&worker.clock());
            cookie::request_header(None, &[], Some(&jar.borrow().store), url, now).value
        });
        let fields = handshake.fields(&key, cookie.as_deref())?;
        let mut stream = self.dial_websocket(url, &mut opening.trail).await?;
        opening.trail.connected = worker.clock().now();
        opening.remote = Some(stream.socket().remote());
        let mut head = Vec::new();
        request::write(
            &mut head,
            &Outline {
                method: "GET",
                url,
                absolute: false,
                fields: &fields,
                user_agent: &worker.settings.user_agent,
                proxy_authorization: None,
                body_bytes: None,
                close: false,
            },
        );
        let limits = Limits { body_bytes: 64 << 10, ..worker.settings.limits };
        let mut reading = Reading {
            decoder: Decoder::new(Expect { no_body: false, discard: false, limits }),
            rest: Vec::new(),
        };
        let outcome = converse(&mut stream, worker, &head, &mut reading, &mut opening.trail).await;
        let trail = &mut opening.trail;
        let seen = worker.clock().now();
        let stamp = stream.last_stamp().and_then(|stamp| worker.stamps.place(stamp, trail.connected, seen));
        trail.done = stamp.unwrap_or(seen);
        trail.first_byte = trail.done;
        trail.kernel_stamped = stamp.is_some();
        trail.sent_bytes = stream.socket().sent();
        trail.received_bytes = stream.socket().received();
        let (head, mut body) = reading.decoder.into_parts();
        let Some(head) = head else { return Err(outcome.err().unwrap_or(Kind::UnexpectedEof)) };
        let agreed = handshake.agreed(&head, &key);
        if let Some(jar) = jar {
            let now = UnixMillis::now(&worker.clock());
            let mut jar = jar.borrow_mut();
            let cookies = cookie::parse_all(head.headers.all("Set-Cookie"));
            cookies.iter().for_each(|cookie| jar.store.store(url, cookie, now));
        }
        body.truncate(REFUSAL_BYTES);
        opening.answer = Some(Upgrade { status: head.status, headers: head.headers, body: body.to_vec() });
        Ok(WebSocket::new(stream, Rc::clone(worker), reading.rest, agreed?))
    }

    async fn dial_websocket(&self, url: &Url, trail: &mut Trail) -> Result<Stream, Kind> {
        let worker = self.worker();
        let sessions = |config: &_| self.own_sessions(config);
        let caller = Caller { worker, user: self.user(), sessions: &sessions, tunnels: true };
        dial::connect(&caller, url, worker.settings.proxies.for_url(url), Alpn::Http1, trail).await
    }
}

/// An answer as far as it came.
struct Reading {
    decoder: Decoder,
    /// What came behind an agreement: frames already.
    rest: Vec<u8>,
}

/// Writes the request and reads the answer: all of it when it is an agreement, else as much as is kept.
async fn converse(
    stream: &mut Stream,
    worker: &Worker,
    head: &[u8],
    reading: &mut Reading,
    trail: &mut Trail,
) -> Result<(), Kind> {
    let mut written = 0;
    let sent = poll_fn(|context| poll_write(stream, context, head, &mut written)).await;
    trail.sent = worker.clock().now();
    sent.map_err(|error| stream.fault(&error, Call::Write))?;
    poll_fn(|context| {
        let mut scratch = worker.scratch.borrow_mut();
        loop {
            let count = match ready!(stream.poll_receive(context, &mut scratch)) {
                Ok(0) => return Poll::Ready(reading.decoder.end()),
                Ok(count) => count,
                Err(error) => return Poll::Ready(Err(stream.fault(&error, Call::Read))),
            };
            let taken = reading.decoder.feed(&scratch.plain[..count])?;
            if reading.decoder.is_done() {
                reading.rest.extend_from_slice(&scratch.plain[taken..count]);
                return Poll::Ready(Ok(()));
            }
        }
    })
    .await
}

fn poll_write(
    stream: &mut Stream,
    context: &mut Context<'_>,
    bytes: &[u8],
    written: &mut usize,
) -> Poll<std::io::Result<()>> {
    while *written < bytes.len() {
        match ready!(stream.poll_send(context, &[IoSlice::new(&bytes[*written..])])) {
            Ok(0) => return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into())),
            Ok(count) => *written += count,
            Err(error) => return Poll::Ready(Err(error)),
        }
    }
    stream.poll_flush(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_holds() {
        assert_eq!(accept_of("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn addresses() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(
                Handshake::url(text).map(|url| url.as_str().to_owned()).as_deref(),
                expected,
                "{text}"
            );
        };
        check("ws://h/p?q=1", Some("http://h/p?q=1"));
        check("WSS://h:1/", Some("https://h:1/"));
        check("http://h/", None);
        check("not a url", None);
        check("ws:///p", None);
        check("", None);
    }
}
