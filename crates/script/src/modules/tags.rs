//! Tags that scripts give to samples.

use metrics::{Recorder, TagSetId};
use rquickjs::{Result, Value};

use crate::error;

/// A tag value as text, when its type is one that tags may have: string, boolean or number.
pub(crate) fn text(value: &Value<'_>) -> Option<String> {
    if value.is_string() || value.is_bool() || value.is_number() {
        return Some(error::text_of(value.ctx(), value));
    }
    None
}

/// The pairs of a `tags` object; nothing when it is not an object.
///
/// # Errors
/// A message that names the first value of a type that tags cannot have.
pub(crate) fn pairs(tags: &Value<'_>) -> Result<std::result::Result<Vec<(String, String)>, String>> {
    let Some(object) = tags.as_object().filter(|_| !tags.is_function()) else { return Ok(Ok(Vec::new())) };
    let mut pairs = Vec::new();
    for entry in object.props::<String, Value<'_>>() {
        let (key, value) = entry?;
        match text(&value) {
            Some(value) => pairs.push((key, value)),
            None => return Ok(Err(refusal(&key))),
        }
    }
    Ok(Ok(pairs))
}

/// What is said of a value that cannot be a tag.
pub(crate) fn refusal(key: &str) -> String {
    format!(
        "invalid value for metric tag '{key}': only String, Boolean and Number types are accepted as a metric tag values"
    )
}

/// `base` with the pairs added.
pub(crate) fn extend(recorder: &mut Recorder, base: TagSetId, pairs: &[(String, String)]) -> TagSetId {
    pairs.iter().fold(base, |tags, (key, value)| {
        let (key, value) = (recorder.sym(key), recorder.sym(value));
        recorder.with_tag(tags, key, value)
    })
}
