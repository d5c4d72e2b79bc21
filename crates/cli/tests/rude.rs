//! Whole runs of the real binary against servers that break the rules: every fault gets its error code, none
//! leaks memory or a socket, and other users go on.

#[path = "rude/child.rs"]
mod child;
mod program;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use child::watch;
use program::{folder, plimsoll, said};
use serde_json::{Value, json};
use target::rude::{self, Behaviour, Speaks};
use target::{Running, Shop, ShopOptions};

/// How often each behaviour is met on one user's connections.
const ROUNDS: usize = 2;
/// The most memory that the whole run may hold, bytes: 65 users of whom one takes a body of 64 MiB.
const MEMORY: u64 = 300 << 20;

const RUDE: &str = "
    import http from 'k6/http';
    import exec from 'k6/execution';
    import { sleep } from 'k6';
    const { targets, shop, rounds } = JSON.parse(open('./targets.json'));
    const scenarios = {
        healthy: { executor: 'constant-vus', vus: 3, duration: '8s', exec: 'healthy' },
    };
    targets.forEach((_, i) => {
        scenarios[`rude${i}`] = {
            executor: 'per-vu-iterations', vus: 1, iterations: rounds, maxDuration: '60s', exec: 'rude',
            env: { TARGET: `${i}` },
        };
    });
    export const options = { scenarios };
    export function rude() {
        const { name, url, timeout } = targets[Number(__ENV.TARGET)];
        const params = { timeout };
        const response = name === 'answer-before-body'
            ? http.post(url, 'x'.repeat(1 << 20), params)
            : http.get(url, params);
        const { status, error_code, error } = response;
        console.log('ROW' + JSON.stringify({ name, status, error_code, error }));
    }
    export function healthy() {
        const { status, error_code } = http.get(`${shop}/api/products`, { timeout: '30s' });
        console.log(status === 200 && error_code === 0 ? 'WELL' : `ILL ${status} ${error_code}`);
        sleep(0.02);
    }
    export function teardown() { console.log('torn down'); sleep(1); }
";

fn shop() -> Running {
    Shop::start(ShopOptions { threads: 1, ..ShopOptions::default() }).expect("the shop starts")
}

/// The behaviours that speak HTTP/1, each on a server of its own.
fn servers() -> Vec<(Behaviour, Running)> {
    rude::all()
        .filter(|behaviour| !matches!(behaviour.speaks, Speaks::Http2 | Speaks::WebSocket))
        .map(|behaviour| (behaviour, rude::start(behaviour).expect("it starts")))
        .collect()
}

fn url(behaviour: &Behaviour, running: &Running) -> String {
    match behaviour.speaks {
        Speaks::Http1 | Speaks::Http2 | Speaks::WebSocket => running.http_url(),
        Speaks::RawTls | Speaks::Tls(_) => running.https_url().expect("it has a TLS side"),
    }
}

/// The lines of a log behind a word.
fn rows(log: &str) -> Vec<Value> {
    let parse = |row: &str| serde_json::from_str(row).expect("a row is JSON");
    log.lines().filter_map(|line| line.strip_prefix("ROW")).map(parse).collect()
}

#[test]
fn rude_servers_get_their_codes_and_nobody_else_suffers() {
    let (servers, shop) = (servers(), shop());
    assert!(servers.len() >= 40);
    let folder = folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    let targets: Vec<Value> = servers
        .iter()
        .map(|(behaviour, running)| {
            let timeout = if behaviour.expect[0] == 1050 { "1s" } else { "20s" };
            json!({"name": behaviour.name, "url": url(behaviour, running), "timeout": timeout})
        })
        .collect();
    write(
        "targets.json",
        &json!({"targets": targets, "shop": shop.http_url(), "rounds": ROUNDS}).to_string(),
    );
    write("ca.pem", &servers.iter().map(|(_, running)| running.ca_pem.as_str()).collect::<String>());
    write("t.js", RUDE);
    let mut command = plimsoll(folder.path(), &["run", "-q", "--log-format", "raw", "t.js"]);
    command.env("SSL_CERT_FILE", folder.path().join("ca.pem"));
    // What counts is what the program holds, not what the allocator keeps for a while after it was freed.
    command.env("MIMALLOC_PURGE_DELAY", "0");
    let run = watch(command, Duration::from_secs(90));

    let rows = rows(&run.log);
    let mut wrong = String::new();
    let mut failed: HashMap<&str, bool> = HashMap::new();
    for (behaviour, _) in &servers {
        let mine: Vec<&Value> = rows.iter().filter(|row| row["name"] == behaviour.name).collect();
        if mine.len() != ROUNDS {
            writeln!(wrong, "{}: {} rows", behaviour.name, mine.len()).expect("a string takes it");
        }
        for row in &mine {
            let code = row["error_code"].as_u64().unwrap_or(u64::MAX);
            if !behaviour.expect.iter().any(|expected| u64::from(*expected) == code) {
                writeln!(wrong, "{row} is not in {:?}", behaviour.expect).expect("a string takes it");
            }
        }
        failed.insert(behaviour.name, mine.last().is_some_and(|row| row["error_code"] != 0));
    }
    for (behaviour, running) in &servers {
        let port =
            if url(behaviour, running).starts_with("https") { running.https } else { Some(running.http) };
        let port = port.expect("it has this side").port();
        let open = run.ports.iter().filter(|open| **open == port).count();
        // An answer that came in order leaves its connection for the next request; a failure leaves none.
        let allowed = usize::from(!failed[behaviour.name]);
        if open > allowed {
            writeln!(wrong, "{}: {open} sockets left open", behaviour.name).expect("a string takes it");
        }
    }
    let ill = run.log.lines().filter(|line| line.starts_with("ILL")).count();
    let well = run.log.lines().filter(|line| *line == "WELL").count();
    println!("peak {:?}, {well} healthy requests, {:?}", run.peak, run.took);
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!((run.code, ill), (0, 0), "{}", run.log);
    assert!(well > 50, "{well} healthy requests");
    assert!(run.out.contains("http_req_failed"), "{}", run.out);
    let peak = run.peak.expect("it came to its teardown");
    assert!(peak < MEMORY, "{peak} bytes");
}

/// Runs a script against a shop with `SHOP` in its environment.
fn short_run(script: &str, args: &[&str]) -> (i32, String, String) {
    let shop = shop();
    let folder = folder();
    std::fs::write(folder.path().join("t.js"), script).expect("written");
    let mut command = plimsoll(folder.path(), &["run", "-q", "-e", &format!("SHOP={}", shop.http_url())]);
    said(command.args(args).arg("t.js"))
}

#[test]
fn the_shops_faults_get_their_codes() {
    let script = "
        import http from 'k6/http';
        const faults = ['delay=50ms', 'jitter=50ms', 'error=1:503', 'circuit', 'reset', 'stall', 'truncate',
            'malformed', 'delay=5s'];
        export default function () {
            for (const name of faults) {
                const { status, error_code, error } = http.get(`${__ENV.SHOP}/api/products`,
                    { headers: { 'x-fault': name }, timeout: '1s' });
                console.log('ROW' + JSON.stringify({ name, status, error_code, error }));
            }
        }
    ";
    let (code, _, log) = short_run(script, &["--log-format", "raw"]);
    assert_eq!(code, 0, "{log}");
    let got: Vec<(String, u64, u64)> = rows(&log)
        .iter()
        .map(|row| {
            let number = |name: &str| row[name].as_u64().unwrap_or(u64::MAX);
            (row["name"].as_str().unwrap_or_default().to_owned(), number("status"), number("error_code"))
        })
        .collect();
    // An answer whose body broke has no status, for it never came whole.
    let expected = [
        ("delay=50ms", 200, 0),
        ("jitter=50ms", 200, 0),
        ("error=1:503", 503, 1503),
        ("circuit", 503, 1503),
        ("reset", 0, 1220),
        ("stall", 0, 1050),
        ("truncate", 0, 1000),
        ("malformed", 200, 0),
        ("delay=5s", 0, 1050),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(name, status, code)| ((*name).to_owned(), *status, *code)).collect();
    assert_eq!(got, expected, "{log}");
}

#[test]
fn a_run_without_descriptors_ends_with_a_summary() {
    let shop = shop();
    let folder = folder();
    let script = "
        import http from 'k6/http';
        import { sleep } from 'k6';
        export const options = { vus: 200, iterations: 400 };
        export default function () {
            const { error_code } = http.get(`${__ENV.SHOP}/api/products?x-delay=1`,
                { headers: { 'x-fault': 'delay=300ms' } });
            if (error_code) console.log('ROW' + JSON.stringify({ error_code }));
            sleep(0.1);
        }
    ";
    std::fs::write(folder.path().join("t.js"), script).expect("written");
    let mut command = std::process::Command::new("sh");
    command.current_dir(folder.path()).env_clear().env("HOME", folder.path());
    command.env("SHOP", shop.http_url());
    command.args(["-c", "ulimit -n 64; exec \"$0\" run -q --log-format raw t.js"]);
    command.arg(env!("CARGO_BIN_EXE_plimsoll"));
    let run = watch(command, Duration::from_secs(60));
    assert_eq!(run.code, 0, "{}", run.log);
    assert!(run.out.contains("http_req_failed"), "{}", run.out);
    let failures = rows(&run.log);
    assert!(!failures.is_empty(), "{}", run.log);
    assert!(failures.iter().all(|row| row["error_code"] == 1213), "{}", run.log);
}

#[test]
fn a_full_disk_loses_the_output_and_says_so() {
    let script = "
        import http from 'k6/http';
        export const options = { vus: 1, iterations: 300 };
        export default function () { http.get(`${__ENV.SHOP}/api/products`); }
    ";
    let (_, out, log) = short_run(script, &["--out", "json=/dev/full"]);
    assert!(out.contains("http_req_failed"), "{out}");
    assert!(log.to_lowercase().contains("no space left"), "{log}");
}
