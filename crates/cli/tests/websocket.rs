//! WebSockets of the real binary: servers that break the rules get their words, nobody waits for them, and
//! what users brought runs against the shop.

#[path = "rude/child.rs"]
mod child;
mod program;

use std::collections::BTreeMap;
use std::time::Duration;

use child::watch;
use program::{folder, plimsoll, said};
use serde_json::{Value, json};
use target::rude::{self, Speaks};
use target::{Running, Shop, ShopOptions};

/// Meets each server with both modules and tells what happened.
const MEETING: &str = "
    import ws from 'k6/ws';
    import { WebSocket } from 'k6/websockets';
    const targets = JSON.parse(open('./targets.json'));
    const plain = (text) => String(text).replace(/127\\.0\\.0\\.1:\\d+/g, 'ADDR');
    const row = (name, api, events) => console.log('ROW' + JSON.stringify({ name, api, events: events.join(' | ') }));
    const params = (name) => (/bomb|deflate|packed-echo|extension/.test(name) ? { compression: 'deflate' } : {});
    const long = 'plimsoll '.repeat(500);
    export function blocking() {
        for (const { name, url } of targets) {
            const events = [];
            const { status, error } = ws.connect(url, params(name), (socket) => {
                socket.on('open', () => {
                    events.push('open');
                    if (name === 'ws-packed-echo') socket.send(long);
                });
                socket.on('message', (text) => {
                    events.push(text === long ? 'long' : text);
                    if (text === long) socket.close(1000);
                });
                socket.on('binaryMessage', (bytes) => events.push(bytes.byteLength));
                socket.on('ping', () => events.push('ping'));
                socket.on('error', (e) => events.push(plain(e.error())));
                socket.on('close', (code) => events.push(code));
                socket.setTimeout(() => socket.close(), 6000);
            });
            row(name, 'ws', [...events, `${status} ${plain(error)}`.trim()]);
        }
    }
    export function looping() {
        for (const { name, url } of targets) {
            const events = [];
            const socket = new WebSocket(url, null, params(name));
            socket.onopen = () => {
                events.push('open');
                if (name === 'ws-packed-echo') socket.send(long);
            };
            socket.onmessage = ({ data }) => {
                events.push(data === long ? 'long' : data);
                if (data === long) socket.close();
            };
            socket.onping = () => events.push('ping');
            socket.onerror = ({ error }) => events.push(plain(error));
            socket.onclose = ({ code }) => row(name, 'websockets', [...events, code]);
            setTimeout(() => socket.close(), 6000);
        }
    }
    export const options = { scenarios: {
        blocking: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'blocking' },
        looping: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'looping' },
    } };
    export function teardown() { console.log('torn down'); }
";

const BROKEN: &str = "websocket: close 1006 (abnormal closure): unexpected EOF";
const TOO_BIG: &str = "websocket: read limit exceeded: a message has more than 67108864 bytes";
const RESET: &str = "read tcp ADDR->ADDR: read: connection reset by peer";

/// What happens with a server whose frames end the session: open, the error, the end.
fn fails(error: &str) -> (String, String) {
    (format!("open | {error} | 1006 | 101"), format!("open | {error} | 1006"))
}

/// What happens with a server whose handshake is none.
fn refused(status: u16, error: &str, why: &str) -> (String, String) {
    (format!("{status} {error}").trim().to_owned(), format!("{why} | "))
}

/// What both modules make of each server.
fn expected(name: &str) -> (String, String) {
    let bad = "websocket: bad handshake";
    let told = |why: &str| {
        let error = format!("{bad}: {why}");
        refused(101, &error, &error)
    };
    match name {
        "ws-wrong-accept" => told("the answer's Sec-WebSocket-Accept does not belong to the key"),
        "ws-no-upgrade" => told("the answer has no Upgrade: websocket"),
        "ws-unknown-extension" => {
            told("permessage-deflate with client_max_window_bits, which was not offered")
        }
        "ws-answers-page" => refused(200, "", bad),
        "ws-refuses" => refused(403, "", bad),
        "ws-no-answer" => refused(0, "EOF", "EOF"),
        "ws-not-http" => {
            let error = "net/http: HTTP/1.x transport connection broken: malformed HTTP status code \"I\"";
            refused(0, error, error)
        }
        "ws-masked" => fails("websocket: bad MASK"),
        "ws-oversized" | "ws-bomb" | "ws-endless-message" => fails(TOO_BIG),
        "ws-long-ping" => fails("websocket: len > 125 for control"),
        "ws-fragmented-ping" => fails("websocket: FIN not set on control"),
        "ws-bad-opcode" => fails("websocket: bad opcode 3"),
        "ws-packed-unasked" => fails("websocket: RSV1 set"),
        "ws-stray-fragment" => fails("websocket: continuation after FIN"),
        "ws-nested-message" => fails("websocket: data before FIN"),
        "ws-silent-close" => fails(BROKEN),
        "ws-reset-in-message" => fails(RESET),
        "ws-not-utf8" => fails("websocket: a text message is not UTF-8"),
        "ws-close-not-utf8" => fails("websocket: invalid utf8 payload in close frame"),
        "ws-bad-close-code" => fails("websocket: bad close code 1005"),
        "ws-bad-deflate" => fails("websocket: a packed message is not deflate data"),
        // The script closes: one module does not wait for the server, the other not forever.
        "ws-deaf" => ("open | 1001 | 101".to_owned(), "open | 1006".to_owned()),
        "ws-packed-echo" => ("open | long | 1000 | 101".to_owned(), "open | long | 1000".to_owned()),
        "ws-trickle" => {
            ("open | ping | hello | 1000 | 101".to_owned(), "open | ping | hello | 1000".to_owned())
        }
        other => panic!("nothing is said of {other}"),
    }
}

#[test]
fn rude_servers_get_their_words() {
    let servers: Vec<_> = rude::all()
        .filter(|behaviour| behaviour.speaks == Speaks::WebSocket)
        .map(|behaviour| (behaviour.name, rude::start(behaviour).expect("it starts")))
        .collect();
    assert!(servers.len() >= 25);
    let folder = folder();
    let targets: Vec<Value> = servers
        .iter()
        .map(|(name, running)| json!({"name": name, "url": running.http_url().replace("http", "ws")}))
        .collect();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("targets.json", &json!(targets).to_string());
    write("t.js", MEETING);
    let command = plimsoll(folder.path(), &["run", "-q", "--log-format", "raw", "t.js"]);
    let run = watch(command, Duration::from_secs(80));
    let rows: BTreeMap<(String, String), String> = run
        .log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("ROW")?).ok())
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            ((text("name"), text("api")), text("events"))
        })
        .collect();
    let mut wrong = Vec::new();
    for (name, _) in &servers {
        let (blocking, looping) = expected(name);
        for (api, expected) in [("ws", blocking), ("websockets", looping)] {
            let got = rows.get(&((*name).to_owned(), api.to_owned())).cloned().unwrap_or_default();
            if got != expected {
                wrong.push(format!("{name} {api}:\n  {got}\n  {expected}"));
            }
        }
    }
    println!("peak {:?} in {:?}", run.peak, run.took);
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), run.log);
    assert_eq!(run.code, 0, "{}", run.log);
    assert!(run.ports.iter().all(|port| servers.iter().all(|(_, running)| running.http.port() != *port)));
    let peak = run.peak.expect("it came to its teardown");
    // Two messages of 64 MiB at once, one of them unpacked, and what it takes to put them together.
    assert!(peak < 512 << 20, "{peak} bytes");
    assert!(run.out.contains("ws_session_duration"), "{}", run.out);
}

fn shop() -> Running {
    let tls_addr = Some(([127, 0, 0, 1], 0).into());
    Shop::start(ShopOptions { threads: 1, tls_addr, ..ShopOptions::default() }).expect("the shop starts")
}

/// Runs a script against a shop whose plain address is `WS` and secure one `WSS` in the environment.
fn run(shop: &Running, script: &str, args: &[&str]) -> (i32, String, String) {
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("t.js", script);
    write("ca.pem", &shop.ca_pem);
    let mut command = plimsoll(folder.path(), &["run", "-q", "--log-format", "raw"]);
    command.env("SSL_CERT_FILE", folder.path().join("ca.pem"));
    let secure = shop.https_url().unwrap_or_default().replace("https", "wss");
    command.args(["-e", &format!("WSS={secure}")]);
    command.args(["-e", &format!("WS={}", shop.http_url().replace("http", "ws"))]);
    command.args(["-e", &format!("PORT={}", shop.http.port())]);
    said(command.args(args).arg("t.js"))
}

#[test]
fn connections_are_dialled_like_those_of_requests() {
    let shop = shop();
    let script = "
        import ws from 'k6/ws';
        export const options = {
            hosts: { 'live.shop.test': `127.0.0.1:${__ENV.PORT}` },
            blockHostnames: ['*.bad.test'], blacklistIPs: ['10.0.0.0/8'],
        };
        const greet = (url, params = {}) => {
            const { status, error } = ws.connect(url, params, (socket) => {
                socket.on('open', () => socket.send('hi'));
                socket.on('message', (text) => { console.log(text); socket.close(); });
            });
            console.log(status, error);
        };
        export default function () {
            greet(`${__ENV.WSS}/ws/echo`);
            greet('ws://live.shop.test/ws/echo');
            greet('ws://very.bad.test/');
            greet('ws://10.1.2.3/');
            greet(`${__ENV.WS}/ws/echo`, { headers: { Upgrade: 'no' } });
            greet(`${__ENV.WS}/ws/echo?reject=1`);
        }
    ";
    let (code, _, log) = run(&shop, script, &[]);
    let expected = [
        "hi",
        "101 ",
        "hi",
        "101 ",
        "0 hostname (very.bad.test) is in a blocked pattern (*.bad.test)",
        "0 IP (10.1.2.3) is in a blacklisted range (10.0.0.0/8)",
        "0 websocket: duplicate header not allowed: Upgrade",
        "403 ",
    ];
    assert_eq!(log.lines().collect::<Vec<_>>(), expected);
    assert_eq!(code, 0);
}

#[test]
fn open_sockets_end_with_their_iteration() {
    let shop = shop();
    let script = "
        import ws from 'k6/ws';
        import { WebSocket } from 'k6/websockets';
        const short = { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '0s' };
        export const options = { scenarios: {
            blocking: { ...short, exec: 'blocking' }, looping: { ...short, exec: 'looping' },
        } };
        export function blocking() { ws.connect(`${__ENV.WS}/ws/echo`, {}, () => {}); }
        export function looping() { new WebSocket(`${__ENV.WS}/ws/echo`); }
        export function handleSummary({ metrics }) {
            const { ws_sessions, ws_session_duration } = metrics;
            return { stdout: `${ws_sessions.values.count} ${ws_session_duration.values.min > 500}` };
        }
    ";
    let (code, out, log) = run(&shop, script, &[]);
    assert_eq!((code, out.trim()), (0, "2 true"), "{log}");
}

#[test]
fn a_thrown_refusal_ends_the_iteration() {
    let script = "
        import ws from 'k6/ws';
        export const options = { throw: true };
        export default function () {
            try { ws.connect(`${__ENV.WS}/ws/echo?reject=1`, {}, () => {}); } catch (e) { console.log(e.message); }
            try { ws.connect('nonsense', {}, () => {}); } catch (e) { console.log(e.message); }
        }
    ";
    let (_, _, log) = run(&shop(), script, &[]);
    assert_eq!(log.lines().collect::<Vec<_>>(), ["websocket: bad handshake", "malformed ws or wss URL"]);
}

#[test]
fn nothing_is_opened_in_the_init_code() {
    let check = |line: &str| {
        let script = format!(
            "import ws from 'k6/ws'; import {{ WebSocket }} from 'k6/websockets'; {line} export default () => {{}};"
        );
        let (code, _, log) = run(&shop(), &script, &[]);
        assert!(code != 0 && log.contains("using websockets in the init context is not supported"), "{log}");
    };
    check("ws.connect('ws://127.0.0.1:1/', {}, () => {});");
    check("new WebSocket('ws://127.0.0.1:1/');");
}

/// A subscription as a user brought it: it talks to port 4000 and stays half a minute.
#[test]
fn a_graphql_subscription_runs_unmodified() {
    let shop = shop();
    let script = "
        import ws from 'k6/ws';
        import { check } from 'k6';
        export const options = { hosts: { 'localhost:4000': `127.0.0.1:${__ENV.PORT}` } };
        export default function () {
            const response = ws.connect('ws://localhost:4000/graphql?interval_ms=20', {}, function (socket) {
                socket.on('open', () => {
                    socket.send(JSON.stringify({ type: 'connection_init' }));
                    socket.send(JSON.stringify({
                        id: '1', type: 'start',
                        payload: { query: `subscription { messageAdded { id content } }` },
                    }));
                });
                let data = 0;
                socket.on('message', (text) => {
                    const message = JSON.parse(text);
                    if (message.type === 'data' && message.payload.data.messageAdded.content) data += 1;
                });
                socket.setTimeout(() => { console.log(data > 5); socket.close(); }, 1000);
            });
            check(response, { connected: (r) => r && r.status === 101 });
        }
    ";
    let (code, _, log) = run(&shop, script, &[]);
    assert_eq!((code, log.trim()), (0, "true"));
}
