//! A run while it goes on, as lines of text.
//!
//! [`lines`] turns a [`Snapshot`] into a line about the run and one for each scenario, for a terminal of some
//! width or for a plain file. It draws nothing: when and where lines appear is the caller's business.

mod header;

use std::time::Duration;

use model::duration::format_go;

pub use header::{Header, describe};

/// Width of a bar between its brackets where there is room for it.
const BAR: usize = 38;
/// A bar narrower than this says nothing and is left out.
const BAR_LEAST: usize = 8;
/// Longer names of scenarios are cut.
const NAME_MOST: usize = 30;

/// The run at one moment.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Snapshot {
    /// What the run is doing: `init`, `setup`, `running`, `teardown`.
    pub phase: String,
    /// Time since the load started.
    pub elapsed: Duration,
    /// The longest the load can take.
    pub longest: Duration,
    /// Virtual users that run an iteration or loop.
    pub active_vus: u64,
    /// Virtual users that exist.
    pub vus: u64,
    /// Iterations that ended by themselves.
    pub complete: u64,
    /// Iterations that were cut off.
    pub interrupted: u64,
    /// The scenarios in their order.
    pub scenarios: Vec<Scenario>,
}

/// One scenario at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// How much of it is done, from 0 to 1.
    pub done: f64,
    /// Time since it started.
    pub elapsed: Duration,
    /// How long it takes, or may take where iterations decide.
    pub duration: Duration,
    /// What its executor counts.
    pub counts: Counts,
}

/// How far a scenario is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Its start time has not come yet.
    Waiting,
    /// It makes load.
    Running,
    /// It ended as planned.
    Done,
    /// It was cut off.
    Interrupted,
}

/// What an executor counts besides time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Counts {
    /// A constant number of looping users.
    Vus {
        /// Users.
        vus: u64,
    },
    /// A changing number of looping users.
    RampingVus {
        /// Users now.
        active: u64,
        /// The most there will be.
        most: u64,
    },
    /// A number of iterations that all users share.
    SharedIterations {
        /// Users.
        vus: u64,
        /// Iterations so far.
        done: u64,
        /// Iterations in all.
        total: u64,
    },
    /// A number of iterations for each user.
    PerVuIterations {
        /// Users.
        vus: u64,
        /// Iterations so far, of all users.
        done: u64,
        /// Iterations for each user.
        each: u64,
    },
    /// Iterations that start at a rate.
    ArrivalRate {
        /// Users that run an iteration.
        active: u64,
        /// Users that exist for it.
        allocated: u64,
        /// Iterations a second that are due now.
        per_second: f64,
    },
}

/// Where lines are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A terminal: bars that are redrawn, in this many columns.
    Terminal {
        /// Columns of the terminal.
        width: usize,
    },
    /// A file: percentages.
    Plain,
}

/// The lines for a snapshot; no line of a terminal is longer than its width.
#[must_use]
pub fn lines(snapshot: &Snapshot, form: Form) -> Vec<String> {
    let name_width =
        snapshot.scenarios.iter().map(|s| s.name.chars().count()).max().unwrap_or(0).min(NAME_MOST);
    let facts: Vec<Vec<String>> = snapshot.scenarios.iter().map(facts).collect();
    let columns = columns(&facts);
    let mut lines = vec![format!(
        "{} ({}), {}/{} VUs, {} complete and {} interrupted iterations",
        snapshot.phase,
        clock(snapshot.elapsed, snapshot.longest),
        snapshot.active_vus,
        snapshot.vus,
        snapshot.complete,
        snapshot.interrupted,
    )];
    for (scenario, facts) in snapshot.scenarios.iter().zip(&facts) {
        let name = shortened(&scenario.name, name_width);
        let right = aligned(facts, &columns);
        lines.push(format!(
            "{name:<name_width$} {} {}{right}",
            mark(scenario.state),
            bar(scenario.done, form, name_width, &columns)
        ));
    }
    if let Form::Terminal { width } = form {
        for line in &mut lines {
            *line = shortened(line.trim_end(), width);
        }
    } else {
        for line in &mut lines {
            line.truncate(line.trim_end().len());
        }
    }
    lines
}

/// A time in the form of `longest`, so that it stays as long as it grows: `05.0s`, `0m05.0s`, `1h02m03.4s`.
#[must_use]
pub fn clock(time: Duration, longest: Duration) -> String {
    let tenths = time.as_millis() / 100;
    let most = longest.max(time).as_secs();
    let seconds = format!("{:02}.{}s", tenths / 10 % 60, tenths % 10);
    let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60);
    if most >= 3600 {
        let digits = (most / 3600).to_string().len();
        format!("{hours:0digits$}h{minutes:02}m{seconds}")
    } else if most >= 60 {
        let digits = (most / 60).to_string().len();
        format!("{minutes:0digits$}m{seconds}")
    } else {
        seconds
    }
}

const fn mark(state: State) -> &'static str {
    match state {
        State::Waiting => "•",
        State::Running => " ",
        State::Done => "✓",
        State::Interrupted => "✗",
    }
}

/// The bar or percentage with the blank that follows it; nothing where a terminal has no room.
fn bar(done: f64, form: Form, name_width: usize, columns: &[usize]) -> String {
    let done = done.clamp(0.0, 1.0);
    let width = match form {
        Form::Plain => return format!("[ {:3.0}% ] ", (done * 100.0).floor()),
        Form::Terminal { width } => width,
    };
    let facts: usize = columns.iter().map(|column| column + 2).sum();
    // Name, mark and brackets, each with a blank.
    let room = width.saturating_sub(name_width + 1 + 2 + 3 + facts.saturating_sub(2)).min(BAR);
    if room < BAR_LEAST {
        return String::new();
    }
    let filled = (done * room as f64) as usize;
    let tip = if done > 0.0 && filled < room { ">" } else { "" };
    format!("[{:-<room$}] ", format!("{}{tip}", "=".repeat(filled)))
}

fn facts(scenario: &Scenario) -> Vec<String> {
    let total = format_go(scenario.duration);
    let time = match scenario.state {
        State::Waiting => format!("waiting, {total}"),
        State::Done if scenario.elapsed >= scenario.duration => total,
        _ => format!("{}/{total}", clock(scenario.elapsed, scenario.duration)),
    };
    match scenario.counts {
        Counts::Vus { vus } => vec![format!("{vus} VUs"), time],
        Counts::RampingVus { active, most } => vec![format!("{} VUs", of(active, most)), time],
        Counts::SharedIterations { vus, done, total } => {
            vec![format!("{vus} VUs"), time, format!("{} shared iters", of(done, total))]
        }
        Counts::PerVuIterations { vus, done, each } => {
            let total = vus.saturating_mul(each);
            vec![format!("{vus} VUs"), time, format!("{} iters, {each} per VU", of(done, total))]
        }
        Counts::ArrivalRate { active, allocated, per_second } => {
            vec![format!("{} VUs", of(active, allocated)), time, format!("{per_second:.2} iters/s")]
        }
    }
}

/// `042/100`.
fn of(part: u64, whole: u64) -> String {
    let digits = whole.to_string().len();
    format!("{part:0digits$}/{whole}")
}

fn columns(rows: &[Vec<String>]) -> Vec<usize> {
    let mut columns = Vec::new();
    for row in rows {
        columns.resize(columns.len().max(row.len()), 0);
        for (column, cell) in columns.iter_mut().zip(row) {
            *column = (*column).max(cell.chars().count());
        }
    }
    columns
}

fn aligned(cells: &[String], columns: &[usize]) -> String {
    let padded: Vec<String> =
        cells.iter().zip(columns).map(|(cell, column)| format!("{cell:<column$}")).collect();
    padded.join("  ")
}

/// The text, cut to `most` characters with `…` at its end where it is longer.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(std::iter::once('…')).collect()
}
