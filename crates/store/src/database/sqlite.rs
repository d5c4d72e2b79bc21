//! The store as a file of SQLite.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql, params_from_iter};

use super::{Backend, Cell, Row, judge_form};
use crate::error::Error;
use crate::schema::MIGRATIONS;

/// Marks the file as ours: `PLMS`.
const APPLICATION: i32 = 0x504c_4d53;
/// How long a writer waits for another one before it tries again later.
const BUSY: Duration = Duration::from_millis(500);

/// An open file.
pub struct Sqlite(Connection);

impl Sqlite {
    /// Opens the file, and makes it when it is not there and may be made.
    pub fn open(path: &Path, may_make: bool) -> Result<Self, Error> {
        let mut how = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if may_make {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                private_folder(folder).map_err(|why| Error::folder(folder, &why))?;
            }
            how |= OpenFlags::SQLITE_OPEN_CREATE;
        } else if !path.exists() {
            return Err(Error::not_found("there is no store yet"));
        }
        let connection = Connection::open_with_flags(path, how)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let file = Self(connection);
        file.migrate()?;
        // Without it every commit would wait for the disk; what a power cut can take is the last seconds, not the file.
        file.0.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(file)
    }

    /// Brings the tables up to date.
    fn migrate(&self) -> Result<(), Error> {
        let form = self.form()?;
        if form == MIGRATIONS.len() {
            return Ok(());
        }
        self.refuse_strangers(form)?;
        if form == 0 {
            // There is nothing to lose yet, and a first run need not wait for the disk.
            self.0.pragma_update(None, "synchronous", "OFF")?;
        }
        self.0.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        self.begin()?;
        let migrated = self.migrate_here().and_then(|()| self.commit());
        if migrated.is_err() {
            self.roll_back();
        }
        migrated
    }

    fn migrate_here(&self) -> Result<(), Error> {
        // Somebody may have done it in the meantime.
        for script in MIGRATIONS.iter().skip(self.form()?) {
            self.0.execute_batch(script)?;
        }
        self.0.pragma_update(None, "application_id", APPLICATION)?;
        self.0.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
        Ok(())
    }

    fn form(&self) -> Result<usize, Error> {
        let form: i64 = self.0.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(usize::try_from(form).unwrap_or(usize::MAX))
    }

    /// Other people's databases stay as they are.
    fn refuse_strangers(&self, form: usize) -> Result<(), Error> {
        let application: i32 = self.0.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables: i64 = self.0.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 && application != APPLICATION {
            return Err(Error::lasting("it is the database of another program"));
        }
        judge_form(form, MIGRATIONS.len())
    }
}

impl Backend for Sqlite {
    fn execute(&self, sql: &str, values: &[Cell]) -> Result<u64, Error> {
        Ok(self.0.execute(sql, params_from_iter(values))? as u64)
    }

    fn query(
        &self,
        sql: &str,
        values: &[Cell],
        each: &mut dyn FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut statement = self.0.prepare(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(values))?;
        while let Some(row) = rows.next()? {
            let cells: Result<Vec<Cell>, Error> =
                (0..columns).map(|column| cell(row.get_ref(column)?)).collect();
            each(&Row(cells?))?;
        }
        Ok(())
    }

    fn insert(
        &self,
        table: &str,
        columns: &[&str],
        rows: &mut dyn Iterator<Item = Vec<Cell>>,
    ) -> Result<(), Error> {
        let mut statement: Option<Statement<'_>> = None;
        for row in rows {
            let statement = match &mut statement {
                Some(statement) => statement,
                none => {
                    let places = vec!["?"; columns.len()].join(", ");
                    let sql = format!("INSERT INTO {table} ({}) VALUES ({places})", columns.join(", "));
                    none.insert(self.0.prepare(&sql)?)
                }
            };
            statement.execute(params_from_iter(&row))?;
        }
        Ok(())
    }

    fn begin(&self) -> Result<(), Error> {
        // A change that reads first and writes later could find that somebody else has written in between.
        Ok(self.0.execute_batch("BEGIN IMMEDIATE")?)
    }

    fn commit(&self) -> Result<(), Error> {
        Ok(self.0.execute_batch("COMMIT")?)
    }

    fn roll_back(&self) {
        if !self.0.is_autocommit() {
            // When even this fails the file is gone, and the next statement says so.
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }

    fn tidy_at_end(&self, tidy: bool) -> Result<(), Error> {
        self.0.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !tidy)?;
        Ok(())
    }

    fn row_order(&self) -> &'static str {
        "rowid"
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn cell(value: ValueRef<'_>) -> Result<Cell, Error> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Real(value),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text);
            Cell::Text(text.map_err(|_| Error::lasting("the database is damaged"))?.to_owned())
        }
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    })
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;
    use crate::place::Place;

    #[test]
    fn a_store_is_made_once_and_strangers_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/results.db");
        let place = Place::from(path.as_path());
        let missing = Database::existing(&place).err().unwrap();
        assert!(
            missing.is_not_found() && missing.to_string().ends_with("there is no store yet"),
            "{missing}"
        );
        Database::create(&place).unwrap();
        let again = Sqlite::open(&path, false).unwrap();
        assert_eq!(again.form().unwrap(), MIGRATIONS.len());
        again.0.pragma_update(None, "user_version", 99).unwrap();
        let newer = Database::create(&place).err().unwrap().to_string();
        assert!(newer.contains("newer version"), "{newer}");

        let other = folder.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        let refused = Database::create(&Place::from(other.as_path())).err().unwrap().to_string();
        assert!(refused.ends_with("it is the database of another program"), "{refused}");

        let text = folder.path().join("text.db");
        std::fs::write(&text, "this is no database at all, but a text of some length\n".repeat(20)).unwrap();
        let refused = Database::create(&Place::from(text.as_path())).err().unwrap().to_string();
        assert!(refused.ends_with("it is no database"), "{refused}");
    }

    #[test]
    fn a_failed_change_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::from(folder.path().join("results.db"));
        let database = Database::create(&place).unwrap();
        let add = |run: i64| {
            let row = crate::database::cells![run, "{}"].to_vec();
            database.insert("summaries", &["run", "json"], std::iter::once(row))
        };
        let failed = database.change(|database| {
            database.execute("CREATE TABLE scratch (a INTEGER)", &[])?;
            add(12345)
        });
        assert!(failed.is_err(), "there is no such run");
        let left = "SELECT count(*) FROM sqlite_schema WHERE name = 'scratch'";
        assert_eq!(database.first(left, &[], |row| row.get::<i64>(0)).unwrap(), Some(0));
    }
}
