//! A connection to a database of either kind.
//!
//! Main type: [`Connection`]. Which kind it is, the address of its source says.

use std::time::Duration;

use super::answer::Answer;
use super::{Asked, Place, Refusal, mysql, postgres};

/// An open connection.
#[derive(Debug)]
pub enum Connection {
    /// To PostgreSQL.
    Postgres(Box<postgres::Connection>),
    /// To MySQL or MariaDB.
    Mysql(Box<mysql::Connection>),
}

impl Connection {
    /// Opens a connection; to be called on the thread that databases live on.
    pub async fn open(place: &Place) -> Result<Self, Refusal> {
        if mysql::is_address(&place.source.url) {
            let connection = mysql::Connection::open(place).await?;
            return Ok(Self::Mysql(Box::new(connection)));
        }
        let connection = postgres::Connection::open(place).await?;
        Ok(Self::Postgres(Box::new(connection)))
    }

    /// Whether it is known to be of no use any more.
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Postgres(connection) => connection.is_closed(),
            Self::Mysql(connection) => connection.is_closed(),
        }
    }

    /// Puts a query.
    pub async fn ask(&mut self, asked: &Asked) -> Result<Answer, Refusal> {
        match self {
            Self::Postgres(connection) => connection.ask(asked).await,
            Self::Mysql(connection) => connection.ask(asked).await,
        }
    }

    /// How long to wait for a statement that may take `limit`: longer where the server itself ends it.
    pub fn patience(&self, limit: Duration) -> Duration {
        match self {
            Self::Mysql(connection) if connection.ends_late_statements() => limit + Duration::from_secs(5),
            _ => limit,
        }
    }

    /// What the driver says of a statement that took too long.
    pub fn too_late(&self) -> Refusal {
        match self {
            Self::Postgres(_) => {
                Refusal::of_server("57014", "ERROR: canceling statement due to user request")
            }
            Self::Mysql(_) => Refusal::thrown(
                "com.mysql.cj.jdbc.exceptions.MySQLTimeoutException",
                "Statement cancelled due to timeout or client request",
            ),
        }
    }
}
