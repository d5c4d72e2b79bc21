//! `plimsoll inspect`: prints a script's options as JSON, and on request what they require.

use clap::{Arg, ArgAction, ArgMatches, Command};
use model::ExitCode;
use serde_json::{Value, json};

use super::{Spec, file_argument, one_argument};
use crate::cmd::run::SCRIPT_WANTED;
use crate::error::Error;
use crate::load::Script;
use crate::run::options;
use crate::session::Session;
use crate::{flags, load};

/// The row.
pub const SPEC: Spec = Spec { name: "inspect", about: "Inspect a script or archive", arguments, run };

fn arguments(command: Command) -> Command {
    let command = flags::add(command, flags::runtime::FLAGS);
    let command = flags::OF_FORMATS.iter().fold(command, |command, table| flags::add(command, table));
    flags::add(command, flags::runtime::RUN_TIME_FLAGS).arg(file_argument("the script or archive")).arg(
        Arg::new("execution-requirements")
            .long("execution-requirements")
            .action(ArgAction::SetTrue)
            .help("include the most virtual users and the longest time that the test takes"),
    )
}

fn run(session: &Session, matches: &ArgMatches) -> Result<ExitCode, Error> {
    let name = one_argument(matches, SCRIPT_WANTED)?;
    let loaded = load::load(session, matches, &Script::Named(&name), false)?;
    let shown = if matches.get_flag("execution-requirements") {
        with_requirements(session, matches, &loaded)?
    } else {
        Value::Object(loaded.options.to_json())
    };
    let text = serde_json::to_string_pretty(&shown).map_err(|e| Error::Internal(e.to_string()))?;
    session.print(&format!("{text}\n"));
    Ok(ExitCode::SUCCESS)
}

fn with_requirements(session: &Session, matches: &ArgMatches, loaded: &load::Loaded) -> Result<Value, Error> {
    let settled = options::settle(session, matches, loaded)?.scaled(session, matches)?;
    let mut shown = settled.shown();
    if let Value::Object(fields) = &mut shown {
        let total = model::duration::format_go(settled.longest());
        fields.insert("totalDuration".to_owned(), json!(total));
        fields.insert("maxVUs".to_owned(), json!(settled.max_vus()));
    }
    Ok(shown)
}
