//! Where the store is when nobody says.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The name of the file in the user's data folder.
pub const FILE_NAME: &str = "results.db";

/// The store in the user's data folder, by the rules of XDG; none where there is no such folder.
#[must_use]
pub fn default_place(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    // A relative path is not to be heeded, says the convention.
    let folder = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")))?;
    Some(data.join("plimsoll").join(FILE_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_where_the_convention_says() {
        let check = |env: &[(&str, &str)], expected: Option<&str>| {
            let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(default_place(&env), expected.map(PathBuf::from), "{env:?}");
        };
        check(&[], None);
        check(&[("HOME", "/users/a")], Some("/users/a/.local/share/plimsoll/results.db"));
        check(&[("HOME", "/users/a"), ("XDG_DATA_HOME", "/data")], Some("/data/plimsoll/results.db"));
        check(&[("HOME", "/h"), ("XDG_DATA_HOME", "data")], Some("/h/.local/share/plimsoll/results.db"));
        check(&[("HOME", "")], None);
    }
}
