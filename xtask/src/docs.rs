//! `cargo xtask docs`: pages that are made from other files. `tidy` fails when one is out of date.

mod artillery;
mod jmeter;

use crate::Failure;
use crate::repository::Repository;
use crate::script_pages::Source;

const DIFFERENCES: &str = "crates/cli/tests/oracle/differences.txt";

/// A page: its name and its text.
type Page = (String, String);

/// The sources of the pages about what scripts can use, and where the pages are.
const SCRIPT_SOURCES: &str = "crates/script/docs/";
const SCRIPT_PAGES: &str = "docs/script/";

/// Makes all pages that are made.
pub fn pages(repository: &Repository) -> Result<Vec<Page>, Failure> {
    let mut pages = vec![
        ("docs/differences.md".to_owned(), differences(repository)?),
        ("docs/artillery.md".to_owned(), artillery::page(repository)?),
        ("docs/jmeter.md".to_owned(), jmeter::page(repository)?),
    ];
    pages.extend(script_pages(repository)?);
    Ok(pages)
}

/// Writes every page that is made.
pub fn run(repository: &Repository) -> Result<(), Failure> {
    for (page, text) in pages(repository)? {
        std::fs::write(repository.path(&page), text).map_err(|e| format!("{page}: {e}"))?;
    }
    Ok(())
}

/// The pages of `docs/script/`, and their index.
fn script_pages(repository: &Repository) -> Result<Vec<Page>, Failure> {
    let files = repository.files()?;
    let mut sources = Vec::new();
    for file in files.iter().filter(|file| file.starts_with(SCRIPT_SOURCES)) {
        let source =
            Source::parse(&repository.read(file)?).map_err(|failure| format!("{file}: {failure}"))?;
        sources.push((file[SCRIPT_SOURCES.len()..].to_owned(), source));
    }
    sources.sort_by(|a, b| a.0.cmp(&b.0));
    // Pages that are written by hand are in the index, too.
    let by_hand = files.iter().filter_map(|file| file.strip_prefix(SCRIPT_PAGES));
    let by_hand =
        by_hand.filter(|file| *file != "README.md" && !sources.iter().any(|(name, _)| name == file));
    let mut entries: Vec<(String, String)> = Vec::new();
    for file in by_hand {
        let text = repository.read(&format!("{SCRIPT_PAGES}{file}"))?;
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned();
        entries.push((title, file.to_owned()));
    }
    entries.extend(sources.iter().map(|(file, source)| (source.title().to_owned(), file.clone())));
    entries.sort();
    let mut index = String::from(
        "# What scripts can use\n\n\
         Made by `cargo xtask docs` from `crates/script/docs/`, as are the pages. Tests compare every list with what the\n\
         program has, and run every example.\n",
    );
    for (title, file) in entries {
        let source = sources.iter().find(|(name, _)| *name == file).map(|(_, source)| source);
        index.push_str(&format!("\n## [{title}]({file})\n{}", source.map_or_else(String::new, members)));
    }
    let mut pages = vec![(format!("{SCRIPT_PAGES}README.md"), index)];
    pages.extend(sources.iter().map(|(file, source)| (format!("{SCRIPT_PAGES}{file}"), source.page())));
    Ok(pages)
}

/// The members that a page lists, for the index.
fn members(source: &Source) -> String {
    let lists = source.lists().filter(|list| list.members).map(|list| {
        let names: Vec<String> = list.names().map(|name| format!("`{name}`")).collect();
        format!("* {}: {}\n", list.title, names.join(" "))
    });
    let lists: String = lists.collect();
    if lists.is_empty() { lists } else { format!("\n{lists}") }
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
