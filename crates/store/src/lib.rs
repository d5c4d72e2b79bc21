//! Kept runs: written while they go on, read back as they were.
//!
//! [`Keeper`] writes one run from a thread of its own and never holds the run up; [`Library`] lists, reads and removes
//! what was kept; [`Recording`] writes a run that was over before; [`Searching`] writes what a search for capacity decided. They work on a [`Place`]: a file of SQLite, or a PostgreSQL server with the same tables ([`schema`]). How a run was made, and what its
//! numbers mean, is not known here.

mod database;
mod environment;
mod error;
mod exchanges;
mod git;
mod keeper;
mod library;
mod pack;
mod place;
mod record;
mod recording;
mod retention;
mod schema;
mod searches;
mod sets;
mod writer;

pub use environment::Environment;
pub use error::Error;
pub use exchanges::KeptExchange;
pub use keeper::Keeper;
pub use library::{Kept, Library, Listed, Measured, Selected, Series};
pub use place::{Address, FILE_NAME, Place, default_place};
pub use record::{Check, Closing, Opening, ScriptText, Threshold};
pub use recording::Recording;
pub use retention::Retention;
pub use searches::{Search, Searching, Sought};
pub use sets::{Baseline, Grouped, Membership};
