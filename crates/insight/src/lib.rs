//! From figures of runs to findings: verdicts on limits, comparisons, gates and their calibration.
//!
//! Main types: [`Run`] and [`Side`] (figures in), [`ComparisonReport`] and [`GateReport`] (findings out), [`Profile`] (what
//! counts as a change), [`Calibration`] (how often the gate is wrong on runs of one build). Everything here is a pure
//! function: where the figures come from and how findings are shown is for others, and no terminal, network or store is
//! known. The statistics are `stats`; see `docs/judgement/` for what the numbers mean.

mod calibrate;
pub mod capacity;
mod comparison;
mod figures;
mod gate;
pub mod history;
mod objective;
mod profile;
pub mod soak;
pub mod traces;

pub use calibrate::{Calibration, calibrate};
pub use comparison::{ComparisonReport, Finding, Open, Outcome, compare};
pub use figures::{Figure, Key, Kind, Run, Side};
pub use gate::{Decision, GateReport, Policy, gate};
pub use objective::{Judged, Objective, judge_all};
pub use profile::{Profile, Rule};
