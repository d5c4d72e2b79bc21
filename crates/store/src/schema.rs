//! The tables, and how an older store becomes a newer one.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::Error;

/// Marks the file as ours: `PLMS`.
const APPLICATION: i32 = 0x504c_4d53;
/// One script a version; the number of those that were carried out is in the file.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];
/// How long a writer waits for another one before it tries again later.
pub const BUSY: Duration = Duration::from_millis(500);

/// Opens the store for writing, and makes it when it is not there.
///
/// # Errors
/// When it cannot be opened or made, is something else, or was made by a newer program.
pub fn create(path: &Path) -> Result<Connection, Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_folder(folder).map_err(|why| Error::folder(folder, &why))?;
    }
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
}

/// Opens a store that is there.
///
/// # Errors
/// When it is not, or cannot be opened, is something else, or was made by a newer program.
pub fn existing(path: &Path) -> Result<Connection, Error> {
    if !path.exists() {
        return Err(Error::not_found(format!("{}: there is no store yet", path.display())));
    }
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

fn open(path: &Path, how: OpenFlags) -> Result<Connection, Error> {
    let opened = || {
        let connection = Connection::open_with_flags(path, how | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    };
    let prepare = |mut connection: Connection| {
        migrate(&mut connection)?;
        // Without it every commit would wait for the disk; what a power cut can take is the last seconds, not the file.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(connection)
    };
    opened().and_then(prepare).map_err(|error: Error| error.of(path))
}

/// Brings the tables up to date.
fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let version = version(connection)?;
    if version == MIGRATIONS.len() {
        return Ok(());
    }
    refuse_strangers(connection, version)?;
    if version == 0 {
        // There is nothing to lose yet, and a first run need not wait for the disk.
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Somebody may have done it in the meantime.
    let done = self::version(&change)?;
    for script in MIGRATIONS.iter().skip(done) {
        change.execute_batch(script)?;
    }
    change.pragma_update(None, "application_id", APPLICATION)?;
    change.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    change.commit()?;
    Ok(())
}

fn version(connection: &Connection) -> Result<usize, Error> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Other people's databases stay as they are.
fn refuse_strangers(connection: &Connection, version: usize) -> Result<(), Error> {
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && application != APPLICATION {
        return Err(Error::lasting("it is the database of another program"));
    }
    if version > MIGRATIONS.len() {
        return Err(Error::lasting(format!(
            "it was made by a newer version of this program (form {version}; this one knows {})",
            MIGRATIONS.len()
        )));
    }
    Ok(())
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

    #[test]
    fn a_store_is_made_once_and_strangers_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/results.db");
        assert!(existing(&path).is_err());
        create(&path).unwrap();
        let again = existing(&path).unwrap();
        assert_eq!(version(&again).unwrap(), MIGRATIONS.len());
        again.pragma_update(None, "user_version", 99).unwrap();
        let newer = create(&path).unwrap_err().to_string();
        assert!(newer.contains("newer version"), "{newer}");

        let other = folder.path().join("other.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        let refused = create(&other).unwrap_err().to_string();
        assert!(refused.ends_with("it is the database of another program"), "{refused}");

        let text = folder.path().join("text.db");
        std::fs::write(&text, "this is no database at all, but a text of some length\n".repeat(20)).unwrap();
        let refused = create(&text).unwrap_err().to_string();
        assert!(refused.ends_with("it is no database"), "{refused}");
    }
}
