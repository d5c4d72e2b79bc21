//! Connections, headers, cookies, times.

use super::*;

fn lines(request: &str) -> Vec<&str> {
    request.split("\r\n").take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_connection_serves_one_request_after_the_other() {
    run(async {
        let server = Server::start(vec![vec![ok("a"), ok("b")]]).await;
        let client = client_with(settings());
        let (first, told) = send_on(&client, Request::get(server.url("/1")), None).await;
        let trail = told[0].trail;
        assert_eq!(&first.unwrap().body[..], b"a");
        assert!(trail.connecting() > Nanos::ZERO && trail.blocked() >= trail.connecting() && !trail.reused);
        assert!(trail.start <= trail.connected && trail.connected <= trail.sent);
        assert_eq!(trail.duration(), trail.sending() + trail.waiting() + trail.receiving());
        assert_eq!(client.idle(), 1);
        let (second, told) = send_on(&client, Request::get(server.url("/2")), None).await;
        let trail = told[0].trail;
        assert_eq!(&second.unwrap().body[..], b"b");
        assert_eq!((trail.connecting(), trail.looking_up(), trail.reused), (Nanos::ZERO, Nanos::ZERO, true));
        let request = format!("GET /2 HTTP/1.1\r\nHost: {}\r\nUser-Agent: test\r\n\r\n", server.address);
        assert_eq!(server.seen()[1], request);
        assert_eq!((trail.sent_bytes, trail.received_bytes), (request.len() as u64, 39));
    });
}

#[test]
fn waiting_is_the_servers_time_and_receiving_the_bodys() {
    run(async {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na".to_owned();
        let server = Server::start(vec![vec![Act::Slowly(vec![String::new(), head, "b".into()], 20)]]).await;
        let (outcome, told) = send_on(&client_with(settings()), Request::get(server.url("/")), None).await;
        outcome.unwrap();
        let trail = told[0].trail;
        let (waiting, receiving) = (trail.waiting(), trail.receiving());
        assert!(waiting >= Nanos::from_millis(19) && receiving >= Nanos::from_millis(19), "{trail:?}");
        assert!(trail.seen >= trail.done);
    });
}

#[test]
fn headers_are_sent_in_gos_order() {
    run(async {
        let server = Server::start(vec![vec![ok(""), ok(""), ok("")]]).await;
        let client = client_with(settings());
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let post = Request {
            method: Method::POST,
            headers: vec![
                header("x-b", "2"),
                header("Content-Length", "99"),
                header("host", "example.test"),
                header("accept", "*/*"),
                header("X-A", " 1 "),
            ]
            .into(),
            tell_headers: true,
            body: Some("hello".into()),
            cookies: vec![("c".into(), "v".into(), false)],
            ..Request::get(server.url("/p?q=a b"))
        };
        let response = send_on(&client, post, None).await.0.unwrap();
        assert_eq!(
            lines(&server.seen()[0]),
            [
                "POST /p?q=a b HTTP/1.1",
                "Host: example.test",
                "User-Agent: test",
                "Content-Length: 5",
                "Accept: */*",
                "Cookie: c=v",
                "X-A: 1",
                "X-B: 2",
            ]
        );
        assert!(server.seen()[0].ends_with("\r\n\r\nhello"));
        let shown = response.request_headers;
        let names: Vec<&str> = shown.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Accept", "Cookie", "Host", "X-A", "X-B"]);
        let empty = Request { method: Method::new("PUT"), ..Request::get(server.url("/")) };
        send_on(&client, empty, None).await.0.unwrap();
        assert!(server.seen()[1].contains("Content-Length: 0\r\n"));
        let agent =
            Request { headers: vec![header("user-agent", "")].into(), ..Request::get(server.url("/")) };
        send_on(&client, agent, None).await.0.unwrap();
        assert!(!server.seen()[2].to_lowercase().contains("user-agent"));
    });
}

#[test]
fn connections_are_kept_only_when_both_sides_want_it() {
    let check = |act: Act, kept: usize| {
        run(async {
            let server = Server::start(vec![vec![act, Act::Silence]]).await;
            let client = client_with(settings());
            send_on(&client, Request::get(server.url("/")), None).await.0.unwrap();
            assert_eq!(client.idle(), kept);
            client.close_idle();
            assert_eq!(client.idle(), 0);
        });
    };
    check(ok("x"), 1);
    check(answer("HTTP/1.1 204 No Content\r\n\r\n"), 1);
    check(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"), 1);
    check(answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), 0);
    check(answer("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), 0);
    check(answer("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"), 1);
    check(answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc"), 0);
}

#[test]
fn no_reuse_means_a_connection_each() {
    run(async {
        let server = Server::start(vec![vec![ok("a"), ok("x")], vec![ok("b")]]).await;
        let client = client_with(Settings { no_connection_reuse: true, ..settings() });
        for expected in ["a", "b"] {
            let response = send_on(&client, Request::get(server.url("/")), None).await.0.unwrap();
            assert_eq!(&response.body[..], expected.as_bytes());
        }
        assert!(server.seen().iter().all(|request| request.contains("\r\nConnection: close\r\n")));
    });
}

#[test]
fn a_stale_connection_is_replaced_once_it_is_safe() {
    let check = |method: &str, acts: Vec<Vec<Act>>, expected: Result<&str, u16>| {
        run(async {
            let server = Server::start(acts).await;
            let client = client_with(settings());
            send_on(&client, Request::get(server.url("/first")), None).await.0.unwrap();
            let again = Request { method: Method::new(method), ..Request::get(server.url("/again")) };
            let (outcome, told) = send_on(&client, again, None).await;
            assert_eq!(told.len(), 1);
            match expected {
                Ok(body) => assert_eq!(&outcome.unwrap().body[..], body.as_bytes()),
                Err(code) => assert_eq!(outcome.unwrap_err().code(), code),
            }
        });
    };
    // The server closes when it has read the second request: only what is safe to repeat is repeated.
    check("GET", vec![vec![ok("a"), Act::ReadAndClose], vec![ok("b")]], Ok("b"));
    check("GET", vec![vec![ok("a"), Act::Reset], vec![ok("b")]], Ok("b"));
    check("POST", vec![vec![ok("a"), Act::ReadAndClose], vec![ok("b")]], Err(1000));
    // A connection that was new has no excuse.
    check("GET", vec![vec![ok("a"), Act::ReadAndClose], vec![Act::ReadAndClose], vec![ok("c")]], Err(1000));
}

#[test]
fn a_connection_closed_while_idle_is_noticed_before_it_is_used() {
    run(async {
        let server = Server::start(vec![vec![ok("a"), Act::Close], vec![ok("b")]]).await;
        let client = client_with(settings());
        send_on(&client, Request::get(server.url("/")), None).await.0.unwrap();
        // The runtime looks at its sockets when there is nothing else to do.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let post = Request { method: Method::POST, ..Request::get(server.url("/")) };
        let (outcome, told) = send_on(&client, post, None).await;
        assert_eq!((&outcome.unwrap().body[..], told[0].trail.reused), (&b"b"[..], false));
    });
}

#[test]
fn cookies_go_to_the_jar_and_back() {
    run(async {
        let set = answer(
            "HTTP/1.1 200 OK\r\nSet-Cookie: a=jar\r\nset-cookie: b=2; Max-Age=9\r\nContent-Length: 0\r\n\r\n",
        );
        let server = Server::start(vec![vec![set, ok("")]]).await;
        let client = client_with(settings());
        let jar = RefCell::new(Jar::default());
        let response = send_on(&client, Request::get(server.url("/")), Some(&jar)).await.0.unwrap();
        assert_eq!(
            response.cookies.iter().map(|cookie| cookie.name.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        let own = vec![("Cookie".to_owned(), "h=1".to_owned())];
        let request = Request { headers: own.into(), ..Request::get(server.url("/")) };
        send_on(&client, request, Some(&jar)).await.0.unwrap();
        assert!(server.seen()[1].contains("\r\nCookie: h=1; a=jar; b=2\r\n"), "{}", server.seen()[1]);
    });
}

#[test]
fn bodies_are_packed_and_unpacked() {
    run(async {
        let body = crate::encoding::encode(b"the text", &[crate::encoding::Coding::Gzip]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::task::spawn_local(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            for answer in
                [[head.as_bytes(), &body].concat(), [head.as_bytes(), &vec![b'x'; body.len()]].concat()]
            {
                read_request(&mut stream).await.unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        });
        let client = client_with(settings());
        let url = Rc::new(Url::parse(&format!("http://{address}/")).unwrap());
        let packed =
            Request { compression: vec![crate::encoding::Coding::Deflate], ..Request::get(Rc::clone(&url)) };
        let packed = Request { method: Method::POST, body: Some("hello".into()), ..packed };
        let response = send_on(&client, packed, None).await.0.unwrap();
        assert_eq!(&response.body[..], b"the text");
        let (outcome, told) = send_on(&client, Request::get(url), None).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.code(), told[0].code, told[0].status), (1701, 1701, 0));
        assert_eq!(error.detail(), "error decompressing response body (gzip: invalid header)");
        assert!(error.partial_body().is_none());
    });
}

#[test]
fn a_discarded_body_is_read_all_the_same() {
    run(async {
        let server = Server::start(vec![vec![ok("0123456789"), ok("next")]]).await;
        let client = client_with(settings());
        let request = Request { discard_body: true, ..Request::get(server.url("/")) };
        let (outcome, told) = send_on(&client, request, None).await;
        assert!(outcome.unwrap().body.is_empty() && told[0].trail.received_bytes > 10);
        let response = send_on(&client, Request::get(server.url("/")), None).await.0.unwrap();
        assert_eq!(&response.body[..], b"next");
    });
}

#[test]
fn a_large_upload_can_be_answered_before_its_end() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::task::spawn_local(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await.unwrap();
            stream.write_all(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno").await.unwrap();
            std::future::pending::<()>().await;
            drop(stream);
        });
        let client = client_with(settings());
        let url = Rc::new(Url::parse(&format!("http://{address}/")).unwrap());
        let body = Some(vec![b'x'; 32 << 20].into());
        let request = Request { method: Method::POST, body, ..Request::get(url) };
        let response = send_on(&client, request, None).await.0.unwrap();
        assert_eq!((response.status, &response.body[..], client.idle()), (413, &b"no"[..], 0));
    });
}

#[test]
fn users_of_a_worker_can_share_connections() {
    run(async {
        let server = Server::start(vec![vec![ok("a"), ok("b")]]).await;
        let worker = Worker::new(Arc::new(Settings { pool: PoolScope::Worker, ..settings() }));
        for (user, expected) in [(1, "a"), (2, "b")] {
            let client = Client::new(Rc::clone(&worker), user);
            let response = send_on(&client, Request::get(server.url("/")), None).await.0.unwrap();
            assert_eq!((&response.body[..], client.idle()), (expected.as_bytes(), 0));
        }
        assert_eq!(worker.counts().dialled, 1);
    });
}

#[test]
fn idle_connections_are_bounded_per_host() {
    run(async {
        let acts = vec![vec![ok("x"), Act::Silence]; 4];
        let server = Server::start(acts).await;
        let client = client_with(Settings { max_idle_per_host: 2, ..settings() });
        let requests = (0..4).map(|_| send_on(&client, Request::get(server.url("/")), None));
        for (outcome, _) in futures_util::future::join_all(requests).await {
            outcome.unwrap();
        }
        assert_eq!(client.idle(), 2);
    });
}

#[test]
fn the_rate_limit_spaces_requests() {
    run(async {
        let server = Server::start(vec![vec![ok("x"); 3]]).await;
        let clock = Clock::start();
        let client = client_with(Settings { rate: crate::rate::RateLimit::new(100), ..settings() });
        let start = clock.now();
        for _ in 0..3 {
            send_on(&client, Request::get(server.url("/")), None).await.0.unwrap();
        }
        assert!(clock.now() - start >= Nanos::from_millis(20));
    });
}

#[test]
fn the_wire_is_kept_on_demand() {
    run(async {
        let server = Server::start(vec![vec![ok("body")]]).await;
        let client = client_with(Settings { keep_wire: true, ..settings() });
        let mut kept = None;
        client.send(Request::get(server.url("/w")), None, &mut |hop| kept = hop.wire.cloned()).await.unwrap();
        let wire = kept.unwrap();
        assert!(
            wire.request_head.starts_with(b"GET /w HTTP/1.1\r\n") && wire.request_head.ends_with(b"\r\n\r\n")
        );
        assert_eq!(&wire.response_head[..], b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
        assert_eq!(&wire.response_body[..], b"body");
    });
}
