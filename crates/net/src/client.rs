//! One virtual user's client: kept connections, redirects, cookies, authentication, time limits.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use model::Nanos;

use crate::auth::{self, AuthScheme};
use crate::buffer::Buffer;
use crate::connection::{Connection, broken};
use crate::cookie::{Cookie, Jar};
use crate::dial;
use crate::encoding::{self, Coding};
use crate::error::{Error, Kind};
use crate::h1::{self, Answer};
use crate::h2;
use crate::header;
use crate::multiplexed::{self, Failed, Multiplexed};
use crate::request::{Request, VersionPreference};
use crate::response::{Hop, Response};
use crate::settings::Settings;
use crate::tls::TlsInfo;
use crate::trail::Trail;
use crate::url::Url;
use crate::worker::Worker;

/// A kept connection and where it leads.
pub(crate) struct Idle {
    tls: bool,
    authority: Box<str>,
    connection: Connection,
    absolute_form: bool,
    /// What was wanted when it was made.
    version: VersionPreference,
}

/// What a request goes over.
enum Route {
    /// A connection that is its own until the answer is there, perhaps by way of a proxy.
    Single(Connection, bool),
    Shared(Multiplexed),
}

/// One virtual user's client.
pub struct Client {
    worker: Rc<Worker>,
    vu: u64,
    idle: RefCell<Vec<Idle>>,
    multiplexed: RefCell<Vec<Multiplexed>>,
}

/// The parts of an exchange that change from hop to hop.
struct Turn<'a> {
    url: Rc<Url>,
    method: String,
    body: Option<Bytes>,
    headers: Vec<(String, String)>,
    jar: Option<&'a RefCell<Jar>>,
    /// The answer to an authentication challenge.
    authorization: Option<String>,
}

/// An answer with everything that was measured on the way.
struct Exchanged {
    answer: Answer,
    trail: Trail,
    tls: Option<Arc<TlsInfo>>,
    remote: Option<std::net::SocketAddr>,
    sent_headers: Vec<(String, String)>,
}

impl Client {
    /// A client for virtual user `vu`, without connections yet.
    #[must_use]
    pub fn new(worker: Rc<Worker>, vu: u64) -> Self {
        Self { worker, vu, idle: RefCell::default(), multiplexed: RefCell::default() }
    }

    fn settings(&self) -> &Settings {
        &self.worker.settings
    }

    /// Closes the connections that are kept.
    pub fn close_idle(&self) {
        self.idle.borrow_mut().clear();
        self.multiplexed.borrow_mut().clear();
    }

    /// Sends a request and follows redirects and authentication round trips; `on_hop` is called once for each
    /// exchange, in order.
    ///
    /// # Errors
    /// What went wrong, with k6's number; the failed exchange has been told to `on_hop`, too.
    pub async fn send(
        &self,
        request: Request,
        jar: Option<&RefCell<Jar>>,
        on_hop: &mut dyn FnMut(&Hop<'_>),
    ) -> Result<Response, Error> {
        let start = self.settings().clock.now();
        let deadline = start + request.timeout.into();
        let method = request.method.as_str().to_owned();
        let mut url = request.url.clone();
        let mut hop_start = start;
        let result = {
            let work = pin!(self.follow(request, jar, on_hop, &mut url, &mut hop_start));
            tokio::time::timeout_at(self.settings().clock.instant(deadline).into(), work).await
        };
        let mut error = match result {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => error,
            Err(_) => {
                let now = self.settings().clock.now();
                let trail = Trail {
                    start: hop_start,
                    got_connection: hop_start,
                    sent: hop_start,
                    first_byte: now,
                    last_byte: now,
                    seen: now,
                    ..Trail::default()
                };
                Error::new(Kind::Timeout).with_trail(trail)
            }
        };
        if error.is_exhaustion() {
            self.worker.exhausted.set(self.worker.exhausted.get() + 1);
        }
        if error.trail().is_none() {
            let now = self.settings().clock.now();
            error = error.with_trail(Trail {
                start: hop_start,
                got_connection: now,
                sent: now,
                first_byte: now,
                last_byte: now,
                seen: now,
                ..Trail::default()
            });
        }
        let shown = match error.kind() {
            Kind::Generic { message, .. } if message.contains("no Host in request URL") => {
                url.as_str().trim_end_matches('/').to_owned()
            }
            _ => escaped(url.as_str()),
        };
        let error = error.of(&method, &shown);
        let trail = *error.trail().expect("it was given one above");
        on_hop(&Hop {
            challenge: false,
            method: &method,
            url: &url.masked(),
            status: 0,
            proto: "",
            trail: &trail,
            tls: None,
            error: Some(&error),
            remote: None,
        });
        Err(error)
    }

    async fn follow(
        &self,
        request: Request,
        jar: Option<&RefCell<Jar>>,
        on_hop: &mut dyn FnMut(&Hop<'_>),
        current: &mut Rc<Url>,
        hop_start: &mut Nanos,
    ) -> Result<Response, Error> {
        let (body, encoding) = compress(&request)?;
        let mut headers = checked_headers(&request)?;
        headers.extend(encoding);
        let mut turn = Turn {
            url: request.url.clone(),
            method: request.method.as_str().to_owned(),
            body,
            headers,
            jar,
            authorization: None,
        };
        let mut redirects = 0;
        let mut challenged = false;
        loop {
            *current = turn.url.clone();
            *hop_start = self.settings().clock.now();
            check_url(&turn.url)?;
            if let Some(pace) = &self.settings().pace {
                let turn_at = pace.turn(*hop_start);
                if turn_at > *hop_start {
                    tokio::time::sleep_until(self.settings().clock.instant(turn_at).into()).await;
                    *hop_start = self.settings().clock.now();
                }
            }
            let exchanged = self.exchange(&request, &turn).await?;
            let cookies = self.take_cookies(&turn, &exchanged.answer);
            let challenge =
                exchanged.answer.status == 401 && request.auth == Some(AuthScheme::Digest) && !challenged;
            // What a digest proves is not in the address.
            let masked = match request.auth {
                Some(AuthScheme::Digest) => turn.url.without_user(),
                _ => turn.url.masked(),
            };
            let status = exchanged.answer.status;
            on_hop(&Hop {
                challenge,
                method: &turn.method,
                url: &masked,
                status,
                proto: exchanged.answer.proto.name(),
                trail: &exchanged.trail,
                tls: exchanged.tls.as_deref(),
                error: None,
                remote: exchanged.remote,
            });
            if status == 401
                && request.auth == Some(AuthScheme::Digest)
                && !challenged
                && let Some(answer) = self.answer_challenge(&turn, &exchanged.answer)
            {
                challenged = true;
                turn.authorization = Some(answer);
                continue;
            }
            if let Some(next) = redirect(&turn, &exchanged.answer)?
                && redirects < request.redirects
            {
                redirects += 1;
                turn = next;
                continue;
            }
            return finish(
                &turn,
                exchanged,
                cookies,
                self.settings().limits.body_bytes,
                request.discard_body,
            );
        }
    }

    fn take_cookies(&self, turn: &Turn<'_>, answer: &Answer) -> Vec<Cookie> {
        if !answer.notes.sets_cookies {
            return Vec::new();
        }
        let set = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        let cookies: Vec<Cookie> =
            set.filter_map(|(_, value)| Cookie::parse(&String::from_utf8_lossy(value))).collect();
        if let Some(jar) = turn.jar.filter(|_| !cookies.is_empty()) {
            let mut jar = jar.borrow_mut();
            cookies.iter().for_each(|cookie| jar.take(&turn.url, cookie));
        }
        cookies
    }

    fn answer_challenge(&self, turn: &Turn<'_>, answer: &Answer) -> Option<String> {
        let credentials = turn.url.user()?;
        let now = self.settings().clock.now().0;
        let nonce = format!("{:016x}", now.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ self.vu);
        let body = turn.body.clone().unwrap_or_default();
        let challenges =
            answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"));
        challenges
            .filter_map(|(_, value)| {
                let challenge = String::from_utf8_lossy(value);
                auth::digest(&challenge, &turn.method, turn.url.target(), credentials, &nonce, &body)
            })
            .next()
    }

    /// One exchange; a kept connection that turns out to be closed is replaced once.
    async fn exchange(&self, request: &Request, turn: &Turn<'_>) -> Result<Exchanged, Error> {
        let clock = self.settings().clock;
        let start = clock.now();
        let mut trail = Trail { start, ..Trail::default() };
        let mut sent_again = false;
        loop {
            let (mut connection, absolute_form) = match self.route(request, turn, &mut trail).await? {
                Route::Single(connection, absolute_form) => (connection, absolute_form),
                Route::Shared(shared) => {
                    // Boxed, as is dialling below: every exchange would carry their state.
                    match Box::pin(self.share(request, turn, &shared, &mut trail)).await {
                        Ok(exchanged) => return Ok(exchanged),
                        Err(failed) if failed.unprocessed && !sent_again => sent_again = true,
                        Err(failed) => return Err(failed.error.with_trail(trail)),
                    }
                    continue;
                }
            };
            let (sent_before, received_before) = if trail.reused {
                (connection.socket.sent_bytes, connection.socket.received_bytes)
            } else {
                (0, 0)
            };
            let mut buffer = self.worker.buffer();
            let outcome =
                self.round_trip(request, turn, &mut connection, &mut buffer, &mut trail, absolute_form).await;
            self.worker.recycle(buffer);
            trail.sent_bytes = connection.socket.sent_bytes - sent_before;
            trail.received_bytes = connection.socket.received_bytes - received_before;
            trail.kernel_stamped = connection.socket.is_stamped();
            if !trail.kernel_stamped {
                self.worker.unstamped.set(self.worker.unstamped.get() + 1);
            }
            match outcome {
                Ok((answer, sent_headers)) => {
                    let (tls, remote) = (connection.tls_info().cloned(), Some(connection.socket.remote));
                    if answer.keep_alive
                        && !self.settings().no_connection_reuse
                        && !wants_close(&turn.headers)
                    {
                        self.keep(&turn.url, connection, absolute_form, request.version);
                    }
                    return Ok(Exchanged { answer, trail, tls, remote, sent_headers });
                }
                Err(unread) => {
                    // The server closed an idle connection just as it was used: the request goes out again, as
                    // nobody has seen it.
                    if trail.reused && unread.untouched && matches!(unread.error.kind(), Kind::Broken { .. })
                    {
                        continue;
                    }
                    trail.first_byte = unread.first_byte.unwrap_or_else(|| clock.now());
                    trail.last_byte = unread.last_byte.unwrap_or(trail.first_byte);
                    trail.sent = trail.sent.max(trail.got_connection);
                    trail.seen = clock.now();
                    return Err(unread.error.with_trail(trail));
                }
            }
        }
    }

    /// Finds or makes what the request goes over.
    async fn route(&self, request: &Request, turn: &Turn<'_>, trail: &mut Trail) -> Result<Route, Error> {
        let (url, version, clock) = (&turn.url, request.version, self.settings().clock);
        let known = version == VersionPreference::Http2
            || (self.settings().h2c && version == VersionPreference::Auto);
        let prior_knowledge = known && !url.is_tls();
        let may_share = prior_knowledge || (url.is_tls() && version != VersionPreference::Http1);
        trail.reused = true;
        trail.got_connection = clock.now();
        if let Some(shared) = may_share.then(|| multiplexed::find(self.shared_pool(), url)).flatten() {
            return Ok(Route::Shared(shared));
        }
        if let Some(idle) = (!prior_knowledge).then(|| self.take_idle(url, version)).flatten() {
            trail.got_connection = clock.now();
            return Ok(Route::Single(idle.connection, idle.absolute_form));
        }
        trail.reused = false;
        let dialled = Box::pin(dial::dial(self.settings(), url, self.vu, version)).await?;
        (trail.lookup, trail.connect, trail.tls) = (dialled.lookup, dialled.connect, dialled.tls);
        trail.got_connection = clock.now();
        let connection = dialled.connection;
        if prior_knowledge && dialled.absolute_form {
            return Err(Error::generic("HTTP/2 without TLS cannot go through a proxy"));
        }
        if prior_knowledge || connection.agreed_on_h2() {
            let single_use = self.settings().no_connection_reuse || wants_close(&turn.headers);
            let pool = (!single_use).then(|| self.shared_pool());
            return Box::pin(Multiplexed::open(connection, url, clock, pool)).await.map(Route::Shared);
        }
        if version == VersionPreference::Http2 {
            return Err(Error::generic("http2: unexpected ALPN protocol \"\"; want \"h2\""));
        }
        Ok(Route::Single(connection, dialled.absolute_form))
    }

    /// One exchange over HTTP/2.
    async fn share(
        &self,
        request: &Request,
        turn: &Turn<'_>,
        shared: &Multiplexed,
        trail: &mut Trail,
    ) -> Result<Exchanged, Failed> {
        let sent_headers = self.own_headers(request, turn);
        let agent = self.settings().user_agent.as_deref();
        let agent = agent.filter(|_| !sent_headers.iter().any(|header| header.0 == "User-Agent"));
        let headers = agent.map(|agent| ("User-Agent", agent)).into_iter().chain(
            sent_headers
                .iter()
                .map(|header| (header.0.as_str(), header.1.as_str()))
                .filter(|header| *header != ("User-Agent", "")),
        );
        let url = &turn.url;
        let scheme = if url.is_tls() { "https" } else { "http" };
        let body = turn.body.clone().unwrap_or_default();
        let message = h2::Request::new(&turn.method, scheme, url.authority(), url.target(), headers, body)
            .map_err(|error| Failed { error: Error::new(Kind::Http2(error.kind)), unprocessed: false })?;
        let settings = self.settings();
        let outcome =
            shared.send(message, &settings.limits, request.discard_body, settings.clock, trail).await;
        if wants_close(&turn.headers) {
            multiplexed::retire(self.shared_pool(), shared);
        }
        if !trail.kernel_stamped {
            self.worker.unstamped.set(self.worker.unstamped.get() + 1);
        }
        let (tls, remote) = (shared.tls.clone(), Some(shared.remote));
        outcome.map(|answer| Exchanged { answer, trail: *trail, tls, remote, sent_headers })
    }

    async fn round_trip(
        &self,
        request: &Request,
        turn: &Turn<'_>,
        connection: &mut Connection,
        buffer: &mut Buffer,
        trail: &mut Trail,
        absolute_form: bool,
    ) -> Result<(Answer, Vec<(String, String)>), h1::Unread> {
        let clock = self.settings().clock;
        let mut out = Vec::with_capacity(512);
        let sent_headers = self.write_head(request, turn, absolute_form, &mut out);
        if let Some(body) = &turn.body {
            // A small body goes out in one packet with the head.
            if body.len() <= 16 * 1024 {
                out.extend_from_slice(body);
            }
        }
        let written = async {
            connection.write_all(&out).await?;
            match &turn.body {
                Some(body) if body.len() > 16 * 1024 => connection.write_all(body).await,
                _ => Ok(()),
            }
        };
        let written = written.await;
        trail.sent = clock.now();
        connection.used += 1;
        let answer = h1::read_response(
            connection,
            buffer,
            &turn.method,
            &self.settings().limits,
            request.discard_body,
        )
        .await;
        let answer = match (answer, written) {
            // A server may answer and close before it has read the whole request; the answer counts.
            (Ok(answer), _) => answer,
            (Err(unread), Err(error)) if unread.untouched => {
                let error = broken(&connection.socket, false, error);
                return Err(h1::Unread { error, ..unread });
            }
            (Err(unread), _) => return Err(unread),
        };
        // An answer that came before the request was out began when the request was.
        trail.first_byte = answer.first_byte.max(trail.sent);
        trail.last_byte = answer.last_byte.max(trail.first_byte);
        trail.seen = clock.now().max(trail.last_byte);
        Ok((answer, sent_headers))
    }

    /// Writes the head of a request in Go's order; gives the headers that the script would call its own.
    fn write_head(
        &self,
        request: &Request,
        turn: &Turn<'_>,
        absolute_form: bool,
        out: &mut Vec<u8>,
    ) -> Vec<(String, String)> {
        let url = &turn.url;
        let find =
            |name: &str| turn.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str());
        let mut put = |parts: &[&str]| parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
        if absolute_form {
            put(&[&turn.method, " http://", url.authority(), url.target(), " HTTP/1.1\r\n"]);
        } else {
            put(&[&turn.method, " ", url.target(), " HTTP/1.1\r\n"]);
        }
        put(&["Host: ", find("Host").unwrap_or(url.authority()), "\r\n"]);
        match (find("User-Agent"), &self.settings().user_agent) {
            (Some(""), _) => {}
            (Some(agent), _) => put(&["User-Agent: ", agent, "\r\n"]),
            (None, Some(agent)) => put(&["User-Agent: ", agent, "\r\n"]),
            (None, None) => {}
        }
        if self.settings().no_connection_reuse || wants_close(&turn.headers) {
            put(&["Connection: close\r\n"]);
        }
        let length = turn.body.as_ref().map(Bytes::len);
        let wants_length = matches!(turn.method.as_str(), "POST" | "PUT" | "PATCH");
        if let Some(length) = length.or(wants_length.then_some(0))
            && (length > 0 || wants_length)
        {
            put(&["Content-Length: ", &length.to_string(), "\r\n"]);
        }
        let own = self.own_headers(request, turn);
        for (name, value) in own.iter().filter(|header| !matches!(header.0.as_str(), "Host" | "User-Agent")) {
            put(&[name, ": ", value, "\r\n"]);
        }
        put(&["\r\n"]);
        own
    }

    /// The headers that the script would call its own, sorted, with cookies and credentials.
    fn own_headers(&self, request: &Request, turn: &Turn<'_>) -> Vec<(String, String)> {
        let mut own: Vec<(String, String)> = turn
            .headers
            .iter()
            .filter(|(name, _)| {
                !matches!(name.as_str(), "Content-Length" | "Connection" | "Transfer-Encoding" | "Trailer")
            })
            .cloned()
            .collect();
        let script_cookie =
            turn.headers.iter().find(|header| header.0 == "Cookie").map(|header| header.1.as_str());
        if let Some(cookie) = cookie_header(request, turn, script_cookie) {
            own.retain(|header| header.0 != "Cookie");
            own.push(("Cookie".to_owned(), cookie));
        }
        if let Some(authorization) = self.authorization(request, turn)
            && !own.iter().any(|header| header.0 == "Authorization")
        {
            own.push(("Authorization".to_owned(), authorization));
        }
        own.sort_by(|a, b| a.0.cmp(&b.0));
        own
    }

    fn authorization(&self, request: &Request, turn: &Turn<'_>) -> Option<String> {
        let _ = self;
        if let Some(answer) = &turn.authorization {
            return Some(answer.clone());
        }
        let (user, password) = turn.url.user()?;
        matches!(request.auth, None | Some(AuthScheme::Basic)).then(|| auth::basic(user, password))
    }

    // --- kept connections

    fn pool(&self) -> &RefCell<Vec<Idle>> {
        if self.settings().shared_connections { &self.worker.shared } else { &self.idle }
    }

    fn shared_pool(&self) -> &RefCell<Vec<Multiplexed>> {
        if self.settings().shared_connections { &self.worker.multiplexed } else { &self.multiplexed }
    }

    fn take_idle(&self, url: &Url, version: VersionPreference) -> Option<Idle> {
        // A server that was never offered HTTP/2 may well speak it.
        let fits = |made_for| made_for == version || version == VersionPreference::Http1 || !url.is_tls();
        let mut idle = self.pool().borrow_mut();
        while let Some(at) = idle.iter().rposition(|one| {
            one.tls == url.is_tls() && *one.authority == *url.authority() && fits(one.version)
        }) {
            let one = idle.swap_remove(at);
            if one.connection.socket.is_quiet() {
                return Some(one);
            }
        }
        None
    }

    fn keep(&self, url: &Url, mut connection: Connection, absolute_form: bool, version: VersionPreference) {
        connection.rest();
        let mut idle = self.pool().borrow_mut();
        let same = idle.iter().filter(|one| *one.authority == *url.authority()).count();
        if self.settings().shared_connections || same < self.settings().idle_per_host {
            idle.push(Idle {
                tls: url.is_tls(),
                authority: url.authority().into(),
                connection,
                absolute_form,
                version,
            });
        }
    }
}

/// An address as Go shows it in messages.
fn escaped(url: &str) -> String {
    url.replace(' ', "%20")
}

fn wants_close(headers: &[(String, String)]) -> bool {
    headers.iter().any(|(name, value)| name == "Connection" && value.eq_ignore_ascii_case("close"))
}

fn check_url(url: &Url) -> Result<(), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::generic(format!("unsupported protocol scheme {:?}", url.scheme())));
    }
    if url.host().is_empty() {
        return Err(Error::generic("http: no Host in request URL"));
    }
    Ok(())
}

/// Headers under their canonical names; of one that comes twice the last counts.
fn checked_headers(request: &Request) -> Result<Vec<(String, String)>, Error> {
    if request.auth == Some(AuthScheme::Ntlm) {
        return Err(Error::generic("NTLM authentication is not supported"));
    }
    let mut headers: Vec<(String, String)> = Vec::with_capacity(request.headers.len() + 2);
    for (name, value) in &request.headers {
        let name = header::canonical(name);
        if !header::is_name(&name) {
            return Err(Error::generic(format!("net/http: invalid header field name {name:?}")));
        }
        if !header::is_value(value) {
            return Err(Error::generic(format!("net/http: invalid header field value for {name:?}")));
        }
        headers.retain(|header| header.0 != name);
        headers.push((name, value.trim().to_owned()));
    }
    Ok(headers)
}

/// A body, and the header that tells how it is encoded.
type Compressed = (Option<Bytes>, Option<(String, String)>);

/// The body with the wanted encodings, and the header that tells of them.
fn compress(request: &Request) -> Result<Compressed, Error> {
    if request.compression.is_empty() {
        return Ok((request.body.clone(), None));
    }
    let mut body = request.body.clone().unwrap_or_default();
    for coding in &request.compression {
        let encoded = encoding::encode(&body, *coding)
            .map_err(|error| Error::generic(format!("compression: {error}")))?;
        body = encoded.into();
    }
    let already = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-encoding"));
    let names: Vec<_> = request.compression.iter().map(|coding| coding.name()).collect();
    Ok((Some(body), (!already).then(|| ("Content-Encoding".to_owned(), names.join(", ")))))
}

/// A header of the script's own, then the cookies of the request, then those of the jar.
fn cookie_header(request: &Request, turn: &Turn<'_>, own: Option<&str>) -> Option<String> {
    let from_jar = turn.jar.map(|jar| jar.borrow().cookies_for(&turn.url)).unwrap_or_default();
    if request.cookies.is_empty() && from_jar.is_empty() {
        return None;
    }
    let mut pairs: Vec<String> = own.map(str::to_owned).into_iter().collect();
    for (name, value, _) in &request.cookies {
        pairs.push(format!("{name}={}", cookie_value(value)));
    }
    let replaced = |name: &str| request.cookies.iter().any(|cookie| cookie.2 && cookie.0 == name);
    for (name, value) in from_jar.iter().filter(|cookie| !replaced(&cookie.0)) {
        pairs.push(format!("{name}={}", cookie_value(value)));
    }
    Some(pairs.join("; "))
}

/// A cookie's value as Go sends it: forbidden bytes left out, quotes around spaces and commas.
fn cookie_value(value: &str) -> String {
    let clean: String =
        value.chars().filter(|c| (*c >= ' ' && *c < '\u{7f}') && !matches!(c, '"' | ';' | '\\')).collect();
    if clean.contains([' ', ',']) { format!("\"{clean}\"") } else { clean }
}

/// Where a redirect leads, and with what.
fn redirect<'a>(turn: &Turn<'a>, answer: &Answer) -> Result<Option<Turn<'a>>, Error> {
    let keeps_method = match answer.status {
        301..=303 => false,
        307 | 308 => true,
        _ => return Ok(None),
    };
    let Some(location) = answer.headers.get("location").filter(|location| !location.is_empty()) else {
        return Ok(None);
    };
    let url = turn
        .url
        .join(&location)
        .map_err(|error| Error::generic(format!("failed to parse Location header {location:?}: {error}")))?;
    let mut headers = turn.headers.clone();
    if url.authority() != turn.url.authority() {
        headers.retain(|(name, _)| {
            !matches!(name.as_str(), "Authorization" | "Cookie" | "Www-Authenticate" | "Cookie2")
        });
    }
    headers.retain(|header| header.0 != "Host");
    let (method, body) = if keeps_method {
        (turn.method.clone(), turn.body.clone())
    } else {
        headers.retain(|(name, _)| {
            !matches!(
                name.as_str(),
                "Content-Type" | "Content-Encoding" | "Content-Language" | "Content-Location"
            )
        });
        (if turn.method == "HEAD" { "HEAD" } else { "GET" }.to_owned(), None)
    };
    Ok(Some(Turn { url: Rc::new(url), method, body, headers, jar: turn.jar, authorization: None }))
}

/// Decodes the body and puts the response together.
fn finish(
    turn: &Turn<'_>,
    exchanged: Exchanged,
    cookies: Vec<Cookie>,
    limit: usize,
    discard: bool,
) -> Result<Response, Error> {
    let Exchanged { answer, trail, tls, remote, sent_headers } = exchanged;
    let mut body = answer.body;
    let encoded = answer.notes.is_encoded && !body.is_empty() && !discard;
    if let Some(codings) = encoded.then(|| answer.headers.get("content-encoding")).flatten() {
        for name in codings.split(',').rev().map(str::trim) {
            // An unknown encoding is handed on as it came.
            let Some(coding) = Coding::from_name(&name.to_ascii_lowercase()) else { break };
            body = encoding::decode(&body, coding, limit)
                .map_err(|error| {
                    Error::new(Kind::Decompression(encoding::fault(&error, coding))).with_trail(trail)
                })?
                .into();
        }
    }
    Ok(Response {
        status: answer.status,
        status_text: answer.status_text,
        proto: answer.proto,
        url: turn.url.clone(),
        headers: answer.headers,
        cookies,
        body,
        remote,
        tls,
        trail,
        request_headers: sent_headers,
    })
}
