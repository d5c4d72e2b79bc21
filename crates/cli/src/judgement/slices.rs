//! How sure a single run is of its own figures, from its slices of time.
//!
//! Main function: [`attach`]. Only asked where a side has one run: between several runs the spread is measured. Requests
//! of a run are not independent, so the seconds are grouped to batches, and the batches speak.

use std::collections::{BTreeMap, BTreeSet};

use insight::{Kind, Run};
use metrics::Sink;
use stats::batches::{BATCHES, Slice, batch_means, dependent_rate};
use stats::few::Within;
use stats::percentile::{BatchHistogram, percentile};
use stats::special::student;
use store::{Library, Listed};

use super::figures::{Endpoints, PERCENTILES, is_compared, name_of, value_of};

/// The confidence of the intervals from which errors are taken.
const LEVEL: f64 = 0.95;

/// Samples by endpoint and metric, and by second.
type Seconds = BTreeMap<(String, String), BTreeMap<i64, Sink>>;

/// Adds to every figure of a run how sure the run itself is of it, where its slices tell.
///
/// # Errors
/// When the store cannot be read.
pub fn attach(library: &Library, listed: &Listed, run: &mut Run) -> Result<(), store::Error> {
    let seconds = read(library, listed, run)?;
    let last = seconds.values().flat_map(BTreeMap::keys).max().copied().unwrap_or(-1);
    for (key, figure) in &mut run.figures {
        let (metric, part) = source(&key.figure);
        let Some(samples) = seconds.get(&(key.endpoint.clone(), metric.to_owned())) else { continue };
        figure.within = match figure.kind {
            Kind::Latency => quantile(part).and_then(|q| latency(samples, last, q, figure.value)),
            Kind::Errors => share(samples, last, metric == "checks"),
            Kind::Throughput => pace(samples, last, figure.value),
            Kind::Memory => None,
        };
    }
    Ok(())
}

/// The metric behind a figure's name, and the word that stands behind it.
fn source(figure: &str) -> (&str, &str) {
    match figure {
        "failed" => ("http_req_failed", ""),
        "checks failed" => ("checks", ""),
        "requests/s" => ("http_reqs", ""),
        "iterations/s" => ("iterations", ""),
        _ => figure.rsplit_once(' ').unwrap_or(("http_req_duration", figure)),
    }
}

fn quantile(name: &str) -> Option<f64> {
    PERCENTILES.iter().find(|(one, _, _)| *one == name).map(|(_, q, _)| *q)
}

/// The samples behind the figures of a run, by second; those of other series are not even read.
fn read(library: &Library, listed: &Listed, run: &Run) -> Result<Seconds, store::Error> {
    let wanted: BTreeSet<(&str, &str)> =
        run.figures.keys().map(|key| (key.endpoint.as_str(), source(&key.figure).0)).collect();
    let mut series = library.series(listed)?;
    series.retain(|one| is_compared(&one.metric));
    let endpoints = Endpoints::of(series.iter().map(|one| name_of(|key| value_of(&one.tags, key))));
    series.retain(|one| wanted.iter().any(|(_, metric)| *metric == one.metric));
    let mut seconds = Seconds::new();
    library.measurements(listed, &series, |one, measured| {
        // Before the load there was nothing to compare.
        if measured.second < 0 {
            return;
        }
        let sink = measured.point.sink();
        for endpoint in endpoints.places(&one.metric, |key| value_of(&one.tags, key)) {
            if !wanted.contains(&(endpoint.as_str(), one.metric.as_str())) {
                continue;
            }
            let all = seconds.entry((endpoint, one.metric.clone())).or_default();
            all.entry(measured.second).and_modify(|sum| sum.absorb(sink)).or_insert_with(|| sink.clone());
        }
    })?;
    Ok(seconds)
}

/// Contiguous batches of a series, each added up; none when there are fewer than two seconds.
fn batches(samples: &BTreeMap<i64, Sink>, last: i64) -> Option<Vec<Option<Sink>>> {
    let count = (last + 1).min(BATCHES as i64);
    if count < 2 {
        return None;
    }
    let mut batches: Vec<Option<Sink>> = vec![None; count as usize];
    for (second, sink) in samples {
        match &mut batches[(second * count / (last + 1)) as usize] {
            Some(sum) => sum.absorb(sink),
            empty => *empty = Some(sink.clone()),
        }
    }
    Some(batches)
}

/// The standard error behind an interval that so many batches gave.
fn error_of(half: f64, batches: usize) -> Option<(f64, f64)> {
    let df = batches as f64 - 1.0;
    let error = half / student::quantile(0.5 + 0.5 * LEVEL, df);
    error.is_finite().then_some((error, df))
}

fn latency(samples: &BTreeMap<i64, Sink>, last: i64, q: f64, value: f64) -> Option<Within> {
    let batches = batches(samples, last)?;
    let histograms: Vec<BatchHistogram> = batches
        .iter()
        .map(|batch| match batch {
            Some(Sink::Trend(trend)) => trend.counts(),
            _ => Vec::new(),
        })
        .collect();
    let found = percentile(&histograms, q, LEVEL)?.interval;
    if found.lower <= 0.0 {
        return None;
    }
    let (lower, upper) = (found.lower.ln(), found.upper.ln());
    let half = (upper - value.ln()).max(value.ln() - lower).max(0.0);
    let (error, df) = error_of(half, batches.len())?;
    Some(Within { value: value.ln(), error, df })
}

fn share(samples: &BTreeMap<i64, Sink>, last: i64, of_passes: bool) -> Option<Within> {
    let batches = batches(samples, last)?;
    let slices: Vec<Slice> = batches
        .iter()
        .map(|batch| match batch {
            Some(Sink::Rate { nonzero, total }) if of_passes => Slice::new(total - nonzero, *total),
            Some(Sink::Rate { nonzero, total }) => Slice::new(*nonzero, *total),
            _ => Slice::default(),
        })
        .collect();
    let found = dependent_rate(&slices, LEVEL)?;
    let half = (found.interval.upper - found.rate).max(found.rate - found.interval.lower);
    let (error, df) = error_of(half, slices.len())?;
    Some(Within { value: found.rate, error, df })
}

fn pace(samples: &BTreeMap<i64, Sink>, last: i64, value: f64) -> Option<Within> {
    // The last second is seldom a whole one.
    let counts: Vec<f64> = (0..last)
        .map(|second| match samples.get(&second) {
            Some(Sink::Counter(count)) => *count,
            _ => 0.0,
        })
        .collect();
    let (mean, interval) = batch_means(&counts, BATCHES, LEVEL)?;
    let (error, df) = error_of(0.5 * interval.width() / mean, counts.len().min(BATCHES))?;
    Some(Within { value: value.ln(), error, df })
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics::Trend;

    fn seconds(count: i64, of: impl Fn(i64) -> Sink) -> BTreeMap<i64, Sink> {
        (0..count).map(|second| (second, of(second))).collect()
    }

    #[test]
    fn figures_name_their_metric() {
        let check = |figure: &str, expected: (&str, &str)| assert_eq!(source(figure), expected);
        check("p95", ("http_req_duration", "p95"));
        check("log in p95", ("log in", "p95"));
        check("failed", ("http_req_failed", ""));
    }

    #[test]
    fn slices_that_differ_make_a_run_less_sure() {
        let trends = |swing: f64| {
            seconds(40, |second| {
                let mut trend = Trend::new();
                let level = if second % 4 < 2 { 100.0 } else { 100.0 + swing };
                trend.extend(&(0..50).map(|n| level + f64::from(n) * 0.1).collect::<Vec<_>>());
                Sink::Trend(trend)
            })
        };
        let sure = |swing: f64| latency(&trends(swing), 39, 0.5, 102.0).expect("there are slices").error;
        assert!(sure(0.0) < 0.01 && sure(40.0) > 4.0 * sure(0.0), "{} {}", sure(0.0), sure(40.0));
        assert_eq!(latency(&trends(0.0), 0, 0.5, 102.0), None, "one second is no series");

        let failures =
            |bad: fn(i64) -> u64| seconds(40, |second| Sink::Rate { nonzero: bad(second), total: 100 });
        let even = share(&failures(|_| 2), 39, false).expect("there are slices");
        let burst = share(&failures(|second| if second < 4 { 20 } else { 0 }), 39, false).expect("slices");
        assert_eq!((even.value, burst.value), (0.02, 0.02));
        assert!(burst.error > 3.0 * even.error, "{} {}", burst.error, even.error);
        assert_eq!(share(&failures(|_| 2), 39, true).expect("there are slices").value, 0.98);

        let counts = |swing: f64| {
            seconds(41, |second| Sink::Counter(100.0 + if second % 4 < 2 { swing } else { 0.0 }))
        };
        let pace = |swing: f64| pace(&counts(swing), 40, 100.0).expect("there are slices").error;
        assert!(pace(0.0) < 1e-9 && pace(30.0) > 0.01);
    }
}
