//! Connections that wait for another request.
//!
//! Main type: [`Pool`]. The newest idle connection is taken first, so that surplus ones age and go.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::connection::Connection;
use crate::h2;
use crate::tls::TlsInfo;
use crate::url::Url;

/// Whom a connection leads to. What proxy is on the way follows from it.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    tls: bool,
    port: u16,
    host: Box<str>,
}

impl Origin {
    fn of(url: &Url) -> Rc<Self> {
        Rc::new(Self { tls: url.is_tls(), port: url.port().unwrap_or_default(), host: url.host().into() })
    }

    fn is(&self, url: &Url) -> bool {
        self.tls == url.is_tls() && Some(self.port) == url.port() && *self.host == *url.host()
    }
}

/// The origins that connections of a thread lead to, each once: users that look for a connection then read the same
/// memory.
#[derive(Default, Debug)]
pub(crate) struct Origins(RefCell<Vec<Rc<Origin>>>);

/// How many origins are kept; a test that calls more has some of them twice.
const ORIGINS_MAX: usize = 64;

impl Origins {
    pub(crate) fn of(&self, url: &Url) -> Rc<Origin> {
        let mut known = self.0.borrow_mut();
        if let Some(origin) = known.iter().find(|origin| origin.is(url)) {
            return Rc::clone(origin);
        }
        let origin = Origin::of(url);
        if known.len() < ORIGINS_MAX {
            known.push(Rc::clone(&origin));
        }
        origin
    }
}

/// An HTTP/2 connection with what the streams on it cannot know.
#[derive(Debug)]
pub(crate) struct Http2 {
    pub(crate) origin: Rc<Origin>,
    pub(crate) connection: h2::Connection,
    pub(crate) remote: SocketAddr,
    pub(crate) tls: Option<Arc<TlsInfo>>,
    /// Bytes sent and received before the first request, which pays for them.
    pub(crate) opening_bytes: Cell<(u64, u64)>,
    pub(crate) served: Cell<u64>,
}

/// Idle connections of one user, or of all users of a thread.
#[derive(Debug)]
pub(crate) struct Pool {
    // In place, as most users have one or two, and look for them with each request.
    idle: RefCell<SmallVec<[Box<Connection>; 2]>>,
    http2: RefCell<Vec<Rc<Http2>>>,
    max_idle_per_host: usize,
}

impl Pool {
    pub(crate) fn new(max_idle_per_host: usize) -> Self {
        Self { idle: RefCell::default(), http2: RefCell::default(), max_idle_per_host }
    }

    /// An idle HTTP/1 connection that can take a request for `url`. A request that would rather have HTTP/2
    /// only takes one whose server has declined that.
    pub(crate) fn take(&self, url: &Url, rather_http2: bool) -> Option<Box<Connection>> {
        let mut idle = self.idle.borrow_mut();
        loop {
            let fits = |connection: &Connection| {
                (connection.declined_http2 || !rather_http2) && connection.origin.is(url)
            };
            let at = idle.iter().rposition(|connection| fits(connection))?;
            let mut connection = idle.remove(at);
            if connection.is_fit() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request, unless there are enough.
    pub(crate) fn put(&self, connection: Box<Connection>) {
        let mut idle = self.idle.borrow_mut();
        // Each idle connection is far from the limit while there are few in all.
        if idle.len() >= self.max_idle_per_host {
            let same = idle.iter().filter(|other| other.origin == connection.origin).count();
            if same >= self.max_idle_per_host {
                return;
            }
        }
        idle.push(connection);
    }

    /// An HTTP/2 connection on which a request for `url` gets a stream at once.
    pub(crate) fn http2(&self, url: &Url) -> Option<Rc<Http2>> {
        let mut open = self.http2.borrow_mut();
        if open.is_empty() {
            return None;
        }
        open.retain(|known| known.connection.is_open());
        open.iter().find(|known| known.origin.is(url) && known.connection.has_room()).map(Rc::clone)
    }

    pub(crate) fn put_http2(&self, connection: Rc<Http2>) {
        self.http2.borrow_mut().push(connection);
    }

    /// Closes what is idle. Requests under way keep their connections.
    pub(crate) fn close(&self) {
        self.idle.borrow_mut().clear();
        self.http2.borrow_mut().clear();
    }

    /// Where the newest idle connection lies: its address, and its bytes.
    pub(crate) fn place(&self) -> Option<(usize, usize)> {
        let idle = self.idle.borrow();
        idle.last().map(|newest| (std::ptr::from_ref(&**newest).addr(), size_of::<Connection>()))
    }

    /// How many connections wait, HTTP/2 included.
    pub(crate) fn len(&self) -> usize {
        self.idle.borrow().len() + self.http2.borrow().len()
    }
}
