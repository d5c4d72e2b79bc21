//! The result of a run as plain values, and the forms in which it is handed out.
//!
//! Main type: [`Summary`]. [`text`] is for people, [`legacy_json`] is what `handleSummary` gets,
//! [`export_json`] is `--summary-export`, [`machine_readable`] is the newer form of both. All are pure; where
//! they go is the caller's business.

mod build;
mod coverage;
mod intervals;
mod legacy;
mod machine;
mod slas;
mod text;
mod trust;

use md5::{Digest, Md5};
use model::options::TREND_STATS;
use serde_json::Value;
use std::time::Duration;

use crate::format::TimeUnit;
use metrics::{Contains, Kind};

pub use build::{Measured, aggregation, build, split_name};
pub use coverage::{Coverage, Field};
pub use intervals::Intervals;
pub use legacy::{export_json, legacy_json};
pub use machine::machine_readable;
pub use slas::{SlaVerdict, Slas, Standing};
pub use text::{Style, text};
pub use trust::{Reason, Trust, lag};

/// How much of a summary is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Totals without the phases of requests.
    #[default]
    Compact,
    /// Everything, also by scenario and group.
    Full,
    /// Nothing.
    Disabled,
}

impl Mode {
    /// The mode that `--summary-mode` names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "compact" => Some(Self::Compact),
            "full" => Some(Self::Full),
            "disabled" => Some(Self::Disabled),
            _ => None,
        }
    }
}

/// Everything there is to say about a finished run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// All metrics and sub-metrics, sorted, and all checks, merged by name.
    pub total: View,
    /// The same for each scenario, in the order of the script's options; shown in full mode.
    pub scenarios: Vec<View>,
    /// Groups of a run without named scenarios; shown in full mode.
    pub groups: Vec<View>,
    /// The tree of groups and checks that `handleSummary` gets.
    pub root_group: Group,
    /// The options that concern summaries.
    pub options: Options,
    /// Facts about the run's surroundings.
    pub state: State,
    /// What `setup()` returned; `None` when it returned nothing or did not run.
    pub setup_data: Option<Value>,
    /// Whether the generator measured the target or itself.
    pub trust: Trust,
    /// What was asked of GraphQL schemas; `None` when no script speaks GraphQL through our module.
    pub graphql: Option<Coverage>,
    /// How the SLAs stand; `None` when there are none.
    pub slas: Option<Slas>,
    /// How sure the run is of its figures; `None` when it is too short to tell, or had no requests.
    pub intervals: Option<Intervals>,
    /// Why the run did not end as planned, such as `aborted by the script: out of stock`.
    pub incomplete: Option<String>,
}

/// A part of the run: its metrics and checks, and the groups inside.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The scenario's or group's own name; empty for the whole run.
    pub name: String,
    /// Metrics sorted by name, each followed by its sub-metrics.
    pub metrics: Vec<Metric>,
    /// Checks in the order in which they first ran.
    pub checks: Vec<Check>,
    /// Groups inside, in the order in which they first ran.
    pub groups: Vec<View>,
}

/// One metric or sub-metric with its values.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The metric's name, for a sub-metric that of its parent.
    pub name: String,
    /// For a sub-metric, what stands between the braces: `expected_response:true`.
    pub selector: Option<String>,
    /// What its values mean.
    pub contains: Contains,
    /// What was measured.
    pub values: Values,
    /// How its thresholds came out, in the order of the options.
    pub thresholds: Vec<Threshold>,
}

impl Metric {
    /// The name by which thresholds and JSON forms refer to it: `http_reqs{status:200}`.
    #[must_use]
    pub fn full_name(&self) -> String {
        match &self.selector {
            Some(selector) => format!("{}{{{selector}}}", self.name),
            None => self.name.clone(),
        }
    }
}

/// The values of a metric, by its type.
#[derive(Clone, Debug)]
pub enum Values {
    /// A sum.
    Counter {
        /// The sum of everything added.
        count: f64,
        /// The sum per second of the run.
        rate: f64,
    },
    /// A level.
    Gauge {
        /// The last value.
        value: f64,
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// A share.
    Rate {
        /// How many samples were not zero.
        passes: u64,
        /// How many samples there were.
        total: u64,
    },
    /// A distribution.
    Trend(Box<Distribution>),
}

impl Values {
    /// The metric's type.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Counter { .. } => Kind::Counter,
            Self::Gauge { .. } => Kind::Gauge,
            Self::Rate { .. } => Kind::Rate,
            Self::Trend(_) => Kind::Trend,
        }
    }
}

/// The distribution of a trend's samples.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    /// The statistics that `summaryTrendStats` asks for, by their names there, in that order.
    pub chosen: Vec<(String, f64)>,
    /// The number of samples.
    pub count: u64,
    /// The mean.
    pub avg: f64,
    /// The smallest sample.
    pub min: f64,
    /// The median.
    pub med: f64,
    /// The largest sample.
    pub max: f64,
    /// The 90th percentile.
    pub p90: f64,
    /// The 95th percentile.
    pub p95: f64,
}

/// How one threshold came out.
#[derive(Clone, Debug)]
pub struct Threshold {
    /// The expression as it was written: `p(95)<500`.
    pub source: String,
    /// The aggregation on its left-hand side: `p(95)`.
    pub aggregation: String,
    /// The value that was compared; `None` when there was none to compare.
    pub value: Option<f64>,
    /// Whether it holds.
    pub ok: bool,
}

/// How often a check held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// Its name in the script.
    pub name: String,
    /// How often it held.
    pub passes: u64,
    /// How often it did not.
    pub fails: u64,
}

/// A node of the tree of groups.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Group {
    /// Its own name; empty for the root.
    pub name: String,
    /// The names from the root on, each after `::`; empty for the root.
    pub path: String,
    /// Groups inside, in the order in which they first ran.
    pub groups: Vec<Group>,
    /// Checks made directly in it, in the order in which they first ran.
    pub checks: Vec<Check>,
}

impl Group {
    /// The group `name` directly inside this one, made when it is not there yet.
    pub fn child(&mut self, name: &str) -> &mut Self {
        let at = self.groups.iter().position(|group| group.name == name).unwrap_or_else(|| {
            let path = format!("{}::{name}", self.path);
            self.groups.push(Self { name: name.to_owned(), path, ..Self::default() });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }

    /// The group at `path` (`::outer::inner`) below this one, made with everything on the way.
    pub fn descendant(&mut self, path: &str) -> &mut Self {
        path.split("::").filter(|name| !name.is_empty()).fold(self, Self::child)
    }
}

/// The identifier of a group or check: the MD5 of its path in hexadecimal digits.
#[must_use]
pub fn path_id(path: &str) -> String {
    Md5::digest(path.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The options that concern summaries.
#[derive(Clone, Debug)]
pub struct Options {
    /// The statistics of trends, by name: `avg`, `p(99.9)`, `count`.
    pub trend_stats: Vec<String>,
    /// The unit of durations in the text.
    pub time_unit: TimeUnit,
    /// The user wants no colours.
    pub no_color: bool,
}

impl Options {
    /// What a test's options say, with k6's defaults.
    #[must_use]
    pub fn of(options: &model::Options, no_color: bool) -> Self {
        let own = Self::default();
        Self {
            trend_stats: options.summary_trend_stats.clone().unwrap_or(own.trend_stats),
            time_unit: options.summary_time_unit.as_deref().map_or(own.time_unit, TimeUnit::parse),
            no_color,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        let trend_stats = TREND_STATS.map(str::to_owned).to_vec();
        Self { trend_stats, time_unit: TimeUnit::Auto, no_color: false }
    }
}

/// Facts about the run's surroundings.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Standard output is a terminal.
    pub stdout_is_terminal: bool,
    /// Standard error is a terminal.
    pub stderr_is_terminal: bool,
    /// From the start of the load to its end.
    pub duration: Duration,
    /// The script, as it was named.
    pub script: String,
    /// Where the load came from, `local` for this machine.
    pub execution: String,
    /// When the summary was made, in RFC 3339.
    pub generated_at: String,
    /// The version of k6 that scripts and readers may assume.
    pub k6_version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_know_their_paths_and_ids() {
        let mut root = Group::default();
        root.descendant("::outer::inner").checks.push(Check { name: "ok".into(), passes: 1, fails: 0 });
        root.descendant("::outer::inner");
        assert_eq!(root.groups.len(), 1);
        assert_eq!(root.groups[0].groups[0].path, "::outer::inner");
        let check = |path: &str, id: &str| assert_eq!(path_id(path), id);
        check("", "d41d8cd98f00b204e9800998ecf8427e");
        check("::outer", "c34b428ee7255085dfe7fef53d3394d5");
        check("::outer::inner", "b6c425bc7b9e3d21a2d56ce7a6de3614");
        check("::outer::inner::ok", "dfd4a54de488742eae8543750acf294c");
        check("::top", "0384334781effa9218e13817f86f11a3");
    }
}
