//! `plimsoll run`: runs a script, an archive, or a script from standard input.

use clap::{ArgMatches, Command};
use model::ExitCode;

use super::capacity::refuse_standard_input;
use super::{Spec, file_argument, one_argument};
use crate::capacity;
use crate::error::Error;
use crate::flags;
use crate::load::Script;
use crate::run::profile::Asked;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "run", about: "Run a test", arguments, run };

/// What is asked for where the script is missing.
pub const SCRIPT_WANTED: &str =
    "arg should either be \"-\", if reading script from stdin, or a path to a script file";

/// Adds the flags and arguments of `run`, which `demo` shares.
pub fn with_flags(command: Command) -> Command {
    let command = flags::add(command, flags::options::FLAGS);
    let command = flags::add(command, flags::runtime::FLAGS);
    let command = flags::add(command, flags::runtime::RUN_TIME_FLAGS);
    let command = flags::add(command, flags::runtime::RUN_FLAGS);
    let command = flags::add(command, flags::profile::FLAGS);
    let command = flags::add(command, flags::judgement::FLAGS);
    flags::OF_FORMATS.iter().fold(command, |command, table| flags::add(command, table))
}

fn arguments(command: Command) -> Command {
    with_flags(command)
        .arg(file_argument("a script, an archive, a test in another format, or - for standard input"))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let name = one_argument(matches, SCRIPT_WANTED)?;
    let script = Script::Named(&name);
    match Asked::read(session, matches)? {
        Some(asked) if asked.is_breakpoint() => {
            refuse_standard_input(&name)?;
            capacity::find_break(session, matches, &script, &asked)
        }
        _ => crate::run::run(session, matches, &script),
    }
}
