//! `docs/artillery.md`: a frame of text with the tables that the importer is made of.
//!
//! The tables are read from the source, row by row, so that the page cannot say anything that the program does not.

use super::cell;
use crate::Failure;
use crate::repository::Repository;

const FOLDER: &str = "crates/plan/src/import/artillery";
const PROBES: &str = "crates/cli/tests/oracle-artillery";

/// The page.
pub fn page(repository: &Repository) -> Result<String, Failure> {
    let frame = repository.read("xtask/src/docs/artillery.md.in")?;
    let read = |name: &str| repository.read(&format!("{FOLDER}/{name}.rs"));
    let (keys_file, functions, expect) = (read("keys")?, read("functions")?, read("expect/mod")?);
    let (module, fake) = (read("mod")?, read("fake")?);
    let mut page =
        String::from("<!-- Made by `cargo xtask docs`; a test fails when it is out of date. -->\n\n");
    for line in frame.lines() {
        let words: Vec<&str> = line.trim_matches('@').split(' ').collect();
        let made = match (line.starts_with('@'), words.as_slice()) {
            (true, ["TABLE", table]) => keys(&keys_file, table)?,
            (true, ["PAIRS", table]) => pairs(&expect, table, "expectation")?,
            (true, ["FUNCTIONS", table]) => named(&functions, table)?,
            (true, ["ALIASES"]) => aliases(&module)?,
            (true, ["DIFFERENCES"]) => differences(repository)?,
            _ => line.replace("@FAKE@", &fakes(&fake)?),
        };
        page.push_str(made.trim_end());
        page.push('\n');
    }
    Ok(page)
}

/// The body of a table in a source file.
fn body<'s>(source: &'s str, table: &str) -> Result<&'s str, Failure> {
    let start = source
        .find(&format!("static {table}: "))
        .ok_or_else(|| format!("{FOLDER}: there is no table {table}"))?;
    let rest = &source[start..];
    let end = rest.find("\n];").ok_or_else(|| format!("{FOLDER}: the table {table} has no end"))?;
    Ok(&rest[..end])
}

/// The texts in quotes of a row.
fn texts(row: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = row;
    while let Some(start) = rest.find('"') {
        let inner = &rest[start + 1..];
        let mut end = 0;
        while let Some(at) = inner[end..].find('"').map(|at| end + at) {
            end = at;
            if !inner[..at].ends_with('\\') {
                break;
            }
            end += 1;
        }
        found.push(inner[..end].replace("\\\"", "\""));
        rest = &inner[end + 1..];
    }
    found
}

/// The rows of a table: what stands between one beginning and the next.
fn rows<'s>(body: &'s str, begins: &[&str]) -> Vec<&'s str> {
    let starts: Vec<usize> = body
        .match_indices('\n')
        .map(|(place, _)| place + 1)
        .filter(|&place| begins.iter().any(|begin| body[place..].trim_start().starts_with(begin)))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([body.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| &body[start..end]).collect()
}

fn keys(source: &str, table: &str) -> Result<String, Failure> {
    let mut made = String::from("| key | works | what it does |\n|---|---|---|\n");
    for row in rows(body(source, table)?, &["full(", "with("]) {
        let texts = texts(row);
        let [name, does] = texts.as_slice() else {
            return Err(format!("{table}: a row has a name and a sentence: {row}"));
        };
        let works = ["Emulated", "Ignored", "None"]
            .into_iter()
            .find(|word| row.contains(&format!("Support::{word}")));
        let works = match works {
            Some("Emulated") => "emulated",
            Some("Ignored") => "ignored",
            Some(_) => "no",
            None => "yes",
        };
        let name = name.split(", ").map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        made.push_str(&format!("| {name} | {works} | {} |\n", cell(does)));
    }
    Ok(made)
}

fn pairs(source: &str, table: &str, title: &str) -> Result<String, Failure> {
    let mut made = format!("| {title} | holds when |\n|---|---|\n");
    for row in rows(body(source, table)?, &["("]) {
        if let [name, does] = texts(row).as_slice() {
            made.push_str(&format!("| `{name}` | {} |\n", cell(does)));
        }
    }
    Ok(made)
}

fn named(source: &str, table: &str) -> Result<String, Failure> {
    let mut made = String::from("| function | gives |\n|---|---|\n");
    for row in rows(body(source, table)?, &["Function {"]) {
        if let [name, does, ..] = texts(row).as_slice() {
            made.push_str(&format!("| `{name}` | {} |\n", cell(does)));
        }
    }
    Ok(made)
}

fn aliases(source: &str) -> Result<String, Failure> {
    let mut made = String::from("| Artillery | here |\n|---|---|\n");
    for row in rows(body(source, "ALIASES")?, &["valued(", "Alias {"]) {
        match texts(row).as_slice() {
            [from, to] if to.is_empty() => made.push_str(&format!("| `{from}` | nothing |\n")),
            [from, to] => made.push_str(&format!("| `{from}` | `{to}` |\n")),
            _ => {}
        }
    }
    Ok(made)
}

fn fakes(source: &str) -> Result<String, Failure> {
    let names = rows(body(source, "FUNCTIONS")?, &["(\"$"])
        .into_iter()
        .filter_map(|row| texts(row).into_iter().next());
    Ok(names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

fn differences(repository: &Repository) -> Result<String, Failure> {
    let list = repository.read(&format!("{PROBES}/differences.txt"))?;
    let mut made =
        String::from("| probe | behaviour of Artillery | difference and reason |\n|---|---|---|\n");
    for line in list.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (probe, reason) =
            line.split_once(' ').ok_or_else(|| format!("{PROBES}: expected `area/name reason`: {line}"))?;
        let text = repository.read(&format!("{PROBES}/probes/{probe}.yml"))?;
        let does = text.lines().find_map(|line| line.strip_prefix("# does: ")).unwrap_or_default();
        made.push_str(&format!("| {probe} | {} | {} |\n", cell(does), cell(reason)));
    }
    Ok(made)
}
