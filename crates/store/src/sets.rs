//! Runs that belong together: named baselines, and groups of runs that were made in one go.
//!
//! Main types: [`Baseline`] and [`Grouped`]. What is found out from comparing them is not known here.

use crate::database::{Cell, cells};
use crate::error::Error;
use crate::library::{COLUMNS, Library, Listed, listed};

/// How many columns of a row are a run's.
const RUN_COLUMNS: usize = 19;

/// Runs under a name.
#[derive(Clone, PartialEq, Debug)]
pub struct Baseline {
    /// The name.
    pub name: String,
    /// When it was set, in milliseconds since 1970.
    pub set_ms: i64,
    /// The runs, in the order in which they were given.
    pub runs: Vec<Listed>,
}

/// A run of a group.
#[derive(Clone, PartialEq, Debug)]
pub struct Grouped {
    /// Which of the group's variants it is.
    pub variant: String,
    /// Which round, from 1.
    pub round: u32,
    /// The run.
    pub run: Listed,
}

/// Which group a run belongs to, said at its beginning.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Membership {
    /// The group's id.
    pub group: String,
    /// Which of its variants.
    pub variant: String,
    /// Which round, from 1.
    pub round: u32,
}

impl Library {
    /// Gives runs a name; what had it before loses it.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing has changed.
    pub fn set_baseline(&mut self, name: &str, runs: &[Listed], now_ms: i64) -> Result<(), Error> {
        self.told(self.store().change(|store| {
            store.execute("DELETE FROM baselines WHERE baseline = ?1", &cells![name])?;
            let rows =
                (0_i64..).zip(runs).map(|(place, run)| cells![name, place, run.key(), now_ms].to_vec());
            store.insert("baselines", &["baseline", "place", "run", "set_ms"], rows)
        }))
    }

    /// All baselines by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn baselines(&self) -> Result<Vec<Baseline>, Error> {
        self.read_baselines("1 = 1", &[])
    }

    /// The baseline of this name.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn baseline(&self, name: &str) -> Result<Baseline, Error> {
        let found = self.read_baselines("baseline = ?1", &cells![name])?.into_iter().next();
        found.ok_or_else(|| Error::not_found(format!("no baseline has the name {name}")))
    }

    fn read_baselines(&self, condition: &str, values: &[Cell]) -> Result<Vec<Baseline>, Error> {
        let query = format!(
            "SELECT {COLUMNS}, baseline, set_ms FROM baselines JOIN runs ON run = key WHERE {condition} \
             ORDER BY baseline, place"
        );
        let mut all: Vec<Baseline> = Vec::new();
        self.told(self.store().query(&query, values, |row| {
            let (name, run): (String, Listed) = (row.get(RUN_COLUMNS)?, listed(row)?);
            if let Some(last) = all.last_mut().filter(|last| last.name == name) {
                last.runs.push(run);
            } else {
                all.push(Baseline { name, set_ms: row.get(RUN_COLUMNS + 1)?, runs: vec![run] });
            }
            Ok(())
        }))?;
        Ok(all)
    }

    /// Takes a name away; its runs stay.
    ///
    /// # Errors
    /// When there is no such baseline, or the store cannot be written.
    pub fn remove_baseline(&mut self, name: &str) -> Result<(), Error> {
        let removed = self.store().execute("DELETE FROM baselines WHERE baseline = ?1", &cells![name]);
        match self.told(removed)? {
            0 => Err(Error::not_found(format!("no baseline has the name {name}"))),
            _ => Ok(()),
        }
    }

    /// The runs of a group, by variant and round.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn group(&self, group: &str) -> Result<Vec<Grouped>, Error> {
        let query = format!(
            "SELECT {COLUMNS}, variant, round FROM members JOIN runs ON run = key WHERE collection = ?1 \
             ORDER BY variant, round"
        );
        self.told(self.store().all(&query, &cells![group], |row| {
            let (variant, round) = (row.get(RUN_COLUMNS)?, row.get(RUN_COLUMNS + 1)?);
            Ok(Grouped { variant, round, run: listed(row)? })
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::place::Place;
    use crate::record::{Closing, Opening};
    use crate::retention::Retention;
    use crate::writer::Writer;

    fn run(path: &Path, name: &str, started_ms: i64, group: Option<Membership>) {
        let opening = Opening { name: name.to_owned(), started_ms, group, ..Opening::default() };
        let mut writer = Writer::begin(&Place::from(path), &opening).unwrap();
        writer.close(&Closing { ended_ms: started_ms + 1, ..Closing::default() }, 0).unwrap();
    }

    fn names(runs: &[Listed]) -> Vec<&str> {
        runs.iter().map(|run| run.name.as_str()).collect()
    }

    #[test]
    fn baselines_are_set_and_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        for (at, name) in (1..).zip(["a.js", "b.js", "c.js"]) {
            run(&path, name, at, None);
        }
        let mut library = Library::open(&path).unwrap();
        let all = library.list().unwrap();
        library.set_baseline("main", &[all[2].clone(), all[0].clone()], 7).unwrap();
        library.set_baseline("last", &all[..1], 8).unwrap();
        let found = library.baseline("main").unwrap();
        assert_eq!((names(&found.runs), found.set_ms), (vec!["a.js", "c.js"], 7));
        library.set_baseline("main", &all[1..2], 9).unwrap();
        let listed: Vec<_> = library.baselines().unwrap();
        let listed: Vec<_> = listed.iter().map(|one| (one.name.as_str(), names(&one.runs))).collect();
        assert_eq!(listed, [("last", vec!["c.js"]), ("main", vec!["b.js"])]);
        library.remove_baseline("last").unwrap();
        assert!(library.remove_baseline("last").unwrap_err().is_not_found());
        assert!(library.baseline("last").unwrap_err().is_not_found());
        library.remove(&all[1..2]).unwrap();
        assert!(library.baselines().unwrap().is_empty(), "a baseline of no runs is none");
    }

    #[test]
    fn runs_of_a_baseline_outlive_the_policy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        for (at, name) in (1..).zip(["a.js", "b.js"]) {
            run(&path, name, at, None);
        }
        let mut library = Library::open(&path).unwrap();
        let oldest = library.find("a.js").unwrap();
        library.set_baseline("main", &[oldest], 7).unwrap();
        let retention = Some(Retention::Latest(1));
        let opening = Opening { name: "c.js".to_owned(), started_ms: 3, retention, ..Opening::default() };
        let mut writer = Writer::begin(&Place::from(&path), &opening).unwrap();
        writer.close(&Closing { ended_ms: 4, ..Closing::default() }, 0).unwrap();
        assert_eq!(names(&library.list().unwrap()), ["c.js", "a.js"]);
    }

    #[test]
    fn groups_are_read_by_variant_and_round() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        for (at, (variant, round)) in (1..).zip([("A", 1), ("B", 1), ("B", 2), ("A", 2)]) {
            let member = Membership { group: "g".to_owned(), variant: variant.to_owned(), round };
            run(&path, &format!("{variant}{round}"), at, Some(member));
        }
        let library = Library::open(&path).unwrap();
        let runs: Vec<String> = library.group("g").unwrap().into_iter().map(|one| one.run.name).collect();
        assert_eq!(runs, ["A1", "A2", "B1", "B2"]);
        assert!(library.group("h").unwrap().is_empty());
    }

    #[test]
    fn runs_are_found_by_name_and_by_age() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        for (at, name) in (1..).zip(["a.js", "b.js", "a.js"]) {
            run(&path, name, at, None);
        }
        let library = Library::open(&path).unwrap();
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(library.find(text).ok().map(|run| run.started_ms), expected, "{text}");
        };
        check("latest", Some(3));
        check("latest~1", Some(2));
        check("latest~2", Some(1));
        check("latest~3", None);
        check("a.js", Some(3));
        check("a.js~1", Some(1));
        check("b.js~1", None);
        check("c.js", None);
        check(&library.find("b.js").unwrap().id, Some(2));
        check("", None);
    }
}
