//! The JSON forms that scripts and CI jobs have relied on for years: the argument of `handleSummary` and the
//! file of `--summary-export`.

use serde_json::{Map, Value, json};

use super::{Group, Metric, Summary, Values, path_id};

/// The argument of `handleSummary`.
///
/// `setup_data` is missing when `setup()` returned nothing: JSON has no `undefined`, which is what scripts see.
#[must_use]
pub fn legacy_json(summary: &Summary) -> Value {
    let metrics: Map<String, Value> =
        summary.total.metrics.iter().map(|metric| (metric.full_name(), metric_json(metric))).collect();
    let mut root = json!({
        "root_group": group_json(&summary.root_group),
        "options": {
            "summaryTrendStats": summary.options.trend_stats,
            "summaryTimeUnit": summary.options.time_unit.name(),
            "noColor": summary.options.no_color,
        },
        "state": {
            "isStdOutTTY": summary.state.stdout_is_terminal,
            "isStdErrTTY": summary.state.stderr_is_terminal,
            "testRunDurationMs": number(summary.state.duration.as_secs_f64() * 1e3),
        },
        "metrics": metrics,
    });
    if let Some(data) = &summary.setup_data {
        root["setup_data"] = data.clone();
    }
    root
}

/// The file of `--summary-export`. Its thresholds are `true` when they were crossed.
#[must_use]
pub fn export_json(summary: &Summary) -> Value {
    let metrics: Map<String, Value> =
        summary.total.metrics.iter().map(|metric| (metric.full_name(), exported_metric(metric))).collect();
    json!({ "root_group": exported_group(&summary.root_group), "metrics": metrics })
}

/// A number as JSON readers expect it: whole ones without a fraction, impossible ones as null.
pub(super) fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT { json!(value as i64) } else { json!(value) }
}

/// `passes` of `total` as a share; 0 without samples.
pub(super) fn share(passes: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { passes as f64 / total as f64 }
}

fn metric_json(metric: &Metric) -> Value {
    let mut object = json!({
        "type": metric.values.kind().name(),
        "contains": metric.contains.name(),
        "values": values(&metric.values, "rate"),
    });
    if !metric.thresholds.is_empty() {
        object["thresholds"] =
            metric.thresholds.iter().map(|t| (t.source.clone(), json!({ "ok": t.ok }))).collect();
    }
    object
}

fn exported_metric(metric: &Metric) -> Value {
    let mut object = values(&metric.values, "value");
    if !metric.thresholds.is_empty() {
        let crossed = metric.thresholds.iter().map(|t| (t.source.clone(), json!(!t.ok))).collect();
        object.insert("thresholds".to_owned(), crossed);
    }
    Value::Object(object)
}

/// The values of a metric; `share_key` is what the share of a Rate is called.
fn values(values: &Values, share_key: &str) -> Map<String, Value> {
    let pairs: Vec<(&str, Value)> = match values {
        Values::Counter { count, rate } => vec![("count", number(*count)), ("rate", number(*rate))],
        Values::Gauge { value, min, max } => {
            vec![("value", number(*value)), ("min", number(*min)), ("max", number(*max))]
        }
        Values::Rate { passes, total } => vec![
            (share_key, number(share(*passes, *total))),
            ("passes", json!(passes)),
            ("fails", json!(total.saturating_sub(*passes))),
        ],
        Values::Trend(trend) => {
            trend.chosen.iter().map(|(name, value)| (name.as_str(), number(*value))).collect()
        }
    };
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn group_json(group: &Group) -> Value {
    json!({
        "name": group.name,
        "path": group.path,
        "id": path_id(&group.path),
        "groups": group.groups.iter().map(group_json).collect::<Vec<_>>(),
        "checks": checks(group).map(|(_, check)| check).collect::<Vec<_>>(),
    })
}

fn exported_group(group: &Group) -> Value {
    let groups: Map<String, Value> =
        group.groups.iter().map(|inner| (inner.name.clone(), exported_group(inner))).collect();
    json!({
        "name": group.name,
        "path": group.path,
        "id": path_id(&group.path),
        "groups": groups,
        "checks": checks(group).collect::<Map<_, _>>(),
    })
}

fn checks(group: &Group) -> impl Iterator<Item = (String, Value)> {
    group.checks.iter().map(|check| {
        let path = format!("{}::{}", group.path, check.name);
        let value = json!({
            "name": check.name,
            "id": path_id(&path),
            "path": path,
            "passes": check.passes,
            "fails": check.fails,
        });
        (check.name.clone(), value)
    })
}
