//! Steps of flows, looked at once.
//!
//! Main types: [`Act`], a step of any engine, and [`Request`], a request of the HTTP engine. What is wrong with a
//! script was said by [`super::check`]; nothing here fails.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use super::capture::{self, Take};
use super::expect::Expectation;
use super::expression::Expression;
use super::functions::Functions;
use super::js;
use super::template::{Template, Tree};
use super::world::Endpoint;

/// A step.
#[derive(Clone, Debug)]
pub enum Act {
    /// Sends a request.
    Request(Arc<Request>),
    /// Waits.
    Think(Tree),
    /// Prints a line.
    Log(Template),
    /// Calls a function of the processor.
    Function(Box<str>),
    /// Does steps again and again.
    Loop(Box<Loop>),
    /// Does steps side by side, each a list of one.
    Parallel(Vec<Vec<Act>>),
    /// A request without an address.
    NoAddress,
    /// A step of the WebSocket engine.
    Socket(Box<super::ws::Act>),
    /// An event of the Socket.IO engine.
    Emit(Box<super::socketio::Emit>),
}

/// A loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// What is done.
    pub body: Vec<Act>,
    /// `count`.
    pub count: Option<Tree>,
    /// `over`: a list, or the name of one.
    pub over: Option<Value>,
    /// `whileTrue`.
    pub while_true: Option<Box<str>>,
    /// The variable with the number of the round.
    pub value: String,
    /// The variable with the element.
    pub element: String,
}

/// When a request is sent.
#[derive(Clone, Debug)]
pub enum Condition {
    /// When the expression holds.
    Expression(Expression),
    /// When a function of the processor says so; without one, when the expression holds. What is no expression is let
    /// pass.
    Word(Box<str>, Option<Expression>),
}

/// What a request sends.
#[derive(Clone, Debug)]
pub enum Content {
    /// Nothing.
    None,
    /// JSON.
    Json(Tree),
    /// Text, or what is none.
    Body(Tree),
    /// Fields, urlencoded.
    Form(Vec<(String, Tree)>),
    /// Fields and files.
    FormData(Vec<(String, Value, Tree)>),
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method in capitals.
    pub method: Box<str>,
    /// As it was written, for hooks.
    pub params: Map<String, Value>,
    /// The address with the target before it.
    pub url: Template,
    /// The address as it was written, with the target before it: the name of the endpoint comes from it.
    pub raw_url: Box<str>,
    /// The name as it was written.
    pub name: Option<Box<str>>,
    /// Its endpoint, once it was asked for; only of use where the address that is sent does not matter.
    pub endpoint: OnceLock<Option<Endpoint>>,
    /// What is sent.
    pub content: Content,
    /// Headers by name in small letters, defaults included.
    pub headers: Vec<(Box<str>, Tree)>,
    /// The query.
    pub query: Option<Tree>,
    /// Cookies of this request.
    pub cookies: Vec<(String, Template)>,
    /// User and password.
    pub auth: Option<(Tree, Tree)>,
    /// Whether packed answers are unpacked.
    pub unpacks: bool,
    /// Whether redirects are followed.
    pub follows: bool,
    /// HTTP/2.
    pub http2: bool,
    /// When it is sent.
    pub condition: Option<Condition>,
    /// How likely it is sent, in per cent.
    pub probability: Option<f64>,
    /// What is taken out of the answer.
    pub captures: Vec<Take>,
    /// What must be in the answer.
    pub matches: Vec<Take>,
    /// What the expect plugin looks at.
    pub expectations: Vec<Expectation>,
    /// Functions before it.
    pub before: Vec<Box<str>>,
    /// Functions after it.
    pub after: Vec<Box<str>>,
}

/// What steps need to know of the configuration.
pub struct Frame<'a> {
    /// The target.
    pub target: &'a str,
    /// The functions of templates.
    pub functions: &'a Functions,
    /// Headers of every request.
    pub headers: &'a [(Box<str>, Tree)],
}

/// The steps of a flow.
#[must_use]
pub fn read(flow: &Value, engine: Engine, frame: &Frame<'_>) -> Vec<Act> {
    let mut acts = Vec::new();
    for step in flow.as_array().into_iter().flatten() {
        match step {
            // Lists in lists come from YAML's anchors.
            Value::Array(_) => acts.extend(read(step, engine, frame)),
            step => acts.push(act(step, engine, frame)),
        }
    }
    acts
}

/// Whose steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// `http`.
    Http,
    /// `ws`.
    Ws,
    /// `socketio`.
    SocketIo,
}

fn act(step: &Value, engine: Engine, frame: &Frame<'_>) -> Act {
    let functions = frame.functions;
    if let Some(time) = step.get("think") {
        return Act::Think(Tree::new(time, functions));
    }
    if let Some(text) = step.get("log") {
        return Act::Log(Template::new(&js::text_of(Some(text)), functions));
    }
    if let Some(name) = step.get("function") {
        return Act::Function(js::text_of(Some(name)).into());
    }
    if let Some(body) = step.get("loop") {
        let name = |key: &str, default: &str| step[key].as_str().unwrap_or(default).to_owned();
        return Act::Loop(Box::new(Loop {
            body: read(body, engine, frame),
            count: step.get("count").map(|count| Tree::new(count, functions)),
            over: step.get("over").cloned(),
            while_true: step["whileTrue"].as_str().map(Into::into),
            value: name("loopValue", "$loopCount"),
            element: name("loopElement", "$loopElement"),
        }));
    }
    if let Some(steps) = step.get("parallel") {
        let steps = steps.as_array().into_iter().flatten().map(|step| vec![act(step, engine, frame)]);
        return Act::Parallel(steps.collect());
    }
    if engine == Engine::Ws {
        return Act::Socket(Box::new(super::ws::read(step, functions)));
    }
    if engine == Engine::SocketIo
        && let Some(emit) = super::socketio::read(step, functions)
    {
        return Act::Emit(Box::new(emit));
    }
    match step.as_object().and_then(|members| members.iter().next()) {
        Some((method, Value::Object(params))) => {
            match Request::new(&method.to_ascii_uppercase(), params, frame) {
                Some(request) => Act::Request(Arc::new(request)),
                None => Act::NoAddress,
            }
        }
        _ => Act::NoAddress,
    }
}

impl Request {
    /// Looks at a request; nothing when it has no address.
    #[must_use]
    pub fn new(method: &str, params: &Map<String, Value>, frame: &Frame<'_>) -> Option<Self> {
        let functions = frame.functions;
        let url = params.get("url").or_else(|| params.get("uri")).filter(|url| js::is_true(Some(url)))?;
        let url = js::text_of(Some(url));
        let raw_url = if url.starts_with('/') { format!("{}{url}", frame.target) } else { url };
        let tree = |value: &Value| Tree::new(value, functions);
        let pairs = |value: Option<&Value>| -> Vec<(String, Value)> {
            value
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        };
        let content = if let Some(json) = params.get("json") {
            Content::Json(tree(json))
        } else if let Some(body) = params.get("body").filter(|body| js::is_true(Some(body))) {
            Content::Body(tree(body))
        } else if params.get("form").is_some_and(Value::is_object) {
            Content::Form(
                pairs(params.get("form")).iter().map(|(key, value)| (key.clone(), tree(value))).collect(),
            )
        } else if params.get("formData").is_some_and(Value::is_object) {
            let fields = pairs(params.get("formData"));
            Content::FormData(
                fields
                    .into_iter()
                    .map(|(key, value)| {
                        let filled = tree(&value);
                        (key, value, filled)
                    })
                    .collect(),
            )
        } else {
            Content::None
        };
        let mut headers = frame.headers.to_vec();
        for (name, value) in pairs(params.get("headers")) {
            let (name, value) = (name.to_lowercase().into_boxed_str(), tree(&value));
            match headers.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => headers.push((name, value)),
            }
        }
        let auth = params.get("auth").filter(|auth| auth.is_object());
        let cookies = pairs(params.get("cookie"));
        let probability = params.get("probability").map(|given| js::number_of(Some(given)));
        Some(Self {
            method: method.into(),
            params: params.clone(),
            url: Template::new(&raw_url, functions),
            raw_url: raw_url.into(),
            name: params.get("name").map(|name| js::text_of(Some(name)).into()),
            endpoint: OnceLock::new(),
            content,
            headers,
            query: params.get("qs").map(tree),
            cookies: cookies
                .iter()
                .map(|(name, value)| (name.clone(), Template::new(&js::text_of(Some(value)), functions)))
                .collect(),
            auth: auth.map(|auth| (tree(&auth["user"]), tree(&auth["pass"]))),
            unpacks: params.get("gzip") != Some(&Value::Bool(false)),
            follows: params.get("followRedirect") != Some(&Value::Bool(false)),
            http2: params.get("http2") == Some(&Value::Bool(true)),
            condition: params.get("ifTrue").map(condition),
            probability,
            captures: capture::read(params.get("capture").unwrap_or(&Value::Null), functions),
            matches: capture::read(params.get("match").unwrap_or(&Value::Null), functions),
            expectations: super::expect::read(params.get("expect").unwrap_or(&Value::Null), functions),
            before: names(params.get("beforeRequest")),
            after: names(params.get("afterResponse")),
        })
    }
}

fn condition(given: &Value) -> Condition {
    let text = js::text_of(Some(given));
    match Expression::parse(&text) {
        // A single word may be a function.
        Ok(Expression::Name(name)) if name == text.trim() => {
            Condition::Word(name.as_str().into(), Some(Expression::Name(name)))
        }
        Ok(expression) => Condition::Expression(expression),
        Err(_) => Condition::Word(text.into(), None),
    }
}

/// One name or several.
#[must_use]
pub fn names(given: Option<&Value>) -> Vec<Box<str>> {
    match given {
        Some(Value::String(name)) => vec![name.as_str().into()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(Into::into).collect(),
        _ => Vec::new(),
    }
}
