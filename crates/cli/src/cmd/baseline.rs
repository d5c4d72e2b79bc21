//! `plimsoll baseline`: names for runs that others are compared with.

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;
use serde_json::{Value, json};
use store::Baseline;

use super::Spec;
use super::compare::named;
use crate::error::Error;
use crate::kept::{Shelf, failed, moment, now_ms, runs_argument, table::table, with_store};
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "baseline", about: "Name runs that others are compared with", arguments, run };

fn arguments(command: Command) -> Command {
    let name = || Arg::new("name").required(true).value_name("name").help("what the baseline is called");
    let json = || Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    let part = |word: &'static str, about: &'static str| with_store(Command::new(word).about(about));
    command
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(part("list", "List the baselines").arg(json()))
        .subcommand(part("rm", "Take a name away; the runs stay").arg(name()))
        .subcommand(part("set", "Give runs a name").arg(name()).arg(runs_argument()))
        .subcommand(part("show", "List the runs of a baseline").arg(name()).arg(json()))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let (word, matches) = matches.subcommand().expect("a subcommand is required");
    let mut shelf = Shelf::open(session, matches)?;
    let name = || matches.get_one::<String>("name").map_or("", String::as_str);
    match word {
        "set" => {
            let party = named(&shelf, matches.get_many::<String>("run").into_iter().flatten())?;
            let now = now_ms(session);
            shelf.library().set_baseline(name(), &party.runs, now).map_err(|e| failed(&e))?;
            let ids: Vec<&str> = party.runs.iter().map(|run| run.id.as_str()).collect();
            session.print(&format!("{} is {}\n", name(), ids.join(" ")));
        }
        "rm" => {
            shelf.library().remove_baseline(name()).map_err(|e| failed(&e))?;
            session.print(&format!("{} is no baseline any more\n", name()));
        }
        "show" => {
            let baseline = shelf.reading().baseline(name()).map_err(|e| failed(&e))?;
            print(session, matches, &[baseline], false);
        }
        _ => {
            let all = shelf.reading().baselines().map_err(|e| failed(&e))?;
            print(session, matches, &all, true);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(session: &Session, matches: &ArgMatches, baselines: &[Baseline], short: bool) {
    if matches.get_flag("json") {
        let all: Vec<Value> = baselines.iter().map(document).collect();
        let document = if short { Value::from(all) } else { all.into_iter().next().unwrap_or_default() };
        return session.print(&format!("{document:#}\n"));
    }
    if short {
        let rows: Vec<Vec<String>> = baselines
            .iter()
            .map(|one| vec![one.name.clone(), one.runs.len().to_string(), moment(one.set_ms)])
            .collect();
        return session.print(&table(&["NAME", " RUNS", "SET"], &rows));
    }
    let rows: Vec<Vec<String>> = baselines
        .iter()
        .flat_map(|one| &one.runs)
        .map(|run| vec![run.id.clone(), moment(run.started_ms), run.name.clone()])
        .collect();
    session.print(&table(&["ID", "STARTED", "NAME"], &rows));
}

fn document(baseline: &Baseline) -> Value {
    let runs = baseline.runs.iter().map(|run| {
        json!({ "id": run.id, "name": run.name, "started": moment(run.started_ms),
                "git_commit": run.environment.commit })
    });
    json!({ "name": baseline.name, "set": moment(baseline.set_ms), "runs": runs.collect::<Vec<_>>() })
}
