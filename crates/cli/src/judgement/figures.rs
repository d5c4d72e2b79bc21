//! From a kept run to the figures that are compared, one for each series.
//!
//! Main function: [`figures`]. An endpoint is a method with a name (the tag `name`, else the address); the address of the
//! server is left away when a run has only one, so that two deployments can be compared. What is better or worse is not
//! known here.

use std::collections::{BTreeMap, BTreeSet};

use insight::{Figure, Key, Kind, Run};
use metrics::{Contains, Sink, Trend};
use model::Aggregation;
use store::Kept;

use crate::kept::given::{Given, imported};
use crate::kept::seconds;

/// The figures of all requests of a run, and of all else that has no endpoint.
pub const WHOLE_RUN: &str = "";
/// Percentiles with the fewest samples for which they are more than the largest value (one-sided, at 95 %).
pub const PERCENTILES: [(&str, f64, u64); 3] = [("p50", 0.5, 5), ("p95", 0.95, 59), ("p99", 0.99, 299)];
/// Words in the name of a gauge that say that it is the memory of the target.
const MEMORY_WORDS: [&str; 3] = ["memory", "heap", "rss"];

/// Trends of the program that are no latency of the target, or are parts of another one.
const NOT_COMPARED: &[&str] = &[
    "generator_lag",
    "group_duration",
    "http_req_blocked",
    "http_req_connecting",
    "http_req_receiving",
    "http_req_response_time",
    "http_req_sending",
    "http_req_tls_handshaking",
    "http_req_waiting",
    "iteration_duration",
    "schedule_lag",
    "ws_session_duration",
];

/// Whether figures come from the metric of this name.
#[must_use]
pub fn is_compared(metric: &str) -> bool {
    !NOT_COMPARED.contains(&metric) && !matches!(metric, "data_sent" | "data_received" | "vus" | "vus_max")
}

/// Samples by endpoint and metric, with what the metrics' names and values mean.
pub type Samples = BTreeMap<(String, String), (Contains, Sink)>;

/// The figures of a run; `wanted` are words of their names, none for all.
#[must_use]
pub fn figures(kept: &Kept, trusted: bool, wanted: &[String]) -> Run {
    let samples = samples(kept);
    let mut run = Run { id: kept.listed.id.clone(), trusted, ..Run::default() };
    for (figure, found) in given_figures(kept, &samples) {
        if is_wanted(&figure, wanted) {
            run.figures.insert(Key::new(WHOLE_RUN, figure), found);
        }
    }
    for ((endpoint, metric), (contains, sink)) in &samples {
        for (figure, found) in of_sink(metric, *contains, sink, seconds(kept)) {
            if is_wanted(&figure, wanted) {
                run.figures.insert(Key::new(endpoint.clone(), figure), found);
            }
        }
    }
    run
}

/// The figures of imported results that have no samples.
fn given_figures(kept: &Kept, samples: &Samples) -> Vec<(String, Figure)> {
    let (Some(_), Some(summary)) = (imported(&kept.listed), &kept.summary) else { return Vec::new() };
    let requests =
        Given::all(summary).find(|one| one.name() == "http_reqs").and_then(|one| one.figure("count"));
    let mut figures = Vec::new();
    for given in Given::all(summary) {
        let name = given.name();
        if !is_compared(name)
            || name.contains('{')
            || samples.contains_key(&(WHOLE_RUN.to_owned(), name.to_owned()))
        {
            continue;
        }
        let figure = |name: &str| given.figure(name);
        let found = match given.kind() {
            Some(metrics::Kind::Trend) if given.contains() == Contains::Time => {
                let lead = if name == "http_req_duration" { String::new() } else { format!("{name} ") };
                let count = figure("count").or(requests.filter(|_| lead.is_empty())).unwrap_or(0.0) as u64;
                let known = PERCENTILES.iter().filter_map(|(short, q, _)| {
                    let value = given.value(Aggregation::P(q * 100.0), 0.0)?;
                    let figure = Figure { samples: count, ..Figure::new(Kind::Latency, value) };
                    Some((format!("{lead}{short}"), figure))
                });
                known.collect()
            }
            Some(metrics::Kind::Rate) => {
                let (hits, total) =
                    (figure("matches").unwrap_or(0.0) as u64, figure("total").unwrap_or(0.0) as u64);
                of_sink(name, given.contains(), &Sink::Rate { nonzero: hits, total }, 0.0)
            }
            Some(metrics::Kind::Counter) => {
                let count = Sink::Counter(figure("count").unwrap_or(0.0));
                of_sink(name, given.contains(), &count, seconds(kept))
            }
            _ => Vec::new(),
        };
        figures.extend(found);
    }
    figures
}

/// Whether a figure is among those asked for: one of its words is.
#[must_use]
pub fn is_wanted(figure: &str, wanted: &[String]) -> bool {
    wanted.is_empty() || figure.split(' ').any(|word| wanted.iter().any(|one| one == word))
}

/// Adds up a run's series: all of a metric under no endpoint, those of requests also by endpoint.
fn samples(kept: &Kept) -> Samples {
    let mut samples = Samples::new();
    let names = kept.state.series().map(|(_, tags, _)| name_of(|key| value_of(tags, key)));
    let endpoints = Endpoints::of(names);
    let registry = kept.state.registry();
    for (metric, tags, sink) in kept.state.series() {
        let metric = registry.get(metric);
        if !is_compared(&metric.name) {
            continue;
        }
        for endpoint in endpoints.places(&metric.name, |key| value_of(tags, key)) {
            let entry = samples.entry((endpoint, metric.name.to_string()));
            entry.and_modify(|(_, sum)| sum.absorb(sink)).or_insert_with(|| (metric.contains, sink.clone()));
        }
    }
    samples
}

/// The value of a tag.
pub fn value_of<'a>(tags: &'a [(impl AsRef<str>, impl AsRef<str>)], key: &str) -> Option<&'a str> {
    tags.iter().find(|(name, _)| name.as_ref() == key).map(|(_, value)| value.as_ref())
}

/// The figures that the samples of a metric give.
pub fn of_sink(metric: &str, contains: Contains, sink: &Sink, seconds: f64) -> Vec<(String, Figure)> {
    match (metric, sink) {
        ("http_req_duration", Sink::Trend(trend)) => percentiles("", trend),
        (_, Sink::Trend(trend)) if contains == Contains::Time => percentiles(&format!("{metric} "), trend),
        ("http_req_failed", Sink::Rate { nonzero, total }) => share("failed", *nonzero, *total),
        ("checks", Sink::Rate { nonzero, total }) => share("checks failed", total - nonzero, *total),
        ("http_reqs", Sink::Counter(count)) => pace("requests/s", *count, seconds),
        ("iterations", Sink::Counter(count)) => pace("iterations/s", *count, seconds),
        (_, Sink::Gauge { max, .. }) if is_memory(metric) && max.is_finite() => {
            vec![(format!("{metric} peak"), Figure::new(Kind::Memory, *max))]
        }
        _ => Vec::new(),
    }
}

fn percentiles(lead: &str, trend: &Trend) -> Vec<(String, Figure)> {
    let count = trend.count();
    let mut trend = trend.clone();
    trend.sort();
    let enough = PERCENTILES.iter().filter(|(_, _, least)| count >= *least);
    enough
        .map(|(name, q, _)| {
            let figure = Figure { samples: count, ..Figure::new(Kind::Latency, trend.quantile(*q)) };
            (format!("{lead}{name}"), figure)
        })
        .collect()
}

fn share(name: &str, hits: u64, total: u64) -> Vec<(String, Figure)> {
    if total == 0 {
        return Vec::new();
    }
    let figure = Figure { samples: total, ..Figure::new(Kind::Errors, hits as f64 / total as f64) };
    vec![(name.to_owned(), figure)]
}

fn pace(name: &str, count: f64, seconds: f64) -> Vec<(String, Figure)> {
    if seconds <= 0.0 {
        return Vec::new();
    }
    let figure = Figure { samples: count as u64, ..Figure::new(Kind::Throughput, count / seconds) };
    vec![(name.to_owned(), figure)]
}

fn is_memory(metric: &str) -> bool {
    let name = metric.to_ascii_lowercase();
    MEMORY_WORDS.iter().any(|word| name.contains(word))
}

/// How requests are named: by method and name.
pub struct Endpoints {
    /// The one server of the run, which names are shown without.
    origin: Option<String>,
}

impl Endpoints {
    /// From the names of all requests.
    pub fn of(names: impl Iterator<Item = Option<String>>) -> Self {
        let mut origins: BTreeSet<String> =
            names.flatten().filter_map(|name| origin(&name).map(str::to_owned)).collect();
        let first = origins.pop_first();
        Self { origin: first.filter(|_| origins.is_empty()) }
    }

    /// Where samples of a metric with these tags belong: to the whole run, and to the request's endpoint.
    pub fn places<'a>(&self, metric: &str, tag: impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
        let mut places = vec![WHOLE_RUN.to_owned()];
        if matches!(metric, "http_req_duration" | "http_req_failed")
            && let Some(name) = name_of(&tag)
        {
            let short = self.origin.as_ref().and_then(|origin| name.strip_prefix(origin.as_str()));
            let short = short.map(|path| if path.is_empty() { "/" } else { path });
            let method = tag("method").map_or(String::new(), |method| format!("{method} "));
            places.push(format!("{method}{}", short.unwrap_or(&name)));
        }
        places
    }
}

/// The name of a request.
pub fn name_of<'a>(tag: impl Fn(&str) -> Option<&'a str>) -> Option<String> {
    tag("name").or_else(|| tag("url")).map(str::to_owned)
}

/// Scheme, host and port of an address.
fn origin(name: &str) -> Option<&str> {
    let host = name.find("://")? + 3;
    let path = name[host..].find(['/', '?', '#']).map_or(name.len(), |at| host + at);
    Some(&name[..path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_have_no_server_when_there_is_one() {
        let check = |names: &[&str], name: &str, expected: &str| {
            let endpoints = Endpoints::of(names.iter().map(|name| Some((*name).to_owned())));
            let tags = [("method", "GET"), ("name", name)];
            let places = endpoints.places("http_req_duration", |key| value_of(&tags, key));
            assert_eq!(places, [WHOLE_RUN, expected], "{names:?}");
            assert_eq!(endpoints.places("checks", |key| value_of(&tags, key)), [WHOLE_RUN]);
        };
        check(&["http://a:1/x", "http://a:1/y?q"], "http://a:1/y?q", "GET /y?q");
        check(&["http://a:1"], "http://a:1", "GET /");
        check(&["http://a/x", "http://b/x"], "http://b/x", "GET http://b/x");
        check(&["list", "http://a/x"], "list", "GET list");
    }

    #[test]
    fn what_metrics_give() {
        let names = |metric: &str, contains: Contains, sink: &Sink| -> Vec<String> {
            of_sink(metric, contains, sink, 2.0).into_iter().map(|(name, _)| name).collect()
        };
        let mut trend = Trend::new();
        trend.extend(&[1.0; 60]);
        let trend = Sink::Trend(trend);
        assert_eq!(names("http_req_duration", Contains::Time, &trend), ["p50", "p95"], "too few for p99");
        assert_eq!(names("login", Contains::Time, &trend), ["login p50", "login p95"]);
        assert!(names("size", Contains::Default, &trend).is_empty(), "nobody knows what is worse");
        let gauge = Sink::Gauge { value: 1.0, at: model::Nanos(0), min: 1.0, max: 3.0 };
        assert_eq!(names("shop_heap_bytes", Contains::Default, &gauge), ["shop_heap_bytes peak"]);
        assert!(names("depth", Contains::Default, &gauge).is_empty());
        let checks = of_sink("checks", Contains::Default, &Sink::Rate { nonzero: 3, total: 4 }, 2.0);
        assert_eq!((checks[0].1.value, checks[0].1.samples), (0.25, 4));
        assert_eq!(of_sink("http_reqs", Contains::Default, &Sink::Counter(9.0), 2.0)[0].1.value, 4.5);
        assert!(of_sink("http_reqs", Contains::Default, &Sink::Counter(9.0), 0.0).is_empty());
    }

    #[test]
    fn figures_are_chosen_by_word() {
        let wanted = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert!(is_wanted("login p95", &wanted(&["p95"])) && is_wanted("p95", &[]));
        assert!(!is_wanted("requests/s", &wanted(&["p95", "failed"])));
    }
}
