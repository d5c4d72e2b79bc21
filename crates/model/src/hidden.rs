//! Texts that must not be shown: secrets, replaced wherever the program writes what it saw.
//!
//! Main type: [`Hidden`]. Logs ask it for each record, recorders for each new tag value. It does not know where
//! secrets come from.

use std::fmt;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::Record;

/// What stands in a secret's place.
const INSTEAD: &str = "***SECRET_REDACTED***";
/// Shorter secrets are not looked for in tags: a secret `a` would make every name unreadable.
const LEAST_IN_TAGS: usize = 4;

/// The texts to hide, those of a run.
#[derive(Default)]
pub struct Hidden(RwLock<Vec<String>>);

impl Hidden {
    /// Hides this text from now on, as it is and as it stands in addresses and in JSON. Longer texts are replaced
    /// first, so that one may contain another.
    pub fn add(&self, secret: &str) {
        if secret.is_empty() || self.texts().iter().any(|known| known == secret) {
            return;
        }
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for form in [secret.to_owned(), in_address(secret), in_json(secret)] {
            if !texts.contains(&form) {
                texts.push(form);
            }
        }
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    }

    /// Replaces every secret in a record.
    pub fn redact(&self, record: &mut Record) {
        let texts = self.texts();
        let fields = record.fields.iter_mut().map(|(_, value)| value);
        for field in fields.chain([&mut record.message]) {
            if let Some(shown) = replace(field, &texts) {
                *field = shown;
            }
        }
    }

    /// A tag value without secrets; nothing when it has none.
    #[must_use]
    pub fn redacted(&self, value: &str) -> Option<String> {
        let texts = self.texts();
        let long = texts.partition_point(|text| text.len() >= LEAST_IN_TAGS);
        replace(value, &texts[..long])
    }

    fn texts(&self) -> RwLockReadGuard<'_, Vec<String>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn replace(text: &str, secrets: &[String]) -> Option<String> {
    let mut shown: Option<String> = None;
    for secret in secrets {
        let now = shown.as_deref().unwrap_or(text);
        if now.contains(secret.as_str()) {
            shown = Some(now.replace(secret.as_str(), INSTEAD));
        }
    }
    shown
}

/// The text as `encodeURIComponent` writes it.
fn in_address(text: &str) -> String {
    let mut address = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

/// The text as it stands between the quotes of a JSON string.
fn in_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

impl fmt::Debug for Hidden {
    /// Tells only how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hidden({})", self.texts().len())
    }
}

impl PartialEq for Hidden {
    /// Whether they are the same list: what is in it changes.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Hidden {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Level;

    #[test]
    fn a_secret_inside_another_does_not_uncover_it() {
        let hidden = Hidden::default();
        for secret in ["", "abc", "abcdef"] {
            hidden.add(secret);
        }
        let mut record = Record::new(Level::Info, "abcdef abc").with("error", "xabcx");
        hidden.redact(&mut record);
        assert_eq!(record.message, format!("{INSTEAD} {INSTEAD}"));
        assert_eq!(record.fields[0].1, format!("x{INSTEAD}x"));
        assert_eq!(format!("{hidden:?}"), "Hidden(2)");
    }

    #[test]
    fn a_secret_is_found_in_addresses_and_json_and_short_ones_not_in_tags() {
        let hidden = Hidden::default();
        hidden.add("a b\"c");
        hidden.add("x");
        let check = |value: &str, expected: Option<&str>| {
            let expected = expected.map(|text| text.replace('*', INSTEAD));
            assert_eq!(hidden.redacted(value), expected, "{value}");
        };
        check("is a b\"c.", Some("is *."));
        check("http://h/?t=a%20b%22c&u=1", Some("http://h/?t=*&u=1"));
        check(r#"{"t":"a b\"c"}"#, Some(r#"{"t":"*"}"#));
        check("x", None);
        check("http://h/", None);
    }
}
