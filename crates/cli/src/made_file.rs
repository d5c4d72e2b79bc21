//! Files that a command makes for the user: never over one that is there, unless the user says so.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use clap::{Arg, ArgAction};

use crate::error::Error;

/// The flag that allows to overwrite.
pub fn force_argument() -> Arg {
    let force = Arg::new("force").long("force").short('f').action(ArgAction::SetTrue);
    force.help("overwrite an existing file")
}

/// Makes a file.
///
/// # Errors
/// When there is one of this name and it is not to be overwritten, or it cannot be written.
pub fn write(file: &str, text: &str, overwrite: bool) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(!overwrite);
    let result = options.open(file).and_then(|mut opened| opened.write_all(text.as_bytes()));
    result.map_err(|why| match why.kind() {
        ErrorKind::AlreadyExists => {
            Error::File(format!("{file} already exists. Use the `--force` flag to overwrite it"))
        }
        _ => Error::File(format!("could not create {file}: {why}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_overwritten_unless_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.js").display().to_string();
        write(&path, "one", false).unwrap();
        assert!(write(&path, "two", false).unwrap_err().to_string().contains("--force"));
        write(&path, "two", true).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
    }
}
