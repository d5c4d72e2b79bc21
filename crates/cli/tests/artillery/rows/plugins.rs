//! Plugins: expect, ensure, apdex, metrics by endpoint, and those that are not there.

use super::super::ran::{Ran, run, shop};

fn plan(config: &str, steps: &str) -> Ran {
    let shop = shop();
    let script = format!(
        "config:\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n{config}\nscenarios:\n  - flow:\n{steps}"
    );
    run(&[("s.yml", &script)], &["-t", &shop.http_url()])
}

#[test]
fn every_expectation_holds_and_fails() {
    let pairs: [(&str, &str, &str); 11] = [
        ("statusCode", "statusCode: 200", "statusCode: [201, 202]"),
        ("notStatusCode", "notStatusCode: 500", "notStatusCode: [200, 500]"),
        ("contentType", "contentType: json", "contentType: text/html"),
        ("hasHeader", "hasHeader: content-type", "hasHeader: x-none"),
        (
            "header content-type values equals",
            "headerEquals: [content-type, application/json]",
            "headerEquals: [content-type, x]",
        ),
        ("hasProperty", "hasProperty: 'items[0].id'", "hasProperty: none"),
        ("notHasProperty", "notHasProperty: none", "notHasProperty: title"),
        ("equals", "equals: ['{{ n }}', 3]", "equals: ['{{ n }}', 4]"),
        ("jmespath", "jmespath: 'items[?id > `2`] | length(@) == `1`'", "jmespath: 'count == `4`'"),
        ("jpath", "jpath: title", "jpath: none"),
        ("statusCode", "statusCode: '{{ ok }}'", "statusCode: '{{ n }}'"),
    ];
    let steps: String = pairs
        .iter()
        .map(|(_, holds, fails)| format!("    - get: {{url: /bin/json, capture: {{json: $.count, as: n}}, expect: [{{{holds}}}, {{{fails}}}]}}\n"))
        .collect();
    let text = "    - get: {url: /bin/text, expect: [{matchesRegexp: 'hel+o'}, {matchesRegexp: 'bye'}]}\n";
    let ran = plan(
        "  variables: {ok: 200}\n  plugins: {expect: {outputFormat: silent}}",
        &format!("{steps}{text}"),
    );
    assert_eq!(ran.code(), Some(21), "{}", ran.log());
    for (kind, ..) in pairs {
        let count = if kind == "statusCode" { 2 } else { 1 };
        let (ok, failed) = (format!("plugins.expect.ok.{kind}"), format!("plugins.expect.failed.{kind}"));
        ran.counters(&[(&ok, count), (&failed, count)]);
    }
    ran.counters(&[
        ("plugins.expect.ok.matchesRegexp", 1),
        ("plugins.expect.failed.matchesRegexp", 1),
        ("plugins.expect.ok", 12),
        ("plugins.expect.failed", 12),
        ("vusers.completed", 1),
    ]);
}

/// Recorded from Artillery 2.0.34, but for the date and what the server says of itself.
#[test]
fn expectations_are_printed_as_artillery_does() {
    let shop = shop();
    let printed = |settings: &str| {
        let script = format!(
            "config:\n  phases: [{{duration: 20ms, arrivalCount: 1}}]\n  variables: {{v: 7}}\n  plugins: {{expect: {{{settings}}}}}\n\
             scenarios:\n  - flow:\n    - get: {{url: /bin/json, name: 'n {{{{ v }}}}', expect: [{{statusCode: 200}}, {{hasProperty: count}}]}}\n    \
             - post: {{url: '/bin/anything?{{{{ v }}}}', json: {{n: '{{{{ v }}}}'}}, expect: [{{statusCode: [201, 202]}}, {{hasHeader: x-none}}]}}\n    \
             - get: {{url: /bin/text}}\n"
        );
        let ran = run(&[("s.yml", &script)], &["--dialect-output", "-t", &shop.http_url()]);
        assert_eq!(ran.code(), Some(21), "{}", ran.log());
        let out = ran.out();
        out.split_once("Metrics for period").map_or(out.clone(), |(before, _)| before.to_owned())
    };
    let failed = "* POST /bin/anything?7 \n\n  not ok statusCode 200 \n  expected: 201,202\n       got: 200\n  \
                  not ok hasHeader response has no x-none header \n  expected: x-none\n       got: response has no x-none header\n  \
                  Request params:\n    ";
    let passed = "* GET /bin/json - n 7\n\n  ok statusCode 200 \n  ok hasProperty count \n";
    let pretty = printed("");
    assert!(pretty.contains(&format!("{passed}{failed}")), "{pretty}");
    let params = format!("{}/bin/anything?7\n    {{\n      \"n\": 7\n    }}\n  Headers:\n", shop.http_url());
    for part in [params.as_str(), "  content-type: application/json", "\n  User variables:\n", "\n    v: 7\n"]
    {
        assert!(pretty.contains(part), "{part} is not in {pretty}");
    }
    assert!(!pretty.contains("$env"), "{pretty}");
    let errors = printed("outputFormat: prettyError");
    assert!(errors.contains(failed) && !errors.contains("* GET"), "{errors}");
    let json = printed("outputFormat: json");
    let lines: Vec<serde_json::Value> = json
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let wanted = serde_json::json!([
        {"name": "n 7", "url": "/bin/json", "results": [
            {"ok": true, "expected": 200, "type": "statusCode", "got": 200},
            {"ok": true, "expected": "count", "type": "hasProperty", "got": "count"},
        ]},
        {"url": "/bin/anything?7", "results": [
            {"ok": false, "expected": [201, 202], "type": "statusCode", "got": 200},
            {"ok": false, "expected": "x-none", "type": "hasHeader", "got": "response has no x-none header"},
        ]},
        {"url": "/bin/text", "results": []},
    ]);
    assert_eq!(serde_json::Value::from(lines), wanted);
    let silent = printed("outputFormat: silent");
    assert!(!silent.contains("* GET") && !silent.contains("results"), "{silent}");
}

#[test]
fn expectations_that_artillery_passes_over_are_told() {
    let ran = plan(
        "  plugins: {expect: {}}",
        "    - get: {url: /health, expect: [{statusCode: 200, hasHeader: x-none}, {hasHeader: Content-Type}, {validRegexp: a}, 5]}\n",
    );
    assert_eq!(ran.code(), Some(21), "{}", ran.log());
    for part in [
        "only the first of an item is looked at: hasHeader is not",
        "headers by small letters only",
        "there is no expectation validRegexp",
        "an expectation is a mapping",
    ] {
        assert!(ran.log().contains(part), "{part} is not in {}", ran.log());
    }
    ran.counters(&[("plugins.expect.ok", 1), ("plugins.expect.failed", 1)]);
}

#[test]
fn the_expect_plugin_has_settings() {
    let ran = plan(
        "  plugins: {expect: {expectDefault200: true}}",
        "    - get: {url: /health}\n    - get: {url: /bin/status/404}\n    - get: {url: /bin/status/404, expect: {statusCode: 404}}\n",
    );
    assert_eq!(ran.code(), Some(21), "{}", ran.log());
    ran.counters(&[("plugins.expect.ok.statusCode", 2), ("plugins.expect.failed.statusCode", 1)]);
    let ran = plan(
        "  plugins: {expect: {reportFailuresAsErrors: true}}",
        "    - get: {url: /health, expect: {statusCode: 1}}\n    - get: {url: /health}\n",
    );
    assert_eq!(ran.code(), Some(21), "{}", ran.log());
    ran.counters(&[("vusers.failed", 1), ("http.requests", 1)]);
    let ran = plan("", "    - get: {url: /health, expect: {statusCode: 1}}\n");
    assert!(ran.code() == Some(0) && ran.log().contains("expect does nothing"), "{}", ran.log());
}

#[test]
fn ensure_judges_the_run() {
    let flow = "    - get: {url: /health}\n    - get: {url: /bin/status/503}\n";
    let check = |config: &str, code: i32, parts: &[&str]| {
        let ran = plan(config, flow);
        assert_eq!(ran.code(), Some(code), "{config}\n{}\n{}", ran.out(), ran.log());
        for part in parts {
            assert!(
                ran.out().contains(part) || ran.log().contains(part),
                "{part}: {}\n{}",
                ran.out(),
                ran.log()
            );
        }
    };
    check(
        "  plugins: {ensure: {}}\n  ensure: {thresholds: [{http.response_time.p95: 60000}, {http.codes.503: 2}], conditions: [{expression: 'http.codes.503 / http.requests < 0.6'}, {expression: 'vusers.failed > 0', strict: false}], p99: 60000, maxErrorRate: 1}",
        0,
        &["ok:", "fail:", "(optional)"],
    );
    check("  plugins: {ensure: {thresholds: [{http.codes.503: 1}]}}", 1, &["fail:"]);
    check("  plugins: {ensure: {conditions: [{expression: 'http.codes.200 > 1'}]}}", 1, &["fail:"]);
    check("  plugins: {ensure: {thresholds: [{http.error_rate: 1}]}}", 1, &["http.error_rate"]);
    check("  ensure: {thresholds: [{http.codes.503: 0}]}", 0, &["config.ensure does nothing"]);
}

#[test]
fn endpoints_and_apdex_are_counted() {
    let steps = "    - get: {url: '/bin/anything?a=1', name: one}\n    - get: {url: '/bin/{{ room }}'}\n    - get: {url: /bin/delay/0}\n";
    let by = "plugins.metrics-by-endpoint.";
    let config = "  variables: {room: [json]}\n  apdex: {threshold: 60000}\n";
    let ran = plan(&format!("{config}  plugins: {{apdex: {{}}}}"), steps);
    ran.counters(&[("apdex.satisfied", 3), ("apdex.tolerated", 0), ("apdex.frustrated", 0)]);
    ran.all_counters(
        by,
        &[
            ("/bin/anything (one).codes.200", 1),
            ("/bin/{{ room }}.codes.200", 1),
            ("/bin/delay/0.codes.200", 1),
        ],
    );
    let ran = plan(
        "  variables: {room: [json]}\n  plugins: {metrics-by-endpoint: {useOnlyRequestNames: true, groupDynamicURLs: false, stripQueryString: true, metricsNamespace: mine}}",
        steps,
    );
    ran.all_counters(
        "mine.",
        &[("one.codes.200", 1), ("/bin/json.codes.200", 1), ("/bin/delay/0.codes.200", 1)],
    );
    let ran = plan(
        "  variables: {room: [json]}\n  plugins: {metrics-by-endpoint: {ignoreUnnamedRequests: true}}",
        steps,
    );
    // With settings of its own the plugin keeps queries, unless it is to strip them.
    ran.all_counters(by, &[("/bin/anything?a=1 (one).codes.200", 1)]);
}

#[test]
fn plugins_that_are_not_there_are_told() {
    let ran = plan(
        "  plugins: {publish-metrics: [{type: datadog}], nobody-knows: {}}",
        "    - get: {url: /health}\n",
    );
    for part in ["publish-metrics has no effect here", "--out", "there is no plugin nobody-knows"] {
        assert!(ran.log().contains(part), "{part}: {}", ran.log());
    }
}
