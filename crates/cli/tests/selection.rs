//! `--scenario` and `--once`: parts of a test, tried without editing it, by the real binary.

mod program;

use program::{folder, plimsoll, said};
use serde_json::Value;

const SCRIPT: &str = "
    import { Counter } from 'k6/metrics';
    import exec from 'k6/execution';
    const ran = new Counter('ran');
    export const options = {
        scenarios: {
            ui: { executor: 'constant-vus', vus: 10, duration: '30s', startTime: '20s', exec: 'ui',
                env: { GREET: 'hi' }, tags: { team: 'core' } },
            api: { executor: 'per-vu-iterations', vus: 2, iterations: 3, exec: 'api' },
            rest: { executor: 'constant-arrival-rate', rate: 5, duration: '1m', preAllocatedVUs: 5 },
        },
        thresholds: { 'ran{scenario:api}': ['count<100'] },
    };
    export function ui() {
        ran.add(1);
        console.log(`ui ${__ENV.GREET} ${exec.vu.tags.team} ${exec.scenario.executor}`);
    }
    export function api() { ran.add(1); }
    export default function () { ran.add(1); }
";

/// Exit status, log, and the exported summary's metrics.
fn run(script: &str, args: &[&str]) -> (i32, String, Value) {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("t.js"), script).expect("a temporary folder can be written");
    let usual = ["run", "-q", "--summary-export", "summary.json", "t.js"];
    let (code, _, log) = said(plimsoll(folder.path(), &usual).args(args));
    let summary = std::fs::read_to_string(path("summary.json")).unwrap_or_default();
    let summary: Value = serde_json::from_str(&summary).unwrap_or_default();
    (code, log, summary["metrics"].clone())
}

#[test]
fn chosen_scenarios_run_as_they_are() {
    for args in
        [&["--scenario", "api"][..], &["--scenario=api,api"], &["--scenario", "api", "--scenario", "api"]]
    {
        let (code, log, metrics) = run(SCRIPT, args);
        assert_eq!((code, &metrics["iterations"]["count"]), (0, &Value::from(6)), "{args:?}\n{log}");
    }
}

#[test]
fn once_keeps_what_a_user_does() {
    let (code, log, metrics) = run(SCRIPT, &["--once", "--scenario", "ui"]);
    assert_eq!((code, &metrics["iterations"]["count"]), (0, &Value::from(1)), "{log}");
    assert!(log.contains("ui hi core shared-iterations"), "{log}");
    let (code, log, metrics) = run(SCRIPT, &["--once"]);
    assert_eq!((code, &metrics["ran"]["count"]), (0, &Value::from(3)), "{log}");
}

#[test]
fn a_shorthand_is_the_scenario_default() {
    let script = "
        export const options = { stages: [{ duration: '1h', target: 9 }] };
        export default function () {}
    ";
    for args in [&["--once"][..], &["--once", "--scenario", "default"]] {
        let (code, log, metrics) = run(script, args);
        assert_eq!((code, &metrics["iterations"]["count"]), (0, &Value::from(1)), "{args:?}\n{log}");
    }
}

#[test]
fn what_cannot_be_chosen_is_told() {
    let check = |args: &[&str], words: &str| {
        let (code, log, _) = run(SCRIPT, args);
        assert!(code == 104 && log.contains(words), "{args:?}: {code}\n{log}");
    };
    check(&["--scenario", "apo"], r#"scenario \"apo\" not found; available scenarios: api, rest, ui"#);
    check(&["--once", "-i", "10"], "--once cannot be combined with --iterations");
    check(&["--once", "--stage", "1s:1"], "--once cannot be combined with --stage");
}
