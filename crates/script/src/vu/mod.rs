//! A virtual user: its host state, its runtime on a coroutine, and the session that answers commands.
//!
//! [`Host`] is what host functions see of their user. [`Session`] runs inside the coroutine; [`VuFiber`]
//! drives it from outside; [`ScriptVu`] puts it behind the engine's trait.

mod event_loop;
mod fiber;
mod host;
mod script_vu;
mod session;
mod setup_json;
mod worker;

pub(crate) use event_loop::{Completion, Event, EventLoop, until};
pub(crate) use fiber::VuFiber;
pub(crate) use host::{Host, Ids, Stage};
pub(crate) use script_vu::ScriptVuMaker;
pub(crate) use session::{Command, Reply, Returned, track_rejection};
pub(crate) use worker::ScriptWorker;
