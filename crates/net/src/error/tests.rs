//! Codes and texts, against what k6 prints.

use super::*;

fn check(kind: Kind, code: u16, short: &str, full: &str) {
    let error = Error::new(kind);
    assert_eq!((error.code(), error.to_string().as_str(), error.detail().as_str()), (code, short, full));
}

fn at(text: &str) -> std::net::SocketAddr {
    text.parse().unwrap()
}

#[test]
fn each_failure_has_its_code_and_its_two_texts() {
    let remote = at("127.0.0.1:9");
    check(
        Kind::Dial { remote, errno: nix::libc::ECONNREFUSED, step: "connect" },
        1212,
        "dial: connection refused",
        "dial tcp 127.0.0.1:9: connect: connection refused",
    );
    check(Kind::DialTimeout(remote), 1211, "dial: i/o timeout", "dial tcp 127.0.0.1:9: i/o timeout");
    check(
        Kind::Dial { remote, errno: nix::libc::EHOSTUNREACH, step: "connect" },
        1213,
        "dial: unknown errno `113` on linux with message `no route to host`",
        "dial tcp 127.0.0.1:9: connect: no route to host",
    );
    let socket =
        |call, errno| Kind::Socket { call, local: Some(at("127.0.0.1:1")), remote: Some(remote), errno };
    check(
        socket(Call::Read, nix::libc::ECONNRESET),
        1220,
        "read: connection reset by peer",
        "read tcp 127.0.0.1:1->127.0.0.1:9: read: connection reset by peer",
    );
    check(
        socket(Call::Write, nix::libc::EPIPE),
        1201,
        "write: broken pipe",
        "write tcp 127.0.0.1:1->127.0.0.1:9: write: broken pipe",
    );
    check(Kind::NoSuchHost("x.test".into()), 1101, "lookup: no such host", "lookup x.test: no such host");
    check(Kind::RequestTimeout, 1050, "request timeout", "request timeout");
    check(Kind::Eof, 1000, "EOF", "EOF");
    check(
        Kind::NotTls,
        1301,
        "tls: first record does not look like a TLS handshake",
        "http: server gave HTTP response to HTTPS client",
    );
    check(
        Kind::Malformed("malformed HTTP status code \"not\"".into()),
        1000,
        "malformed HTTP status code \"not\"",
        "net/http: HTTP/1.x transport connection broken: malformed HTTP status code \"not\"",
    );
    check(
        Kind::BlockedAddress { ip: "127.0.0.1".parse().unwrap(), range: "127.0.0.0/8".into() },
        1110,
        "ip is blacklisted",
        "IP (127.0.0.1) is in a blacklisted range (127.0.0.0/8)",
    );
    check(
        Kind::BlockedHost { host: "x.bad.test".into(), pattern: "*.bad.test".into() },
        1111,
        "hostname is blocked",
        "hostname (x.bad.test) is in a blocked pattern (*.bad.test)",
    );
    check(
        Kind::Decompression("gzip: invalid header".into()),
        1701,
        "error decompressing response body (error decompressing response body (gzip: invalid header))",
        "error decompressing response body (gzip: invalid header)",
    );
    check(
        Kind::InvalidPort(99999),
        1210,
        "dial tcp: address 99999: invalid port",
        "dial tcp: address 99999: invalid port",
    );
}

#[test]
fn http2_codes_have_a_range_each() {
    let check = |scope, code, expected| {
        assert_eq!(Kind::Http2 { scope, code, text: String::new() }.code(), expected);
    };
    check(Http2Scope::GoAway, 0, 1611);
    check(Http2Scope::GoAway, 11, 1622);
    check(Http2Scope::Stream, 8, 1639);
    check(Http2Scope::Connection, 1, 1652);
    check(Http2Scope::Connection, u32::MAX, 1650);
}

#[test]
fn the_long_text_names_the_request_without_its_password() {
    let url = Url::parse("http://ann:pw@h/x").unwrap();
    let error = Error::new(Kind::Eof).of("POST", &url);
    assert_eq!(error.detail(), "Post \"http://ann:***@h/x\": EOF");
    let url = Url::parse("http://").unwrap();
    assert_eq!(
        Error::new(Kind::NoHost).of("GET", &url).detail(),
        "Get \"http:\": http: no Host in request URL"
    );
}

#[test]
fn the_generators_own_limits_are_told_apart() {
    let dial = |errno| Error::new(Kind::Dial { remote: at("127.0.0.1:9"), errno, step: "socket" });
    assert!(dial(nix::libc::EMFILE).is_exhaustion());
    assert!(dial(nix::libc::EADDRNOTAVAIL).is_exhaustion());
    assert!(!dial(nix::libc::ECONNREFUSED).is_exhaustion());
    assert!(dial(nix::libc::ECONNREFUSED).is_connect());
}
