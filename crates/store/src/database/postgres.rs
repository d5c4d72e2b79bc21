//! The store as tables of a PostgreSQL server, in a schema of their own.
//!
//! A connection that is lost is made anew when the next change begins; what was not committed is gone by then, and
//! whoever wrote it has to write it again.

use std::cell::RefCell;
use std::error::Error as _;
use std::time::Duration;

use ::postgres::config::SslMode;
use ::postgres::error::SqlState;
use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use ::postgres::{Client, Config, NoTls};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Backend, Cell, Row, judge_form};
use crate::error::Error;
use crate::place::Address;
use crate::schema::MIGRATIONS;

/// The schema with the tables.
const SCHEMA: &str = "plimsoll";
/// A server that has not answered by then is taken for dead.
const CONNECTING: Duration = Duration::from_secs(3);
/// What was sent and not acknowledged for so long is lost.
const SILENCE: Duration = Duration::from_secs(10);
/// A statement takes no longer than this; a run must not wait for the server.
const STATEMENT: Duration = Duration::from_secs(30);
/// Values that one statement may take; the protocol has room for 65,535.
const VALUES: usize = 8_000;
/// Two programs that make the tables at once wait for each other by this number.
const MAKING: i64 = 0x504c_4d53;

/// An open connection.
pub struct Postgres {
    address: Address,
    client: RefCell<Client>,
}

impl Postgres {
    /// Connects to the server, and makes the tables when they are not there and may be made.
    pub fn open(address: &Address, may_make: bool) -> Result<Self, Error> {
        let mut client = connect(address)?;
        migrate(&mut client, may_make)?;
        Ok(Self { address: address.clone(), client: RefCell::new(client) })
    }
}

/// Connects, with TLS as far as the address says.
fn connect(address: &Address) -> Result<Client, Error> {
    let mut config: Config = address.as_str().parse().map_err(|error: ::postgres::Error| {
        Error::lasting(format!("it is no address of a database: {}", reasons(&error)))
    })?;
    config.connect_timeout(CONNECTING).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
    if config.get_application_name().is_none() {
        config.application_name("plimsoll");
    }
    let mut client = match config.get_ssl_mode() {
        SslMode::Disable => config.connect(NoTls)?,
        _ => config.connect(MakeRustlsConnect::new(tls()?))?,
    };
    let millis = STATEMENT.as_millis();
    client.batch_execute(&format!("SET search_path TO {SCHEMA}; SET statement_timeout TO {millis}"))?;
    Ok(client)
}

/// TLS that knows the system's authorities.
fn tls() -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = rustls::crypto::ring::default_provider().into();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::lasting(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Brings the tables up to date.
fn migrate(client: &mut Client, may_make: bool) -> Result<(), Error> {
    let form = form(client)?;
    judge_form(form, MIGRATIONS.len())?;
    if form == MIGRATIONS.len() {
        return Ok(());
    }
    if form == 0 && !may_make {
        return Err(Error::not_found("there is no store yet"));
    }
    let mut change = client.transaction()?;
    change.execute("SELECT pg_advisory_xact_lock($1)", &[&MAKING])?;
    change.batch_execute(&format!(
        "CREATE SCHEMA IF NOT EXISTS {SCHEMA}; CREATE TABLE IF NOT EXISTS {SCHEMA}.form (number BIGINT NOT NULL)"
    ))?;
    // Somebody may have done it in the meantime.
    let done = change.query_opt("SELECT number FROM form", &[])?;
    let done = done.map_or(0, |row| row.get::<_, i64>(0));
    for script in MIGRATIONS.iter().skip(usize::try_from(done).unwrap_or(usize::MAX)) {
        change.batch_execute(&translate(script))?;
    }
    let number = MIGRATIONS.len() as i64;
    change.execute("DELETE FROM form", &[])?;
    change.execute("INSERT INTO form (number) VALUES ($1)", &[&number])?;
    change.commit()?;
    Ok(())
}

/// How many of the migrations were carried out.
fn form(client: &mut Client) -> Result<usize, Error> {
    let table = format!("{SCHEMA}.form");
    let there: bool = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table])?.get(0);
    if !there {
        return Ok(0);
    }
    let row = client.query_opt("SELECT number FROM form", &[])?;
    Ok(row.map_or(0, |row| usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX)))
}

/// A migration in PostgreSQL's words.
fn translate(script: &str) -> String {
    [
        (" STRICT, WITHOUT ROWID", ""),
        (" STRICT", ""),
        ("INTEGER PRIMARY KEY,", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,"),
        ("INTEGER", "BIGINT"),
        ("REAL", "DOUBLE PRECISION"),
        ("BLOB", "BYTEA"),
    ]
    .into_iter()
    .fold(script.to_owned(), |script, (theirs, ours)| script.replace(theirs, ours))
}

/// A statement with PostgreSQL's marks for values.
fn marked(sql: &str) -> String {
    sql.replace('?', "$")
}

impl Postgres {
    fn run<T>(&self, things: impl FnOnce(&mut Client) -> Result<T, ::postgres::Error>) -> Result<T, Error> {
        Ok(things(&mut self.client.borrow_mut())?)
    }
}

impl Backend for Postgres {
    fn execute(&self, sql: &str, values: &[Cell]) -> Result<u64, Error> {
        self.run(|client| client.execute(&marked(sql), &references(values)))
    }

    fn query(
        &self,
        sql: &str,
        values: &[Cell],
        each: &mut dyn FnMut(&Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut client = self.client.borrow_mut();
        let mut rows = client.query_raw(&marked(sql), values)?;
        while let Some(row) = rows.next()? {
            let cells: Result<Vec<Cell>, ::postgres::Error> =
                (0..row.len()).map(|column| row.try_get::<_, Option<Cell>>(column)).map(cell).collect();
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
        let most = VALUES / columns.len().max(1);
        loop {
            let cells: Vec<Cell> = rows.take(most).flatten().collect();
            if cells.is_empty() {
                return Ok(());
            }
            let places: Vec<String> = (1..=cells.len()).map(|number| format!("${number}")).collect();
            let places: Vec<String> =
                places.chunks(columns.len()).map(|row| format!("({})", row.join(", "))).collect();
            let sql = format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), places.join(", "));
            self.run(|client| client.execute(&sql, &references(&cells)))?;
        }
    }

    fn begin(&self) -> Result<(), Error> {
        if self.client.borrow().is_closed() {
            let client = connect(&self.address)?;
            *self.client.borrow_mut() = client;
        }
        self.run(|client| client.batch_execute("BEGIN"))
    }

    fn commit(&self) -> Result<(), Error> {
        self.run(|client| client.batch_execute("COMMIT"))
    }

    fn roll_back(&self) {
        // When even this fails the connection is gone, and with it the change.
        let _ = self.run(|client| client.batch_execute("ROLLBACK"));
    }

    fn tidy_at_end(&self, _tidy: bool) -> Result<(), Error> {
        Ok(())
    }

    fn row_order(&self) -> &'static str {
        "ctid"
    }
}

fn references(values: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as _).collect()
}

fn cell(value: Result<Option<Cell>, ::postgres::Error>) -> Result<Cell, ::postgres::Error> {
    value.map(|value| value.unwrap_or(Cell::Null))
}

impl ToSql for Cell {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) if *kind == Type::FLOAT8 => (*value as f64).to_sql(kind, out),
            Self::Int(value) => value.to_sql(kind, out),
            Self::Real(value) => value.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::FLOAT8, Type::TEXT, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        match *kind {
            Type::INT8 => i64::from_sql(kind, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(kind, raw).map(|value| Self::Int(value.into())),
            Type::FLOAT8 => f64::from_sql(kind, raw).map(Self::Real),
            Type::BYTEA => <&[u8]>::from_sql(kind, raw).map(|bytes| Self::Bytes(bytes.to_vec())),
            _ => <&str>::from_sql(kind, raw).map(|text| Self::Text(text.to_owned())),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::FLOAT8, Type::TEXT, Type::BYTEA].contains(kind)
    }
}

impl From<::postgres::Error> for Error {
    fn from(error: ::postgres::Error) -> Self {
        let text = reasons(&error);
        // What another try may mend: the server is starting, stopping, too busy or gone.
        let passing = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::QUERY_CANCELED,
            SqlState::LOCK_NOT_AVAILABLE,
        ];
        match error.code() {
            Some(code) if passing.contains(code) => Self::busy(text),
            Some(_) => Self::lasting(text),
            None if error.is_closed() || has_io_error(&error) => Self::lost(text),
            None => Self::lasting(text),
        }
    }
}

fn has_io_error(error: &::postgres::Error) -> bool {
    let mut source = error.source();
    while let Some(one) = source {
        if one.is::<std::io::Error>() {
            return true;
        }
        source = one.source();
    }
    false
}

/// The server's own words, or the last reason of a failed connection.
fn reasons(error: &::postgres::Error) -> String {
    if let Some(told) = error.as_db_error() {
        return told.message().to_owned();
    }
    match error.source() {
        Some(source) => {
            let text = source.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_translated() {
        let check = |theirs: &str, ours: &str| assert_eq!(translate(theirs), ours);
        check("key INTEGER PRIMARY KEY,", "key BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,");
        check(
            "run INTEGER NOT NULL, sum REAL, detail BLOB",
            "run BIGINT NOT NULL, sum DOUBLE PRECISION, detail BYTEA",
        );
        check(") STRICT, WITHOUT ROWID;\n) STRICT;", ");\n);");
    }
}
