//! Destinations of samples, and what they share.
//!
//! A [`Sink`] is one destination; [`Outputs`] runs each on a thread of its own, so that none can hold up the
//! run. Which destinations there are, and how users name them, is known to [`crate::output`].

mod driver;
mod error;
mod file;
mod render;
mod zone;

use std::time::Duration;

use metrics::RawSample;

pub use driver::{Closing, Limits, Outputs, Report};
pub use error::{Error, reason};
pub(crate) use file::Destination;
pub(crate) use render::{Rendered, Stamp, json_number, json_string, json_tags};
pub use zone::Zone;

/// A destination of samples. It is moved to its own thread after `start` and may block there.
pub trait Sink: Send {
    /// How the banner names it: `json (out.json)`.
    fn describe(&self) -> String;

    /// Opens the destination. An error here keeps the run from starting.
    ///
    /// # Errors
    /// When the destination cannot be opened.
    fn start(&mut self) -> Result<(), Error>;

    /// Takes samples, in about the order in which they were measured. Those of one series share their tags, so
    /// that a sink needs to render each set only once.
    ///
    /// # Errors
    /// When the destination is lost: the sink is not called again.
    fn samples(&mut self, batch: &[RawSample]) -> Result<(), Error>;

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
