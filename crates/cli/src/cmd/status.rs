//! `plimsoll status`: how a running test stands; also what commands that change it print.

use clap::{ArgMatches, Command};
use model::ExitCode;
use serde_json::Value;

use super::Spec;
use crate::api::client::{lines, request};
use crate::api::shapes;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "status", about: "Show the status of a running test", arguments, run };

fn arguments(command: Command) -> Command {
    command
}

fn run(session: &Session, _: &ArgMatches) -> Result<ExitCode, Error> {
    let document = request(session, "GET", "/v1/status", None)?;
    session.print(&lines(&document["data"]["attributes"], ""));
    Ok(ExitCode::SUCCESS)
}

/// Changes the status of a run and prints what it is then.
///
/// # Errors
/// When there is no run, or it refuses.
pub fn change(session: &Session, attributes: &Value) -> Result<ExitCode, Error> {
    let document = request(session, "PATCH", "/v1/status", Some(&shapes::change(attributes)))?;
    session.print(&lines(&document["data"]["attributes"], ""));
    Ok(ExitCode::SUCCESS)
}
