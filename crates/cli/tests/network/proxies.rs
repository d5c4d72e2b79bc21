//! Proxies: which requests go through one, and what it gets.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{run, shop};

/// A proxy that speaks SOCKS5 or CONNECT, whichever the client begins with; it counts its tunnels.
fn proxy() -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let tunnels = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&tunnels);
    std::thread::spawn(move || {
        for client in listener.incoming().take(20).flatten() {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || serve(client, &counted));
        }
    });
    (port, tunnels)
}

fn serve(mut client: TcpStream, tunnels: &AtomicU64) -> Option<()> {
    let mut first = [0];
    client.read_exact(&mut first).ok()?;
    let upstream = if first[0] == 5 { socks5(&mut client)? } else { connect(&mut client)? };
    tunnels.fetch_add(1, Relaxed);
    let (mut from, mut to) = (client.try_clone().ok()?, upstream.try_clone().ok()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let (mut from, mut to) = (upstream, client);
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
    Some(())
}

/// The handshake of SOCKS5 without credentials; the version byte has been read.
fn socks5(client: &mut TcpStream) -> Option<TcpStream> {
    let mut count = [0];
    client.read_exact(&mut count).ok()?;
    client.read_exact(&mut vec![0; usize::from(count[0])]).ok()?;
    client.write_all(&[5, 0]).ok()?;
    let mut head = [0; 4];
    client.read_exact(&mut head).ok()?;
    let mut length = [4];
    if head[3] == 3 {
        client.read_exact(&mut length).ok()?;
    }
    // Whatever the name, it is the shop's.
    client.read_exact(&mut vec![0; usize::from(length[0])]).ok()?;
    let mut port = [0; 2];
    client.read_exact(&mut port).ok()?;
    let upstream = TcpStream::connect(("127.0.0.1", u16::from_be_bytes(port))).ok()?;
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).ok()?;
    Some(upstream)
}

/// A CONNECT request, of which the first letter has been read.
fn connect(client: &mut TcpStream) -> Option<TcpStream> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8_192 {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let (_, port) = head.strip_prefix("ONNECT ")?.split(' ').next()?.rsplit_once(':')?;
    let upstream = TcpStream::connect(("127.0.0.1", port.parse().ok()?)).ok()?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    Some(upstream)
}

#[test]
fn proxies_come_from_the_environment() {
    let shop = shop();
    let (http, https) = (shop.http_url(), shop.https_url());
    let https = https.expect("the shop speaks TLS too");
    let check = |scheme: &str, url: &str, no_proxy: &str, tunnels: u64| {
        let (port, counted) = proxy();
        let address = format!("{scheme}://127.0.0.1:{port}");
        // Loopback never goes through a proxy, so the target has a name.
        let url = url.replace("127.0.0.1", "shop.test").replace("localhost", "shop.test");
        let script = format!(
            "import http from 'k6/http';
             export const options = {{ hosts: {{ 'shop.test': '127.0.0.1' }}, insecureSkipTLSVerify: true }};
             export default function () {{
               const r = http.get('{url}/bin/get'); console.log('got ' + r.status + ' ' + r.error + '.');
             }}"
        );
        let env = [("HTTP_PROXY", address.as_str()), ("HTTPS_PROXY", &address), ("NO_PROXY", no_proxy)];
        let (_, log) = run(&script, &env);
        assert!(log.contains("got 200 ."), "{scheme} {url} {log}");
        assert_eq!(counted.load(Relaxed), tunnels, "{scheme} {url} {log}");
    };
    check("socks5", &http, "", 1);
    check("socks5", &https, "", 1);
    check("http", &https, "", 1);
    check("socks5", &http, "shop.test", 0);
    check("http", &https, ".test", 0);
}

#[test]
fn a_proxy_for_plain_requests_gets_the_whole_address() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let served = std::thread::spawn(move || -> Option<String> {
        let (mut client, _) = listener.accept().ok()?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).ok()?;
            head.extend(byte);
        }
        client.write_all(b"HTTP/1.1 203 Via\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok()?;
        String::from_utf8(head).ok()
    });
    let script = "import http from 'k6/http';
        export default function () { console.log('got ' + http.get('http://shop.test/a?b=c').status + '.'); }";
    let proxy = format!("http://ann:secret@127.0.0.1:{port}");
    let (_, log) = run(script, &[("HTTP_PROXY", &proxy)]);
    assert!(log.contains("got 203."), "{log}");
    let head = served.join().expect("the proxy ends").expect("it was asked");
    assert!(head.starts_with("GET http://shop.test/a?b=c HTTP/1.1\r\nHost: shop.test\r\n"), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic YW5uOnNlY3JldA==\r\n"), "{head}");
}
