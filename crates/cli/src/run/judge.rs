//! The merged state of the run and how its thresholds stand.
//!
//! Frames go in; [`Judge::look`] evaluates the thresholds every two seconds, and [`Judge::settle`] a last time.

use std::sync::Arc;
use std::time::Duration;

use metrics::thresholds::{Evaluator, Outcome};
use metrics::{Aggregate, Frame, Registry};
use model::Nanos;

use super::keeping::Keeping;
use super::slas::Slas;

/// How often thresholds are evaluated while the load runs.
const PAUSE: Nanos = Nanos::from_secs(2);

/// What was measured so far, by everybody.
pub struct Judge {
    aggregate: Aggregate,
    /// Frames of the last moments. They are added in the order of the workers, so that what comes first in a
    /// summary does not hang on which thread was a little quicker.
    fresh: Vec<(Frame, Option<Nanos>)>,
    /// Gets the frames in the order in which they are added.
    keeping: Keeping,
    evaluator: Option<Evaluator>,
    slas: Option<Slas>,
    due: Nanos,
    outcomes: Vec<Outcome>,
}

impl Judge {
    /// A judge with the thresholds of the run; with none, nothing is ever crossed.
    #[must_use]
    pub fn new(
        registry: Arc<Registry>,
        evaluator: Option<Evaluator>,
        slas: Option<Slas>,
        keeping: Keeping,
    ) -> Self {
        let mut selectors = evaluator.as_ref().map(Evaluator::selectors).unwrap_or_default();
        selectors.extend(slas.iter().flat_map(Slas::selectors).map(|selector| (selector, None)));
        Self {
            aggregate: Aggregate::new(registry, &selectors),
            fresh: Vec::new(),
            keeping,
            evaluator,
            slas,
            due: PAUSE,
            outcomes: Vec::new(),
        }
    }

    /// Adds what one worker measured. `load_began` is when the load began, if it has.
    pub fn apply(&mut self, frame: Frame, load_began: Option<Nanos>) {
        self.fresh.push((frame, load_began));
    }

    /// The run's entry in the store.
    pub fn keeping(&mut self) -> &mut Keeping {
        &mut self.keeping
    }

    /// Merges what was added since the last time.
    fn merge(&mut self) {
        self.fresh.sort_by_key(|(frame, _)| (frame.worker, frame.seq));
        for (frame, load_began) in self.fresh.drain(..) {
            self.keeping.frame(&frame, load_began);
            if let Some(slas) = &mut self.slas {
                slas.frame(&frame, load_began);
            }
            let second = load_began.and_then(|began| frame.second(began));
            self.aggregate.apply_in(frame, second);
        }
    }

    /// Evaluates the thresholds when it is time to; whether one of them ends the run.
    pub fn look(&mut self, elapsed: Nanos, now: Nanos) -> bool {
        self.merge();
        if elapsed < self.due {
            return false;
        }
        self.due = elapsed + PAUSE;
        self.settle(elapsed.into(), now);
        self.outcomes.iter().any(|outcome| outcome.abort)
    }

    /// Evaluates the thresholds.
    pub fn settle(&mut self, elapsed: Duration, now: Nanos) {
        self.merge();
        if let Some(evaluator) = &self.evaluator {
            self.outcomes = evaluator.evaluate(&self.aggregate, elapsed, now);
        }
    }

    /// Whether nothing more has to be measured, because every SLA is decided and the user wants to know no more.
    pub fn decided(&mut self, elapsed: Nanos) -> bool {
        self.slas.as_mut().is_some_and(|slas| slas.decided(elapsed))
    }

    /// How the SLAs stand at the end; none when there are none.
    pub fn slas(&mut self, trusted: bool, ended_early: bool) -> Option<report::summary::Slas> {
        let slas = self.slas.as_mut()?;
        Some(slas.verdicts(&self.aggregate, trusted, ended_early))
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

#[cfg(test)]
mod tests {
    use super::*;

    use metrics::{Kind, Recorder, RecorderConfig};
    use model::{Clock, Options};

    /// A judge of thresholds over a counter `sold`, and a recorder for each of two workers.
    fn judge(thresholds: &serde_json::Value) -> (Judge, Vec<Recorder>, metrics::MetricId) {
        let registry = Registry::new();
        let n = registry.declare("sold", Kind::Counter, metrics::Contains::Default).unwrap();
        let (options, _) = Options::from_script(&serde_json::json!({ "thresholds": thresholds })).unwrap();
        let evaluator = Evaluator::new(&options.thresholds.unwrap(), &registry, false).unwrap();
        let recorder = |w| Recorder::new(w, registry.clone(), Clock::start(), RecorderConfig::default());
        (
            Judge::new(registry.clone(), Some(evaluator), None, Keeping::none()),
            vec![recorder(0), recorder(1)],
            n,
        )
    }

    #[test]
    fn thresholds_are_looked_at_every_two_seconds_and_end_the_run_when_they_should() {
        let wanted = serde_json::json!({ "sold": [{ "threshold": "count<2", "abortOnFail": true, "delayAbortEval": "3s" }] });
        let (mut judge, mut recorders, n) = judge(&wanted);
        recorders[0].add(n, metrics::TagSetId::default(), 5.0, Nanos(1));
        judge.apply(recorders[0].take_frame(Nanos::from_secs(1)), None);
        let mut look = |millis| judge.look(Nanos::from_millis(millis), Nanos::from_millis(millis));
        assert!(!look(1_900), "not yet due");
        assert!(!look(2_000), "crossed, but the delay has not passed");
        assert!(!look(3_900), "not due again");
        assert!(look(4_000));
        assert_eq!(judge.crossed(), ["sold"]);
    }

    #[test]
    fn workers_are_merged_in_their_order() {
        let (mut judge, mut recorders, n) = judge(&serde_json::json!({}));
        for worker in [1, 0] {
            let recorder = &mut recorders[worker];
            let (key, value) =
                (recorder.sym("worker"), recorder.sym(if worker == 0 { "first" } else { "second" }));
            let tags = recorder.tag_set(&[(key, value)]);
            recorder.add(n, tags, 1.0, Nanos(1));
            judge.apply(recorder.take_frame(Nanos::from_secs(1)), None);
        }
        judge.settle(Duration::from_secs(1), Nanos::from_secs(1));
        let order: Vec<String> =
            judge.aggregate().series().map(|(_, tags, _)| tags[0].1.to_string()).collect();
        assert_eq!(order, ["first", "second"]);
    }
}
