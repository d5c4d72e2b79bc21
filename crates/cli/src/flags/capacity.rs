//! Flags of `capacity`.

use super::{Flag, Kind};

/// What is searched, where and how long.
pub const FLAGS: &[Flag] = &[
    flag("arrivals", Kind::Text, "how iterations arrive in the open model: even (default) or poisson"),
    flag("breakpoint", Kind::Bool, "raise the load until the target breaks, then see how it recovers"),
    flag("from", Kind::Text, "the first load to try: iterations a second (20 unless told), or users (1)"),
    flag(
        "model",
        Kind::Text,
        "open: iterations start at a rate (default); closed: users iterate one after the other",
    ),
    flag("no-recovery", Kind::Bool, "leave out the overload at the end and how the target recovers from it"),
    flag(
        "precision",
        Kind::Text,
        "how near the ends of the bracket are in the end, as a ratio; 1.05 unless told",
    ),
    flag("settle", Kind::Duration, "what is left out at the start of each trial in any case; 5s unless told"),
    flag(
        "slo",
        Kind::Many,
        "what must be kept, such as 'p95<300ms, errors<1%'; the script's own SLAs unless told",
    ),
    flag("step-time", Kind::Duration, "how long a trial measures; 60s unless told"),
    flag(
        "step-time-max",
        Kind::Duration,
        "how long one may measure that did not tell; 4 times --step-time unless told",
    ),
    flag("to", Kind::Text, "the highest load to try; 1000 times the first unless told"),
];

const fn flag(long: &'static str, kind: Kind, help: &'static str) -> Flag {
    Flag { long, short: None, kind, env: "", help }
}
