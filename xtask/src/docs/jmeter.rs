//! `docs/jmeter.md`: a frame of text with the tables that the importer is made of.
//!
//! The tables are read from the source, row by row, so that the page cannot say anything that the program does not.

use super::cell;
use crate::Failure;
use crate::repository::Repository;

const FOLDER: &str = "crates/plan/src/import/jmeter";
const PROBES: &str = "crates/cli/tests/oracle-jmeter";

/// The page.
pub fn page(repository: &Repository) -> Result<String, Failure> {
    let frame = repository.read("xtask/src/docs/jmeter.md.in")?;
    let read = |name: &str| repository.read(&format!("{FOLDER}/{name}.rs"));
    let (elements, functions) = (read("elements")?, read("function/mod")?);
    let (properties, module) = (read("properties")?, read("mod")?);
    let mut page =
        String::from("<!-- Made by `cargo xtask docs`; a test fails when it is out of date. -->\n\n");
    for line in frame.lines() {
        let made = match line.strip_prefix('@').map(|words| words.split_once(' ').unwrap_or((words, ""))) {
            Some(("ELEMENTS", _)) => element_rows(&elements)?,
            Some(("FUNCTIONS", table)) => function_rows(&functions, table)?,
            Some(("PROPERTIES", _)) => property_rows(&properties)?,
            Some(("ALIASES", _)) => alias_rows(&module)?,
            Some(("DIFFERENCES", _)) => differences(repository)?,
            _ => line.to_owned(),
        };
        page.push_str(made.trim_end());
        page.push('\n');
    }
    Ok(page)
}

/// What stands between the name of a table and its end.
fn body<'s>(source: &'s str, table: &str, end: &str) -> Result<&'s str, Failure> {
    let start = [" const ", " static "].iter().find_map(|word| source.find(&format!("{word}{table}:")));
    let rest = &source[start.ok_or_else(|| format!("{FOLDER}: there is no table {table}"))?..];
    let end = rest.find(end).ok_or_else(|| format!("{FOLDER}: the table {table} has no end"))?;
    Ok(&rest[..end])
}

/// The texts in quotes of a piece of source.
fn texts(row: &str) -> Vec<&str> {
    row.split('"').skip(1).step_by(2).collect()
}

fn element_rows(source: &str) -> Result<String, Failure> {
    let mut made = String::new();
    let titles = [
        ("Plan", "Plan"),
        ("Group", "Thread groups"),
        ("Controller", "Controllers"),
        ("Sampler", "Samplers"),
        ("Config", "Configuration"),
        ("Pre", "Pre-processors"),
        ("Timer", "Timers"),
        ("Post", "Post-processors"),
        ("Assertion", "Assertions"),
        ("Listener", "Listeners"),
        ("Idle", "Elements of the form"),
    ];
    let table = body(source, "ELEMENTS", "\n};")?;
    for (kind, title) in titles {
        let start = table
            .find(&format!("\n    {kind} {{"))
            .ok_or_else(|| format!("{FOLDER}: no elements of the kind {kind}"))?;
        let part = table[start..].split("\n    }").next().unwrap_or_default();
        made.push_str(&format!("### {title}\n\n| element | works | what it does |\n|---|---|---|\n"));
        for line in part.lines() {
            if let [class, does] = texts(line).as_slice() {
                let (works, does) = match does.strip_prefix("unsupported: ") {
                    Some(does) => ("no", does),
                    None => ("yes", *does),
                };
                made.push_str(&format!("| `{class}` | {works} | {} |\n", cell(does)));
            }
        }
        made.push('\n');
    }
    Ok(made)
}

fn function_rows(source: &str, table: &str) -> Result<String, Failure> {
    let mut made = String::from("| function | gives |\n|---|---|\n");
    for line in body(source, table, "\n};")?.lines() {
        if let [name, does] = texts(line).as_slice() {
            made.push_str(&format!("| `{name}` | {} |\n", cell(does)));
        }
    }
    Ok(made)
}

fn property_rows(source: &str) -> Result<String, Failure> {
    let mut made = String::from("| property | when not set | what it does |\n|---|---|---|\n");
    for row in body(source, "PROPERTIES", "\n];")?.split("Row {").skip(1) {
        if let [name, default, does] = texts(row).as_slice() {
            made.push_str(&format!("| `{name}` | {} | {} |\n", cell(default), cell(does)));
        }
    }
    Ok(made)
}

fn alias_rows(source: &str) -> Result<String, Failure> {
    let mut made = String::from("| JMeter | here |\n|---|---|\n");
    for line in body(source, "ALIASES", "\n];")?.lines() {
        if let [from, to] = texts(line).as_slice() {
            made.push_str(&format!("| `{from}` | `{to}` |\n"));
        }
    }
    Ok(made)
}

fn differences(repository: &Repository) -> Result<String, Failure> {
    let list = repository.read(&format!("{PROBES}/differences.txt"))?;
    let manifest = repository.read(&format!("{PROBES}/probes/manifest.json"))?;
    let mut made = String::from("| probe | behaviour of JMeter | difference and reason |\n|---|---|---|\n");
    for line in list.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (probe, reason) =
            line.split_once(' ').ok_or_else(|| format!("{PROBES}: expected `area/name reason`: {line}"))?;
        let entry = manifest.split_once(&format!("\"{probe}\"")).map_or("", |(_, rest)| rest);
        let does = entry
            .split_once("\"does\": \"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map_or("", |(does, _)| does);
        made.push_str(&format!("| {probe} | {} | {} |\n", cell(does), cell(reason)));
    }
    Ok(made)
}
