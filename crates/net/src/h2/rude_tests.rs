//! The client against servers that break the rules or go away.

use std::cell::Cell;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::spawn_local;

use super::tests::{LIMITS, connect_over, get, post, run};
use super::*;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn settings() -> Vec<u8> {
    frame(4, 0, 0, b"")
}

fn go_away(last_stream: u32, code: u32, debug: &[u8]) -> Vec<u8> {
    frame(7, 0, 0, &[&last_stream.to_be_bytes()[..], &code.to_be_bytes(), debug].concat())
}

/// `:status: 200` from HPACK's static table.
const STATUS_200: u8 = 0x88;

/// Waits for the first request, writes `answer` and closes when told to.
async fn answer_once(mut io: DuplexStream, answer: Vec<u8>, close: bool) {
    let mut buffer = vec![0; 4_096];
    let mut scanner = Scanner::of_client();
    let mut asked = false;
    while !asked {
        let read = io.read(&mut buffer).await.expect("a live client");
        scanner.feed(&buffer[..read], &mut |event| {
            asked |= matches!(event, Event::End(frame) if frame.kind == 1);
        });
        assert!(read > 0, "the client closed before it asked");
    }
    // A client may hang up in the middle of a flood.
    let _ = io.write_all(&answer).await;
    if !close {
        while io.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    }
}

/// What the client makes of `answer` to its first request.
async fn ask(answer: Vec<u8>, close: bool) -> (Result<Response, Error>, Connection) {
    let (near, far) = tokio::io::duplex(1 << 16);
    spawn_local(answer_once(far, answer, close));
    let connection = connect_over(near).await;
    let result = connection.send(get("/"), LIMITS, &Cell::default()).await;
    (result, connection)
}

fn check_error(answer: Vec<u8>, close: bool, code: Option<u16>, unprocessed: bool) -> String {
    run(async {
        let (result, _connection) = ask(answer, close).await;
        let error = result.expect_err("an error");
        assert_eq!((error.code(), error.unprocessed), (code, unprocessed), "{error}");
        error.to_string()
    })
}

#[test]
fn servers_that_do_not_speak_http2() {
    let text = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec();
    assert_eq!(check_error(text, false, Some(1_657), false), "connection error: FRAME_SIZE_ERROR");
}

#[test]
fn servers_that_close() {
    assert_eq!(check_error(vec![], true, None, false), "unexpected end of file");
    assert_eq!(check_error(settings(), true, None, false), "unexpected end of file");
    let half = [settings(), frame(1, 4, 1, &[STATUS_200]), frame(0, 0, 1, b"half")].concat();
    assert_eq!(check_error(half.clone(), true, None, false), "unexpected end of file");
    let torn = [half, vec![0, 0, 9, 0, 1, 0, 0, 0, 1, b'x']].concat();
    assert_eq!(check_error(torn, true, None, false), "unexpected end of file");
}

#[test]
fn announcements() {
    for (last, code, close, expected, unprocessed) in [
        (0, 0, true, 1_611, true),
        (0, 0, false, 1_611, true),
        (1, 11, true, 1_622, false),
        (0, 2, true, 1_613, true),
    ] {
        let answer = [settings(), go_away(last, code, b"gone")].concat();
        let text = check_error(answer, close, Some(expected), unprocessed);
        assert!(text.starts_with("http2: server sent GOAWAY") && text.ends_with("debug=\"gone\""), "{text}");
    }
}

#[test]
fn a_server_may_finish_what_it_took_before_it_goes() {
    run(async {
        let answer =
            [settings(), go_away(1, 0, b""), frame(1, 4, 1, &[STATUS_200]), frame(0, 1, 1, b"bye")].concat();
        let (result, connection) = ask(answer, false).await;
        assert_eq!(&result.expect("an answer").body[..], b"bye");
        assert!(!connection.is_open());
        let error = connection.send(get("/"), LIMITS, &Cell::default()).await.expect_err("closing");
        assert!(error.unprocessed && error.code() == Some(1_611), "{error}");
    });
}

#[test]
fn a_close_is_noticed_without_a_request() {
    run(async {
        let answer = [settings(), frame(1, 5, 1, &[STATUS_200])].concat();
        let (result, connection) = ask(answer, true).await;
        assert_eq!(result.expect("an answer").status, 200);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert!(!connection.is_open());
    });
}

#[test]
fn broken_frames() {
    // Headers whose block refers to an entry that does not exist; a response without a status.
    let bad_hpack = [settings(), frame(1, 5, 1, &[0xff, 0xff, 0x03])].concat();
    check_error(bad_hpack, false, Some(1_652), false);
    let no_status = [settings(), frame(1, 5, 1, &[0x40, 1, b'a', 1, b'b'])].concat();
    check_error(no_status, false, Some(1_632), false);
    // DATA on a stream that was never opened; DATA before any headers; a SETTINGS frame of a wrong size.
    check_error([settings(), frame(0, 0, 99, b"x")].concat(), false, Some(1_652), false);
    check_error([settings(), frame(0, 1, 1, b"x")].concat(), false, Some(1_652), false);
    check_error([settings(), frame(4, 0, 0, b"12345")].concat(), false, Some(1_652), false);
    // More body than stated, and less.
    let length_3 = [&[STATUS_200, 0x0f, 0x0d, 1][..], b"3"].concat();
    let more = [settings(), frame(1, 4, 1, &length_3), frame(0, 1, 1, b"four")].concat();
    check_error(more, false, Some(1_632), false);
    let less = [settings(), frame(1, 4, 1, &length_3), frame(0, 1, 1, b"2b")].concat();
    check_error(less, false, Some(1_632), false);
    let reset = [settings(), frame(3, 0, 1, &0xfe_u32.to_be_bytes())].concat();
    check_error(reset, false, Some(1_630), false);
}

#[test]
fn floods_end_the_connection() {
    // Header blocks without end.
    let mut continuation = [settings(), frame(1, 0, 1, &[STATUS_200])].concat();
    for _ in 0..3_000 {
        continuation.extend(frame(9, 0, 1, &[0x40, 1, b'a', 1, b'b']));
    }
    run(async {
        let (result, connection) = ask(continuation, true).await;
        assert!(result.is_err());
        assert!(!connection.is_open() || connection.ping().await.is_err());
    });
    // Headers that unpack to more than allowed: one large entry, repeated from the dynamic table.
    let entry = [&[0x40, 1, b'a', 0x7f, 0x81, 0x0f][..], &[b'v'; 2_048]].concat();
    let repeated = vec![0xbe; 8_000];
    let bomb = [settings(), frame(1, 0, 1, &[&[STATUS_200][..], &entry].concat()), frame(9, 4, 1, &repeated)]
        .concat();
    let text = check_error(bomb, false, Some(1_632), false);
    assert_eq!(text, "stream error: stream ID 1; PROTOCOL_ERROR");
    // Empty DATA frames.
    let mut empty = [settings(), frame(1, 4, 1, &[STATUS_200])].concat();
    for _ in 0..200_000 {
        empty.extend(frame(0, 0, 1, b""));
    }
    run(async {
        let (near, far) = tokio::io::duplex(1 << 20);
        spawn_local(answer_once(far, empty, false));
        let connection = connect_over(near).await;
        let edges = Cell::default();
        let send = connection.send(get("/"), LIMITS, &edges);
        let _ = tokio::time::timeout(std::time::Duration::from_millis(500), send).await;
        // Whether the server was cut off or heard out, nothing of it stays behind.
        assert_eq!((connection.active(), connection.shared_streams()), (0, 0));
    });
}

#[test]
fn late_frames_of_dropped_requests_do_no_harm() {
    run(async {
        let (near, mut far) = tokio::io::duplex(1 << 16);
        let connection = connect_over(near).await;
        for _ in 0..20 {
            let edges = Cell::default();
            let send = connection.send(get("/"), LIMITS, &edges);
            assert!(tokio::time::timeout(std::time::Duration::from_millis(1), send).await.is_err());
        }
        let mut late = settings();
        for stream in (1..40).step_by(2) {
            late.extend(frame(1, 4, stream, &[STATUS_200]));
            late.extend(frame(0, 1, stream, b"late"));
        }
        late.extend(frame(1, 5, 41, &[STATUS_200]));
        let server = spawn_local(async move {
            let mut buffer = vec![0; 65_536];
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            far.write_all(&late).await.expect("a live client");
            while far.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
        });
        let response = connection.send(get("/"), LIMITS, &Cell::default()).await.expect("an answer");
        assert_eq!(response.status, 200);
        drop(connection);
        server.await.expect("the server saw the end");
    });
}

#[test]
fn a_server_that_never_reads_is_left_after_a_while() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime.expect("a runtime"), async {
        let (near, mut far) = tokio::io::duplex(64);
        let connection = connect_over(near).await;
        let edges = Cell::default();
        let send = connection.send(post(vec![0; 1 << 20]), LIMITS, &edges);
        assert!(tokio::time::timeout(std::time::Duration::from_millis(5), send).await.is_err());
        drop(connection);
        // The farewell cannot be written either; after a second the stream is dropped all the same.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        let mut rest = Vec::new();
        far.read_to_end(&mut rest).await.expect("the stream was dropped");
        assert!(rest.len() <= 64);
    });
}
