//! Handing out the results: the text summary, the files of `handleSummary()`, `--summary-export`.

use std::path::Path;

use metrics::Aggregate;
use report::quick::{self, Asked, Look};
use report::summary::{Mode, Style, Summary, export_json, legacy_json, machine_readable, text};
use serde_json::Value;

use crate::session::Session;

/// The page of `plimsoll http` in place of the summary.
#[derive(Clone, Debug)]
pub struct Page {
    /// What was asked for.
    pub asked: Asked,
    /// JSON instead of text.
    pub json: bool,
}

/// Which forms of the summary the user wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// How much the text shows.
    pub mode: Mode,
    /// The newer JSON form instead of the old one.
    pub machine_readable: bool,
    /// A page of its own in place of the text.
    pub page: Option<Page>,
    /// A file for the JSON form.
    pub export: Option<String>,
    /// Show in the text why the run can be trusted, also when nothing speaks against it.
    pub trust: bool,
    /// Have the verdict on the run in the exported JSON also when it is trusted.
    pub trust_exported: bool,
    /// Exceptions make the run fail.
    pub fail_on_exceptions: bool,
    /// Failed checks make the run fail.
    pub fail_on_checks: bool,
    /// A run that does not tell whether an SLA is kept is a failed one.
    pub fail_on_inconclusive: bool,
    /// An untrusted run is a failed one.
    pub fail_on_untrusted: bool,
}

impl Wanted {
    /// The argument of `handleSummary()`.
    #[must_use]
    pub fn argument(&self, summary: &Summary) -> Value {
        let mut data =
            if self.machine_readable { machine_readable(summary, self.mode) } else { legacy_json(summary) };
        // Scripts find it there; unless something is wrong with the run, it does not show in enumerations.
        data["trust"] = summary.trust.to_json();
        if let Some(intervals) = &summary.intervals {
            data["intervals"] = intervals.to_json();
        }
        if let Some(coverage) = &summary.graphql {
            data["graphql"] = coverage.to_json();
        }
        if let Some(slas) = &summary.slas {
            data["slas"] = slas.to_json();
        }
        data
    }

    /// The results of `plimsoll http`, when that is what runs.
    #[must_use]
    pub fn quick(&self, state: &Aggregate, summary: &Summary) -> Option<quick::Results> {
        let page = self.page.as_ref()?;
        let mut results = quick::measure(page.asked.clone(), state, summary.state.duration);
        results.trust = summary.trust.clone();
        results.incomplete.clone_from(&summary.incomplete);
        results.intervals.clone_from(&summary.intervals);
        Some(results)
    }

    /// Prints the summary for people, or the page in its place.
    pub fn print(&self, session: &Session, state: &Aggregate, summary: &Summary) {
        if let Some(results) = self.quick(state, summary) {
            let look = Look { color: session.coloured(), trust: self.trust };
            return session.print(&match &self.page {
                Some(Page { json: true, .. }) => format!("{:#}\n", results.to_json()),
                _ => quick::text(&results, look),
            });
        }
        let style = Style { color: session.coloured(), trust: self.trust, ..Style::default() };
        session.print(&text(summary, self.mode, style));
    }

    /// Writes the file of `--summary-export`, if there is to be one.
    ///
    /// # Errors
    /// The sentence for the user when it cannot be written.
    pub fn write_export(&self, summary: &Summary) -> Result<(), String> {
        let Some(path) = &self.export else { return Ok(()) };
        let mut json =
            if self.machine_readable { machine_readable(summary, self.mode) } else { export_json(summary) };
        // The form is k6's to the letter for as long as its numbers mean what they say.
        if self.trust_exported || summary.trust.has_news() {
            json["trust"] = summary.trust.to_json();
        }
        if let Some(intervals) = summary.intervals.as_ref().filter(|_| self.trust_exported) {
            json["intervals"] = intervals.to_json();
        }
        if let Some(coverage) = &summary.graphql {
            json["graphql"] = coverage.to_json();
        }
        if let Some(slas) = &summary.slas {
            json["slas"] = slas.to_json();
        }
        let mut bytes = Vec::new();
        let indent = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let mut writer = serde_json::Serializer::with_formatter(&mut bytes, indent);
        serde::Serialize::serialize(&json, &mut writer).map_err(|e| e.to_string())?;
        std::fs::write(path, bytes).map_err(|e| format!("failed to save summary to file {path}: {e}"))
    }
}

/// Writes what `handleSummary()` returned: to the standard streams or to files.
///
/// # Errors
/// The sentence for the user, with every file that could not be written; the others are.
pub fn write_files(session: &Session, files: &[(String, impl AsRef<[u8]>)]) -> Result<(), String> {
    let mut failures = Vec::new();
    for (name, content) in files {
        let content = content.as_ref();
        let result = match name.as_str() {
            "stdout" => {
                session.screen.above_progress(|| write_to(&mut std::io::stdout().lock(), content));
                Ok(())
            }
            "stderr" => {
                session.screen.above_progress(|| write_to(&mut std::io::stderr().lock(), content));
                Ok(())
            }
            path => std::fs::write(Path::new(path), content),
        };
        if let Err(error) = result {
            failures.push(format!("could not open '{name}': open {name}: {}", reason(&error)));
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    let list: String = failures.iter().map(|failure| format!("\n\t- {failure}")).collect();
    Err(format!("Could not save some summary information:{list}"))
}

/// A reader that went away is no error.
fn write_to(stream: &mut impl std::io::Write, content: &[u8]) {
    let _ = stream.write_all(content).and_then(|()| stream.flush());
}

/// The operating system's reason in small letters and without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_short() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(reason(&error), "no such file or directory");
    }
}
