//! `cargo xtask docs`: pages that are made from other files. `tidy` fails when one is out of date.

mod artillery;
mod jmeter;

use crate::Failure;
use crate::repository::Repository;

const DIFFERENCES: &str = "crates/cli/tests/oracle/differences.txt";

/// A page and how its text is made.
type Page = (&'static str, fn(&Repository) -> Result<String, Failure>);

/// The pages that are made.
pub const PAGES: &[Page] = &[
    ("docs/differences.md", differences),
    ("docs/artillery.md", artillery::page),
    ("docs/jmeter.md", jmeter::page),
];

/// Writes every page that is made.
pub fn run(repository: &Repository) -> Result<(), Failure> {
    for (page, make) in PAGES {
        std::fs::write(repository.path(page), make(repository)?).map_err(|e| format!("{page}: {e}"))?;
    }
    Ok(())
}

/// One listed difference: the probe, its kind and the reason.
struct Difference {
    probe: String,
    kind: String,
    reason: String,
}

fn parse(line: &str) -> Result<Difference, Failure> {
    let mut rest = line.trim();
    let mut word = || {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        rest = after.trim_start();
        word.to_owned()
    };
    let (probe, kind) = (word(), word());
    if rest.is_empty() || !matches!(kind.as_str(), "console" | "engine") {
        return Err(format!("{DIFFERENCES}: expected `area/name console|engine reason`, found: {line}"));
    }
    Ok(Difference { probe, kind, reason: rest.to_owned() })
}

/// The `// does:` sentence of a probe.
fn does(repository: &Repository, probe: &str) -> Result<String, Failure> {
    let folder = "crates/cli/tests/oracle/probes";
    let text = ["js", "ts"].iter().find_map(|ext| repository.read(&format!("{folder}/{probe}.{ext}")).ok());
    let text = text.ok_or_else(|| format!("{DIFFERENCES}: there is no probe {probe}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("// does: "));
    Ok(line.unwrap_or_default().to_owned())
}

fn differences(repository: &Repository) -> Result<String, Failure> {
    let list = repository.read(DIFFERENCES)?;
    let lines = list.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let found = lines.map(parse).collect::<Result<Vec<_>, _>>()?;
    let mut page = String::from(
        "# Differences from k6\n\n\
         Made by `cargo xtask docs` from `crates/cli/tests/oracle/differences.txt`; a test fails when it is out of date.\n\n\
         Plimsoll runs k6 scripts unmodified. Recorded behaviour of k6 2.2 is replayed in the tests; what differs is\n\
         listed here, with the reason.\n",
    );
    let sections = [
        ("console", "What scripts or their users can notice"),
        ("engine", "Only the wording of the program's own messages"),
    ];
    for (kind, title) in sections {
        page.push_str(&format!("\n## {title}\n\n"));
        let mut rows = found.iter().filter(|difference| difference.kind == kind).peekable();
        if rows.peek().is_none() {
            page.push_str("Nothing.\n");
            continue;
        }
        page.push_str("| probe | behaviour | difference and reason |\n|---|---|---|\n");
        for Difference { probe, reason, .. } in rows {
            let does = does(repository, probe)?;
            page.push_str(&format!("| {probe} | {} | {} |\n", cell(&does), cell(reason)));
        }
    }
    Ok(page)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
