//! Options, scenarios, thresholds, segments and the clock: what a run is, without doing it.
//!
//! Main types: [`Options`] (what the user typed), [`Scenario`] and [`Executor`] (what the program needs),
//! [`Segment`] (an exact fraction of the load), [`Threshold`], [`Clock`]. No I/O and no async runtime is
//! known here.

pub mod duration;
pub mod environment;
mod error;
mod exit;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod hidden;
mod json;
pub mod log;
pub mod nearest;
pub mod options;
mod own;
pub mod requirements;
mod scenario;
pub mod segment;
mod share;
mod sla;
pub mod stages;
mod system_tags;
pub mod threshold;
pub mod time;
mod time_scale;

pub use error::Error;
pub use exit::ExitCode;
pub use hidden::Hidden;
pub use log::{Level, Log, Logger, Record};
pub use options::{DnsOptions, Options, PlimsollOptions, TlsAuth, TlsVersions, Warning};
pub use own::Own;
pub use scenario::{AUTO_VUS_MAX, Executor, Leg, MaxVus, Rhythm, Scenario, Stage};
pub use segment::{Segment, SegmentTuple, Sequence, Stripe};
pub use share::Share;
pub use sla::{Bad, Sla};
pub use system_tags::SystemTags;
pub use threshold::{Aggregation, Expression, Operator, Selector, Threshold};
pub use time::{Clock, Nanos};
pub use time_scale::TimeScale;
