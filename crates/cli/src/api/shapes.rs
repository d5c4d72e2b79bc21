//! The JSON of the REST API: JSON:API documents with k6's names. Pure.

use report::summary::{Group, Metric, Summary, Values, path_id};
use serde_json::{Map, Value, json};

use super::Change;

/// The stages of a run as k6 numbers them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Stage {
    /// Users are being made.
    Init = 1,
    /// All is ready and the run waits to be resumed.
    PausedBeforeStart = 4,
    /// `setup()` runs.
    Setup = 6,
    /// The load runs.
    Running = 7,
    /// `teardown()` runs.
    Teardown = 8,
    /// It is over.
    Ended = 9,
    /// It is over, earlier than planned.
    Interrupted = 10,
}

/// What `GET /v1/status` shows.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// Where the run is.
    pub stage: Stage,
    /// Whether it is held back.
    pub paused: bool,
    /// Users that take part now.
    pub vus: u64,
    /// Users that are made.
    pub vus_max: u64,
    /// Whether it was told to end early.
    pub stopped: bool,
    /// Whether it has begun and is not over.
    pub running: bool,
    /// Whether a threshold is crossed.
    pub tainted: bool,
}

/// The document of a status.
#[must_use]
pub fn status(status: &Status) -> Value {
    resource(
        "status",
        "default",
        &json!({
            "status": status.stage as u8,
            "paused": status.paused,
            "vus": status.vus,
            "vus-max": status.vus_max,
            "stopped": status.stopped,
            "running": status.running,
            "tainted": status.tainted,
        }),
    )
}

/// The document of `setup()`'s data.
#[must_use]
pub fn setup_data(data: Option<&Value>) -> Value {
    resource("setupData", "default", &json!({ "data": data }))
}

fn resource(kind: &str, id: &str, attributes: &Value) -> Value {
    json!({ "data": { "type": kind, "id": id, "attributes": attributes } })
}

/// The document of all metrics of a summary.
#[must_use]
pub fn metrics(summary: &Summary) -> Value {
    json!({ "data": summary.total.metrics.iter().map(metric).collect::<Vec<_>>() })
}

/// The document of one metric; nothing when there is none of this name.
#[must_use]
pub fn metric_named(summary: &Summary, name: &str) -> Option<Value> {
    let found = summary.total.metrics.iter().find(|metric| metric.full_name() == name)?;
    Some(json!({ "data": metric(found) }))
}

fn metric(metric: &Metric) -> Value {
    let judged = !metric.thresholds.is_empty();
    json!({
        "type": "metrics",
        "id": metric.full_name(),
        "attributes": {
            "type": metric.values.kind().name(),
            "contains": metric.contains.name(),
            "tainted": judged.then(|| metric.thresholds.iter().any(|threshold| !threshold.ok)),
            "sample": sample(&metric.values),
        },
    })
}

/// The values of a metric under the names of its aggregations.
fn sample(values: &Values) -> Map<String, Value> {
    let pairs: Vec<(&str, Value)> = match values {
        Values::Counter { count, rate } => vec![("count", json!(count)), ("rate", json!(rate))],
        Values::Gauge { value, .. } => vec![("value", json!(value))],
        Values::Rate { passes, total } => {
            let rate = if *total == 0 { 0.0 } else { *passes as f64 / *total as f64 };
            vec![("rate", json!(rate))]
        }
        Values::Trend(trend) => {
            trend.chosen.iter().map(|(name, value)| (name.as_str(), json!(value))).collect()
        }
    };
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The document of all groups, the root first.
#[must_use]
pub fn groups(root: &Group) -> Value {
    let mut all = Vec::new();
    flatten(root, None, &mut all);
    json!({ "data": all })
}

/// The document of one group; nothing when there is none of this id.
#[must_use]
pub fn group_with_id(root: &Group, id: &str) -> Option<Value> {
    let mut all = Vec::new();
    flatten(root, None, &mut all);
    all.into_iter().find(|group| group["id"] == id).map(|group| json!({ "data": group }))
}

fn flatten(group: &Group, parent: Option<&str>, all: &mut Vec<Value>) {
    let reference = |path: &str| json!({ "type": "groups", "id": path_id(path) });
    let checks = group.checks.iter().map(|check| {
        let path = format!("{}::{}", group.path, check.name);
        json!({
            "id": path_id(&path), "path": path, "name": check.name, "passes": check.passes, "fails": check.fails,
        })
    });
    all.push(json!({
        "type": "groups",
        "id": path_id(&group.path),
        "attributes": { "path": group.path, "name": group.name, "checks": checks.collect::<Vec<_>>() },
        "relationships": {
            "groups": { "data": group.groups.iter().map(|inner| reference(&inner.path)).collect::<Vec<_>>() },
            "parent": { "data": parent.map(reference) },
        },
    }));
    for inner in &group.groups {
        flatten(inner, Some(&group.path), all);
    }
}

/// The document of a failure.
#[must_use]
pub fn error(status: u16, title: &str, detail: &str) -> Value {
    json!({ "errors": [{ "status": status.to_string(), "title": title, "detail": detail }] })
}

/// The document that changes a status.
#[must_use]
pub fn change(attributes: &Value) -> Value {
    resource("status", "default", attributes)
}

/// Reads the document that changes a status.
///
/// # Errors
/// What is wrong with it.
pub fn read_change(body: &[u8]) -> Result<Change, String> {
    let document: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let attributes = &document["data"]["attributes"];
    if !attributes.is_object() {
        return Err("there are no data.attributes".to_owned());
    }
    let flag = |name: &str| match &attributes[name] {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        other => Err(format!("{name} must be true or false, not {other}")),
    };
    let vus = ["vus", "vus-max"].iter().any(|name| !attributes[*name].is_null());
    Ok(Change { paused: flag("paused")?, stopped: flag("stopped")?, vus })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_with_care() {
        let check = |body: &str, expected: Result<Change, &str>| {
            let read = read_change(body.as_bytes());
            assert_eq!(read.as_ref().map_err(String::as_str), expected.as_ref().map_err(|e| *e), "{body}");
        };
        let attributes = |text: &str| format!(r#"{{"data":{{"attributes":{text}}}}}"#);
        check(&attributes("{}"), Ok(Change::default()));
        check(
            &attributes(r#"{"paused":false,"stopped":null}"#),
            Ok(Change { paused: Some(false), ..Change::default() }),
        );
        check(&attributes(r#"{"vus-max":3}"#), Ok(Change { vus: true, ..Change::default() }));
        check(&attributes(r#"{"stopped":1}"#), Err("stopped must be true or false, not 1"));
        check("[]", Err("there are no data.attributes"));
        check("", Err("EOF while parsing a value at line 1 column 0"));
    }

    #[test]
    fn groups_know_their_parents() {
        let mut root = Group::default();
        root.child("a").child("b");
        let all = groups(&root);
        let names: Vec<&Value> =
            all["data"].as_array().unwrap().iter().map(|g| &g["attributes"]["path"]).collect();
        assert_eq!(names, ["", "::a", "::a::b"]);
        assert_eq!(all["data"][0]["relationships"]["parent"]["data"], Value::Null);
        assert_eq!(all["data"][2]["relationships"]["parent"]["data"]["id"], all["data"][1]["id"]);
        assert_eq!(all["data"][1]["relationships"]["groups"]["data"][0]["id"], all["data"][2]["id"]);
    }
}
