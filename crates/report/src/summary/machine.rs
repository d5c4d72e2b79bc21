//! The versioned JSON form that `--new-machine-readable-summary` asks for.
//!
//! Its trends have fixed statistics and its counters no rate, whatever `summaryTrendStats` says: readers of
//! version 1.0.0 expect exactly these fields.

use serde_json::{Map, Value, json};

use super::legacy::{number, share};
use super::{Check, Metric, Mode, Summary, Values, View};
use metrics::Contains;

/// The summary in form 1.0.0; [`Mode::Full`] adds groups and scenarios.
#[must_use]
pub fn machine_readable(summary: &Summary, mode: Mode) -> Value {
    let mut results = view(&summary.total);
    if mode == Mode::Full {
        add_views(&mut results, "groups", &summary.groups);
        add_views(&mut results, "scenarios", &summary.scenarios);
    }
    json!({
        "version": "1.0.0",
        "config": {
            "duration": number(summary.state.duration.as_secs_f64()),
            "execution": summary.state.execution,
            "script": summary.state.script,
        },
        "metadata": {
            "generated_at": summary.state.generated_at,
            "k6_version": summary.state.k6_version,
        },
        "results": results,
    })
}

fn view(view: &View) -> Map<String, Value> {
    let mut object = Map::new();
    if !view.checks.is_empty() {
        object.insert("checks".to_owned(), checks(&view.checks));
    }
    let metrics = view.metrics.iter().filter(|metric| metric.name != "checks").map(metric_json).collect();
    object.insert("metrics".to_owned(), metrics);
    object
}

fn add_views(object: &mut Map<String, Value>, key: &str, views: &[View]) {
    if views.is_empty() {
        return;
    }
    let views = views.iter().map(|part| {
        let mut inner = Map::from_iter([("name".to_owned(), json!(part.name))]);
        inner.extend(view(part));
        add_views(&mut inner, "groups", &part.groups);
        Value::Object(inner)
    });
    object.insert(key.to_owned(), views.collect());
}

fn checks(checks: &[Check]) -> Value {
    let passes: u64 = checks.iter().map(|check| check.passes).sum();
    let fails: u64 = checks.iter().map(|check| check.fails).sum();
    let total = passes + fails;
    let results: Vec<Value> =
        checks.iter().map(|c| json!({ "name": c.name, "passes": c.passes, "fails": c.fails })).collect();
    let counted = Values::Counter { count: total as f64, rate: 0.0 };
    json!({
        "metrics": [
            described("checks_total", Contains::Default, &counted),
            described("checks_succeeded", Contains::Default, &Values::Rate { passes, total }),
            described("checks_failed", Contains::Default, &Values::Rate { passes: fails, total }),
        ],
        "results": results,
    })
}

fn metric_json(metric: &Metric) -> Value {
    described(&metric.full_name(), metric.contains, &metric.values)
}

fn described(name: &str, contains: Contains, values: &Values) -> Value {
    let fields = match values {
        Values::Counter { count, .. } => json!({ "count": number(*count) }),
        Values::Gauge { value, min, max } => {
            json!({ "value": number(*value), "min": number(*min), "max": number(*max) })
        }
        Values::Rate { passes, total } => {
            json!({ "rate": number(share(*passes, *total)), "matches": passes, "total": total })
        }
        Values::Trend(trend) => json!({
            "avg": number(trend.avg),
            "min": number(trend.min),
            "med": number(trend.med),
            "max": number(trend.max),
            "p90": number(trend.p90),
            "p95": number(trend.p95),
        }),
    };
    json!({ "name": name, "type": values.kind().name(), "contains": contains.name(), "values": fields })
}
