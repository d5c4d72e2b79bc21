//! Extension tables: one entry is one file, has a row, has cases where its table keeps cases, and is documented.

use super::Findings;
use crate::Failure;
use crate::repository::Repository;

/// An extension point that is one static table with one file per entry.
struct Table {
    /// The table's name, as in ARCHITECTURE.md.
    name: &'static str,
    /// The folder with the entries; the table stands in its `mod.rs`, or in the file of the same name beside it.
    folder: &'static str,
    /// Files of the folder that serve the entries without being one.
    helpers: &'static [&'static str],
    /// Where each entry has a folder of cases.
    cases: Option<&'static str>,
    /// The page that names every entry.
    page: Option<&'static str>,
}

const TABLES: &[Table] = &[
    Table {
        name: "COMMANDS",
        folder: "crates/cli/src/cmd",
        helpers: &[],
        cases: None,
        page: Some("docs/commands.md"),
    },
    Table {
        name: "EXECUTORS",
        folder: "crates/engine/src/executor",
        helpers: &[],
        cases: None,
        page: Some("docs/executors.md"),
    },
    Table {
        name: "MODULES",
        folder: "crates/script/src/modules",
        // Globals and what modules share.
        helpers: &["console", "globals", "web", "web.js", "glue.js", "tags"],
        cases: None,
        page: None,
    },
    Table {
        name: "OUTPUTS",
        folder: "crates/report/src/output",
        helpers: &[],
        cases: None,
        page: Some("docs/outputs.md"),
    },
];

/// Checks every table that exists.
pub fn check(repository: &Repository) -> Result<Findings, Failure> {
    let files = repository.files()?;
    let mut findings = Findings::new();
    for table in TABLES {
        let homes = [format!("{}/mod.rs", table.folder), format!("{}.rs", table.folder)];
        let Some(rows) = homes.iter().find_map(|home| repository.read(home).ok()) else { continue };
        if !rows.contains(&format!("{}:", table.name)) {
            findings.push(format!("{}: the table {} is not there", table.folder, table.name));
            continue;
        }
        let page = table.page.map(|page| (page, repository.read(page).unwrap_or_default()));
        for entry in entries(table, &files) {
            if !rows.contains(&format!("{entry}::")) {
                findings.push(format!("{}/{entry}: has no row in {}", table.folder, table.name));
            }
            let cases = table.cases.map(|cases| format!("{cases}/{entry}/"));
            if let Some(cases) =
                cases.filter(|cases| !files.iter().any(|file| file.starts_with(cases.as_str())))
            {
                findings.push(format!("{cases}: {} has no cases", table.name));
            }
            // Users write names with dashes where files have underscores.
            let shown = format!("`{}", entry.replace('_', "-"));
            if let Some((page, _)) = page.as_ref().filter(|(_, text)| !text.contains(&shown)) {
                findings.push(format!("{page}: `{entry}` of {} is not described", table.name));
            }
        }
    }
    Ok(findings)
}

/// The entries of a table: the files and folders next to each other in its folder.
fn entries(table: &Table, files: &[String]) -> Vec<String> {
    let prefix = format!("{}/", table.folder);
    let mut names: Vec<String> = files
        .iter()
        .filter_map(|file| file.strip_prefix(&prefix))
        .map(|rest| rest.split('/').next().unwrap_or(rest).trim_end_matches(".rs").to_owned())
        .filter(|name| name != "mod" && !table.helpers.contains(&name.as_str()))
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_file_or_a_folder() {
        let table = Table { name: "T", folder: "a/b", helpers: &["queue"], cases: None, page: None };
        let files = ["a/b/mod.rs", "a/b/x.rs", "a/b/x/y.rs", "a/b/queue.rs", "a/c/z.rs"].map(str::to_owned);
        assert_eq!(entries(&table, &files), ["x"]);
    }
}
