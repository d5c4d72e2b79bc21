//! The report: one file that needs nothing else, about one run or several side by side.
//!
//! Main function: [`page`], of a [`Story`]. All words and tables are in the file itself; the script inside, made from `web/`, adds
//! charts, sorting and search. A program that was built without it makes the same report without charts. Where runs
//! come from is not known here.

mod compare;
mod data;
mod figures;
mod frame;
pub mod markup;
mod measured;
mod sections;
mod sheet;
mod words;

use serde_json::Value;

use crate::summary::Summary;
use crate::verdicts::Verdicts;

pub use figures::Figures;
pub use measured::{Measured, Share};
pub use sheet::sheet;
pub use words::{Verdict, counted, lead, rate, share, thresholds, trust, trust_lines, verdict};

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
    /// Somewhere else, in another program.
    Imported,
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
    /// Requests that were kept whole: those that failed, then the slowest.
    pub exchanges: Vec<Exchange>,
}

/// A request that was kept whole.
#[derive(Debug)]
pub struct Exchange {
    /// It is kept because it failed, and otherwise because it was slow.
    pub is_failure: bool,
    /// When it ended, as people write it.
    pub moment: String,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Its status, or the code of its failure.
    pub outcome: String,
    /// Method and address.
    pub request: String,
    /// What else is known: names and texts.
    pub facts: Vec<(String, String)>,
    /// Headers and body that were sent, as text.
    pub sent: String,
    /// Headers and body that came; empty when nothing did.
    pub received: String,
}

/// What a report is about: one run, or several next to each other.
#[derive(Debug)]
pub struct Story {
    /// The runs, at least one.
    pub runs: Vec<Run>,
    /// How they were held against each other, as far as they were.
    pub compared: Vec<Verdicts>,
}

/// The report as one file.
#[must_use]
pub fn page(story: &Story) -> String {
    let figures: Vec<Figures> = story.runs.iter().map(|run| Figures::of(&run.measured)).collect();
    let parts = match (&story.runs[..], &figures[..]) {
        ([run], [of_run]) => sections::of_one(run, of_run),
        _ => compare::of_several(story, &figures),
    };
    frame::document(&parts, &data::of(&story.runs, &figures))
}

/// The parts of a page.
struct Parts {
    /// What the browser's tab says.
    title: String,
    /// Before everything else: the name, the verdict.
    head: String,
    /// Everything below it, in the order of the list of sections.
    sections: Vec<Section>,
    /// What it is about, for the foot: `run 4f3a`.
    about: String,
}

/// The foot's words for runs that can be found by their ids.
fn about(runs: &[Run]) -> String {
    let ids: Vec<&str> = runs.iter().filter_map(|run| run.id.as_deref()).collect();
    match ids.len() {
        0 => String::new(),
        1 => format!("run {}", ids[0]),
        _ => format!("runs {}", ids.join(", ")),
    }
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
