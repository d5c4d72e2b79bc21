//! A request from its first hop to its last: redirects, cookies, challenges, packing and unpacking.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use model::Nanos;

use super::authentication::{Authentication, Subject};
use super::first::{self, Behind};
use super::hop::{Head, Outgoing, UnderWay};
use super::outcome::{Answer, Fault, Told};
use super::redirect::{self, Redirect};
use super::request_headers::WrittenHead;
use super::response::{self, Note, SentHeaders};
use super::{AuthScheme, Client, Hop, Method, Request, Response, VersionPreference, Wire};
use crate::cookie::{Cookie, Jar, SetCookie};
use crate::encoding;
use crate::error::{Error, Kind};
use crate::h1::request::Fields;
use crate::trail::Trail;
use crate::url::Url;

/// What has become of the first hop of a journey that was begun elsewhere.
pub(super) enum Begun {
    /// It is under way, with this head.
    UnderWay(UnderWay, Rc<WrittenHead>),
    /// Its connection was lost; it is to be sent again.
    Lost,
    /// It is over, and was sent with this head.
    Over(Result<Answer, Fault>, Rc<WrittenHead>),
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
        if let Some(Begun::UnderWay(_, head) | Begun::Over(_, head)) = &begun {
            self.notes.clone_from(&head.notes);
            self.shown_headers.borrow_mut().clone_from(&head.shown);
        }
        self.deadline = trail.start + Nanos::from(self.request.timeout);
        loop {
            let under_way = match begun.take() {
                Some(Begun::Over(outcome, _)) => Err(outcome),
                Some(Begun::UnderWay(under_way, head)) => Ok(Some((under_way, head))),
                Some(Begun::Lost) | None => Ok(None),
            };
            let cookie = if matches!(under_way, Ok(None)) { self.cookie() } else { None };
            let outcome = match (under_way, self.request.cancel.clone()) {
                (Err(outcome), _) => outcome,
                // Rare: it stays out of the future that each request carries.
                (Ok(None), Some(cancel)) => {
                    Box::pin(self.hop_unless(&cancel, cookie.as_deref(), &mut trail)).await
                }
                (Ok(under_way), _) => self.hop(cookie.as_deref(), &mut trail, under_way).await,
            };
            let answer = match outcome {
                Ok(mut answer) => {
                    self.add_wire(&mut answer);
                    answer
                }
                Err(fault) => return Err(self.failed(fault, trail, on_hop)),
            };
            let cookies = self.client.take_cookies(self.jar, &self.url, &answer.headers);
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
        under_way: Option<(UnderWay, Rc<WrittenHead>)>,
    ) -> Result<Answer, Fault> {
        let (head, under_way) = match under_way {
            Some((under_way, head)) => (Head::Written(head), Some(under_way)),
            None => (self.head(cookie)?, None),
        };
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
        let behind = Behind {
            led_to: (self.followed > 0).then_some(&*self.url),
            left_body: self.left_body,
            left_site: self.left_site,
            packed_as: self.packed_as.as_deref(),
            referer: self.referer.as_deref(),
            authorization: self.authentication.as_deref().and_then(Authentication::header),
        };
        first::fields(&self.request, cookie, &behind)
    }

    /// The value of the `Cookie` header of the next hop.
    fn cookie(&mut self) -> Option<String> {
        let (value, notes) = first::cookie(self.client, &self.request, self.jar, &self.url, self.left_site);
        self.notes.extend(notes);
        value
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
        let told = Told {
            method: self.method.as_str(),
            url: &self.shown_url(),
            headers: SentHeaders(&|| self.sent_headers()),
            body: &self.body,
            trail,
        };
        on_hop(&answer.hop(told, challenge, body));
    }

    /// The headers of the present hop, without the cookies of the jar: worked out again for those who ask.
    fn sent_headers(&self) -> Vec<(String, String)> {
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
        let unpacked = match self.client.unpacked(&answer) {
            Ok(unpacked) => unpacked,
            Err(kind) => return Err(self.failed(kind.into(), trail, on_hop)),
        };
        let body = unpacked.as_ref().unwrap_or(&answer.body);
        self.tell(&answer, &trail, (false, Some(body)), on_hop);
        Ok(Response {
            cookies: cookies.into_iter().map(Cookie::from).collect(),
            notes: std::mem::take(&mut self.notes),
            request_headers: self.shown_headers.take(),
            ..answer.into_response(&self.url, unpacked, trail)
        })
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
