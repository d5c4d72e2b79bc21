//! Takes a file of results into the store as a run.
//!
//! Main function: [`import`]. What the file cannot tell is said with the run, and where it is shown and compared.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Aggregate, Registry};
use model::ExitCode;
use report::summary::{Measured, Mode, Options, State, Summary, build, machine_readable};
use serde_json::{Value, json};
use store::{Closing, Environment, Opening, Place, Recording};

use super::{Fault, Format, Intake, open};
use crate::cmd::K6_COMPATIBLE;
use crate::error::Error;
use crate::kept::{moment, now_ms};
use crate::run::keeping::collect_checks;
use crate::session::Session;

/// What is to be imported, and how.
pub struct Wanted {
    /// The file.
    pub path: PathBuf,
    /// What it is.
    pub format: &'static Format,
    /// What the run is called.
    pub name: String,
    /// Where it is kept.
    pub place: Place,
}

/// What came of it.
pub struct Imported {
    /// The id of the run.
    pub id: String,
    /// Samples that were taken in.
    pub samples: u64,
    /// Rows that could not be read.
    pub skipped: u64,
    /// The first of them.
    pub first_skipped: Option<String>,
    /// How long the run was, in milliseconds.
    pub length_ms: f64,
    /// When it began is not in the file, and was taken from the file's own time.
    pub guessed_time: bool,
}

/// Takes a file in.
///
/// # Errors
/// When it cannot be read, has nothing in it, or the store cannot be written.
pub fn import(session: &Session, wanted: &Wanted) -> Result<Imported, Error> {
    let registry = Registry::new();
    let mut looked = Intake::looking(Arc::clone(&registry));
    read(wanted, &mut looked).map_err(|fault| told(wanted, &fault))?;
    if looked.samples == 0 && looked.figures.is_empty() {
        let why = looked.first_skipped.map_or_else(String::new, |why| format!(" ({why})"));
        return Err(Error::File(format!("{}: there is nothing to import in it{why}", wanted.path.display())));
    }
    let extent = looked.extent_ms;
    let length_ms =
        looked.length_ms.unwrap_or_else(|| extent.map_or(0.0, |(first, last)| last - first)).max(0.0);
    let begin_ms = match extent {
        Some((first, _)) => first,
        None => written_ms(wanted).map_err(|fault| told(wanted, &fault))? - length_ms,
    };
    let opening = Opening {
        name: wanted.name.clone(),
        options: json!({}),
        scenarios: looked.scenarios.clone(),
        program: wanted.format.tool.to_owned(),
        environment: Some(Environment { program: wanted.format.tool.to_owned(), ..Environment::default() }),
        started_ms: begin_ms as i64,
        ..Opening::default()
    };
    let recording = Recording::begin(wanted.place.clone(), &opening, Arc::clone(&registry))
        .map_err(|error| Error::File(error.to_string()))?;
    let id = recording.id().to_owned();
    let mut intake = Intake::keeping(registry, recording, begin_ms, now_ms(session));
    let finished = read(wanted, &mut intake).and_then(|()| intake.finish());
    let (recording, aggregate) = match finished {
        Ok(Some(both)) => both,
        Ok(None) => return Err(Error::Internal("the import was kept nowhere".to_owned())),
        Err(fault) => {
            intake.abandon();
            return Err(told(wanted, &fault));
        }
    };
    let closing = closing(wanted, &intake, &aggregate, begin_ms, length_ms);
    recording.end(&closing).map_err(|error| Error::File(error.to_string()))?;
    let Intake { samples, skipped, first_skipped, .. } = intake;
    Ok(Imported { id, samples, skipped, first_skipped, length_ms, guessed_time: extent.is_none() })
}

fn read(wanted: &Wanted, intake: &mut Intake) -> Result<(), Fault> {
    (wanted.format.read)(&mut *open(&wanted.path)?, intake)
}

/// When the file was written, in milliseconds since 1970.
fn written_ms(wanted: &Wanted) -> Result<f64, Fault> {
    let modified = std::fs::metadata(&wanted.path)?.modified()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(since.as_secs_f64() * 1e3)
}

fn told(wanted: &Wanted, fault: &Fault) -> Error {
    Error::File(format!("{} cannot be imported as {}: {fault}", wanted.path.display(), wanted.format.title))
}

fn closing(
    wanted: &Wanted,
    intake: &Intake,
    aggregate: &Aggregate,
    begin_ms: f64,
    length_ms: f64,
) -> Closing {
    let scenarios: Vec<&str> = intake.scenarios.iter().map(String::as_str).collect();
    let ended_ms = (begin_ms + length_ms) as i64;
    let bare = Summary {
        options: Options::default(),
        state: State {
            duration: Duration::try_from_secs_f64(length_ms / 1e3).unwrap_or_default(),
            script: wanted.name.clone(),
            execution: "local".to_owned(),
            generated_at: moment(ended_ms),
            k6_version: K6_COMPATIBLE.to_owned(),
            ..State::default()
        },
        ..Summary::default()
    };
    let measured = Measured { state: aggregate, outcomes: &[], scenarios: &scenarios, mode: Mode::Full };
    let summary = build(bare, &measured);
    let mut figures = machine_readable(&summary, Mode::Full);
    if let Some(metrics) = figures["results"]["metrics"].as_array_mut() {
        metrics.extend(intake.figures.iter().map(|figure| {
            json!({
                "name": figure.name,
                "type": figure.kind.name(),
                "contains": figure.contains.name(),
                "values": figure.values,
            })
        }));
    }
    let mut checks = intake.checks.clone();
    if checks.is_empty() {
        collect_checks(&summary.root_group, &mut checks);
    }
    let crossed = intake.thresholds.iter().any(|one| !one.ok);
    Closing {
        ended_ms,
        load_ns: (length_ms * 1e6) as u64,
        exit_code: if crossed { ExitCode::THRESHOLDS_FAILED.0 } else { ExitCode::SUCCESS.0 },
        incomplete: None,
        trust: trust(wanted, intake),
        checks,
        thresholds: intake.thresholds.clone(),
        summary: figures,
    }
}

/// What is known of how the load was made: nothing.
fn trust(wanted: &Wanted, intake: &Intake) -> Value {
    let text =
        format!("imported from {}: whether its load generator kept pace is not known", wanted.format.title);
    json!({
        "trusted": null,
        "imported": {
            "from": wanted.format.title,
            "limits": wanted.format.limits,
            "file": wanted.path.file_name().map(|name| name.to_string_lossy()),
            "samples": intake.samples,
            "skipped": intake.skipped,
        },
        "reasons": [{ "subject": "import", "text": text, "hint": null, "invalidates": false }],
    })
}
