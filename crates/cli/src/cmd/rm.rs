//! `plimsoll rm`: removes kept runs, and searches with their trials.

use clap::{ArgMatches, Command};
use model::ExitCode;

use super::Spec;
use crate::error::Error;
use crate::kept::search::Entry;
use crate::kept::{Shelf, failed, runs_argument, with_store};
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "rm", about: "Remove kept runs", arguments, run };

fn arguments(command: Command) -> Command {
    with_store(command).arg(runs_argument())
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let mut shelf = Shelf::open(session, matches)?;
    let names = matches.get_many::<String>("run").into_iter().flatten();
    // All of them are found before the first is removed: `latest latest` is one run, not two.
    let (mut runs, mut searches) = (Vec::new(), Vec::new());
    for name in names {
        match shelf.entry(name)? {
            Entry::Run(run) => runs.push(*run),
            Entry::Search(search) => searches.push(search),
        }
    }
    runs.sort_by(|a, b| a.id.cmp(&b.id));
    runs.dedup();
    searches.sort_by(|a, b| a.id.cmp(&b.id));
    searches.dedup();
    shelf.library().remove(&runs).map_err(|e| failed(&e))?;
    for run in &runs {
        session.print(&format!("removed {} {}\n", run.id, run.name));
    }
    for search in &searches {
        shelf.library().remove_search(search).map_err(|e| failed(&e))?;
        session.print(&format!("removed {} capacity of {}\n", search.id, search.name));
    }
    Ok(ExitCode::SUCCESS)
}
