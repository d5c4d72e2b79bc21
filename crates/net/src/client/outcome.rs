//! What came of an exchange over HTTP/1 or a stream over HTTP/2, before anybody has looked at the answer.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::Client;
use super::response::{Proto, Wire};
use crate::connection::Connection;
use crate::error::Kind;
use crate::h1::{Failure, Reply};
use crate::headers::Headers;
use crate::tls::TlsInfo;
use crate::trail::Trail;

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
}
