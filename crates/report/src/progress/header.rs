//! What is shown before the load starts: where the script comes from, where results go, and what each scenario
//! will do.

use std::fmt::Write as _;
use std::time::Duration;

use model::duration::format_go;
use model::{Executor, MaxVus, Scenario, SegmentTuple, Stage, requirements};

/// The facts of the block above the first progress line.
#[derive(Clone, PartialEq, Debug)]
pub struct Header {
    /// Where the load is made: `local` for this machine.
    pub execution: String,
    /// The script, as it was named.
    pub script: String,
    /// The outputs, as they describe themselves.
    pub outputs: Vec<String>,
    /// The part of the test that runs here, from 0 to 1.
    pub share: f64,
    /// The most virtual users there can be.
    pub vus_max: u64,
    /// The longest the load can take, graceful stops included.
    pub longest: Duration,
    /// Names and descriptions of the scenarios, in their order.
    pub scenarios: Vec<(String, String)>,
}

impl Header {
    /// The header of a test of which this machine runs `tuple`, which is `share` of the whole.
    #[must_use]
    pub fn of(
        script: &str,
        outputs: &[String],
        scenarios: &[Scenario],
        tuple: &SegmentTuple,
        share: f64,
    ) -> Self {
        Self {
            execution: "local".to_owned(),
            script: script.to_owned(),
            outputs: outputs.to_vec(),
            share,
            vus_max: requirements::max_possible(scenarios, tuple),
            longest: requirements::total_duration(scenarios),
            scenarios: scenarios.iter().map(|one| (one.name.clone(), describe(one, tuple, share))).collect(),
        }
    }

    /// The block, with an empty line at both ends.
    #[must_use]
    pub fn text(&self) -> String {
        let outputs = if self.outputs.is_empty() { "-".to_owned() } else { self.outputs.join(", ") };
        let count = self.scenarios.len();
        let mut text = format!(
            "\n     execution: {}\n        script: {}\n        output: {outputs}\n\n",
            self.execution, self.script,
        );
        let _ = writeln!(
            text,
            "     scenarios: ({:.2}%) {count} scenario{}, {} max VUs, {} max duration (incl. graceful stop):",
            self.share * 100.0,
            if count == 1 { "" } else { "s" },
            self.vus_max,
            format_go(self.longest),
        );
        for (name, description) in &self.scenarios {
            let _ = writeln!(text, "              * {name}: {description}");
        }
        text.push('\n');
        text
    }
}

/// What a scenario will do on the machine that runs `tuple`, which is `share` of the whole, in one line.
#[must_use]
pub fn describe(scenario: &Scenario, tuple: &SegmentTuple, share: f64) -> String {
    let (what, mut notes) = load(&scenario.executor, tuple, share);
    if scenario.exec != "default" {
        notes.push(format!("exec: {}", scenario.exec));
    }
    for (name, time) in [("startTime", scenario.start_time), ("gracefulStop", scenario.graceful_stop)] {
        if !time.is_zero() {
            notes.push(format!("{name}: {}", format_go(time)));
        }
    }
    if notes.is_empty() { what } else { format!("{what} ({})", notes.join(", ")) }
}

/// The load of an executor, and notes on its limits.
fn load(executor: &Executor, tuple: &SegmentTuple, share: f64) -> (String, Vec<String>) {
    let span = format_go(executor.duration());
    let rate = |count: u64, unit: &Duration| format!("{:.2}", count as f64 * share / unit.as_secs_f64());
    match executor {
        Executor::SharedIterations { vus, iterations, .. } => (
            format!("{} iterations shared among {} VUs", tuple.scale(*iterations), tuple.scale(*vus)),
            vec![format!("maxDuration: {span}")],
        ),
        Executor::PerVuIterations { vus, iterations, .. } => (
            format!("{iterations} iterations for each of {} VUs", tuple.scale(*vus)),
            vec![format!("maxDuration: {span}")],
        ),
        Executor::ConstantVus { vus, .. } => {
            (format!("{} looping VUs for {span}", tuple.scale(*vus)), Vec::new())
        }
        Executor::RampingVus { start_vus, stages, graceful_ramp_down } => (
            format!(
                "Up to {} looping VUs for {span} over {} stages",
                tuple.scale(highest(*start_vus, stages)),
                stages.len(),
            ),
            vec![format!("gracefulRampDown: {}", format_go(*graceful_ramp_down))],
        ),
        Executor::ConstantArrivalRate { rate: count, time_unit, pre_allocated_vus, max_vus, .. } => (
            format!("{} iterations/s for {span}", rate(*count, time_unit)),
            vec![users(*pre_allocated_vus, *max_vus, tuple)],
        ),
        Executor::RampingArrivalRate { start_rate, time_unit, stages, pre_allocated_vus, max_vus } => (
            format!(
                "Up to {} iterations/s for {span} over {} stages",
                rate(highest(*start_rate, stages), time_unit),
                stages.len(),
            ),
            vec![users(*pre_allocated_vus, *max_vus, tuple)],
        ),
        Executor::SteppedArrivalRate {
            start_rate,
            step_rate,
            steps,
            time_unit,
            pre_allocated_vus,
            max_vus,
            ..
        } => {
            let last = start_rate.saturating_add(step_rate.saturating_mul(steps.saturating_sub(1)));
            let (first, last) = (rate(*start_rate, time_unit), rate(last, time_unit));
            (
                format!("{first} to {last} iterations/s for {span} in {steps} steps"),
                vec![users(*pre_allocated_vus, *max_vus, tuple)],
            )
        }
        Executor::Timetable { legs } => {
            let legs = match legs.len() {
                1 => "1 leg".to_owned(),
                several => format!("{several} legs"),
            };
            (format!("arrivals by a timetable of {legs} over {span}"), Vec::new())
        }
    }
}

fn highest(start: u64, stages: &[Stage]) -> u64 {
    stages.iter().map(|stage| stage.target).max().unwrap_or(0).max(start)
}

fn users(pre_allocated: u64, max: MaxVus, tuple: &SegmentTuple) -> String {
    let first = tuple.scale(pre_allocated);
    match max {
        MaxVus::Auto => format!("maxVUs: {first} and more as needed"),
        MaxVus::Fixed(max) if tuple.scale(max) == first => format!("maxVUs: {first}"),
        MaxVus::Fixed(max) => format!("maxVUs: {first}-{}", tuple.scale(max)),
    }
}
