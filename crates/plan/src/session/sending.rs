//! Sending requests: what is recorded of them, and what memory of the user is touched by them.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use fiber::ahead::Place;
use metrics::TagSetId;
use model::{Level, Nanos, Record};
use net::cookie::Jar;

use super::Session;
use crate::exchange::{Exchange, HopFacts, Labels};
use crate::vu::Touched;
use crate::worker::{Held, Measured, Whole};

impl Session {
    /// Sends a request whose answer nobody looks at; gives its status, 0 for none. It does what [`Session::send`] does
    /// with less to carry about.
    pub(crate) async fn send_blindly(&mut self, request: &net::Request, labels: Labels<'_>) -> u16 {
        self.connect();
        let mut counted = Counted::default();
        let status = {
            let session = &*self;
            let base = labels.tags.unwrap_or(session.tags);
            let mut on_hop = |hop: &net::Hop<'_>| counted.count(session, hop, base, &labels);
            let (client, jar) = session.connected();
            match &client.send(request, Some(jar), &mut on_hop).await {
                Ok(answer) => {
                    session.touches_connection(answer.trail.reused);
                    answer.status
                }
                Err(error) => {
                    session.log_failure(error);
                    0
                }
            }
        };
        self.sent += counted.sent_bytes;
        self.received += counted.received_bytes;
        status
    }

    /// Sees to it that there are a client and a jar.
    fn connect(&mut self) {
        self.client();
        self.jar();
    }

    /// The client and the jar. They are not held on to: each handle would be counted, in memory of the user's own.
    fn connected(&self) -> (&net::Client, &RefCell<Jar>) {
        let client = self.client.as_deref().expect("it was made before the request");
        (client, self.jar.as_deref().expect("it was made before the request"))
    }

    /// Names something that the user touches whenever it goes on, so that it can be fetched before.
    pub(crate) fn touches(&self, what: Touched, place: Place) {
        if let Some(mail) = &self.mail {
            mail.name(what, place);
        }
    }

    /// A future that the user is going to wait for, named as something that it touches.
    pub(crate) fn touching<'a, F: Future + ?Sized>(
        &'a mut self,
        what: Touched,
        make: impl FnOnce(&'a mut Self) -> Pin<Box<F>>,
    ) -> Pin<Box<F>> {
        let mail = self.mail.clone();
        let future = make(self);
        if let Some(mail) = mail {
            mail.name(what, Place::of(&*future));
        }
        future
    }

    /// Names the connection that a request has left, if it was a new one.
    fn touches_connection(&self, reused: bool) {
        if let Some(client) = self.client.as_deref().filter(|_| !reused) {
            self.touches(Touched::Client, Place::of(client));
            if let Some((address, bytes)) = client.connection_place() {
                self.touches(Touched::Connection, Place::at(address, bytes));
            }
        }
    }

    /// Whether a dialect wants to see what is sent.
    pub(crate) fn is_observed(&self) -> bool {
        self.worker.dialect.borrow().is_some()
    }

    fn log_failure(&self, error: &net::Error) {
        if self.worker.program.log_failures {
            self.worker.log.log(Record::new(Level::Warning, "Request Failed").with("error", error.detail()));
        }
    }

    /// Sends a request, follows redirects and challenges, records a sample of each hop, and gives what came of it.
    // Not `async`: such a function has room for its arguments twice, in each user that waits.
    pub fn send<'a>(
        &'a mut self,
        mut request: net::Asked<'a>,
        labels: Labels<'a>,
    ) -> impl Future<Output = Exchange> + 'a {
        self.connect();
        if labels.held {
            // For what may be kept of it, once it is known whether it failed.
            request.to_mut().tell_headers = true;
        }
        let (method, url) = (request.get().method.clone(), Rc::clone(&request.get().url));
        let held_body = if labels.held { request.get().body.clone() } else { None };
        // Where requests wait for their rate, that counts; else the first hop begins at once.
        let waits = self.worker.net.settings().limits_rate();
        let started = if waits { self.now() } else { Nanos::ZERO };
        let mut counted = Counted { started, ..Counted::default() };
        async move {
            let outcome = {
                let (session, counted) = (&*self, &mut counted);
                let base = labels.tags.unwrap_or(session.tags);
                let mut on_hop = |hop: &net::Hop<'_>| counted.count(session, hop, base, &labels);
                let (client, jar) = session.connected();
                client.send(request, (!labels.own_cookies).then_some(jar), &mut on_hop).await
            };
            self.sent += counted.sent_bytes;
            self.received += counted.received_bytes;
            self.touches_connection(outcome.as_ref().is_ok_and(|answer| answer.trail.reused));
            let ended = outcome.as_ref().map_or_else(|_| self.worker.now(), |answer| answer.trail.end());
            let exchange = Exchange {
                method,
                url,
                outcome,
                hops: counted.hops,
                started: counted.started,
                ended,
                hop_count: counted.hop_count,
                sent_bytes: counted.sent_bytes,
                received_bytes: counted.received_bytes,
                held: labels.held.then(|| labels.tags.unwrap_or(self.tags)),
                held_body,
            };
            if let Some(error) = exchange.error() {
                self.log_failure(error);
            }
            if let Some(dialect) = &mut *self.worker.dialect.borrow_mut() {
                dialect.exchange(self, &exchange);
            }
            exchange
        }
    }

    /// Records the samples that an exchange was held back with, judged by `failed` for its last hop; the hops before
    /// it are as they should be.
    pub fn record_held(&self, exchange: &mut Exchange, name: Option<&str>, failed: Option<bool>) {
        let Some(base) = exchange.held.take() else { return };
        let last = exchange.hops.len().saturating_sub(1);
        for (at, hop) in exchange.hops.iter().enumerate() {
            let whole = if at == last { exchange.held_whole() } else { Held::default() };
            let measured = Measured {
                base,
                name,
                method: &hop.method,
                url: &hop.url,
                status: hop.status,
                proto: hop.proto,
                tls: hop.tls,
                error: hop.error.as_ref().map(|(code, text)| (*code, text as &dyn std::fmt::Display)),
                remote: hop.remote.map(|remote| remote.ip()),
                failed: if at == last { failed } else { failed.map(|_| false) },
                trail: &hop.trail,
                late: self.late(),
                whole: Whole::Held(whole),
            };
            self.worker.record(&measured, &self.metadata);
        }
    }
}

/// What is counted of an exchange under way.
#[derive(Default)]
struct Counted {
    /// When it was handed to the client; zero until that is known.
    started: Nanos,
    hops: Vec<HopFacts>,
    sent_bytes: u64,
    received_bytes: u64,
    hop_count: u32,
}

impl Counted {
    fn count(&mut self, session: &Session, hop: &net::Hop<'_>, base: TagSetId, labels: &Labels<'_>) {
        if self.started == Nanos::ZERO {
            self.started = hop.trail.start;
        }
        self.hop_count += 1;
        self.sent_bytes += hop.trail.sent_bytes;
        self.received_bytes += hop.trail.received_bytes;
        if labels.keep_hops || labels.held {
            self.hops.push(HopFacts::of(hop));
        }
        if !labels.held {
            let measured = Measured::of(hop, base, labels.name, labels.judge, session.late());
            session.worker.record(&measured, &session.metadata);
        }
    }
}
