//! What a run has to say: the end-of-test summary, the sample outputs, and progress while it goes on.
//!
//! [`summary::Summary`] is the result of a run as plain values, with one renderer for each form of it.
//! [`output`] lists the places where samples can go, and [`sink::Outputs`] runs them on threads of their own.
//! [`quick`] is the page of `plimsoll http`. [`progress`] turns snapshots of a run into lines. [`verdicts`] writes answers
//! in the forms that pipelines read. [`html`] is the report of runs that ended, and [`paper`] lists all forms of it;
//! [`sheet`] is what histories and searches have to say. [`intervals`] says how sure a run is of its figures.
//! Nothing here decides when something is shown or where summaries are written.

pub mod format;
pub mod html;
pub mod intervals;
pub mod output;
pub mod paper;
pub mod progress;
pub mod quick;
pub mod sheet;
pub mod sink;
pub mod summary;
pub mod verdicts;
