//! The samples of one series between two frames, for all metrics but those of HTTP requests.
//!
//! Main types: `Series` (one metric, one tag set) and `IterationSeries` (the four metrics of an iteration).

use model::Nanos;

use super::IterationSample;
use super::column::Column;
use crate::builtin;
use crate::frame::{Delta, Frame, SeriesDelta};
use crate::registry::{Kind, MetricId};
use crate::sink::{Counter, Gauge, Rate};
use crate::tags::TagSetId;

/// One metric with one tag set.
pub(super) struct Series {
    metric: MetricId,
    tags: TagSetId,
    state: State,
}

enum State {
    Counter(Counter),
    Gauge(Gauge),
    Rate(Rate),
    Trend(Box<Column>),
}

impl Series {
    pub fn new(metric: MetricId, kind: Kind, tags: TagSetId) -> Self {
        let state = match kind {
            Kind::Counter => State::Counter(Counter::default()),
            Kind::Gauge => State::Gauge(Gauge::default()),
            Kind::Rate => State::Rate(Rate::default()),
            Kind::Trend => State::Trend(Box::default()),
        };
        Self { metric, tags, state }
    }

    /// Whether there is nothing for the next frame.
    #[inline]
    pub fn is_empty(&self) -> bool {
        match &self.state {
            State::Counter(counter) => counter.samples == 0,
            State::Gauge(gauge) => gauge.is_empty(),
            State::Rate(rate) => rate.total == 0,
            State::Trend(column) => column.is_empty(),
        }
    }

    #[inline]
    pub fn add(&mut self, value: f64, at: Nanos) {
        match &mut self.state {
            State::Counter(counter) => counter.add(value),
            State::Gauge(gauge) => gauge.set(value, at),
            State::Rate(rate) => rate.add(value != 0.0),
            State::Trend(column) => column.push(value),
        }
    }

    /// Moves everything into the frame.
    pub fn emit(&mut self, frame: &mut Frame) {
        let delta = match &mut self.state {
            State::Counter(counter) => Delta::Counter(std::mem::take(counter)),
            State::Gauge(gauge) => Delta::Gauge(std::mem::take(gauge)),
            State::Rate(rate) => Delta::Rate(std::mem::take(rate)),
            State::Trend(column) => return column.emit(frame, self.metric, self.tags),
        };
        frame.series.push(SeriesDelta { metric: self.metric, tags: self.tags, delta });
    }
}

/// What iterations with one tag set measured since the last frame.
pub(super) struct IterationSeries {
    tags: TagSetId,
    samples: u64,
    whole: u64,
    sent: Counter,
    received: Counter,
    duration: Column,
}

impl IterationSeries {
    pub fn new(tags: TagSetId) -> Self {
        let (sent, received) = (Counter::default(), Counter::default());
        Self { tags, samples: 0, whole: 0, sent, received, duration: Column::default() }
    }

    /// Whether there is nothing for the next frame.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.samples == 0
    }

    #[inline]
    pub fn push(&mut self, sample: &IterationSample) {
        self.samples += 1;
        self.sent.sum.add_whole(sample.sent);
        self.received.sum.add_whole(sample.received);
        if let Some(duration) = sample.duration {
            self.whole += 1;
            self.duration.push(duration.as_millis_f64());
        }
    }

    /// Moves everything into the frame.
    pub fn emit(&mut self, frame: &mut Frame) {
        let samples = std::mem::take(&mut self.samples);
        for (metric, counter) in
            [(builtin::DATA_SENT, &mut self.sent), (builtin::DATA_RECEIVED, &mut self.received)]
        {
            let delta = Delta::Counter(Counter { samples, ..std::mem::take(counter) });
            frame.series.push(SeriesDelta { metric, tags: self.tags, delta });
        }
        let whole = std::mem::take(&mut self.whole);
        if whole > 0 {
            self.duration.emit(frame, builtin::ITERATION_DURATION, self.tags);
            let delta = Delta::Counter(Counter::of_ones(whole));
            frame.series.push(SeriesDelta { metric: builtin::ITERATIONS, tags: self.tags, delta });
        }
    }
}
