//! The options of a run, from everywhere they can be set: file, script, environment, flags.
//!
//! [`settle`] merges them in k6's order and says what is odd; the rules of merging are `model`'s.

use std::collections::BTreeMap;
use std::time::Duration;

use clap::ArgMatches;
use model::options::TREND_STATS;
use model::{Level, Options, Record, Scenario, SegmentTuple, SystemTags, TimeScale, Warning, requirements};
use serde_json::{Value, json};

use crate::config_file;
use crate::error::Error;
use crate::flags::{self, Flags};
use crate::load::Loaded;
use crate::run::profile::Asked;
use crate::run::selection;
use crate::session::Session;

/// The options as the run uses them.
pub struct Settled {
    /// Merged, with every scenario spelt out.
    pub options: Options,
    /// The part of the test that this instance executes.
    pub segment: SegmentTuple,
    /// The factor on all times of the test, which the options have already.
    pub time_scale: Option<TimeScale>,
}

impl Settled {
    /// The same with the times of the test multiplied by `--time-scale`. An archive does without, because
    /// whoever runs it may want a scale too.
    ///
    /// # Errors
    /// When the factor is not one.
    pub fn scaled(self, session: &Session, matches: &ArgMatches) -> Result<Self, Error> {
        let flags = Flags::read(flags::runtime::RUN_TIME_FLAGS, matches, &session.env);
        let flags = flags.map_err(Error::Usage)?;
        let Some(text) = flags.text("time-scale") else { return Ok(self) };
        let scale = TimeScale::parse(text)?;
        Ok(Self { options: self.options.scaled(scale), time_scale: Some(scale), ..self })
    }

    /// The scenarios in the order in which they are shown.
    #[must_use]
    pub fn scenarios(&self) -> Vec<Scenario> {
        let mut scenarios: Vec<Scenario> =
            self.options.scenarios.iter().flatten().map(|(_, s)| s.clone()).collect();
        scenarios.sort_by(|a, b| (a.start_time, &a.name).cmp(&(b.start_time, &b.name)));
        scenarios
    }

    /// The most virtual users that there can be.
    #[must_use]
    pub fn max_vus(&self) -> u64 {
        requirements::max_possible(&self.scenarios(), &self.segment)
    }

    /// The longest the test can take, graceful ends included.
    #[must_use]
    pub fn longest(&self) -> Duration {
        requirements::total_duration(&self.scenarios())
    }

    /// The system tags of samples.
    #[must_use]
    pub fn system_tags(&self) -> SystemTags {
        self.options.system_tags.unwrap_or_default()
    }

    /// The part of the test that this instance executes, from 0 to 1; for showing only.
    #[must_use]
    pub fn share(&self) -> f64 {
        const PARTS: u64 = 1_000_000;
        self.segment.scale(PARTS) as f64 / PARTS as f64
    }

    /// All options as JSON, with what they are by default where a run always has a value.
    #[must_use]
    pub fn shown(&self) -> Value {
        let mut options = self.options.clone();
        options.summary_trend_stats.get_or_insert_with(|| TREND_STATS.map(str::to_owned).to_vec());
        options.system_tags.get_or_insert_with(SystemTags::default);
        Value::Object(options.to_json())
    }
}

/// Merges the options of all places and checks them against the script.
///
/// # Errors
/// When an option has no sensible value, or the scenarios do not fit the script.
pub fn settle(session: &Session, matches: &ArgMatches, loaded: &Loaded) -> Result<Settled, Error> {
    log_all(session, &loaded.warnings);
    let profile = Asked::read(session, matches)?;
    let load = Flags::read(flags::options::FLAGS, matches, &BTreeMap::new()).map_err(Error::Usage)?;
    let merged = merge(session, &load, loaded, profile.is_some())?;
    let (options, warnings) = merged.consolidate()?;
    log_all(session, &warnings);
    let runtime = Flags::read(flags::runtime::FLAGS, matches, &session.env).map_err(Error::Usage)?;
    let mut options = selection::apply(options, &runtime, &load)?;
    if let Some(profile) = profile {
        options = profile.apply(options)?;
    }
    options.check_trend_stats()?;
    let problems = options.validate(&|name| loaded.test.has_function(name));
    if !problems.is_empty() {
        return Err(Options::problem_error(&problems).into());
    }
    let segment = match options.execution_segment {
        None => SegmentTuple::full(),
        Some(segment) => SegmentTuple::new(segment, options.execution_segment_sequence.as_ref())
            .map_err(|e| Error::Config(e.to_string()))?,
    };
    Ok(Settled { options, segment, time_scale: None })
}

/// The options of all places, the later over the earlier. What the environment and flags say of a load belongs to the
/// profile, where there is one.
fn merge(session: &Session, load: &Flags, loaded: &Loaded, has_profile: bool) -> Result<Options, Error> {
    let file = match config_file::read(&session.flags, &session.env).map_err(Error::Config)? {
        Some(value) => {
            let (options, warnings) = Options::from_config_file(&value)?;
            log_all(session, &warnings);
            options
        }
        None => Options::default(),
    };
    let env = Options::from_env(session.env.iter().map(|(name, value)| (name.clone(), value.clone())))?;
    let flags = from_flags(load)?;
    let mut merged = file.overlay(loaded.options.clone());
    for (mut tier, name) in [(env, "env"), (flags, "cli")] {
        if has_profile {
            (tier.vus, tier.duration, tier.iterations, tier.stages) = (None, None, None, None);
        }
        if merged.scenarios.is_some() && describes_load(&tier) {
            let text = format!("\"{name}\" level configuration overrode scenarios configuration entirely");
            session.logger().log(Record::new(Level::Warning, text));
        }
        merged = merged.overlay(tier);
    }
    Ok(merged)
}

fn log_all(session: &Session, warnings: &[Warning]) {
    for warning in warnings {
        let record = Record::new(Level::Warning, warning.message.clone());
        session.logger().log(match &warning.error {
            Some(error) => record.with("error", error.clone()),
            None => record,
        });
    }
}

/// Whether a tier says how much load there is, and so replaces what lower tiers say.
fn describes_load(tier: &Options) -> bool {
    tier.duration.is_some() || tier.iterations.is_some() || tier.stages.is_some() || tier.scenarios.is_some()
}

/// The tier of the flags.
fn from_flags(given: &Flags) -> Result<Options, Error> {
    let object = flags::options::object(given).map_err(Error::Usage)?;
    let (options, _) = Options::from_script(&json!(object))?;
    Ok(options)
}
