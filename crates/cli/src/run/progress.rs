//! Progress while the load runs: turns what the engine says into lines, and decides when they are worth showing.
//!
//! On a terminal the lines are redrawn in place; elsewhere they are printed once a second. What the lines look
//! like is the business of [`report::progress`].

use std::sync::Arc;
use std::time::Duration;

use engine::{Phase, Progress as Counters, ScenarioProgress};
use model::{Executor, Leg, Nanos, Rhythm, Scenario, Stage};
use report::progress::{Counts, Form, Scenario as Line, Snapshot, State, lines};

use crate::screen::Screen;

/// How often a terminal is redrawn.
const REDRAW: Nanos = Nanos::from_millis(100);
/// How often lines are printed where nothing can be redrawn.
const PRINT: Nanos = Nanos::from_secs(1);

/// Shows how far the run is.
pub struct Progress {
    screen: Arc<Screen>,
    quiet: bool,
    scenarios: Vec<Scenario>,
    longest: Duration,
    last: Option<Nanos>,
}

impl Progress {
    /// Progress of these scenarios on this screen; nothing at all when `quiet`.
    #[must_use]
    pub fn new(screen: Arc<Screen>, quiet: bool, scenarios: Vec<Scenario>, longest: Duration) -> Self {
        Self { screen, quiet, scenarios, longest, last: None }
    }

    /// Shows the counters, and a line of what is measured, unless those shown last are too fresh.
    pub fn tick(&mut self, phase: &str, counters: &Counters, live: &str) {
        let pause = if self.screen.draws() { REDRAW } else { PRINT };
        if self.last.is_none_or(|last| counters.at.since(last) >= pause) {
            self.last = Some(counters.at);
            self.show(phase, counters, live);
        }
    }

    /// Shows the last counters and leaves them standing.
    pub fn finish(&mut self, phase: &str, counters: &Counters, live: &str) {
        self.show(phase, counters, live);
        self.screen.settle();
    }

    fn show(&self, phase: &str, counters: &Counters, live: &str) {
        if self.quiet {
            return;
        }
        let snapshot = self.snapshot(phase, counters);
        if self.screen.draws() {
            let mut shown = vec![String::new()];
            shown.extend(lines(&snapshot, Form::Terminal { width: self.screen.width() }));
            if !live.is_empty() {
                shown.push(live.to_owned());
            }
            self.screen.show(shown);
        } else {
            let text: Vec<String> = lines(&snapshot, Form::Plain);
            self.screen.print(&format!("\n{}\n", text.join("\n")));
        }
    }

    fn snapshot(&self, phase: &str, counters: &Counters) -> Snapshot {
        let scenarios = self.scenarios.iter().zip(&counters.scenarios);
        Snapshot {
            phase: phase.to_owned(),
            elapsed: counters.elapsed.into(),
            longest: self.longest,
            active_vus: counters.vus_active,
            vus: counters.vus_initialised,
            complete: counters.iterations_completed,
            interrupted: counters.iterations_interrupted,
            scenarios: scenarios.map(|(scenario, progress)| line(scenario, progress)).collect(),
        }
    }
}

fn line(scenario: &Scenario, progress: &ScenarioProgress) -> Line {
    let state = match progress.phase {
        Phase::Waiting => State::Waiting,
        Phase::Running | Phase::Ending => State::Running,
        Phase::Over if progress.part < 1.0 => State::Interrupted,
        Phase::Over => State::Done,
    };
    Line {
        name: scenario.name.clone(),
        state,
        done: progress.part,
        elapsed: progress.elapsed.into(),
        duration: duration(&scenario.executor),
        counts: counts(&scenario.executor, progress),
    }
}

/// How long an executor takes, or may take where iterations decide.
fn duration(executor: &Executor) -> Duration {
    match executor {
        Executor::SharedIterations { max_duration, .. } | Executor::PerVuIterations { max_duration, .. } => {
            *max_duration
        }
        Executor::ConstantVus { duration, .. } | Executor::ConstantArrivalRate { duration, .. } => *duration,
        Executor::RampingVus { stages, .. } | Executor::RampingArrivalRate { stages, .. } => {
            stages.iter().map(|stage| stage.duration).sum()
        }
        Executor::SteppedArrivalRate { step_duration, steps, .. } => {
            step_duration.saturating_mul(u32::try_from(*steps).unwrap_or(u32::MAX))
        }
        Executor::Timetable { legs } => legs.iter().map(|leg| leg.duration).sum(),
    }
}

fn counts(executor: &Executor, progress: &ScenarioProgress) -> Counts {
    let arrivals = |now: f64, unit: Duration| Counts::ArrivalRate {
        active: progress.vus_busy,
        allocated: progress.vus_allotted,
        per_second: now / unit.as_secs_f64(),
    };
    let elapsed: Duration = progress.elapsed.into();
    match executor {
        Executor::SharedIterations { vus, iterations, .. } => {
            Counts::SharedIterations { vus: *vus, done: progress.iterations, total: *iterations }
        }
        Executor::PerVuIterations { vus, iterations, .. } => {
            Counts::PerVuIterations { vus: *vus, done: progress.iterations, each: *iterations }
        }
        Executor::ConstantVus { vus, .. } => Counts::Vus { vus: *vus },
        Executor::RampingVus { start_vus, stages, .. } => Counts::RampingVus {
            active: progress.vus_active,
            most: stages.iter().map(|stage| stage.target).fold(*start_vus, u64::max),
        },
        Executor::ConstantArrivalRate { rate, time_unit, .. } => arrivals(*rate as f64, *time_unit),
        Executor::RampingArrivalRate { start_rate, stages, time_unit, .. } => {
            arrivals(level_at(*start_rate, stages, elapsed), *time_unit)
        }
        Executor::SteppedArrivalRate { start_rate, step_rate, step_duration, time_unit, steps, .. } => {
            let step = (elapsed.as_nanos() / step_duration.as_nanos().max(1)).min(u128::from(*steps)) as f64;
            arrivals(*start_rate as f64 + step * *step_rate as f64, *time_unit)
        }
        Executor::Timetable { legs } => arrivals(rate_at(legs, elapsed), Duration::from_secs(1)),
    }
}

/// Arrivals a second in the leg of a timetable that is under way; for showing only.
fn rate_at(legs: &[Leg], elapsed: Duration) -> f64 {
    let mut end = Duration::ZERO;
    let leg = legs.iter().find(|leg| {
        end += leg.duration;
        elapsed < end
    });
    match leg.map(|leg| (leg.rhythm, leg.duration)) {
        Some((Rhythm::Even { count }, length)) => count as f64 / length.as_secs_f64(),
        Some((Rhythm::Poisson { per_second, .. }, _)) => per_second as f64,
        Some((Rhythm::Pause, _)) | None => 0.0,
    }
}

/// The level that stages have reached after some time; for showing only.
fn level_at(start: u64, stages: &[Stage], elapsed: Duration) -> f64 {
    let (mut level, mut left) = (start as f64, elapsed.as_secs_f64());
    for stage in stages {
        let length = stage.duration.as_secs_f64();
        if left < length {
            return level + (stage.target as f64 - level) * left / length;
        }
        left -= length;
        level = stage.target as f64;
    }
    level
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_stages() {
        let stage = |secs, target| Stage { duration: Duration::from_secs(secs), target };
        let stages = [stage(10, 100), stage(0, 20), stage(10, 20)];
        let check = |secs: u64, level: f64| {
            assert!((level_at(0, &stages, Duration::from_secs(secs)) - level).abs() < 1e-9, "{secs}");
        };
        check(0, 0.0);
        check(5, 50.0);
        check(10, 20.0);
        check(99, 20.0);
    }
}
