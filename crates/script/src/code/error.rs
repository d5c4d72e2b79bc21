//! What can go wrong with code, told with the user's own file, line and column.
//!
//! Main type: [`CodeError`]. [`of_thrown`] makes one of whatever was thrown.

use std::fmt;

use rquickjs::{Ctx, Value};

use crate::program::Program;
use crate::{error, ffi, places};

/// The kinds of errors that callers treat differently.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeErrorKind {
    /// There is no such file or module.
    NotFound,
    /// The source does not compile.
    Syntax,
    /// The code threw, rejected its promise, or handed an error to its callback.
    Exception,
    /// It ran too long without a pause.
    TimeLimit,
    /// The worker's memory limit was reached.
    Memory,
    /// A fault of the program itself.
    Internal,
}

/// A place in a file of the user's; line and column count from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The path, or the name of the script.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why code did not do what was asked of it.
#[derive(Clone, PartialEq, Debug)]
pub struct CodeError {
    /// The kind.
    pub kind: CodeErrorKind,
    /// `name` of the error object, such as `TypeError`; empty when something else was thrown.
    pub name: Box<str>,
    /// `message` of the error object, or the thrown value as text.
    pub message: String,
    /// `code` of the error object.
    pub code: Option<String>,
    /// Where it was thrown, as far as the engine knows.
    pub place: Option<Place>,
    /// One line a frame, `function (file:line:column)`, innermost first.
    pub stack: Box<[String]>,
}

impl std::error::Error for CodeError {}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.name.is_empty() {
            write!(f, "{}: ", self.name)?;
        }
        f.write_str(&self.message)
    }
}

impl CodeError {
    /// An error without a place.
    pub(super) fn new(kind: CodeErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            name: Box::default(),
            message: message.into(),
            code: None,
            place: None,
            stack: Box::default(),
        }
    }

    /// The same error with the frames of a description.
    pub(super) fn with_frames(mut self, description: &str) -> Self {
        let frames = description.lines().filter_map(|line| line.strip_prefix("\tat ")).map(frame);
        self.stack = frames.filter(|frame| !is_ours(frame)).collect();
        self.place = self.stack.first().and_then(|frame| place(frame));
        self
    }
}

impl CodeError {
    /// Puts a syntax error where it is; the engine knows little more than the line.
    fn relocate(&mut self, program: &Program) {
        let Some(place) = &self.place else { return };
        let address = format!("file://{}", place.file);
        let Ok(bytes) = program.file(&address) else { return };
        let found = std::str::from_utf8(&bytes).ok().and_then(|text| places::broken_at(&address, text));
        if let Some((line, column)) = found {
            self.place_at(line, column);
        }
    }

    /// Gives the error another line and column of its file.
    pub(super) fn place_at(&mut self, line: usize, column: usize) {
        if let Some(place) = &mut self.place {
            place.line = u32::try_from(line).unwrap_or(u32::MAX);
            place.column = u32::try_from(column).unwrap_or(u32::MAX);
            self.stack = Box::default();
        }
    }
}

/// A frame without the marks that k6 has.
fn frame(line: &str) -> String {
    line.replace("(0)", "").replace("file://", "")
}

/// Whether a frame is in a module of the host.
fn is_ours(frame: &str) -> bool {
    let place = frame.rsplit_once(" (").map_or(frame, |(_, place)| place);
    place.starts_with(super::node::PREFIX) || place.starts_with(super::worker::KIT_NAME)
}

/// The place of a frame, `function (file:line:column)` or the place alone.
fn place(frame: &str) -> Option<Place> {
    let place = match frame.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) {
        Some((_, place)) => place,
        None => frame,
    };
    let mut parts = place.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Place { file: parts.next()?.to_owned(), line, column })
}

/// The error that `thrown` stands for.
pub(super) fn of_thrown<'js>(context: &Ctx<'js>, thrown: &Value<'js>) -> CodeError {
    let Some(object) = thrown.as_object().filter(|_| thrown.is_error()) else {
        return CodeError::new(CodeErrorKind::Exception, error::text_of(context, thrown));
    };
    let text = |key: &str| {
        let value = object.get::<_, Value<'js>>(key);
        if value.is_err() {
            context.catch();
        }
        let value = value.ok().filter(|value| !value.is_undefined() && !value.is_null());
        value.map(|value| error::text_of(context, &value))
    };
    let (name, code) = (text("name").unwrap_or_default(), text("code"));
    let description = error::describe(context, thrown);
    let mut message = text("message").unwrap_or_default();
    // The description may know better, of an import that finds no export.
    if let Some(better) = description.lines().next().and_then(|line| line.strip_prefix("SyntaxError: "))
        && name == "SyntaxError"
    {
        better.clone_into(&mut message);
    }
    let kind = match (name.as_str(), code.as_deref()) {
        ("SyntaxError", None) => CodeErrorKind::Syntax,
        (_, Some("MODULE_NOT_FOUND" | "ERR_MODULE_NOT_FOUND")) => CodeErrorKind::NotFound,
        _ => CodeErrorKind::Exception,
    };
    let mut found = CodeError::new(kind, message).with_frames(&description);
    if kind == CodeErrorKind::Syntax {
        found.relocate(&ffi::host(context).shared.program);
    }
    if found.place.is_none() {
        // A translation that failed has its place before the message.
        located(&mut found);
    }
    CodeError { name: name.into(), code, ..found }
}

/// Takes `FILE:LINE:COLUMN: ` from the front of a message.
fn located(error: &mut CodeError) {
    let Some((front, rest)) = error.message.split_once(": ") else { return };
    let Some(found) = place(front) else { return };
    let file = found.file.trim_start_matches("file://").to_owned();
    error.place = Some(Place { file, ..found });
    error.message = rest.to_owned();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_from_frames() {
        let check = |description: &str, wanted: Option<&str>, frames: usize| {
            let error = CodeError::new(CodeErrorKind::Exception, "m").with_frames(description);
            assert_eq!(error.place.map(|place| place.to_string()).as_deref(), wanted, "{description}");
            assert_eq!(error.stack.len(), frames, "{description}");
        };
        check("Error: m\n\tat f (file:///a/b.js:3:7(0))\n\tat file:///a/c.js:1:2(0)", Some("/a/b.js:3:7"), 2);
        check("Error: m\n\tat node:fs:3:7(0)\n\tat file:///a (1).js:1:2(0)", Some("/a (1).js:1:2"), 1);
        check("Error: m", None, 0);
    }

    #[test]
    fn a_place_before_a_message_is_the_place() {
        let mut error = CodeError::new(CodeErrorKind::Syntax, "file:///a.ts:2:10: unexpected token\n  2 | x");
        located(&mut error);
        assert_eq!(error.to_string(), "/a.ts:2:10: unexpected token\n  2 | x");
    }
}
