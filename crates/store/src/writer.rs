//! Writes one run into the store, a transaction at a time.
//!
//! Main type: [`Writer`]. When a transaction fails nothing of it is there, and it can be tried again.

use metrics::{Delta, Deltas};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::database::{Cell, Database, cells};
use crate::environment::Environment;
use crate::error::Error;
use crate::exchanges::Gathered;
use crate::pack::Press;
use crate::place::Place;
use crate::record::{Closing, Opening, ScriptText};
use crate::retention::Retention;

/// Letters and digits that are not mistaken for each other.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of an id: enough for a million runs to be all but certainly different.
const ID_LETTERS: usize = 8;
/// So many ids are tried before something else must be wrong.
const ID_TRIES: u32 = 16;
/// A run of this length may end a little later so that the file is tidy; shorter ones leave that to the next.
const TIDY_FROM_NS: u64 = 5_000_000_000;

/// One run in the store.
pub struct Writer {
    store: Database,
    run: i64,
    id: String,
    press: Press,
    /// How many series have their rows.
    series: u32,
    retention: Option<Retention>,
    /// A write of which nobody knows whether it was done.
    doubtful: Option<Doubtful>,
}

/// What was written when the connection was lost.
struct Doubtful {
    written_ms: i64,
    series: u32,
    rows: usize,
}

impl Writer {
    /// Opens the store and begins the run in it.
    ///
    /// # Errors
    /// When the store cannot be opened or written.
    pub fn begin(place: &Place, opening: &Opening) -> Result<Self, Error> {
        let store = Database::create(place)?;
        // Tidying waits for the disk, which is too long for the end of a short run.
        store.tidy_at_end(false)?;
        let here = || Environment::look(&opening.program, &opening.folder);
        let environment = opening.environment.clone().unwrap_or_else(here);
        let hash = opening.script.as_ref().and_then(hash);
        let (run, id) = store.change(|store| insert(store, opening, &environment, hash.as_deref()))?;
        let (press, retention) = (Press::new()?, opening.retention);
        Ok(Self { store, run, id, press, series: 0, retention, doubtful: None })
    }

    /// The id of the run.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Takes the run out of the store.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn remove(&self) -> Result<(), Error> {
        self.store.change(|store| {
            store.execute("DELETE FROM points WHERE run = ?1", &cells![self.run])?;
            store.execute("DELETE FROM runs WHERE key = ?1", &cells![self.run]).map(|_| ())
        })
    }

    /// Writes what was measured, and the exchanges, when there are other ones than before. After an error the same
    /// rows are to come again, and new ones only behind them.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing of it is there, or its connection is lost, and what is there is not
    /// written again.
    pub fn write(
        &mut self,
        deltas: &Deltas,
        rows: &[Delta],
        exchanges: Option<&Gathered>,
        written_ms: i64,
    ) -> Result<(), Error> {
        let Self { store, run, press, series, doubtful, .. } = self;
        let run = *run;
        let done = store.change(|store| {
            let (from, rows) = match doubtful {
                Some(one) if written(store, run)? == Some(one.written_ms) => (one.series, &rows[one.rows..]),
                _ => (*series, rows),
            };
            write_series(store, run, deltas, from)?;
            write_points(store, run, rows, press)?;
            if let Some(exchanges) = exchanges {
                exchanges.write(store, run, press)?;
            }
            store.execute("UPDATE runs SET written_ms = ?2 WHERE key = ?1", &cells![run, written_ms])?;
            Ok(())
        });
        match &done {
            Ok(()) => (*series, *doubtful) = (deltas.len(), None),
            Err(error) if error.is_lost() && doubtful.is_none() => {
                *doubtful = Some(Doubtful { written_ms, series: deltas.len(), rows: rows.len() });
            }
            Err(_) => {}
        }
        done
    }

    /// Ends the run.
    ///
    /// # Errors
    /// When the store cannot be written; the run is incomplete then.
    pub fn close(&mut self, closing: &Closing, lost_frames: u64) -> Result<(), Error> {
        self.store.change(|store| {
            end(store, self.run, closing, lost_frames)?;
            match self.retention {
                Some(retention) => retention.apply(store, closing.ended_ms).map(|_| ()),
                None => Ok(()),
            }
        })?;
        if closing.load_ns >= TIDY_FROM_NS {
            self.store.tidy_at_end(true)?;
        }
        Ok(())
    }
}

/// When something of the run was written last.
fn written(store: &Database, run: i64) -> Result<Option<i64>, Error> {
    store.first("SELECT written_ms FROM runs WHERE key = ?1", &cells![run], |row| row.get(0))
}

fn hash(script: &ScriptText) -> Option<String> {
    let digest = match script {
        ScriptText::File(path) => Sha256::digest(std::fs::read(path).ok()?),
        ScriptText::Text(text) => Sha256::digest(text),
    };
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn insert(
    store: &Database,
    opening: &Opening,
    environment: &Environment,
    hash: Option<&str>,
) -> Result<(i64, String), Error> {
    let id = free_id(store, opening.started_ms, &environment.host)?;
    let run = store.first(
        "INSERT INTO runs (id, name, script_path, script_sha256, started_ms, written_ms, options, scenarios, \
         program, git_commit, host, kernel, cpu, cpus) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) RETURNING key",
        &cells![
            &id,
            &opening.name,
            &opening.script_path,
            hash,
            opening.started_ms,
            opening.options.to_string(),
            Value::from(opening.scenarios.clone()).to_string(),
            &environment.program,
            &environment.commit,
            &environment.host,
            &environment.kernel,
            &environment.cpu,
            environment.cpus,
        ],
        |row| row.get(0),
    )?;
    let run = run.ok_or_else(|| Error::lasting("the run got no number"))?;
    if let Some(member) = &opening.group {
        let columns = ["collection", "variant", "round", "run"];
        let row = cells![&member.group, &member.variant, member.round, run].to_vec();
        store.insert("members", &columns, std::iter::once(row))?;
    }
    Ok((run, id))
}

/// An id that nothing in the store has.
pub fn free_id(store: &Database, started_ms: i64, host: &str) -> Result<String, Error> {
    for attempt in 0..ID_TRIES {
        let id = id_of(started_ms, host, attempt);
        if is_free(store, &id)? {
            return Ok(id);
        }
    }
    Err(Error::lasting("no id is free"))
}

/// An id that depends on everything that tells runs apart.
fn id_of(started_ms: i64, host: &str, attempt: u32) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seed = (started_ms, now.as_nanos(), std::process::id(), host, attempt);
    let digest = Sha256::digest(format!("{seed:?}"));
    digest.iter().take(ID_LETTERS).map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

fn is_free(store: &Database, id: &str) -> Result<bool, Error> {
    let having =
        |table: &str| store.first(&format!("SELECT id FROM {table} WHERE id = ?1"), &cells![id], |_| Ok(()));
    Ok(having("runs")?.is_none() && having("searches")?.is_none())
}

fn write_series(store: &Database, run: i64, deltas: &Deltas, from: u32) -> Result<(), Error> {
    let rows = (from..deltas.len()).filter_map(|number| {
        let (metric, tags) = deltas.series(number)?;
        let object: Map<String, Value> =
            tags.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
        let tags = Value::Object(object).to_string();
        Some(cells![run, number, &*metric.name, metric.kind.name(), metric.contains.name(), tags].to_vec())
    });
    store.insert("series", &["run", "number", "metric", "kind", "contains", "tags"], rows)
}

fn write_points(store: &Database, run: i64, rows: &[Delta], press: &mut Press) -> Result<(), Error> {
    let rows = rows.iter().map(|delta| {
        let point = &delta.point;
        let detail = point.detail.as_ref().map(|detail| press.press(detail));
        // Only where there are bounds to tell of.
        let bounds = (point.min != 0.0 || point.max != 0.0).then_some((point.min, point.max));
        let (min, max) = bounds.unzip();
        cells![run, delta.second, delta.series, point.count, point.sum, min, max, detail].to_vec()
    });
    store.insert("points", &["run", "second", "series", "count", "sum", "min", "max", "detail"], rows)
}

fn end(store: &Database, run: i64, closing: &Closing, lost_frames: u64) -> Result<(), Error> {
    store.execute(
        "UPDATE runs SET ended_ms = ?2, written_ms = ?2, load_ns = ?3, exit_code = ?4, incomplete = ?5, \
         trust = ?6, lost_frames = ?7 WHERE key = ?1",
        &cells![
            run,
            closing.ended_ms,
            closing.load_ns,
            closing.exit_code,
            &closing.incomplete,
            closing.trust.to_string(),
            lost_frames,
        ],
    )?;
    let checks = (0_i64..).zip(&closing.checks).map(|(place, check)| {
        cells![run, place, &check.group, &check.name, check.passes, check.fails].to_vec()
    });
    store.insert("checks", &["run", "place", "path", "name", "passes", "fails"], checks)?;
    let thresholds = (0_i64..)
        .zip(&closing.thresholds)
        .map(|(place, one)| cells![run, place, &one.metric, &one.source, one.ok, one.value].to_vec());
    store.insert("thresholds", &["run", "place", "metric", "source", "ok", "value"], thresholds)?;
    let summary: Vec<Cell> = cells![run, closing.summary.to_string()].to_vec();
    store.insert("summaries", &["run", "json"], std::iter::once(summary))
}
