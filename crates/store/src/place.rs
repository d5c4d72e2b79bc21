//! Where the store is when nobody says.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The name of the file in the user's data folder.
pub const FILE_NAME: &str = "results.db";

/// The store in the user's data folder, by the rules of XDG; none where there is no such folder.
///
/// A home folder inside the system's folder for temporary files is a sandbox that somebody made for a run and clears away
/// after it: a history kept there would not last, so none is begun.
#[must_use]
pub fn default_place(env: &BTreeMap<String, String>) -> Option<PathBuf> {
    // A relative path is not to be heeded, says the convention.
    let folder = |name: &str| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || {
        let home = folder("HOME")?;
        let temporary = folder("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
        (!home.starts_with(temporary)).then(|| home.join(".local/share"))
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
            assert_eq!(default_place(&env), expected.map(PathBuf::from), "{env:?}");
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
}
