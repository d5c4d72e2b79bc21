//! `cargo xtask demo`: from a fresh checkout to a load test with a verdict, without any other setup.

use std::process::Command;

use crate::Failure;
use crate::repository::Repository;

/// Builds the program as it ships and runs its demo.
pub fn run(repository: &Repository) -> Result<(), Failure> {
    repository.run(Command::new("cargo").args(["build", "--release", "--package", "plimsoll"]))?;
    repository.run(Command::new(repository.program()).args(["demo", "--no-store"]))
}
