//! `config` and the command line: data, variables, environments, defaults, files laid over each other.

use super::super::ran::{run, shop};
use super::{Group, Row, row};

#[test]
fn the_configuration_reaches_users() {
    let config = "\
payload:
  - {path: users.csv, fields: [name, age], order: sequence, skipHeader: true, cast: true}
  - {path: 'data/{{ $environment }}.csv', fields: [color], delimiter: ';'}
  - {path: all.csv, loadAll: true, name: everyone, fields: [id, role]}
variables: {one: [picked], whole: {a: [1]}, count: 1}
environments:
  staging: {variables: {stage: yes-staging, count: 2}, http: {defaults: {headers: {x-stage: s}}}}
  other: {variables: {stage: other}}
http:
  defaults: {headers: {X-All: every, x-gone: a}, cookie: {sid: c-1}, strictCapture: false, think: {jitter: '10%'}}
  maxSockets: 5
  cookieJarOptions: {rejectPublicSuffixes: false}
  distributedTracing: true
defaults: {headers: {x-old: older}}
engines: {playwright: {}}
statsInterval: 5
includeFiles: [x]
x-anything: 1";
    let files = [
        ("users.csv", "name,age\nann,40\nbob,30\n"),
        ("data/staging.csv", "red;1\n"),
        ("all.csv", "1,admin\n2,guest\n"),
        (".env.test", "FROM_FILE=f-1\nFROM_ENV=lost\n"),
        ("over.yml", "config: {variables: {laid: over}}\n"),
    ];
    let args = [
        "-e",
        "staging",
        "-v",
        r#"{"given": "by-flag"}"#,
        "--overrides",
        r#"{"config": {"variables": {"overridden": 1}}}"#,
        "--dotenv",
        ".env.test",
        "--config",
        "over.yml",
    ];
    let env = [("FROM_ENV", "e-1")];
    let group = Group { config, files: &files, args: &args, env: &env, rows: ROWS, ..Group::default() };
    let log = group.check().log();
    for note in ["maxSockets", "cookieJarOptions", "statsInterval", "includeFiles"] {
        assert!(log.contains(note), "{note} has a note: {log}");
    }
    assert!(!log.contains("x-anything"), "{log}");
}

const ROWS: &[Row] = &[
    row("payload", "- log: '> {{ name }} {{ color }}'", &["ann red"]),
    row(
        "cast",
        "- post: {url: /bin/echo, json: {age: '{{ age }}'}, capture: {json: $, as: j}}\n- log: '> {{ j }}'",
        &[r#"{"age":40}"#],
    ),
    row("loadAll", "- log: '> {{ everyone.length }} {{ everyone[1].role }}'", &["2 guest"]),
    row("variables", "- log: '> {{ one }} {{ whole.a }} {{ count }}'", &["picked [1] 2"]),
    row("environments", "- log: '> {{ stage }} {{ $environment }}'", &["yes-staging staging"]),
    row(
        "flags and files",
        "- log: '> {{ given }} {{ overridden }} {{ laid }} {{ $env.FROM_FILE }} {{ $env.FROM_ENV }}'",
        &["by-flag 1 over f-1 e-1"],
    ),
    row(
        "headers of every request",
        "- get: {url: /bin/headers, headers: {x-gone: b}, capture: [{json: \"$.headers['X-All']\", as: a}, {json: \"$.headers['X-Gone']\", as: b}, {json: \"$.headers['X-Old']\", as: c}, {json: \"$.headers['X-Stage']\", as: d}]}\n- log: '> {{ a }} {{ b }} {{ c }} {{ d }}'",
        &["every b older s"],
    ),
    row(
        "cookies of every request",
        "- get: {url: /bin/cookies, capture: {json: $.cookies, as: k}}\n- log: '> {{ k }}'",
        &[r#"{"sid":"c-1"}"#],
    ),
    row(
        "strictCapture",
        "- get: {url: /bin/json, capture: {json: $.nope, as: gone}}\n- log: '> {{ gone }}'",
        &["undefined"],
    ),
    row(
        "distributedTracing",
        "- get: {url: /bin/headers, capture: {regexp: '00-a9[0-9a-f]{30}-[0-9a-f]{16}-01', as: trace}}\n- log: '> {{ trace.length }}'",
        &["55"],
    ),
];

#[test]
fn what_before_captures_is_every_users_and_rows_are_their_own() {
    let shop = shop();
    let script = "
config:
  phases: [{duration: 100ms, arrivalCount: 3}]
  payload: {path: users.csv, fields: [name], order: sequence}
  variables: {fixed: 1}
before:
  flow:
    - get: {url: /bin/json, capture: [{json: $.count, as: handed}, {json: $.count, as: fixed}]}
    - log: '> before {{ name }} {{ handed }} {{ fixed }}'
scenarios:
  - flow: [{log: '> {{ name }} {{ handed }} {{ fixed }}'}]
after:
  flow: [{get: {url: /health}}, {log: '> after {{ name }} {{ handed }} {{ fixed }}'}]
";
    let files = [("script.yml", script), ("users.csv", "ann\nbob\n")];
    let ran = run(&files, &["-t", &shop.http_url()]);
    // What `before` captures lies below the rows of data and `config.variables`.
    let wanted = ["before ann 3 3", "ann 3 1", "bob 3 1", "ann 3 1", "after ann 3 1"];
    assert_eq!(ran.lines("> "), wanted, "{}", ran.log());
    // What is done before and after the load is not in the report.
    ran.counters(&[("vusers.created", 3), ("http.requests", 0)]);
}

#[test]
fn flags_choose_what_runs() {
    let shop = shop();
    let url = shop.http_url();
    let script = "
config:
  phases: [{duration: 100ms, arrivalCount: 4}]
  environments: {here: {target: 'TARGET'}}
scenarios:
  - {name: first, flow: [{log: '> first'}]}
  - {name: second one, flow: [{log: '> second'}]}
";
    let script = script.replace("TARGET", &url);
    let check = |args: &[&str], code: i32, lines: &[&str]| {
        let files = [("s.yml", script.as_str()), ("rows.csv", "a\n")];
        let ran = run(&files, args);
        assert_eq!(ran.code(), Some(code), "{args:?} {}", ran.log());
        assert_eq!(ran.lines("> "), lines, "{args:?} {}", ran.log());
    };
    check(&["-t", &url, "--scenario-name", "first"], 0, &["first"; 4]);
    check(&["-e", "here", "--scenario-name", "second.*"], 0, &["second"; 4]);
    check(&["-t", &url, "--scenario-name", "first", "-s"], 0, &["first"]);
    check(&["-t", &url, "--scenario-name", "third"], 11, &[]);
    check(&["--scenario-name", "first"], 1, &[]);
    check(&["-t", &url, "-p", "rows.csv", "--scenario-name", "first", "-s"], 0, &["first"]);
    check(&["-t", &url, "-v", "{"], 1, &[]);
}

#[test]
fn phases_bring_users() {
    let shop = shop();
    let script = "
config:
  phases:
    - {duration: 1, arrivalRate: 5, name: steady}
    - {duration: 2s, arrivalRate: 1, rampTo: 4}
    - {pause: 0.1}
    - {duration: 100ms, arrivalCount: 3}
    - {duration: '1', arrivalRate: '20', mode: poisson, maxVusers: 1000}
scenarios:
  - {flow: [{get: {url: /health}}]}
";
    let ran = run(&[("s.yml", script)], &["-t", &shop.http_url()]);
    let created = ran.report()["aggregate"]["counters"]["vusers.created"].as_u64().unwrap_or(0);
    // The distances of the last phase are drawn, from a seed.
    assert!((5 + 5 + 3 + 8..=5 + 5 + 3 + 40).contains(&created), "{created} {}", ran.log());
    ran.counters(&[("vusers.completed", created), ("http.codes.200", created)]);
}

#[test]
fn users_beyond_the_most_are_skipped() {
    let shop = shop();
    let script = "
config: {phases: [{duration: 200ms, arrivalCount: 8, maxVusers: 1}]}
scenarios: [{flow: [{think: 2}]}]
";
    let ran = run(&[("s.yml", script)], &["-t", &shop.http_url()]);
    ran.counters(&[("vusers.created", 1), ("vusers.skipped", 7), ("vusers.completed", 1)]);
}
