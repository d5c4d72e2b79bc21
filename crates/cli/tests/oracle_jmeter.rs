//! Runs the probes of `tests/oracle-jmeter` with the built program and compares with the recorded behaviour of JMeter.
//!
//! A probe that differs must be listed in `differences.txt`; a listed probe that no longer differs must be removed
//! from it. Probes that hang on the speed of the machine are left out (`timed.txt`). One test an area, so that a
//! runner can spread them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn oracle() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle-jmeter"))
}

/// The probes of one area that a list names, each with its line.
fn listed(list: &str, area: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(oracle().join(list)).expect("the list is in the repository");
    let lines = text.lines().filter(|line| line.starts_with(&format!("{area}/")));
    let named = |line: &str| {
        let (name, reason) = line.split_once(' ').unwrap_or((line, ""));
        (name.to_owned(), reason.trim().to_owned())
    };
    lines.map(named).collect()
}

/// Runs the probes of one area: whether each is as recorded.
fn verdicts(area: &str) -> BTreeMap<String, bool> {
    let timed: PathBuf = oracle().join("timed.txt");
    let output = Command::new("python3")
        .arg("-B")
        .arg(oracle().join("check.py"))
        .args(["--verdicts", "--diff", "--area", area, "--bin", env!("CARGO_BIN_EXE_plimsoll"), "--skip"])
        .arg(timed)
        .output()
        .expect("python3 is installed; `cargo xtask test` sees to it");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "check.py failed: {}", String::from_utf8_lossy(&output.stderr));
    print!("{text}");
    let pairs = text.lines().filter_map(|line| {
        let (name, word) = line.split_once(' ')?;
        name.starts_with(&format!("{area}/")).then(|| (name.to_owned(), word == "pass"))
    });
    pairs.collect()
}

fn check(area: &str) {
    let (differences, timed) = (listed("differences.txt", area), listed("timed.txt", area));
    for (name, reason) in &differences {
        assert!(!reason.is_empty(), "differences.txt: no reason given: {name}");
    }
    let got = verdicts(area);
    let records =
        std::fs::read_dir(oracle().join("expected").join(area)).expect("the area has records").count();
    assert_eq!(
        got.len() + timed.len(),
        records,
        "every record of {area} must be checked or listed in timed.txt"
    );
    let wrong: BTreeSet<&String> = got
        .iter()
        .filter(|(name, passed)| differences.contains_key(*name) == **passed)
        .map(|(name, _)| name)
        .collect();
    assert!(wrong.is_empty(), "these differ from the list of differences: {wrong:?}");
    for name in differences.keys() {
        assert!(got.contains_key(name), "differences.txt names {name}, which does not exist");
    }
}

macro_rules! areas {
    ($($area:ident),*) => { $(#[test] fn $area() { check(stringify!($area)); })* };
}

areas!(
    actions,
    assertions,
    config,
    controllers,
    errors,
    extractors,
    functions,
    http,
    outputs,
    scripting,
    threadgroups
);
