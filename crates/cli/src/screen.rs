//! The terminal as several parts of the program share it: log lines scroll by above progress lines that stay.
//!
//! [`Screen`] keeps what is drawn at the bottom, so that whoever writes a line can lift it for a moment.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stdout};
use std::sync::{Mutex, PoisonError};

/// Which standard streams end at a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terminals {
    /// Standard output.
    pub stdout: bool,
    /// Standard error.
    pub stderr: bool,
}

impl Terminals {
    /// Asks the operating system.
    #[must_use]
    pub fn detect() -> Self {
        Self { stdout: stdout().is_terminal(), stderr: std::io::stderr().is_terminal() }
    }
}

/// The bottom of the terminal, when there is one.
pub struct Screen {
    /// Progress is drawn at all: standard output is a terminal.
    draws: bool,
    /// What the user says of the width, which wins over the terminal itself.
    columns: Option<usize>,
    lines: Mutex<Vec<String>>,
}

/// Columns of a terminal that does not tell.
const COLUMNS: usize = 80;

impl Screen {
    /// A screen that draws when standard output is a terminal.
    #[must_use]
    pub fn new(terminals: Terminals, env: &BTreeMap<String, String>) -> Self {
        let columns = env.get("COLUMNS").and_then(|text| text.parse().ok()).filter(|&columns| columns > 0);
        Self { draws: terminals.stdout, columns, lines: Mutex::default() }
    }

    /// A screen that never draws.
    #[must_use]
    pub fn off() -> Self {
        Self { draws: false, columns: None, lines: Mutex::default() }
    }

    /// Whether progress lines can be redrawn in place.
    #[must_use]
    pub fn draws(&self) -> bool {
        self.draws
    }

    /// How many characters a line holds now: terminals are resized while a run goes on.
    #[must_use]
    pub fn width(&self) -> usize {
        let measured = || {
            let (width, _) = terminal_size::terminal_size_of(stdout())?;
            Some(usize::from(width.0)).filter(|&width| width > 0)
        };
        self.columns.or_else(measured).unwrap_or(COLUMNS)
    }

    /// Replaces the progress lines.
    pub fn show(&self, lines: Vec<String>) {
        if !self.draws {
            return;
        }
        let mut drawn = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let text = format!("{}{}", erase(drawn.len()), joined(&lines));
        *drawn = lines;
        print(&text);
    }

    /// Writes text to standard output, above the progress lines. A reader that went away is no error.
    pub fn print(&self, text: &str) {
        self.above_progress(|| print(text));
    }

    /// Leaves the progress lines where they are and forgets them: what is written next comes below.
    pub fn settle(&self) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Writes something that scrolls, with the progress lines out of the way.
    pub fn above_progress<T>(&self, write: impl FnOnce() -> T) -> T {
        let drawn = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.is_empty() {
            return write();
        }
        print(&erase(drawn.len()));
        let result = write();
        print(&joined(&drawn));
        result
    }
}

/// Moves to the first of `count` lines above and clears from there.
fn erase(count: usize) -> String {
    if count == 0 { String::new() } else { format!("\x1b[{count}A\r\x1b[J") }
}

fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Progress that cannot be shown is no reason to stop.
fn print(text: &str) {
    let mut out = stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
