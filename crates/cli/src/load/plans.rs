//! From a file in another tool's format to a loaded test.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::ArgMatches;
use metrics::Registry;
use model::{ExitCode, Level, Record};
use plan::import::{self, Format, Leniency, Refused};
use plan::note::{Kind, Note};
use plan::{Plan, PlanTest};
use script::Source;

use super::{Imported, Loaded, Test, here, path_of_name, script_env};
use crate::error::Error;
use crate::flags::{self, Flags};
use crate::session::Session;

/// Imports a file and tells what the importer has to say of it.
///
/// # Errors
/// When it cannot be run, or not as strictly as the user wants.
pub(super) fn load(
    session: &Session,
    matches: &ArgMatches,
    runtime: Flags,
    file: (&str, Vec<u8>),
    format: &'static Format,
    system_env: bool,
) -> Result<Loaded, Error> {
    let (name, bytes) = file;
    let leniency = leniency(&runtime);
    let (source, registry) = source(session, matches, &runtime, (name, bytes), system_env)?;
    let env = source.env.clone();
    let plan = (format.import)(&source).map_err(|refused| refused_file(session, name, format, &refused))?;
    tell(session, &plan.notes, leniency);
    let against = plan.notes.iter().filter(|note| leniency.refuses(note.kind)).count();
    if against > 0 {
        let text = format!(
            "{name} cannot be run as it is: {}",
            counted(against, "of its parts stands", "of its parts stand")
        );
        return Err(Error::run(ExitCode::INVALID_CONFIG, format!("{text} against it"))
            .with_hint(advice(&plan.notes, leniency)));
    }
    loaded(runtime, name, Box::new(plan), registry, env)
}

/// Imports a file and prints what the importer made of it.
///
/// # Errors
/// When it cannot be run, or not as strictly as the user wants; the report has been printed.
pub(super) fn report(
    session: &Session,
    matches: &ArgMatches,
    runtime: &Flags,
    file: (&str, Vec<u8>),
    format: &'static Format,
) -> Result<Imported, Error> {
    let (name, leniency) = (file.0, leniency(runtime));
    let (mut source, registry) = source(session, matches, runtime, file, true)?;
    source.only_looks = true;
    let (plan, notes) = match (format.import)(&source) {
        Ok(plan) => (Some(plan), None),
        Err(refused) => (None, Some(refused)),
    };
    let notes_of = plan.as_ref().map(|plan| &plan.notes).or(notes.as_ref().map(|refused| &refused.notes));
    let notes_of = notes_of.map_or(&[][..], Vec::as_slice);
    let program = plan.as_ref().map(|plan| &plan.program);
    session.print(&plan::report::text(name, format, program, notes_of, leniency));
    session.print("\n");
    let is_refused = notes_of.iter().any(|note| leniency.refuses(note.kind));
    match plan {
        Some(plan) if !is_refused => Ok((Box::new(plan), registry)),
        _ => {
            let exit = notes.and_then(|refused| refused.exit).unwrap_or(ExitCode::INVALID_CONFIG);
            Err(Error::run(exit, format!("{name} cannot be run")))
        }
    }
}

/// What an importer gets.
///
/// # Errors
/// When the folder of the file cannot be found out.
pub fn source(
    session: &Session,
    matches: &ArgMatches,
    runtime: &Flags,
    (name, bytes): (&str, Vec<u8>),
    system_env: bool,
) -> Result<(import::Source, Arc<Registry>), Error> {
    let here = here()?;
    let path = (name != "-").then(|| here.join(path_of_name(name)));
    let folder = path.as_ref().and_then(|path| path.parent()).map_or(here, Into::into);
    let registry = Registry::new();
    // Words of another tool that mean something else there are no variables; the importer looks at the flags.
    let env = script_env(&session.env, runtime, system_env).unwrap_or_else(|_| session.env.clone());
    let mut flags = flags::given(matches);
    // These three have variables that stand in for them.
    for name in ["allow-unsupported", "outside-files", "strict"] {
        flags.remove(name);
        if runtime.on(name) {
            flags.insert(name.to_owned(), Vec::new());
        }
    }
    let source = import::Source {
        name: name.to_owned(),
        bytes,
        path,
        folder,
        env,
        flags,
        registry: Arc::clone(&registry),
        log: session.logger(),
        clock: session.clock,
        only_looks: false,
    };
    Ok((source, registry))
}

/// How much may be wrong with the file.
#[must_use]
pub fn leniency(runtime: &Flags) -> Leniency {
    Leniency { strict: runtime.on("strict"), allow_unsupported: runtime.on("allow-unsupported") }
}

/// A plan as a loaded test.
///
/// # Errors
/// When there is no working directory.
pub(super) fn loaded(
    runtime: Flags,
    name: &str,
    plan: Box<Plan>,
    registry: Arc<Registry>,
    env: BTreeMap<String, String>,
) -> Result<Loaded, Error> {
    let plan = *plan;
    Ok(Loaded {
        test: Test::Plan(PlanTest::new(plan.program, plan.dialect)),
        registry,
        name: name.to_owned(),
        source: Source::stdin(Vec::new(), &here()?),
        options: plan.options,
        warnings: Vec::new(),
        runtime,
        env,
    })
}

/// The notes, each once, before anything is run.
pub fn tell(session: &Session, notes: &[Note], leniency: Leniency) {
    let mut told: Vec<String> = Vec::new();
    for note in notes {
        let text = note.to_string();
        if !told.contains(&text) {
            session.logger().log(Record::new(level(note.kind, leniency), text.clone()));
            told.push(text);
        }
    }
}

fn level(kind: Kind, leniency: Leniency) -> Level {
    match kind {
        kind if leniency.refuses(kind) => Level::Error,
        Kind::Emulated | Kind::Ignored => Level::Info,
        Kind::Lenient | Kind::Unsupported | Kind::Error => Level::Warning,
    }
}

/// What is said of a file that could not be imported.
pub fn refused_file(session: &Session, name: &str, format: &Format, refused: &Refused) -> Error {
    tell(session, &refused.notes, Leniency::default());
    let errors = refused.notes.iter().filter(|note| note.kind == Kind::Error).count().max(1);
    let text =
        format!("{name} is no {} test that can be run: {}", format.title, counted(errors, "error", "errors"));
    Error::run(refused.exit.unwrap_or(ExitCode::INVALID_CONFIG), text)
}

fn advice(notes: &[Note], leniency: Leniency) -> &'static str {
    let is = |kind: Kind| notes.iter().any(|note| note.kind == kind && leniency.refuses(kind));
    if is(Kind::Unsupported) && !is(Kind::Lenient) {
        "--allow-unsupported runs it without them"
    } else if is(Kind::Lenient) && !is(Kind::Unsupported) {
        "without --strict it is run as it was meant"
    } else {
        "plimsoll check has the whole report"
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
