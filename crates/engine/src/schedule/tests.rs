//! Schedules against tables worked out by hand, and against their definitions on arbitrary stages.

use std::time::Duration;

use model::{SegmentTuple, Stage};
use proptest::prelude::*;

use super::*;

fn stages(list: &[(u64, u64)]) -> Vec<Stage> {
    list.iter().map(|&(millis, target)| Stage { duration: Duration::from_millis(millis), target }).collect()
}

fn due_ms(arrivals: &Arrivals) -> Vec<f64> {
    (0..arrivals.count()).map(|index| arrivals.due(index).as_millis_f64()).collect()
}

#[test]
fn steady_rates() {
    let check = |rate, unit_ms, length_ms, expected: &[f64]| {
        let steady = Steady::new(rate, Duration::from_millis(unit_ms), Duration::from_millis(length_ms));
        assert_eq!(due_ms(&Arrivals::Steady(steady)), expected, "{rate}/{unit_ms}ms for {length_ms}ms");
    };
    check(4, 1000, 1000, &[0.0, 250.0, 500.0, 750.0]);
    check(2, 500, 1500, &[0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0]);
    check(1, 3000, 1000, &[0.0]);
    check(3, 1000, 1000, &[0.0, 333.333_333, 666.666_666]);
    check(0, 1000, 1000, &[]);
}

#[test]
fn a_steady_rate_does_not_drift() {
    let day = Duration::from_secs(86_400);
    let steady = Steady::new(7, Duration::from_secs(1), day);
    assert_eq!(steady.count(), 7 * 86_400);
    assert_eq!(steady.due(7 * 86_399), Nanos::from_secs(86_399), "whole seconds stay whole");
}

#[test]
fn rate_ramps() {
    let check = |start, list: &[(u64, u64)], expected: &[f64]| {
        let ramp = RateRamp::new(start, Duration::from_secs(1), &stages(list));
        let due = due_ms(&Arrivals::Ramp(ramp));
        assert_eq!(due.len(), expected.len(), "{due:?}");
        for (due, expected) in due.iter().zip(expected) {
            assert!((due - expected).abs() < 1e-5, "{due} is not {expected}");
        }
    };
    // The area under a ramp from 0 to 4 in a second is 2: 2 t² = i.
    check(0, &[(1000, 4)], &[707.106_782, 1000.0]);
    // Down again: the mirror image.
    check(4, &[(1000, 0)], &[292.893_219, 1000.0]);
    // A flat stage fires at the end of each period, the very end included.
    check(4, &[(1000, 4)], &[250.0, 500.0, 750.0, 1000.0]);
    // A stage of no length jumps.
    check(0, &[(1000, 0), (0, 2), (1000, 2)], &[1500.0, 2000.0]);
    // Areas carry over from stage to stage.
    check(1, &[(500, 1), (500, 1), (1000, 1)], &[1000.0, 2000.0]);
    check(0, &[(1000, 0)], &[]);
}

#[test]
fn stairs_hold_each_rate() {
    let stairs = RateRamp::stairs(1, 1, 2, Duration::from_secs(1), Duration::from_secs(1));
    assert_eq!(due_ms(&Arrivals::Ramp(stairs)), [1000.0, 1500.0, 2000.0]);
}

#[test]
fn rates_are_told_for_any_time() {
    let ramp = RateRamp::new(0, Duration::from_secs(60), &stages(&[(10_000, 600), (0, 60), (5_000, 60)]));
    let check = |second: u64, expected: f64| {
        let rate = ramp.rate_per_second(Nanos::from_secs(second));
        assert!((rate - expected).abs() < 1e-9, "{second}: {rate}");
    };
    check(0, 0.0);
    check(5, 5.0);
    check(10, 1.0);
    check(15, 0.0);
}

#[test]
fn users_of_a_ramp() {
    let check = |start, list: &[(u64, u64)], expected: &[&[(u64, u64)]]| {
        let ramp = VuRamp::new(start, &stages(list));
        assert_eq!(ramp.peak(), expected.len() as u64);
        for (slot, expected) in expected.iter().enumerate() {
            let spans: Vec<_> = ramp
                .spans(slot as u64)
                .iter()
                .map(|span| (span.from.0 / 1_000_000, span.until.0 / 1_000_000))
                .collect();
            assert_eq!(spans, *expected, "slot {slot} of {list:?}");
        }
    };
    check(1, &[(1000, 3), (1000, 3), (2000, 1)], &[&[(0, 4000)], &[(500, 4000)], &[(1000, 3000)]]);
    check(0, &[(0, 2), (300, 2)], &[&[(0, 300)], &[(0, 300)]]);
    check(2, &[(1000, 0), (1000, 0), (1000, 2)], &[&[(0, 1000), (2500, 3000)], &[(0, 500)]]);
    // A jump up and down again leaves nobody.
    check(1, &[(0, 2), (0, 1), (500, 1)], &[&[(0, 500)], &[]]);
}

fn any_stages() -> impl Strategy<Value = Vec<Stage>> {
    let stage = (prop_oneof![Just(0u64), 1u64..5_000_000_000], 0u64..2_000)
        .prop_map(|(nanos, target)| Stage { duration: Duration::from_nanos(nanos), target });
    proptest::collection::vec(stage, 1..5)
}

/// The area under the rate up to a time, times `2 × unit × length` of the stage it falls into, by definition.
fn area_reached(start: u64, list: &[Stage], unit_ns: u64, at: u64, arrivals: u64) -> bool {
    let (mut begin, mut from, mut before) = (0u128, u128::from(start), 0u128);
    let wanted = 2 * u128::from(unit_ns) * u128::from(arrivals);
    for stage in list {
        let (length, to) = (stage.duration.as_nanos(), u128::from(stage.target));
        if u128::from(at) <= begin + length && length > 0 {
            let x = u128::from(at) - begin;
            // The rate at x, times the length, is whole; the trapezoid follows.
            let rate_here = from * (length - x) + to * x;
            return (from * length + rate_here) * x >= (wanted.saturating_sub(before)) * length;
        }
        before += (from + to) * length;
        begin += length;
        from = to;
    }
    before >= wanted
}

proptest! {
    #[test]
    fn an_arrival_is_due_at_the_first_nanosecond_of_its_area(
        start in 0u64..2_000, list in any_stages(), unit_ns in 1u64..3_000_000_000, pick in 0.0..1.0f64,
    ) {
        let ramp = RateRamp::new(start, Duration::from_nanos(unit_ns), &list);
        prop_assume!(ramp.count() > 0);
        let index = ((ramp.count() - 1) as f64 * pick) as u64;
        let due = ramp.due(index).0;
        prop_assert!(area_reached(start, &list, unit_ns, due, index + 1));
        prop_assert!(due == 0 || !area_reached(start, &list, unit_ns, due - 1, index + 1));
    }

    #[test]
    fn due_times_rise_and_stay_inside(start in 0u64..50, list in any_stages(), unit_ns in 100_000_000u64..3_000_000_000) {
        let length: u128 = list.iter().map(|stage| stage.duration.as_nanos()).sum();
        let ramp = RateRamp::new(start, Duration::from_nanos(unit_ns), &list);
        let mut last = Nanos::ZERO;
        for index in 0..ramp.count().min(500) {
            let due = ramp.due(index);
            prop_assert!(due >= last && u128::from(due.0) <= length);
            last = due;
        }
    }

    #[test]
    fn shares_of_threads_and_segments_are_the_whole(
        rate in 1u64..300, segments in 1u32..5, lanes in 1u32..5, ramp in any::<bool>(),
    ) {
        let second = Duration::from_secs(1);
        let arrivals = Arc::new(if ramp {
            Arrivals::Ramp(RateRamp::new(0, second, &stages(&[(1000, rate), (700, rate / 2)])))
        } else {
            Arrivals::Steady(Steady::new(rate, second, second))
        });
        let mut shared: Vec<(u64, Nanos)> = Vec::new();
        for segment in SegmentTuple::full().split(segments) {
            for lane in 0..lanes {
                let walk = Walk::new(arrivals.clone(), Share::new(segment.stripe(), lane, lanes));
                shared.extend(walk.map(|arrival| (arrival.index, arrival.due)));
            }
        }
        shared.sort_unstable();
        let whole: Vec<_> = (0..arrivals.count()).map(|index| (index, arrivals.due(index))).collect();
        prop_assert_eq!(shared, whole);
    }

    #[test]
    fn active_users_are_the_target(start in 0u64..40, list in any_stages(), pick in 0.0..1.0f64) {
        // Few enough users that all of them can be counted.
        let list: Vec<_> = list.iter().map(|s| Stage { target: s.target % 40, ..*s }).collect();
        let ramp = VuRamp::new(start, &list);
        let at = (ramp.length().0 as f64 * pick) as u64;
        let active = (0..ramp.peak())
            .filter(|&slot| ramp.spans(slot).iter().any(|span| span.from.0 <= at && at < span.until.0))
            .count() as u64;
        let (mut begin, mut from) = (0, start);
        for stage in &list {
            let length = stage.duration.as_nanos() as u64;
            if at < begin + length {
                let x = u128::from(at - begin);
                let moved = u128::from(stage.target.abs_diff(from)) * x / u128::from(length);
                let moved = moved as u64;
                let expected = if stage.target >= from { from + moved } else { from - moved };
                prop_assert_eq!(active, expected);
                return Ok(());
            }
            begin += length;
            from = stage.target;
        }
    }
}
