//! A test as its users see it.
//!
//! Main type: [`World`], shared by all of them. It is made once, from a script that was found in order.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Map, Value};

use super::flow::{self, Act, Engine, Frame};
use super::functions::Functions;
use super::load::{Asked, Script};
use super::payload::Payload;
use super::phases::Arrivals;
use super::stats::Stats;
use super::template::Tree;
use super::{expect, hooks, js, printed, socketio};

/// What Artillery calls itself.
const USER_AGENT: &str = "Artillery (https://artillery.io)";
/// What its HTTP library calls itself, once a script has headers of its own for all requests.
const LIBRARY_AGENT: &str = "got (https://github.com/sindresorhus/got)";

/// What a scenario's users do.
#[derive(Debug)]
pub struct Scenario {
    /// How it is counted: its name or its place.
    pub name: String,
    /// How often it is picked.
    pub weight: f64,
    /// Whose steps.
    pub engine: Engine,
    /// The steps.
    pub acts: Vec<Act>,
    /// As it was written, for hooks.
    pub source: Value,
    /// Functions by occasion.
    pub hooks: Hooks,
}

/// Names of functions.
#[derive(Debug, Default)]
pub struct Hooks {
    /// Before the flow.
    pub before_scenario: Vec<Box<str>>,
    /// After a flow that did not fail.
    pub after_scenario: Vec<Box<str>>,
    /// Before each request.
    pub before_request: Vec<Box<str>>,
    /// After each response.
    pub after_response: Vec<Box<str>>,
    /// When a request cannot be sent.
    pub on_error: Vec<Box<str>>,
}

/// Metrics by endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ByEndpoint {
    /// The beginning of their names.
    pub namespace: String,
    /// A name takes the place of the path.
    pub names_only: bool,
    /// Requests without a name are left out.
    pub named_only: bool,
    /// Addresses are taken as they are written, before templates are filled in.
    pub grouped: bool,
    /// Queries are left out.
    pub strips_query: bool,
    /// How the names begin that the console does not show.
    hidden: Option<String>,
    /// Where requests go that name no host.
    target: Option<url::Url>,
}

/// An endpoint with the names of its metrics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// Its name.
    pub name: String,
    /// How many answers had the status 200.
    pub codes_200: String,
    /// The times of its answers.
    pub response_time: String,
}

/// A test.
pub struct World {
    /// Stands before addresses that begin with a slash.
    pub target: String,
    /// The scenarios.
    pub scenarios: Vec<Scenario>,
    /// Once before the load.
    pub before: Option<Scenario>,
    /// Once after it.
    pub after: Option<Scenario>,
    /// Lists of which each user gets an element.
    pub picks: Vec<(String, Vec<Value>)>,
    /// Variables that all users have.
    pub shared: Arc<Map<String, Value>>,
    /// Data files.
    pub payloads: Vec<Payload>,
    /// The functions of templates.
    pub functions: Functions,
    /// Headers of every request.
    pub headers: Vec<(Box<str>, Tree)>,
    /// Cookies of every request.
    pub cookies: Vec<(String, super::template::Template)>,
    /// Whether captures are strict unless they say otherwise.
    pub strict_capture: bool,
    /// Jitter of think times.
    pub jitter: Option<Value>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Phases of requests are metrics too.
    pub extended: bool,
    /// A `traceparent` header goes with every request, with these first digits.
    pub tracing: Option<String>,
    /// How many connections the users of a thread share.
    pub pool: Option<usize>,
    /// WebSocket settings.
    pub ws: Value,
    /// Socket.IO settings.
    pub socketio: socketio::Settings,
    /// The expect plugin.
    pub expect: Option<expect::Settings>,
    /// Milliseconds for a satisfied user.
    pub apdex: Option<f64>,
    /// Metrics by endpoint.
    pub by_endpoint: Option<ByEndpoint>,
    /// The ensure plugin.
    pub ensure: Option<Value>,
    /// `maxVusers` by the beginning of its phase, milliseconds.
    pub limits: Vec<(u64, Option<u64>)>,
    /// The phases as the console tells of them.
    pub phases: Vec<super::phases::Told>,
    /// The folder of the script.
    pub folder: PathBuf,
    /// Which files users may send.
    pub reach: crate::import::Reach,
    /// The processor.
    pub processor: Option<hooks::Processor>,
    /// Where the JSON report goes.
    pub report: Option<PathBuf>,
    /// Artillery's console report is shown in place of ours.
    pub dialect_output: bool,
    /// What `before` left to everyone.
    pub inherited: OnceLock<Map<String, Value>>,
    /// Users that are there now.
    pub active: AtomicU64,
    /// Everything that was counted.
    pub stats: Mutex<Stats>,
    /// Lines of `log` steps and of code that are not printed yet.
    pub lines: printed::Lines,
    /// An expectation failed.
    pub expectation_failed: AtomicBool,
    /// `before` failed: nothing else is to run.
    pub before_failed: AtomicBool,
    /// `after` failed.
    pub after_failed: AtomicBool,
    /// Worker threads, when the environment says how many.
    pub threads: Option<usize>,
}

impl World {
    /// The test of a script.
    #[must_use]
    pub(super) fn new(
        asked: &Asked,
        script: Script,
        arrivals: &Arrivals,
        code: (Option<hooks::Processor>, printed::Lines),
    ) -> Self {
        let config = script.config().clone();
        let functions = script.functions.clone();
        let target = js::text_of(config.get("target"));
        let defaults = Defaults::read(&config, &functions);
        let (mut shared, mut picks) = (script.shared, Vec::new());
        shared.insert("target".to_owned(), Value::from(target.as_str()));
        for (name, value) in config["variables"].as_object().into_iter().flatten() {
            match value {
                Value::Array(items) => picks.push((name.clone(), items.clone())),
                one => drop(shared.insert(name.clone(), one.clone())),
            }
        }
        let frame = Frame { target: &target, functions: &functions, headers: &defaults.headers };
        let read = |value: &Value, place: &str| scenario(value, place, &frame);
        let list = script.value["scenarios"].as_array().into_iter().flatten().enumerate();
        let scenarios = list.map(|(nth, value)| read(value, &nth.to_string())).collect();
        let part = |name: &str| script.value.get(name).map(|value| read(value, name));
        let (before, after) = (part("before"), part("after"));
        let plugins = &config["plugins"];
        let own = |plugin: &str| {
            plugins.get(plugin).map(|settings| {
                let mut merged = if settings.is_object() { settings.clone() } else { serde_json::json!({}) };
                if let Some(older) = config.get(plugin).filter(|older| older.is_object()) {
                    js::merge(&mut merged, older, true);
                }
                merged
            })
        };
        let on = |settings: &Value, key: &str| settings[key] == Value::Bool(true);
        let timeout = [&config["timeout"], &config["http"]["timeout"]]
            .into_iter()
            .map(|given| js::number_of(Some(given)));
        let timeout =
            timeout.into_iter().find(|seconds| *seconds > 0.0 && seconds.is_finite()).unwrap_or(10.0);
        let tracing = match &config["http"]["distributedTracing"] {
            Value::Bool(true) => Some("a9".to_owned()),
            settings @ Value::Object(_) if settings["enabled"] != Value::Bool(false) => {
                Some(settings["traceIdPrefix"].as_str().unwrap_or("a9").to_lowercase())
            }
            _ => None,
        };
        let folder = script.folder.clone();
        let (processor, lines) = code;
        Self {
            expect: own("expect").as_ref().map(expect::Settings::read),
            apdex: own("apdex").map(|settings| settings["threshold"].as_f64().unwrap_or(500.0)),
            by_endpoint: by_endpoint(plugins.get("metrics-by-endpoint"), &target),
            ensure: own("ensure").filter(|_| !asked.env.contains_key("ARTILLERY_DISABLE_ENSURE")),
            scenarios,
            before,
            after,
            picks,
            shared: Arc::new(shared),
            payloads: script.payloads,
            functions,
            headers: defaults.headers,
            cookies: defaults.cookies,
            strict_capture: defaults.strict_capture,
            jitter: defaults.jitter,
            timeout: Duration::from_secs_f64(timeout.min(1e6)),
            extended: on(&config["http"], "extendedMetrics"),
            tracing,
            pool: config["http"]["pool"].as_u64().map(|most| most.max(1) as usize),
            ws: config["ws"].clone(),
            socketio: socketio::Settings::read(&socketio_settings(&config), &script.functions),
            limits: arrivals.limits.clone(),
            phases: arrivals.told.clone(),
            folder,
            reach: asked.reach.clone(),
            processor,
            report: asked.report.clone(),
            dialect_output: asked.dialect_output,
            inherited: OnceLock::new(),
            active: AtomicU64::new(0),
            stats: Mutex::default(),
            lines,
            expectation_failed: AtomicBool::new(false),
            before_failed: AtomicBool::new(false),
            after_failed: AtomicBool::new(false),
            threads: asked.env.get("WORKERS").and_then(|count| count.parse().ok()).filter(|count| *count > 0),
            target,
        }
    }

    /// How the names of metrics begin that the console report leaves out.
    #[must_use]
    pub fn hidden(&self) -> Option<&str> {
        self.by_endpoint.as_ref()?.hidden.as_deref()
    }

    /// The most users that may be there at a time, in milliseconds from the start.
    #[must_use]
    pub fn limit_at(&self, ms: u64) -> Option<u64> {
        self.limits.iter().rev().find(|(begin, _)| *begin <= ms).and_then(|(_, most)| *most)
    }
}

/// `http.defaults` over the older `defaults`.
struct Defaults {
    headers: Vec<(Box<str>, Tree)>,
    cookies: Vec<(String, super::template::Template)>,
    strict_capture: bool,
    jitter: Option<Value>,
}

impl Defaults {
    fn read(config: &Value, functions: &Functions) -> Self {
        let mut all =
            if config["defaults"].is_object() { config["defaults"].clone() } else { serde_json::json!({}) };
        if config["http"]["defaults"].is_object() {
            js::merge(&mut all, &config["http"]["defaults"], true);
        }
        let given = all["headers"].as_object();
        let agent = if given.is_some() { LIBRARY_AGENT } else { USER_AGENT };
        let fixed = |text: &str| Tree::Fixed(Value::from(text));
        let mut headers: Vec<(Box<str>, Tree)> = vec![
            ("user-agent".into(), fixed(agent)),
            ("accept-encoding".into(), fixed("gzip, deflate, br, zstd")),
            ("connection".into(), fixed("keep-alive")),
        ];
        for (name, value) in given.into_iter().flatten() {
            let (name, value) = (name.to_lowercase().into_boxed_str(), Tree::new(value, functions));
            match headers.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => headers.push((name, value)),
            }
        }
        let cookies = all["cookie"].as_object().into_iter().flatten();
        let cookies = cookies
            .map(|(name, value)| {
                (name.clone(), super::template::Template::new(&js::text_of(Some(value)), functions))
            })
            .collect();
        let jitter = all["think"].get("jitter").cloned();
        Self { headers, cookies, strict_capture: all["strictCapture"] != Value::Bool(false), jitter }
    }
}

/// `config.socketio` over what scripts for the engine socketio-v3 say.
fn socketio_settings(config: &Value) -> Value {
    let mut all = config["engines"]["socketio-v3"].clone();
    if !all.is_object() {
        all = serde_json::json!({});
    }
    if config["socketio"].is_object() {
        js::merge(&mut all, &config["socketio"], true);
    }
    all
}

fn scenario(value: &Value, place: &str, frame: &Frame<'_>) -> Scenario {
    let engine = match value["engine"].as_str() {
        Some("ws") => Engine::Ws,
        Some("socketio" | "socketio-v3") => Engine::SocketIo,
        _ => Engine::Http,
    };
    let names = |key: &str| flow::names(value.get(key));
    let weight = value.get("weight").map_or(1.0, |weight| js::number_of(Some(weight)));
    Scenario {
        name: value.get("name").map_or_else(|| place.to_owned(), |name| js::text_of(Some(name))),
        weight: if weight.is_finite() { weight.max(0.0) } else { 1.0 },
        engine,
        acts: flow::read(&value["flow"], engine, frame),
        source: value.clone(),
        hooks: Hooks {
            before_scenario: names("beforeScenario"),
            after_scenario: names("afterScenario"),
            before_request: names("beforeRequest"),
            after_response: names("afterResponse"),
            on_error: names("onError"),
        },
    }
}

/// The plugin is on unless it is told not to be.
fn by_endpoint(settings: Option<&Value>, target: &str) -> Option<ByEndpoint> {
    let none = Value::Null;
    let settings = settings.unwrap_or(&none);
    let on = |key: &str| js::is_true(settings.get(key));
    let namespace = settings["metricsNamespace"].as_str().filter(|space| !space.is_empty());
    let namespace = namespace.unwrap_or("plugins.metrics-by-endpoint").to_owned();
    // The plugin that is on by itself leaves queries out, and is not shown.
    let by_itself = !js::is_true(Some(settings));
    Some(ByEndpoint {
        names_only: on("useOnlyRequestNames"),
        named_only: on("ignoreUnnamedRequests"),
        grouped: settings["groupDynamicURLs"] != Value::Bool(false),
        strips_query: by_itself || on("stripQueryString"),
        hidden: (by_itself || on("suppressOutput")).then(|| format!("{namespace}.")),
        namespace,
        target: url::Url::parse(target).ok(),
    })
}

impl ByEndpoint {
    /// The name of a request's endpoint; nothing when it is left out.
    #[must_use]
    pub fn endpoint(&self, url: &str, name: Option<&str>) -> Option<Endpoint> {
        let (name, space) = (self.name_of(url, name)?, &self.namespace);
        let codes_200 = format!("{space}.{name}.codes.200");
        let response_time = format!("{space}.response_time.{name}");
        Some(Endpoint { name, codes_200, response_time })
    }

    /// What stands before the path of an address: what of its host is not the target's.
    fn elsewhere(&self, url: &url::Url) -> String {
        let Some(target) = &self.target else { return String::new() };
        let host = url.host_str().filter(|host| target.host_str() != Some(*host)).unwrap_or_default();
        match url.port() {
            Some(port) if target.port() != Some(port) => format!("{host}:{port}"),
            _ => host.to_owned(),
        }
    }

    fn name_of(&self, url: &str, name: Option<&str>) -> Option<String> {
        match name {
            None if self.named_only => return None,
            Some(name) if self.names_only => return Some(name.to_owned()),
            _ => {}
        }
        let strips = self.strips_query;
        let mut path = match url::Url::parse(url) {
            Ok(parsed) => {
                let path = self.elsewhere(&parsed) + &percent_decoded(parsed.path());
                match parsed.query() {
                    Some(query) if !strips => format!("{path}?{query}"),
                    _ => path,
                }
            }
            Err(_) => url.split('#').next().unwrap_or_default().to_owned(),
        };
        if strips && let Some(end) = path.find('?') {
            path.truncate(end);
        }
        Some(match name {
            Some(name) => format!("{path} ({name})"),
            None => path,
        })
    }
}

/// Text with `%XX` made bytes again; as it is when these are no UTF-8.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let pair = behind.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.filter(|_| *first == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn endpoints_have_names() {
        let check = |settings: Value, url: &str, name: Option<&str>, wanted: Option<&str>| {
            let named = by_endpoint(Some(&settings), "http://h:81/base")
                .and_then(|endpoints| endpoints.endpoint(url, name));
            let named = named.map(|endpoint| endpoint.name);
            assert_eq!(named.as_deref(), wanted, "{settings} {url}");
        };
        check(Value::Null, "http://h/text?a=1", Some("the text"), Some("/text (the text)"));
        check(json!({}), "http://h/text?a=1", Some("the text"), Some("/text?a=1 (the text)"));
        check(Value::Null, "http://h/echo/{{ $loopCount }}?x={{ y }}", None, Some("/echo/{{ $loopCount }}"));
        check(json!({"stripQueryString": true}), "{{ target }}/text?var=1", None, Some("{{ target }}/text"));
        check(Value::Null, "http://h/te%20xt/%C3%A9/é?q", None, Some("/te xt/é/é"));
        check(json!({}), "http://h:81/same", None, Some("/same"));
        check(json!({}), "http://h:1/port", None, Some(":1/port"));
        check(Value::Null, "https://other:1/host?a", None, Some("other:1/host"));
        check(json!({}), "http://other/host", None, Some("other/host"));
        check(json!({}), "http://h//echo#frag", None, Some("//echo"));
        check(json!({"groupDynamicURLs": false}), "http://h/echo/0?x=0", None, Some("/echo/0?x=0"));
        check(json!({"useOnlyRequestNames": true}), "http://h/a", Some("n"), Some("n"));
        check(json!({"ignoreUnnamedRequests": true}), "http://h/a", None, None);
    }
}
