//! Progress while the load runs: a line about the run and one for each scenario.
//!
//! [`lines`] is pure; [`Progress`] decides when it is worth showing them: in place on a terminal, and once a
//! second as plain lines elsewhere.

use std::sync::Arc;
use std::time::Duration;

use model::Nanos;

use crate::screen::Screen;

/// Width of a bar between its brackets.
const BAR: usize = 38;
/// How often a terminal is redrawn.
const REDRAW: Nanos = Nanos::from_millis(100);
/// How often lines are printed where nothing can be redrawn.
const PRINT: Nanos = Nanos::from_secs(1);

/// The run as progress shows it.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Time since the load started.
    pub elapsed: Duration,
    /// Virtual users that run an iteration or loop.
    pub active_vus: u64,
    /// Virtual users that exist.
    pub vus: u64,
    /// Iterations that ended by themselves.
    pub complete: u64,
    /// Iterations that were cut off.
    pub interrupted: u64,
    /// The scenarios in their order.
    pub scenarios: Vec<ScenarioSnapshot>,
}

/// One scenario.
#[derive(Clone, Debug, Default)]
pub struct ScenarioSnapshot {
    /// Its name.
    pub name: String,
    /// How much of it is done, 0 to 1.
    pub done: f64,
    /// Facts that depend on the executor: VUs, times, iterations.
    pub facts: Vec<String>,
}

/// How much room there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Bars, for a terminal.
    Bars,
    /// Percentages, for a file.
    Plain,
}

/// The lines for a snapshot; `state` says what the run is doing, such as `running`.
#[must_use]
pub fn lines(snapshot: &Snapshot, state: &str, form: Form) -> Vec<String> {
    let width = snapshot.scenarios.iter().map(|scenario| scenario.name.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!(
        "{state} ({}), {}/{} VUs, {} complete and {} interrupted iterations",
        clock(snapshot.elapsed),
        snapshot.active_vus,
        snapshot.vus,
        snapshot.complete,
        snapshot.interrupted,
    )];
    for scenario in &snapshot.scenarios {
        let done = scenario.done.clamp(0.0, 1.0);
        let bar = match form {
            Form::Bars => bar(done),
            Form::Plain => format!("[ {:3.0}% ]", (done * 100.0).floor()),
        };
        lines.push(format!("{:<width$} {bar} {}", scenario.name, scenario.facts.join("  ")));
    }
    lines
}

fn bar(done: f64) -> String {
    let filled = (done * BAR as f64) as usize;
    let mut bar = "=".repeat(filled);
    if filled < BAR {
        bar.push('>');
    }
    format!("[{bar:-<BAR$}]")
}

/// A time of the kind `1m05.3s`.
#[must_use]
pub fn clock(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60);
    let seconds = format!("{:02}.{}s", tenths / 10 % 60, tenths % 10);
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, _) => format!("{minutes}m{seconds}"),
        _ => format!("{hours}h{minutes:02}m{seconds}"),
    }
}

/// Shows snapshots as often as the place where they are shown can bear.
pub struct Progress {
    screen: Arc<Screen>,
    quiet: bool,
    last: Option<Nanos>,
}

impl Progress {
    /// Progress on this screen; nothing at all when `quiet`.
    #[must_use]
    pub fn new(screen: Arc<Screen>, quiet: bool) -> Self {
        Self { screen, quiet, last: None }
    }

    /// Shows a snapshot unless the last one is too fresh.
    pub fn tick(&mut self, now: Nanos, state: &str, snapshot: &Snapshot) {
        let pause = if self.screen.draws() { REDRAW } else { PRINT };
        if self.last.is_none_or(|last| now.since(last) >= pause) {
            self.last = Some(now);
            self.show(state, snapshot);
        }
    }

    /// Shows the final snapshot and leaves it standing.
    pub fn finish(&mut self, state: &str, snapshot: &Snapshot) {
        self.show(state, snapshot);
        self.screen.settle();
    }

    fn show(&self, state: &str, snapshot: &Snapshot) {
        if self.quiet {
            return;
        }
        if self.screen.draws() {
            let mut shown = vec![String::new()];
            shown.extend(lines(snapshot, state, Form::Bars));
            self.screen.show(shown);
        } else {
            let mut text = String::from("\n");
            for line in lines(snapshot, state, Form::Plain) {
                text.push_str(&line);
                text.push('\n');
            }
            self.screen.print(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let check = |millis: u64, text: &str| assert_eq!(clock(Duration::from_millis(millis)), text);
        check(0, "00.0s");
        check(3_049, "03.0s");
        check(65_300, "1m05.3s");
        check(3_600_000, "1h00m00.0s");
    }

    #[test]
    fn a_run_and_its_scenarios_are_aligned() {
        let scenario = |name: &str, done, fact: &str| ScenarioSnapshot {
            name: name.to_owned(),
            done,
            facts: vec![fact.to_owned(), "05.0s/10s".to_owned()],
        };
        let snapshot = Snapshot {
            elapsed: Duration::from_secs(5),
            active_vus: 9,
            vus: 10,
            complete: 40,
            interrupted: 1,
            scenarios: vec![scenario("browse", 0.5, "9/10 VUs"), scenario("buy", 1.0, "1 VUs")],
        };
        assert_eq!(
            lines(&snapshot, "running", Form::Plain),
            [
                "running (05.0s), 9/10 VUs, 40 complete and 1 interrupted iterations",
                "browse [  50% ] 9/10 VUs  05.0s/10s",
                "buy    [ 100% ] 1 VUs  05.0s/10s",
            ]
        );
        let bars = lines(&snapshot, "running", Form::Bars);
        assert_eq!(bars[1], "browse [===================>------------------] 9/10 VUs  05.0s/10s");
        assert_eq!(bars[2], format!("buy    [{}] 1 VUs  05.0s/10s", "=".repeat(38)));
    }
}
