//! The merged state of the run and how its thresholds stand.
//!
//! Frames go in; [`Judge::look`] evaluates the thresholds every two seconds, and [`Judge::settle`] a last time.

use std::sync::Arc;
use std::time::Duration;

use metrics::thresholds::{Evaluator, Outcome};
use metrics::{Aggregate, Frame, Registry};
use model::Nanos;

/// How often thresholds are evaluated while the load runs.
const PAUSE: Nanos = Nanos::from_secs(2);

/// What was measured so far, by everybody.
pub struct Judge {
    aggregate: Aggregate,
    evaluator: Option<Evaluator>,
    due: Nanos,
    outcomes: Vec<Outcome>,
}

impl Judge {
    /// A judge with the thresholds of the run; with none, nothing is ever crossed.
    #[must_use]
    pub fn new(registry: Arc<Registry>, evaluator: Option<Evaluator>) -> Self {
        let selectors = evaluator.as_ref().map(Evaluator::selectors).unwrap_or_default();
        Self { aggregate: Aggregate::new(registry, &selectors), evaluator, due: PAUSE, outcomes: Vec::new() }
    }

    /// Adds what one worker measured.
    pub fn apply(&mut self, frame: Frame) {
        self.aggregate.apply(frame);
    }

    /// Evaluates the thresholds when it is time to; whether one of them ends the run.
    pub fn look(&mut self, elapsed: Nanos, now: Nanos) -> bool {
        if elapsed < self.due {
            return false;
        }
        self.due = elapsed + PAUSE;
        self.settle(elapsed.into(), now);
        self.outcomes.iter().any(|outcome| outcome.abort)
    }

    /// Evaluates the thresholds.
    pub fn settle(&mut self, elapsed: Duration, now: Nanos) {
        if let Some(evaluator) = &self.evaluator {
            self.outcomes = evaluator.evaluate(&self.aggregate, elapsed, now);
        }
    }

    /// The metrics of which a threshold does not hold, in order.
    #[must_use]
    pub fn crossed(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .outcomes
            .iter()
            .filter(|outcome| !outcome.ok)
            .map(|outcome| outcome.metric.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// What was measured.
    #[must_use]
    pub fn aggregate(&self) -> &Aggregate {
        &self.aggregate
    }

    /// How the thresholds stood when they were last evaluated.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }
}
