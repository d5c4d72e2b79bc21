//! Comparing two sets of runs: better, worse, same or inconclusive.
//!
//! *Question*: is B slower than A by more than one should care about? *How*: one figure a run (never requests: see
//! [`crate::rank`]), on logarithms for relative effects. Unpaired runs give the Hodges–Lehmann shift with its exact
//! interval; interleaved rounds give the mean log ratio of the pairs with Student's interval, because the exact
//! signed-rank interval of five rounds cannot be narrower than 93.75 %. The interval is then held against the
//! minimum effect, so that "same" is a finding too and not just a lack of evidence.
//! *Misleads* when conditions drift between the sides (interleave them). With so few runs a side that ranks can never be
//! significant, [`crate::few`] takes over, which has to assume more.
//!
//! With many series, [`judge_family`] keeps the share of false alarms low. It takes p-values of Welch's test there: those
//! of ranks cannot be smaller than 0.0079 at 5 against 5, so that with 20 series nothing could ever be found.

use crate::Interval;
use crate::few::pooled;
use crate::means::{paired, welch};
use crate::multiple::Family;
use crate::rank::{attained_alpha, mann_whitney, shift, smallest_p};
use crate::special::{normal, student};

/// Which way is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// Latency, errors, memory.
    Higher,
    /// Throughput.
    Lower,
}

/// How the two sides were run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// Runs of each side on their own.
    Separate,
    /// Value i of both sides comes from round i, run in alternation.
    Rounds,
}

/// What a change is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As a ratio: all values must be above 0.
    Relative,
    /// As a difference in the metric's own unit: for rates that may be 0.
    Absolute,
}

/// What is compared and what counts as a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Which way is worse.
    pub worse: Worse,
    /// How the runs were made.
    pub design: Design,
    /// Ratio or difference.
    pub scale: Scale,
    /// Changes smaller than this do not matter: 0.05 is a twentieth for relative scales, else in the metric's unit.
    pub minimum_effect: f64,
    /// Two-sided confidence, such as 0.95.
    pub level: f64,
}

impl Question {
    /// A relative question about separate runs at 95 %.
    pub fn relative(worse: Worse, minimum_effect: f64) -> Self {
        Self { worse, design: Design::Separate, scale: Scale::Relative, minimum_effect, level: 0.95 }
    }

    /// The same question about interleaved rounds.
    pub fn in_rounds(self) -> Self {
        Self { design: Design::Rounds, ..self }
    }

    /// The margin on the scale of the calculation.
    fn margin(&self) -> f64 {
        match self.scale {
            Scale::Relative => self.minimum_effect.ln_1p(),
            Scale::Absolute => self.minimum_effect,
        }
    }
}

/// What can be said about the change from A to B.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// B is better, and by the estimate at least by the minimum effect.
    Better,
    /// The interval lies within the minimum effect both ways.
    Same,
    /// B is worse, and by the estimate at least by the minimum effect.
    Worse,
    /// The runs do not tell.
    Inconclusive,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Basis {
    /// Ranks of the runs: nothing is assumed of their spread.
    Ranks,
    /// Differences within rounds, which are taken to spread normally.
    Rounds,
    /// The spread of few runs, taken to be normal and the same on both sides.
    Student,
    /// Slices of time of two single runs; how much runs of one build differ is assumed.
    Slices {
        /// Share of the variance that the runs themselves account for, 0 to 1: near 1 longer runs help, near 0 only more.
        own_share: f64,
    },
}

/// Why a comparison could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Fewer runs than could ever tell.
    TooFewRuns,
    /// Rounds need as many values on both sides.
    UnequalRounds,
    /// A ratio of something that is not above 0.
    NotPositive,
}

/// A comparison with its evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// What can be said.
    pub change: Change,
    /// B divided by A, or B minus A.
    pub effect: f64,
    /// The interval of the effect; its `level` is the confidence attained.
    pub interval: Interval,
    /// Two-sided p-value of "no change" by the method of the verdict.
    pub p_value: f64,
    /// Two-sided p-value by means, for families of questions.
    pub p_mean: f64,
    /// Whether even the near end of the interval exceeds the minimum effect.
    pub certain: bool,
    /// Runs (or rounds) a side that would find a change of the minimum effect in nine of ten cases.
    pub runs_to_decide: Option<usize>,
    /// What the verdict rests on.
    pub basis: Basis,
}

/// Compares the runs of `a` (before) and `b` (after), one value a run.
pub fn compare(a: &[f64], b: &[f64], question: &Question) -> Result<Comparison, Refusal> {
    if question.design == Design::Rounds && a.len() != b.len() {
        return Err(Refusal::UnequalRounds);
    }
    if a.is_empty() || b.is_empty() || (question.design == Design::Rounds && a.len() < 3) {
        return Err(Refusal::TooFewRuns);
    }
    let (a, b) = match question.scale {
        Scale::Absolute => (a.to_vec(), b.to_vec()),
        Scale::Relative if a.iter().chain(b).all(|v| *v > 0.0 && v.is_finite()) => (logs(a), logs(b)),
        Scale::Relative => return Err(Refusal::NotPositive),
    };
    let found = match question.design {
        Design::Separate if ranks_can_tell(a.len(), b.len(), question.level) => {
            separate(&a, &b, question.level).ok_or(Refusal::TooFewRuns)?
        }
        Design::Separate => pooled(&a, &b, question)?,
        Design::Rounds => rounds(&a, &b, question.level).ok_or(Refusal::TooFewRuns)?,
    };
    Ok(conclude(&found, question))
}

/// Whether ranks of so many runs can be significant at all; never below four a side.
fn ranks_can_tell(m: usize, n: usize, level: f64) -> bool {
    // From twenty on they can at every level that is of use, and the exact distribution is dear.
    m.min(n) >= 20 || (m.min(n) >= 4 && smallest_p(m.min(20), n.min(20)) <= 1.0 - level)
}

/// Holds what was found against the minimum effect.
pub(crate) fn conclude(found: &Found, question: &Question) -> Comparison {
    let margin = question.margin();
    let sign = if question.worse == Worse::Higher { 1.0 } else { -1.0 };
    let significant = found.p_value <= 1.0 - question.level;
    let change = if significant && !found.interval.contains(0.0) && found.effect.abs() >= margin {
        if sign * found.effect > 0.0 { Change::Worse } else { Change::Better }
    } else if found.interval.is_inside(-margin, margin) {
        Change::Same
    } else {
        Change::Inconclusive
    };
    let back = |value: f64| if question.scale == Scale::Relative { value.exp() } else { value };
    let certain = found.interval.lower > margin || found.interval.upper < -margin;
    Comparison {
        change,
        effect: back(found.effect),
        interval: found.interval.map(back),
        p_value: found.p_value,
        p_mean: found.p_mean,
        certain,
        runs_to_decide: runs_needed(found.spread, margin, question.design, 1.0 - question.level, 0.9),
        basis: found.basis,
    }
}

fn logs(values: &[f64]) -> Vec<f64> {
    values.iter().map(|v| v.ln()).collect()
}

/// An effect on the scale of the calculation.
pub(crate) struct Found {
    pub effect: f64,
    pub interval: Interval,
    pub p_value: f64,
    pub p_mean: f64,
    /// Spread of a run, or of the difference within a round.
    pub spread: f64,
    pub basis: Basis,
}

fn separate(a: &[f64], b: &[f64], level: f64) -> Option<Found> {
    let moved = shift(b, a, level)?;
    let spread = ((crate::describe::variance(a) + crate::describe::variance(b)) / 2.0).sqrt();
    Some(Found {
        effect: moved.shift,
        interval: moved.interval,
        p_value: mann_whitney(b, a)?.two_sided,
        p_mean: welch(a, b)?.p_value(),
        spread,
        basis: Basis::Ranks,
    })
}

fn rounds(a: &[f64], b: &[f64], level: f64) -> Option<Found> {
    let differences: Vec<f64> = b.iter().zip(a).map(|(b, a)| b - a).collect();
    let found = paired(&differences)?;
    Some(Found {
        effect: found.estimate,
        interval: found.interval(level),
        p_value: found.p_value(),
        p_mean: found.p_value(),
        spread: crate::describe::deviation(&differences),
        basis: Basis::Rounds,
    })
}

/// Judges many comparisons together: "better" and "worse" stay only where the adjusted p-value is at most `alpha`.
///
/// Gives the adjusted p-values, in the order given.
pub fn judge_family(comparisons: &mut [Comparison], family: Family, alpha: f64) -> Vec<f64> {
    let adjusted = family.adjust(&comparisons.iter().map(|c| c.p_mean).collect::<Vec<_>>());
    for (comparison, p) in comparisons.iter_mut().zip(&adjusted) {
        if *p > alpha && matches!(comparison.change, Change::Better | Change::Worse) {
            comparison.change = Change::Inconclusive;
        }
    }
    adjusted
}

/// Probability of a significant result for a true `effect` with `runs` a side (or rounds) of this spread.
///
/// From the normal theory of the t test at the level that ranks attain, with the asymptotic efficiency of ranks, 3/π.
pub fn power(effect: f64, spread: f64, runs: usize, design: Design, alpha: f64) -> f64 {
    // Above twenty runs ranks attain nearly any level.
    let attained =
        if design == Design::Rounds || runs > 20 { alpha } else { attained_alpha(runs, runs, alpha) };
    t_power(effect, spread, runs, design, attained)
}

fn t_power(effect: f64, spread: f64, runs: usize, design: Design, alpha: f64) -> f64 {
    let n = runs as f64;
    let (df, precision) = match design {
        Design::Separate => (2.0 * n - 2.0, (n / 2.0 * 3.0 / std::f64::consts::PI).sqrt()),
        Design::Rounds => (n - 1.0, n.sqrt()),
    };
    if alpha <= 0.0 || df < 1.0 {
        return 0.0;
    }
    if spread <= 0.0 {
        return 1.0;
    }
    let critical = student::quantile(1.0 - alpha / 2.0, df);
    let gain = effect.abs() / spread * precision;
    // Johnson and Welch's normal approximation of the noncentral t.
    normal::sf((critical * (1.0 - 0.25 / df) - gain) / (1.0 + critical * critical / (2.0 * df)).sqrt())
}

/// Fewest runs a side (or rounds) that find `effect` with probability `wanted`; `None` above 200.
pub fn runs_needed(spread: f64, effect: f64, design: Design, alpha: f64, wanted: f64) -> Option<usize> {
    let least = match design {
        Design::Separate => (2..10).find(|n| smallest_p(*n, *n) <= alpha)?,
        Design::Rounds => 3,
    };
    if effect == 0.0 {
        return None;
    }
    // The level that ranks attain is dear to find out and at most alpha: try alpha first.
    let enough = |n: usize| {
        t_power(effect, spread, n, design, alpha) >= wanted
            && power(effect, spread, n, design, alpha) >= wanted
    };
    (least..=20).chain((22..=200).step_by(2)).find(|n| enough(*n))
}
