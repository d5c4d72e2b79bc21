//! The threads under the shop: accept, hand out, serve.
//!
//! Every worker is one thread with a single-threaded runtime, so that a request never changes threads.
//! The first worker also accepts and deals connections out in turn, which keeps the workers even.

mod wire;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use crate::error::Error;
use crate::exchange::Line;
use crate::running::Stopped;
use crate::shop::{Shop, answer};
use wire::Wire;

/// Connections that wait for one worker; past that the kernel's backlog holds them.
const INBOX: usize = 1024;

/// A socket that listens, and where.
pub struct Door {
    listener: TcpListener,
    /// The address, with the port that the system chose.
    pub addr: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl Door {
    /// Listens on `addr`; connections are plain without an acceptor.
    pub fn open(addr: SocketAddr, tls: Option<TlsAcceptor>) -> Result<Self, Error> {
        let listen = |source| Error::Listen { addr, source };
        let listener = TcpListener::bind(addr).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        Ok(Self { listener, addr, tls })
    }
}

/// A connection on its way to its worker.
struct Arrival {
    stream: std::net::TcpStream,
    remote: SocketAddr,
    tls: Option<TlsAcceptor>,
}

/// A single-threaded runtime, as every server thread here has one.
pub fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Does something on a thread of its own and waits for it: runtimes may be neither entered nor dropped on a
/// thread that is inside another one.
pub fn outside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// Starts the workers; `first` is the runtime of the worker that accepts.
pub fn start(
    shop: &Arc<Shop>,
    doors: Vec<Door>,
    first: Runtime,
    threads: usize,
    stopped: &Stopped,
) -> io::Result<Vec<JoinHandle<()>>> {
    let mut inboxes = Vec::new();
    let mut workers = Vec::new();
    let mut first = Some(first);
    for index in 0..threads.max(1) {
        let (sender, inbox) = mpsc::channel(INBOX);
        inboxes.push(sender);
        let runtime = first.take().map_or_else(runtime, Ok)?;
        workers.push((index, runtime, inbox));
    }
    let mut doors = Some(doors);
    let mut handles = Vec::new();
    for (index, runtime, inbox) in workers {
        let accepting = doors.take().map(|doors| (doors, inboxes.clone()));
        let (shop, stopped) = (Arc::clone(shop), stopped.clone());
        let work = move || {
            runtime.block_on(async move {
                if let Some((doors, inboxes)) = accepting {
                    for door in doors {
                        tokio::spawn(accept(door, inboxes.clone()));
                    }
                }
                tokio::select! {
                    () = stopped.wait() => {}
                    () = serve_all(shop, inbox) => {}
                }
            });
            // The runtime is dropped here, and with it every task and socket of this worker.
        };
        handles.push(std::thread::Builder::new().name(format!("target-{index}")).spawn(work)?);
    }
    Ok(handles)
}

async fn accept(door: Door, inboxes: Vec<mpsc::Sender<Arrival>>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(door.listener) else { return };
    for inbox in inboxes.iter().cycle() {
        let (stream, remote) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(_) => {
                // Out of descriptors or a client that left again: let go of the processor, then go on.
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                continue;
            }
        };
        let Ok(stream) = stream.into_std() else { continue };
        if inbox.send(Arrival { stream, remote, tls: door.tls.clone() }).await.is_err() {
            return;
        }
    }
}

async fn serve_all(shop: Arc<Shop>, mut inbox: mpsc::Receiver<Arrival>) {
    while let Some(arrival) = inbox.recv().await {
        let shop = Arc::clone(&shop);
        tokio::spawn(async move {
            // A connection that breaks is the client's to notice; the shop has nobody to tell.
            let _ = serve(shop, arrival).await;
        });
    }
}

async fn serve(shop: Arc<Shop>, arrival: Arrival) -> io::Result<()> {
    let number = shop.metrics.connection();
    let (wire, reset) = Wire::new(arrival.stream)?;
    match arrival.tls {
        None => converse(shop, wire, Line::new(number, arrival.remote, None, reset)).await,
        Some(acceptor) => {
            let stream = acceptor.accept(wire).await?;
            let version = stream.get_ref().1.protocol_version().and_then(|version| version.as_str());
            converse(shop, stream, Line::new(number, arrival.remote, Some(version.unwrap_or("TLS")), reset))
                .await
        }
    }
}

async fn converse<S>(shop: Arc<Shop>, stream: S, line: Line) -> io::Result<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let line = Arc::new(line);
    let service = service_fn(|request| answer(Arc::clone(&shop), request, Arc::clone(&line)));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().pipeline_flush(true).max_headers(512);
    builder
        .http2()
        .max_concurrent_streams(1000)
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20);
    builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await.map_err(io::Error::other)
}
