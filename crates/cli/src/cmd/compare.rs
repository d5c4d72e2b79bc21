//! `plimsoll compare`: two runs, or several a side, held against each other.

use clap::{Arg, ArgAction, ArgMatches, Command};
use insight::compare;
use model::ExitCode;
use report::verdicts::markdown;
use stats::compare::Design;
use store::Listed;

use super::Spec;
use crate::error::Error;
use crate::judgement::{Asked, Judged, Look, Party, Sides, document, findings, page, table_of};
use crate::kept::story::story;
use crate::kept::{Shelf, failed, now_ms, with_store};
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "compare", about: "Compare kept runs", arguments, run };

fn arguments(command: Command) -> Command {
    let runs = |name: &'static str, last: bool| {
        Arg::new(name).num_args(1..).value_name("run").last(last).help(if last {
            "the runs of the second side, where it has several"
        } else {
            "two runs, the runs of the first side, or with --baseline those of the second"
        })
    };
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    let format = Arg::new("format").long("format").value_name("name").default_value("text");
    let format =
        format.value_parser(["html", "json", "markdown", "text"]).help("text, markdown, json or html");
    let command = with_store(command).arg(baseline_argument()).arg(json).arg(format);
    Asked::arguments(command).arg(runs("before", false)).arg(runs("after", true))
}

/// The flag that names a baseline.
pub fn baseline_argument() -> Arg {
    Arg::new("baseline")
        .long("baseline")
        .value_name("name")
        .help("the first side is the runs of this baseline")
}

/// The side that a baseline is.
///
/// # Errors
/// When there is none of this name.
pub fn baseline(shelf: &Shelf, name: &str) -> Result<Party, Error> {
    let baseline = shelf.reading().baseline(name).map_err(|e| failed(&e))?;
    Ok(Party::new(format!("baseline {name}"), baseline.runs))
}

/// A side of the runs that a user names.
///
/// # Errors
/// When one is not there.
pub fn named<'a>(shelf: &Shelf, names: impl Iterator<Item = &'a String>) -> Result<Party, Error> {
    let mut runs: Vec<Listed> = Vec::new();
    for name in names {
        let found = shelf.find(name)?;
        if runs.iter().any(|run| run.id == found.id) {
            return Err(Error::Usage(format!("{name} is run {}, which is named twice", found.id)));
        }
        runs.push(found);
    }
    let mut names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    names.dedup();
    let name = if let [one] = names[..] { one.to_owned() } else { format!("{} tests", names.len()) };
    Ok(Party::new(name, runs))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let asked = Asked::read(matches)?;
    let shelf = Shelf::open(session, matches)?;
    let (before, after) = parties(&shelf, matches)?;
    let sides = Sides::read(&shelf, before, after, &asked, now_ms(session))?;
    let design = Design::Separate;
    let found = compare(&sides.before, &sides.after, design, &asked.profile);
    let judged = Judged { sides: &sides, report: &found, design, asked: &asked, level: asked.profile.level };
    let format = matches.get_one::<String>("format").map_or("text", String::as_str);
    session.print(&match format {
        _ if matches.get_flag("json") || format == "json" => format!("{:#}\n", document(&judged)),
        "html" => {
            let (before, after) = &sides.runs;
            let compared = vec![findings("plimsoll compare", &judged)];
            report::html::page(&story(session, &shelf, before.iter().chain(after), compared)?)
        }
        "markdown" => markdown(&table_of("plimsoll compare", &judged)),
        _ => page(&judged, Look { width: session.screen.width(), color: session.coloured() }),
    });
    Ok(ExitCode::SUCCESS)
}

/// Who is compared with whom: a baseline with runs, runs before `--` with those behind it, or one with another.
fn parties(shelf: &Shelf, matches: &ArgMatches) -> Result<(Party, Party), Error> {
    let words = |name: &str| matches.get_many::<String>(name).into_iter().flatten();
    let (first, second): (Vec<&String>, Vec<&String>) = (words("before").collect(), words("after").collect());
    let two = match (matches.get_one::<String>("baseline"), &first[..], &second[..]) {
        (Some(name), [], []) => {
            let latest = "latest".to_owned();
            (baseline(shelf, name)?, named(shelf, std::iter::once(&latest))?)
        }
        (Some(name), _, _) => (baseline(shelf, name)?, named(shelf, first.iter().chain(&second).copied())?),
        (None, [a, b], []) => (named(shelf, std::iter::once(*a))?, named(shelf, std::iter::once(*b))?),
        (None, [_, ..], [_, ..]) => {
            (named(shelf, first.iter().copied())?, named(shelf, second.iter().copied())?)
        }
        _ => {
            return Err(Error::Usage(
                "name two runs, several a side as `A1 A2 -- B1 B2`, or a --baseline with runs".to_owned(),
            ));
        }
    };
    if let Some(both) = two.0.runs.iter().find(|run| two.1.runs.iter().any(|other| other.id == run.id)) {
        return Err(Error::Usage(format!("run {} is on both sides", both.id)));
    }
    Ok(two)
}
