//! Trying a long test in a short time: the test's own times, all made shorter or longer by one factor.
//!
//! [`TimeScale`] is the factor. It scales how long things last, never how much load there is: numbers of users and
//! rates stay, and so do the time units of rates and how long running iterations may still go on.

use std::time::Duration;

use serde_json::Value;

use crate::{Error, Executor, ExitCode, Leg, Options, Rhythm, Scenario, Stage, duration};

/// What had a length before has at least this one.
const LEAST: Duration = Duration::from_millis(1);
/// The longest span that is written and counted everywhere, in nanoseconds.
const MOST: Duration = Duration::from_nanos(i64::MAX.unsigned_abs());

/// The factor on times; 0.01 makes minutes of hours.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TimeScale(f64);

impl TimeScale {
    /// Reads what the user wrote.
    ///
    /// # Errors
    /// When it is not a number above zero.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.trim().parse::<f64>() {
            Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Self(factor)),
            _ => Err(Error::new(format!(
                "the time scale has to be a number above 0, such as 0.01, but is '{text}'"
            ))
            .exiting(ExitCode::INVALID_CONFIG)),
        }
    }

    /// The factor.
    #[must_use]
    pub const fn factor(self) -> f64 {
        self.0
    }

    /// A span as it is in the scaled test. Nothing stays nothing, and something stays something.
    #[must_use]
    pub fn of(self, span: Duration) -> Duration {
        if span.is_zero() {
            return span;
        }
        let scaled = Duration::try_from_secs_f64(span.as_secs_f64() * self.0).unwrap_or(MOST);
        scaled.clamp(LEAST, MOST)
    }

    /// What is said of a run whose times are scaled.
    #[must_use]
    pub fn sentence(self) -> String {
        format!(
            "times are scaled by {}: durations, stages, start times and sleep() are not those of the script; \
             rates and numbers of users are",
            self.0
        )
    }

    fn stages(self, stages: &mut [Stage]) {
        for stage in stages {
            stage.duration = self.of(stage.duration);
        }
    }

    fn executor(self, executor: &mut Executor) {
        match executor {
            Executor::SharedIterations { max_duration: span, .. }
            | Executor::PerVuIterations { max_duration: span, .. }
            | Executor::ConstantVus { duration: span, .. }
            | Executor::ConstantArrivalRate { duration: span, .. }
            | Executor::SteppedArrivalRate { step_duration: span, .. } => *span = self.of(*span),
            Executor::RampingVus { stages, .. } | Executor::RampingArrivalRate { stages, .. } => {
                self.stages(stages);
            }
            Executor::Timetable { legs } => self.legs(legs),
        }
    }

    /// Legs keep their rates; what one leg has too much to be whole goes to the next.
    fn legs(self, legs: &mut [Leg]) {
        const PARTS: u128 = 1_000_000;
        let (mut due, mut given) = (0u128, 0u128);
        for leg in legs {
            let whole = leg.duration.as_nanos().max(1);
            leg.duration = self.of(leg.duration);
            if let Rhythm::Even { count } = &mut leg.rhythm {
                due += (u128::from(*count) * leg.duration.as_nanos() * PARTS) / whole;
                let now = (due + PARTS / 2) / PARTS;
                *count = u64::try_from(now - given).unwrap_or(u64::MAX);
                given = now;
            }
        }
    }

    fn scenario(self, scenario: &mut Scenario) {
        scenario.start_time = self.of(scenario.start_time);
        self.executor(&mut scenario.executor);
        for name in ["startTime", "duration", "maxDuration", "stepDuration"] {
            self.shown(scenario.shown.get_mut(name));
        }
        for stage in scenario.shown.get_mut("stages").and_then(Value::as_array_mut).into_iter().flatten() {
            self.shown(stage.get_mut("duration"));
        }
    }

    /// A span as options show it; one that was not given is not shown either.
    fn shown(self, value: Option<&mut Value>) {
        let Some(value) = value else { return };
        if let Some(Ok(span)) = value.as_str().map(duration::parse) {
            *value = Value::from(duration::format_go(self.of(span)));
        }
    }
}

impl Options {
    /// Consolidated options with all times of the test scaled.
    #[must_use]
    pub fn scaled(mut self, scale: TimeScale) -> Self {
        for scenario in self.scenarios.iter_mut().flat_map(|all| all.values_mut()) {
            scale.scenario(scenario);
        }
        for rule in self.thresholds.iter_mut().flat_map(|all| all.values_mut()).flatten() {
            rule.delay_abort_eval = rule.delay_abort_eval.map(|delay| scale.of(delay));
        }
        self.min_iteration_duration = self.min_iteration_duration.map(|least| scale.of(least));
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_scale_is_a_number_above_zero() {
        for text in ["0.01", " 2 ", "1e-3"] {
            assert!(TimeScale::parse(text).is_ok(), "{text}");
        }
        for text in ["0", "-1", "x", "", "inf", "NaN", "1%"] {
            let error = TimeScale::parse(text).expect_err(text);
            assert_eq!(error.exit_code(), ExitCode::INVALID_CONFIG, "{text}");
        }
    }

    #[test]
    fn spans_keep_their_nature() {
        let check = |scale: &str, span: Duration, expected: Duration| {
            assert_eq!(TimeScale::parse(scale).expect("a scale").of(span), expected, "{scale} {span:?}");
        };
        check("0.01", Duration::from_secs(600), Duration::from_secs(6));
        check("0.01", Duration::ZERO, Duration::ZERO);
        check("0.000001", Duration::from_secs(1), LEAST);
        check("2", Duration::from_secs(3), Duration::from_secs(6));
        check("1e300", Duration::from_secs(3), MOST);
    }

    #[test]
    fn legs_keep_their_rates_and_lose_nobody() {
        let leg = |count| Leg { duration: Duration::from_secs(1), rhythm: Rhythm::Even { count } };
        let mut legs: Vec<Leg> = (0..100).map(|_| leg(7)).collect();
        TimeScale::parse("0.01").expect("a scale").legs(&mut legs);
        let count = |leg: &Leg| if let Rhythm::Even { count } = leg.rhythm { count } else { 0 };
        assert_eq!(legs.iter().map(count).sum::<u64>(), 7);
        assert!(legs.iter().all(|leg| leg.duration == Duration::from_millis(10)));
    }

    #[test]
    fn durations_are_scaled_and_load_is_not() {
        let (options, _) = Options::from_script(&json!({
            "minIterationDuration": "10s",
            "thresholds": { "checks": [{ "threshold": "rate>0", "abortOnFail": true, "delayAbortEval": "1m" }] },
            "scenarios": {
                "a": { "executor": "ramping-vus", "startTime": "1m", "gracefulRampDown": "20s",
                       "stages": [{ "duration": "0s", "target": 3 }, { "duration": "5m", "target": 7 }] },
                "b": { "executor": "constant-arrival-rate", "rate": 50, "timeUnit": "1m", "duration": "10m",
                       "preAllocatedVUs": 2, "gracefulStop": "5s" },
                "c": { "executor": "per-vu-iterations", "vus": 2 },
            },
        }))
        .expect("options");
        let (options, _) = options.consolidate().expect("consistent options");
        let scaled = options.clone().scaled(TimeScale::parse("0.1").expect("a scale"));
        let shown = Value::Object(scaled.to_json());
        let check = |pointer: &str, expected: Value| {
            assert_eq!(shown.pointer(pointer), Some(&expected), "{pointer}: {shown}");
        };
        check("/minIterationDuration", json!("1s"));
        check("/thresholds/checks/0/delayAbortEval", json!("6s"));
        check("/scenarios/a/startTime", json!("6s"));
        check("/scenarios/a/stages/0/duration", json!("0s"));
        check("/scenarios/a/stages/1", json!({ "duration": "30s", "target": 7 }));
        check("/scenarios/a/gracefulRampDown", json!("20s"));
        check("/scenarios/b/duration", json!("1m0s"));
        check("/scenarios/b/rate", json!(50));
        check("/scenarios/b/timeUnit", json!("1m0s"));
        check("/scenarios/b/gracefulStop", json!("5s"));
        check("/scenarios/c/maxDuration", Value::Null);
        let scenarios = scaled.scenarios.expect("they are consolidated");
        assert_eq!(scenarios["a"].executor.duration(), Duration::from_secs(30));
        assert_eq!(scenarios["c"].executor.duration(), Duration::from_secs(60));
    }
}
