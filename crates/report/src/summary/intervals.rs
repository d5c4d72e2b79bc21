//! How sure a run is of the figures that people read first.
//!
//! Main type: [`Intervals`]: percentiles of the main metric and the share of failed requests, worked out from the run's
//! slices of time. The arithmetic is in [`crate::intervals`].

use metrics::{Aggregate, MetricId, Sink, Trend, builtin};
use serde_json::{Value, json};
use stats::batches::Slice;

use crate::intervals::{LEVEL, Quantile, Rate, is_short, quantiles, rate};

/// Metrics of which the first that was measured is the main one.
const MAIN: [MetricId; 2] = [builtin::HTTP_REQ_DURATION, builtin::GRPC_REQ_DURATION];
/// The percentile by which it is judged what the run is worth.
const JUDGED: f64 = 0.95;

/// Figures of a run with their intervals.
#[derive(Clone, PartialEq, Debug)]
pub struct Intervals {
    /// The confidence of each, between 0 and 1.
    pub confidence: f64,
    /// The name of the metric that the percentiles are of.
    pub metric: String,
    /// Its percentiles, in milliseconds.
    pub percentiles: Vec<Quantile>,
    /// Its samples.
    pub samples: u64,
    /// How many independent samples would tell as much of p95.
    pub effective: Option<f64>,
    /// The run looks too short for how long the target remembers.
    pub too_short: bool,
    /// The share of failed requests; none where no failures are counted.
    pub failed: Option<Rate>,
}

impl Intervals {
    /// The figures of a run; none when there were no requests, or for too short a time.
    #[must_use]
    pub fn of(state: &Aggregate) -> Option<Self> {
        let (metric, total) = MAIN.iter().find_map(|metric| match state.total(*metric) {
            Some(Sink::Trend(trend)) if trend.count() > 0 => Some((*metric, trend)),
            _ => None,
        })?;
        let slices: Vec<&Trend> = state
            .slices(metric)
            .filter_map(|sink| match sink {
                Sink::Trend(trend) => Some(trend),
                _ => None,
            })
            .collect();
        let percentiles = quantiles(&slices, total);
        let judged = percentiles.iter().find(|one| (one.q - JUDGED).abs() < 1e-9)?;
        let effective = judged.effective;
        effective?;
        Some(Self {
            confidence: LEVEL,
            metric: state.registry().get(metric).name.to_string(),
            samples: total.count(),
            effective,
            too_short: is_short(&slices, judged.figure.value),
            failed: failed(state),
            percentiles,
        })
    }

    /// One of the percentiles.
    #[must_use]
    pub fn percentile(&self, q: f64) -> Option<&Quantile> {
        self.percentiles.iter().find(|one| (one.q - q).abs() < 1e-9)
    }

    /// The form that the JSON forms of a summary have.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let failed = self.failed.map(|rate| {
            let mut object = rate.figure.to_json();
            object.insert("assumes_independence".to_owned(), json!(rate.assumes_independence));
            object
        });
        json!({
            "confidence": self.confidence,
            "metric": self.metric,
            "percentiles": self.percentiles.iter().map(Quantile::to_json).collect::<Vec<_>>(),
            "samples": self.samples,
            "effective_samples": self.effective,
            "looks_too_short": self.too_short,
            "failed": failed,
        })
    }
}

fn failed(state: &Aggregate) -> Option<Rate> {
    let Some(Sink::Rate { nonzero, total }) = state.total(builtin::HTTP_REQ_FAILED) else { return None };
    let slices: Vec<Slice> = state
        .slices(builtin::HTTP_REQ_FAILED)
        .filter_map(|sink| match sink {
            Sink::Rate { nonzero, total } => Some(Slice::new(*nonzero, *total)),
            _ => None,
        })
        .collect();
    rate(&slices, *nonzero, *total)
}

#[cfg(test)]
mod tests {
    use super::*;

    use metrics::{HttpSample, Recorder, RecorderConfig, Registry};
    use model::{Clock, Nanos};

    /// Requests of so many seconds, 200 each; in every second one of `slow` parts of them takes ten times as long, and
    /// one in `bad` failed.
    fn measured(seconds: u64, slow: u64, bad: u64) -> Aggregate {
        let registry = Registry::new();
        let mut state = Aggregate::new(registry.clone(), &[]);
        let mut recorder = Recorder::new(0, registry, Clock::start(), RecorderConfig::default());
        for second in 0..seconds {
            for n in 0..200 {
                let millis = if n % slow == 0 { 100 } else { 10 };
                let duration = Nanos::from_millis(millis) + Nanos(n * 20_000);
                let failed = Some(n % bad == 1);
                let tags = recorder.tag_set(&[]);
                recorder.http(tags, &HttpSample { duration, failed, ..HttpSample::default() });
            }
            state.apply_in(recorder.take_frame(Nanos::from_secs(second + 1)), Some(second));
        }
        state
    }

    #[test]
    fn a_run_that_is_long_enough_says_how_sure_it_is() {
        let found = Intervals::of(&measured(60, 50, 100)).expect("a minute tells");
        let check = |q: f64, from: f64, to: f64| {
            let one = found.percentile(q).expect("it is asked for");
            let (low, high) = one.figure.interval.expect("there are samples enough");
            let value = one.figure.value;
            assert!(from <= low && low <= value && value <= high && high <= to, "{q}: {low} {value} {high}");
        };
        check(0.5, 11.8, 12.2);
        check(0.95, 13.6, 14.0);
        check(0.99, 99.9, 104.0);
        assert_eq!((found.metric.as_str(), found.samples), ("http_req_duration", 12_000));
        assert!(!found.too_short && found.effective.is_some_and(|effective| effective <= 12_000.0));
        let failed = found.failed.expect("failures are counted");
        assert_eq!((failed.figure.value, failed.assumes_independence), (0.01, false));
        let json = found.to_json();
        assert_eq!(json["percentiles"][3]["percentile"], 95.0);
        assert_eq!(json["failed"]["value"], 0.01);
        assert!(json["percentiles"][3]["low"].as_f64() < json["percentiles"][3]["high"].as_f64(), "{json}");
    }

    #[test]
    fn a_run_that_is_too_short_says_nothing() {
        assert_eq!(Intervals::of(&measured(4, 50, 100)), None);
        assert!(Intervals::of(&measured(5, 50, 100)).is_some());
        assert_eq!(Intervals::of(&Aggregate::new(Registry::new(), &[])), None);
    }

    #[test]
    fn what_rare_samples_cannot_tell_is_said() {
        let found = Intervals::of(&measured(6, 50, 1_000)).expect("it is long enough");
        let rare = found.percentile(0.999).expect("it is asked for");
        assert!(!rare.is_estimable, "{rare:?}");
    }
}
