//! The rooms under `/bin`, looked at byte by byte where that is the point.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to fail here")]

mod common;

use std::io::Read;

use common::{Answer, Client};
use plimsoll_target::{Shop, ShopOptions};
use serde_json::json;

fn visit(head: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let shop = Shop::start(ShopOptions::default()).unwrap();
    let mut client = Client::connect(shop.http);
    for (name, value) in headers {
        client = client.with(name, value);
    }
    client.send(head, body).unwrap()
}

#[test]
fn statuses_and_headers() {
    for (head, status, header, value) in [
        ("GET /bin", 200, "content-type", "application/json"),
        ("GET /bin/status/418", 418, "content-type", "application/json"),
        ("GET /bin/status/204", 204, "connection", ""),
        ("GET /bin/status/302", 302, "location", "/bin/get"),
        ("GET /bin/status/abc", 400, "", ""),
        ("GET /bin/redirect/3", 302, "location", "/bin/redirect/2"),
        ("GET /bin/redirect/1", 302, "location", "/bin/get"),
        ("GET /bin/absolute-redirect/2", 302, "location", "http://shop.test/bin/absolute-redirect/1"),
        ("POST /bin/redirect-to?url=/x&status_code=307", 307, "location", "/x"),
        ("GET /bin/cookies/set/a/b%20c", 302, "set-cookie", "a=b c; Path=/"),
        ("GET /bin/cookies/set?a=1&_Path=/bin&_Secure", 302, "set-cookie", "a=1; Path=/bin; Secure"),
        ("GET /bin/response-headers?X-Own=1&Content-Type=text/odd", 200, "content-type", "text/odd"),
        ("GET /bin/basic-auth/a/b", 401, "www-authenticate", "Basic realm=\"shop\""),
        ("GET /bin/hidden-basic-auth/a/b", 404, "", ""),
        ("GET /bin/bearer", 401, "www-authenticate", "Bearer"),
        ("GET /bin/etag/abc", 200, "etag", "\"abc\""),
        ("GET /bin/gzip", 200, "content-encoding", "gzip"),
        ("GET /bin/bytes/100000", 200, "content-length", "100000"),
        ("GET /bin/stream-bytes/100000", 200, "transfer-encoding", "chunked"),
        ("GET /bin/post", 405, "allow", "POST"),
        ("GET /bin/nothing", 404, "", ""),
        ("GET /bin/html", 200, "content-type", "text/html; charset=utf-8"),
        ("GET /bin/xml", 200, "content-type", "application/xml"),
        ("GET /bin/image/svg", 200, "content-type", "image/svg+xml"),
        ("HEAD /bin/bytes/7", 200, "content-length", "7"),
    ] {
        let answer = visit(head, &[], b"");
        assert_eq!(answer.status, status, "{head}: {}", answer.text());
        assert_eq!(answer.header(header).unwrap_or_default(), value, "{head}");
    }
}

#[test]
fn requests_come_back() {
    let answer =
        visit("POST /bin/anything?a=1&a=2&b", &[("Content-Type", "application/json")], b"{\"x\": [1]}")
            .json();
    assert_eq!(answer["args"], json!({"a": ["1", "2"], "b": ""}));
    assert_eq!((&answer["json"]["x"], &answer["method"]), (&json!([1]), &json!("POST")));
    assert_eq!(answer["url"], "http://shop.test/bin/anything?a=1&a=2&b");
    assert_eq!(answer["headers"]["Content-Type"], "application/json");
    let form =
        visit("PUT /bin/put", &[("Content-Type", "application/x-www-form-urlencoded")], b"a=1&b=x+y").json();
    assert_eq!((&form["form"], &form["data"]), (&json!({"a": "1", "b": "x y"}), &json!("")));
    let multipart =
        b"--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.txt\"\r\n\r\nhi\r\n--B--\r\n";
    let files =
        visit("POST /bin/post", &[("Content-Type", "multipart/form-data; boundary=B")], multipart).json();
    assert_eq!(files["files"], json!({"f": "hi"}));
    assert_eq!(visit("PATCH /bin/echo", &[("Content-Type", "text/odd")], b"as it is").text(), "as it is");
    assert_eq!(visit("POST /bin/sink", &[], &vec![0; 3_000_000]).json()["bytes"], 3_000_000);
    assert_eq!(
        visit("GET /bin/cookies", &[("Cookie", "a=1; b=2")], b"").json()["cookies"],
        json!({"a": "1", "b": "2"})
    );
    assert_eq!(
        visit("GET /bin/basic-auth/ann/pw", &[("Authorization", "Basic YW5uOnB3")], b"").json()["user"],
        "ann"
    );
    assert_eq!(visit("GET /bin/base64/aGVsbG8=", &[], b"").text(), "hello");
}

#[test]
fn connections_are_told_apart() {
    let shop = Shop::start(ShopOptions::default()).unwrap();
    let mut first = Client::connect(shop.http);
    let seen = |client: &mut Client| {
        let answer = client.get("/bin/connection").json();
        (answer["connection"].as_u64().unwrap(), answer["request"].as_u64().unwrap())
    };
    assert_eq!(seen(&mut first), (1, 1));
    assert_eq!(seen(&mut first), (1, 2));
    assert_eq!(seen(&mut Client::connect(shop.http)), (2, 1));
}

#[test]
fn encodings_decode() {
    let decoded = |room: &str, accept: &str| {
        let answer = visit(&format!("GET /bin/{room}"), &[("Accept-Encoding", accept)], b"");
        let body = answer.body.as_slice();
        let mut plain = Vec::new();
        match answer.header("content-encoding") {
            Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
            Some("deflate") => flate2::read::ZlibDecoder::new(body).read_to_end(&mut plain),
            Some("br") => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain),
            Some("zstd") => zstd::Decoder::new(body).unwrap().read_to_end(&mut plain),
            _ => (&body[..]).read_to_end(&mut plain),
        }
        .unwrap();
        serde_json::from_slice::<serde_json::Value>(&plain).unwrap()
    };
    for (room, flag) in [("gzip", "gzipped"), ("deflate", "deflated"), ("brotli", "brotli"), ("zstd", "zstd")]
    {
        assert_eq!(decoded(&format!("{room}?repeat=100"), "")[flag], true, "{room}");
    }
    for (accept, flag) in
        [("gzip, br;q=0.5", "brotli"), ("gzip", "gzipped"), ("br;q=0, gzip", "gzipped"), ("", "")]
    {
        let found = decoded("compressed", accept);
        assert!(flag.is_empty() || found[flag] == true, "{accept}");
    }
}

#[test]
fn payloads_have_their_size() {
    assert_eq!(
        visit("GET /bin/bytes/1000?seed=7", &[], b"").body,
        visit("GET /bin/bytes/1000?seed=7", &[], b"").body
    );
    assert_eq!(visit("GET /bin/stream-bytes/200000", &[], b"").body.len(), 200_000);
    assert_eq!(visit("GET /bin/stream/3", &[], b"").text().lines().count(), 3);
    assert_eq!(visit("GET /bin/trickle/3/1", &[], b"").text().lines().count(), 3);
    assert_eq!(visit("GET /bin/drip?numbytes=5&duration=5ms&code=201", &[], b"").body, b"*****");
    let part = visit("GET /bin/range/100", &[("Range", "bytes=90-")], b"");
    assert_eq!(
        (part.status, part.body.len(), part.header("content-range")),
        (206, 10, Some("bytes 90-99/100"))
    );
    assert_eq!(visit("GET /bin/range/100", &[("Range", "bytes=100-")], b"").status, 416);
    let events = visit("GET /events?count=3&interval=1ms", &[("Last-Event-ID", "1")], b"").text();
    assert!(
        events.starts_with("id: 2\nevent: tick\ndata: {\"id\":2,") && events.matches("\n\n").count() == 2,
        "{events}"
    );
    assert_eq!(visit("GET /bin/delay/1ms", &[], b"").json()["delayMs"], 1.0);
}
