//! False alarms and power of the leak verdict, and of the tests it is not.

use crate::history::wander;
use crate::share::{share, within};
use plimsoll_stats::leak::{Growth, judge};
use plimsoll_stats::rng::Random;
use plimsoll_stats::trend::{Correction, mann_kendall};

const N: usize = 480;

/// A heap that fills between collections of irregular spacing, above a floor of 500.
fn saw(random: &mut Random) -> Vec<f64> {
    let (mut used, mut limit) = (0.0, 60.0);
    (0..N)
        .map(|_| {
            used += 4.0 + 2.0 * random.uniform();
            if used > limit {
                used = 0.0;
                limit = 40.0 + 40.0 * random.uniform();
            }
            500.0 + used + 5.0 * random.normal()
        })
        .collect()
}

fn level(phi: f64, random: &mut Random) -> Vec<f64> {
    // Innovations of standard deviation 5.
    let spread = 5.0 / (1.0f64 - phi * phi).sqrt();
    wander(N, phi, random).into_iter().map(|v| 500.0 + spread * v).collect()
}

fn leaking(series: Vec<f64>, share: f64) -> Vec<f64> {
    series.into_iter().enumerate().map(|(i, v)| v + 500.0 * share * i as f64 / N as f64).collect()
}

fn is_leak(series: &[f64]) -> bool {
    judge(series, 0.95).growth == Growth::Steady
}

/// A27: series without a leak are called leaking in at most 2 %.
#[test]
fn false_alarms() {
    within("white", share(500, 1, |r| is_leak(&level(0.0, r))), 0.0, 0.02);
    within("AR(0.9)", share(500, 2, |r| is_leak(&level(0.9, r))), 0.0, 0.02);
    within("AR(0.97)", share(500, 3, |r| is_leak(&level(0.97, r))), 0.0, 0.02);
    within("GC saw-tooth", share(500, 4, |r| is_leak(&saw(r))), 0.0, 0.02);
    let warming = |tau: f64| {
        share(300, 5, |r| {
            let rising = level(0.0, r);
            let series: Vec<f64> = rising
                .into_iter()
                .enumerate()
                .map(|(i, v)| v + 100.0 * (1.0 - (-(i as f64) / tau).exp()))
                .collect();
            is_leak(&series)
        })
    };
    within("finished warm-up", warming(N as f64 / 12.0), 0.0, 0.12);
    within("warm-up that still rises at the end", warming(N as f64 / 6.0), 0.0, 0.42);
}

/// The plain test on the same series, which is why it is not used.
#[test]
fn plain_trend_test_is_fooled() {
    let fooled = share(250, 6, |r| {
        mann_kendall(&level(0.9, r), Correction::None).expect("long enough").p_value < 0.05
    });
    within("Mann–Kendall on AR(0.9)", fooled, 0.2, 1.0);
}

/// A27: leaks of 5 % over the run are found in at least 85 % of saw-tooth series.
#[test]
fn power() {
    within("saw-tooth, 5 %", share(300, 7, |r| is_leak(&leaking(saw(r), 0.05))), 0.85, 1.0);
    within("white, 5 %", share(300, 8, |r| is_leak(&leaking(level(0.0, r), 0.05))), 0.95, 1.0);
    within("AR(0.9), 20 %", share(300, 9, |r| is_leak(&leaking(level(0.9, r), 0.20))), 0.7, 1.0);
}
