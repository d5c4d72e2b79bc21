//! `cargo xtask bench [NAME…]`: the generator's cost, against peers in the same run.
//!
//! Machines differ and are noisy, so figures are ratios to a peer that does the same work in the same minute,
//! or sizes. Nothing here fails on a figure: the table says what was reached and what was wanted.

mod cases;
mod child;
mod formats;
mod pcap;
mod plans;
mod scripts;
mod servers;
mod stored;

use std::process::Command;

use crate::repository::Repository;

/// One line of the table.
pub(crate) struct Line {
    /// What was measured.
    pub(crate) measure: &'static str,
    /// The figure, with its unit.
    pub(crate) found: String,
    /// What is to be reached.
    pub(crate) wanted: &'static str,
    /// Whether it was.
    pub(crate) met: bool,
}

/// Builds the release program, runs the cases and prints the table.
pub(crate) fn run(repository: &Repository) -> Result<(), String> {
    let wanted: Vec<String> = std::env::args().skip(2).collect();
    repository.run(Command::new("cargo").args(["build", "--release", "--package", "plimsoll"]))?;
    let bench = cases::Bench::new(repository)?;
    let mut lines = Vec::new();
    for (name, case) in cases::CASES {
        if !wanted.is_empty() && !wanted.iter().any(|one| one == name) {
            continue;
        }
        eprintln!("bench: {name}");
        match case(&bench) {
            Ok(found) => lines.extend(found),
            Err(failure) => eprintln!("bench: {name} could not be measured: {failure}"),
        }
    }
    print(&lines);
    Ok(())
}

fn print(lines: &[Line]) {
    println!("| measure | found | to reach | |\n|---|---|---|---|");
    for line in lines {
        let mark = if line.met { "met" } else { "missed" };
        println!("| {} | {} | {} | {mark} |", line.measure, line.found, line.wanted);
    }
}
