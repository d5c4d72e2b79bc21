//! `--time-scale`: a long test tried in a short time by the real binary.

mod program;

use std::path::Path;
use std::time::{Duration, SystemTime};

use program::{folder, plimsoll, said, write};
use serde_json::Value;

/// Runs the program with `t.js` in its folder; exit status, standard output, log, and how long it took.
fn timed(
    folder: &Path,
    script: &str,
    args: &[&str],
    env: &[(&str, &str)],
) -> (i32, String, String, Duration) {
    write(folder, "t.js", script);
    let start = SystemTime::now();
    let (code, out, log) = said(plimsoll(folder, args).envs(env.iter().copied()));
    let took = start.elapsed().expect("the clock goes forward");
    (code, out, log, took)
}

const MINUTES: &str = "
    import { sleep } from 'k6';
    export const options = {
        scenarios: { ramp: { executor: 'ramping-vus', startTime: '10s', gracefulRampDown: '0s', gracefulStop: '1s',
            stages: [{ duration: '1m', target: 3 }, { duration: '1m', target: 0 }] } },
    };
    export default function () {
        const start = Date.now();
        sleep(20);
        console.log('slept', Date.now() - start);
    }";

#[test]
fn minutes_take_seconds_and_everybody_is_told() {
    let folder = folder();
    let args = ["run", "-q", "--time-scale", "0.01", "--summary-export", "s.json", "t.js"];
    let (code, out, log, took) = timed(folder.path(), MINUTES, &args, &[]);
    assert_eq!(code, 0, "{log}");
    assert!(took < Duration::from_secs(60), "{took:?} is not a hundredth of two minutes");
    let slept: Vec<u64> = log
        .split("slept ")
        .skip(1)
        .filter_map(|rest| {
            rest.split(|letter: char| !letter.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
        })
        .collect();
    assert!(!slept.is_empty() && slept.iter().all(|time| (200..20_000).contains(time)), "{slept:?}: {log}");
    assert_eq!(log.matches("times are scaled by 0.01").count(), 1, "{log}");
    assert!(out.contains("times are scaled by 0.01"), "{out}");
    let export = std::fs::read(folder.path().join("s.json")).expect("it was exported");
    let export: Value = serde_json::from_slice(&export).expect("JSON");
    assert_eq!(export["trust"]["time_scale"]["factor"], 0.01, "{export}");
}

#[test]
fn rates_stay() {
    let script = "
        export const options = { scenarios: { rate: { executor: 'constant-arrival-rate', rate: 20, timeUnit: '1s',
            duration: '100s', preAllocatedVUs: 2, gracefulStop: '1s' } } };
        export default function () {}
        export function handleSummary(data) {
            return { stdout: `${data.metrics.iterations.values.count} ${Object.keys(data).includes('trust')}` };
        }";
    let folder = folder();
    let (code, out, log, _) =
        timed(folder.path(), script, &["run", "-q", "t.js"], &[("PLIMSOLL_TIME_SCALE", "0.02")]);
    assert_eq!(code, 0, "{log}");
    let (count, told) = out.trim().split_once(' ').expect("two words");
    let count: u64 = count.parse().expect("a number");
    assert!((38..=42).contains(&count), "{count} iterations in two seconds at 20 a second");
    assert_eq!(told, "true", "handleSummary is told");
}

#[test]
fn requirements_are_scaled_too() {
    let args = ["inspect", "--execution-requirements", "--time-scale", "0.1", "t.js"];
    let (code, out, log, _) = timed(folder().path(), MINUTES, &args, &[]);
    assert_eq!(code, 0, "{log}");
    let shown: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(shown["totalDuration"], "14s", "{out}");
    assert_eq!(shown["scenarios"]["ramp"]["stages"][0]["duration"], "6s", "{out}");
    assert_eq!(shown["scenarios"]["ramp"]["startTime"], "1s", "{out}");
}

#[test]
fn a_factor_that_is_none_is_refused() {
    for factor in ["0", "-1", "fast", "inf"] {
        let args = ["run", "-q", "--time-scale", factor, "t.js"];
        let (code, _, log, _) = timed(folder().path(), MINUTES, &args, &[]);
        assert_eq!(code, 104, "{factor}: {log}");
        assert!(log.contains("time scale") && log.contains(factor), "{factor}: {log}");
    }
}
