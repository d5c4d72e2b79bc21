//! Where a test's files come from: the disk, standard input or an archive; and how modules are named.
//!
//! Every file has an address such as `file:///home/me/test.js`, which is also what stack traces show.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::remote::{self, Remote, is_remote};
use crate::{jslib, packages};

/// The files of a test.
#[derive(Clone, Debug)]
pub struct Source {
    /// The address of the main script.
    pub main: String,
    /// Where relative paths of the main script start when it came from standard input.
    pub folder: PathBuf,
    /// The main script's text when it is not on disk.
    pub text: Option<Arc<[u8]>>,
    /// Files by absolute path, of an archive; the disk is not read when there are any.
    pub files: Option<Arc<BTreeMap<String, Arc<[u8]>>>>,
    /// The network; without it nothing is fetched.
    pub remote: Option<Arc<Remote>>,
}

impl Source {
    /// A script on disk.
    #[must_use]
    pub fn file(path: &Path, working_directory: &Path) -> Self {
        let path = normalise(&working_directory.join(path));
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        Self { main: address(&path), folder, text: None, files: None, remote: None }
    }

    /// A script on the network. Files that it opens by a relative path are those of the working directory.
    ///
    /// # Errors
    /// When nothing is fetched from such an address.
    pub fn remote(at: &str, working_directory: &Path) -> Result<Self, Error> {
        let main = remote::canonical(at).ok_or_else(|| Error::new(ErrorKind::NotFound, not_https(at)))?;
        Ok(Self { main, folder: working_directory.to_owned(), text: None, files: None, remote: None })
    }

    /// A script that was read from standard input.
    #[must_use]
    pub fn stdin(text: Vec<u8>, working_directory: &Path) -> Self {
        Self {
            main: "file:///-".to_owned(),
            folder: working_directory.to_owned(),
            text: Some(text.into()),
            files: None,
            remote: None,
        }
    }

    /// Reads the file at `address`.
    ///
    /// # Errors
    /// When there is no such file or it cannot be read; the message is the operating system's, or for the user when
    /// the file is not of the disk.
    pub fn read(&self, address: &str) -> Result<Arc<[u8]>, std::io::Error> {
        if let Some(text) = self.text.as_ref().filter(|_| address == self.main) {
            return Ok(text.clone());
        }
        let path = path_of(address);
        let archived = self.files.as_ref().and_then(|files| files.get(path));
        // An archive runs with the helper modules that it was made with.
        if let (None, Some(text)) = (archived, jslib::find(address)) {
            return Ok(Arc::from(text.as_bytes()));
        }
        let unread = |message: String| std::io::Error::new(std::io::ErrorKind::NotFound, message);
        if let (None, true) = (archived, is_remote(address)) {
            return match self.remote.as_ref().filter(|_| self.files.is_none()) {
                Some(remote) => remote.read(address).map_err(unread),
                None => Err(unread(remote::failed(address, "it is not in the archive"))),
            };
        }
        match &self.files {
            Some(_) => archived
                .cloned()
                .ok_or_else(|| std::io::Error::new(std::io::ErrorKind::NotFound, "not in the archive")),
            None => std::fs::read(path).map(Into::into),
        }
    }

    /// The address that `specifier` means in a module at `base`.
    ///
    /// # Errors
    /// For specifiers that name nothing we can load.
    pub fn resolve(&self, base: &str, specifier: &str) -> Result<String, Error> {
        if specifier == "k6" || specifier.starts_with("k6/") || specifier.starts_with("plimsoll/") {
            return Ok(specifier.to_owned());
        }
        if is_remote(base) && specifier.starts_with("file://") {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("origin ({base}) not allowed to load local file: {specifier}"),
            ));
        }
        if let Some(path) = specifier.strip_prefix("file://") {
            return Ok(address(&normalise(Path::new(path))));
        }
        if is_remote(base) && specifier.starts_with(['/', '.']) {
            let joined = url::Url::parse(base).and_then(|base| base.join(specifier));
            let joined = joined.ok().and_then(|joined| remote::canonical(joined.as_str()));
            return joined.ok_or_else(|| Error::new(ErrorKind::NotFound, unresolvable(specifier)));
        }
        if specifier.starts_with('/') {
            return Ok(address(&normalise(Path::new(specifier))));
        }
        if specifier.starts_with("./") || specifier.starts_with("../") {
            return Ok(self.beside(base, specifier));
        }
        if specifier.starts_with("https://") || specifier.starts_with("http://") {
            return remote::canonical(specifier)
                .ok_or_else(|| Error::new(ErrorKind::NotFound, not_https(specifier)));
        }
        let read = |path: &Path| self.read(&address(path)).ok();
        let package = packages::find(&packages::SCRIPT, &self.folder_of(base), specifier, &read);
        let path = package.ok_or_else(|| Error::new(ErrorKind::NotFound, unresolvable(specifier)))?;
        Ok(address(&path))
    }

    /// A relative path in the module at `base`. Inside a package the extension may be missing, as Node.js has it.
    fn beside(&self, base: &str, specifier: &str) -> String {
        let path = normalise(&self.folder_of(base).join(specifier));
        let read = |path: &Path| self.read(&address(path)).ok();
        let found = if base.contains("/node_modules/") {
            packages::file(&path, &read)
        } else if base.ends_with(".ts") && read(&path).is_none() {
            // TypeScript's own habit.
            Some(PathBuf::from(format!("{}.ts", path.display()))).filter(|path| read(path).is_some())
        } else {
            None
        };
        address(&found.unwrap_or(path))
    }

    /// The folder that relative paths in the module at `base` start from.
    #[must_use]
    pub fn folder_of(&self, base: &str) -> PathBuf {
        if base == self.main || !base.starts_with("file://") {
            return self.folder.clone();
        }
        Path::new(path_of(base)).parent().unwrap_or(Path::new("/")).to_owned()
    }
}

/// What is said of a specifier that is neither a path nor a module of ours.
fn unresolvable(specifier: &str) -> String {
    format!("The moduleSpecifier \"{specifier}\" couldn't be recognised as something k6 supports.")
}

/// What is said of an address whose module anybody on the way could change.
fn not_https(specifier: &str) -> String {
    format!(
        "only supported schemes for imports are file and https, \"{specifier}\" has another; http is for servers on \
         this machine, such as http://127.0.0.1:8080/a.js"
    )
}

/// The path behind a `file://` address.
#[must_use]
pub fn path_of(address: &str) -> &str {
    address.strip_prefix("file://").unwrap_or(address)
}

/// The address of an absolute path.
#[must_use]
pub fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Removes `.` and `..` without looking at the disk.
#[must_use]
pub fn normalise(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_resolve_against_their_module() {
        let source = Source::file(Path::new("tests/main.js"), Path::new("/srv"));
        assert_eq!(source.main, "file:///srv/tests/main.js");
        let check = |base: &str, specifier: &str, expected: &str| {
            assert_eq!(source.resolve(base, specifier).expect("resolves"), expected);
        };
        check("file:///srv/tests/main.js", "./lib.js", "file:///srv/tests/lib.js");
        check("file:///srv/tests/main.js", "../lib.js", "file:///srv/lib.js");
        check("file:///srv/lib/a.js", "./b/../c.js", "file:///srv/lib/c.js");
        check("file:///srv/lib/a.js", "/etc/x.js", "file:///etc/x.js");
        check("file:///srv/lib/a.js", "k6/http", "k6/http");
        check("file:///srv/lib/a.js", "https://h.test/x/../a.js", "https://h.test/a.js");
        check("https://h.test/lib/a.js", "./b.js", "https://h.test/lib/b.js");
        check("https://h.test/lib/a.js?v=1", "../b.js", "https://h.test/b.js");
        check("https://h.test/lib/a.js", "/b.js", "https://h.test/b.js");
        check("https://h.test/lib/a.js", "k6/http", "k6/http");
        let check = |base: &str, specifier: &str, said: &str| {
            let error = source.resolve(base, specifier).expect_err(specifier);
            assert!(error.message.contains(said), "{specifier}: {}", error.message);
        };
        check("file:///srv/lib/a.js", "http://h.test/a.js", "only supported schemes");
        check("https://h.test/a.js", "//h.test:x/b.js", "couldn't be recognised");
        check("https://h.test/a.js", "file:///etc/passwd", "not allowed to load local file");
        assert!(source.resolve("file:///srv/lib/a.js", "lodash").is_err());
    }
}
