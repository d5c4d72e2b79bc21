//! §1.2–1.4, §2, §12: quantiles, rates, Apdex, budgets.

use crate::close::{ends, near, relative};
use plimsoll_stats::apdex::{Feelings, apdex, rating};
use plimsoll_stats::batches::{Slice, batch_means, dependent_rate, group};
use plimsoll_stats::describe::{QuantileRule, quantile};
use plimsoll_stats::percentile::{moving_blocks, percentile};
use plimsoll_stats::quantile::{
    harrell_davis, harrell_davis_error, maritz_jarrett, ranks, samples_for_both, samples_for_upper,
};
use plimsoll_stats::{budget, proportion};

/// §1.2: which value of ten is p90.
#[test]
fn quantile_rules() {
    let tens: Vec<f64> = (1..=10).map(|i| f64::from(i) * 10.0).collect();
    let table = [
        (QuantileRule::Observed, 0.90, 90.0),
        (QuantileRule::Observed, 0.95, 100.0),
        (QuantileRule::Linear, 0.90, 91.0),
        (QuantileRule::Linear, 0.95, 95.5),
        (QuantileRule::Linear, 0.99, 99.1),
        (QuantileRule::Weibull, 0.90, 99.0),
        (QuantileRule::MedianUnbiased, 0.90, 96.333_333_333),
    ];
    for (rule, p, expected) in table {
        near(&format!("{rule:?} {p}"), quantile(&tens, p, rule), expected, 1e-6);
    }
    assert_eq!(quantile(&[1.0, 2.0], 0.5, QuantileRule::Observed), 1.0);
    assert_eq!(quantile(&[1.0, 2.0, 2.0, 2.0, 2.0], 0.25, QuantileRule::Observed), 2.0);
}

/// §1.3, A03: order-statistic ranks with their exact coverage.
#[test]
fn order_statistic_ranks() {
    let table = [
        (6, 0.5, 1, 6, 0.968_750),
        (10, 0.5, 2, 9, 0.978_516),
        (20, 0.5, 6, 15, 0.958_611),
        (50, 0.5, 18, 33, 0.967_161),
        (70, 0.5, 27, 44, 0.958_609),
        (100, 0.5, 40, 61, 0.964_800),
        (100, 0.9, 84, 96, 0.955_690),
        (200, 0.95, 184, 197, 0.967_152),
        (1_000, 0.9, 881, 919, 0.954_907),
        (1_000, 0.95, 936, 964, 0.958_095),
        (1_000, 0.99, 983, 997, 0.976_095),
        (10_000, 0.95, 9_457, 9_543, 0.951_528),
        (10_000, 0.99, 9_880, 9_920, 0.955_755),
        (10_000, 0.999, 9_983, 9_997, 0.975_457),
        (100_000, 0.99, 98_938, 99_062, 0.951_234),
        (1_000_000, 0.999, 998_938, 999_062, 0.950_207),
    ];
    for (n, p, lower, upper, coverage) in table {
        let found = ranks(n, p, 0.95).expect("large enough");
        assert_eq!((found.lower, found.upper), (lower, upper), "n={n} p={p}");
        near("coverage", found.coverage, coverage, 6e-7);
    }
    assert_eq!(ranks(5, 0.5, 0.95), None);
    assert!(ranks(8, 0.5, 0.99).is_some() && ranks(7, 0.5, 0.99).is_none());
}

/// §1.3: the fewest samples for a finite end.
#[test]
fn smallest_samples() {
    let table = [
        (0.5, 5, 6),
        (0.9, 29, 36),
        (0.95, 59, 72),
        (0.99, 299, 368),
        (0.999, 2_995, 3_688),
        (0.9999, 29_956, 36_887),
    ];
    for (p, one, two) in table {
        assert_eq!((samples_for_upper(p, 0.95), samples_for_both(p, 0.95)), (one, two), "p={p}");
    }
}

/// §1.3: Harrell–Davis and its standard errors.
#[test]
fn harrell_davis_quantiles() {
    let five = [0.0, 25.0, 50.0, 75.0, 100.0];
    let table = [
        (0.1, 4.812_909_470_656_74),
        (0.25, 19.248_110_357_858_3),
        (0.9, 95.187_090_529_343_3),
        (0.95, 98.169_914_6),
        (0.99, 99.725_498_1),
    ];
    for (p, expected) in table {
        near(&format!("p={p}"), harrell_davis(&five, p), expected, if p < 0.95 { 1e-11 } else { 1e-7 });
    }
    let squares: Vec<f64> = (1..=100).map(|i| f64::from(i * i) / 100.0).collect();
    let table = [
        (0.50, 25.748_431_37, 5.020_741_88, 4.738_019),
        (0.90, 81.991_568_62, 5.427_352_43, 4.943_360),
        (0.95, 91.249_861_87, 4.178_485_80, 3.751_171),
        (0.99, 98.851_962_59, 1.888_911_09, 2.089_145),
    ];
    for (p, value, mj, jackknife) in table {
        near("value", harrell_davis(&squares, p), value, 1e-8);
        near("Maritz–Jarrett", maritz_jarrett(&squares, p), mj, 1e-8);
        near("jackknife", harrell_davis_error(&squares, p), jackknife, 1e-6);
    }
}

/// §1.4, A04: the Korn–Graubard interval of clustered counts.
#[test]
fn dependent_rates() {
    let hits = [3, 0, 7, 2, 12, 5, 1, 0, 4, 9, 2, 6, 30, 8, 1, 0, 3, 5, 2, 10];
    let batches: Vec<Slice> = hits.iter().map(|y| Slice::new(*y, 500)).collect();
    let found = dependent_rate(&batches, 0.95).expect("has samples");
    near("rate", found.rate, 0.011, 1e-12);
    near("design effect", found.design_effect, 8.388_929, 1e-6);
    near("effective", found.effective, 1_045.300_67, 1e-5);
    ends("interval", found.interval, 0.005_602_35, 0.019_358_38, 1e-8);
    ends(
        "as if independent",
        proportion::clopper_pearson(110.0, 10_000.0, 0.95),
        0.009_049_1,
        0.013_243_0,
        1e-6,
    );
    let none = dependent_rate(&[Slice::new(0, 150); 20], 0.95).expect("has samples");
    assert!(none.assumes_independence);
    near("bad batches", none.bad_batches_max.expect("none was bad"), 1.0 - 0.05f64.powf(1.0 / 20.0), 1e-12);
    assert!(dependent_rate(&[], 0.95).is_none());
    let slices: Vec<Slice> = (0..45).map(|i| Slice::new(i, 100)).collect();
    let grouped = group(&slices, 20);
    assert_eq!(grouped.len(), 20);
    assert_eq!(grouped.iter().map(|s| s.hits).sum::<u64>(), 44 * 45 / 2);
}

/// §1.4: the percentile's interval is the set of limits that the interval of the share agrees with.
#[test]
fn percentiles_agree_with_shares() {
    let mut random = plimsoll_stats::rng::Random::new(5);
    let batches: Vec<Vec<(f64, u64)>> = (0..20)
        .map(|_| {
            let shift = random.uniform() * 20.0;
            let mut values: Vec<f64> =
                (0..400).map(|_| (random.exponential() * 50.0 + shift).ceil()).collect();
            values.sort_by(f64::total_cmp);
            values.into_iter().map(|v| (v, 1)).collect()
        })
        .collect();
    let found = percentile(&batches, 0.95, 0.95).expect("has samples");
    let over = |limit: f64| -> plimsoll_stats::Interval {
        let slices: Vec<Slice> = batches
            .iter()
            .map(|b| Slice::new(b.iter().filter(|(v, _)| *v > limit).count() as u64, b.len() as u64))
            .collect();
        dependent_rate(&slices, 0.95).expect("has samples").interval
    };
    assert!(found.interval.contains(found.value));
    assert!(over(found.interval.upper).upper < 0.05, "at the upper end the SLA passes");
    assert!(over(found.interval.upper - 1.0).upper >= 0.05, "just below it does not");
    assert!(over(found.interval.lower - 1.0).lower > 0.05, "below the lower end it fails");
    assert!(over(found.interval.lower).lower <= 0.05, "at the lower end it does not");
    let few: Vec<Vec<(f64, u64)>> = vec![vec![(1.0, 3)], vec![(2.0, 4)]];
    let found = percentile(&few, 0.99, 0.95).expect("has samples");
    assert!(found.interval.upper.is_infinite() && !found.is_estimable(0.99));
    assert!(percentile(&[vec![], vec![]], 0.5, 0.95).is_none());
}

/// §1.4: means of dependent series by batches and by blocks agree about how sure they are.
#[test]
fn means_of_dependent_series() {
    let mut random = plimsoll_stats::rng::Random::new(11);
    let mut level = 0.0;
    let series: Vec<f64> = (0..4_000)
        .map(|_| {
            level = 0.8 * level + random.normal();
            level
        })
        .collect();
    let (mean, batches) = batch_means(&series, 20, 0.95).expect("long enough");
    let blocks =
        moving_blocks(&series, 100, plimsoll_stats::describe::mean, 400, 0.95, 3).expect("long enough");
    // True standard error: 1 / (1 − 0.8) / √4000 = 0.079; as if independent it would look like 0.026.
    near("batches", batches.width() / 2.0 / 1.96, 0.079, 0.03);
    near("blocks", blocks.width() / 2.0 / 1.96, 0.079, 0.03);
    assert!(batches.contains(mean) && blocks.contains(mean));
}

/// §2, A06: Newcombe's examples.
#[test]
fn rates_of_independent_trials() {
    let wilson = [
        (81, 263, 0.255_289, 0.366_210),
        (15, 148, 0.062_386, 0.160_487),
        (0, 20, 0.0, 0.161_125),
        (1, 29, 0.006_113, 0.171_755),
        (0, 3_000, 0.0, 0.001_279),
        (3, 3_000, 0.000_340, 0.002_936),
        (10, 10_000, 0.000_543, 0.001_840),
        (23, 100_000, 0.000_153, 0.000_345),
    ];
    for (hits, n, lower, upper) in wilson {
        ends(&format!("Wilson {hits}/{n}"), proportion::wilson(hits, n, 0.95), lower, upper, 5.1e-7);
    }
    let exact = [
        (81, 263, 0.252_737, 0.367_622),
        (15, 148, 0.057_844, 0.161_650),
        (0, 20, 0.0, 0.168_433),
        (1, 29, 0.000_873, 0.177_644),
        (0, 3_000, 0.0, 0.001_229),
        (3, 3_000, 0.000_206, 0.002_920),
        (10, 10_000, 0.000_480, 0.001_838),
        (23, 100_000, 0.000_146, 0.000_345),
    ];
    for (hits, n, lower, upper) in exact {
        let found = proportion::clopper_pearson(f64::from(hits), f64::from(n), 0.95);
        ends(&format!("Clopper–Pearson {hits}/{n}"), found, lower, upper, 5.1e-7);
    }
    for (hits, n, lower, upper) in [(81, 263, 0.253_509, 0.368_176), (15, 148, 0.059_778, 0.164_450)] {
        ends("Wilson corrected", proportion::wilson_corrected(hits, n, 0.95), lower, upper, 5.1e-7);
    }
    near("rule of three", proportion::none_seen_upper(3_000.0, 0.95), 0.000_998_079, 5e-10);
    for (first, second, lower, upper) in
        [((56, 70), (48, 80), 0.052_431, 0.333_873), ((9, 10), (3, 10), 0.170_523, 0.809_018)]
    {
        ends("difference", proportion::difference(first, second, 0.95).1, lower, upper, 5.1e-7);
    }
}

/// §2, A07: acceptance sizes and planning.
#[test]
fn trials_needed() {
    let table: [(f64, [u64; 6]); 3] = [
        (0.001, [2_995, 4_742, 6_294, 7_752, 9_151, 10_511]),
        (0.01, [299, 473, 628, 773, 913, 1_049]),
        (0.05, [59, 93, 124, 153, 181, 208]),
    ];
    for (allowed, sizes) in table {
        for (hits, size) in sizes.into_iter().enumerate() {
            assert_eq!(proportion::trials_to_pass(hits as u64, allowed, 0.95), size, "{hits} of {allowed}");
        }
    }
    for (allowed, truth, n) in
        [(0.05, 0.03, 815.0), (0.05, 0.04, 3_506.0), (0.01, 0.005, 2_589.0), (0.001, 0.0005, 26_091.0)]
    {
        near("to tell", proportion::trials_to_tell(allowed, truth, 0.95, 0.8).ceil(), n, 1.0);
    }
    for (a, b, n) in [(0.0002, 0.0003, 392_345.0), (0.001, 0.0015, 78_390.0), (0.01, 0.015, 7_750.0)] {
        relative("to tell apart", proportion::trials_to_tell_apart(a, b, 0.95, 0.8), n, 2e-4);
    }
}

/// §12, A30: Apdex.
#[test]
fn apdex_scores() {
    let table = [
        (170, 20, 10, 0.90, "good"),
        (40, 200, 48, 0.486_111_111, "unacceptable"),
        (95, 2, 3, 0.96, "excellent"),
    ];
    for (satisfied, tolerating, frustrated, score, words) in table {
        let all = Feelings { satisfied, tolerating, frustrated };
        near("score", all.score(), score, 1e-9);
        assert_eq!(rating(all.score()), words);
        let found = apdex(&[all, all, all, all], 0.95).expect("has samples");
        assert!(found.interval.contains(score) && found.enough_samples);
        assert!(found.interval.lower >= 0.0 && found.interval.upper <= 1.0);
    }
    let calm = [Feelings { satisfied: 80, tolerating: 10, frustrated: 10 }; 20];
    let mut stormy = calm;
    for (i, batch) in stormy.iter_mut().enumerate() {
        *batch = if i % 2 == 0 {
            Feelings { satisfied: 100, tolerating: 0, frustrated: 0 }
        } else {
            Feelings { satisfied: 60, tolerating: 20, frustrated: 20 }
        };
    }
    let (calm, stormy) = (apdex(&calm, 0.95).expect("samples"), apdex(&stormy, 0.95).expect("samples"));
    assert!(stormy.interval.width() > 2.0 * calm.interval.width(), "batches that differ make it less sure");
    assert!(apdex(&[], 0.95).is_none());
}

/// §12, A30: burn rates.
#[test]
fn budgets_burn() {
    let expected = [(0.0144, 51.84), (0.006, 129.6), (0.001, 259.2)];
    for (alert, (threshold, detection)) in budget::ALERTS.iter().zip(expected) {
        near("threshold", alert.threshold(0.999), threshold, 1e-12);
        near("detection", alert.detection_s(0.999, 1.0).expect("fires"), detection, 1e-9);
        let burnt = budget::budget_per_hour(alert.rate, 30.0) * alert.long_h;
        near("budget", burnt, alert.budget, 1e-12);
    }
    for (rate, days) in [(14.4, 2.083_333), (6.0, 5.0), (1.0, 30.0)] {
        near("exhaustion", budget::exhaustion_days(rate, 30.0), days, 1e-6);
    }
    near("burn rate", budget::burn_rate(0.0144, 0.999), 14.4, 1e-9);
    assert_eq!(budget::ALERTS[0].detection_s(0.999, 0.001), None);
}
