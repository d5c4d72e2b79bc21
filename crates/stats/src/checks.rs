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
        name: "association",
        question: "does latency go together with this resource?",
        misleads: "load drives both; it is never a cause",
        page: "trends",
    },
    Check {
        name: "budget",
        question: "how fast would this error rate use up the month's error budget?",
        misleads: "the load of the test is not the load of production",
        page: "verdicts",
    },
    Check {
        name: "changepoint",
        question: "at which run did the level change?",
        misleads: "fewer than four runs follow the change",
        page: "history",
    },
    Check {
        name: "compare",
        question: "is B better or worse than A, or the same?",
        misleads: "conditions drift between the sides",
        page: "comparison",
    },
    Check {
        name: "critical",
        question: "which services is the latency of a trace made of?",
        misleads: "read as savings: another path may take over",
        page: "traces",
    },
    Check {
        name: "distance",
        question: "how far are two distributions apart?",
        misleads: "read as a test of significance",
        page: "intervals",
    },
    Check {
        name: "forecast",
        question: "when will the limit be reached?",
        misleads: "beyond the length of the history",
        page: "capacity",
    },
    Check {
        name: "knee",
        question: "where does throughput stop following the load?",
        misleads: "Kneedle's knee says how far one tested",
        page: "capacity",
    },
    Check {
        name: "leak",
        question: "does memory grow for as long as the load goes on?",
        misleads: "the run is short against the warm-up",
        page: "trends",
    },
    Check {
        name: "little",
        question: "do the counters agree with each other?",
        misleads: "requests are in flight at the edges of the window",
        page: "capacity",
    },
    Check {
        name: "means",
        question: "how much do the means of few runs differ?",
        misleads: "one run is an outlier",
        page: "comparison",
    },
    Check {
        name: "multiple",
        question: "of many endpoints, which really changed?",
        misleads: "the family is chosen after looking",
        page: "comparison",
    },
    Check {
        name: "outliers",
        question: "which runs look unlike the others?",
        misleads: "they are then left out",
        page: "comparison",
    },
    Check {
        name: "percentile",
        question: "where is p95, and how sure is that?",
        misleads: "the run is short for its load",
        page: "intervals",
    },
    Check {
        name: "queueing",
        question: "is this latency what a queue would give?",
        misleads: "arrivals are paced, or service times vary wildly",
        page: "capacity",
    },
    Check {
        name: "rank",
        question: "do the runs of B lie higher than those of A?",
        misleads: "fed with requests instead of runs",
        page: "comparison",
    },
    Check {
        name: "recovery",
        question: "how long after a spike until all is as before?",
        misleads: "the baseline is noisy",
        page: "capacity",
    },
    Check {
        name: "scaling",
        question: "is it linear?",
        misleads: "decided by a correlation coefficient",
        page: "capacity",
    },
    Check {
        name: "search",
        question: "how much can it carry?",
        misleads: "the generator was the limit",
        page: "capacity",
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
        name: "smoothing",
        question: "what comes next if it goes on as it did?",
        misleads: "at changes of regime",
        page: "capacity",
    },
    Check {
        name: "steady",
        question: "has the system settled at this load?",
        misleads: "near capacity, where queues settle slowly",
        page: "capacity",
    },
    Check {
        name: "trend",
        question: "does the series rise or fall?",
        misleads: "the series is a random walk or a warm-up",
        page: "trends",
    },
    Check {
        name: "usl",
        question: "how does throughput grow with size, and is there a peak?",
        misleads: "the data do not reach the peak",
        page: "capacity",
    },
    Check {
        name: "warmup",
        question: "when does the steady state begin?",
        misleads: "fed with raw requests, or moved after the verdict was seen",
        page: "verdicts",
    },
    Check {
        name: "windowed",
        question: "which alarms would a Hunter-like tool raise?",
        misleads: "taken for calibrated: noise raises alarms too",
        page: "history",
    },
];
