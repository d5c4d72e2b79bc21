//! Clients: one per virtual user, with its connections, redirects, authentication and retries.
//!
//! Main type: [`Client`]. It allocates nothing until it is used. Cookies are the caller's: it passes the jar
//! that a request is to use.

mod authentication;
mod direct;
mod first;
mod hop;
mod journey;
mod outcome;
mod pool;
mod redirect;
mod request;
mod request_headers;
mod response;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustls::ClientConfig;

pub use direct::{Asked, Sending};
pub(crate) use pool::{Http2, Origin, Origins, Pool};
pub use request::{AuthScheme, Method, Request, VersionPreference};
pub use request_headers::RequestHeaders;
use request_headers::WrittenHead;
pub use response::{Hop, Note, Proto, Response, SentHeaders, Wire};

use crate::cookie::Jar;
use crate::settings::PoolScope;
use crate::tls::Tls;
use crate::worker::Worker;

/// How many servers a user keeps sessions of, for resuming them.
const SESSIONS: usize = 8;

/// The HTTP client of one virtual user. Several requests may be under way on it at once.
#[derive(Debug)]
pub struct Client {
    worker: Rc<Worker>,
    user: u64,
    own_pool: Pool,
    /// The user's variants of TLS configurations, each next to the common one.
    own_sessions: RefCell<Vec<(Arc<ClientConfig>, Arc<ClientConfig>)>>,
}

impl Client {
    /// A client on this thread for the user with that number, the first of which is 1.
    #[must_use]
    pub fn new(worker: Rc<Worker>, user: u64) -> Self {
        let own_pool = Pool::new(worker.settings.max_idle_per_host);
        Self { worker, user, own_pool, own_sessions: RefCell::default() }
    }

    /// The worker it belongs to.
    #[must_use]
    pub fn worker(&self) -> &Rc<Worker> {
        &self.worker
    }

    /// Sends a request and follows redirects and challenges. `on_hop` is called once for each request that
    /// was sent or should have been, in order, with what was measured.
    ///
    /// # Errors
    /// When no whole response came. `on_hop` has then been called with the failure.
    pub fn send<'a>(
        &'a self,
        request: impl Into<Asked<'a>>,
        jar: Option<&'a RefCell<Jar>>,
        on_hop: &'a mut dyn FnMut(&Hop<'_>),
    ) -> Sending<'a> {
        Sending::new(self, request.into(), jar, on_hop)
    }

    /// The user's number.
    pub(crate) fn user(&self) -> u64 {
        self.user
    }

    fn pool(&self) -> &Pool {
        match self.worker.settings.pool {
            PoolScope::Client => &self.own_pool,
            PoolScope::Worker => &self.worker.pool,
        }
    }

    /// Closes this user's idle connections. Those that are shared with others stay.
    pub fn close_idle(&self) {
        self.own_pool.close();
    }

    /// How many idle and multiplexed connections this user keeps, its share of a common pool aside.
    #[must_use]
    pub fn idle(&self) -> usize {
        self.own_pool.len()
    }

    /// Where the connection lies in memory that this user's next request will probably take: address and bytes. For
    /// those who fetch memory before it is needed.
    #[must_use]
    pub fn connection_place(&self) -> Option<(usize, usize)> {
        self.pool().place()
    }

    /// A TLS configuration whose sessions only this user resumes.
    pub(crate) fn own_sessions(&self, common: &Arc<ClientConfig>) -> Arc<ClientConfig> {
        let mut own = self.own_sessions.borrow_mut();
        if let Some((_, known)) = own.iter().find(|(of, _)| Arc::ptr_eq(of, common)) {
            return Arc::clone(known);
        }
        let made = Tls::resuming(common, SESSIONS);
        own.push((Arc::clone(common), Arc::clone(&made)));
        made
    }
}

#[cfg(test)]
mod tests;
