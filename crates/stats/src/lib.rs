//! Pure statistics for load tests: numbers in, numbers and verdicts out.
//!
//! The checks that users meet are rows of [`CHECKS`]; each has a file, which says what it answers, how, and when it
//! misleads. Nothing of the rest of the program is known here, there is no I/O, and all randomness is seeded, so that
//! a verdict can be repeated. The one thought behind most of it: **requests of a run are not independent samples**,
//! so confidence comes from slices of time within a run, and from several runs when runs are compared.

pub mod apdex;
pub mod association;
pub mod batches;
pub mod budget;
pub mod changepoint;
mod checks;
pub mod compare;
pub mod critical;
pub mod describe;
pub mod distance;
pub mod few;
pub mod fit;
pub mod forecast;
mod interval;
pub mod knee;
pub mod leak;
pub mod little;
pub mod means;
pub mod multiple;
pub mod outliers;
pub mod percentile;
pub mod proportion;
pub mod quantile;
pub mod queueing;
pub mod rank;
pub mod recovery;
pub mod rng;
pub mod scaling;
pub mod search;
pub mod sequential;
pub mod sla;
pub mod smoothing;
pub mod special;
pub mod steady;
pub mod trend;
pub mod usl;
pub mod warmup;
pub mod windowed;

pub use checks::{CHECKS, Check};
pub use interval::Interval;
