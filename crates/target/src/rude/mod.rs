//! Servers that break the rules, each in one precise way: the other half of every client's error table.
//!
//! [`BEHAVIOURS`] is the table, [`start`] runs one row on a thread of its own. Everything is written to the
//! socket by hand; every connection is bounded in time and every flood in bytes. Behaviours that are not
//! about TLS are served twice: plain on [`Running::http`] and inside TLS on [`Running::https`].

mod conn;
mod encodings;
mod frames;
mod framing;
mod heads;
mod http2;
mod timing;
mod tls;
mod websocket;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::error::Error;
use crate::running::{Running, StopHandle, Stopped};
use crate::server;
use crate::tls::{Authority, Leaf};
use conn::Conn;

/// How long one connection lasts at most.
pub const CONNECTION_LIMIT: Duration = Duration::from_secs(60);
/// How much a flood writes at most to one connection, in bytes.
pub const FLOOD_BYTES: usize = 64 << 20;
/// Connections that are served at once; more wait.
const MAX_CONNECTIONS: usize = 1024;

/// One way to be rude.
#[derive(Clone, Copy)]
pub struct Behaviour {
    /// The name, for instance for the command line.
    pub name: &'static str,
    /// What the server does.
    pub about: &'static str,
    /// The `error_code`s that a client may report, the best one first; 0 is an answer without an error. An
    /// answer with an error status has 1000 plus the status, as everywhere.
    pub expect: &'static [u16],
    /// What the server speaks.
    pub speaks: Speaks,
    pub(crate) run: Run,
}

/// What a rude server speaks until it gets rude.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaks {
    /// HTTP/1.1, plain and inside TLS.
    Http1,
    /// HTTP/2, by prior knowledge and by ALPN inside TLS.
    Http2,
    /// HTTP/1.1 up to the handshake of WebSocket, plain and inside TLS.
    WebSocket,
    /// TLS on the bare socket; [`Running::http`] and [`Running::https`] are then the same address.
    RawTls,
    /// HTTP/1.1 inside TLS with a certificate of this kind; there is no plain side.
    Tls(Leaf),
}

/// Serves one connection.
pub(crate) type Run = fn(Conn) -> BoxFuture<'static, std::io::Result<()>>;

/// Makes a row of a table: name, what it does, what to expect, the function.
macro_rules! behaviour {
    ($speaks:expr, $name:literal, $about:literal, $expect:expr, $run:path) => {
        $crate::rude::Behaviour {
            name: $name,
            about: $about,
            expect: &$expect,
            speaks: $speaks,
            run: |conn| Box::pin($run(conn)),
        }
    };
}
pub(crate) use behaviour;

/// The tables that make up all behaviours, one a file.
pub const BEHAVIOURS: &[&[Behaviour]] = &[
    timing::TABLE,
    heads::TABLE,
    framing::TABLE,
    encodings::TABLE,
    tls::TABLE,
    http2::TABLE,
    websocket::TABLE,
];

/// All behaviours.
pub fn all() -> impl Iterator<Item = Behaviour> {
    BEHAVIOURS.iter().copied().flatten().copied()
}

/// The behaviour of that name.
#[must_use]
pub fn find(name: &str) -> Option<Behaviour> {
    all().find(|behaviour| behaviour.name == name)
}

impl std::fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Behaviour")
            .field("name", &self.name)
            .field("expect", &self.expect)
            .finish_non_exhaustive()
    }
}

/// Starts a server that behaves like this, on ports of the system's choice on `127.0.0.1`.
pub fn start(behaviour: Behaviour) -> Result<Running, Error> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    start_at(behaviour, any, any)
}

/// Starts a server that behaves like this at the given addresses.
pub fn start_at(behaviour: Behaviour, http: SocketAddr, https: SocketAddr) -> Result<Running, Error> {
    server::outside(|| listen(behaviour, http, https))
}

fn listen(behaviour: Behaviour, http: SocketAddr, https: SocketAddr) -> Result<Running, Error> {
    let runtime = server::runtime()?;
    let authority = Authority::new()?;
    let acceptor = |leaf, protocol: &[u8]| -> Result<_, Error> {
        Ok(TlsAcceptor::from(authority.server_config(leaf, &[protocol])?))
    };
    let plain = open(http)?;
    let mut doors = Vec::new();
    let http = address(&plain, http)?;
    let https = match behaviour.speaks {
        Speaks::RawTls => {
            doors.push((plain, None));
            http
        }
        Speaks::Tls(leaf) => {
            doors.push((plain, Some(acceptor(leaf, b"http/1.1")?)));
            http
        }
        Speaks::Http1 | Speaks::Http2 | Speaks::WebSocket => {
            let protocol: &[u8] = if behaviour.speaks == Speaks::Http2 { b"h2" } else { b"http/1.1" };
            let listener = open(https)?;
            let https = address(&listener, https)?;
            doors.push((plain, None));
            doors.push((listener, Some(acceptor(Leaf::Good, protocol)?)));
            https
        }
    };
    let (stop, stopped) = StopHandle::new();
    let work = move || runtime.block_on(serve(behaviour, doors, stopped));
    let thread = std::thread::Builder::new().name(format!("rude-{}", behaviour.name)).spawn(work)?;
    Ok(Running::new(http, Some(https), authority.pem().to_owned(), stop, vec![thread]))
}

fn open(addr: SocketAddr) -> Result<std::net::TcpListener, Error> {
    let listen = |source| Error::Listen { addr, source };
    let listener = std::net::TcpListener::bind(addr).map_err(listen)?;
    listener.set_nonblocking(true).map_err(listen)?;
    Ok(listener)
}

fn address(listener: &std::net::TcpListener, asked: SocketAddr) -> Result<SocketAddr, Error> {
    listener.local_addr().map_err(|source| Error::Listen { addr: asked, source })
}

async fn serve(
    behaviour: Behaviour,
    doors: Vec<(std::net::TcpListener, Option<TlsAcceptor>)>,
    stopped: Stopped,
) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    for (listener, acceptor) in doors {
        tokio::spawn(accept(behaviour, listener, acceptor, Arc::clone(&room)));
    }
    stopped.wait().await;
    // The caller drops the runtime, and with it the listeners and every connection.
}

async fn accept(
    behaviour: Behaviour,
    listener: std::net::TcpListener,
    acceptor: Option<TlsAcceptor>,
    room: Arc<Semaphore>,
) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        };
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // How a rude connection ends is the client's to tell.
            let _ = tokio::time::timeout(CONNECTION_LIMIT, converse(behaviour, stream, acceptor)).await;
            drop(permit);
        });
    }
}

async fn converse(
    behaviour: Behaviour,
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let conn = match acceptor {
        None => Conn::plain(stream),
        Some(acceptor) => Conn::tls(acceptor.accept(stream).await?),
    };
    (behaviour.run)(conn).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let mut names: Vec<&str> = all().map(|behaviour| behaviour.name).collect();
        assert!(names.len() >= 40);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().count(), "names are unique");
        for behaviour in all() {
            assert!(!behaviour.expect.is_empty() && !behaviour.about.is_empty(), "{behaviour:?}");
            assert_eq!(find(behaviour.name).map(|found| found.about), Some(behaviour.about));
        }
    }
}
