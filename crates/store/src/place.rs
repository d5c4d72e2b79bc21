//! Where the store is when nobody says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the file in the user's data folder.
pub const FILE_NAME: &str = "results.db";

/// The store in the user's data folder, by the rules of XDG; none where there is no such folder.
///
/// A home folder that has no `.local` yet and is the working directory, too, is taken for a sandbox that somebody made for
/// this one run: whoever clears it away does not expect folders in it.
#[must_use]
pub fn default_place(env: &BTreeMap<String, String>, working_directory: &Path) -> Option<PathBuf> {
    // A relative path is not to be heeded, says the convention.
    let folder = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || {
        let home = folder("HOME")?;
        let is_sandbox = home == working_directory && !home.join(".local").exists();
        (!is_sandbox).then(|| home.join(".local/share"))
    };
    let data = folder("XDG_DATA_HOME").or_else(home)?;
    Some(data.join("plimsoll").join(FILE_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_where_the_convention_says() {
        let check = |env: &[(&str, &str)], expected: Option<&str>| {
            let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(default_place(&env, Path::new("/work")), expected.map(PathBuf::from), "{env:?}");
        };
        check(&[], None);
        check(&[("HOME", "/users/a")], Some("/users/a/.local/share/plimsoll/results.db"));
        check(&[("HOME", "/users/a"), ("XDG_DATA_HOME", "/data")], Some("/data/plimsoll/results.db"));
        check(&[("HOME", "/h"), ("XDG_DATA_HOME", "data")], Some("/h/.local/share/plimsoll/results.db"));
        check(&[("HOME", "")], None);
        check(&[("HOME", "/work")], None);
        check(&[("HOME", "/work"), ("XDG_DATA_HOME", "/data")], Some("/data/plimsoll/results.db"));
    }
}
