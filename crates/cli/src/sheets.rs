//! Files for pages about more than a run: `--html` and `--markdown` of the commands that make such a page.
//!
//! Main functions: [`with_files`] and [`write`].

use clap::{Arg, ArgMatches, Command};
use report::sheet::Sheet;

use crate::error::Error;

/// A form: name of the flag, its help, and what writes it.
type Form = (&'static str, &'static str, fn(&Sheet) -> String);

/// Every form, in alphabetical order.
static FORMS: &[Form] = &[
    ("html", "write a page for browsers, with charts", report::html::sheet),
    ("markdown", "write a page for a comment on a pull request", report::sheet::markdown),
];

/// Adds the flags.
pub fn with_files(command: Command) -> Command {
    command
        .args(FORMS.iter().map(|(name, help, _)| Arg::new(*name).long(*name).value_name("file").help(*help)))
}

/// What writes a sheet in the form of this name.
#[must_use]
pub fn named(form: &str) -> Option<fn(&Sheet) -> String> {
    FORMS.iter().find(|(name, ..)| *name == form).map(|(.., write)| *write)
}

/// Writes the files that were asked for; the sheet is made only for them.
///
/// # Errors
/// When a file cannot be written.
pub fn write(matches: &ArgMatches, sheet: impl Fn() -> Sheet) -> Result<(), Error> {
    for (name, _, form) in FORMS {
        if let Some(path) = matches.get_one::<String>(name) {
            std::fs::write(path, form(&sheet())).map_err(|why| Error::File(format!("{path}: {why}")))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(FORMS.is_sorted_by_key(|(name, ..)| name));
    }
}
