//! §7.1, §8, §11: ranks, means, families of questions, verdicts on changes.

use crate::close::{ends, near};
use plimsoll_stats::compare::{
    Change, Design, Question, Refusal, Scale, Worse, compare, judge_family, power, runs_needed,
};
use plimsoll_stats::means::{self, components, newcomer, ratio, values_per_run, welch};
use plimsoll_stats::multiple::{Family, bonferroni};
use plimsoll_stats::outliers;
use plimsoll_stats::rank::{
    attained_alpha, cliff_delta, delta_words, mann_whitney, paired_shift, shift, smallest_p,
};

const JSON_OLD: [f64; 10] = [1726.0, 1723.0, 1707.0, 1707.0, 1713.0, 1729.0, 1736.0, 1707.0, 1705.0, 1774.0];
const JSON_NEW: [f64; 10] = [1423.0, 1416.0, 1411.0, 1413.0, 1412.0, 1426.0, 1422.0, 1424.0, 1447.0, 1425.0];
const GOB_OLD: [f64; 10] = [3069.0, 3075.0, 3069.0, 3067.0, 3207.0, 3064.0, 3064.0, 3058.0, 3059.0, 3062.0];
const GOB_NEW: [f64; 10] = [3075.0, 3065.0, 3059.0, 3065.0, 3060.0, 3081.0, 3186.0, 3135.0, 3087.0, 3062.0];

/// §7.1, A21: Hollander and Wolfe's example, as in R's `?wilcox.test`.
#[test]
fn hollander_and_wolfe() {
    let x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    let y = [1.15, 0.88, 0.90, 0.74, 1.21];
    let test = mann_whitney(&x, &y).expect("not empty");
    near("W", test.u, 35.0, 0.0);
    near("greater", test.greater, 0.127_206_1, 1e-7);
    near("two-sided", test.two_sided, 0.254_412_3, 1e-7);
    let moved = shift(&x, &y, 0.95).expect("not empty");
    near("shift", moved.shift, 0.305, 1e-12);
    ends("95 %", moved.interval, -0.15, 0.76, 1e-12);
    near("level", moved.interval.level, 0.960_04, 1e-5);
    let moved = shift(&x, &y, 0.9).expect("not empty");
    ends("90 %", moved.interval, -0.08, 0.72, 1e-12);
    near("level", moved.interval.level, 0.900_77, 1e-5);
}

/// §7.1, A21: benchmark results with and without ties, in both orders of the arguments.
#[test]
fn exact_with_ties() {
    let sets: [(&[f64], &[f64], f64, f64); 8] = [
        (&JSON_OLD, &JSON_NEW, 1.082_5e-5, 1e-9),
        (&GOB_OLD, &GOB_NEW, 0.446_101_9, 1e-7),
        (&[115.0, 114.0, 115.0, 115.0, 115.0], &[78.8; 5], 0.007_936_5, 1e-7),
        (&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0], 0.007_936_5, 1e-7),
        (&[-1.0; 3], &[1.0; 3], 0.1, 1e-12),
        (&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0], 0.028_571_428_57, 1e-10),
        (&[1.0, -1.0, -1.0, -1.0], &[-1.0, 1.0, 1.0, 1.0], 0.485_714_285_7, 1e-10),
        (&[3.0; 5], &[3.0; 6], 1.0, 0.0),
    ];
    for (x, y, p, tolerance) in sets {
        near("two-sided", mann_whitney(x, y).expect("not empty").two_sided, p, tolerance);
        near("the other way", mann_whitney(y, x).expect("not empty").two_sided, p, tolerance);
    }
    assert_eq!(mann_whitney(&[], &[1.0]), None);
    let (x, y): (Vec<f64>, Vec<f64>) = ((0..60).map(f64::from).collect(), (20..80).map(f64::from).collect());
    let large = mann_whitney(&x, &y).expect("not empty");
    assert!(large.two_sided < 1e-6 && large.less < 1e-6 && large.greater > 0.999, "normal form: {large:?}");
}

/// §7.1: shifts, ratios and Cliff's delta of the same results.
#[test]
fn sizes_of_changes() {
    let moved = shift(&JSON_NEW, &JSON_OLD, 0.95).expect("not empty");
    near("json", moved.shift, -296.5, 0.0);
    ends("json", moved.interval, -312.0, -284.0, 0.0);
    let logs = |v: &[f64]| v.iter().map(|x| x.ln()).collect::<Vec<_>>();
    let moved = shift(&logs(&JSON_NEW), &logs(&JSON_OLD), 0.95).expect("not empty");
    near("json ratio", moved.shift.exp(), 0.826_608, 1e-6);
    let moved = shift(&GOB_NEW, &GOB_OLD, 0.95).expect("not empty");
    near("gob", moved.shift, 3.0, 0.0);
    ends("gob", moved.interval, -5.0, 23.0, 0.0);
    let (delta, interval) = cliff_delta(&GOB_OLD, &GOB_NEW, 0.95);
    near("gob delta", delta, 0.21, 1e-12);
    ends("gob delta", interval, -0.298_9, 0.625_9, 1e-4);
    assert_eq!(delta_words(delta), "small");
    let (delta, _) = cliff_delta(&JSON_OLD, &JSON_NEW, 0.95);
    near("json delta", delta, -1.0, 0.0);
    let (found, interval) = ratio(&JSON_OLD, &JSON_NEW, 0.95).expect("clearly above 0");
    near("Fieller", found, 0.825_390, 1e-6);
    ends("Fieller", interval, 0.817_008, 0.833_899, 1e-6);
    let paired = paired_shift(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 0.95).expect("not empty");
    near("paired", paired.shift, 3.5, 0.0);
    near("six pairs attain", paired.interval.level, 1.0 - 2.0 / 64.0, 1e-12);
    ends("six pairs", paired.interval, 1.0, 6.0, 0.0);
}

/// §7.1: what few runs can and cannot show.
#[test]
fn smallest_p_values() {
    let table = [
        (2, 0.333_333),
        (3, 0.1),
        (4, 0.028_571),
        (5, 0.007_936_5),
        (6, 0.002_164_5),
        (7, 0.000_582_75),
        (8, 0.000_155_40),
    ];
    for (runs, p) in table {
        near(&format!("{runs} runs"), smallest_p(runs, runs), p, 6e-7);
    }
    near("5 against 5", attained_alpha(5, 5, 0.05), 0.031_746, 1e-6);
    near("3 against 3", attained_alpha(3, 3, 0.05), 0.0, 0.0);
}

/// §7.1: equivalence of means on logarithms.
#[test]
fn equivalence() {
    let logs = |v: [f64; 5]| v.map(f64::ln);
    let (a, b) = (logs([100.0, 101.0, 99.0, 102.0, 98.0]), logs([101.0, 102.0, 100.0, 103.0, 99.0]));
    let found = welch(&a, &b).expect("two values each");
    near("ratio", found.estimate.exp(), 1.010_002_0, 1e-7);
    near("df", found.df, 7.999_2, 1e-4);
    ends("90 %", found.interval(0.9).map(f64::exp), 0.991_482, 1.028_867, 1e-6);
    near("TOST", found.equivalence_p(1.05f64.ln()), 0.002_264_6, 1e-7);
}

/// §7.1, A23: one new run against five.
#[test]
fn newcomers() {
    let baseline: Vec<f64> = [201.0, 198.0, 205.0, 199.0, 203.0f64].iter().map(|v| v.ln()).collect();
    let found = newcomer(&baseline, 221f64.ln(), 0.95).expect("five runs");
    near("mean", found.mean.exp(), 201.183_7, 1e-4);
    near("s", found.deviation, 0.014_215_19, 1e-8);
    near("t", found.t, 6.032_904, 1e-6);
    near("p", found.p_higher, 0.001_902_7, 1e-7);
    ends("prediction", found.prediction.map(f64::exp), 192.671, 210.073, 1e-3);
}

/// §7.1, A24: Benjamini and Hochberg's own example.
#[test]
fn families() {
    let p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
        0.6528, 0.7590, 1.0,
    ];
    let below = |adjusted: &[f64]| adjusted.iter().filter(|p| **p <= 0.05).count();
    let bh = Family::BenjaminiHochberg.adjust(&p);
    for (got, expected) in bh.iter().zip([0.0015, 0.003, 0.0095, 0.035_625]) {
        near("BH", *got, expected, 1e-12);
    }
    assert_eq!(below(&bh), 4);
    assert_eq!(below(&bonferroni(&p)), 3);
    assert_eq!(below(&Family::Holm.adjust(&p)), 3);
    assert_eq!(below(&Family::BenjaminiYekutieli.adjust(&p)), 3);
    let mut shuffled = p;
    shuffled.reverse();
    let back: Vec<f64> = Family::BenjaminiHochberg.adjust(&shuffled).into_iter().rev().collect();
    assert_eq!(back, bh, "order does not matter");
}

/// §7.1: variance components of five runs of four values.
#[test]
fn variance_components() {
    let runs: [&[f64]; 5] = [
        &[10.1, 10.2, 10.0, 10.3],
        &[11.0, 11.2, 10.9, 11.1],
        &[9.5, 9.7, 9.6, 9.4],
        &[10.4, 10.6, 10.5, 10.3],
        &[10.0, 9.9, 10.2, 10.1],
    ];
    let found = components(&runs, 0.95).expect("enough runs");
    near("within", found.within, 0.016_666_7, 1e-7);
    near("between", found.between, 0.300_833_3, 1e-7);
    near("naive", found.naive_error, 0.116_190, 1e-6);
    near("honest", found.error, 0.246_982, 1e-6);
    ends("mean", found.interval, 9.564_27, 10.935_74, 1e-5);
    assert_eq!(values_per_run(&found, 100.0), 3);
}

#[test]
fn changes() {
    let question = Question::relative(Worse::Higher, 0.05);
    let base = [100.0, 101.0, 99.0, 102.0, 98.0];
    let scaled = |f: f64| base.map(|v| v * f);
    let table = [
        (1.2, Change::Worse),
        (1.0, Change::Same),
        (1.01, Change::Same),
        (0.8, Change::Better),
        (1.045, Change::Inconclusive),
    ];
    for (factor, change) in table {
        let found = compare(&base, &scaled(factor), &question).expect("enough runs");
        assert_eq!(found.change, change, "×{factor}: {found:?}");
        near("effect", found.effect, factor, 0.01);
        let rounds = compare(&base, &scaled(factor), &question.in_rounds()).expect("enough rounds");
        near("effect in rounds", rounds.effect, factor, 1e-9);
        let lower = Question { worse: Worse::Lower, ..question };
        let mirrored = compare(&base, &scaled(factor), &lower).expect("enough runs").change;
        let expected = match change {
            Change::Worse => Change::Better,
            Change::Better => Change::Worse,
            other => other,
        };
        assert_eq!(mirrored, expected, "throughput ×{factor}");
    }
    assert!(compare(&base, &scaled(1.2), &question).expect("enough runs").certain);
    let zeros = compare(
        &[0.0; 5],
        &[0.02, 0.03, 0.02, 0.04, 0.03],
        &Question { scale: Scale::Absolute, minimum_effect: 0.01, ..question },
    );
    assert_eq!(zeros.expect("enough runs").change, Change::Worse);
    assert_eq!(compare(&[0.0; 5], &base, &question), Err(Refusal::NotPositive));
    assert_eq!(compare(&base[..2], &base[..1], &question), Err(Refusal::TooFewRuns));
    assert_eq!(compare(&base[..2], &base[..2], &question.in_rounds()), Err(Refusal::TooFewRuns));
    assert_eq!(compare(&base[..4], &base, &question.in_rounds()), Err(Refusal::UnequalRounds));
}

#[test]
fn families_of_changes() {
    let question = Question::relative(Worse::Higher, 0.05);
    let base = [100.0, 101.0, 99.0, 102.0, 98.0];
    let slight = [104.0, 105.0, 107.0, 100.5, 109.0];
    let much = base.map(|v| v * 1.3);
    let one = compare(&base, &slight, &question).expect("enough runs");
    assert_eq!(one.change, Change::Worse, "alone it counts: {one:?}");
    let same = compare(&base, &base, &question).expect("enough runs");
    let mut all = vec![same; 30];
    all[3] = one;
    all[4] = compare(&base, &much, &question).expect("enough runs");
    let adjusted = judge_family(&mut all, Family::BenjaminiHochberg, 0.05);
    assert_eq!(all[3].change, Change::Inconclusive, "one of thirty has to be clearer: {}", adjusted[3]);
    assert_eq!(all[4].change, Change::Worse, "a clear one stays among thirty: {}", adjusted[4]);
    assert_eq!(all[0].change, Change::Same);
}

/// §7.1: the simulated power of ranks, within what an approximation may miss.
#[test]
fn power_of_comparisons() {
    let effect = 1.1f64.ln();
    for (runs, expected) in [(4, 0.47), (5, 0.64), (6, 0.80), (8, 0.93), (10, 0.97)] {
        near(&format!("{runs} runs"), power(effect, 0.05, runs, Design::Separate, 0.05), expected, 0.07);
    }
    assert_eq!(power(effect, 0.05, 3, Design::Separate, 0.05), 0.0, "three runs can never tell");
    assert!(power(effect, 0.02, 5, Design::Rounds, 0.05) > 0.9);
    let needed = runs_needed(0.05, effect, Design::Separate, 0.05, 0.9).expect("can be told");
    assert!((7..=9).contains(&needed), "{needed}");
    assert_eq!(runs_needed(1.0, 0.01, Design::Separate, 0.05, 0.9), None);
}

/// §8: outliers are labelled, not dropped.
#[test]
fn outliers_are_labelled() {
    let mut xs = vec![
        2.332_694_88,
        1.421_959_07,
        -0.575_276_98,
        -0.312_934_37,
        2.294_815_8,
        0.758_132_73,
        -1.071_238_8,
        -0.963_947_41,
        -1.158_974_46,
        1.109_762_85,
    ];
    xs.extend([20.0, -500.0]);
    let scores = outliers::modified_scores(&xs);
    near("score", scores[10], 15.865, 1e-3);
    near("score", scores[11], -401.27, 1e-2);
    assert_eq!(outliers::far(&xs), vec![10, 11]);
    let mut same = vec![10.0; 7];
    same.push(100.0);
    assert_eq!(outliers::far(&same), vec![7]);
    same.push(100.0);
    assert_eq!(outliers::far(&same), vec![7, 8]);
    let fences = outliers::tukey(&(1..=100).map(f64::from).chain([200.0, 1000.0]).collect::<Vec<_>>());
    assert_eq!(fences.mild + fences.severe, 2);
}

/// Shares of a whole, worked out by hand: residuals −5, 5 and 0, Student's quantile 4.302653.
#[test]
fn shares_of_wholes() {
    let (found, interval) =
        means::share(&[20.0, 30.0, 50.0], &[100.0, 100.0, 200.0], 0.95).expect("three pairs");
    near("share", found, 0.25, 1e-12);
    ends("95 %", interval, 0.156_844_8, 0.343_155_2, 1e-6);
    assert_eq!(means::share(&[1.0], &[2.0], 0.95), None);
    assert_eq!(means::share(&[0.0, 0.0], &[0.0, 0.0], 0.95), None);
}
