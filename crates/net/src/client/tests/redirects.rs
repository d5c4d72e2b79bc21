//! Redirects and challenges.

use super::*;

fn redirect(status: u16, location: &str) -> Act {
    Act::Answer(format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn methods_and_bodies_survive_some_redirects() {
    let check = |status: u16, method: &str, expected: &str, with_body: bool| {
        run(async {
            let server = Server::start(vec![vec![redirect(status, "/next"), ok("")]]).await;
            let request = Request {
                method: Method::new(method),
                headers: vec![header("X-Keep", "y"), header("Content-Type", "text/x")].into(),
                body: Some("data".into()),
                ..Request::get(server.url("/first"))
            };
            let (outcome, told) = send_on(&client_with(settings()), request, None).await;
            assert_eq!(outcome.unwrap().url.path(), "/next");
            assert_eq!(told.iter().map(|hop| hop.status).collect::<Vec<_>>(), [status, 200]);
            let second = &server.seen()[1];
            assert!(second.starts_with(&format!("{expected} /next ")), "{second}");
            assert!(second.contains("X-Keep: y") && second.contains("/first\r\n"), "{second}");
            assert_eq!((second.ends_with("data"), second.contains("Content-Type")), (with_body, with_body));
        });
    };
    for status in [301, 302, 303] {
        check(status, "POST", "GET", false);
    }
    check(302, "HEAD", "HEAD", false);
    check(307, "POST", "POST", true);
    check(308, "PUT", "PUT", true);
}

#[test]
fn too_many_redirects_give_the_last_one() {
    run(async {
        let acts = (1..6).map(|step| redirect(302, &format!("/{step}"))).collect();
        let server = Server::start(vec![acts]).await;
        let request = Request { redirects: 2, ..Request::get(server.url("/0")) };
        let (outcome, told) = send_on(&client_with(settings()), request, None).await;
        let response = outcome.unwrap();
        assert_eq!((response.status, response.url.path(), told.len()), (302, "/2", 3));
        assert_eq!(response.headers.text_of("location"), Some("/3"));
    });
}

#[test]
fn a_redirect_to_nowhere_is_an_answer_or_an_error() {
    run(async {
        let acts = vec![
            answer("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
            redirect(302, ""),
            redirect(304, "/x"),
            redirect(302, "http://%zz"),
        ];
        let server = Server::start(vec![acts]).await;
        let client = client_with(settings());
        for status in [302, 302, 304] {
            let (outcome, told) = send_on(&client, Request::get(server.url("/")), None).await;
            assert_eq!((outcome.unwrap().status, told.len()), (status, 1));
        }
        let (outcome, told) = send_on(&client, Request::get(server.url("/")), None).await;
        let error = outcome.unwrap_err();
        let text = "failed to parse Location header \"http://%zz\": parse \"http://%zz\": invalid URL escape \"%zz\"";
        assert_eq!((error.code(), error.to_string().as_str(), told.len()), (1000, text, 1));
        assert_eq!(error.detail(), format!("Get \"{}\": {text}", server.url("/")));
    });
}

#[test]
fn secrets_are_not_told_to_another_host() {
    run(async {
        let target = Server::start(vec![vec![ok("")]]).await;
        let elsewhere = format!("http://localhost:{}/", target.address.port());
        let server = Server::start(vec![vec![redirect(302, &elsewhere)]]).await;
        let headers =
            vec![header("Authorization", "Bearer t"), header("X-Mine", "m"), header("Cookie", "own=1")];
        let request =
            Request { headers: headers.into(), tell_headers: true, ..Request::get(server.url("/")) };
        let response = send_on(&client_with(settings()), request, None).await.0.unwrap();
        assert_eq!(response.url.as_str(), elsewhere);
        let seen = &target.seen()[0];
        assert!(seen.contains("X-Mine: m") && !seen.contains("Bearer") && !seen.contains("own=1"), "{seen}");
        let shown = response.request_headers;
        assert!(shown.contains(&header("Authorization", "Bearer t")));
    });
}

#[test]
fn a_cookie_set_by_a_redirect_is_sent_after_it() {
    run(async {
        let set =
            answer("HTTP/1.1 302 Found\r\nSet-Cookie: x=1\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n");
        let server = Server::start(vec![vec![set, ok("")]]).await;
        let jar = RefCell::new(Jar::default());
        send_on(&client_with(settings()), Request::get(server.url("/")), Some(&jar)).await.0.unwrap();
        assert!(server.seen()[1].contains("\r\nCookie: x=1\r\n"));
    });
}

fn with_credentials(server: &Server) -> Rc<Url> {
    Rc::new(Url::parse(&format!("http://ann:s%40c@{}/p?x=1", server.address)).unwrap())
}

#[test]
fn credentials_of_the_url_become_basic_and_are_masked() {
    run(async {
        let server = Server::start(vec![vec![ok("")]]).await;
        let (outcome, told) =
            send_on(&client_with(settings()), Request::get(with_credentials(&server)), None).await;
        assert!(server.seen()[0].contains("\r\nAuthorization: Basic YW5uOnNAYw==\r\n"));
        assert_eq!(told[0].url, format!("http://****:****@{}/p?x=1", server.address));
        assert_eq!(outcome.unwrap().url, with_credentials(&server));
    });
}

#[test]
fn digest_answers_the_challenge_and_sends_the_body_again() {
    run(async {
        let challenge = answer(
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\nContent-Length: 0\r\n\r\n",
        );
        let server =
            Server::start(vec![vec![challenge.clone(), ok("in"), challenge.clone(), challenge]]).await;
        let client = client_with(settings());
        let request = Request {
            method: Method::POST,
            body: Some("the body".into()),
            auth: Some(AuthScheme::Digest),
            ..Request::get(with_credentials(&server))
        };
        let (outcome, told) = send_on(&client, request.clone(), None).await;
        assert_eq!(&outcome.unwrap().body[..], b"in");
        let bare = format!("http://{}/p?x=1", server.address);
        let seen: Vec<_> = told.iter().map(|hop| (hop.status, hop.challenge, hop.url == bare)).collect();
        assert_eq!(seen, [(401, true, true), (200, false, true)]);
        let requests = server.seen();
        assert!(!requests[0].contains("Authorization") && requests[0].ends_with("the body"));
        assert!(requests[1].contains("Authorization: Digest ") && requests[1].contains("uri=\"/p?x=1\""));
        assert!(requests[1].ends_with("the body"));
        let (outcome, told) = send_on(&client, request, None).await;
        assert_eq!((outcome.unwrap().status, told.len()), (401, 2));
    });
}

#[test]
fn ntlm_stays_on_one_connection() {
    run(async {
        let no = |value: &str| {
            Act::Answer(format!("HTTP/1.1 401 No\r\nWWW-Authenticate: {value}\r\nContent-Length: 0\r\n\r\n"))
        };
        // A challenge message with flags, a server challenge and an empty target.
        let mut message = b"NTLMSSP\0\x02\0\0\0\0\0\0\0\x38\0\0\0\x01\x02\x88\0".to_vec();
        message.extend_from_slice(
            b"\x01\x23\x45\x67\x89\xab\xcd\xef\0\0\0\0\0\0\0\0\0\0\0\0\x38\0\0\0\0\0\0\0\0\0\0\0",
        );
        use base64::Engine as _;
        let token = base64::engine::general_purpose::STANDARD.encode(&message);
        let acts = vec![no("NTLM"), no(&format!("NTLM {token}")), ok("in")];
        let server = Server::start(vec![acts]).await;
        let request = Request { auth: Some(AuthScheme::Ntlm), ..Request::get(with_credentials(&server)) };
        let (outcome, told) = send_on(&client_with(settings()), request, None).await;
        assert_eq!(&outcome.unwrap().body[..], b"in");
        assert_eq!(told.iter().map(|hop| hop.status).collect::<Vec<_>>(), [401, 401, 200]);
        let requests = server.seen();
        assert!(requests[1].contains("Authorization: NTLM ") && requests[2].contains("Authorization: NTLM "));
    });
}
