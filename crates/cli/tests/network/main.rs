//! Network options driven from scripts by the real binary: names, blocks, proxies, connection reuse, rates.

mod nginx;
mod ntlm;
#[path = "../program/mod.rs"]
mod program;
mod proxies;
mod tls;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use nginx::Nginx;
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
