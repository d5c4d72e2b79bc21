//! `plimsoll check`: loads a test and looks at its options, without making any load. For a test in another format it
//! prints what is made of each part.

use clap::{ArgMatches, Command};
use model::{ExitCode, Level};
use report::progress::describe;

use super::{Spec, file_argument, one_argument};
use crate::cmd::run::{SCRIPT_WANTED, with_flags};
use crate::error::Error;
use crate::load::Script;
use crate::run::{options, thresholds};
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "check", about: "Check a test and its options", arguments, run };

fn arguments(command: Command) -> Command {
    with_flags(command).arg(file_argument("a script, an archive, or a test in another format"))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let name = one_argument(matches, SCRIPT_WANTED)?;
    let script = match crate::load::imported(session, matches, &name)? {
        None => Script::Named(&name),
        Some((plan, registry)) => Script::Plan { name: &name, plan: Some(plan).into(), registry, page: None },
    };
    let loaded = crate::load::load(session, matches, &script, true)?;
    let settled = options::settle(session, matches, &loaded)?;
    thresholds(&loaded, &settled)?;
    for scenario in settled.scenarios() {
        session.print(&format!(
            "{}: {}\n",
            scenario.name,
            describe(&scenario, &settled.segment, settled.share())
        ));
    }
    let thresholds = settled.options.thresholds.iter().flatten().map(|(_, list)| list.len()).sum::<usize>();
    session.print(&format!("{name} is fine: {thresholds} thresholds, at most {} VUs\n", settled.max_vus()));
    if settled.options.thresholds.is_none() {
        session.say(Level::Info, "there are no thresholds, so no run of it can fail by its numbers");
    }
    Ok(ExitCode::SUCCESS)
}
