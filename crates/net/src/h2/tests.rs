//! The client against a well-behaved server in the same process.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http::{HeaderMap, Request as Head, Response as Answer};
use model::{Clock, Nanos};
use tokio::io::DuplexStream;
use tokio::task::{LocalSet, spawn_local};

use super::*;

pub const LIMITS: Limits = Limits { body_bytes_max: 1 << 24, keep_body: true };

/// Runs a test on a runtime like a worker's.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        tokio::time::timeout(std::time::Duration::from_secs(20), test).await.expect("the test hangs")
    })
}

pub fn get(path: &str) -> Request {
    Request::new("GET", "http", "a.test", path, [("user-agent", "x")], Bytes::new()).expect("a valid request")
}

pub fn post(body: impl Into<Bytes>) -> Request {
    Request::new("POST", "http", "a.test", "/", [("x-a", "b")], body.into()).expect("a valid request")
}

pub async fn connect_over(io: DuplexStream) -> Connection {
    connect(io, &Settings::default(), Clock::start()).await.expect("a connection")
}

/// Serves each stream with `answer`, each in a task of its own.
fn serve<F>(
    io: DuplexStream,
    builder: h2::server::Builder,
    answer: impl Fn(Head<RecvStream>, SendResponse<Bytes>) -> F + 'static,
) where
    F: Future<Output = ()> + 'static,
{
    spawn_local(async move {
        let mut server = builder.handshake(io).await.expect("a client");
        while let Some(Ok((head, reply))) = server.accept().await {
            spawn_local(answer(head, reply));
        }
    });
}

async fn read_all(mut body: RecvStream) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(Ok(chunk)) = body.data().await {
        body.flow_control().release_capacity(chunk.len()).expect("a live stream");
        all.extend_from_slice(&chunk);
    }
    all
}

async fn echo(head: Head<RecvStream>, mut reply: SendResponse<Bytes>) {
    let path = head.uri().path().to_owned();
    let body = read_all(head.into_body()).await;
    let answer = Answer::builder().status(201).header("x-path", path).header("x-n", "1").header("x-n", "2");
    let mut stream =
        reply.send_response(answer.body(()).expect("a valid answer"), false).expect("a live stream");
    stream.send_data(body.into(), false).expect("a live stream");
    let mut trailers = HeaderMap::new();
    trailers.insert("x-end", "yes".parse().expect("a value"));
    stream.send_trailers(trailers).expect("a live stream");
}

#[test]
fn requests_go_and_come_with_their_edges() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 16);
        serve(far, h2::server::Builder::new(), echo);
        let connection = connect_over(near).await;
        let edges = Cell::default();
        let response = connection.send(post("the body"), LIMITS, &edges).await.expect("an answer");
        assert_eq!((response.status, &response.body[..], response.body_bytes), (201, &b"the body"[..], 8));
        assert_eq!(response.headers.get_all("x-n").iter().count(), 2);
        assert_eq!(response.trailers.expect("trailers")["x-end"], "yes");
        let edges = edges.get();
        let order = [edges.opened, edges.headers_sent, edges.sent, edges.first_byte, edges.done];
        assert!(order.is_sorted() && edges.headers_sent > Nanos::ZERO, "{edges:?}");
        // Two frames each way at least, the smallest nine bytes.
        assert!(edges.sent_bytes > 9 + 9 + 8 && edges.received_bytes > 9 + 9 + 8, "{edges:?}");
        assert!(!edges.kernel_stamped);
        assert_eq!((connection.active(), connection.is_open(), connection.has_room()), (0, true, true));
        assert!(connection.ping().await.expect("a pong") > Nanos::ZERO);
        assert!(connection.ping().await.is_ok());
    });
}

#[test]
fn many_requests_share_a_connection() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 12);
        let mut builder = h2::server::Builder::new();
        builder.max_concurrent_streams(4);
        serve(far, builder, echo);
        let connection = connect_over(near).await;
        // The first answer brings the server's limit of four streams.
        connection.send(get("/first"), LIMITS, &Cell::default()).await.expect("an answer");
        let sends = (0..40).map(|number| {
            let connection = connection.clone();
            async move {
                let path = format!("/{number}");
                let response =
                    connection.send(get(&path), LIMITS, &Cell::default()).await.expect("an answer");
                assert!(connection.active() <= 4);
                assert_eq!(response.headers["x-path"], path.as_str());
            }
        });
        futures_util::future::join_all(sends).await;
        assert_eq!(connection.active(), 0);
    });
}

#[test]
fn large_bodies_pass_both_ways() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 14);
        serve(far, h2::server::Builder::new(), echo);
        let connection = connect_over(near).await;
        // Larger than the server's default window of 64 KiB and than our own windows.
        let body: Bytes = (0..9_000_000u32).map(|byte| (byte % 251) as u8).collect::<Vec<_>>().into();
        let edges = Cell::default();
        let response = connection.send(post(body.clone()), LIMITS, &edges).await.expect("an answer");
        assert_eq!(response.body, body);
        assert!(edges.get().sent_bytes > 9_000_000 && edges.get().received_bytes > 9_000_000);
        assert!(edges.get().sent > edges.get().headers_sent);
        let discard = Limits { keep_body: false, ..LIMITS };
        let response =
            connection.send(post(body.clone()), discard, &Cell::default()).await.expect("an answer");
        assert_eq!((response.body.len(), response.body_bytes), (0, body.len()));
        let small = Limits { body_bytes_max: 1_000_000, ..LIMITS };
        let error = connection.send(post(body), small, &Cell::default()).await.expect_err("too large");
        assert!(matches!(error.kind, Kind::BodyTooLarge { limit: 1_000_000 }), "{error}");
        // The connection survives a stream that was cut off.
        assert!(connection.send(get("/"), LIMITS, &Cell::default()).await.is_ok());
    });
}

#[test]
fn resets_of_a_stream_leave_the_others() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 16);
        serve(far, h2::server::Builder::new(), |head, mut reply| async move {
            match head.uri().path() {
                "/refused" => reply.send_reset(Reason::REFUSED_STREAM),
                "/internal" => reply.send_reset(Reason::INTERNAL_ERROR),
                "/half" => {
                    let mut stream = reply.send_response(Answer::new(()), false).expect("a live stream");
                    stream.send_data(Bytes::from_static(b"half"), false).expect("a live stream");
                    tokio::task::yield_now().await;
                    stream.send_reset(Reason::CANCEL);
                }
                _ => echo(head, reply).await,
            }
        });
        let connection = connect_over(near).await;
        for (path, code, unprocessed) in [
            ("/refused", Some(1_638), true),
            ("/internal", Some(1_633), false),
            ("/half", Some(1_639), false),
        ] {
            let edges = Cell::default();
            let error = connection.send(get(path), LIMITS, &edges).await.expect_err(path);
            assert_eq!((error.code(), error.unprocessed), (code, unprocessed), "{path}: {error}");
            assert!(edges.get().done >= edges.get().sent, "{path}");
        }
        assert!(connection.send(get("/"), LIMITS, &Cell::default()).await.is_ok());
        assert!(connection.is_open());
    });
}

#[test]
fn an_early_answer_ends_the_upload() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 14);
        serve(far, h2::server::Builder::new(), |head, mut reply| async move {
            let answer = Answer::builder().status(413).body(()).expect("a valid answer");
            let mut stream = reply.send_response(answer, false).expect("a live stream");
            stream.send_data(Bytes::from_static(b"too much"), true).expect("a live stream");
            tokio::task::yield_now().await;
            reply.send_reset(Reason::NO_ERROR);
            drop(head);
        });
        let connection = connect_over(near).await;
        let edges = Cell::default();
        let response = connection.send(post(vec![0; 4 << 20]), LIMITS, &edges).await.expect("an answer");
        assert_eq!((response.status, &response.body[..]), (413, &b"too much"[..]));
        assert_eq!(edges.get().sent, Nanos::ZERO, "the upload was never finished");
        let response = connection.send(get("/"), LIMITS, &Cell::default()).await.expect("an answer");
        assert_eq!(response.status, 413);
    });
}

#[test]
fn dropped_requests_reset_their_stream_and_leave_nothing() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 16);
        let resets = Rc::new(Cell::new(0));
        let seen = Rc::clone(&resets);
        serve(far, h2::server::Builder::new(), move |head, mut reply| {
            let seen = Rc::clone(&seen);
            async move {
                if head.uri().path() == "/hang" {
                    let reason = std::future::poll_fn(|cx| reply.poll_reset(cx)).await.expect("a reset");
                    assert_eq!(reason, Reason::CANCEL);
                    seen.set(seen.get() + 1);
                } else {
                    echo(head, reply).await;
                }
            }
        });
        let connection = connect_over(near).await;
        for _ in 0..5 {
            let edges = Cell::default();
            let hung = connection.send(get("/hang"), LIMITS, &edges);
            let hung = tokio::time::timeout(std::time::Duration::from_millis(5), hung).await;
            assert!(hung.is_err());
            assert!(
                edges.get().sent > Nanos::ZERO && edges.get().first_byte == Nanos::ZERO,
                "{:?}",
                edges.get()
            );
            assert_eq!(connection.active(), 0);
        }
        connection.send(get("/"), LIMITS, &Cell::default()).await.expect("an answer");
        assert_eq!(resets.get(), 5);
        assert_eq!(connection.shared_streams(), 0, "the meter follows nobody any more");
    });
}

#[test]
fn a_waiting_request_may_be_dropped_too() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut builder = h2::server::Builder::new();
        builder.max_concurrent_streams(1);
        serve(far, builder, |head, reply| async move {
            if head.uri().path() == "/slow" {
                tokio::time::sleep(std::time::Duration::from_millis(8)).await;
            }
            echo(head, reply).await;
        });
        let connection = connect_over(near).await;
        connection.send(get("/first"), LIMITS, &Cell::default()).await.expect("an answer");
        let (slow_edges, late_edges) = (Cell::default(), Cell::default());
        let slow = connection.send(get("/slow"), LIMITS, &slow_edges);
        let dropped = async {
            let waiting = connection.send(get("/waiting"), LIMITS, &slow_edges);
            assert!(!connection.has_room());
            assert!(tokio::time::timeout(std::time::Duration::from_millis(2), waiting).await.is_err());
        };
        let late = connection.send(get("/late"), LIMITS, &late_edges);
        let (slow, (), late) = tokio::join!(slow, dropped, late);
        assert!(slow.is_ok() && late.is_ok());
        assert!(late_edges.get().opened >= slow_edges.get().done, "it waited for the place");
    });
}

#[test]
fn the_last_handle_closes_gracefully() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 16);
        let connection = connect_over(near).await;
        let server = spawn_local(async move {
            let mut server = h2::server::handshake(far).await.expect("a client");
            while let Some(Ok((head, reply))) = server.accept().await {
                spawn_local(echo(head, reply));
            }
        });
        let other = connection.clone();
        connection.send(get("/"), LIMITS, &Cell::default()).await.expect("an answer");
        drop(connection);
        other.send(get("/"), LIMITS, &Cell::default()).await.expect("an answer");
        drop(other);
        server.await.expect("the server saw the end of the connection");
    });
}

#[test]
fn abort_fails_what_is_on_its_way() {
    run(async {
        let (near, far) = tokio::io::duplex(1 << 16);
        serve(far, h2::server::Builder::new(), |head, reply| async move {
            let _held = (head, reply);
            std::future::pending::<()>().await;
        });
        let connection = connect_over(near).await;
        let edges = Cell::default();
        let (result, ()) = tokio::join!(connection.send(get("/"), LIMITS, &edges), async {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            connection.abort();
        });
        let error = result.expect_err("aborted");
        assert!(!connection.is_open() && !error.unprocessed, "{error}");
        let error = connection.send(get("/"), LIMITS, &Cell::default()).await.expect_err("closed");
        assert!(error.unprocessed && error.code() == Some(1_600), "{error}");
        assert!(connection.ping().await.is_err());
    });
}
