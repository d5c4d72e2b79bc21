//! Destinations of samples, and what they share.
//!
//! A [`Sink`] is one destination; [`Outputs`] runs each on a thread of its own, so that none can hold up the
//! run. Which destinations there are, and how users name them, is known to [`crate::output`].

mod driver;
mod error;
mod file;
mod render;
mod zone;

use std::sync::Arc;
use std::time::Duration;

use crate::metric::{Contains, Kind};

pub use driver::{Limits, Outputs, Report};
pub use error::{Error, reason};
pub(crate) use file::Destination;
pub(crate) use render::{Rendered, Stamp, json_number, json_string, json_tags};
pub use zone::Zone;

/// Tags or metadata of a sample, sorted by key.
pub type Tags = Arc<[(Arc<str>, Arc<str>)]>;

/// One measured value.
///
/// Samples of one series should share their `metric` and `tags`: sinks render each shared list once.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What was measured.
    pub metric: Arc<Head>,
    /// The value; milliseconds or bytes where the metric says so.
    pub value: f64,
    /// When, in nanoseconds since the Unix epoch.
    pub unix_ns: u64,
    /// The tags that make its series.
    pub tags: Tags,
    /// Facts too particular to make a series, such as the virtual user's number.
    pub metadata: Option<Tags>,
}

/// A metric as samples refer to it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    /// Its name.
    pub name: Arc<str>,
    /// How its samples add up.
    pub kind: Kind,
    /// What its values mean.
    pub contains: Contains,
}

/// A destination of samples. It is moved to its own thread after `start` and may block there.
pub trait Sink: Send {
    /// How the banner names it: `json (out.json)`.
    fn describe(&self) -> String;

    /// Opens the destination. An error here keeps the run from starting.
    ///
    /// # Errors
    /// When the destination cannot be opened.
    fn start(&mut self) -> Result<(), Error>;

    /// Takes samples, in about the order in which they were measured.
    ///
    /// # Errors
    /// When the destination is lost: the sink is not called again.
    fn samples(&mut self, batch: &[Sample]) -> Result<(), Error>;

    /// How long what was taken may stay in the sink's own buffers.
    fn flush_interval(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// Passes on what is buffered.
    ///
    /// # Errors
    /// When the destination is lost.
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Passes on everything and closes the destination.
    ///
    /// # Errors
    /// When the destination is lost.
    fn finish(&mut self) -> Result<(), Error> {
        self.flush()
    }
}
