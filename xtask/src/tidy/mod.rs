//! `cargo xtask tidy`: the rules of CONTRIBUTING.md that no compiler checks.
//!
//! Every rule is a function from the repository to findings; all findings are printed before the chore fails.

mod layers;
mod sources;
mod tables;

use crate::repository::Repository;
use crate::{Failure, docs};

/// Broken rules, each a sentence that begins with a file.
type Findings = Vec<String>;

/// A rule: what it finds in the repository.
type Rule = fn(&Repository) -> Result<Findings, Failure>;

const RULES: &[Rule] = &[layers::check, sources::check, tables::check, pages_are_current];

/// Checks all rules.
pub fn run(repository: &Repository) -> Result<(), Failure> {
    let mut findings = Findings::new();
    for rule in RULES {
        findings.extend(rule(repository)?);
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(format!("{} rules broken", findings.len())) }
}

fn pages_are_current(repository: &Repository) -> Result<Findings, Failure> {
    let mut findings = Findings::new();
    for (page, text) in docs::pages(repository)? {
        if repository.read(&page).unwrap_or_default() != text {
            findings.push(format!("{page}: out of date; run `cargo xtask docs`"));
        }
    }
    Ok(findings)
}
