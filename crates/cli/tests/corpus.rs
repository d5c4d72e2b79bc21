//! Scripts as people wrote them, run unmodified against the demo shop: one test a file.
//!
//! Many of these files lean on things that did not come with them. A [`Row`](rows::Row) therefore says what is expected of
//! its file and why: that it runs, or that it ends with a message that names what is missing and where. Data
//! files that a script opens, and a main script around a file that has none, are companions of the row.

mod program;
mod rows;

use program::{plimsoll, said};
use rows::{FAILS, RUNS, Row, check, folder_for, served, shop};
use serde_json::Value;

const USERS: (&str, &str) =
    ("test-data/users.json", r#"[{"id": "1", "email": "a@example.test", "password": "long enough"}]"#);
const PRODUCTS: (&str, &str) = ("test-data/products.json", r#"[{"id": "1"}, {"id": "2"}]"#);

/// A twentieth of a file's load in a hundredth of its time, which is `seconds` then: the summary has to agree with
/// itself, with the options and with what the shop counted.
#[track_caller]
fn a_hundredth(file: &str, env: &[&str], code: &[i32], users: u64, seconds: f64) {
    let shop = shop();
    let folder = folder_for(&[USERS, PRODUCTS], &shop);
    let usual = ["-c", "config.json", "--time-scale", "0.01", "--execution-segment", "0:1/20"];
    let mut command =
        plimsoll(folder.path(), &[&["run", "-q", "--summary-export", "exported.json"][..], &usual].concat());
    for pair in env {
        command.args(["-e", &pair.replace("SHOP", &shop.http_url())]);
    }
    let (status, _, log) = said(command.arg(file));
    assert!(code.contains(&status), "{status}: {log}");

    let text = std::fs::read_to_string(folder.path().join("exported.json")).expect("a summary is exported");
    let summary: Value = serde_json::from_str(&text).expect("the exported summary is JSON");
    let number = |metric: &str, value: &str| summary["metrics"][metric][value].as_f64().unwrap_or(f64::NAN);
    let requests = number("http_reqs", "count");
    assert_eq!(requests, served(&shop) as f64, "{file}: requests here and in the shop");
    let judged = number("http_req_failed", "passes") + number("http_req_failed", "fails");
    assert_eq!(requests, judged, "{file}: each request failed or did not");
    assert_eq!(number("vus_max", "max"), users as f64, "{file}: users");
    let iterations = number("iterations", "count");
    assert!(iterations >= users as f64, "{file}: {iterations} iterations");
    let lasted = iterations / number("iterations", "rate");
    assert!(lasted >= seconds, "{file}: it lasted {lasted} s and its options ask for {seconds}");
    assert!(number("data_sent", "count") > requests * 100.0, "{file}: bytes of requests");
    let checks = number("checks", "passes") + number("checks", "fails");
    assert!(checks >= requests / 2.0, "{file}: {checks} checks of {requests} requests");
}

#[test]
fn microservices_at_a_hundredth_of_its_time() {
    // Of at most 500 users 25, and of the 100 and the 50 that come next 5 and 3 where graceful stops overlap.
    a_hundredth("microservices.js", &[], &[107], 36, 42.0);
}

#[test]
fn ecommerce_enterprise_at_a_hundredth_of_its_time() {
    // A twentieth of at most 10,000 users, of 5,000 and of 500 where the scaled scenarios meet. Its thresholds judge
    // latency: whether they hold is the machine's affair.
    let env = ["BASE_URL=SHOP", "EXEC_SCENARIO=baseline_load"];
    a_hundredth("ecommerce-enterprise.js", &env, &[0, 99], 775, 90.0);
}

/// A file with nothing but options: alone it has nothing to run, and says so; over a script of the user it
/// gives the options of a run.
#[track_caller]
fn only_options(file: &str, row: &Row) {
    check(&Row {
        run: file,
        why: "the file exports options and no function",
        code: 255,
        logs: &[file, "no exported functions in script"],
        ..FAILS
    });
    let script = format!(
        "import http from 'k6/http';
         import {{ Rate, Trend }} from 'k6/metrics';
         export {{ options }} from './{file}';
         const [rate, revenue] = [new Rate('order_success_rate'), new Trend('revenue_per_second')];
         export default () => {{
           const answer = http.get(`${{__ENV.BASE_URL}}/health`);
           rate.add(answer.status === 200);
           revenue.add(101);
         }};"
    );
    check(&Row {
        run: "over.js",
        companions: &[("over.js", &script)],
        env: &["BASE_URL=SHOP"],
        why: "it lends its options to a script that has a default function",
        ..*row
    });
}

#[test]
fn breakpoint_test() {
    // `executor` stands beside `stages` there, where it means nothing.
    let says = ["✓ 'p(95)<500'", "✓ 'rate<0.1'"];
    only_options(
        "breakpoint-test.js",
        &Row { says: &says, logs: &[r#"unknown field \"executor\""#], ..RUNS },
    );
}

#[test]
fn load_test() {
    only_options("load-test.js", &Row { says: &["✓ 'p(95)<200'", "✓ 'rate<0.01'"], ..RUNS });
}

#[test]
fn multi_region_options() {
    only_options("multi-region-options.js", &RUNS);
}

#[test]
fn soak_test() {
    only_options("soak-test.js", &Row { says: &["✓ 'p(95)<200'", "✓ 'rate<0.01'"], ..RUNS });
}

#[test]
fn spike_test() {
    only_options("spike-test.js", &Row { says: &["✓ 'p(95)<500'", "✓ 'rate<0.1'"], ..RUNS });
}

#[test]
fn stress_test() {
    only_options("stress-test.js", &Row { says: &["✓ 'p(95)<500'", "✓ 'rate<0.1'"], ..RUNS });
}

#[test]
fn threshold_options() {
    let says = ["✓ 'p(50)<150'", "✓ 'max<5000'", "✓ 'rate<0.05'", "✓ 'rate>0.95'", "✓ 'p(50)>100'"];
    only_options("threshold-options.js", &Row { says: &says, ..RUNS });
    check(&Row {
        run: "over.js",
        companions: &[(
            "over.js",
            "export { options } from './threshold-options.js'; export default () => {};",
        )],
        why: "its thresholds are about metrics that the script around it has to make",
        code: 104,
        logs: &["order_success_rate", "no metric name"],
        ..FAILS
    });
}

#[test]
fn typescript_options() {
    only_options("typescript-options.ts", &Row { says: &["✓ 'p(95)<400'", "✓ 'rate<0.01'"], ..RUNS });
}

#[test]
fn vuh_options() {
    // `http2` is no option; flags for the load replace its scenario, which is said.
    let logs = [r#"unknown field \"http2\""#, "overrode scenarios configuration entirely"];
    only_options("vuh-options.js", &Row { logs: &logs, ..RUNS });
}

#[test]
fn smoke_test() {
    check(&Row {
        run: "smoke-test.js",
        why: "it uses http without importing it; the iteration fails, the run goes on",
        logs: &["ReferenceError: http is not defined", "smoke-test.js:12:15"],
        never: &[],
        ..RUNS
    });
}

#[test]
fn business_metrics() {
    check(&Row {
        run: "business-metrics.js",
        why: "it uses http without importing it; thresholds without samples hold",
        says: &["✓ 'rate>0.95'", "✓ 'p(95)<2000'"],
        logs: &["ReferenceError: http is not defined", "business-metrics.js:14:25"],
        never: &[],
        ..RUNS
    });
}

#[test]
fn shared_array() {
    check(&Row {
        run: "shared-array.js",
        why: "its data files did not come with it",
        code: 107,
        logs: &["test-data/users.json: no such file or directory", "shared-array.js:5:"],
        ..FAILS
    });
    check(&Row {
        run: "shared-array.js",
        why: "with data it loads; it uses http without importing it",
        companions: &[USERS, PRODUCTS],
        logs: &["ReferenceError: http is not defined", "shared-array.js:18:20"],
        never: &["testUsers", "testProducts"],
        ..RUNS
    });
}

#[test]
fn handle_summary() {
    check(&Row {
        run: "handle-summary.js",
        why: "it has no default function",
        code: 104,
        logs: &["function 'default' not found in exports"],
        ..FAILS
    });
    check(&Row {
        run: "over.js",
        companions: &[(
            "over.js",
            "import http from 'k6/http'; export { handleSummary } from './handle-summary.js';
             export default () => http.get(`${__ENV.BASE_URL}/health`);",
        )],
        env: &["BASE_URL=SHOP"],
        why: "it makes the summary of a script around it; the imported helper is built in",
        says: &["http_reqs", "iterations"],
        writes: &[
            ("summary.json", r#""http_req_duration""#),
            // It reads `p95` beside `values`, where the number is not.
            ("summary.html", "<h2>Response Time: undefinedms (P95)</h2>"),
        ],
        ..RUNS
    });
}

#[test]
fn load_test_suite() {
    check(&Row {
        run: "load-test-suite.js",
        // A tenth of its iterations ask for the administrator's page, and the shop's 403 fails `http_req_failed`
        // too: which thresholds fail beside `http_reqs` is chance.
        why: "its journey works in the shop; one iteration cannot reach the 100 requests a second it wants",
        env: &["BASE_URL=SHOP"],
        code: 99,
        says: &["✓ authentication successful", "✓ token received", "✗ 'rate>100'", "✓ 'p(95)<2000'"],
        logs: &[
            "Setting up test data",
            "Cleaning up test data",
            "'http_req_failed' is a built-in metric",
            "http_reqs' have been crossed",
        ],
        never: &["Authentication failed", "script exception"],
        ..RUNS
    });
}

/// One service of the microservices script. `teardown` reads `data.metrics`, and there is no `setup` to give it:
/// that is the error the run ends with, after the summary.
#[track_caller]
fn microservices(service: &str, says: &[&str]) {
    check(&Row {
        run: "microservices.js",
        why: "the services answer; teardown reads what nobody gave it",
        env: &[&format!("TARGET_SERVICE={service}")],
        code: 107,
        says: &[&["iterations", "✗ 'count>0'"], says].concat(),
        logs: &["cannot read property 'metrics' of undefined", "teardown", "microservices.js:470:"],
        never: &["Failed to collect", "is not defined"],
        ..RUNS
    });
}

#[test]
fn microservices_user_service() {
    microservices("user-service", &["✓ user service status 200"]);
}

#[test]
fn microservices_order_service() {
    microservices("order-service", &["✓ order service status 201", "✓ order has ID"]);
}

#[test]
fn microservices_payment_service() {
    microservices("payment-service", &["✓ payment processed or circuit breaker"]);
}

#[test]
fn microservices_inventory_service() {
    microservices("inventory-service", &["✓ inventory service status 200", "✓ inventory data present"]);
}

#[test]
fn microservices_whole_purchase() {
    // Up to 24 seconds of the script's own think time.
    let says = ["✓ catalog loaded", "✓ item added to cart", "✓ order created", "✓ payment processed"];
    microservices("all", &says);
}

const SHOPPING: Row<'static> = Row {
    run: "ecommerce-enterprise.js",
    why: "the shop has all that this scenario asks for, and the summary is the script's own",
    companions: &[USERS, PRODUCTS],
    env: &["BASE_URL=SHOP"],
    says: &["Performance Test Results Summary", "Throughput: ", "P50: undefinedms"],
    logs: &["overrode scenarios configuration entirely", "Generating summary"],
    writes: &[("performance-report.html", "<html"), ("performance-summary.json", r#""login_success_rate""#)],
    ..RUNS
};

#[test]
fn ecommerce_enterprise_lacks() {
    check(&Row {
        run: "ecommerce-enterprise.js",
        why: "its data files did not come with it",
        code: 107,
        logs: &["test-data/users.json: no such file or directory", "ecommerce-enterprise.js:97:"],
        ..FAILS
    });
    check(&Row {
        why: "it never says executeDefaultScenario, which runs when no scenario is chosen",
        logs: &["ReferenceError: executeDefaultScenario is not defined", "ecommerce-enterprise.js:127:7"],
        never: &[],
        ..SHOPPING
    });
}

#[test]
fn ecommerce_enterprise_baseline() {
    check(&Row { env: &["BASE_URL=SHOP", "EXEC_SCENARIO=baseline_load"], ..SHOPPING });
}

#[test]
fn ecommerce_enterprise_spike_at_the_address_in_the_script() {
    check(&Row {
        why: "without BASE_URL it asks https://api.example.com, which `hosts` leads to the shop",
        env: &["EXEC_SCENARIO=spike_test"],
        ..SHOPPING
    });
}

#[test]
fn ecommerce_enterprise_websocket() {
    // 25 seconds: the script closes its socket then.
    check(&Row {
        env: &["BASE_URL=SHOP", "EXEC_SCENARIO=websocket_test"],
        writes: &[("performance-summary.json", r#""websocket connection successful""#)],
        ..SHOPPING
    });
}

#[test]
fn suite_config() {
    check(&Row {
        run: "suite/utils/config.ts",
        why: "it is a module for others, without a default function",
        code: 104,
        logs: &["function 'default' not found in exports"],
        ..FAILS
    });
    check(&Row {
        run: "over.ts",
        why: "another script uses its settings and thresholds",
        companions: &[(
            "over.ts",
            "import { check } from 'k6'; import { getConfig, performanceThresholds as t } from './suite/utils/config.ts';
             export const options = { thresholds: { iteration_duration: t.health.stress } };
             export default (): void => { check(getConfig(), { 'port of PORT': (c) => c.baseUrl === 'http://localhost:81' }); };",
        )],
        env: &["PORT=81"],
        says: &["✓ port of PORT", "✓ 'p(95)<200'"],
        ..RUNS
    });
}

#[test]
fn suite_metrics() {
    check(&Row {
        run: "over.ts",
        why: "its metrics work; the function beside them uses getPerformanceBudget, which did not come with it",
        companions: &[(
            "over.ts",
            "import { businessMetrics, recordBusinessMetric } from './suite/utils/metrics.ts';
             export default (): void => { businessMetrics.userProfileRequests.add(3); recordBusinessMetric('a', false, 1); };",
        )],
        says: &["user_profile_requests", "iterations"],
        logs: &["getPerformanceBudget is not defined", "suite/utils/metrics.ts:25:18"],
        never: &[],
        ..RUNS
    });
}

#[test]
fn suite_test_data_loader() {
    check(&Row {
        run: "suite/data/test-data-loader.ts",
        why: "its data files did not come with it",
        code: 107,
        logs: &["suite/data/brands.json: no such file or directory", "test-data-loader.ts:5:"],
        ..FAILS
    });
    check(&Row {
        run: "over.ts",
        why: "with data it finds a query; the generator of its variables uses a function that did not come with it",
        companions: &[
            (
                "over.ts",
                "import { getQueryWithVariables } from './suite/data/test-data-loader.ts';
                 export default (): void => { getQueryWithVariables('getAllSeasonalAssignments'); };",
            ),
            ("suite/data/brands.json", "[]"),
            (
                "suite/data/queries.json",
                r#"[{"getAllSeasonalAssignments": {"query": "{ products { id } }"}}]"#,
            ),
        ],
        logs: &["seasonSelector is not defined", "test-data-loader.ts:40:22"],
        never: &[],
        ..RUNS
    });
}
