//! §1.1, §3 of the reference for statistics: what a histogram of a run must be able to say.

use crate::support::Hand;
use model::Selector;
use plimsoll_metrics::{Aggregate, Histogram, Registry, Sink, builtin};

/// Within a thousandth of what is expected.
fn near(what: &str, got: f64, expected: f64) {
    assert!((got - expected).abs() <= expected.abs() * 1e-3, "{what}: {got}, expected {expected}");
}

/// A01: ten thousand answers after 1 ms, one after 100 s; and the same as if the requests that were never sent meanwhile
/// had been, one every 10 ms.
#[test]
fn one_long_answer_among_many_short_ones() {
    let (interval_ms, short_ms, long_ms) = (10.0, 1.0, 100_000.0);
    let mut raw = Histogram::new();
    raw.add_times(short_ms, 10_000);
    raw.add(long_ms);
    let mut corrected = raw.clone();
    let mut missing = long_ms - interval_ms;
    while missing >= interval_ms {
        corrected.add(missing);
        missing -= interval_ms;
    }
    assert_eq!((raw.count(), corrected.count()), (10_001, 20_000));
    near("raw p99.99", raw.quantile(0.9999), short_ms);
    // Between the last two values a quantile is a mixture of both; the last value is the last value.
    near("raw p100", raw.quantile(1.0), long_ms);
    let table = [
        // The median lies between 1 ms and the first answer that was missing.
        (0.4999, short_ms),
        (0.75, 50_000.0),
        (0.9, 80_000.0),
        (0.99, 98_000.0),
        (0.99999, 100_000.0),
    ];
    for (q, expected) in table {
        near(&format!("corrected {q}"), corrected.quantile(q), expected);
    }
    // Half of the corrected answers came within 5 ms; of the raw ones all but one.
    assert!(corrected.quantile(0.4999) <= 5.0 && corrected.quantile(0.5001) > 5.0);
    assert!(raw.quantile(0.9999) <= 5.0 && raw.quantile(0.99999) > 5.0);
}

/// A01: the mean of the corrected answers, which needs the exact sum beside the buckets.
#[test]
fn the_mean_of_the_corrected_answers() {
    let mut trend = plimsoll_metrics::Trend::new();
    trend.add_times(1.0, 10_000);
    (1..=10_000_u32).for_each(|n| trend.add(f64::from(n) * 10.0));
    near("mean", trend.avg(), (1.0 + 50_000.0) / 2.0);
    assert!(!trend.is_exact());
}

/// A02: percentiles of two workers are those of all their samples, and never a mean of percentiles.
#[test]
fn percentiles_of_workers_are_not_averaged() {
    let registry = Registry::new();
    let samples: [(f64, usize); 2] = [(10.0, 900), (1_000.0, 100)];
    let selector = Selector::parse("http_req_duration").expect("a selector");
    let mut together = Aggregate::new(registry.clone(), &[(selector.clone(), None)]);
    let mut one = Aggregate::new(registry.clone(), &[(selector.clone(), None)]);
    let mut all = Hand::new(9, &registry);
    for (worker, (value, count)) in (0_u32..).zip(samples) {
        let mut hand = Hand::new(worker, &registry);
        hand.add(builtin::HTTP_REQ_DURATION, "", &vec![value; count]);
        all.add(builtin::HTTP_REQ_DURATION, "", &vec![value; count]);
        together.apply(hand.frame(1));
    }
    one.apply(all.frame(1));
    let quantiles = |aggregate: &Aggregate| -> [f64; 3] {
        let Some(Sink::Trend(trend)) = aggregate.sink(&selector) else { panic!("it has samples") };
        [0.5, 0.9, 0.95].map(|q| trend.quantile(q))
    };
    let [p50, p90, p95] = quantiles(&together);
    assert_eq!((p50, p95), (10.0, 1_000.0), "the mean of the workers' p95 would be 505");
    // Position 899.1 of 0..999 lies between the last 10 ms and the first 1,000 ms; the observed value is 10 ms.
    assert!((10.0..110.0).contains(&p90), "{p90}");
    assert_eq!(quantiles(&one).map(f64::to_bits), quantiles(&together).map(f64::to_bits), "to the last bit");
}
