//! How runs end: failures of users, what counts them, exit statuses, and the report.

use serde_json::Value;

use super::super::ran::{Ran, run, shop};

/// Runs a flow of one user.
fn flow(config: &str, flow: &str, files: &[(&str, &str)]) -> Ran {
    let shop = shop();
    let script = format!(
        "config:\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n{config}scenarios:\n  - flow: [{flow}]\n"
    );
    let all: Vec<(&str, &str)> =
        std::iter::once(("s.yml", script.as_str())).chain(files.iter().copied()).collect();
    run(&all, &["-t", &shop.http_url()])
}

#[test]
fn failures_end_users_and_are_counted_by_name() {
    let check = |steps: &str, errors: &[(&str, u64)], requests: u64| {
        let ran = flow(
            "  http: {timeout: 2}\n  processor: ./p.cjs\n",
            &format!("{steps}, {{get: {{url: /never}}}}"),
            &[("p.cjs", P)],
        );
        assert_eq!(ran.code(), Some(0), "{steps} {}", ran.log());
        ran.all_counters("errors.", errors);
        ran.counters(&[("vusers.failed", 1), ("vusers.completed", 0), ("http.requests", requests)]);
    };
    let capture = "Failed capture or match";
    check("{get: {url: /bin/json, capture: {json: $.nope, as: x}}}", &[(capture, 1)], 1);
    check("{get: {url: /bin/json, match: {json: $.count, value: 4}}}", &[(capture, 1)], 1);
    check(
        "{get: {url: /bin/json, capture: [{json: $.count, as: x}, {header: x-none, as: y}]}}",
        &[(capture, 1)],
        1,
    );
    check("{get: {url: /bin/delay/5}}", &[("ETIMEDOUT", 1)], 1);
    check("{get: {url: 'http://127.0.0.1:1/'}}", &[("ECONNREFUSED", 1)], 1);
    check("{get: {url: 'ftp://x/'}}", &[("Invalid URL - ftp://x/", 1)], 0);
    check("{get: {url: /bin/redirect/12}}", &[("ERR_TOO_MANY_REDIRECTS", 1)], 11);
    check("{function: fails}", &[("on purpose", 1)], 0);
    check("{think: soon}", &[("Invalid think time: soon", 1)], 0);
    check("{get: {url: /health, beforeRequest: refuses}}", &[("refused", 1)], 0);
}

/// A slow body is no slow answer.
#[test]
fn the_timeout_is_for_the_head() {
    let ran = flow("  http: {timeout: 1}\n", "{get: {url: '/bin/drip?duration=3&numbytes=3&delay=0'}}", &[]);
    ran.counters(&[("http.codes.200", 1), ("vusers.completed", 1), ("http.downloaded_bytes", 3)]);
}

const P: &str = "
exports.fails = async () => { throw new Error('on purpose'); };
exports.refuses = (req, context, events, next) => next(new Error('refused'));
";

#[test]
fn on_error_is_told() {
    let config = "  processor: ./p.cjs\n";
    let p = "exports.told = (error, req, context, events, done) => { console.log('# ' + error.code + ' ' + req.url.split('/').pop()); done(); };\n";
    let shop = shop();
    let script = format!(
        "config:\n{config}scenarios:\n  - onError: told\n    flow: [{{get: {{url: 'http://127.0.0.1:1/gone'}}}}]\n"
    );
    let ran = run(&[("s.yml", &script), ("p.cjs", p)], &["-t", &shop.http_url()]);
    assert_eq!(ran.lines("# "), ["ECONNREFUSED gone"], "{}", ran.log());
}

#[test]
fn exit_statuses_are_artillerys() {
    let check = |script: &str, code: i32, part: &str| {
        let shop = shop();
        let ran = run(&[("s.yml", script)], &["-t", &shop.http_url()]);
        assert_eq!(ran.code(), Some(code), "{script}\n{}\n{}", ran.out(), ran.log());
        assert!(ran.out().contains(part) || ran.log().contains(part), "{part}: {}\n{}", ran.out(), ran.log());
    };
    check(
        "config: {plugins: {x: {}}}\nscenarios: [{flow: [{get: {url: /bin/status/500}}]}]\n",
        0,
        "no plugin x",
    );
    check(
        "config: {plugins: {ensure: {maxErrorRate: 0}}}\nscenarios: [{flow: [{get: {url: /health, match: {json: $.no, value: 1}}}]}]\n",
        1,
        "maxErrorRate",
    );
    check("config: {processor: ./none.js}\nscenarios: [{flow: [{function: f}]}]\n", 11, "none.js");
    check("config: {a: 1}\nscenarios: [{engine: telepathy, flow: []}]\n", 11, "telepathy");
    check("config: {a: 1}\nscenarios: [{flow: [{get: {uri: /}}]}]\n", 1, "needs a url");
    check("config: {a: 1}\nscenarios: [{flow: [{parallel: [], limit: 2}]}]\n", 1, "one key");
    check(
        "config: {a: 1}\nbefore: {flow: [{get: {url: /bin/json, capture: {json: $.no, as: x}}}]}\nscenarios: [{flow: [{log: x}]}]\n",
        1,
        "before failed",
    );
}

#[test]
fn the_report_has_artillerys_shape() {
    let ran = flow("", "{get: {url: /health}}, {get: {url: /bin/status/404}}", &[]);
    let report = ran.report();
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("it is an object").keys().cloned().collect();
        keys.sort();
        keys
    };
    let all = [
        "counters",
        "firstCounterAt",
        "firstHistogramAt",
        "firstMetricAt",
        "histograms",
        "lastCounterAt",
        "lastHistogramAt",
        "lastMetricAt",
        "period",
        "rates",
        "summaries",
    ];
    assert_eq!(keys(&report), ["aggregate", "intermediate"]);
    assert_eq!(keys(&report["aggregate"]), all);
    let mut of_period = all.to_vec();
    of_period.push("http.request_rate");
    of_period.sort_unstable();
    assert_eq!(keys(&report["intermediate"][0]), of_period);
    let summary = &report["aggregate"]["summaries"]["http.response_time"];
    assert_eq!(
        keys(summary),
        ["count", "max", "mean", "median", "min", "p50", "p75", "p90", "p95", "p99", "p999"]
    );
    assert_eq!(report["aggregate"]["histograms"], report["aggregate"]["summaries"]);
    ran.counters(&[
        ("http.requests", 2),
        ("http.responses", 2),
        ("http.codes.200", 1),
        ("http.codes.404", 1),
        ("vusers.created", 1),
        ("vusers.created_by_name.0", 1),
        ("vusers.completed", 1),
        ("vusers.failed", 0),
    ]);
    let summaries = &report["aggregate"]["summaries"];
    for (name, count) in [
        ("http.response_time", 2),
        ("http.response_time.2xx", 1),
        ("http.response_time.4xx", 1),
        ("vusers.session_length", 1),
        ("plugins.metrics-by-endpoint.response_time./health", 1),
    ] {
        assert_eq!(summaries[name]["count"], count, "{name}: {summaries}");
    }
    assert!(report["aggregate"]["rates"]["http.request_rate"].is_u64(), "{}", report["aggregate"]["rates"]);
}
