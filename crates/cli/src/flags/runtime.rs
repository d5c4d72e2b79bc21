//! Flags that say how a script is loaded and what becomes of its results, rather than what load it makes.

use super::{Flag, Kind};

/// Flags of every command that loads a script.
pub const FLAGS: &[Flag] = &[
    Flag {
        long: "allow-unsupported",
        short: None,
        kind: Kind::Bool,
        env: "ALLOW_UNSUPPORTED",
        help: "run a test in another tool's format without the parts of it that cannot be had",
    },
    Flag {
        long: "compatibility-mode",
        short: None,
        kind: Kind::Text,
        env: "COMPATIBILITY_MODE",
        help: "JavaScript mode: extended or base; both run the same engine",
    },
    Flag {
        long: "env",
        short: Some('e'),
        kind: Kind::Many,
        env: "",
        help: "add or override an environment variable of the script: VAR=value, or VAR to pass it on",
    },
    Flag {
        long: "fail-on-checks",
        short: None,
        kind: Kind::Bool,
        env: "FAIL_ON_CHECKS",
        help: "fail the run (99) when a check failed",
    },
    Flag {
        long: "fail-on-exceptions",
        short: None,
        kind: Kind::Bool,
        env: "FAIL_ON_EXCEPTIONS",
        help: "fail the run (107) when an iteration ended by an exception",
    },
    Flag {
        long: "fail-on-untrusted",
        short: None,
        kind: Kind::Bool,
        env: "FAIL_ON_UNTRUSTED",
        help: "fail the run (110) when its numbers describe the generator rather than the target",
    },
    Flag {
        long: "include-system-env-vars",
        short: None,
        kind: Kind::Bool,
        env: "INCLUDE_SYSTEM_ENV_VARS",
        help: "pass the system's environment variables to the script",
    },
    Flag {
        long: "new-machine-readable-summary",
        short: None,
        kind: Kind::Bool,
        env: "NEW_MACHINE_READABLE_SUMMARY",
        help: "use the new summary format for --summary-export and handleSummary()",
    },
    Flag {
        long: "no-thresholds",
        short: None,
        kind: Kind::Bool,
        env: "NO_THRESHOLDS",
        help: "do not evaluate thresholds",
    },
    Flag {
        long: "offline",
        short: None,
        kind: Kind::Bool,
        env: "OFFLINE",
        help: "use the copies of imported modules that were fetched before, never the network",
    },
    Flag {
        long: "once",
        short: None,
        kind: Kind::Bool,
        env: "ONCE",
        help: "run each scenario once with one VU; it keeps its function, environment and tags",
    },
    Flag {
        long: "outside-files",
        short: None,
        kind: Kind::Bool,
        env: "OUTSIDE_FILES",
        help: "a test in another format may read files outside of its folders and the working directory",
    },
    Flag {
        long: "scenario",
        short: None,
        kind: Kind::List,
        env: "SCENARIO",
        help: "run these scenarios only: name,name; may be repeated",
    },
    Flag {
        long: "strict",
        short: None,
        kind: Kind::Bool,
        env: "STRICT",
        help: "refuse a test in another tool's format where that tool would have failed or sent garbage",
    },
    Flag {
        long: "summary-export",
        short: None,
        kind: Kind::Text,
        env: "SUMMARY_EXPORT",
        help: "write the end-of-test summary to a JSON file",
    },
    Flag {
        long: "summary-mode",
        short: None,
        kind: Kind::Text,
        env: "SUMMARY_MODE",
        help: "the end-of-test summary: compact, full or disabled",
    },
    Flag {
        long: "summary-trust",
        short: None,
        kind: Kind::Bool,
        env: "SUMMARY_TRUST",
        help: "have the trust verdict and its evidence in the exported summary of every run",
    },
    Flag {
        long: "traces-output",
        short: None,
        kind: Kind::Text,
        env: "TRACES_OUTPUT",
        help: "where traces go: none",
    },
    Flag {
        long: "vu-memory-limit",
        short: None,
        kind: Kind::Text,
        env: "VU_MEMORY_LIMIT",
        help: "what the script of one virtual user may hold, such as 64MB; 2GB unless told",
    },
    Flag {
        long: "type",
        short: Some('t'),
        kind: Kind::Text,
        env: "TYPE",
        help: "what the file is: js or archive; recognised when left out",
    },
];

/// Flags of the commands that say what a run will be: `run` and `inspect`.
pub const RUN_TIME_FLAGS: &[Flag] = &[Flag {
    long: "time-scale",
    short: None,
    kind: Kind::Text,
    env: "TIME_SCALE",
    help: "multiply durations, stages, start times and sleep() by this factor, such as 0.01; not rates",
}];

/// Flags of `run` alone.
pub const RUN_FLAGS: &[Flag] = &[
    Flag {
        long: "linger",
        short: Some('l'),
        kind: Kind::Bool,
        env: "LINGER",
        help: "keep the REST API alive after the test",
    },
    Flag {
        long: "no-exchanges",
        short: None,
        kind: Kind::Bool,
        env: "NO_EXCHANGES",
        help: "keep figures only of this run, not its slowest and its failed requests with their answers",
    },
    Flag { long: "no-store", short: None, kind: Kind::Bool, env: "NO_STORE", help: "do not keep this run" },
    Flag {
        long: "no-usage-report",
        short: None,
        kind: Kind::Bool,
        env: "NO_USAGE_REPORT",
        help: "accepted for compatibility; nothing is ever reported",
    },
    Flag {
        long: "out",
        short: Some('o'),
        kind: Kind::Many,
        env: "OUT",
        help: "where metrics go, such as json=FILE or csv=FILE, or html=FILE for a report; may be repeated",
    },
    Flag {
        long: "store",
        short: None,
        kind: Kind::Text,
        env: "STORE",
        help: "the file in which runs are kept; results.db in the user's data folder unless told",
    },
    Flag {
        long: "store-keep",
        short: None,
        kind: Kind::Text,
        env: "STORE_KEEP",
        help: "which runs stay when this one has ended: the latest so many, such as 100, or those of a time, such as 90d",
    },
];
