//! One HTTP/2 connection: its task, its places for streams, its health.
//!
//! Main type: [`Connection`], a handle that clones cheaply. The task ends, and the stream below is closed, soon
//! after the last handle and the last request are gone.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Ping, PingPong};
use model::{Clock, Nanos};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Mutex, Notify, oneshot};
use tokio::task::AbortHandle;

use super::Settings;
use super::error::{Error, Kind};
use super::exchange::{Limits, Response, exchange, explain};
use super::meter::{Edges, Meter};
use super::request::Request;
use super::tap::Tap;

/// How long a connection that nobody wants any more may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(1);

/// Streams that were given up on this side and whose late frames are still passed over quietly.
const RESET_STREAMS_REMEMBERED: usize = 1_024;

/// Resets that a server's bad frames may cause before the connection is given up. It is far above the usual
/// bound, because the late frames of requests that timed out count too.
const RESETS_CAUSED_MAX: usize = 100_000;

/// An open connection, which carries many requests at once.
#[derive(Debug, Clone)]
pub struct Connection {
    shared: Rc<Shared>,
}

/// What handles and requests share; the task of the connection shares only the fields behind their own `Rc`.
#[derive(Debug)]
pub(super) struct Shared {
    pub sender: SendRequest<Bytes>,
    pub meter: Rc<RefCell<Meter>>,
    health: Rc<Health>,
    active: Cell<usize>,
    pings: Option<Mutex<Pings>>,
    task: AbortHandle,
    /// Its drop tells the task that nobody can send any more.
    _wanted: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct Health {
    closed: Cell<bool>,
    /// Tells one request that waits for a place that it may look again.
    freed: Notify,
}

#[derive(Debug)]
struct Pings {
    pings: PingPong,
    /// A ping whose sender gave up is still on its way.
    unanswered: bool,
}

/// Opens a connection over `below`, which must already have agreed on HTTP/2 (by ALPN or by prior knowledge).
///
/// It returns when the preface is written, without waiting for the server, whose first answer shows whether it
/// speaks HTTP/2. Must be called inside a `tokio` local set, where the connection's task then lives.
pub async fn connect<T>(below: T, settings: &Settings, clock: Clock) -> Result<Connection, Error>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let meter = Rc::new(RefCell::new(Meter::new(clock, settings.kernel_stamp.clone())));
    let tap = Tap::new(below, Rc::clone(&meter));
    let (sender, mut connection) = h2::client::Builder::new()
        .enable_push(false)
        .initial_window_size(settings.stream_window)
        .initial_connection_window_size(settings.connection_window)
        .max_header_list_size(settings.max_header_bytes)
        .max_concurrent_reset_streams(RESET_STREAMS_REMEMBERED)
        .max_local_error_reset_streams(Some(RESETS_CAUSED_MAX))
        .handshake(tap)
        .await
        .map_err(|error| explain(error, &meter.borrow(), None))?;
    let pings = connection.ping_pong().map(|pings| Mutex::new(Pings { pings, unanswered: false }));
    let health = Rc::new(Health::default());
    let (wanted, unwanted) = oneshot::channel();
    let task =
        tokio::task::spawn_local(drive(connection, Ending(Rc::clone(&health)), unwanted)).abort_handle();
    let shared = Shared { sender, meter, health, active: Cell::new(0), pings, task, _wanted: wanted };
    Ok(Connection { shared: Rc::new(shared) })
}

/// Marks the connection closed when its task ends in any way, and wakes those who wait for a place.
struct Ending(Rc<Health>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.closed.set(true);
        self.0.freed.notify_waiters();
    }
}

async fn drive<T>(
    connection: h2::client::Connection<Tap<T>, Bytes>,
    ending: Ending,
    unwanted: oneshot::Receiver<()>,
) where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let _ending = ending;
    let mut connection = pin!(connection);
    // How the connection ended is told to each of its streams; the task itself has nobody to tell.
    tokio::select! {
        biased;
        _ = &mut connection => return,
        _ = unwanted => {}
    }
    let _ = tokio::time::timeout(FAREWELL, connection).await;
}

/// A place on the connection, given back on drop.
struct Place<'a>(&'a Shared);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.active.set(self.0.active.get() - 1);
        self.0.health.freed.notify_one();
    }
}

impl Shared {
    fn is_open(&self) -> bool {
        !self.health.closed.get()
            && self.meter.borrow().go_away().is_none()
            && !self.meter.borrow().has_ended()
    }

    fn has_room(&self) -> bool {
        self.active.get() < self.sender.current_max_send_streams()
    }

    fn unusable(&self) -> Error {
        let told = self.meter.borrow().go_away().cloned();
        Error::unprocessed(told.map_or(Kind::Unusable, |told| Kind::GoAway {
            last_stream: told.last_stream,
            code: told.code,
            debug: String::from_utf8_lossy(&told.debug).into_owned(),
        }))
    }

    async fn place(&self) -> Result<Place<'_>, Error> {
        loop {
            let freed = self.health.freed.notified();
            if !self.is_open() {
                return Err(self.unusable());
            }
            if self.has_room() {
                self.active.set(self.active.get() + 1);
                return Ok(Place(self));
            }
            freed.await;
        }
    }
}

impl Connection {
    /// Sends one request and waits for the whole response; waits first for a place when there is none.
    ///
    /// `edges` holds what was measured when the future is gone: finished, failed or dropped. Dropping it resets
    /// the stream and leaves nothing behind.
    pub async fn send(
        &self,
        request: Request,
        limits: Limits,
        edges: &Cell<Edges>,
    ) -> Result<Response, Error> {
        let place = self.shared.place().await?;
        exchange(place.0, request, limits, edges).await
    }

    /// Whether new requests may be sent: the server has neither closed nor announced that it will.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.shared.is_open()
    }

    /// Whether a request sent now gets a stream at once, by the server's latest limit.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.shared.has_room()
    }

    /// How many requests are on their way.
    #[must_use]
    pub fn active(&self) -> usize {
        self.shared.active.get()
    }

    /// Asks the server for a sign of life and returns the round trip's length.
    pub async fn ping(&self) -> Result<Nanos, Error> {
        let Some(pings) = &self.shared.pings else { return Err(self.shared.unusable()) };
        let mut guard = pings.lock().await;
        let failed = |error| explain(error, &self.shared.meter.borrow(), Some(0));
        let Pings { pings, unanswered } = &mut *guard;
        if *unanswered {
            poll_fn(|cx| pings.poll_pong(cx)).await.map_err(failed)?;
        }
        let clock = self.shared.meter.borrow().clock();
        let start = clock.now();
        pings.send_ping(Ping::opaque()).map_err(failed)?;
        *unanswered = true;
        poll_fn(|cx| pings.poll_pong(cx)).await.map_err(failed)?;
        *unanswered = false;
        Ok(clock.now() - start)
    }

    /// How many requests the meter still follows.
    #[cfg(test)]
    pub(super) fn shared_streams(&self) -> usize {
        self.shared.meter.borrow().followed()
    }

    /// Closes at once: requests on their way fail, and the stream below is dropped without a goodbye.
    pub fn abort(&self) {
        self.shared.health.closed.set(true);
        self.shared.task.abort();
    }
}
