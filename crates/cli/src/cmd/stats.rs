//! `plimsoll stats`: what a running test has measured so far.

use clap::{ArgMatches, Command};
use model::ExitCode;

use super::Spec;
use crate::api::client::{lines, request};
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "stats", about: "Show the metrics of a running test", arguments, run };

fn arguments(command: Command) -> Command {
    command
}

fn run(session: &Session, _: &ArgMatches) -> Result<ExitCode, Error> {
    let document = request(session, "GET", "/v1/metrics", None)?;
    for metric in document["data"].as_array().into_iter().flatten() {
        let name = metric["id"].as_str().unwrap_or_default();
        session.print(&format!("- name: {name}\n{}", lines(&metric["attributes"], "  ")));
    }
    Ok(ExitCode::SUCCESS)
}
