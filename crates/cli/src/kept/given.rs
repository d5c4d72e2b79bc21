//! Figures that a run has as figures: those that it worked out at its end, or that came with imported results.
//!
//! Main type: [`Given`], a metric of a kept summary. Asking it costs nothing, where adding the seconds up again means to
//! read them all. Of imported results it may be all there is.

use metrics::{Contains, Kind};
use model::{Aggregation, Selector};
use report::summary::{Distribution, Metric, Threshold, Values, aggregation, split_name};
use serde_json::Value;
use store::{Kept, Listed};

/// Where imported results came from; nothing for a run of this program.
#[must_use]
pub fn imported(run: &Listed) -> Option<&Value> {
    run.trust.as_ref().map(|trust| &trust["imported"]).filter(|imported| imported.is_object())
}

/// A sentence about imported results.
#[must_use]
pub fn doubt_of_import(run: &Listed) -> Option<String> {
    let from = imported(run)?["from"].as_str()?;
    Some(format!("was imported from {from}: whether its load generator kept pace is not known"))
}

/// A metric with its figures.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a>(&'a Value);

impl<'a> Given<'a> {
    /// The metrics of a summary.
    pub fn all(summary: &'a Value) -> impl Iterator<Item = Self> {
        summary["results"]["metrics"].as_array().into_iter().flatten().map(Self)
    }

    /// The metric, or the part of one, of that name.
    #[must_use]
    pub fn find(summary: &'a Value, selector: &Selector) -> Option<Self> {
        let tags: Vec<String> = selector.tags.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        let name = if tags.is_empty() {
            selector.metric.clone()
        } else {
            format!("{}{{{}}}", selector.metric, tags.join(","))
        };
        Self::all(summary).find(|one| one.name() == name && !one.is_empty())
    }

    /// The name, with the braces of a part.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.0["name"].as_str().unwrap_or_default()
    }

    /// How its samples added up.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.0["type"].as_str().and_then(Kind::parse)
    }

    /// What its values mean.
    #[must_use]
    pub fn contains(&self) -> Contains {
        self.0["contains"].as_str().and_then(Contains::parse).unwrap_or(Contains::Default)
    }

    /// A figure by its name.
    #[must_use]
    pub fn figure(&self, name: &str) -> Option<f64> {
        self.0["values"][name].as_f64()
    }

    /// Whether it had no samples: its figures are those of nothing.
    fn is_empty(&self) -> bool {
        let zero = |name: &str| self.figure(name).is_none_or(|value| value == 0.0);
        match self.kind() {
            Some(Kind::Counter) => zero("count"),
            Some(Kind::Rate) => zero("total"),
            Some(Kind::Gauge) => zero("min") && zero("max"),
            Some(Kind::Trend) => zero("min") && zero("max") && zero("avg"),
            None => true,
        }
    }

    /// What a threshold would compare, in a run of so many seconds; nothing where it is not among the figures.
    #[must_use]
    pub fn value(&self, aggregation: Aggregation, seconds: f64) -> Option<f64> {
        let figure = |name: &str| self.figure(name);
        match (self.kind()?, aggregation) {
            (Kind::Counter, Aggregation::Count) => figure("count"),
            (Kind::Counter, Aggregation::Rate) => {
                figure("rate").or_else(|| Some(figure("count")? / Some(seconds).filter(|one| *one > 0.0)?))
            }
            (Kind::Rate, Aggregation::Rate) => figure("rate"),
            (Kind::Gauge, Aggregation::Value) => figure("value"),
            (Kind::Trend, Aggregation::Avg) => figure("avg"),
            (Kind::Trend, Aggregation::Min) => figure("min"),
            (Kind::Trend, Aggregation::Med) => figure("med"),
            (Kind::Trend, Aggregation::Max) => figure("max"),
            (Kind::Trend, Aggregation::P(50.0)) => figure("med").or_else(|| figure("p50")),
            (Kind::Trend, Aggregation::P(percent)) => figure(&format!("p{percent}")),
            _ => None,
        }
    }

    /// The metric as summaries show it.
    fn shown(&self, seconds: f64, thresholds: Vec<Threshold>) -> Option<Metric> {
        let (name, selector) = split_name(self.name());
        let number = |name: &str| self.figure(name).unwrap_or(0.0);
        let values = match self.kind()? {
            Kind::Counter => Values::Counter {
                count: number("count"),
                rate: self.value(Aggregation::Rate, seconds).unwrap_or(0.0),
            },
            Kind::Gauge => Values::Gauge { value: number("value"), min: number("min"), max: number("max") },
            Kind::Rate => Values::Rate { passes: number("matches") as u64, total: number("total") as u64 },
            Kind::Trend => {
                let usual = ["avg", "min", "med", "max", "p90", "p95"];
                let chosen = usual.iter().filter_map(|name| {
                    let shown =
                        name.strip_prefix('p').map_or((*name).to_owned(), |rest| format!("p({rest})"));
                    Some((shown, self.figure(name)?))
                });
                Values::Trend(Box::new(Distribution {
                    chosen: chosen.collect(),
                    count: number("count") as u64,
                    avg: number("avg"),
                    min: number("min"),
                    med: number("med"),
                    max: number("max"),
                    p90: number("p90"),
                    p95: number("p95"),
                }))
            }
        };
        Some(Metric {
            name: name.to_owned(),
            selector: selector.map(str::to_owned),
            contains: self.contains(),
            values,
            thresholds,
        })
    }
}

/// Puts the metrics of imported results of which there are no samples among those that were worked out of samples.
pub fn complete(metrics: &mut Vec<Metric>, kept: &Kept, seconds: f64) {
    let (Some(_), Some(summary)) = (imported(&kept.listed), &kept.summary) else { return };
    let registry = kept.state.registry();
    for given in Given::all(summary) {
        let plain = split_name(given.name()).0;
        if registry.lookup(plain).is_some_and(|id| kept.state.total(id).is_some()) {
            continue;
        }
        let thresholds = kept.thresholds.iter().filter(|one| one.metric == given.name());
        let thresholds = thresholds.map(|one| Threshold {
            source: one.source.clone(),
            aggregation: aggregation(&one.source).to_owned(),
            value: model::Aggregation::parse(aggregation(&one.source))
                .and_then(|wanted| given.value(wanted, seconds)),
            ok: one.ok,
        });
        let Some(shown) = given.shown(seconds, thresholds.collect()) else { continue };
        metrics.retain(|metric| metric.full_name() != given.name());
        metrics.push(shown);
    }
    metrics.sort_by(|a, b| (&a.name, &a.selector).cmp(&(&b.name, &b.selector)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn figures_are_found() {
        let metric = |name: &str, kind: &str, values: Value| json!({ "name": name, "type": kind, "contains": "time", "values": values });
        let summary = json!({ "results": { "metrics": [
            metric("http_reqs", "counter", json!({ "count": 50 })),
            metric("http_req_duration", "trend", json!({ "avg": 2.0, "min": 1.0, "max": 9.0, "med": 2.5, "p95": 7.0 })),
            metric("http_req_duration{name:a}", "trend", json!({ "avg": 3.0, "min": 1.0, "max": 4.0 })),
            metric("idle", "trend", json!({ "avg": 0.0, "min": 0.0, "max": 0.0, "p95": 0.0 })),
        ] } });
        let check = |selector: &str, aggregation: Aggregation, expected: Option<f64>| {
            let selector = Selector::parse(selector).unwrap();
            let found = Given::find(&summary, &selector).and_then(|one| one.value(aggregation, 10.0));
            assert_eq!(found, expected, "{selector:?} {aggregation:?}");
        };
        check("http_reqs", Aggregation::Count, Some(50.0));
        check("http_reqs", Aggregation::Rate, Some(5.0));
        check("http_req_duration", Aggregation::P(95.0), Some(7.0));
        check("http_req_duration", Aggregation::P(50.0), Some(2.5));
        check("http_req_duration", Aggregation::P(99.0), None);
        check("http_req_duration{name:a}", Aggregation::Avg, Some(3.0));
        check("http_req_duration{name:b}", Aggregation::Avg, None);
        check("idle", Aggregation::P(95.0), None);
    }
}
