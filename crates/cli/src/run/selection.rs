//! Which scenarios of a test run, and whether each runs only once: `--scenario` and `--once`.
//!
//! [`apply`] works on consolidated options, so that the scenario a shorthand stands for can be named too.

use model::{Options, Scenario};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::flags::Flags;

/// The flags that say how much load there is, which `--once` says, too.
const LOAD_FLAGS: [&str; 4] = ["duration", "iterations", "stage", "vus"];

/// Members of a scenario that say what a user does rather than how many users there are.
const KEPT: [&str; 4] = ["env", "exec", "options", "tags"];

/// Leaves only the scenarios that were asked for, and makes each one iteration of one user when that was asked for.
///
/// # Errors
/// When there is no scenario of that name, or `once` meets a flag that says something else.
pub fn apply(options: Options, runtime: &Flags, load: &Flags) -> Result<Options, Error> {
    let names = runtime.list("scenario");
    let mut options = if names.is_empty() { options } else { selected(options, names)? };
    if !runtime.on("once") {
        return Ok(options);
    }
    if let Some(flag) = LOAD_FLAGS.into_iter().find(|flag| load.get(flag).is_some()) {
        return Err(Error::Config(format!("--once cannot be combined with --{flag}")));
    }
    for (name, scenario) in options.scenarios.iter_mut().flatten() {
        *scenario = once(name, scenario)?;
    }
    Ok(options)
}

fn selected(mut options: Options, names: &[String]) -> Result<Options, Error> {
    let mut all = options.scenarios.take().unwrap_or_default();
    let available = || all.keys().cloned().collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| !all.contains_key(*name)) {
        let text = format!("scenario {unknown:?} not found; available scenarios: {}", available());
        return Err(Error::Config(text));
    }
    all.retain(|name, _| names.contains(name));
    options.scenarios = Some(all);
    Ok(options)
}

/// The scenario as one iteration of one user. When it would have started and how long it may go on afterwards are
/// part of the load, and go with it.
fn once(name: &str, scenario: &Scenario) -> Result<Scenario, Error> {
    let members = [("vus", Value::from(1)), ("iterations", Value::from(1))];
    let members = members.into_iter().chain([("executor", Value::from("shared-iterations"))]);
    rewritten(name, scenario, members.map(|(member, value)| (member.to_owned(), value)).collect())
}

/// The scenario with another load, of these members.
///
/// # Errors
/// When they are none.
pub fn rewritten(name: &str, scenario: &Scenario, load: Map<String, Value>) -> Result<Scenario, Error> {
    let mut members: Map<String, Value> = KEPT
        .into_iter()
        .filter_map(|member| Some((member.to_owned(), scenario.shown.get(member)?.clone())))
        .filter(|(_, value)| !value.is_null())
        .collect();
    members.extend(load);
    let Scenario { exec, env, tags, browser, .. } = scenario.clone();
    Ok(Scenario { exec, env, tags, browser, ..Scenario::parse(name, &Value::Object(members))? })
}
