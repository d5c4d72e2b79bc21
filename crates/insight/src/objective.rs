//! Objectives of one run: each judged on its slices of time, and all together.

use stats::batches::Slice;
use stats::sla::{Judgement, Verdict, judge, overall};

/// An objective, brought to the form "the share of hits is less than `allowed`".
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// As the user wrote it.
    pub text: String,
    /// The share allowed: 0.05 for a limit of p95, the rate itself for errors.
    pub allowed: f64,
    /// Counts a slice of time, by the time at which requests should have started.
    pub slices: Vec<Slice>,
    /// Length of a slice in seconds.
    pub slice_s: f64,
}

/// An objective with its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// As the user wrote it.
    pub text: String,
    /// The verdict and its evidence.
    pub judgement: Judgement,
    /// When inconclusive: how many seconds more the run would need if it went on alike.
    pub seconds_more: Option<f64>,
}

/// Judges every objective at a two-sided `level`; with the verdict of all together.
///
/// A run whose load was not made honestly cannot pass or fail: its verdicts are inconclusive.
pub fn judge_all(objectives: &[Objective], level: f64, trusted: bool) -> (Verdict, Vec<Judged>) {
    let judged: Vec<Judged> =
        objectives.iter().map(|objective| judge_one(objective, level, trusted)).collect();
    let verdicts: Vec<Verdict> = judged.iter().map(|j| j.judgement.verdict).collect();
    (overall(&verdicts), judged)
}

fn judge_one(objective: &Objective, level: f64, trusted: bool) -> Judged {
    let mut judgement = judge(&objective.slices, objective.allowed, level);
    if !trusted {
        judgement.verdict = Verdict::Inconclusive;
        judgement.longer = None;
    }
    let seconds = objective.slices.len() as f64 * objective.slice_s;
    let seconds_more = judgement.longer.map(|times| (times - 1.0) * seconds);
    Judged { text: objective.text.clone(), judgement, seconds_more }
}
