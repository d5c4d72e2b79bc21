//! What is run once around the load: a script's `setup()`, `teardown()` and `handleSummary()`, a plan's flows before
//! and after.
//!
//! Main type: [`Lifecycle`]. It does not decide whether and when they run.

use std::time::Duration;

use bytes::Bytes;
use engine::WorkerCtx;
use metrics::RecorderConfig;
use plan::{Around, PlanLifecycle, Rounded};
use script::{Error, ErrorKind, Performed};

use crate::load::Test;

/// Runs what a test has around its load.
pub enum Lifecycle {
    /// The functions of a script.
    Script(script::Lifecycle),
    /// The flows of a plan.
    Plan(PlanLifecycle),
}

impl Lifecycle {
    /// What the test has. It measures as the worker of the context.
    #[must_use]
    pub fn of(test: &Test, context: WorkerCtx, recorder: RecorderConfig) -> Self {
        match test {
            Test::Script(test) => Self::Script(test.lifecycle(context.index, recorder)),
            Test::Plan(test) => Self::Plan(PlanLifecycle::new(test.clone(), context)),
        }
    }

    /// What comes before the load; its result as JSON.
    pub async fn setup(&self, limit: Duration) -> Performed<Option<String>> {
        match self {
            Self::Script(script) => script.setup(limit).await,
            Self::Plan(plan) => performed(plan.before(limit).await, None, "before the load"),
        }
    }

    /// What comes after the load.
    pub async fn teardown(&self, limit: Duration) -> Performed<()> {
        match self {
            Self::Script(script) => script.teardown(limit).await,
            Self::Plan(plan) => performed(plan.after(limit).await, (), "after the load"),
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
            Self::Plan(_) => Performed { result: Ok(None), frame: None, raw: Vec::new() },
        }
    }

    /// Asks what runs now to stop.
    pub fn interrupt(&self) {
        match self {
            Self::Script(script) => script.interrupt(),
            Self::Plan(plan) => plan.interrupt(),
        }
    }
}

fn performed<T>(rounded: Rounded, value: T, when: &str) -> Performed<T> {
    let result = match rounded.end {
        Around::Done => Ok(value),
        Around::Failed => Err(Error::new(ErrorKind::Exception, format!("the flow {when} failed"))),
        Around::Late => Err(Error::new(ErrorKind::Timeout, format!("the flow {when} took too long"))),
        Around::Interrupted => Err(Error::new(ErrorKind::Interrupted, "interrupted")),
    };
    Performed { result, frame: rounded.frame, raw: rounded.raw }
}
