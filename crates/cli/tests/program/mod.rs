//! The built program: started in a folder of a test, with nothing of this machine's environment but that folder as its home,
//! and what it said when it had ended.
//!
//! It is given nothing to read and knows no store of its own accord; what else a test wants is added to the command.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use target::{Running, Shop, ShopOptions};
use tempfile::TempDir;

/// The program in a folder.
pub fn plimsoll(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(args).current_dir(folder).env_clear().env("HOME", folder).stdin(Stdio::null());
    command
}

/// Runs a command to its end: exit status (−1 for a signal), standard output and standard error.
pub fn said(command: &mut Command) -> (i32, String, String) {
    texts(&command.output().expect("it starts"))
}

/// The same of a command that has ended.
pub fn texts(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// An empty folder, gone when it is dropped.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("the system has a temporary folder")
}

/// Puts a file into a folder.
pub fn write(folder: &Path, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), text).expect("a temporary folder can be written");
}

/// A shop with an empty till.
pub fn shop() -> Running {
    Shop::start(ShopOptions::default()).expect("the shop opens on a free port")
}
