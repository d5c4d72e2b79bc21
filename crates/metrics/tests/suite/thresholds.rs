//! Thresholds: what is refused, what holds, and what ends a run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::support::Hand;
use model::{Nanos, Threshold};
use plimsoll_metrics::thresholds::{Evaluator, Outcome};
use plimsoll_metrics::{Aggregate, Contains, Kind, MetricId, Registry};

const CUSTOM: [(&str, Kind); 4] =
    [("cc", Kind::Counter), ("gg", Kind::Gauge), ("rr", Kind::Rate), ("tt", Kind::Trend)];

fn registry() -> (Arc<Registry>, [MetricId; 4]) {
    let registry = Registry::new();
    let ids =
        CUSTOM.map(|(name, kind)| registry.declare(name, kind, Contains::Default).expect("a good name"));
    (registry, ids)
}

fn threshold(source: &str) -> Threshold {
    Threshold { source: source.to_owned(), abort_on_fail: false, delay_abort_eval: None, per_stage: false }
}

fn keyed(all: &[(&str, Threshold)]) -> BTreeMap<String, Vec<Threshold>> {
    let mut map: BTreeMap<String, Vec<Threshold>> = BTreeMap::new();
    for (name, threshold) in all {
        map.entry((*name).to_owned()).or_default().push(threshold.clone());
    }
    map
}

/// A run that is judged by some thresholds.
struct Run {
    metrics: [MetricId; 4],
    hand: Hand,
    state: Aggregate,
    evaluator: Evaluator,
}

impl Run {
    fn new(all: &[(&str, Threshold)], no_data_fails: bool) -> Self {
        let (registry, metrics) = registry();
        let evaluator = Evaluator::new(&keyed(all), &registry, no_data_fails).expect("good thresholds");
        let state = Aggregate::new(registry.clone(), &evaluator.selectors());
        Self { metrics, hand: Hand::new(0, &registry), state, evaluator }
    }

    fn add(&mut self, metric: usize, tags: &str, values: &[f64]) -> &mut Self {
        self.hand.add(self.metrics[metric], tags, values);
        self
    }

    /// How things stand at the end of a second.
    fn at(&mut self, second: u64) -> Vec<Outcome> {
        self.state.apply(self.hand.frame(second));
        self.evaluator.evaluate(&self.state, Duration::from_secs(second), Nanos::from_secs(second))
    }
}

#[test]
fn what_cannot_be_evaluated_is_refused_in_known_words() {
    let check = |name: &str, source: &str, message: &str| {
        let refused = Evaluator::new(&keyed(&[(name, threshold(source))]), &registry().0, false);
        assert_eq!(refused.expect_err(source).to_string(), message);
    };
    check(
        "no_such_metric",
        "count>1",
        "invalid threshold defined on no_such_metric; reason: no metric name \"no_such_metric\" found",
    );
    check(
        "nope{a:b}",
        "count>1",
        "invalid threshold defined on nope{a:b}; reason: no metric name \"nope{a:b}\" found",
    );
    check(
        "cc",
        "p(95)<3",
        "invalid threshold \"p(95)<3\" applied on metric cc; reason: unsupported aggregation method p on metric of type counter. supported aggregation methods for this metric are: count, rate",
    );
    check(
        "http_req_duration",
        "rate<3",
        "invalid threshold \"rate<3\" applied on metric http_req_duration; reason: unsupported aggregation method rate on metric of type trend. supported aggregation methods for this metric are: avg, min, max, med, p",
    );
    check(
        "iterations",
        "count is fine",
        "failed parsing threshold expression \"count is fine\"; reason: malformed threshold expression",
    );
    check(
        "iterations{",
        "count>0",
        "unable to validate threshold expressions; reason: parsing metric name failed, metric \"iterations{\" has unmatched opening/close curly brace",
    );
}

#[test]
fn every_aggregation_is_compared() {
    let check = |metric: usize, source: &str, expected: bool, compared: f64| {
        let name = CUSTOM[metric].0;
        let mut run = Run::new(&[(name, threshold(source))], false);
        run.add(0, "", &[2.0]).add(1, "", &[9.0, 4.0]).add(2, "", &[1.0, 0.0]).add(3, "", &[1.0, 2.0, 3.0]);
        let outcome = Outcome {
            metric: name.to_owned(),
            source: source.to_owned(),
            ok: expected,
            value: Some(compared),
            abort: false,
        };
        assert_eq!(run.at(2), [outcome]);
    };
    check(0, "count==2", true, 2.0);
    check(0, "rate>0.99", true, 1.0);
    check(0, "rate>1", false, 1.0);
    check(1, "value==4", true, 4.0);
    check(2, "rate>=0.5", true, 0.5);
    check(2, "rate!=0.5", false, 0.5);
    check(3, "avg===2", true, 2.0);
    check(3, "min==1", true, 1.0);
    check(3, "max<3", false, 3.0);
    check(3, "med==2", true, 2.0);
    check(3, "p(95)>2.5", true, 2.9);
    check(3, "p(99.9)<=3", true, 2.998);
    check(3, "p(0)<1", false, 1.0);
}

#[test]
fn sub_metrics_are_judged_by_their_own_samples() {
    let mut run = Run::new(
        &[
            ("cc{k:a}", threshold("count==3")),
            ("cc{k:a,j:1}", threshold("count==2")),
            ("cc{k:b}", threshold("count==5")),
            ("cc{k:zz}", threshold("count==0")),
            ("tt{k:zz}", threshold("avg<0")),
        ],
        false,
    );
    run.add(0, "k=a", &[1.0]).add(0, "k=a j=1", &[2.0]).add(0, "k=b", &[5.0]).add(0, "", &[9.0]);
    let outcomes = run.at(1);
    assert!(outcomes.iter().all(|outcome| outcome.ok), "{outcomes:?}");
    let names: Vec<_> = outcomes.iter().map(|outcome| outcome.metric.as_str()).collect();
    assert_eq!(names, ["cc{k:a,j:1}", "cc{k:a}", "cc{k:b}", "cc{k:zz}", "tt{k:zz}"]);
}

#[test]
fn metrics_without_samples_hold_unless_that_is_unwanted() {
    let all = [
        ("cc", threshold("count>0")),
        ("gg", threshold("value>1")),
        ("rr", threshold("rate>0.9")),
        ("tt", threshold("p(95)>9")),
    ];
    let verdicts = |no_data_fails| -> Vec<(bool, Option<f64>)> {
        Run::new(&all, no_data_fails).at(1).iter().map(|outcome| (outcome.ok, outcome.value)).collect()
    };
    // A counter that nothing was added to is at zero.
    assert_eq!(verdicts(false), [(false, Some(0.0)), (true, None), (true, None), (true, None)]);
    assert_eq!(verdicts(true), [(false, Some(0.0)), (false, None), (false, None), (false, None)]);
}

#[test]
fn aborting_waits_for_its_delay_and_for_samples() {
    let delayed = Threshold {
        abort_on_fail: true,
        delay_abort_eval: Some(Duration::from_secs(4)),
        ..threshold("count<1")
    };
    let at_once = Threshold { abort_on_fail: true, ..threshold("rate>0.5") };
    let missing = Threshold { abort_on_fail: true, ..threshold("count>0") };
    let harmless = threshold("count<2");
    let mut run =
        Run::new(&[("cc", delayed), ("cc", harmless), ("iterations", missing), ("rr", at_once)], false);
    run.add(0, "", &[5.0]);
    let aborts =
        |outcomes: Vec<Outcome>| -> Vec<bool> { outcomes.iter().map(|outcome| outcome.abort).collect() };
    assert_eq!(aborts(run.at(2)), [false, false, false, false]);
    run.add(2, "", &[0.0]);
    assert_eq!(aborts(run.at(3)), [false, false, false, true]);
    assert_eq!(aborts(run.at(4)), [true, false, false, true]);
}

#[test]
fn windows_look_at_the_last_seconds_only() {
    let mut run = Run::new(
        &[
            ("tt", threshold("max<100 for 3s")),
            ("tt", threshold("max<1000")),
            ("cc", threshold("rate<=10 for 2s")),
        ],
        false,
    );
    // A slow second in the first window, which is not whole before the third second.
    let ok = |outcomes: &[Outcome]| -> Vec<bool> { outcomes.iter().map(|outcome| outcome.ok).collect() };
    run.add(3, "", &[50.0]).add(0, "", &[20.0]);
    assert_eq!(ok(&run.at(1)), [false, true, true], "cc comes first, at 20 in one second");
    run.add(3, "", &[60.0]);
    assert_eq!(ok(&run.at(2)), [true, true, true]);
    run.add(3, "", &[70.0]).add(0, "", &[5.0]);
    assert_eq!(run.at(3)[1].value, Some(70.0));
    run.add(3, "", &[10.0]);
    run.at(4);
    run.add(3, "", &[10.0]);
    assert_eq!(run.at(6)[1].value, Some(10.0), "what was before the window is forgotten");
}

#[test]
fn a_whole_window_that_fails_is_not_made_good_later() {
    let aborting = Threshold { abort_on_fail: true, ..threshold("max<100 for 3s") };
    let mut run = Run::new(&[("tt{a:b}", aborting)], false);
    run.add(3, "a=b", &[500.0]).add(3, "", &[9999.0]);
    let early = run.at(1);
    assert_eq!((early[0].ok, early[0].abort), (false, false), "a window that is not whole ends nothing");
    let whole = run.at(3);
    assert_eq!((whole[0].ok, whole[0].value, whole[0].abort), (false, Some(500.0), true));
    run.add(3, "a=b", &[1.0]);
    let later = run.at(9);
    assert_eq!((later[0].ok, later[0].value), (false, Some(500.0)));
}
