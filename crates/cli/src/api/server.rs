//! A small HTTP/1.1 server: one request a connection, from its bytes to a [`Question`] and back.
//!
//! [`open`] binds the address at once, so that a taken port is known before there is load, and serves on a thread of
//! its own. What an answer says is decided by the run.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::{Answer, Ask, Question, shapes};

/// Longer request heads are refused.
const HEAD_MAX_BYTES: usize = 16 << 10;
/// Longer bodies are refused; the largest are data of `setup()`.
const BODY_MAX_BYTES: usize = 64 << 20;
/// More connections wait.
const CONNECTIONS_MAX: usize = 64;
/// A client must have sent its request by then.
const PATIENCE: Duration = Duration::from_secs(30);

/// Binds `address` and serves it; requests become questions. The address that was bound.
///
/// # Errors
/// When the address cannot be had.
pub fn open(address: &str, questions: mpsc::UnboundedSender<Question>) -> io::Result<SocketAddr> {
    let listener = bind(address)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serve = async move {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let questions = questions.clone();
                    tokio::spawn(async move {
                        // A client that went away is no error of the run.
                        let _ = converse(stream, &questions).await;
                        drop(place);
                    });
                }
                // Descriptors ran out, most likely; the run itself tells of that.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    };
    std::thread::Builder::new().name("api".to_owned()).spawn(move || runtime.block_on(serve))?;
    Ok(bound)
}

/// Binds an address as k6 writes them: without a host it means all of the machine's.
fn bind(address: &str) -> io::Result<TcpListener> {
    match address.strip_prefix(':') {
        Some(port) => TcpListener::bind(format!("[::]:{port}"))
            .or_else(|_| TcpListener::bind(format!("0.0.0.0:{port}"))),
        None => TcpListener::bind(address.to_socket_addrs()?.collect::<Vec<_>>().as_slice()),
    }
}

/// One request.
#[derive(Debug)]
struct Request {
    method: String,
    path: String,
    body: Vec<u8>,
}

/// Why a request could not be read: status and reason.
type Refusal = (u16, &'static str);

async fn converse(mut stream: TcpStream, questions: &mpsc::UnboundedSender<Question>) -> io::Result<()> {
    let read = tokio::time::timeout(PATIENCE, read(&mut stream)).await;
    let (status, kind, body) = match read {
        Err(_) => plain(408, "the request took too long"),
        Ok(Err(error)) => return Err(error),
        Ok(Ok(Err((status, why)))) => plain(status, why),
        Ok(Ok(Ok(request))) => answer(&request, questions).await,
    };
    let head = format!(
        "HTTP/1.1 {status} {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reason(status),
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.shutdown().await
}

type Reply = (u16, &'static str, Vec<u8>);

fn plain(status: u16, text: &str) -> Reply {
    (status, "text/plain; charset=utf-8", text.as_bytes().to_vec())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        _ => "Service Unavailable",
    }
}

async fn answer(request: &Request, questions: &mpsc::UnboundedSender<Question>) -> Reply {
    let ask = match route(request) {
        Route::Ask(ask) => ask,
        Route::Text(status, text) => return plain(status, text),
        Route::Wrong(answer) => return document(&answer),
    };
    let (reply, answer) = oneshot::channel();
    let gone = || Answer::error(503, "Not available", "the run is over");
    let answer = match questions.send(Question { ask, reply }) {
        Ok(()) => answer.await.unwrap_or_else(|_| gone()),
        Err(_) => gone(),
    };
    document(&answer)
}

fn document(answer: &Answer) -> Reply {
    let body = answer.body.as_ref().map(Value::to_string).unwrap_or_default();
    (answer.status, "application/json; charset=utf-8", body.into_bytes())
}

/// Where a request leads.
#[derive(PartialEq, Debug)]
enum Route {
    Ask(Ask),
    Text(u16, &'static str),
    Wrong(Answer),
}

fn route(request: &Request) -> Route {
    let path = request.path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let name = |prefix: &str| path.strip_prefix(prefix).filter(|name| !name.is_empty()).map(decoded);
    let known = match (request.method.as_str(), path) {
        ("GET", "" | "/ping") => return Route::Text(200, "ok"),
        ("GET", "/v1/status") => Ask::Status,
        ("PATCH", "/v1/status") => match shapes::read_change(&request.body) {
            Ok(change) => Ask::Change(change),
            Err(why) => return Route::Wrong(Answer::error(400, "Invalid data", &why)),
        },
        ("GET", "/v1/metrics") => Ask::Metrics(None),
        ("GET", "/v1/groups") => Ask::Groups(None),
        ("GET", "/v1/setup") => Ask::SetupData,
        ("PUT", "/v1/setup") if request.body.is_empty() => Ask::SetSetupData(None),
        ("PUT", "/v1/setup") => match serde_json::from_slice(&request.body) {
            Ok(data) => Ask::SetSetupData(Some(data)),
            Err(why) => {
                return Route::Wrong(Answer::error(400, "Error parsing request body", &why.to_string()));
            }
        },
        ("POST", "/v1/setup") => Ask::RunSetup,
        ("POST", "/v1/teardown") => Ask::RunTeardown,
        ("GET", _) if name("/v1/metrics/").is_some() => Ask::Metrics(name("/v1/metrics/")),
        ("GET", _) if name("/v1/groups/").is_some() => Ask::Groups(name("/v1/groups/")),
        (_, "" | "/ping" | "/v1/status" | "/v1/metrics" | "/v1/groups" | "/v1/setup" | "/v1/teardown") => {
            return Route::Text(405, "method not allowed");
        }
        _ => return Route::Text(404, "404 page not found"),
    };
    Route::Ask(known)
}

/// A name in a path: `%7B` is `{`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads one request; what is too large or not HTTP is refused.
async fn read<S: AsyncRead + AsyncWriteExt + Unpin>(stream: &mut S) -> io::Result<Result<Request, Refusal>> {
    let mut buffer = Vec::new();
    let (request, length, at, waits) = loop {
        if buffer.len() > HEAD_MAX_BYTES {
            return Ok(Err((431, "the head is too large")));
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        match head.parse(&buffer) {
            Err(_) => return Ok(Err((400, "this is not HTTP/1.1"))),
            Ok(httparse::Status::Partial) => {}
            Ok(httparse::Status::Complete(at)) => {
                let field = |name: &str| {
                    let found = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
                    std::str::from_utf8(found.value).ok().map(str::trim)
                };
                if field("transfer-encoding").is_some() {
                    return Ok(Err((411, "a body needs a Content-Length")));
                }
                let Ok(length) = field("content-length").map_or(Ok(0), str::parse::<usize>) else {
                    return Ok(Err((400, "the Content-Length is no number")));
                };
                let waits = field("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
                let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
                let request = Request { method: text(head.method), path: text(head.path), body: Vec::new() };
                break (request, length, at, waits);
            }
        }
    };
    if length > BODY_MAX_BYTES {
        return Ok(Err((413, "the body is too large")));
    }
    let mut body = buffer.split_off(at);
    if waits && body.len() < length {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    body.truncate(length);
    Ok(Ok(Request { body, ..request }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Change;

    #[test]
    fn requests_lead_where_k6_has_them_lead() {
        let check = |method: &str, path: &str, body: &str, expected: Route| {
            let request = Request { method: method.into(), path: path.into(), body: body.into() };
            assert_eq!(route(&request), expected, "{method} {path}");
        };
        let named = |name: &str| Route::Ask(Ask::Metrics(Some(name.to_owned())));
        check("GET", "/ping", "", Route::Text(200, "ok"));
        check("GET", "/v1/status?x=1", "", Route::Ask(Ask::Status));
        check("GET", "/v1/metrics/http_reqs", "", named("http_reqs"));
        check("GET", "/v1/metrics/a%7Bb:c%7D", "", named("a{b:c}"));
        check("GET", "/v1/metrics/100%", "", named("100%"));
        let body = r#"{"data":{"attributes":{"stopped":true}}}"#;
        let change = Change { stopped: Some(true), ..Change::default() };
        check("PATCH", "/v1/status", body, Route::Ask(Ask::Change(change)));
        check("PUT", "/v1/setup", "", Route::Ask(Ask::SetSetupData(None)));
        check("PUT", "/v1/setup", "[1]", Route::Ask(Ask::SetSetupData(Some(serde_json::json!([1])))));
        check("POST", "/v1/teardown", "", Route::Ask(Ask::RunTeardown));
        check("DELETE", "/v1/status", "", Route::Text(405, "method not allowed"));
        check("GET", "/v1/nothing", "", Route::Text(404, "404 page not found"));
    }

    #[tokio::test]
    async fn requests_are_read_whole_or_refused() {
        async fn check(sent: &[u8], expected: Result<(&str, &str, &str), u16>) {
            let (mut client, mut server) = tokio::io::duplex(1 << 20);
            client.write_all(sent).await.unwrap();
            let read =
                tokio::time::timeout(Duration::from_secs(5), read(&mut server)).await.unwrap().unwrap();
            let read = read.as_ref().map_err(|refusal| refusal.0);
            let read =
                read.map(|r| (r.method.as_str(), r.path.as_str(), std::str::from_utf8(&r.body).unwrap()));
            assert_eq!(read, expected);
        }
        check(b"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n", Ok(("GET", "/ping", ""))).await;
        check(b"PUT /v1/setup HTTP/1.1\r\ncontent-length: 3\r\n\r\n[1]more", Ok(("PUT", "/v1/setup", "[1]")))
            .await;
        check(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", Err(411)).await;
        check(b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", Err(400)).await;
        check(b"PUT / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", Err(413)).await;
        check(b"\x16\x03\x01\x00", Err(400)).await;
        check(format!("GET / HTTP/1.1\r\nA: {}\r\n", "x".repeat(HEAD_MAX_BYTES)).as_bytes(), Err(431)).await;
    }
}
