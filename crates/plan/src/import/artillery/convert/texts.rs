//! Texts with templates in our own words.

use serde_json::Value;

use super::Writer;
use crate::convert::escaped;
use crate::import::plimsoll::expression;
use crate::note::Kind;

impl Writer<'_> {
    /// A mapping of texts.
    pub(super) fn texts(&mut self, given: &Value, path: &str) -> Value {
        let members = given.as_object().cloned().unwrap_or_default();
        Value::Object(members.into_iter().map(|(name, value)| (name, self.text(&value, path))).collect())
    }

    /// JSON with templates in it.
    pub(super) fn value(&mut self, given: &Value, path: &str) -> Value {
        match given {
            Value::String(text) => self.template(text, path).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item, path)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(key, member)| (key.clone(), self.value(member, path))).collect(),
            ),
            other => other.clone(),
        }
    }

    pub(super) fn text(&mut self, given: &Value, path: &str) -> Value {
        match given {
            Value::String(text) => self.template(text, path).into(),
            Value::Null => "".into(),
            other => escaped(&other.to_string()).into(),
        }
    }

    /// A template in our own words.
    pub(super) fn template(&mut self, text: &str, path: &str) -> String {
        let (mut made, mut rest) = (String::new(), text);
        while let Some(begin) = rest.find("{{") {
            let Some(end) = rest[begin..].find("}}").map(|length| begin + length) else { break };
            made.push_str(&rest[..begin]);
            let inner = rest[begin + 2..end].trim_matches(['{', '}']).trim();
            match expression_of(inner) {
                Some(expression) => made.push_str(&format!("{{{{ {expression} }}}}")),
                None => {
                    self.say(Kind::Unsupported, path, format!("the template '{inner}' is not carried over"));
                    made.push_str(&escaped(&rest[begin..end + 2]));
                }
            }
            rest = rest[end + 2..].trim_start_matches('}');
        }
        made.push_str(&escaped(rest));
        made
    }
}

/// What stands in a template, in our own words.
fn expression_of(inner: &str) -> Option<String> {
    let call = |name: &str| -> Option<Vec<String>> {
        let arguments = inner.strip_prefix(name)?.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(
            arguments.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect(),
        )
    };
    let is_number = |text: &String| text.parse::<f64>().is_ok();
    if let Some(name) = inner.strip_prefix("$env.").or_else(|| inner.strip_prefix("$processEnvironment.")) {
        let whole = format!("env.{name}");
        return expression::tree(&whole).is_ok().then_some(whole);
    }
    if inner == "$uuid" || call("$uuid").is_some() {
        return Some("uuid()".to_owned());
    }
    for name in ["$randomNumber", "$randomInt"] {
        if let Some(arguments) =
            call(name).filter(|arguments| arguments.len() == 2 && arguments.iter().all(is_number))
        {
            return Some(format!("random({}, {})", arguments[0], arguments[1]));
        }
    }
    if let Some(arguments) = call("$randomString") {
        let count = arguments.first().filter(|count| is_number(count)).map_or("10", String::as_str);
        return Some(format!("letters({count})"));
    }
    let name = match inner {
        "$loopCount" | "$loopElement" => &inner[1..],
        inner => match inner.strip_prefix("$loopElement.") {
            Some(_) => &inner[1..],
            None if inner.starts_with('$') => return None,
            None => inner,
        },
    };
    let is_path = !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '[' | ']'))
        && name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    is_path.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_said_in_our_words() {
        let check = |inner: &str, wanted: Option<&str>| {
            assert_eq!(expression_of(inner).as_deref(), wanted, "{inner}");
        };
        check("name", Some("name"));
        check("a.b[0].c", Some("a.b[0].c"));
        check("$uuid", Some("uuid()"));
        check("$randomNumber(1, 5)", Some("random(1, 5)"));
        check("$randomString()", Some("letters(10)"));
        check("$randomString(4)", Some("letters(4)"));
        check("$processEnvironment.HOME", Some("env.HOME"));
        check("$loopElement.id", Some("loopElement.id"));
        check("$testId", None);
        check("a + b", None);
        check("user-id", None);
    }
}
