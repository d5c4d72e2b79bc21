//! Where runs are kept: a file, or a database server.
//!
//! Main type: [`Place`]. The password of a server is never shown.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The name of the file in the user's data folder.
pub const FILE_NAME: &str = "results.db";
/// What addresses of a PostgreSQL server begin with.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// Where a store is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A PostgreSQL server.
    Server(Address),
}

/// The address of a server, with what is needed to be let in.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Place {
    /// Reads what a user wrote: the address of a server, or the path of a file.
    ///
    /// # Errors
    /// The sentence for the user when it is the address of something that cannot keep runs.
    pub fn parse(text: &str) -> Result<Self, String> {
        if SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
            return Ok(Self::Server(Address(text.to_owned())));
        }
        match text.split_once("://") {
            Some((scheme, _)) => Err(format!("a store is a file or a postgres:// address, not {scheme}://")),
            None => Ok(Self::File(PathBuf::from(text))),
        }
    }
}

impl Address {
    /// The whole address, with the password.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(address) => address.fmt(f),
        }
    }
}

/// Without the password, and without the options, which can have one, too.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.split(['?', '#']).next().unwrap_or_default();
        let (scheme, rest) = plain.split_once("://").unwrap_or(("postgres", plain));
        // An @ in a password is not always written as %40.
        match rest.rsplit_once('@') {
            Some((account, host)) => {
                let user = account.split(':').next().unwrap_or_default();
                write!(f, "{scheme}://{user}@{host}")
            }
            None => write!(f, "{scheme}://{rest}"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<&Path> for Place {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for Place {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<PathBuf> for Place {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Self> for Place {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}

/// The store in the user's data folder, by the rules of XDG; none where there is no such folder.
///
/// A home folder inside the system's folder for temporary files is a sandbox that somebody made for a run and clears away
/// after it: a history kept there would not last, so none is begun.
#[must_use]
pub fn default_place(env: &BTreeMap<String, String>) -> Option<Place> {
    // A relative path is not to be heeded, says the convention.
    let folder = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || {
        let home = folder("HOME")?;
        let temporary = folder("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
        (!home.starts_with(temporary)).then(|| home.join(".local/share"))
    };
    let data = folder("XDG_DATA_HOME").or_else(home)?;
    Some(Place::File(data.join("plimsoll").join(FILE_NAME)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_where_the_convention_says() {
        let check = |env: &[(&str, &str)], expected: Option<&str>| {
            let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(default_place(&env), expected.map(|path| Place::from(Path::new(path))), "{env:?}");
        };
        check(&[], None);
        check(&[("HOME", "/users/a")], Some("/users/a/.local/share/plimsoll/results.db"));
        check(&[("HOME", "/users/a"), ("XDG_DATA_HOME", "/data")], Some("/data/plimsoll/results.db"));
        check(&[("HOME", "/h"), ("XDG_DATA_HOME", "data")], Some("/h/.local/share/plimsoll/results.db"));
        check(&[("HOME", "")], None);
        check(&[("HOME", "/tmp/sandbox")], None);
        check(&[("HOME", "/tmp/s"), ("XDG_DATA_HOME", "/tmp/d")], Some("/tmp/d/plimsoll/results.db"));
        check(&[("HOME", "/var/t/s"), ("TMPDIR", "/var/t")], None);
        check(&[("HOME", "/tmpish")], Some("/tmpish/.local/share/plimsoll/results.db"));
    }

    #[test]
    fn places_are_files_or_servers_and_show_no_password() {
        let check = |text: &str, shown: &str| {
            let place = Place::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(
                (place.to_string(), format!("{place:?}").contains("sesame")),
                (shown.to_owned(), false)
            );
        };
        check("deep/own.db", "deep/own.db");
        check("postgres://ann:sesame@db:5432/load", "postgres://ann@db:5432/load");
        check("postgresql://ann:se@same@db/load?sslmode=require&password=sesame", "postgresql://ann@db/load");
        check("postgres://db", "postgres://db");
        assert!(Place::parse("mysql://a/b").is_err_and(|why| why.contains("not mysql://")));
    }
}
