//! What the two drivers for Java say of failures.
//!
//! Main type: [`Driver`]. It knows no connection.

use super::super::Refusal;

/// Whose words and ways an address asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Driver {
    /// MySQL Connector/J: `jdbc:mysql:`.
    MySql,
    /// MariaDB Connector/J: `jdbc:mariadb:`.
    MariaDb,
}

impl Driver {
    /// What the server said: its number, its state and its message, on the connection of this number.
    pub fn told(self, connection: u32, number: u16, state: &str, message: &str) -> Refusal {
        let (class, message) = match self {
            Self::MySql if state.starts_with("22") => {
                ("com.mysql.cj.jdbc.exceptions.MysqlDataTruncation", format!("Data truncation: {message}"))
            }
            Self::MySql => (mysql_class(state), message.to_owned()),
            Self::MariaDb => (mariadb_class(state), format!("(conn={connection}) {message}")),
        };
        // The exception for what does not fit has one state for all of them.
        let state = if self == Self::MySql && state.starts_with("22") { "22001" } else { state };
        Refusal { state: Some(state.to_owned()), number, class, message }
    }

    /// The connection is lost.
    pub fn lost(self, connection: u32, reason: &str) -> Refusal {
        let (class, state, message) = match self {
            Self::MySql => (
                "com.mysql.cj.jdbc.exceptions.CommunicationsException",
                "08S01",
                format!("Communications link failure: {reason}"),
            ),
            Self::MariaDb => (
                "java.sql.SQLNonTransientConnectionException",
                "08000",
                format!("(conn={connection}) {reason}"),
            ),
        };
        Refusal { state: Some(state.to_owned()), number: 0, class, message }
    }

    /// A question mark has no argument; positions count from 1.
    pub fn without_argument(self, position: usize) -> Refusal {
        let (class, state, message) = match self {
            Self::MySql => {
                ("java.sql.SQLException", "07001", format!("No value specified for parameter {position}"))
            }
            Self::MariaDb => (
                "java.sql.SQLTransientConnectionException",
                "07004",
                format!("Parameter at position {position} is not set"),
            ),
        };
        Refusal { state: Some(state.to_owned()), number: 0, class, message }
    }

    /// An argument has no question mark; positions count from 1.
    pub fn without_place(self, position: usize, count: usize) -> Refusal {
        let message =
            format!("Parameter index out of range ({position} > number of parameters, which is {count}).");
        Refusal { state: Some("S1009".to_owned()), number: 0, class: "java.sql.SQLException", message }
    }

    /// A transaction is ended where each statement is one of its own; only one of the drivers minds.
    pub fn without_transaction(self, verb: &str) -> Option<Refusal> {
        if self == Self::MariaDb {
            return None;
        }
        let message = format!("Can't call {verb} when autocommit=true");
        Some(match verb {
            "rollback" => Refusal {
                state: Some("08003".to_owned()),
                number: 0,
                class: "java.sql.SQLNonTransientConnectionException",
                message,
            },
            _ => Refusal::plain(message),
        })
    }
}

fn mysql_class(state: &str) -> &'static str {
    match state.get(..2).unwrap_or_default() {
        "08" => "java.sql.SQLNonTransientConnectionException",
        "23" => "java.sql.SQLIntegrityConstraintViolationException",
        "40" => "com.mysql.cj.jdbc.exceptions.MySQLTransactionRollbackException",
        "42" => "java.sql.SQLSyntaxErrorException",
        "70" if state == "70100" => "com.mysql.cj.jdbc.exceptions.MySQLQueryInterruptedException",
        _ => "java.sql.SQLException",
    }
}

fn mariadb_class(state: &str) -> &'static str {
    match state.get(..2).unwrap_or_default() {
        "0A" => "java.sql.SQLFeatureNotSupportedException",
        "22" | "26" | "2F" | "20" | "42" | "XA" => "java.sql.SQLSyntaxErrorException",
        "25" | "28" => "java.sql.SQLInvalidAuthorizationSpecException",
        "21" | "23" => "java.sql.SQLIntegrityConstraintViolationException",
        "08" => "java.sql.SQLNonTransientConnectionException",
        "40" => "java.sql.SQLTransactionRollbackException",
        "70" if state == "70100" => "java.sql.SQLTimeoutException",
        "HY" => "java.sql.SQLException",
        _ => "java.sql.SQLTransientConnectionException",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_quoted_as_java_quotes_them() {
        let check = |driver: Driver, number: u16, state: &str, wanted: &str| {
            let refusal = driver.told(7, number, state, "why");
            assert_eq!(format!("{} {}: {}", refusal.code(), refusal.class, refusal.message), wanted);
        };
        check(Driver::MySql, 1146, "42S02", "42S02 1146 java.sql.SQLSyntaxErrorException: why");
        check(Driver::MySql, 1205, "HY000", "HY000 1205 java.sql.SQLException: why");
        check(
            Driver::MySql,
            1264,
            "22003",
            "22001 1264 com.mysql.cj.jdbc.exceptions.MysqlDataTruncation: Data truncation: why",
        );
        check(
            Driver::MariaDb,
            1062,
            "23000",
            "23000 1062 java.sql.SQLIntegrityConstraintViolationException: (conn=7) why",
        );
    }
}
