//! The gate of a pipeline: one decision from all findings.
//!
//! Alarms are held to a higher confidence than findings that somebody reads (99 instead of 95 % by default): with a
//! minimum effect of 5 % and as much noise from run to run, one gate in seventy would fail for nothing otherwise.

use crate::{ComparisonReport, Finding, Profile, Side, compare};
use stats::compare::{Change, Design};

/// What a pipeline should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing got worse by more than the minimum effect, as far as the runs tell.
    Pass,
    /// Something got worse, or is inconclusive and the policy says that this fails.
    Fail,
    /// Nothing could be judged at all: too few runs that can be trusted.
    NotJudged,
}

/// What fails besides a regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// Whether an inconclusive series fails the gate.
    pub fail_on_inconclusive: bool,
    /// Whether a series that is gone fails the gate.
    pub fail_on_gone: bool,
}

/// A decision with everything behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct GateReport {
    /// What the pipeline should do.
    pub decision: Decision,
    /// The comparison behind it.
    pub comparison: ComparisonReport,
    /// Runs a side that would settle every inconclusive series, where that is known.
    pub runs_to_decide: Option<usize>,
}

impl GateReport {
    /// The series that got worse.
    pub fn regressions(&self) -> impl Iterator<Item = &Finding> {
        self.comparison.findings.iter().filter(|f| f.change() == Change::Worse)
    }
}

/// Decides whether `after` may replace `before`.
pub fn gate(before: &Side, after: &Side, design: Design, profile: &Profile, policy: Policy) -> GateReport {
    let comparison = compare(before, after, design, &profile.for_alarms());
    let refused = |f: &Finding| matches!(f.outcome, crate::Outcome::Refused(_));
    let open = comparison.count(Change::Inconclusive);
    let decision = if comparison.findings.iter().all(refused) {
        Decision::NotJudged
    } else if comparison.count(Change::Worse) > 0
        || (policy.fail_on_inconclusive && open > 0)
        || (policy.fail_on_gone && !comparison.gone.is_empty())
    {
        Decision::Fail
    } else {
        Decision::Pass
    };
    let runs_to_decide = comparison.runs_to_decide();
    GateReport { decision, comparison, runs_to_decide }
}
