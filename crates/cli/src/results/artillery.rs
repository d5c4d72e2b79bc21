//! Artillery's report (`--output`), of version 2 on.
//!
//! Counters come by period, so they become a series of time. Of latencies there are only percentiles, by period and of the
//! whole; a distribution cannot be made of them, so those of the whole run are kept as figures.

use std::io::BufRead;

use metrics::{Contains, Kind, builtin};
use serde_json::{Map, Value, json};

use super::{Fault, Figure, Intake, document};

/// What comes before the name of an endpoint in histograms of the plugin for them.
const ENDPOINT: &str = "plugins.metrics-by-endpoint.response_time.";
/// More answers than a period of ten seconds has.
const ANSWERS_MOST: f64 = 1e7;
/// Counters that become something else than a counter of their name.
const OWN: [&str; 6] = [
    "http.requests",
    "http.responses",
    "http.downloaded_bytes",
    "vusers.completed",
    "vusers.created",
    "vusers.failed",
];

/// Whether a file begins like one.
pub fn is_it(head: &str) -> bool {
    let begin = head.trim_start_matches('{').trim_start();
    head.starts_with('{') && (begin.starts_with("\"aggregate\"") || head.contains("\"intermediate\""))
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read, or is no report of version 2.
pub fn read(text: &mut dyn BufRead, intake: &mut Intake) -> Result<(), Fault> {
    let document = document(text)?;
    let aggregate = &document["aggregate"];
    if !aggregate["counters"].is_object() {
        let of_one = aggregate["requestsCompleted"].is_number();
        let why = if of_one {
            "it is a report of Artillery 1, and version 2 is read"
        } else {
            "it has no counters"
        };
        return Err(Fault::form(why));
    }
    for name in [
        "firstCounterAt",
        "firstMetricAt",
        "firstHistogramAt",
        "lastCounterAt",
        "lastMetricAt",
        "lastHistogramAt",
    ] {
        if let Some(at_ms) = aggregate[name].as_f64() {
            intake.covers(at_ms);
        }
    }
    for period in document["intermediate"].as_array().into_iter().flatten() {
        let at = &period["period"];
        let at_ms = at.as_f64().or_else(|| at.as_str()?.parse().ok());
        match at_ms.or_else(|| period["firstMetricAt"].as_f64()) {
            Some(at_ms) => counted(&period["counters"], at_ms, intake)?,
            None => intake.skip(0, "a period does not say when it was"),
        }
    }
    figures(aggregate, intake);
    Ok(())
}

/// The counters of a period.
fn counted(counters: &Value, at_ms: f64, intake: &mut Intake) -> Result<(), Fault> {
    let none = intake.tags(std::iter::empty());
    let count = |name: &str| counters[name].as_f64().unwrap_or(0.0);
    let (mut answers, mut failures) = (0.0, 0.0);
    for (name, value) in counters.as_object().into_iter().flatten() {
        let Some(value) = value.as_f64() else { continue };
        if let Some(status) = name.strip_prefix("http.codes.") {
            answers += value;
            if status.parse::<u16>().is_ok_and(|status| status >= 400) {
                failures += value;
            }
            let tags = intake.tags([("status", status)].into_iter());
            let metric = intake.metric("artillery_http_codes", Kind::Counter, Contains::Default);
            if let Some(metric) = metric {
                intake.sample(metric, tags, value, at_ms)?;
            }
        } else if let Some(code) = name.strip_prefix("errors.") {
            failures += value;
            answers += value;
            let tags = intake.tags([("error", code)].into_iter());
            if let Some(metric) = intake.metric("artillery_errors", Kind::Counter, Contains::Default) {
                intake.sample(metric, tags, value, at_ms)?;
            }
        } else if !OWN.contains(&name.as_str()) {
            let own = own_name(name);
            if let Some(metric) = intake.metric(&own, Kind::Counter, Contains::Default) {
                intake.sample(metric, none, value, at_ms)?;
            }
        }
    }
    let known = [
        (builtin::HTTP_REQS, count("http.requests")),
        (builtin::DATA_RECEIVED, count("http.downloaded_bytes")),
        (builtin::ITERATIONS, count("vusers.completed")),
    ];
    for (metric, value) in known.into_iter().filter(|(_, value)| *value > 0.0) {
        intake.sample(metric, none, value, at_ms)?;
    }
    for name in ["vusers.created", "vusers.failed"] {
        let metric = intake.metric(&own_name(name), Kind::Counter, Contains::Default);
        if let Some(metric) = metric.filter(|_| counters[name].is_number()) {
            intake.sample(metric, none, count(name), at_ms)?;
        }
    }
    for at in 0..answers.clamp(0.0, ANSWERS_MOST) as u64 {
        let failed = f64::from(u8::from(at < failures as u64));
        intake.sample(builtin::HTTP_REQ_FAILED, none, failed, at_ms)?;
    }
    Ok(())
}

/// A name of Artillery's as a metric here may have it.
fn own_name(name: &str) -> String {
    let letters = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    let mut own = "artillery_".to_owned();
    own.extend(letters.take(100));
    own
}

/// The percentiles of the whole run.
fn figures(aggregate: &Value, intake: &mut Intake) {
    // Reports have them under either name, some under both.
    let all: Vec<&Map<String, Value>> =
        ["summaries", "histograms"].iter().filter_map(|name| aggregate[*name].as_object()).collect();
    for (name, values) in all.into_iter().flatten() {
        let own = match name.as_str() {
            "http.response_time" => "http_req_duration".to_owned(),
            "vusers.session_length" => "iteration_duration".to_owned(),
            other => match other.strip_prefix(ENDPOINT) {
                Some(endpoint) => format!("http_req_duration{{name:{endpoint}}}"),
                None => own_name(other),
            },
        };
        if intake.figures.iter().any(|known| known.name == own) || !values.is_object() {
            continue;
        }
        let number = |name: &str| values[name].as_f64();
        let mut found = json!({
            "count": number("count"),
            "avg": number("mean"),
            "min": number("min"),
            "max": number("max"),
            "med": number("p50").or_else(|| number("median")),
            "p90": number("p90"),
            "p95": number("p95"),
            "p99": number("p99"),
            "p99.9": number("p999"),
        });
        if let Some(values) = found.as_object_mut() {
            values.retain(|_, value| !value.is_null());
            let contains = if own.starts_with("artillery_") { Contains::Default } else { Contains::Time };
            let values = std::mem::take(values);
            intake.figures.push(Figure { name: own, kind: Kind::Trend, contains, values });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::Registry;

    #[test]
    fn reports_of_other_versions_are_told_apart() {
        let check = |text: &str, expected: &str| {
            let mut intake = Intake::looking(Registry::new());
            let fault = read(&mut text.as_bytes(), &mut intake).unwrap_err();
            assert!(fault.to_string().contains(expected), "{fault}");
        };
        check(r#"{"aggregate":{"requestsCompleted":3,"latency":{}}}"#, "Artillery 1");
        check(r#"{"aggregate":{}}"#, "no counters");
        check("{", "no JSON");
    }

    #[test]
    fn names_become_names_of_metrics() {
        assert_eq!(own_name("plugins.expect.ok"), "artillery_plugins_expect_ok");
    }
}
