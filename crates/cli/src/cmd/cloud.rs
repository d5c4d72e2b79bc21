//! `plimsoll cloud`: commands of a hosted service that this program does not talk to, said honestly.

use clap::{Arg, ArgMatches, Command};
use model::ExitCode;

use super::Spec;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "cloud", about: "Not offered: Plimsoll runs tests on your own machines", arguments, run };

fn arguments(command: Command) -> Command {
    // Whatever follows is accepted, so that the answer is the same for every form.
    let rest = Arg::new("rest").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true).hide(true);
    command.hide(true).arg(rest)
}

fn run(_: &Session, _: &ArgMatches) -> Result<ExitCode, Error> {
    Err(Error::NotOffered {
        message: "plimsoll does not run tests in Grafana Cloud k6 and uploads nothing there".to_owned(),
        instead: "run it here with `plimsoll run`, or keep k6 for cloud runs: the script is the same"
            .to_owned(),
    })
}
