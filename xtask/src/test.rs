//! `cargo xtask test`: all tests, on a machine that may not have what they need yet.

use std::process::Command;

use crate::repository::{Repository, installed};
use crate::{Failure, tidy, web};

/// A program that tests start, and the Debian package that brings it.
const NEEDS: &[(&str, &str)] = &[
    ("python3", "python3"),
    ("nginx", "nginx-light"),
    ("wrk", "wrk"),
    ("tcpdump", "tcpdump"),
    ("psql", "postgresql"),
    ("openssl", "openssl"),
    ("mariadb-install-db", "mariadb-server"),
    ("tmux", "tmux"),
    ("valgrind", "valgrind"),
    ("npm", "npm"),
    ("chromium", "chromium"),
];

/// Installs what is missing, makes the front end of reports, runs the tests and the documentation's examples, then tidies.
pub fn run(repository: &Repository) -> Result<(), Failure> {
    install_missing(repository)?;
    web::run(repository)?;
    repository.run(Command::new("cargo").args(["test", "--quiet", "--workspace", "--doc"]))?;
    if installed("cargo-nextest") || nextest_answers() {
        repository.run(Command::new("cargo").args(["nextest", "run", "--workspace", "--no-fail-fast"]))?;
    } else {
        repository.run(Command::new("cargo").args(["test", "--workspace", "--all-targets"]))?;
    }
    tidy::run(repository)
}

fn nextest_answers() -> bool {
    Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success())
}

fn install_missing(repository: &Repository) -> Result<(), Failure> {
    let missing: Vec<&str> =
        NEEDS.iter().filter(|(program, _)| !installed(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    if !installed("apt-get") || !is_root(repository) {
        return Err(format!(
            "the tests need programs that are not installed; on Debian: sudo apt-get install {packages}"
        ));
    }
    repository.run(Command::new("apt-get").arg("update"))?;
    repository.run(
        Command::new("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&missing)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

fn is_root(repository: &Repository) -> bool {
    repository.output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
