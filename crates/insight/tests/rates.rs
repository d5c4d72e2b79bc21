//! How often `compare` and `gate` are wrong, and how often they find what is there: seeded simulations of the functions
//! that the commands call, with lognormal noise from run to run.

use plimsoll_insight::{Decision, Figure, Key, Kind, Policy, Profile, Run, Side, compare, gate};
use stats::compare::{Change, Design};
use stats::few::Within;
use stats::rng::Random;

/// Runs of `series` latencies, each `factor` times 100 ms with its own noise.
fn side(runs: usize, series: usize, factor: f64, noise: f64, random: &mut Random) -> Side {
    let runs = (0..runs).map(|i| {
        let mut run = Run { id: i.to_string(), trusted: true, ..Run::default() };
        for endpoint in 0..series {
            let value = 100.0 * factor * (noise * random.normal()).exp();
            // As sure of itself as a run of some ten thousand requests.
            let within = Some(Within { value: value.ln(), error: 0.01, df: 19.0 });
            let figure = Figure { within, ..Figure::new(Kind::Latency, value) };
            run.figures.insert(Key::new(format!("/{endpoint}"), "p95"), figure);
        }
        run
    });
    Side { name: String::new(), runs: runs.collect() }
}

/// Runs a side, series, and what noise there is.
#[derive(Clone, Copy)]
struct Case {
    runs: (usize, usize),
    series: usize,
    noise: f64,
    factor: f64,
    design: Design,
}

/// What 2,000 repetitions may show of a method whose error is 5 %: two standard errors more.
const NOMINAL: f64 = 0.06;

const FIVE: Case = Case { runs: (5, 5), series: 1, noise: 0.02, factor: 1.0, design: Design::Separate };

/// Share of 2,000 repetitions in which `wrong` holds for the two sides.
fn share(case: Case, mut holds: impl FnMut(&Side, &Side) -> bool) -> f64 {
    let repetitions = 2_000;
    let hits = (0..repetitions).filter(|seed| {
        let mut random = Random::new(*seed);
        let a = side(case.runs.0, case.series, 1.0, case.noise, &mut random);
        let b = side(case.runs.1, case.series, case.factor, case.noise, &mut random);
        holds(&a, &b)
    });
    hits.count() as f64 / repetitions as f64
}

/// Share of comparisons that call anything better or worse.
fn called(case: Case, minimum_effect: f64) -> f64 {
    let profile = Profile::default().with_minimum_effect(minimum_effect);
    share(case, |a, b| {
        let report = compare(a, b, case.design, &profile);
        report.count(Change::Worse) + report.count(Change::Better) > 0
    })
}

/// Share of gates that fail.
fn failed(case: Case, profile: &Profile) -> f64 {
    share(case, |a, b| gate(a, b, case.design, profile, Policy::default()).decision == Decision::Fail)
}

#[track_caller]
fn at_most(what: &str, got: f64, most: f64) {
    println!("{what}: {got:.4}");
    assert!(got <= most, "{what}: {got:.4} is more than {most}");
}

#[track_caller]
fn at_least(what: &str, got: f64, least: f64) {
    println!("{what}: {got:.4}");
    assert!(got >= least, "{what}: {got:.4} is less than {least}");
}

#[test]
fn compare_raises_few_false_alarms() {
    for noise in [0.01, 0.02, 0.05] {
        // The bare test first, which no minimum effect protects.
        let case = Case { noise, ..FIVE };
        at_most(&format!("5 against 5, noise {noise}, no minimum effect"), called(case, 0.0), 0.05);
        let rounds = Case { design: Design::Rounds, ..case };
        at_most(&format!("5 rounds, noise {noise}, no minimum effect"), called(rounds, 0.0), NOMINAL);
        for case in [case, rounds] {
            at_most(&format!("noise {noise}, default"), called(case, 0.05), 0.05);
        }
        for runs in [(3, 3), (1, 5), (2, 4), (4, 1)] {
            let few = Case { runs, noise, ..FIVE };
            at_most(&format!("{runs:?}, noise {noise}, no minimum effect"), called(few, 0.0), NOMINAL);
        }
    }
}

#[test]
fn many_series_raise_no_more_alarms_than_one() {
    let many = Case { series: 12, ..FIVE };
    at_most("any of 12 series, no minimum effect", called(many, 0.0), 0.05);
}

/// A single run a side: right as long as runs differ by no more than is assumed, wrong beyond that, as the docs say.
#[test]
fn single_runs_are_as_good_as_what_is_assumed_of_them() {
    let single = Case { runs: (1, 1), ..FIVE };
    for noise in [0.01, 0.02, 0.05] {
        at_most(&format!("1 against 1, noise {noise}"), called(Case { noise, ..single }, 0.0), NOMINAL);
    }
    at_least("1 against 1, noise 10 %", called(Case { noise: 0.1, ..single }, 0.0), 0.1);
    at_least("1 against 1, half as slow again", called(Case { factor: 1.5, ..single }, 0.05), 0.99);
    at_most("1 against 1, a tenth slower cannot be told", called(Case { factor: 1.1, ..single }, 0.05), 0.2);
}

#[test]
fn the_gate_raises_hardly_any() {
    let check = |name: &str, case: Case, profile: &Profile| {
        let what = format!("gate, {name}, noise {}, margin {}", case.noise, profile.latency.relative);
        at_most(&what, failed(case, profile), 0.01);
    };
    for noise in [0.01, 0.02, 0.05, 0.1] {
        let five = Case { noise, ..FIVE };
        let rounds = Case { design: Design::Rounds, ..five };
        for profile in [Profile::default(), Profile::strict(), Profile::field()] {
            check("5 against 5", five, &profile);
            check("5 rounds", rounds, &profile);
        }
        check("5 against 1", Case { runs: (5, 1), ..five }, &Profile::default());
    }
    check("12 series", Case { series: 12, noise: 0.1, ..FIVE }, &Profile::strict());
}

#[test]
fn a_tenth_slower_is_found() {
    let slower = Case { factor: 1.1, ..FIVE };
    let rounds = Case { design: Design::Rounds, ..slower };
    at_least("compare, 5 against 5", called(slower, 0.05), 0.9);
    at_least("compare, 5 rounds", called(rounds, 0.05), 0.9);
    at_least("gate, 5 against 5", failed(slower, &Profile::default()), 0.9);
    at_least("gate, 5 rounds", failed(rounds, &Profile::default()), 0.9);
    // With one series that is slower among twelve that are all asked about.
    let one_of_many = share(Case { factor: 1.0, series: 12, ..FIVE }, |a, b| {
        let mut b = b.clone();
        for figure in b.runs.iter_mut().filter_map(|run| run.figures.get_mut(&Key::new("/3", "p95"))) {
            figure.value *= 1.1;
        }
        gate(a, &b, Design::Separate, &Profile::default(), Policy::default()).decision == Decision::Fail
    });
    at_least("gate, one of 12 series", one_of_many, 0.85);
}

#[test]
fn no_failure_among_few_requests_is_not_called_the_same() {
    let check = |requests: u64, expected: Change| {
        let side = || {
            let run = |i: usize| {
                let figure = Figure { samples: requests, ..Figure::new(Kind::Errors, 0.0) };
                Run { id: i.to_string(), trusted: true, figures: [(Key::new("", "failed"), figure)].into() }
            };
            Side { name: String::new(), runs: (0..5).map(run).collect() }
        };
        let report = compare(&side(), &side(), Design::Separate, &Profile::default());
        assert_eq!(report.findings[0].change(), expected, "{requests} requests a run");
    };
    check(100, Change::Inconclusive);
    // Three in a thousand of none: 3,000 requests a side tell a tenth of a point.
    check(1_000, Change::Same);
}
