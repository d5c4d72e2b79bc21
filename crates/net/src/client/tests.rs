//! Clients against scripted servers: bytes in, results out.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use model::{Clock, Nanos};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use super::*;
use crate::dns::DnsSettings;
use crate::error::Error;
use crate::error::Kind;
use crate::settings::Settings;
use crate::tls::TlsSettings;
use crate::url::Url;

mod direct;
mod flows;
mod proxies;
mod redirects;

/// What a scripted connection does.
#[derive(Clone, Debug)]
enum Act {
    /// Read one request and answer with these bytes.
    Answer(String),
    /// The same with bytes that are no text.
    Bytes(Vec<u8>),
    /// Read one request and answer in these pieces, with a pause of some milliseconds after each.
    Slowly(Vec<String>, u64),
    /// Read one request and say nothing until the client goes away.
    Silence,
    /// Read nothing and close.
    Close,
    /// Read one request, then close.
    ReadAndClose,
    /// Reset the connection after one request.
    Reset,
}

fn answer(text: &str) -> Act {
    Act::Answer(text.to_owned())
}

fn ok(body: &str) -> Act {
    Act::Answer(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

/// A server that plays its acts and writes down what it read.
struct Server {
    address: std::net::SocketAddr,
    seen: Rc<RefCell<Vec<String>>>,
}

impl Server {
    /// A server whose connections play one list of acts each; further connections are closed at once.
    async fn start(connections: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&seen);
        tokio::task::spawn_local(async move {
            for acts in connections {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::task::spawn_local(play(stream, acts, Rc::clone(&log)));
            }
        });
        Self { address, seen }
    }

    fn url(&self, path: &str) -> Rc<Url> {
        Rc::new(Url::parse(&format!("http://{}{path}", self.address)).unwrap())
    }

    fn seen(&self) -> Vec<String> {
        self.seen.borrow().clone()
    }
}

async fn play(mut stream: TcpStream, acts: Vec<Act>, log: Rc<RefCell<Vec<String>>>) {
    for act in acts {
        if matches!(act, Act::Close) {
            return;
        }
        let Some(request) = read_request(&mut stream).await else { return };
        log.borrow_mut().push(request);
        match act {
            Act::Answer(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap_or_default(),
            Act::Bytes(bytes) => stream.write_all(&bytes).await.unwrap_or_default(),
            Act::Slowly(pieces, pause) => {
                for piece in pieces {
                    if stream.write_all(piece.as_bytes()).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
            Act::Silence => {
                let _ = stream.read(&mut [0; 16]).await;
            }
            Act::Reset => {
                let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                return;
            }
            Act::Close | Act::ReadAndClose => return,
        }
    }
}

/// Reads a head and as much body as it announces.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(end) = text.find("\r\n\r\n") {
            let length = text
                .split("Content-Length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next()?.parse().ok());
            if bytes.len() >= end + 4 + length.unwrap_or(0) {
                return Some(text);
            }
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&piece[..count]),
            _ => return None,
        }
    }
}

fn settings() -> Settings {
    let mut settings = Settings::new(Clock::start(), TlsSettings::default(), DnsSettings::default()).unwrap();
    settings.user_agent = "test".to_owned();
    settings
}

fn client_with(settings: Settings) -> Client {
    Client::new(Worker::new(Arc::new(settings)), 1)
}

/// What a hop came to, for comparing.
#[derive(Clone, PartialEq, Debug)]
struct Told {
    method: String,
    url: String,
    status: u16,
    code: u16,
    trail: crate::Trail,
    challenge: bool,
}

async fn send_on(
    client: &Client,
    request: Request,
    jar: Option<&RefCell<Jar>>,
) -> (Result<Response, Error>, Vec<Told>) {
    let mut told = Vec::new();
    let outcome = client
        .send(request, jar, &mut |hop| {
            told.push(Told {
                method: hop.method.to_owned(),
                url: hop.url.to_owned(),
                status: hop.status,
                code: hop.error.map_or(0, Error::code),
                trail: *hop.trail,
                challenge: hop.challenge,
            });
        })
        .await;
    (outcome, told)
}

/// Runs a test on a thread's set of local tasks, bounded in time.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let bounded =
        async { tokio::time::timeout(Duration::from_secs(20), test).await.expect("the test hangs") };
    runtime.block_on(LocalSet::new().run_until(bounded));
}

/// One request against one connection's act: status and body, or code and both texts of the error.
fn check(act: Act, expected: Result<(u16, &str), (u16, &str, &str)>) {
    run(async {
        let server = Server::start(vec![vec![act]]).await;
        let client = client_with(settings());
        let request = Request { timeout: Duration::from_millis(300), ..Request::get(server.url("/x")) };
        let (outcome, told) = send_on(&client, request, None).await;
        assert_eq!(told.len(), 1);
        let base = format!("http://{}", server.address);
        match (outcome, expected) {
            (Ok(response), Ok((status, body))) => {
                assert_eq!((response.status, &response.body[..]), (status, body.as_bytes()));
                assert_eq!((told[0].status, told[0].code), (status, 0));
            }
            (Err(error), Err((code, short, detail))) => {
                let detail = detail.replace("URL", &format!("Get \"{base}/x\""));
                assert_eq!((error.code(), error.to_string().as_str()), (code, short));
                let shown = error.detail();
                let shown = match shown.split_once("read tcp 127.0.0.1:") {
                    Some((before, rest)) => {
                        format!("{before}read tcp SELF{}", &rest[rest.find("->").unwrap()..])
                    }
                    None => shown,
                };
                assert_eq!(shown, detail.replace("SERVER", &server.address.to_string()));
                assert_eq!((told[0].status, told[0].code), (0, code));
            }
            (outcome, expected) => panic!("{outcome:?}, but expected {expected:?}"),
        }
    });
}

/// A head has its own patience, which its body does not share.
#[test]
fn the_head_of_an_answer_may_have_a_time_of_its_own() {
    let check = |act: Act, expected: Result<&str, u16>| {
        run(async {
            let server = Server::start(vec![vec![act]]).await;
            let client = client_with(settings());
            let head_timeout = Some(Duration::from_secs(2));
            let request = Request { head_timeout, ..Request::get(server.url("/x")) };
            let (outcome, _) = send_on(&client, request, None).await;
            let got = outcome.as_ref().map(|response| &response.body[..]).map_err(net_code);
            assert_eq!(got, expected.map(str::as_bytes));
        });
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
    check(Act::Slowly(vec![head.into(), "abc".into()], 2500), Ok("abc"));
    check(Act::Silence, Err(1050));
}

fn net_code(error: &Error) -> u16 {
    error.code()
}

#[test]
fn failures_have_their_codes_and_texts() {
    check(Act::ReadAndClose, Err((1000, "EOF", "URL: EOF")));
    check(
        Act::Reset,
        Err((
            1220,
            "read: connection reset by peer",
            "URL: read tcp SELF->SERVER: read: connection reset by peer",
        )),
    );
    check(
        answer("GARBAGE not http\r\n\r\n"),
        Err((
            1000,
            "malformed HTTP status code \"not\"",
            "URL: net/http: HTTP/1.x transport connection broken: malformed HTTP status code \"not\"",
        )),
    );
    check(Act::Silence, Err((1050, "request timeout", "URL: request timeout")));
    check(
        answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789"),
        Err((1000, "unexpected EOF", "unexpected EOF")),
    );
    check(
        Act::Slowly(vec!["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".into(), String::new()], 400),
        Err((1050, "request timeout", "request timeout")),
    );
}

#[test]
fn a_truncated_body_is_kept_as_far_as_it_came() {
    run(async {
        let cut = answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
        let server = Server::start(vec![vec![cut, Act::Close]]).await;
        let (outcome, _) = send_on(&client_with(settings()), Request::get(server.url("/")), None).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.code(), error.detail().as_str()), (1000, "unexpected EOF"));
        assert_eq!(&error.partial_body().unwrap()[..], b"0123456789");
    });
}

#[test]
fn what_cannot_be_sent_is_refused_without_a_connection() {
    run(async {
        let client = client_with(settings());
        let check = async |url: &str, headers: &[(&str, &str)], code: u16, short: &str, detail: &str| {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let request =
                Request { headers: headers.into(), ..Request::get(Rc::new(Url::parse(url).unwrap())) };
            let (outcome, told) = send_on(&client, request, None).await;
            let error = outcome.unwrap_err();
            assert_eq!((error.code(), error.to_string().as_str(), told.len()), (code, short, 1));
            assert_eq!(error.detail(), detail);
        };
        let scheme = "unsupported protocol scheme \"\"";
        check("nonsense", &[], 1000, scheme, "Get \"nonsense\": unsupported protocol scheme \"\"").await;
        check("bad url", &[], 1000, scheme, "Get \"bad%20url\": unsupported protocol scheme \"\"").await;
        check(
            "http://",
            &[],
            1000,
            "http: no Host in request URL",
            "Get \"http:\": http: no Host in request URL",
        )
        .await;
        let port = "dial tcp: address 99999: invalid port";
        check(
            "http://127.0.0.1:99999/",
            &[],
            1210,
            port,
            &format!("Get \"http://127.0.0.1:99999/\": {port}"),
        )
        .await;
        let name = "net/http: invalid header field name \"bad name\"";
        check(
            "http://127.0.0.1:1/",
            &[("bad name", "x")],
            1000,
            name,
            &format!("Get \"http://127.0.0.1:1/\": {name}"),
        )
        .await;
        let value = "net/http: invalid header field value for \"X-Nl\"";
        check(
            "http://127.0.0.1:1/",
            &[("X-NL", "a\nb")],
            1000,
            value,
            &format!("Get \"http://127.0.0.1:1/\": {value}"),
        )
        .await;
    });
}

#[test]
fn a_refused_connection_is_told_with_its_address() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let url = Rc::new(Url::parse(&format!("http://{address}/")).unwrap());
        let (outcome, told) = send_on(&client_with(settings()), Request::get(url), None).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (1212, "dial: connection refused"));
        let detail = format!("Get \"http://{address}/\": dial tcp {address}: connect: connection refused");
        assert_eq!(error.detail(), detail);
        assert_eq!((told[0].trail.duration(), told[0].trail.connecting()), (Nanos::ZERO, Nanos::ZERO));
        assert!(error.is_connect() && !error.is_exhaustion());
    });
}

#[test]
fn lists_decide_who_may_be_called() {
    run(async {
        let server = Server::start(vec![vec![ok("mapped")], vec![ok("wild")]]).await;
        let mut settings = settings();
        let port = server.address.port();
        settings.hosts = crate::dns::HostMap::new(&BTreeMap::from([
            ("mapped.test".to_owned(), format!("127.0.0.1:{port}")),
            ("*.wild.test".to_owned(), "127.0.0.1".to_owned()),
        ]))
        .unwrap();
        settings.block_hostnames = crate::dns::HostPatterns::new(&["*.bad.test".to_owned()]).unwrap();
        settings.blacklist_ips = vec![crate::dns::IpRange::parse("127.1.0.0/16").unwrap()];
        let client = client_with(settings);
        let get = async |url: String| {
            let request = Request::get(Rc::new(Url::parse(&url).unwrap()));
            send_on(&client, request, None).await.0
        };
        let response = get("http://mapped.test/".to_owned()).await.unwrap();
        assert_eq!((&response.body[..], response.remote), (&b"mapped"[..], Some(server.address)));
        assert!(server.seen()[0].contains("\r\nHost: mapped.test\r\n"));
        assert_eq!(&get(format!("http://a.wild.test:{port}/")).await.unwrap().body[..], b"wild");
        let blocked = get("http://x.bad.test/".to_owned()).await.unwrap_err();
        assert_eq!(
            blocked.kind(),
            &Kind::BlockedHost { host: "x.bad.test".into(), pattern: "*.bad.test".into() }
        );
        assert_eq!(get("http://127.1.2.3/".to_owned()).await.unwrap_err().code(), 1110);
        assert_eq!(get("http://nope.invalid/".to_owned()).await.unwrap_err().code(), 1101);
    });
}
