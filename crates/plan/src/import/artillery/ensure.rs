//! The ensure plugin: conditions on the whole run's metrics.
//!
//! Main function: [`judge`]. A strict condition that does not hold makes the run's exit status 1; so does one on a
//! metric that never came to be.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::expression::Expression;
use super::js;
use super::stats::Period;

/// Old names for parts of the response times.
const LEGACY: [&str; 5] = ["min", "max", "median", "p95", "p99"];

/// One condition and what came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// As it reads.
    pub text: String,
    /// Whether it holds.
    pub ok: bool,
    /// Whether the run fails with it.
    pub strict: bool,
}

/// Every metric by one name: counters, rates, and the parts of histograms.
#[must_use]
pub fn flat(all: &Period, rates: &Map<String, Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    for (name, count) in all.counters.sorted() {
        flat.insert(name.to_string(), js::number(*count));
    }
    flat.extend(rates.clone());
    for (name, sketch) in all.histograms.sorted() {
        if let Value::Object(summary) = sketch.summary() {
            flat.extend(summary.into_iter().map(|(part, value)| (format!("{name}.{part}"), value)));
        }
    }
    flat
}

/// Judges a run by the plugin's settings.
#[must_use]
pub fn judge(settings: &Value, metrics: &Map<String, Value>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let number = |name: &str| metrics.get(name).and_then(Value::as_f64);
    // They hold at the bound too, though they are written otherwise.
    for part in LEGACY {
        let most = settings.get(part).map(|most| js::number_of(Some(most)));
        if let Some(most) = most {
            let ok = number(&format!("http.response_time.{part}")).is_some_and(|value| value <= most);
            verdicts.push(Verdict { text: format!("{part} < {most}"), ok, strict: true });
        }
    }
    if let Some(most) = settings.get("maxErrorRate").map(|most| js::number_of(Some(most))) {
        let created = number("vusers.created").unwrap_or(0.0);
        let lost = created - number("vusers.completed").unwrap_or(0.0);
        let rate = if created > 0.0 { lost / created * 100.0 } else { 0.0 };
        verdicts.push(Verdict { text: format!("maxErrorRate < {most}"), ok: rate <= most, strict: true });
    }
    for condition in settings["conditions"].as_array().into_iter().flatten() {
        let text = match condition {
            Value::String(text) => text.clone(),
            other => js::text_of(other.get("expression")),
        };
        // A condition on what never came to be cannot hold, unless it holds before it gets there.
        let missed = Cell::new(false);
        let known = |name: &str| {
            let value = metrics.get(name).cloned();
            missed.set(missed.get() || value.is_none());
            value
        };
        let ok = Expression::parse(&text)
            .is_ok_and(|expression| js::is_true(expression.value(&known).as_ref()) && !missed.get());
        verdicts.push(Verdict { text, ok, strict: condition.get("strict") != Some(&Value::Bool(false)) });
    }
    for threshold in settings["thresholds"].as_array().into_iter().flatten() {
        // One entry is one threshold: what else stands in it does not count.
        if let Some((name, most)) = threshold.as_object().and_then(|threshold| threshold.iter().next()) {
            let most = js::number_of(Some(most));
            let ok = number(name).is_some_and(|value| value < most);
            verdicts.push(Verdict {
                text: format!("{name} < {}", js::text_of(Some(&js::number(most)))),
                ok,
                strict: true,
            });
        }
    }
    // Those that hold come first.
    verdicts.sort_by_key(|verdict| !verdict.ok);
    verdicts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_hold_or_not() {
        let metrics = json!({
            "http.requests": 1, "vusers.created": 2, "vusers.completed": 1, "vusers.failed": 1,
            "http.response_time.p95": 30.5, "http.response_time.p99": 40,
        });
        let metrics = metrics.as_object().expect("it is one");
        let check = |settings: Value, wanted: &[(bool, bool)]| {
            let got: Vec<_> =
                judge(&settings, metrics).iter().map(|verdict| (verdict.ok, verdict.strict)).collect();
            assert_eq!(got, wanted, "{settings}");
        };
        check(
            json!({"thresholds": [{"http.response_time.p99": 41}, {"http.requests": 1}, {"nope": 1}]}),
            &[(true, true), (false, true), (false, true)],
        );
        check(
            json!({"conditions": [{"expression": "http.requests == 1 and vusers.failed < 2"}]}),
            &[(true, true)],
        );
        check(
            json!({"conditions": [{"expression": "http.requests > 1", "strict": false}]}),
            &[(false, false)],
        );
        check(
            json!({"conditions": [{"expression": "http.codes.500 < 1"}, {"expression": "1 +"}]}),
            &[(false, true); 2],
        );
        check(json!({"p95": 31, "maxErrorRate": 50}), &[(true, true), (true, true)]);
        check(json!({"p95": 30, "maxErrorRate": 49}), &[(false, true), (false, true)]);
    }
}
