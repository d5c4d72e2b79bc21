//! Verdicts in the forms that pipelines read: JUnit, Markdown for a pull request, annotations of GitHub.
//!
//! Main types: [`Verdicts`], a table of named questions with their answers, and [`Standing`], an answer. Each form is one
//! pure function: [`junit`], [`markdown`], [`annotations`]. How a verdict is reached, what fails a build, and where the
//! text goes is for others: whoever lets undecided questions fail hands them over as failed.

mod github;
mod junit;
mod markdown;

pub use github::annotations;
pub use junit::junit;
pub use markdown::markdown;
pub(crate) use markdown::{cell, inline, sign};

/// How a question was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// As it should.
    Passed,
    /// Not as it should.
    Failed,
    /// The data do not tell.
    Undecided,
    /// Nobody could tell, or nobody was asked.
    Skipped,
}

/// One question with its answer.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// What it is about, such as an endpoint.
    pub group: String,
    /// The question, such as a figure or a limit.
    pub name: String,
    /// The answer.
    pub standing: Standing,
    /// The answer in a sentence without a full stop; it stands on its own.
    pub message: String,
    /// Its row of the table, a cell for each of [`Verdicts::columns`].
    pub cells: Vec<String>,
}

/// Questions with their answers, and what they come to.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdicts {
    /// What was judged, such as `plimsoll gate`.
    pub title: String,
    /// What all answers come to.
    pub standing: Standing,
    /// That in a sentence.
    pub sentence: String,
    /// What readers have to know first: sentences about trust, about what was compared.
    pub notes: Vec<String>,
    /// The titles of the table's columns. A title that begins with a space is of numbers.
    pub columns: Vec<String>,
    /// The questions, in the order in which they are shown.
    pub cases: Vec<Case>,
}

impl Standing {
    /// The word for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Undecided => "undecided",
            Self::Skipped => "skipped",
        }
    }
}

impl Verdicts {
    /// How many questions were answered so.
    #[must_use]
    pub fn count(&self, standing: Standing) -> usize {
        self.cases.iter().filter(|case| case.standing == standing).count()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// One case of every standing, with text that every form has to escape.
    pub fn sample() -> Verdicts {
        let case = |group: &str, name: &str, standing, message: &str| Case {
            group: group.to_owned(),
            name: name.to_owned(),
            standing,
            message: message.to_owned(),
            cells: vec![group.to_owned(), name.to_owned(), "1".to_owned()],
        };
        Verdicts {
            title: "plimsoll gate".to_owned(),
            standing: Standing::Failed,
            sentence: "1 of 4 figures got worse".to_owned(),
            notes: vec!["run <b> is trusted".to_owned()],
            columns: ["endpoint", "figure", " value"].map(str::to_owned).to_vec(),
            cases: vec![
                case("GET /a?x=1&y=\"2\"", "p95", Standing::Failed, "p95 is 15 % worse\n(50%, sure)"),
                case("GET /a|b", "p50", Standing::Undecided, "the runs do not tell"),
                case("GET /c", "p50", Standing::Passed, "the same"),
                case("all", "errors\u{1}", Standing::Skipped, "nothing to compare"),
            ],
        }
    }

    #[test]
    fn answers_are_counted() {
        let all = sample();
        let standings = [Standing::Passed, Standing::Failed, Standing::Undecided, Standing::Skipped];
        assert_eq!(standings.map(|standing| all.count(standing)), [1, 1, 1, 1]);
    }
}
