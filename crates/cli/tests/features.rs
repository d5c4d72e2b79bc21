//! Features that a user reaches by an option or a flag, each seen from outside the real binary.

mod program;

use std::path::Path;
use std::process::Command;

use program::{folder, plimsoll, said, shop, write};

/// Exit status, standard output, standard error and the exported summary of a script.
fn run(script: &str, args: &[&str], base: &str) -> (i32, String, String, serde_json::Value) {
    let folder = folder();
    write(folder.path(), "t.js", script);
    let usual = ["run", "--summary-export", "summary.json", "--summary-trust"];
    let (code, out, err) = said(plimsoll(folder.path(), &usual).args(args).arg("t.js").env("BASE", base));
    (code, out, err, summary(folder.path()))
}

fn summary(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("summary.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

#[test]
fn thresholds_are_judged_for_each_stage() {
    let script = "
        import { sleep } from 'k6';
        import { Trend } from 'k6/metrics';
        const waited = new Trend('waited');
        const stages = [{ duration: '1s', target: 1 }, { duration: '0s', target: 1 }, { duration: '1s', target: 1 }];
        export const options = {
          scenarios: { ramp: { executor: 'ramping-vus', startVUs: 1, stages } },
          thresholds: { waited: ['max<100', { threshold: 'max<5', perStage: true }] },
        };
        let n = 0;
        export default function () { waited.add(++n > 15 ? 10 : 1); sleep(0.1); }
    ";
    let (code, out, log, summary) = run(script, &[], "");
    assert_eq!(code, 99, "{out}\n{log}");
    assert!(log.contains("thresholds on metrics 'waited{stage:2}' have been crossed"), "{log}");
    assert!(out.contains("{stage:0}\n      ✓ 'max<5' max=1"), "{out}");
    assert!(out.contains("{stage:2}\n      ✗ 'max<5' max=10"), "{out}");
    let metrics = &summary["metrics"];
    assert_eq!(metrics["waited{stage:0}"]["max"], 1, "{metrics}");
    assert_eq!(metrics["waited{stage:2}"]["max"], 10, "{metrics}");
}

#[test]
fn a_threshold_per_stage_needs_stages() {
    let script = "
        export const options = { thresholds: { iterations: [{ threshold: 'count>0', perStage: true }] } };
        export default function () {}
    ";
    let (code, _, log, _) = run(script, &[], "");
    assert_eq!(code, 104, "{log}");
    assert!(log.contains("no scenario has stages"), "{log}");
}

#[test]
fn a_built_in_metric_is_shared_with_a_warning() {
    let script = |kind: &str| {
        format!(
            "import {{ {kind} }} from 'k6/metrics';
             const own = new {kind}('http_req_duration');
             export default function () {{ own.add(42); }}"
        )
    };
    let (code, _, log, summary) = run(&script("Trend"), &[], "");
    assert_eq!(code, 0, "{log}");
    assert_eq!(log.matches("'http_req_duration' is a built-in metric").count(), 1, "{log}");
    assert_eq!(summary["metrics"]["http_req_duration"]["max"], 42, "{summary}");
    let (code, _, log, _) = run(&script("Counter"), &[], "");
    assert_eq!(code, 107, "{log}");
    assert!(log.contains("already exists but with type trend, instead of counter"), "{log}");
}

#[test]
fn requests_and_responses_are_logged_on_demand() {
    let shop = shop();
    let script = "
        import http from 'k6/http';
        export default function () { http.post(`${__ENV.BASE}/bin/anything`, 'sent-body'); }
    ";
    let check = |args: &[&str], heads: bool, bodies: bool| {
        let (code, _, log, _) =
            run(script, &[&["-e", &format!("BASE={}", shop.http_url())], args].concat(), "");
        assert_eq!(code, 0, "{log}");
        assert_eq!(
            log.contains("Request:\\nPOST /bin/anything HTTP/1.1\\r\\nHost: "),
            heads,
            "{args:?} {log}"
        );
        assert_eq!(log.contains("Response:\\nHTTP/1.1 "), heads, "{args:?} {log}");
        assert_eq!(log.contains("source=http-debug"), heads, "{args:?} {log}");
        assert_eq!(log.contains("\\r\\nsent-body"), bodies, "{args:?} {log}");
    };
    check(&[], false, false);
    check(&["--http-debug"], true, false);
    check(&["--http-debug=full"], true, true);
}

#[test]
fn a_request_that_fails_is_logged_too() {
    let script = "
        import http from 'k6/http';
        export default function () { http.get('http://127.0.0.1:1/gone'); }
    ";
    let (_, _, log, _) = run(script, &["--http-debug"], "");
    assert!(log.contains("Request:\\nGET /gone HTTP/1.1"), "{log}");
    assert!(!log.contains("Response:"), "{log}");
}

#[test]
fn running_out_of_descriptors_speaks_against_a_run() {
    let shop = shop();
    let folder = folder();
    let script = format!(
        "import http from 'k6/http';
         export const options = {{ vus: 100, iterations: 100 }};
         export default function () {{ http.get('{}/bin/delay/1'); }}",
        shop.http_url()
    );
    write(folder.path(), "t.js", script);
    let command = format!(
        "ulimit -n 60; exec {} run -q --summary-trust --summary-export summary.json t.js",
        env!("CARGO_BIN_EXE_plimsoll")
    );
    let output = Command::new("sh")
        .args(["-c", &command])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .output()
        .expect("every system has sh");
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("file descriptors ran out"), "{out}{}", String::from_utf8_lossy(&output.stderr));
    let summary = summary(folder.path()).to_string();
    assert!(
        summary.contains("\"descriptors_exhausted\":") && !summary.contains("\"descriptors_exhausted\":0"),
        "{summary}"
    );
}

/// What the script's own code throws while the host reads an argument is the script's exception: the very same
/// object, nothing logged, nothing sent.
#[test]
fn what_a_script_throws_from_an_argument_reaches_the_script() {
    let shop = shop();
    const CASES: &[&str] = &[
        "http.get(URL, { get headers() { throw own; } })",
        "http.get(URL, { headers: { a: text } })",
        "http.get(URL, { headers: { get a() { throw own; } } })",
        "http.get(URL, { cookies: { a: { value: text } } })",
        "http.get(URL, { cookies: { a: { get replace() { throw own; } } } })",
        "http.get(URL, { tags: { get a() { throw own; } } })",
        "http.get(URL, { get timeout() { throw own; } })",
        "http.get(URL, { redirects: number })",
        "http.get(URL, { compression: text })",
        "http.get(URL, { responseType: text })",
        "http.get(URL, { auth: text })",
        "http.get(URL, { httpVersion: text })",
        "http.get(URL, { get responseCallback() { throw own; } })",
        "http.get(URL, { get jar() { throw own; } })",
        "http.get(URL, { get throw() { throw own; } })",
        "http.request(text, URL)",
        "http.post(URL, { get a() { throw own; } })",
        "http.post(URL, { get buffer() { throw own; } })",
        "http.post(URL, { a: http.file('x', 'n'), get b() { throw own; } })",
        "http.file('x', text)",
        "http.file('x', 'n', text)",
        "http.post(URL, { a: Object.assign(http.file('x'), { filename: text }) })",
        "http.get(http.url`${URL}/${text}`)",
        "http.get(Object.defineProperty(http.url`${URL}`, 'url', { get() { throw own; } }))",
        "http.batch([URL, { method: 'GET', get url() { throw own; } }])",
        "http.batch([URL, [text, URL]])",
        "http.batch([URL, { method: text, url: URL }])",
        "http.batch([URL, ['GET', URL, null, { headers: { a: text } }]])",
        "http.batch({ get a() { throw own; } })",
        "http.expectedStatuses({ get min() { throw own; }, max: 3 })",
        "http.asyncRequest('GET', URL, null, { headers: { a: text } })",
        "http.cookieJar().set(text, 'a', 'b')",
        "http.cookieJar().set(URL, text, 'b')",
        "http.cookieJar().set(URL, 'a', text)",
        "http.cookieJar().set(URL, 'a', 'b', { get domain() { throw own; } })",
        "http.cookieJar().set(URL, 'a', 'b', { path: text })",
        "http.cookieJar().set(URL, 'a', 'b', { get secure() { throw own; } })",
        "http.cookieJar().cookiesForURL(text)",
        "http.cookieJar().clear(text)",
        "http.cookieJar().delete(URL, text)",
        "exec.test.fail(text)",
        "exec.test.abort(text)",
        "exec.vu.tags[{ toString() { throw own; } }] = 1",
        "sleep(number)",
        "randomSeed(number)",
        "mine.add(number)",
        "mine.add(1, { get a() { throw own; } })",
        "ws.connect(text, {}, () => {})",
        "ws.connect('ws://x', { headers: { a: text } }, () => {})",
        "new WebSocket(text)",
        "new WebSocket('ws://x', null, { get tags() { throw own; } })",
        "setTimeout(text, 1)",
        "new globalThis.URL(text)",
        "new globalThis.URL('a', text)",
        "new URLSearchParams([['a', text]])",
        "btoa(text)",
        "atob(text)",
    ];
    let cases: String = CASES.iter().map(|case| format!("async () => {{ {case}; }},\n")).collect();
    let script = format!(
        "import http from 'k6/http';
         import exec from 'k6/execution';
         import ws from 'k6/ws';
         import {{ WebSocket }} from 'k6/websockets';
         import {{ Counter }} from 'k6/metrics';
         import {{ sleep, randomSeed }} from 'k6';
         const own = new Error('mine'), URL = `${{__ENV.BASE}}/bin/get`, mine = new Counter('mine');
         const text = {{ toString() {{ throw own; }} }}, number = {{ valueOf() {{ throw own; }} }};
         const cases = [{cases}];
         export default async function () {{
           for (const [index, one] of cases.entries()) {{
             let got = 'nothing';
             try {{ await one(); }} catch (e) {{ got = e === own ? 'its own' : String(e); }}
             if (got !== 'its own') console.log(`${{index}} got ${{got}}`);
           }}
           console.log('all done');
           http.post(URL, 'x', {{ tags: {{ get a() {{ throw own; }} }} }});
         }}"
    );
    let (code, out, log, summary) = run(&script, &["-q"], &shop.http_url());
    assert_eq!(code, 0, "{out}{log}");
    let said: Vec<&str> = log.lines().filter(|line| !line.contains("all done")).collect();
    let [last] = said[..] else { panic!("only the uncaught exception is logged:\n{log}") };
    assert!(last.contains("Error: mine") && last.contains("level=error"), "{last}");
    assert!(log.contains("all done"), "{log}");
    let wrong = "nothing is sent";
    assert!(summary["metrics"].get("http_reqs").is_none_or(|reqs| reqs["count"] == 0), "{wrong}: {summary}");
}

#[test]
fn json_gives_what_the_script_made_of_it() {
    let shop = shop();
    let script = "
        import http from 'k6/http';
        export default function () {
          const r = http.post(`${__ENV.BASE}/bin/anything`, '{\"a\":1}');
          const one = r.json();
          one.mine = { of: r };
          console.log(r.json().mine.of === r, r.json('mine'), Object.keys(r).includes('mine'), r.json() === one);
          r.body = '{}';
          console.log(r.json() === one, JSON.stringify(http.get(`${__ENV.BASE}/bin/get`).json('args')));
        }
    ";
    let (code, _, log, _) = run(script, &["--iterations", "20"], &shop.http_url());
    assert_eq!(code, 0, "{log}");
    assert_eq!(log.matches("true undefined false true").count(), 20, "{log}");
    assert_eq!(log.matches("true {}").count(), 20, "{log}");
}

#[test]
fn the_lag_of_the_generator_is_a_metric_on_demand() {
    let shop = shop();
    let metric = |options: &str| {
        let script = format!(
            "import http from 'k6/http';
             export const options = {{ iterations: 5, {options} }};
             export default function () {{ http.get(`${{__ENV.BASE}}/bin/get`); }}"
        );
        let (code, out, log, summary) = run(&script, &[], &shop.http_url());
        (code, log, summary["metrics"]["generator_lag"].clone(), out)
    };
    let (code, log, none, _) = metric("");
    assert!(code == 0 && none.is_null(), "{log}");
    let (code, log, lag, _) = metric("plimsoll: { generatorLag: true }");
    assert!(code == 0 && lag["max"].as_f64() > Some(0.0), "{lag} {log}");
    let (code, log, lag, out) =
        metric("thresholds: { 'generator_lag{status:200}': ['max<0'], generator_lag: ['max<60000'] }");
    assert!(code == 99 && lag["avg"].is_number(), "{lag} {log}");
    assert!(log.contains("thresholds on metrics 'generator_lag{status:200}' have been crossed"), "{log}");
    assert!(out.contains("'max<60000'"), "{out}");
}
