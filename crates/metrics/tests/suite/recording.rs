//! What a recorder makes of samples, seen from the merged state.

use std::sync::Arc;

use crate::support::{Hand, contents, request};
use model::{Aggregation, Nanos, Selector};
use plimsoll_metrics::{
    Aggregate, HttpSample, IterationSample, MetricId, RecorderConfig, Registry, Sink, builtin, value,
};

fn merged(registry: &Arc<Registry>, hand: &mut Hand) -> Aggregate {
    let mut aggregate = Aggregate::new(registry.clone(), &[]);
    aggregate.apply(hand.frame(1));
    aggregate
}

fn measured(aggregate: &Aggregate, metric: MetricId, aggregation: Aggregation) -> Option<f64> {
    value(aggregate.total(metric)?, aggregation, std::time::Duration::from_secs(2))
}

#[test]
fn a_request_has_nine_samples_or_eight() {
    let registry = Registry::new();
    let mut hand = Hand::new(0, &registry);
    let tags = hand.tags("name=a");
    let [ms1, ms2, ms3, ms4, ms5, ms6] = [1, 2, 3, 4, 5, 6].map(Nanos::from_millis);
    let full = HttpSample {
        at: Nanos(9),
        duration: Nanos::from_millis(15),
        blocked: ms1,
        connecting: ms2,
        tls_handshaking: ms3,
        sending: ms4,
        waiting: ms5,
        receiving: ms6,
        failed: Some(true),
        response_time: None,
    };
    hand.recorder.http(tags, &full);
    hand.recorder
        .http(tags, &HttpSample { failed: None, response_time: Some(Nanos::from_millis(20)), ..full });
    let aggregate = merged(&registry, &mut hand);
    let check = |metric, aggregation, expected| {
        assert_eq!(measured(&aggregate, metric, aggregation), Some(expected), "{metric:?}");
    };
    check(builtin::HTTP_REQS, Aggregation::Count, 2.0);
    check(builtin::HTTP_REQS, Aggregation::Rate, 1.0);
    for (metric, millis) in [
        (builtin::HTTP_REQ_DURATION, 15.0),
        (builtin::HTTP_REQ_BLOCKED, 1.0),
        (builtin::HTTP_REQ_CONNECTING, 2.0),
        (builtin::HTTP_REQ_TLS_HANDSHAKING, 3.0),
        (builtin::HTTP_REQ_SENDING, 4.0),
        (builtin::HTTP_REQ_WAITING, 5.0),
        (builtin::HTTP_REQ_RECEIVING, 6.0),
        (builtin::HTTP_REQ_RESPONSE_TIME, 20.0),
    ] {
        check(metric, Aggregation::Med, millis);
    }
    assert_eq!(aggregate.total(builtin::HTTP_REQ_FAILED), Some(&Sink::Rate { nonzero: 1, total: 1 }));
}

#[test]
fn requests_that_are_not_judged_leave_no_trace_of_failure() {
    let registry = Registry::new();
    let mut hand = Hand::new(0, &registry);
    let tags = hand.tags("");
    for _ in 0..10_000 {
        hand.recorder.http(tags, &request(10, None));
    }
    let aggregate = merged(&registry, &mut hand);
    assert_eq!(aggregate.count(builtin::HTTP_REQS), 10_000.0);
    assert_eq!(aggregate.total(builtin::HTTP_REQ_FAILED), None);
    assert_eq!(aggregate.total(builtin::HTTP_REQ_RESPONSE_TIME), None);
}

#[test]
fn only_whole_iterations_count() {
    let registry = Registry::new();
    let mut hand = Hand::new(0, &registry);
    let tags = hand.tags("scenario=s");
    let whole =
        IterationSample { at: Nanos(1), duration: Some(Nanos(2_500_000)), sent: 10, received: 1 << 50 };
    hand.recorder.iteration(tags, &whole);
    hand.recorder.iteration(tags, &IterationSample { duration: None, ..whole });
    let aggregate = merged(&registry, &mut hand);
    assert_eq!(aggregate.iterations(), 1.0);
    assert_eq!(aggregate.count(builtin::DATA_SENT), 20.0);
    assert_eq!(aggregate.count(builtin::DATA_RECEIVED), (1_u64 << 51) as f64);
    assert_eq!(measured(&aggregate, builtin::ITERATION_DURATION, Aggregation::Max), Some(2.5));
}

#[test]
fn frames_hold_what_is_new_and_nothing_else() {
    let registry = Registry::new();
    let mut hand = Hand::new(7, &registry);
    assert!(hand.frame(1).is_empty());
    hand.add(builtin::CHECKS, "check=a", &[1.0, 0.0]).add(builtin::CHECKS, "check=b", &[1.0]);
    let mut sizes = Vec::new();
    let mut aggregate = Aggregate::new(registry, &[]);
    for second in 2..5 {
        let frame = hand.frame(second);
        assert_eq!((frame.worker, frame.seq, frame.to), (7, second, Nanos::from_secs(second)));
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        sizes.push(bytes.len());
        aggregate.apply(frame);
        hand.add(builtin::CHECKS, "check=b", &[1.0]);
    }
    assert!(sizes[0] > sizes[1], "names are sent once: {sizes:?}");
    assert_eq!(sizes[1], sizes[2]);
    let checks = aggregate.by_tag(builtin::CHECKS, "check");
    let checks: Vec<_> = checks.iter().map(|(name, sink)| (&**name, sink.clone())).collect();
    assert_eq!(
        checks,
        [("a", Sink::Rate { nonzero: 1, total: 2 }), ("b", Sink::Rate { nonzero: 3, total: 3 })]
    );
}

#[test]
fn expected_responses_are_always_a_sub_metric() {
    let registry = Registry::new();
    let mut hand = Hand::new(0, &registry);
    let (good, bad) = (hand.tags("expected_response=true"), hand.tags("expected_response=false"));
    hand.recorder.http(good, &request(3000, Some(false)));
    hand.recorder.http(bad, &request(9000, Some(true)));
    let aggregate = merged(&registry, &mut hand);
    let selector = Selector::parse("http_req_duration{expected_response:true}").unwrap();
    let Some(Sink::Trend(trend)) = aggregate.sink(&selector) else { panic!("no sub-metric") };
    assert_eq!((trend.count(), trend.max()), (1, 3.0));
    assert_eq!(aggregate.samples(&selector), 1);
    assert_eq!(aggregate.sink(&Selector::parse("http_req_duration{never:asked}").unwrap()), None);
    let merged =
        aggregate.merged(builtin::HTTP_REQ_DURATION, |tags| tags.iter().any(|tag| &*tag.1 == "false"));
    assert_eq!(merged.map(|sink| sink.is_empty()), Some(false));
    assert_eq!(aggregate.merged(builtin::HTTP_REQ_DURATION, |_| false), None);
}

#[test]
fn a_script_with_ever_new_addresses_stays_small_and_says_so() {
    let registry = Registry::new();
    let config = RecorderConfig { series_limit: 200, ..RecorderConfig::default() };
    let mut hand = Hand::with(0, &registry, config);
    let mut aggregate = Aggregate::new(registry, &[]);
    for order in 0..100_000 {
        let status = if order % 10 == 0 { "404" } else { "200" };
        let tags = hand.tags(&format!("method=GET url=http://shop/order/{order} status={status}"));
        hand.recorder.http(tags, &request(10, Some(order % 10 == 0)));
        if order % 5000 == 4999 {
            aggregate.apply(hand.frame(order / 5000 + 1));
        }
    }
    assert_eq!(aggregate.count(builtin::HTTP_REQS), 100_000.0);
    assert!(aggregate.folded() > 90_000, "{}", aggregate.folded());
    let series = aggregate.series().count();
    assert!(series <= 10 * 250, "{series}");
    let statuses = aggregate.by_tag(builtin::HTTP_REQS, "status");
    let counts: Vec<_> = statuses.iter().map(|(status, sink)| (&**status, sink.clone())).collect();
    assert_eq!(
        counts,
        [("404", Sink::Counter(10_000.0)), ("200", Sink::Counter(90_000.0))],
        "other tags keep their values"
    );
    let urls = aggregate.by_tag(builtin::HTTP_REQS, "url");
    assert!(urls.iter().any(|(url, _)| &**url == "other"));
}

#[test]
fn raw_samples_are_kept_up_to_a_bound() {
    let registry = Registry::new();
    let config = RecorderConfig { raw_samples: true, raw_limit: 20, ..RecorderConfig::default() };
    let mut hand = Hand::with(0, &registry, config);
    let tags = hand.tags("url=u name=n");
    let vu = [(hand.recorder.sym("vu"), hand.recorder.sym("12"))];
    hand.recorder.http_with_metadata(tags, &request(2500, Some(false)), &vu);
    hand.recorder.add(builtin::CHECKS, tags, 1.0, Nanos(77));
    let raw = hand.recorder.take_raw();
    assert_eq!(raw.len(), 10);
    assert_eq!((raw[0].metric, raw[0].value), (builtin::HTTP_REQS, 1.0));
    assert_eq!((raw[1].metric, raw[1].value), (builtin::HTTP_REQ_DURATION, 2.5));
    assert_eq!(raw[8].metric, builtin::HTTP_REQ_FAILED);
    assert_eq!((raw[9].metric, raw[9].at, raw[9].metadata.clone()), (builtin::CHECKS, Nanos(77), None));
    let text = |tags: &plimsoll_metrics::Tags| -> String {
        tags.iter().map(|(key, value)| format!("{key}={value} ")).collect()
    };
    assert_eq!(text(&raw[3].tags), "name=n url=u ");
    assert_eq!(raw[3].metadata.as_ref().map(text).as_deref(), Some("vu=12 "));
    assert!(raw.windows(2).all(|pair| Arc::ptr_eq(&pair[0].tags, &pair[1].tags)));

    (0..3).for_each(|_| hand.recorder.http(tags, &request(1, Some(false))));
    assert_eq!(hand.recorder.take_raw().len(), 20);
    let frame = hand.frame(1);
    assert_eq!((frame.raw_dropped, hand.frame(2).raw_dropped), (7, 0));
    assert!(Hand::new(0, &registry).recorder.take_raw().is_empty());
}

#[test]
fn lags_and_tags_without_samples_make_no_series() {
    let registry = Registry::new();
    let mut hand = Hand::new(0, &registry);
    hand.tags("a=b c=d");
    hand.recorder.schedule_lag(Nanos::from_millis(3));
    hand.recorder.generator_lag(Nanos(20_000));
    hand.add(builtin::VUS, "", &[f64::NAN]);
    let frame = hand.frame(1);
    assert!(!frame.is_empty());
    assert_eq!(frame.series_count(), 0);
    let mut aggregate = Aggregate::new(registry, &[]);
    aggregate.apply(frame);
    assert_eq!((aggregate.schedule_lag().max(), aggregate.generator_lag().max()), (3.0, 0.02));
    assert!(contents(&aggregate).is_empty());
}
