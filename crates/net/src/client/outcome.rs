//! What came of an exchange over HTTP/1 or a stream over HTTP/2, before anybody has looked at the answer.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;

use super::Client;
use super::response::{self, Hop, Proto, Response, SentHeaders, Wire};
use crate::connection::Connection;
use crate::cookie::{self, Jar, SetCookie, UnixMillis};
use crate::error::Kind;
use crate::h1::{Failure, Reply};
use crate::headers::Headers;
use crate::tls::TlsInfo;
use crate::trail::Trail;
use crate::url::Url;

/// What becomes of the connection after an answer.
pub(super) struct Keeping<'a> {
    /// It belongs to an authentication.
    pub(super) bound: Option<&'a RefCell<Option<Box<Connection>>>>,
    /// The request asked to close it.
    pub(super) closes: bool,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) proto: Proto,
    pub(super) reason: (u32, u32),
    pub(super) headers: Headers,
    pub(super) body: Bytes,
    pub(super) remote: SocketAddr,
    pub(super) tls: Option<Arc<TlsInfo>>,
    pub(super) wire: Option<Box<Wire>>,
}

/// A request that was sent, as it is told of.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) method: &'a str,
    /// With its credentials starred out.
    pub(super) url: &'a str,
    pub(super) headers: SentHeaders<'a>,
    pub(super) body: &'a [u8],
    pub(super) trail: &'a Trail,
}

impl Answer {
    /// The hop that it has ended; with what it holds, unpacked, if it is the last.
    pub(super) fn hop<'h>(&'h self, told: Told<'h>, challenge: bool, body: Option<&'h [u8]>) -> Hop<'h> {
        Hop {
            method: told.method,
            url: told.url,
            status: self.status,
            proto: self.proto.name(),
            trail: told.trail,
            tls: self.tls.as_deref(),
            remote: Some(self.remote),
            request_headers: told.headers,
            request_body: told.body,
            headers: Some(&self.headers),
            body,
            error: None,
            challenge,
            wire: self.wire.as_deref(),
        }
    }

    /// The response that it is; its body may have been packed.
    pub(super) fn into_response(self, url: &Rc<Url>, unpacked: Option<Bytes>, trail: Trail) -> Response {
        let reason = response::reason_in(&self.headers, self.reason);
        Response {
            status: self.status,
            proto: self.proto,
            url: Rc::clone(url),
            status_text: response::status_text(self.status, self.proto, reason),
            cookies: Vec::new(),
            headers: self.headers,
            body: unpacked.unwrap_or(self.body),
            remote: Some(self.remote),
            tls: self.tls,
            trail,
            notes: Vec::new(),
            request_headers: Vec::new(),
        }
    }
}

/// What did not come back.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// The failure struck in the body; this much of it came.
    pub(super) partial_body: Option<Bytes>,
    /// The status of the answer whose body broke off.
    pub(super) status: Option<u16>,
    pub(super) remote: Option<SocketAddr>,
    /// The server cannot have seen the request, or does not mind to see it twice.
    pub(super) repeatable: bool,
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self { kind, partial_body: None, status: None, remote: None, repeatable: false }
    }
}

impl Client {
    /// What came of an exchange; its connection waits for another request if it can.
    pub(super) fn settle(
        &self,
        mut connection: Box<Connection>,
        outcome: Result<Reply, Failure>,
        keeping: &Keeping<'_>,
        is_replayable: impl FnOnce() -> bool,
        trail: &mut Trail,
    ) -> Result<Answer, Box<Fault>> {
        let reused = connection.served > 0;
        connection.served += 1;
        let (sent, received) = connection.take_traffic();
        trail.sent_bytes += sent;
        trail.received_bytes += received;
        let remote = connection.stream.socket().remote();
        match outcome {
            Ok(Reply { head, body, reusable }) => {
                let tls = connection.stream.tls().cloned();
                if reusable && !keeping.closes && !self.worker.settings.no_connection_reuse {
                    match keeping.bound {
                        Some(bound) => *bound.borrow_mut() = Some(connection),
                        None => self.pool().put(connection),
                    }
                }
                let proto = if head.minor == 0 { Proto::Http10 } else { Proto::Http11 };
                let (status, reason, headers) = (head.status, head.reason, head.headers);
                Ok(Answer { status, proto, reason, headers, body, remote, tls, wire: None })
            }
            Err(Failure { kind, lost_unanswered, unwritten, partial_body, status }) => {
                let repeatable = reused && lost_unanswered && (unwritten || is_replayable());
                Err(Box::new(Fault { kind, partial_body, status, remote: Some(remote), repeatable }))
            }
        }
    }
    /// The cookies that an answer sets, which the jar has from now on.
    pub(super) fn take_cookies(
        &self,
        jar: Option<&RefCell<Jar>>,
        url: &Url,
        headers: &Headers,
    ) -> Vec<SetCookie> {
        let cookies = cookie::parse_all(headers.all("Set-Cookie"));
        if let Some(jar) = jar.filter(|_| !cookies.is_empty()) {
            let now = UnixMillis::now(&self.worker.clock());
            let mut jar = jar.borrow_mut();
            cookies.iter().for_each(|cookie| jar.store.store(url, cookie, now));
        }
        cookies
    }

    /// What an answer holds, if it is packed.
    pub(super) fn unpacked(&self, answer: &Answer) -> Result<Option<Bytes>, Kind> {
        let Some(coding) = answer.headers.text_of("Content-Encoding").filter(|_| !answer.body.is_empty())
        else {
            return Ok(None);
        };
        let limit = usize::try_from(self.worker.settings.limits.decompressed_bytes).unwrap_or(usize::MAX);
        match self.worker.unpacker.borrow_mut().decode(&answer.body, coding, limit) {
            Ok(unpacked) => Ok(unpacked.map(Bytes::from)),
            Err(error) => Err(Kind::Decompression(error.to_string())),
        }
    }
}
