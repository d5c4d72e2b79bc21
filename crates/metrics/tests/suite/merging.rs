//! However the samples of a run are spread over workers and frames, the merged state is the same to the last bit.

use std::sync::Arc;

use crate::support::{Hand, contents};
use model::{Nanos, Selector};
use plimsoll_metrics::{
    Aggregate, Contains, Frame, Histogram, HttpSample, IterationSample, Kind, MetricId, Registry, Trend,
    builtin,
};
use proptest::prelude::*;

/// One thing that is recorded.
#[derive(Clone, Debug)]
enum Event {
    Add { metric: usize, tags: usize, value: f64, times: usize, at: u64 },
    Http { tags: usize, phases: [u64; 7], failed: Option<bool>, response: Option<u64>, times: usize },
    Iteration { tags: usize, duration: Option<u64>, sent: u64, received: u64 },
    Lag(u64),
}

const TAGS: [&str; 4] =
    ["", "scenario=s", "scenario=s group=::g url=http://a/b status=200", "scenario=t n=007"];
const CUSTOM: [(&str, Kind); 4] =
    [("cc", Kind::Counter), ("gg", Kind::Gauge), ("rr", Kind::Rate), ("tt", Kind::Trend)];

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        -1e6..1e6_f64,
        0.0..1.0_f64,
        Just(0.0),
        Just(-0.0),
        Just(1e18),
        Just(-3e25),
        Just(f64::NAN),
        any::<i32>().prop_map(f64::from),
    ]
}

/// Mostly a few samples, sometimes so many that the exact state is left.
fn times() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 1..4_usize, 1 => 60..200_usize, 1 => 4000..4200_usize]
}

fn event() -> impl Strategy<Value = Event> {
    let ns = || prop_oneof![Just(0_u64), 1..10_000_000_000_u64];
    prop_oneof![
        3 => (0..4_usize, 0..4_usize, value(), times(), 0..50_u64)
            .prop_map(|(metric, tags, value, times, at)| Event::Add { metric, tags, value, times, at }),
        3 => (0..4_usize, prop::array::uniform7(ns()), any::<Option<bool>>(), prop::option::of(ns()), times())
            .prop_map(|(tags, phases, failed, response, times)| Event::Http { tags, phases, failed, response, times }),
        1 => (0..4_usize, prop::option::of(ns()), any::<u64>(), 0..1_u64 << 40)
            .prop_map(|(tags, duration, sent, received)| Event::Iteration { tags, duration, sent, received }),
        1 => ns().prop_map(Event::Lag),
    ]
}

fn record(hand: &mut Hand, custom: &[MetricId], event: &Event) {
    match *event {
        Event::Add { metric, tags, value, times, at } => {
            let tags = hand.tags(TAGS[tags]);
            // Gauges at one instant on several threads have no order to restore.
            for i in 0..times {
                let value = if metric == 1 { at as f64 } else { value * (1.0 + i as f64) };
                hand.recorder.add(custom[metric], tags, value, Nanos(at));
            }
        }
        Event::Http { tags, phases, failed, response, times } => {
            let tags = hand.tags(TAGS[tags]);
            let [duration, blocked, connecting, tls_handshaking, sending, waiting, receiving] =
                phases.map(Nanos);
            for i in 0..times as u64 {
                hand.recorder.http(
                    tags,
                    &HttpSample {
                        at: Nanos(1),
                        duration: duration + Nanos(i * 1000),
                        blocked,
                        connecting,
                        tls_handshaking,
                        sending,
                        waiting,
                        receiving,
                        failed,
                        response_time: response.map(Nanos),
                    },
                );
            }
        }
        Event::Iteration { tags, duration, sent, received } => {
            let tags = hand.tags(TAGS[tags]);
            let duration = duration.map(Nanos);
            hand.recorder.iteration(tags, &IterationSample { at: Nanos(1), duration, sent, received });
        }
        Event::Lag(ns) => {
            hand.recorder.schedule_lag(Nanos(ns));
            hand.recorder.generator_lag(Nanos(ns / 3));
        }
    }
}

/// The frames of a run whose events are dealt to workers and cut into frames as `deal` says.
fn frames(
    registry: &Arc<Registry>,
    workers: u32,
    events: &[Event],
    deal: impl Fn(usize) -> (u32, bool),
) -> Vec<Frame> {
    let custom: Vec<MetricId> = CUSTOM
        .iter()
        .map(|(name, kind)| registry.declare(name, *kind, Contains::Default).expect("a good name"))
        .collect();
    let mut hands: Vec<Hand> = (0..workers).map(|worker| Hand::new(worker, registry)).collect();
    let mut frames = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let (worker, cut) = deal(at);
        record(&mut hands[worker as usize], &custom, event);
        if cut {
            frames.push(hands[worker as usize].frame(1));
        }
    }
    frames.extend(hands.iter_mut().map(|hand| hand.frame(2)));
    frames
}

fn merged(registry: &Arc<Registry>, frames: impl IntoIterator<Item = Frame>) -> Aggregate {
    let selector = Selector { metric: "tt".to_owned(), tags: vec![("scenario".to_owned(), "s".to_owned())] };
    let mut aggregate = Aggregate::new(registry.clone(), &[(selector, None)]);
    frames.into_iter().for_each(|frame| aggregate.apply(frame));
    assert_eq!(aggregate.rejected(), 0);
    aggregate
}

fn same(one: &Aggregate, other: &Aggregate) {
    assert_eq!(contents(one), contents(other));
    assert_eq!(one.schedule_lag(), other.schedule_lag());
    assert_eq!(one.generator_lag(), other.generator_lag());
    for metric in one.registry().all() {
        assert_eq!(one.total(metric.id), other.total(metric.id), "{}", metric.name);
        assert_eq!(one.total(metric.id).cloned(), one.merged(metric.id, |_| true), "{}", metric.name);
    }
    let selector = Selector { metric: "tt".to_owned(), tags: vec![("scenario".to_owned(), "s".to_owned())] };
    assert_eq!(one.sink(&selector), other.sink(&selector));
}

fn trend() -> impl Strategy<Value = Trend> {
    (prop::collection::vec(value(), 0..40), times()).prop_map(|(values, times)| {
        let mut trend = Trend::new();
        trend.extend(&values);
        trend.add_times(values.first().copied().unwrap_or(1.5), times as u64);
        trend
    })
}

fn histogram() -> impl Strategy<Value = Histogram> {
    prop::collection::vec((value(), 1..1_u64 << 33), 0..40).prop_map(|values| {
        let mut histogram = Histogram::new();
        values.into_iter().for_each(|(value, times)| histogram.add_times(value, times));
        histogram
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn many_workers_equal_one_that_saw_everything(
        events in prop::collection::vec(event(), 1..60),
        dealt in prop::collection::vec((0..3_u32, any::<bool>()), 60),
        order in any::<prop::sample::Index>(),
    ) {
        let registry = Registry::new();
        let whole = merged(&registry, frames(&registry, 1, &events, |_| (0, false)));
        let parts = frames(&registry, 3, &events, |at| dealt[at]);
        let in_time = merged(&registry, parts.clone());
        same(&whole, &in_time);
        // Frames of one worker keep their order; those of different workers may come in any.
        let first = order.index(3) as u32;
        let mut shuffled = parts;
        shuffled.sort_by_key(|frame| (frame.worker + first) % 3);
        same(&whole, &merged(&registry, shuffled));
    }

    #[test]
    fn frames_survive_their_bytes(
        events in prop::collection::vec(event(), 0..40),
        dealt in prop::collection::vec((0..2_u32, any::<bool>()), 40),
    ) {
        let registry = Registry::new();
        let frames = frames(&registry, 2, &events, |at| dealt[at]);
        let decoded: Vec<Frame> = frames
            .iter()
            .map(|frame| {
                let mut bytes = Vec::new();
                frame.encode(&mut bytes);
                Frame::decode(&bytes).expect("it was just encoded")
            })
            .collect();
        prop_assert_eq!(&decoded, &frames);
        // Another process has the metrics only from the frames.
        let other = Registry::new();
        let mut there = Aggregate::new(other, &[]);
        decoded.into_iter().for_each(|frame| there.apply(frame));
        prop_assert_eq!(contents(&there), contents(&merged(&registry, frames)));
    }

    #[test]
    fn damaged_bytes_do_no_harm(
        events in prop::collection::vec(event(), 0..10),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let registry = Registry::new();
        let mut bytes = Vec::new();
        frames(&registry, 1, &events, |_| (0, false))[0].encode(&mut bytes);
        prop_assert!(Frame::decode(&bytes[..cut.index(bytes.len())]).is_err());
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(frame) = Frame::decode(&bytes) {
            let mut aggregate = Aggregate::new(registry, &[]);
            aggregate.apply(frame);
            contents(&aggregate);
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let framed = [b"PLMF\x01", &bytes[..]].concat();
        let _ = Frame::decode(&bytes);
        let _ = Frame::decode(&framed);
    }

    #[test]
    fn merging_trends_is_associative_and_commutative(a in trend(), b in trend(), c in trend()) {
        let sum = |parts: &[&Trend]| {
            let mut sum = Trend::new();
            parts.iter().for_each(|part| sum.absorb(part));
            sum
        };
        let left = sum(&[&sum(&[&a, &b]), &c]);
        prop_assert_eq!(&left, &sum(&[&a, &sum(&[&b, &c])]));
        prop_assert_eq!(&left, &sum(&[&c, &b, &a]));
        prop_assert_eq!(left.sum(), sum(&[&b, &a, &c]).sum());
        prop_assert_eq!(left.count(), a.count() + b.count() + c.count());
    }

    #[test]
    fn merging_histograms_is_associative_and_commutative(a in histogram(), b in histogram(), c in histogram()) {
        let sum = |parts: &[&Histogram]| {
            let mut sum = Histogram::new();
            parts.iter().for_each(|part| sum.merge(part));
            sum
        };
        let left = sum(&[&sum(&[&a, &b]), &c]);
        prop_assert_eq!(&left, &sum(&[&a, &sum(&[&b, &c])]));
        prop_assert_eq!(&left, &sum(&[&c, &a, &b]));
        prop_assert_eq!(left.quantile(0.5), sum(&[&c, &b, &a]).quantile(0.5));
    }

    #[test]
    fn quantiles_of_many_values_are_within_a_thousandth(
        mut values in prop::collection::vec(prop_oneof![1e-3..1e5_f64, -50.0..50.0_f64], 4097..5000),
        q in 0.0..1.0_f64,
    ) {
        let mut trend = Trend::new();
        trend.extend(&values);
        values.sort_by(f64::total_cmp);
        let position = q * (values.len() - 1) as f64;
        let (low, high) = (values[position.floor() as usize], values[position.ceil() as usize]);
        let exact = low + (high - low) * position.fract();
        let error = (trend.quantile(q) - exact).abs();
        prop_assert!(error <= 0.001 * low.abs().max(high.abs()), "{} for {exact}", trend.quantile(q));
    }
}

#[test]
fn frames_that_come_twice_count_once() {
    let registry = Registry::new();
    let mut hand = Hand::new(0, &registry);
    let first = hand.add(builtin::ITERATIONS, "", &[1.0, 1.0]).frame(1);
    let second = hand.add(builtin::ITERATIONS, "", &[1.0]).frame(2);
    let mut aggregate = Aggregate::new(registry, &[]);
    for frame in [first.clone(), first, second.clone(), second] {
        aggregate.apply(frame);
    }
    assert_eq!((aggregate.iterations(), aggregate.rejected()), (3.0, 2));
}
