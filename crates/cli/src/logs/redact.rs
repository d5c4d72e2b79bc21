//! Secrets never reach a log: their text is replaced before a record is formatted.

use std::sync::{PoisonError, RwLock};

use model::Record;

const INSTEAD: &str = "***SECRET_REDACTED***";

/// The texts to hide.
#[derive(Default)]
pub struct Secrets(RwLock<Vec<String>>);

impl Secrets {
    /// Hides this text from now on; longer secrets are replaced first, so that one may contain another.
    pub fn add(&self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        let mut secrets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !secrets.iter().any(|known| known == secret) {
            secrets.push(secret.to_owned());
            secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
    }

    /// Replaces every secret in a record.
    pub fn redact(&self, record: &mut Record) {
        let secrets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets.iter() {
            let texts = record.fields.iter_mut().map(|(_, value)| value);
            for text in texts.chain([&mut record.message]).filter(|text| text.contains(secret.as_str())) {
                *text = text.replace(secret.as_str(), INSTEAD);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_inside_another_does_not_uncover_it() {
        let secrets = Secrets::default();
        for secret in ["", "abc", "abcdef"] {
            secrets.add(secret);
        }
        let mut record = Record::new(model::Level::Info, "abcdef abc").with("error", "xabcx");
        secrets.redact(&mut record);
        assert_eq!(record.message, format!("{INSTEAD} {INSTEAD}"));
        assert_eq!(record.fields[0].1, format!("x{INSTEAD}x"));
    }
}
