//! `plimsoll version`: which build this is, for people or as JSON.

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;
use serde_json::json;

use super::Spec;
use crate::error::Error;
use crate::session::Session;

/// The row.
pub const SPEC: Spec = Spec { name: "version", about: "Show application version", arguments, run };

/// The version of k6 whose behaviour scripts can rely on.
pub const K6_COMPATIBLE: &str = "2.2.0";

fn arguments(command: Command) -> Command {
    command.arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("print as JSON"))
}

/// The version with the platform.
#[must_use]
pub fn text() -> String {
    let (os, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("v{} (k6 {K6_COMPATIBLE} compatible, {os}/{machine})", env!("CARGO_PKG_VERSION"))
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    if matches.get_flag("json") {
        let details = json!({
            "version": concat!("v", env!("CARGO_PKG_VERSION")),
            "k6_compatible": format!("v{K6_COMPATIBLE}"),
            "os": std::env::consts::OS,
            "arch": std::env::consts::ARCH,
        });
        session.print(&format!("{details}\n"));
    } else {
        session.print(&format!("plimsoll {}\n", text()));
    }
    Ok(ExitCode::SUCCESS)
}
