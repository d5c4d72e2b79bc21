//! Pure statistics for load tests: numbers in, numbers and verdicts out.
//!
//! The checks that users meet are rows of [`CHECKS`]; each has a file, which says what it answers, how, and when it
//! misleads. Nothing of the rest of the program is known here, there is no I/O, and all randomness is seeded, so that
//! a verdict can be repeated. The one thought behind most of it: **requests of a run are not independent samples**,
//! so confidence comes from slices of time within a run, and from several runs when runs are compared.

pub mod apdex;
pub mod batches;
pub mod budget;
pub mod changepoint;
mod checks;
pub mod compare;
pub mod describe;
mod interval;
pub mod leak;
pub mod means;
pub mod multiple;
pub mod outliers;
pub mod percentile;
pub mod proportion;
pub mod quantile;
pub mod rank;
pub mod rng;
pub mod sequential;
pub mod sla;
pub mod special;
pub mod trend;
pub mod warmup;
pub mod windowed;

pub use checks::{CHECKS, Check};
pub use interval::Interval;
