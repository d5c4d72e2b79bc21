//! One tier over another, the shorthand as a scenario, and what is wrong with the result.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Options, Warning};
use crate::scenario::Scenario;
use crate::threshold::Aggregation;
use crate::{Error, ExitCode, duration};

impl Options {
    /// This tier under a higher one. When the higher one says how to execute, this one's word on that is gone.
    #[must_use]
    pub fn overlay(mut self, higher: Self) -> Self {
        let executes = higher.duration.is_some()
            || higher.iterations.is_some()
            || higher.stages.is_some()
            || higher.scenarios.is_some();
        if executes {
            self.duration = None;
            self.iterations = None;
            self.stages = None;
            self.scenarios = None;
        }
        macro_rules! over {
            ($($field:ident),* $(,)?) => { Self { $($field: higher.$field.or(self.$field)),* } };
        }
        over!(
            vus,
            duration,
            iterations,
            stages,
            scenarios,
            execution_segment,
            execution_segment_sequence,
            paused,
            no_setup,
            no_teardown,
            setup_timeout,
            teardown_timeout,
            handle_summary_timeout,
            rps,
            dns,
            max_redirects,
            user_agent,
            batch,
            batch_per_host,
            http_debug,
            insecure_skip_tls_verify,
            tls_cipher_suites,
            tls_version,
            tls_auth,
            throw,
            thresholds,
            blacklist_ips,
            block_hostnames,
            hosts,
            no_connection_reuse,
            no_vu_connection_reuse,
            min_iteration_duration,
            summary_trend_stats,
            summary_time_unit,
            system_tags,
            tags,
            metric_samples_buffer_size,
            no_cookies_reset,
            discard_response_bodies,
            console_output,
            local_ips,
            features,
            ext,
            cloud,
            plimsoll,
        )
    }

    /// Turns the shorthand into a scenario called `default`.
    ///
    /// # Errors
    /// When two ways of saying how to execute contradict each other.
    pub fn consolidate(mut self) -> Result<(Self, Vec<Warning>), Error> {
        let mut warnings = Vec::new();
        let explicit_empty = self.scenarios.as_ref().is_some_and(BTreeMap::is_empty);
        let given: Vec<&str> = [
            ("duration", self.duration.is_some()),
            ("iterations", self.iterations.is_some()),
            ("stages", self.stages.as_ref().is_some_and(|stages| !stages.is_empty())),
            ("scenarios", self.scenarios.as_ref().is_some_and(|scenarios| !scenarios.is_empty())),
        ]
        .into_iter()
        .filter_map(|(name, is)| is.then_some(name))
        .collect();
        let conflict = |a: &str, b: &str| {
            Error::new(format!("using `{a}` and `{b}` options simultaneously is not allowed"))
        };
        match given.as_slice() {
            // Iterations with a duration: the duration is their limit.
            [] | [_] | ["duration", "iterations"] => {}
            [first, second, ..] => {
                let pair = if given.starts_with(&["duration", "iterations"]) {
                    (given[1], given[2])
                } else {
                    (*first, *second)
                };
                return Err(conflict(pair.0, pair.1));
            }
        }
        if given.is_empty() && explicit_empty {
            warnings.push(Warning::new(
                "`scenarios` was explicitly set to an empty value, running the script with 1 iteration in 1 VU",
            ));
        }
        if !given.contains(&"scenarios") {
            let scenario = self.default_scenario(&given, &mut warnings);
            self.scenarios = Some(BTreeMap::from([("default".to_owned(), scenario)]));
        }
        (self.vus, self.duration, self.iterations, self.stages) = (None, None, None, None);
        Ok((self, warnings))
    }

    fn default_scenario(&self, given: &[&str], warnings: &mut Vec<Warning>) -> Scenario {
        let vus = self.vus.map_or(Value::Null, Value::from);
        let span =
            |span: Option<Duration>| span.map_or(Value::Null, |span| Value::from(duration::format_go(span)));
        if given.contains(&"iterations") {
            let members =
                [("vus", vus), ("iterations", json!(self.iterations)), ("maxDuration", span(self.duration))];
            return Scenario::shorthand("shared-iterations", &members);
        }
        if given.contains(&"duration") {
            return Scenario::shorthand("constant-vus", &[("vus", vus), ("duration", span(self.duration))]);
        }
        if given.contains(&"stages") {
            let stages: Vec<Value> = self
                .stages
                .iter()
                .flatten()
                .map(|(length, target)| json!({ "duration": duration::format_go(*length), "target": target }))
                .collect();
            return Scenario::shorthand("ramping-vus", &[("startVUs", vus), ("stages", Value::from(stages))]);
        }
        match self.vus {
            Some(count) if count > 1 => {
                warnings.push(Warning::new(format!(
                    "the `vus` option was set without `duration`, `iterations` or `stages`: running {count} iterations shared by {count} VUs"
                )));
                let members = [("vus", json!(count)), ("iterations", json!(count))];
                Scenario::shorthand("shared-iterations", &members)
            }
            Some(count) if count <= 0 => Scenario::shorthand("per-vu-iterations", &[("vus", json!(count))]),
            _ => Scenario::shorthand("per-vu-iterations", &[]),
        }
    }

    /// What is wrong with the consolidated options, in k6's words.
    pub fn validate(&self, exported: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut problems = Vec::new();
        let scenarios = || self.scenarios.iter().flatten();
        for (name, scenario) in scenarios() {
            if !scenario.problems.is_empty() {
                let all = scenario.problems.join(", ");
                problems.push(format!("scenario {name} has configuration errors: {all}"));
            }
        }
        if problems.is_empty() {
            for (name, scenario) in scenarios().filter(|(_, scenario)| !exported(&scenario.exec)) {
                problems.push(format!("executor {name}: function '{}' not found in exports", scenario.exec));
            }
        }
        problems
    }

    /// The message and code for problems that [`validate`](Self::validate) found.
    #[must_use]
    pub fn problem_error(problems: &[String]) -> Error {
        let list: String = problems.iter().map(|problem| format!("\n\t- {problem}")).collect();
        Error::new(format!("There were problems with the specified script configuration:{list}"))
    }

    /// Checks the summary's columns.
    ///
    /// # Errors
    /// For a column that nobody can compute.
    pub fn check_trend_stats(&self) -> Result<(), Error> {
        for stat in self.summary_trend_stats.iter().flatten() {
            let known = Aggregation::parse(stat)
                .is_some_and(|stat| !matches!(stat, Aggregation::Value | Aggregation::Rate));
            if !known {
                return Err(Error::new(format!("invalid trend stat '{stat}', unknown format"))
                    .exiting(ExitCode::GENERIC));
            }
        }
        Ok(())
    }
}
