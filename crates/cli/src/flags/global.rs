//! Flags of every command: logging, configuration file, address of the REST API.

use super::{Flag, Kind};

/// The table.
pub const FLAGS: &[Flag] = &[
    Flag {
        long: "address",
        short: Some('a'),
        kind: Kind::Text,
        env: "ADDRESS",
        help: "address for the REST API server, such as localhost:6565; none when empty",
    },
    Flag {
        long: "config",
        short: Some('c'),
        kind: Kind::Text,
        env: "CONFIG",
        help: "JSON configuration file",
    },
    Flag {
        long: "log-format",
        short: None,
        kind: Kind::Text,
        env: "LOG_FORMAT",
        help: "log output format: raw or json; text when left out",
    },
    Flag {
        long: "log-output",
        short: None,
        kind: Kind::Text,
        env: "LOG_OUTPUT",
        help: "where logs go: stderr, stdout, none or file=PATH[,level=LEVEL]",
    },
    Flag {
        long: "no-color",
        short: None,
        kind: Kind::Bool,
        env: "NO_COLOR",
        help: "disable coloured output",
    },
    Flag {
        long: "profiling-enabled",
        short: None,
        kind: Kind::Bool,
        env: "PROFILING_ENABLED",
        help: "accepted for compatibility; profile the process with perf instead",
    },
    Flag { long: "quiet", short: Some('q'), kind: Kind::Bool, env: "", help: "disable progress updates" },
    Flag {
        long: "secret-source",
        short: None,
        kind: Kind::Many,
        env: "",
        help: "a source of secrets, such as file=PATH or mock=key=value; may be repeated",
    },
    Flag { long: "verbose", short: Some('v'), kind: Kind::Bool, env: "", help: "enable debug logging" },
];
