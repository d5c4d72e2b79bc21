//! Runs the probes of `tests/oracle` with the built program and compares with the recorded behaviour of k6.
//!
//! A probe that differs must be listed in `differences.txt`; a listed probe that no longer differs must be
//! removed from it. One test an area, so that a runner can spread them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// What differs: nothing, the program's own messages, or what scripts and their users rely on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Pass,
    Engine,
    Console,
}

impl Verdict {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "pass" => Some(Self::Pass),
            "engine" => Some(Self::Engine),
            "console" => Some(Self::Console),
            _ => None,
        }
    }
}

fn oracle() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle"))
}

/// The listed differences of one area.
fn allowed(area: &str) -> BTreeMap<String, Verdict> {
    let text =
        std::fs::read_to_string(oracle().join("differences.txt")).expect("the list is in the repository");
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .filter(|line| line.starts_with(&format!("{area}/")))
        .map(|line| {
            let mut words = line.split_whitespace();
            let (name, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            assert!(words.next().is_some(), "differences.txt: no reason given: {line}");
            let kind = Verdict::parse(kind).filter(|kind| *kind != Verdict::Pass);
            (
                name.to_owned(),
                kind.unwrap_or_else(|| panic!("differences.txt: console or engine expected: {line}")),
            )
        })
        .collect()
}

/// Runs the probes of one area and reads the verdicts.
fn verdicts(area: &str) -> BTreeMap<String, Verdict> {
    let output = Command::new("python3")
        .arg(oracle().join("check.py"))
        .args(["--verdicts", "--diff", "--area", area, "--bin", env!("CARGO_BIN_EXE_plimsoll")])
        .output()
        .expect("python3 is installed; `cargo xtask test` sees to it");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "check.py failed: {}", String::from_utf8_lossy(&output.stderr));
    print!("{text}");
    let pairs = text.lines().filter_map(|line| {
        let (name, word) = line.split_once(' ')?;
        name.starts_with(&format!("{area}/")).then_some(())?;
        Some((name.to_owned(), Verdict::parse(word)?))
    });
    pairs.collect()
}

fn check(area: &str) {
    let (allowed, got) = (allowed(area), verdicts(area));
    let probes =
        std::fs::read_dir(oracle().join("expected").join(area)).expect("the area has records").count();
    assert_eq!(got.len(), probes, "every record of {area} must be checked");
    let wrong: Vec<String> = got
        .iter()
        .filter_map(|(name, verdict)| {
            let listed = allowed.get(name).copied().unwrap_or(Verdict::Pass);
            (listed != *verdict).then(|| format!("{name}: listed as {listed:?}, found {verdict:?}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {probes} probes differ from the list:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for name in allowed.keys() {
        assert!(got.contains_key(name), "differences.txt names {name}, which does not exist");
    }
}

macro_rules! areas {
    ($($area:ident),*) => { $(#[test] fn $area() { check(stringify!($area)); })* };
}

areas!(
    http, cookies, metrics, thresholds, executors, options, execution, summary, outputs, cli, ws, websockets,
    crypto, webcrypto, encoding, fs, csv, streams, timers, data, secrets, html, forms, core, errors, quirks
);
