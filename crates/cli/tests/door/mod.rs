//! A door before the demo shop that counts what comes in: the requests as the shop sees them, whatever the program that
//! sends them says of itself.
//!
//! Main type: [`Door`]. It forwards bytes and reads the heads of requests of HTTP/1.1 on the way. It knows how long each
//! request took at least and at most, however slow the machine is: see [`Span`].

#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use model::{Clock, Nanos};

/// Requests by method and path, without the query.
pub type Counts = BTreeMap<String, usize>;

/// What the door knows of one request: no client that tells the truth says less than the least, or more than the most.
pub struct Span {
    /// Method and path, without the query.
    pub request: String,
    /// From when its head had come to before the end of its answer was passed on.
    pub least: Duration,
    /// From before the end of the answer before it was passed on, on the same connection, until the client sent the next
    /// request there or closed it. Nothing for the first of a connection, of which it is not known when it began.
    pub most: Option<Duration>,
}

/// The door. Dropping it closes it.
pub struct Door {
    /// Where it is.
    pub address: SocketAddr,
    seen: Arc<Seen>,
    closed: Arc<AtomicBool>,
}

/// What has come through.
struct Seen {
    clock: Clock,
    counts: Mutex<Counts>,
    spans: Mutex<Vec<Span>>,
    /// The threads that read from clients.
    readers: Mutex<Vec<JoinHandle<()>>>,
}

/// Nobody panics with a lock in hand.
const SOUND: &str = "no thread panics with it";

impl Door {
    /// A door before the server at this address.
    pub fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it listens");
        let closed = Arc::<AtomicBool>::default();
        let seen = Arc::new(Seen {
            clock: Clock::start(),
            counts: Mutex::default(),
            spans: Mutex::default(),
            readers: Mutex::default(),
        });
        let (seeing, ended) = (Arc::clone(&seen), Arc::clone(&closed));
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
                let answered = Arc::<Mutex<Nanos>>::default();
                let reader = Reader::new(Arc::clone(&seeing), Arc::clone(&answered));
                let clock = seeing.clock;
                // Whoever waits for the readers waits for this one from before it has seen anything.
                let mut readers = seeing.readers.lock().expect(SOUND);
                readers.push(std::thread::spawn(move || ask(client, server, reader)));
                std::thread::spawn(move || answer(from_server, to_client, clock, &answered));
            }
        });
        Self { address, seen, closed }
    }

    /// Its address for programs.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came in since the last time.
    pub fn counts(&self) -> Counts {
        std::mem::take(&mut *self.seen.counts.lock().expect(SOUND))
    }

    /// How long it all took, once every client has closed its connections.
    pub fn spans(&self) -> Vec<Span> {
        let readers = std::mem::take(&mut *self.seen.readers.lock().expect(SOUND));
        readers.into_iter().for_each(|reader| reader.join().expect("it does not panic"));
        std::mem::take(&mut *self.seen.spans.lock().expect(SOUND))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Whoever waits for a client gets one more.
        let _ = TcpStream::connect(self.address);
    }
}

/// Passes on what a client says.
fn ask(mut from: TcpStream, mut to: TcpStream, mut reader: Reader) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        reader.now = reader.seen.clock.now();
        reader.read(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    reader.now = reader.seen.clock.now();
    reader.end();
    let _ = to.shutdown(Shutdown::Write);
}

/// Passes on what the server says, and notes when it did so last.
fn answer(mut from: TcpStream, mut to: TcpStream, clock: Clock, answered: &Mutex<Nanos>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        *answered.lock().expect(SOUND) = clock.now();
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Reads heads and skips bodies.
struct Reader {
    seen: Arc<Seen>,
    /// Before the latest piece of an answer was passed on.
    answered: Arc<Mutex<Nanos>>,
    /// After the latest bytes of the client came.
    now: Nanos,
    head: Vec<u8>,
    body_left: usize,
    /// The request that is being answered, and when its head had come.
    asked: Option<(String, Nanos)>,
    /// Before the end of the answer before was passed on.
    before: Option<Nanos>,
}

impl Reader {
    fn new(seen: Arc<Seen>, answered: Arc<Mutex<Nanos>>) -> Self {
        let now = seen.clock.now();
        Self { seen, answered, now, head: Vec::new(), body_left: 0, asked: None, before: None }
    }

    /// The client has gone on: what it asked before has been answered.
    fn end(&mut self) {
        let Some((request, came)) = self.asked.take() else { return };
        let answered = *self.answered.lock().expect(SOUND);
        let span = Span {
            request,
            least: answered.since(came).into(),
            most: self.before.map(|before| self.now.since(before).into()),
        };
        self.seen.spans.lock().expect(SOUND).push(span);
        self.before = Some(answered);
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
        let request = format!("{method} {path}");
        self.end();
        self.asked = Some((request.clone(), self.now));
        *self.seen.counts.lock().expect(SOUND).entry(request).or_default() += 1;
    }
}
