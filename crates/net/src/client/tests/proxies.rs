//! Through proxies.

use super::*;
use crate::proxy::Proxy;

fn through(proxy: &str) -> Settings {
    let mut settings = settings();
    let proxy = Proxy::parse(proxy).unwrap();
    settings.proxies.http = Some(proxy.clone());
    settings.proxies.https = Some(proxy);
    settings
}

fn url(text: &str) -> Rc<Url> {
    Rc::new(Url::parse(text).unwrap())
}

#[test]
fn plain_http_asks_a_proxy_for_absolute_urls() {
    run(async {
        let server = Server::start(vec![vec![ok("a"), ok("b")]]).await;
        let client = client_with(through(&format!("http://ann:pw@{}", server.address)));
        for expected in ["a", "b"] {
            let response = send_on(&client, Request::get(url("http://far.test/x?y")), None).await.0.unwrap();
            assert_eq!(&response.body[..], expected.as_bytes());
        }
        assert_eq!(
            server.seen()[0],
            "GET http://far.test/x?y HTTP/1.1\r\nHost: far.test\r\nUser-Agent: test\r\nProxy-Authorization: Basic YW5uOnB3\r\n\r\n"
        );
    });
}

#[test]
fn a_refused_tunnel_is_told_in_the_proxys_words() {
    run(async {
        let server =
            Server::start(vec![vec![answer("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")]]).await;
        let client = client_with(through(&server.address.to_string()));
        let (outcome, _) = send_on(&client, Request::get(url("https://far.test/")), None).await;
        assert!(outcome.unwrap_err().to_string().contains("407 Who are you"));
        assert!(server.seen()[0].starts_with("CONNECT far.test:443 HTTP/1.1\r\nHost: far.test:443\r\n"));
    });
}

#[test]
fn socks_is_asked_for_names() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&asked);
        tokio::task::spawn_local(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 4];
            stream.read_exact(&mut hello).await.unwrap();
            stream.write_all(&[5, 2]).await.unwrap();
            let mut login = [0; 10];
            stream.read_exact(&mut login).await.unwrap();
            stream.write_all(&[1, 0]).await.unwrap();
            let mut target = [0; 15];
            stream.read_exact(&mut target).await.unwrap();
            stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await.unwrap();
            log.borrow_mut().extend_from_slice(&login);
            log.borrow_mut().extend_from_slice(&target);
            read_request(&mut stream).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await.unwrap();
        });
        let client = client_with(through(&format!("socks5://ann:word@{address}")));
        let response = send_on(&client, Request::get(url("http://far.test/")), None).await.0.unwrap();
        assert_eq!(&response.body[..], b"hi");
        assert_eq!(
            &asked.borrow()[..],
            b"\x01\x03ann\x04word\x05\x01\0\x03\x08far.test\0\x50"[..].strip_suffix(b"").unwrap()
        );
    });
}
