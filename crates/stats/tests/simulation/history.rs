//! False alarms and power of change points; false associations.

use crate::share::{share, within};
use plimsoll_stats::association::{associate, associate_lagged};
use plimsoll_stats::changepoint::{Search, find};
use plimsoll_stats::rng::Random;
use plimsoll_stats::windowed::{self, Windows};

/// A series of `n` values around 0 whose neighbours correlate by `phi`, of standard deviation 1.
pub fn wander(n: usize, phi: f64, random: &mut Random) -> Vec<f64> {
    let mut level = random.normal();
    let scale = (1.0f64 - phi * phi).sqrt();
    (0..n)
        .map(|_| {
            level = phi * level + scale * random.normal();
            level
        })
        .collect()
}

fn history(noise: Vec<f64>, spread: f64) -> Vec<f64> {
    noise.into_iter().map(|v| 100.0 * (1.0 + spread * v)).collect()
}

/// A25: histories without a change raise an alarm in at most 7 % (independent) and 12 % (AR 0.5).
#[test]
fn false_alarms() {
    let alarms = |phi: f64, seed: u64| {
        share(300, seed, |random| {
            !find(&history(wander(60, phi, random), 0.05), &Search::default()).is_empty()
        })
    };
    within("independent", alarms(0.0, 1), 0.0, 0.07);
    within("AR(0.3)", alarms(0.3, 2), 0.0, 0.12);
    within("AR(0.5)", alarms(0.5, 3), 0.0, 0.12);
    for (phi, least) in [(0.0, 0.03), (0.3, 0.2), (0.5, 0.5)] {
        let theirs = share(300, 4, |random| {
            !windowed::find(&history(wander(100, phi, random), 0.05), &Windows::default()).is_empty()
        });
        within(&format!("the windowed t test on AR({phi}), for comparison"), theirs, least, 1.0);
    }
}

/// Five percent more, with a spread of 2 %, is found with twenty runs after the change.
#[test]
fn power() {
    let found = |step: f64, spread: f64, after: usize, seed: u64| {
        share(200, seed, |random| {
            let mut series = history(wander(60, 0.0, random), spread);
            for value in &mut series[60 - after..] {
                *value *= 1.0 + step;
            }
            find(&series, &Search::default()).iter().any(|c| c.index.abs_diff(60 - after) <= 2)
        })
    };
    within("+5 %, spread 2 %, 20 after", found(0.05, 0.02, 20, 5), 0.95, 1.0);
    within("+20 %, spread 5 %, 5 after", found(0.20, 0.05, 5, 6), 0.9, 1.0);
}

/// A29: unrelated series that wander seldom look related.
#[test]
fn false_associations() {
    let plain = share(600, 7, |random| {
        let (x, y) = (wander(300, 0.9, random), wander(300, 0.9, random));
        associate(&x, &y).expect("long enough").p_value < 0.05
    });
    within("at the same time", plain, 0.0, 0.07);
    let scanned = share(300, 8, |random| {
        let (x, y) = (wander(300, 0.9, random), wander(300, 0.9, random));
        associate_lagged(&x, &y, 20).expect("long enough").p_value < 0.05
    });
    within("over 21 lags", scanned, 0.0, 0.07);
}
