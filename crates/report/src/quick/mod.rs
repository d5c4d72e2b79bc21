//! The results of `plimsoll http`: one request again and again, on one page.
//!
//! Main types: [`Results`], worked out of what was measured by [`measure`], and its two forms, [`text`] for people and
//! [`Results::to_json`] for programs. Nothing here decides how a run is driven.

mod page;

use std::time::Duration;

use metrics::{Aggregate, MetricId, Sink, Trend, builtin};
use serde_json::{Map, Value, json};

use crate::summary::{Intervals, Trust};

pub use page::{Look, span, text, thousands};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    /// Users, each with a connection.
    pub users: u64,
    /// Requests a second, where a rate was asked for.
    pub rate: Option<u64>,
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// What was asked for.
    pub asked: Asked,
    /// How long it took.
    pub elapsed: Duration,
    /// Requests with an answer or an error.
    pub requests: u64,
    /// Those of them without an answer, or with one outside of 200 to 399.
    pub failed: u64,
    /// Requests that were due and not sent, because all users were waiting.
    pub not_sent: u64,
    /// Bytes on the wire.
    pub sent_bytes: f64,
    /// Bytes off the wire.
    pub received_bytes: f64,
    /// From sending a request to the end of its answer; of those that were answered.
    pub service: Option<Latency>,
    /// From when a request was due to the end of its answer; only where a rate was asked for.
    pub response: Option<Latency>,
    /// The longest that opening a connection took, TLS included, in milliseconds.
    pub connect_ms_max: f64,
    /// How many requests took how long.
    pub spread: Vec<Band>,
    /// Requests by status.
    pub statuses: Vec<(String, u64)>,
    /// Requests by what went wrong with them.
    pub errors: Vec<(String, u64)>,
    /// How sure the run is of its figures; none when it is too short to tell.
    pub intervals: Option<Intervals>,
    /// Whether the numbers can be believed.
    pub trust: Trust,
    /// Why the run did not end as planned.
    pub incomplete: Option<String>,
}

/// Durations, in milliseconds.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
#[expect(missing_docs, reason = "each is the statistic of its name, in milliseconds")]
pub struct Latency {
    pub mean: f64,
    pub min: f64,
    pub p50: f64,
    pub p75: f64,
    pub p90: f64,
    pub p95: f64,
    pub p99: f64,
    pub p99_9: f64,
    pub max: f64,
}

/// A range of durations.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Band {
    /// Its end, in milliseconds; it begins where the one before it ends.
    pub to_ms: f64,
    /// The share of requests in it, from 0 to 1.
    pub share: f64,
}

impl Latency {
    fn of(trend: &Trend) -> Self {
        Self {
            mean: trend.avg(),
            min: trend.min(),
            p50: trend.quantile(0.5),
            p75: trend.quantile(0.75),
            p90: trend.quantile(0.9),
            p95: trend.quantile(0.95),
            p99: trend.quantile(0.99),
            p99_9: trend.quantile(0.999),
            max: trend.max(),
        }
    }

    fn to_json(self) -> Value {
        json!({
            "mean": self.mean,
            "min": self.min,
            "p50": self.p50,
            "p75": self.p75,
            "p90": self.p90,
            "p95": self.p95,
            "p99": self.p99,
            "p99.9": self.p99_9,
            "max": self.max,
        })
    }
}

/// The results of a run.
#[must_use]
pub fn measure(asked: Asked, state: &Aggregate, elapsed: Duration) -> Results {
    let service = trend(state, builtin::HTTP_REQ_DURATION);
    let failed = match state.total(builtin::HTTP_REQ_FAILED) {
        Some(Sink::Rate { nonzero, .. }) => *nonzero,
        _ => 0,
    };
    let longest = |metric| trend(state, metric).map_or(0.0, |trend| trend.max());
    let mut errors = counts(state, "error");
    errors.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut statuses = counts(state, "status");
    statuses.retain(|(status, _)| status != "0");
    statuses.sort();
    Results {
        elapsed,
        requests: state.count(builtin::HTTP_REQS) as u64,
        failed,
        not_sent: state.count(builtin::DROPPED_ITERATIONS) as u64,
        sent_bytes: state.count(builtin::DATA_SENT),
        received_bytes: state.count(builtin::DATA_RECEIVED),
        response: trend(state, builtin::HTTP_REQ_RESPONSE_TIME)
            .filter(|_| asked.rate.is_some())
            .map(|trend| Latency::of(&trend)),
        connect_ms_max: longest(builtin::HTTP_REQ_CONNECTING) + longest(builtin::HTTP_REQ_TLS_HANDSHAKING),
        spread: service.as_ref().map(spread).unwrap_or_default(),
        service: service.as_ref().map(Latency::of),
        statuses,
        errors,
        asked,
        ..Results::default()
    }
}

/// Whether a series is of requests that were answered: what took how long to fail is another question.
fn is_answered(tags: &metrics::Tags) -> bool {
    !tags.iter().any(|(key, value)| &**key == "status" && &**value == "0")
}

/// The durations of answered requests, sorted.
fn trend(state: &Aggregate, metric: MetricId) -> Option<Trend> {
    match state.merged(metric, is_answered) {
        Some(Sink::Trend(mut trend)) if trend.count() > 0 => {
            trend.sort();
            Some(trend)
        }
        _ => None,
    }
}

/// Requests by the value of a tag.
fn counts(state: &Aggregate, tag: &str) -> Vec<(String, u64)> {
    let series = state.by_tag(builtin::HTTP_REQS, tag).into_iter();
    series
        .filter_map(|(value, sink)| match sink {
            Sink::Counter(sum) => Some((value.to_string(), sum as u64)),
            _ => None,
        })
        .collect()
}

/// The most bands that are shown.
const BANDS_MAX: usize = 12;

/// The distribution over bands that end at 1, 2, 5, 10, 20, 50 and so on.
fn spread(trend: &Trend) -> Vec<Band> {
    let (least, most) = (trend.min().max(1e-6), trend.max().max(1e-6));
    // Up to the first that no sample is above.
    let mut bounds = Vec::new();
    for bound in bounds_from(least) {
        bounds.push(bound);
        if bound >= most {
            break;
        }
    }
    let (mut bands, mut before) = (Vec::new(), 0.0);
    for to_ms in bounds {
        let until = share_up_to(trend, to_ms);
        bands.push(Band { to_ms, share: (until - before).max(0.0) });
        before = until.max(before);
    }
    // The rare ends are put together, so that the page stays one.
    while bands.len() > BANDS_MAX {
        let (first, last) = (bands[0].share, bands[bands.len() - 1].share);
        if first <= last {
            bands[1].share += first;
            bands.remove(0);
        } else {
            let last = bands.pop().expect("there are more than twelve");
            let end = bands.last_mut().expect("there are more than twelve");
            *end = Band { to_ms: last.to_ms, share: end.share + last.share };
        }
    }
    bands
}

/// 1, 2, 5, 10, … from the first that is above `least`.
fn bounds_from(least: f64) -> impl Iterator<Item = f64> {
    let power = least.log10().floor() as i32;
    let all = (power..).flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(power)));
    all.skip_while(move |bound| *bound <= least)
}

/// The share of samples that are not above `bound`: the quantile function, turned round.
fn share_up_to(trend: &Trend, bound: f64) -> f64 {
    if trend.max() <= bound {
        return 1.0;
    }
    if trend.min() > bound {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..50 {
        let middle = (low + high) / 2.0;
        if trend.quantile(middle) <= bound { low = middle } else { high = middle }
    }
    // The place of a quantile among `count` samples is this share of the way from the first to the last.
    let count = trend.count() as f64;
    ((low * (count - 1.0) + 1e-6).floor() + 1.0) / count
}

impl Results {
    /// Requests a second.
    #[must_use]
    pub fn per_second(&self) -> f64 {
        over(self.requests as f64, self.elapsed)
    }

    /// Whether not a single request was answered.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.requests > 0 && self.statuses.is_empty()
    }

    /// The results for programs; durations in milliseconds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let counted = |pairs: &[(String, u64)]| -> Map<String, Value> {
            pairs.iter().map(|(name, count)| (name.clone(), json!(count))).collect()
        };
        let spread: Vec<Value> =
            self.spread.iter().map(|band| json!({ "to": band.to_ms, "share": band.share })).collect();
        json!({
            "version": 1,
            "method": self.asked.method,
            "url": self.asked.url,
            "users": self.asked.users,
            "rate": self.asked.rate,
            "elapsed_s": self.elapsed.as_secs_f64(),
            "requests": self.requests,
            "requests_per_second": self.per_second(),
            "failed": self.failed,
            "not_sent": self.not_sent,
            "sent_bytes": self.sent_bytes,
            "received_bytes": self.received_bytes,
            "service_ms": self.service.map(Latency::to_json),
            "response_ms": self.response.map(Latency::to_json),
            "connect_ms_max": self.connect_ms_max,
            "service_spread_ms": spread,
            "statuses": counted(&self.statuses),
            "errors": counted(&self.errors),
            "intervals": self.intervals.as_ref().map(Intervals::to_json),
            "trust": self.trust.to_json(),
            "incomplete": self.incomplete,
        })
    }
}

/// An amount a second.
fn over(amount: f64, elapsed: Duration) -> f64 {
    let seconds = elapsed.as_secs_f64();
    if seconds > 0.0 { amount / seconds } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend_of(values: &[f64]) -> Trend {
        let mut trend = Trend::new();
        trend.extend(values);
        trend.sort();
        trend
    }

    #[test]
    fn bands_hold_all_requests() {
        let check = |values: &[f64], wanted: &[(f64, f64)]| {
            let bands = spread(&trend_of(values));
            let rounded: Vec<(f64, f64)> =
                bands.iter().map(|band| (band.to_ms, (band.share * 100.0).round())).collect();
            assert_eq!(rounded, wanted, "{values:?}");
        };
        check(&[3.0], &[(5.0, 100.0)]);
        check(&[0.0], &[(2e-6, 100.0)]);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        check(&hundred, &[(2.0, 2.0), (5.0, 3.0), (10.0, 5.0), (20.0, 10.0), (50.0, 30.0), (100.0, 50.0)]);
        let wide: Vec<f64> = (-5..=4).map(|power| 3.0 * 10_f64.powi(power)).collect();
        let bands = spread(&trend_of(&wide));
        assert_eq!(bands.len(), BANDS_MAX);
        assert!((bands.iter().map(|band| band.share).sum::<f64>() - 1.0).abs() < 1e-6);
    }
}
