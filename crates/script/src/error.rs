//! What can go wrong with a script, and how it is told: message and stack in the form that k6 users know,
//! with the script's own file, line and column.

use std::fmt::Write as _;

use rquickjs::{Ctx, Error as JsError, Exception, Object, Result, Value};

use crate::modules::web::NOWHERE;
use crate::program::Program;
use crate::{advice, ffi};

/// Why a script could not be loaded or a function of it did not finish.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// The kind, for exit codes.
    pub kind: ErrorKind,
    /// Message and stack, several lines.
    pub message: String,
    /// The source line that it is about with a caret below, for people; of errors that end a run.
    pub code_frame: Option<String>,
}

/// The kinds of script errors that callers treat differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// The script threw and nobody caught it.
    Exception,
    /// A promise was rejected and nobody handled it.
    Rejection,
    /// A file or module could not be read or does not exist.
    NotFound,
    /// The source could not be compiled.
    Syntax,
    /// The script called `exec.test.abort()`.
    Aborted,
    /// The work was interrupted from outside.
    Interrupted,
    /// The user's memory limit was reached.
    Memory,
    /// `setup()` returned what cannot be handed on to the users.
    BadSetupData,
    /// `handleSummary` returned what cannot be written.
    BadSummary,
    /// A time limit was reached.
    Timeout,
    /// A fault of the program itself.
    Internal,
}

impl Error {
    /// An error of `kind`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), code_frame: None }
    }

    /// The same error with the source line of the first place in its stack.
    pub(crate) fn with_code_frame(mut self, program: &Program) -> Self {
        self.code_frame = first_place(&self.message).and_then(|place| program.code_frame(place));
        self
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        advice::about(&self.message)
    }
}

/// The first place of a message's stack.
pub(crate) fn first_place(message: &str) -> Option<&str> {
    let place = message.lines().find_map(|line| line.strip_prefix("\tat "))?;
    let place = place.strip_suffix(')').filter(|place| place.contains(" (")).unwrap_or(place);
    let place = place.split_once(" (").map_or(place, |(_, place)| place);
    Some(place.strip_suffix("(0)").unwrap_or(place))
}

/// Throws an `Error` with the given class name, as the host's own functions do: `GoError: message`.
///
/// The name is that of the original tool's errors, because scripts and log filters compare it.
pub(crate) fn throw(context: &Ctx<'_>, message: &str) -> JsError {
    throw_named(context, "GoError", message)
}

/// Throws an error whose `name` is `name`.
pub(crate) fn throw_named(context: &Ctx<'_>, name: &str, message: &str) -> JsError {
    match named(context, name, message) {
        Ok(value) => context.throw(value),
        Err(error) => error,
    }
}

/// [`throw`] with a stack of one place, where the engine knows none.
pub(crate) fn throw_at(context: &Ctx<'_>, message: &str, place: Option<&str>) -> JsError {
    let error = named(context, "GoError", message).and_then(|error| {
        if let (Some(place), Some(object)) = (place, error.as_object()) {
            let stack = rquickjs::String::from_str(context.clone(), &format!("    at {place}\n"))?;
            ffi::set_hidden(object, "stack", stack.into_value())?;
        }
        Ok(error)
    });
    match error {
        Ok(error) => context.throw(error),
        Err(error) => error,
    }
}

/// An error object whose `name` is `name`.
pub(crate) fn named<'js>(context: &Ctx<'js>, name: &str, message: &str) -> Result<Value<'js>> {
    let error = Exception::from_message(context.clone(), message)?.into_object();
    let value = rquickjs::String::from_str(context.clone(), name)?.into_value();
    ffi::set_hidden(&error, "name", value)?;
    Ok(error.into_value())
}

/// The pending exception as text, with its stack.
pub(crate) fn caught(context: &Ctx<'_>) -> String {
    describe(context, &context.catch())
}

/// A thrown value as text: an error with its stack, anything else as a string.
pub(crate) fn describe(context: &Ctx<'_>, thrown: &Value<'_>) -> String {
    if let Some(error) = thrown.as_object().filter(|_| thrown.is_error()) {
        let program = &ffi::host(context).shared.program;
        let mut text = headline(context, error);
        if let Some(better) = program.missing_export(&text) {
            return better;
        }
        let unknown =
            text.strip_prefix("ReferenceError: ").and_then(|rest| rest.strip_suffix(" is not defined"));
        let mut unknown = unknown.map(str::to_owned);
        let stack = error.get::<_, Option<String>>("stack").ok().flatten().unwrap_or_default();
        let mut is_syntax = text.starts_with("SyntaxError: ");
        text.push_str(&frames_by(&stack, |place| {
            if std::mem::take(&mut is_syntax)
                && let Some(fault) = program.fault_near(place)
            {
                return Some(fault);
            }
            let original = program.original(place);
            // Only the first frame is about the name.
            let used =
                unknown.take().and_then(|name| program.use_of(&name, original.as_deref().unwrap_or(place)));
            used.or(original)
        }));
        return text;
    }
    text_of(context, thrown)
}

/// A thrown value on one line: an error with the first place of its stack.
pub(crate) fn brief(context: &Ctx<'_>, thrown: &Value<'_>) -> String {
    let full = describe(context, thrown);
    let mut lines = full.lines();
    let headline = lines.next().unwrap_or_default();
    match lines.find_map(|line| line.strip_prefix("\tat ")) {
        Some(place) => format!("{headline} at {place}"),
        None => headline.to_owned(),
    }
}

/// Where something was thrown, one line a frame in the user's own sources; nothing when the engine does not know.
pub(crate) fn place_of(context: &Ctx<'_>, thrown: &Value<'_>) -> String {
    let error = thrown.as_object().filter(|_| thrown.is_error());
    let stack = error.and_then(|error| error.get::<_, Option<String>>("stack").ok().flatten());
    let program = &ffi::host(context).shared.program;
    frames_by(&stack.unwrap_or_default(), |place| program.original(place))
}

/// `Name: message` of an error object, whatever the script put into these properties.
fn headline(context: &Ctx<'_>, error: &Object<'_>) -> String {
    let part = |key: &str| error.get::<_, Value<'_>>(key).ok().map(|value| text_of(context, &value));
    let name = part("name").filter(|name| name != "undefined").unwrap_or_else(|| "Error".to_owned());
    match part("message") {
        Some(message) if !message.is_empty() => format!("{name}: {message}"),
        _ => name,
    }
}

/// `String(value)`; what the script's own `toString` throws goes on to the script.
pub(crate) fn try_text_of(context: &Ctx<'_>, value: &Value<'_>) -> Result<String> {
    if value.is_symbol() || value.is_string() {
        return Ok(text_of(context, value));
    }
    value.get::<rquickjs::Coerced<String>>().map(|text| text.0)
}

/// `String(value)`, or a placeholder when that throws: for messages, which must not fail themselves.
pub(crate) fn text_of(context: &Ctx<'_>, value: &Value<'_>) -> String {
    if let Some(text) = value.as_string() {
        return text.to_string().unwrap_or_default();
    }
    let converted = value.get::<rquickjs::Coerced<String>>();
    converted.map_or_else(
        |_| {
            let _ = context.catch();
            format!("[{}]", value.type_name())
        },
        |text| text.0,
    )
}

/// The frames of a QuickJS stack, one a line behind a tab, frames of the host left out.
pub(crate) fn frames(stack: &str) -> String {
    frames_by(stack, |_| None)
}

/// [`frames`], each at the place that `original` knows for it.
fn frames_by(stack: &str, mut original: impl FnMut(&str) -> Option<String>) -> String {
    let mut text = String::new();
    for frame in stack.lines().filter_map(|line| line.trim().strip_prefix("at ")) {
        let (function, place) = match frame.split_once(" (") {
            Some((function, place)) => (function, place.trim_end_matches(')')),
            None => ("", frame),
        };
        if place == "native" || place.starts_with(NOWHERE) {
            continue;
        }
        let place = original(place).unwrap_or_else(|| place.to_owned());
        let function = if function.starts_with('<') { "" } else { function };
        // The number in brackets is where k6 prints a byte-code offset, which tools that read these lines
        // expect to be there.
        let _ = match function {
            "" => write!(text, "\n\tat {place}(0)"),
            _ => write!(text, "\n\tat {function} ({place}(0))"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::frames;

    #[test]
    fn frames_look_like_k6s() {
        let check = |stack: &str, expected: &str| assert_eq!(frames(stack), expected);
        check("    at default (file:///a.js:5:9)\n", "\n\tat default (file:///a.js:5:9(0))");
        check("    at get (native)\n    at <anonymous> (file:///a.js:1:2)\n", "\n\tat file:///a.js:1:2(0)");
        check("    at file:///a.js:3\n", "\n\tat file:///a.js:3(0)");
        check("", "");
    }
}
