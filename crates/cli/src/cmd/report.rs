//! `plimsoll report`: kept runs as a document, one alone or several next to each other; or what a search decided.

use clap::{Arg, ArgMatches, Command};
use insight::compare;
use model::{ExitCode, Level};
use report::paper::{self, FORMS, Form, for_file};
use report::verdicts::Verdicts;
use stats::compare::Design;
use store::Listed;

use super::Spec;
use super::compare::named;
use crate::capacity::sheet;
use crate::error::Error;
use crate::judgement::{Asked, Judged, Party, Sides, findings};
use crate::kept::search::{Entry, search_json};
use crate::kept::story::story;
use crate::kept::{Shelf, now_ms, runs_argument, with_store};
use crate::session::Session;
use crate::sheets;

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
    let shelf = Shelf::open(session, matches)?;
    let form = text("form").and_then(paper::named).or_else(|| for_file(text("output")?));
    let form = form.unwrap_or(&paper::USUAL);
    let names: Vec<&String> = matches.get_many::<String>("run").into_iter().flatten().collect();
    if let Some(page) = of_search(session, &shelf, &names, form)? {
        return hand_out(session, &page, text("output"));
    }
    let runs = named(&shelf, matches.get_many::<String>("run").into_iter().flatten())?.runs;
    let compared = against_first(&shelf, &runs, now_ms(session))?;
    let story = story(session, &shelf, runs.iter(), compared)?;
    hand_out(session, &(form.write)(&story), text("output"))
}

/// The page of a search; none when runs are named.
fn of_search(
    session: &Session,
    shelf: &Shelf,
    names: &[&String],
    form: &Form,
) -> Result<Option<String>, Error> {
    for name in names {
        // What is neither may still be the name of a baseline.
        let Ok(Entry::Search(search)) = shelf.entry(name) else { continue };
        if names.len() > 1 {
            return Err(Error::Usage(format!(
                "{name} is a search, which has a report of its own: name it alone"
            )));
        }
        let now = now_ms(session);
        return match sheets::named(form.name) {
            Some(write) => Ok(Some(write(&sheet(&shelf.recall(&search, now)?.outcome())))),
            None if form.name == "json" => search_json(shelf, &search, now).map(Some),
            None => Err(Error::Usage(format!("a search has no {} form", form.name))),
        };
    }
    Ok(None)
}

/// Prints a document or writes it into a file.
fn hand_out(session: &Session, document: &str, path: Option<&str>) -> Result<ExitCode, Error> {
    match path {
        None => session.print(document),
        Some(path) => {
            let written = std::fs::write(path, document);
            written.map_err(|error| Error::File(format!("could not write {path}: {error}")))?;
            session.say(Level::Info, format!("wrote {path}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Every other run held against the first, by the profile that nobody has to name.
fn against_first(shelf: &Shelf, runs: &[Listed], now_ms: i64) -> Result<Vec<Verdicts>, Error> {
    let Some((first, others)) = runs.split_first() else { return Ok(Vec::new()) };
    let (asked, design) = (Asked::default(), Design::Separate);
    let party = |run: &Listed| Party::new(run.name.clone(), vec![run.clone()]);
    let mut compared = Vec::new();
    for other in others {
        let sides = Sides::read(shelf, party(first), party(other), &asked, now_ms)?;
        let report = &compare(&sides.before, &sides.after, design, &asked.profile);
        let judged = Judged { sides: &sides, report, design, asked: &asked, level: asked.profile.level };
        compared.push(findings(&format!("{} against {}", other.id, first.id), &judged));
    }
    Ok(compared)
}
