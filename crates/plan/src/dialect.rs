//! What a format does beside making load.
//!
//! Main types: [`Dialect`], one for the process, and [`DialectWorker`], one on each worker thread. Nothing here
//! writes: an [`Artifact`] goes back to the caller, who does.

use std::any::Any;
use std::path::PathBuf;
use std::time::Duration;

use engine::{Control, IterationEnd, WorkerCtx};
use metrics::Aggregate;
use model::{ExitCode, Nanos};

use crate::exchange::Exchange;
use crate::session::Session;

/// Something that is to be shown or kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Artifact {
    /// Text for standard output.
    Stdout(String),
    /// Text for standard error.
    Stderr(String),
    /// The whole of a file.
    File {
        /// Where.
        path: PathBuf,
        /// What.
        bytes: Vec<u8>,
    },
}

/// What is known of a run.
pub struct Facts<'a> {
    /// What was measured so far.
    pub aggregate: &'a Aggregate,
    /// The run's switches and counters.
    pub control: &'a Control,
    /// Since the start of the load.
    pub elapsed: Duration,
    /// The exit status that the run would have otherwise.
    pub exit: ExitCode,
}

/// A format's own doings, for the whole process.
pub trait Dialect: Send + Sync {
    /// The name of the format.
    fn name(&self) -> &'static str;

    /// The part of one worker thread; made on it before its users are.
    fn worker(&self, _worker: &WorkerCtx) -> Option<Box<dyn DialectWorker>> {
        None
    }

    /// Looked at several times a second while the load runs: reports that come at intervals.
    fn tick(&self, _facts: &Facts<'_>) -> Vec<Artifact> {
        Vec::new()
    }

    /// What is left to say when all workers have flushed for the last time.
    fn finish(&self, _facts: &Facts<'_>) -> Vec<Artifact> {
        Vec::new()
    }

    /// Where the page that reports on the whole run is to go.
    fn page(&self) -> Option<PathBuf> {
        None
    }

    /// The exit status of the run in place of ours, which is in the facts. Called after [`Dialect::finish`].
    fn exit_code(&self, _facts: &Facts<'_>) -> Option<ExitCode> {
        None
    }

    /// How many worker threads there are to be; as many as there are processors when it does not say.
    fn threads(&self) -> Option<usize> {
        None
    }

    /// Whether our own summary is not shown.
    fn replaces_summary(&self) -> bool {
        false
    }
}

/// A format's own doings on one worker thread. It never waits.
pub trait DialectWorker {
    /// A request of a user came to its end.
    fn exchange(&mut self, _session: &Session, _exchange: &Exchange) {}

    /// An iteration of a user ended.
    fn iteration(&mut self, _session: &Session, _end: IterationEnd, _took: Nanos) {}

    /// About once a second, and a last time when all users are gone: hand over to the [`Dialect`].
    fn flush(&mut self) {}

    /// Itself, for the dialect's own steps.
    fn any(&mut self) -> &mut dyn Any;
}
