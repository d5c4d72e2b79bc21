//! Seeded simulations: how often the checks are right on data whose truth is known.
//!
//! Every figure here is the same on every machine: seeds are fixed, nothing waits, nothing is timed.

mod capacity;
mod comparison;
mod history;
mod intervals;
mod leaks;
mod queue;
mod share;
mod shares;
