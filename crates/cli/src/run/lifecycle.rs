//! What is run once around the load: a script's `setup()`, `teardown()` and `handleSummary()`.
//!
//! Main type: [`Lifecycle`]. A plan made from flags has nothing of the kind.

use std::time::Duration;

use bytes::Bytes;
use metrics::RecorderConfig;
use script::{Error, Performed};

use crate::load::Test;

/// Runs what a test has around its load.
pub enum Lifecycle {
    /// The functions of a script.
    Script(script::Lifecycle),
    /// There is nothing to run.
    Nothing,
}

impl Lifecycle {
    /// What the test has. It measures as worker number `worker`.
    #[must_use]
    pub fn of(test: &Test, worker: u32, recorder: RecorderConfig) -> Self {
        match test {
            Test::Script(test) => Self::Script(test.lifecycle(worker, recorder)),
            Test::Plan(_) => Self::Nothing,
        }
    }

    /// What comes before the load; its result as JSON.
    pub async fn setup(&self, limit: Duration) -> Performed<Option<String>> {
        match self {
            Self::Script(script) => script.setup(limit).await,
            Self::Nothing => nothing(None),
        }
    }

    /// What comes after the load.
    pub async fn teardown(&self, limit: Duration) -> Performed<()> {
        match self {
            Self::Script(script) => script.teardown(limit).await,
            Self::Nothing => nothing(()),
        }
    }

    /// What the test makes of the summary: files by path.
    pub async fn handle_summary(
        &self,
        json: String,
        limit: Duration,
    ) -> Performed<Option<Vec<(String, Bytes)>>> {
        match self {
            Self::Script(script) => script.handle_summary(json, limit).await,
            Self::Nothing => nothing(None),
        }
    }

    /// Asks what runs now to stop.
    pub fn interrupt(&self) {
        if let Self::Script(script) = self {
            script.interrupt();
        }
    }
}

fn nothing<T>(value: T) -> Performed<T> {
    Performed { result: Ok::<T, Error>(value), frame: None, raw: Vec::new() }
}
