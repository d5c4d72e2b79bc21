//! The runs of both sides: read from the store, held against each other, reduced to figures.
//!
//! Main type: [`Sides`]. What keeps two runs from being compared fairly is said here and not hidden: runs that are not
//! trusted or ended early are left out unless the user wants them, and different options or machines get a warning.

use std::collections::BTreeSet;

use insight::{Run, Side};
use serde_json::Value;
use store::{Environment, Kept, Listed};

use super::figures::{WHOLE_RUN, figures, is_compared};
use super::{Asked, slices};
use crate::error::Error;
use crate::kept::{Shelf, Verdict, failed, given};

/// A side: its name and its runs.
pub struct Party {
    /// What it is called.
    pub name: String,
    /// Its runs, in the order in which they are compared.
    pub runs: Vec<Listed>,
}

impl Party {
    /// Runs under a name.
    pub fn new(name: impl Into<String>, runs: Vec<Listed>) -> Self {
        Self { name: name.into(), runs }
    }
}

/// Both sides with all that is said before the comparison.
pub struct Sides {
    /// The side before the change.
    pub before: Side,
    /// The side after it.
    pub after: Side,
    /// The runs of both, in the order of the sides.
    pub runs: (Vec<Listed>, Vec<Listed>),
    /// Why a run is left out (or is not to be trusted), with its id.
    pub doubts: Vec<String>,
    /// What makes the two sides unlike in more than what was to be compared.
    pub warnings: Vec<String>,
}

impl Sides {
    /// Reads both sides.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn read(
        shelf: &Shelf,
        before: Party,
        after: Party,
        asked: &Asked,
        now_ms: i64,
    ) -> Result<Self, Error> {
        let (mut doubts, mut imported, mut options) = (Vec::new(), Vec::new(), Vec::new());
        let mut side = |party: &Party| -> Result<Side, Error> {
            let mut runs = Vec::new();
            for listed in &party.runs {
                let kept = shelf.select(listed.clone(), is_compared)?;
                let doubt = doubt(listed, now_ms);
                let trusted = doubt.is_none() || asked.include_untrusted;
                doubts.extend(doubt.map(|why| format!("run {} {why}", listed.id)));
                runs.push(figures(&kept, trusted, &asked.figures));
                imported.extend(
                    given::doubt_of_import(listed).map(|sentence| format!("run {} {sentence}", listed.id)),
                );
                if given::imported(listed).is_none() {
                    options.push(facts(&kept));
                }
            }
            Ok(Side { name: party.name.clone(), runs })
        };
        let (mut one, mut other) = (side(&before)?, side(&after)?);
        one_endpoint_is_the_whole_run(&mut [&mut one, &mut other]);
        let mut sides = Self {
            before: one,
            after: other,
            runs: (before.runs, after.runs),
            doubts,
            warnings: imported.into_iter().chain(differences(&options)).collect(),
        };
        sides.ask_singles(shelf)?;
        Ok(sides)
    }

    /// Where both sides have one run, their own slices of time are all there is.
    fn ask_singles(&mut self, shelf: &Shelf) -> Result<(), Error> {
        if self.before.trusted().count() != 1 || self.after.trusted().count() != 1 {
            return Ok(());
        }
        for (side, listed) in [(&mut self.before, &self.runs.0), (&mut self.after, &self.runs.1)] {
            for (run, listed) in side.runs.iter_mut().zip(listed).filter(|(run, _)| run.trusted) {
                slices::attach(shelf.reading(), listed, run).map_err(|e| failed(&e))?;
            }
        }
        Ok(())
    }

    /// Runs that are compared, of both sides.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.before.trusted().count(), self.after.trusted().count())
    }
}

/// Why a run's numbers may not describe the target; none for a run that can be trusted.
fn doubt(run: &Listed, now_ms: i64) -> Option<String> {
    match Verdict::of(run, now_ms) {
        // It is said as a warning.
        _ if given::imported(run).is_some() => None,
        Verdict::Running => Some("is still under way".to_owned()),
        Verdict::Killed => Some("was killed".to_owned()),
        Verdict::Aborted => Some("ended before its time".to_owned()),
        _ if run.trust.as_ref().is_some_and(|trust| trust["trusted"] == Value::Bool(true)) => None,
        _ => {
            let reason = run.trust.as_ref().and_then(|trust| trust["reasons"][0]["text"].as_str());
            Some(format!("is not trusted: {}", reason.unwrap_or("it has no verdict on itself")))
        }
    }
}

/// Takes away the figures of all requests where every run has the same single endpoint: they would be said twice.
fn one_endpoint_is_the_whole_run(sides: &mut [&mut Side]) {
    let endpoints: BTreeSet<String> = sides
        .iter()
        .flat_map(|side| side.runs.iter())
        .flat_map(|run| run.figures.keys())
        .filter(|key| key.endpoint != WHOLE_RUN)
        .map(|key| key.endpoint.clone())
        .collect();
    let Some(only) = endpoints.first().filter(|_| endpoints.len() == 1) else { return };
    let repeated =
        |run: &Run, figure: &str| run.figures.contains_key(&insight::Key::new(only.clone(), figure));
    for run in sides.iter_mut().flat_map(|side| side.runs.iter_mut()) {
        let twice: Vec<_> = run
            .figures
            .keys()
            .filter(|key| key.endpoint == WHOLE_RUN && repeated(run, &key.figure))
            .cloned()
            .collect();
        for key in twice {
            run.figures.remove(&key);
        }
    }
}

/// What two runs should have in common: names with values. Of imported ones nothing of the kind is known.
fn facts(kept: &Kept) -> Vec<(String, String)> {
    let Environment { program, host, kernel, cpu, cpus, .. } = &kept.listed.environment;
    let mut facts: Vec<(String, String)> = kept.options.as_object().map_or(Vec::new(), |options| {
        options.iter().map(|(name, value)| (format!("option {name}"), value.to_string())).collect()
    });
    for (name, value) in [("program", program), ("host", host), ("kernel", kernel), ("processor", cpu)] {
        facts.push((name.to_owned(), value.clone()));
    }
    facts.push(("number of processors".to_owned(), cpus.to_string()));
    facts
}

/// Sentences about facts that are not the same in all runs.
fn differences(runs: &[Vec<(String, String)>]) -> Vec<String> {
    const SHOWN: usize = 60;
    let names: BTreeSet<&String> = runs.iter().flatten().map(|(name, _)| name).collect();
    let value = |run: &[(String, String)], name: &str| {
        run.iter().find(|(one, _)| one == name).map_or("none", |(_, value)| value.as_str()).to_owned()
    };
    let mut sentences = Vec::new();
    for name in names {
        let mut values: Vec<String> = runs.iter().map(|run| value(run, name)).collect();
        values.dedup();
        let mut seen = BTreeSet::new();
        values.retain(|value| seen.insert(value.clone()));
        if values.len() > 1 {
            let shown = |text: &String| match text.char_indices().nth(SHOWN) {
                Some((at, _)) => format!("{}…", &text[..at]),
                None => text.clone(),
            };
            let values: Vec<String> = values.iter().map(shown).collect();
            sentences.push(format!("the runs differ in {name}: {}", values.join(" and ")));
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use insight::{Figure, Key, Kind};

    #[test]
    fn what_differs_is_said_once() {
        let run = |vus: &str, host: &str| {
            vec![("option vus".to_owned(), vus.to_owned()), ("host".to_owned(), host.to_owned())]
        };
        let same = differences(&[run("1", "a"), run("1", "a")]);
        assert!(same.is_empty(), "{same:?}");
        let found = differences(&[run("1", "a"), run("2", "a"), run("1", "a"), run("2", "a")]);
        assert_eq!(found, ["the runs differ in option vus: 1 and 2"]);
        let gone = differences(&[run("1", "a"), vec![("host".to_owned(), "a".to_owned())]]);
        assert_eq!(gone, ["the runs differ in option vus: 1 and none"]);
    }

    #[test]
    fn a_single_endpoint_is_said_once() {
        let run = |endpoints: &[&str]| {
            let keys = endpoints.iter().map(|one| Key::new(*one, "p95")).chain([Key::new("", "requests/s")]);
            let figures = keys.map(|key| (key, Figure::new(Kind::Latency, 1.0))).collect();
            Side { name: String::new(), runs: vec![Run { figures, ..Run::default() }] }
        };
        let left = |mut one: Side, mut other: Side| {
            one_endpoint_is_the_whole_run(&mut [&mut one, &mut other]);
            (one.runs[0].figures.len(), other.runs[0].figures.len())
        };
        assert_eq!(left(run(&["", "GET /a"]), run(&["", "GET /a"])), (2, 2));
        assert_eq!(left(run(&["", "GET /a"]), run(&["", "GET /b"])), (3, 3));
    }
}
