//! Closed-model executors in virtual time: who iterates when, how often, and what is interrupted.

use crate::support::{Act, Scripted, plan, run, run_one};
use plimsoll_engine::IterationEnd::{Completed, Failed, Interrupted};
use serde_json::json;

#[test]
fn shared_iterations_are_drawn_from_one_number() {
    // User 1 takes four times as long as the others, who do its share.
    let members = json!({"executor": "shared-iterations", "vus": 3, "iterations": 10});
    let seen = run_one(members, |vu, _| Act::Take(if vu == 1 { 400 } else { 100 }));
    assert_eq!(seen.numbers(), (0..10).collect::<Vec<_>>());
    assert_eq!(seen.entries.iter().filter(|entry| entry.vu == 1).count(), 2);
    assert_eq!(seen.at(seen.begin + seen.finished.elapsed), 800);
    assert_eq!(seen.control.iterations_completed(), 10);
    assert_eq!(seen.control.scenario(0).dropped(), 0);
}

#[test]
fn shared_iterations_left_at_the_end_are_dropped() {
    let members = json!({"executor": "shared-iterations", "vus": 1, "iterations": 10, "maxDuration": "1s",
        "gracefulStop": "2s"});
    let seen = run_one(members, |_, _| Act::Take(700));
    assert_eq!(seen.times(), [(1, 0, 700), (1, 700, 1400)]);
    assert_eq!(seen.control.scenario(0).dropped(), 8);
    assert_eq!(seen.control.scenario(0).started(), 2);
}

#[test]
fn per_vu_iterations_are_each_users_own() {
    let members = json!({"executor": "per-vu-iterations", "vus": 3, "iterations": 4});
    let seen = run_one(members, |vu, _| Act::Take(100 * vu));
    for vu in 1..=3 {
        let own: Vec<_> = seen.entries.iter().filter(|entry| entry.vu == vu).collect();
        let counts: Vec<_> = own.iter().map(|entry| entry.iteration.in_vu).collect();
        assert_eq!(counts, [0, 1, 2, 3], "user {vu}");
    }
    assert_eq!(seen.numbers(), (0..12).collect::<Vec<_>>());
    assert_eq!(seen.at(seen.begin + seen.finished.elapsed), 1200);
}

#[test]
fn per_vu_iterations_left_at_the_end_are_dropped() {
    let members = json!({"executor": "per-vu-iterations", "vus": 2, "iterations": 5, "maxDuration": "1s"});
    let seen = run_one(members, |vu, _| Act::Take(if vu == 1 { 100 } else { 400 }));
    assert_eq!(seen.control.iterations_completed(), 5 + 3);
    assert_eq!(seen.control.scenario(0).dropped(), 2);
}

#[test]
fn constant_users_iterate_back_to_back_and_may_finish() {
    let members = json!({"executor": "constant-vus", "vus": 5, "duration": "2s"});
    let seen = run_one(members, |_, _| Act::Take(300));
    assert_eq!(seen.count(Completed), 5 * 7);
    assert_eq!(seen.at(seen.begin + seen.finished.elapsed), 2100);
    assert_eq!(seen.control.iterations_interrupted(), 0);
    assert_eq!(seen.made.len(), 5);
    assert_eq!(seen.closed.len(), 5, "every user is closed");
}

#[test]
fn a_graceful_stop_ends_what_still_runs() {
    for (grace, end_ms) in [("0s", 1000), ("1500ms", 2500)] {
        let members = json!({"executor": "constant-vus", "vus": 2, "duration": "1s", "gracefulStop": grace});
        let seen = run_one(members, |_, _| Act::Hang);
        assert_eq!(seen.count(Interrupted), 2, "{grace}");
        assert_eq!(seen.times(), [(1, 0, end_ms), (2, 0, end_ms)], "{grace}");
        assert_eq!(seen.control.iterations_completed(), 0);
        assert_eq!(seen.control.iterations_interrupted(), 2);
    }
}

#[test]
fn failed_iterations_count_as_completed() {
    let members = json!({"executor": "per-vu-iterations", "vus": 1, "iterations": 3});
    let seen = run_one(members, |_, it| if it.in_vu == 1 { Act::Fail } else { Act::Done });
    assert_eq!((seen.count(Completed), seen.count(Failed)), (2, 1));
    assert_eq!(seen.control.iterations_completed(), 3);
}

#[test]
fn ramps_let_users_in_and_out_at_exact_times() {
    let members = json!({"executor": "ramping-vus", "startVUs": 1, "gracefulRampDown": "0s", "stages": [
        {"duration": "1s", "target": 3}, {"duration": "1s", "target": 3}, {"duration": "2s", "target": 1},
    ]});
    let seen = run_one(members, |_, _| Act::Hang);
    // Up: users 2 and 3 at 0.5 s and 1 s. Down: user 3 leaves at 3 s, user 2 at the very end, which is the
    // scenario's own and has its graceful stop of 30 s, as has user 1.
    assert_eq!(seen.times(), [(1, 0, 34_000), (2, 500, 34_000), (3, 1000, 3000)]);
}

#[test]
fn a_stage_of_no_length_jumps() {
    let members = json!({"executor": "ramping-vus", "startVUs": 0, "gracefulStop": "0s", "gracefulRampDown": "0s",
        "stages": [{"duration": "0s", "target": 3}, {"duration": "300ms", "target": 3},
            {"duration": "0s", "target": 1}, {"duration": "200ms", "target": 1}]});
    let seen = run_one(members, |_, _| Act::Hang);
    assert_eq!(seen.times(), [(1, 0, 500), (2, 0, 300), (3, 0, 300)]);
}

#[test]
fn a_user_that_the_ramp_takes_back_in_time_goes_on() {
    let members = json!({"executor": "ramping-vus", "startVUs": 1, "gracefulStop": "0s", "gracefulRampDown": "1s",
        "stages": [{"duration": "1s", "target": 1}, {"duration": "0s", "target": 0},
            {"duration": "500ms", "target": 0}, {"duration": "0s", "target": 1}, {"duration": "1s", "target": 1}]});
    let seen = run_one(members.clone(), |_, _| Act::Hang);
    assert_eq!(seen.times(), [(1, 0, 2500)], "its iteration runs through the gap");
    let seen = run_one(members, |_, _| Act::Take(400));
    let starts: Vec<_> = seen.times().iter().map(|time| time.1).collect();
    assert_eq!(starts, [0, 400, 800, 1500, 1900, 2300], "none starts in the gap");
    assert_eq!(seen.made.len(), 1);
}

#[test]
fn a_ramp_lasts_its_length_without_users() {
    let members = json!({"executor": "ramping-vus", "startVUs": 1, "stages": [
        {"duration": "0s", "target": 0}, {"duration": "3s", "target": 0}, {"duration": "2s", "target": 2}]});
    let seen = run_one(members, |_, _| Act::Take(100));
    assert_eq!(seen.times()[0], (1, 4000, 4100));
    assert_eq!(seen.at(seen.begin + seen.finished.elapsed), 5000);
}

#[test]
fn scenarios_that_do_not_overlap_share_users() {
    let plan = plan(&[
        ("a", json!({"executor": "per-vu-iterations", "vus": 1, "maxDuration": "1s", "gracefulStop": "0s"})),
        ("b", json!({"executor": "per-vu-iterations", "vus": 1, "startTime": "1500ms"})),
        ("c", json!({"executor": "per-vu-iterations", "vus": 2, "startTime": "1600ms"})),
    ]);
    let seen = run(&plan, Scripted::new(|_, _| Act::Take(200)));
    let mut facts: Vec<_> = seen
        .entries
        .iter()
        .map(|entry| {
            let it = entry.iteration;
            (it.scenario, entry.vu, it.in_vu, it.in_vu_scenario, seen.at(it.started))
        })
        .collect();
    facts.sort_unstable();
    assert_eq!(facts, [(0, 1, 0, 0, 0), (1, 1, 1, 0, 1500), (2, 2, 0, 0, 1600), (2, 3, 0, 0, 1600)]);
    let mut made = seen.made;
    made.sort_unstable();
    assert_eq!(made, [(1, 1), (2, 2), (3, 3)]);
}
