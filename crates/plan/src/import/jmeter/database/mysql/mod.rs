//! MySQL and MariaDB: one connection, and how queries are put to it.
//!
//! Main type: [`Connection`]. Statements go and values come as texts, as with the drivers for Java; arguments are written
//! into their statement by `statement`. Statements are not prepared on the server.

mod address;
mod encryption;
mod statement;
mod words;

use std::sync::atomic::Ordering;
use std::time::Duration;

use mysql_async::consts::{ColumnFlags, ColumnType};
use mysql_async::prelude::Queryable as _;
use mysql_async::{Column as Field, Conn, DriverError, Error, IoError, OptsBuilder, Row, SslOpts, Value};
use rustls::CertificateError;

use super::answer::{self, Answer, Column, Columns, Part, Rows};
use super::tls::{Belief, Wanted, Wish};
use super::{Asked, Kind, Place, Refusal, Source};
use address::Address;
use statement::Call;
use words::Driver;

pub use address::is_address;

/// For connecting, when the address does not say.
const CONNECTING: Duration = Duration::from_secs(10);
/// The server's number for statements that cannot be prepared.
const CANNOT_BE_PREPARED: u16 = 1295;

/// An open connection.
pub struct Connection {
    conn: Conn,
    driver: Driver,
    /// Columns of one bit and of years are read as Java reads them.
    reading: Reading,
    /// Several statements may stand in one query.
    several: bool,
    auto_commit: bool,
    /// It broke, and is of no use any more.
    broken: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("driver", &self.driver).finish_non_exhaustive()
    }
}

/// What an address says about the reading of columns.
#[derive(Clone, Copy, Debug)]
struct Reading {
    driver: Driver,
    /// `TINYINT(1)` is true or false.
    tiny_is_truth: bool,
    /// `YEAR` is the first day of the year.
    year_is_date: bool,
}

impl Connection {
    /// Opens a connection; to be called on the thread that databases live on.
    pub async fn open(place: &Place) -> Result<Self, Refusal> {
        let source = &place.source;
        let address = Address::of(source)?;
        let failed =
            |reason: String| Refusal::plain(format!("Cannot create PoolableConnectionFactory ({reason})"));
        let mut reason = String::new();
        for (host, port) in &address.hosts {
            match connected(&address, place, host, *port).await {
                Ok(conn) => return Self::ready(conn, &address, source).await,
                Err(why) => reason = why,
            }
        }
        Err(failed(reason))
    }

    async fn ready(conn: Conn, address: &Address, source: &Source) -> Result<Self, Refusal> {
        let driver = address.driver;
        let reading = Reading {
            driver,
            tiny_is_truth: address.flag("tinyInt1isBit", true),
            year_is_date: address.flag("yearIsDateType", true),
        };
        let several = address.flag("allowMultiQueries", false);
        let mut connection =
            Self { conn, driver, reading, several, auto_commit: source.auto_commit, broken: false };
        let mut first = address.first();
        if !source.auto_commit {
            first.push("SET autocommit = 0".to_owned());
        }
        first.extend(source.first.iter().filter(|statement| !statement.trim().is_empty()).cloned());
        for statement in first {
            connection.put(&statement).await?;
        }
        Ok(connection)
    }

    /// Whether it is known to be of no use any more.
    pub fn is_closed(&self) -> bool {
        self.broken
    }

    /// Whether the server itself is told how long a statement may take.
    pub fn ends_late_statements(&self) -> bool {
        // MySQL has not got to version 10 yet, and MariaDB began there.
        self.driver == Driver::MariaDb && self.conn.server_version().0 >= 10
    }

    /// Puts a query.
    pub async fn ask(&mut self, asked: &Asked) -> Result<Answer, Refusal> {
        match asked.kind {
            Kind::Commit => self.end("COMMIT", "commit").await,
            Kind::Rollback => self.end("ROLLBACK", "rollback").await,
            Kind::Manual => self.commit_by_itself(false).await,
            Kind::Auto => self.commit_by_itself(true).await,
            Kind::Select | Kind::Update => self.timed(&asked.text, asked).await,
            Kind::PreparedSelect | Kind::PreparedUpdate => {
                let statement = statement::filled(asked, self.driver)?;
                self.timed(&statement, asked).await
            }
            Kind::Call => self.call(asked).await,
        }
    }

    async fn commit_by_itself(&mut self, yes: bool) -> Result<Answer, Refusal> {
        if self.auto_commit != yes {
            self.put(if yes { "SET autocommit = 1" } else { "SET autocommit = 0" }).await?;
            self.auto_commit = yes;
        }
        Ok(Answer::default())
    }

    async fn end(&mut self, statement: &str, verb: &str) -> Result<Answer, Refusal> {
        if self.auto_commit {
            return self.driver.without_transaction(verb).map_or_else(|| Ok(Answer::default()), Err);
        }
        self.put(statement).await?;
        Ok(Answer::default())
    }

    /// Puts a statement with the limit that the server watches itself.
    async fn timed(&mut self, statement: &str, asked: &Asked) -> Result<Answer, Refusal> {
        let limit = asked.timeout.filter(|_| self.ends_late_statements());
        let parts = match limit {
            Some(limit) => {
                let seconds = limit.as_secs();
                self.put(&format!("SET STATEMENT max_statement_time={seconds} FOR {statement}")).await?
            }
            None => self.put(statement).await?,
        };
        Ok(Answer { parts, set: Vec::new() })
    }

    async fn call(&mut self, asked: &Asked) -> Result<Answer, Refusal> {
        let call = Call::of(asked, self.driver)?;
        if let Some(before) = &call.before {
            self.put(before).await?;
        }
        let mut answer = self.timed(&call.text, asked).await?;
        let told = match &call.after {
            Some(after) => self.put(after).await?,
            None if call.is_function => std::mem::take(&mut answer.parts),
            None => return Ok(answer),
        };
        let values = told.into_iter().find_map(|part| match part {
            Part::Rows(_, rows) => rows.into_iter().next(),
            Part::Changed(_) => None,
        });
        let kinds = asked.types.iter().filter(|kind| answer::is_out(kind));
        answer.set = kinds.map(|kind| registered(kind)).zip(values.unwrap_or_default()).collect();
        Ok(answer)
    }

    /// Puts a statement, or several where the address allows them, and reads all that comes.
    async fn put(&mut self, statement: &str) -> Result<Vec<Part>, Refusal> {
        let several = !self.several && statement::is_several(statement);
        let outcome = match several {
            true => self.put_one(statement).await,
            false => parts(&mut self.conn, statement, self.reading).await,
        };
        outcome.map_err(|error| self.refusal(&error))
    }

    /// Puts what may be one statement with semicolons inside, such as the body of a procedure: when it can be prepared,
    /// or cannot for another reason than its grammar, it is one.
    async fn put_one(&mut self, statement: &str) -> Result<Vec<Part>, Error> {
        match self.conn.prep(statement).await {
            Ok(prepared) => self.conn.close(prepared).await?,
            Err(Error::Server(told)) if told.code == CANNOT_BE_PREPARED => {}
            Err(error) => return Err(error),
        }
        parts(&mut self.conn, statement, self.reading).await
    }

    fn refusal(&mut self, error: &Error) -> Refusal {
        if let Error::Server(told) = error {
            return self.driver.told(self.conn.id(), told.code, &told.state, &told.message);
        }
        self.broken = true;
        self.driver.lost(self.conn.id(), &error.to_string())
    }
}

/// What is not supported of an address, in words for the user.
#[must_use]
pub fn unsupported(source: &Source) -> Vec<String> {
    Address::of(source)
        .map_or_else(|refusal| vec![refusal.message], |address| encryption::wanted(&address).unsupported)
}

/// One connection to one host, or why there is none, in the words of the driver.
async fn connected(address: &Address, place: &Place, host: &str, port: u16) -> Result<Conn, String> {
    let opening = encrypted(address, place, host, port);
    let limit = address.connecting().unwrap_or(CONNECTING);
    match tokio::time::timeout(limit, opening).await {
        Ok(opened) => opened,
        Err(_) => Err(no_connection(address.driver, host, port, "connect timed out")),
    }
}

/// The same, encrypted as far as it is wanted.
async fn encrypted(address: &Address, place: &Place, host: &str, port: u16) -> Result<Conn, String> {
    let wanted = encryption::wanted(address);
    let options = options_of(address, host, port);
    let is_plain = wanted.wish == Wish::Never || place.is_plain.load(Ordering::Relaxed);
    let told = |error: &Error| no_connection_by(address.driver, host, port, error);
    if is_plain {
        return Conn::new(options).await.map_err(|error| told(&error));
    }
    let tls = place.mysql.get_or_init(|| wanted.mysql_options()).clone()?;
    match Conn::new(options.clone().ssl_opts(tls.clone())).await {
        Err(Error::Driver(DriverError::NoClientSslFlagFromServer)) if wanted.wish == Wish::IfOffered => {
            place.is_plain.store(true, Ordering::Relaxed);
            Conn::new(options).await.map_err(|error| told(&error))
        }
        Err(error) => match other_name(&error, &wanted, tls) {
            Some(tls) => Conn::new(options.ssl_opts(tls)).await.map_err(|error| told(&error)),
            None => Err(told(&error)),
        },
        Ok(conn) => Ok(conn),
    }
}

fn options_of(address: &Address, host: &str, port: u16) -> OptsBuilder {
    OptsBuilder::default()
        .ip_or_hostname(host)
        .tcp_port(port)
        .user(Some(&address.user))
        .pass(Some(&address.password))
        .db_name(address.name.as_deref())
        .prefer_socket(false)
        .client_found_rows(!address.flag("useAffectedRows", false))
}

/// What the handshake is tried with again when the certificate is good but for its name, and its name does not matter.
fn other_name(error: &Error, wanted: &Wanted, tls: SslOpts) -> Option<SslOpts> {
    if wanted.belief != Belief::Authority {
        return None;
    }
    let Error::Io(IoError::Io(error)) = error else { return None };
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }) = error
    else {
        return None;
    };
    // `DnsName("db.test")` or `IpAddress(10.0.0.1)`.
    let inside = presented.first()?.split_once('(')?.1.trim_end_matches(')').trim_matches('"');
    Some(tls.with_danger_tls_hostname_override(Some(inside.replace('*', "any"))))
}

/// Why there is no connection.
fn no_connection_by(driver: Driver, host: &str, port: u16, error: &Error) -> String {
    match (error, driver) {
        (Error::Server(told), _) => told.message.clone(),
        (Error::Driver(DriverError::NoClientSslFlagFromServer), Driver::MySql) => {
            "SSL Connection required, but not supported by server.".to_owned()
        }
        (Error::Driver(DriverError::NoClientSslFlagFromServer), Driver::MariaDb) => {
            "Trying to connect with ssl, but ssl not enabled in the server".to_owned()
        }
        _ => no_connection(driver, host, port, &error.to_string()),
    }
}

fn no_connection(driver: Driver, host: &str, port: u16, reason: &str) -> String {
    match driver {
        Driver::MySql => format!("Communications link failure: {reason}"),
        Driver::MariaDb => format!("Socket fail to connect to {host}:{port}. {reason}"),
    }
}

/// All results of a statement.
async fn parts(conn: &mut Conn, statement: &str, reading: Reading) -> Result<Vec<Part>, Error> {
    let mut result = conn.query_iter(statement).await?;
    let mut all = Vec::new();
    loop {
        let fields = result.columns();
        let changed = result.affected_rows();
        let rows: Vec<Row> = result.collect().await?;
        all.push(match fields {
            None => return Ok(all),
            Some(fields) if !fields.is_empty() => {
                let columns: Columns = fields
                    .iter()
                    .map(|field| (field.name_str().into_owned(), column_of(field, reading)))
                    .collect();
                let rows: Rows = rows.into_iter().map(|row| texts(row, &columns)).collect();
                Part::Rows(columns, rows)
            }
            Some(_) => Part::Changed(changed),
        });
    }
}

/// The values of a row as texts.
fn texts(row: Row, columns: &Columns) -> Vec<Option<String>> {
    let values = row.unwrap().into_iter().zip(columns);
    values
        .map(|(value, (_, column))| match (value, column) {
            (Value::NULL, _) => None,
            (Value::Bytes(bytes), Column::Truth) => {
                // A bit comes as a byte, a small number as its digits.
                let is_set = !matches!(&bytes[..], b"0" | b"\0");
                Some(if is_set { "t" } else { "f" }.to_owned())
            }
            (Value::Bytes(bytes), _) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            (other, _) => Some(other.as_sql(true)),
        })
        .collect()
}

/// How a column is read.
fn column_of(field: &Field, reading: Reading) -> Column {
    let is_unsigned = field.flags().contains(ColumnFlags::UNSIGNED_FLAG);
    let one_wide = field.column_length() == 1;
    match field.column_type() {
        ColumnType::MYSQL_TYPE_TINY if reading.tiny_is_truth && one_wide && !is_unsigned => Column::Truth,
        ColumnType::MYSQL_TYPE_BIT if one_wide => Column::Truth,
        ColumnType::MYSQL_TYPE_TINY
        | ColumnType::MYSQL_TYPE_SHORT
        | ColumnType::MYSQL_TYPE_INT24
        | ColumnType::MYSQL_TYPE_LONG
        | ColumnType::MYSQL_TYPE_LONGLONG => Column::Whole,
        ColumnType::MYSQL_TYPE_FLOAT | ColumnType::MYSQL_TYPE_DOUBLE => Column::Real,
        ColumnType::MYSQL_TYPE_DECIMAL | ColumnType::MYSQL_TYPE_NEWDECIMAL => Column::Decimal,
        ColumnType::MYSQL_TYPE_YEAR if reading.year_is_date => Column::Year,
        ColumnType::MYSQL_TYPE_YEAR => Column::Whole,
        ColumnType::MYSQL_TYPE_DATETIME if reading.driver == Driver::MySql => Column::LocalMoment,
        ColumnType::MYSQL_TYPE_DATETIME | ColumnType::MYSQL_TYPE_TIMESTAMP => Column::Moment,
        ColumnType::MYSQL_TYPE_TIME => Column::Time,
        _ => Column::Text,
    }
}

/// How a parameter that a call sets is read, by the type that the plan has given it.
fn registered(kind: &str) -> Column {
    let upper = kind.trim().to_ascii_uppercase();
    match upper.split_once(' ').map_or("", |(_, name)| name.trim()) {
        "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" => Column::Whole,
        "REAL" | "FLOAT" | "DOUBLE" => Column::Real,
        "DECIMAL" | "NUMERIC" => Column::Decimal,
        "TIMESTAMP" => Column::Moment,
        _ => Column::Text,
    }
}
