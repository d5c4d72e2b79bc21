//! §2, §8: verdicts, sequential tests, warm-up.

use crate::close::near;
use plimsoll_stats::batches::Slice;
use plimsoll_stats::sequential::{EProcess, MeanProcess, Sprt, UntilDecided};
use plimsoll_stats::sla::{Verdict, judge, overall};
use plimsoll_stats::warmup::{Warmup, find, find_all};

#[test]
fn three_states() {
    let slices = |hits: u64| -> Vec<Slice> { (0..60).map(|i| Slice::new(hits + i % 2, 100)).collect() };
    let table = [(1, Verdict::Pass), (4, Verdict::Inconclusive), (8, Verdict::Fail)];
    for (hits, verdict) in table {
        let found = judge(&slices(hits), 0.05, 0.95);
        assert_eq!(found.verdict, verdict, "{hits}");
        assert_eq!(found.longer.is_some(), verdict == Verdict::Inconclusive);
    }
    let near_limit = judge(&slices(4), 0.05, 0.95).longer.expect("0.045 is told from 0.05 in the end");
    let longer: Vec<Slice> =
        (0..(60.0 * near_limit * 1.1) as u64).map(|i| Slice::new(4 + i % 2, 100)).collect();
    assert_eq!(judge(&longer, 0.05, 0.95).verdict, Verdict::Pass, "{near_limit} times as long tells");
    assert_eq!(
        judge(&[Slice::new(5, 100); 60], 0.05, 0.95).longer,
        None,
        "exactly at the limit nothing tells"
    );
    assert_eq!(judge(&[], 0.05, 0.95).verdict, Verdict::Inconclusive);
    assert_eq!(overall(&[Verdict::Pass, Verdict::Inconclusive]), Verdict::Inconclusive);
    assert_eq!(overall(&[Verdict::Fail, Verdict::Inconclusive]), Verdict::Fail);
    assert_eq!(overall(&[Verdict::Pass]), Verdict::Pass);
    assert_eq!(overall(&[]), Verdict::Inconclusive);
}

/// §2, A09: Wald's bounds, steps and sample numbers.
#[test]
fn wald() {
    let test = Sprt::new(0.001, 0.002, 0.05, 0.05);
    near("upper", test.upper, 2.944_439, 1e-6);
    near("lower", test.lower, -2.944_439, 1e-6);
    near("hit", test.steps().0, std::f64::consts::LN_2, 1e-12);
    near("miss", test.steps().1, -0.001_001_5, 1e-6);
    near("trials if good", test.expected_trials(0.001, 0.05), 8_622.0, 1.0);
    near("trials if bad", test.expected_trials(0.002, 0.95), 6_851.0, 1.0);
    let test = Sprt::new(0.01, 0.02, 0.05, 0.05);
    near("trials if good", test.expected_trials(0.01, 0.05), 850.0, 1.0);
    near("trials if bad", test.expected_trials(0.02, 0.95), 677.0, 1.0);
    let mut test = Sprt::new(0.01, 0.02, 0.05, 0.05);
    assert_eq!(test.observe(1.0, 99.0), Verdict::Inconclusive);
    assert_eq!(test.observe(20.0, 100.0), Verdict::Fail);
    assert_eq!(Sprt::new(0.01, 0.02, 0.05, 0.05).observe(0.0, 400.0), Verdict::Pass);
}

/// §2, A08: the evidence of the truncated beta mixture.
#[test]
fn evidence() {
    let table = [
        (30.0, 1_000.0, 0.01, 1.0, 50.0, 11.771_007),
        (30.0, 1_000.0, 0.01, 0.5, 0.5, 9.546_472),
        (20.0, 1_000.0, 0.01, 0.5, 0.5, 0.295_401),
        (10.0, 1_000.0, 0.001, 1.0, 500.0, 11.478_647),
        (10.0, 1_000.0, 0.001, 0.5, 0.5, 10.402_896),
    ];
    for (k, n, p0, a, b, expected) in table {
        near("ln E", EProcess::with_prior(p0, a, b).ln_evidence(k, n), expected, 1e-5);
    }
    near("no data", EProcess::new(0.01).ln_evidence(0.0, 0.0), 0.0, 1e-12);
    let mut process = EProcess::new(0.01);
    let low = process.observe(30.0, 1_000.0);
    assert!(low < 1e-4 && process.observe(30.0, 100_000.0) == low, "evidence once seen is not taken back");
}

#[test]
fn decisions_on_the_way() {
    let decide = |hits: u64| -> (Verdict, usize) {
        let mut open = UntilDecided::new(0.05, 0.95);
        for i in 0..2_000 {
            match open.observe(Slice::new(hits + i % 2, 100)) {
                Verdict::Inconclusive => {}
                verdict => return (verdict, i as usize + 1),
            }
        }
        (Verdict::Inconclusive, 2_000)
    };
    let (verdict, slices) = decide(0);
    assert!(verdict == Verdict::Pass && slices > 134, "{verdict:?} after {slices}");
    assert_eq!(decide(40), (Verdict::Fail, 20), "a clear failure ends as soon as dependence can be seen");
    let (verdict, slices) = decide(3);
    assert!(verdict == Verdict::Pass && slices > 20, "{verdict:?} after {slices}");
    for (allowed, expected) in [(0.05, 134), (0.01, 682)] {
        let mut open = UntilDecided::new(allowed, 0.95);
        let passed = (1..2_000).find(|_| open.observe(Slice::new(0, 100)) == Verdict::Pass);
        assert_eq!(passed, Some(expected), "without a single hit, {allowed} allowed");
    }
    let mut mean = MeanProcess::new(0.0, 1.0, 0.5);
    assert!((0..50).all(|i| mean.observe(if i % 2 == 0 { 1.0 } else { -1.0 }) > 0.05));
    let mut mean = MeanProcess::new(0.0, 1.0, 0.5);
    assert!((0..50).any(|_| mean.observe(0.8) < 0.05));
}

/// §8, A26: MSER-5.
#[test]
fn warm_up_ends() {
    let series: Vec<f64> = (0..1_000)
        .map(|i| {
            let i = f64::from(i);
            10.0 + 5.0 * (-i / 50.0).exp() + (1.7 * i).sin() + 0.5 * (0.37 * i).sin()
        })
        .collect();
    let Warmup::Ends { values, criterion } = find(&series) else { panic!("has a steady state") };
    assert_eq!(values, 125);
    near("criterion", criterion, 7.091_763_2e-4, 1e-10);
    near("mean before", plimsoll_stats::describe::mean(&series), 10.254_03, 1e-5);
    near("mean after", plimsoll_stats::describe::mean(&series[125..]), 10.022_34, 1e-5);
    let rising: Vec<f64> = (0..300).map(f64::from).collect();
    assert_eq!(find(&rising), Warmup::NoSteadyState);
    assert_eq!(find(&[1.0; 10]), Warmup::TooShort);
    assert!(matches!(find(&[3.0; 100]), Warmup::Ends { values: 0, .. }));
    let noise: Vec<f64> = {
        let mut random = plimsoll_stats::rng::Random::new(2);
        (0..1_000).map(|_| random.normal()).collect()
    };
    assert!(matches!(find_all(&[&series, &noise]), Warmup::Ends { values, .. } if values >= 125));
    assert_eq!(find_all(&[&series, &rising]), Warmup::NoSteadyState);
}
