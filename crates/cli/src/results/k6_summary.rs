//! k6's summaries: what `handleSummary` gets, what `--summary-export` writes, and the newer form for machines.
//!
//! All three have figures of the whole run and nothing else.

use std::io::BufRead;

use metrics::{Contains, Kind};
use serde_json::{Map, Value, json};
use store::{Check, Threshold};

use super::{Fault, Figure, Intake, document};

/// Whether a file begins like one. Only its beginning may be there.
pub fn is_it(head: &str) -> bool {
    let has = |name: &str| head.contains(&format!("\"{name}\""));
    head.starts_with('{')
        && !has("intermediate")
        && (has("metrics") || has("root_group") || (has("results") && has("config")))
        && !head.starts_with("{\"type\"")
        && !head.starts_with("{\"metric\":")
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read, or is no summary.
pub fn read(text: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let document = document(text)?;
    if let Some(metrics) = document["results"]["metrics"].as_array() {
        newer(&document, metrics, intake);
    } else if let Some(metrics) = document["metrics"].as_object() {
        older(&document, metrics, intake);
    } else {
        return Err(Fault::form("it has no metrics"));
    }
    if intake.figures.is_empty() {
        return Err(Fault::form("none of its metrics has figures"));
    }
    Ok(())
}

/// The form for machines.
fn newer(document: &Value, metrics: &[Value], intake: &mut Intake) {
    intake.length_ms = document["config"]["duration"].as_f64().map(|seconds| seconds * 1e3);
    let results = &document["results"];
    for metric in metrics {
        described(metric["name"].as_str().unwrap_or_default(), metric, intake);
    }
    let (mut passes, mut fails) = (0, 0);
    for check in results["checks"]["results"].as_array().into_iter().flatten() {
        let check = check_of("", check);
        (passes, fails) = (passes + check.passes, fails + check.fails);
        intake.checks.push(check);
    }
    if passes + fails > 0 {
        let rate = passes as f64 / (passes + fails) as f64;
        let values = json!({ "rate": rate, "matches": passes, "total": passes + fails });
        push(intake, "checks", Kind::Rate, Contains::Default, values);
    }
}

/// The two older forms.
fn older(document: &Value, metrics: &Map<String, Value>, intake: &mut Intake) {
    intake.length_ms = document["state"]["testRunDurationMs"].as_f64();
    for (name, metric) in metrics {
        if metric["values"].is_object() {
            described(name, metric, intake);
        } else {
            exported(name, metric, intake);
        }
        thresholds(name, metric, intake);
    }
    groups(&document["root_group"], intake);
    if intake.length_ms.is_none() {
        let length = ["http_reqs", "iterations", "data_received"].iter().find_map(|name| {
            let values = metrics.get(*name)?;
            let (count, rate) = (values["count"].as_f64()?, values["rate"].as_f64()?);
            (rate > 0.0).then_some(count / rate * 1e3)
        });
        intake.length_ms = length;
    }
}

/// A metric that says what it is.
fn described(name: &str, metric: &Value, intake: &mut Intake) {
    let kind = metric["type"].as_str().and_then(Kind::parse);
    let contains = metric["contains"].as_str().and_then(Contains::parse);
    if let (Some(kind), false) = (kind, name.is_empty()) {
        let values = figures(kind, &metric["values"]);
        push(intake, name, kind, contains.unwrap_or(Contains::Default), values);
    }
}

/// A metric whose kind shows in its figures.
fn exported(name: &str, metric: &Value, intake: &mut Intake) {
    let has = |figure: &str| metric[figure].is_number();
    let kinds = [
        (has("passes") && has("fails"), Kind::Rate),
        (has("count") && has("rate"), Kind::Counter),
        (has("avg") || has("med") || has("p(95)"), Kind::Trend),
        (has("value"), Kind::Gauge),
    ];
    let Some((_, kind)) = kinds.into_iter().find(|(fits, _)| *fits) else { return };
    let plain = name.split('{').next().unwrap_or(name);
    let contains = intake.meaning(plain);
    push(intake, name, kind, contains, figures(kind, metric));
}

/// The figures of a metric by the names that they have here.
fn figures(kind: Kind, values: &Value) -> Value {
    let number = |name: &str| values[name].as_f64();
    match kind {
        Kind::Counter => json!({ "count": number("count"), "rate": number("rate") }),
        Kind::Gauge => json!({
            "value": number("value"),
            "min": number("min").or_else(|| number("value")),
            "max": number("max").or_else(|| number("value")),
        }),
        Kind::Rate => {
            let passes = number("passes").or_else(|| number("matches"));
            let total = number("total").or_else(|| Some(passes? + number("fails")?));
            json!({ "rate": number("rate").or_else(|| number("value")), "matches": passes, "total": total })
        }
        Kind::Trend => {
            let all = values.as_object().into_iter().flatten();
            let known = all.filter(|(_, value)| value.is_number()).map(|(name, value)| {
                let percentile = name.strip_prefix("p(").and_then(|rest| rest.strip_suffix(')'));
                (percentile.map_or_else(|| name.clone(), |number| format!("p{number}")), value.clone())
            });
            Value::Object(known.collect())
        }
    }
}

fn push(intake: &mut Intake, name: &str, kind: Kind, contains: Contains, values: Value) {
    if let Value::Object(mut values) = values {
        values.retain(|_, value| !value.is_null());
        intake.figures.push(Figure { name: name.to_owned(), kind, contains, values });
    }
}

/// Thresholds: with `ok`, or, where they are only true or false, with whether they were crossed.
fn thresholds(metric: &str, of: &Value, intake: &mut Intake) {
    for (source, judged) in of["thresholds"].as_object().into_iter().flatten() {
        let ok = judged["ok"].as_bool().or_else(|| judged.as_bool().map(|crossed| !crossed));
        if let Some(ok) = ok {
            let threshold = Threshold { metric: metric.to_owned(), source: source.clone(), ok, value: None };
            intake.thresholds.push(threshold);
        }
    }
}

/// The checks of a group and of those inside it; either is a list or an object, by the form.
fn groups(group: &Value, intake: &mut Intake) {
    let path = group["path"].as_str().unwrap_or_default();
    for check in members(&group["checks"]) {
        intake.checks.push(check_of(path, check));
    }
    for inner in members(&group["groups"]) {
        groups(inner, intake);
    }
}

fn members(of: &Value) -> Vec<&Value> {
    match of {
        Value::Array(all) => all.iter().collect(),
        Value::Object(all) => all.values().collect(),
        _ => Vec::new(),
    }
}

fn check_of(group: &str, check: &Value) -> Check {
    Check {
        group: group.to_owned(),
        name: check["name"].as_str().unwrap_or_default().to_owned(),
        passes: check["passes"].as_u64().unwrap_or_default(),
        fails: check["fails"].as_u64().unwrap_or_default(),
    }
}
