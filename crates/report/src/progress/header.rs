//! What is shown before the load starts: where the script comes from, where results go, and what each scenario
//! will do.

use std::fmt::Write as _;
use std::time::Duration;

use crate::format::span;

/// The facts of the block above the first progress line.
#[derive(Clone, PartialEq, Debug)]
pub struct Header {
    /// Where the load is made: `local` for this machine.
    pub execution: String,
    /// The script, as it was named.
    pub script: String,
    /// The outputs, as they describe themselves.
    pub outputs: Vec<String>,
    /// The part of the test that runs here, from 0 to 1.
    pub share: f64,
    /// The most virtual users there can be.
    pub vus_max: u64,
    /// The longest the load can take, graceful stops included.
    pub longest: Duration,
    /// Names and descriptions of the scenarios, in their order.
    pub scenarios: Vec<(String, String)>,
}

impl Header {
    /// The block, with an empty line at both ends.
    #[must_use]
    pub fn text(&self) -> String {
        let outputs = if self.outputs.is_empty() { "-".to_owned() } else { self.outputs.join(", ") };
        let count = self.scenarios.len();
        let mut text = format!(
            "\n     execution: {}\n        script: {}\n        output: {outputs}\n\n",
            self.execution, self.script,
        );
        let _ = writeln!(
            text,
            "     scenarios: ({:.2}%) {count} scenario{}, {} max VUs, {} max duration (incl. graceful stop):",
            self.share * 100.0,
            if count == 1 { "" } else { "s" },
            self.vus_max,
            span(self.longest),
        );
        for (name, description) in &self.scenarios {
            let _ = writeln!(text, "              * {name}: {description}");
        }
        text.push('\n');
        text
    }
}
