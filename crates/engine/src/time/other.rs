//! Systems without timer descriptors: waiting is as precise as the async runtime's timers.
//!
//! Main type: [`Precise`], which never comes into being here.

use std::convert::Infallible;
use std::io;

use model::{Clock, Nanos};

/// No timer.
pub(super) struct Precise(Infallible);

impl Precise {
    /// Always fails, so that the caller falls back.
    pub(super) fn new(_clock: Clock) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Cannot be called.
    pub(super) async fn until(&mut self, _at: Nanos) -> io::Result<()> {
        match self.0 {}
    }
}
