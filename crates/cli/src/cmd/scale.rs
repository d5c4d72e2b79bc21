//! `plimsoll scale`: asks a run for another number of users, which no scenario allows; the run says so.

use clap::{Arg, ArgMatches, Command, value_parser};
use model::ExitCode;
use serde_json::json;

use super::Spec;
use super::status::change;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec {
    name: "scale",
    about: "Ask a running test for another number of users; scenarios decide theirs themselves",
    arguments,
    run,
};

fn arguments(command: Command) -> Command {
    let number = |name: &'static str, short: char, help: &'static str| {
        Arg::new(name).long(name).short(short).value_parser(value_parser!(u64)).help(help)
    };
    command.hide(true).arg(number("vus", 'u', "number of virtual users")).arg(number(
        "max",
        'm',
        "max available virtual users",
    ))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let (vus, max) = (matches.get_one::<u64>("vus"), matches.get_one::<u64>("max"));
    if vus.is_none() && max.is_none() {
        return Err(Error::Usage("Specify either -u/--vus or -m/--max".to_owned()));
    }
    change(session, &json!({ "vus": vus, "vus-max": max }))
}
