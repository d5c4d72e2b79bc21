//! Verdicts on limits: PASS, FAIL, or INCONCLUSIVE with how much longer the run would have to be.
//!
//! *Question*: does the system keep "p95 < 500 ms" or "errors < 1 %", at a stated confidence? Every latency clause is the
//! clause "the share of requests above 500 ms is less than 5 %". PASS if the interval of the share lies below what is
//! allowed, FAIL if above, INCONCLUSIVE otherwise. *Misleads* when read as a promise: it speaks of this load, target and
//! hour. A minute of test exactly at the limit passes half of the time if only the estimate is compared; here it is
//! inconclusive. A conjunction of clauses needs no correction for their number (intersection–union test, Berger 1982);
//! the question "which of 200 endpoints failed" does: see [`crate::multiple`].

use crate::batches::{BATCHES, DependentRate, Slice, dependent_rate, group, looks_too_short};
use crate::proportion::clopper_pearson;

/// What can be said about a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Kept, at the stated confidence.
    Pass,
    /// The run does not tell.
    Inconclusive,
    /// Broken, at the stated confidence.
    Fail,
}

/// A verdict with its evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// What can be said.
    pub verdict: Verdict,
    /// The rate of violations and its interval; `None` when nothing was measured.
    pub rate: Option<DependentRate>,
    /// When inconclusive: about how many times as long the run would have to be to tell, if the rate stayed as it is.
    /// `None` when even a thousand times would not tell.
    pub longer: Option<f64>,
    /// The batches look shorter than the memory of the system, so that the interval is probably too narrow.
    pub too_short: bool,
}

/// How long to look for the length of a run that would tell.
const LONGER_MAX: f64 = 1000.0;

/// Judges the clause "the share of hits is less than `allowed`" on slices of time at a two-sided `level`.
pub fn judge(slices: &[Slice], allowed: f64, level: f64) -> Judgement {
    let too_short = looks_too_short(slices);
    let Some(rate) = dependent_rate(&group(slices, BATCHES), level) else {
        return Judgement { verdict: Verdict::Inconclusive, rate: None, longer: None, too_short };
    };
    let verdict = decide(&rate, 1.0, allowed, level);
    let longer = (verdict == Verdict::Inconclusive).then(|| length_to_tell(&rate, allowed, level)).flatten();
    Judgement { verdict, rate: Some(rate), longer, too_short }
}

/// The verdict of all clauses together: one failure fails, all must pass to pass. Nothing passes of nothing.
pub fn overall(verdicts: &[Verdict]) -> Verdict {
    verdicts.iter().copied().max().unwrap_or(Verdict::Inconclusive)
}

/// The verdict if the run were `times` as long and went on alike.
fn decide(rate: &DependentRate, times: f64, allowed: f64, level: f64) -> Verdict {
    let effective = rate.effective * times;
    let interval = clopper_pearson(rate.rate * effective, effective, level);
    if interval.upper < allowed {
        Verdict::Pass
    } else if interval.lower > allowed {
        Verdict::Fail
    } else {
        Verdict::Inconclusive
    }
}

fn length_to_tell(rate: &DependentRate, allowed: f64, level: f64) -> Option<f64> {
    let tells = |times: f64| decide(rate, times, allowed, level) != Verdict::Inconclusive;
    if !tells(LONGER_MAX) {
        return None;
    }
    let (mut low, mut high) = (1.0f64, LONGER_MAX);
    while high / low > 1.01 {
        let middle = (low * high).sqrt();
        if tells(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}
