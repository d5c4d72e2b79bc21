//! Open-model executors in virtual time: arrivals by the schedule, users growing, hand-off and drops.

use crate::support::{Act, Scripted, plan, run, run_one};
use std::time::Duration;

use model::{Executor, Leg, Nanos, Rhythm, SegmentTuple};
use plimsoll_engine::IterationEnd::{Completed, Interrupted};
use serde_json::json;

#[test]
fn a_constant_rate_starts_when_due() {
    let members =
        json!({"executor": "constant-arrival-rate", "rate": 10, "duration": "2s", "preAllocatedVUs": 3});
    let seen = run_one(members, |_, _| Act::Take(50));
    let starts: Vec<_> = seen.times().iter().map(|time| time.1).collect();
    assert_eq!(starts, (0..20).map(|nth| nth * 100).collect::<Vec<_>>());
    assert_eq!(seen.numbers(), (0..20).collect::<Vec<_>>());
    for entry in &seen.entries {
        assert_eq!(entry.iteration.intended, Some(entry.iteration.started), "nobody is late in virtual time");
    }
    assert_eq!(seen.at(seen.begin + seen.finished.elapsed), 2000, "it lasts its whole length");
    assert_eq!(seen.control.scenario(0).allotted_vus(), 3);
}

#[test]
fn ramps_and_stairs_start_the_area_under_their_rate() {
    let stages = json!([{"duration": "1s", "target": 20}, {"duration": "1s", "target": 20}]);
    let members = json!({"executor": "ramping-arrival-rate", "preAllocatedVUs": 3, "stages": stages});
    assert_eq!(run_one(members, |_, _| Act::Done).count(Completed), 30);

    let members = json!({"executor": "stepped-arrival-rate", "startRate": 10, "stepRate": 10, "steps": 3,
        "stepDuration": "1s", "preAllocatedVUs": 3});
    assert_eq!(run_one(members, |_, _| Act::Done).count(Completed), 10 + 20 + 30);
}

#[test]
fn ten_thousand_a_second_are_exact() {
    let members = json!({"executor": "constant-arrival-rate", "rate": 10_000, "duration": "3s",
        "preAllocatedVUs": 100});
    let seen = run_one(members, |_, _| Act::Take(1));
    assert_eq!(seen.count(Completed), 30_000);
    assert_eq!(seen.control.scenario(0).dropped(), 0);
    assert_eq!(seen.numbers(), (0..30_000).collect::<Vec<_>>());
}

#[test]
fn an_arrival_without_a_user_is_dropped_and_said_once() {
    let members = json!({"executor": "constant-arrival-rate", "rate": 10, "duration": "1s", "preAllocatedVUs": 1,
        "maxVUs": 1, "gracefulStop": "3s"});
    let seen = run_one(members, |_, _| Act::Take(1500));
    assert_eq!(seen.times(), [(1, 0, 1500)]);
    assert_eq!(seen.control.scenario(0).dropped(), 9);
    assert_eq!(
        seen.log(),
        ["Insufficient VUs, reached 1 active VUs and cannot initialize more executor=constant-arrival-rate \
          scenario=s"]
    );
}

#[test]
fn users_grow_one_at_a_time_up_to_the_limit() {
    let members = json!({"executor": "constant-arrival-rate", "rate": 10, "duration": "2s", "preAllocatedVUs": 1,
        "maxVUs": 4});
    let seen = run_one(members, |_, _| Act::Take(400));
    // Arrivals 1, 2 and 3 find nobody; each has one more user made, and four are enough.
    let mut made: Vec<_> = seen.made.iter().map(|made| made.0).collect();
    made.sort_unstable();
    assert_eq!(made, [1, 2, 3, 4]);
    assert_eq!(seen.control.scenario(0).dropped() + seen.count(Completed) as u64, 20);
    assert_eq!(seen.control.scenario(0).dropped(), 3);
    assert_eq!(seen.control.vus_initialised(), 4);
    assert!(seen.log().is_empty(), "the limit was enough");
}

#[test]
fn a_timetable_has_a_user_for_each_arrival_and_uses_idle_ones_again() {
    let even = |count| Leg { duration: Duration::from_secs(1), rhythm: Rhythm::Even { count } };
    let pause = Leg { duration: Duration::from_secs(2), rhythm: Rhythm::Pause };
    let members = json!({"executor": "shared-iterations", "gracefulStop": "5s"});
    let mut plan = plan(&[("s", members)]);
    plan.scenarios[0].executor = Executor::Timetable { legs: vec![even(4), pause, even(2)] };
    let seen = run(&plan, Scripted::new(|_, _| Act::Take(1500)));
    let mut starts: Vec<_> = seen.times().iter().map(|time| time.1).collect();
    starts.sort_unstable();
    assert_eq!(starts, [0, 250, 500, 750, 3000, 3500]);
    assert_eq!(seen.made.len(), 4, "the last two arrivals find somebody idle");
    assert_eq!((seen.count(Completed), seen.control.scenario(0).dropped()), (6, 0));
}

#[test]
fn automatic_growth_meets_the_need_before_more_is_dropped() {
    let members = json!({"executor": "constant-arrival-rate", "rate": 100, "duration": "5s", "preAllocatedVUs": 2,
        "maxVUs": "auto"});
    let seen = run_one(members, |_, _| Act::Take(500));
    let allotted = seen.control.scenario(0).allotted_vus();
    assert!((50..=62).contains(&allotted), "{allotted} users for 100/s of half a second");
    let late_drops = seen.entries.iter().filter(|entry| seen.at(entry.iteration.started) >= 1500).count();
    assert_eq!(late_drops, 350, "after a second and a half nothing is dropped any more");
}

#[test]
fn arrivals_go_to_the_thread_that_has_a_user() {
    // One user lives on thread 0; half of the arrivals are thread 1's.
    let members =
        json!({"executor": "constant-arrival-rate", "rate": 100, "duration": "1s", "preAllocatedVUs": 1});
    let seen = run_one(members, |_, _| Act::Take(1));
    assert_eq!(seen.count(Completed), 100);
    assert_eq!(seen.control.scenario(0).dropped(), 0);
    let mut due: Vec<_> = seen.entries.iter().map(|entry| entry.iteration.intended).collect();
    due.sort_unstable();
    let expected: Vec<_> = (0..100).map(|nth| Some(seen.begin + Nanos::from_millis(10 * nth))).collect();
    assert_eq!(due, expected);
}

#[test]
fn users_take_turns() {
    let members =
        json!({"executor": "constant-arrival-rate", "rate": 10, "duration": "1s", "preAllocatedVUs": 5});
    let mut plan = plan(&[("s", members)]);
    plan.threads = 1;
    let seen = run(&plan, Scripted::new(|_, _| Act::Done));
    let users: Vec<_> = seen.times().iter().map(|time| time.0).collect();
    assert_eq!(users, [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
}

#[test]
fn what_runs_past_the_graceful_stop_is_interrupted() {
    let members = json!({"executor": "constant-arrival-rate", "rate": 2, "duration": "1s", "preAllocatedVUs": 2,
        "gracefulStop": "700ms"});
    let seen = run_one(members, |_, _| Act::Hang);
    assert_eq!(seen.times(), [(1, 0, 1700), (2, 500, 1700)]);
    assert_eq!(seen.count(Interrupted), 2);
}

#[test]
fn segments_together_are_the_whole() {
    let members =
        json!({"executor": "constant-arrival-rate", "rate": 50, "duration": "2s", "preAllocatedVUs": 6});
    let whole = run_one(members.clone(), |_, _| Act::Take(10));
    let (mut numbers, mut due) = (Vec::new(), Vec::new());
    for part in SegmentTuple::full().split(3) {
        let mut plan = plan(&[("s", members.clone())]);
        plan.segment = part;
        let seen = run(&plan, Scripted::new(|_, _| Act::Take(10)));
        numbers.extend(seen.numbers());
        due.extend(seen.entries.iter().map(|entry| entry.iteration.intended.unwrap().since(seen.begin)));
    }
    numbers.sort_unstable();
    due.sort_unstable();
    let mut expected: Vec<_> =
        whole.entries.iter().map(|entry| entry.iteration.intended.unwrap().since(whole.begin)).collect();
    expected.sort_unstable();
    assert_eq!(numbers, whole.numbers());
    assert_eq!(due, expected);
}

#[test]
fn a_grown_user_serves_the_next_scenario() {
    let rate = |start: &str| {
        json!({"executor": "constant-arrival-rate", "rate": 2, "duration": "1s", "preAllocatedVUs": 1, "maxVUs": 2,
            "gracefulStop": "1s", "startTime": start})
    };
    let seen = run(&plan(&[("a", rate("0s")), ("b", rate("5s"))]), Scripted::new(|_, _| Act::Take(900)));
    let mut made: Vec<_> = seen.made.iter().map(|made| made.0).collect();
    made.sort_unstable();
    assert_eq!(made, [1, 2], "user 2 grew in the first scenario and is used again");
    assert_eq!(seen.control.iterations_completed(), 2);
    assert_eq!(seen.control.scenario(1).dropped(), 1);
}
