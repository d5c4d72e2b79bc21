//! Network options driven from scripts by the real binary: names, blocks, proxies, connection reuse, rates.

mod program;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use program::{folder, plimsoll, said, write};
use target::{Shop, ShopOptions};

/// Exit status and log of a script.
fn run(script: &str, env: &[(&str, &str)]) -> (i32, String) {
    let folder = folder();
    write(folder.path(), "t.js", script);
    let mut command = plimsoll(folder.path(), &["run", "-q", "--summary-mode", "disabled", "t.js"]);
    let (code, _, log) = said(command.envs(env.iter().copied()));
    (code, log)
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

/// Files of the test: an authority, a server and a client that it knows. They are good for a hundred years.
fn pem(name: &str) -> String {
    format!("{}/tests/tls/{name}.pem", env!("CARGO_MANIFEST_DIR"))
}

/// nginx, which tells what it saw of each request: a real server with a TLS library of its own.
struct Nginx {
    process: std::process::Child,
    port: u16,
    _folder: tempfile::TempDir,
}

/// What it answers, member by member.
const SEEN: &str = r#"{"protocol":"$server_protocol","ip":"$remote_addr","tls":"$ssl_protocol","cipher":"$ssl_cipher",
    "reused":"$ssl_session_reused","client":"$ssl_client_s_dn","agent":"$http_user_agent","connection":$connection}"#;

impl Nginx {
    fn start() -> Self {
        let folder = folder();
        let here = folder.path().display();
        let free = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|name| format!("{name}_temp_path {here}/{name}; "))
            .collect();
        let seen = SEEN.replace("\n    ", "");
        let settings = format!(
            "daemon off; master_process off; pid {here}/pid; error_log {here}/error.log;
             events {{ worker_connections 512; }}
             http {{
               access_log off; {places}
               server {{
                 listen 127.0.0.1:{port} ssl http2;
                 ssl_certificate {}; ssl_certificate_key {};
                 ssl_client_certificate {}; ssl_verify_client optional;
                 ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:seen:1m;
                 location / {{ default_type application/json; return 200 '{seen}'; }}
               }}
             }}",
            pem("server"),
            pem("server-key"),
            pem("ca"),
        );
        let path = folder.path().join("nginx.conf");
        std::fs::write(&path, settings).expect("a temporary folder can be written");
        let process = Command::new("nginx")
            .env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
            .args(["-p", &here.to_string(), "-c"])
            .arg(&path)
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed; `cargo xtask test` sees to it");
        let nginx = Self { process, port, _folder: folder };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return nginx;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("nginx does not listen");
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn tls_options_reach_a_real_server() {
    let nginx = Nginx::start();
    let base = format!("https://localhost:{}", nginx.port);
    let check = |options: &str, env: &[(&str, &str)], expression: &str, expected: &str| {
        let opened: String = ["client", "client-key", "client-key-pkcs8", "client-key-legacy"]
            .iter()
            .map(|name| format!("'{name}': open('{}'),", pem(name)))
            .collect();
        let script = format!(
            "import http from 'k6/http';
             const BASE = '{base}', PEM = {{ {opened} }};
             const shown = (key, more) => [{{ cert: PEM.client, key: PEM[key], ...more }}];
             export const options = {{ {options} }};
             const seen = (params) => http.get(BASE, params).json();
             export default function () {{ const r = {expression}; console.log('got ' + r + '.'); }}"
        );
        let (_, log) = run(&script, env);
        assert!(
            log.contains(&format!("got {expected}.")),
            "{options} {expression}: {expected} expected:\n{log}"
        );
    };
    let any = "insecureSkipTLSVerify: true";
    let with = |more: &str| format!("{any}, {more}");
    check("", &[], "http.get(BASE).error_code", "1310");
    check(any, &[], "http.get(BASE).status", "200");
    check("", &[("SSL_CERT_FILE", &pem("ca"))], "http.get(BASE).status", "200");

    check(&with("tlsVersion: 'tls1.2'"), &[], "seen().tls", "TLSv1.2");
    check(&with("tlsVersion: { min: 'tls1.3' }"), &[], "seen().tls", "TLSv1.3");
    check(&with("tlsVersion: { max: http.TLS_1_2 }"), &[], "http.get(BASE).tls_version", "tls1.2");
    let suites = "tlsVersion: 'tls1.2', tlsCipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']";
    check(&with(suites), &[], "seen().cipher", "ECDHE-ECDSA-AES128-GCM-SHA256");

    let known = "CN=known client";
    check(any, &[], "seen().client", "");
    check(&with("tlsAuth: shown('client-key')"), &[], "seen().client", known);
    let password = "{ password: 'swordfish' }";
    check(&with(&format!("tlsAuth: shown('client-key-pkcs8', {password})")), &[], "seen().client", known);
    check(&with(&format!("tlsAuth: shown('client-key-legacy', {password})")), &[], "seen().client", known);
    check(&with("tlsAuth: shown('client-key', { domains: ['localhost'] })"), &[], "seen().client", known);
    check(&with("tlsAuth: shown('client-key', { domains: ['elsewhere.test'] })"), &[], "seen().client", "");

    let versions = "[{}, { httpVersion: '1.1' }, { httpVersion: '2' }].map((p) => seen(p).protocol)";
    check(any, &[], versions, "HTTP/2.0,HTTP/1.1,HTTP/2.0");
    check(any, &[("GODEBUG", "http2client=0")], "seen().protocol", "HTTP/1.1");
    let thrice = "[1, 2, 3].map(() => seen().reused)";
    check(&with("noConnectionReuse: true"), &[], thrice, ".,.,.");
    let resumes = "noConnectionReuse: true, plimsoll: { tlsResumption: true }";
    check(&with(resumes), &[], thrice, ".,r,r");
    check(&with("userAgent: 'me/1'"), &[], "seen().agent", "me/1");
    check(&with("userAgent: ''"), &[], "seen().agent", "");
    check(any, &[("K6_LOCAL_IPS", "127.0.0.7-127.0.0.9")], "seen().ip", "127.0.0.7");
    check(
        &with("vus: 3, iterations: 30"),
        &[("K6_LOCAL_IPS", "127.0.0.7-127.0.0.9")],
        "__VU + ' ' + seen().ip",
        "3 127.0.0.9",
    );
}

#[test]
fn an_artillery_script_shows_its_certificate() {
    let nginx = Nginx::start();
    let check = |tls: &str, wanted: &str| {
        let folder = folder();
        let script = format!(
            "config: {{target: 'https://localhost:{}', tls: {tls}}}
scenarios: [{{flow: [{{get: {{url: /, capture: {{json: $.client, as: who, strict: false}}}}}}, {{log: 'who {{{{ who }}}}.'}}]}}]
",
            nginx.port
        );
        write(folder.path(), "s.yml", script);
        let (_, out, log) =
            said(plimsoll(folder.path(), &["run", "-q", "s.yml"]).env("SSL_CERT_FILE", pem("ca")));
        assert!([&*out, &*log].concat().contains(wanted), "{tls}: {wanted} expected:\n{out}{log}");
    };
    let (cert, key, packed) = (pem("client"), pem("client-key"), pem("client-key-pkcs8"));
    check("{}", "who .");
    check(&format!("{{cert: {cert}, key: {key}}}"), "who CN=known client.");
    check(
        &format!("{{client: {{cert: {cert}, key: {packed}, passphrase: swordfish}}}}"),
        "who CN=known client.",
    );
    check(&format!("{{cert: {cert}}}"), "key must be PEM");
    check(&format!("{{cert: {cert}, key: /nowhere.pem}}"), "/nowhere.pem: cannot be read");
    check("{pfx: ./client.pfx}", "pfx is not supported");
}

#[test]
fn a_client_key_that_cannot_be_read_ends_the_run_before_it_starts() {
    let check = |key: &str, more: &str, part: &str| {
        let script = format!(
            "export const options = {{ tlsAuth: [{{ cert: open('{}'), key: open('{}'), {more} }}] }};
             export default function () {{ console.log('load'); }}",
            pem("client"),
            pem(key)
        );
        let (code, log) = run(&script, &[]);
        assert!(code == 104 && log.contains(part) && !log.contains("load"), "{key}: {code} {log}");
    };
    check("client-key-pkcs8", "", "tlsAuth has no password");
    check("client-key-legacy", "password: 'guess'", "the password is wrong");
    check("server-key", "", "the client certificate cannot be used");
}

#[test]
fn users_of_a_thread_share_connections_when_told() {
    let nginx = Nginx::start();
    let distinct = |options: &str| {
        let script = format!(
            "import http from 'k6/http';
             import {{ sleep }} from 'k6';
             export const options = {{ insecureSkipTLSVerify: true, {options},
               scenarios: {{ a: {{ executor: 'per-vu-iterations', vus: 12, iterations: 1 }} }} }};
             export default function () {{
               sleep(__VU * 0.05);
               console.log(`connection=${{http.get('https://localhost:{}').json('connection')}}`);
             }}",
            nginx.port
        );
        let (_, log) = run(&script, &[]);
        let mut seen: Vec<&str> =
            log.split("connection=").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(seen.len(), 12, "{log}");
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    };
    assert_eq!(distinct("plimsoll: { connectionPool: 'vu' }"), 12);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let shared = distinct("plimsoll: { connectionPool: 'worker' }");
    assert!(shared <= threads.min(11), "{shared} connections, {threads} threads");
}

/// A server that answers after a while and counts how many requests it held at once.
fn slow_server() -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let (now, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&most);
    std::thread::spawn(move || {
        for client in listener.incoming().take(200).flatten() {
            let (now, most) = (Arc::clone(&now), Arc::clone(&counted));
            std::thread::spawn(move || answer_late(client, &now, &most));
        }
    });
    (port, most)
}

fn answer_late(mut client: TcpStream, now: &AtomicU64, most: &AtomicU64) -> Option<()> {
    let mut head = [0; 4096];
    if client.read(&mut head).ok()? == 0 {
        return None;
    }
    most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
    std::thread::sleep(std::time::Duration::from_millis(150));
    now.fetch_sub(1, Relaxed);
    client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok()
}

#[test]
fn batches_keep_to_their_limits() {
    let check = |options: &str, requests: usize, expected: u64| {
        let (port, most) = slow_server();
        let script = format!(
            "import http from 'k6/http';
             export const options = {{ {options} }};
             export default function () {{
               const all = http.batch(Array.from({{ length: {requests} }}, () => 'http://127.0.0.1:{port}/'));
               console.log('ok ' + all.filter((r) => r.status === 200).length + '.');
             }}"
        );
        let (_, log) = run(&script, &[]);
        assert!(log.contains(&format!("ok {requests}.")), "{options}: {log}");
        assert_eq!(most.load(Relaxed), expected, "{options}");
    };
    check("", 12, 6);
    check("batchPerHost: 2", 6, 2);
    check("batch: 3", 9, 3);
    check("batch: 0, batchPerHost: 0", 24, 24);
}

#[test]
fn options_about_answers_and_failures_reach_scripts() {
    let shop = shop();
    let base = shop.http_url();
    let check = |options: &str, expression: &str, expected: &str| {
        let script = format!(
            "import http from 'k6/http';
             export const options = {{ {options} }};
             const caught = (f) => {{ try {{ return f(); }} catch (e) {{ return 'threw ' + e.name; }} }};
             export default function () {{ const r = {expression}; console.log('got ' + r + '.'); }}"
        );
        let (_, log) = run(&script, &[]);
        assert!(log.contains(&format!("got {expected}.")), "{options} {expression}: {log}");
    };
    let refused = "caught(() => http.get('http://127.0.0.1:1/').error_code)";
    check("", refused, "1212");
    check("throw: true", refused, "threw GoError");
    check("throw: true", "caught(() => http.get('http://127.0.0.1:1/', { throw: false }).status)", "0");
    let body = format!("http.get('{base}/bin/get').body === null");
    check("", &body, "false");
    check("discardResponseBodies: true", &body, "true");
    let kept = format!("http.get('{base}/bin/get', {{ responseType: 'text' }}).body.length > 0");
    check("discardResponseBodies: true", &kept, "true");
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

/// A challenge of a server that speaks NTLM: no name, no information about the domain.
const NTLM_CHALLENGE: &str =
    "TlRMTVNTUAACAAAAAAAAADgAAAABAogAASNFZ4mrze8AAAAAAAAAAAQABAA4AAAAAAAAAAAAAAAAAAAA";

/// A server that lets in whoever goes through the three steps of NTLM on one connection; what was sent to it.
fn ntlm_server() -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let served = std::thread::spawn(move || {
        let mut seen = Vec::new();
        let Ok((mut client, _)) = listener.accept() else { return seen };
        for step in 0..3 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if client.read_exact(&mut byte).is_err() {
                    return seen;
                }
                head.extend(byte);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let said = head.lines().find_map(|line| line.strip_prefix("Authorization: ")).unwrap_or_default();
            seen.push(said.chars().take(21).collect());
            let answer = match step {
                0 => "401 Unauthorized\r\nWWW-Authenticate: NTLM".to_owned(),
                1 => format!("401 Unauthorized\r\nWWW-Authenticate: NTLM {NTLM_CHALLENGE}"),
                _ => "200 OK".to_owned(),
            };
            let _ = write!(client, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        }
        seen
    });
    (port, served)
}

#[test]
fn ntlm_is_spoken_on_one_connection() {
    let (port, served) = ntlm_server();
    let script = format!(
        "import http from 'k6/http';
         export default function () {{
           console.log('got ' + http.get('http://ann:secret@127.0.0.1:{port}/', {{ auth: 'ntlm' }}).status + '.');
         }}"
    );
    let (_, log) = run(&script, &[]);
    assert!(log.contains("got 200."), "{log}");
    // NTLMSSP and the type of the message: the first, then the third.
    assert_eq!(served.join().expect("it ends")[1..], ["NTLM TlRMTVNTUAABAAAA", "NTLM TlRMTVNTUAADAAAA"]);
}
