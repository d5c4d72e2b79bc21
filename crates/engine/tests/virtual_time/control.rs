//! What goes wrong, and who may say stop: aborts, pauses, panics, users that do not end.

use crate::support::{Act, Scripted, plan, run, run_one, run_watched};
use metrics::{Sink, builtin};
use model::Nanos;
use plimsoll_engine::Phase::{Over, Running, Waiting};
use plimsoll_engine::{AbortCause, IterationEnd, RunEvent};
use serde_json::json;

#[test]
fn a_panic_ends_one_iteration_and_the_user_is_replaced() {
    let members = json!({"executor": "per-vu-iterations", "vus": 2, "iterations": 3});
    let seen = run_one(members, |vu, it| if vu == 1 && it.in_vu == 1 { Act::Panic } else { Act::Take(10) });
    assert_eq!(seen.count(IterationEnd::Completed), 5);
    assert_eq!(seen.control.iterations_interrupted(), 1);
    assert_eq!(seen.made.iter().filter(|made| made.0 == 1).count(), 2);
    assert_eq!(seen.activated.iter().filter(|entry| entry.0 == 1).count(), 2);
    assert_eq!(seen.log(), ["panic in a virtual user error=scripted panic scenario=s vu=1"]);
    assert!(seen.finished.abort.is_none());
}

#[test]
fn a_lost_user_is_replaced_in_an_arrival_rate_too() {
    let members =
        json!({"executor": "constant-arrival-rate", "rate": 10, "duration": "1s", "preAllocatedVUs": 1});
    let seen = run_one(members, |_, it| if it.in_vu % 3 == 2 { Act::Lost } else { Act::Take(20) });
    assert_eq!(seen.entries.len(), 10);
    assert_eq!(seen.control.iterations_completed(), 7);
    assert_eq!(seen.made.len(), 4);
    assert_eq!(seen.control.scenario(0).dropped(), 0);
}

#[test]
fn a_user_that_does_not_end_is_abandoned_in_the_end() {
    let members = json!({"executor": "constant-vus", "vus": 2, "duration": "1s", "gracefulStop": "1s"});
    let seen = run_one(members, |vu, _| if vu == 2 { Act::Stubborn } else { Act::Take(300) });
    assert_eq!(seen.at(seen.begin + seen.finished.elapsed), 12_000);
    let log = seen.log();
    assert_eq!(log, ["virtual user abandoned error=it did not end after being interrupted scenario=s vu=2"]);
    assert_eq!(seen.control.iterations_interrupted(), 1);
}

#[test]
fn an_abort_interrupts_everything_at_once() {
    let plan = plan(&[
        ("closed", json!({"executor": "constant-vus", "vus": 3, "duration": "1m"})),
        ("later", json!({"executor": "constant-vus", "vus": 3, "duration": "1m", "startTime": "30s"})),
        (
            "open",
            json!({"executor": "constant-arrival-rate", "rate": 1, "duration": "1m", "preAllocatedVUs": 4}),
        ),
        ("shared", json!({"executor": "shared-iterations", "vus": 1, "iterations": 100})),
    ]);
    let seen = run_watched(&plan, Scripted::new(|_, _| Act::Hang), |event, control| {
        if let RunEvent::Progress(progress) = event
            && progress.elapsed >= Nanos::from_secs(3)
        {
            control.abort(AbortCause::Script, "enough");
            control.abort(AbortCause::Signal, "too late");
        }
    });
    let abort = seen.finished.abort.as_ref().unwrap();
    assert_eq!((abort.cause, abort.message.as_str()), (AbortCause::Script, "enough"));
    assert!(seen.finished.elapsed < Nanos::from_secs(5), "{:?}", seen.finished.elapsed);
    assert_eq!(seen.count(IterationEnd::Interrupted), seen.entries.len());
    assert_eq!(seen.control.iterations_interrupted(), 3 + 4 + 1);
    assert_eq!(seen.control.scenarios().iter().map(plimsoll_engine::ScenarioState::dropped).sum::<u64>(), 0);
    assert!(seen.control.kill_at() <= seen.begin);
}

#[test]
fn a_user_that_cannot_be_made_ends_the_run_before_it_starts() {
    let mut source = Scripted::new(|_, _| Act::Done);
    source.unmakeable = Some(3);
    let members = json!({"executor": "constant-vus", "vus": 4, "duration": "1s"});
    let seen = run(&plan(&[("s", members)]), source);
    let abort = seen.finished.abort.unwrap();
    assert_eq!((abort.cause, abort.message.as_str()), (AbortCause::Init { by_script: true }, "no such user"));
    assert!(seen.entries.is_empty());
    assert!(
        !seen
            .events
            .iter()
            .any(|event| matches!(event, RunEvent::VusReady { .. } | RunEvent::Started { .. }))
    );
    assert_eq!(seen.finished.elapsed, Nanos::ZERO);
}

#[test]
fn nothing_starts_while_paused() {
    let mut plan = plan(&[
        ("s", json!({"executor": "constant-vus", "vus": 1, "duration": "10s"})),
        (
            "open",
            json!({"executor": "constant-arrival-rate", "rate": 1, "duration": "10s", "preAllocatedVUs": 1}),
        ),
    ]);
    plan.threads = 1;
    let seen = run_watched(&plan, Scripted::new(|_, _| Act::Take(500)), |event, control| {
        if let RunEvent::Progress(progress) = event {
            let second = progress.elapsed.0 / 1_000_000_000;
            match second {
                3 => control.pause(true),
                6 => control.pause(false),
                _ => {}
            }
        }
    });
    let starts: Vec<_> = seen.times().iter().map(|time| time.1).collect();
    assert!(!starts.iter().any(|&start| (4_000..6_000).contains(&start)), "{starts:?}");
    assert!(starts.iter().any(|&start| start >= 6_000));
    assert_eq!(seen.control.scenario(1).dropped(), 0, "what is left out during a pause is not dropped");
}

#[test]
fn a_pause_before_the_start_delays_it() {
    let mut plan = plan(&[("s", json!({"executor": "per-vu-iterations", "iterations": 1}))]);
    plan.paused = true;
    let mut told = Vec::new();
    let seen = run_watched(&plan, Scripted::new(|_, _| Act::Take(10)), |event, control| match event {
        RunEvent::VusReady { vus, .. } => {
            told.push(format!("ready {vus}"));
            control.pause(false);
        }
        RunEvent::Started { .. } => told.push("started".to_string()),
        _ => {}
    });
    assert_eq!(told, ["ready 1", "started"]);
    assert_eq!(seen.entries.len(), 1);
}

#[test]
fn failures_are_kept_and_do_not_end_the_run() {
    let plan = plan(&[("s", json!({"executor": "per-vu-iterations", "vus": 1, "iterations": 2}))]);
    let seen = run_watched(&plan, Scripted::new(|_, _| Act::Take(10)), |event, control| {
        if matches!(event, RunEvent::Started { .. }) {
            control.mark_failed("not good");
        }
    });
    assert_eq!(seen.finished.failures, ["not good"]);
    assert_eq!(seen.control.iterations_completed(), 2);
}

#[test]
fn start_times_and_progress_are_told() {
    let plan = plan(&[
        ("first", json!({"executor": "constant-vus", "vus": 1, "duration": "4s", "gracefulStop": "0s"})),
        ("second", json!({"executor": "shared-iterations", "iterations": 4, "startTime": "6s"})),
    ]);
    let seen = run(&plan, Scripted::new(|_, _| Act::Take(500)));
    let progress: Vec<_> = seen
        .events
        .iter()
        .filter_map(|event| match event {
            RunEvent::Progress(progress) => {
                Some(progress.scenarios.iter().map(|s| s.phase).collect::<Vec<_>>())
            }
            _ => None,
        })
        .collect();
    assert_eq!(progress[1], [Running, Waiting]);
    assert_eq!(progress[5], [Over, Waiting]);
    assert_eq!(progress[6], [Over, Running]);
    assert!((seen.control.scenario(0).progress(Nanos::MAX) - 1.0).abs() < f64::EPSILON);
    let second: Vec<_> = seen.entries.iter().filter(|entry| entry.iteration.scenario == 1).collect();
    assert_eq!(seen.at(second[0].iteration.started), 6000);
    assert_eq!(second.len(), 4);
}

#[test]
fn frames_come_from_every_worker_every_second() {
    let members = json!({"executor": "constant-vus", "vus": 2, "duration": "3s", "gracefulStop": "0s"});
    let seen = run_one(members, |_, _| Act::Take(100));
    for worker in 0..2 {
        let spans: Vec<_> = seen
            .events
            .iter()
            .filter_map(|event| match event {
                RunEvent::Frame(frame) if frame.worker == worker => Some((frame.from, frame.to)),
                _ => None,
            })
            .collect();
        assert!(spans.len() >= 3, "worker {worker}: {spans:?}");
        assert!(spans.windows(2).all(|pair| pair[0].1 == pair[1].0), "without gaps: {spans:?}");
    }
    assert!(matches!(seen.events.last(), Some(RunEvent::Finished(_))));
}

#[test]
fn the_engines_own_samples_reach_the_aggregate() {
    let members = json!({"executor": "constant-arrival-rate", "rate": 10, "duration": "3s", "preAllocatedVUs": 2,
        "tags": {"team": "x", "env": "own"}});
    let mut plan = plan(&[("s", members)]);
    plan.tags = vec![("env".to_string(), "run".to_string()), ("region".to_string(), "north".to_string())];
    let seen = run(&plan, Scripted::new(|_, _| Act::Take(400)));
    let started = seen.entries.len() as u64;
    assert!((seen.aggregate.count(builtin::DROPPED_ITERATIONS) - (30 - started) as f64).abs() < 1e-9);
    assert_eq!(seen.aggregate.schedule_lag().count(), started);
    let tags_of = |metric| -> Vec<String> {
        let series = seen.aggregate.series().filter(|series| series.0 == metric);
        let text = series.map(|series| {
            series
                .1
                .iter()
                .map(|(key, value)| format!("{key}={value} "))
                .collect::<String>()
                .trim()
                .to_string()
        });
        let mut texts: Vec<String> = text.collect();
        texts.dedup();
        texts
    };
    assert_eq!(tags_of(builtin::DROPPED_ITERATIONS), ["env=own region=north scenario=s team=x"]);
    assert_eq!(tags_of(builtin::VUS), ["env=run region=north"]);
    assert!(
        matches!(seen.aggregate.total(builtin::VUS_MAX), Some(Sink::Gauge { max, .. }) if (*max - 2.0).abs() < 1e-9)
    );
}

#[test]
fn a_short_run_has_no_gauges() {
    let members = json!({"executor": "shared-iterations", "vus": 2, "iterations": 5});
    let seen = run_one(members, |_, _| Act::Done);
    assert!(seen.aggregate.total(builtin::VUS).is_none());
}
