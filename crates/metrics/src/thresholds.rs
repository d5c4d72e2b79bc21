//! Thresholds over the merged state of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Aggregation, Error, Expression, Nanos, Selector, Threshold};

use crate::aggregate::{Aggregate, value};
use crate::registry::{Kind, Registry};
use crate::sink::Sink;

/// A threshold with its expression read.
struct Rule {
    threshold: Threshold,
    expression: Expression,
}

struct Judged {
    name: String,
    selector: Selector,
    kind: Kind,
    rules: Vec<Rule>,
}

/// Evaluates all thresholds of a run.
pub struct Evaluator {
    judged: Vec<Judged>,
    no_data_fails: bool,
}

/// How one threshold stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The key in the options.
    pub metric: String,
    /// The expression.
    pub source: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was compared; nothing when there was nothing to compare.
    pub value: Option<f64>,
    /// Whether the run is to be ended.
    pub abort: bool,
}

impl Evaluator {
    /// Reads and checks thresholds against the run's metrics.
    ///
    /// # Errors
    /// With k6's words for the first one that cannot be evaluated.
    pub fn new(
        thresholds: &BTreeMap<String, Vec<Threshold>>,
        registry: &Registry,
        no_data_fails: bool,
    ) -> Result<Self, Error> {
        let mut judged = Vec::new();
        for (name, all) in thresholds {
            let rules = all
                .iter()
                .map(|threshold| {
                    Ok(Rule { expression: threshold.expression()?, threshold: threshold.clone() })
                })
                .collect::<Result<Vec<_>, Error>>()?;
            let selector = Selector::parse(name)?;
            let Some(metric) = registry.lookup(&selector.metric) else {
                return Err(Error::new(format!(
                    "invalid threshold defined on {name}; reason: no metric name {name:?} found"
                )));
            };
            let kind = registry.get(metric).kind;
            for rule in &rules {
                check_aggregation(name, kind, rule)?;
            }
            judged.push(Judged { name: name.clone(), selector, kind, rules });
        }
        Ok(Self { judged, no_data_fails })
    }

    /// The parts of metrics that must be kept apart, with their longest windows.
    #[must_use]
    pub fn selectors(&self) -> Vec<(Selector, Option<Duration>)> {
        self.judged
            .iter()
            .map(|judged| {
                let window = judged.rules.iter().filter_map(|rule| rule.expression.window).max();
                (judged.selector.clone(), window)
            })
            .collect()
    }

    /// Whether there are any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.judged.is_empty()
    }

    /// The keys of the options with their metrics' kinds.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Selector, Kind)> {
        self.judged.iter().map(|judged| (judged.name.as_str(), &judged.selector, judged.kind))
    }

    /// How all thresholds stand after `elapsed` of the run, `now` on its clock.
    #[must_use]
    pub fn evaluate(&self, state: &Aggregate, elapsed: Duration, now: Nanos) -> Vec<Outcome> {
        self.judged
            .iter()
            .flat_map(|judged| {
                judged.rules.iter().map(move |rule| self.outcome(judged, rule, state, elapsed, now))
            })
            .collect()
    }

    fn outcome(
        &self,
        judged: &Judged,
        rule: &Rule,
        state: &Aggregate,
        elapsed: Duration,
        now: Nanos,
    ) -> Outcome {
        let Expression { aggregation, operator, limit, window } = rule.expression;
        let found = match window {
            Some(length) => state
                .window(&judged.selector, length, now)
                .and_then(|sink| value(&sink, aggregation, length.min(elapsed))),
            None => match state.sink(&judged.selector) {
                Some(sink) => value(sink, aggregation, elapsed),
                None => value(&Sink::new(judged.kind), aggregation, elapsed),
            },
        };
        let ok = found.map_or(!self.no_data_fails, |found| operator.holds(found, limit));
        let due = rule.threshold.delay_abort_eval.is_none_or(|delay| elapsed >= delay);
        Outcome {
            metric: judged.name.clone(),
            source: rule.threshold.source.clone(),
            ok,
            value: found,
            abort: !ok && rule.threshold.abort_on_fail && due,
        }
    }
}

fn check_aggregation(name: &str, kind: Kind, rule: &Rule) -> Result<(), Error> {
    let allowed: &[&str] = match kind {
        Kind::Counter => &["count", "rate"],
        Kind::Gauge => &["value"],
        Kind::Rate => &["rate"],
        Kind::Trend => &["avg", "min", "max", "med", "p"],
    };
    let method = Aggregation::name(rule.expression.aggregation);
    if allowed.contains(&method) {
        return Ok(());
    }
    Err(Error::new(format!(
        "invalid threshold {:?} applied on metric {name}; reason: unsupported aggregation method {method} on metric of type {}. supported aggregation methods for this metric are: {}",
        rule.threshold.source,
        kind.name(),
        allowed.join(", ")
    )))
}
