//! What is wrong or odd in a script: the errors that Artillery would stop at, and notes on what it would let pass.
//!
//! Main function: [`check`]. The tables here say what is known; the documentation is made from them.

use serde_json::Value;

use super::expect::EXPECTATIONS;
use super::expression::Expression;
use super::functions::BUILT_IN;
use super::load::Script;
use super::template::{Finding, Template};
use crate::note::{Kind, Note};

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
    full("before", "one scenario, run once before the load; its variables are every user's"),
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
    full("tls", "`rejectUnauthorized`"),
    full("ws", "`headers`, `subprotocols`"),
    with("socketio", Support::None, "the Socket.IO engine is not there"),
    full("plugins", "see below"),
    full("ensure", "settings of the plugin, which must stand under `plugins`"),
    full("apdex", "settings of the plugin, which must stand under `plugins`"),
    with(
        "engines",
        Support::Ignored,
        "`http` and `ws` are built in; others are refused where a scenario uses them",
    ),
    with("statsInterval", Support::Ignored, "reports come every ten seconds, as in Artillery"),
    with("mode", Support::Ignored, ""),
    with("bundling", Support::Ignored, "nothing is bundled"),
    with("includeFiles", Support::Ignored, "nothing is bundled"),
];

/// Keys of `config.http`.
pub static HTTP: &[Key] = &[
    full("defaults", "`headers`, `cookie`, `strictCapture`, `think.jitter`"),
    with(
        "timeout",
        Support::Emulated,
        "seconds until the whole answer is there; Artillery's ends with its head",
    ),
    with("pool", Support::Emulated, "connections are shared by the users of a thread"),
    with("maxSockets", Support::Ignored, "as in Artillery 2"),
    full("extendedMetrics", "`http.dns`, `http.tcp`, `http.tls`, `http.total`"),
    full("distributedTracing", "a `traceparent` header"),
    with("cookieJarOptions", Support::Ignored, "cookies follow RFC 6265"),
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
    full("engine", "`http` or `ws`"),
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
        "`json`, `regexp`, `header`, `selector`, with `as`, `strict`, `multiple`, `group`, `flags`, `attr`, `index`",
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
    full("connect", "an address, or `{target, headers, subprotocols}`"),
    full("send", "text, an object as JSON, or `{payload, capture, match}`"),
    full("wait", "for a message: `{capture, match}`"),
    full("think", ""),
    full("loop", ""),
    full("function", ""),
    full("log", ""),
];

/// Plugins.
pub static PLUGINS: &[Key] = &[
    full("ensure", "`thresholds`, `conditions`, and the older `p95`, `maxErrorRate`"),
    full("expect", "`reportFailuresAsErrors`, `expectDefault200`; failures are checks of ours too"),
    full("apdex", "`threshold` in milliseconds"),
    full(
        "metrics-by-endpoint",
        "on by default: `useOnlyRequestNames`, `stripQueryString`, `ignoreUnnamedRequests`, `metricsNamespace`, `groupDynamicURLs`",
    ),
    with("fake-data", Support::Emulated, "the functions in the table below"),
    with("publish-metrics", Support::None, "use our outputs: `--out`"),
    with("slack", Support::None, ""),
];

/// Looks at a script.
///
/// # Errors
/// The notes of which at least one is an error, with Artillery's exit status: 1 for what its reader refuses.
pub fn check(script: &mut Script) -> Result<(), (Vec<Note>, u8)> {
    let mut checker = Checker { script, notes: Vec::new(), worker_fails: false };
    checker.all();
    let (notes, worker_fails) = (checker.notes, checker.worker_fails);
    let refused = notes.iter().any(|note| note.kind == Kind::Error);
    script.notes.extend(notes);
    if refused {
        let notes = std::mem::take(&mut script.notes);
        let is_first =
            |note: &Note| note.kind == Kind::Error && !note.message.starts_with("there is no engine");
        let exit = if worker_fails && !notes.iter().any(is_first) { 11 } else { 1 };
        return Err((notes, exit));
    }
    Ok(())
}

/// The known name that is meant, most likely.
fn near(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let known: Vec<&str> = known.collect();
    model::nearest::nearest(name, &known)
}

struct Checker<'s> {
    script: &'s Script,
    notes: Vec<Note>,
    /// Something is wrong that Artillery notices only on its worker thread.
    worker_fails: bool,
}

impl Checker<'_> {
    fn note(&mut self, kind: Kind, path: &str, message: impl Into<String>) -> &mut Note {
        self.notes.push(Note::new(kind, self.script.places.of(path), message));
        self.notes.last_mut().expect("one was pushed on the line above")
    }

    fn error(&mut self, path: &str, message: impl Into<String>) {
        self.note(Kind::Error, path, message);
    }

    fn all(&mut self) {
        let script = self.script;
        let value = &script.value;
        let config = value.get("config").and_then(Value::as_object);
        if config.is_none_or(serde_json::Map::is_empty) {
            self.error("", "there is no config");
        } else if script.config()["target"].as_str().is_none_or(str::is_empty) {
            let has = script.config()["environments"].as_object().is_some_and(|all| !all.is_empty());
            self.error("config", "there is no target");
            if has && let Some(note) = self.notes.last_mut() {
                note.help = Some("choose an environment with -e, or give a target with -t".to_owned());
            }
        }
        self.known(value, "", SCRIPT, false);
        self.known(script.config(), "config", CONFIG, false);
        self.known(&script.config()["http"], "config.http", HTTP, false);
        self.known(&script.config()["plugins"], "config.plugins", PLUGINS, true);
        for (nth, phase) in script.config()["phases"].as_array().into_iter().flatten().enumerate() {
            self.known(phase, &format!("config.phases[{nth}]"), PHASE, false);
        }
        self.plugins_without_home();
        match value.get("scenarios") {
            Some(Value::Array(scenarios)) if !scenarios.is_empty() => {
                for (nth, scenario) in scenarios.iter().enumerate() {
                    self.scenario(scenario, &format!("scenarios[{nth}]"));
                }
            }
            _ => self.error("scenarios", "there are no scenarios"),
        }
        for part in ["before", "after"] {
            if let Some(scenario) = value.get(part) {
                self.scenario(scenario, part);
            }
        }
    }

    /// Settings of plugins that are not asked for do nothing.
    fn plugins_without_home(&mut self) {
        let config = self.script.config();
        for plugin in ["ensure", "apdex"] {
            if config.get(plugin).is_some() && config["plugins"].get(plugin).is_none() {
                let message = format!(
                    "config.{plugin} does nothing, in Artillery either, because plugins does not name {plugin}"
                );
                self.note(Kind::Ignored, &format!("config.{plugin}"), message).help =
                    Some(format!("add `{plugin}: {{}}` under config.plugins"));
            }
        }
    }

    /// Notes keys that mean nothing.
    fn known(&mut self, value: &Value, path: &str, keys: &[Key], are_plugins: bool) {
        let Value::Object(members) = value else { return };
        for name in members.keys() {
            let at = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match keys.iter().find(|key| key.name == name) {
                Some(key) if key.support == Support::None => {
                    self.note(Kind::Unsupported, &at, format!("{name} is not supported: {}", key.does));
                }
                Some(key) if key.support == Support::Ignored => {
                    self.note(Kind::Ignored, &at, format!("{name} has no effect here: {}", key.does));
                }
                Some(_) => {}
                None if name.starts_with("x-") => {}
                None if are_plugins => {
                    self.note(Kind::Ignored, &at, format!("there is no plugin {name} here; Artillery goes on without it too when it is not installed"));
                }
                None => {
                    let near = near(name, keys.iter().map(|key| key.name));
                    let note =
                        self.note(Kind::Ignored, &at, format!("{name} means nothing, in Artillery either"));
                    note.help = near.map(|near| format!("did you mean {near}?"));
                }
            }
        }
    }

    fn scenario(&mut self, scenario: &Value, path: &str) {
        if !scenario.is_object() {
            return self.error(path, "a scenario must be a mapping with a flow");
        }
        self.known(scenario, path, SCENARIO, false);
        let engine = scenario["engine"].as_str().unwrap_or("http");
        let flow_path = format!("{path}.flow");
        match engine {
            "http" | "ws" => {}
            other => {
                self.worker_fails = true;
                self.error(&format!("{path}.engine"), format!("there is no engine {other}"));
                return;
            }
        }
        match scenario.get("flow") {
            Some(Value::Array(steps)) => self.steps(steps, &flow_path, engine),
            Some(_) => self.error(&flow_path, "a flow must be a list of steps"),
            None => self.error(path, "a scenario needs a flow"),
        }
    }

    fn steps(&mut self, steps: &[Value], path: &str, engine: &str) {
        for (nth, step) in steps.iter().enumerate() {
            let path = format!("{path}[{nth}]");
            match step {
                Value::Object(members) => self.step(members, &path, engine),
                Value::String(word) => {
                    self.error(&path, format!("a step must be a mapping, not the word {word:?}"));
                }
                _ => self.error(&path, "a step must be a mapping"),
            }
        }
    }

    fn step(&mut self, members: &serde_json::Map<String, Value>, path: &str, engine: &str) {
        if let Some(body) = members.get("loop") {
            match body {
                Value::Array(steps) => self.steps(steps, &format!("{path}.loop"), engine),
                _ => self.error(&format!("{path}.loop"), "a loop must be a list of steps"),
            }
            if members.get("count").is_none()
                && members.get("over").is_none()
                && members.get("whileTrue").is_none()
            {
                self.note(
                    Kind::Emulated,
                    path,
                    "a loop without count, over or whileTrue never ends, as in Artillery",
                );
            }
            return;
        }
        if engine == "http" && members.len() != 1 {
            let names: Vec<&str> = members.keys().map(String::as_str).collect();
            return self.error(
                path,
                format!("a step has one key, this one has {}: {}", members.len(), names.join(", ")),
            );
        }
        let Some((name, value)) = members.iter().next() else { return self.error(path, "a step is empty") };
        let at = format!("{path}.{name}");
        match name.as_str() {
            "think" | "log" | "function" => self.templates(value, &at),
            "parallel" => match value {
                Value::Array(steps) => self.steps(steps, &at, engine),
                _ => self.error(&at, "parallel must be a list of steps"),
            },
            _ if engine == "ws" => {
                if !super::ws::STEPS.contains(&name.as_str()) {
                    self.note(
                        Kind::Ignored,
                        &at,
                        format!("the ws engine has no step {name}: users fail here, as in Artillery"),
                    );
                }
                self.templates(value, &at);
            }
            "get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "trace" => match value {
                Value::Object(params) => self.request(params, &at, true),
                _ => self.error(&at, "a request must be a mapping with a url"),
            },
            _ => match value {
                Value::Object(params) => {
                    let message = format!("{name} is no step: Artillery sends a request with that method");
                    self.note(Kind::Ignored, &at, message);
                    self.request(params, &at, false);
                }
                _ => {
                    self.note(
                        Kind::Ignored,
                        &at,
                        format!("{name} is no step: users fail here, as in Artillery"),
                    );
                }
            },
        }
    }

    fn request(&mut self, params: &serde_json::Map<String, Value>, path: &str, known: bool) {
        if known && !params.contains_key("url") {
            self.error(path, "a request needs a url");
        }
        for name in params.keys() {
            let at = format!("{path}.{name}");
            match REQUEST.iter().find(|key| key.name == name) {
                Some(key) if key.support == Support::Ignored => {
                    self.note(Kind::Ignored, &at, format!("{name} has no effect here: {}", key.does));
                }
                Some(_) => {}
                None if name == "uri" => {}
                None => {
                    let near = near(name, REQUEST.iter().map(|key| key.name));
                    let note = self.note(
                        Kind::Ignored,
                        &at,
                        format!("{name} means nothing in a request, in Artillery either"),
                    );
                    note.help = near.map(|near| format!("did you mean {near}?"));
                }
            }
        }
        for (key, needs) in [("capture", "as"), ("match", "value")] {
            let list = match params.get(key) {
                Some(Value::Array(list)) => {
                    list.iter().enumerate().map(|(nth, one)| (format!("{path}.{key}[{nth}]"), one)).collect()
                }
                Some(one @ Value::Object(_)) => vec![(format!("{path}.{key}"), one)],
                Some(_) => {
                    return self.error(
                        &format!("{path}.{key}"),
                        format!("{key} must be a mapping or a list of mappings"),
                    );
                }
                None => Vec::new(),
            };
            for (at, one) in list {
                self.take(one, &at, needs);
            }
        }
        self.expectations(params.get("expect"), &format!("{path}.expect"));
        if let Some(Value::String(condition)) = params.get("ifTrue")
            && let Err(why) = Expression::parse(condition)
        {
            let at = format!("{path}.ifTrue");
            self.note(
                Kind::Ignored,
                &at,
                format!("the condition is none ({why}): the request is always sent, as in Artillery"),
            );
        }
        for (name, value) in params {
            if !matches!(name.as_str(), "expect" | "ifTrue") {
                self.templates(value, &format!("{path}.{name}"));
            }
        }
    }

    fn take(&mut self, spec: &Value, path: &str, needs: &str) {
        if spec.get(needs).is_none() {
            return self.error(path, format!("it needs {needs}"));
        }
        let extractors = ["json", "regexp", "header", "selector", "xpath"];
        if !extractors.iter().any(|name| spec.get(*name).is_some()) {
            return self.error(path, format!("it needs one of {}", extractors.join(", ")));
        }
        if spec.get("xpath").is_some() {
            self.note(
                Kind::Ignored,
                path,
                "xpath needs a package that Artillery does not bring: nothing is found, here neither",
            );
        }
        let parsed =
            |path: &str| crate::extract::jsonpath::Path::parse(path, crate::extract::jsonpath::Dialect::Plus);
        if let Some(Value::String(text)) = spec.get("json")
            && !text.contains("{{")
            && let Err(why) = parsed(text)
        {
            self.note(
                Kind::Ignored,
                &format!("{path}.json"),
                format!("{text:?} is no JSONPath ({why}): nothing is found"),
            );
        }
        if let Some(Value::String(text)) = spec.get("header")
            && text.to_lowercase() != *text
        {
            let message = format!("Artillery finds headers by small letters only: {text:?} finds nothing");
            self.note(Kind::Ignored, &format!("{path}.header"), message).help =
                Some(format!("write {}", text.to_lowercase()));
        }
    }

    fn expectations(&mut self, spec: Option<&Value>, path: &str) {
        let list: Vec<&Value> = match spec {
            Some(Value::Array(list)) => list.iter().collect(),
            Some(one) => vec![one],
            None => return,
        };
        if self.script.config()["plugins"].get("expect").is_none() {
            self.note(
                Kind::Ignored,
                path,
                "expect does nothing, in Artillery either, because config.plugins does not name it",
            );
        }
        for name in list.into_iter().filter_map(Value::as_object).flatten().map(|(name, _)| name) {
            if matches!(name.as_str(), "jmespath" | "jpath") {
                self.note(
                    Kind::Unsupported,
                    path,
                    "JMESPath expressions are not evaluated: the expectation would fail",
                );
            }
            if name != "description" && !EXPECTATIONS.iter().any(|(known, _)| known == name) {
                self.note(Kind::Ignored, path, format!("there is no expectation {name}"));
            }
        }
    }

    /// Notes on the templates of a value.
    fn templates(&mut self, value: &Value, path: &str) {
        match value {
            Value::String(text) if text.contains("{{") => {
                let functions = &self.script.functions;
                for finding in Template::new(text, functions).findings(functions) {
                    self.finding(&finding, path);
                }
            }
            Value::Array(items) => {
                for (nth, item) in items.iter().enumerate() {
                    self.templates(item, &format!("{path}[{nth}]"));
                }
            }
            Value::Object(members) => {
                for (name, value) in members {
                    self.templates(value, &format!("{path}.{name}"));
                }
            }
            _ => {}
        }
    }

    fn finding(&mut self, finding: &Finding, path: &str) {
        match finding {
            Finding::Extension(call) => {
                self.note(
                    Kind::Lenient,
                    path,
                    format!("Artillery has no function for {call}; here it works"),
                );
            }
            Finding::Unknown(name) => {
                let near = near(name, BUILT_IN.iter().map(|function| function.name));
                let note = self.note(
                    Kind::Ignored,
                    path,
                    format!("there is no function {name}: the whole value is undefined, as in Artillery"),
                );
                note.help = near.map(|near| format!("did you mean {near}?"));
            }
            Finding::Verbatim(text) => {
                self.note(
                    Kind::Ignored,
                    path,
                    format!("{text} is no template: it is sent as it stands, as in Artillery"),
                );
            }
        }
    }
}

/// The functions of the processor that a script names, with the places where it does.
#[must_use]
pub fn functions(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in ["scenarios", "before", "after"] {
        if let Some(value) = value.get(part) {
            collect(value, part, &mut found);
        }
    }
    found
}

fn collect(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    const KEYS: [&str; 7] = [
        "function",
        "beforeRequest",
        "afterResponse",
        "beforeScenario",
        "afterScenario",
        "onError",
        "whileTrue",
    ];
    match value {
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                collect(item, &format!("{path}[{nth}]"), found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                let path = format!("{path}.{name}");
                if KEYS.contains(&name.as_str()) {
                    let names = super::flow::names(Some(value));
                    found.extend(names.into_iter().map(|name| (path.clone(), name.to_string())));
                } else if !matches!(name.as_str(), "json" | "body" | "headers") {
                    collect(value, &path, found);
                }
            }
        }
        _ => {}
    }
}
