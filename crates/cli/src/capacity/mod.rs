//! Finding out how much a target carries: trials by the generator, answers by `insight`.
//!
//! Main function: [`find`]. [`aim`] is what the user wants, [`field`] makes the trials, [`outcome`] is what came of them,
//! for programs, (in [`page`]) for people at a terminal and (in [`sheet`]) for those who get a file. [`diary`] keeps it in
//! the store, and [`recall`] reads it back.

mod aim;
mod diary;
mod field;
mod outcome;
mod page;
mod recall;
mod sheet;

use clap::ArgMatches;
use insight::capacity::{Ask, Step, climb, laws, search};
use model::{ExitCode, Level};

use crate::error::Error;
use crate::load::Script;
use crate::run::profile::Asked;
use crate::session::Session;
use crate::sheets;
use aim::Aim;
use diary::Diary;
use field::Field;
use outcome::Outcome;

pub use outcome::Standing;
pub use page::{TRIAL_TITLES, text, trial_rows};
pub use recall::Recalled;
pub use sheet::sheet;

/// Searches, and shows what was found.
///
/// # Errors
/// Whatever keeps the test from running; and the findings that are failures, when everything has been shown.
pub fn find(session: &Session, matches: &ArgMatches, script: &Script<'_>) -> Result<ExitCode, Error> {
    let field = Field::prepare(session, matches, script, |own| Aim::read(session, matches, own))?;
    let done = seek(session, matches, script, &field)?;
    sheets::write(matches, || sheet(&done.outcome))?;
    if matches.get_flag("json") {
        let mut document = done.outcome.to_json();
        document["id"] = done.id.into();
        session.print(&format!("{document:#}\n"));
    } else {
        done.show(session);
    }
    done.ended
}

/// Climbs until the target breaks, as `run --profile breakpoint` does, and shows where that was.
///
/// # Errors
/// As of [`find`], and when flags do not fit a run of each level.
pub fn find_break(
    session: &Session,
    matches: &ArgMatches,
    script: &Script<'_>,
    asked: &Asked,
) -> Result<ExitCode, Error> {
    aim::refuse_run_flags(session, matches)?;
    let field = Field::prepare(session, matches, script, |own| Aim::to_break(session, matches, own, asked))?;
    let done = seek(session, matches, script, &field)?;
    done.show(session);
    done.ended
}

/// A search that is over.
struct Done<'a> {
    outcome: Outcome<'a>,
    /// The id by which it is kept.
    id: Option<String>,
    ended: Result<ExitCode, Error>,
}

impl Done<'_> {
    /// Shows it to people.
    fn show(&self, session: &Session) {
        session.print(&text(&self.outcome));
        if let Some(id) = self.id.as_ref().filter(|_| !session.flags.on("quiet")) {
            session.say(Level::Info, format!("the search is kept: plimsoll show {id}"));
        }
    }
}

/// Runs trial after trial until there is an answer.
fn seek<'a>(
    session: &Session,
    matches: &ArgMatches,
    script: &'a Script<'_>,
    field: &'a Field<'_>,
) -> Result<Done<'a>, Error> {
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
    let mut diary = Diary::begin(session, matches, field.named(), aim)?;
    let run = |ask: &Ask| -> Result<Option<Step>, Error> {
        let step = field.trial(ask, diary.member(ask, aim))?;
        step.iter().for_each(|step| diary.trial(ask, step));
        Ok(step)
    };
    let mut found = match aim.breakpoint {
        true => climb(&aim.question, run, told)?,
        false => search(&aim.question, run, told)?,
    };
    let trials = found.levels.len();
    let recovery = if field.stopped() { None } else { field.overload(&found, diary.overload(trials))? };
    let laws = laws(&found.levels, aim.open, aim.question.level);
    if aim.breakpoint {
        found.settle_whole();
    }
    let standing = if field.stopped() { Standing::Stopped } else { Standing::Ended };
    let outcome = Outcome { name: script.name(), aim, found, laws, recovery, standing };
    let ended = outcome.exit();
    let id = diary.id().map(str::to_owned);
    diary.end(&outcome, ended.as_ref().map_or_else(Error::code, |code| *code));
    Ok(Done { outcome, id, ended })
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
