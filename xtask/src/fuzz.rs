//! `cargo xtask fuzz [TARGET] [--seconds N]`: feeds mangled input to the parsers, guided by coverage.
//!
//! The targets are programs of `fuzz/`, a workspace of its own. It needs the stable compiler and one for C++, for
//! libFuzzer. A finding stays in `fuzz/artifacts/TARGET/`; once it is fixed, its input goes to
//! `fuzz/found/TARGET/`, which the ordinary tests replay.

use std::process::Command;

use crate::repository::Repository;

/// All targets, in the order in which they run.
const TARGETS: &[&str] = &[
    "http1",
    "options",
    "thresholds",
    "cookies",
    "gjson",
    "bodies",
    "urls",
    "websocket",
    "auth",
    "addresses",
    "environment",
    "archive",
    "groovy",
    "plimsoll",
    "artillery",
    "templates",
    "jmeter",
    "functions",
    "har",
    "curl",
    "pkcs12",
];

/// How long inputs may get, in bytes, where the usual [`LENGTH_MAX`] is less than whole files of users have.
const LENGTHS: &[(&str, usize)] =
    &[("artillery", 8 << 10), ("har", 16 << 10), ("jmeter", 32 << 10), ("plimsoll", 8 << 10)];

/// How long inputs of the other targets may get, in bytes.
const LENGTH_MAX: usize = 4 << 10;

/// Folders beside a target's seeds from which it begins: whole tests in a format.
const EXAMPLES: &[(&str, &str)] = &[
    ("artillery", "crates/cli/tests/oracle-artillery/probes"),
    ("jmeter", "crates/cli/tests/oracle-jmeter/probes"),
];

/// What the compiler has to add for the fuzzer to see which code an input reaches. Stable compilers can do it.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// Builds the targets and runs one, or all of them, each for so many seconds (60 unless told).
pub(crate) fn run(repository: &Repository) -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(2).collect();
    let seconds = given.iter().find_map(|word| word.parse::<u64>().ok()).unwrap_or(60);
    let is_name = |word: &&String| *word != "--seconds" && word.parse::<u64>().is_err();
    let names: Vec<&String> = given.iter().filter(is_name).collect();
    if let Some(unknown) = names.iter().find(|name| !TARGETS.contains(&name.as_str())) {
        return Err(format!("there is no target {unknown}; there are {}", TARGETS.join(", ")));
    }
    let host = host()?;
    repository.run(
        Command::new("cargo")
            .args(["build", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host])
            // With a target of its own, build scripts and macros are left without instruments.
            .env("RUSTFLAGS", COVERAGE)
            .env_remove("CARGO_TARGET_DIR"),
    )?;
    for target in TARGETS.iter().filter(|target| names.is_empty() || names.iter().any(|name| name == *target))
    {
        let corpus = repository.path(&format!("fuzz/corpus/{target}"));
        let artifacts = repository.path(&format!("fuzz/artifacts/{target}"));
        let seeds = repository.path(&format!("fuzz/seeds/{target}"));
        for folder in [&corpus, &artifacts] {
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        println!("fuzz: {target} for {seconds} s");
        let mut command = Command::new(repository.path(&format!("fuzz/target/{host}/release/{target}")));
        command.arg(&corpus);
        if seeds.is_dir() {
            command.arg(&seeds);
        }
        let examples = EXAMPLES.iter().filter(|(name, _)| name == target);
        command.args(examples.map(|(_, folder)| repository.path(folder)));
        let words = repository.path(&format!("fuzz/words/{target}"));
        if words.is_file() {
            command.arg(format!("-dict={}", words.display()));
        }
        let length = LENGTHS.iter().find(|(name, _)| name == target).map_or(LENGTH_MAX, |(_, most)| *most);
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={length}"))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"]);
        repository.run(&mut command)?;
    }
    Ok(())
}

/// The name of the platform that the compiler builds for.
fn host() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| "rustc does not tell its platform".to_owned())
}
