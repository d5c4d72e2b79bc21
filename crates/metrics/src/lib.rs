//! Tags, recorders, histograms, frames, merging and threshold evaluation.
//!
//! A worker thread's [`Recorder`] turns samples into a [`Frame`] a second; the [`Aggregate`] adds up the frames
//! of all workers, and everything that is said of a run is arithmetic on it. Sockets and scripts are not known
//! here.

mod aggregate;
pub mod builtin;
mod frame;
mod histogram;
mod recorder;
mod registry;
mod sink;
mod tags;
pub mod thresholds;

pub use aggregate::{Aggregate, value};
pub use frame::{Frame, RawSample, SeriesDelta};
pub use histogram::{Histogram, Sparse};
pub use recorder::{HttpSample, IterationSample, Recorder, RecorderConfig};
pub use registry::{Contains, DeclareError, Kind, Metric, MetricId, Registry};
pub use sink::{Delta, EXACT_MAX, Sink, Trend, TrendDelta};
pub use tags::{Sym, TagSetId, Tags};
