//! The report: one file that needs nothing else, about one run or several side by side.
//!
//! Main function: [`page`]. All words and tables are in the file itself; the script inside, made from `web/`, adds
//! charts, sorting and search. A program that was built without it makes the same report without charts. Where runs
//! come from is not known here.

mod compare;
mod data;
mod figures;
mod frame;
pub mod markup;
mod measured;
mod sections;
mod words;

use serde_json::Value;

use crate::summary::Summary;

pub use figures::{Figure, Figures, LEVEL};
pub use frame::has_charts;
pub use measured::{Measured, Share};
pub use words::{Verdict, counted, lead, rate, share, thresholds, trust, verdict};

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ending {
    /// As it should.
    #[default]
    Passed,
    /// As it should, but its numbers describe the generator.
    Untrusted,
    /// A threshold was crossed, or it was made to fail otherwise.
    Failed,
    /// Before its time.
    Aborted,
    /// Not yet.
    Running,
    /// Without a word.
    Killed,
}

/// A run as the report tells of it.
#[derive(Debug)]
pub struct Run {
    /// The id by which it is kept, if it is.
    pub id: Option<String>,
    /// The test as the user named it.
    pub name: String,
    /// How it ended.
    pub ending: Ending,
    /// The exit status, when it came to one.
    pub exit_code: Option<u8>,
    /// When it began, as people write it.
    pub started: String,
    /// How long there was load, in seconds.
    pub seconds: f64,
    /// The totals, thresholds, checks and the verdict on its timing.
    pub summary: Summary,
    /// What was measured when.
    pub measured: Measured,
    /// What it ran on: names and values.
    pub environment: Vec<(&'static str, String)>,
    /// The options that were in force.
    pub options: Value,
    /// Frames of measurements that are missing.
    pub lost_frames: u64,
}

/// The report of one run, or of several next to each other.
///
/// # Panics
/// Without any run.
#[must_use]
pub fn page(runs: &[Run]) -> String {
    let figures: Vec<Figures> = runs.iter().map(|run| Figures::of(&run.measured)).collect();
    let parts = match runs {
        [] => unreachable!("a report is of at least one run"),
        [run] => sections::of_one(run, &figures[0]),
        runs => compare::of_several(runs, &figures),
    };
    frame::document(runs, &parts, &data::of(runs, &figures))
}

/// The parts of a page.
struct Parts {
    /// What the browser's tab says.
    title: String,
    /// Before everything else: the name, the verdict.
    head: String,
    /// Sections: id, title, markup.
    sections: Vec<Section>,
}

/// A section, and how links name it.
struct Section {
    id: &'static str,
    title: &'static str,
    markup: String,
}

impl Section {
    /// A section with something in it.
    fn new(id: &'static str, title: &'static str, note: &str, body: &str) -> Option<Self> {
        let has_body = !body.trim().is_empty();
        has_body.then(|| Self { id, title, markup: markup::section(id, title, note, body) })
    }
}
