//! Chores of the repository: `cargo xtask bench|demo|docs|fuzz|test|tidy|web`.
//!
//! Each chore is one module with a `run` function. Nothing here is part of the program.

mod bench;
mod demo;
mod docs;
mod fuzz;
mod repository;
#[expect(dead_code, reason = "what only the tests of the lists read, which share the file")]
mod script_pages;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use repository::Repository;

/// What went wrong, for people.
type Failure = String;

/// A chore: its name, what it does, and how.
type Chore = (&'static str, &'static str, fn(&Repository) -> Result<(), Failure>);

const CHORES: &[Chore] = &[
    ("bench", "measure the generator against its peers", bench::run),
    ("demo", "build the release program and run its demo", demo::run),
    ("docs", "make the pages that are made from other files", docs::run),
    ("fuzz", "feed mangled input to the parsers: [TARGET] [SECONDS]", fuzz::run),
    ("test", "install what the tests need, run all of them, then tidy", test::run),
    ("tidy", "check the rules that no compiler checks", tidy::run),
    ("web", "make what reports draw their charts with", web::run),
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let Some((_, _, chore)) = CHORES.iter().find(|(name, ..)| *name == wanted) else {
        for (name, about, _) in CHORES {
            eprintln!("cargo xtask {name:<6} {about}");
        }
        return ExitCode::from(2);
    };
    match Repository::find().and_then(|repository| chore(&repository)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{wanted}: {failure}");
            ExitCode::FAILURE
        }
    }
}
