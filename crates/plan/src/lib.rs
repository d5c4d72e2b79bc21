//! Compiled plans: tests that are no JavaScript program but a list of steps.
//!
//! An importer ([`import`]) reads a test in another tool's format, says in [`note`]s what it made of each odd part,
//! and gives a [`Plan`]: a [`Program`] of [`Step`]s with the options of a run. [`PlanTest`] gives the engine users
//! that carry it out, each with a [`Session`] of its own. This crate knows neither storage nor terminal: what is to
//! be printed or written goes back to the caller.

pub mod convert;
mod dialect;
mod exchange;
mod expr;
pub mod extract;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod groovy;
pub mod import;
mod lifecycle;
pub mod note;
mod program;
pub mod quick;
mod random;
pub mod report;
mod request;
mod run;
mod session;
mod step;
mod test;
mod value;
mod vu;
mod worker;
pub mod yaml;

pub use dialect::{Artifact, Dialect, DialectWorker, Facts};
pub use exchange::{Exchange, HopFacts, Labels};
pub use expr::{Eval, Expr, Failure, Text};
pub use lifecycle::{Around, PlanLifecycle, Rounded};
pub use program::{Flow, Mix, Plan, Program, Start};
pub use random::Random;
pub use request::{Body, Capture, Check, Extract, FromAnswer, Header, Judge, RequestStep, Test as CheckTest};
pub use run::{run_block, run_request, run_steps};
pub use session::Session;
pub use step::{Block, Choice, Loop, Next, OwnStep, Step, Think, Times};
pub use test::{PlanTest, RunOptions};
pub use value::{Value, Vars};
pub use worker::PlanWorker;
