//! Kept runs as the commands `runs`, `show`, `rm`, `report` and `export` work with them.
//!
//! Main types: [`Shelf`], the store that the user means, and [`Verdict`], how a run ended in a word. What is written
//! while a run goes on is in [`crate::run`].

pub mod exchanges;
pub mod export;
pub mod figure;
pub mod given;
mod hdr;
mod parquet;
pub mod search;
pub mod story;
pub mod summary;
pub mod table;

use clap::{Arg, ArgMatches, Command};
use metrics::{Sink, builtin};
use model::ExitCode;
use serde_json::{Value, json};
use store::{Kept, KeptExchange, Library, Listed, Selected};

use crate::error::Error;
use crate::flags::{self, Flags, runtime};
use crate::run::keeping;
use crate::session::Session;

/// A run that was heard of so short a time ago may be under way.
const HEARD_OF_MS: i64 = 10_000;
/// What lists show of a run that has not ended comes from these.
const LISTED_METRICS: &[&str] = &["http_reqs", "http_req_duration", "http_req_failed", "iterations"];

/// Adds the flag that names the store.
pub fn with_store(command: Command) -> Command {
    flags::add_named(command, runtime::RUN_FLAGS, &["store"])
}

/// The positional argument that names runs.
pub fn runs_argument() -> Arg {
    Arg::new("run")
        .num_args(1..)
        .required(true)
        .value_name("run")
        .help("a run: its id, the first letters of it, or latest")
}

/// The store that the user means.
pub struct Shelf(Library);

impl Shelf {
    /// Opens it.
    ///
    /// # Errors
    /// When there is none or it cannot be read.
    pub fn open(session: &Session, matches: &ArgMatches) -> Result<Self, Error> {
        let flags = Flags::read(runtime::RUN_FLAGS, matches, &session.env).map_err(Error::Usage)?;
        let place = keeping::place(session, &flags)?.ok_or_else(|| {
            Error::Usage("there is no data folder, so say with --store where runs are kept".to_owned())
        })?;
        Library::open(&place).map(Self).map_err(|e| failed(&e))
    }

    /// All runs, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, Error> {
        self.0.list().map_err(|e| failed(&e))
    }

    /// The run that the user means.
    ///
    /// # Errors
    /// When it is none or several.
    pub fn find(&self, text: &str) -> Result<Listed, Error> {
        self.0.find(text).map_err(|e| failed(&e))
    }

    /// A run with everything that was measured.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&self, run: Listed) -> Result<Kept, Error> {
        self.0.load(run, Selected::All).map_err(|e| failed(&e))
    }

    /// A run with what lists show of it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn glance(&self, run: Listed) -> Result<Kept, Error> {
        let selected = if run.ended_ms.is_some() { &[] } else { LISTED_METRICS };
        self.0.load(run, Selected::Metrics(selected)).map_err(|e| failed(&e))
    }

    /// A run with the metrics that `wanted` takes by name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn select(&self, run: Listed, wanted: impl Fn(&str) -> bool) -> Result<Kept, Error> {
        let series = self.0.series(&run).map_err(|e| failed(&e))?;
        let mut names: Vec<&str> = series.iter().map(|one| one.metric.as_str()).collect();
        names.retain(|name| wanted(name));
        self.0.load(run, Selected::Metrics(&names)).map_err(|e| failed(&e))
    }

    /// The slowest and the failed exchanges of a run.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn exchanges(&self, run: &Listed) -> Result<Vec<KeptExchange>, Error> {
        self.0.exchanges(run).map_err(|e| failed(&e))
    }

    /// The store, to read from.
    pub const fn reading(&self) -> &Library {
        &self.0
    }

    /// The store itself.
    pub fn library(&mut self) -> &mut Library {
        &mut self.0
    }
}

/// The store's failure as the user gets it.
pub fn failed(error: &store::Error) -> Error {
    Error::File(error.to_string())
}

/// How a run ended, in a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// As it should.
    Passed,
    /// Without anything wrong but its own timing: the numbers describe the generator.
    Untrusted,
    /// A threshold was crossed, or it was made to fail otherwise.
    Failed,
    /// Before its time.
    Aborted,
    /// Not yet.
    Running,
    /// Without a word.
    Killed,
    /// Somewhere else: it was imported.
    Imported,
}

impl Verdict {
    /// How a run ended, as far as is known at `now_ms`.
    #[must_use]
    pub fn of(run: &Listed, now_ms: i64) -> Self {
        let trusted = run.trust.as_ref().is_none_or(|trust| trust["trusted"] != Value::Bool(false));
        match (run.ended_ms, run.exit_code) {
            (None, _) if now_ms - run.written_ms <= HEARD_OF_MS => Self::Running,
            (None, _) => Self::Killed,
            (_, code) if run.incomplete.is_some() && code != Some(ExitCode::THRESHOLDS_FAILED.0) => {
                Self::Aborted
            }
            (_, Some(0)) if given::imported(run).is_some() => Self::Imported,
            (_, Some(0)) if trusted => Self::Passed,
            (_, Some(0)) => Self::Untrusted,
            _ => Self::Failed,
        }
    }

    /// Whether there is a whole run to judge: one that came to its end.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::Imported)
    }

    /// The word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Untrusted => "untrusted",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
            Self::Running => "running",
            Self::Killed => "killed",
            Self::Imported => "imported",
        }
    }
}

/// The figures that lists show; none where there was nothing of the kind.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Glance {
    /// Requests, or iterations where there were none.
    pub requests: Option<u64>,
    /// Iterations that came to their end.
    pub iterations: Option<u64>,
    /// The 95th percentile of the requests' durations, in milliseconds.
    pub p95_ms: Option<f64>,
    /// The share of requests that failed.
    pub failed: Option<f64>,
}

impl Glance {
    /// What a run came to: its own figures, or what was measured so far.
    #[must_use]
    pub fn of(kept: &Kept) -> Self {
        match &kept.summary {
            Some(summary) => Self::of_summary(summary),
            None => Self::of_state(kept),
        }
    }

    fn of_summary(summary: &Value) -> Self {
        let metrics = summary["results"]["metrics"].as_array();
        let value = |name: &str, figure: &str| {
            let metric = metrics?.iter().find(|metric| metric["name"] == *name)?;
            metric["values"][figure].as_f64()
        };
        Self {
            requests: value("http_reqs", "count").map(|count| count as u64),
            iterations: value("iterations", "count").map(|count| count as u64),
            p95_ms: value("http_req_duration", "p95"),
            failed: value("http_req_failed", "rate"),
        }
    }

    fn of_state(kept: &Kept) -> Self {
        let state = &kept.state;
        let count = |metric| state.total(metric).map(|_| state.count(metric) as u64);
        Self {
            requests: count(builtin::HTTP_REQS),
            iterations: count(builtin::ITERATIONS),
            p95_ms: match state.total(builtin::HTTP_REQ_DURATION) {
                Some(Sink::Trend(trend)) => Some(trend.quantile(0.95)),
                _ => None,
            },
            failed: match state.total(builtin::HTTP_REQ_FAILED) {
                Some(Sink::Rate { nonzero, total }) if *total > 0 => Some(*nonzero as f64 / *total as f64),
                _ => None,
            },
        }
    }
}

/// How long there was load, or how much of it is known, in seconds.
#[must_use]
pub fn seconds(kept: &Kept) -> f64 {
    match kept.listed.load_ns {
        Some(ns) => ns as f64 / 1e9,
        None => kept.last_second.map_or(0.0, |second| (second + 1).max(0) as f64),
    }
}

/// What is known of a run besides its measurements, for programs.
#[must_use]
pub fn head(kept: &Kept, now_ms: i64) -> Value {
    let run = &kept.listed;
    let environment = &run.environment;
    json!({
        "id": run.id,
        "name": run.name,
        "verdict": Verdict::of(run, now_ms).name(),
        "exit_code": run.exit_code,
        "incomplete": run.incomplete,
        "started": moment(run.started_ms),
        "ended": run.ended_ms.map(moment),
        "seconds": seconds(kept),
        "imported": given::imported(run),
        "lost_frames": run.lost_frames,
        "script": { "path": run.script_path, "sha256": run.script_sha256 },
        "environment": {
            "program": environment.program,
            "git_commit": environment.commit,
            "host": environment.host,
            "kernel": environment.kernel,
            "cpu": environment.cpu,
            "cpus": environment.cpus,
        },
    })
}

/// A moment in UTC, to the second.
#[must_use]
pub fn moment(unix_ms: i64) -> String {
    crate::logs::timestamp(unix_ms.max(0) as u64 * 1_000_000, 0)
}

/// Milliseconds since 1970.
#[must_use]
pub fn now_ms(session: &Session) -> i64 {
    (session.clock.unix_ns(session.clock.now()) / 1_000_000) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_from_the_summary() {
        let metric = |name: &str, values: Value| json!({ "name": name, "values": values });
        let summary = json!({ "results": { "metrics": [
            metric("http_reqs", json!({ "count": 12 })),
            metric("http_req_duration", json!({ "p95": 3.5 })),
            metric("http_req_failed", json!({ "rate": 0.25 })),
        ] } });
        let expected = Glance { requests: Some(12), iterations: None, p95_ms: Some(3.5), failed: Some(0.25) };
        assert_eq!(Glance::of_summary(&summary), expected);
        assert_eq!(Glance::of_summary(&Value::Null), Glance::default());
    }
}
