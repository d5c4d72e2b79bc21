//! Writes one run into the store, a transaction at a time.
//!
//! Main type: [`Writer`]. When a transaction fails nothing of it is there, and it can be tried again.

use std::path::Path;

use metrics::{Delta, Deltas};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::environment::Environment;
use crate::error::Error;
use crate::pack::Press;
use crate::record::{Closing, Opening, ScriptText};
use crate::retention::Retention;
use crate::schema;

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
    connection: Connection,
    run: i64,
    press: Press,
    /// How many series have their rows.
    series: u32,
    retention: Option<Retention>,
}

impl Writer {
    /// Opens the store and begins the run in it.
    ///
    /// # Errors
    /// When the store cannot be opened or written.
    pub fn begin(path: &Path, opening: &Opening) -> Result<Self, Error> {
        let mut connection = schema::create(path)?;
        // Tidying waits for the disk, which is too long for the end of a short run.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let environment = Environment::look(&opening.program, &opening.folder);
        let hash = opening.script.as_ref().and_then(hash);
        let run = insert(&mut connection, opening, &environment, hash.as_deref())?;
        let (press, retention) = (Press::new()?, opening.retention);
        Ok(Self { connection, run, press, series: 0, retention })
    }

    /// Writes what was measured.
    ///
    /// # Errors
    /// When the store cannot be written; then nothing of it is there.
    pub fn write(&mut self, deltas: &Deltas, rows: &[Delta], written_ms: i64) -> Result<(), Error> {
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write_series(&change, self.run, deltas, self.series)?;
        write_points(&change, self.run, rows, &mut self.press)?;
        change.execute("UPDATE runs SET written_ms = ?2 WHERE key = ?1", params![self.run, written_ms])?;
        change.commit()?;
        self.series = deltas.len();
        Ok(())
    }

    /// Ends the run.
    ///
    /// # Errors
    /// When the store cannot be written; the run is incomplete then.
    pub fn close(&mut self, closing: &Closing, lost_frames: u64) -> Result<(), Error> {
        let change = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        end(&change, self.run, closing, lost_frames)?;
        if let Some(retention) = self.retention {
            retention.apply(&change, closing.ended_ms)?;
        }
        change.commit()?;
        if closing.load_ns >= TIDY_FROM_NS {
            self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        }
        Ok(())
    }
}

fn hash(script: &ScriptText) -> Option<String> {
    let digest = match script {
        ScriptText::File(path) => Sha256::digest(std::fs::read(path).ok()?),
        ScriptText::Text(text) => Sha256::digest(text),
    };
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn insert(
    connection: &mut Connection,
    opening: &Opening,
    environment: &Environment,
    hash: Option<&str>,
) -> Result<i64, Error> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let id = (0..ID_TRIES)
        .map(|attempt| id_of(opening, environment, attempt))
        .find(|id| is_free(&change, id))
        .ok_or_else(|| Error::lasting("no id is free for the run"))?;
    change.execute(
        "INSERT INTO runs (id, name, script_path, script_sha256, started_ms, written_ms, options, scenarios, \
         program, git_commit, host, kernel, cpu, cpus) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        params![
            id,
            opening.name,
            opening.script_path,
            hash,
            opening.started_ms,
            opening.options.to_string(),
            Value::from(opening.scenarios.clone()).to_string(),
            environment.program,
            environment.commit,
            environment.host,
            environment.kernel,
            environment.cpu,
            environment.cpus as i64,
        ],
    )?;
    let run = change.last_insert_rowid();
    if let Some(member) = &opening.group {
        change.execute(
            "INSERT OR REPLACE INTO groups (series_of_runs, variant, round, run) VALUES (?1, ?2, ?3, ?4)",
            params![member.group, member.variant, member.round, run],
        )?;
    }
    change.commit()?;
    Ok(run)
}

/// An id that depends on everything that tells runs apart.
fn id_of(opening: &Opening, environment: &Environment, attempt: u32) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seed = (opening.started_ms, now.as_nanos(), std::process::id(), &environment.host, attempt);
    let digest = Sha256::digest(format!("{seed:?}"));
    digest.iter().take(ID_LETTERS).map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

fn is_free(change: &Transaction<'_>, id: &str) -> bool {
    let count = change.query_row("SELECT count(*) FROM runs WHERE id = ?1", [id], |row| row.get::<_, i64>(0));
    count.is_ok_and(|count| count == 0)
}

fn write_series(change: &Transaction<'_>, run: i64, deltas: &Deltas, from: u32) -> Result<(), Error> {
    let mut row = change.prepare(
        "INSERT INTO series (run, number, metric, kind, contains, tags) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for number in from..deltas.len() {
        let Some((metric, tags)) = deltas.series(number) else { continue };
        let object: Map<String, Value> =
            tags.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect();
        let tags = Value::Object(object).to_string();
        row.execute(params![run, number, &*metric.name, metric.kind.name(), metric.contains.name(), tags])?;
    }
    Ok(())
}

fn write_points(change: &Transaction<'_>, run: i64, rows: &[Delta], press: &mut Press) -> Result<(), Error> {
    let mut row = change.prepare(
        "INSERT INTO points (run, second, series, count, sum, min, max, detail) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for delta in rows {
        let point = &delta.point;
        let detail = point.detail.as_ref().map(|detail| press.press(detail));
        // Only where there are bounds to tell of.
        let bounds = (point.min != 0.0 || point.max != 0.0).then_some((point.min, point.max));
        let (min, max) = bounds.unzip();
        row.execute(params![
            run,
            delta.second,
            delta.series,
            point.count as i64,
            point.sum,
            min,
            max,
            detail
        ])?;
    }
    Ok(())
}

fn end(change: &Transaction<'_>, run: i64, closing: &Closing, lost_frames: u64) -> Result<(), Error> {
    change.execute(
        "UPDATE runs SET ended_ms = ?2, written_ms = ?2, load_ns = ?3, exit_code = ?4, incomplete = ?5, \
         trust = ?6, lost_frames = ?7 WHERE key = ?1",
        params![
            run,
            closing.ended_ms,
            closing.load_ns as i64,
            closing.exit_code,
            closing.incomplete,
            closing.trust.to_string(),
            lost_frames as i64,
        ],
    )?;
    let mut row = change.prepare(
        "INSERT INTO checks (run, place, path, name, passes, fails) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (place, check) in (0_i64..).zip(&closing.checks) {
        let (passes, fails) = (check.passes as i64, check.fails as i64);
        row.execute(params![run, place, check.group, check.name, passes, fails])?;
    }
    let mut row = change.prepare(
        "INSERT INTO thresholds (run, place, metric, source, ok, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (place, one) in (0_i64..).zip(&closing.thresholds) {
        row.execute(params![run, place, one.metric, one.source, one.ok, one.value])?;
    }
    let summary = "INSERT INTO summaries (run, json) VALUES (?1, ?2)";
    change.execute(summary, params![run, closing.summary.to_string()])?;
    Ok(())
}
