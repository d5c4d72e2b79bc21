//! `plimsoll resume`: steers a run through its REST API.

use clap::{ArgMatches, Command};
use model::ExitCode;
use serde_json::json;

use super::Spec;
use super::status::change;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec {
    name: "resume",
    about: "Let a paused test go on, or a test that was started with --paused begin",
    arguments,
    run,
};

fn arguments(command: Command) -> Command {
    command
}

fn run(session: &Session, _: &ArgMatches) -> Result<ExitCode, Error> {
    change(session, &json!({ "paused": false }))
}
