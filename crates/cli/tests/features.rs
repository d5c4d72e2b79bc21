//! Features that a user reaches by an option or a flag, each seen from outside the real binary.

use std::path::Path;
use std::process::{Command, Stdio};

use target::{Shop, ShopOptions};

/// Exit status, standard output, standard error and the exported summary of a script.
fn run(script: &str, args: &[&str], base: &str) -> (i32, String, String, serde_json::Value) {
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    std::fs::write(folder.path().join("t.js"), script).expect("a temporary folder can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["run", "--summary-export", "summary.json", "--summary-trust"])
        .args(args)
        .arg("t.js")
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("BASE", base)
        .stdin(Stdio::null())
        .output()
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (code, out, err) = (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr));
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
    let shop = Shop::start(ShopOptions::default()).expect("the shop opens on a free port");
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
    let shop = Shop::start(ShopOptions::default()).expect("the shop opens on a free port");
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let script = format!(
        "import http from 'k6/http';
         export const options = {{ vus: 100, iterations: 100 }};
         export default function () {{ http.get('{}/bin/delay/1'); }}",
        shop.http_url()
    );
    std::fs::write(folder.path().join("t.js"), script).expect("a temporary folder can be written");
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
