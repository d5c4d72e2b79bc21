//! Requests that are sent directly come to the same as those that make a journey.

use std::future::poll_fn;
use std::pin::pin;

use super::*;
use crate::cookie::SetOptions;

/// What a request came to, without what differs from one run to the next.
#[derive(PartialEq, Debug)]
struct Outcome {
    answer: Result<Whole, (u16, String)>,
    told: Vec<(String, String, u16, u16, bool, u64, u64)>,
    seen: Vec<String>,
    idle: usize,
    cookies: String,
}

/// Status, its words with the address, body, headers, the cookies, the headers that were sent, and what there is to say.
type Whole = (u16, String, Vec<u8>, Vec<(String, String)>, Vec<String>, Vec<(String, String)>, Vec<String>);

/// How a request is sent.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Way {
    /// With a head of its own.
    Direct,
    /// With a head that was written before, if it can be.
    Shared,
    /// The long way: somebody may want to call it off.
    Journey,
}

/// Sends a request twice and gives what the second came to: over a connection that the first one has left, if it has.
async fn second_of(connections: Vec<Vec<Act>>, request: Request, way: Way) -> Outcome {
    let server = Server::start(connections).await;
    let client = client_with(settings());
    let jar = RefCell::new(Jar::default());
    let mut request = Request { url: server.url("/x"), ..request };
    match way {
        Way::Direct => {}
        Way::Shared => request.headers.share(),
        Way::Journey => request.cancel = Some(Rc::default()),
    }
    send_on(&client, request.clone(), Some(&jar)).await.0.expect("the first answer is whole");
    let clean = |text: String| text.replace(&server.address.to_string(), "SERVER");
    let (outcome, told) = send_on(&client, request, Some(&jar)).await;
    let answer = match outcome {
        Ok(answer) => Ok((
            answer.status,
            clean(answer.status_text.into_owned() + " " + answer.url.as_str()),
            answer.body.to_vec(),
            answer.headers.joined(),
            answer.cookies.iter().map(|cookie| format!("{cookie:?}")).collect(),
            answer.request_headers,
            answer.notes.into_iter().map(|note| note.text).collect(),
        )),
        Err(error) => {
            let detail = clean(error.detail());
            // Our own port is never the same.
            let detail = detail.split_once("tcp 127.0.0.1:").map_or(detail.clone(), |(before, rest)| {
                format!("{before}{}", &rest[rest.find("->").unwrap_or_default()..])
            });
            Err((error.code(), detail))
        }
    };
    let told = told.into_iter().map(|hop| {
        let trail = hop.trail;
        let edges = [trail.start, trail.connected, trail.sent, trail.done];
        let reached = || edges.into_iter().filter(|edge| *edge != Nanos::ZERO);
        assert!(reached().is_sorted(), "{trail:?}");
        let bytes = (trail.sent_bytes, trail.received_bytes);
        (hop.method, clean(hop.url), hop.status, hop.code, trail.reused, bytes.0, bytes.1)
    });
    let told = told.collect();
    let seen = server.seen().into_iter().map(clean).collect();
    let cookies = format!("{:?}", jar.borrow().cookies_for(&server.url("/x")));
    Outcome { answer, told, seen, idle: client.idle(), cookies }
}

/// The first answer is `first`; then come the acts of the same connection, and further connections.
fn check_after<const N: usize>(
    first: &Act,
    name: &str,
    after: &[Act; N],
    more: &[Vec<Act>],
    request: &Request,
) {
    run(async move {
        let connections =
            || [vec![[std::slice::from_ref(first), &after[..]].concat()], more.to_vec()].concat();
        let journey = second_of(connections(), request.clone(), Way::Journey).await;
        for way in [Way::Direct, Way::Shared] {
            let other = second_of(connections(), request.clone(), way).await;
            assert_eq!(other, journey, "{name}, {way:?}, {request:?}");
        }
    });
}

/// The first answer is everybody's.
fn check<const N: usize>(name: &str, after: &[Act; N], more: &[Vec<Act>], request: &Request) {
    check_after(&ok("one"), name, after, more, request);
}

#[test]
fn what_comes_of_a_request_does_not_depend_on_how_it_is_sent() {
    let get = Request { timeout: Duration::from_secs(10), ..Request::get(Rc::new(nowhere())) };
    let post = Request { method: Method::POST, body: Some("name=value".into()), ..get.clone() };
    let length = |rest: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {rest}");
    let spare = [vec![ok("spare"), ok("spare")]];
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let own = vec![pair("x-One", "1"), pair("Cookie", "own=\"1\"; b=2"), pair("idempotency-key", "k")];
    let cookies =
        vec![("mine".to_owned(), "m;n".to_owned(), false), ("a".to_owned(), "other".to_owned(), true)];
    let telling =
        Request { tell_headers: true, headers: own.clone().into(), cookies: cookies.clone(), ..post.clone() };
    let verbatim = Request { verbatim: true, headers: own.into(), cookies, ..get.clone() };
    for request in [&get, &post, &telling, &verbatim] {
        check("whole", &[ok("two")], &[], request);
        check("no content", &[answer("HTTP/1.1 204 No Content\r\n\r\n")], &[], request);
        check("own words", &[answer("HTTP/1.1 503 Not Today\r\nContent-Length: 0\r\n\r\n")], &[], request);
        check("large", &[ok(&"x".repeat(300_000))], &[], request);
        check("closing", &[answer(&length("2\r\nConnection: close\r\n\r\nab"))], &[], request);
        check("too much", &[answer(&length("2\r\n\r\nabc"))], &[], request);
        check("until the end", &[answer("HTTP/1.0 200 OK\r\n\r\nall of it")], &[], request);
        check("malformed", &[answer("HTTP/9 what\r\n\r\n")], &[], request);
        check(
            "cookies",
            &[answer(&length("1\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\nx"))],
            &[],
            request,
        );
        let setting = answer(&length("1\r\nSet-Cookie: a=b\r\nSet-Cookie: p=q; Path=/other\r\n\r\nx"));
        check_after(&setting, "after cookies", &[ok("two")], &[], request);
        let again = answer(&length("1\r\nSet-Cookie: a=c; Max-Age=5\r\n\r\nx"));
        check_after(&setting, "new cookies", &[again], &[], request);
        let gone = answer(&length("1\r\nSet-Cookie: a=; Max-Age=0\r\n\r\nx"));
        check_after(&setting, "cookies taken back", &[gone], &[], request);
        check_after(&setting, "lost with cookies", &[Act::ReadAndClose], &spare, request);
        let there = answer(&length("0\r\nLocation: /y\r\nSet-Cookie: r=s\r\n\r\n").replace("200", "302"));
        check_after(&setting, "redirect with cookies", &[there, ok("three")], &[], request);
        check("packed", &[answer(&length("1\r\nContent-Encoding: gzip\r\n\r\nx"))], &[], request);
        // "hello" as one stored block.
        let stored = "\x78\x01\x01\x05\x00\u{fa}\u{ff}hello\x06\x2c\x02\x15".chars().map(|c| c as u8);
        let mut unpacked = length("16\r\nContent-Encoding: deflate\r\nSet-Cookie: z=1\r\n\r\n").into_bytes();
        unpacked.extend(stored);
        check("unpacked", &[Act::Bytes(unpacked)], &[], request);
        check(
            "redirect",
            &[answer(&length("0\r\nLocation: /y\r\n\r\n").replace("200", "302")), ok("three")],
            &[],
            request,
        );
        check(
            "bad redirect",
            &[answer(&length("0\r\nLocation: http://[\r\n\r\n").replace("200", "302"))],
            &[],
            request,
        );
        let hasty = Request { timeout: Duration::from_millis(200), ..request.clone() };
        check("silence", &[Act::Silence], &[], &hasty);
        check("closed at once", &[Act::Close], &spare, request);
        check("closed after reading", &[Act::ReadAndClose], &spare, request);
        check("reset", &[Act::Reset], &spare, request);
        check("gone for good", &[Act::ReadAndClose], &[], request);
        let chunks =
            ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "2\r\nde\r\n0\r\n\r\n"];
        check("chunks", &[answer(&chunks.concat())], &[], request);
        check("chunks one by one", &[Act::Slowly(chunks.map(String::from).to_vec(), 5)], &[], request);
        let pieces =
            vec!["HTTP/1.1 20".into(), "0 OK\r\nContent-Length: 3\r\n".into(), "\r\na".into(), "bc".into()];
        check("pieces", &[Act::Slowly(pieces, 5)], &[], request);
        check("broken off", &[Act::Slowly(vec![length("5\r\n\r\nab")], 5)], &[], request);
    }
    let head = Request { method: Method::HEAD, ..get.clone() };
    check("no body", &[answer(&length("5\r\n\r\n"))], &[], &head);
    let dropped = Request { discard_body: true, ..get.clone() };
    check("dropped body", &[ok("two")], &[], &dropped);
    let limited = Request { head_timeout: Some(Duration::from_millis(150)), ..get };
    check("late head", &[Act::Silence], &[], &limited);
}

fn nowhere() -> Url {
    Url::parse("http://127.0.0.1/").expect("an address")
}

/// Otherwise the comparison above would compare one way with itself.
#[test]
fn a_request_that_was_written_before_is_sent_directly() {
    run(async {
        let server = Server::start(vec![vec![ok("one"), ok("two"), ok("three"), ok("four")]]).await;
        let client = client_with(settings());
        let jar = RefCell::new(Jar::default());
        let mut request = Request::get(server.url("/x"));
        let mut ways = Vec::new();
        for round in 0..4 {
            match round {
                1 => request.headers.share(),
                3 => jar.borrow_mut().set(&request.url, "a", "b", &SetOptions::default()).expect("a cookie"),
                _ => {}
            }
            let mut nothing = |_: &Hop<'_>| {};
            let mut sending = pin!(client.send(&request, Some(&jar), &mut nothing));
            let mut direct = false;
            let outcome = poll_fn(|context| {
                let polled = sending.as_mut().poll(context);
                direct |= polled.is_pending() && sending.is_direct();
                polled
            })
            .await;
            outcome.expect("an answer");
            ways.push(direct);
        }
        // There is no connection yet; then a head of its own, one for all, and one with a cookie that nobody else has.
        assert_eq!(ways, [false, true, true, true]);
    });
}
