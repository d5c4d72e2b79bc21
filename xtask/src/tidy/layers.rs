//! Crates depend only on what `docs/layers.txt` allows, and that file is itself free of arrows that go up.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use super::Findings;
use crate::Failure;
use crate::repository::Repository;

const LAYERS: &str = "docs/layers.txt";
/// The demo shop and the rude servers: any crate's tests may use them.
const TEST_SERVERS: &str = "target";

/// Compares every Cargo.toml of the workspace with the list.
pub fn check(repository: &Repository) -> Result<Findings, Failure> {
    let (allowed, mut findings) = parse(&repository.read(LAYERS)?);
    let metadata =
        repository.output(Command::new("cargo").args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = short(package["name"].as_str().unwrap_or_default());
        let Some(may) = allowed.get(name) else {
            findings.push(format!("{LAYERS}: crate {name} is missing"));
            continue;
        };
        // Only dependencies inside the workspace have a path.
        let inside =
            package["dependencies"].as_array().into_iter().flatten().filter(|d| d["path"].is_string());
        for dependency in inside {
            let other = short(dependency["name"].as_str().unwrap_or_default());
            let for_tests = dependency["kind"] == "dev" && other == TEST_SERVERS;
            if !for_tests && !may.iter().any(|m| m == other) {
                findings.push(format!("crates/{name}/Cargo.toml: must not depend on {other} ({LAYERS})"));
            }
        }
    }
    Ok(findings)
}

/// The crate's short name, as the architecture speaks of it.
fn short(package: &str) -> &str {
    if package == "plimsoll" { "cli" } else { package.strip_prefix("plimsoll-").unwrap_or(package) }
}

fn parse(text: &str) -> (BTreeMap<String, Vec<String>>, Findings) {
    let (mut allowed, mut findings) = (BTreeMap::new(), Findings::new());
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let Some((name, others)) = line.split_once(':') else {
            findings.push(format!("{LAYERS}: no colon in `{line}`"));
            continue;
        };
        let others: Vec<String> = others.split_whitespace().map(str::to_owned).collect();
        for other in others.iter().filter(|other| !allowed.contains_key(*other)) {
            findings.push(format!("{LAYERS}: {name} names {other}, which does not stand above it"));
        }
        allowed.insert(name.trim().to_owned(), others);
    }
    (allowed, findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_goes_up_is_found() {
        assert!(parse("model:\nnet: model\n").1.is_empty());
        assert_eq!(parse("net: model\nmodel:\n").1.len(), 1);
    }

    #[test]
    fn packages_have_short_names() {
        assert_eq!(["plimsoll", "plimsoll-net", "xtask"].map(short), ["cli", "net", "xtask"]);
    }
}
