//! Artillery scripts as people write them, run by the built program against the demo shop.
//!
//! [`rows`] goes through what Artillery's scripts may say, row by row; [`plans`] are whole scripts with exact counts;
//! [`processors`] are functions in JavaScript; [`socketio`] is the engine of that name.

mod plans;
mod processors;
#[path = "../program/mod.rs"]
mod program;
mod ran;
mod rows;
mod socketio;

use std::path::Path;

use ran::{run, shop};

#[test]
fn the_corpus_script_runs_as_it_is() {
    let shop = shop();
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus-artillery/artillery-config.yml"));
    let text = std::fs::read_to_string(path).expect("the corpus is in the repository");
    let ran = run(&[("artillery-config.yml", &text)], &["-t", &shop.http_url(), "--time-scale", "0.002"]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let log = ran.log();
    for lenient in
        ["$randomItem(users)[0]", "$randomItem(users)[1]", "$randomInt(1, 5)", "./test-processor.js"]
    {
        assert_eq!(log.matches(lenient).count(), 1, "{lenient} is told once: {log}");
    }
    let counters = ran.report()["aggregate"]["counters"].clone();
    // 21,300 arrivals, a five-hundredth of them: 42.6.
    assert_eq!(counters["vusers.created"], 43, "{counters}");
    assert_eq!(counters["vusers.completed"], 43, "{counters}");
    assert_eq!(counters["vusers.failed"], 0, "{counters}");
    assert!(
        counters.as_object().expect("it is one").keys().all(|name| !name.starts_with("errors.")),
        "{counters}"
    );
}

/// Logging in, a loop over data, a capture that the next request needs, and expectations.
#[test]
fn a_journey_has_exact_counts() {
    let shop = shop();
    let script = r#"
config:
  target: "http://127.0.0.1:1"
  phases: [{duration: 1, arrivalCount: 3, name: only}]
  payload: {path: users.csv, fields: [email, password], order: sequence, skipHeader: true}
  variables: {sizes: [[1, 2]]}
  plugins: {expect: {}, ensure: {}}
  ensure: {thresholds: [{vusers.failed: 1}], conditions: [{expression: "http.codes.200 >= 12"}]}
scenarios:
  - name: journey
    flow:
      - post:
          url: /api/auth/login
          json: {email: "{{ email }}", password: "{{ password }}"}
          capture: {json: $.token, as: token}
          expect: [{statusCode: 200}, {hasProperty: token}]
      - get:
          url: /api/products
          headers: {authorization: "Bearer {{ token }}"}
          capture: {json: "$.data[*].id", as: ids, multiple: false}
      - loop:
          - get: {url: "/api/products/{{ ids[0] }}", headers: {authorization: "Bearer {{ token }}"}, name: "size {{ $loopElement }}"}
        over: sizes
      - log: "seen {{ ids.length }} of {{ $loopCount }}"
"#;
    let users = "email,password\nuser1@test.com,password123\nuser2@test.com,password123\n";
    let ran = run(&[("journey.yml", script), ("users.csv", users)], &["--target", &shop.http_url()]);
    assert_eq!(ran.output.status.code(), Some(0), "{}\n{}", ran.out(), ran.log());
    ran.counters(&[
        ("vusers.created", 3),
        ("vusers.completed", 3),
        ("vusers.created_by_name.journey", 3),
        ("http.requests", 12),
        ("http.codes.200", 12),
        ("plugins.expect.ok", 6),
        ("plugins.metrics-by-endpoint./api/products/{{ ids[0] }} (size {{ $loopElement }}).codes.200", 6),
    ]);
    assert_eq!(ran.out().matches("seen 20 of 2").count(), 3, "{}", ran.out());
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let check = |script: &str, code: i32, parts: &[&str]| {
        let ran = run(&[("bad.yml", script)], &["-t", "http://127.0.0.1:1"]);
        assert_eq!(ran.output.status.code(), Some(code), "{script}\n{}", ran.log());
        for part in parts {
            assert!(ran.log().contains(part), "{part} is not in {}", ran.log());
        }
    };
    let flow = |step: &str| format!("config: {{x: 1}}\nscenarios:\n  - flow:\n    - {step}\n");
    check(
        &flow("get: {headers: {}}"),
        1,
        &["bad.yml:4:7", "scenarios[0].flow[0].get", "a request needs a url"],
    );
    check(
        &flow("get: {url: /, captrue: {}}\n      think: 1"),
        1,
        &["a step has one key, this one has 2: get, think"],
    );
    check(&flow("get: {url: /, capture: {json: $.a}}"), 1, &["it needs as"]);
    check(
        "config: {phases: [{duration: 1, arrivalRate: 1.5}]}\nscenarios: []\n",
        1,
        &["must be a whole number", "bad.yml:1:"],
    );
    check("config: {a: 1}\nconfig: {b: 1}\nscenarios: []\n", 1, &["bad.yml:2:1", "stands twice"]);
    check("config: {a: [1}\nscenarios: []\n", 1, &["bad.yml:1:", "not YAML"]);
    check("config: {a: 1}\nscenarios: [{engine: nope, flow: []}]\n", 11, &["there is no engine nope"]);
}

#[test]
fn what_would_be_sent_as_garbage_is_told_and_strict_refuses_it() {
    let shop = shop();
    let script = "config: {phases: [{duration: 1, arrivalCount: 1}]}\nscenarios:\n  - flow:\n    - post: {url: /health, json: {n: \"{{ $randomInt(3, 3) }}\", t: \"{{ 1 + 1 }}\"}, timout: 5}\n";
    let ran = run(&[("odd.yml", script)], &["-t", &shop.http_url()]);
    for part in ["$randomInt(3, 3)", "{{ 1 + 1 }} is no template", "timout means nothing"] {
        assert!(ran.log().contains(part), "{part} is not in {}", ran.log());
    }
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let strict = run(&[("odd.yml", script)], &["--strict", "-t", &shop.http_url()]);
    assert!(strict.log().contains("there is no function $randomInt"), "{}", strict.log());
}

#[test]
fn its_own_report_is_shown_when_asked_for() {
    let shop = shop();
    let script = "config: {phases: [{duration: 1, arrivalCount: 2}], plugins: {apdex: {}, ensure: {thresholds: [{http.requests: 3}]}}, apdex: {threshold: 60000}}\nscenarios: [{flow: [{get: {url: /health}}]}]\n";
    let ran = run(&[("t.yml", script)], &["--dialect-output", "-t", &shop.http_url()]);
    let out = ran.out();
    let values = format!("http.requests: {} 2\n", ".".repeat(65));
    for part in [
        "(+0000) (width: ",
        "Summary report @ ",
        &values,
        "http.response_time:\n  min: ...",
        "vusers.completed: ...",
        "\nChecks:\nok: http.requests < 3\n",
        "\nApdex score: 1 (excellent)\n",
    ] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
    assert!(!out.contains("metrics-by-endpoint"), "nobody asked for it: {out}");
    assert!(!out.contains("TOTAL RESULTS"), "{out}");
}

#[test]
fn its_report_tells_of_phases() {
    let shop = shop();
    let script = "config: {phases: [{duration: 500ms, arrivalCount: 1, name: warm}, {pause: '1'}, {duration: 1, arrivalCount: 1}]}\nscenarios: [{flow: [{get: {url: /health}}]}]\n";
    let ran = run(&[("t.yml", script)], &["--dialect-output", "-t", &shop.http_url()]);
    let out = ran.out();
    let mut from = 0;
    // In this order, each once.
    for part in [
        "Phase started: warm (index: 0, duration: 500ms) ",
        "Phase completed: warm (index: 0, duration: 500ms) ",
        "Phase started: unnamed (index: 1, duration: 1s) ",
        "Phase completed: unnamed (index: 1, duration: 1s) ",
        "Phase started: unnamed (index: 2, duration: 1s) ",
        "Phase completed: unnamed (index: 2, duration: 1s) ",
        "All VUs finished. Total time: ",
    ] {
        let at = out[from..].find(part).unwrap_or_else(|| panic!("{part} is not in {out}"));
        from += at + part.len();
        assert_eq!(out.matches(part).count(), 1, "{part} in {out}");
    }
    assert!(out[from..].lines().next().is_some_and(|rest| rest.ends_with(" seconds")), "{out}");
}
