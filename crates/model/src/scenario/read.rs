//! Reading a scenario: k6's names, defaults and complaints, executor by executor.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Executor, MaxVus, Scenario, Stage};
use crate::json::{self, Fields};
use crate::{Error, duration};

const GRACE: Duration = Duration::from_secs(30);
const MAX_DURATION: Duration = Duration::from_secs(600);
const STAGE_TARGET_MAX: i64 = 100_000_000;

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// When it names no executor, or a member has the wrong type or an unknown name. What is of the right type
    /// but makes no sense is collected in `problems`.
    pub fn parse(name: &str, value: &Value) -> Result<Self, Error> {
        let Value::Object(members) = value else { return Err(json::mismatch(value, "lib.ScenarioConfigs")) };
        let Some(kind) = members.get("executor").and_then(Value::as_str).filter(|kind| !kind.is_empty())
        else {
            return Err(Error::new(format!("scenario '{name}' doesn't have a specified executor type")));
        };
        let mut reader =
            Reader { fields: Fields::new(members.clone()), problems: Vec::new(), shown: Map::new() };
        reader.fields.take("executor");
        let base = reader.base(name)?;
        let executor = reader.executor(kind)?;
        if let Some(unknown) = reader.fields.left().first() {
            return Err(Error::new(format!("json: unknown field {unknown:?}")));
        }
        reader.shown.insert("executor".to_owned(), Value::from(kind));
        Ok(Self { executor, problems: reader.problems, shown: Value::Object(reader.shown), ..base })
    }
}

struct Reader {
    fields: Fields,
    problems: Vec<String>,
    shown: Map<String, Value>,
}

impl Reader {
    fn int(&mut self, name: &str) -> Result<Option<i64>, Error> {
        let value = self.fields.int(name)?;
        self.shown.insert(name.to_owned(), json!(value));
        Ok(value)
    }

    fn span(&mut self, name: &str) -> Result<Option<Duration>, Error> {
        let value = self.fields.span(name)?;
        self.shown.insert(
            name.to_owned(),
            value.map_or(Value::Null, |span| Value::from(duration::format_go(span))),
        );
        Ok(value)
    }

    fn base(&mut self, name: &str) -> Result<Scenario, Error> {
        let valid =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        if !valid {
            self.problems.push(
                "the scenario name should contain only numbers, latin letters, underscores, and dashes"
                    .to_owned(),
            );
        }
        let start_time = self.span("startTime")?.unwrap_or_default();
        let graceful_stop = self.span("gracefulStop")?.unwrap_or(GRACE);
        let exec = self.fields.text("exec")?;
        self.shown.insert("exec".to_owned(), json!(exec));
        if exec.as_deref() == Some("") {
            self.problems.push("exec value cannot be empty".to_owned());
        }
        let env = json::text_map(&self.fields.take("env"))?;
        self.shown.insert("env".to_owned(), json!(env));
        let tags = json::text_map(&self.fields.take("tags"))?;
        self.shown.insert("tags".to_owned(), json!(tags));
        let options = self.fields.take("options");
        if !options.is_null() {
            self.shown.insert("options".to_owned(), options.clone());
        }
        Ok(Scenario {
            name: name.to_owned(),
            executor: Executor::ConstantVus { vus: 0, duration: Duration::ZERO },
            start_time,
            graceful_stop,
            exec: exec.unwrap_or_else(|| "default".to_owned()),
            env: env.unwrap_or_default(),
            tags: tags.unwrap_or_default(),
            browser: options.get("browser").cloned(),
            problems: Vec::new(),
            shown: Value::Null,
        })
    }

    fn executor(&mut self, kind: &str) -> Result<Executor, Error> {
        Ok(match kind {
            "shared-iterations" => {
                let (vus, iterations) = (self.vus()?, self.int("iterations")?.unwrap_or(1));
                if iterations < vus {
                    self.problems.push(format!(
                        "the number of iterations ({iterations}) can't be less than the number of VUs ({vus})"
                    ));
                }
                let max_duration = self.max_duration()?;
                Executor::SharedIterations {
                    vus: positive(vus),
                    iterations: positive(iterations),
                    max_duration,
                }
            }
            "per-vu-iterations" => {
                let (vus, iterations) = (self.vus()?, self.int("iterations")?.unwrap_or(1));
                if iterations <= 0 {
                    self.problems.push("the number of iterations must be more than 0".to_owned());
                }
                let max_duration = self.max_duration()?;
                Executor::PerVuIterations {
                    vus: positive(vus),
                    iterations: positive(iterations),
                    max_duration,
                }
            }
            "constant-vus" => {
                let vus = self.vus()?;
                Executor::ConstantVus { vus: positive(vus), duration: self.duration()? }
            }
            "ramping-vus" => self.ramping_vus()?,
            "constant-arrival-rate" => self.constant_arrival_rate()?,
            "ramping-arrival-rate" => self.ramping_arrival_rate()?,
            "stepped-arrival-rate" => self.stepped_arrival_rate()?,
            _ => return Err(unknown_executor(kind)),
        })
    }

    fn vus(&mut self) -> Result<i64, Error> {
        let vus = self.int("vus")?.unwrap_or(1);
        if vus <= 0 {
            self.problems.push("the number of VUs must be more than 0".to_owned());
        }
        Ok(vus)
    }

    fn max_duration(&mut self) -> Result<Duration, Error> {
        let max_duration = self.span("maxDuration")?.unwrap_or(MAX_DURATION);
        if max_duration < Duration::from_secs(1) {
            let shown = duration::format_go(max_duration);
            self.problems.push(format!("the maxDuration must be at least 1s, but is {shown}"));
        }
        Ok(max_duration)
    }

    fn duration(&mut self) -> Result<Duration, Error> {
        let duration = self.span("duration")?;
        match duration {
            None => self.problems.push("the duration is unspecified".to_owned()),
            Some(short) if short < Duration::from_secs(1) => {
                let shown = duration::format_go(short);
                self.problems.push(format!("the duration must be at least 1s, but is {shown}"));
            }
            Some(_) => {}
        }
        Ok(duration.unwrap_or_default())
    }

    fn stages(&mut self) -> Result<Vec<Stage>, Error> {
        let value = self.fields.take("stages");
        let stages = parse_stages(&value)?;
        let shown: Vec<Value> = stages
            .iter()
            .map(|(length, target)| json!({ "duration": duration::format_go(*length), "target": target }))
            .collect();
        self.shown.insert("stages".to_owned(), Value::from(shown));
        if stages.is_empty() {
            self.problems.push("at least one stage has to be specified".to_owned());
        }
        for (index, (_, target)) in stages.iter().enumerate() {
            let number = index + 1;
            if *target < 0 {
                self.problems.push(format!("the target for stage {number} can't be negative"));
            } else if *target > STAGE_TARGET_MAX {
                self.problems
                    .push(format!("the target for stage {number} is larger than {STAGE_TARGET_MAX}"));
            }
        }
        Ok(stages
            .into_iter()
            .map(|(duration, target)| Stage { duration, target: positive(target) })
            .collect())
    }

    fn ramping_vus(&mut self) -> Result<Executor, Error> {
        let start_vus = self.int("startVUs")?.unwrap_or(1);
        if start_vus < 0 {
            self.problems.push("the number of start VUs can't be negative".to_owned());
        }
        let stages = self.stages()?;
        if !stages.is_empty() && start_vus <= 0 && stages.iter().all(|stage| stage.target == 0) {
            self.problems.push(
                "either startVUs or one of the stages' target values must be greater than 0".to_owned(),
            );
        }
        let graceful_ramp_down = self.span("gracefulRampDown")?.unwrap_or(GRACE);
        Ok(Executor::RampingVus { start_vus: positive(start_vus), stages, graceful_ramp_down })
    }

    fn constant_arrival_rate(&mut self) -> Result<Executor, Error> {
        let rate = self.int("rate")?;
        match rate {
            None => self.problems.push("the iteration rate isn't specified".to_owned()),
            Some(rate) if rate <= 0 => {
                self.problems.push("the iteration rate must be more than 0".to_owned());
            }
            Some(_) => {}
        }
        let time_unit = self.time_unit()?;
        // k6 looks at the duration only after the users when both are missing from its list.
        let duration = self.fields.span("duration")?;
        self.shown.insert(
            "duration".to_owned(),
            duration.map_or(Value::Null, |span| Value::from(duration::format_go(span))),
        );
        match duration {
            None => self.problems.push("the duration is unspecified".to_owned()),
            Some(short) if short < Duration::from_secs(1) => self
                .problems
                .push(format!("the duration must be at least 1s, but is {}", duration::format_go(short))),
            Some(_) => {}
        }
        let (pre_allocated_vus, max_vus) = self.arrival_vus()?;
        Ok(Executor::ConstantArrivalRate {
            rate: positive(rate.unwrap_or(0)),
            time_unit,
            duration: duration.unwrap_or_default(),
            pre_allocated_vus,
            max_vus,
        })
    }

    fn ramping_arrival_rate(&mut self) -> Result<Executor, Error> {
        let start_rate = self.int("startRate")?.unwrap_or(0);
        if start_rate < 0 {
            self.problems.push("the startRate value can't be negative".to_owned());
        }
        let time_unit = self.time_unit()?;
        let stages = self.stages()?;
        let (pre_allocated_vus, max_vus) = self.arrival_vus()?;
        Ok(Executor::RampingArrivalRate {
            start_rate: positive(start_rate),
            time_unit,
            stages,
            pre_allocated_vus,
            max_vus,
        })
    }

    fn stepped_arrival_rate(&mut self) -> Result<Executor, Error> {
        let start_rate = self.int("startRate")?;
        let step_rate = self.int("stepRate")?.unwrap_or(0);
        let step_duration = self.span("stepDuration")?;
        let steps = self.int("steps")?.unwrap_or(1);
        if start_rate.is_none_or(|rate| rate <= 0) {
            self.problems.push("the startRate must be more than 0".to_owned());
        }
        if step_rate < 0 {
            self.problems.push("the stepRate can't be negative".to_owned());
        }
        if steps <= 0 {
            self.problems.push("the number of steps must be more than 0".to_owned());
        }
        if step_duration.is_none_or(|length| length < Duration::from_secs(1)) {
            self.problems.push("the stepDuration must be at least 1s".to_owned());
        }
        let time_unit = self.time_unit()?;
        let (pre_allocated_vus, max_vus) = self.arrival_vus()?;
        Ok(Executor::SteppedArrivalRate {
            start_rate: positive(start_rate.unwrap_or(0)),
            step_rate: positive(step_rate),
            step_duration: step_duration.unwrap_or_default(),
            steps: positive(steps),
            time_unit,
            pre_allocated_vus,
            max_vus,
        })
    }

    fn time_unit(&mut self) -> Result<Duration, Error> {
        let time_unit = self.span("timeUnit")?.unwrap_or(Duration::from_secs(1));
        if time_unit.is_zero() {
            self.problems.push("the timeUnit must be more than 0".to_owned());
        }
        Ok(time_unit)
    }

    fn arrival_vus(&mut self) -> Result<(u64, MaxVus), Error> {
        let pre_allocated = self.int("preAllocatedVUs")?;
        let raw = self.fields.take("maxVUs");
        if raw == "auto" {
            self.shown.insert("maxVUs".to_owned(), raw);
            let pre_allocated = pre_allocated.unwrap_or(1);
            return Ok((positive(pre_allocated), MaxVus::Auto));
        }
        let max = json::int(&raw)?;
        self.shown.insert("maxVUs".to_owned(), json!(max));
        match pre_allocated {
            None => self.problems.push("the number of preAllocatedVUs isn't specified".to_owned()),
            Some(negative) if negative < 0 => {
                self.problems.push("the number of preAllocatedVUs can't be negative".to_owned());
            }
            Some(_) => {}
        }
        let pre_allocated = pre_allocated.unwrap_or(0);
        if max.is_some_and(|max| max < pre_allocated) {
            self.problems.push("maxVUs can't be less than preAllocatedVUs".to_owned());
        }
        Ok((positive(pre_allocated), MaxVus::Fixed(positive(max.unwrap_or(pre_allocated)))))
    }
}

/// Stages as written: durations and targets, which may be negative.
pub(crate) fn parse_stages(value: &Value) -> Result<Vec<(Duration, i64)>, Error> {
    let items = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) => items,
        other => return Err(json::mismatch(other, "[]executor.Stage")),
    };
    items
        .iter()
        .map(|item| {
            let Value::Object(members) = item else { return Err(json::mismatch(item, "executor.Stage")) };
            let mut fields = Fields::new(members.clone());
            let stage = (fields.span("duration")?.unwrap_or_default(), fields.int("target")?.unwrap_or(0));
            match fields.left().first() {
                Some(unknown) => Err(Error::new(format!("json: unknown field {unknown:?}"))),
                None => Ok(stage),
            }
        })
        .collect()
}

fn positive(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
/// Executors that a scenario can name.
const EXECUTORS: [&str; 7] = [
    "shared-iterations",
    "per-vu-iterations",
    "constant-vus",
    "ramping-vus",
    "constant-arrival-rate",
    "ramping-arrival-rate",
    "stepped-arrival-rate",
];

fn unknown_executor(kind: &str) -> Error {
    let help = match crate::nearest::nearest(kind, &EXECUTORS) {
        Some(near) => format!("did you mean '{near}'?"),
        None => format!("one of {}", EXECUTORS.join(", ")),
    };
    Error::new(format!("unknown executor type '{kind}'")).with_help(help)
}
