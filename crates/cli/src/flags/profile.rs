//! Flags of `run` that replace the load of a test.

use super::{Flag, Kind};

/// Which load, and how much of it.
pub const FLAGS: &[Flag] = &[
    Flag {
        long: "profile",
        short: None,
        kind: Kind::Text,
        env: "PROFILE",
        help: "replace the test's load: breakpoint, load, smoke, soak, spike or stress; --vus or --rate is its peak, --duration how long it takes",
    },
    Flag {
        long: "rate",
        short: None,
        kind: Kind::Int,
        env: "",
        help: "the peak of --profile in iterations a second, whatever they take, rather than in users",
    },
];
