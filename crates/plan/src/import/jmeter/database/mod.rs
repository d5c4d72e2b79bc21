//! Samplers that ask a database, as JMeter's JDBC ones do.
//!
//! Main types: [`Source`], a pool as the plan has it, [`Query`], what is asked, and [`Databases`], the pools of a run.
//! PostgreSQL is spoken by `postgres`, MySQL and MariaDB by `mysql`; what an answer becomes is `answer`'s.

mod answer;
mod connection;
mod mysql;
mod postgres;
mod tls;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::sample::Sample;
use super::text::{Fault, Text};
use super::user::User;
use answer::Answer;
use connection::Connection;

/// A pool of connections, as the plan has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The name that queries call it by.
    pub name: String,
    /// Where the database is: `jdbc:postgresql://host:port/name?key=value`, or `mysql` or `mariadb` in its place.
    pub url: String,
    /// The user.
    pub user: String,
    /// Its password.
    pub password: String,
    /// Connections at once; 0 means that each thread has one of its own.
    pub most: usize,
    /// The longest wait for a connection, in ms; 0 for no limit.
    pub wait_ms: u64,
    /// Each statement is a transaction of its own.
    pub auto_commit: bool,
    /// What is said first on each connection.
    pub first: Vec<String>,
}

impl Source {
    /// What is not supported of its address, in words for the user.
    #[must_use]
    pub fn unsupported(&self) -> Vec<String> {
        if self.url.is_empty() {
            return Vec::new();
        }
        let parts = match () {
            () if self.url.starts_with("jdbc:postgresql:") => postgres::unsupported(self),
            () if mysql::is_address(&self.url) => mysql::unsupported(self),
            () => {
                let message = format!(
                    "the database at {} is not supported; PostgreSQL, MySQL and MariaDB are",
                    self.url
                );
                return vec![message];
            }
        };
        parts.into_iter().map(|part| format!("the database {}: {part}", self.name)).collect()
    }

    #[cfg(test)]
    fn for_tests(url: &str) -> Self {
        Self {
            name: "db".to_owned(),
            url: url.to_owned(),
            user: String::new(),
            password: String::new(),
            most: 0,
            wait_ms: 0,
            auto_commit: true,
            first: Vec::new(),
        }
    }
}

/// Where connections of a pool are opened to, and what was found out about it.
pub(super) struct Place {
    source: Source,
    /// The configuration of handshakes with PostgreSQL, once there was one.
    postgres: OnceLock<Result<rustls::ClientConfig, String>>,
    /// The same for MySQL.
    mysql: OnceLock<Result<mysql_async::SslOpts, String>>,
    /// The server speaks no TLS, and needs not.
    is_plain: AtomicBool,
}

/// What kind of statement it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Gives rows.
    Select,
    /// Gives a number.
    Update,
    /// The same with arguments.
    PreparedSelect,
    /// The same with arguments.
    PreparedUpdate,
    /// Calls a function or a procedure.
    Call,
    /// Ends a transaction.
    Commit,
    /// Undoes a transaction.
    Rollback,
    /// Statements are parts of a transaction from now on.
    Manual,
    /// Each statement is a transaction of its own from now on.
    Auto,
}

impl Kind {
    /// By the words of the form.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Some(match text.trim() {
            "" | "Select Statement" => Self::Select,
            "Update Statement" => Self::Update,
            "Callable Statement" => Self::Call,
            "Prepared Select Statement" => Self::PreparedSelect,
            "Prepared Update Statement" => Self::PreparedUpdate,
            "Commit" => Self::Commit,
            "Rollback" => Self::Rollback,
            "AutoCommit(false)" => Self::Manual,
            "AutoCommit(true)" => Self::Auto,
            _ => return None,
        })
    }
}

/// What is asked.
#[derive(Debug)]
pub struct Query {
    /// The name of the pool.
    pub source: Text,
    /// The kind of statement.
    pub kind: Text,
    /// The statement.
    pub text: Text,
    /// Its arguments, between commas.
    pub arguments: Text,
    /// Their types, between commas.
    pub types: Text,
    /// Variables for columns, between commas.
    pub names: Text,
    /// A variable for all rows.
    pub result: Text,
    /// Rows that are read at most; blank or below 0 for all.
    pub most: Text,
    /// How long the statement may take, in s; 0 for no limit.
    pub timeout: Text,
    /// Only the number of rows is shown.
    pub counts: bool,
}

/// A query with its texts worked out.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    kind: Kind,
    text: String,
    arguments: Vec<String>,
    types: Vec<String>,
    timeout: Option<Duration>,
}

/// Why there is no answer, in Java's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    /// The state of SQL; nothing where Java has none.
    state: Option<String>,
    /// The server's own number; 0 where Java has none.
    number: u16,
    /// The exception's class.
    class: &'static str,
    /// Its message.
    message: String,
}

impl Refusal {
    fn plain(message: impl Into<String>) -> Self {
        Self { state: None, number: 0, class: "java.sql.SQLException", message: message.into() }
    }

    /// What Java throws before anything is asked.
    fn thrown(class: &'static str, message: impl Into<String>) -> Self {
        Self { state: None, number: 0, class, message: message.into() }
    }

    fn of_server(state: &str, message: impl Into<String>) -> Self {
        Self {
            state: Some(state.to_owned()),
            number: 0,
            class: "org.postgresql.util.PSQLException",
            message: message.into(),
        }
    }

    /// The code of a sample: the state and the number, or the one that JMeter has for other exceptions.
    fn code(&self) -> String {
        if self.class.starts_with("java.lang.") {
            return "000".to_owned();
        }
        format!("{} {}", self.state.as_deref().unwrap_or("null"), self.number)
    }
}

/// One pool of a run.
struct Pool {
    place: Arc<Place>,
    idle: Mutex<Vec<Connection>>,
    places: Arc<Semaphore>,
}

/// The pools of a run. Their connections live on a thread of their own, which the first query makes, so that any
/// worker thread can use them.
pub struct Databases {
    pools: BTreeMap<String, Pool>,
    home: OnceLock<Home>,
}

struct Home {
    handle: tokio::runtime::Handle,
    _ends: oneshot::Sender<()>,
}

impl std::fmt::Debug for Databases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Databases").field("pools", &self.pools.len()).finish_non_exhaustive()
    }
}

/// The connections that a thread has of its own, by the name of their pool.
pub type Own = BTreeMap<String, Connection>;

/// A connection for one query.
struct Borrowed {
    connection: Connection,
    permit: Option<OwnedSemaphorePermit>,
}

impl Databases {
    /// The pools of a plan; nothing is opened yet.
    #[must_use]
    pub fn new(sources: Vec<Source>) -> Self {
        let pool = |source: Source| {
            let places = Arc::new(Semaphore::new(source.most.clamp(1, Semaphore::MAX_PERMITS)));
            let name = source.name.clone();
            let place = Place {
                source,
                postgres: OnceLock::new(),
                mysql: OnceLock::new(),
                is_plain: AtomicBool::new(false),
            };
            (name, Pool { place: Arc::new(place), idle: Mutex::default(), places })
        };
        Self { pools: sources.into_iter().map(pool).collect(), home: OnceLock::new() }
    }

    fn home(&self) -> Result<&tokio::runtime::Handle, Refusal> {
        if let Some(home) = self.home.get() {
            return Ok(&home.handle);
        }
        let failed = |error: std::io::Error| Refusal::plain(format!("no thread for databases: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (ends, ended) = oneshot::channel::<()>();
        let handle = runtime.handle().clone();
        std::thread::Builder::new()
            .name("databases".to_owned())
            .spawn(move || {
                // It ends when the other end of the channel is gone, with the run.
                let _ = runtime.block_on(ended);
            })
            .map_err(failed)?;
        Ok(&self.home.get_or_init(|| Home { handle, _ends: ends }).handle)
    }

    async fn open(&self, place: &Arc<Place>) -> Result<Connection, Refusal> {
        let handle = self.home()?.clone();
        let place = Arc::clone(place);
        let opening = handle.spawn(async move { Connection::open(&place).await });
        opening.await.map_err(|error| Refusal::plain(error.to_string()))?
    }

    async fn borrow(&self, pool: &Pool, own: &mut Own) -> Result<Borrowed, Refusal> {
        let source = &pool.place.source;
        if source.most == 0 {
            let known = own.remove(&source.name).filter(|known| !known.is_closed());
            let connection = match known {
                Some(known) => known,
                None => self.open(&pool.place).await?,
            };
            return Ok(Borrowed { connection, permit: None });
        }
        let place = Arc::clone(&pool.places).acquire_owned();
        let permit = if source.wait_ms == 0 {
            place.await.ok()
        } else {
            match tokio::time::timeout(Duration::from_millis(source.wait_ms), place).await {
                Ok(permit) => permit.ok(),
                Err(_) => {
                    return Err(Refusal::plain(
                        "Cannot get a connection, pool error Timeout waiting for idle object",
                    ));
                }
            }
        };
        let idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle.filter(|known| !known.is_closed()) {
            Some(known) => known,
            None => self.open(&pool.place).await?,
        };
        Ok(Borrowed { connection, permit })
    }

    async fn ask(&self, name: &str, asked: &Asked, own: &mut Own) -> Result<Answer, Refusal> {
        let Some(pool) = self.pools.get(name) else {
            return Err(Refusal::plain(format!(
                "No pool found named: '{name}', ensure Variable Name matches Variable Name of JDBC Connection \
                 Configuration"
            )));
        };
        let Borrowed { mut connection, permit } = self.borrow(pool, own).await?;
        let answer = match asked.timeout {
            None => connection.ask(asked).await,
            Some(limit) => {
                let patience = connection.patience(limit);
                match tokio::time::timeout(patience, connection.ask(asked)).await {
                    Ok(answer) => answer,
                    Err(_) => {
                        // The connection is still at it: it is given up with the statement.
                        drop(permit);
                        return Err(connection.too_late());
                    }
                }
            }
        };
        if pool.place.source.most == 0 {
            own.insert(name.to_owned(), connection);
        } else {
            pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        drop(permit);
        answer
    }
}

impl Query {
    fn worked_out(&self, user: &mut User) -> Result<Result<(String, Asked), Refusal>, Fault> {
        let kind = self.kind.eval(user)?.into_owned();
        let source = self.source.eval(user)?.trim().to_owned();
        let text = self.text.eval(user)?.into_owned();
        let arguments = self.arguments.eval(user)?.into_owned();
        let types = self.types.eval(user)?.into_owned();
        let seconds = self.timeout.number(user)?.filter(|seconds| *seconds > 0);
        let Some(kind) = Kind::named(&kind) else {
            let message = format!("Unexpected query type: {kind}");
            return Ok(Err(Refusal::thrown("java.lang.UnsupportedOperationException", message)));
        };
        let arguments = if arguments.trim().is_empty() { Vec::new() } else { answer::split(&arguments) };
        let types: Vec<String> = if arguments.is_empty() {
            Vec::new()
        } else {
            types.split(',').map(|one| one.trim().to_owned()).collect()
        };
        if arguments.len() != types.len() {
            return Ok(Err(Refusal::plain(format!(
                "number of arguments ({}) and number of types ({}) are not equal",
                arguments.len(),
                types.len()
            ))));
        }
        let timeout = seconds.map(|seconds| Duration::from_secs(seconds as u64));
        Ok(Ok((source, Asked { kind, text, arguments, types, timeout })))
    }

    /// Asks, sets the variables, and gives the text of the answer.
    async fn run(
        &self,
        databases: &Databases,
        own: &mut Own,
        user: &mut User,
    ) -> Result<Result<String, Refusal>, Fault> {
        let (source, asked) = match self.worked_out(user)? {
            Ok(worked_out) => worked_out,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let answer = match databases.ask(&source, &asked, own).await {
            Ok(answer) => answer,
            Err(refusal) => return Ok(Err(refusal)),
        };
        Ok(Ok(answer.tell(self, &asked, user)?))
    }

    /// Asks beside a sampler; a refusal is told in the words of the log.
    ///
    /// # Errors
    /// When a function throws.
    pub async fn beside(
        &self,
        databases: &Databases,
        own: &mut Own,
        user: &mut User,
    ) -> Result<Option<String>, Fault> {
        Ok(self.run(databases, own, user).await?.err().map(|refusal| refusal.message))
    }

    /// One sample of the query.
    ///
    /// # Errors
    /// When a function throws.
    pub async fn perform(
        &self,
        mut sample: Sample,
        databases: &Databases,
        own: &mut Own,
        user: &mut User,
    ) -> Result<Sample, Fault> {
        sample.data_type = "text";
        sample.content_type = "text/plain".into();
        sample.sampler_data = self.text.eval(user)?.into_owned();
        let text = match self.run(databases, own, user).await? {
            Ok(text) => {
                (sample.code, sample.message, sample.success) = ("200".into(), "OK".into(), true);
                text
            }
            Err(refusal) => {
                sample.fail(&refusal.code(), &format!("{}: {}", refusal.class, refusal.message));
                refusal.message
            }
        };
        sample.set_text(&text);
        sample.bytes = sample.body.len() as u64;
        sample.body_bytes = sample.bytes;
        Ok(sample)
    }
}
