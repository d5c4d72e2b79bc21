//! The runs that were kept: listed, found by a part of their id, read back, removed.
//!
//! Main types: [`Library`], and [`Kept`], a run with everything that was measured. What a run's numbers look like to
//! people is not known here.

use std::sync::Arc;

use metrics::{Aggregate, Contains, Kind, MetricId, Packed, Point, Registry};
use model::Selector;
use serde_json::Value;

use crate::database::{Cell, Database, Row, cells};
use crate::environment::Environment;
use crate::error::Error;
use crate::pack::unpress;
use crate::place::Place;
use crate::record::{Check, Threshold};

/// The word that means the run that was begun last.
const LATEST: &str = "latest";
/// Series that a query names; of more it reads all and leaves out.
const NAMED_MOST: usize = 1_000;
/// The columns of [`Listed`], in its order.
pub(crate) const COLUMNS: &str = "key, id, name, script_path, script_sha256, started_ms, written_ms, ended_ms, load_ns, \
     exit_code, incomplete, lost_frames, trust, program, git_commit, host, kernel, cpu, cpus";

/// Runs that are no trials of a search.
pub(crate) const ALONE: &str =
    "key NOT IN (SELECT run FROM members JOIN searches ON collection = searches.id)";

/// What was kept in one place.
pub struct Library {
    store: Database,
}

/// A run as lists have it.
#[derive(Clone, PartialEq, Debug)]
pub struct Listed {
    key: i64,
    /// The whole id.
    pub id: String,
    /// The test as the user named it.
    pub name: String,
    /// The test's file.
    pub script_path: Option<String>,
    /// The SHA-256 of the test, in hexadecimal digits.
    pub script_sha256: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// When something of it was written last, in milliseconds since 1970.
    pub written_ms: i64,
    /// When it ended; none when it is under way or was killed.
    pub ended_ms: Option<i64>,
    /// How long there was load, in nanoseconds.
    pub load_ns: Option<u64>,
    /// The exit status.
    pub exit_code: Option<u8>,
    /// Why it did not end as planned.
    pub incomplete: Option<String>,
    /// Frames of measurements that are missing, because the store could not keep up.
    pub lost_frames: u64,
    /// Whether its numbers describe the target.
    pub trust: Option<Value>,
    /// What it ran on.
    pub environment: Environment,
}

/// What of a run is read: everything, or the series of some metrics.
#[derive(Clone, Copy, Debug)]
pub enum Selected<'a> {
    /// Everything.
    All,
    /// The metrics of these names.
    Metrics(&'a [&'a str]),
}

/// One row of measurements.
#[derive(Clone, PartialEq, Debug)]
pub struct Measured {
    /// The second of the run; before the load it is -1.
    pub second: i64,
    /// The number of the series in the run.
    pub series: u32,
    /// What was measured.
    pub point: Point,
}

/// A metric with one set of tags.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// Its number in the run.
    pub number: u32,
    /// The metric.
    pub metric: String,
    /// How its samples add up.
    pub kind: Kind,
    /// What its values mean.
    pub contains: Contains,
    /// Names and values, sorted by name.
    pub tags: Vec<(String, String)>,
}

/// A run that was read back.
#[derive(Debug)]
pub struct Kept {
    /// What lists say of it.
    pub listed: Listed,
    /// The options that were in force.
    pub options: Value,
    /// The scenarios in the order in which they are shown.
    pub scenarios: Vec<String>,
    /// Everything that was measured.
    pub state: Aggregate,
    /// The checks as they stood at the end.
    pub checks: Vec<Check>,
    /// The thresholds as they stood at the end.
    pub thresholds: Vec<Threshold>,
    /// The figures as the run itself worked them out at its end.
    pub summary: Option<Value>,
    /// The last second that there is something of.
    pub last_second: Option<i64>,
}

impl Listed {
    /// Its number in the tables.
    pub(crate) const fn key(&self) -> i64 {
        self.key
    }
}

impl Library {
    /// Opens the store at `place`.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(place: impl Into<Place>) -> Result<Self, Error> {
        Ok(Self { store: Database::existing(&place.into())? })
    }

    /// All runs, the latest first. Trials of searches stand behind their search.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list(&self) -> Result<Vec<Listed>, Error> {
        self.matching(ALONE, &[])
    }

    fn matching(&self, condition: &str, values: &[Cell]) -> Result<Vec<Listed>, Error> {
        let query =
            format!("SELECT {COLUMNS} FROM runs WHERE {condition} ORDER BY started_ms DESC, key DESC");
        self.told(self.store.all(&query, values, listed))
    }

    /// The database.
    pub(crate) const fn store(&self) -> &Database {
        &self.store
    }

    /// Errors with the place that they are about.
    pub(crate) fn told<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| error.of(self.store.place()))
    }

    /// The run that a user means: an id, its beginning when no other id begins so, the name of a test (its latest run),
    /// or `latest`; with `~2` behind the latter two the second before that.
    ///
    /// # Errors
    /// When there is none or several, or the store cannot be read.
    pub fn find(&self, text: &str) -> Result<Listed, Error> {
        let (stem, back) = match text.rsplit_once('~').map(|(stem, back)| (stem, back.parse::<usize>())) {
            Some((stem, Ok(back))) => (stem, back),
            _ => (text, 0),
        };
        if stem == LATEST {
            let latest = self.list()?.into_iter().nth(back);
            return latest.ok_or_else(|| match back {
                0 => Error::not_found("no run has been kept yet"),
                _ => Error::not_found(format!("there are not as many runs as {text} asks for")),
            });
        }
        let wanted = text.to_ascii_lowercase();
        let mut found = self.matching("substr(id, 1, length(CAST(?1 AS TEXT))) = ?1", &cells![&wanted])?;
        if found.len() == 1 && !wanted.is_empty() {
            return Ok(found.remove(0));
        }
        let named = format!("name = ?1 AND {ALONE}");
        if let Some(named) = self.matching(&named, &cells![stem])?.into_iter().nth(back) {
            return Ok(named);
        }
        if found.is_empty() {
            return Err(Error::not_found(format!(
                "no run has the id {text}, and no test of that name was kept"
            )));
        }
        let ids: Vec<&str> = found.iter().take(4).map(|run| run.id.as_str()).collect();
        let more = if found.len() > ids.len() { ", …" } else { "" };
        Err(Error::not_found(format!("several runs have ids like {text:?}: {}{more}", ids.join(", "))))
    }

    /// The figures that a run worked out at its end, without what it measured; none of a run that has no end.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn summary(&self, run: &Listed) -> Result<Option<Value>, Error> {
        let query = "SELECT json FROM summaries WHERE run = ?1";
        let text: Option<String> = self.told(self.store.first(query, &cells![run.key], |row| row.get(0)))?;
        Ok(text.map(|text| json(&text)))
    }

    /// The series of a run.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    pub fn series(&self, run: &Listed) -> Result<Vec<Series>, Error> {
        let query = "SELECT number, metric, kind, contains, tags FROM series WHERE run = ?1 ORDER BY number";
        self.told(self.store.all(query, &cells![run.key], |row| {
            let number = row.get(0)?;
            let damaged = || Error::lasting(format!("the series {number} of run {} is damaged", run.id));
            let (kind, contains, tags): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(Series {
                number,
                metric: row.get(1)?,
                kind: Kind::parse(&kind).ok_or_else(damaged)?,
                contains: Contains::parse(&contains).ok_or_else(damaged)?,
                tags: tags_of(&tags).ok_or_else(damaged)?,
            })
        }))
    }

    /// Goes through the measurements of some series of a run, second by second.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    pub fn measurements(
        &self,
        run: &Listed,
        series: &[Series],
        mut each: impl FnMut(&Series, Measured),
    ) -> Result<(), Error> {
        if series.is_empty() {
            return Ok(());
        }
        // Details are what takes time to read: those of other series are left where they are.
        let wanted = if series.len() <= NAMED_MOST {
            let numbers: Vec<String> = series.iter().map(|one| one.number.to_string()).collect();
            format!(" AND series IN ({})", numbers.join(", "))
        } else {
            String::new()
        };
        let query = format!(
            "SELECT second, series, count, sum, min, max, detail FROM points WHERE run = ?1{wanted} ORDER BY second, {}",
            self.store.row_order()
        );
        self.told(self.store.query(&query, &cells![run.key], |row| {
            let number: u32 = row.get(1)?;
            let Ok(at) = series.binary_search_by_key(&number, |one| one.number) else { return Ok(()) };
            let one = &series[at];
            let damaged = || Error::lasting(format!("a point of run {} is damaged", run.id));
            let point = point(row, one.kind)?.ok_or_else(damaged)?;
            each(one, Measured { second: row.get(0)?, series: number, point });
            Ok(())
        }))
    }

    /// Reads a run. `parts` are the parts of metrics that will be asked for, beside those with thresholds.
    ///
    /// # Errors
    /// When the store cannot be read or is damaged.
    pub fn load(&self, run: Listed, selected: Selected<'_>) -> Result<Kept, Error> {
        let details = self.told(self.details(&run))?;
        let registry = Registry::new();
        let mut series = self.series(&run)?;
        if let Selected::Metrics(names) = selected {
            series.retain(|one| names.contains(&one.metric.as_str()));
        }
        let ids: Vec<Option<MetricId>> =
            series.iter().map(|one| registry.restore(&one.metric, one.kind, one.contains).ok()).collect();
        let selectors: Vec<_> = details
            .thresholds
            .iter()
            .filter_map(|one| Some((Selector::parse(&one.metric).ok()?, None)))
            .collect();
        let mut state = Aggregate::new(Arc::clone(&registry), &selectors);
        let mut last_second = None;
        self.measurements(&run, &series, |one, measured| {
            let at = series.partition_point(|other| other.number < one.number);
            let tags: Vec<(&str, &str)> = one.tags.iter().map(|(key, value)| (&**key, &**value)).collect();
            if let Some(id) = ids[at] {
                state.absorb(id, &tags, measured.second, &measured.point);
            }
            last_second = last_second.max(Some(measured.second));
        })?;
        let Details { options, scenarios, checks, thresholds, summary } = details;
        Ok(Kept { listed: run, options, scenarios, state, checks, thresholds, summary, last_second })
    }

    fn details(&self, run: &Listed) -> Result<Details, Error> {
        let store = &self.store;
        let of_run = cells![run.key];
        let texts = "SELECT options, scenarios FROM runs WHERE key = ?1";
        let texts = store.first(texts, &of_run, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (options, scenarios): (String, String) =
            texts.ok_or_else(|| Error::not_found(format!("the run {} has been removed", run.id)))?;
        let checks = "SELECT path, name, passes, fails FROM checks WHERE run = ?1 ORDER BY place";
        let checks = store.all(checks, &of_run, |row| {
            Ok(Check { group: row.get(0)?, name: row.get(1)?, passes: row.get(2)?, fails: row.get(3)? })
        })?;
        let thresholds = "SELECT metric, source, ok, value FROM thresholds WHERE run = ?1 ORDER BY place";
        let thresholds = store.all(thresholds, &of_run, |row| {
            Ok(Threshold { metric: row.get(0)?, source: row.get(1)?, ok: row.get(2)?, value: row.get(3)? })
        })?;
        let summary = "SELECT json FROM summaries WHERE run = ?1";
        let summary: Option<String> = store.first(summary, &of_run, |row| row.get(0))?;
        Ok(Details {
            options: json(&options),
            scenarios: serde_json::from_str(&scenarios).unwrap_or_default(),
            checks,
            thresholds,
            summary: summary.map(|text| json(&text)),
        })
    }

    /// Removes runs and makes their room free for others.
    ///
    /// # Errors
    /// When the store cannot be written; then all of them are still there.
    pub fn remove(&mut self, runs: &[Listed]) -> Result<(), Error> {
        self.told(self.store.change(|store| {
            for run in runs {
                store.execute("DELETE FROM points WHERE run = ?1", &cells![run.key])?;
                store.execute("DELETE FROM runs WHERE key = ?1", &cells![run.key])?;
            }
            Ok(())
        }))
    }
}

struct Details {
    options: Value,
    scenarios: Vec<String>,
    checks: Vec<Check>,
    thresholds: Vec<Threshold>,
    summary: Option<Value>,
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// A run from the first columns of a row, which are [`COLUMNS`].
pub(crate) fn listed(row: &Row) -> Result<Listed, Error> {
    Ok(Listed {
        key: row.get(0)?,
        id: row.get(1)?,
        name: row.get(2)?,
        script_path: row.get(3)?,
        script_sha256: row.get(4)?,
        started_ms: row.get(5)?,
        written_ms: row.get(6)?,
        ended_ms: row.get(7)?,
        load_ns: row.get(8)?,
        exit_code: row.get(9)?,
        incomplete: row.get(10)?,
        lost_frames: row.get(11)?,
        trust: row.get::<Option<String>>(12)?.map(|text| json(&text)),
        environment: Environment {
            program: row.get(13)?,
            commit: row.get(14)?,
            host: row.get(15)?,
            kernel: row.get(16)?,
            cpu: row.get(17)?,
            cpus: row.get(18)?,
        },
    })
}

fn point(row: &Row, kind: Kind) -> Result<Option<Point>, Error> {
    let detail: Option<Vec<u8>> = row.get(6)?;
    let packed = Packed {
        count: row.get(2)?,
        sum: row.get::<Option<f64>>(3)?.unwrap_or(f64::NAN),
        min: row.get::<Option<f64>>(4)?.unwrap_or(0.0),
        max: row.get::<Option<f64>>(5)?.unwrap_or(0.0),
        detail: detail.as_deref().and_then(unpress),
    };
    Ok(Point::unpack(kind, &packed))
}

fn tags_of(text: &str) -> Option<Vec<(String, String)>> {
    let object: serde_json::Map<String, Value> = serde_json::from_str(text).ok()?;
    object.into_iter().map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::record::{Closing, Opening};
    use crate::writer::Writer;
    use metrics::{Deltas, HttpSample, Recorder, RecorderConfig, builtin};
    use model::{Clock, Nanos};

    fn keep(path: &std::path::Path, name: &str, started_ms: i64, closed: bool) {
        let registry = Registry::new();
        let mut deltas = Deltas::new(registry.clone());
        let mut recorder = Recorder::new(0, registry, Clock::start(), RecorderConfig::default());
        let (key, value) = (recorder.sym("name"), recorder.sym("a \"quoted\" name"));
        let tags = recorder.tag_set(&[(key, value)]);
        let opening = Opening { name: name.to_owned(), started_ms, ..Opening::default() };
        let mut writer = Writer::begin(&Place::from(path), &opening).unwrap();
        for second in 0..3 {
            let duration = Nanos::from_millis(10 + second);
            recorder.http(tags, &HttpSample { duration, failed: Some(false), ..HttpSample::default() });
            deltas.apply(&recorder.take_frame(Nanos::from_secs(second + 1)), second as i64);
            let rows = deltas.take();
            writer.write(&deltas, &rows, None, started_ms + 1000).unwrap();
        }
        if closed {
            let threshold = Threshold {
                metric: "http_reqs".into(),
                source: "count>1".into(),
                ok: true,
                value: Some(3.0),
            };
            let closing = Closing {
                ended_ms: started_ms + 3000,
                load_ns: 3_000_000_000,
                exit_code: 99,
                thresholds: vec![threshold],
                ..Closing::default()
            };
            writer.close(&closing, 0).unwrap();
        }
    }

    #[test]
    fn runs_are_found_read_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.db");
        keep(&path, "first.js", 1_000, true);
        keep(&path, "second.js", 2_000, false);
        let mut library = Library::open(&path).unwrap();
        let runs = library.list().unwrap();
        let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
        assert_eq!(names, ["second.js", "first.js"]);
        assert_eq!((runs[0].ended_ms, runs[1].ended_ms, runs[1].exit_code), (None, Some(4_000), Some(99)));
        assert_eq!(library.find("latest").unwrap(), runs[0]);
        assert_eq!(library.find(&runs[1].id).unwrap(), runs[1]);
        let shared = runs[0].id.bytes().zip(runs[1].id.bytes()).take_while(|(a, b)| a == b).count();
        let prefix = runs[1].id[..=shared].to_ascii_uppercase();
        assert_eq!(library.find(&prefix).unwrap(), runs[1]);
        for wrong in ["", "zz-no-such"] {
            assert!(library.find(wrong).unwrap_err().is_not_found(), "{wrong}");
        }

        let kept = library.load(runs[1].clone(), Selected::All).unwrap();
        assert_eq!(kept.state.count(builtin::HTTP_REQS), 3.0);
        assert_eq!((kept.last_second, kept.thresholds.len()), (Some(2), 1));
        let (_, tags, _) = kept.state.series().next().unwrap();
        assert_eq!(&*tags[0].1, "a \"quoted\" name");

        library.remove(&runs[1..]).unwrap();
        assert_eq!(library.list().unwrap(), runs[..1]);
        let left = "SELECT count(DISTINCT run) FROM points";
        assert_eq!(library.store.first(left, &[], |row| row.get::<i64>(0)).unwrap(), Some(1));
    }
}
