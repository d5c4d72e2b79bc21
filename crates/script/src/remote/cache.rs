//! Copies of fetched modules on disk.
//!
//! Main type: [`Cache`]. A copy is two files named by the hash of its address: the module, and beside it what is
//! known of it, by which the copy is checked whenever it is read. What cannot be written is not kept, and no more.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A folder of copies.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// A copy that was read and is as it was written.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Copy {
    /// The module.
    pub(super) bytes: Vec<u8>,
    /// When it was fetched, in seconds since the Unix epoch.
    pub(super) fetched: u64,
}

impl Cache {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The copy of what was at `address`.
    ///
    /// # Errors
    /// Why there is none to be used.
    pub(super) fn read(&self, address: &str) -> Result<Copy, &'static str> {
        let (module, facts) = self.paths(address);
        let facts = std::fs::read(facts).map_err(|_| "there is no copy of it")?;
        let facts: Value = serde_json::from_slice(&facts).unwrap_or_default();
        let bytes = std::fs::read(module).map_err(|_| "there is no copy of it")?;
        let whole = facts["address"] == address && facts["sha256"] == hash(&bytes);
        match facts["fetched"].as_u64().filter(|_| whole) {
            Some(fetched) => Ok(Copy { bytes, fetched }),
            None => Err("the copy of it is damaged"),
        }
    }

    /// Keeps a copy. The facts are written last: without them there is no copy.
    pub(super) fn write(&self, address: &str, copy: &Copy) {
        let (module, facts) = self.paths(address);
        let known = json!({ "address": address, "sha256": hash(&copy.bytes), "fetched": copy.fetched });
        let _ = std::fs::create_dir_all(&self.folder)
            .and_then(|()| replace(&module, &copy.bytes))
            .and_then(|()| replace(&facts, format!("{known:#}\n").as_bytes()));
    }

    fn paths(&self, address: &str) -> (PathBuf, PathBuf) {
        let name = hash(address.as_bytes());
        (self.folder.join(&name), self.folder.join(format!("{name}.json")))
    }
}

/// Writes a file so that other processes see the old one or the new one, never a part.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}

/// The SHA-256 of `bytes` in hexadecimal digits.
fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_checked_when_read() {
        let folder = std::env::temp_dir().join(format!("plimsoll-cache-{}", std::process::id()));
        let cache = Cache::new(folder.clone());
        let copy = Copy { bytes: b"export default 1;".to_vec(), fetched: 1_700_000_000 };
        assert_eq!(cache.read("https://h/a.js"), Err("there is no copy of it"));
        cache.write("https://h/a.js", &copy);
        assert_eq!(cache.read("https://h/a.js"), Ok(copy));
        assert_eq!(cache.read("https://h/b.js"), Err("there is no copy of it"));
        std::fs::write(cache.paths("https://h/a.js").0, "export default 2;").expect("it is there");
        assert_eq!(cache.read("https://h/a.js"), Err("the copy of it is damaged"));
        std::fs::remove_dir_all(folder).expect("it was made here");
    }
}
