//! Comparing two sides, series by series, as one family of questions.

use crate::{Figure, Key, Kind, Profile, Side};
use stats::compare::{Basis, Change, Comparison, Design, Question, Refusal, Scale, judge_family};
use stats::describe::{mean, median};
use stats::few::singles;
use stats::proportion::none_seen_upper;

/// What was found out about a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// It was compared.
    Compared {
        /// The verdict with its evidence.
        comparison: Comparison,
        /// p-value, adjusted for the number of series.
        adjusted_p: f64,
        /// Whether the effect is a ratio or a difference.
        scale: Scale,
    },
    /// It could not be.
    Refused(Refusal),
}

/// Why a change that shows on its own is no finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Of so many questions, some look like it by chance.
    Family,
    /// It may be smaller than the minimum effect.
    Size,
}

/// A series of both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which series.
    pub key: Key,
    /// What it measures.
    pub kind: Kind,
    /// Where the first side's runs lie, by the method of the comparison.
    pub before: f64,
    /// Where the second side's lie; it differs from the first by exactly the effect.
    pub after: f64,
    /// What was found out.
    pub outcome: Outcome,
}

impl Finding {
    /// The verdict; inconclusive where the series could not be compared.
    pub fn change(&self) -> Change {
        match self.outcome {
            Outcome::Compared { comparison, .. } => comparison.change,
            Outcome::Refused(_) => Change::Inconclusive,
        }
    }

    /// Why it is open although its interval leaves "no change" out; none where it is not, or does not.
    pub fn open_for(&self, level: f64) -> Option<Open> {
        let Outcome::Compared { comparison, adjusted_p, scale } = self.outcome else { return None };
        let none = if scale == Scale::Relative { 1.0 } else { 0.0 };
        if comparison.change != Change::Inconclusive || comparison.interval.contains(none) {
            return None;
        }
        Some(if adjusted_p > 1.0 - level { Open::Family } else { Open::Size })
    }

    /// Runs a side that would decide, if it is known.
    pub fn runs_to_decide(&self) -> Option<usize> {
        match self.outcome {
            Outcome::Compared { comparison, .. } => comparison.runs_to_decide,
            Outcome::Refused(_) => None,
        }
    }
}

/// All findings of a comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ComparisonReport {
    /// By series, worst first: worse, inconclusive, better, same; then by size of the effect.
    pub findings: Vec<Finding>,
    /// Series that only the first side has.
    pub gone: Vec<Key>,
    /// Series that only the second side has.
    pub new: Vec<Key>,
    /// Runs that were left out because their load was not made honestly.
    pub untrusted: Vec<String>,
}

impl ComparisonReport {
    /// How many findings have this verdict.
    pub fn count(&self, change: Change) -> usize {
        self.findings.iter().filter(|f| f.change() == change).count()
    }

    /// Runs a side that would settle every inconclusive series of which that is known.
    pub fn runs_to_decide(&self) -> Option<usize> {
        let open = self.findings.iter().filter(|f| f.change() == Change::Inconclusive);
        open.filter_map(Finding::runs_to_decide).max()
    }
}

/// Compares all series that both sides have.
pub fn compare(before: &Side, after: &Side, design: Design, profile: &Profile) -> ComparisonReport {
    let (old, new) = (before.keys(), after.keys());
    let mut findings: Vec<Finding> = old
        .iter()
        .filter(|(key, _)| new.contains_key(*key))
        .map(|(key, kind)| find(before, after, key, *kind, design, profile))
        .collect();
    adjust(&mut findings, profile);
    findings.sort_by(|a, b| rank(a).cmp(&rank(b)).then(size(b).total_cmp(&size(a))).then(a.key.cmp(&b.key)));
    let untrusted = before.runs.iter().chain(&after.runs).filter(|run| !run.trusted);
    ComparisonReport {
        findings,
        gone: old.keys().filter(|key| !new.contains_key(*key)).cloned().collect(),
        new: new.keys().filter(|key| !old.contains_key(*key)).cloned().collect(),
        untrusted: untrusted.map(|run| run.id.clone()).collect(),
    }
}

fn find(before: &Side, after: &Side, key: &Key, kind: Kind, design: Design, profile: &Profile) -> Finding {
    let (a, b) = match design {
        Design::Separate => (before.values(key), after.values(key)),
        Design::Rounds => whole_rounds(before, after, key),
    };
    let question = profile.question(kind, design, median(&a));
    let single = || {
        let (mut one, mut other) = (before.figures(key), after.figures(key));
        of_singles(one.next()?, other.next()?, &question, profile)
    };
    let compared = match (design, a.len(), b.len()) {
        (Design::Separate, 1, 1) => single().ok_or(Refusal::TooFewRuns),
        _ => stats::compare::compare(&a, &b, &question),
    };
    let outcome = match compared {
        Ok(mut comparison) => {
            if kind == Kind::Errors && comparison.change == Change::Same {
                let fewest = |side: &Side| side.figures(key).map(|figure| figure.samples).sum::<u64>();
                let fewest = fewest(before).min(fewest(after));
                doubt_few_requests(&mut comparison, fewest, &question);
            }
            Outcome::Compared { comparison, adjusted_p: 1.0, scale: question.scale }
        }
        Err(refusal) => Outcome::Refused(refusal),
    };
    let (before, after) = levels(&a, &b, &outcome);
    Finding { key: key.clone(), kind, before, after, outcome }
}

/// Where both sides lie, such that the step from one to the other is the effect that was estimated.
///
/// Medians of either side would not do: with few runs that spread, the medians may have moved one way and the estimate the
/// other. Where means were compared they are means (geometric ones for ratios). Ranks estimate a shift, so both sides
/// are laid on top of each other by it, and the median of all runs is the level.
fn levels(a: &[f64], b: &[f64], outcome: &Outcome) -> (f64, f64) {
    let Outcome::Compared { comparison, scale, .. } = outcome else { return (median(a), median(b)) };
    if let ([a], [b]) = (a, b) {
        return (*a, *b);
    }
    let onto = |value: &f64| if *scale == Scale::Relative { value.ln() } else { *value };
    let back = |value: f64| if *scale == Scale::Relative { value.exp() } else { value };
    let (a, b): (Vec<f64>, Vec<f64>) = (a.iter().map(onto).collect(), b.iter().map(onto).collect());
    let effect = onto(&comparison.effect);
    let level = match comparison.basis {
        Basis::Rounds | Basis::Student | Basis::Slices { .. } => mean(&a),
        Basis::Ranks => {
            let aligned = b.iter().map(|value| value - effect);
            median(&a.iter().copied().chain(aligned).collect::<Vec<_>>())
        }
    };
    (back(level), back(level + effect))
}

/// Compares two runs by their own slices of time, where they tell; see [`stats::few`].
fn of_singles(one: &Figure, other: &Figure, question: &Question, profile: &Profile) -> Option<Comparison> {
    // A share's noise is a part of the share; that of a ratio is one already.
    let noise = match question.scale {
        Scale::Relative => profile.run_noise,
        Scale::Absolute => profile.run_noise * 0.5 * (one.value + other.value),
    };
    Some(singles(one.within?, other.within?, noise, question))
}

/// Takes "same" back from shares of so few requests that what would matter need not have shown even once.
fn doubt_few_requests(comparison: &mut Comparison, samples: u64, question: &Question) {
    if samples > 0 && none_seen_upper(samples as f64, question.level) > question.minimum_effect {
        comparison.change = Change::Inconclusive;
        comparison.runs_to_decide = None;
    }
}

/// Values of the rounds in which both sides can be trusted and have the series.
fn whole_rounds(before: &Side, after: &Side, key: &Key) -> (Vec<f64>, Vec<f64>) {
    before
        .runs
        .iter()
        .zip(&after.runs)
        .filter(|(a, b)| a.trusted && b.trusted)
        .filter_map(|(a, b)| Some((a.figures.get(key)?.value, b.figures.get(key)?.value)))
        .unzip()
}

/// Takes back what may be chance, given how many series were asked about.
fn adjust(findings: &mut [Finding], profile: &Profile) {
    let mut all: Vec<Comparison> = findings
        .iter()
        .filter_map(|f| match f.outcome {
            Outcome::Compared { comparison, .. } => Some(comparison),
            Outcome::Refused(_) => None,
        })
        .collect();
    let adjusted = judge_family(&mut all, profile.family, 1.0 - profile.level);
    let mut judged = all.into_iter().zip(adjusted);
    for finding in findings {
        if let Outcome::Compared { comparison, adjusted_p, .. } = &mut finding.outcome {
            (*comparison, *adjusted_p) = judged.next().expect("every comparison was judged");
        }
    }
}

fn rank(finding: &Finding) -> u8 {
    match finding.change() {
        Change::Worse => 0,
        Change::Inconclusive => 1,
        Change::Better => 2,
        Change::Same => 3,
    }
}

/// Size of the effect either way, for sorting.
fn size(finding: &Finding) -> f64 {
    match finding.outcome {
        Outcome::Compared { comparison, scale: Scale::Relative, .. } => comparison.effect.ln().abs(),
        Outcome::Compared { comparison, .. } => comparison.effect.abs(),
        Outcome::Refused(_) => 0.0,
    }
}
