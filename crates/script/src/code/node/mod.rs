//! The modules of Node.js that code in plans may use: one file each, one row in [`MODULES`].
//!
//! A module is CommonJS in a `.js` file, which finds its functions of the host in `native`. Those whose name begins
//! with `internal/` are for the others only.

mod buffer;
mod console;
mod crypto;
mod fs;
mod module;
mod os;
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
    /// There is no such thing here; the names are what programs import of it.
    Refused(&'static str),
}

impl Builtin {
    const fn new(name: &'static str, offers: &'static str, text: &'static str) -> Self {
        Self { name, offers, source: Source::Text(text), native: None }
    }

    const fn part(name: &'static str, offers: &'static str, expression: &'static str) -> Self {
        Self { name, offers, source: Source::Part(expression), native: None }
    }

    /// A module that can be imported, as packages do on the off chance, but whose functions only say why they do
    /// nothing.
    const fn refused(name: &'static str, why: &'static str, names: &'static str) -> Self {
        Self { name, offers: why, source: Source::Refused(names), native: None }
    }

    const fn with(self, native: &'static Table) -> Self {
        Self { name: self.name, offers: self.offers, source: self.source, native: Some(native) }
    }

    /// JavaScript.
    pub(crate) fn text(&self) -> Cow<'static, str> {
        match self.source {
            Source::Text(text) => text.into(),
            Source::Part(expression) => format!("module.exports = {expression};").into(),
            Source::Refused(names) => {
                let refuse = "module.exports = require('internal/refused')";
                format!("{refuse}('{}', '{}', '{names}');", self.name, self.offers).into()
            }
        }
    }

    /// Whether it does nothing.
    #[cfg(test)]
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.source, Source::Refused(_))
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
    Builtin::part(
        "constants",
        "as `os.constants`",
        "{ ...require('os').constants.errno, ...require('os').constants.signals }",
    ),
    crypto::MODULE,
    Builtin::new("events", "`EventEmitter` with `once` and `on`, `errorMonitor`", include_str!("events.js")),
    fs::MODULE,
    fs::PROMISES,
    Builtin::part(
        "http",
        "`request`, `get`, `Agent`, `IncomingMessage`, `METHODS`, `STATUS_CODES`: as `fetch`, such requests are \
         sent where the tool lets it, and are not measured. Answers come as a whole, unpacked; nothing is served",
        "require('internal/http')('http:')",
    ),
    Builtin::part("https", "the same over TLS", "require('internal/http')('https:')"),
    module::MODULE,
    os::MODULE,
    Builtin::new("path", "everything; paths are those of the machine", include_str!("path.js")),
    Builtin::part("path/posix", "the same as `path`", "require('path')"),
    Builtin::new(
        "perf_hooks",
        "`performance` with `now`, `timeOrigin`, `mark`, `measure`, `getEntries…`, `timerify`",
        include_str!("perf_hooks.js"),
    ),
    process::MODULE,
    Builtin::new("punycode", "everything", include_str!("punycode.js")),
    Builtin::new("querystring", "everything", include_str!("querystring.js")),
    Builtin::new(
        "stream",
        "`Readable`, `Writable`, `Duplex`, `Transform`, `PassThrough`, `pipeline`, `finished`",
        include_str!("stream.js"),
    ),
    Builtin::part("stream/promises", "`pipeline`, `finished`", "require('stream').promises"),
    Builtin::new("string_decoder", "`StringDecoder`", include_str!("string_decoder.js")),
    timers::MODULE,
    timers::PROMISES,
    Builtin::new("tty", "`isatty`, which says no", include_str!("tty.js")),
    Builtin::new(
        "url",
        "`URL`, `URLSearchParams`, `fileURLToPath`, `pathToFileURL`, `urlToHttpOptions`, and the old `parse`, \
         `format`, `resolve`",
        include_str!("url.js"),
    ),
    util::MODULE,
    util::TYPES,
    Builtin::new(
        "worker_threads",
        "`isMainThread`, `threadId`, `workerData`; threads cannot be made",
        include_str!("worker_threads.js"),
    ),
    Builtin::refused(
        "child_process",
        "programs cannot be started",
        "exec execFile execFileSync execSync fork spawn spawnSync",
    ),
    Builtin::refused(
        "async_hooks",
        "what happens later is not followed",
        "AsyncLocalStorage AsyncResource createHook executionAsyncId triggerAsyncId",
    ),
    Builtin::refused("cluster", "users run on the threads of the run", "fork isMaster isPrimary isWorker"),
    Builtin::refused(
        "dgram",
        "requests are steps of the plan, so that they are measured",
        "Socket createSocket",
    ),
    Builtin::refused(
        "diagnostics_channel",
        "there is nobody to listen",
        "Channel channel hasSubscribers subscribe unsubscribe",
    ),
    Builtin::refused(
        "dns",
        "requests are steps of the plan, so that they are measured",
        "lookup promises resolve resolve4 resolve6 reverse",
    ),
    Builtin::refused(
        "dns/promises",
        "requests are steps of the plan, so that they are measured",
        "lookup resolve resolve4 resolve6 reverse",
    ),
    Builtin::refused(
        "http2",
        "requests are steps of the plan, so that they are measured",
        "connect constants createSecureServer createServer",
    ),
    Builtin::refused("inspector", "there is no debugger", "Session close console open url"),
    Builtin::refused(
        "net",
        "requests are steps of the plan, so that they are measured",
        "Server Socket connect createConnection createServer isIP isIPv4 isIPv6",
    ),
    Builtin::refused(
        "readline",
        "nothing is read from the terminal",
        "Interface clearLine createInterface cursorTo emitKeypressEvents promises",
    ),
    Builtin::refused("repl", "there is no terminal", "start"),
    Builtin::refused(
        "tls",
        "requests are steps of the plan, so that they are measured",
        "Server TLSSocket connect createSecureContext createServer rootCertificates",
    ),
    Builtin::refused(
        "v8",
        "the engine is another",
        "deserialize getHeapStatistics serialize setFlagsFromString",
    ),
    Builtin::refused(
        "vm",
        "code is not compiled at run time",
        "Script createContext isContext runInContext runInNewContext runInThisContext",
    ),
    Builtin::refused(
        "zlib",
        "packed data is for the requests of the plan",
        "Deflate Gunzip Gzip constants createGunzip createGzip createInflate deflate deflateSync gunzip gunzipSync gzip gzipSync inflate inflateSync unzip unzipSync",
    ),
    Builtin::new("internal/errors", "", include_str!("internal_errors.js")),
    Builtin::new("internal/fetch", "", include_str!("fetch.js")).with(&crate::code::fetch::NATIVE),
    Builtin::new("internal/http", "", include_str!("http.js")),
    Builtin::new("internal/refused", "", include_str!("refused.js")),
    util::COMPARING,
    util::INSPECT,
];

/// The module called `name`, without the prefix.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    MODULES.iter().find(|builtin| builtin.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "../../docs/processors.md";

    /// The page with the rows that `wanted` chooses between `<!-- mark -->` and `<!-- end -->`.
    fn filled(page: &str, mark: &str, head: &str, wanted: impl Fn(&Builtin) -> bool) -> String {
        let mark = format!("<!-- {mark} -->\n");
        let (before, after) = page.split_once(&mark).expect("the page has the mark");
        let (_, after) = after.split_once("<!-- end -->").expect("the page has the end");
        let mut rows: Vec<_> = MODULES.iter().filter(|row| !row.is_internal() && wanted(row)).collect();
        rows.sort_by_key(|row| row.name);
        let rows: String = rows.iter().map(|row| format!("| `{}` | {} |\n", row.name, row.offers)).collect();
        format!("{before}{mark}| module | {head} |\n|---|---|\n{rows}<!-- end -->{after}")
    }

    #[test]
    fn the_page_lists_all_modules() {
        let page = std::fs::read_to_string(PAGE).expect("the page is there");
        let made = filled(&page, "modules", "what there is", |row| !row.is_refused());
        let made = filled(&made, "refused", "why", Builtin::is_refused);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(PAGE, &made).expect("the page can be written");
        }
        assert!(
            page == made || std::env::var_os("UPDATE").is_some(),
            "{PAGE} is out of date; run with UPDATE=1"
        );
    }

    #[test]
    fn names_are_given_once_and_texts_compile_as_they_are() {
        for (index, row) in MODULES.iter().enumerate() {
            assert!(MODULES[..index].iter().all(|before| before.name != row.name), "{}", row.name);
            let text = row.text();
            assert_eq!(crate::places::broken_at("/a.js", &text), None, "{}", row.name);
        }
    }
}
