//! Artillery's scripts, run as Artillery 2 runs them.
//!
//! Main function: [`import`]. [`load`] makes one script of files and flags, [`check`] says what is wrong or odd in it,
//! [`world`] is what its users share, [`life`] what a user does. Its metrics and reports are its own ([`stats`],
//! [`report`]) and stand beside ours.

mod capture;
pub mod check;
mod counter;
mod dialect;
mod ensure;
pub mod expect;
mod expression;
pub mod fake;
mod flow;
pub mod functions;
mod hooks;
mod http;
mod js;
mod life;
mod load;
mod payload;
mod phases;
mod report;
mod sketch;
mod stats;
mod template;
mod vars;
mod world;
mod ws;
mod yaml;

use std::sync::Arc;
use std::time::Duration;

use model::{Executor, Options, Scenario};

pub use load::{Asked, Refused};

use crate::note::{Kind, Note};
use crate::program::{Flow, Plan, Program};
use crate::step::Step;

use dialect::Artillery;
use life::{Life, Part};
use world::World;

/// How long users may go on after the last arrival. Artillery waits for as long as it takes.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// Whether a text looks like an Artillery script.
#[must_use]
pub fn recognises(text: &str) -> bool {
    let mut keys = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"'));
    if keys.any(|line| {
        let key = line.trim_start_matches('"');
        ["config", "scenarios", "before", "after"].iter().any(|known| {
            key.strip_prefix(known).is_some_and(|rest| rest.trim_start_matches('"').trim_start().starts_with(':'))
        })
    }) {
        return true;
    }
    let start = text.trim_start();
    start.starts_with('{') && (text.contains("\"scenarios\"") || text.contains("\"config\""))
}

/// Makes a plan of what the command line asks for.
///
/// # Errors
/// When Artillery would refuse it too, with its exit status.
pub fn import(asked: &Asked) -> Result<Plan, Refused> {
    let mut script = load::load(asked)?;
    let arrivals = phases::timetable(script.config(), asked.solo, &script.places).map_err(Refused::one)?;
    script.notes.extend(arrivals.notes.clone());
    if let Err((notes, exit)) = check::check(&mut script) {
        return Err(Refused { notes, exit });
    }
    choose(asked, &mut script)?;
    let insecure = script.config()["tls"]["rejectUnauthorized"] == serde_json::Value::Bool(false);
    let notes = std::mem::take(&mut script.notes);
    let mut scenario = Scenario::shorthand("shared-iterations", &[]);
    scenario.executor = Executor::Timetable { legs: arrivals.legs.clone() };
    scenario.graceful_stop = PATIENCE;
    scenario.name = "artillery".to_owned();
    scenario.exec = "user".to_owned();
    scenario.problems.clear();
    scenario.shown = serde_json::json!({ "executor": "timetable" });
    let world = Arc::new(World::new(asked, script, &arrivals));
    let flow = |name: &str, part| {
        let life: Arc<dyn crate::step::OwnStep> = Arc::new(Life { world: Arc::clone(&world), part });
        Flow::new(name, vec![Step::Own(life)])
    };
    let program = Program {
        flows: vec![flow("user", Part::User), flow("before", Part::Before), flow("after", Part::After)],
        before: world.before.as_ref().map(|_| 1),
        after: world.after.as_ref().map(|_| 2),
        ..Program::default()
    };
    let options = Options {
        scenarios: Some(std::iter::once((scenario.name.clone(), scenario)).collect()),
        insecure_skip_tls_verify: insecure.then_some(true),
        no_cookies_reset: Some(true),
        ..Options::default()
    };
    let mut plan = Plan::new(program, options);
    plan.notes = notes;
    plan.dialect = Some(Arc::new(Artillery::new(world)));
    Ok(plan)
}

/// `--scenario-name`: the one that has the name, or that the pattern fits.
fn choose(asked: &Asked, script: &mut load::Script) -> Result<(), Refused> {
    let Some(wanted) = &asked.scenario_name else { return Ok(()) };
    let scenarios = script.value["scenarios"].as_array().cloned().unwrap_or_default();
    let name = |scenario: &serde_json::Value| scenario["name"].as_str().unwrap_or_default().to_owned();
    let mut chosen: Vec<serde_json::Value> = scenarios.iter().filter(|one| name(one) == *wanted).cloned().collect();
    if chosen.is_empty()
        && let Ok(pattern) = regress::Regex::new(wanted)
    {
        chosen = scenarios.iter().filter(|one| pattern.find(&name(one)).is_some()).cloned().collect();
    }
    if chosen.is_empty() {
        let message = format!("no scenario has the name {wanted:?}");
        let mut notes = std::mem::take(&mut script.notes);
        notes.push(Note::new(Kind::Error, script.places.of("scenarios"), message));
        return Err(Refused { notes, exit: 11 });
    }
    script.value["scenarios"] = serde_json::Value::Array(chosen);
    Ok(())
}
