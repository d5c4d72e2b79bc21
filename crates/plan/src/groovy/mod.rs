//! Scripts inside JMeter plans: Groovy, BeanShell, JEXL and JavaScript become JavaScript for the script host.
//!
//! [`compile`] is pure text in, text out. What it returns is one JavaScript expression whose value is a function
//! `run(bindings)`; it is to be evaluated, once, in a context in which [`PRELUDE`] has been evaluated. The prelude
//! holds the classes of Java and Groovy that such scripts use, and the objects of JMeter (`vars`, `props`, `prev`, …)
//! over a single function, `$host(name, …)`, that the caller gives; [`host::CALLS`] lists the names.
//!
//! `run(bindings)` takes a plain object of the names that the script may see: a text, number or flag is bound as it
//! is, and `true` under the name of a JMeter object (see [`host::OBJECTS`]) binds that object. It returns
//! `{value, error, bindings, sleep}`: the script's value as text (Java's `toString`) or null; an error as `{class,
//! message, text, line, unsupported}` or null; the simple bindings as they are afterwards; and the milliseconds that
//! the user still has to sleep.
//!
//! Numbers keep Java's kinds: an int is a JavaScript number, a long a bigint, and decimals, doubles and characters
//! are objects of the prelude. What lies outside the core is an [`Error`] when the plan is loaded, with line, column
//! and the construct.
//!
//! This module runs nothing and knows no elements of plans.

mod classes;
mod emit;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod host;
mod lexer;
mod parser;
mod text;
mod token;
mod tree;

pub use classes::{CLASSES, CONSTRUCTS, Class, REFUSED, reference};

/// The languages that plans name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Language {
    /// Groovy 3, and the default of JSR223 elements.
    Groovy,
    /// BeanShell 2: Java with loose types.
    BeanShell,
    /// Commons JEXL 2, of `__jexl2`.
    Jexl2,
    /// Commons JEXL 3, of `__jexl3` and of conditions.
    Jexl3,
    /// JavaScript, which passes through to the engine.
    JavaScript,
}

impl Language {
    /// The language of a JSR223 element, by the name it gives; an empty name is Groovy.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "" | "groovy" => Self::Groovy,
            "beanshell" | "bsh" | "java" => Self::BeanShell,
            "jexl" | "jexl2" => Self::Jexl2,
            "jexl3" => Self::Jexl3,
            "javascript" | "js" | "ecmascript" | "nashorn" | "rhino" => Self::JavaScript,
            _ => return None,
        })
    }

    /// The name by which the prelude knows it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Groovy => "groovy",
            Self::BeanShell => "beanshell",
            Self::Jexl2 => "jexl2",
            Self::Jexl3 => "jexl3",
            Self::JavaScript => "javascript",
        }
    }

    /// Whether the end of a line may end a statement.
    fn minds_newlines(self) -> bool {
        self == Self::Groovy
    }

    /// Whether it is one of the two JEXLs.
    fn is_jexl(self) -> bool {
        matches!(self, Self::Jexl2 | Self::Jexl3)
    }
}

/// Why a script cannot be run here.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct Error {
    /// In the script, from 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What of the language it is about, such as `class java.nio.channels.FileChannel` or `syntax`.
    pub construct: String,
    /// The whole complaint, lower-case and without a full stop.
    pub message: String,
}

impl Error {
    /// A text that is no sentence of the language.
    fn syntax(at: token::At, message: impl Into<String>) -> Self {
        Self { line: at.line, column: at.column, construct: "syntax".to_owned(), message: message.into() }
    }

    /// A sentence of the language that lies outside the core.
    fn unsupported(at: token::At, construct: impl Into<String>) -> Self {
        let construct = construct.into();
        Self { line: at.line, column: at.column, message: format!("{construct} is not supported"), construct }
    }

    /// Whether the script is right in its own language and lies outside of what is supported.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.construct != "syntax"
    }
}

/// The longest script that is read, in bytes.
pub const SOURCE_BYTES_MAX: usize = 1 << 20;

/// The JavaScript of a script: an expression whose value is `run(bindings)`.
///
/// # Errors
/// The script is no sentence of its language, or uses something outside the core.
pub fn compile(source: &str, language: Language) -> Result<String, Error> {
    let start = token::At { line: 1, column: 1 };
    if source.len() > SOURCE_BYTES_MAX {
        return Err(Error::unsupported(start, "a script of more than a megabyte"));
    }
    if language == Language::JavaScript {
        return Ok(format!("$jvm.javascript({})", text::quoted(source)));
    }
    let tokens = lexer::tokens(source, language)?;
    let script = parser::script(&tokens, language)?;
    emit::script(&script, language)
}

/// The runtime that compiled scripts need, to be evaluated once in a context before any of them, as a script (not as a
/// module). It defines one global, `$jvm`, and calls `$host` when a script does.
pub const PRELUDE: &str = concat!(
    "globalThis.$jvm = (() => {\n\"use strict\";\n",
    include_str!("prelude/core.js"),
    include_str!("prelude/numbers.js"),
    include_str!("prelude/errors.js"),
    include_str!("prelude/operators.js"),
    include_str!("prelude/printing.js"),
    include_str!("prelude/regex.js"),
    include_str!("prelude/strings.js"),
    include_str!("prelude/collections.js"),
    include_str!("prelude/lists.js"),
    include_str!("prelude/maps.js"),
    include_str!("prelude/dispatch.js"),
    include_str!("prelude/lang.js"),
    include_str!("prelude/util.js"),
    include_str!("prelude/bytes.js"),
    include_str!("prelude/dates.js"),
    include_str!("prelude/time.js"),
    include_str!("prelude/json.js"),
    include_str!("prelude/xml.js"),
    include_str!("prelude/files.js"),
    include_str!("prelude/helpers.js"),
    include_str!("prelude/jmeter.js"),
    include_str!("prelude/jexl.js"),
    include_str!("prelude/run.js"),
    "return $jvm;\n})();\n",
);

#[cfg(test)]
mod tests;
