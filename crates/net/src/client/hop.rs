//! One request over one connection: getting the connection, speaking its protocol, trying again where the
//! server cannot have seen the request.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;

use bytes::Bytes;
use model::Nanos;
use tokio::time::Instant;

use super::outcome::{Answer, Fault, Keeping};
use super::response::{Proto, Wire};
use super::{Client, Http2, Method, VersionPreference, WrittenHead};
use crate::connection::{Connection, Io, Stream};
use crate::dial::{self, Caller};
use crate::error::{Call, Http2Scope, Kind};
use crate::h1::{Decoder, Exchange, Expect, Heading, Progress, request};
use crate::h2;
use crate::headers::Headers;
use crate::settings;
use crate::tls::Alpn;
use crate::trail::Trail;
use crate::url::Url;

/// A request of which everything is decided but the connection.
pub(super) struct Outgoing<'a, 'f> {
    pub(super) method: &'a str,
    pub(super) url: &'a Rc<Url>,
    pub(super) head: &'a Head<'f>,
    pub(super) body: &'a Bytes,
    pub(super) deadline: Nanos,
    pub(super) version: VersionPreference,
    pub(super) discard_body: bool,
    /// How long the head of an answer may take over HTTP/1.1.
    pub(super) head_patience: Nanos,
    /// Holds the connection that an authentication is bound to, from one request to the next.
    pub(super) bound: Option<&'a RefCell<Option<Box<Connection>>>>,
}

/// How far a request over HTTP/1 has come that was begun elsewhere, with the connection that it is on.
pub(super) type UnderWay = (Box<Connection>, Box<(Progress, Decoder)>);

/// What goes before the body.
pub(super) enum Head<'f> {
    /// Written before, for HTTP/1.1.
    Written(Rc<WrittenHead>),
    /// In a box, as each user that waits for an answer has it.
    Fields(Box<request::Fields<'f>>),
}

impl Head<'_> {
    /// Whether it asks to close the connection.
    fn closes(&self) -> bool {
        match self {
            Self::Written(head) => head.close,
            Self::Fields(fields) => fields.close,
        }
    }

    /// Whether it has a key that lets the server see the request twice.
    fn has_key(&self) -> bool {
        match self {
            Self::Written(head) => head.has_key,
            Self::Fields(fields) => has_key(fields),
        }
    }
}

fn has_key(fields: &request::Fields<'_>) -> bool {
    fields.get("Idempotency-Key").is_some() || fields.get("X-Idempotency-Key").is_some()
}

/// How often a request moves on from connections that turn out dead. Each is one from the pool, so that the
/// number is bounded anyway; this bounds it where a server kills each connection.
const ATTEMPTS_MAX: u32 = 32;

/// What may be spoken to an origin.
#[derive(Clone, Copy)]
struct Spoken {
    http1: bool,
    http2: bool,
    alpn: Alpn,
}

/// A connection that was just made.
enum Dialled {
    Http1(Box<Connection>),
    Http2(Rc<Http2>),
}

impl Client {
    /// Sends one request and reads its response; goes on with it where it is under way. The trail gets all edges up to
    /// the end or the failure.
    pub(super) async fn hop(
        &self,
        out: &Outgoing<'_, '_>,
        trail: &mut Trail,
        mut under_way: Option<UnderWay>,
    ) -> Result<Answer, Fault> {
        check(out)?;
        let spoken = self.spoken(out.url, out.version);
        let reuse = !self.worker.settings.no_connection_reuse;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let known =
                if spoken.http2 && reuse && under_way.is_none() { self.pool().http2(out.url) } else { None };
            // HTTP/2 in a box: its future is more than twice the size of HTTP/1's, and a waiting caller
            // carries the larger of the two on its stack.
            let outcome = match known {
                Some(http2) => Box::pin(self.over_http2(&http2, out, trail)).await,
                None => {
                    // Not in the head of the match: a fault would have its room until the end of it.
                    let (dialled, state) = match under_way.take() {
                        Some((connection, state)) => (Dialled::Http1(connection), Some(state)),
                        None => (self.connection(out, spoken, trail).await?, None),
                    };
                    match dialled {
                        Dialled::Http1(connection) => self.over_http1(connection, state, out, trail).await,
                        Dialled::Http2(http2) => Box::pin(self.over_http2(&http2, out, trail)).await,
                    }
                }
            };
            match outcome {
                Err(fault) if fault.repeatable && attempts < ATTEMPTS_MAX => trail.begin_again(),
                other => return other,
            }
        }
    }

    fn spoken(&self, url: &Url, version: VersionPreference) -> Spoken {
        use settings::Http2::{Auto, Off, PriorKnowledge};
        let tls = url.is_tls();
        let (http1, http2) = match (version, self.worker.settings.http2) {
            (VersionPreference::Http1, _) | (VersionPreference::Auto, Off) => (true, false),
            (VersionPreference::Http2, _) => (false, true),
            (VersionPreference::Auto, PriorKnowledge) => (tls, true),
            (VersionPreference::Auto, Auto) => (true, tls),
        };
        let alpn = match (http1, http2) {
            (true, true) => Alpn::Both,
            (false, true) => Alpn::Http2,
            (_, false) => Alpn::Http1,
        };
        Spoken { http1, http2, alpn }
    }

    /// A connection from the pool, or a new one.
    async fn connection(
        &self,
        out: &Outgoing<'_, '_>,
        spoken: Spoken,
        trail: &mut Trail,
    ) -> Result<Dialled, Fault> {
        let settings = &self.worker.settings;
        let kept = out.bound.and_then(|bound| bound.borrow_mut().take());
        let kept = kept.or_else(|| {
            if spoken.http1 && !settings.no_connection_reuse {
                self.pool().take(out.url, spoken.http2)
            } else {
                None
            }
        });
        if let Some(connection) = kept {
            trail.connected = settings.clock.now();
            trail.reused = true;
            return Ok(Dialled::Http1(connection));
        }
        trail.reused = false;
        // Dialling is rare and its future is large: it stays out of the one that each request carries.
        let dialling = Box::pin(self.dial(out, spoken.alpn, trail));
        let deadline = Instant::from_std(settings.clock.instant(out.deadline));
        match tokio::time::timeout_at(deadline, dialling).await {
            Ok(dialled) => Ok(dialled?),
            Err(_) => Err(Kind::RequestTimeout.into()),
        }
    }

    async fn dial(&self, out: &Outgoing<'_, '_>, alpn: Alpn, trail: &mut Trail) -> Result<Dialled, Kind> {
        let worker = &self.worker;
        let sessions = |config: &_| self.own_sessions(config);
        let caller = Caller { worker, user: self.user, sessions: &sessions, tunnels: false };
        let proxy = worker.settings.proxies.for_url(out.url);
        let stream = dial::connect(&caller, out.url, proxy, alpn, trail).await?;
        trail.connected = worker.clock().now();
        let chosen = match &stream {
            Stream::Tls(tls) if out.url.is_tls() => tls.alpn() == Some(b"h2"),
            _ => alpn != Alpn::Http1 && !out.url.is_tls(),
        };
        let origin = worker.origins.of(out.url);
        let socket = stream.socket();
        let (remote, opening) = (socket.remote(), (socket.sent(), socket.received()));
        if !chosen {
            if alpn == Alpn::Http2 {
                return Err(Kind::Http2Other("http2: the server does not speak HTTP/2".to_owned()));
            }
            return Ok(Dialled::Http1(Box::new(Connection::new(stream, origin, alpn != Alpn::Http1))));
        }
        // Another request may have opened one while this one dialled; the streams go together then.
        if let Some(known) = self.pool().http2(out.url).filter(|_| !worker.settings.no_connection_reuse) {
            trail.sent_bytes += opening.0;
            trail.received_bytes += opening.1;
            return Ok(Dialled::Http2(known));
        }
        let tls = stream.tls().cloned();
        let io = Io::new(stream, Rc::clone(worker));
        let settings = h2::Settings {
            max_header_bytes: u32::try_from(worker.settings.limits.head_bytes).unwrap_or(u32::MAX),
            kernel_stamp: Some(io.stamp()),
            ..h2::Settings::default()
        };
        let connection =
            Box::pin(h2::connect(io, &settings, worker.clock())).await.map_err(|error| http2_kind(&error))?;
        let opening_bytes = Cell::new(opening);
        let http2 = Rc::new(Http2 { origin, connection, remote, tls, opening_bytes, served: Cell::new(0) });
        if !worker.settings.no_connection_reuse {
            self.pool().put_http2(Rc::clone(&http2));
        }
        Ok(Dialled::Http2(http2))
    }

    async fn over_http1(
        &self,
        mut connection: Box<Connection>,
        state: Option<Box<(Progress, Decoder)>>,
        out: &Outgoing<'_, '_>,
        trail: &mut Trail,
    ) -> Result<Answer, Fault> {
        let worker = &*self.worker;
        let settings = &worker.settings;
        let state = match state {
            Some(state) => *state,
            None => {
                let no_body = out.method == "HEAD";
                let expect = Expect { no_body, discard: out.discard_body, limits: settings.limits };
                (Progress::default(), Decoder::new(expect))
            }
        };
        let head = match out.head {
            Head::Written(written) => Heading::Lent(&written.bytes),
            Head::Fields(fields) => {
                let mut head = worker.borrow_head();
                self.write_fields(&mut head, out.method, out.url, fields, out.body.len());
                Heading::Own(head)
            }
        };
        let request_head = settings.keep_wire.then(|| head.bytes().to_vec());
        let patience = (out.deadline, out.head_patience);
        let mut exchange = Exchange::new(&mut connection, worker, (head, out.body), patience, trail, state);
        let outcome = poll_fn(|context| exchange.poll(context)).await;
        let outcome = exchange.finish(outcome);
        let keeping = Keeping { bound: out.bound, closes: out.head.closes() };
        let answer = self.settle(connection, outcome, &keeping, || is_replayable(out), trail);
        let mut answer = answer.map_err(|fault| *fault)?;
        answer.wire = request_head.map(|request_head| {
            let (response_head, response_body) = (answer.headers.block().to_vec(), answer.body.clone());
            Box::new(Wire { request_head, request_body: out.body.clone(), response_head, response_body })
        });
        Ok(answer)
    }

    fn write_fields(
        &self,
        head: &mut Vec<u8>,
        method: &str,
        url: &Url,
        fields: &request::Fields<'_>,
        body_bytes: usize,
    ) {
        let settings = &self.worker.settings;
        let proxy = settings.proxies.for_url(url).filter(|proxy| proxy.takes_absolute_urls(url));
        let authorization = proxy.and_then(crate::proxy::Proxy::authorization);
        request::write(
            head,
            &request::Outline {
                method,
                url,
                absolute: proxy.is_some(),
                fields,
                user_agent: &settings.user_agent,
                proxy_authorization: authorization.as_deref(),
                body_bytes: Some(body_bytes),
                close: settings.no_connection_reuse,
            },
        );
    }

    /// Whether requests there have heads that do for all users: HTTP/1.1, and no proxy that wants to know the user.
    pub(super) fn has_common_heads(&self, url: &Url, version: VersionPreference) -> bool {
        !self.spoken(url, version).http2 && self.worker.settings.proxies.for_url(url).is_none()
    }

    /// Writes a head.
    pub(super) fn written_head(
        &self,
        method: &Method,
        url: &Rc<Url>,
        fields: &request::Fields<'_>,
        body_bytes: usize,
    ) -> WrittenHead {
        let mut written = self.worker.borrow_head();
        self.write_fields(&mut written, method.as_str(), url, fields, body_bytes);
        let bytes = written.as_slice().into();
        self.worker.return_head(written);
        WrittenHead {
            method: method.clone(),
            url: Rc::clone(url),
            body_bytes,
            bytes,
            close: fields.close,
            has_key: has_key(fields),
            shown: Vec::new(),
            notes: Vec::new(),
        }
    }

    async fn over_http2(
        &self,
        http2: &Http2,
        out: &Outgoing<'_, '_>,
        trail: &mut Trail,
    ) -> Result<Answer, Fault> {
        let worker = &self.worker;
        let limits = worker.settings.limits;
        let fault = |error: &h2::Error| Fault {
            repeatable: error.unprocessed && !matches!(error.kind, h2::Kind::InvalidRequest(_)),
            remote: Some(http2.remote),
            ..http2_kind(error).into()
        };
        let Head::Fields(fields) = out.head else {
            return Err(Kind::Http2Other("http2: the request was written for HTTP/1.1".to_owned()).into());
        };
        let request = self.http2_request(out, fields).map_err(|error| fault(&error))?;
        let limits = h2::Limits {
            body_bytes_max: usize::try_from(limits.body_bytes).unwrap_or(usize::MAX),
            keep_body: !out.discard_body,
        };
        let edges = Cell::default();
        let (sent, received) = http2.opening_bytes.take();
        trail.reused = http2.served.replace(http2.served.get() + 1) > 0;
        let deadline = Instant::from_std(worker.clock().instant(out.deadline));
        let outcome = tokio::time::timeout_at(deadline, http2.connection.send(request, limits, &edges)).await;
        take_edges(trail, edges.get(), worker.clock().now());
        trail.sent_bytes += sent;
        trail.received_bytes += received;
        let response = match outcome {
            Err(_) => return Err(Fault { remote: Some(http2.remote), ..Kind::RequestTimeout.into() }),
            Ok(Err(error)) => return Err(fault(&error)),
            Ok(Ok(response)) => response,
        };
        let mut headers = Headers::default();
        for (name, value) in &response.headers {
            headers.push(name.as_str().as_bytes(), value.as_bytes());
        }
        Ok(Answer {
            status: response.status,
            proto: Proto::Http2,
            reason: (0, 0),
            headers,
            body: response.body,
            remote: http2.remote,
            tls: http2.tls.clone(),
            wire: None,
        })
    }

    fn http2_request(
        &self,
        out: &Outgoing<'_, '_>,
        fields: &request::Fields<'_>,
    ) -> Result<h2::Request, h2::Error> {
        let (slash, rest) = out.url.target();
        let target: Cow<'_, str> =
            if slash.is_empty() { Cow::Borrowed(rest) } else { Cow::Owned(format!("{slash}{rest}")) };
        let agent = fields.user_agent.as_deref().unwrap_or(&self.worker.settings.user_agent);
        let agent = Some(("User-Agent", agent)).filter(|(_, agent)| !agent.is_empty());
        let host = fields.host.as_deref().map(|host| ("Host", host));
        let others = fields.others.iter().map(|(name, value)| (&**name, &**value));
        let headers = host.into_iter().chain(agent).chain(others);
        h2::Request::new(
            out.method,
            out.url.scheme(),
            out.url.authority(),
            &target,
            headers,
            out.body.clone(),
        )
    }
}

/// Refuses what no connection is needed for to refuse.
fn check(out: &Outgoing<'_, '_>) -> Result<(), Kind> {
    if !out.url.is_http() {
        return Err(Kind::UnsupportedScheme(out.url.scheme().to_owned()));
    }
    request::check_method(out.method)?;
    if out.url.host().is_empty() {
        return Err(Kind::NoHost);
    }
    Ok(())
}

/// Whether a request may be sent again when nobody knows whether the server has seen it.
fn is_replayable(out: &Outgoing<'_, '_>) -> bool {
    Method::is_safe(out.method) || out.head.has_key()
}

/// The edges of a stream as edges of a trail.
fn take_edges(trail: &mut Trail, edges: h2::Edges, seen: Nanos) {
    // Waiting for a stream is waiting for a connection.
    trail.connected =
        if edges.opened == Nanos::ZERO { Nanos::ZERO } else { edges.opened.max(trail.connected) };
    trail.sent = edges.sent;
    trail.first_byte = edges.first_byte;
    trail.done = if edges.done == Nanos::ZERO { seen } else { edges.done };
    trail.seen = seen;
    trail.kernel_stamped = edges.kernel_stamped;
    trail.sent_bytes += edges.sent_bytes;
    trail.received_bytes += edges.received_bytes;
}

fn http2_kind(error: &h2::Error) -> Kind {
    if let Some((scope, code)) = error.scope() {
        let scope = match scope {
            h2::Scope::GoAway => Http2Scope::GoAway,
            h2::Scope::Stream => Http2Scope::Stream,
            h2::Scope::Connection => Http2Scope::Connection,
        };
        return Kind::Http2 { scope, code, text: error.to_string() };
    }
    match &error.kind {
        h2::Kind::Io(error) => Kind::from_io(error, Call::Read, (None, None)),
        h2::Kind::InvalidRequest(_) => Kind::InvalidRequest(error.to_string()),
        h2::Kind::BodyTooLarge { .. } => Kind::BadBody(error.to_string()),
        _ => Kind::Http2Other(error.to_string()),
    }
}
