//! Verdicts on runs and on what changed between them as test cases, in the form that CI systems read.

use super::judged::of_run;
use crate::html::{Figures, Story};
use crate::verdicts::{Verdicts, junit};

/// Writes a suite for each run, and one for each comparison.
pub fn write(story: &Story) -> String {
    let runs = story.runs.iter().map(|run| of_run(run, &Figures::of(&run.measured)));
    let all: Vec<Verdicts> = runs.chain(story.compared.iter().cloned()).collect();
    junit(&all)
}
