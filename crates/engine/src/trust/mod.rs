//! Whether the load was what it should have been, and the measurements the target's own.
//!
//! Main types: [`Evidence`], figures of a whole run, and [`Verdict`], what follows from them. Each limit is a
//! constant with its reason. Judging is pure; [`Probe`] reads the machine while a run goes on.

mod probe;
mod rules;

pub use probe::{MachineUse, Probe};
pub use rules::{
    CPU_BUSY_SHARE, CPU_BUSY_TIME, DROPPED_SHARE_MAX, GENERATOR_LAG_SHARE, LAG_NOTICEABLE,
    SCHEDULE_LAG_P99_MAX, STEAL_SHARE_MAX, UNSTAMPED_SHARE_MAX, WALL_JUMP_MAX,
};

use metrics::Histogram;
use model::Nanos;

/// Quantiles of a lag.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LagQuantiles {
    /// How many were measured.
    pub count: u64,
    /// Half are at most this.
    pub p50: Nanos,
    /// 99 of 100 are at most this.
    pub p99: Nanos,
    /// The largest.
    pub max: Nanos,
}

/// From a histogram of milliseconds, as the recorders keep lags.
impl From<&Histogram> for LagQuantiles {
    fn from(lags: &Histogram) -> Self {
        if lags.count() == 0 {
            return Self::default();
        }
        let at = |q: f64| Nanos((lags.quantile(q).max(0.0) * 1e6) as u64);
        Self { count: lags.count(), p50: at(0.5), p99: at(0.99), max: at(1.0) }
    }
}

/// Measured latency, to hold lags against.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LatencyQuantiles {
    /// The median of what was measured of the target.
    pub p50: Nanos,
    /// 99 of 100 are at most this.
    pub p99: Nanos,
}

/// An output that could not keep up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LossyOutput {
    /// Its name.
    pub name: String,
    /// Samples it did not take.
    pub dropped: u64,
}

/// What is known about how a run was driven.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Evidence {
    /// Start of arrivals after they were due.
    pub schedule_lag: LagQuantiles,
    /// From the kernel having a response to the program seeing it.
    pub generator_lag: LagQuantiles,
    /// The latency that was measured, where there is one.
    pub latency: Option<LatencyQuantiles>,
    /// Whether latencies come from the kernel's timestamps, so that generator lag is not in them; the number
    /// of measurements without and in all.
    pub unstamped: (u64, u64),
    /// Arrivals that never started.
    pub dropped_arrivals: u64,
    /// Arrivals that started.
    pub started_arrivals: u64,
    /// How busy the machine was.
    pub machine: MachineUse,
    /// Times that the process ran out of file descriptors.
    pub descriptors_exhausted: u64,
    /// Times that no local port was left for a connection.
    pub ports_exhausted: u64,
    /// Tag values that became `other`, because there were too many series.
    pub series_folded: u64,
    /// Outputs that dropped samples.
    pub lossy_outputs: Vec<LossyOutput>,
}

/// How much a reason matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// Good to know; the figures stand.
    Note,
    /// The figures say something else than they seem to.
    Invalid,
}

/// What a reason is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// Arrivals started late.
    ScheduleLag,
    /// Arrivals did not start.
    DroppedArrivals,
    /// Responses waited for the program.
    GeneratorLag,
    /// The program had no processor time left.
    Cpu,
    /// Other tenants of the machine took its processor time.
    Steal,
    /// File descriptors ran out.
    Descriptors,
    /// Local ports ran out.
    Ports,
    /// The wall clock jumped.
    Clock,
    /// The kernel gave no timestamps.
    Timestamps,
    /// There were too many series.
    Series,
    /// An output lost samples.
    Outputs,
}

impl Subject {
    /// A short name for machines to read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScheduleLag => "schedule_lag",
            Self::DroppedArrivals => "dropped_arrivals",
            Self::GeneratorLag => "generator_lag",
            Self::Cpu => "cpu",
            Self::Steal => "steal",
            Self::Descriptors => "descriptors",
            Self::Ports => "ports",
            Self::Clock => "clock",
            Self::Timestamps => "timestamps",
            Self::Series => "series",
            Self::Outputs => "outputs",
        }
    }
}

/// One reason for a verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// What it is about.
    pub subject: Subject,
    /// How much it matters.
    pub weight: Weight,
    /// What was found, with its figure and its limit.
    pub finding: String,
    /// What to do about it.
    pub advice: &'static str,
}

/// Whether a run's figures can be relied on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// No reason makes the run invalid.
    pub trusted: bool,
    /// Everything found, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// Judges a run.
#[must_use]
pub fn judge(evidence: &Evidence) -> Verdict {
    let mut reasons: Vec<Reason> = rules::RULES.iter().filter_map(|rule| rule(evidence)).collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.weight));
    Verdict { trusted: reasons.iter().all(|reason| reason.weight < Weight::Invalid), reasons }
}

#[cfg(test)]
mod tests;
