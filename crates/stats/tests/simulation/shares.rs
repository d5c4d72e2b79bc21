//! Coverage of the share of a part in the whole, for latencies of traces with heavy tails.

use crate::share::{share, within};
use plimsoll_stats::means;
use plimsoll_stats::rng::Random;

/// A request that takes lognormal times in two services; the second is the one with the tail.
fn trace(random: &mut Random) -> (f64, f64) {
    let (web, db) = (50.0 * (0.5 * random.normal()).exp(), 30.0 * (0.8 * random.normal()).exp());
    (db, web + db)
}

/// The interval holds the true share nearly as often as it says, from thirty traces on.
#[test]
fn coverage_of_a_share_of_all_latency() {
    // Means of lognormal times: the middle times e^(σ²/2).
    let (web, db) = (50.0 * 0.125_f64.exp(), 30.0 * 0.32_f64.exp());
    let truth = db / (web + db);
    for (traces, from, to) in [(10, 0.86, 0.95), (30, 0.91, 0.95), (300, 0.935, 0.965)] {
        let held = share(2_000, 28, |random| {
            let (parts, wholes): (Vec<f64>, Vec<f64>) = (0..traces).map(|_| trace(random)).unzip();
            let (_, interval) = means::share(&parts, &wholes, 0.95).expect("there are traces");
            interval.contains(truth)
        });
        within(&format!("coverage with {traces} traces"), held, from, to);
    }
}
