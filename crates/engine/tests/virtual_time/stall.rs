//! A target that stops for a while, seen by an open and by a closed model: §3 of the reference for statistics, A10.
//!
//! What is expected has a closed form, and virtual time has no noise, so the figures are held to a millisecond. The
//! target is scripted: it answers at once, or one request after the other, and nobody while it stalls.

use std::sync::Mutex;

use crate::support::{Act, Outcome, run_one};
use model::Nanos;
use serde_json::json;

/// Length of the run, of the stall and its beginning, in milliseconds; requests come every 10 ms.
const LENGTH_MS: u64 = 60_000;
const STALL_MS: u64 = 6_000;
const STALLS_AT_MS: u64 = 20_000;
const INTERVAL_MS: u64 = 10;

/// Milliseconds since the first iteration of the run, from when iterations were meant to start.
struct Since(Mutex<Option<Nanos>>);

impl Since {
    const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn millis(&self, now: Nanos) -> u64 {
        let mut first = self.0.lock().expect("nobody panics");
        now.since(*first.get_or_insert(now)).0 / 1_000_000
    }
}

/// When a request that comes at `at` can be begun at the earliest.
fn available(at: u64) -> u64 {
    if (STALLS_AT_MS..STALLS_AT_MS + STALL_MS).contains(&at) { STALLS_AT_MS + STALL_MS } else { at }
}

/// Latencies in seconds, ascending, from when each request was due.
fn from_intended(seen: &Outcome) -> Vec<f64> {
    let mut latencies: Vec<f64> = seen
        .entries
        .iter()
        .map(|entry| {
            let due = entry.iteration.intended.expect("an open model says when");
            entry.ended.since(due).0 as f64 / 1e9
        })
        .collect();
    latencies.sort_by(f64::total_cmp);
    latencies
}

/// The smallest value that a share `q` does not exceed.
fn observed(sorted: &[f64], q: f64) -> f64 {
    let rank = (q * sorted.len() as f64 - 1e-9).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

fn check(what: &str, latencies: &[f64], quantiles: &[(f64, f64)], over_a_second: usize, mean: f64) {
    let near = |name: &str, got: f64, expected: f64| {
        assert!((got - expected).abs() <= 1e-3 + 1e-9, "{what}, {name}: {got}, expected {expected}");
    };
    for (q, expected) in quantiles {
        near(&format!("p{}", q * 100.0), observed(latencies, *q), *expected);
    }
    let slow = latencies.iter().filter(|latency| **latency > 1.0 + 1e-9).count();
    assert!(slow.abs_diff(over_a_second) <= 1, "{what}: {slow} over a second, expected {over_a_second}");
    near("mean", latencies.iter().sum::<f64>() / latencies.len() as f64, mean);
}

/// The open model, one arrival every 10 ms; `serve` says how long a request takes from when it comes.
fn open(serve: impl Fn(u64) -> u64 + Send + Sync + 'static) -> Vec<f64> {
    let since = Since::new();
    let members = json!({"executor": "constant-arrival-rate", "rate": 1_000 / INTERVAL_MS, "duration": "60s",
        "preAllocatedVUs": 1_300, "gracefulStop": "30s"});
    let seen = run_one(members, move |_, iteration| Act::Take(serve(since.millis(iteration.started))));
    assert_eq!(seen.control.scenario(0).dropped(), 0, "there are users for all of them");
    let latencies = from_intended(&seen);
    assert_eq!(latencies.len() as u64, LENGTH_MS / INTERVAL_MS);
    latencies
}

#[test]
fn an_open_model_sees_every_request_of_a_stall() {
    // All that waited are answered at once when the stall is over: L(q) = S - (1 - q) T.
    let latencies = open(|at| available(at) - at + 1);
    let quantiles = [(0.5, 0.001), (0.95, 3.001), (0.99, 5.401), (0.999, 5.941)];
    check("answered at once", &latencies, &quantiles, 501, 0.3015);

    // One server that takes 5 ms for each: L(q) = S - (1 - q) T (1 - rho), with rho = 0.5.
    let free = Mutex::new(0_u64);
    let latencies = open(move |at| {
        let mut free = free.lock().expect("nobody panics");
        *free = available(at).max(*free) + 5;
        *free - at
    });
    let quantiles = [(0.9, 3.005), (0.95, 4.505), (0.99, 5.705), (0.999, 5.975)];
    check("one after the other", &latencies, &quantiles, 1_001, 0.6055);
}

#[test]
fn a_closed_model_sees_one_and_has_to_be_corrected() {
    let since = Since::new();
    let members = json!({"executor": "constant-vus", "vus": 1, "duration": "60s"});
    // A request, then a pause up to the next multiple of the interval, if there is time left.
    let seen = run_one(members, move |_, iteration| {
        let at = since.millis(iteration.started);
        Act::Take((available(at) - at + 1).max(INTERVAL_MS))
    });
    let mut latencies: Vec<f64> = seen
        .entries
        .iter()
        .map(|entry| entry.ended.since(entry.iteration.started).0 / 1_000_000)
        .map(|took| if took == INTERVAL_MS { 0.001 } else { took as f64 / 1e3 })
        .collect();
    latencies.sort_by(f64::total_cmp);
    assert_eq!(latencies.len(), 5_401);
    let slow: Vec<f64> = latencies.iter().copied().filter(|latency| *latency > 1.0).collect();
    assert_eq!((slow.as_slice(), observed(&latencies, 0.999)), (&[6.001][..], 0.001), "6 s went unseen");

    // With the requests that should have been sent meanwhile, the closed model says what the open one saw.
    let interval = INTERVAL_MS as f64 / 1e3;
    let mut corrected = latencies.clone();
    for latency in latencies {
        let mut missing = latency - interval;
        while missing >= interval - 1e-9 {
            corrected.push(missing);
            missing -= interval;
        }
    }
    corrected.sort_by(f64::total_cmp);
    assert_eq!(corrected.len(), 6_000);
    check("corrected", &corrected, &[(0.95, 3.001), (0.99, 5.401), (0.999, 5.941)], 501, 0.3015);
}
