//! Flags that only Artillery's scripts have a use for. Its letters stand for them when such a script is run.

use super::{Flag, Kind};

/// The table.
pub const FLAGS: &[Flag] = &[
    Flag {
        long: "artillery-config",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: a file that is laid over it (Artillery: -c, --config)",
    },
    Flag {
        long: "artillery-report",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: where its JSON report goes (Artillery: -o, --output); as --out artillery=FILE",
    },
    Flag {
        long: "dialect-output",
        short: None,
        kind: Kind::Bool,
        env: "",
        help: "show the report of the tool that the test is written for in place of ours",
    },
    Flag {
        long: "dotenv",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: a file with variables of the environment (Artillery: --env-file too)",
    },
    Flag {
        long: "environment",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: one of its environments (Artillery: -e)",
    },
    Flag {
        long: "input",
        short: None,
        kind: Kind::Many,
        env: "",
        help: "of an Artillery script: another script that is laid over it (Artillery: -i)",
    },
    Flag {
        long: "insecure",
        short: None,
        kind: Kind::Bool,
        env: "",
        help: "of an Artillery script: take any certificate (Artillery: -k)",
    },
    Flag {
        long: "overrides",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: JSON that is laid over it",
    },
    Flag {
        long: "payload",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: its data file (Artillery: -p)",
    },
    Flag {
        long: "scenario-name",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: the only scenario to run, by name or pattern",
    },
    Flag {
        long: "solo",
        short: None,
        kind: Kind::Bool,
        env: "",
        help: "of an Artillery script: one user, whatever the phases say (Artillery: -s)",
    },
    Flag {
        long: "target",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: in place of its target (Artillery: -t)",
    },
    Flag {
        long: "variables",
        short: None,
        kind: Kind::Text,
        env: "",
        help: "of an Artillery script: more variables, as JSON (Artillery: -v)",
    },
];
