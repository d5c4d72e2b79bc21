//! Judging kept runs: what `compare`, `gate`, `ab` and `calibrate` have in common.
//!
//! Main types: [`Asked`], what the user wants judged and how; [`Sides`], the runs of both sides with their figures; and
//! [`Judged`], both with what was found. The judgement itself is `insight`, the statistics are `stats`.

mod asked;
mod figures;
mod page;
mod pipeline;
mod series;
mod sides;
mod slices;
mod words;

pub use asked::Asked;
pub use page::{Look, document, page};
pub use pipeline::{findings, table_of, verdicts};
pub use series::{Plan, Variant, play};
pub use sides::{Party, Sides};
pub use words::percent;

use insight::ComparisonReport;
use stats::compare::Design;

/// Two sides and what was found out about them.
pub struct Judged<'a> {
    /// The runs.
    pub sides: &'a Sides,
    /// The findings.
    pub report: &'a ComparisonReport,
    /// How the runs were made.
    pub design: Design,
    /// What was asked.
    pub asked: &'a Asked,
    /// The confidence of the findings, such as 0.95.
    pub level: f64,
}
