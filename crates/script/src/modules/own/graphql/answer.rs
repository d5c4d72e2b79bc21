//! Whether an answer that came with a good status says that something went wrong.
//!
//! Main function: [`has_failed`]. It looks only as far as it must; scripts read answers in `graphql.js`.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What an error says when a document that was asked for by hash has to be sent as text.
const NOT_FOUND: &str = "PersistedQueryNotFound";

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(default, deserialize_with = "is_there")]
    data: bool,
    #[serde(default, borrow)]
    errors: Option<Vec<Problem<'a>>>,
}

#[derive(Deserialize)]
struct Problem<'a> {
    #[serde(default, borrow)]
    message: Cow<'a, str>,
}

/// Null is there, too.
fn is_there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<IgnoredAny>::deserialize(deserializer).map(|_| true)
}

impl Answer<'_> {
    fn has_failed(&self) -> bool {
        match self.errors.as_deref() {
            None | Some([]) => !self.data,
            // Part of the ordinary exchange: the client asks again.
            Some(problems) => !problems.iter().all(|problem| problem.message == NOT_FOUND),
        }
    }
}

/// Whether a body holds errors, or is no answer of GraphQL at all. Of a batch, one is enough.
pub(crate) fn has_failed(body: &[u8]) -> bool {
    let batch = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if batch {
        return serde_json::from_slice::<Vec<Answer<'_>>>(body)
            .map_or(true, |all| all.iter().any(Answer::has_failed));
    }
    serde_json::from_slice::<Answer<'_>>(body).map_or(true, |answer| answer.has_failed())
}

#[cfg(test)]
mod tests {
    use super::has_failed;

    #[test]
    fn answers_are_judged() {
        let check = |body: &str, failed: bool| assert_eq!(has_failed(body.as_bytes()), failed, "{body}");
        check(r#"{"data":{"a":1}}"#, false);
        check(r#"{"data":null}"#, false);
        check(r#"{"data":{},"errors":[]}"#, false);
        check(r#"{"data":{},"errors":null}"#, false);
        check(r#"{"data":{},"errors":[{"message":"no \"luck\""}]}"#, true);
        check(r#"{"errors":[{}],"data":null}"#, true);
        check(r#"{"errors":"broken"}"#, true);
        check(r#"{"message":"hello"}"#, true);
        check("<html>", true);
        check("", true);
        check(r#"[{"data":1},{"data":2}]"#, false);
        check(r#" [{"data":1},{"errors":[{"message":"x"}]}]"#, true);
        check(r#"{"errors":[{"message":"PersistedQueryNotFound"}]}"#, false);
    }
}
