//! The codec: bytes in, results out, however the bytes are cut.

use bytes::Bytes;
use proptest::prelude::*;

use super::head::Framing;
use super::*;
use crate::error::Kind;

const LIMITS: Limits =
    Limits { head_bytes: 4096, headers: 70, body_bytes: 1 << 20, decompressed_bytes: 1 << 20 };
const EXPECT: Expect = Expect { no_body: false, discard: false, limits: LIMITS };

/// What a response came to: status, body, bytes left over; or what is wrong, with the body so far.
type Outcome = Result<(u16, Vec<u8>, usize), (Kind, Vec<u8>)>;

/// Feeds pieces, then the end of the stream unless the response is complete.
fn decode<'a>(expect: Expect, pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut decoder = Decoder::new(expect);
    let mut left = 0;
    let mut fault = None;
    for piece in pieces {
        if fault.is_some() {
            break;
        }
        match decoder.feed(piece) {
            Ok(taken) => left += piece.len() - taken,
            Err(kind) => fault = Some(kind),
        }
    }
    let fault = fault.or_else(|| decoder.end().err());
    let (head, body) = decoder.into_parts();
    match (fault, head) {
        (None, Some(head)) => Ok((head.status, body.to_vec(), left)),
        (fault, _) => Err((fault.expect("without a head there is a fault"), body.to_vec())),
    }
}

#[track_caller]
fn check(response: &str, status: u16, body: &str, left: usize) {
    let outcome = decode(EXPECT, [response.as_bytes()]);
    assert_eq!(outcome, Ok((status, body.as_bytes().to_vec(), left)), "{response:?}");
}

#[track_caller]
fn check_fault(response: &str, fault: Kind) {
    assert_eq!(decode(EXPECT, [response.as_bytes()]).map_err(|(kind, _)| kind), Err(fault), "{response:?}");
}

#[test]
fn each_framing_is_read() {
    check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", 200, "abc", 0);
    check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", 200, "abc", 3);
    check("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "", 0);
    check("HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, "until the end", 0);
    check("HTTP/1.0 200 OK\r\n\r\nold", 200, "old", 0);
    check("HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\nx", 204, "", 1);
    check("HTTP/1.1 304 Not\r\nTransfer-Encoding: chunked\r\n\r\n", 304, "", 0);
    check("HTTP/1.1 200 OK\nContent-Length: 1\n\na", 200, "a", 0);
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n";
    check(&format!("{chunked}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), 200, "abcde", 0);
    check(
        &format!("{chunked}1 \r\na\r\nA\r\n0123456789\r\n00\r\nTrail: x\r\nB: y\r\n\r\nrest"),
        200,
        "a0123456789",
        4,
    );
    check("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot chunked", 200, "not chunked", 0);
}

#[test]
fn informational_responses_are_passed_over() {
    check(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hint\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
        200,
        "a",
        0,
    );
    check("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nframes", 101, "", 6);
    let many = "HTTP/1.1 100 Continue\r\n\r\n".repeat(6);
    check_fault(&many, Kind::Malformed("net/http: too many 1xx informational responses".into()));
}

#[test]
fn heads_without_bodies_end_at_once() {
    let expect = Expect { no_body: true, ..EXPECT };
    let outcome = decode(expect, [&b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"[..]]);
    assert_eq!(outcome, Ok((200, Vec::new(), 0)));
}

#[test]
fn what_is_wrong_is_said_in_gos_words() {
    let malformed = |text: &str| Kind::Malformed(text.to_owned());
    let body = |text: &str| Kind::BadBody(text.to_owned());
    check_fault("", Kind::Eof);
    check_fault("HTTP/1.1 200 OK\r\n", malformed("unexpected EOF"));
    check_fault("GARBAGE not http\r\n\r\n", malformed("malformed HTTP status code \"not\""));
    check_fault("nothing\r\n\r\n", malformed("malformed HTTP response \"nothing\""));
    check_fault("HTTP/3.0 200 OK\r\n\r\n", malformed("malformed HTTP version \"HTTP/3.0\""));
    check_fault("HTTP/1.1 2x0 OK\r\n\r\n", malformed("malformed HTTP status code \"2x0\""));
    check_fault(
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        malformed("malformed MIME header: missing colon: \"no colon\""),
    );
    check_fault(
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
        malformed("malformed MIME header line: bad name: x"),
    );
    check_fault("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", malformed("bad Content-Length \"-1\""));
    check_fault(
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        malformed("http: message cannot contain multiple Content-Length headers; got [\"1\" \"2\"]"),
    );
    check_fault(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        malformed("net/http: unsupported transfer encoding: \"gzip\""),
    );
    check_fault("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", Kind::UnexpectedEof);
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    check_fault(&format!("{chunked}3\r\nabc"), Kind::UnexpectedEof);
    check_fault(&format!("{chunked}3\r\nabcX"), body("malformed chunked encoding"));
    check_fault(&format!("{chunked}g\r\n"), body("invalid byte in chunk length"));
    check_fault(&format!("{chunked}\r\n"), body("empty hex number for chunk length"));
    check_fault(&format!("{chunked}11111111111111111\r\n"), body("http chunk length too large"));
}

#[test]
fn limits_hold() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n", "a".repeat(5000));
    check_fault(
        &long,
        Kind::Malformed("net/http: server response headers exceeded 4096 bytes; aborted".into()),
    );
    let headers =
        |count: usize| format!("HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n", "A: b\r\n".repeat(count));
    check(&headers(69), 200, "", 0);
    check_fault(
        &headers(70),
        Kind::Malformed("net/http: server response headers exceeded 70 headers; aborted".into()),
    );
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    check_fault(&format!("{chunked}1;{}", "x".repeat(5000)), Kind::BadBody("header line too long".into()));
    let tiny = "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\na\r\n".repeat(1000);
    check_fault(
        &format!("{chunked}{tiny}"),
        Kind::BadBody("chunked encoding contains too much non-data".into()),
    );
    let trailers = "A: b\r\n".repeat(20_000);
    check_fault(
        &format!("{chunked}0\r\n{trailers}"),
        Kind::BadBody("http: suspiciously long trailer after chunked body".into()),
    );
    let limits = Limits { body_bytes: 4, ..LIMITS };
    let response = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde";
    let fault = Kind::BadBody("response body exceeded 4 bytes; aborted".into());
    assert_eq!(decode(Expect { limits, ..EXPECT }, [&response[..]]).unwrap_err().0, fault);
    // What is dropped does not count.
    assert_eq!(decode(Expect { limits, discard: true, ..EXPECT }, [&response[..]]), Ok((200, Vec::new(), 0)));
}

#[test]
fn heads_say_what_they_said() {
    let text =
        b"HTTP/1.1 200 Very Fine\r\nX-Multi: a\r\nx-multi:  b \r\nFolded: one\r\n two\r\nEmpty:\r\n\r\n";
    let (head, length) = head::parse(text, &LIMITS).unwrap().unwrap();
    assert_eq!(
        (length, head.status_text().as_str(), head.framing),
        (text.len(), "200 Very Fine", Framing::UntilClose)
    );
    let all: Vec<_> = head.headers.iter().map(|(name, value)| (name, value.to_vec())).collect();
    assert_eq!(all[0], (&b"X-Multi"[..], b"a".to_vec()));
    assert_eq!(all[1], (&b"x-multi"[..], b"b".to_vec()));
    assert_eq!(all[2].1.split(|&byte| byte == b' ').filter(|part| !part.is_empty()).count(), 2);
    assert!(!all[2].1.contains(&b'\n'));
    assert_eq!(all[3], (&b"Empty"[..], Vec::new()));
}

#[test]
fn reasons_are_the_servers_words() {
    let check = |line: &str, expected: &str| {
        let text = format!("{line}\r\nA: b\r\n\r\n");
        let (head, _) = head::parse(text.as_bytes(), &LIMITS).unwrap().unwrap();
        assert_eq!(head.status_text(), expected, "{line:?}");
    };
    check("HTTP/1.1 200 OK", "200 OK");
    check("HTTP/1.1  404   Not  There", "404 Not  There");
    check("HTTP/1.1 200 Sí, señor", "200 Sí, señor");
    check("\r\n\r\nHTTP/1.0   200   Schön", "200 Schön");
    check("HTTP/1.1 200", "200 ");
    check("HTTP/1.1 200 ", "200 ");
}

#[test]
fn keep_alive_follows_version_and_tokens() {
    let check = |text: &str, expected: bool| {
        let text = format!("{text}\r\n\r\n");
        assert_eq!(head::parse(text.as_bytes(), &LIMITS).unwrap().unwrap().0.keep_alive, expected, "{text}");
    };
    check("HTTP/1.1 200 OK", true);
    check("HTTP/1.1 200 OK\r\nConnection: Close", false);
    check("HTTP/1.1 200 OK\r\nConnection: x, close", false);
    check("HTTP/1.0 200 OK", false);
    check("HTTP/1.0 200 OK\r\nConnection: Keep-Alive", true);
    check("HTTP/1.0 200 OK\r\nConnection: keep-alive, close", false);
}

#[test]
fn a_body_of_known_length_is_allocated_once() {
    let mut decoder = Decoder::new(EXPECT);
    decoder.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").unwrap();
    let piece = vec![b'x'; 10_000];
    for _ in 0..100 {
        assert_eq!(decoder.feed(&piece).unwrap(), piece.len());
    }
    assert!(decoder.is_done());
    assert_eq!(decoder.into_parts().1, Bytes::from(vec![b'x'; 1_000_000]));
}

/// Responses of every kind, with and without faults, and some bytes after them.
fn response() -> impl Strategy<Value = Vec<u8>> {
    let head = "HTTP/1\\.[01] (200|204|304|404|100)( [a-z]{0,5})?\r\n((X-[a-z]{1,4}|Connection): ?[a-z, ]{0,8}\r\n){0,4}";
    let framing = prop_oneof![
        (0..40_usize, "[ab\r\n]{0,45}")
            .prop_map(|(length, body)| format!("Content-Length: {length}\r\n\r\n{body}")),
        ("[a-z]{1,9}", 1..4_usize, "(0\r\n\r\n|0\r\nT: x\r\n\r\n|)[a-z]{0,3}").prop_map(
            |(data, count, end)| {
                let chunk = format!("{:x};e=1\r\n{data}\r\n", data.len());
                format!("Transfer-Encoding: chunked\r\n\r\n{}{end}", chunk.repeat(count))
            }
        ),
        "[\\x00-\\x7f]{0,30}".prop_map(|text| text),
        "\r\n[a-z]{0,30}".prop_map(|text| text),
    ];
    (head, framing).prop_map(|(head, rest)| format!("{head}{rest}").into_bytes())
}

proptest! {
    #[test]
    fn the_cut_does_not_matter(bytes in response(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let whole = decode(EXPECT, [&bytes[..]]);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let pieces = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(&decode(EXPECT, pieces), &whole);
        prop_assert_eq!(&decode(EXPECT, bytes.chunks(1)), &whole);
    }

    #[test]
    fn no_bytes_break_the_decoder(bytes in any::<Vec<u8>>(), size in 1..9_usize) {
        let _ = decode(EXPECT, bytes.chunks(size));
        let _ = decode(EXPECT, [b"HTTP/1.1 200 OK\r\n".as_slice()].into_iter().chain(bytes.chunks(size)));
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice();
        let _ = decode(EXPECT, [chunked].into_iter().chain(bytes.chunks(size)));
    }
}

#[test]
fn verdicts_on_bad_heads_do_not_depend_on_the_cut() {
    let narrow = Limits { head_bytes: 200, headers: 4, ..LIMITS };
    let expect = Expect { limits: narrow, ..EXPECT };
    let check = |response: &str, fault: &str| {
        let bytes = response.as_bytes();
        let fault = Kind::Malformed(fault.to_owned());
        for size in [1, 7, bytes.len() - 1, bytes.len()] {
            let outcome = decode(expect, bytes.chunks(size)).map_err(|(kind, _)| kind);
            assert_eq!(outcome.as_ref().err(), Some(&fault), "{response:?} by {size}");
        }
    };
    let four = "HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n";
    let too_many = "net/http: server response headers exceeded 4 headers; aborted";
    // A line counts once it is complete.
    for end in ["E", "E: 5", "E: 5\r", " more", " more\r\n", " more\r\nE: 5"] {
        check(&format!("{four}{end}"), "unexpected EOF");
    }
    for end in ["E: 5\r\n", "E: 5\n", "E: 5\r\nF", "E: 5\r\n more\r\n\r\n", " more\r\nE: 5\r\n"] {
        check(&format!("{four}{end}"), too_many);
    }
    // The first fault counts, whatever follows it.
    check(&format!("{four}E: 5\r\n \0\r\nno colon\r\n\r\n"), too_many);
    check(&format!("{four}E\r\nF: 6\r\n\r\n"), "malformed MIME header: missing colon: \"E\"");
    check(&format!("{four} \0\r\nE: 5\r\n\r\n"), "malformed MIME header line:  \0");
    check("HTTP/1.1 200 O\0K\r\nA\r\n\r\n", "malformed HTTP response \"HTTP/1.1 200 O\\x00K\"");
    check("HTTP/1.1 \t200 OK\r\n\r\n", "malformed HTTP status code \"\\t200\"");
    // What is wrong beyond the limit is not looked at.
    let long = "x".repeat(230);
    check(
        &format!("HTTP/1.1 xx {long}\r\n\r\n"),
        "net/http: server response headers exceeded 200 bytes; aborted",
    );
    check("HTTP/1.1 xx\r\n\r\n", "malformed HTTP status code \"xx\"");
}
