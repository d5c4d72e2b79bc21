//! A kept run as reports tell of it: its summary, and what it measured second by second.
//!
//! Main functions: [`story`] of several runs, [`tell`] of one.

use report::html::{Ending, Measured, Run, Story};
use report::summary::Mode;
use report::verdicts::Verdicts;
use store::{Kept, Library, Listed, Selected};

use super::{Shelf, Verdict, exchanges, failed, moment, now_ms, seconds, summary::summary};
use crate::error::Error;
use crate::session::Session;

/// Reads what a report needs of some runs that were held against each other so.
///
/// # Errors
/// When the store cannot be read.
pub fn story<'a>(
    session: &Session,
    shelf: &Shelf,
    runs: impl Iterator<Item = &'a Listed>,
    compared: Vec<Verdicts>,
) -> Result<Story, Error> {
    let now = now_ms(session);
    let runs: Result<Vec<Run>, Error> =
        runs.map(|run| tell(session, shelf.reading(), run.clone(), now)).collect();
    Ok(Story { runs: runs?, compared })
}

/// Reads what a report needs of a run.
///
/// # Errors
/// When the store cannot be read.
pub fn tell(session: &Session, library: &Library, run: Listed, now_ms: i64) -> Result<Run, Error> {
    let kept = library.load(run, Selected::All).map_err(|e| failed(&e))?;
    let mut measured = Measured::of_seconds(seconds(&kept).round() as u64);
    let series = library.series(&kept.listed).map_err(|e| failed(&e))?;
    library
        .measurements(&kept.listed, &series, |one, point| {
            measured.add(&one.metric, &one.tags, point.second, &point.point);
        })
        .map_err(|e| failed(&e))?;
    Ok(Run {
        id: Some(kept.listed.id.clone()),
        name: kept.listed.name.clone(),
        ending: ending(Verdict::of(&kept.listed, now_ms)),
        exit_code: kept.listed.exit_code,
        started: moment(kept.listed.started_ms).replace('T', " ").replace('Z', " UTC"),
        seconds: seconds(&kept),
        summary: summary(session, &kept, Mode::Full, now_ms),
        measured,
        environment: environment(&kept),
        options: kept.options.clone(),
        lost_frames: kept.listed.lost_frames,
        exchanges: exchanges::told(&library.exchanges(&kept.listed).map_err(|e| failed(&e))?),
    })
}

const fn ending(verdict: Verdict) -> Ending {
    match verdict {
        Verdict::Passed => Ending::Passed,
        Verdict::Untrusted => Ending::Untrusted,
        Verdict::Failed => Ending::Failed,
        Verdict::Aborted => Ending::Aborted,
        Verdict::Running => Ending::Running,
        Verdict::Killed => Ending::Killed,
        Verdict::Imported => Ending::Imported,
    }
}

fn environment(kept: &Kept) -> Vec<(&'static str, String)> {
    let (run, environment) = (&kept.listed, &kept.listed.environment);
    let known = |text: &Option<String>| text.clone().unwrap_or_default();
    vec![
        ("Test", run.name.clone()),
        ("File", known(&run.script_path)),
        ("SHA-256 of the test", known(&run.script_sha256)),
        ("Commit", known(&environment.commit)),
        ("Program", format!("plimsoll {}", environment.program)),
        ("Host", environment.host.clone()),
        ("System", environment.kernel.clone()),
        ("Processors", format!("{} × {}", environment.cpus, environment.cpu)),
        ("Exit status", run.exit_code.map_or(String::new(), |code| code.to_string())),
    ]
}
