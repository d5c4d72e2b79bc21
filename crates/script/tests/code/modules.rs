//! Modules of all kinds, packages, and what the modules of Node.js do.

use super::*;

#[test]
fn functions_of_all_kinds_of_modules_are_called() {
    let check = |file: &str, text: &str, wanted: Value| {
        block_on(async {
            let world = World::new(&[
                (file, text),
                ("lib/part.js", "exports.two = 2;"),
                ("lib/index.js", "module.exports = function twice(n) { return 2 * n; };"),
                ("lib/data.json", r#"{"a": [1]}"#),
                ("esm.mjs", "export const three = 3; export default 'whole';"),
            ]);
            let got = world.value(file, "f", &[], Ending::Return).await;
            assert_eq!(got, Some(wanted), "{text}");
        });
    };
    check("a.js", "module.exports = { f() { return require('./lib/part').two; } };", json!(2));
    check("a.js", "exports.f = () => require('./lib')(4);", json!(8));
    check("a.js", "const d = require('./lib/data.json'); exports.f = () => d.a;", json!([1]));
    check("a.js", "exports.f = () => require('./esm.mjs').three;", json!(3));
    check("a.js", "exports.f = async () => (await import('./esm.mjs')).default;", json!("whole"));
    check(
        "a.js",
        "#!/usr/bin/env node\nexports.f = () => [typeof __dirname, __filename.endsWith('a.js')];",
        json!(["string", true]),
    );
    check("a.mjs", "import twice from './lib/index.js'; export const f = () => twice(3);", json!(6));
    check("a.mjs", "import { two } from './lib/part.js'; export function f() { return two; }", json!(2));
    check("a.mjs", "const n = await Promise.resolve(5); export const f = () => n;", json!(5));
    check("a.mjs", "await new Promise((r) => setTimeout(r, 5)); export const f = () => 1;", json!(1));
    check(
        "a.mjs",
        "export const f = () => import.meta.url.endsWith('/a.mjs') && import.meta.filename.startsWith('/');",
        json!(true),
    );
    check(
        "a.ts",
        "import twice from './lib'; export const f = (n: number = 1): number => twice(n);",
        json!(2),
    );
    check(
        "a.ts",
        "import { three } from './esm'; export default { f(): number { return three; } };",
        json!(3),
    );
    check("a.cjs", "exports.f = () => this === undefined;", json!(false));
}

/// Expressions and what Node.js 20 gives for them, recorded: area, expression, JSON of the value.
const CASES: &str = include_str!("../node/cases.json");

#[test]
fn the_modules_of_node_do_what_nodes_do() {
    let cases: Vec<(String, String, Value)> = serde_json::from_str(CASES).unwrap();
    let mut text = include_str!("../node/prelude.js").to_owned();
    for (index, (_, code, _)) in cases.iter().enumerate() {
        text.push_str(&format!("exports.f{index} = async () => ({code});\n"));
    }
    let files = [
        ("cases.js", text.as_str()),
        ("data.txt", "hello\nworld\n"),
        ("folder/a.json", r#"{"a":1}"#),
        ("folder/sub/b", "x"),
    ];
    block_on(async {
        let world = World::new(&files);
        let module = world.worker.load(Path::new("cases.js")).await.unwrap_or_else(|error| panic!("{error}"));
        let mut wrong = Vec::new();
        for (index, (area, code, wanted)) in cases.iter().enumerate() {
            let function = world.worker.function(&module, &format!("f{index}")).unwrap().unwrap();
            let call = world.worker.call(&function, &[], Ending::Return);
            let got = match tokio::time::timeout(Duration::from_secs(5), call).await {
                Ok(Ok(outcome)) => outcome.value.unwrap_or_default(),
                Ok(Err(error)) => json!(format!("threw {error}")),
                Err(_) => json!("does not end"),
            };
            if got != *wanted {
                wrong.push(format!("{area}: {code}\n  wanted {wanted}\n  got    {got}"));
            }
        }
        assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    });
}

#[test]
fn what_is_not_offered_says_so() {
    let check = |text: &str, wanted: Value| {
        block_on(async {
            let world = World::new(&[("a.js", text), ("data.txt", "x")]);
            assert_eq!(world.value("a.js", "f", &[], Ending::Return).await, Some(wanted), "{text}");
        });
    };
    let tried = |work: &str| {
        format!("exports.f = () => {{ try {{ {work}; }} catch (e) {{ return [e.code, e.message]; }} }};")
    };
    let http = "http.request is not offered to code in plans: requests are steps of the plan, so that they are measured";
    check(&tried("require('http').request('http://a')"), json!(["ERR_NOT_OFFERED", http]));
    check(
        &tried("require('node:https').createServer()"),
        json!([
            "ERR_NOT_OFFERED",
            "https.createServer is not offered to code in plans: nothing is served while a plan runs"
        ]),
    );
    check(
        &tried("require('child_process').execSync('ls')"),
        json!([
            "ERR_NOT_OFFERED",
            "child_process.execSync is not offered to code in plans: programs cannot be started"
        ]),
    );
    check(
        &tried("require('fs').writeFileSync('data.txt', 'y')"),
        json!(["EROFS", "EROFS: code in plans only reads files, open 'data.txt'"]),
    );
    check(
        &tried("process.exit(1)"),
        json!(["ERR_NOT_OFFERED", "process.exit() is not offered to code in plans: a run ends by its plan"]),
    );
    check(
        &tried("require('node:nothing')"),
        json!(["ERR_UNKNOWN_BUILTIN_MODULE", "No such built-in module: node:nothing"]),
    );
    check(&tried("require('internal/errors')").replace("e.message", "0"), json!(["MODULE_NOT_FOUND", 0]));
    check(&tried("$host('x')"), json!([null, "x can only be used while the script runs, not later"]));
    check(
        "const http = require('http'); class Mine extends http.Agent {} exports.f = () => typeof Mine;",
        json!("function"),
    );
}

#[test]
fn modules_of_node_are_imported_too() {
    let check = |text: &str, wanted: Value| {
        block_on(async {
            let world = World::new(&[("a.mjs", text), ("data.json", r#"{"a": 1}"#)]);
            assert_eq!(world.value("a.mjs", "f", &[], Ending::Return).await, Some(wanted), "{text}");
        });
    };
    check(
        "import fs, { existsSync } from 'node:fs'; export const f = () => [existsSync('data.json'), fs.existsSync === existsSync];",
        json!([true, true]),
    );
    check(
        "import * as path from 'path'; import { join } from 'node:path/posix'; export const f = () => path.join === join;",
        json!(true),
    );
    check(
        "import { readFile } from 'fs/promises'; export const f = async () => JSON.parse(await readFile('data.json', 'utf8'));",
        json!({ "a": 1 }),
    );
    check(
        "import { createRequire } from 'module'; const require = createRequire(import.meta.url); export const f = () => require('./data.json');",
        json!({ "a": 1 }),
    );
    check(
        "import data from './data.json' with { type: 'json' }; export const f = () => data;",
        json!({ "a": 1 }),
    );
    check("import { request } from 'https'; export const f = () => typeof request;", json!("function"));
    check(
        "import { randomUUID } from 'crypto'; import EventEmitter, { once } from 'events'; export const f = () => [randomUUID().length, typeof EventEmitter, typeof once];",
        json!([36, "function", "function"]),
    );
}

/// Answers every request with what it was.
struct Mirror;

impl Fetch for Mirror {
    fn fetch(
        &self,
        request: FetchRequest,
    ) -> futures_util::future::LocalBoxFuture<'static, Result<FetchResponse, FetchError>> {
        Box::pin(async move {
            if request.url.contains("refused") {
                let code = Some("ECONNREFUSED".to_owned());
                return Err(FetchError { code, message: "connection refused".to_owned() });
            }
            let body = String::from_utf8_lossy(&request.body.unwrap_or_default()).into_owned();
            let seen = json!({ "method": request.method, "url": request.url, "body": body, "headers": request.headers });
            Ok(FetchResponse {
                url: request.url,
                status: 201,
                status_text: "Created".to_owned(),
                headers: [
                    ("x-answer", "yes"),
                    ("Set-Cookie", "a=1"),
                    ("set-cookie", "b=2"),
                    ("Content-Encoding", "gzip"),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
                body: seen.to_string().into(),
            })
        })
    }
}

#[test]
fn fetch_goes_the_way_that_it_is_given() {
    let check = |text: &str, sends: bool, wanted: Value| {
        block_on(async {
            let world = World::new(&[("a.js", &format!("exports.f = async () => {{ {text} }};"))]);
            if sends {
                world.worker.set_fetch(Rc::new(Mirror));
            }
            assert_eq!(world.value("a.js", "f", &[], Ending::Return).await, Some(wanted), "{text}");
        });
    };
    check(
        "const r = await fetch('http://a.test/x'); const j = await r.json(); return [r.status, r.ok, r.statusText, r.headers.get('X-Answer'), r.url, j.method, j.body];",
        true,
        json!([201, true, "Created", "yes", "http://a.test/x", "GET", ""]),
    );
    check(
        "const r = await fetch('http://a.test/', { method: 'post', headers: { A: 'b' }, body: 'sent' }); const j = await r.json(); return [j.method, j.body, Object.fromEntries(j.headers).a];",
        true,
        json!(["POST", "sent", "b"]),
    );
    check(
        "return fetch('http://refused.test/').catch((e) => [e.name, e.message, e.cause.message]);",
        true,
        json!(["TypeError", "fetch failed", "connection refused"]),
    );
    check("return fetch('http://a.test/').catch((e) => e.code);", false, json!("ERR_NOT_OFFERED"));
}

/// The module `http`, as packages use it.
#[test]
fn http_goes_the_same_way() {
    let check = |text: &str, wanted: Value| {
        block_on(async {
            let head = "const http = require('http'); const https = require('https');";
            let body = format!("{head} exports.f = () => new Promise((resolve) => {{ {text} }});");
            let world = World::new(&[("a.js", &body)]);
            world.worker.set_fetch(Rc::new(Mirror));
            assert_eq!(world.value("a.js", "f", &[], Ending::Return).await, Some(wanted), "{text}");
        });
    };
    let read = "(res) => { let all = ''; res.setEncoding('utf8'); res.on('data', (c) => { all += c; }); res.on('end', () => resolve([res.statusCode, res.complete, JSON.parse(all).method, JSON.parse(all).url, JSON.parse(all).body])); }";
    check(
        &format!("http.get('http://a.test:81/x?y=1', {read});"),
        json!([201, true, "GET", "http://a.test:81/x?y=1", ""]),
    );
    check(
        &format!(
            "const req = https.request({{ hostname: 'a.test', path: '/p', method: 'post' }}, {read}); req.write('one '); req.end(Buffer.from('two'));"
        ),
        json!([201, true, "POST", "https://a.test:443/p", "one two"]),
    );
    check(
        "http.get({ host: 'a.test', headers: { 'X-A': ['1', '2'], Connection: 'close' }, auth: 'u:p' }, (res) => { let all = ''; res.on('data', (c) => { all += c; }).on('end', () => resolve(JSON.parse(all).headers)); });",
        json!([["X-A", "1"], ["X-A", "2"], ["Authorization", "Basic dTpw"]]),
    );
    check(
        "http.get('http://a.test/', (res) => { res.resume(); resolve([res.statusMessage, res.headers, res.rawHeaders.length, res instanceof http.IncomingMessage]); });",
        json!(["Created", { "x-answer": "yes", "set-cookie": ["a=1", "b=2"] }, 6, true]),
    );
    check(
        "http.get('http://refused.test/').on('error', (e) => resolve([e.code, e.message]));",
        json!(["ECONNREFUSED", "connection refused"]),
    );
    check(
        "const seen = []; const req = http.get('http://a.test/'); for (const name of ['socket', 'finish', 'response', 'close']) req.on(name, (with_) => { seen.push(name); if (name === 'response') with_.resume(); if (name === 'close') resolve(seen); });",
        json!(["socket", "finish", "response", "close"]),
    );
    check(
        "const req = http.request('http://a.test/'); req.on('error', (e) => resolve([e.code, e.message, req.destroyed])); req.destroy();",
        json!(["ECONNRESET", "socket hang up", true]),
    );
    check(
        "const req = http.request('http://a.test/', { timeout: 5 }); req.on('timeout', () => req.destroy(new Error('late'))).on('error', (e) => resolve(e.message));",
        json!("late"),
    );
    check(
        "try { http.get('https://a.test/'); } catch (e) { resolve([e.code, e.message]); }",
        json!(["ERR_INVALID_PROTOCOL", "Protocol \"https:\" not supported. Expected \"http:\""]),
    );
    check(
        "resolve([http.METHODS.includes('PUT'), http.STATUS_CODES[404], new https.Agent({ keepAlive: true }).options.keepAlive, typeof http.globalAgent]);",
        json!([true, "Not Found", true, "object"]),
    );
}

#[test]
fn files_are_written_where_code_may() {
    let check =
        |text: &str, wanted: Value| {
            block_on(async {
                let body = format!("const fs = require('fs'); exports.f = async () => {{ {text} }};");
                let world =
                    World::with(&[("a.js", &body), ("data.txt", "x")], |options| {
                        let folder = options.folder.clone();
                        options.writes = Some(Arc::new(move |place| {
                            if place.starts_with(&folder) { Write::Done } else { Write::Refused }
                        }));
                    });
                assert_eq!(world.value("a.js", "f", &[], Ending::Return).await, Some(wanted), "{text}");
            });
        };
    check(
        "fs.mkdirSync('out/deep', { recursive: true }); fs.writeFileSync('out/deep/a', 'one'); fs.appendFileSync('out/deep/a', Buffer.from(' two')); return [fs.readFileSync('out/deep/a', 'utf8'), fs.readdirSync('out')];",
        json!(["one two", ["deep"]]),
    );
    check(
        "await fs.promises.writeFile('b', 'x'); await fs.promises.rename('b', 'c'); await fs.promises.copyFile('c', 'd'); fs.unlinkSync('c'); return fs.readdirSync('.');",
        json!(["a.js", "d", "data.txt"]),
    );
    check(
        "const out = fs.createWriteStream('log', { flags: 'a' }); out.write('a\\n'); out.end('b'); await new Promise((done) => out.on('finish', done)); return [fs.readFileSync('log', 'utf8'), out.bytesWritten];",
        json!(["a\nb", 3]),
    );
    check(
        "const fd = fs.openSync('n', 'w'); fs.writeSync(fd, 'abc'); fs.writeSync(fd, Buffer.from('xyz'), 1, 1); fs.closeSync(fd); return fs.readFileSync('n', 'utf8');",
        json!("abcy"),
    );
    check(
        "fs.mkdirSync('t'); fs.writeFileSync('t/x', ''); fs.rmSync('t', { recursive: true }); fs.rmSync('none', { force: true }); return fs.existsSync('t');",
        json!(false),
    );
    let tried = |work: &str| format!("try {{ {work}; }} catch (e) {{ return [e.code, e.message]; }}");
    check(
        &tried("fs.writeFileSync('data.txt', 'y', { flag: 'wx' })"),
        json!(["EEXIST", "EEXIST: file already exists, open 'data.txt'"]),
    );
    check(
        &tried("fs.writeFileSync('/etc/none-of-ours', 'y')"),
        json!([
            "EACCES",
            "EACCES: outside of the folders where code in plans may write, open '/etc/none-of-ours'"
        ]),
    );
    check(
        &tried("fs.mkdirSync('data.txt')"),
        json!(["EEXIST", "EEXIST: file already exists, mkdir 'data.txt'"]),
    );
    check(
        &tried("fs.unlinkSync('gone')"),
        json!(["ENOENT", "ENOENT: no such file or directory, unlink 'gone'"]),
    );
    check(
        &tried("fs.chmodSync('data.txt', 0)"),
        json!(["EROFS", "EROFS: code in plans does not change files in this way, chmod 'data.txt'"]),
    );
}

#[test]
fn what_is_no_json_is_told_as_node_tells_it() {
    let check = |text: &str, wanted: &str| {
        block_on(async {
            let body = format!(
                "exports.f = () => {{ try {{ JSON.parse({text}); }} catch (e) {{ return e.name + ': ' + e.message; }} }};"
            );
            let world = World::new(&[("a.js", &body)]);
            let got = world.value("a.js", "f", &[], Ending::Return).await;
            assert_eq!(got, Some(json!(wanted)), "{text}");
        });
    };
    check("'<html>'", "SyntaxError: Unexpected token '<', \"<html>\" is not valid JSON");
    check(
        "'<!DOCTYPE html><html>'",
        "SyntaxError: Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
    );
    check("' \\n Not Found'", "SyntaxError: Unexpected token 'N', \" \n Not Found\" is not valid JSON");
    check("undefined", "SyntaxError: \"undefined\" is not valid JSON");
    check("{}", "SyntaxError: \"[object Object]\" is not valid JSON");
    check("''", "SyntaxError: Unexpected end of JSON input");
}

#[test]
fn punycode_is_that_of_the_standard() {
    let check = |expression: &str, wanted: Value| {
        block_on(async {
            let text = format!("const p = require('punycode'); exports.f = () => {expression};");
            let world = World::new(&[("a.js", &text)]);
            assert_eq!(world.value("a.js", "f", &[], Ending::Return).await, Some(wanted), "{expression}");
        });
    };
    check("p.encode('ma\u{f1}ana')", json!("maana-pta"));
    check("p.decode('maana-pta')", json!("ma\u{f1}ana"));
    check("p.decode('--dqo34k')", json!("\u{2603}-\u{2318}"));
    check("p.encode('他们为什么不说中文')", json!("ihqwcrb4cv8a8dqg056pqjye"));
    check("p.decode(p.encode('3年B組金八先生'))", json!("3年B組金八先生"));
    check("p.toASCII('日本@b\u{fc}cher.de')", json!("日本@xn--bcher-kva.de"));
    check("p.toUnicode('xn--maana-pta.com')", json!("ma\u{f1}ana.com"));
    check("p.ucs2.decode('\u{1d306}a')", json!([0x1d306, 97]));
    check("(() => { try { p.decode('\u{f1}-a'); } catch (e) { return e.name; } })()", json!("RangeError"));
}

/// A folder with packages of the npm registry, as processors use them.
fn packages() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    let wanted =
        ["lodash@4.17.21", "uuid@11.1.0", "dayjs@1.11.13", "@faker-js/faker@9.9.0", "csv-parse@5.6.0"];
    let name = |wanted: &str| wanted.rsplit_once('@').map(|(name, _)| name.to_owned()).unwrap_or_default();
    if wanted.iter().all(|wanted| folder.join("node_modules").join(name(wanted)).exists()) {
        return folder;
    }
    std::fs::create_dir_all(&folder).expect("target is ours");
    std::fs::write(folder.join("package.json"), "{}").expect("target is ours");
    let mut command = std::process::Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"]).args(wanted);
    let output = command.current_dir(&folder).output().expect("npm is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the packages could not be had from the npm registry: {said}");
    folder
}

#[test]
fn packages_of_the_registry_work() {
    let folder = packages();
    let check = |name: &str, text: &str, wanted: Value| {
        std::fs::write(folder.join(name), text).expect("target is ours");
        block_on(async {
            let log = Arc::new(Memory::default());
            let worker = Code::new(CodeOptions::new(&folder, log, Clock::start())).worker().unwrap();
            let module = worker
                .load(Path::new(name))
                .await
                .unwrap_or_else(|error| panic!("{name}: {error} {:?}", error.stack));
            let function = worker.function(&module, "f").unwrap().expect("it is exported");
            let outcome = worker.call(&function, &[], Ending::Return).await;
            let outcome = outcome.unwrap_or_else(|error| panic!("{name}: {error} {:?}", error.stack));
            assert_eq!(outcome.value, Some(wanted), "{name}");
        });
    };
    check(
        "lodash.js",
        "const _ = require('lodash'); exports.f = () => [_.chunk([1, 2, 3], 2), _.get({ a: [1] }, 'a[0]'), _.isDate(new Date())];",
        json!([[[1, 2], [3]], 1, true]),
    );
    check(
        "lodash.mjs",
        "import _, { chunk } from 'lodash'; import fp from 'lodash/fp.js'; export const f = () => [chunk([1], 1), _.VERSION, fp.map((x) => x + 1)([1])];",
        json!([[[1]], "4.17.21", [2]]),
    );
    check(
        "uuid.js",
        "const { v4, v5, validate } = require('uuid'); exports.f = () => [validate(v4()), v5('a', v5.DNS)];",
        json!([true, "4f3f2898-69e3-5a0d-820a-c4e87987dbce"]),
    );
    check(
        "uuid.mjs",
        "import { v4, validate } from 'uuid'; export const f = () => validate(v4());",
        json!(true),
    );
    check(
        "dayjs.ts",
        "import dayjs from 'dayjs'; export const f = (): string => dayjs('2020-02-28').add(2, 'day').format('YYYY-MM-DD');",
        json!("2020-03-01"),
    );
    check(
        "faker.js",
        "const { faker } = require('@faker-js/faker'); exports.f = () => { faker.seed(1); return /@/.test(faker.internet.email()); };",
        json!(true),
    );
    check(
        "csv.js",
        "const { parse } = require('csv-parse/sync'); exports.f = () => parse('a,b\\n1,2\\n', { columns: true });",
        json!([{ "a": "1", "b": "2" }]),
    );
    check(
        "csvs.js",
        "const { parse } = require('csv-parse'); exports.f = async () => { const all = []; for await (const row of parse('a,b\\n1,2\\n')) all.push(row); return all; };",
        json!([["a", "b"], ["1", "2"]]),
    );
}
