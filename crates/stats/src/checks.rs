//! The table of statistical checks.

/// A statistical check: a question about runs that a file here answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// Its name, which is the name of its module.
    pub name: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// When its answer misleads.
    pub misleads: &'static str,
    /// The page of `docs/judgement/` that explains it.
    pub page: &'static str,
}

/// All checks, by name.
pub static CHECKS: &[Check] = &[
    Check {
        name: "apdex",
        question: "how satisfied are users with latency?",
        misleads: "very different distributions share one score",
        page: "intervals",
    },
    Check {
        name: "budget",
        question: "how fast would this error rate use up the month's error budget?",
        misleads: "the load of the test is not the load of production",
        page: "verdicts",
    },
    Check {
        name: "percentile",
        question: "where is p95, and how sure is that?",
        misleads: "the run is short for its load",
        page: "intervals",
    },
    Check {
        name: "sequential",
        question: "is it decided already, however often one looks?",
        misleads: "slices are shorter than the memory of the system",
        page: "verdicts",
    },
    Check {
        name: "sla",
        question: "is the limit kept?",
        misleads: "read as a promise for other loads",
        page: "verdicts",
    },
    Check {
        name: "warmup",
        question: "when does the steady state begin?",
        misleads: "fed with raw requests, or moved after the verdict was seen",
        page: "verdicts",
    },
];
