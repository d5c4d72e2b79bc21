//! Runs the probes of `tests/oracle-artillery` with the built program and compares with the recorded behaviour of
//! Artillery.
//!
//! A probe that differs must be listed in `differences.txt`; a listed probe that no longer differs must be removed
//! from it. One test an area, so that a runner can spread them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

fn oracle() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle-artillery"))
}

/// The listed differences of one area.
fn listed(area: &str) -> BTreeSet<String> {
    let text =
        std::fs::read_to_string(oracle().join("differences.txt")).expect("the list is in the repository");
    let lines = text.lines().filter(|line| line.starts_with(&format!("{area}/")));
    let name = |line: &str| {
        let (name, reason) = line.split_once(' ').unwrap_or((line, ""));
        assert!(!reason.trim().is_empty(), "differences.txt: no reason given: {line}");
        name.to_owned()
    };
    lines.map(name).collect()
}

/// Runs the probes of one area: whether each is as recorded.
fn verdicts(area: &str) -> BTreeMap<String, bool> {
    let output = Command::new("python3")
        .arg("-B")
        .arg(oracle().join("check.py"))
        .args([
            "--verdicts",
            "--diff",
            "--skip",
            "gaps",
            "--area",
            area,
            "--bin",
            env!("CARGO_BIN_EXE_plimsoll"),
        ])
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
    let (listed, got) = (listed(area), verdicts(area));
    let records =
        std::fs::read_dir(oracle().join("expected").join(area)).expect("the area has records").count();
    assert_eq!(got.len(), records, "every record of {area} must be checked");
    let wrong: Vec<&String> = got
        .iter()
        .filter(|(name, passed)| listed.contains(*name) == **passed)
        .map(|(name, _)| name)
        .collect();
    assert!(wrong.is_empty(), "these differ from the list of differences: {wrong:?}");
    for name in &listed {
        assert!(got.contains_key(name), "differences.txt names {name}, which does not exist");
    }
}

macro_rules! areas {
    ($($area:ident),*) => { $(#[test] fn $area() { check(stringify!($area)); })* };
}

areas!(
    capture, config, errors, flow, hooks, payload, phases, plugins, report, requests, scenarios, templates,
    variables, ws
);
