//! Thresholds over the merged state of a run.
//!
//! Main type: [`Evaluator`]. Expressions are read by `model`; here they are checked against the run's metrics and
//! evaluated. What happens when one is crossed is the caller's business.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use model::{Error, Expression, Nanos, Selector, Threshold};

use crate::aggregate::Aggregate;
use crate::registry::{Kind, Registry};
use crate::sink::{Sink, value};

/// Evaluates all thresholds of a run.
#[derive(Debug)]
pub struct Evaluator {
    judged: Vec<Judged>,
    no_data_fails: bool,
}

/// The thresholds of one key of the options.
#[derive(Debug)]
struct Judged {
    name: String,
    selector: Selector,
    kind: Kind,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    threshold: Threshold,
    expression: Expression,
    /// The value with which a window first crossed the threshold: later windows do not make it good again.
    crossed: Cell<Option<f64>>,
}

/// How one threshold stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The key in the options.
    pub metric: String,
    /// The expression as it was written.
    pub source: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was compared; `None` when there was nothing to compare.
    pub value: Option<f64>,
    /// Whether the run is to be ended because of it.
    pub abort: bool,
}

impl Evaluator {
    /// Reads thresholds and checks them against the run's metrics.
    ///
    /// With `no_data_fails`, a threshold whose metric has no samples is crossed; as in k6 it holds otherwise.
    ///
    /// # Errors
    /// With k6's words for the first one that cannot be evaluated.
    pub fn new(
        thresholds: &BTreeMap<String, Vec<Threshold>>,
        registry: &Registry,
        no_data_fails: bool,
    ) -> Result<Self, Error> {
        let judged = thresholds.iter().map(|(name, all)| Judged::new(name, all, registry));
        Ok(Self { judged: judged.collect::<Result<_, _>>()?, no_data_fails })
    }

    /// What [`Aggregate::new`] must keep track of: the parts of metrics with their longest windows.
    #[must_use]
    pub fn selectors(&self) -> Vec<(Selector, Option<Duration>)> {
        let longest = |judged: &Judged| judged.rules.iter().filter_map(|rule| rule.expression.window).max();
        self.judged.iter().map(|judged| (judged.selector.clone(), longest(judged))).collect()
    }

    /// Whether there are no thresholds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.judged.iter().all(|judged| judged.rules.is_empty())
    }

    /// The keys of the options, sorted, with what they select and its kind.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Selector, Kind)> {
        self.judged.iter().map(|judged| (judged.name.as_str(), &judged.selector, judged.kind))
    }

    /// How all thresholds stand after `elapsed` of the load, at `now` on the run's clock.
    ///
    /// A threshold with a window is crossed for good when it does not hold in one whole window. While less time
    /// has passed than its window is long, it stands as in the time so far.
    #[must_use]
    pub fn evaluate(&self, state: &Aggregate, elapsed: Duration, now: Nanos) -> Vec<Outcome> {
        let at = Moment { state, elapsed, now };
        let rules = self.judged.iter().flat_map(|judged| judged.rules.iter().map(move |rule| (judged, rule)));
        rules.map(|(judged, rule)| self.outcome(judged, rule, at)).collect()
    }

    fn outcome(&self, judged: &Judged, rule: &Rule, at: Moment<'_>) -> Outcome {
        let mut found = rule.measure(judged, at);
        let mut ok = found.map_or(!self.no_data_fails, |found| {
            rule.expression.operator.holds(found, rule.expression.limit)
        });
        if let Some(window) = rule.expression.window {
            if let (false, Some(value), true) = (ok, found, at.elapsed >= window) {
                rule.crossed.set(rule.crossed.get().or(Some(value)));
            }
            if let Some(value) = rule.crossed.get() {
                (ok, found) = (false, Some(value));
            }
        }
        Outcome {
            metric: judged.name.clone(),
            source: rule.threshold.source.clone(),
            ok,
            value: found,
            abort: !ok && rule.may_abort(judged, at),
        }
    }
}

/// The state of the run at a point in time.
#[derive(Clone, Copy)]
struct Moment<'a> {
    state: &'a Aggregate,
    elapsed: Duration,
    now: Nanos,
}

impl Judged {
    fn new(name: &str, all: &[Threshold], registry: &Registry) -> Result<Self, Error> {
        let rules = all
            .iter()
            .map(|threshold| {
                let expression = threshold.expression()?;
                Ok(Rule { threshold: threshold.clone(), expression, crossed: Cell::new(None) })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let selector = Selector::parse(name)?;
        let Some(metric) = registry.lookup(&selector.metric) else {
            return Err(Error::new(format!(
                "invalid threshold defined on {name}; reason: no metric name \"{name}\" found"
            )));
        };
        let kind = registry.get(metric).kind;
        rules.iter().try_for_each(|rule| rule.check(name, kind))?;
        Ok(Self { name: name.to_owned(), selector, kind, rules })
    }
}

impl Rule {
    /// Whether metrics of this kind can be judged so.
    fn check(&self, name: &str, kind: Kind) -> Result<(), Error> {
        let allowed: &[&str] = match kind {
            Kind::Counter => &["count", "rate"],
            Kind::Gauge => &["value"],
            Kind::Rate => &["rate"],
            Kind::Trend => &["avg", "min", "max", "med", "p"],
        };
        let method = self.expression.aggregation.name();
        if allowed.contains(&method) {
            return Ok(());
        }
        Err(Error::new(format!(
            "invalid threshold \"{}\" applied on metric {name}; reason: unsupported aggregation method {method} on \
             metric of type {}. supported aggregation methods for this metric are: {}",
            self.threshold.source,
            kind.name(),
            allowed.join(", ")
        )))
    }

    /// What is compared with the limit.
    fn measure(&self, judged: &Judged, at: Moment<'_>) -> Option<f64> {
        let aggregation = self.expression.aggregation;
        match self.expression.window {
            Some(length) => {
                let sink = at.state.window(&judged.selector, length, at.now)?;
                value(&sink, aggregation, length.min(at.elapsed))
            }
            None => match at.state.sink(&judged.selector) {
                Some(sink) => value(sink, aggregation, at.elapsed),
                None => value(&Sink::new(judged.kind), aggregation, at.elapsed),
            },
        }
    }

    /// Whether crossing it ends the run now. A metric that nothing was added to yet is given time, and a window
    /// must be whole.
    fn may_abort(&self, judged: &Judged, at: Moment<'_>) -> bool {
        let earliest = self.threshold.delay_abort_eval.max(self.expression.window);
        self.threshold.abort_on_fail
            && earliest.is_none_or(|earliest| at.elapsed >= earliest)
            && at.state.samples(&judged.selector) > 0
    }
}
