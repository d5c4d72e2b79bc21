//! Options, scenarios, thresholds, segments and the clock: what a run is, without doing it.
//!
//! Main types: `Options` (what the user typed), `Scenario` and `Executor` (what the program needs),
//! `Segment` (an exact fraction of the load), `Threshold`, [`time::Clock`]. No I/O and no async runtime
//! is known here.

pub mod log;
pub mod time;

pub use log::{Level, Log, Logger, Record};
pub use time::{Clock, Nanos};
