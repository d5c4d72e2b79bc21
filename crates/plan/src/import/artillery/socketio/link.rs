//! A connection of Engine.IO, revision 4: long polling, WebSocket, and the way from the one to the other.
//!
//! Main type: [`Link`]. It carries packets of Socket.IO, whose meaning it does not know, and answers the server's
//! pings whenever it is polled.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use net::cookie::Jar;
use net::websocket::{Handshake, Incoming, Outgoing, WebSocket};
use serde_json::Value;

/// Stands between packets of one body.
const BETWEEN: char = '\u{1e}';
/// How long a request that waits for packets may take: longer than servers' pings are apart.
const POLL_TIMEOUT: Duration = Duration::from_secs(90);
/// What went wrong with polling, in the words of Socket.IO's client.
const POLLING_FAILED: &str = "xhr poll error";
/// What went wrong with a WebSocket.
const SOCKET_FAILED: &str = "websocket error";

/// How packets may travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// By requests.
    Polling,
    /// By a WebSocket.
    WebSocket,
}

/// Where a connection leads.
#[derive(Clone, Debug)]
pub struct Address {
    /// Scheme, host and port, such as `http://127.0.0.1:80`.
    pub origin: String,
    /// Such as `/socket.io/`.
    pub path: String,
    /// The caller's part of the query, ready to be sent.
    pub query: String,
    /// The caller's headers.
    pub headers: Vec<(String, String)>,
    /// What may be used, the first first.
    pub transports: Vec<Transport>,
    /// How long each step of opening may take.
    pub timeout: Duration,
}

type Answer = LocalBoxFuture<'static, Result<String, String>>;

/// An open connection.
pub struct Link(Way);

enum Way {
    Polling(Box<Polling>),
    WebSocket(Box<WebSocket>),
}

struct Polling {
    caller: Caller,
    address: String,
    headers: Vec<(String, String)>,
    /// Packets that came with others.
    came: VecDeque<String>,
    /// The request that waits for packets. It is kept when nobody looks, for a server ends the session of a client that
    /// takes such a request back.
    asking: Option<Answer>,
    /// Packets that are still to be sent.
    outgoing: Vec<String>,
    sending: Option<Answer>,
}

/// Whose connections and cookies are used.
#[derive(Clone)]
pub struct Caller {
    /// The user's client.
    pub client: Rc<net::Client>,
    /// Its cookies.
    pub jar: Rc<RefCell<Jar>>,
}

impl Caller {
    /// One request of the polling transport; gives the body of the answer.
    fn request(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: Option<String>,
        timeout: Duration,
    ) -> Answer {
        let (caller, url, mut headers) = (self.clone(), url.to_owned(), headers.to_vec());
        Box::pin(async move {
            let url = net::Url::parse(&url).map_err(|_| POLLING_FAILED.to_owned())?;
            let method = if body.is_some() { net::Method::POST } else { net::Method::GET };
            if body.is_some() {
                headers.push(("Content-Type".to_owned(), "text/plain;charset=UTF-8".to_owned()));
            }
            let mut ask = net::Request::new(method, Rc::new(url));
            ask.headers = headers.into();
            ask.body = body.map(Bytes::from);
            ask.redirects = 0;
            ask.timeout = timeout;
            ask.version = net::VersionPreference::Http1;
            let answer = caller.client.send(ask, Some(&*caller.jar), &mut |_| ()).await;
            let answer = answer.ok().filter(|answer| answer.status == 200);
            let answer = answer.ok_or_else(|| POLLING_FAILED.to_owned())?;
            Ok(String::from_utf8_lossy(&answer.body).into_owned())
        })
    }

    async fn open_socket(&self, address: &Address, sid: Option<&str>) -> Option<WebSocket> {
        let url = address.url(Transport::WebSocket, sid);
        let url = url.replacen("http", "ws", 1);
        let handshake = Handshake {
            url: Handshake::url(&url)?,
            headers: address.headers.clone(),
            protocols: Vec::new(),
            compression: false,
            timeout: address.timeout,
        };
        self.client.open_websocket(&handshake, Some(&*self.jar)).await.outcome.ok()
    }
}

impl Address {
    fn url(&self, transport: Transport, sid: Option<&str>) -> String {
        let name = match transport {
            Transport::Polling => "polling",
            Transport::WebSocket => "websocket",
        };
        let mut url = format!("{}{}?EIO=4&transport={name}", self.origin, self.path);
        if let Some(sid) = sid {
            url.push_str(&format!("&sid={sid}"));
        }
        if !self.query.is_empty() {
            url.push_str(&format!("&{}", self.query));
        }
        url
    }
}

/// The server's first packet: the session's name, and whether it may go over to WebSocket.
fn opened(packet: &str) -> Option<(String, bool)> {
    let open: Value = serde_json::from_str(packet.strip_prefix('0')?).ok()?;
    let upgrades = open["upgrades"].as_array().into_iter().flatten();
    let may_upgrade = upgrades.into_iter().any(|name| name == "websocket");
    Some((open["sid"].as_str()?.to_owned(), may_upgrade))
}

/// The next text of a WebSocket.
fn poll_text(socket: &mut WebSocket, context: &mut Context<'_>) -> Poll<Result<String, String>> {
    loop {
        match ready!(socket.poll_next(context)) {
            Ok(Incoming::Text(text)) => return Poll::Ready(Ok(text)),
            Ok(Incoming::Binary(_) | Incoming::Ping(_) | Incoming::Pong(_)) => {}
            Ok(Incoming::Close(_)) | Err(_) => return Poll::Ready(Err("transport close".to_owned())),
        }
    }
}

async fn next_text(socket: &mut WebSocket, timeout: Duration) -> Option<String> {
    let text = poll_fn(|context| poll_text(socket, context));
    tokio::time::timeout(timeout, text).await.ok()?.ok()
}

impl Link {
    /// Opens a connection.
    ///
    /// # Errors
    /// Why there is none, in the words of Socket.IO's client.
    pub async fn open(caller: Caller, address: &Address) -> Result<Self, String> {
        let refused = |why: &str| why.to_owned();
        if address.transports.first() == Some(&Transport::WebSocket) {
            let mut socket = caller.open_socket(address, None).await.ok_or_else(|| refused(SOCKET_FAILED))?;
            let first = next_text(&mut socket, address.timeout).await;
            first.as_deref().and_then(opened).ok_or_else(|| refused(SOCKET_FAILED))?;
            return Ok(Self(Way::WebSocket(Box::new(socket))));
        }
        let url = address.url(Transport::Polling, None);
        let body = caller.request(&url, &address.headers, None, address.timeout).await?;
        let mut packets = body.split(BETWEEN).map(str::to_owned);
        let open = packets.next().as_deref().and_then(opened);
        let (sid, may_upgrade) = open.ok_or_else(|| refused(POLLING_FAILED))?;
        let came: VecDeque<String> = packets.collect();
        if may_upgrade
            && came.is_empty()
            && address.transports.contains(&Transport::WebSocket)
            && let Some(socket) = upgrade(&caller, address, &sid).await
        {
            return Ok(Self(Way::WebSocket(Box::new(socket))));
        }
        Ok(Self(Way::Polling(Box::new(Polling {
            caller,
            address: address.url(Transport::Polling, Some(&sid)),
            headers: address.headers.clone(),
            came,
            asking: None,
            outgoing: Vec::new(),
            sending: None,
        }))))
    }

    /// Takes a packet of Socket.IO to be sent; [`poll_sent`](Self::poll_sent) says when it is.
    ///
    /// # Errors
    /// When the connection takes nothing any more.
    pub fn send(&mut self, packet: &str) -> Result<(), String> {
        self.push(format!("4{packet}"))
    }

    fn push(&mut self, packet: String) -> Result<(), String> {
        match &mut self.0 {
            Way::Polling(polling) => polling.outgoing.push(packet),
            Way::WebSocket(socket) => socket.send(Outgoing::Text(&packet)).map_err(|broken| broken.text)?,
        }
        Ok(())
    }

    /// Whether everything is on its way.
    pub fn poll_sent(&mut self, context: &mut Context<'_>) -> Poll<Result<(), String>> {
        match &mut self.0 {
            Way::Polling(polling) => polling.poll_sent(context),
            Way::WebSocket(_) => Poll::Ready(Ok(())),
        }
    }

    /// The next packet of Socket.IO.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<String, String>> {
        loop {
            let packet = match &mut self.0 {
                Way::Polling(polling) => ready!(polling.poll_next(context))?,
                Way::WebSocket(socket) => ready!(poll_text(socket, context))?,
            };
            match packet.chars().next() {
                Some('4') => return Poll::Ready(Ok(packet[1..].to_owned())),
                Some('2') => self.push(format!("3{}", &packet[1..]))?,
                Some('1') => return Poll::Ready(Err("transport close".to_owned())),
                _ => {}
            }
        }
    }

    /// Lets go of packets that came while nobody waited for one.
    pub fn drop_waiting(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Ok(_)) = self.poll_next(&mut context) {}
    }

    /// Says farewell with these packets.
    pub async fn close(mut self, farewell: &[String], patience: Duration) {
        for packet in farewell {
            // A server that is gone needs no farewell.
            let _ = self.send(packet);
        }
        let _ = match &mut self.0 {
            Way::Polling(_) => self.push("1".to_owned()),
            Way::WebSocket(socket) => socket.send(Outgoing::Close(1005, "")).map_err(|broken| broken.text),
        };
        let done = poll_fn(|context| match &mut self.0 {
            Way::Polling(polling) => polling.poll_sent(context).map(drop),
            Way::WebSocket(socket) => loop {
                match ready!(poll_text(socket, context)) {
                    Ok(_) => {}
                    Err(_) => return Poll::Ready(()),
                }
            },
        });
        let _ = tokio::time::timeout(patience, done).await;
    }
}

/// The way from polling to WebSocket; nothing when it is barred, and polling goes on.
async fn upgrade(caller: &Caller, address: &Address, sid: &str) -> Option<WebSocket> {
    let mut socket = caller.open_socket(address, Some(sid)).await?;
    socket.send(Outgoing::Text("2probe")).ok()?;
    while next_text(&mut socket, address.timeout).await? != "3probe" {}
    socket.send(Outgoing::Text("5")).ok()?;
    Some(socket)
}

impl Polling {
    fn poll_sent(&mut self, context: &mut Context<'_>) -> Poll<Result<(), String>> {
        loop {
            if let Some(sending) = &mut self.sending {
                let sent = ready!(sending.as_mut().poll(context));
                self.sending = None;
                sent?;
            }
            if self.outgoing.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let body = std::mem::take(&mut self.outgoing).join(&BETWEEN.to_string());
            self.sending = Some(self.caller.request(&self.address, &self.headers, Some(body), POLL_TIMEOUT));
        }
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Result<String, String>> {
        loop {
            if let Poll::Ready(sent) = self.poll_sent(context) {
                sent?;
            }
            if let Some(packet) = self.came.pop_front() {
                return Poll::Ready(Ok(packet));
            }
            let asking = self
                .asking
                .get_or_insert_with(|| self.caller.request(&self.address, &self.headers, None, POLL_TIMEOUT));
            let body = ready!(asking.as_mut().poll(context));
            self.asking = None;
            self.came.extend(body?.split(BETWEEN).map(str::to_owned));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_opened_by_the_servers_first_packet() {
        let check = |packet: &str, wanted: Option<(&str, bool)>| {
            let got = opened(packet);
            assert_eq!(got.as_ref().map(|(sid, upgrade)| (sid.as_str(), *upgrade)), wanted, "{packet}");
        };
        check("0{\"sid\":\"a\",\"upgrades\":[\"websocket\"]}", Some(("a", true)));
        check("0{\"sid\":\"a\",\"upgrades\":[]}", Some(("a", false)));
        check("0{}", None);
        check("40", None);
    }

    #[test]
    fn addresses_say_how_and_for_whom() {
        let address = Address {
            origin: "https://h:1".to_owned(),
            path: "/socket.io/".to_owned(),
            query: "a=1".to_owned(),
            headers: Vec::new(),
            transports: vec![Transport::Polling],
            timeout: Duration::from_secs(1),
        };
        let url = address.url(Transport::WebSocket, Some("s"));
        assert_eq!(url, "https://h:1/socket.io/?EIO=4&transport=websocket&sid=s&a=1");
    }
}
