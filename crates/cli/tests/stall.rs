//! A target that stops for a while, with real sockets: an open model sees everybody who waited, a closed one a single
//! request. What is expected has a closed form (`L(q) = S - (1 - q) T`); the same in virtual time is a test of the engine.

use std::process::{Command, Stdio};

use serde_json::Value;
use target::{Shop, ShopOptions};

/// Fifteen seconds of a hundred requests a second, and from the fifth on nobody is answered for a second and a half: who asks
/// then tells the shop how long it has to wait. The response time of the open model counts from when a request was due.
const SCRIPT: &str = "
    import http from 'k6/http';
    import exec from 'k6/execution';
    import { sleep } from 'k6';
    const RUN_S = 15, STALL_S = 1.5, FROM_S = 5, EVERY_S = 0.01;
    export const options = {
        scenarios: {
            open: { executor: 'constant-arrival-rate', rate: 100, duration: `${RUN_S}s`, preAllocatedVUs: 250, exec: 'once' },
            closed: { executor: 'constant-vus', vus: 1, duration: `${RUN_S}s`, exec: 'paced' },
        },
        summaryTrendStats: ['p(95)', 'p(99)', 'p(99.9)', 'count', 'max'],
        thresholds: { 'http_req_response_time{scenario:open}': ['max>=0'], 'http_req_duration{scenario:closed}': ['max>=0'] },
        plimsoll: { slas: ['http_req_response_time{scenario:open} p50 < 500ms', 'http_req_duration{scenario:closed} p50 < 500ms'] },
    };
    const since = () => (Date.now() - exec.scenario.startTime) / 1000;
    export function once() {
        const at = since();
        const wait = at >= FROM_S && at < FROM_S + STALL_S ? FROM_S + STALL_S - at : 0;
        http.get(`${__ENV.SHOP}/health`, { headers: { 'x-fault': `delay=${Math.round(wait * 1000)}ms` } });
    }
    export function paced() {
        const began = since();
        once();
        const rest = EVERY_S - (since() - began);
        if (rest > 0) { sleep(rest); }
    }
";

#[test]
fn an_open_model_sees_what_a_closed_one_does_not() {
    let shop = Shop::start(ShopOptions::default()).expect("the shop opens on a free port");
    let folder = tempfile::tempdir().expect("the system has a temporary folder");
    let home = folder.path();
    std::fs::write(home.join("t.js"), SCRIPT).expect("a temporary folder can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["run", "-q", "--no-store", "--summary-trust", "--summary-export", "s.json", "t.js"]);
    command.current_dir(home).env_clear().env("HOME", home).env("SHOP", shop.http_url());
    let output = command.stdin(Stdio::null()).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let export: Value =
        serde_json::from_str(&std::fs::read_to_string(home.join("s.json")).expect("it was written"))
            .expect("it is JSON");

    let slow = |at: usize| {
        let sla = &export["slas"]["slas"][at];
        sla["share"].as_f64().expect("a share") * sla["samples"].as_f64().expect("a number")
    };
    let open = &export["metrics"]["http_req_response_time{scenario:open}"];
    // A machine that is too busy says so; then these are its own waits.
    if export["trust"]["trusted"] == false {
        assert!(slow(0) >= 1.0, "even so somebody waited: {export:#}");
        return;
    }
    assert_eq!(open["count"], 1_500, "{export:#}");
    for (figure, expected_s) in [("p(95)", 0.75), ("p(99)", 1.35), ("p(99.9)", 1.485)] {
        let got = open[figure].as_f64().expect("a number") / 1e3;
        assert!(
            (got - expected_s).abs() <= 0.02_f64.max(0.03 * expected_s),
            "{figure}: {got}, expected {expected_s}"
        );
    }
    assert!((slow(0) - 101.0).abs() <= 4.0, "{} over half a second", slow(0));
    assert!((slow(1) - 1.0).abs() < 0.5, "{} in the closed model", slow(1));
}
