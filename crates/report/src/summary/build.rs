//! From the merged state of a run to its [`Summary`]: totals, sub-metrics, scenarios, groups and checks.
//!
//! Main function: [`build`]. It adds up whole series only; it never sees a sample.

use std::collections::HashMap;
use std::time::Duration;

use metrics::thresholds::Outcome;
use metrics::{Aggregate, MetricId, Registry, Sink, Tags, value};
use model::{Aggregation, Selector};

use super::{Check, Distribution, Group, Intervals, Metric, Mode, Summary, Threshold, Values, View};

/// What [`build`] works on.
#[derive(Clone, Copy)]
pub struct Measured<'a> {
    /// All frames of the run, added up.
    pub state: &'a Aggregate,
    /// How all thresholds came out.
    pub outcomes: &'a [Outcome],
    /// The names of the scenarios in the order in which they are to be shown.
    pub scenarios: &'a [&'a str],
    /// How much is going to be shown; scenarios and groups are only worked out for [`Mode::Full`].
    pub mode: Mode,
}

/// The sub-metric that every summary has, where it has samples.
const EXPECTED: &str = "http_req_duration{expected_response:true}";

/// The name that a scenario has when the options name none.
const DEFAULT_SCENARIO: &str = "default";

/// Fills in everything that is measured; `summary` comes with its options, state and trust.
#[must_use]
pub fn build(mut summary: Summary, measured: &Measured<'_>) -> Summary {
    let series: Vec<Series<'_>> =
        measured.state.series().map(|(metric, tags, sink)| Series { metric, tags, sink }).collect();
    let shown = Shown {
        registry: measured.state.registry(),
        stats: &summary.options.trend_stats,
        elapsed: summary.state.duration,
    };
    summary.total = View {
        metrics: shown.totals(&series, measured),
        checks: checks(series.iter().copied()),
        ..View::default()
    };
    summary.root_group = root_group(&series);
    summary.intervals = Intervals::of(measured.state);
    if measured.mode == Mode::Full {
        let mut views = Vec::new();
        for name in measured.scenarios {
            let part: Vec<_> = series.iter().copied().filter(|s| s.tag("scenario") == Some(name)).collect();
            let mut view = shown.view((*name).to_owned(), &part);
            view.groups = shown.groups(&part);
            if *name == DEFAULT_SCENARIO {
                summary.groups = view.groups;
            } else {
                views.push(view);
            }
        }
        summary.scenarios = views;
    }
    summary
}

/// Splits `metric{tag:value}` into the metric and what stands between the braces.
#[must_use]
pub fn split_name(full: &str) -> (&str, Option<&str>) {
    match full.split_once('{') {
        Some((name, rest)) => (name.trim(), Some(rest.trim().trim_end_matches('}').trim())),
        None => (full.trim(), None),
    }
}

/// The left-hand side of a threshold's expression: `p(95)` of `p(95) < 500`.
#[must_use]
pub fn aggregation(source: &str) -> &str {
    source.split(['<', '>', '=', '!']).next().unwrap_or(source).trim()
}

/// One series of the run.
#[derive(Clone, Copy)]
struct Series<'a> {
    metric: MetricId,
    tags: &'a Tags,
    sink: &'a Sink,
}

impl<'a> Series<'a> {
    fn tag(&self, key: &str) -> Option<&'a str> {
        self.tags.iter().find(|(name, _)| **name == *key).map(|(_, value)| &**value)
    }

    /// The path of the group; empty outside of groups.
    fn group(&self) -> &'a str {
        self.tag("group").unwrap_or_default()
    }
}

/// How values are worked out.
struct Shown<'a> {
    registry: &'a Registry,
    stats: &'a [String],
    elapsed: Duration,
}

impl Shown<'_> {
    /// All metrics with samples or thresholds, and the sub-metrics.
    fn totals(&self, series: &[Series<'_>], measured: &Measured<'_>) -> Vec<Metric> {
        let state = measured.state;
        let mut seen: Vec<MetricId> = series.iter().map(|one| one.metric).collect();
        seen.sort_unstable();
        seen.dedup();
        let mut metrics: Vec<Metric> =
            seen.into_iter().filter_map(|id| Some(self.metric(id, None, state.total(id)?))).collect();
        let expected = Selector::parse(EXPECTED).ok().and_then(|selector| state.sink(&selector));
        if let Some(sink) = expected.filter(|sink| !sink.is_empty()) {
            metrics.push(self.metric(metrics::builtin::HTTP_REQ_DURATION, split_name(EXPECTED).1, sink));
        }
        for outcome in measured.outcomes {
            self.judge(&mut metrics, outcome, state);
        }
        metrics.sort_by(|a, b| (&a.name, &a.selector).cmp(&(&b.name, &b.selector)));
        metrics
    }

    /// Attaches a threshold to its metric, which is added when it has no samples.
    fn judge(&self, metrics: &mut Vec<Metric>, outcome: &Outcome, state: &Aggregate) {
        let (name, selector) = split_name(&outcome.metric);
        let threshold = Threshold {
            source: outcome.source.clone(),
            aggregation: aggregation(&outcome.source).to_owned(),
            value: outcome.value,
            ok: outcome.ok,
        };
        let known = metrics.iter_mut().find(|m| m.name == name && m.selector.as_deref() == selector);
        if let Some(metric) = known {
            metric.thresholds.push(threshold);
            return;
        }
        // The thresholds were checked against the same registry before the start.
        let Some(id) = self.registry.lookup(name) else { return };
        let parsed = Selector::parse(&outcome.metric).ok();
        let mut metric = match parsed.and_then(|parsed| state.sink(&parsed)) {
            Some(sink) => self.metric(id, selector, sink),
            None => self.metric(id, selector, &Sink::new(self.registry.get(id).kind)),
        };
        metric.thresholds.push(threshold);
        metrics.push(metric);
    }

    fn view(&self, name: String, series: &[Series<'_>]) -> View {
        let mut sums: HashMap<MetricId, Sink> = HashMap::new();
        for one in series {
            sums.entry(one.metric).and_modify(|sum| sum.absorb(one.sink)).or_insert_with(|| one.sink.clone());
        }
        let mut metrics: Vec<Metric> = sums.iter().map(|(id, sum)| self.metric(*id, None, sum)).collect();
        metrics.sort_by(|a, b| a.name.cmp(&b.name));
        View { name, metrics, checks: checks(series.iter().copied()), groups: Vec::new() }
    }

    /// Views of the groups of a scenario as a tree.
    fn groups(&self, series: &[Series<'_>]) -> Vec<View> {
        let mut paths: Vec<&str> = Vec::new();
        for one in series {
            if !one.group().is_empty() && !paths.contains(&one.group()) {
                paths.push(one.group());
            }
        }
        let mut root = View::default();
        for path in paths {
            let inside: Vec<_> = series.iter().copied().filter(|one| one.group() == path).collect();
            let names = path.split("::").filter(|name| !name.is_empty());
            let place = names.fold(&mut root, child);
            let view = self.view(place.name.clone(), &inside);
            (place.metrics, place.checks) = (view.metrics, view.checks);
        }
        root.groups
    }

    fn metric(&self, id: MetricId, selector: Option<&str>, sink: &Sink) -> Metric {
        let declared = self.registry.get(id);
        Metric {
            name: declared.name.to_string(),
            selector: selector.map(str::to_owned),
            contains: declared.contains,
            values: self.values(sink),
            thresholds: Vec::new(),
        }
    }

    fn values(&self, sink: &Sink) -> Values {
        match sink {
            Sink::Counter(count) => Values::Counter {
                count: *count,
                rate: value(sink, Aggregation::Rate, self.elapsed).unwrap_or(0.0),
            },
            Sink::Gauge { .. } if sink.is_empty() => Values::Gauge { value: 0.0, min: 0.0, max: 0.0 },
            Sink::Gauge { value, min, max, .. } => Values::Gauge { value: *value, min: *min, max: *max },
            Sink::Rate { nonzero, total } => Values::Rate { passes: *nonzero, total: *total },
            Sink::Trend(trend) => {
                // Sorted once for all quantiles.
                let mut trend = trend.clone();
                trend.sort();
                let count = trend.count();
                let sorted = Sink::Trend(trend);
                let stat = |name: &str| match Aggregation::parse(name) {
                    Some(Aggregation::Count) => count as f64,
                    Some(stat) => value(&sorted, stat, self.elapsed).unwrap_or(0.0),
                    None => 0.0,
                };
                Values::Trend(Box::new(Distribution {
                    chosen: self.stats.iter().map(|name| (name.clone(), stat(name))).collect(),
                    count,
                    avg: stat("avg"),
                    min: stat("min"),
                    med: stat("med"),
                    max: stat("max"),
                    p90: stat("p(90)"),
                    p95: stat("p(95)"),
                }))
            }
        }
    }
}

/// The group `name` directly inside `view`, made when it is not there yet.
fn child<'a>(view: &'a mut View, name: &str) -> &'a mut View {
    let at = view.groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
        view.groups.push(View { name: name.to_owned(), ..View::default() });
        view.groups.len() - 1
    });
    &mut view.groups[at]
}

/// The checks among `series`, merged by name, in the order in which they came up.
fn checks<'a>(series: impl Iterator<Item = Series<'a>>) -> Vec<Check> {
    let mut checks = Vec::new();
    for one in series {
        count_check(&mut checks, &one);
    }
    checks
}

/// Adds a series of the metric `checks` to the check that it belongs to.
fn count_check(checks: &mut Vec<Check>, one: &Series<'_>) {
    let (Some(name), Sink::Rate { nonzero, total }) = (one.tag("check"), one.sink) else { return };
    if one.metric != metrics::builtin::CHECKS {
        return;
    }
    let at = checks.iter().position(|check| check.name == name).unwrap_or_else(|| {
        checks.push(Check { name: name.to_owned(), passes: 0, fails: 0 });
        checks.len() - 1
    });
    checks[at].passes += nonzero;
    checks[at].fails += total - nonzero;
}

fn root_group(series: &[Series<'_>]) -> Group {
    let mut root = Group::default();
    for one in series {
        count_check(&mut root.descendant(one.group()).checks, one);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sources_are_taken_apart() {
        let check =
            |full: &str, name: &str, selector: Option<&str>| assert_eq!(split_name(full), (name, selector));
        check("a", "a", None);
        check("a{b:c}", "a", Some("b:c"));
        check("a{ b:c }", "a", Some("b:c"));
        let check = |source: &str, left: &str| assert_eq!(aggregation(source), left);
        check("p(95)<500", "p(95)");
        check(" rate !== 0.5", "rate");
        check("p(95) < 5 for 30s", "p(95)");
        check("count", "count");
    }
}
