//! The commit of a working directory, read from git's files: no process is started for it.
//!
//! Whether files differ from the commit is not looked at.

use std::fs;
use std::path::{Path, PathBuf};

/// A chain of names cannot be longer than this; it ends a loop.
const LONGEST_CHAIN: usize = 8;

/// The commit that is checked out in the repository around `folder`, if there is one.
#[must_use]
pub fn commit_of(folder: &Path) -> Option<String> {
    let entry = folder.ancestors().map(|folder| folder.join(".git")).find(|path| path.exists())?;
    let own = git_folder(&entry)?;
    // A linked working tree has a HEAD of its own and shares the rest.
    let shared = match fs::read_to_string(own.join("commondir")) {
        Ok(path) => own.join(path.trim()),
        Err(_) => own.clone(),
    };
    let mut name = fs::read_to_string(own.join("HEAD")).ok()?;
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = name.trim().strip_prefix("ref:") else { break };
        let reference = reference.trim().to_owned();
        name = [&own, &shared]
            .into_iter()
            .find_map(|folder| fs::read_to_string(folder.join(&reference)).ok())
            .or_else(|| packed(&shared, &reference))?;
    }
    Some(name.trim().to_owned()).filter(|name| is_commit(name))
}

/// The folder that `.git` is or names.
fn git_folder(entry: &Path) -> Option<PathBuf> {
    if entry.is_dir() {
        return Some(entry.to_owned());
    }
    let text = fs::read_to_string(entry).ok()?;
    Some(entry.parent()?.join(text.strip_prefix("gitdir:")?.trim()))
}

fn packed(folder: &Path, reference: &str) -> Option<String> {
    let list = fs::read_to_string(folder.join("packed-refs")).ok()?;
    let row =
        |line: &str| line.split_once(' ').filter(|(_, name)| *name == reference).map(|(id, _)| id.to_owned());
    list.lines().find_map(row)
}

fn is_commit(name: &str) -> bool {
    name.len() >= 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    fn check(files: &[(&str, &str)], from: &str, expected: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let from = folder.path().join(from);
        fs::create_dir_all(&from).unwrap();
        assert_eq!(commit_of(&from).as_deref(), expected, "{files:?}");
    }

    #[test]
    fn commits_are_found_where_git_keeps_them() {
        let line = format!("{ID}\n");
        let head = (".git/HEAD", "ref: refs/heads/main\n");
        check(&[head, (".git/refs/heads/main", &line)], "a/b", Some(ID));
        check(&[(".git/HEAD", &line)], "", Some(ID));
        let packed = format!("# pack-refs\n{ID} refs/heads/main\n");
        check(&[head, (".git/packed-refs", &packed)], "", Some(ID));
        check(&[head], "", None);
        check(&[(".git/HEAD", "ref: HEAD\n")], "", None);
        let tree = [
            ("tree/.git", "gitdir: ../main/.git/worktrees/tree\n"),
            ("main/.git/worktrees/tree/HEAD", "ref: refs/heads/topic\n"),
            ("main/.git/worktrees/tree/commondir", "../..\n"),
            ("main/.git/refs/heads/topic", &line),
        ];
        check(&tree, "tree/src", Some(ID));
    }
}
