//! The capacity search and the scalability law, against targets whose truth is known.

use crate::queue::Queue;
use crate::share::{share, within};
use plimsoll_stats::describe::quantile;
use plimsoll_stats::rng::Random;
use plimsoll_stats::search::{Answer, Limits, Search, Trial};
use plimsoll_stats::sla::judge;
use plimsoll_stats::usl::{Level, Peak, Weights, fit, throughput};

/// One server of 100/s with random arrivals keeps "p95 ≤ 100 ms" up to 70.043/s.
const TRUTH: f64 = 70.043;

fn trial(load: f64, seconds: f64, random: &mut Random) -> Trial {
    if load >= 99.0 {
        return Trial::Judged(plimsoll_stats::sla::Verdict::Fail);
    }
    let mut queue = Queue::new(load, 100.0, random);
    let slices = queue.slices(seconds as usize, 1.0, 0.1, random);
    Trial::Judged(judge(&slices, 0.05, 0.95).verdict)
}

/// A18: the load said to be kept is really kept in at least 97 % of searches.
#[test]
fn over_claims_of_the_search() {
    let mut answers = Vec::new();
    let rounds = 200;
    let over = share(rounds, 1, |random| {
        let mut search = Search::new(Limits::from(20.0));
        for _ in 0..100 {
            let Some(plan) = search.next() else { break };
            search.observe(trial(plan.load, plan.seconds, random));
        }
        let Some(Answer::Bracket { kept, .. }) = search.answer() else {
            panic!("ends: {:?}", search.answer())
        };
        answers.push(kept);
        kept > TRUTH
    });
    answers.sort_by(f64::total_cmp);
    println!(
        "kept: {:.1} to {:.1}, median {:.1}",
        answers[0],
        answers[answers.len() - 1],
        answers[answers.len() / 2]
    );
    within("over-claims", over, 0.0, 0.03);
    within("median answer", answers[answers.len() / 2], 0.85 * TRUTH, TRUTH);
    // A naive search compares the estimate with the limit.
    let naive = share(rounds, 2, |random| {
        let (mut low, mut high) = (20.0f64, 99.0f64);
        while high / low > 1.05 {
            let load = (low * high).sqrt();
            let mut queue = Queue::new(load, 100.0, random);
            let slices = queue.slices(60, 1.0, 0.1, random);
            let (hits, total) = slices.iter().fold((0, 0), |s, x| (s.0 + x.hits, s.1 + x.total));
            if (hits as f64) < 0.05 * total as f64 { low = load } else { high = load }
        }
        low > TRUTH
    });
    within("over-claims of a naive search, for comparison", naive, 0.15, 1.0);
}

/// The peak's interval holds the truth when the levels reach past it; where they do not, none is quoted as measured.
#[test]
fn peaks_of_the_scalability_law() {
    let truth = (0.97f64 / 0.0005).sqrt();
    let test = |sizes: &[f64], noise: f64, random: &mut Random| -> Peak {
        let levels: Vec<Level> = sizes
            .iter()
            .flat_map(|n| {
                let exact = throughput(0.03, 0.0005, 1_000.0, *n);
                (0..3)
                    .map(|_| Level { size: *n, throughput: exact * (noise * random.normal()).exp() })
                    .collect::<Vec<_>>()
            })
            .collect();
        fit(&levels, Weights::Relative).expect("can be fitted").peak(3, 0.95)
    };
    let wide = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 48.0, 64.0];
    let mut sizes = Vec::new();
    let held = share(300, 3, |random| match test(&wide, 0.02, random) {
        Peak::Measured { size, size_interval, .. } => {
            sizes.push(size);
            size_interval.contains(truth)
        }
        _ => false,
    });
    within("coverage of the peak", held, 0.92, 0.98);
    sizes.sort_by(f64::total_cmp);
    let spread = quantile(&sizes, 0.95, plimsoll_stats::describe::QuantileRule::Observed) / truth - 1.0;
    within("relative error of the peak, 95 %", spread, 0.0, 0.08);
    let narrow =
        share(300, 4, |random| matches!(test(&[1.0, 2.0, 4.0, 8.0], 0.02, random), Peak::Measured { .. }));
    within("peaks claimed from 1, 2, 4, 8", narrow, 0.0, 0.0);
}
