//! The modules of Node.js that code in plans may use: one file each, one row in [`MODULES`].
//!
//! A module is CommonJS in a `.js` file, which finds its functions of the host in `native`. Those whose name begins
//! with `internal/` are for the others only.

mod buffer;
mod console;
mod process;
mod timers;
mod util;

use std::borrow::Cow;

use crate::ffi::Table;

/// What the addresses of these modules begin with.
pub(crate) const PREFIX: &str = "node:";

/// A module of Node.js.
pub(crate) struct Builtin {
    /// What follows `node:`.
    pub(crate) name: &'static str,
    /// What of it there is, for the documentation.
    pub(crate) offers: &'static str,
    source: Source,
    /// Its functions of the host.
    pub(crate) native: Option<&'static Table>,
}

/// Where the text of a module comes from.
enum Source {
    Text(&'static str),
    /// An expression: it is part of another module.
    Part(&'static str),
}

impl Builtin {
    const fn new(name: &'static str, offers: &'static str, text: &'static str) -> Self {
        Self { name, offers, source: Source::Text(text), native: None }
    }

    const fn part(name: &'static str, offers: &'static str, expression: &'static str) -> Self {
        Self { name, offers, source: Source::Part(expression), native: None }
    }

    const fn with(self, native: &'static Table) -> Self {
        Self { name: self.name, offers: self.offers, source: self.source, native: Some(native) }
    }

    /// JavaScript.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        match self.source {
            Source::Text(text) => text.into(),
            Source::Part(expression) => format!("module.exports = {expression};").into(),
        }
    }

    /// Whether it is for the other modules only.
    pub(crate) fn is_internal(&self) -> bool {
        self.name.starts_with("internal/")
    }
}

/// All modules, by name.
pub(crate) static MODULES: &[Builtin] = &[
    Builtin::new(
        "assert",
        "all assertions and `AssertionError`; messages show what differs line by line",
        include_str!("assert.js"),
    ),
    Builtin::part("assert/strict", "the same as `assert.strict`", "require('assert').strict"),
    buffer::MODULE,
    console::MODULE,
    Builtin::new("events", "`EventEmitter` with `once` and `on`, `errorMonitor`", include_str!("events.js")),
    Builtin::new("path", "everything; paths are those of the machine", include_str!("path.js")),
    Builtin::part("path/posix", "the same as `path`", "require('path')"),
    process::MODULE,
    Builtin::new("querystring", "everything", include_str!("querystring.js")),
    Builtin::new("string_decoder", "`StringDecoder`", include_str!("string_decoder.js")),
    timers::MODULE,
    timers::PROMISES,
    Builtin::new(
        "url",
        "`URL`, `URLSearchParams`, `fileURLToPath`, `pathToFileURL`, `urlToHttpOptions`, and the old `parse`, `format`, `resolve`",
        include_str!("url.js"),
    ),
    util::MODULE,
    util::TYPES,
    Builtin::new("internal/errors", "", include_str!("internal_errors.js")),
    Builtin::new("internal/fetch", "", include_str!("fetch.js")),
    util::COMPARING,
    util::INSPECT,
];

/// The module called `name`, without the prefix.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    MODULES.iter().find(|builtin| builtin.name == name)
}
