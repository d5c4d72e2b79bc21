//! Real servers from the system's packages, each started for a test with a folder and a port of its own, and stopped by
//! its own process id.

mod postgres;

pub use postgres::Postgres;
