//! Lines of `log` steps, of code and of plugins, on their way to standard output.
//!
//! Main type: [`Lines`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Lines that wait to be printed, at most.
const LINES_MAX: usize = 100_000;

/// Lines on their way to standard output.
#[derive(Clone, Default, Debug)]
pub struct Lines(Arc<Mutex<VecDeque<String>>>);

impl Lines {
    /// Prints a line as soon as may be.
    pub fn print(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() < LINES_MAX {
            lines.push_back(line.to_owned());
        }
    }

    /// All that wait.
    #[must_use]
    pub fn take(&self) -> String {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        for line in lines.drain(..) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}
