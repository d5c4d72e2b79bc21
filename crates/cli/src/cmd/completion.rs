//! `plimsoll completion`: a script that teaches a shell to complete commands and flags.

use clap::{Arg, ArgMatches, Command, builder::PossibleValuesParser};
use clap_complete::Shell;
use model::ExitCode;

use super::Spec;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "completion", about: "Generate the autocompletion script for a shell", arguments, run };

fn arguments(command: Command) -> Command {
    let shells = PossibleValuesParser::new(["bash", "elvish", "fish", "powershell", "zsh"]);
    command.arg(Arg::new("shell").required(true).value_parser(shells).help("the shell"))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let name = matches.get_one::<String>("shell").map_or("bash", String::as_str);
    let shell: Shell = name.parse().map_err(Error::Usage)?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "plimsoll", &mut script);
    session.print(&String::from_utf8_lossy(&script));
    Ok(ExitCode::SUCCESS)
}
