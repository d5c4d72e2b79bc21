//! A door before the demo shop that counts what comes in: the requests as the shop sees them, whatever the program that
//! sends them says of itself.
//!
//! Main type: [`Door`]. It forwards bytes and reads the heads of requests of HTTP/1.1 on the way.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Requests by method and path, without the query.
pub type Counts = BTreeMap<String, usize>;

/// The door. Dropping it closes it.
pub struct Door {
    /// Where it is.
    pub address: SocketAddr,
    counts: Arc<Mutex<Counts>>,
    closed: Arc<AtomicBool>,
}

impl Door {
    /// A door before the server at this address.
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it listens");
        let (counts, closed) = (Arc::<Mutex<Counts>>::default(), Arc::<AtomicBool>::default());
        let (counted, ended) = (Arc::clone(&counts), Arc::clone(&closed));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(server) = TcpStream::connect(server) else { return };
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let (Ok(from_server), Ok(to_client)) = (server.try_clone(), client.try_clone()) else {
                    return;
                };
                let counts = Arc::clone(&counted);
                std::thread::spawn(move || forward(client, server, Some(Reader::new(counts))));
                std::thread::spawn(move || forward(from_server, to_client, None));
            }
        });
        Self { address, counts, closed }
    }

    /// Its address for programs.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came in since the last time.
    pub fn counts(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock().expect("no thread panics with it"))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Whoever waits for a client gets one more.
        let _ = TcpStream::connect(self.address);
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, mut reader: Option<Reader>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        if let Some(reader) = &mut reader {
            reader.read(&buffer[..count]);
        }
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Reads heads and skips bodies.
struct Reader {
    counts: Arc<Mutex<Counts>>,
    head: Vec<u8>,
    body_left: usize,
}

impl Reader {
    fn new(counts: Arc<Mutex<Counts>>) -> Self {
        Self { counts, head: Vec::new(), body_left: 0 }
    }

    fn read(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.body_left > 0 {
                let skipped = self.body_left.min(bytes.len());
                self.body_left -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head.push(first);
            bytes = rest;
            if self.head.ends_with(b"\r\n\r\n") {
                self.count();
            }
        }
    }

    fn count(&mut self) {
        let head = String::from_utf8_lossy(&self.head).into_owned();
        self.head.clear();
        let mut lines = head.lines();
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = target.split('?').next().unwrap_or_default();
        let length = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        self.body_left = length.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0);
        *self
            .counts
            .lock()
            .expect("no thread panics with it")
            .entry(format!("{method} {path}"))
            .or_default() += 1;
    }
}
