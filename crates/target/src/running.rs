//! The handle of a server that runs on threads of its own.
//!
//! [`Running`] ends its server when it is stopped or dropped: every thread is joined, every socket closed.

use std::net::SocketAddr;
use std::thread::JoinHandle;

use tokio::sync::watch;

/// A running server. Dropping it stops the server and waits for its threads.
#[derive(Debug)]
pub struct Running {
    /// Where plain connections are taken.
    pub http: SocketAddr,
    /// Where TLS connections are taken, when asked for.
    pub https: Option<SocketAddr>,
    /// The certificate authority that signed the server's certificate, as PEM; empty without TLS.
    pub ca_pem: String,
    stop: StopHandle,
    threads: Vec<JoinHandle<()>>,
}

/// Ends a server from elsewhere, for instance from a signal handler; clones end the same server.
#[derive(Clone, Debug)]
pub struct StopHandle(watch::Sender<bool>);

/// The server's side of [`StopHandle`].
#[derive(Clone, Debug)]
pub(crate) struct Stopped(watch::Receiver<bool>);

impl StopHandle {
    pub(crate) fn new() -> (Self, Stopped) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stopped(receiver))
    }

    /// Asks the server to end; returns at once.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stopped {
    /// Completes when the server has to end, also when nobody holds its handle any more.
    pub(crate) async fn wait(mut self) {
        while !*self.0.borrow_and_update() {
            if self.0.changed().await.is_err() {
                return;
            }
        }
    }
}

impl Running {
    pub(crate) fn new(
        http: SocketAddr,
        https: Option<SocketAddr>,
        ca_pem: String,
        stop: StopHandle,
        threads: Vec<JoinHandle<()>>,
    ) -> Self {
        Self { http, https, ca_pem, stop, threads }
    }

    /// The plain base URL, such as `http://127.0.0.1:3000`.
    #[must_use]
    pub fn http_url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// The TLS base URL with the host name that the certificate holds, such as `https://localhost:3443`.
    #[must_use]
    pub fn https_url(&self) -> Option<String> {
        self.https.map(|addr| format!("https://localhost:{}", addr.port()))
    }

    /// A handle that ends this server from another thread.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Ends the server and waits until its threads are gone. Requests in flight are cut.
    pub fn stop(mut self) {
        self.stop.stop();
        self.join_threads();
    }

    /// Waits until the server ends because a [`StopHandle`] asked for it.
    pub fn join(mut self) {
        self.join_threads();
    }

    fn join_threads(&mut self) {
        for thread in self.threads.drain(..) {
            // A server thread that panicked has already printed why; its end is all that matters here.
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.stop();
        self.join_threads();
    }
}
