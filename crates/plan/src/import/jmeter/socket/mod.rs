//! Samplers of WebSocket, as the plug-in of Peter Doornbosch has them.
//!
//! Main types: [`SocketSampler`] and [`FrameFilter`]; [`perform`] makes the sample. A thread has one connection, which its
//! samplers share. Pings of the server are answered by the connection itself and are no frames here.

mod frame;

use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use metrics::builtin;
use model::Nanos;
use net::websocket::{Handshake, Incoming, Outgoing, WebSocket};

use super::config::Config;
use super::function::now_ms;
use super::http::Network;
use super::sample::Sample;
use super::text::{Fault, Text};
use super::tree::{Part, Scope, Scoped};
use super::user::User;
use crate::session::Session;
use frame::{Frame, bytes_of};

pub use frame::{FrameFilter, Payload};

/// What a sampler does with its connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Opens it.
    Open,
    /// Sends a frame and waits for one.
    Ask,
    /// Waits for a frame.
    Read,
    /// Sends a frame.
    Write,
    /// Sends a ping and waits for its pong.
    Ping,
    /// Ends it and waits for the server to agree.
    Close,
}

/// A sampler.
#[derive(Debug)]
pub struct SocketSampler {
    /// What it does.
    pub act: Act,
    /// It opens a connection of its own first.
    pub fresh: bool,
    /// Over TLS.
    pub tls: bool,
    /// Host, port and path.
    pub place: [Text; 3],
    /// For opening, in ms.
    pub connect_timeout: Text,
    /// For a frame, in ms; 0 for no limit.
    pub read_timeout: Text,
    /// What it sends and waits for.
    pub payload: Payload,
    /// What is sent.
    pub data: Text,
    /// A file with it instead.
    pub file: Option<Text>,
    /// No frame in time is a success too.
    pub optional: bool,
    /// The code of the end.
    pub status: Text,
}

/// Why there is no success: the code, and the message.
struct Trouble(String, String);

impl Trouble {
    fn io(text: &str) -> Self {
        Self("Websocket I/O error".to_owned(), format!("WebSocket I/O error: {text}"))
    }

    fn unexpected(frame: &Frame) -> Self {
        Self("Sampler error: unexpected frame type.".to_owned(), format!("Received: {}", frame.shown()))
    }

    fn sampler(text: &str) -> Self {
        Self("Sampler error".to_owned(), text.to_owned())
    }
}

/// No frame in time.
const LATE: &str = "java.net.SocketTimeoutException: Read timed out";

/// One sample of a sampler.
///
/// # Errors
/// When a function throws.
pub async fn perform(
    sampler: &SocketSampler,
    mut sample: Sample,
    scope: &Scope,
    parts: &[std::sync::Arc<Scoped>],
    network: &mut Network,
    user: &mut User,
    session: &mut Session,
) -> Result<Sample, Fault> {
    let begun = session.now();
    sample.data_type = "text";
    let mut talk = Talk { sampler, scope, parts, network, user, session, sample };
    let outcome = talk.all().await?;
    let Talk { mut sample, network, session, .. } = talk;
    if let Some(socket) = &mut network.socket {
        let (sent, received) = socket.take_traffic();
        sample.sent_bytes += sent;
        sample.bytes += received;
    }
    if let Err(Trouble(code, message)) = outcome {
        sample.fail(&code, &message);
    }
    sample.elapsed_ms = (session.now() - begun).as_millis_f64().round() as i64;
    sample.ended_ms = sample.started_ms + sample.elapsed_ms;
    sample.body_bytes = sample.body.len() as u64;
    Ok(sample)
}

struct Talk<'t> {
    sampler: &'t SocketSampler,
    scope: &'t Scope,
    parts: &'t [std::sync::Arc<Scoped>],
    network: &'t mut Network,
    user: &'t mut User,
    session: &'t mut Session,
    sample: Sample,
}

type Outcome<T> = Result<Result<T, Trouble>, Fault>;

macro_rules! or_trouble {
    ($outcome:expr) => {
        match $outcome {
            Ok(value) => value,
            Err(trouble) => return Ok(Err(trouble)),
        }
    };
}

impl Talk<'_> {
    async fn all(&mut self) -> Outcome<()> {
        let sampler = self.sampler;
        let read_ms = or_trouble!(self.millis(&sampler.read_timeout, 6000, "Read timeout")?);
        let opens = sampler.fresh || sampler.act == Act::Open;
        if opens {
            or_trouble!(self.open().await?);
        } else if self.network.socket.is_none() {
            return Ok(Err(self.without_connection()));
        }
        let url = self.network.socket_url.clone();
        let used = if opens { "" } else { "\n(using existing connection)" };
        self.sample.sampler_data = format!("Connect URL:\n{url}{used}\n");
        if !opens {
            (self.sample.code, self.sample.message) = ("200".into(), "OK".into());
        }
        let frame = match sampler.act {
            Act::Open => None,
            Act::Write => {
                or_trouble!(self.send()?);
                None
            }
            Act::Ask => {
                or_trouble!(self.send()?);
                Some(or_trouble!(self.welcome(read_ms).await?))
            }
            Act::Read => match self.welcome(read_ms).await? {
                Err(Trouble(_, message)) if sampler.optional && message.ends_with(LATE) => {
                    (self.sample.code, self.sample.message) =
                        ("No response".into(), "Read timeout, no response received.".into());
                    None
                }
                other => Some(or_trouble!(other)),
            },
            Act::Ping => {
                or_trouble!(self.ping(read_ms).await?);
                None
            }
            Act::Close => {
                or_trouble!(self.close(read_ms).await?);
                None
            }
        };
        match frame {
            Some(Frame::Text(text)) => self.sample.set_text(&text),
            Some(Frame::Binary(data)) => {
                self.sample.body = data.into();
                self.sample.data_type = "bin";
            }
            _ => {}
        }
        self.sample.success = true;
        Ok(Ok(()))
    }

    fn without_connection(&mut self) -> Trouble {
        if self.sampler.act == Act::Close {
            "No request sent.".clone_into(&mut self.sample.sampler_data);
            return Trouble(String::new(), "No connection; nothing to close.".to_owned());
        }
        Trouble::sampler(if self.sampler.act == Act::Ping {
            "Sampler must use existing connection, but there is no connection"
        } else {
            "Sampler configured for using existing connection, but there is no connection"
        })
    }

    fn millis(&mut self, text: &Text, default: u64, what: &str) -> Outcome<u64> {
        let said = text.eval(self.user)?;
        let said = said.trim();
        if said.is_empty() {
            return Ok(Ok(default));
        }
        Ok(said
            .parse()
            .map_err(|_| Trouble::sampler(&format!("Sampler error: {what} '{said}' is not a number."))))
    }

    async fn open(&mut self) -> Outcome<()> {
        let sampler = self.sampler;
        if let Some(mut old) = self.network.socket.take() {
            let _ = old.send(Outgoing::Close(1000, ""));
        }
        let wait_ms = or_trouble!(self.millis(&sampler.connect_timeout, 20_000, "Connection timeout")?);
        let [server, port, path] = &sampler.place;
        let server = server.eval(self.user)?.trim().to_owned();
        let port = port.eval(self.user)?.trim().to_owned();
        let port = if port.is_empty() { "80".to_owned() } else { port };
        if !port.parse::<u16>().is_ok_and(|port| port > 0) {
            let what = if port.parse::<i64>().is_ok() { "valid" } else { "a number" };
            let text = format!("Sampler error: Port number '{port}' is not {what}.");
            return Ok(Err(Trouble::sampler(&text)));
        }
        let path = path.eval(self.user)?.trim().to_owned();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let url = format!("{}://{server}:{port}{slash}{path}", if sampler.tls { "wss" } else { "ws" });
        self.sample.sampler_data = format!("Connect URL:\n{url}\n");
        let Some(address) = Handshake::url(&url) else {
            return Ok(Err(Trouble::sampler(&format!("Sampler error: {url} is no address"))));
        };
        let headers = self.headers(&address)?;
        let line = |(name, value): &(String, String)| format!("{name}: {value}");
        self.sample.request_headers = headers.iter().map(line).collect::<Vec<_>>().join("\n").into();
        let handshake = Handshake {
            url: address,
            headers,
            protocols: Vec::new(),
            compression: false,
            timeout: Duration::from_millis(wait_ms),
        };
        let client = Rc::clone(self.session.client());
        let begun = self.session.now();
        let opening = client.open_websocket(&handshake, None).await;
        let took = (self.session.now() - begun).as_millis_f64();
        self.sample.connect_ms = took.round() as i64;
        self.sample.latency_ms = self.sample.connect_ms;
        if let Some(answer) = &opening.answer {
            self.sample.response_headers = answer
                .headers
                .iter()
                .map(|(name, value)| {
                    format!("{}: {}", String::from_utf8_lossy(name), String::from_utf8_lossy(value))
                })
                .collect::<Vec<_>>()
                .join("\n")
                .into();
        }
        match opening.outcome {
            Ok(socket) => {
                self.session.add(builtin::WS_SESSIONS, 1.0);
                self.session.add(builtin::WS_CONNECTING, took);
                self.network.socket = Some(Box::new(socket));
                self.network.socket_url = url;
                (self.sample.code, self.sample.message) = ("101".into(), "Switching Protocols".into());
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(match &opening.answer {
                Some(answer) => Trouble(
                    answer.status.to_string(),
                    format!("the server did not upgrade: {}", answer.status),
                ),
                None => Trouble::io(&error.to_string()),
            })),
        }
    }

    /// Headers of all managers, the nearest first, and the cookies of the nearest.
    fn headers(&mut self, url: &net::Url) -> Result<Vec<(String, String)>, Fault> {
        let mut headers: Vec<(String, String)> = Vec::new();
        let mut has_cookies = false;
        for at in &self.scope.configs {
            match &self.parts[*at].part {
                Part::Config(Config::Headers(list)) => {
                    for (name, value) in list {
                        let name = name.eval(self.user)?.into_owned();
                        if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                            let value = value.eval(self.user)?.into_owned();
                            headers.push((name, value));
                        }
                    }
                }
                Part::Config(Config::Cookies(_)) if !has_cookies => {
                    has_cookies = true;
                    let store = self.network.cookies.get(at);
                    if let Some(value) = store.and_then(|store| store.header(url, now_ms())) {
                        headers.push(("Cookie".to_owned(), value));
                    }
                }
                _ => {}
            }
        }
        Ok(headers)
    }

    fn socket(&mut self) -> Result<&mut WebSocket, Trouble> {
        self.network.socket.as_deref_mut().ok_or_else(|| Trouble::io("the connection is closed"))
    }

    fn send(&mut self) -> Outcome<()> {
        let sampler = self.sampler;
        let mut data = sampler.data.eval(self.user)?.into_owned();
        let mut raw = None;
        if let Some(file) = &sampler.file {
            let name = file.eval(self.user)?.trim().to_owned();
            let path = self.user.shared.beside_plan(&name);
            match std::fs::read(&path) {
                Ok(bytes) => {
                    data = String::from_utf8_lossy(&bytes).into_owned();
                    raw = Some(bytes);
                }
                Err(error) => {
                    let text = format!("Sampler error: {} cannot be read: {error}", path.display());
                    return Ok(Err(Trouble::sampler(&text)));
                }
            }
        }
        self.sample.sampler_data.push_str(&format!("\nRequest data:\n{data}\n"));
        let binary = sampler.payload == Payload::Binary;
        let bytes = match (binary, raw) {
            (true, Some(bytes)) => bytes,
            (true, None) => match bytes_of(&data) {
                Some(bytes) => bytes,
                None => {
                    let message = format!("Request data is not binary: {data}");
                    return Ok(Err(Trouble("Sampler Error".to_owned(), message)));
                }
            },
            (false, _) => Vec::new(),
        };
        let message = if binary { Outgoing::Binary(&bytes) } else { Outgoing::Text(&data) };
        let sent = or_trouble!(self.socket()).send(message);
        self.session.add(builtin::WS_MSGS_SENT, 1.0);
        Ok(sent.map_err(|broken| Trouble::io(&broken.text)))
    }

    /// The next frame that no filter throws away, if it is of the kind that is waited for.
    async fn welcome(&mut self, read_ms: u64) -> Outcome<Frame> {
        let deadline = deadline(self.session, read_ms);
        loop {
            let started_ms = now_ms();
            let frame = or_trouble!(self.next(deadline).await);
            if let Some(filter) = self.filter(&frame)? {
                let sub = discarded(&frame, &filter, started_ms, &self.sample);
                self.sample.subs.push(sub);
                continue;
            }
            let welcome = match (&frame, self.sampler.payload) {
                (Frame::Text(_), payload) => payload != Payload::Binary,
                (Frame::Binary(_), payload) => payload != Payload::Text,
                _ => false,
            };
            return Ok(if welcome { Ok(frame) } else { Err(Trouble::unexpected(&frame)) });
        }
    }

    /// The name of the filter in scope that throws a frame away.
    fn filter(&mut self, frame: &Frame) -> Result<Option<String>, Fault> {
        for at in &self.scope.configs {
            if let Part::Config(Config::Frames(filter)) = &self.parts[*at].part
                && filter.discards(frame, self.user)?
            {
                return Ok(Some(filter.name.eval(self.user)?.into_owned()));
            }
        }
        Ok(None)
    }

    async fn ping(&mut self, read_ms: u64) -> Outcome<()> {
        let begun = self.session.now();
        let sent = or_trouble!(self.socket()).send(Outgoing::Ping(b""));
        or_trouble!(sent.map_err(|broken| Trouble::io(&broken.text)));
        match or_trouble!(self.next(deadline(self.session, read_ms)).await) {
            Frame::Pong => {
                self.session.add(builtin::WS_PING, (self.session.now() - begun).as_millis_f64());
                Ok(Ok(()))
            }
            frame => Ok(Err(Trouble::unexpected(&frame))),
        }
    }

    async fn close(&mut self, read_ms: u64) -> Outcome<()> {
        let status: u16 =
            self.sampler.status.number(self.user)?.and_then(|n| n.try_into().ok()).unwrap_or(1000);
        let reason = "sampler requested close";
        self.sample.sampler_data =
            format!("Requested connection close with status {status} and reason '{reason}'.");
        let sent = or_trouble!(self.socket()).send(Outgoing::Close(status, reason));
        or_trouble!(sent.map_err(|broken| Trouble::io(&broken.text)));
        let deadline = deadline(self.session, read_ms);
        loop {
            let frame = or_trouble!(self.next(deadline).await);
            if let Some(filter) = self.filter(&frame)? {
                let sub = discarded(&frame, &filter, now_ms(), &self.sample);
                self.sample.subs.push(sub);
                continue;
            }
            let Frame::Close(code, reason) = frame else {
                return Ok(Err(Trouble(
                    "WebSocket error: unsuccesful close.".to_owned(),
                    format!("WebSocket error: received not a close frame, but {}", frame.shown()),
                )));
            };
            self.sample.code = code.to_string().into();
            self.sample.message = "Connection closed.".into();
            self.sample.set_text(&format!("{code}: {reason}"));
            return Ok(Ok(()));
        }
    }

    /// The next frame, whatever it is. After an end the thread has no connection.
    async fn next(&mut self, deadline: Nanos) -> Result<Frame, Trouble> {
        loop {
            let Some(socket) = &mut self.network.socket else {
                return Err(Trouble::io("the connection is closed"));
            };
            let incoming = tokio::select! {
                incoming = poll_fn(|context| socket.poll_next(context)) => incoming,
                () = self.session.sleep_until(deadline) => return Err(Trouble::io(LATE)),
            };
            let frame = match incoming {
                Ok(Incoming::Ping(_)) => continue,
                Ok(Incoming::Text(text)) => Frame::Text(text),
                Ok(Incoming::Binary(data)) => Frame::Binary(data.to_vec()),
                Ok(Incoming::Pong(_)) => return Ok(Frame::Pong),
                Ok(Incoming::Close(close)) => {
                    self.hang_up();
                    return Ok(Frame::Close(close.code, close.reason));
                }
                Err(broken) => {
                    self.hang_up();
                    return Err(Trouble::io(&broken.text));
                }
            };
            self.session.add(builtin::WS_MSGS_RECEIVED, 1.0);
            return Ok(frame);
        }
    }

    fn hang_up(&mut self) {
        if let Some(mut socket) = self.network.socket.take() {
            let (sent, received) = socket.take_traffic();
            self.sample.sent_bytes += sent;
            self.sample.bytes += received;
        }
    }
}

fn deadline(session: &Session, read_ms: u64) -> Nanos {
    // No limit is a day, so that a test comes to its end at all.
    let limit = if read_ms == 0 { Duration::from_secs(86_400) } else { Duration::from_millis(read_ms) };
    session.now() + Nanos::from(limit)
}

fn discarded(frame: &Frame, filter: &str, started_ms: i64, whole: &Sample) -> Sample {
    let ended_ms = now_ms();
    let mut sub = Sample {
        label: format!("Discarded {} frame (by filter '{filter}')", frame.kind()).into(),
        message: format!("Received {}", frame.shown()).into(),
        thread: whole.thread.clone(),
        success: true,
        started_ms,
        ended_ms,
        elapsed_ms: (ended_ms - started_ms).max(0),
        ..Sample::default()
    };
    match frame {
        Frame::Text(text) => sub.set_text(text),
        Frame::Binary(data) => sub.body = data.clone().into(),
        _ => {}
    }
    sub
}
