//! Files that tests name: data, bodies, parts of plans.
//!
//! Main type: [`Reach`]. A test that came from somewhere else is not to read whatever it likes: only what lies below the
//! folder around its own, where people keep data beside tests, or below the working directory, unless the user says
//! otherwise.

use std::path::{Component, Path, PathBuf};

/// Larger files are no data of a test.
const BYTES_MAX: u64 = 1 << 30;

/// Which files a test may have read.
#[derive(Clone, Default, Debug)]
pub struct Reach {
    roots: Vec<PathBuf>,
    everywhere: bool,
}

impl Reach {
    /// The reach of a test in this folder; `everywhere` when the user allows it.
    #[must_use]
    pub fn new(folder: &Path, everywhere: bool) -> Self {
        let folder = true_path(folder);
        let here = std::env::current_dir().ok().map(|here| true_path(&here));
        // The folder of all users, or that of all temporary files, is no one's project.
        let around = folder.parent().filter(|around| around.components().count() > 2).map(Path::to_owned);
        Self { roots: [Some(folder), around, here].into_iter().flatten().collect(), everywhere }
    }

    /// With more places: those that the user names.
    #[must_use]
    pub fn with(mut self, places: impl Iterator<Item = PathBuf>) -> Self {
        self.roots.extend(places.filter(|place| place.is_absolute()).map(|place| true_path(&place)));
        self
    }

    /// Whether a file may be read, in a sentence when it may not.
    ///
    /// # Errors
    /// When it lies elsewhere.
    pub fn check(&self, path: &Path, name: &str) -> Result<(), String> {
        let place = true_path(path);
        if self.everywhere || self.roots.iter().any(|root| place.starts_with(root)) {
            return Ok(());
        }
        Err(format!(
            "'{name}' lies outside of the folders of the test and of the working directory, and is not read; \
             --outside-files allows it"
        ))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When it may not or cannot be read.
    pub fn read(&self, path: &Path, name: &str) -> Result<Vec<u8>, String> {
        self.check(path, name)?;
        let facts = std::fs::metadata(path).map_err(|why| format!("'{name}' cannot be read: {why}"))?;
        if !facts.is_file() {
            return Err(format!("'{name}' is no file"));
        }
        if facts.len() > BYTES_MAX {
            return Err(format!("'{name}' has more than {} MB", BYTES_MAX >> 20));
        }
        std::fs::read(path).map_err(|why| format!("'{name}' cannot be read: {why}"))
    }
}

/// Where a path leads, links followed as far as there is something.
fn true_path(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(real) = whole.canonicalize() {
        return real;
    }
    let mut clean = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            Component::CurDir => {}
            other => clean.push(other),
        }
        if let Ok(real) = clean.canonicalize() {
            clean = real;
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_reads_what_lies_beside_it() {
        let whole = std::env::temp_dir().join(format!("plimsoll-reach-{}", std::process::id()));
        let folder = whole.join("a/plans");
        std::fs::create_dir_all(folder.join("data")).unwrap();
        std::fs::write(folder.join("data/in.csv"), "in").unwrap();
        std::fs::write(whole.join("out.csv"), "out").unwrap();
        std::fs::write(whole.join("a/beside.csv"), "beside").unwrap();
        let check = |everywhere: bool, name: &str, wanted: Result<&str, &str>| {
            let found = Reach::new(&folder, everywhere).read(&folder.join(name), name);
            match (found, wanted) {
                (Ok(bytes), Ok(text)) => assert_eq!(bytes, text.as_bytes(), "{name}"),
                (Err(why), Err(part)) => assert!(why.contains(part) && why.contains(name), "{name}: {why}"),
                (found, _) => panic!("{name}: {found:?}"),
            }
        };
        check(false, "data/in.csv", Ok("in"));
        check(false, "data/../data/in.csv", Ok("in"));
        check(false, "../beside.csv", Ok("beside"));
        check(false, "../../out.csv", Err("lies outside"));
        check(false, "data/../../../out.csv", Err("lies outside"));
        check(false, "/etc/passwd", Err("lies outside"));
        check(false, "none/../../../none.csv", Err("lies outside"));
        check(false, "none.csv", Err("cannot be read"));
        check(false, "data", Err("is no file"));
        check(true, "../../out.csv", Ok("out"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(whole.join("out.csv"), folder.join("link.csv")).unwrap();
            check(false, "link.csv", Err("lies outside"));
        }
        std::fs::remove_dir_all(whole).unwrap();
    }
}
