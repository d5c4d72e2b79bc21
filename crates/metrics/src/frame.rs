//! Frames: what one worker measured since its last frame, ready to be merged anywhere.

use model::Nanos;

use crate::histogram::Sparse;
use crate::registry::MetricId;
use crate::sink::Delta;
use crate::tags::Tags;

/// The samples of one series since the last frame.
#[derive(Clone, Debug)]
pub struct SeriesDelta {
    /// The metric.
    pub metric: MetricId,
    /// The worker's number for the tag set.
    pub tags: u32,
    /// The samples.
    pub delta: Delta,
}

/// What one worker measured since its last frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The worker.
    pub worker: u32,
    /// Counts the worker's frames from 0.
    pub seq: u64,
    /// From when.
    pub from: Nanos,
    /// To when.
    pub to: Nanos,
    /// Tag sets that this worker has not told of before, by its numbers.
    pub tag_sets: Vec<(u32, Tags)>,
    /// The series that have samples.
    pub series: Vec<SeriesDelta>,
    /// How late iterations started, in milliseconds.
    pub schedule_lag: Sparse,
    /// How long after the kernel had the last byte of a response the program saw it, in milliseconds.
    pub generator_lag: Sparse,
    /// Tag sets that were folded into `other` because there are too many.
    pub folded: u64,
    /// Single samples that were dropped because outputs are too slow to take them.
    pub raw_dropped: u64,
}

/// One sample, for outputs that want each.
#[derive(Clone, Debug)]
pub struct RawSample {
    /// The metric.
    pub metric: MetricId,
    /// When.
    pub at: Nanos,
    /// The value.
    pub value: f64,
    /// Its tags.
    pub tags: Tags,
    /// Facts too particular to make a series.
    pub metadata: Option<Tags>,
}
