//! What can be written of runs that have ended: for people, for pull requests, for CI, for programs.
//!
//! One row of [`FORMS`] each. Where a file goes is the caller's business.

mod json;
mod judged;
mod junit;
mod markdown;

use crate::html::{self, Story};

/// A form of the report.
pub struct Form {
    /// What the user types.
    pub name: &'static str,
    /// One line of help.
    pub about: &'static str,
    /// How files of it end.
    pub extension: &'static str,
    /// Writes it.
    pub write: fn(&Story) -> String,
}

/// The form when nobody says.
pub static USUAL: Form =
    Form { name: "html", about: "one file for every browser", extension: "html", write: html::page };

/// Every form, in alphabetical order.
pub static FORMS: &[&Form] = &[
    &USUAL,
    &Form {
        name: "json",
        about: "the figures with their intervals, for programs",
        extension: "json",
        write: json::write,
    },
    &Form {
        name: "junit",
        about: "SLAs, thresholds and checks as test cases, for CI",
        extension: "xml",
        write: junit::write,
    },
    &Form {
        name: "markdown",
        about: "a summary for a pull request",
        extension: "md",
        write: markdown::write,
    },
];

/// The form of this name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Form> {
    FORMS.iter().copied().find(|form| form.name == name)
}

/// The form that a file of this name is expected to have.
#[must_use]
pub fn for_file(path: &str) -> Option<&'static Form> {
    let (_, extension) = path.rsplit_once('.')?;
    FORMS.iter().copied().find(|form| form.extension.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_sorted_and_known_by_their_files() {
        assert!(FORMS.is_sorted_by_key(|form| form.name));
        let check = |path: &str, name: Option<&str>| assert_eq!(for_file(path).map(|form| form.name), name);
        check("a/report.html", Some("html"));
        check("REPORT.XML", Some("junit"));
        check("x.md", Some("markdown"));
        check("x.txt", None);
        check("json", None);
    }
}
