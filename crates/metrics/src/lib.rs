//! Tags, recorders, histograms, frames, merging and threshold evaluation.
//!
//! A worker thread gives its samples to a [`Recorder`] and takes a [`Frame`] from it every second. Frames of all
//! workers are merged in an [`Aggregate`], which answers questions about the run so far. What metrics there are
//! is in the [`Registry`]. Nothing here knows sockets, scripts or terminals.

mod aggregate;
pub mod builtin;
mod exchange;
mod frame;
mod histogram;
mod labels;
mod point;
mod recorder;
mod registry;
mod sink;
mod sum;
mod sym;
mod tags;
pub mod thresholds;
mod trend;
mod wire;

pub use aggregate::{Aggregate, Delta, Deltas, Tallies, Tally};
pub use exchange::{BODY_BYTES_MOST, Exchange, Message, Standing, is_secret_name, masked};
pub use frame::{DecodeError, Frame};
pub use histogram::Histogram;
pub use labels::{HttpHop, HttpTags, TagChoice, TagKeys};
pub use point::{Packed, Point};
pub use recorder::{
    FAILED_EACH, HttpSample, IterationSample, KINDS_MOST, RawSample, Recorder, RecorderConfig, SLOW_MOST,
    Tags,
};
pub use registry::{Contains, DeclareError, Kind, Metric, MetricId, Registry};
pub use sink::{Sink, value};
pub use sym::{Sym, Text};
pub use tags::TagSetId;
pub use trend::{EXACT_LIMIT, Trend};
