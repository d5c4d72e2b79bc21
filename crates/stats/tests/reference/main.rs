//! Published and independently computed reference numbers, each with its tolerance.
//!
//! Section numbers (§) are those of the project's notes on statistics; the sources are named in the modules' docs.

mod capacity;
mod close;
mod comparison;
mod data;
mod distributions;
mod forecast;
mod history;
mod intervals;
mod resources;
mod table;
mod verdicts;
