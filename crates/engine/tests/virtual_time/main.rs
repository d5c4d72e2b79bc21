//! Whole runs with scripted users, in time that passes only when everybody waits.

mod closed;
mod control;
mod open;
mod stall;
mod support;
