//! Artillery's scripts, run as Artillery 2 runs them.
//!
//! Main function: [`import`]. [`load`] makes one script of files and flags, [`check`] says what is wrong or odd in it,
//! [`world`] is what its users share, [`life`] what a user does. Its metrics and reports are its own ([`stats`],
//! [`report`]) and stand beside ours.

mod capture;
pub mod check;
mod convert;
mod counter;
mod dialect;
mod ensure;
pub mod expect;
mod expression;
pub mod fake;
mod filling;
mod flow;
pub mod functions;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod hooks;
mod http;
mod js;
pub mod keys;
mod life;
mod load;
mod module;
mod payload;
mod phases;
mod printed;
mod report;
mod sketch;
mod socketio;
mod stats;
mod template;
mod tls;
mod unquoted;
mod vars;
mod world;
mod ws;
mod yaml;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::{Executor, ExitCode, Options, Scenario};

use load::{Asked, Refused};

use super::{Alias, Format, Source};
use crate::note::{Kind, Note, Place};
use crate::program::{Flow, Plan, Program};
use crate::step::Step;

use dialect::Artillery;
use life::{Life, Part};
use world::World;

/// How long users may go on after the last arrival. Artillery waits for as long as it takes.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// The row of the table of formats.
pub(super) const FORMAT: Format = Format {
    name: "artillery",
    title: "Artillery",
    sniff: |look| recognises(look.head(SNIFFED_BYTES)),
    import: |source| {
        let mut asked = asked(source);
        read_modules(source, &mut asked)
            .map_err(|refused| super::Refused { notes: refused.notes, exit: Some(ExitCode(refused.exit)) })?;
        import(source, &asked)
            .map_err(|refused| super::Refused { notes: refused.notes, exit: Some(ExitCode(refused.exit)) })
    },
    document: convert::document,
    aliases: ALIASES,
    missing: |file| {
        let ours = file.file_stem().is_some_and(|stem| stem == "plimsoll");
        let said = || format!("ENOENT: no such file or directory, open '{}'", file.display());
        (!ours && super::has_ending(file, &["yml", "yaml"])).then(said)
    },
};

/// So much of a file says what it is.
const SNIFFED_BYTES: usize = 256 * 1024;

const fn valued(from: &'static str, to: &'static str) -> Alias {
    Alias { from, to, takes_value: true }
}

/// Artillery's words on the command line.
pub static ALIASES: &[Alias] = &[
    valued("-t", "--target"),
    valued("-e", "--environment"),
    valued("-c", "--artillery-config"),
    valued("--config", "--artillery-config"),
    valued("-p", "--payload"),
    valued("-v", "--variables"),
    valued("-o", "--artillery-report"),
    valued("--output", "--artillery-report"),
    valued("--env-file", "--dotenv"),
    // Of a service that runs are shown in.
    valued("--key", ""),
    valued("--name", ""),
    valued("--note", ""),
    valued("--tags", ""),
    Alias { from: "--record", to: "", takes_value: false },
    valued("-i", "--input"),
    Alias { from: "-k", to: "--insecure", takes_value: false },
    Alias { from: "-s", to: "--solo", takes_value: false },
];

/// Whether a text looks like an Artillery script.
fn recognises(text: &str) -> bool {
    let is_key = |line: &str| {
        let key = line.trim_start_matches(['"', '\'']);
        ["config", "scenarios"].iter().any(|known| {
            let rest = key.strip_prefix(known).map(|rest| rest.trim_start_matches(['"', '\'']).trim_start());
            rest.is_some_and(|rest| rest.starts_with(':'))
        })
    };
    // Our own format says `plimsoll` at the top, and has scenarios too.
    let is_ours = text.lines().any(|line| line.trim_start_matches(['"', '\'']).starts_with("plimsoll"));
    let start = text.trim_start();
    let is_json = start.starts_with('{') && start.contains("\"scenarios\"") && start.contains("\"flow\"");
    !is_ours && (is_json || text.lines().any(is_key))
}

/// Whether a text in a language for scripts looks like an Artillery script.
pub(super) fn recognises_code(text: &str) -> bool {
    module::recognises(text)
}

/// Evaluates those of the files that are code.
fn read_modules(source: &Source, asked: &mut Asked) -> Result<(), Refused> {
    let files: Vec<PathBuf> = asked.scripts.iter().chain(&asked.config).cloned().collect();
    for file in files.into_iter().filter(|file| module::is_code(file)) {
        let value = module::read(source, &load::absolute(&asked.folder, &file)).map_err(|why| {
            let place = Place { file: file.display().to_string(), line: 1, ..Place::default() };
            Refused::one(Note::new(Kind::Error, place, why))
        })?;
        asked.modules.insert(file, value);
    }
    Ok(())
}

/// What the command line asks for.
fn asked(source: &Source) -> Asked {
    let text = |flag: &str| source.flag(flag).map(str::to_owned);
    let file = |flag: &str| source.flag(flag).map(PathBuf::from);
    let on = |flag: &str| source.has_flag(flag) && source.flag(flag) != Some("false");
    let more = source.flag_values("input").iter().map(PathBuf::from);
    let script = if source.path.is_some() { PathBuf::from(&source.name) } else { PathBuf::from("-") };
    let out = source.flag_values("out").iter().find_map(|out| out.strip_prefix("artillery="));
    Asked {
        scripts: std::iter::once(script).chain(more).collect(),
        config: file("artillery-config"),
        target: text("target"),
        environment: text("environment"),
        payload: file("payload"),
        variables: text("variables"),
        overrides: text("overrides"),
        dotenv: file("dotenv"),
        scenario_name: text("scenario-name"),
        insecure: on("insecure"),
        solo: on("solo"),
        report: file("artillery-report").or_else(|| out.map(PathBuf::from)),
        dialect_output: on("dialect-output"),
        strict: on("strict"),
        env: source.env.clone(),
        folder: std::env::current_dir().unwrap_or_else(|_| source.folder.clone()),
        modules: std::collections::BTreeMap::new(),
        reach: source.reach(),
        text: source.path.is_none().then(|| String::from_utf8_lossy(&source.bytes).into_owned()),
    }
}

/// Makes a plan of what the command line asks for, or says why Artillery would refuse it too.
fn import(source: &Source, asked: &Asked) -> Result<Plan, Refused> {
    let mut script = load::load(asked)?;
    let arrivals = phases::timetable(script.config(), asked.solo, &script.places).map_err(Refused::one)?;
    script.notes.extend(arrivals.notes.clone());
    if let Err((notes, exit)) = check::check(&mut script) {
        return Err(Refused { notes, exit });
    }
    choose(asked, &mut script)?;
    let lines = printed::Lines::default();
    let processor = processor(source, asked, &mut script, &lines)?;
    let shown = tls::identity(&script.config()["tls"], &script.folder);
    let trusted = tls::authorities(&script.config()["tls"], &script.folder);
    let (identity, authorities) = match shown.and_then(|shown| Ok((shown, trusted?))) {
        Ok(both) => both,
        Err(wrong) => {
            script.note(Kind::Error, &format!("config.tls.{}", wrong.member), wrong.message);
            return Err(Refused { notes: std::mem::take(&mut script.notes), exit: 1 });
        }
    };
    let insecure = ["tls", "ws"].iter().any(|part| tls::is_insecure(&script.config()[*part]));
    let pooled = script.config()["http"].get("pool").is_some();
    let notes = std::mem::take(&mut script.notes);
    let mut scenario = Scenario::shorthand("shared-iterations", &[]);
    scenario.executor = Executor::Timetable { legs: arrivals.legs.clone() };
    scenario.graceful_stop = PATIENCE;
    scenario.name = "artillery".to_owned();
    scenario.exec = "user".to_owned();
    scenario.problems.clear();
    scenario.shown = serde_json::json!({ "executor": "timetable" });
    let world = Arc::new(World::new(asked, script, &arrivals, (processor, lines)));
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
        tls_auth: identity.map(|identity| vec![identity]),
        no_cookies_reset: Some(true),
        plimsoll: (pooled || authorities.is_some()).then(|| model::PlimsollOptions {
            shared_connections: pooled,
            tls_authorities: authorities.unwrap_or_default(),
            ..model::PlimsollOptions::default()
        }),
        ..Options::default()
    };
    let mut plan = Plan::new(program, options);
    plan.notes = notes;
    plan.dialect = Some(Arc::new(Artillery::new(world)));
    Ok(plan)
}

/// The processor, if there is one. A file that is missing is let pass when nothing of it is used.
fn processor(
    source: &Source,
    asked: &Asked,
    script: &mut load::Script,
    lines: &printed::Lines,
) -> Result<Option<hooks::Processor>, Refused> {
    let used = check::functions(&script.value);
    let Some(path) = script.config()["processor"].as_str().map(str::to_owned) else {
        for (place, name) in &used {
            let message = format!("there is no processor, and so no function {name}");
            script.note(Kind::Ignored, place, message);
        }
        return Ok(None);
    };
    let fake = script.config()["plugins"].get("fake-data").is_some();
    let processor = hooks::Processor::new(source, &script.folder, &path, fake, lines);
    let refused = |script: &mut load::Script, message: String| {
        script.note(Kind::Error, "config.processor", message);
        Refused { notes: std::mem::take(&mut script.notes), exit: 11 }
    };
    if !processor.exists() {
        if !used.is_empty() || asked.strict {
            return Err(refused(script, format!("there is no file {path}")));
        }
        let message = format!(
            "there is no file {path}: Artillery would not run; nothing of it is used, so this goes on without it"
        );
        script.note(Kind::Lenient, "config.processor", message);
        return Ok(None);
    }
    let known = processor.look().map_err(|why| refused(script, why))?;
    for (place, name) in used.iter().filter(|(_, name)| !known.contains(name)) {
        script.note(Kind::Ignored, place, format!("{path} has no function {name}"));
    }
    Ok(Some(processor))
}

/// `--scenario-name`: the one that has the name, or that the pattern fits.
fn choose(asked: &Asked, script: &mut load::Script) -> Result<(), Refused> {
    let Some(wanted) = &asked.scenario_name else { return Ok(()) };
    let scenarios = script.value["scenarios"].as_array().cloned().unwrap_or_default();
    let name = |scenario: &serde_json::Value| scenario["name"].as_str().unwrap_or_default().to_owned();
    let mut chosen: Vec<serde_json::Value> =
        scenarios.iter().filter(|one| name(one) == *wanted).cloned().collect();
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
