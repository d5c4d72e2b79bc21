//! The usual request: it goes over HTTP/1.1, a connection waits for it, and the answer comes in one piece.
//!
//! Main type: [`Sending`], the future of a request. A user that waits for such an answer carries no more than it takes
//! to know the request again; all else is made when the answer is there, in memory that the last user has just left.
//! Whatever is not usual is left to a [`Journey`], from where it has come to.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use model::Nanos;

use super::first::{self, Behind};
use super::journey::{Begun, Journey};
use super::outcome::{Answer, Keeping, Told};
use super::request_headers::WrittenHead;
use super::response::SentHeaders;
use super::{AuthScheme, Client, Hop, Request, Response, redirect};
use crate::connection::Connection;
use crate::cookie::{Cookie, Jar};
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
    Answered(Arrived),
    Unusual(Trail, Begun),
}

/// A whole answer that is the last.
struct Arrived {
    answer: Answer,
    trail: Trail,
    head: Rc<WrittenHead>,
    unpacked: Option<Bytes>,
    cookies: Vec<Cookie>,
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
            Some(Come::Answered(arrived)) => return Poll::Ready(Ok(errand.arrived(arrived))),
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
        let special = settings.rate.is_some()
            || settings.keep_wire
            || settings.no_connection_reuse
            || request.cancel.is_some()
            || request.auth.is_some_and(|scheme| scheme != AuthScheme::Basic)
            || request.url.has_credentials()
            || !request.compression.is_empty()
            || !client.has_common_heads(&request.url, request.version);
        if special {
            return None;
        }
        let connection = client.pool().take(&request.url, false)?;
        match client.first_head(request, self.jar) {
            Some(head) => {
                Some(Direct { connection, head, start: client.worker.clock().now(), sent: Nanos::ZERO })
            }
            None => {
                client.pool().put(connection);
                None
            }
        }
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

    /// What an answer is: the last, or one that leads on or cannot be unpacked, which a journey sees to.
    fn look(&self, answer: Answer, trail: Trail, head: Rc<WrittenHead>) -> Come {
        let leads_on = redirect::of_status(answer.status).is_some();
        let is_plain = answer.headers.are_plain();
        let unpacked = if leads_on || is_plain { Ok(None) } else { self.client.unpacked(&answer) };
        let Some(unpacked) = unpacked.ok().filter(|_| !leads_on) else {
            return Come::Unusual(trail, Begun::Over(Ok(answer), head));
        };
        let cookies = match is_plain {
            true => Vec::new(),
            false => self.client.take_cookies(self.jar, &head.url, &answer.headers),
        };
        let cookies = cookies.into_iter().map(Cookie::from).collect();
        Come::Answered(Arrived { answer, trail, head, unpacked, cookies })
    }

    /// The response, once its hop is told of.
    fn arrived(self, come: Arrived) -> Response {
        let Self { asked, on_hop, .. } = self;
        let Arrived { answer, trail, head, unpacked, cookies } = come;
        let request = asked.get();
        let sent = || first::fields(request, None, &Behind::default());
        let told = Told {
            method: head.method.as_str(),
            url: head.url.as_str(),
            headers: SentHeaders(&|| sent().map(|fields| fields.shown()).unwrap_or_default()),
            body: request.body.as_deref().unwrap_or_default(),
            trail: &trail,
        };
        on_hop(&answer.hop(told, false, Some(unpacked.as_ref().unwrap_or(&answer.body))));
        let mut response = answer.into_response(&head.url, unpacked, trail);
        response.cookies = cookies;
        // Those of everybody's head are empty.
        if let Ok(own) = Rc::try_unwrap(head) {
            response.notes = own.notes;
            response.request_headers = own.shown;
        }
        response
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
                return Come::Unusual(trail, Begun::UnderWay((self.connection, state), self.head));
            }
            Poll::Ready(outcome) => exchange.finish(outcome),
        };
        let Self { connection, head, .. } = self;
        let keeping = Keeping { bound: None, closes: head.close };
        match client.settle(connection, outcome, &keeping, || head.is_replayable(), &mut trail) {
            Ok(answer) => errand.look(answer, trail, head),
            Err(fault) if fault.repeatable => {
                trail.begin_again();
                Come::Unusual(trail, Begun::Lost)
            }
            Err(fault) => Come::Unusual(trail, Begun::Over(Err(*fault), head)),
        }
    }
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
