//! HTTP/2 connections that requests share, and what an exchange over one comes to.
//!
//! Main type: [`Multiplexed`], a handle that clones cheaply. The protocol is the business of [`crate::h2`].

use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use model::{Clock, Nanos};

use crate::connection::Connection;
use crate::error::{Error, Kind};
use crate::h1::{Answer, Notes};
use crate::h2::{self, Edges};
use crate::response::{Headers, Proto};
use crate::settings::Limits;
use crate::tls::TlsInfo;
use crate::trail::Trail;
use crate::url::Url;
use crate::wire::Gauge;

/// A shared connection and where it leads.
#[derive(Clone)]
pub(crate) struct Multiplexed {
    tls_wanted: bool,
    authority: Rc<str>,
    connection: h2::Connection,
    gauge: Rc<Gauge>,
    pub(crate) tls: Option<Arc<TlsInfo>>,
    pub(crate) remote: SocketAddr,
    local: SocketAddr,
}

/// A request that failed.
pub(crate) struct Failed {
    pub(crate) error: Error,
    /// The server cannot have acted on it, so that it may be sent again.
    pub(crate) unprocessed: bool,
}

impl Multiplexed {
    /// Starts HTTP/2 on a connection that has agreed on it, and puts it into the pool, if there is one.
    ///
    /// Requests that start together each dial, as nobody knows yet what the server speaks. Whoever finds that
    /// another one was quicker lets go of its connection and shares that one's.
    pub(crate) async fn open(
        connection: Connection,
        url: &Url,
        clock: Clock,
        pool: Option<&RefCell<Vec<Self>>>,
    ) -> Result<Self, Error> {
        if let Some(other) = pool.and_then(|pool| find(pool, url)) {
            // The bytes of its handshake were sent all the same.
            other.gauge.add(connection.socket.sent_bytes, connection.socket.received_bytes);
            return Ok(other);
        }
        let tls = connection.tls_info().cloned();
        let (remote, local) = (connection.socket.remote, connection.socket.local);
        let stamped = connection.socket.is_stamped();
        let (wire, gauge) = connection.into_wire();
        let settings =
            h2::Settings { kernel_stamp: stamped.then(|| gauge.stamp.clone()), ..h2::Settings::default() };
        let connection = h2::connect(wire, &settings, clock)
            .await
            .map_err(|error| explained(error.kind, local, remote))?;
        let opened = Self {
            tls_wanted: url.is_tls(),
            authority: url.authority().into(),
            connection,
            gauge,
            tls,
            remote,
            local,
        };
        if let Some(pool) = pool {
            pool.borrow_mut().push(opened.clone());
        }
        Ok(opened)
    }

    /// Whether it leads to where `url` does.
    fn leads_to(&self, url: &Url) -> bool {
        self.tls_wanted == url.is_tls() && *self.authority == *url.authority()
    }

    /// Sends a request; `trail` has the edges of what came before and gets the rest.
    pub(crate) async fn send(
        &self,
        request: h2::Request,
        limits: &Limits,
        discard: bool,
        clock: Clock,
        trail: &mut Trail,
    ) -> Result<Answer, Failed> {
        let most = if discard {
            usize::try_from(limits.discarded_bytes).unwrap_or(usize::MAX)
        } else {
            limits.body_bytes
        };
        let edges = Cell::new(Edges::default());
        let wanted = h2::Limits { body_bytes_max: most, keep_body: !discard };
        let outcome = self.connection.send(request, wanted, &edges).await;
        let edges = edges.get();
        note(&edges, clock.now(), trail);
        (trail.sent_bytes, trail.received_bytes) = self.gauge.claim();
        match outcome {
            Ok(response) => Ok(Answer {
                status: response.status,
                status_text: status_text(response.status).into(),
                // The headers are few and not looked through here; whoever needs one looks for it.
                notes: Notes { sets_cookies: true, is_encoded: true },
                proto: Proto::Http2,
                headers: Headers { head: head(response.status, &response.headers) },
                body: response.body,
                keep_alive: true,
                first_byte: trail.first_byte,
                last_byte: trail.last_byte,
            }),
            Err(error) => Err(Failed {
                // What cannot be expressed the first time cannot be the second time.
                unprocessed: error.unprocessed && !matches!(error.kind, h2::Kind::InvalidRequest(_)),
                error: explained(error.kind, self.local, self.remote),
            }),
        }
    }
}

/// A connection of the pool that has a stream free for a request to `url`; closed ones are dropped on the way.
pub(crate) fn find(pool: &RefCell<Vec<Multiplexed>>, url: &Url) -> Option<Multiplexed> {
    let mut pool = pool.borrow_mut();
    pool.retain(|one| one.connection.is_open());
    pool.iter().find(|one| one.leads_to(url) && one.connection.has_room()).cloned()
}

/// Takes a connection out of the pool; the requests on it go on.
pub(crate) fn retire(pool: &RefCell<Vec<Multiplexed>>, gone: &Multiplexed) {
    pool.borrow_mut().retain(|one| !Rc::ptr_eq(&one.gauge, &gone.gauge));
}

/// Puts the edges of a request into its trail, each not before the one it follows.
fn note(edges: &Edges, now: Nanos, trail: &mut Trail) {
    let or = |edge: Nanos, other: Nanos| if edge > Nanos::ZERO { edge } else { other };
    // Waiting for a free stream is waiting for a connection.
    trail.got_connection = trail.got_connection.max(edges.opened);
    trail.sent = or(edges.sent, edges.headers_sent).max(trail.got_connection);
    trail.first_byte = or(edges.first_byte, now).max(trail.sent);
    trail.last_byte = or(edges.done, or(edges.first_byte, now)).max(trail.first_byte);
    trail.seen = now.max(trail.last_byte);
    trail.kernel_stamped = edges.kernel_stamped;
}

/// `200 OK`, as Go makes it up: HTTP/2 has no words for a status.
fn status_text(status: u16) -> String {
    let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", reason.unwrap_or_default())
}

/// The headers as the head of an answer of HTTP/1.1 has them.
fn head(status: u16, headers: &HeaderMap) -> Bytes {
    let mut head = Vec::with_capacity(256);
    head.extend_from_slice(format!("HTTP/2.0 {status}\r\n").as_bytes());
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            head.extend_from_slice(part);
        }
    }
    head.extend_from_slice(b"\r\n");
    head.into()
}

fn explained(kind: h2::Kind, local: SocketAddr, remote: SocketAddr) -> Error {
    match kind {
        h2::Kind::Io(error) => Error::new(Kind::Broken {
            reading: error.raw_os_error() != Some(libc::EPIPE),
            error: plain_end(error),
            local: local.to_string(),
            remote: remote.to_string(),
        }),
        kind => Error::new(Kind::Http2(kind)),
    }
}

/// An end that the system has no number for is an end like any other.
fn plain_end(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::BrokenPipe && error.raw_os_error().is_none() {
        return io::ErrorKind::UnexpectedEof.into();
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_never_run_backwards() {
        let check = |edges: [u64; 5], expected: [u64; 4]| {
            let [opened, headers_sent, sent, first_byte, done] = edges.map(Nanos);
            let edges = Edges { opened, headers_sent, sent, first_byte, done, ..Edges::default() };
            let mut trail = Trail { got_connection: Nanos(10), ..Trail::default() };
            note(&edges, Nanos(100), &mut trail);
            let got = [trail.got_connection, trail.sent, trail.first_byte, trail.last_byte];
            assert_eq!(got, expected.map(Nanos), "{edges:?}");
        };
        check([12, 13, 14, 20, 30], [12, 14, 20, 30]);
        // An answer that came while the body was still on its way.
        check([12, 13, 25, 20, 30], [12, 25, 25, 30]);
        check([12, 13, 0, 20, 30], [12, 13, 20, 30]);
        // Nothing came.
        check([12, 13, 14, 0, 0], [12, 14, 100, 100]);
        check([0, 0, 0, 0, 0], [10, 10, 100, 100]);
    }

    #[test]
    fn heads_read_like_those_of_the_older_version() {
        let mut map = HeaderMap::new();
        map.append("content-type", "text/plain".parse().expect("a value"));
        map.append("set-cookie", "a=1".parse().expect("a value"));
        map.append("set-cookie", "b=2".parse().expect("a value"));
        let headers = Headers { head: head(200, &map) };
        let expected = [("Content-Type", "text/plain"), ("Set-Cookie", "a=1, b=2")];
        let expected: Vec<_> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(headers.joined(), expected);
        assert_eq!(status_text(404), "404 Not Found");
    }
}
