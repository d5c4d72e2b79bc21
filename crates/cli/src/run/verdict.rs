//! How a run ended, as the exit status and the last line of the log. Pure.

use engine::{Abort, AbortCause};
use model::ExitCode;

use crate::error::Error;

/// Everything that can decide the end of a run.
#[derive(Default)]
pub struct Ending {
    /// `setup()` failed; there was no load.
    pub setup: Option<Error>,
    /// The run ended early.
    pub abort: Option<Abort>,
    /// `teardown()` failed.
    pub teardown: Option<Error>,
    /// The summary could not be handed out.
    pub summary: Option<Error>,
    /// The script marked the run as failed.
    pub marked_failed: bool,
    /// Metrics of which a threshold does not hold, in order.
    pub crossed: Vec<String>,
    /// SLAs that are not kept, as the user wrote them.
    pub broken: Vec<String>,
    /// What the user wants to count as a failure and was found, the most telling first.
    pub findings: Vec<Finding>,
}

/// Something that makes a run fail only when the user says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// Iterations ended by an exception: so many.
    Exceptions(u64),
    /// Checks did not hold: so many, of so many.
    Checks(u64, u64),
    /// There were requests and not a single answer.
    Unanswered,
    /// It is not known whether SLAs are kept: so many.
    Undecided(usize),
    /// The run is not trusted.
    Untrusted,
}

impl Finding {
    fn error(self) -> Error {
        match self {
            Self::Exceptions(count) => Error::run(
                ExitCode::SCRIPT_EXCEPTION,
                format!("{count} iterations ended by an exception and --fail-on-exceptions is on"),
            ),
            Self::Checks(failed, all) => Error::run(
                ExitCode::THRESHOLDS_FAILED,
                format!("{failed} of {all} checks failed and --fail-on-checks is on"),
            ),
            Self::Undecided(count) => Error::run(
                ExitCode::THRESHOLDS_FAILED,
                format!("{count} SLAs are inconclusive and --fail-on-inconclusive is on"),
            )
            .with_hint("the summary says how much longer a run would tell"),
            Self::Unanswered => Error::run(ExitCode::GENERIC, "no request was answered"),
            Self::Untrusted => {
                Error::run(ExitCode::MARKED_FAILED, "the run is not trusted and --fail-on-untrusted is on")
                    .with_hint("the summary has the reasons")
            }
        }
    }
}

impl Ending {
    /// The error that the run ends with; none for a success.
    ///
    /// What ended the run early says more than what was found at its end.
    #[must_use]
    pub fn error(self) -> Option<Error> {
        let crossed = self.crossed;
        let marked = || Error::run(ExitCode::MARKED_FAILED, "test run was marked as failed");
        self.setup
            .or_else(|| self.abort.map(|abort| aborted(&abort, &crossed)))
            .or(self.teardown)
            .or_else(|| self.marked_failed.then(marked))
            .or_else(|| (!crossed.is_empty()).then(|| thresholds(&crossed, "have been crossed")))
            .or_else(|| (!self.broken.is_empty()).then(|| broken(&self.broken)))
            .or_else(|| self.findings.first().map(|finding| finding.error()))
            .or(self.summary)
    }
}

fn thresholds(crossed: &[String], what: &str) -> Error {
    let metrics = crossed.join(", ");
    Error::run(ExitCode::THRESHOLDS_FAILED, format!("thresholds on metrics '{metrics}' {what}"))
}

fn broken(slas: &[String]) -> Error {
    let (list, are) = (slas.join("', '"), if slas.len() == 1 { "SLA is" } else { "SLAs are" });
    Error::run(ExitCode::THRESHOLDS_FAILED, format!("{} {are} not kept: '{list}'", slas.len()))
}

fn aborted(abort: &Abort, crossed: &[String]) -> Error {
    let said = abort.message.clone();
    match &abort.cause {
        AbortCause::Signal => Error::run(
            ExitCode::EXTERNAL_ABORT,
            format!("test run was aborted because plimsoll received a '{said}' signal"),
        ),
        AbortCause::Threshold => thresholds(
            crossed,
            "were crossed; at least one has abortOnFail enabled, stopping test prematurely",
        ),
        // That is filtered out before; it is how a run should end.
        AbortCause::Decided | AbortCause::Script => Error::run(ExitCode::SCRIPT_ABORTED, said),
        AbortCause::Api => Error::run(ExitCode::STOPPED_BY_API, "test run stopped from the REST API"),
        AbortCause::Init { by_script: true } => {
            Error::run(ExitCode::SCRIPT_EXCEPTION, said).with_hint("error while initializing VUs")
        }
        AbortCause::Init { by_script: false } => Error::Internal(said),
        AbortCause::Panic => {
            Error::run(ExitCode::PANIC, said).with_hint("this is a bug of plimsoll; please report it")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abort(cause: AbortCause, message: &str) -> Option<Abort> {
        Some(Abort { cause, message: message.to_owned() })
    }

    #[test]
    fn what_ended_the_run_early_wins() {
        let check = |ending: Ending, wanted: Option<(u8, &str)>| {
            let error = ending.error().map(|error| (error.code().0, error.to_string()));
            assert_eq!(error, wanted.map(|(code, text)| (code, text.to_owned())));
        };
        let crossed = || vec!["a".to_owned(), "b".to_owned()];
        check(Ending::default(), None);
        let ending = Ending { crossed: crossed(), ..Ending::default() };
        check(ending, Some((99, "thresholds on metrics 'a, b' have been crossed")));
        let ending = Ending { crossed: crossed(), marked_failed: true, ..Ending::default() };
        check(ending, Some((110, "test run was marked as failed")));
        let stopped = abort(AbortCause::Script, "test aborted: x");
        let ending = Ending { crossed: crossed(), marked_failed: true, abort: stopped, ..Ending::default() };
        check(ending, Some((108, "test aborted: x")));
        let ending =
            Ending { crossed: crossed(), abort: abort(AbortCause::Threshold, ""), ..Ending::default() };
        let text = "thresholds on metrics 'a, b' were crossed; at least one has abortOnFail enabled, stopping test prematurely";
        check(ending, Some((99, text)));
        let slas = || vec!["p95 < 1ms".to_owned(), "errors < 1%".to_owned()];
        let ending = Ending { broken: slas(), findings: vec![Finding::Untrusted], ..Ending::default() };
        check(ending, Some((99, "2 SLAs are not kept: 'p95 < 1ms', 'errors < 1%'")));
        let ending = Ending { crossed: crossed(), broken: slas(), ..Ending::default() };
        check(ending, Some((99, "thresholds on metrics 'a, b' have been crossed")));
        let findings = vec![Finding::Checks(3, 10), Finding::Untrusted];
        let ending = Ending { findings: findings.clone(), ..Ending::default() };
        check(ending, Some((99, "3 of 10 checks failed and --fail-on-checks is on")));
        let ending = Ending { findings, marked_failed: true, ..Ending::default() };
        check(ending, Some((110, "test run was marked as failed")));
        let setup = Some(Error::run(ExitCode(100), "late"));
        let ending = Ending { setup, abort: abort(AbortCause::Signal, "interrupt"), ..Ending::default() };
        check(ending, Some((100, "late")));
    }
}
