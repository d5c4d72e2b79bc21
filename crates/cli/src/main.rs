//! The plimsoll command: reads the command line, runs one command, and ends with its exit status.
//!
//! The only crate that prints or exits. The commands are the rows of [`cmd::COMMANDS`].

mod api;
mod archive_file;
mod bounded;
mod capacity;
mod cmd;
mod config_file;
mod error;
mod flags;
mod judgement;
mod kept;
mod load;
mod logs;
mod made_file;
mod pages;
mod results;
mod run;
mod screen;
mod secrets;
mod session;
mod sheets;
mod signals;
mod traces;

use std::collections::BTreeMap;
use std::process::ExitCode;

use model::Clock;

use error::Error;
use session::{Session, Start};
use signals::Signals;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pages::small();
    let clock = Clock::start();
    let env: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let start = Start { env, clock, signals: Signals::watch() };
    let line = flags::formats::translate(std::env::args_os().collect());
    match cmd::command().try_get_matches_from(line) {
        Ok(matches) => run(&matches, start),
        Err(error) => rejected(&error, start),
    }
}

fn run(matches: &clap::ArgMatches, start: Start) -> ExitCode {
    let (command, arguments) = cmd::find(matches);
    let mut session = match Session::start(arguments, start.clone()) {
        Ok(session) => session,
        Err(error) => return without_flags(&error, start),
    };
    let result = (command.run)(&session, arguments);
    let code = result.unwrap_or_else(|error| {
        session.logger().log(error.record());
        error.code()
    });
    session.logs.finish();
    ExitCode::from(code.0)
}

/// clap stopped: for help, or because of a mistake.
fn rejected(error: &clap::Error, start: Start) -> ExitCode {
    use clap::error::ErrorKind;
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // clap chooses standard error for help that was not asked for; a reader that went away is no error.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => without_flags(&Error::Usage(flags::complaint::sentence(error)), start),
    }
}

/// Reports an error that came before the log's own flags could be read.
fn without_flags(error: &Error, start: Start) -> ExitCode {
    if let Ok(mut session) = Session::bare(start) {
        session.logger().log(error.record());
        session.logs.finish();
    }
    ExitCode::from(error.code().0)
}
