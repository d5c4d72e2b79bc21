//! Virtual users, schedules, executors, worker threads and the run loop.
//!
//! A [`Plan`] is worked out into posts and schedules (`plan`, `executor`, [`schedule`]: pure), worker threads
//! carry them out with the [`Vu`]s of a [`VuSource`] (`worker`), and a controller (`dispatch`) turns what they
//! say into one stream of [`RunEvent`]s. [`start`] sets all of it going; [`Control`] is how to talk to it.
//! [`trust`] judges afterwards whether the load was what it should have been. This crate knows neither
//! JavaScript nor HTTP, and it records no iteration: users do.

mod control;
mod dispatch;
mod error;
mod event;
pub mod executor;
mod plan;
mod run;
pub mod schedule;
mod seat;
mod standby;
mod time;
pub mod trust;
mod vu;
mod worker;

pub use control::{Abort, AbortCause, Control, ScenarioState};
pub use error::Error;
pub use event::{Finished, Phase, Progress, RunEvent, ScenarioProgress};
pub use plan::Plan;
pub use run::{Environment, Run, run_inline, start};
pub use time::Time;
pub use vu::{Iteration, IterationEnd, ScenarioInfo, Vu, VuError, VuMaker, VuSource, WorkerCtx};
