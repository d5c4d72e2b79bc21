//! What is said of a run at its beginning and at its end.
//!
//! Main types: [`Opening`] and [`Closing`]. Both must come without secrets: nothing here looks for them.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::environment::Environment;
use crate::retention::Retention;
use crate::sets::Membership;

/// What is known when a run begins.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// What lists call it: the test as the user named it.
    pub name: String,
    /// The test's file, when it is one.
    pub script_path: Option<String>,
    /// The test itself, of which only a hash is kept.
    pub script: Option<ScriptText>,
    /// The options that are in force.
    pub options: Value,
    /// The names of the scenarios in the order in which they are shown.
    pub scenarios: Vec<String>,
    /// The version of the program.
    pub program: String,
    /// Where the program was started: its repository's commit is kept.
    pub folder: PathBuf,
    /// What it ran on, when that is not this machine.
    pub environment: Option<Environment>,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// Which runs stay when it has ended; all of them when nothing is said.
    pub retention: Option<Retention>,
    /// The group of runs that it belongs to.
    pub group: Option<Membership>,
}

/// The text of a test.
#[derive(Clone, Debug)]
pub enum ScriptText {
    /// A file.
    File(PathBuf),
    /// The text itself.
    Text(Arc<[u8]>),
}

/// What is known when a run has ended.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: i64,
    /// How long there was load, in nanoseconds.
    pub load_ns: u64,
    /// The exit status of the program.
    pub exit_code: u8,
    /// Why it did not end as planned.
    pub incomplete: Option<String>,
    /// Whether its numbers describe the target, and the evidence.
    pub trust: Value,
    /// The checks, in the order in which they came up.
    pub checks: Vec<Check>,
    /// The thresholds, in the order of the options.
    pub thresholds: Vec<Threshold>,
    /// The figures at the end, in the newer form of summaries.
    pub summary: Value,
}

/// How often a check held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// The path of its group; empty outside of groups.
    pub group: String,
    /// Its name.
    pub name: String,
    /// How often it held.
    pub passes: u64,
    /// How often it did not.
    pub fails: u64,
}

/// How a threshold came out.
#[derive(Clone, PartialEq, Debug)]
pub struct Threshold {
    /// The metric, with the braces of a part of it.
    pub metric: String,
    /// The expression.
    pub source: String,
    /// Whether it held.
    pub ok: bool,
    /// What was compared.
    pub value: Option<f64>,
}
