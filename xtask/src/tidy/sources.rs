//! Rules on single files: module documentation, length, and words that must not be committed.

use super::Findings;
use crate::Failure;
use crate::repository::Repository;

/// Own lines (tests at the end do not count) from which a file is long enough to be mentioned.
const LONG: usize = 500;
/// Own lines from which a file must be split.
const TOO_LONG: usize = 800;
/// Files that may be longer: tables that gain nothing from being cut.
const MAY_BE_LONG: &[&str] = &[];

/// Files that are not sources of ours to judge: recorded data, lock files, licences.
const NOT_JUDGED: &[&str] = &["crates/cli/tests/oracle/expected/", "Cargo.lock"];

/// Checks every file of the repository.
pub fn check(repository: &Repository) -> Result<Findings, Failure> {
    let mut findings = Findings::new();
    for name in repository.files()? {
        if NOT_JUDGED.iter().any(|prefix| name.starts_with(prefix)) {
            continue;
        }
        // A file that is not text has no words to judge.
        let Ok(text) = repository.read(&name) else { continue };
        findings.extend(machine_paths(&name, &text));
        if name.ends_with("package-lock.json") && text.contains("\"resolved\"") {
            findings.push(format!("{name}: names where packages came from; see web/.npmrc"));
        }
        if name.ends_with(".rs") {
            findings.extend(rust_file(&name, &text));
        }
    }
    Ok(findings)
}

/// Paths of the machine something was made on. Spelt in pieces, so that this file does not break its own rule.
fn machine_paths(name: &str, text: &str) -> Findings {
    let homes = ["root", "home", "Users"].map(|folder| format!("/{folder}/"));
    let checkouts = ["wt", "main", "shared"].map(|folder| format!("/{}/{folder}/", "work"));
    let lines = text.lines().enumerate().filter(|(_, line)| {
        homes.iter().chain(&checkouts).any(|path| {
            line.match_indices(path.as_str()).any(|(at, _)| {
                // Inside a longer path or an address it is no machine path, and an example's user is called me.
                let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '>');
                !line[..at].ends_with(inside) && !line[at + path.len()..].starts_with("me/")
            })
        })
    });
    lines.map(|(at, _)| format!("{name}:{}: names a path of some machine", at + 1)).collect()
}

fn rust_file(name: &str, text: &str) -> Findings {
    let mut findings = Findings::new();
    if !text.starts_with("//!") {
        findings.push(format!(
            "{name}: does not start with `//!`: what it is for, its main type, what it does not do"
        ));
    }
    let unfinished = ["todo", "unimplemented"].map(|word| format!("{word}!("));
    for (at, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("#[ignore") {
            findings.push(format!("{name}:{}: an ignored test tests nothing", at + 1));
        }
        if unfinished.iter().any(|word| code.contains(word.as_str())) {
            findings.push(format!("{name}:{}: unfinished code", at + 1));
        }
    }
    findings.extend(length(name, own_lines(text)));
    findings
}

fn length(name: &str, lines: usize) -> Option<String> {
    if lines <= LONG || MAY_BE_LONG.contains(&name) {
        return None;
    }
    if lines <= TOO_LONG {
        eprintln!("warning: {name}: {lines} lines; think of splitting it");
        return None;
    }
    Some(format!("{name}: {lines} lines are too many (limit {TOO_LONG})"))
}

/// Lines before the tests at the end of the file.
fn own_lines(text: &str) -> usize {
    text.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_are_found_where_they_are_absolute() {
        let path = |folder: &str| format!("/{folder}/someone/x");
        assert_eq!(machine_paths("f", &format!("a\nread {}", path("home"))).len(), 1);
        assert_eq!(machine_paths("f", &format!("(\"{}\")", path("root"))).len(), 1);
        assert!(machine_paths("f", &format!("https://host.example{}", path("home"))).is_empty());
        assert!(machine_paths("f", "file:///home/me/x").is_empty());
    }

    #[test]
    fn rust_files_need_documentation_and_finished_code() {
        assert!(rust_file("f.rs", "//! x\nfn a() {}\n").is_empty());
        assert_eq!(rust_file("f.rs", "fn a() {}\n").len(), 1);
        assert_eq!(rust_file("f.rs", &format!("//! x\nfn a() {{ {}!() }}\n", "todo")).len(), 1);
    }

    #[test]
    fn tests_do_not_count_as_length() {
        assert_eq!(own_lines("//! x\nfn a() {}\n#[cfg(test)]\nmod tests {\n}\n"), 2);
    }
}
