//! Plans, seen from outside the real binary.

mod program;

use std::path::Path;

use program::{folder, plimsoll, said, shop, write};

/// Exit status, standard output, standard error, and the exported summary.
fn ends(folder: &Path, args: &[&str]) -> (i32, String, String, serde_json::Value) {
    let (code, out, log) = said(&mut plimsoll(folder, args));
    let summary = std::fs::read_to_string(folder.join("summary.json")).unwrap_or_default();
    let summary = serde_json::from_str(&summary).unwrap_or_default();
    (code, out, log, summary)
}

/// Runs a plan against the shop.
fn run(plan: &str, args: &[&str]) -> (i32, String, String, serde_json::Value) {
    let (shop, folder) = (shop(), folder());
    let plan = format!("plimsoll: 1\nbase: {}\n{plan}", shop.http_url());
    write(folder.path(), "t.yaml", plan);
    write(folder.path(), "people.csv", "who,age\nann,1\nbob,2\n");
    ends(
        folder.path(),
        &[&["run", "-q", "--log-format", "raw", "--summary-export", "summary.json", "t.yaml"], args].concat(),
    )
}

fn count(summary: &serde_json::Value, metric: &str) -> u64 {
    summary["metrics"][metric]["count"].as_u64().unwrap_or(0)
}

#[test]
fn requests_captures_and_checks_are_counted_exactly() {
    let plan = "
scenarios:
  look:
    executor: per-vu-iterations
    vus: 3
    iterations: 4
    steps:
      - get:
          url: /api/products
          expect: { status: 200, json: { nope: 1 } }
          capture: { first: 'products[0].id', kind: { header: content-type } }
      - get: { url: '/api/products/{{ first }}', name: one, expect: { status: 200, json: { id: '{{ first }}' } } }
      - group: { name: g, steps: [{ get: / }, { log: '{{ kind }}' }] }
";
    let (code, out, log, summary) = run(plan, &[]);
    assert_eq!(code, 0, "{out}\n{log}");
    assert_eq!((count(&summary, "http_reqs"), count(&summary, "iterations")), (36, 12), "{log}");
    let checks = &summary["metrics"]["checks"];
    assert_eq!((checks["passes"].as_u64(), checks["fails"].as_u64()), (Some(36), Some(12)), "{summary}");
    assert_eq!(log.matches("application/json").count(), 12, "{log}");
    assert!(summary["metrics"]["group_duration"]["min"].is_number(), "{summary}");
}

#[test]
fn flow_control_does_what_it_says() {
    let plan = "
data: { people: { file: people.csv } }
variables: { list: [a, b, c] }
before:
  - get: /
  - set: { secret: s1 }
after:
  - log: 'after {{ secret }}'
steps:
  - feed: people
  - log: '{{ who }}{{ age + 1 }} {{ secret }}'
  - loop: { over: '{{ list }}', as: x, counter: i, steps: [{ if: { condition: x == 'b', then: [continue] } }, { log: '{{ i }}{{ x }}' }] }
  - loop: { steps: [{ set: { n: '{{ n + 1 }}' } }, { if: { condition: length(n) > 2, then: [break] } }] }
  - log: 'n={{ n }}'
  - parallel: [{ get: / }, [{ get: { url: /, capture: { s: status } } }, { set: { both: yes } }]]
  - log: 'both={{ both }} s={{ s }} last={{ last.status }}'
  - while: { condition: count < 2, steps: [{ set: { count: '{{ count - 0 + 1 }}' } }] }
  - get: /no-such-page
  - if: { condition: last.status == 404 and not (last.duration < 0), then: [{ stop: iteration }], else: [{ fail: never }] }
  - log: never
";
    let (code, out, log, summary) = run(plan, &["--vus", "1", "--iterations", "2"]);
    assert_eq!(code, 0, "{out}\n{log}");
    for part in ["ann11 s1", "bob21 s1", "0a", "2c", "n=111", "both=yes s=200", "after s1"] {
        assert!(log.contains(part), "{part} in {log}");
    }
    assert!(!log.contains("1b") && !log.contains("never"), "{log}");
    // One before the load, three in each iteration.
    assert_eq!((count(&summary, "http_reqs"), count(&summary, "iterations")), (7, 2), "{summary}");
}

#[test]
fn thresholds_and_flags_are_as_with_scripts() {
    let plan = "thresholds: { http_reqs: ['count>100'] }\nsteps: [{ get: / }]\n";
    let (code, out, log, summary) = run(plan, &["--vus", "2", "--iterations", "6", "--tag", "a=b"]);
    assert_eq!(code, 99, "{out}\n{log}");
    assert!(log.contains("thresholds on metrics 'http_reqs' have been crossed"), "{log}");
    assert_eq!(count(&summary, "http_reqs"), 6);
}

#[test]
fn what_is_captured_must_be_there() {
    let plan = "steps: [{ get: { url: /, capture: { x: nothing.there } } }, { log: never }]\n";
    let (code, out, log, _) = run(plan, &[]);
    assert_eq!(code, 0, "{out}");
    assert!(log.contains("nothing to capture for 'x'") && !log.contains("never"), "{log}");
}

#[test]
fn loads_follow_each_other() {
    let plan = "
load: [{ inject: { rate: 20, for: 1s } }, { keep_constant: { users: 2, for: 1s } }]
steps: [{ get: / }, { think: 100ms }]
";
    let (code, out, log, summary) = run(plan, &[]);
    assert_eq!(code, 0, "{out}\n{log}");
    // How many there are is the machine's business.
    assert!(count(&summary, "http_reqs") > 0, "{summary}");
}

#[test]
fn mistakes_end_the_run_before_there_is_load() {
    let plan = "steps:\n  - gett: /\n  - think: soon\n";
    let (code, out, log, _) = run(plan, &[]);
    assert_eq!(code, 104, "{log}");
    assert!(out.is_empty(), "{out}");
    assert!(
        log.contains("t.yaml:4:5 (steps[0]): error: there is no key 'gett' here; did you mean 'get'?"),
        "{log}"
    );
    assert!(log.contains("t.yaml:5:12 (steps[1].think): error: 'soon' is no time"), "{log}");
    assert!(log.contains("t.yaml is no Plimsoll test that can be run: 2 errors"), "{log}");
}

#[test]
fn a_check_reports_what_is_made_of_a_file() {
    let folder = folder();
    let check = |plan: &str, code: i32, parts: &[&str]| {
        write(folder.path(), "t.yaml", plan);
        let (ended, out, log, _) = ends(folder.path(), &["check", "t.yaml"]);
        assert_eq!(ended, code, "{out}\n{log}");
        for part in parts {
            assert!(out.contains(part), "{part} in {out}\n{log}");
        }
    };
    let plan = "plimsoll: 1\nsteps: [{ get: { url: http://h/, expect: 200 } }, { think: 1s }]\n";
    check(
        plan,
        0,
        &[
            "t.yaml: a test of Plimsoll, can be run",
            "steps: 1 request, 1 check, 1 think time",
            "default: 1 iterations for each of 1 VUs",
        ],
    );
    check("plimsoll: 1\nstpes: []\n", 104, &["cannot be run", "t.yaml:2:1: there is no key 'stpes' here"]);
}

#[test]
fn a_recording_is_played_with_what_answers_bring() {
    let (shop, folder) = (shop(), folder());
    let base = shop.http_url();
    let entry = |second: u32, path: &str, answer: &str| {
        serde_json::json!({
            "startedDateTime": format!("2026-01-01T00:00:0{second}.000Z"),
            "time": 1000.0,
            "request": { "method": "GET", "url": format!("{base}{path}"), "headers": [] },
            "response": { "status": 200, "content": { "text": answer } },
        })
    };
    let recorded = serde_json::json!({ "products": [{ "id": "recorded-product-1" }] }).to_string();
    let entries = [entry(0, "/api/products", &recorded), entry(1, "/api/products/recorded-product-1", "")];
    let har = serde_json::json!({ "log": { "creator": {}, "entries": entries } });
    std::fs::write(folder.path().join("t.har"), har.to_string()).expect("it can be written");
    let args = ["run", "-q", "--summary-export", "summary.json", "-i", "2", "t.har"];
    let (code, out, log, summary) = ends(folder.path(), &args);
    assert_eq!(code, 0, "{out}\n{log}");
    // The shop knows no such product: only its own answers have one that it knows.
    let checks = &summary["metrics"]["checks"];
    assert_eq!((checks["passes"].as_u64(), checks["fails"].as_u64()), (Some(4), Some(0)), "{out}\n{log}");
    assert!(log.contains("'reco…' comes from the answer of"), "{log}");
}
