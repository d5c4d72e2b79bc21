//! Whole runs of the real binary: exit status, teardown and summary whatever ends the run, archives, outputs.

mod program;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use program::{folder, plimsoll, said, texts, write};

/// Runs a script and returns what came of it.
fn run(script: &str, args: &[&str]) -> (i32, String, String) {
    let folder = folder();
    write(folder.path(), "t.js", script);
    said(&mut plimsoll(folder.path(), &[&["run"], args, &["t.js"]].concat()))
}

const LOOP: &str = "
    import { sleep } from 'k6';
    export const options = { vus: 1, duration: '60s' };
    export default function () { if (__ITER === 3) console.log('running'); sleep(0.01); }
    export function teardown() { console.log('torn down'); }
";

/// Starts a script and waits until it says that it runs.
fn start(folder: &Path, script: &str) -> (Child, BufReader<std::process::ChildStderr>) {
    write(folder, "t.js", script);
    let mut child = plimsoll(folder, &["run", "-q", "t.js"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut log = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains("running") {
        line.clear();
        assert!(log.read_line(&mut line).expect("the log can be read") > 0, "it ended too soon");
    }
    (child, log)
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "the process is there");
}

fn end(child: Child, mut log: BufReader<std::process::ChildStderr>) -> (i32, String, String) {
    let output = child.wait_with_output().expect("it ends");
    let mut rest = String::new();
    log.read_to_string(&mut rest).expect("the log is text");
    let (code, out, _) = texts(&output);
    (code, out, rest)
}

#[test]
fn a_signal_ends_a_run_with_teardown_and_summary() {
    for (name, word) in [("INT", "interrupt"), ("TERM", "terminated")] {
        let folder = folder();
        let (child, log) = start(folder.path(), LOOP);
        signal(&child, name);
        let (code, out, log) = end(child, log);
        assert_eq!(code, 105, "{log}");
        assert!(log.contains("torn down") && log.contains(&format!("received a '{word}' signal")), "{log}");
        assert!(out.contains("iterations"), "{out}");
    }
}

#[test]
fn a_second_signal_leaves_teardown_out_and_still_sums_up() {
    let script = LOOP.replace("console.log('torn down')", "console.log('running'); sleep(60)");
    let folder = folder();
    let (child, mut log) = start(folder.path(), &script);
    signal(&child, "INT");
    let mut line = String::new();
    while !line.contains("running") {
        line.clear();
        assert!(log.read_line(&mut line).expect("the log can be read") > 0, "teardown did not begin");
    }
    signal(&child, "INT");
    let (code, out, log) = end(child, log);
    assert_eq!(code, 105, "{log}");
    assert!(out.contains("iterations"), "{out}");
}

#[test]
fn a_signal_during_setup_ends_it() {
    let script = "
        import { sleep } from 'k6';
        export function setup() { console.log('running'); sleep(60); }
        export default function () { console.log('load'); }
    ";
    let folder = folder();
    let (child, log) = start(folder.path(), script);
    signal(&child, "INT");
    let (code, _, log) = end(child, log);
    assert_eq!(code, 105, "{log}");
    assert!(!log.contains("load"), "{log}");
}

#[test]
fn setup_data_reaches_iterations_and_teardown() {
    let (code, _, log) = run(
        "
        export function setup() { return { n: 7 }; }
        export default function (data) { console.log('default', data.n); }
        export function teardown(data) { console.log('teardown', data.n); }
        ",
        &["-q"],
    );
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("default 7") && log.contains("teardown 7"), "{log}");
}

#[test]
fn setup_data_is_json_by_the_rules_of_go() {
    let check = |returned: &str, code: i32, expected: &str| {
        let script = format!(
            "export function setup() {{ {returned} }}
             export default function (data) {{ console.log('got ' + JSON.stringify(data)); }}"
        );
        let (status, _, log) = run(&script, &["-q", "--log-format", "raw"]);
        assert_eq!(status, code, "{returned}: {log}");
        assert!(log.contains(expected), "{returned}: {log}");
    };
    let refused = "error marshaling setup() data to JSON: json: ";
    check("return { b: 1.5, a: [, undefined] }", 0, r#"got {"a":[null,null],"b":1.5}"#);
    check("return [new Date(1500), new Date(NaN)]", 0, r#"got ["1970-01-01T00:00:01.5Z",null]"#);
    check("return new Set([new Map([['k', 10n]])])", 0, r#"got [[["k",10]]]"#);
    check("return [new Uint8ClampedArray([255]), new Float32Array([1.5])]", 0, r#"got ["/w==",[1.5]]"#);
    check("return { n: 1, toJSON: undefined }", 0, r#"got {"n":1,"toJSON":null}"#);
    check("class A { n = 1; toJSON() { return 2; } }; return new A()", 0, r#"got {"n":1}"#);
    check("return { u: new URL('http://h/p') }", 0, r#"got {"u":"http://h/p"}"#);
    check("const s = {}; return [s, s]", 0, "got [{},{}]");
    check("return { n: [-Infinity] }", 255, &format!("{refused}unsupported value: -Inf"));
    check("return () => 1", 255, &format!("{refused}unsupported type: func(sobek.FunctionCall) sobek.Value"));
    check(
        "const o = {}; o.o = { o }; return o",
        255,
        &format!("{refused}unsupported value: encountered a cycle"),
    );
    check("return [new Date(8e15)]", 255, "year outside of range");
    check("return { get g() { throw new Error('own'); } }", 107, "Error: own");
    // Deeper than the stack of a user would carry a recursion.
    let deep = "let d = 1; for (let i = 0; i < 5_000; i++) d = [d]; return ";
    check(&format!("{deep} {{ d, n: NaN }}"), 255, "unsupported value: NaN");
}

#[test]
fn what_a_name_throws_in_init_code_is_what_the_script_catches() {
    for case in ["open(text)", "require(text)", "new SharedArray(text, () => [])"] {
        let script = format!(
            "import {{ SharedArray }} from 'k6/data';
             const own = new Error('mine'), text = {{ toString() {{ throw own; }} }};
             let got = 'nothing';
             try {{ {case}; }} catch (e) {{ got = e === own ? 'its own' : String(e); }}
             export default function () {{ console.log('caught ' + got); }}"
        );
        let (code, _, log) = run(&script, &["-q"]);
        assert_eq!(code, 0, "{case}: {log}");
        assert!(log.contains("caught its own"), "{case}: {log}");
    }
}

#[test]
fn an_archive_runs_like_its_script() {
    let folder = folder();
    write(folder.path(), "lib.js", "export const word = 'imported';");
    write(folder.path(), "data.txt", "opened");
    let script = "
        import { word } from './lib.js';
        const text = open('./data.txt');
        export const options = { iterations: 2, vus: 1 };
        export default function () { console.log(word, text, __ENV.NAME); }
    ";
    write(folder.path(), "t.js", script);
    let packed = plimsoll(folder.path(), &["archive", "-O", "t.tar", "-e", "NAME=env", "t.js"]).output();
    assert_eq!(texts(&packed.expect("it starts")).0, 0);
    for file in ["lib.js", "data.txt", "t.js"] {
        std::fs::remove_file(folder.path().join(file)).expect("it was written above");
    }
    let (code, _, log) =
        texts(&plimsoll(folder.path(), &["run", "-q", "t.tar"]).output().expect("it starts"));
    assert_eq!(code, 0, "{log}");
    assert_eq!(log.matches("imported opened env").count(), 2, "{log}");
}

#[test]
fn progress_is_printed_where_it_cannot_be_drawn() {
    let (code, out, log) = run("export default function () {}", &["--iterations", "3"]);
    assert_eq!(code, 0, "{log}");
    assert!(
        out.contains("execution: local") && out.contains("3 complete and 0 interrupted iterations"),
        "{out}"
    );
    let (_, quiet, _) = run("export default function () {}", &["-q", "--summary-mode", "disabled"]);
    assert_eq!(quiet, "");
}

#[test]
fn a_script_that_cannot_run_is_refused_before_any_load() {
    let check = |script: &str, args: &[&str], code: i32, text: &str| {
        let (found, _, log) = run(script, args);
        assert_eq!(found, code, "{log}");
        assert!(log.contains(text), "{text:?} expected in:\n{log}");
    };
    check("export const a = 1;", &[], 255, "no exported functions in script");
    check("export default function () {}", &["--vus", "0"], 104, "the number of VUs must be more than 0");
    check("export default function () {}", &["--vus", "many"], 255, "invalid argument");
    check("export default function () {}", &["--out", "nope"], 255, "invalid output type 'nope'");
    check("export default function () {}", &["--paused"], 255, "REST API");
    check("export default function () {}", &["--summary-mode", "loud"], 255, "invalid summary mode");
}

#[test]
fn every_template_runs_against_the_shop() {
    let shop = target::Shop::start(target::ShopOptions::default()).expect("the shop opens on a free port");
    for template in ["breakpoint", "load", "minimal", "protocol", "smoke", "soak", "spike", "stress"] {
        let folder = folder();
        let made =
            plimsoll(folder.path(), &["new", "--template", template, "t.js"]).output().expect("it starts");
        assert_eq!(texts(&made).0, 0, "{template}");
        let run = plimsoll(folder.path(), &["run", "-q", "--vus", "1", "--iterations", "1", "t.js"])
            .env("BASE_URL", shop.http_url())
            .output()
            .expect("it starts");
        let (code, out, log) = texts(&run);
        assert_eq!(code, 0, "{template}:\n{out}\n{log}");
        assert!(out.contains("checks_succeeded...: 100.00%"), "{template}:\n{out}\n{log}");
    }
}

#[test]
fn check_says_what_a_script_would_do() {
    let folder = folder();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/demo.js");
    let (code, out, log) = texts(&plimsoll(folder.path(), &["check", demo]).output().expect("it starts"));
    assert_eq!(code, 0, "{log}");
    assert!(out.contains("browse: 50.00 iterations/s for 10s") && out.contains("at most 58 VUs"), "{out}");
}

#[test]
fn what_users_want_to_fail_on_fails_the_run() {
    const FLAWED: &str = "
        import { check } from 'k6';
        export const options = { vus: 2, iterations: 4 };
        export default function () {
            check(null, { holds: () => true, never: () => false });
            if (__VU > 0) throw new Error('always');
        }";
    const OVERLOADED: &str = "
        import { sleep } from 'k6';
        export const options = { scenarios: { a: { executor: 'constant-arrival-rate', rate: 100,
            duration: '1s', preAllocatedVUs: 1, maxVUs: 1 } } };
        export default function () { sleep(0.3); }";
    let check = |script: &str, flags: &[&str], code: i32, said: &str| {
        let (found, _, log) = run(script, &[&["-q"], flags].concat());
        assert_eq!(found, code, "{flags:?}: {log}");
        assert!(log.contains(said), "{flags:?}: {log}");
    };
    check(FLAWED, &[], 0, "always");
    check(FLAWED, &["--fail-on-checks"], 99, "4 of 8 checks failed and --fail-on-checks is on");
    let threw = "4 iterations ended by an exception and --fail-on-exceptions is on";
    check(FLAWED, &["--fail-on-exceptions", "--fail-on-checks"], 107, threw);
    check(OVERLOADED, &[], 0, "");
    check(OVERLOADED, &["--fail-on-untrusted"], 110, "the run is not trusted");
}

#[test]
fn the_verdict_on_a_run_is_in_the_json_where_it_matters() {
    let export = |script: &str, flags: &[&str]| -> serde_json::Value {
        let folder = folder();
        write(folder.path(), "t.js", script);
        let args = [&["run", "-q", "--summary-export", "s.json"], flags, &["t.js"]].concat();
        let output = plimsoll(folder.path(), &args).output().expect("it starts");
        assert_eq!(output.status.code(), Some(0), "{}", texts(&output).2);
        let text = std::fs::read_to_string(folder.path().join("s.json")).expect("it was written");
        serde_json::from_str(&text).expect("it is JSON")
    };
    const FINE: &str = "export default function () {}
        export function handleSummary(data) {
            if (JSON.stringify(data).includes('\"trust\"')) throw new Error('it shows');
            return { stdout: `trusted: ${data.trust.trusted}` };
        }";
    const OVERLOADED: &str = "
        import { sleep } from 'k6';
        export const options = { scenarios: { a: { executor: 'constant-arrival-rate', rate: 100,
            duration: '1s', preAllocatedVUs: 1, maxVUs: 1 } } };
        export default function () { sleep(0.3); }";
    assert!(export(FINE, &[]).get("trust").is_none(), "k6's form to the letter");
    let (code, out, log) = run(FINE, &["-q"]);
    assert_eq!((code, out.as_str()), (0, "trusted: true"), "{log}");
    let trust = &export(FINE, &["--summary-trust"])["trust"];
    assert_eq!(trust["trusted"], true);
    assert!(trust["evidence"]["schedule_lag_count"].is_u64(), "{trust}");
    let trust = &export(OVERLOADED, &[])["trust"];
    assert_eq!(trust["trusted"], false, "{trust}");
    assert_eq!(trust["reasons"][0]["subject"], "dropped_arrivals", "{trust}");
    assert!(trust["evidence"]["arrivals_dropped"].as_u64() > Some(50), "{trust}");
    assert!(trust["evidence"]["schedule_lag_p99_ms"].is_f64(), "{trust}");
}

/// Scripts that would take the process down with them if they could: each ends its own iteration, or its own
/// user, and the others go on.
#[test]
fn bombs_hurt_only_themselves() {
    const GOOD: &str = "
        import { check, sleep } from 'k6';
        import { Counter } from 'k6/metrics';
        const well = new Counter('well');
        export const options = { scenarios: {
            good: { executor: 'constant-vus', vus: 2, duration: '1s', exec: 'good', gracefulStop: '1s' },
            bad: { executor: 'per-vu-iterations', vus: 1, iterations: 1, exec: 'bad', maxDuration: 'LIMIT', gracefulStop: '0s' } },
            thresholds: { well: ['count>20'] } };
        export function good() { well.add(1); sleep(0.005); }
        export function bad() { BOMB; console.log('it got through'); }";
    let check = |bomb: &str, said: &str| {
        let folder = folder();
        // What is stopped by its memory has time for it; what runs for ever has not.
        let limit = if said.contains("memory") { "30s" } else { "1s" };
        write(folder.path(), "t.js", GOOD.replace("BOMB", bomb).replace("LIMIT", limit));
        let output = plimsoll(folder.path(), &["run", "--vu-memory-limit", "32MB", "t.js"])
            .output()
            .expect("it starts");
        let (code, out, log) = texts(&output);
        assert_eq!(code, 0, "{bomb}: {out}{log}");
        assert!(out.contains("well"), "{bomb}: {out}");
        assert!(log.contains(said) || out.contains(said), "{bomb} does not say {said:?}: {out}{log}");
    };
    let memory = "the virtual user needs more than its 32 MB of memory; see --vu-memory-limit";
    check("while (true) {}", "1 interrupted");
    check("for (;;) try { for (;;) {} } catch (e) { for (;;) {} } finally { for (;;) {} }", "1 interrupted");
    check("'x'.repeat(2 ** 31 - 1)", "");
    check("const all = []; for (;;) all.push('x'.repeat(1000) + all.length)", memory);
    check("const all = []; for (;;) all.push({ a: all.length, b: [1, 2, 3] })", memory);
    check("let text = 'x'; for (;;) { text += text; text.charCodeAt(0); }", memory);
    check("const all = []; for (;;) all.push(new Uint8Array(1000000))", memory);
    check("const all = {}; for (let i = 0; ; i += 1) all['key' + i] = i", memory);
    check("const all = new Map(); for (let i = 0; ; i += 1) all.set(i, [i])", memory);
    check("JSON.parse('[' + '[1,{\"a\":2}],'.repeat(2000000) + '1]')", memory);
    check(
        "const all = []; for (;;) all.push(eval('(function () { return [' + '1,'.repeat(500) + '] })'))",
        memory,
    );
    check("(function deep() { deep(); })()", "stack");
    check("/^(a+)+$/.test('a'.repeat(40) + 'b')", "1 interrupted");
    check("for (;;) Promise.resolve().then(() => 1)", memory);
    check("(function again() { Promise.resolve().then(again); })()", "1 interrupted");
    check("for (;;) setTimeout(() => 1, 1e6)", memory);
    check("JSON.parse('garbage'.repeat(1000000))", "SyntaxError");
    check("const all = []; for (;;) all.push({ a: all.length })", r"--vu-memory-limit\n\tat bad (file:///");
    check("for (let i = 0; i < 1e6; i += 1) setTimeout(() => [1, 2, 3], 1e7)", memory);
    check("for (let i = 0; i < 1e6; i += 1) queueMicrotask(() => [1, 2, 3])", memory);
    check("structuredClone(Array.from({ length: 1e6 }, () => [1]))", memory);
    check("const p = new URLSearchParams(); for (;;) p.append('name', 'value')", memory);
    check("const e = new EventTarget(); for (;;) e.addEventListener('a', () => 1)", "");
    check("check(1, { get never() { throw new RangeError('from a getter') } })", "RangeError: from a getter");
    check(
        "throw { get message() { throw new Error('inner'); }, toString() { throw new Error('inner'); } }",
        "",
    );
}

/// Runs a script to its end, sending `signals` each time that it says `running`; how long it took from the last.
fn interrupted(script: &str, signals: &[&str]) -> (i32, String, String, std::time::Duration) {
    let folder = folder();
    let (child, mut log) = start(folder.path(), script);
    let mut seen = String::new();
    for (index, name) in signals.iter().enumerate() {
        let mut line = String::new();
        while index > 0 && !line.contains("running") {
            line.clear();
            assert!(log.read_line(&mut line).expect("the log can be read") > 0, "it ended too soon: {seen}");
            seen.push_str(&line);
        }
        signal(&child, name);
    }
    let clock = model::Clock::start();
    let (code, out, rest) = end(child, log);
    (code, out, seen + &rest, clock.now().into())
}

/// Lifecycle functions that never wait: time limits and signals reach them all the same, and what comes after
/// them is done.
#[test]
fn lifecycle_functions_that_never_wait_are_stopped() {
    const SPIN: &str = "console.log('running'); for (;;) try { for (;;) {} } catch (e) {}";
    let check = |script: String, signals: &[&str], code: i32, said: &[&str]| {
        let (found, out, log, took) = match signals {
            [] => {
                let (code, out, log) = run(&script, &["-q"]);
                (code, out, log, std::time::Duration::ZERO)
            }
            _ => interrupted(&script, signals),
        };
        assert_eq!(found, code, "{script}\n{out}\n{log}");
        assert!(took.as_secs() < 10, "{script} took {took:?}");
        for text in said {
            assert!(log.contains(text) || out.contains(text), "{text:?} expected of {script}:\n{out}\n{log}");
        }
    };
    let setup = |options: &str| {
        format!(
            "export const options = {{ {options} }};
             export function setup() {{ {SPIN} }}
             export default function () {{ console.log('load'); }}
             export function handleSummary() {{ return {{ stdout: 'summed up' }}; }}"
        )
    };
    let late = "setup() execution timed out after 1 seconds";
    check(setup("setupTimeout: '1s'"), &[], 100, &[late, "summed up", "setupTimeout option"]);
    let received = "received a 'interrupt' signal";
    check(setup(""), &["INT"], 105, &[received, "summed up"]);
    let teardown = |options: &str| {
        format!(
            "export const options = {{ {options} }};
             export default function () {{}}
             export function teardown() {{ {SPIN} }}
             export function handleSummary() {{ return {{ stdout: 'summed up' }}; }}"
        )
    };
    let late = "teardown() execution timed out after 1 seconds";
    check(teardown("teardownTimeout: '1s'"), &[], 101, &[late, "summed up"]);
    let second = "aborting the test run, because a second signal came";
    check(
        teardown("").replace("for (;;) try", "console.log('running'); for (;;) try"),
        &["INT", "INT"],
        105,
        &[second, "summed up"],
    );
    let summary = |options: &str| {
        format!(
            "export const options = {{ {options} }};
             export default function () {{}}
             export function handleSummary() {{ {SPIN} }}"
        )
    };
    let late = "handleSummary() execution timed out after 1 seconds";
    check(summary("handleSummaryTimeout: '1s'"), &[], 0, &[late, "iterations"]);
}

#[test]
fn a_signal_while_users_are_made_ends_the_run() {
    let script = "
        const until = Date.now() + 20;
        while (Date.now() < until);
        if (__VU === 3) console.log('running');
        export const options = { vus: 2000, duration: '10s' };
        export function setup() { console.log('set up'); }
        export default function () { console.log('load'); }
    ";
    let (code, out, log, took) = interrupted(script, &["INT"]);
    assert_eq!(code, 105, "{out}\n{log}");
    assert!(took.as_secs() < 5, "making the rest would take 20 s: {took:?}");
    assert!(!log.contains("load") && !log.contains("set up"), "{log}");
}

#[test]
fn a_signal_right_after_the_start_ends_the_run_in_good_order() {
    let folder = folder();
    write(folder.path(), "t.js", LOOP);
    let mut child = plimsoll(folder.path(), &["run", "--out", "json=o.json", "t.js"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let log = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    // The banner comes before the first thread of the run.
    while !line.contains("execution: local") {
        line.clear();
        assert!(out.read_line(&mut line).expect("the output can be read") > 0, "it ended too soon");
    }
    signal(&child, "INT");
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    let (code, _, log) = end(child, log);
    assert_eq!(code, 105, "{log}");
    assert!(log.contains("received a 'interrupt' signal"), "{log}");
}
