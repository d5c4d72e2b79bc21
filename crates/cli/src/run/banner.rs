//! What is printed before the load starts: where the script comes from, where results go, and what each scenario
//! will do, in the words k6 users know.

use std::fmt::Write as _;
use std::time::Duration;

use model::duration::format_go;
use model::{Executor, MaxVus, Scenario, Stage};

/// The facts the banner shows.
pub struct Banner<'a> {
    /// The script, as it was named.
    pub script: &'a str,
    /// The outputs, each described by itself.
    pub outputs: &'a [String],
    /// The scenarios in their order.
    pub scenarios: &'a [Scenario],
    /// The part of the test that this instance executes, in percent.
    pub segment_percent: f64,
    /// The most virtual users there can be.
    pub max_vus: u64,
    /// The longest the test can take.
    pub max_duration: Duration,
}

impl Banner<'_> {
    /// The text, with an empty line at both ends.
    #[must_use]
    pub fn text(&self) -> String {
        let outputs = if self.outputs.is_empty() { "-".to_owned() } else { self.outputs.join(", ") };
        let count = self.scenarios.len();
        let plural = if count == 1 { "" } else { "s" };
        let mut text = format!(
            "\n     execution: local\n        script: {}\n        output: {outputs}\n\n     \
             scenarios: ({:.2}%) {count} scenario{plural}, {} max VUs, {} max duration (incl. graceful stop):\n",
            self.script,
            self.segment_percent,
            self.max_vus,
            format_go(self.max_duration),
        );
        for scenario in self.scenarios {
            let _ = writeln!(text, "              * {}: {}", scenario.name, describe(scenario));
        }
        text.push('\n');
        text
    }
}

/// What a scenario will do, in one line.
#[must_use]
pub fn describe(scenario: &Scenario) -> String {
    let mut notes = Vec::new();
    let what = match &scenario.executor {
        Executor::SharedIterations { vus, iterations, max_duration } => {
            notes.push(format!("maxDuration: {}", format_go(*max_duration)));
            format!("{iterations} iterations shared among {vus} VUs")
        }
        Executor::PerVuIterations { vus, iterations, max_duration } => {
            notes.push(format!("maxDuration: {}", format_go(*max_duration)));
            format!("{iterations} iterations for each of {vus} VUs")
        }
        Executor::ConstantVus { vus, duration } => format!("{vus} looping VUs for {}", format_go(*duration)),
        Executor::RampingVus { start_vus, stages, graceful_ramp_down } => {
            notes.push(format!("gracefulRampDown: {}", format_go(*graceful_ramp_down)));
            let most = stages.iter().map(|stage| stage.target).max().unwrap_or(0).max(*start_vus);
            format!("Up to {most} looping VUs for {}", over_stages(stages))
        }
        Executor::ConstantArrivalRate { rate, time_unit, duration, pre_allocated_vus, max_vus } => {
            notes.push(vus_range(*pre_allocated_vus, max_vus));
            format!("{} for {}", per_second(*rate, *time_unit), format_go(*duration))
        }
        Executor::RampingArrivalRate { start_rate, time_unit, stages, pre_allocated_vus, max_vus } => {
            notes.push(vus_range(*pre_allocated_vus, max_vus));
            let most = stages.iter().map(|stage| stage.target).max().unwrap_or(0).max(*start_rate);
            format!("Up to {} for {}", per_second(most, *time_unit), over_stages(stages))
        }
        other => other.kind().to_owned(),
    };
    if scenario.exec != "default" {
        notes.push(format!("exec: {}", scenario.exec));
    }
    if !scenario.start_time.is_zero() {
        notes.push(format!("startTime: {}", format_go(scenario.start_time)));
    }
    if !scenario.graceful_stop.is_zero() {
        notes.push(format!("gracefulStop: {}", format_go(scenario.graceful_stop)));
    }
    if notes.is_empty() { what } else { format!("{what} ({})", notes.join(", ")) }
}

fn over_stages(stages: &[Stage]) -> String {
    let total = stages.iter().map(|stage| stage.duration).sum();
    format!("{} over {} stages", format_go(total), stages.len())
}

fn per_second(rate: u64, unit: Duration) -> String {
    format!("{:.2} iterations/s", rate as f64 / unit.as_secs_f64())
}

fn vus_range(pre_allocated: u64, max: &MaxVus) -> String {
    match max {
        MaxVus::Fixed(max) if *max == pre_allocated => format!("maxVUs: {max}"),
        MaxVus::Fixed(max) => format!("maxVUs: {pre_allocated}-{max}"),
        MaxVus::Auto => format!("maxVUs: {pre_allocated} and as many as it takes"),
    }
}
