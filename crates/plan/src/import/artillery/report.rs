//! Artillery's reports: the JSON document, and the text on the console.
//!
//! Main functions: [`document`] and [`text`]. Rates of the whole run are means over its periods; everything else is
//! the sum of them.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::js;
use super::sketch;
use super::stats::{Period, Stats};

/// Where the dots of a line of the console report end; the value is behind them.
const WIDTH: usize = 80;

/// All periods together.
#[must_use]
pub fn whole(stats: &Stats) -> (Period, Map<String, Value>) {
    let mut all = Period::default();
    let mut rates: std::collections::BTreeMap<&str, (f64, u32)> = std::collections::BTreeMap::new();
    for period in stats.periods.values() {
        all.merge(period);
        for (name, rate) in period.rates.sorted() {
            let sum = rates.entry(name).or_default();
            sum.0 += rate.per_second();
            sum.1 += 1;
        }
    }
    let mean = |(sum, count): (f64, u32)| js::number((sum / f64::from(count) + 0.5).floor());
    let rates = rates.into_iter().map(|(name, sum)| (name.to_owned(), mean(sum))).collect();
    (all, rates)
}

/// The JSON report.
#[must_use]
pub fn document(stats: &Stats) -> Value {
    let (all, rates) = whole(stats);
    let start = stats.periods.keys().next().copied().unwrap_or_default();
    let aggregate = part(&all, rates, json!(start), false);
    let intermediate: Vec<Value> = stats
        .periods
        .iter()
        .map(|(start, period)| {
            let rates =
                period.rates.sorted().map(|(name, rate)| (name.to_string(), js::number(rate.per_second())));
            part(period, rates.collect(), json!(start.to_string()), true)
        })
        .collect();
    json!({ "aggregate": aggregate, "intermediate": intermediate })
}

fn part(period: &Period, rates: Map<String, Value>, start: Value, intermediate: bool) -> Value {
    let counters: Map<String, Value> =
        period.counters.sorted().map(|(name, count)| (name.to_string(), js::number(*count))).collect();
    let summaries: Map<String, Value> =
        period.histograms.sorted().map(|(name, sketch)| (name.to_string(), sketch.summary())).collect();
    let mut object = Map::new();
    object.insert("counters".to_owned(), Value::Object(counters));
    // The original leaves the request rate twice in its periods, once without a value.
    if intermediate && rates.contains_key("http.request_rate") {
        object.insert("http.request_rate".to_owned(), Value::Null);
    }
    object.insert("rates".to_owned(), Value::Object(rates));
    let (counted, measured) = (period.counted, period.measured);
    let mut all = counted;
    all.merge(measured);
    for (name, at) in [
        ("firstCounterAt", counted.first),
        ("firstHistogramAt", measured.first),
        ("lastCounterAt", counted.last),
        ("lastHistogramAt", measured.last),
        ("firstMetricAt", all.first),
        ("lastMetricAt", all.last),
    ] {
        if at > 0 {
            object.insert(name.to_owned(), json!(at));
        }
    }
    object.insert("period".to_owned(), start);
    object.insert("summaries".to_owned(), Value::Object(summaries.clone()));
    object.insert("histograms".to_owned(), Value::Object(summaries));
    Value::Object(object)
}

/// A part of the report as the console shows it, without the metrics whose names begin with what is `hidden`.
#[must_use]
pub fn text(period: &Period, rates: &Map<String, Value>, hidden: Option<&str>) -> String {
    let mut names: Vec<(&str, Shown<'_>)> = Vec::new();
    names.extend(period.counters.sorted().map(|(name, count)| (name, Shown::Count(*count))));
    names.extend(rates.iter().map(|(name, rate)| (name.as_str(), Shown::Rate(rate))));
    names.extend(period.histograms.sorted().map(|(name, sketch)| (name, Shown::Summary(sketch))));
    names.retain(|(name, _)| hidden.is_none_or(|hidden| !name.starts_with(hidden)));
    names.sort_by(|a, b| a.0.cmp(b.0));
    let mut text = String::new();
    for (name, shown) in names {
        match shown {
            Shown::Count(count) => line(&mut text, name, &js::text_of(Some(&js::number(count)))),
            Shown::Rate(rate) => line(&mut text, name, &format!("{}/sec", js::text_of(Some(rate)))),
            Shown::Summary(sketch) => {
                let _ = writeln!(text, "{name}:");
                let summary = sketch.summary();
                for key in ["min", "max", "mean", "median", "p95", "p99"] {
                    line(&mut text, &format!("  {key}"), &js::text_of(summary.get(key)));
                }
            }
        }
    }
    text
}

enum Shown<'a> {
    Count(f64),
    Rate(&'a Value),
    Summary(&'a sketch::Sketch),
}

fn line(text: &mut String, name: &str, value: &str) {
    let dots = WIDTH.saturating_sub(name.chars().count() + 2).max(1);
    let _ = writeln!(text, "{name}: {} {value}", ".".repeat(dots));
}

/// A heading between two rules as long as its words, and what stands behind them.
#[must_use]
pub fn heading(words: &str, behind: &str) -> String {
    let rule = "-".repeat(words.chars().count());
    format!("{rule}\n{words}{behind}\n{rule}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats() -> Stats {
        let mut stats = Stats::default();
        for (at, value) in [(1_000_001, 10.0), (1_000_500, 20.0), (1_010_000, 30.0)] {
            stats.count(at, "http.requests", 1.0);
            stats.rate(at, "http.request_rate");
            stats.measure(at, "t", value);
        }
        stats
    }

    #[test]
    fn periods_add_up_to_the_whole() {
        let document = document(&stats());
        let aggregate = &document["aggregate"];
        assert_eq!(aggregate["counters"]["http.requests"], 3);
        assert_eq!(aggregate["rates"]["http.request_rate"], 2);
        assert_eq!(aggregate["summaries"]["t"]["max"], 30);
        assert_eq!(
            (&aggregate["period"], &aggregate["lastMetricAt"]),
            (&json!(1_000_000), &json!(1_010_000))
        );
        let first = &document["intermediate"][0];
        assert_eq!((&first["period"], &first["counters"]["http.requests"]), (&json!("1000000"), &json!(2)));
        assert_eq!(first.get("http.request_rate"), Some(&Value::Null));
    }

    #[test]
    fn what_is_hidden_is_not_shown() {
        let (all, rates) = whole(&stats());
        let text = text(&all, &rates, Some("http."));
        assert!(text.starts_with("t:\n") && !text.contains("http."), "{text}");
    }

    #[test]
    fn the_console_report_is_aligned() {
        let (all, rates) = whole(&stats());
        let text = text(&all, &rates, Some("nothing"));
        assert!(
            text.lines().filter(|line| line.contains(": ...")).all(|line| line.find(". ") == Some(WIDTH - 1)),
            "{text}"
        );
        assert!(
            text.contains("http.request_rate: ") && text.contains("2/sec") && text.contains("\nt:\n  min: ")
        );
    }
}
