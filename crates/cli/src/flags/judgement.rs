//! Flags of commands that judge a run at a confidence.

use super::{Flag, Kind};

/// SLAs of a run, and what follows from them.
pub const FLAGS: &[Flag] = &[
    Flag {
        long: "confidence",
        short: None,
        kind: Kind::Text,
        env: "CONFIDENCE",
        help: "the confidence of verdicts on SLAs, between 0.5 and 1; 0.95 unless told",
    },
    Flag {
        long: "fail-on-inconclusive",
        short: None,
        kind: Kind::Bool,
        env: "FAIL_ON_INCONCLUSIVE",
        help: "fail the run (99) when it does not tell whether an SLA is kept",
    },
    Flag {
        long: "sla",
        short: None,
        kind: Kind::Many,
        env: "",
        help: "judge an SLA at a confidence, such as 'http_req_duration p95 < 500ms'; may be repeated",
    },
    Flag {
        long: "until-decided",
        short: None,
        kind: Kind::Bool,
        env: "UNTIL_DECIDED",
        help: "end the run as soon as its SLAs are decided, by a test that may look at every second",
    },
];

/// The confidence of verdicts when nobody says.
pub const CONFIDENCE: f64 = 0.95;

/// The confidence of verdicts.
///
/// # Errors
/// The sentence for the user when it is none.
pub fn confidence(flags: &super::Flags) -> Result<f64, String> {
    let Some(text) = flags.text("confidence") else { return Ok(CONFIDENCE) };
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.parse().map(|percent: f64| percent / 100.0),
        None => text.parse(),
    };
    number.ok().filter(|level| (0.5..1.0).contains(level)).ok_or_else(|| {
        format!("--confidence {text} is no confidence: give one from 0.5 to below 1, such as 0.99")
    })
}
