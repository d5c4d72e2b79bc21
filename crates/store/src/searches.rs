//! Searches for how much a target carries: what was looked for, what each trial said, and what was decided.
//!
//! Main types: [`Searching`], which writes a search while it goes on, and [`Search`], one that is read back. The trials are
//! runs of their own, members of a collection of the search's id. What the documents mean is not known here.

use serde_json::Value;

use crate::database::{Database, Row, cells};
use crate::error::Error;
use crate::library::Library;
use crate::pack::{Press, unpress};
use crate::place::Place;
use crate::retention::Retention;
use crate::writer::free_id;

/// What is known when a search begins.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// The test as the user named it.
    pub name: String,
    /// The test's file, when it is one.
    pub script_path: Option<String>,
    /// What is looked for.
    pub aim: Value,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// What stays when it has ended; everything when nothing is said.
    pub retention: Option<Retention>,
}

/// A search on its way into the store.
pub struct Searching {
    store: Database,
    id: String,
    press: Press,
    retention: Option<Retention>,
}

/// A search that was kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Search {
    /// The whole id.
    pub id: String,
    /// The test as the user named it.
    pub name: String,
    /// The test's file.
    pub script_path: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// When something of it was written last, in milliseconds since 1970.
    pub written_ms: i64,
    /// When it ended; none when it is under way or was killed.
    pub ended_ms: Option<i64>,
    /// The exit status.
    pub exit_code: Option<u8>,
    /// What was looked for.
    pub aim: Value,
    /// What was decided; none before its end.
    pub outcome: Option<Value>,
    /// How many trials have ended.
    pub trials: u32,
}

impl Searching {
    /// Opens the store, makes it when it is not there, and begins a search.
    ///
    /// # Errors
    /// When the store cannot be opened or written.
    pub fn begin(place: &Place, sought: &Sought) -> Result<Self, Error> {
        let store = Database::create(place)?;
        store.tidy_at_end(false)?;
        let id = store.change(|store| {
            let id = free_id(store, sought.started_ms, &sought.name)?;
            let columns = ["id", "name", "script_path", "started_ms", "written_ms", "aim"];
            let Sought { name, script_path, aim, started_ms, .. } = sought;
            let row = cells![&id, name, script_path, *started_ms, *started_ms, aim.to_string()];
            store.insert("searches", &columns, std::iter::once(row.to_vec()))?;
            Ok(id)
        })?;
        Ok(Self { store, id, press: Press::new()?, retention: sought.retention })
    }

    /// The id by which the search will be found, which is also that of the collection of its trials.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Writes what a trial said.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing of the trial is there.
    pub fn trial(&mut self, number: u32, detail: &Value, written_ms: i64) -> Result<(), Error> {
        let (id, press) = (&self.id, &mut self.press);
        self.store.change(|store| {
            let detail = press.press(detail.to_string().as_bytes());
            let row = cells![id, number, detail].to_vec();
            store.insert("trials", &["search", "number", "detail"], std::iter::once(row))?;
            store.execute("UPDATE searches SET written_ms = ?2 WHERE id = ?1", &cells![id, written_ms])?;
            Ok(())
        })
    }

    /// Ends the search.
    ///
    /// # Errors
    /// When the store cannot be written; the search has no end then.
    pub fn end(self, exit_code: u8, outcome: &Value, ended_ms: i64) -> Result<(), Error> {
        self.store.change(|store| {
            store.execute(
                "UPDATE searches SET ended_ms = ?2, written_ms = ?2, exit_code = ?3, outcome = ?4 WHERE id = ?1",
                &cells![&self.id, ended_ms, exit_code, outcome.to_string()],
            )?;
            self.retention.map_or(Ok(0), |retention| retention.apply(store, ended_ms)).map(|_| ())
        })
    }
}

impl Library {
    /// All searches, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn searches(&self) -> Result<Vec<Search>, Error> {
        let query = "SELECT id, name, script_path, started_ms, written_ms, ended_ms, exit_code, aim, outcome, \
             (SELECT count(*) FROM trials WHERE search = id) FROM searches ORDER BY started_ms DESC, id DESC";
        self.told(self.store().all(query, &[], search))
    }

    /// What the trials of a search said, in their order.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    pub fn trials(&self, search: &Search) -> Result<Vec<Value>, Error> {
        let query = "SELECT detail FROM trials WHERE search = ?1 ORDER BY number";
        self.told(self.store().all(query, &cells![&search.id], |row| {
            let bytes: Vec<u8> = row.get(0)?;
            unpress(&bytes)
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .ok_or_else(|| Error::lasting(format!("a trial of the search {} is damaged", search.id)))
        }))
    }

    /// Removes a search and its trials.
    ///
    /// # Errors
    /// When the store cannot be written; then everything is still there.
    pub fn remove_search(&mut self, search: &Search) -> Result<(), Error> {
        self.told(self.store().change(|store| remove(store, &search.id)))
    }
}

/// Removes a search and the runs that were its trials.
pub fn remove(store: &Database, id: &str) -> Result<(), Error> {
    let runs = "SELECT run FROM members WHERE collection = ?1";
    store.execute(&format!("DELETE FROM points WHERE run IN ({runs})"), &cells![id])?;
    store.execute(&format!("DELETE FROM runs WHERE key IN ({runs})"), &cells![id])?;
    store.execute("DELETE FROM searches WHERE id = ?1", &cells![id])?;
    Ok(())
}

fn search(row: &Row) -> Result<Search, Error> {
    let json = |text: String| serde_json::from_str(&text).unwrap_or_default();
    Ok(Search {
        id: row.get(0)?,
        name: row.get(1)?,
        script_path: row.get(2)?,
        started_ms: row.get(3)?,
        written_ms: row.get(4)?,
        ended_ms: row.get(5)?,
        exit_code: row.get(6)?,
        aim: json(row.get(7)?),
        outcome: row.get::<Option<String>>(8)?.map(json),
        trials: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::record::{Closing, Opening};
    use crate::sets::Membership;
    use crate::writer::Writer;

    fn begin(path: &Path, started_ms: i64, retention: Option<Retention>) -> Searching {
        let sought = Sought {
            name: "t.js".to_owned(),
            script_path: Some("/t.js".to_owned()),
            aim: json!({ "slo": ["p95<1s"] }),
            started_ms,
            retention,
        };
        Searching::begin(&Place::from(path), &sought).unwrap()
    }

    fn run(path: &Path, started_ms: i64, group: Option<Membership>, retention: Option<Retention>) -> String {
        let opening = Opening { name: "t.js".to_owned(), started_ms, group, retention, ..Opening::default() };
        let mut writer = Writer::begin(&Place::from(path), &opening).unwrap();
        writer.close(&Closing { ended_ms: started_ms + 1, ..Closing::default() }, 0).unwrap();
        writer.id().to_owned()
    }

    fn trial(path: &Path, searching: &mut Searching, number: u32, retention: Option<Retention>) -> String {
        let member =
            Membership { group: searching.id().to_owned(), variant: "20/s".to_owned(), round: number };
        let id = run(path, i64::from(number) + 10, Some(member), retention);
        let seconds: Vec<u32> = (0..500).collect();
        searching.trial(number, &json!({ "number": number, "seconds": seconds }), 100).unwrap();
        id
    }

    #[test]
    fn a_search_stands_for_its_trials() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        let alone = run(&path, 5, None, None);
        let mut searching = begin(&path, 10, None);
        let first = trial(&path, &mut searching, 1, None);
        trial(&path, &mut searching, 2, None);
        let mut library = Library::open(path.as_path()).unwrap();
        let running = library.searches().unwrap().remove(0);
        assert_eq!((running.ended_ms, running.trials, &running.outcome), (None, 2, &None));

        let id = searching.id().to_owned();
        searching.end(99, &json!({ "word": "found" }), 200).unwrap();
        let found = library.searches().unwrap().remove(0);
        assert_eq!(
            (found.id.as_str(), found.name.as_str(), found.exit_code),
            (id.as_str(), "t.js", Some(99))
        );
        assert_eq!((found.ended_ms, found.script_path.as_deref()), (Some(200), Some("/t.js")));
        assert_eq!(found.outcome, Some(json!({ "word": "found" })));
        let numbers: Vec<u64> =
            library.trials(&found).unwrap().iter().filter_map(|one| one["number"].as_u64()).collect();
        assert_eq!(numbers, [1, 2]);

        let listed: Vec<String> = library.list().unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(listed, [alone.as_str()], "trials stand behind their search");
        assert_eq!(library.find("latest").unwrap().id, alone);
        assert_eq!(library.find("t.js").unwrap().id, alone);
        assert_eq!(library.find(&first).unwrap().id, first, "by its id a trial is found");
        assert_eq!(library.group(&id).unwrap().len(), 2);

        library.remove_search(&found).unwrap();
        assert!(library.searches().unwrap().is_empty() && library.find(&first).is_err());
        assert_eq!(library.list().unwrap().len(), 1);
    }

    #[test]
    fn a_policy_counts_searches_by_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        let one = Some(Retention::Latest(1));
        let (older, newer) = (run(&path, 1, None, None), run(&path, 2, None, None));
        let mut old = begin(&path, 3, None);
        let kept = trial(&path, &mut old, 1, one);
        let mut library = Library::open(path.as_path()).unwrap();
        assert!(library.find(&older).is_err(), "trials do not count as runs, and other runs do");
        assert!(library.find(&newer).is_ok() && library.find(&kept).is_ok());
        old.end(0, &json!({}), 20).unwrap();
        let mut new = begin(&path, 30, one);
        trial(&path, &mut new, 1, None);
        new.end(0, &json!({}), 40).unwrap();
        let left = library.searches().unwrap();
        assert_eq!(left.iter().map(|one| one.started_ms).collect::<Vec<_>>(), [30]);
        assert!(library.find(&kept).is_err(), "trials go with their search");
        library.remove_search(&left[0]).unwrap();
    }
}
