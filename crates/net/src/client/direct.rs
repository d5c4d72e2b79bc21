//! The usual request: its head was written before, a connection waits for it, and the answer comes in one piece.
//!
//! Main type: [`Sending`], the future of a request. A user that waits for such an answer carries no more than it takes
//! to know the request again; all else is made when the answer is there, in memory that the last user has just left.
//! Whatever is not usual is left to a [`Journey`], from where it has come to.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use futures_util::future::LocalBoxFuture;
use model::Nanos;

use super::journey::{Begun, Journey};
use super::outcome::{Answer, Keeping};
use super::request_headers::WrittenHead;
use super::response::{self, SentHeaders};
use super::{AuthScheme, Client, Hop, Request, Response, redirect};
use crate::connection::Connection;
use crate::cookie::Jar;
use crate::error::Error;
use crate::h1::{Decoder, Exchange, Expect, Heading, Progress};
use crate::trail::Trail;

/// A request in whatever way the caller has it.
#[derive(Debug)]
pub enum Asked<'a> {
    /// Lent for as long as it takes.
    Lent(&'a Request),
    /// The caller's own.
    Own(Box<Request>),
}

impl Asked<'_> {
    /// The request.
    #[must_use]
    pub fn get(&self) -> &Request {
        match self {
            Self::Lent(request) => request,
            Self::Own(request) => request,
        }
    }

    /// The request, for changes; one that is lent is copied.
    pub fn to_mut(&mut self) -> &mut Request {
        if let Self::Lent(request) = self {
            *self = Self::from((*request).clone());
        }
        match self {
            Self::Own(request) => request,
            Self::Lent(_) => unreachable!("it was made our own"),
        }
    }

    fn into_own(self) -> Request {
        match self {
            Self::Lent(request) => request.clone(),
            Self::Own(request) => *request,
        }
    }
}

impl From<Request> for Asked<'_> {
    fn from(request: Request) -> Self {
        Self::Own(Box::new(request))
    }
}

impl From<Box<Request>> for Asked<'_> {
    fn from(request: Box<Request>) -> Self {
        Self::Own(request)
    }
}

impl<'a> From<&'a Request> for Asked<'a> {
    fn from(request: &'a Request) -> Self {
        Self::Lent(request)
    }
}

/// What is told of each request that was sent.
type OnHop<'a> = &'a mut dyn FnMut(&Hop<'_>);

/// A request on its way, as [`Client::send`] gives it.
#[must_use = "futures do nothing unless they are polled"]
pub struct Sending<'a>(Way<'a>);

enum Way<'a> {
    /// Nothing was done yet.
    Ahead(Errand<'a>),
    /// It is written, and nothing has come.
    Waiting(Errand<'a>, Direct),
    /// It takes more than that.
    Journey(LocalBoxFuture<'a, Result<Response, Error>>),
    /// It is over.
    Over,
}

/// What is to be done, and for whom.
struct Errand<'a> {
    client: &'a Client,
    asked: Asked<'a>,
    jar: Option<&'a RefCell<Jar>>,
    on_hop: OnHop<'a>,
}

/// A request that was written to a connection, or is about to be.
struct Direct {
    connection: Box<Connection>,
    head: Rc<WrittenHead>,
    /// When there was a request; that there is a connection was known at once, with less effort than the clock takes.
    start: Nanos,
    /// Zero before it was.
    sent: Nanos,
}

/// How far a direct request has come.
enum Come {
    Waiting(Direct),
    Answered(Answer, Trail, Rc<WrittenHead>),
    Unusual(Trail, Begun),
}

impl<'a> Sending<'a> {
    pub(super) fn new(
        client: &'a Client,
        asked: Asked<'a>,
        jar: Option<&'a RefCell<Jar>>,
        on_hop: OnHop<'a>,
    ) -> Self {
        Self(Way::Ahead(Errand { client, asked, jar, on_hop }))
    }

    #[cfg(test)]
    pub(super) fn is_direct(&self) -> bool {
        matches!(self.0, Way::Waiting(..))
    }
}

impl Future for Sending<'_> {
    type Output = Result<Response, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (errand, direct) = match &mut self.0 {
            Way::Journey(journey) => {
                let outcome = ready!(journey.as_mut().poll(context));
                self.0 = Way::Over;
                return Poll::Ready(outcome);
            }
            way => match std::mem::replace(way, Way::Over) {
                Way::Ahead(errand) => {
                    let direct = errand.begin();
                    (errand, direct)
                }
                Way::Waiting(errand, direct) => (errand, Some(direct)),
                Way::Journey(_) | Way::Over => panic!("a request is over once it is"),
            },
        };
        let begun = match direct.map(|direct| direct.poll(&errand, context)) {
            None => None,
            Some(Come::Waiting(direct)) => {
                self.0 = Way::Waiting(errand, direct);
                return Poll::Pending;
            }
            Some(Come::Answered(answer, trail, head)) => {
                return Poll::Ready(Ok(errand.arrived(answer, trail, &head)));
            }
            Some(Come::Unusual(trail, begun)) => Some(Box::new((trail, begun))),
        };
        self.0 = Way::Journey(errand.travel(begun));
        self.poll(context)
    }
}

impl<'a> Errand<'a> {
    /// The request on its connection, if it is of the usual kind.
    fn begin(&self) -> Option<Direct> {
        let (client, request) = (self.client, self.asked.get());
        let settings = &client.worker.settings;
        let head = request.headers.written(&request.method, &request.url, request.body_bytes())?;
        let special = settings.rate.is_some()
            || settings.keep_wire
            || settings.no_connection_reuse
            || request.cancel.is_some()
            || request.tell_headers
            || request.auth.is_some_and(|scheme| scheme != AuthScheme::Basic)
            || request.url.has_credentials()
            || !request.compression.is_empty()
            || !request.cookies.is_empty()
            || self.jar.is_some_and(|jar| !jar.borrow().store.is_empty())
            || !client.has_common_heads(&request.url, request.version);
        if special {
            return None;
        }
        let connection = client.pool().take(&request.url, false)?;
        Some(Direct { connection, head, start: client.worker.clock().now(), sent: Nanos::ZERO })
    }

    /// The future of a request that is not of the usual kind, or not any more.
    fn travel(self, begun: Option<Box<(Trail, Begun)>>) -> LocalBoxFuture<'a, Result<Response, Error>> {
        let Self { client, asked, jar, on_hop } = self;
        // Made before there is a future, which would have room for the request all its life.
        let journey = Box::new(Journey::new(client, asked.into_own(), jar));
        Box::pin(async move {
            if let Some(rate) = client.worker.settings.rate.as_ref().filter(|_| begun.is_none()) {
                rate.wait(&client.worker.clock()).await;
            }
            journey.run(begun, on_hop).await
        })
    }

    /// The response, once its hop is told of.
    fn arrived(self, answer: Answer, trail: Trail, head: &WrittenHead) -> Response {
        let Self { client, asked, jar, on_hop } = self;
        let request = asked.get();
        let Answer { status, proto, reason, headers, body, remote, tls, wire: _ } = answer;
        on_hop(&Hop {
            method: head.method.as_str(),
            url: head.url.as_str(),
            status,
            proto: proto.name(),
            trail: &trail,
            tls: tls.as_deref(),
            remote: Some(remote),
            request_headers: SentHeaders(&|| Journey::new(client, request.clone(), jar).sent_headers()),
            request_body: request.body.as_deref().unwrap_or_default(),
            headers: Some(&headers),
            body: Some(&body),
            error: None,
            challenge: false,
            wire: None,
        });
        Response {
            status,
            proto,
            url: Rc::clone(&head.url),
            status_text: response::status_text(status, proto, response::reason_in(&headers, reason)),
            cookies: Vec::new(),
            headers,
            body,
            remote: Some(remote),
            tls,
            trail,
            notes: Vec::new(),
            request_headers: Vec::new(),
        }
    }
}

impl Direct {
    /// Writes the request or looks for its answer.
    fn poll(mut self, errand: &Errand<'_>, context: &mut Context<'_>) -> Come {
        let (client, request) = (errand.client, errand.asked.get());
        let worker = &*client.worker;
        let written = self.sent != Nanos::ZERO;
        let mut trail =
            Trail { connected: self.start, sent: self.sent, reused: true, ..Trail::begin(self.start) };
        let expect = Expect {
            no_body: self.head.method.as_str() == "HEAD",
            discard: request.discard_body,
            limits: worker.settings.limits,
        };
        let progress = if written { Progress::of_written() } else { Progress::default() };
        let mut exchange = Exchange::new(
            &mut self.connection,
            worker,
            (Heading::Lent(&self.head.bytes), request.body.as_deref().unwrap_or_default()),
            (self.start + Nanos::from(request.timeout), request.head_patience()),
            &mut trail,
            (progress, Decoder::new(expect)),
        );
        let outcome = match exchange.poll(context) {
            Poll::Pending if exchange.is_waiting() => {
                self.sent = trail.sent;
                return Come::Waiting(self);
            }
            Poll::Pending => {
                let state = Box::new(exchange.into_state());
                return Come::Unusual(trail, Begun::UnderWay((self.connection, state)));
            }
            Poll::Ready(outcome) => exchange.finish(outcome),
        };
        let Self { connection, head, .. } = self;
        let keeping = Keeping { bound: None, closes: head.close };
        match client.settle(connection, outcome, &keeping, || head.is_replayable(), &mut trail) {
            Ok(answer) if is_usual(&answer) => Come::Answered(answer, trail, head),
            Ok(answer) => Come::Unusual(trail, Begun::Over(Ok(answer))),
            Err(fault) if fault.repeatable => {
                trail.begin_again();
                Come::Unusual(trail, Begun::Lost)
            }
            Err(fault) => Come::Unusual(trail, Begun::Over(Err(*fault))),
        }
    }
}

/// Whether there is nothing to do about an answer.
fn is_usual(answer: &Answer) -> bool {
    redirect::of_status(answer.status).is_none() && answer.headers.are_plain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_that_waits_carries_little() {
        let size = size_of::<Sending<'_>>();
        assert!(size <= 112, "a request under way is {size} bytes");
    }
}
