//! §4, §6, §10: bookkeeping, recovery, steady state, associations, distances.

use crate::close::near;
use plimsoll_stats::association::{associate, associate_lagged};
use plimsoll_stats::distance::{earth_movers, jensen_shannon, kolmogorov};
use plimsoll_stats::little::{Window, closed_throughput};
use plimsoll_stats::recovery::{Band, Beyond, Moment, beyond, fluid, recovery_s};
use plimsoll_stats::rng::Random;
use plimsoll_stats::steady::{State, settled_from, state};

/// §4, A11: Little's law is an identity over a window that starts and ends empty.
#[test]
fn littles_law() {
    let mut random = Random::new(3);
    let (mut at, mut free) = (0.0, 0.0f64);
    let mut visits = Vec::new();
    for _ in 0..1_000 {
        at += random.exponential();
        free = free.max(at) + 0.7 * random.exponential();
        visits.push((at, free));
    }
    let mut events: Vec<(f64, f64)> = visits.iter().flat_map(|(a, d)| [(*a, 1.0), (*d, -1.0)]).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut area, mut inside, mut before) = (0.0, 0.0, 0.0);
    for (time, change) in events {
        area += inside * (time - before);
        inside += change;
        before = time;
    }
    let window = Window {
        seconds: before,
        in_flight_seconds: area,
        response_seconds: visits.iter().map(|(a, d)| d - a).sum(),
        at_edges: 0,
        longest: visits.iter().map(|(a, d)| d - a).fold(0.0, f64::max),
    };
    assert!(window.holds() && window.gap().abs() < 1e-9 * window.in_flight());
    let lost = Window { response_seconds: window.response_seconds - 5.0, ..window };
    assert!(!lost.holds(), "a lost response shows");
    assert!(Window { at_edges: 4, ..lost }.holds(), "unless requests were in flight at the edges");
    near("closed", closed_throughput(50.0, 0.2, 0.8), 50.0, 1e-12);
}

/// §6, A19: recovery from a spike of a deterministic queue.
#[test]
fn recovery_from_a_spike() {
    let spike = fluid(100.0, 50.0, 200.0, 10.0);
    near("backlog", spike.backlog, 1_000.0, 1e-9);
    near("wait", spike.wait_max_s, 10.0, 1e-9);
    near("drain", spike.drain_s, 20.0, 1e-9);
    assert!(fluid(100.0, 100.0, 200.0, 10.0).drain_s.is_infinite());
    // 50 requests a second, 200 from 30 s to 40 s, each served in 10 ms in turn; slices of 0.1 s.
    let (mut free, mut at, mut slowest) = (0.0f64, 0.0, 0.0f64);
    let mut moments = Vec::new();
    let mut slice = Vec::new();
    while at < 90.0 {
        free = free.max(at) + 0.01;
        slowest = slowest.max(free - at);
        let index = (at / 0.1f64) as usize;
        slice.push((index, free - at));
        at += if (30.0..40.0).contains(&at) { 1.0 / 200.0 } else { 1.0 / 50.0 };
    }
    for chunk in slice.chunk_by(|a, b| a.0 == b.0) {
        let worst = chunk.iter().map(|c| c.1).fold(0.0, f64::max);
        moments.push(Moment { at_s: chunk[0].0 as f64 * 0.1, latency: worst, errors: 0.0 });
    }
    near("longest wait", slowest, 10.010, 0.03);
    let band = Band { latency: 0.2, errors: 0.01 };
    near("recovered", recovery_s(&moments, 30.0, 40.0, band).expect("recovers"), 19.98, 0.15);
    let cut: Vec<Moment> = moments.iter().copied().filter(|m| m.at_s < 50.0).collect();
    assert_eq!(recovery_s(&cut, 30.0, 40.0, band), None, "not within the run");
    let failing: Vec<Moment> =
        moments.iter().map(|m| Moment { errors: if m.at_s >= 40.0 { 0.5 } else { 0.0 }, ..*m }).collect();
    assert_eq!(recovery_s(&failing, 30.0, 40.0, band), None, "errors count");
}

#[test]
fn behaviour_beyond_the_limit() {
    assert_eq!(beyond(&[(50.0, 50.0), (80.0, 79.5)]), Beyond::NotReached);
    assert_eq!(beyond(&[(50.0, 50.0), (120.0, 100.0), (150.0, 97.0)]), Beyond::Graceful);
    assert_eq!(beyond(&[(50.0, 50.0), (120.0, 100.0), (150.0, 60.0)]), Beyond::Collapse);
}

#[test]
fn steady_states() {
    let mut random = Random::new(12);
    let mut noise = |sd: f64| sd * random.normal();
    let level: Vec<f64> = (0..60).map(|_| 100.0 + noise(10.0)).collect();
    let rising: Vec<f64> = (0..60).map(|i| 100.0 + 5.0 * f64::from(i) + noise(10.0)).collect();
    let settling: Vec<f64> =
        (0..120).map(|i| 100.0 + 300.0 * (-f64::from(i) / 8.0).exp() + noise(3.0)).collect();
    assert_eq!(state(&level, 0.05), State::Steady);
    assert_eq!(state(&rising, 0.05), State::Moving);
    assert_eq!(state(&level[..5], 0.05), State::TooShort);
    let from = settled_from(&settling, 0.05).expect("settles");
    assert!((12..=48).contains(&from), "{from}");
    assert_eq!(settled_from(&rising, 0.01), None);
}

/// §10: series that resemble their own past.
#[test]
fn associations() {
    let mut random = Random::new(21);
    let mut wander = || {
        let mut level = 0.0;
        (0..300)
            .map(|_| {
                level = 0.9 * level + random.normal();
                level
            })
            .collect::<Vec<f64>>()
    };
    let (x, other) = (wander(), wander());
    let follower: Vec<f64> = (0..300).map(|i| if i >= 3 { x[i - 3] } else { 0.0 } + 0.3 * other[i]).collect();
    let found = associate_lagged(&x, &follower, 10).expect("long enough");
    assert!(found.lag == 3 && found.p_value < 0.001, "{found:?}");
    assert!(associate(&x, &other).expect("long enough").effective < 60.0, "300 values are worth few");
    assert_eq!(associate(&x[..5], &other[..5]), None);
}

#[test]
fn distances() {
    let a = [(1.0, 2), (2.0, 2)];
    let b = [(3.0, 2), (4.0, 2)];
    near("moved by 2", earth_movers(&a, &b).expect("not empty"), 2.0, 1e-12);
    near("same", earth_movers(&a, &a).expect("not empty"), 0.0, 1e-12);
    assert_eq!(kolmogorov(&a, &b), Some((1.0, 2.0)));
    let (gap, at) = kolmogorov(&[(1.0, 3), (5.0, 1)], &[(1.0, 1), (5.0, 3)]).expect("not empty");
    near("gap", gap, 0.5, 1e-12);
    near("at", at, 1.0, 0.0);
    near("apart", jensen_shannon(&[1, 0], &[0, 1]).expect("not empty"), 1.0, 1e-12);
    near("together", jensen_shannon(&[3, 1], &[6, 2]).expect("not empty"), 0.0, 1e-12);
    assert_eq!(earth_movers(&[], &a), None);
    assert_eq!(jensen_shannon(&[0], &[1]), None);
}
