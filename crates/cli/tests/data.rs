//! Data that users share, seen from outside the real binary: files, rows, secrets, and the types of our modules.

mod program;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;
use std::sync::mpsc;

use program::{folder, plimsoll, said, write};

/// What a request to [`serve`]'s server was.
struct Heard {
    path: String,
    head: String,
    body: Vec<u8>,
}

/// Answers so many requests, one connection each, with the body that `answer` makes, and tells of each.
fn serve(count: usize, answer: fn(&Heard) -> (u16, String)) -> (String, mpsc::Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(count) {
            let mut stream = BufReader::new(stream.expect("a client came"));
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).expect("it is text") > 0 {}
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).expect("the body comes");
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let heard = Heard { path, head, body };
            let (status, text) = answer(&heard);
            let length = text.len();
            let bytes =
                format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{text}");
            stream.get_mut().write_all(bytes.as_bytes()).expect("the client listens");
            let _ = sender.send(heard);
        }
    });
    (address, receiver)
}

fn run(folder: &Path, script: &str, args: &[&str], base: &str) -> Output {
    write(folder, "t.js", script);
    let args = [&["run", "-q", "--log-format", "raw"], args, &["t.js"]].concat();
    plimsoll(folder, &args).env("BASE", base).output().expect("it starts")
}

/// The lines that a script logs, sorted; the run must succeed.
fn lines(folder: &Path, script: &str, args: &[&str], base: &str) -> Vec<String> {
    let output = run(folder, script, args, base);
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{log}\n{}", String::from_utf8_lossy(&output.stdout));
    let mut lines: Vec<String> = log.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn a_users_writes_to_a_shared_buffer_are_its_own_and_uploads_carry_them() {
    let folder = folder();
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(folder.path().join("big.bin"), &content).unwrap();
    let script = "
        import http from 'k6/http';
        import crypto from 'k6/crypto';
        const file = open('big.bin', 'b');
        export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 1 } } };
        export default function () {
          if (__VU === 1) new Uint8Array(file)[200000] = 255;
          http.post(`${__ENV.BASE}/${__VU}`, file);
          http.post(`${__ENV.BASE}/${__VU}/part`, new Uint8Array(file, 199999, 3));
          console.log(__VU, crypto.sha256(file, 'hex').length, typeof file.transfer);
        }
    ";
    let (base, heard) = serve(4, |_| (200, String::new()));
    let log = lines(folder.path(), script, &[], &base);
    assert_eq!(log, ["1 64 undefined", "2 64 undefined"]);
    let mut changed = content.clone();
    changed[200_000] = 255;
    for heard in heard.iter().take(4) {
        let whole = if heard.path.starts_with("/1") { &changed } else { &content };
        let wanted = if heard.path.ends_with("part") { &whole[199_999..200_002] } else { &whole[..] };
        assert_eq!(heard.body, wanted, "{}", heard.path);
    }
}

#[test]
fn machines_of_a_segmented_test_take_disjoint_rows() {
    let script = "
        import { Rows } from 'plimsoll/data';
        const rows = new Rows('r', Array.from({ length: 30 }, (_, n) => n), { order: 'shuffled', once: true });
        export const options = {
          scenarios: {
            a: { executor: 'shared-iterations', vus: 6, iterations: 21 },
            b: { executor: 'shared-iterations', vus: 3, iterations: 9 },
          },
        };
        export default function () { try { console.log(rows.next()); } catch (e) { console.log(e.name); } }
    ";
    let check = |more: &[&str]| {
        let mut all = Vec::new();
        let mut most = 0;
        for segment in ["0:1/3", "1/3:2/3", "2/3:1"] {
            let folder = folder();
            let args: Vec<&str> =
                ["--execution-segment", segment].into_iter().chain(more.iter().copied()).collect();
            let own = lines(folder.path(), script, &args, "");
            most = most.max(own.len());
            all.extend(own.iter().filter_map(|line| line.parse::<u32>().ok()));
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "{more:?}: a row was taken twice");
        (count, most)
    };
    let sequence = ["--execution-segment-sequence", "0,1/3,2/3,1"];
    assert_eq!(check(&sequence), (30, 10), "shares are exact when all segments are known");
    let (count, _) = check(&[]);
    assert!(count >= 26, "{count}: shares are even to within a few");
}

#[test]
fn a_remote_secret_is_asked_for_once_and_shown_nowhere() {
    let folder = folder();
    let script = "
        import http from 'k6/http';
        import secrets from 'k6/secrets';
        import { check } from 'k6';
        export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 3, iterations: 2 } } };
        export default async function () {
          const value = await secrets.get('a key');
          check(value, { [`is ${value}`]: (v) => v === 'p@ss \"word\"' }, { secret: value });
          console.log(JSON.stringify({ value }), encodeURIComponent(value));
          throw new Error(`with ${value}`);
        }
    ";
    let (base, heard) = serve(2, |heard| match heard.head.contains("X-Token: t") {
        true => (200, r#"{"data":[{"v":"p@ss \"word\""}]}"#.to_owned()),
        false => (401, String::new()),
    });
    let source = format!(
        "--secret-source=url=urlTemplate={base}/s/{{key}},headers.X-Token=t,responsePath=data.0.v,maxRetries=0"
    );
    let output =
        run(folder.path(), script, &[&source, "--out", "json=o.json", "--summary-export", "e.json"], "");
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (log, out) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    let shown = [log.as_ref(), out.as_ref(), &text("o.json"), &text("e.json")].join("\n");
    assert!(shown.contains("is ***SECRET_REDACTED***"), "{shown}");
    assert!(shown.contains(r#"{"value":"***SECRET_REDACTED***"} ***SECRET_REDACTED***"#), "{shown}");
    assert!(!shown.contains("p@ss") && !shown.contains("p%40ss"), "{shown}");
    let asked: Vec<_> = heard.try_iter().map(|heard| heard.path).collect();
    assert_eq!(asked, ["/s/a%20key"]);
}

#[test]
fn sources_of_secrets_that_are_wrong_are_refused_before_the_run() {
    let check = |source: &str, expected: &str| {
        let folder = folder();
        let output =
            run(folder.path(), "export default () => {};", &[&format!("--secret-source={source}")], "");
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && log.contains(expected), "{source}: {log}");
    };
    check("nope=x", "there are the types file, mock and url");
    check("file=/no/such/file", "the file of secrets /no/such/file");
    check("mock=key", "mock takes KEY=VALUE pairs");
    check("url=urlTemplate=http://h/", "urlTemplate has no {key} in it");
    check("cloud", "the secret source cloud is a service of Grafana Cloud");
}

/// The names that `block` declares: members before `(` or `:`, with `readonly` or not.
fn declared(block: &str) -> BTreeSet<String> {
    let names = block.lines().map(str::trim).filter(|line| !line.starts_with(['/', '*', '}']));
    let names = names.map(|line| {
        let line = line.trim_start_matches("readonly ");
        line.split(['(', ':', '<', '?']).next().unwrap_or_default().to_owned()
    });
    names.filter(|name| !name.is_empty() && name != "constructor").collect()
}

#[test]
fn the_types_declare_what_there_is() {
    let folder = folder();
    let (code, _, log) = said(&mut plimsoll(folder.path(), &["new", "--types", "first.js"]));
    assert_eq!(code, 0, "{log}");
    let types = std::fs::read_to_string(folder.path().join("plimsoll.d.ts")).expect("it was written");
    let script = "
        import * as data from 'plimsoll/data';
        import * as state from 'plimsoll/state';
        import * as faker from 'plimsoll/faker';
        import * as graphql from 'plimsoll/graphql';
        export default function () {
          for (const [module, exports] of Object.entries({ data, state, faker, graphql })) {
            for (const [name, value] of Object.entries(exports)) {
              if (typeof value !== 'function' || !value.prototype) continue;
              const own = name === 'GraphQLError' ? Object.keys(new value('')) : [];
              const members = [...Object.getOwnPropertyNames(value.prototype), ...own].filter(
                (member) => member !== 'constructor' && !(own.length > 0 && member === 'name'),
              );
              console.log(`${module} ${name} ${members.join(' ')}`);
            }
          }
        }
    ";
    let classes = lines(folder.path(), script, &[], "");
    assert_eq!(classes.len(), types.matches("export class ").count(), "{classes:?}");
    for class in classes {
        let mut words = class.split(' ').map(str::to_owned);
        let (module, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let block =
            types.split(&format!("declare module \"plimsoll/{module}\"")).nth(1).expect("it is declared");
        let block = block.split(&format!("export class {name}")).nth(1).expect("the class is declared");
        let (_, block) = block.split_once("{\n").expect("a class has members");
        let (block, _) = block.split_once("\n  }").expect("a class ends");
        assert_eq!(declared(block), words.collect(), "{module} {name}");
    }
}

#[test]
fn streams_behave_as_their_standard_says() {
    let folder = folder();
    let passed = lines(folder.path(), include_str!("streams.js"), &[], "");
    assert_eq!(passed.len(), 16, "{passed:?}");
}

#[test]
fn modules_that_are_not_there_say_so() {
    for name in ["k6/x/redis", "k6/net/grpc", "k6/browser"] {
        let folder = folder();
        let output = run(folder.path(), &format!("import '{name}'; export default () => {{}};"), &[], "");
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{name}");
        assert!(log.contains(&format!("the module \"{name}\" is not offered: ")), "{log}");
    }
}

#[test]
fn old_module_names_work_with_a_warning() {
    let folder = folder();
    let (base, heard) = serve(1, |_| (200, String::new()));
    let script = "
        import http from 'k6/http';
        import { setTimeout } from 'k6/experimental/timers';
        import { crypto } from 'k6/experimental/webcrypto';
        import tracing from 'k6/experimental/tracing';
        tracing.instrumentHTTP({ propagator: 'w3c' });
        export default function () {
          http.get(`${__ENV.BASE}/x`, { headers: { 'X-A': 'b' } });
          setTimeout(() => console.log(crypto.randomUUID().length), 1);
        }
    ";
    let log = lines(folder.path(), script, &[], &base);
    assert_eq!(log.iter().filter(|line| line.contains("was removed from k6")).count(), 3, "{log:?}");
    assert!(log.contains(&"36".to_owned()), "{log:?}");
    let head = heard.recv().unwrap().head;
    let trace = head.lines().find_map(|line| line.strip_prefix("Traceparent: ")).expect("the header is sent");
    let parts: Vec<usize> = trace.split('-').map(str::len).collect();
    assert_eq!(parts, [2, 32, 16, 2], "{trace}");
    assert!(head.contains("X-A: b"), "{head}");
}
