//! Findings from figures: sides with known differences go in.

use plimsoll_insight::{
    Decision, Figure, Key, Kind, Objective, Open, Outcome, Policy, Profile, Run, Side, calibrate, compare,
    gate, judge_all,
};
use stats::batches::Slice;
use stats::compare::{Change, Design, Refusal};
use stats::rng::Random;
use stats::sla::Verdict;

/// Runs of two endpoints; figures are multiplied by `latency`, `throughput` and shifted by `errors`, with 1 % noise.
fn side(name: &str, runs: usize, latency: f64, throughput: f64, errors: f64, seed: u64) -> Side {
    let mut random = Random::new(seed);
    let runs = (0..runs)
        .map(|i| {
            let mut run = Run { id: format!("{name}-{i}"), trusted: true, ..Run::default() };
            let mut noisy = |value: f64| value * (0.01 * random.normal()).exp();
            let mut put = |endpoint: &str, figure: &str, kind, value| {
                run.figures.insert(Key::new(endpoint, figure), Figure::new(kind, value));
            };
            put("/cart", "p95", Kind::Latency, noisy(200.0 * latency));
            put("/search", "p95", Kind::Latency, noisy(80.0));
            put("", "requests a second", Kind::Throughput, noisy(500.0 * throughput));
            put("", "errors", Kind::Errors, noisy(0.002) + errors);
            put("", "memory", Kind::Memory, noisy(4e8));
            run
        })
        .collect();
    Side { name: name.to_owned(), runs }
}

fn change_of(report: &plimsoll_insight::ComparisonReport, endpoint: &str, figure: &str) -> Change {
    report.findings.iter().find(|f| f.key == Key::new(endpoint, figure)).expect("was compared").change()
}

#[test]
fn what_changed_is_found_and_the_rest_is_the_same() {
    let (a, b) = (side("old", 5, 1.0, 1.0, 0.0, 1), side("new", 5, 1.15, 0.8, 0.02, 2));
    for design in [Design::Separate, Design::Rounds] {
        let report = compare(&a, &b, design, &Profile::default());
        assert_eq!(change_of(&report, "/cart", "p95"), Change::Worse);
        assert_eq!(change_of(&report, "", "requests a second"), Change::Worse, "less is worse");
        assert_eq!(change_of(&report, "", "errors"), Change::Worse);
        assert_eq!(change_of(&report, "/search", "p95"), Change::Same);
        assert_eq!(change_of(&report, "", "memory"), Change::Same);
        assert_eq!(report.count(Change::Worse), 3);
        assert!(report.findings[..3].iter().all(|f| f.change() == Change::Worse), "worst first");
    }
    let back = compare(&b, &a, Design::Separate, &Profile::default());
    assert_eq!(change_of(&back, "/cart", "p95"), Change::Better);
}

/// A side with one figure, a value a run.
fn figure(values: &[f64]) -> Side {
    let run = |value: &f64| Run {
        figures: [(Key::new("", "p95"), Figure::new(Kind::Latency, *value))].into(),
        trusted: true,
        ..Run::default()
    };
    Side { name: String::new(), runs: values.iter().map(run).collect() }
}

#[test]
fn before_and_after_differ_by_the_change() {
    // The medians rise from 101 to 103; the means fall.
    let report = compare(
        &figure(&[100.0, 101.0, 150.0]),
        &figure(&[102.0, 103.0, 104.0]),
        Design::Separate,
        &Profile::default(),
    );
    let finding = &report.findings[0];
    assert!(finding.before > finding.after, "{finding:?}");
    let mut random = Random::new(17);
    for runs in [2, 3, 4, 5, 8] {
        for design in [Design::Separate, Design::Rounds] {
            let mut values = || (0..runs).map(|_| 100.0 * (0.3 * random.normal()).exp()).collect::<Vec<_>>();
            let (a, b) = (values(), values());
            let report = compare(&figure(&a), &figure(&b), design, &Profile::default());
            let finding = &report.findings[0];
            let Outcome::Compared { comparison, .. } = finding.outcome else { continue };
            let step = finding.after / finding.before;
            assert!((step / comparison.effect - 1.0).abs() < 1e-9, "{runs} runs: {finding:?}");
            let (low, high) =
                a.iter().chain(&b).fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
            assert!(low * 0.5 < finding.before && finding.before < high * 2.0, "{finding:?}");
        }
    }
}

#[test]
fn what_is_open_says_why() {
    let base = [100.0, 101.0, 99.0, 102.0, 98.0];
    let slight = [104.0, 105.0, 107.0, 100.5, 109.0];
    let open = |report: &plimsoll_insight::ComparisonReport, name: &str| {
        let found = report.findings.iter().find(|f| f.key.figure == name).expect("was compared");
        (found.change(), found.open_for(0.95))
    };
    let sides = |others: usize| -> (Side, Side) {
        let side = |values: &[f64; 5]| {
            let mut side = figure(values);
            for (at, run) in side.runs.iter_mut().enumerate() {
                for other in 0..others {
                    let key = Key::new("", format!("other {other}"));
                    run.figures.insert(key, Figure::new(Kind::Latency, base[(at + other) % 5]));
                }
            }
            side
        };
        (side(&base), side(&slight))
    };
    let (a, b) = sides(0);
    let alone = compare(&a, &b, Design::Separate, &Profile::default());
    assert_eq!(open(&alone, "p95"), (Change::Worse, None));
    let (a, b) = sides(30);
    let among = compare(&a, &b, Design::Separate, &Profile::default());
    assert_eq!(open(&among, "p95"), (Change::Inconclusive, Some(Open::Family)));
    assert_eq!(open(&among, "other 3"), (Change::Same, None));
    let small =
        compare(&figure(&base), &figure(&base.map(|v| v * 1.045)), Design::Separate, &Profile::default());
    assert_eq!(open(&small, "p95"), (Change::Inconclusive, Some(Open::Size)));
    let noise = compare(
        &figure(&base),
        &figure(&[90.0, 120.0, 95.0, 130.0, 70.0]),
        Design::Separate,
        &Profile::default(),
    );
    assert_eq!(open(&noise, "p95"), (Change::Inconclusive, None), "its interval has 0 in it");
}

#[test]
fn profiles_differ_in_what_matters() {
    let (a, b) = (side("old", 5, 1.0, 1.0, 0.0, 3), side("new", 5, 1.15, 1.0, 0.0, 4));
    let decide = |profile: &Profile| gate(&a, &b, Design::Separate, profile, Policy::default()).decision;
    assert_eq!(decide(&Profile::default()), Decision::Fail, "15 % matters by default");
    assert_eq!(decide(&Profile::field()), Decision::Pass, "the field's gate allows 20 %");
    let worse = side("new", 5, 1.3, 1.0, 0.0, 5);
    let report = gate(&a, &worse, Design::Separate, &Profile::field(), Policy::default());
    assert_eq!(report.decision, Decision::Fail);
    assert_eq!(report.regressions().map(|f| f.key.endpoint.as_str()).collect::<Vec<_>>(), ["/cart"]);
}

#[test]
fn policies_and_what_cannot_be_judged() {
    let a = side("old", 5, 1.0, 1.0, 0.0, 6);
    let few = |runs: usize| Side { name: "few".to_owned(), runs: a.runs[..runs].to_vec() };
    let report = gate(&few(2), &few(1), Design::Separate, &Profile::default(), Policy::default());
    assert_eq!(report.decision, Decision::NotJudged);
    assert!(report.comparison.findings.iter().all(|f| f.outcome == Outcome::Refused(Refusal::TooFewRuns)));
    let mut untrusted = side("new", 5, 1.5, 1.0, 0.0, 8);
    for run in &mut untrusted.runs[..4] {
        run.trusted = false;
    }
    let report = gate(&a, &untrusted, Design::Separate, &Profile::default(), Policy::default());
    assert_eq!(
        (report.decision, report.comparison.untrusted.len()),
        (Decision::Fail, 4),
        "one run tells 50 %"
    );
    untrusted.runs[4].trusted = false;
    let report = gate(&a, &untrusted, Design::Separate, &Profile::default(), Policy::default());
    assert_eq!((report.decision, report.comparison.untrusted.len()), (Decision::NotJudged, 5));
    for run in &mut untrusted.runs[..3] {
        run.trusted = true;
    }
    let rounds = gate(&a, &untrusted, Design::Rounds, &Profile::default(), Policy::default());
    assert_eq!(rounds.decision, Decision::Fail, "three whole rounds tell 50 %");
    let mut gone = side("new", 5, 1.0, 1.0, 0.0, 9);
    for run in &mut gone.runs {
        run.figures.remove(&Key::new("/search", "p95"));
        run.figures.insert(Key::new("/find", "p95"), Figure::new(Kind::Latency, 80.0));
    }
    let strict = Policy { fail_on_gone: true, ..Policy::default() };
    let report = gate(&a, &gone, Design::Separate, &Profile::default(), strict);
    assert_eq!(report.decision, Decision::Fail);
    assert_eq!(report.comparison.gone, [Key::new("/search", "p95")]);
    assert_eq!(report.comparison.new, [Key::new("/find", "p95")]);
    let mut unclear = side("new", 5, 1.0, 1.0, 0.0, 10);
    for (run, value) in unclear.runs.iter_mut().zip([190.0, 196.0, 206.0, 214.0, 222.0]) {
        run.figures.insert(Key::new("/cart", "p95"), Figure::new(Kind::Latency, value));
    }
    let lenient = gate(&a, &unclear, Design::Separate, &Profile::default(), Policy::default());
    assert_eq!(
        (lenient.decision, change_of(&lenient.comparison, "/cart", "p95")),
        (Decision::Pass, Change::Inconclusive)
    );
    assert!(lenient.runs_to_decide.is_some());
    let strict = Policy { fail_on_inconclusive: true, ..Policy::default() };
    assert_eq!(gate(&a, &unclear, Design::Separate, &Profile::default(), strict).decision, Decision::Fail);
}

#[test]
fn the_gate_is_calibrated_on_runs_of_one_build() {
    let runs = side("same", 40, 1.0, 1.0, 0.0, 11).runs;
    let found = calibrate(&runs, 5, 200, &Profile::default(), 1).expect("enough runs");
    assert!(found.rate <= 0.01, "{found:?}");
    assert!(
        found.interval.contains(found.rate) && found.interval.upper > 0.3,
        "four pairs of sides tell little"
    );
    assert_eq!(calibrate(&runs, 5, 200, &Profile::default(), 1), Some(found), "the seed decides");
    // A system whose mood changes from run to run by half raises alarms, and calibration shows it.
    let mut moody = runs;
    for (i, run) in moody.iter_mut().enumerate() {
        for figure in run.figures.values_mut() {
            figure.value *= if i % 2 == 0 { 1.0 } else { 1.5 };
        }
    }
    let easy = Profile { alarm_level: 0.8, ..Profile::default() };
    let rate =
        |runs: &[Run], profile: &Profile| calibrate(runs, 5, 200, profile, 1).expect("enough runs").rate;
    assert!(rate(&moody, &easy) > 0.02 && rate(&moody, &Profile::default()) <= 0.01, "99 % is what protects");
    assert_eq!(calibrate(&moody[..8], 5, 200, &Profile::default(), 1), None);
}

#[test]
fn objectives_of_a_run() {
    let objective = |text: &str, allowed: f64, hits: u64| Objective {
        text: text.to_owned(),
        allowed,
        slices: (0..60).map(|i| Slice::new(hits + i % 2, 100)).collect(),
        slice_s: 1.0,
    };
    let all = [objective("p95<500", 0.05, 1), objective("p95<400", 0.05, 4)];
    let (verdict, judged) = judge_all(&all, 0.95, true);
    assert_eq!(verdict, Verdict::Inconclusive);
    assert_eq!((judged[0].judgement.verdict, judged[0].seconds_more), (Verdict::Pass, None));
    assert!(judged[1].seconds_more.is_some_and(|s| s > 0.0));
    assert_eq!(judge_all(&all[..1], 0.95, true).0, Verdict::Pass);
    assert_eq!(judge_all(&all[..1], 0.95, false).0, Verdict::Inconclusive, "an untrusted run passes nothing");
    assert_eq!(judge_all(&[objective("p99<1", 0.01, 30)], 0.95, true).0, Verdict::Fail);
}
