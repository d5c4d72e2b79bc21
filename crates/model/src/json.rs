//! Reading JSON as leniently as k6 does, with its messages: numbers may be strings, durations may be numbers
//! of milliseconds, `null` means nothing.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Error, duration};

/// What Go calls the type of a JSON value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The error of a value whose type does not fit.
pub(crate) fn mismatch(value: &Value, wanted: &str) -> Error {
    Error::new(format!("json: cannot unmarshal {} into Go value of type {wanted}", kind(value)))
}

/// A whole number.
pub(crate) fn int(value: &Value) -> Result<Option<i64>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Ok(Some(number)),
            None => match number.as_f64() {
                Some(float) if float.fract() == 0.0 => Ok(Some(float as i64)),
                _ => Err(Error::new(format!(
                    "json: cannot unmarshal number {number} into Go value of type int64"
                ))),
            },
        },
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => parse_int(text).map(Some),
        other => Err(mismatch(other, "null.Int")),
    }
}

/// A whole number in text, with Go's message when it is none.
pub(crate) fn parse_int(text: &str) -> Result<i64, Error> {
    text.parse().map_err(|_| Error::new(format!("strconv.ParseInt: parsing {text:?}: invalid syntax")))
}

/// A flag.
pub(crate) fn flag(value: &Value) -> Result<Option<bool>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(flag) => Ok(Some(*flag)),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => parse_flag(text).map(Some),
        other => Err(mismatch(other, "bool")),
    }
}

/// A flag in text, as Go reads one.
pub(crate) fn parse_flag(text: &str) -> Result<bool, Error> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(Error::new(format!("strconv.ParseBool: parsing {text:?}: invalid syntax"))),
    }
}

/// A duration: a number of milliseconds or text.
pub(crate) fn span(value: &Value) -> Result<Option<Duration>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => {
            let milliseconds = number.as_f64().unwrap_or(0.0);
            if milliseconds < 0.0 {
                return Err(Error::new("durations can't be negative"));
            }
            duration::from_millis(milliseconds).map(Some).map_err(|error| Error::new(error.to_string()))
        }
        Value::String(text) => duration::parse(text).map(Some).map_err(|error| Error::new(error.to_string())),
        other => Err(mismatch(other, "types.Duration")),
    }
}

/// Text.
pub(crate) fn text(value: &Value) -> Result<Option<String>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        other => Err(mismatch(other, "string")),
    }
}

/// A list of texts.
pub(crate) fn texts(value: &Value) -> Result<Option<Vec<String>>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| mismatch(item, "string")))
            .collect::<Result<_, _>>()
            .map(Some),
        other => Err(mismatch(other, "[]string")),
    }
}

/// Texts by name; numbers and flags become text.
pub(crate) fn text_map(value: &Value) -> Result<Option<std::collections::BTreeMap<String, String>>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) => Ok((key.clone(), text.clone())),
                Value::Number(_) | Value::Bool(_) => Ok((key.clone(), value.to_string())),
                other => Err(mismatch(other, "string")),
            })
            .collect::<Result<_, _>>()
            .map(Some),
        other => Err(mismatch(other, "map[string]string")),
    }
}

/// The members of an object, taken one by one, so that what is left over can be told.
pub(crate) struct Fields {
    members: Map<String, Value>,
}

impl Fields {
    pub(crate) fn new(members: Map<String, Value>) -> Self {
        Self { members }
    }

    pub(crate) fn take(&mut self, name: &str) -> Value {
        self.members.remove(name).unwrap_or(Value::Null)
    }

    pub(crate) fn int(&mut self, name: &str) -> Result<Option<i64>, Error> {
        int(&self.take(name))
    }

    pub(crate) fn span(&mut self, name: &str) -> Result<Option<Duration>, Error> {
        span(&self.take(name))
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Error> {
        flag(&self.take(name))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Error> {
        text(&self.take(name))
    }

    /// The names that nobody took, in order.
    pub(crate) fn left(&self) -> Vec<String> {
        self.members.keys().cloned().collect()
    }
}
