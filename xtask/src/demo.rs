//! `cargo xtask demo`: from a fresh checkout to a load test with a verdict, without any other setup.

use std::process::Command;

use crate::repository::{Repository, installed};
use crate::{Failure, web};

/// Builds the program as it ships and runs its demo.
pub fn run(repository: &Repository) -> Result<(), Failure> {
    // Without charts in reports the demo is as good.
    if installed("npm")
        && let Err(failure) = web::run(repository)
    {
        eprintln!("reports will have no charts: {failure}");
    }
    repository.run(Command::new("cargo").args(["build", "--release", "--package", "plimsoll"]))?;
    repository.run(Command::new(repository.program()).args(["demo", "--no-store"]))
}
