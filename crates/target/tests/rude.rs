//! The rude servers: each does what its row says, and ends with its handle whatever its clients do.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime};

use plimsoll_target::rude::{self, Speaks};

fn start(name: &str) -> plimsoll_target::Running {
    rude::start(rude::find(name).unwrap_or_else(|| panic!("no behaviour `{name}`"))).unwrap()
}

/// What a client gets that sends one request and reads to the end, or until nothing comes for a while.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
    Silent,
}

fn converse(addr: std::net::SocketAddr, request: &[u8], most: usize) -> (Vec<u8>, End) {
    let mut stream = TcpStream::connect(addr).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    if stream.write_all(request).is_err() {
        return (Vec::new(), End::Reset);
    }
    let mut got = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    while got.len() < most {
        match stream.read(&mut buffer) {
            Ok(0) => return (got, End::Closed),
            Ok(read) => got.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (got, End::Reset),
            Err(_) => return (got, End::Silent),
        }
    }
    (got, End::Silent)
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[test]
fn http1_rudeness_is_as_described() {
    for (name, starts, holds, end) in [
        ("close-before-answer", "", "", End::Closed),
        ("half-close", "", "", End::Closed),
        ("reset-on-accept", "", "", End::Reset),
        ("reset-before-headers", "", "", End::Reset),
        ("reset-in-headers", "HTTP/1.1 200 OK\r\nContent-Ty", "", End::Reset),
        ("reset-after-headers", "HTTP/1.1 200 OK", "", End::Reset),
        ("reset-in-body", "HTTP/1.1 200 OK", "01234", End::Reset),
        ("silence-after-accept", "", "", End::Silent),
        ("silence-after-headers", "HTTP/1.1 200 OK", "\r\n\r\n", End::Silent),
        ("silence-in-body", "HTTP/1.1 200 OK", "01234", End::Silent),
        ("slow-bytes", "H", "", End::Silent),
        ("idle-close", "HTTP/1.1 200 OK", "0123456789", End::Closed),
        ("answer-before-body", "HTTP/1.1 413", "", End::Reset),
        ("bare-lf", "HTTP/1.1 200 OK\nContent", "\n\nhello", End::Closed),
        ("cookie-flood", "HTTP/1.1 200 OK", "c4999=", End::Closed),
        ("endless-headers", "HTTP/1.1 200 OK", "X-And-Another", End::Silent),
        ("huge-header-line", "HTTP/1.1 200 OK", "xxxx", End::Silent),
        ("http-0.9", "<html>", "", End::Closed),
        ("interim-flood", "HTTP/1.1 100 Continue", "", End::Silent),
        ("nul-in-header", "HTTP/1.1 200 OK", "a\0b", End::Closed),
        ("status-garbage", "What", "", End::Closed),
        ("switching-unasked", "HTTP/1.1 101", "sparkle", End::Closed),
        ("ten-thousand-headers", "HTTP/1.1 200 OK", "X-9999", End::Closed),
        ("version-3.7", "HTTP/3.7", "", End::Closed),
        ("length-too-long", "HTTP/1.1 200 OK", "Content-Length: 100", End::Closed),
        ("length-of-1-gb", "HTTP/1.1 200 OK", "1073741824", End::Silent),
        ("two-lengths", "HTTP/1.1 200 OK", "Content-Length: 6", End::Closed),
        ("two-answers", "HTTP/1.1 200 OK", "HTTP/1.1 500", End::Silent),
        ("chunk-size-negative", "HTTP/1.1 200 OK", "\r\n-5\r\n", End::Closed),
        ("chunk-extension-endless", "HTTP/1.1 200 OK", "5;an=extension", End::Silent),
        ("chunk-bomb", "HTTP/1.1 200 OK", "1;eee", End::Silent),
        ("chunks-cut", "HTTP/1.1 200 OK", "5\r\nhello\r\n", End::Closed),
        ("endless-trailers", "HTTP/1.1 200 OK", "0\r\nX-Trailer", End::Silent),
        ("endless-body", "HTTP/1.1 200 OK", "xxxx", End::Silent),
        ("gzip-garbage", "HTTP/1.1 200 OK", "gzip", End::Closed),
        ("encoding-unknown", "HTTP/1.1 200 OK", "sparkle", End::Closed),
        ("tls-plain-http", "HTTP/1.1 400", "", End::Closed),
        ("tls-alert-on-hello", "\u{15}\u{3}\u{3}", "", End::Closed),
        ("tls-reset-in-handshake", "", "", End::Reset),
        ("tls-silence", "", "", End::Silent),
    ] {
        let server = start(name);
        let (got, ended) = converse(server.http, GET, 4 << 20);
        let text = String::from_utf8_lossy(&got[..got.len().min(200 << 10)]);
        assert!(text.starts_with(starts) && text.contains(holds), "{name}: {:?}", text.get(..200));
        assert_eq!(ended, end, "{name}");
    }
}

#[test]
fn every_server_ends_with_its_handle() {
    for behaviour in rude::all() {
        let server = rude::start(behaviour).unwrap();
        let mut stream = TcpStream::connect(server.http).unwrap();
        // A client that sends a request and then neither reads nor leaves.
        let request: &[u8] = match behaviour.speaks {
            Speaks::Http2 => {
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\x05\0\0\0\x01\x82"
            }
            _ => GET,
        };
        let _ = stream.write_all(request);
        let before = SystemTime::now();
        let addr = server.http;
        server.stop();
        let took = before.elapsed().unwrap_or_default();
        assert!(took < Duration::from_secs(5), "{} took {took:?} to end", behaviour.name);
        assert!(TcpStream::connect(addr).is_err(), "{} still listens", behaviour.name);
    }
}

#[test]
fn a_connection_is_answered_once_and_then_closed_or_reset() {
    for (name, end) in [("close-on-reuse", End::Closed), ("reset-on-reuse", End::Reset)] {
        let server = start(name);
        let mut client = common::Client::connect(server.http);
        assert_eq!(client.get("/").text(), "0123456789", "{name}");
        let second = client.send("GET /", b"");
        let ended = match second {
            Err(error) if error.kind() == ErrorKind::ConnectionReset => End::Reset,
            Err(_) => End::Closed,
            Ok(answer) => panic!("{name} answered twice: {answer:?}"),
        };
        assert_eq!(ended, end, "{name}");
    }
}

/// What the `h2` crate's client makes of a rude server: the answer's status and body, or the reason and
/// whether it came from the other side.
async fn http2(addr: std::net::SocketAddr) -> Result<(u16, Vec<u8>), h2::Error> {
    let stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    let (mut send, connection) = h2::client::Builder::new()
        .enable_push(false)
        .max_header_list_size(1 << 20)
        .handshake::<_, &[u8]>(stream)
        .await?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let request = http::Request::get("http://localhost/").body(()).unwrap();
    let (answer, _) = send.send_request(request, true)?;
    let (head, mut body) = answer.await?.into_parts();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        let _ = body.flow_control().release_capacity(chunk.len());
        bytes.extend_from_slice(&chunk);
    }
    Ok((head.status.as_u16(), bytes))
}

#[tokio::test]
async fn http2_rudeness_is_as_described() {
    use h2::Reason;
    #[derive(Debug, PartialEq)]
    enum Seen {
        Body(&'static str),
        GoAway(Reason),
        Stream(Reason),
        Broken,
        /// The client itself found fault; which code it names is its own affair.
        Complaint,
        Silent,
    }
    for (name, expected) in [
        ("h2-goaway-mid-stream", Seen::GoAway(Reason::INTERNAL_ERROR)),
        ("h2-goaway-calm", Seen::GoAway(Reason::ENHANCE_YOUR_CALM)),
        ("h2-goaway-graceful", Seen::Body("hello")),
        ("h2-rst-each-stream", Seen::Stream(Reason::INTERNAL_ERROR)),
        ("h2-rst-refused", Seen::Stream(Reason::REFUSED_STREAM)),
        ("h2-rst-mid-body", Seen::Stream(Reason::INTERNAL_ERROR)),
        ("h2-close-mid-body", Seen::Broken),
        ("h2-reset-mid-body", Seen::Broken),
        ("h2-silence", Seen::Silent),
        ("h2-silence-in-body", Seen::Silent),
        ("h2-zero-window", Seen::Body("hello")),
        ("h2-window-overflow", Seen::Complaint),
        ("h2-frame-too-large", Seen::Complaint),
        ("h2-settings-bad-length", Seen::Complaint),
        ("h2-headers-garbage", Seen::Complaint),
        ("h2-headers-uppercase", Seen::Complaint),
        ("h2-data-before-headers", Seen::Complaint),
        ("h2-length-too-long", Seen::Complaint),
        ("h2-push-unasked", Seen::Complaint),
        ("h2-data-on-closed", Seen::Body("hello")),
    ] {
        let server = start(name);
        let seen = match tokio::time::timeout(Duration::from_millis(500), http2(server.http)).await {
            Err(_) => Seen::Silent,
            Ok(Ok((200, body))) if body == b"hello" => Seen::Body("hello"),
            Ok(Ok(other)) => panic!("{name}: {other:?}"),
            Ok(Err(error)) => match error.reason() {
                None => Seen::Broken,
                Some(_) if !error.is_remote() => Seen::Complaint,
                Some(reason) if error.is_reset() => Seen::Stream(reason),
                Some(reason) => Seen::GoAway(reason),
            },
        };
        assert_eq!(seen, expected, "{name}");
    }
}
