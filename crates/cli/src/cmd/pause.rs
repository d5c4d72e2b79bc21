//! `plimsoll pause`: steers a run through its REST API.

use clap::{ArgMatches, Command};
use model::ExitCode;
use serde_json::json;

use super::Spec;
use super::status::change;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec =
    Spec { name: "pause", about: "Hold back new iterations of a running test", arguments, run };

fn arguments(command: Command) -> Command {
    command
}

fn run(session: &Session, _: &ArgMatches) -> Result<ExitCode, Error> {
    change(session, &json!({ "paused": true }))
}
