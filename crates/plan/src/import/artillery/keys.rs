//! The keys that scripts may have, and what becomes of each.
//!
//! Main type: [`Key`]; the tables are looked at by [`super::check`], and the documentation is made of them.

/// A key with what becomes of it.
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// Whether it works.
    pub support: Support,
    /// What it does here.
    pub does: &'static str,
}

/// Whether something works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Support {
    /// As in Artillery.
    Full,
    /// In another way, to the same end.
    Emulated,
    /// Read, and without effect.
    Ignored,
    /// Not here.
    None,
}

impl Support {
    /// The word in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "yes",
            Self::Emulated => "emulated",
            Self::Ignored => "ignored",
            Self::None => "no",
        }
    }
}

const fn full(name: &'static str, does: &'static str) -> Key {
    Key { name, support: Support::Full, does }
}

const fn with(name: &'static str, support: Support, does: &'static str) -> Key {
    Key { name, support, does }
}

/// Keys of a script.
pub static SCRIPT: &[Key] = &[
    full("config", "see below"),
    full("scenarios", "what users do"),
    full(
        "before",
        "one scenario, run once before the load; its variables are every user's, below those of `payload` and `variables`",
    ),
    full("after", "one scenario, run once after the load"),
];

/// Keys of `config`.
pub static CONFIG: &[Key] = &[
    full("target", "stands before addresses that begin with a slash"),
    full("phases", "when users arrive"),
    full(
        "payload",
        "data files: `path`, `fields`, `order`, `skipHeader`, `delimiter`, `cast`, `skipEmptyLines`, `loadAll`, `name`",
    ),
    full("variables", "a list gives each user one of its elements"),
    full("environments", "laid over the configuration by `-e`"),
    full("processor", "a JavaScript or TypeScript module with functions"),
    full("http", "see below"),
    full("defaults", "the older place of `http.defaults`"),
    full("timeout", "in place of `http.timeout`"),
    full("tls", "see below"),
    full("ws", "`headers`, `subprotocols`, `rejectUnauthorized`"),
    full("socketio", "see below"),
    full("plugins", "see below"),
    full("ensure", "settings of the plugin, which must stand under `plugins`"),
    full("apdex", "settings of the plugin, which must stand under `plugins`"),
    with(
        "engines",
        Support::Emulated,
        "`http`, `ws` and `socketio` are built in, `socketio-v3` with what stands here; others are refused where a scenario uses them",
    ),
    with("statsInterval", Support::Ignored, "reports come every ten seconds, as in Artillery"),
    with("mode", Support::Ignored, ""),
    with("bundling", Support::Ignored, "nothing is bundled"),
    with("includeFiles", Support::Ignored, "nothing is bundled"),
];

/// Keys of `config.http`.
pub static HTTP: &[Key] = &[
    full("defaults", "`headers`, `cookie`, `strictCapture`, `think.jitter`"),
    full("timeout", "seconds from the end of a request to the head of its answer; 10 by default"),
    with("pool", Support::Emulated, "connections are shared by the users of a thread"),
    with("maxSockets", Support::Ignored, "as in Artillery 2"),
    full("extendedMetrics", "`http.dns`, `http.tcp`, `http.tls`, `http.total`"),
    full("distributedTracing", "a `traceparent` header"),
    with("cookieJarOptions", Support::Ignored, "cookies follow RFC 6265"),
];

/// Keys of `config.tls`.
pub static TLS: &[Key] = &[
    full("rejectUnauthorized", "`false`: certificates are not checked, as with `-k`"),
    with("cert", Support::Emulated, "the certificate that users show: PEM, or a file of it"),
    with("key", Support::Emulated, "its key, in the same way"),
    with("passphrase", Support::Emulated, "of the key, or of the `pfx`"),
    with(
        "pfx",
        Support::Emulated,
        "both in a PKCS#12 file (AES, triple DES or RC2), which `passphrase` opens",
    ),
    with(
        "client",
        Support::Emulated,
        "`cert`, `key`, `pfx`, `passphrase` and `ca`, as the plugin `http-ssl-auth` has them",
    ),
    with(
        "ca",
        Support::Emulated,
        "the authorities that are trusted in place of the machine's: PEM, a file of it, or a list",
    ),
    with("servername", Support::Ignored, "the name in the address is the one that counts"),
];

/// Keys of `config.socketio`.
pub static SOCKETIO: &[Key] = &[
    full("query", "text or pairs, added to the address"),
    full("path", "in place of `/socket.io`"),
    full("extraHeaders", "headers of the requests that open a connection and of polling"),
    full("transports", "`polling`, `websocket`: both by default, the first to begin with"),
    full("auth", "what a user says when it enters a namespace"),
];

/// Keys of a phase.
pub static PHASE: &[Key] = &[
    full("duration", "seconds, or a text with a unit"),
    full("arrivalRate", "whole users a second"),
    full("rampTo", "the rate goes there in steps of a second"),
    full("arrivalCount", "so many users, evenly over the duration"),
    full("pause", "nobody arrives"),
    full("maxVusers", "beyond it arrivals are dropped and counted as `vusers.skipped`"),
    full("name", "for reports"),
    with(
        "mode",
        Support::Emulated,
        "`poisson` draws from a seed, so that runs repeat; `uniform` is the default",
    ),
    full("seed", "ours: another seed for `mode: poisson`"),
];

/// Keys of a scenario.
pub static SCENARIO: &[Key] = &[
    full("name", "for reports and `--scenario-name`"),
    full("weight", "how often it is picked"),
    full("engine", "`http`, `ws`, `socketio` or `socketio-v3`"),
    full("flow", "the steps"),
    full("beforeScenario", "functions before the flow"),
    full("afterScenario", "functions after a flow that did not fail"),
    full("beforeRequest", "functions before each request"),
    full("afterResponse", "functions after each response"),
    full("onError", "functions when a request cannot be sent"),
];

/// Steps of the HTTP engine.
pub static STEPS: &[Key] = &[
    full("get, post, put, patch, delete, head, options, trace", "a request; any other word is a method too"),
    full(
        "think",
        "seconds, a text with a unit, or a template; a fraction counts milliseconds, as in Artillery",
    ),
    full("loop", "with `count`, `over`, `whileTrue`, `loopValue`, `loopElement`"),
    full("function", "a function of the processor"),
    full("log", "a line on standard output"),
    full("parallel", "steps side by side"),
];

/// Keys of a request.
pub static REQUEST: &[Key] = &[
    full("url", "templates, the target before it"),
    full("json", "any JSON; templates keep types"),
    full("body", "text"),
    full("form", "urlencoded"),
    full("formData", "multipart: text, `{fromFile, contentType}`, `{value, contentType}`"),
    full("qs", "takes the place of the address's query"),
    full("headers", "names in small letters"),
    full("cookie", "pairs for this request"),
    full("auth", "`user` and `pass`"),
    full(
        "capture",
        "`json`, `regexp`, `header`, `selector`, `xpath`, with `as`, `strict`, `multiple`, `group`, `flags`, `attr` (without it a selector gives all attributes), `index`",
    ),
    full("match", "the same with `value`"),
    full("expect", "for the plugin"),
    full("name", "for metrics by endpoint"),
    full("ifTrue", "an expression or a function of the processor"),
    full("probability", "per cent"),
    full("followRedirect", "ten at most; 303 becomes GET, others keep method and body"),
    with("gzip", Support::Emulated, "`false`: the packed body is not looked into"),
    full("beforeRequest", "functions"),
    full("afterResponse", "functions"),
    full("http2", "over TLS, or by prior knowledge"),
    with("setContentLengthHeader", Support::Ignored, "the length is always sent"),
];

/// Steps of the WebSocket engine.
pub static WS_STEPS: &[Key] = &[
    full(
        "connect",
        "an address, or `{target, headers, subprotocols, function}`; the function gets `params`, `context` and `next`",
    ),
    full("send", "text, an object as JSON, or `{payload, capture, match}`"),
    full("wait", "for a message: `{capture, match}`"),
    full("think", ""),
    full("loop", ""),
    full("function", ""),
    full("log", ""),
];

/// Keys of steps of the Socket.IO engine, beside those of the HTTP engine.
pub static SOCKETIO_STEPS: &[Key] = &[
    full("emit", "an event: `{channel, data}`, or a list of its name and arguments"),
    full("namespace", "beside `emit`: where; the path of the target by default"),
    full(
        "response",
        "beside `emit`: waits for an event, `on` or `channel`, with `data` or `args`, `capture`, `match`",
    ),
    full(
        "acknowledge",
        "beside `emit`: waits for the acknowledgement, with `data` or `args`, `capture`, `match`",
    ),
];

/// Plugins.
pub static PLUGINS: &[Key] = &[
    full("ensure", "`thresholds`, `conditions`, and the older `p95`, `maxErrorRate`"),
    full(
        "expect",
        "`reportFailuresAsErrors`, `expectDefault200`, `outputFormat` (printed with `--dialect-output`); failures are checks of ours too",
    ),
    full("apdex", "`threshold` in milliseconds"),
    full(
        "metrics-by-endpoint",
        "on by default: `useOnlyRequestNames`, `stripQueryString`, `ignoreUnnamedRequests`, `metricsNamespace`, `groupDynamicURLs`",
    ),
    with(
        "http-ssl-auth",
        Support::Emulated,
        "the certificate of `config.tls.client` is shown, with or without it",
    ),
    with("fake-data", Support::Emulated, "the functions in the table below"),
    with("publish-metrics", Support::Ignored, "use our outputs: `--out`"),
    with("slack", Support::Ignored, "nobody is told"),
];
