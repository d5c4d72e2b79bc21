//! `--profile`: the load of a test by the name that load testers have for it, in place of the test's own.
//!
//! Main type: [`Asked`]. Flags beat the environment, which beats the profile's own numbers; what the test says of its load
//! does not count. Function, variables and tags of the scenario stay. `breakpoint` is no single load: what it does with
//! the numbers is the business of [`crate::capacity`].

use std::collections::BTreeMap;
use std::time::Duration;

use clap::ArgMatches;
use model::{Options, Scenario};
use serde_json::{Map, Value, json};

use super::selection::rewritten;
use crate::error::Error;
use crate::flags::{self, Flags};
use crate::session::Session;

/// The profile that climbs until the target breaks.
pub const BREAKPOINT: &str = "breakpoint";

/// Flags that say how much load there is in a way that a profile has no use for.
const REFUSED: [&str; 2] = ["iterations", "stage"];

/// A load that follows stages.
pub struct Shape {
    /// What users call it.
    pub name: &'static str,
    /// Users at its peak.
    peak: u64,
    /// Seconds of each stage, and the share of the peak at its end in percent. One of no seconds is a jump.
    stages: &'static [(u64, u64)],
}

/// Every profile but `breakpoint`, with the numbers of the templates of the same names.
pub const SHAPES: &[Shape] = &[
    Shape { name: "load", peak: 50, stages: &[(120, 100), (600, 100), (60, 0)] },
    Shape { name: "smoke", peak: 2, stages: &[(0, 100), (30, 100)] },
    Shape { name: "soak", peak: 50, stages: &[(300, 100), (14_400, 100), (300, 0)] },
    Shape { name: "spike", peak: 300, stages: &[(30, 3), (10, 100), (60, 100), (10, 3), (60, 3)] },
    Shape { name: "stress", peak: 200, stages: &[(120, 25), (300, 50), (300, 100), (120, 0)] },
];

/// What the user wants instead of the test's load.
pub struct Asked {
    /// The load; none for `breakpoint`.
    shape: Option<&'static Shape>,
    /// Users at the peak, where that is said.
    pub users: Option<u64>,
    /// Iterations a second at the peak, where that is said.
    pub rate: Option<u64>,
    /// How long it takes, where that is said.
    pub duration: Option<Duration>,
}

impl Asked {
    /// Reads the flags; none when no profile is wanted.
    ///
    /// # Errors
    /// When there is no such profile, or something else says how much load there is.
    pub fn read(session: &Session, matches: &ArgMatches) -> Result<Option<Self>, Error> {
        let read = |table, env| Flags::read(table, matches, env).map_err(Error::Usage);
        let nowhere = BTreeMap::new();
        // Commands without the flag have no profiles, whatever the environment says.
        if matches.try_contains_id("profile").is_err() {
            return Ok(None);
        }
        let own = read(flags::profile::FLAGS, &session.env)?;
        let number = |flags: &Flags, name: &str| match flags.get(name) {
            Some(flags::Given::Int(number)) => Some(*number),
            _ => None,
        };
        let rate = number(&own, "rate");
        let Some(name) = own.text("profile").filter(|name| !name.is_empty()) else {
            return match rate {
                Some(_) => Err(Error::Usage("--rate is about --profile: say which one".to_owned())),
                None => Ok(None),
            };
        };
        let shape = SHAPES.iter().find(|shape| shape.name == name);
        if shape.is_none() && name != BREAKPOINT {
            let known: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
            let text = format!("there is no profile {name:?}: there are {BREAKPOINT}, {}", known.join(", "));
            return Err(Error::Usage(text));
        }
        let load = read(flags::options::FLAGS, &nowhere)?;
        if let Some(flag) = REFUSED.into_iter().find(|flag| load.get(flag).is_some()) {
            return Err(Error::Usage(format!("--profile cannot be combined with --{flag}")));
        }
        if read(flags::runtime::FLAGS, &session.env)?.on("once") {
            return Err(Error::Usage("--profile cannot be combined with --once".to_owned()));
        }
        let env = session.env.iter().map(|(name, value)| (name.clone(), value.clone()));
        let env = Options::from_env(env)?;
        let users = number(&load, "vus").map(|users| users.max(0) as u64);
        if users.is_some() && rate.is_some() {
            return Err(Error::Usage("the peak of --profile is --vus or --rate, not both".to_owned()));
        }
        let given = match load.get("duration") {
            Some(flags::Given::Duration(span, _)) => Some(*span),
            _ => None,
        };
        let asked = Self {
            shape,
            users: users.or(env.vus.filter(|_| rate.is_none()).map(|users| users.max(0) as u64)),
            rate: rate.map(|rate| rate.max(0) as u64),
            duration: given.or(env.duration),
        };
        if asked.users == Some(0) || asked.rate == Some(0) || asked.duration == Some(Duration::ZERO) {
            return Err(Error::Usage("--vus, --rate and --duration of --profile are above 0".to_owned()));
        }
        Ok(Some(asked))
    }

    /// Whether the load climbs until the target breaks.
    #[must_use]
    pub const fn is_breakpoint(&self) -> bool {
        self.shape.is_none()
    }

    /// The options with this load instead of their own.
    ///
    /// # Errors
    /// When there is not one scenario.
    pub fn apply(&self, mut options: Options) -> Result<Options, Error> {
        let Some(shape) = self.shape else { return Ok(options) };
        let scenario = only(&mut options)?;
        let scenario = rewritten(&scenario.name, &scenario, self.executor(shape))?;
        options.scenarios = Some(BTreeMap::from([(scenario.name.clone(), scenario)]));
        Ok(options)
    }

    /// The members of a scenario that say how much load there is.
    fn executor(&self, shape: &Shape) -> Map<String, Value> {
        let peak = self.rate.or(self.users).unwrap_or(shape.peak);
        let whole: u64 = shape.stages.iter().map(|(seconds, _)| seconds).sum();
        let length = self.duration.unwrap_or(Duration::from_secs(whole)).as_millis() as u64;
        let stages: Vec<Value> = shape
            .stages
            .iter()
            .map(|(seconds, share)| {
                let millis = u128::from(length) * u128::from(*seconds) / u128::from(whole);
                // Somebody is there at any share of a peak, but for an end without anybody.
                let least = u64::from(*share > 0);
                json!({ "duration": format!("{millis}ms"), "target": (peak * share / 100).max(least) })
            })
            .collect();
        let executor = match self.rate {
            Some(rate) => json!({
                "executor": "ramping-arrival-rate",
                "startRate": 0,
                "timeUnit": "1s",
                "preAllocatedVUs": rate.div_ceil(10).clamp(1, 1000),
                "maxVUs": "auto",
                "stages": stages,
            }),
            None => json!({ "executor": "ramping-vus", "startVUs": 0, "stages": stages }),
        };
        match executor {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}

/// Takes the scenario out of options that have only one.
///
/// # Errors
/// When there are several, or none.
pub fn only(options: &mut Options) -> Result<Scenario, Error> {
    let mut scenarios = options.scenarios.take().unwrap_or_default();
    let names: Vec<&str> = scenarios.keys().map(String::as_str).collect();
    if names.len() > 1 {
        let text = format!("say with --scenario which one is to be run: {}", names.join(", "));
        return Err(Error::Usage(text));
    }
    let (_, scenario) =
        scenarios.pop_first().ok_or_else(|| Error::Config("there is no scenario".to_owned()))?;
    Ok(scenario)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, users: Option<u64>, rate: Option<u64>, seconds: Option<u64>) -> Asked {
        let shape = SHAPES.iter().find(|shape| shape.name == name);
        Asked { shape, users, rate, duration: seconds.map(Duration::from_secs) }
    }

    /// Stages as `milliseconds:target`.
    fn check(asked: &Asked, executor: &str, stages: &str) {
        let shape = asked.shape.expect("it is one of the table");
        let members = asked.executor(shape);
        assert_eq!(members["executor"], executor);
        let found: Vec<String> = members["stages"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|stage| {
                let length = stage["duration"].as_str().unwrap_or_default().trim_end_matches("ms");
                format!("{length}:{}", stage["target"])
            })
            .collect();
        assert_eq!(found.join(" "), stages);
        let members = Value::Object(members);
        Scenario::parse("x", &members).expect("it is a scenario");
    }

    #[test]
    fn shapes_are_stretched_to_what_is_asked_for() {
        check(&asked("smoke", None, None, None), "ramping-vus", "0:2 30000:2");
        check(&asked("load", Some(10), None, Some(78)), "ramping-vus", "12000:10 60000:10 6000:0");
        check(&asked("spike", Some(7), None, Some(17)), "ramping-vus", "3000:1 1000:7 6000:7 1000:1 6000:1");
        check(
            &asked("stress", None, Some(400), None),
            "ramping-arrival-rate",
            "120000:100 300000:200 300000:400 120000:0",
        );
        check(&asked("soak", None, Some(5), Some(15)), "ramping-arrival-rate", "300:5 14400:5 300:0");
    }

    #[test]
    fn the_table_is_sorted() {
        assert!(SHAPES.is_sorted_by_key(|shape| shape.name));
    }
}
