//! `cargo xtask web`: makes the script that reports carry inside, of the sources in `web/`.
//!
//! What it makes is never committed. The crate `report` takes it over when it is built, and does without otherwise.

use std::process::Command;
use std::time::SystemTime;

use crate::Failure;
use crate::repository::{Repository, installed};

/// The packages that were installed, as npm notes them.
const INSTALLED: &str = "web/node_modules/.package-lock.json";
/// The packages that are wanted.
const WANTED: &str = "web/package-lock.json";

/// Installs the packages when they are not those that are wanted, checks the sources and makes the script.
pub fn run(repository: &Repository) -> Result<(), Failure> {
    if !installed("npm") {
        return Err(
            "reports need Node.js and npm to be built with charts; on Debian: sudo apt-get install npm"
                .into(),
        );
    }
    if changed(repository, INSTALLED).is_none_or(|at| Some(at) < changed(repository, WANTED)) {
        repository.run(Command::new("npm").args(["--prefix", "web", "ci", "--no-audit", "--no-fund"]))?;
    }
    repository.run(Command::new("npm").args(["--prefix", "web", "run", "--silent", "check"]))?;
    repository.run(Command::new("npm").args(["--prefix", "web", "run", "--silent", "build"]))
}

/// When a file was changed last, if it is there.
fn changed(repository: &Repository, name: &str) -> Option<SystemTime> {
    std::fs::metadata(repository.path(name)).and_then(|about| about.modified()).ok()
}
