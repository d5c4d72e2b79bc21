//! What the caller gives to scripts: the names they see, and the calls of `$host`.
//!
//! `$host(name, …arguments)` is one global function. Arguments and results are JSON: null, flags, numbers, texts,
//! lists and objects; times are milliseconds since 1970; bytes are texts of hexadecimal digits. An error that it throws
//! with a message of the form `java.io.IOException: text` becomes that exception in the script.

/// One call: its name, arguments, result, and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The first argument of `$host`.
    pub name: &'static str,
    /// The further arguments.
    pub arguments: &'static str,
    /// What comes back.
    pub result: &'static str,
    /// What it does.
    pub does: &'static str,
}

const fn call(name: &'static str, arguments: &'static str, result: &'static str, does: &'static str) -> Call {
    Call { name, arguments, result, does }
}

/// All calls that the prelude makes.
pub const CALLS: &[Call] = &[
    call(
        "user",
        "",
        "number",
        "the running user; objects of `vars.putObject` are kept per user, and `$jvm.forget(user)` drops them",
    ),
    call("now", "", "number", "the time of day, which `Thread.sleep` moves for this script alone"),
    call("nanos", "", "number", "nanoseconds of a clock that only goes on"),
    call(
        "sleep",
        "milliseconds",
        "number",
        "sleeps, and returns how many milliseconds it did not sleep; the script then sees a later time, and `run` returns the sum as `sleep`",
    ),
    call(
        "random",
        "",
        "number",
        "from 0 up to 1, for `Math.random`, `new Random()`, `UUID.randomUUID` and the like",
    ),
    call("print", "text", "null", "writes to standard output"),
    call("log", "level, text", "null", "`level` is `trace`, `debug`, `info`, `warn` or `error`"),
    call("log.enabled", "level", "flag", "whether a level is logged"),
    call(
        "vars.get",
        "name",
        "text, `{object: true}` or null",
        "a variable of the user; an object when `vars.putObject` put it",
    ),
    call("vars.put", "name, text", "null", "sets a variable"),
    call(
        "vars.putObject",
        "name, text",
        "null",
        "marks a variable as an object, with the text by which `${name}` stands",
    ),
    call("vars.remove", "name", "null", "forgets a variable"),
    call("vars.entries", "", "list of [name, text or `{object: true}`]", "all variables"),
    call("vars.iteration", "", "number", "from 1"),
    call("props.get", "name", "value or null", "a property: a text, or what `props.put` gave"),
    call(
        "props.put",
        "name, value",
        "null",
        "sets a property for all users; objects come as `{$: class, …}` and are copied",
    ),
    call("props.remove", "name", "null", "forgets a property"),
    call("props.entries", "", "list of [name, value]", "all properties"),
    call("shared.new", "kind, value", "number", "a counter for all threads of the run (`kind` is `counter`)"),
    call("shared.add", "id, number", "number", "adds, and returns the value after"),
    call("shared.set", "id, number", "number", "sets, and returns the value before"),
    call("system.property", "name", "text or null", "a property of the Java system such as `user.dir`"),
    call("system.env", "name", "text or null", "a variable of the environment"),
    call(
        "ctx.get",
        "field",
        "value",
        "of the thread: `threadNum` (from 0), `threadName`, `threadGroupName`, `numThreads`, `samplerName`, `hasPrevious`, `hostName`, `testStart`, `totalThreads`, `lastSampleOk`",
    ),
    call(
        "ctx.set",
        "field, value",
        "null",
        "`logicalAction` (a name of TestLogicalAction), `stopThread`, `stopTest`, `stopTestNow`, `lastSampleOk`",
    ),
    call(
        "result.get",
        "result, field",
        "value",
        "`result` is `prev`, `SampleResult`, or what `subResults` gave; fields in `RESULT_FIELDS`",
    ),
    call(
        "result.set",
        "result, field, value",
        "null",
        "the same fields, and `ignore`, `stopThread`, `stopTest`, `stopTestNow`, `logicalAction`",
    ),
    call(
        "sampler.get",
        "field",
        "value",
        "`name`, `class`, `protocol`, `domain`, `port`, `path`, `method`, `url`, `body`, `encoding`, `followRedirects`, `comment`, or any `HTTPSampler.…` property",
    ),
    call("sampler.set", "field, value", "null", "changes the request that the running user is about to send"),
    call("sampler.arguments", "", "list of {name, value}", "the parameters of the request"),
    call("sampler.setArguments", "list of {name, value, encoded}", "null", "replaces the parameters"),
    call("sampler.headers", "", "list of {name, value}, or null", "of the header manager; null without one"),
    call("sampler.setHeaders", "list of {name, value}", "null", "replaces them"),
    call("sampler.files", "", "list of {path, name, type}, or null", "the files of the request"),
    call("sampler.setFiles", "list of {path, name, type}", "null", "replaces them"),
    call(
        "cookies.get",
        "",
        "list of {name, value, domain, path, secure, expires}, or null",
        "of the user's cookie manager; null without one",
    ),
    call("cookies.set", "list", "null", "replaces them"),
    call("assertion.set", "field, value", "null", "of the running assertion: `failure`, `error`, `message`"),
    call("assertion.get", "field", "value", "the same fields, and `name`"),
    call("files.base", "", "text", "the folder of the plan"),
    call("files.script", "", "text", "the name of the plan's file"),
    call("files.read", "path", "hexadecimal, or null when there is no such file", "the bytes of a file"),
    call("files.write", "path, hexadecimal, append", "null", "writes a file"),
    call("files.info", "path", "{exists, directory, size, modified, absolute}", "about a path"),
    call("files.mkdirs", "path", "flag", "makes a folder and those above it"),
    call("files.delete", "path", "flag", "removes a file or an empty folder"),
    call("files.rename", "from, to", "flag", "renames a file"),
    call("files.list", "path", "list of names, or null", "what a folder holds"),
    call(
        "digest",
        "algorithm, hexadecimal",
        "hexadecimal, or null when unknown",
        "MD5, SHA-1, SHA-256, SHA-384, SHA-512",
    ),
    call(
        "hmac",
        "algorithm, key, hexadecimal",
        "hexadecimal, or null when unknown",
        "HmacMD5, HmacSHA1, HmacSHA256, HmacSHA384, HmacSHA512",
    ),
    call("pack", "`gzip`, `zlib` or `raw`, hexadecimal", "hexadecimal", "compresses"),
    call("unpack", "`gzip`, `zlib` or `raw`, hexadecimal", "hexadecimal", "the reverse, of 64 MiB at most"),
    call(
        "cipher",
        "transformation, whether to encrypt, key, start, bytes and further data as hexadecimal",
        "hexadecimal",
        "AES in the modes ECB, CBC, CTR and GCM, as `javax.crypto.Cipher` names them",
    ),
    call("compile", "language, source", "JavaScript", "a script that a script has put together or read"),
    call(
        "jsonpath",
        "JSON text, path",
        "list of values, or null when the path leads nowhere",
        "Jayway's JsonPath",
    ),
    call(
        "html",
        "text, selector, number of an element or null",
        "list of {at, tag, attributes, text}, or null when the selector is none",
        "what the selector finds in a page, or in an element of it; elements are numbered in the order of the page",
    ),
    call(
        "zone",
        "zone, milliseconds",
        "minutes east of UTC, or null when unknown",
        "the offset of a time zone (`default` for the run's)",
    ),
    call("zone.default", "", "text", "the name of the run's time zone"),
    call(
        "zone.name",
        "zone, milliseconds, flag",
        "text, or null when unknown",
        "what clocks of a zone are said to show, in a few letters or in many",
    ),
    call(
        "zone.read",
        "text",
        "offset, or null when unknown",
        "the zone that a short name such as `PDT` means",
    ),
    call(
        "zone.summer",
        "zone, milliseconds",
        "flag, or null when unknown",
        "whether clocks of a zone are put forward",
    ),
];

/// Fields of a sample result in `result.get` and `result.set`.
pub const RESULT_FIELDS: &[(&str, &str)] = &[
    ("code", "text"),
    ("message", "text"),
    ("data", "text"),
    ("bytes", "hexadecimal"),
    ("headers", "text"),
    ("requestHeaders", "text"),
    ("label", "text"),
    ("success", "flag"),
    ("time", "milliseconds"),
    ("latency", "milliseconds"),
    ("connectTime", "milliseconds"),
    ("startTime", "milliseconds"),
    ("endTime", "milliseconds"),
    ("size", "bytes"),
    ("bodySize", "bytes"),
    ("headersSize", "bytes"),
    ("sentBytes", "bytes"),
    ("url", "text or null"),
    ("method", "text"),
    ("queryString", "text"),
    ("cookies", "text"),
    ("samplerData", "text"),
    ("threadName", "text"),
    ("dataType", "text"),
    ("contentType", "text"),
    ("mediaType", "text"),
    ("encoding", "text"),
    ("encodingNoDefault", "text or null"),
    ("errorCount", "number"),
    ("sampleCount", "number"),
    ("groupThreads", "number"),
    ("allThreads", "number"),
    ("idleTime", "milliseconds"),
    ("class", "simple name of the class"),
    ("subResults", "list of results"),
    ("parent", "result or null"),
    ("assertions", "list of {name, failure, error, message}"),
];

/// JMeter objects: given as `true` in the bindings under their names.
pub const OBJECTS: &[&str] = &[
    "vars",
    "props",
    "ctx",
    "prev",
    "log",
    "sampler",
    "SampleResult",
    "sampleResult",
    "AssertionResult",
    "OUT",
    "sampleEvent",
    "data",
    "Response",
    "threadName",
    "bsh",
];

/// Further names that elements bind to texts, numbers and flags.
pub const NAMES: &[&str] = &[
    "Label",
    "Parameters",
    "FileName",
    "args",
    "iter",
    "Failure",
    "FailureMessage",
    "ResponseCode",
    "ResponseMessage",
    "IsSuccess",
    "ResponseHeaders",
    "RequestHeaders",
    "ResponseData",
    "SampleLabel",
    "SamplerData",
    "ThreadName",
    "res",
];

/// Whether elements bind a name.
pub(super) fn is_bound(name: &str) -> bool {
    OBJECTS.contains(&name) || NAMES.contains(&name)
}
