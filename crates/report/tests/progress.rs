//! Lines of a run that goes on.

use std::time::Duration;

use model::SegmentTuple;
use plimsoll_report::progress::{Counts, Form, Header, Scenario, Snapshot, State, clock, describe, lines};
use serde_json::json;

#[path = "support/golden.rs"]
mod golden;

use golden::golden;

fn secs(secs: f64) -> Duration {
    Duration::from_secs_f64(secs)
}

fn scenario(name: &str, state: State, done: f64, elapsed: f64, duration: f64, counts: Counts) -> Scenario {
    Scenario { name: name.to_owned(), state, done, elapsed: secs(elapsed), duration: secs(duration), counts }
}

fn busy() -> Snapshot {
    use State::{Done, Interrupted, Running, Waiting};
    let each = Counts::PerVuIterations { vus: 10, done: 42, each: 100 };
    let arrivals = Counts::ArrivalRate { active: 3, allocated: 50, per_second: 12.5 };
    Snapshot {
        phase: "running".to_owned(),
        elapsed: secs(5.04),
        longest: secs(600.0),
        active_vus: 9,
        vus: 10,
        complete: 42,
        interrupted: 1,
        scenarios: vec![
            scenario("browse", Running, 0.5, 15.0, 30.0, Counts::Vus { vus: 10 }),
            scenario("ramp", Running, 0.25, 7.5, 30.0, Counts::RampingVus { active: 5, most: 100 }),
            scenario(
                "shared",
                Done,
                1.0,
                30.0,
                30.0,
                Counts::SharedIterations { vus: 1, done: 100, total: 100 },
            ),
            scenario("each", Interrupted, 0.042, 5.04, 600.0, each),
            scenario("arrivals", Waiting, 0.0, 0.0, 30.0, arrivals),
        ],
    }
}

#[test]
fn snapshots_become_lines() {
    for (name, form) in [
        ("progress_plain.txt", Form::Plain),
        ("progress_120.txt", Form::Terminal { width: 120 }),
        ("progress_80.txt", Form::Terminal { width: 80 }),
        ("progress_50.txt", Form::Terminal { width: 50 }),
    ] {
        golden(name, &(lines(&busy(), form).join("\n") + "\n"));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in 1..160 {
        for line in lines(&busy(), Form::Terminal { width }) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn times_keep_their_length() {
    let check = |time: f64, longest: f64, text: &str| assert_eq!(clock(secs(time), secs(longest)), text);
    check(0.0, 30.0, "00.0s");
    check(3.049, 30.0, "03.0s");
    check(5.0, 60.0, "0m05.0s");
    check(65.3, 600.0, "01m05.3s");
    check(65.3, 3600.0, "0h01m05.3s");
    check(36_000.0, 3600.0, "10h00m00.0s");
}

#[test]
fn odd_shares_do_no_harm() {
    for done in [-1.0, 2.0, f64::NAN] {
        let mut snapshot = busy();
        snapshot.scenarios[0].done = done;
        let shown = lines(&snapshot, Form::Terminal { width: 100 });
        assert!(shown[1].starts_with("browse"), "{}", shown[1]);
    }
}

fn planned(options: &serde_json::Value) -> Vec<model::Scenario> {
    let (options, _) = model::Options::from_script(options).expect("valid options");
    let (options, _) = options.consolidate().expect("consistent options");
    options.scenarios.expect("consolidated options have scenarios").into_values().collect()
}

#[test]
fn scenarios_are_described() {
    let check = |scenario: serde_json::Value, want: &str| {
        let scenarios = planned(&json!({ "scenarios": { "s": scenario } }));
        assert_eq!(describe(&scenarios[0], &SegmentTuple::full(), 1.0), want);
    };
    check(
        json!({ "executor": "constant-vus", "vus": 10, "duration": "30s" }),
        "10 looping VUs for 30s (gracefulStop: 30s)",
    );
    check(
        json!({ "executor": "per-vu-iterations" }),
        "1 iterations for each of 1 VUs (maxDuration: 10m0s, gracefulStop: 30s)",
    );
    check(
        json!({ "executor": "shared-iterations", "vus": 3, "iterations": 20, "startTime": "10s", "exec": "buy" }),
        "20 iterations shared among 3 VUs (maxDuration: 10m0s, exec: buy, startTime: 10s, gracefulStop: 30s)",
    );
    let stages = json!([{ "duration": "30s", "target": 10 }, { "duration": "30s", "target": 0 }]);
    check(
        json!({ "executor": "ramping-vus", "stages": stages, "gracefulStop": "0s" }),
        "Up to 10 looping VUs for 1m0s over 2 stages (gracefulRampDown: 30s)",
    );
    check(
        json!({ "executor": "constant-arrival-rate", "rate": 90, "timeUnit": "1m", "duration": "30s", "preAllocatedVUs": 5 }),
        "1.50 iterations/s for 30s (maxVUs: 5, gracefulStop: 30s)",
    );
    check(
        json!({ "executor": "ramping-arrival-rate", "stages": stages, "preAllocatedVUs": 5, "maxVUs": 50 }),
        "Up to 10.00 iterations/s for 1m0s over 2 stages (maxVUs: 5-50, gracefulStop: 30s)",
    );
}

#[test]
fn a_segment_is_described_by_its_own_load() {
    let scenarios = planned(&json!({ "vus": 10, "duration": "30s" }));
    let tuple = SegmentTuple::new("0:1/2".parse().expect("a segment"), None).expect("a segment");
    let header = Header::of("a.js", &[], &scenarios, &tuple, 0.5);
    assert!(header.text().contains("scenarios: (50.00%) 1 scenario, 5 max VUs, 1m0s max duration"));
    assert!(header.text().contains("* default: 5 looping VUs for 30s"));
}

#[test]
fn the_header_says_what_will_happen() {
    let outputs = ["json (out.json)".to_owned(), "csv (out.csv)".to_owned()];
    let scenarios = planned(&json!({ "vus": 10, "duration": "30s" }));
    let header = Header::of("shop.js", &outputs, &scenarios, &SegmentTuple::full(), 1.0);
    golden("header.txt", &header.text());
    assert!(Header { outputs: Vec::new(), ..header }.text().contains("        output: -\n"));
}
