//! One way to talk to the two kinds of database that keep runs.
//!
//! Main type: [`Database`]. Statements are SQLite's SQL in the part of it that PostgreSQL has, too, with `?1` for the first
//! value; what differs stays in this folder. Which tables there are is not known here.

mod cell;
mod postgres;
mod sqlite;

pub use cell::{Cell, Row};

use crate::error::Error;
use crate::place::Place;
use postgres::Postgres;
use sqlite::Sqlite;

/// What a kind of database does.
trait Backend {
    /// Carries out a statement, and says how many rows it changed.
    fn execute(&self, sql: &str, values: &[Cell]) -> Result<u64, Error>;
    /// Goes through the rows that answer a query.
    fn query(
        &self,
        sql: &str,
        values: &[Cell],
        each: &mut dyn FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error>;
    /// Adds rows to a table.
    fn insert(
        &self,
        table: &str,
        columns: &[&str],
        rows: &mut dyn Iterator<Item = Vec<Cell>>,
    ) -> Result<(), Error>;
    /// Begins to change something: from here on nothing is seen by others.
    fn begin(&self) -> Result<(), Error>;
    /// Lets others see the change.
    fn commit(&self) -> Result<(), Error>;
    /// Forgets the change.
    fn roll_back(&self);
    /// Whether the end of a run may wait for the disk.
    fn tidy_at_end(&self, tidy: bool) -> Result<(), Error>;
    /// The name of the order in which rows were added.
    fn row_order(&self) -> &'static str;
}

/// An open store.
pub struct Database {
    backend: Box<dyn Backend + Send>,
    place: Place,
}

impl Database {
    /// Opens the store, and makes it when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened or made, is something else, or was made by a newer program.
    pub fn create(place: &Place) -> Result<Self, Error> {
        Self::open(place, true)
    }

    /// Opens a store that is there.
    ///
    /// # Errors
    /// When it is not, or cannot be opened, is something else, or was made by a newer program.
    pub fn existing(place: &Place) -> Result<Self, Error> {
        Self::open(place, false)
    }

    fn open(place: &Place, may_make: bool) -> Result<Self, Error> {
        let backend: Result<Box<dyn Backend + Send>, Error> = match place {
            Place::File(path) => Sqlite::open(path, may_make).map(|one| Box::new(one) as _),
            Place::Server(address) => Postgres::open(address, may_make).map(|one| Box::new(one) as _),
        };
        Ok(Self { backend: backend.map_err(|error| error.of(place))?, place: place.clone() })
    }

    /// Where it is.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Carries out a statement, and says how many rows it changed.
    ///
    /// # Errors
    /// When that fails.
    pub fn execute(&self, sql: &str, values: &[Cell]) -> Result<u64, Error> {
        self.backend.execute(sql, values)
    }

    /// Goes through the rows that answer a query, until one cannot be used.
    ///
    /// # Errors
    /// When the store cannot be read, or `each` fails.
    pub fn query(
        &self,
        sql: &str,
        values: &[Cell],
        mut each: impl FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.backend.query(sql, values, &mut each)
    }

    /// All rows that answer a query.
    ///
    /// # Errors
    /// When the store cannot be read, or `read` fails.
    pub fn all<T>(
        &self,
        sql: &str,
        values: &[Cell],
        mut read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        self.query(sql, values, |row| {
            all.push(read(row)?);
            Ok(())
        })?;
        Ok(all)
    }

    /// The first row that answers a query.
    ///
    /// # Errors
    /// When the store cannot be read, or `read` fails.
    pub fn first<T>(
        &self,
        sql: &str,
        values: &[Cell],
        read: impl FnMut(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        Ok(self.all(sql, values, read)?.into_iter().next())
    }

    /// Adds rows to a table.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn insert(
        &self,
        table: &str,
        columns: &[&str],
        mut rows: impl Iterator<Item = Vec<Cell>>,
    ) -> Result<(), Error> {
        self.backend.insert(table, columns, &mut rows)
    }

    /// Does several things or none of them.
    ///
    /// # Errors
    /// When one of them fails; then nothing has changed.
    pub fn change<T>(&self, things: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        self.backend.begin()?;
        let done = things(self).and_then(|value| self.backend.commit().map(|()| value));
        if done.is_err() {
            self.backend.roll_back();
        }
        done
    }

    /// Whether closing the store may take the time to make it tidy.
    ///
    /// # Errors
    /// When the store is gone.
    pub fn tidy_at_end(&self, tidy: bool) -> Result<(), Error> {
        self.backend.tidy_at_end(tidy)
    }

    /// What rows are sorted by to have them in the order in which they were added.
    #[must_use]
    pub fn row_order(&self) -> &'static str {
        self.backend.row_order()
    }
}

/// What a store's version means for this program.
fn judge_form(form: usize, known: usize) -> Result<(), Error> {
    if form > known {
        return Err(Error::lasting(format!(
            "it was made by a newer version of this program (form {form}; this one knows {known})"
        )));
    }
    Ok(())
}

/// The values of a statement.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { [$($crate::database::Cell::from($value)),*] };
}
pub(crate) use cells;
