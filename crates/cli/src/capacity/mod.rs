//! Finding out how much a target carries: trials by the generator, answers by `insight`.
//!
//! Main function: [`find`]. [`aim`] is what the user wants, [`field`] makes the trials, [`outcome`] is what came of them,
//! for programs, (in [`page`]) for people at a terminal and (in [`sheet`]) for those who get a file.

mod aim;
mod field;
mod outcome;
mod page;
mod sheet;

use clap::ArgMatches;
use insight::capacity::{climb, laws, search};
use model::{ExitCode, Level};

use crate::error::Error;
use crate::load::Script;
use crate::session::Session;
use crate::sheets;
use aim::Aim;
use field::Field;
use outcome::Outcome;

/// Searches, and shows what was found.
///
/// # Errors
/// Whatever keeps the test from running; and the findings that are failures, when everything has been shown.
pub fn find(session: &Session, matches: &ArgMatches, script: &Script<'_>) -> Result<ExitCode, Error> {
    let field = Field::prepare(session, matches, script)?;
    let aim = &field.aim;
    let quiet = session.flags.on("quiet");
    if !quiet {
        session.say(Level::Info, aim.sentence(script.name()));
    }
    let told = |level: &insight::capacity::Level| {
        if !quiet {
            session.say(Level::Info, page::progress(level, aim));
        }
    };
    let mut found = if aim.breakpoint {
        climb(&aim.question, |ask| field.trial(ask), told)?
    } else {
        search(&aim.question, |ask| field.trial(ask), told)?
    };
    let recovery = if field.stopped() { None } else { field.overload(&found)? };
    let laws = laws(&found.levels, aim.open, aim.question.level);
    if aim.breakpoint && found.kept.is_none() {
        // Who climbs wants to know the last load that did not break it, whether or not it is certain.
        let whole = found.levels.iter().filter(|one| found.broken.is_none_or(|broken| one.offered < broken));
        found.kept = whole.map(|one| one.offered).reduce(f64::max);
    }
    let outcome = Outcome { name: script.name(), aim, found, laws, recovery, stopped: field.stopped() };
    sheets::write(matches, || sheet::sheet(&outcome))?;
    if matches.get_flag("json") {
        session.print(&format!("{:#}\n", outcome.to_json()));
    } else {
        session.print(&page::text(&outcome));
    }
    outcome.exit()
}

impl Aim {
    fn sentence(&self, name: &str) -> String {
        let what = if self.breakpoint { "where it breaks" } else { "the highest load that is kept" };
        format!(
            "looking for {what}: {name}, {}, from {}",
            self.objectives(),
            self.load(self.question.limits.start)
        )
    }
}
