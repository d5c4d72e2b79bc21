//! What this machine ran out of, counted over all threads of a run.
//!
//! Main type: [`Shortages`]. It is touched only when something is missing, so that it costs nothing otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counters that all workers of a run share; clones count together.
#[derive(Clone, Default, Debug)]
pub struct Shortages(Arc<Counters>);

#[derive(Default, Debug)]
struct Counters {
    descriptors: AtomicU64,
    ports: AtomicU64,
    unstamped: AtomicU64,
}

impl Shortages {
    /// Times that the process ran out of file descriptors.
    #[must_use]
    pub fn descriptors(&self) -> u64 {
        self.0.descriptors.load(Relaxed)
    }

    /// Times that no local port was left for a connection.
    #[must_use]
    pub fn ports(&self) -> u64 {
        self.0.ports.load(Relaxed)
    }

    /// Responses whose arrival the kernel did not time.
    #[must_use]
    pub fn unstamped(&self) -> u64 {
        self.0.unstamped.load(Relaxed)
    }

    /// Counts a response whose arrival the kernel did not time.
    pub fn count_unstamped(&self) {
        self.0.unstamped.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_descriptor(&self) {
        self.0.descriptors.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_port(&self) {
        self.0.ports.fetch_add(1, Relaxed);
    }
}
