//! Network options driven from scripts by the real binary: names, blocks, proxies, connection reuse, rates.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use target::{Shop, ShopOptions};

/// Exit status and log of a script.
fn run(script: &str, env: &[(&str, &str)]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    std::fs::write(folder.path().join("t.js"), script).expect("a temporary folder can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["run", "-q", "--summary-mode", "disabled", "t.js"])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn shop() -> target::Running {
    let tls_addr = Some(([127, 0, 0, 1], 0).into());
    Shop::start(ShopOptions { tls_addr, ..ShopOptions::default() }).expect("the shop opens on a free port")
}

#[test]
fn options_of_the_network_reach_requests() {
    let shop = shop();
    let base = shop.http_url();
    let port = base.rsplit(':').next().expect("the address has a port").to_owned();
    let check = |options: &str, expression: &str, expected: &str| {
        let script = format!(
            "import http from 'k6/http';
             export const options = {options};
             const PORT = '{port}', BASE = '{base}';
             export default function () {{ const r = {expression}; console.log('got ' + r + '.'); }}"
        );
        let (code, log) = run(&script, &[]);
        assert!(
            code == 0 && log.contains(&format!("got {expected}.")),
            "{options} {expression}: {code} {log}"
        );
    };
    check(
        "{ hosts: { 'shop.test': '127.0.0.1' } }",
        "http.get(`http://shop.test:${PORT}/bin/get`).status",
        "200",
    );
    let with_port = format!("{{ hosts: {{ 'shop.test:81': '127.0.0.1:{port}' }} }}");
    check(&with_port, "http.get('http://shop.test:81/bin/get').status", "200");
    let any = format!("{{ hosts: {{ '*.test': '127.0.0.1:{port}' }} }}");
    check(&any, "http.get('http://a.b.test/bin/get').status", "200");
    check("{ blockHostnames: ['*.test'] }", "http.get('http://a.test/').error_code", "1111");
    check("{ blacklistIPs: ['127.0.0.0/8'] }", "http.get(`${BASE}/bin/get`).error_code", "1110");
    check(
        "{ dns: { ttl: '1s', select: 'first', policy: 'onlyIPv4' } }",
        "http.get(`http://localhost:${PORT}/bin/get`).status",
        "200",
    );
    let twice =
        "[http.get(`${BASE}/bin/get`), http.get(`${BASE}/bin/get`)].map((r) => r.timings.connecting > 0)";
    check("{}", twice, "true,false");
    check("{ noConnectionReuse: true }", twice, "true,true");
    let timed = "(() => { const t = Date.now(); for (let i = 0; i < 5; i++) http.get(`${BASE}/bin/get`); \
                 return Date.now() - t >= 350; })()";
    check("{ rps: 10 }", timed, "true");
    let user = "http.get(`${BASE}/bin/digest-auth/auth/ann/secret`.replace('//', '//ann:secret@'), \
                { auth: 'digest' }).status";
    check("{}", user, "200");
}

#[test]
fn connections_outlive_iterations_unless_told_otherwise() {
    let shop = shop();
    let check = |options: &str, expected: [bool; 2]| {
        let script = format!(
            "import http from 'k6/http';
             export const options = {{ iterations: 2, {options} }};
             export default function () {{
               console.log(`${{__ITER}} ${{http.get('{}/bin/get').timings.connecting > 0}}.`);
             }}",
            shop.http_url()
        );
        let (_, log) = run(&script, &[]);
        for (iteration, dialled) in expected.into_iter().enumerate() {
            assert!(log.contains(&format!("{iteration} {dialled}.")), "{options}: {log}");
        }
    };
    check("", [true, false]);
    check("noVUConnectionReuse: true", [true, true]);
}

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
