//! `plimsoll report`: kept runs as a document, one alone or several next to each other.

use clap::{Arg, ArgMatches, Command};
use model::{ExitCode, Level};
use report::html::Run;
use report::paper::{FORMS, Form, for_file, named};

use super::Spec;
use crate::error::Error;
use crate::kept::story::tell;
use crate::kept::{Shelf, now_ms, runs_argument, with_store};
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec {
    name: "report",
    about: "Make a report of kept runs, for people or for other programs",
    arguments,
    run,
};

fn arguments(command: Command) -> Command {
    let forms: Vec<String> = FORMS.iter().map(|form| format!("{}: {}", form.name, form.about)).collect();
    let help = format!("{}; told by the file's name when left out, html otherwise", forms.join("; "));
    let form = Arg::new("form").long("format").value_name("string");
    let form = form.value_parser(FORMS.iter().map(|form| form.name).collect::<Vec<_>>());
    let form = form.hide_possible_values(true).help(help);
    let file = Arg::new("output").long("output").short('o').value_name("file");
    let file = file.help("where it goes; standard output when left out");
    with_store(command).arg(form).arg(file).arg(runs_argument())
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let text = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let (mut shelf, now) = (Shelf::open(session, matches)?, now_ms(session));
    let mut runs: Vec<Run> = Vec::new();
    for name in matches.get_many::<String>("run").into_iter().flatten() {
        let listed = shelf.find(name)?;
        runs.push(tell(session, shelf.library(), listed, now)?);
    }
    let form = text("form").and_then(named).or_else(|| for_file(text("output")?));
    let form = form.or_else(|| named("html")).ok_or_else(|| Error::Internal("no form".to_owned()))?;
    match text("output") {
        None => session.print(&(form.write)(&runs)),
        Some(path) => {
            write(form, &runs, path)?;
            session.say(Level::Info, format!("wrote {path}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write(form: &Form, runs: &[Run], path: &str) -> Result<(), Error> {
    let written = std::fs::write(path, (form.write)(runs));
    written.map_err(|error| Error::File(format!("could not write {path}: {error}")))
}
