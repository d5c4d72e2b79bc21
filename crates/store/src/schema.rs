//! The tables.
//!
//! One script a version, in SQLite's words; how many of them were carried out is in the store. A script that has been
//! released is never changed.

/// The scripts.
pub const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
];
