//! PostgreSQL: one connection, and how statements with arguments are put to it.
//!
//! Main type: [`Connection`]. Values go and come as texts: a statement with arguments is prepared by the server and
//! executed with literals of the given types, so that no type of the server has to be known here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, Error, NoTls, SimpleQueryMessage, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::answer::{self, Answer, Column, Columns, Part, Rows};
use super::tls::{Wanted, Wish};
use super::{Asked, Kind, Place, Refusal, Source};

/// An argument that stands for nothing.
const NULL: &str = "]NULL[";
/// For connecting, when the address does not say.
const CONNECTING: Duration = Duration::from_secs(10);

/// An open connection.
pub struct Connection {
    client: Client,
    auto_commit: bool,
    in_transaction: bool,
    /// What is known of a statement: its name on the server, and its columns.
    known: BTreeMap<String, Known>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("auto_commit", &self.auto_commit).finish_non_exhaustive()
    }
}

#[derive(Clone, Default)]
struct Known {
    name: Option<String>,
    columns: Vec<Column>,
}

impl Connection {
    /// Opens a connection; to be called on the thread that databases live on.
    pub async fn open(place: &Place) -> Result<Self, Refusal> {
        let source = &place.source;
        let (config, wanted) = config_of(source)?;
        let failed =
            |reason: String| Refusal::plain(format!("Cannot create PoolableConnectionFactory ({reason})"));
        let client = connected(config, &wanted, place).await.map_err(failed)?;
        for statement in source.first.iter().filter(|statement| !statement.trim().is_empty()) {
            client.batch_execute(statement).await.map_err(|error| refusal(&error, 0))?;
        }
        Ok(Self { client, auto_commit: source.auto_commit, in_transaction: false, known: BTreeMap::new() })
    }

    /// Whether the server has gone.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Puts a query.
    pub async fn ask(&mut self, asked: &Asked) -> Result<Answer, Refusal> {
        match asked.kind {
            Kind::Commit => self.end("COMMIT", "commit").await,
            Kind::Rollback => self.end("ROLLBACK", "rollback").await,
            Kind::Manual => {
                self.auto_commit = false;
                Ok(Answer::default())
            }
            Kind::Auto => {
                if std::mem::take(&mut self.in_transaction) {
                    self.plain("COMMIT").await?;
                }
                self.auto_commit = true;
                Ok(Answer::default())
            }
            Kind::Select | Kind::Update => {
                self.begin().await?;
                let columns = match asked.kind {
                    Kind::Select => self.columns(&asked.text, &[]).await?,
                    _ => Vec::new(),
                };
                let messages = self.plain(&asked.text).await?;
                Ok(answer_of(messages, &columns))
            }
            Kind::PreparedSelect | Kind::PreparedUpdate | Kind::Call => {
                self.begin().await?;
                Ok(with_set(self.prepared(asked).await?, asked))
            }
        }
    }

    async fn begin(&mut self) -> Result<(), Refusal> {
        if !self.auto_commit && !self.in_transaction {
            self.plain("BEGIN").await?;
            self.in_transaction = true;
        }
        Ok(())
    }

    async fn end(&mut self, statement: &str, verb: &str) -> Result<Answer, Refusal> {
        if self.auto_commit {
            let message = format!("Cannot {verb} when autoCommit is enabled.");
            return Err(Refusal::of_server("25P01", message));
        }
        if std::mem::take(&mut self.in_transaction) {
            self.plain(statement).await?;
        }
        Ok(Answer::default())
    }

    async fn plain(&self, statement: &str) -> Result<Vec<SimpleQueryMessage>, Refusal> {
        self.client.simple_query(statement).await.map_err(|error| refusal(&error, 0))
    }

    /// How the columns of a statement are read; nothing for several statements at once.
    async fn columns(&mut self, statement: &str, types: &[Type]) -> Result<Vec<Column>, Refusal> {
        let key = format!("{statement}\0{types:?}");
        if let Some(known) = self.known.get(&key) {
            return Ok(known.columns.clone());
        }
        let columns: Vec<Column> = match self.client.prepare_typed(statement, types).await {
            Ok(prepared) => prepared.columns().iter().map(|column| column_of(column.type_())).collect(),
            Err(error) => {
                let several =
                    error.as_db_error().is_some_and(|error| error.message().contains("multiple commands"));
                if !several {
                    return Err(refusal(&error, 0));
                }
                Vec::new()
            }
        };
        self.known.insert(key, Known { name: None, columns: columns.clone() });
        Ok(columns)
    }

    async fn prepared(&mut self, asked: &Asked) -> Result<Answer, Refusal> {
        let text = if asked.kind == Kind::Call { called(&asked.text, asked) } else { asked.text.clone() };
        let statement = numbered(&text, &mut |at| format!("${at}"));
        let given: Vec<(&str, &str)> = asked
            .arguments
            .iter()
            .zip(&asked.types)
            .filter(|(_, kind)| !kind.to_ascii_uppercase().starts_with("OUT "))
            .map(|(value, kind)| (value.as_str(), kind.as_str()))
            .collect();
        let types: Vec<Type> = given.iter().map(|(_, kind)| type_of(kind)).collect();
        let columns = self.columns(&statement, &types).await?;
        if given.is_empty() {
            let messages = self.plain(&statement).await?;
            return Ok(answer_of(messages, &columns));
        }
        if text.trim_start().get(..4).is_some_and(|word| word.eq_ignore_ascii_case("call")) {
            // A procedure cannot be called by a statement that is prepared by name.
            let value = |at: usize| match given.get(at - 1) {
                Some((value, kind)) => format!("{}::{}", literal(value), type_of(kind).name()),
                None => "NULL".to_owned(),
            };
            let messages = self.plain(&numbered(&text, &mut |at| value(at))).await?;
            return Ok(answer_of(messages, &columns));
        }
        let key = format!("{statement}\0{types:?}");
        let known = self.known.get(&key).and_then(|known| known.name.clone());
        let name = match known {
            Some(name) => name,
            None => {
                let name = format!("plimsoll_{}", self.known.len());
                let names: Vec<&str> = types.iter().map(Type::name).collect();
                let prefix = format!("PREPARE {name}({}) AS ", names.join(", "));
                let outcome = self.client.simple_query(&format!("{prefix}{statement}")).await;
                outcome.map_err(|error| refusal(&error, prefix.chars().count() as u32))?;
                self.known.insert(key, Known { name: Some(name.clone()), columns: columns.clone() });
                name
            }
        };
        let values: Vec<String> = given.iter().map(|(value, _)| literal(value)).collect();
        let messages = self.plain(&format!("EXECUTE {name}({})", values.join(", "))).await?;
        Ok(answer_of(messages, &columns))
    }
}

fn literal(value: &str) -> String {
    if value == NULL {
        return "NULL".to_owned();
    }
    let quoted = value.replace('\'', "''");
    // A backslash is a letter in this form, whatever the server's settings are.
    if quoted.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// The type of the server for a name of `java.sql.Types`.
fn type_of(name: &str) -> Type {
    let upper = name.trim().to_ascii_uppercase();
    match upper.strip_prefix("INOUT ").unwrap_or(&upper).trim() {
        "VARCHAR" | "LONGVARCHAR" | "NVARCHAR" => Type::VARCHAR,
        "CHAR" | "NCHAR" => Type::BPCHAR,
        "INTEGER" => Type::INT4,
        "SMALLINT" | "TINYINT" => Type::INT2,
        "BIGINT" => Type::INT8,
        "REAL" => Type::FLOAT4,
        "FLOAT" | "DOUBLE" => Type::FLOAT8,
        "NUMERIC" | "DECIMAL" => Type::NUMERIC,
        "BIT" | "BOOLEAN" => Type::BOOL,
        "DATE" => Type::DATE,
        "BINARY" | "VARBINARY" | "LONGVARBINARY" => Type::BYTEA,
        _ => Type::UNKNOWN,
    }
}

fn column_of(kind: &Type) -> Column {
    match *kind {
        Type::BOOL => Column::Truth,
        Type::INT2 | Type::INT4 | Type::INT8 | Type::OID => Column::Whole,
        Type::FLOAT4 | Type::FLOAT8 => Column::Real,
        Type::NUMERIC => Column::Decimal,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => Column::Moment,
        Type::BYTEA => Column::Bytes,
        _ => Column::Text,
    }
}

/// A statement with something else in the place of each question mark, which are counted from 1; those in quotes and
/// comments stay, two make one.
fn numbered(statement: &str, put: &mut dyn FnMut(usize) -> String) -> String {
    let (mut text, mut count) = (String::with_capacity(statement.len() + 8), 0);
    let mut rest = statement;
    while let Some(letter) = rest.chars().next() {
        let closed = match letter {
            '\'' | '"' => rest[1..].find(letter).map(|at| at + 2),
            '-' if rest.starts_with("--") => rest.find('\n'),
            '/' if rest.starts_with("/*") => rest.find("*/").map(|at| at + 2),
            '?' if rest.starts_with("??") => {
                text.push('?');
                rest = &rest[2..];
                continue;
            }
            '?' => {
                count += 1;
                text.push_str(&put(count));
                rest = &rest[1..];
                continue;
            }
            letter => Some(letter.len_utf8()),
        };
        let (taken, left) = rest.split_at(closed.unwrap_or(rest.len()));
        text.push_str(taken);
        rest = left;
    }
    text
}

/// A call in the escaped form of JDBC as a statement; parameters that the database sets are left out.
fn called(statement: &str, asked: &Asked) -> String {
    let trimmed = statement.trim();
    let Some(inner) = trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return statement.to_owned();
    };
    let inner = inner.trim();
    let (returns, inner) = match inner.strip_prefix('?') {
        Some(rest) => (true, rest.trim_start().trim_start_matches('=').trim_start()),
        None => (false, inner),
    };
    let call = inner.get(4..).filter(|_| inner[..4].eq_ignore_ascii_case("call")).unwrap_or(inner).trim();
    let (name, arguments) = match call.split_once('(') {
        Some((name, rest)) => (name, rest.rsplit_once(')').map_or(rest, |(inside, _)| inside)),
        None => (call, ""),
    };
    let kinds = asked.types.iter().skip(usize::from(returns));
    let mut given = Vec::new();
    let mut kinds = kinds.map(|kind| kind.to_ascii_uppercase());
    for argument in arguments.split(',').map(str::trim).filter(|argument| !argument.is_empty()) {
        let set = argument == "?" && kinds.next().is_some_and(|kind| kind.starts_with("OUT "));
        if !set {
            given.push(argument);
        }
    }
    format!("select * from {}({}) as result", name.trim(), given.join(", "))
}

fn answer_of(messages: Vec<SimpleQueryMessage>, columns: &[Column]) -> Answer {
    let mut parts = Vec::new();
    let mut rows: Option<(Columns, Rows)> = None;
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(names) => {
                let column = |(at, name): (usize, &tokio_postgres::SimpleColumn)| {
                    (name.name().to_owned(), columns.get(at).copied().unwrap_or(Column::Text))
                };
                rows = Some((names.iter().enumerate().map(column).collect(), Vec::new()));
            }
            SimpleQueryMessage::Row(row) => {
                let values = (0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect();
                if let Some((_, list)) = &mut rows {
                    list.push(values);
                }
            }
            SimpleQueryMessage::CommandComplete(count) => parts.push(match rows.take() {
                Some((names, list)) => Part::Rows(names, list),
                None => Part::Changed(count),
            }),
            _ => {}
        }
    }
    Answer { parts, set: Vec::new() }
}

/// What a function gave stands for the parameters that its call sets.
fn with_set(mut answer: Answer, asked: &Asked) -> Answer {
    if asked.kind != Kind::Call || !asked.types.iter().any(|kind| answer::is_out(kind)) {
        return answer;
    }
    for part in std::mem::take(&mut answer.parts) {
        if let Part::Rows(columns, rows) = part {
            let values = rows.into_iter().next().unwrap_or_default();
            answer.set = columns.into_iter().map(|(_, column)| column).zip(values).collect();
        }
    }
    answer
}

/// A connection, encrypted as far as it is wanted; or why there is none.
async fn connected(mut config: Config, wanted: &Wanted, place: &Place) -> Result<Client, String> {
    if matches!(wanted.wish, Wish::Never | Wish::WhenRefused) {
        match linked(config.ssl_mode(SslMode::Disable), NoTls).await {
            Err(error)
                if wanted.wish == Wish::WhenRefused
                    && error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {}
            other => return other.map_err(|error| reason(&error)),
        }
    }
    let tls = place.postgres.get_or_init(|| wanted.config()).clone()?;
    let mode = if wanted.wish == Wish::IfOffered { SslMode::Prefer } else { SslMode::Require };
    linked(config.ssl_mode(mode), MakeRustlsConnect::new(tls)).await.map_err(|error| reason(&error))
}

async fn linked<T>(config: &Config, tls: T) -> Result<Client, Error>
where
    T: MakeTlsConnect<Socket> + Send,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// Why there is no connection, in the words of the driver.
fn reason(error: &Error) -> String {
    if error.as_db_error().is_some() {
        return refusal(error, 0).message;
    }
    let all = with_causes(error);
    match all.strip_prefix("error performing TLS handshake: ") {
        Some("server does not support TLS") => "The server does not support SSL.".to_owned(),
        Some(why) => format!("SSL error: {why}"),
        None => all,
    }
}

/// What is not supported of an address, in words for the user.
#[must_use]
pub fn unsupported(source: &Source) -> Vec<String> {
    config_of(source).map_or_else(|refusal| vec![refusal.message], |(_, wanted)| wanted.unsupported)
}

fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}

/// An error in the words of the driver; `before` letters stood before the statement.
fn refusal(error: &Error, before: u32) -> Refusal {
    let Some(told) = error.as_db_error() else {
        return Refusal::of_server("08006", format!("An I/O error occurred: {}", with_causes(error)));
    };
    let mut message = format!("{}: {}", told.severity(), told.message());
    if let Some(detail) = told.detail() {
        message.push_str(&format!("\n  Detail: {detail}"));
    }
    if let Some(hint) = told.hint() {
        message.push_str(&format!("\n  Hint: {hint}"));
    }
    if let Some(tokio_postgres::error::ErrorPosition::Original(at)) = told.position() {
        message.push_str(&format!("\n  Position: {}", at.saturating_sub(before)));
    }
    Refusal::of_server(told.code().code(), message)
}

/// What a JDBC address says.
fn config_of(source: &Source) -> Result<(Config, Wanted), Refusal> {
    let bad =
        || Refusal::plain(format!("Cannot create JDBC driver of class '' for connect URL '{}'", source.url));
    let rest = source.url.trim().strip_prefix("jdbc:postgresql:").ok_or_else(bad)?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut config = Config::new();
    config.connect_timeout(CONNECTING).application_name("plimsoll");
    match place.strip_prefix("//") {
        Some(place) => {
            let (hosts, name) = place.split_once('/').unwrap_or((place, ""));
            for host in hosts.split(',').filter(|host| !host.is_empty()) {
                let (host, port) = match host.rsplit_once(':') {
                    Some((host, port)) if !port.contains(']') => (host, port.parse().map_err(|_| bad())?),
                    _ => (host, 5432),
                };
                config.host(host.trim_matches(['[', ']'])).port(port);
            }
            if !name.is_empty() {
                config.dbname(name);
            }
        }
        None => {
            config.host("localhost").port(5432).dbname(place);
        }
    }
    if !source.user.is_empty() {
        config.user(&source.user);
    }
    if !source.password.is_empty() {
        config.password(&source.password);
    }
    let mut parameters = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        parameters.insert(name.to_string(), value.to_string());
        let _ = match &*name {
            "user" => config.user(&*value),
            "password" => config.password(&*value),
            "currentSchema" => config.options(format!("-c search_path={value}")),
            "ApplicationName" => config.application_name(&*value),
            "connectTimeout" => match value.parse() {
                Ok(seconds) => config.connect_timeout(Duration::from_secs(seconds)),
                Err(_) => continue,
            },
            _ => continue,
        };
    }
    let home = std::env::var_os("HOME").map(PathBuf::from);
    Ok((config, Wanted::by_postgres(&parameters, home.as_deref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(types: &[&str]) -> Asked {
        Asked {
            kind: Kind::Call,
            text: String::new(),
            arguments: Vec::new(),
            types: types.iter().map(|kind| (*kind).to_owned()).collect(),
            timeout: None,
        }
    }

    #[test]
    fn question_marks_are_numbered() {
        let check = |text: &str, wanted: &str| assert_eq!(numbered(text, &mut |at| format!("${at}")), wanted);
        check("select ? + ?", "select $1 + $2");
        check("select '?' , \"?\", ?", "select '?' , \"?\", $1");
        check("select ? -- why?\n, ?", "select $1 -- why?\n, $2");
        check("select /* ? */ ?", "select /* ? */ $1");
        check("select a ?? b", "select a ? b");
        check("select 'it''s ?', ? /* open ?", "select 'it''s ?', $1 /* open ?");
        check("select 'ü?' || ?", "select 'ü?' || $1");
    }

    #[test]
    fn calls_become_statements() {
        let check =
            |text: &str, types: &[&str], wanted: &str| assert_eq!(called(text, &asked(types)), wanted);
        check("{call f(?, 2)}", &["INTEGER"], "select * from f(?, 2) as result");
        check("{? = call f(?)}", &["OUT INTEGER", "INTEGER"], "select * from f(?) as result");
        check("{ call f(?, ?) }", &["INTEGER", "OUT INTEGER"], "select * from f(?) as result");
        check("call p(?)", &["INTEGER"], "call p(?)");
    }

    #[test]
    fn literals_keep_their_letters() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b'"), "E'a\\\\b'''");
        assert_eq!(literal("]NULL["), "NULL");
    }

    #[test]
    fn addresses_are_read() {
        let config =
            config_of(&Source::for_tests("jdbc:postgresql://db.test:5433/shop?user=bob&currentSchema=s"))
                .unwrap()
                .0;
        assert_eq!((config.get_ports(), config.get_dbname()), (&[5433][..], Some("shop")));
        assert_eq!(config.get_user(), Some("bob"));
        assert_eq!(config_of(&Source::for_tests("jdbc:postgresql://[::1]/x")).unwrap().0.get_ports(), [5432]);
        assert!(config_of(&Source::for_tests("jdbc:mysql://h/x")).is_err());
    }
}
