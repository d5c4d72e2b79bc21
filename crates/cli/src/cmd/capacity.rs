//! `plimsoll capacity`: the highest load that keeps the objectives, or where the target breaks.

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;

use super::{Spec, file_argument, one_argument, run::SCRIPT_WANTED};
use crate::capacity;
use crate::error::Error;
use crate::flags;
use crate::load::Script;
use crate::session::Session;
use crate::sheets::with_files;

/// The row.
pub const SPEC: Spec =
    Spec { name: "capacity", about: "Find the highest load that keeps an objective", arguments, run };

fn arguments(command: Command) -> Command {
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print JSON");
    let command = flags::add(command, flags::options::FLAGS);
    let command = flags::add(command, flags::runtime::FLAGS);
    let of_store = &["no-exchanges", "no-store", "store", "store-keep"];
    let command = flags::add_named(command, flags::runtime::RUN_FLAGS, of_store);
    let command = flags::add_named(command, flags::judgement::FLAGS, &["confidence"]);
    with_files(flags::add(command, flags::capacity::FLAGS))
        .arg(json)
        .arg(file_argument("a script, an archive, or a test in another format"))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let name = one_argument(matches, SCRIPT_WANTED)?;
    refuse_standard_input(&name)?;
    capacity::find(session, matches, &Script::Named(&name))
}

/// Refuses a script that can only be read once.
///
/// # Errors
/// When the name is that of standard input.
pub fn refuse_standard_input(name: &str) -> Result<(), Error> {
    if name == "-" {
        return Err(Error::Usage(
            "every trial reads the script anew: give a file rather than standard input".to_owned(),
        ));
    }
    Ok(())
}
