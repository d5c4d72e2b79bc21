//! Answers written to files, a file each: what JMeter calls "Save Responses to a file".
//!
//! Main type: [`Saver`].

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use model::Level;

use super::function::format_java;
use super::sample::Sample;
use super::text::{Fault, Text};
use super::user::User;

/// A listener that writes answers.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of JMeter's of its own")]
pub struct Saver {
    /// What names of files begin with.
    pub prefix: Text,
    /// The variable that gets the name of the last file.
    pub variable: Text,
    /// Only answers of failures.
    pub errors_only: bool,
    /// Only those of successes.
    pub successes_only: bool,
    /// Names have no ending after the type of the answer.
    pub no_suffix: bool,
    /// Names have no number.
    pub no_number: bool,
    /// The time at which the test began stands before the number.
    pub stamped: bool,
    /// How many digits a number has at least.
    pub digits: usize,
    /// Samples of transactions have files too.
    pub transactions: bool,
    /// Files so far.
    pub count: AtomicU64,
}

impl Saver {
    /// Writes the answers of a sample and of its sub-samples; a file that cannot be written is told.
    ///
    /// # Errors
    /// When a function throws.
    pub fn save(&self, sample: &Sample, user: &mut User) -> Result<(), Fault> {
        self.save_one(sample, &mut 0, user)
    }

    fn save_one(&self, sample: &Sample, at: &mut u32, user: &mut User) -> Result<(), Fault> {
        let number = *at;
        *at += 1;
        if self.takes(sample) {
            let name = self.name(sample, user)?;
            let variable = self.variable.eval(user)?.into_owned();
            if !variable.is_empty() {
                let numbered = if number > 0 { format!("{variable}{number}") } else { variable };
                user.vars.put(&numbered, &name);
            }
            let path = Path::new(&name);
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let text = sample.own_text.as_deref();
            let body = text.map_or(&sample.body[..], str::as_bytes);
            let written =
                folder.map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, body));
            if let Err(error) = written {
                let message = format!("Error creating sample file for {}: {name}: {error}", sample.label);
                user.shared.say(Level::Error, &message);
            }
        }
        sample.subs.iter().try_for_each(|sub| self.save_one(sub, at, user))
    }

    fn takes(&self, sample: &Sample) -> bool {
        let transaction = sample.message.starts_with("Number of samples in transaction");
        let unwanted = if sample.success { self.errors_only } else { self.successes_only };
        !unwanted && (self.transactions || !transaction)
    }

    fn name(&self, sample: &Sample, user: &mut User) -> Result<String, Fault> {
        let mut name = self.prefix.eval(user)?.into_owned();
        if self.stamped {
            let started = user.shared.started_ms;
            name += &format_java("yyyyMMdd-HHmm_", started, "", &user.shared.zone).map_err(Fault)?;
        }
        if !self.no_number {
            let number = self.count.fetch_add(1, Relaxed) + 1;
            name += &format!("{number:0width$}", width = self.digits);
        }
        if !self.no_suffix {
            name.push('.');
            name += &ending(&sample.content_type);
        }
        Ok(name)
    }
}

/// The ending of a file with an answer of that type. The server says what the type is, but not where the file goes.
fn ending(content_type: &str) -> String {
    let Some((_, kind)) = content_type.split_once('/') else { return "unknown".to_owned() };
    let kind = kind.split(';').next().unwrap_or(kind);
    let is_safe = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '+' | '-' | '_' | ' ');
    kind.chars().map(|letter| if is_safe(letter) { letter } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_leads_nowhere_else() {
        let check = |content_type, wanted| assert_eq!(ending(content_type), wanted, "{content_type}");
        check("text/html; charset=utf-8", "html");
        check("application/vnd.api+json", "vnd.api+json");
        check("", "unknown");
        check("text/../../.profile", ".._.._.profile");
        check("text/a\\b:c\0d", "a_b_c_d");
    }
}
