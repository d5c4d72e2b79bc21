//! Recording by hand, shared by the tests.

use std::sync::Arc;

use model::{Clock, Nanos};
use plimsoll_metrics::{
    Aggregate, Frame, HttpSample, MetricId, Recorder, RecorderConfig, Registry, TagSetId,
};

/// A recorder with tags as text.
pub struct Hand {
    pub recorder: Recorder,
}

impl Hand {
    pub fn new(worker: u32, registry: &Arc<Registry>) -> Self {
        Self::with(worker, registry, RecorderConfig::default())
    }

    pub fn with(worker: u32, registry: &Arc<Registry>, config: RecorderConfig) -> Self {
        Self { recorder: Recorder::new(worker, registry.clone(), Clock::start(), config) }
    }

    /// A tag set, written `key=value` with blanks between.
    pub fn tags(&mut self, text: &str) -> TagSetId {
        text.split_whitespace().filter_map(|pair| pair.split_once('=')).fold(
            TagSetId::EMPTY,
            |set, (key, value)| {
                let (key, value) = (self.recorder.sym(key), self.recorder.sym(value));
                self.recorder.with_tag(set, key, value)
            },
        )
    }

    pub fn add(&mut self, metric: MetricId, tags: &str, values: &[f64]) -> &mut Self {
        let tags = self.tags(tags);
        values.iter().for_each(|value| self.recorder.add(metric, tags, *value, Nanos(1)));
        self
    }

    pub fn frame(&mut self, second: u64) -> Frame {
        self.recorder.take_frame(Nanos::from_secs(second))
    }
}

/// A request of which only the duration matters, in microseconds.
pub fn request(micros: u64, failed: Option<bool>) -> HttpSample {
    HttpSample {
        duration: Nanos(micros * 1000),
        waiting: Nanos(micros * 1000),
        failed,
        ..HttpSample::default()
    }
}

/// All that an aggregate says, in an order of its own.
pub fn contents(aggregate: &Aggregate) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = aggregate
        .series()
        .map(|(metric, tags, sink)| {
            let tags: String = tags.iter().map(|(key, value)| format!(" {key}={value}")).collect();
            let mut sink = sink.clone();
            if let plimsoll_metrics::Sink::Trend(trend) = &mut sink {
                trend.sort();
            }
            (format!("{}{tags}", aggregate.registry().get(metric).name), shown(&sink))
        })
        .collect();
    all.sort();
    all
}

/// Every digit of a sink.
fn shown(sink: &plimsoll_metrics::Sink) -> String {
    use plimsoll_metrics::Sink;
    match sink {
        Sink::Trend(trend) => {
            let quantiles = [0.0, 0.1, 0.333, 0.5, 0.9, 0.999, 1.0].map(|q| trend.quantile(q));
            let facts = (trend.count(), trend.sum(), trend.min(), trend.max(), trend.is_exact());
            format!("trend {facts:?} {quantiles:?}")
        }
        other => format!("{other:?}"),
    }
}
