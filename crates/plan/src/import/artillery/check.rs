//! What is wrong or odd in a script: the errors that Artillery would stop at, and notes on what it would let pass.
//!
//! Main function: [`check`]. What keys there are stands in [`super::keys`].

use serde_json::Value;

use super::expect::EXPECTATIONS;
use super::expression::Expression;
use super::functions::BUILT_IN;
use super::keys::{
    CONFIG, HTTP, Key, PHASE, PLUGINS, REQUEST, SCENARIO, SCRIPT, SOCKETIO, SOCKETIO_STEPS, Support, TLS,
};
use super::load::Script;
use super::template::{Finding, Template};
use crate::note::{Kind, Note};

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
        self.known(&script.config()["tls"], "config.tls", TLS, false);
        self.known(&script.config()["socketio"], "config.socketio", SOCKETIO, false);
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
            "http" | "ws" | "socketio" => {}
            "socketio-v3" => {
                let message = "the engine socketio-v3 is the built-in one for Socket.IO here";
                self.note(Kind::Emulated, &format!("{path}.engine"), message);
            }
            other => {
                self.worker_fails = true;
                self.error(&format!("{path}.engine"), format!("there is no engine {other}"));
                return;
            }
        }
        let engine = if engine == "socketio-v3" { "socketio" } else { engine };
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
        if engine == "socketio" && members.contains_key("emit") {
            return self.emit(members, path);
        }
        if engine != "ws" && members.len() != 1 {
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

    fn emit(&mut self, members: &serde_json::Map<String, Value>, path: &str) {
        let names_event = match &members["emit"] {
            Value::Array(args) => !args.is_empty(),
            emit => emit.get("channel").is_some(),
        };
        if !names_event {
            let message =
                "emit needs a channel, or a list that begins with one: users fail here, as in Artillery";
            self.note(Kind::Ignored, &format!("{path}.emit"), message);
        }
        for (name, value) in members {
            let at = format!("{path}.{name}");
            if !SOCKETIO_STEPS.iter().any(|key| key.name == name) {
                let near = near(name, SOCKETIO_STEPS.iter().map(|key| key.name));
                let note = self.note(
                    Kind::Ignored,
                    &at,
                    format!("{name} means nothing beside emit, in Artillery either"),
                );
                note.help = near.map(|near| format!("did you mean {near}?"));
            }
            self.templates(value, &at);
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
                Kind::Lenient,
                path,
                "xpath needs a package that Artillery does not bring, and finds nothing without; here it works",
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
        if let Some(Value::String(text)) = spec.get("header") {
            self.small_letters(text, &format!("{path}.header"));
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
        let in_list = spec.is_some_and(Value::is_array);
        for mapping in list {
            let Value::Object(mapping) = mapping else {
                self.note(Kind::Ignored, path, "an expectation is a mapping: this one is passed over");
                continue;
            };
            let named = |name: &str| EXPECTATIONS.iter().any(|(known, _)| *known == name);
            for (nth, (name, wanted)) in mapping.iter().enumerate() {
                if nth > 0 && in_list && named(name) {
                    let message = format!("only the first of an item is looked at: {name} is not");
                    self.note(Kind::Ignored, path, message).help =
                        Some("make it an item of its own".to_owned());
                } else if !named(name) && (name != "description" || nth == 0) {
                    self.note(Kind::Ignored, path, format!("there is no expectation {name}"));
                }
                let header = match name.as_str() {
                    "hasHeader" => wanted.as_str(),
                    "headerEquals" => wanted[0].as_str(),
                    _ => None,
                };
                if let Some(text) = header {
                    self.small_letters(text, &format!("{path}.{name}"));
                }
            }
        }
    }

    /// A note on the name of a header that is never found.
    fn small_letters(&mut self, name: &str, path: &str) {
        let small = name.to_lowercase();
        if small != *name && !name.contains("{{") {
            let message = format!("Artillery finds headers by small letters only: {name:?} finds nothing");
            self.note(Kind::Ignored, path, message).help = Some(format!("write {small}"));
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
                self.note(Kind::Lenient, path, format!("{call} is undefined in Artillery; here it works"));
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
