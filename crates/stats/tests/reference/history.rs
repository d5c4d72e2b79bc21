//! §7.3, §9: change points, trends, leaks.

use crate::close::{ends, near};
use crate::data::{CARS, NILE, PASSENGERS, PRECIPITATION, TIGERBEETLE};
use plimsoll_stats::changepoint::{self, Search};
use plimsoll_stats::leak::{self, Growth};
use plimsoll_stats::rng::Random;
use plimsoll_stats::trend::{Correction, mann_kendall, seasonal, seasonal_sen, sen, siegel, theil_sen};
use plimsoll_stats::windowed::{self, Windows};

const STAIRS: [f64; 14] =
    [0.3, 2.4, 1.5, -0.9, -0.5, 99.7, 98.3, 99.1, 149.0, 149.7, 149.5, 149.1, 148.8, 150.0];
const HALVED: [f64; 20] = [
    1.02, 0.95, 0.99, 1.0, 1.12, 1.0, 1.01, 0.98, 1.01, 0.96, 0.5, 0.51, 0.48, 0.48, 0.55, 0.5, 0.49, 0.51,
    0.5, 0.49,
];

/// §7.3: the distance of the first candidate.
#[test]
fn energy_distances() {
    let (index, distance) = windowed::farthest(&STAIRS).expect("long enough");
    assert_eq!(index, 5);
    near("stairs", distance, 761.282_142_86, 1e-6);
    let (index, distance) = windowed::farthest(&HALVED).expect("long enough");
    assert_eq!(index, 10);
    near("halved", distance, 4.682_222_22, 1e-6);
}

/// §7.3, A25: the lists of change points that Hunter-like tools give.
#[test]
fn windowed_lists() {
    let found = |series: &[f64], length, p_max, magnitude_min| -> Vec<usize> {
        windowed::find(series, &Windows { length, p_max, magnitude_min }).iter().map(|c| c.index).collect()
    };
    let fallen = [1.02, 0.95, 0.99, 1.0, 1.12, 0.9, 0.5, 0.51, 0.48, 0.48, 0.55];
    let lowered = [2.02, 2.03, 2.01, 2.04, 1.82, 1.85, 1.79, 1.81, 1.8, 1.76, 1.78];
    let small: [(&str, &[f64], &[usize]); 4] = [
        ("halved", &HALVED, &[10]),
        ("stairs", &STAIRS, &[5, 8]),
        ("fallen", &fallen, &[6]),
        ("lowered", &lowered, &[4]),
    ];
    for (name, series, expected) in small {
        assert_eq!(found(series, 50, 0.001, 0.0), expected, "{name}");
    }
    let table: [(usize, f64, f64, &[usize]); 6] = [
        (30, 0.01, 0.05, &[15, 71]),
        (30, 0.001, 0.0, &[15, 61, 71, 95, 117, 131, 142, 148, 192, 212, 260]),
        (30, 0.0001, 0.0, &[71, 95, 117, 131, 142, 148, 192, 212]),
        (30, 0.00001, 0.0, &[71, 95, 131, 192, 212]),
        (50, 0.001, 0.0, &[15, 61, 71, 95, 117, 131, 192, 212]),
        (50, 0.001, 0.5, &[]),
    ];
    for (length, p_max, magnitude, expected) in table {
        assert_eq!(
            found(&TIGERBEETLE, length, p_max, magnitude),
            expected,
            "w{length} p{p_max} m{magnitude}"
        );
    }
    let changes = windowed::find(&TIGERBEETLE, &Windows::default());
    let expected = [-8.93, 3.52, 15.98, -4.09, 1.63, 3.35, 1.83, 1.53];
    for (change, percent) in changes.iter().zip(expected) {
        near("change in %", change.effect() * 100.0, percent, 0.006);
    }
}

/// §7.3: the calibrated detector finds the same obvious steps.
#[test]
fn steps_are_found() {
    let found = |series: &[f64]| -> Vec<usize> {
        changepoint::find(series, &Search::default()).iter().map(|c| c.index).collect()
    };
    assert_eq!(found(&HALVED), [10]);
    let mut random = Random::new(6);
    let series: Vec<f64> =
        (0..60).map(|i| (if i < 40 { 100.0 } else { 105.0 }) + 2.0 * random.normal()).collect();
    let changes = changepoint::find(&series, &Search::default());
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert!((38..=42).contains(&changes[0].index));
    near("effect", changes[0].effect(), 0.05, 0.02);
    assert!(changes[0].p_value >= 1.0 / 500.0, "a permutation test cannot give 0");
    assert_eq!(changes, changepoint::find(&series, &Search::default()), "the seed decides");
    let step: Vec<f64> = (0..400).map(|i| f64::from(i / 200)).collect();
    assert_eq!(found(&step), [200]);
    assert!(found(&[5.0; 40]).is_empty() && found(&[1.0, 2.0]).is_empty());
}

/// §9, A27: Mann–Kendall and Sen's slope.
#[test]
fn trends() {
    let table = [
        (
            "PrecipGL",
            &PRECIPITATION[..],
            [989.0, 74_398.333_3, 3.622_224, 2.920_807e-4, 0.264_580],
            (0.019_523_8, 0.062_173_9),
        ),
        (
            "Nile",
            &NILE[..],
            [-1_387.0, 112_728.333_3, -4.128_067, 3.658_263e-5, -0.280_741],
            (-3.627_907, -1.428_571),
        ),
    ];
    for (name, series, [s, variance, z, p, tau], (lower, upper)) in table {
        let found = mann_kendall(series, Correction::None).expect("long enough");
        near(name, found.s, s, 0.0);
        near(name, found.variance, variance, 1e-3);
        near(name, found.z, z, 1e-6);
        near(name, found.p_value, p, p * 1e-6);
        near(name, found.tau, tau, 1e-6);
        ends(name, sen(series, 0.95).expect("long enough").interval, lower, upper, 1e-6);
    }
    near("PrecipGL slope", sen(&PRECIPITATION, 0.95).expect("long").slope, 0.04, 1e-9);
    near("Nile slope", sen(&NILE, 0.95).expect("long").slope, -2.6, 1e-9);
    near("Nile lag 1", plimsoll_stats::describe::autocorrelation(&NILE, 1), 0.498_408, 1e-6);
    near(
        "Nile Hamed–Rao",
        mann_kendall(&NILE, Correction::HamedRao).expect("long").p_value,
        0.004_802_7,
        1e-6,
    );
    let plain = mann_kendall(&NILE, Correction::None).expect("long").variance;
    assert!(mann_kendall(&NILE, Correction::Lag1).expect("long").variance > plain);
    let passengers = mann_kendall(&PASSENGERS, Correction::None).expect("long");
    near("passengers", passengers.s, 8_327.0, 0.0);
    near("passengers", passengers.variance, 335_164.333_3, 1e-3);
    let slope = sen(&PASSENGERS, 0.95).expect("long");
    near("passengers", slope.slope, 2.451_216_3, 1e-7);
    ends("passengers", slope.interval, 2.294_118, 2.621_622, 1e-6);
    let by_month = seasonal(&PASSENGERS, 12).expect("long");
    near("by month", by_month.s, 784.0, 0.0);
    near("by month", by_month.variance, 2_550.0, 1e-9);
    near("by month", seasonal_sen(&PASSENGERS, 12), 30.236_111, 1e-6);
    assert_eq!(mann_kendall(&[1.0, 2.0], Correction::None), None);
}

/// §5.4, §9: Sen's own example; robust slopes of `cars`.
#[test]
fn robust_slopes() {
    let (x, y) = ([1.0, 2.0, 3.0, 4.0, 10.0, 12.0, 18.0], [9.0, 15.0, 19.0, 20.0, 45.0, 55.0, 78.0]);
    let found = theil_sen(&x, &y, 0.93).expect("x differ");
    near("Sen", found.slope, 4.0, 1e-12);
    ends("Sen", found.interval, 26.0 / 7.0, 35.0 / 8.0, 1e-12);
    let (x, y): (Vec<f64>, Vec<f64>) = CARS.iter().copied().unzip();
    let found = theil_sen(&x, &y, 0.95).expect("x differ");
    near("cars", found.slope, 3.666_667, 1e-6);
    ends("cars", found.interval, 2.933_333, 4.5, 1e-6);
    near("Siegel", siegel(&x, &y), 3.527_778, 1e-6);
    assert!(theil_sen(&[1.0, 1.0], &[1.0, 2.0], 0.95).is_none());
}

/// §9: what a leak is and what only looks like one.
#[test]
fn leaks() {
    let mut random = Random::new(9);
    let mut noise = |sd: f64| sd * random.normal();
    let n = 480;
    let flat: Vec<f64> = (0..n).map(|_| 500.0 + noise(5.0)).collect();
    let leaking: Vec<f64> = (0..n).map(|i| 500.0 + 50.0 * f64::from(i) / f64::from(n) + noise(5.0)).collect();
    let warming: Vec<f64> =
        (0..n).map(|i| 500.0 + 100.0 * (1.0 - (-f64::from(i) / 80.0).exp()) + noise(1.0)).collect();
    let saw: Vec<f64> = (0..n).map(|i| 500.0 + f64::from(i % 40) * 3.0 + noise(2.0)).collect();
    let leaking_saw: Vec<f64> = saw.iter().enumerate().map(|(i, v)| v + i as f64 * 0.1).collect();
    let table = [
        ("flat", &flat, Growth::None),
        ("leaking", &leaking, Growth::Steady),
        ("warming", &warming, Growth::StillWarming),
        ("saw", &saw, Growth::None),
        ("leaking saw", &leaking_saw, Growth::Steady),
    ];
    for (name, series, growth) in table {
        let found = leak::judge(series, 0.95);
        assert_eq!(found.growth, growth, "{name}: {found:?}");
    }
    let found = leak::judge(&leaking, 0.95);
    near("growth", found.per_sample.expect("long").0, 50.0 / 480.0, 0.03);
    let (early, likely, late) = found.samples_to(550.0, 1_000.0).expect("grows");
    assert!(early < likely && likely < late);
    near("samples to the limit", likely, 450.0 / (50.0 / 480.0), 1_200.0);
    assert_eq!(leak::judge(&flat, 0.95).samples_to(500.0, 1_000.0), None);
    assert_eq!(leak::judge(&flat[..50], 0.95).growth, Growth::Inconclusive);
    assert_eq!(leak::judge_level(&leaking, 0.95).growth, Growth::Steady);
}
