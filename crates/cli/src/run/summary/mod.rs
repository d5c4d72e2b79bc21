//! The merged state of a run as the plain values that summaries are made of.
//!
//! Main function: [`summarise`]. How summaries look is [`report::summary`]'s business.

mod trust;
mod views;

use std::time::Duration;

use metrics::thresholds::Outcome;
use metrics::{Metric as Head, Sink, Trend};
use model::{Aggregation, Expression, Selector};
use report::summary::{Distribution, Metric, Options, State, Summary, Threshold, Trust, Values, View};
use serde_json::Value;

use super::judge::Judge;
use super::outputs::contains;

pub use trust::{Facts, judge as judge_trust};

/// What a summary needs besides what was measured.
pub struct Context<'a> {
    /// The options that concern summaries.
    pub options: Options,
    /// Facts about the run's surroundings.
    pub state: State,
    /// What `setup()` returned, as JSON.
    pub setup_data: Option<&'a str>,
    /// Names of the scenarios in their order, without one that only stands for a shorthand.
    pub scenarios: Vec<String>,
    /// Whether the numbers describe the target.
    pub trust: Trust,
    /// Why the run did not end as planned.
    pub incomplete: Option<String>,
}

/// Makes the summary.
#[must_use]
pub fn summarise(judge: &Judge, context: Context<'_>) -> Summary {
    let maker = Maker { judge, stats: &context.options.trend_stats, duration: context.state.duration };
    let root_group = views::root_group(judge.aggregate());
    let scenarios = context.scenarios.iter().map(|name| views::scenario(&maker, name)).collect();
    let groups = if context.scenarios.is_empty() { views::groups(&maker, None) } else { Vec::new() };
    Summary {
        total: View {
            name: String::new(),
            metrics: maker.all(),
            checks: views::checks(judge.aggregate(), |_| true),
            groups: Vec::new(),
        },
        scenarios,
        groups,
        root_group,
        setup_data: context.setup_data.and_then(|json| serde_json::from_str::<Value>(json).ok()),
        options: context.options,
        state: context.state,
        trust: context.trust,
        incomplete: context.incomplete,
    }
}

/// Turns sinks into values.
pub(super) struct Maker<'a> {
    judge: &'a Judge,
    stats: &'a [String],
    duration: Duration,
}

impl Maker<'_> {
    /// All metrics with samples or thresholds, sorted, each followed by its sub-metrics.
    fn all(&self) -> Vec<Metric> {
        let mut parts = self.parts();
        let mut heads = self.judge.aggregate().registry().all();
        heads.sort_by(|a, b| a.name.cmp(&b.name));
        let mut metrics = Vec::new();
        for head in heads {
            let (own, others): (Vec<Part>, Vec<Part>) =
                parts.into_iter().partition(|part| part.selector.metric == *head.name);
            parts = others;
            let sink = self.judge.aggregate().total(head.id);
            // A metric that a threshold asks for is shown even when nothing was measured.
            let asked = own.iter().any(|part| part.from_options);
            if sink.is_none() && !asked {
                continue;
            }
            metrics.push(self.metric(&head, sink, None, &head.name));
            for part in own.into_iter().filter(|part| part.inside.is_some()) {
                let sink = self.judge.aggregate().sink(&part.selector);
                metrics.push(self.metric(&head, sink, part.inside, &part.name));
            }
        }
        metrics
    }

    /// The sub-metrics of the run and what thresholds ask for, sorted by name.
    fn parts(&self) -> Vec<Part> {
        let mut parts = vec![Part::expected_response()];
        for (name, selector, _) in
            self.judge.evaluator().into_iter().flat_map(metrics::thresholds::Evaluator::names)
        {
            parts.retain(|part| part.name != name);
            let inside = name.split_once('{').map(|(_, rest)| rest.trim_end_matches('}').to_owned());
            parts.push(Part {
                name: name.to_owned(),
                selector: selector.clone(),
                inside,
                from_options: true,
            });
        }
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        parts
    }

    fn metric(&self, head: &Head, sink: Option<&Sink>, selector: Option<String>, name: &str) -> Metric {
        let empty = Sink::new(head.kind);
        Metric {
            name: head.name.to_string(),
            selector,
            contains: contains(head.contains),
            values: self.values(sink.unwrap_or(&empty)),
            thresholds: self
                .judge
                .outcomes()
                .iter()
                .filter(|outcome| outcome.metric == name)
                .map(threshold)
                .collect(),
        }
    }

    /// The values of a sink.
    fn values(&self, sink: &Sink) -> Values {
        match sink {
            Sink::Counter(count) => {
                let seconds = self.duration.as_secs_f64();
                Values::Counter { count: *count, rate: if seconds > 0.0 { count / seconds } else { 0.0 } }
            }
            Sink::Gauge { .. } if sink.is_empty() => Values::Gauge { value: 0.0, min: 0.0, max: 0.0 },
            Sink::Gauge { value, min, max, .. } => Values::Gauge { value: *value, min: *min, max: *max },
            Sink::Rate { nonzero, total } => Values::Rate { passes: *nonzero, total: *total },
            Sink::Trend(trend) => Values::Trend(Box::new(self.distribution(trend))),
        }
    }

    fn distribution(&self, trend: &Trend) -> Distribution {
        let mut trend = trend.clone();
        trend.sort();
        let chosen = self.stats.iter().map(|stat| (stat.clone(), statistic(&trend, stat))).collect();
        Distribution {
            chosen,
            count: trend.count(),
            avg: trend.avg(),
            min: trend.min(),
            med: trend.med(),
            max: trend.max(),
            p90: trend.quantile(0.9),
            p95: trend.quantile(0.95),
        }
    }
}

/// A sub-metric, or a metric that thresholds ask for as a whole.
struct Part {
    name: String,
    selector: Selector,
    /// What stands between the braces.
    inside: Option<String>,
    from_options: bool,
}

impl Part {
    /// The sub-metric that every run has.
    fn expected_response() -> Self {
        let (metric, tag, value) = ("http_req_duration", "expected_response", "true");
        Self {
            name: format!("{metric}{{{tag}:{value}}}"),
            selector: Selector { metric: metric.to_owned(), tags: vec![(tag.to_owned(), value.to_owned())] },
            inside: Some(format!("{tag}:{value}")),
            from_options: false,
        }
    }
}

fn statistic(trend: &Trend, name: &str) -> f64 {
    match Aggregation::parse(name) {
        Some(Aggregation::Count) => trend.count() as f64,
        Some(Aggregation::Avg) => trend.avg(),
        Some(Aggregation::Min) => trend.min(),
        Some(Aggregation::Med) => trend.med(),
        Some(Aggregation::Max) => trend.max(),
        Some(Aggregation::P(percent)) => trend.quantile(percent / 100.0),
        // Refused before the run.
        Some(Aggregation::Rate | Aggregation::Value) | None => 0.0,
    }
}

fn threshold(outcome: &Outcome) -> Threshold {
    let aggregation = Expression::parse(&outcome.source).map(|expression| match expression.aggregation {
        Aggregation::P(percent) => format!("p({percent})"),
        other => other.name().to_owned(),
    });
    Threshold {
        source: outcome.source.clone(),
        aggregation: aggregation.unwrap_or_default(),
        value: outcome.value,
        ok: outcome.ok,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use metrics::thresholds::Evaluator;
    use metrics::{Kind, Recorder, RecorderConfig, Registry, builtin};
    use model::{Clock, Nanos, Options as TestOptions};

    /// A run of two scenarios, two workers, a group with a check, and thresholds.
    fn judged(thresholds: &serde_json::Value) -> Judge {
        let registry = Registry::new();
        let orders = registry.declare("orders", Kind::Counter, metrics::Contains::Default).unwrap();
        registry.declare("never", Kind::Trend, metrics::Contains::Default).unwrap();
        let object = serde_json::json!({ "thresholds": thresholds });
        let (options, _) = TestOptions::from_script(&object).unwrap();
        let none = BTreeMap::new();
        let asked = options.thresholds.as_ref().unwrap_or(&none);
        let evaluator = Evaluator::new(asked, &registry, false).unwrap();
        let mut judge = Judge::new(registry.clone(), Some(evaluator));
        for worker in 0..2 {
            let mut recorder =
                Recorder::new(worker, registry.clone(), Clock::start(), RecorderConfig::default());
            let mut set = |pairs: &[(&str, &str)]| {
                let pairs: Vec<_> = pairs.iter().map(|(k, v)| (recorder.sym(k), recorder.sym(v))).collect();
                recorder.tag_set(&pairs)
            };
            let shop = set(&[("scenario", "shop"), ("group", "")]);
            let pay = set(&[("scenario", "shop"), ("group", "::cart::pay"), ("check", "paid")]);
            let look = set(&[("scenario", "look"), ("group", ""), ("check", "seen")]);
            recorder.add(orders, shop, 3.0, Nanos(1));
            recorder.add(builtin::CHECKS, pay, f64::from(worker), Nanos(1));
            recorder.add(builtin::CHECKS, look, 1.0, Nanos(1));
            judge.apply(recorder.take_frame(Nanos::from_secs(1)));
        }
        judge.settle(Duration::from_secs(2), Nanos::from_secs(2));
        judge
    }

    fn summary(thresholds: &serde_json::Value, scenarios: &[&str]) -> Summary {
        let state = State { duration: Duration::from_secs(2), ..State::default() };
        let context = Context {
            options: Options::default(),
            state,
            setup_data: Some("{\"a\":1}"),
            scenarios: scenarios.iter().map(|name| (*name).to_owned()).collect(),
            trust: Trust::default(),
            incomplete: None,
        };
        summarise(&judged(thresholds), context)
    }

    fn names(view: &View) -> Vec<String> {
        view.metrics.iter().map(Metric::full_name).collect()
    }

    #[test]
    fn metrics_are_those_measured_and_those_asked_for() {
        assert_eq!(names(&summary(&serde_json::json!({}), &[]).total), ["checks", "orders"]);
        let asked =
            serde_json::json!({ "never": ["p(95)<1"], "orders{scenario:shop}": ["count>5", "rate>9"] });
        let found = summary(&asked, &[]);
        assert_eq!(names(&found.total), ["checks", "never", "orders", "orders{scenario:shop}"]);
        let part = &found.total.metrics[3];
        let verdicts: Vec<_> =
            part.thresholds.iter().map(|t| (t.aggregation.as_str(), t.value, t.ok)).collect();
        assert_eq!(verdicts, [("count", Some(6.0), true), ("rate", Some(3.0), false)]);
        assert_eq!(found.setup_data, Some(serde_json::json!({"a": 1})));
    }

    #[test]
    fn views_hold_what_belongs_to_them() {
        let found = summary(&serde_json::json!({}), &["shop", "look"]);
        assert_eq!(
            found.scenarios.iter().map(names).collect::<Vec<_>>(),
            [vec!["checks", "orders"], vec!["checks"]]
        );
        let cart = &found.scenarios[0].groups[0];
        assert_eq!((cart.name.as_str(), cart.groups[0].name.as_str()), ("cart", "pay"));
        let paid = &cart.groups[0].checks[0];
        assert_eq!((paid.name.as_str(), paid.passes, paid.fails), ("paid", 1, 1));
        assert_eq!(found.root_group.groups[0].groups[0].checks, cart.groups[0].checks);
        assert_eq!(found.root_group.checks[0].passes, 2);
        assert!(found.groups.is_empty());
    }

    #[test]
    fn crossed_metrics_are_named_once() {
        let asked = serde_json::json!({ "orders": ["count>50", "count>60"], "checks": ["rate>0.99"] });
        assert_eq!(judged(&asked).crossed(), ["checks", "orders"]);
    }
}
