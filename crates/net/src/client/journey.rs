//! A request from its first hop to its last: redirects, cookies, challenges, packing and unpacking.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use model::{Level, Nanos};

use super::authentication::{Authentication, Subject};
use super::hop::{Head, Outgoing, UnderWay};
use super::outcome::{Answer, Fault};
use super::redirect::{self, Redirect};
use super::response::{self, Note, SentHeaders};
use super::{AuthScheme, Client, Hop, Method, Request, Response, VersionPreference, Wire};
use crate::cookie::{self, Cookie, Jar, SetCookie, UnixMillis};
use crate::encoding;
use crate::error::{Error, Kind};
use crate::h1::request::Fields;
use crate::headers::Headers;
use crate::trail::Trail;
use crate::url::Url;

/// What has become of the first hop of a journey that was begun elsewhere.
pub(super) enum Begun {
    /// It is under way.
    UnderWay(UnderWay),
    /// Its connection was lost; it is to be sent again.
    Lost,
    /// It is over.
    Over(Result<Answer, Fault>),
}

/// A request on its way.
pub(super) struct Journey<'a> {
    client: &'a Client,
    request: Request,
    jar: Option<&'a RefCell<Jar>>,
    /// In a box, as few requests have it.
    authentication: Option<Box<Authentication>>,
    deadline: Nanos,
    method: Method,
    url: Rc<Url>,
    body: Bytes,
    /// The value of `Content-Encoding` for the packed body.
    packed_as: Option<String>,
    followed: u32,
    /// A redirect left the body behind.
    left_body: bool,
    /// A redirect left the first site; secrets are not told any more.
    left_site: bool,
    referer: Option<String>,
    /// The headers of the last hop that was sent to the first URL.
    shown_headers: RefCell<Vec<(String, String)>>,
    /// The head of the last hop's request, when the wire is kept.
    last_head: RefCell<Vec<u8>>,
    notes: Vec<Note>,
}

impl<'a> Journey<'a> {
    pub(super) fn new(client: &'a Client, mut request: Request, jar: Option<&'a RefCell<Jar>>) -> Self {
        let mut body = request.body.take().unwrap_or_default();
        let mut packed_as = None;
        if !request.compression.is_empty() {
            body = encoding::encode(&body, &request.compression).into();
            packed_as = Some(encoding::Coding::header(&request.compression));
        }
        let mut url = Rc::clone(&request.url);
        let authentication = (url.has_credentials()
            || request.auth.is_some_and(|scheme| scheme != AuthScheme::Basic))
        .then(|| Box::new(Authentication::of(&url, request.auth)));
        if authentication.as_deref().is_some_and(Authentication::hides_credentials) {
            url = Rc::new(url.without_credentials());
        }
        Self {
            client,
            jar,
            authentication,
            deadline: Nanos::MAX,
            method: request.method.clone(),
            url,
            body,
            packed_as,
            followed: 0,
            left_body: false,
            left_site: false,
            referer: None,
            shown_headers: RefCell::default(),
            last_head: RefCell::default(),
            notes: Vec::new(),
            request,
        }
    }

    /// Goes all the way, or what is left of it.
    pub(super) async fn run(
        mut self: Box<Self>,
        begun: Option<Box<(Trail, Begun)>>,
        on_hop: &mut dyn FnMut(&Hop<'_>),
    ) -> Result<Response, Error> {
        let now = || self.client.worker.clock().now();
        let (mut trail, mut begun) = match begun {
            Some(begun) => (begun.0, Some(begun.1)),
            None => (Trail::begin(now()), None),
        };
        self.deadline = trail.start + Nanos::from(self.request.timeout);
        loop {
            let cookie = self.cookie();
            let under_way = match begun.take() {
                Some(Begun::Over(outcome)) => Err(outcome),
                Some(Begun::UnderWay(under_way)) => Ok(Some(under_way)),
                Some(Begun::Lost) | None => Ok(None),
            };
            let outcome = match (under_way, self.request.cancel.clone()) {
                (Err(outcome), _) => outcome,
                // Rare: it stays out of the future that each request carries.
                (Ok(None), Some(cancel)) => {
                    Box::pin(self.hop_unless(&cancel, cookie.as_deref(), &mut trail)).await
                }
                (Ok(under_way), _) => {
                    // What is under way was written without cookies, whatever the jar has got since.
                    let cookie = cookie.as_deref().filter(|_| under_way.is_none());
                    self.hop(cookie, &mut trail, under_way).await
                }
            };
            let answer = match outcome {
                Ok(mut answer) => {
                    self.add_wire(&mut answer);
                    answer
                }
                Err(fault) => return Err(self.failed(fault, trail, on_hop)),
            };
            let cookies = self.take_cookies(&answer.headers);
            match self.next(&answer) {
                Err(kind) => return Err(self.failed(kind.into(), trail, on_hop)),
                Ok(None) => return self.arrived(answer, cookies, trail, on_hop),
                Ok(Some(step)) => {
                    self.tell(&answer, &trail, (matches!(step, Step::Answer), None), on_hop);
                    if let Step::Follow(url, how) = step {
                        self.follow(url, how);
                    }
                }
            }
            trail = Trail::begin(self.client.worker.clock().now());
        }
    }

    /// A hop that ends when it is no longer wanted; dropping it closes its connection, or resets its stream.
    async fn hop_unless(
        &self,
        cancel: &tokio::sync::Notify,
        cookie: Option<&str>,
        trail: &mut Trail,
    ) -> Result<Answer, Fault> {
        tokio::select! {
            biased;
            () = cancel.notified() => Err(Kind::Cancelled.into()),
            outcome = self.hop(cookie, trail, None) => outcome,
        }
    }

    async fn hop(
        &self,
        cookie: Option<&str>,
        trail: &mut Trail,
        under_way: Option<UnderWay>,
    ) -> Result<Answer, Fault> {
        let head = self.head(cookie)?;
        let bound = self.authentication.as_deref().filter(|authentication| authentication.binds());
        let outgoing = Outgoing {
            method: self.method.as_str(),
            url: &self.url,
            head: &head,
            body: &self.body,
            deadline: self.deadline,
            version: if bound.is_some() { VersionPreference::Http1 } else { self.request.version },
            discard_body: self.request.discard_body,
            head_patience: self.request.head_patience(),
            bound: bound.map(|authentication| &authentication.bound),
        };
        self.client.hop(&outgoing, trail, under_way).await
    }

    /// What goes before the body of the next hop.
    fn head<'f>(&'f self, cookie: Option<&'f str>) -> Result<Head<'f>, Kind> {
        let (headers, body_bytes) = (&self.request.headers, self.body.len());
        let keeps = headers.is_shared() && self.is_everybodys(cookie);
        if let Some(known) = if keeps { headers.written(&self.method, &self.url, body_bytes) } else { None } {
            return Ok(Head::Written(known));
        }
        let fields = self.fields(cookie)?;
        if keeps {
            let written = Rc::new(self.client.written_head(&self.method, &self.url, &fields, body_bytes));
            headers.keep_written(&written);
            return Ok(Head::Written(written));
        }
        if self.followed == 0 && self.request.tell_headers {
            *self.shown_headers.borrow_mut() = fields.shown();
        }
        if self.client.worker.settings.keep_wire {
            *self.last_head.borrow_mut() = self.head_text(&fields);
        }
        Ok(Head::Fields(Box::new(fields)))
    }

    /// Whether all users would send the same head, and nobody wants to look at it.
    fn is_everybodys(&self, cookie: Option<&str>) -> bool {
        self.followed == 0
            && (cookie.is_none() || self.request.verbatim)
            && self.authentication.is_none()
            && self.packed_as.is_none()
            && !self.request.tell_headers
            && !self.client.worker.settings.keep_wire
            && self.client.has_common_heads(&self.url, self.request.version)
    }

    /// A request's head in the words of HTTP/1, for hops that have none or did not get that far.
    fn head_text(&self, fields: &Fields<'_>) -> Vec<u8> {
        let (slash, rest) = self.url.target();
        let mut head = format!("{} {slash}{rest} HTTP/1.1\r\n", self.method.as_str());
        if fields.host.is_none() {
            head.push_str(&format!("Host: {}\r\n", self.url.authority()));
        }
        for (name, value) in fields.shown() {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// Adds what went over the wire to an answer, in the words of HTTP/1 where it went in frames.
    fn add_wire(&self, answer: &mut Answer) {
        if self.client.worker.settings.keep_wire && answer.wire.is_none() {
            let reason = response::reason_of(answer.status);
            let mut head = format!("{} {} {reason}\r\n", answer.proto.name(), answer.status).into_bytes();
            for (name, value) in answer.headers.iter() {
                head.extend_from_slice(&[name, b": ", value, b"\r\n"].concat());
            }
            head.extend_from_slice(b"\r\n");
            answer.wire = Some(Box::new(Wire {
                request_head: self.last_head.take(),
                request_body: self.body.clone(),
                response_head: head,
                response_body: answer.body.clone(),
            }));
        }
    }

    /// The headers of the next hop.
    fn fields<'f>(&'f self, cookie: Option<&'f str>) -> Result<Fields<'f>, Kind> {
        if self.request.verbatim {
            let own = self.request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let mut fields = Fields::verbatim(own, self.request.headers.are_checked())?;
            self.request.headers.set_checked();
            if let Some(value) = self.authentication.as_deref().and_then(Authentication::header) {
                fields.others.push((Cow::Borrowed("Authorization"), Cow::Borrowed(value)));
            }
            return Ok(fields);
        }
        let redirected = self.followed > 0;
        let goes_along = |name: &str| {
            !(self.left_body && redirect::describes_body(name) || self.left_site && redirect::is_secret(name))
        };
        let own = self.request.headers.iter().filter(|(name, _)| goes_along(name));
        let mut fields = Fields::collect(own.map(|(name, value)| (name.as_str(), value.as_str())))?;
        if redirected {
            // What the script said the host is was meant for the first one.
            fields.host = fields.host.filter(|_| redirect::same_site(&self.request.url, &self.url));
        }
        match cookie {
            Some(cookie) => fields.set("Cookie", Cow::Borrowed(cookie)),
            None => fields.others.retain(|(name, _)| name != "Cookie"),
        }
        if let Some(coding) = self.packed_as.as_deref().filter(|_| fields.get("Content-Encoding").is_none()) {
            fields.set("Content-Encoding", Cow::Borrowed(coding));
        }
        if let Some(referer) = self.referer.as_deref().filter(|_| fields.get("Referer").is_none()) {
            fields.set("Referer", Cow::Borrowed(referer));
        }
        let authorization = self.authentication.as_deref().and_then(Authentication::header);
        if let Some(value) = authorization.filter(|_| fields.get("Authorization").is_none()) {
            fields.set("Authorization", Cow::Borrowed(value));
        }
        Ok(fields)
    }

    /// The value of the `Cookie` header of the next hop.
    fn cookie(&mut self) -> Option<String> {
        let own = self.request.headers.iter().rfind(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        let own = own.map(|(_, value)| value.as_str()).filter(|_| !self.left_site);
        let jar = self.jar.map(RefCell::borrow);
        if own.is_none()
            && self.request.cookies.is_empty()
            && jar.as_ref().is_none_or(|jar| jar.store.is_empty())
        {
            return None;
        }
        let given: Vec<cookie::RequestCookie<'_>> = self
            .request
            .cookies
            .iter()
            .map(|(name, value, replace)| cookie::RequestCookie { name, value, replace: *replace })
            .collect();
        let now = UnixMillis::now(&self.client.worker.clock());
        let header =
            cookie::request_header(own, &given, jar.as_deref().map(|jar| &jar.store), &self.url, now);
        let notes =
            header.dropped.iter().map(|dropped| Note { level: Level::Info, text: dropped.to_string() });
        self.notes.extend(notes);
        header.value
    }

    /// The cookies that an answer sets, which the jar has from now on.
    fn take_cookies(&self, headers: &Headers) -> Vec<SetCookie> {
        let cookies = cookie::parse_all(headers.all("Set-Cookie"));
        if let Some(jar) = self.jar.filter(|_| !cookies.is_empty()) {
            let now = UnixMillis::now(&self.client.worker.clock());
            let mut jar = jar.borrow_mut();
            cookies.iter().for_each(|cookie| jar.store.store(&self.url, cookie, now));
        }
        cookies
    }

    /// What an answer asks for; nothing when it is the final one.
    fn next(&mut self, answer: &Answer) -> Result<Option<Step>, Kind> {
        if let Some(authentication) = &mut self.authentication {
            let subject = Subject {
                method: self.method.as_str(),
                url: &self.url,
                body: &self.body,
                clock: &self.client.worker.clock(),
            };
            if authentication.goes_on(answer.status, &answer.headers, &subject)? {
                return Ok(Some(Step::Answer));
            }
        }
        let Some(how) = redirect::of_status(answer.status) else { return Ok(None) };
        let location = answer.headers.get("Location").map(String::from_utf8_lossy).unwrap_or_default();
        if location.is_empty() {
            return Ok(None);
        }
        // Go reads the address even when it will not be followed.
        let url = self.url.join(&location).map_err(|error| Kind::BadLocation {
            location: location.clone().into_owned(),
            reason: error.to_string(),
        })?;
        Ok((self.followed < self.request.redirects).then(|| Step::Follow(Rc::new(url), how)))
    }

    fn follow(&mut self, url: Rc<Url>, how: Redirect) {
        self.followed += 1;
        if how == Redirect::Get {
            if !matches!(self.method.as_str(), "GET" | "HEAD") {
                self.method = Method::GET;
            }
            self.left_body = true;
            self.body = Bytes::new();
            self.packed_as = None;
        }
        self.referer = redirect::referer(&self.url, &url);
        self.left_site |= !redirect::same_site(&self.request.url, &url);
        if let Some(authentication) = &mut self.authentication {
            // Credentials belong to the URL they came with.
            authentication.begin(&url);
            if self.left_site && !url.has_credentials() {
                self.authentication = None;
            }
        } else if url.has_credentials() {
            self.authentication = Some(Box::new(Authentication::of(&url, None)));
        }
        self.url = url;
    }

    /// Tells of a hop: whether it is a challenge that is going to be answered, and its body if it is the last.
    fn tell(
        &self,
        answer: &Answer,
        trail: &Trail,
        (challenge, body): (bool, Option<&[u8]>),
        on_hop: &mut dyn FnMut(&Hop<'_>),
    ) {
        on_hop(&Hop {
            method: self.method.as_str(),
            url: &self.shown_url(),
            status: answer.status,
            proto: answer.proto.name(),
            trail,
            tls: answer.tls.as_deref(),
            remote: Some(answer.remote),
            request_headers: SentHeaders(&|| self.sent_headers()),
            request_body: &self.body,
            headers: Some(&answer.headers),
            body,
            error: None,
            challenge,
            wire: answer.wire.as_deref(),
        });
    }

    /// The headers of the present hop, without the cookies of the jar: worked out again for those who ask.
    pub(super) fn sent_headers(&self) -> Vec<(String, String)> {
        self.fields(None).map(|fields| fields.shown()).unwrap_or_default()
    }

    fn shown_url(&self) -> Cow<'_, str> {
        if self.url.has_credentials() {
            Cow::Owned(self.url.masked())
        } else {
            Cow::Borrowed(self.url.as_str())
        }
    }

    /// The last hop came to a whole response.
    // Not by value: a journey is large, and it would be copied out of its box.
    fn arrived(
        &mut self,
        answer: Answer,
        cookies: Vec<SetCookie>,
        trail: Trail,
        on_hop: &mut dyn FnMut(&Hop<'_>),
    ) -> Result<Response, Error> {
        let unpacked = match answer.headers.text_of("Content-Encoding") {
            Some(coding) if !answer.body.is_empty() => self.unpack(&answer.body, coding),
            _ => Ok(None),
        };
        let unpacked = match unpacked {
            Ok(unpacked) => unpacked,
            Err(kind) => return Err(self.failed(kind.into(), trail, on_hop)),
        };
        let body = unpacked.as_ref().unwrap_or(&answer.body);
        self.tell(&answer, &trail, (false, Some(body)), on_hop);
        let reason = response::reason_in(&answer.headers, answer.reason);
        let status_text = response::status_text(answer.status, answer.proto, reason);
        Ok(Response {
            status: answer.status,
            proto: answer.proto,
            url: Rc::clone(&self.url),
            status_text,
            cookies: cookies.into_iter().map(Cookie::from).collect(),
            headers: answer.headers,
            body: unpacked.unwrap_or(answer.body),
            remote: Some(answer.remote),
            tls: answer.tls,
            trail,
            notes: std::mem::take(&mut self.notes),
            request_headers: self.shown_headers.take(),
        })
    }

    fn unpack(&self, body: &[u8], coding: &str) -> Result<Option<Bytes>, Kind> {
        let worker = &self.client.worker;
        let limit = usize::try_from(worker.settings.limits.decompressed_bytes).unwrap_or(usize::MAX);
        match worker.unpacker.borrow_mut().decode(body, coding, limit) {
            Ok(unpacked) => Ok(unpacked.map(Bytes::from)),
            Err(error) => Err(Kind::Decompression(error.to_string())),
        }
    }

    /// The error of a hop that came to nothing; tells of the hop.
    fn failed(&self, fault: Fault, mut trail: Trail, on_hop: &mut dyn FnMut(&Hop<'_>)) -> Error {
        if trail.done == Nanos::ZERO {
            trail.done = self.client.worker.clock().now();
            trail.seen = trail.done;
        }
        // Once there is a response, what fails is not the request but reading it.
        let unpacking = matches!(fault.kind, Kind::Decompression(_));
        let mut error = Error::new(fault.kind).with_trail(trail);
        error = match fault.partial_body {
            Some(body) => error.with_partial_body(body, fault.status),
            None if unpacking => error,
            None => error.of(self.method.as_str(), &self.url),
        };
        let request_head = self.last_head.take();
        let wire = (!request_head.is_empty()).then(|| Wire {
            request_head,
            request_body: self.body.clone(),
            ..Wire::default()
        });
        on_hop(&Hop {
            method: self.method.as_str(),
            url: &self.shown_url(),
            status: 0,
            proto: "",
            trail: &trail,
            tls: None,
            remote: fault.remote,
            request_headers: SentHeaders(&|| self.sent_headers()),
            request_body: &self.body,
            headers: None,
            body: None,
            error: Some(&error),
            challenge: false,
            wire: wire.as_ref(),
        });
        error
    }
}

/// What comes after a hop.
enum Step {
    /// The same again, with an answer to the server's challenge.
    Answer,
    /// Another place.
    Follow(Rc<Url>, Redirect),
}
