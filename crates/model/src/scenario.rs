//! Scenarios: who runs what, when and how often.

mod read;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

pub(crate) use read::parse_stages;

/// A part of a ramp: `target` is reached after `duration`, in a straight line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stage {
    /// How long the stage takes; nothing means a jump.
    pub duration: Duration,
    /// The number of users, or of iterations a time unit, at its end.
    pub target: u64,
}

/// How many users an arrival rate may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MaxVus {
    /// At most this many.
    Fixed(u64),
    /// As many as the rate turns out to need.
    Auto,
}

/// The most users that `maxVUs: 'auto'` grows to.
pub const AUTO_VUS_MAX: u64 = 100_000;

impl MaxVus {
    /// The upper bound.
    #[must_use]
    pub const fn limit(self) -> u64 {
        match self {
            Self::Fixed(limit) => limit,
            Self::Auto => AUTO_VUS_MAX,
        }
    }
}

/// What drives a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Executor {
    /// Users share a number of iterations.
    SharedIterations {
        /// Users.
        vus: u64,
        /// Iterations in all.
        iterations: u64,
        /// When no more iterations start.
        max_duration: Duration,
    },
    /// Each user runs a number of iterations.
    PerVuIterations {
        /// Users.
        vus: u64,
        /// Iterations of each.
        iterations: u64,
        /// When no more iterations start.
        max_duration: Duration,
    },
    /// Users iterate for a time.
    ConstantVus {
        /// Users.
        vus: u64,
        /// For how long.
        duration: Duration,
    },
    /// The number of users follows stages.
    RampingVus {
        /// Users at the start.
        start_vus: u64,
        /// The stages.
        stages: Vec<Stage>,
        /// How long an iteration of a user that is taken away may go on.
        graceful_ramp_down: Duration,
    },
    /// Iterations start at a rate.
    ConstantArrivalRate {
        /// Iterations a time unit.
        rate: u64,
        /// The time unit.
        time_unit: Duration,
        /// For how long.
        duration: Duration,
        /// Users made before the start.
        pre_allocated_vus: u64,
        /// Users at most.
        max_vus: MaxVus,
    },
    /// Iterations start at a rate that follows stages.
    RampingArrivalRate {
        /// Iterations a time unit at the start.
        start_rate: u64,
        /// The time unit.
        time_unit: Duration,
        /// The stages.
        stages: Vec<Stage>,
        /// Users made before the start.
        pre_allocated_vus: u64,
        /// Users at most.
        max_vus: MaxVus,
    },
    /// Iterations start at a rate that rises in steps.
    SteppedArrivalRate {
        /// Iterations a time unit in the first step.
        start_rate: u64,
        /// How much each step adds.
        step_rate: u64,
        /// How long each step takes.
        step_duration: Duration,
        /// How many steps there are.
        steps: u64,
        /// The time unit.
        time_unit: Duration,
        /// Users made before the start.
        pre_allocated_vus: u64,
        /// Users at most.
        max_vus: MaxVus,
    },
    /// Iterations start by a timetable of legs; a user is made for each that finds nobody idle.
    Timetable {
        /// The legs, one after the other.
        legs: Vec<Leg>,
    },
}

/// One leg of a timetable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leg {
    /// How long it takes.
    pub duration: Duration,
    /// When iterations start in it.
    pub rhythm: Rhythm,
}

/// When iterations start within a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rhythm {
    /// Never.
    Pause,
    /// So many, the first at the leg's beginning and all at the same distance.
    Even {
        /// How many.
        count: u64,
    },
    /// At independent random distances.
    Poisson {
        /// How many a second on average.
        per_second: u64,
        /// What the distances are drawn from: equal seeds give equal legs.
        seed: u64,
    },
}

impl Executor {
    /// Its name in options.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SharedIterations { .. } => "shared-iterations",
            Self::PerVuIterations { .. } => "per-vu-iterations",
            Self::ConstantVus { .. } => "constant-vus",
            Self::RampingVus { .. } => "ramping-vus",
            Self::ConstantArrivalRate { .. } => "constant-arrival-rate",
            Self::RampingArrivalRate { .. } => "ramping-arrival-rate",
            Self::SteppedArrivalRate { .. } => "stepped-arrival-rate",
            Self::Timetable { .. } => "timetable",
        }
    }

    /// How long it takes at most, without graceful ends.
    #[must_use]
    pub fn duration(&self) -> Duration {
        match self {
            Self::SharedIterations { max_duration, .. } | Self::PerVuIterations { max_duration, .. } => {
                *max_duration
            }
            Self::ConstantVus { duration, .. } | Self::ConstantArrivalRate { duration, .. } => *duration,
            Self::RampingVus { stages, .. } | Self::RampingArrivalRate { stages, .. } => {
                stages.iter().map(|stage| stage.duration).sum()
            }
            Self::SteppedArrivalRate { step_duration, steps, .. } => {
                step_duration.saturating_mul(u32::try_from(*steps).unwrap_or(u32::MAX))
            }
            Self::Timetable { legs } => legs.iter().map(|leg| leg.duration).sum(),
        }
    }
}

/// A scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What drives it.
    pub executor: Executor,
    /// When it starts, from the start of the test.
    pub start_time: Duration,
    /// How long running iterations may go on after its end.
    pub graceful_stop: Duration,
    /// The exported function that it runs.
    pub exec: String,
    /// Values over the environment's.
    pub env: BTreeMap<String, String>,
    /// Tags of its samples.
    pub tags: BTreeMap<String, String>,
    /// `options.browser`, when given.
    pub browser: Option<Value>,
    /// What is wrong with it, in k6's words.
    pub problems: Vec<String>,
    /// The scenario as the user wrote it, completed with nulls, as `exec.test.options` shows it.
    pub shown: Value,
}

impl Scenario {
    /// The scenario `default` that an executor's shorthand means.
    #[must_use]
    pub fn shorthand(kind: &str, members: &[(&str, Value)]) -> Self {
        let mut object: Map<String, Value> =
            members.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        object.insert("executor".to_owned(), Value::from(kind));
        Self::parse("default", &Value::Object(object)).expect("a shorthand has members of the right types")
    }
}
