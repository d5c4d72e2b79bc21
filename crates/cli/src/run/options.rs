//! The options of a run, from everywhere they can be set: file, script, environment, flags.
//!
//! [`settle`] merges them in k6's order and says what is odd; the rules of merging are `model`'s.

use std::collections::BTreeMap;

use clap::ArgMatches;
use model::options::{Options, Warning};
use model::{Level, Record, SegmentTuple};
use serde_json::Value;

use crate::config_file;
use crate::error::Error;
use crate::flags::{self, Flags};
use crate::load::Loaded;
use crate::session::Session;

/// The options as the run uses them.
pub struct Settled {
    /// Merged, with every scenario spelt out.
    pub options: Options,
    /// The part of the test that this instance executes.
    pub segment: SegmentTuple,
}

/// Merges the options of all places and checks them against the script.
///
/// # Errors
/// When an option has no sensible value, or the scenarios do not fit the script.
pub fn settle(session: &Session, matches: &ArgMatches, loaded: &Loaded) -> Result<Settled, Error> {
    let log = session.logger();
    for warning in &loaded.warnings {
        log.log(warning.record());
    }
    let merged = merge(session, matches, loaded)?;
    let (options, warnings) = merged.consolidate().map_err(|e| Error::Config(e.to_string()))?;
    for warning in &warnings {
        log.log(warning.record());
    }
    let problems = options.validate(&|name| loaded.test.has_function(name));
    if !problems.is_empty() {
        let list: String = problems.iter().map(|problem| format!("\n\t- {problem}")).collect();
        return Err(Error::Config(format!("There were problems with the specified script configuration:{list}")));
    }
    let segment = options.segment_tuple().map_err(|e| Error::Config(e.to_string()))?;
    Ok(Settled { options, segment })
}

/// The options of all places, the later over the earlier.
///
/// # Errors
/// When a place holds something that is no option.
pub fn merge(session: &Session, matches: &ArgMatches, loaded: &Loaded) -> Result<Options, Error> {
    let config = |e: &dyn std::fmt::Display| Error::Config(e.to_string());
    let file = match config_file::read(&session.flags, &session.env).map_err(Error::Config)? {
        Some(value) => {
            let (options, warnings) = Options::from_config_file(&value).map_err(|e| config(&e))?;
            log_all(session, &warnings);
            options
        }
        None => Options::default(),
    };
    let env = session.env.iter().map(|(name, value)| (name.clone(), value.clone()));
    let env = Options::from_env(env).map_err(|e| config(&e))?;
    let flags = from_flags(matches)?;
    let mut merged = file.overlay(loaded.options.clone());
    for (tier, name) in [(env, "env"), (flags, "cli")] {
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
        session.logger().log(warning.record());
    }
}

/// Whether a tier says how much load there is, and so replaces what lower tiers say.
fn describes_load(tier: &Options) -> bool {
    tier.duration.is_some() || tier.iterations.is_some() || tier.stages.is_some() || tier.scenarios.is_some()
}

/// The tier of the flags.
fn from_flags(matches: &ArgMatches) -> Result<Options, Error> {
    let given = Flags::read(flags::options::FLAGS, matches, &BTreeMap::new()).map_err(Error::Usage)?;
    let tier = flags::options::Tier::new(&given).map_err(Error::Usage)?;
    let (mut options, _) =
        Options::from_script(&Value::Object(tier.options)).map_err(|e| Error::Config(e.to_string()))?;
    options.console_output = tier.console_output;
    options.local_ips = tier.local_ips;
    Ok(options)
}

