//! The Socket.IO engine: events, their answers and acknowledgements; everything else is the HTTP engine's.
//!
//! Main functions: [`begin`], [`emit`] and [`hang_up`]; [`link`] is the connection, [`packet`] what it carries. All
//! namespaces of a user share one connection. Events that come while no step waits for them are dropped.

mod link;
mod packet;

use std::borrow::Cow;
use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use serde_json::Value;

use super::capture::{self, Answer, Take};
use super::functions::Functions;
use super::js;
use super::life::{Done, Stop, User};
use super::template::{Template, Tree};
use crate::session::Session;
use link::{Address, Caller, Link, Transport};
use packet::{Kind, Packet};

/// How long closing may take.
const CLOSING: Duration = Duration::from_secs(1);
/// How long opening and entering a namespace may take, as with Socket.IO's client.
const OPENING: Duration = Duration::from_secs(20);

/// `config.socketio`, looked at once.
#[derive(Clone, Debug)]
pub struct Settings {
    path: String,
    query: Query,
    headers: Vec<(String, Tree)>,
    auth: Option<Tree>,
    transports: Vec<Transport>,
}

#[derive(Clone, Debug)]
enum Query {
    Text(Template),
    Pairs(Vec<(String, Tree)>),
}

/// An `emit` step.
#[derive(Clone, Debug)]
pub struct Emit {
    /// The event and its arguments.
    args: Vec<Tree>,
    namespace: Option<Template>,
    response: Option<Wait>,
    acknowledge: Option<Wait>,
}

/// What is waited for, and what is made of it.
#[derive(Clone, Debug)]
struct Wait {
    /// The event.
    on: Option<Template>,
    /// What its first argument, or all of them, must be.
    data: Option<Tree>,
    args: Option<Tree>,
    /// Captures and matches that look into all arguments.
    of_all: Takes,
    /// Those that look into the first.
    of_first: Takes,
}

#[derive(Clone, Default, Debug)]
struct Takes {
    captures: Vec<Take>,
    matches: Vec<Take>,
}

/// A user's connection.
pub struct Line {
    link: Link,
    namespaces: Vec<String>,
    next_id: u64,
}

impl Settings {
    /// Reads `config.socketio`.
    #[must_use]
    pub fn read(spec: &Value, functions: &Functions) -> Self {
        let pairs = |spec: &Value| -> Vec<(String, Tree)> {
            let members = spec.as_object().into_iter().flatten();
            members.map(|(name, value)| (name.clone(), Tree::new(value, functions))).collect()
        };
        let query = match &spec["query"] {
            Value::String(text) => Query::Text(Template::new(text, functions)),
            other => Query::Pairs(pairs(other)),
        };
        let named = |name: &Value| match name.as_str() {
            Some("polling") => Some(Transport::Polling),
            Some("websocket") => Some(Transport::WebSocket),
            _ => None,
        };
        let transports: Vec<Transport> = match &spec["transports"] {
            Value::Array(names) => names.iter().filter_map(named).collect(),
            one => named(one).into_iter().collect(),
        };
        let path = spec["path"].as_str().unwrap_or("/socket.io").trim_end_matches('/');
        let slash = if path.starts_with('/') { "" } else { "/" };
        Self {
            path: format!("{slash}{path}/"),
            query,
            headers: pairs(&spec["extraHeaders"]),
            auth: spec.get("auth").map(|auth| Tree::new(auth, functions)),
            transports: if transports.is_empty() {
                vec![Transport::Polling, Transport::WebSocket]
            } else {
                transports
            },
        }
    }

    /// Where a user's connection leads, and the namespace that the target names.
    fn address(&self, user: &User) -> Result<(Address, String), String> {
        let target = &user.world.target;
        let parsed = url::Url::parse(target).map_err(|_| format!("Invalid URL: {target}"))?;
        let scheme = match parsed.scheme() {
            "ws" | "http" => "http",
            "wss" | "https" => "https",
            _ => return Err(format!("Invalid URL: {target}")),
        };
        let host = parsed.host_str().ok_or_else(|| format!("Invalid URL: {target}"))?;
        let port = parsed.port().map_or_else(String::new, |port| format!(":{port}"));
        let namespace = if parsed.path().is_empty() { "/" } else { parsed.path() };
        let text = |tree: &Tree| user.value(tree).map(|value| js::text_of(Some(&value)));
        let query = match &self.query {
            Query::Text(query) => user.text(query),
            Query::Pairs(pairs) if pairs.is_empty() => parsed.query().unwrap_or_default().to_owned(),
            Query::Pairs(pairs) => {
                let mut made = url::form_urlencoded::Serializer::new(String::new());
                made.extend_pairs(pairs.iter().filter_map(|(name, tree)| Some((name, text(tree)?))));
                made.finish()
            }
        };
        let headers = self.headers.iter().filter_map(|(name, tree)| Some((name.clone(), text(tree)?)));
        let address = Address {
            origin: format!("{scheme}://{host}{port}"),
            path: self.path.clone(),
            query,
            headers: headers.collect(),
            transports: self.transports.clone(),
            timeout: OPENING,
        };
        Ok((address, namespace.to_owned()))
    }
}

/// Looks at a step; nothing when it is no `emit`.
#[must_use]
pub fn read(step: &Value, functions: &Functions) -> Option<Emit> {
    let emit = step.get("emit")?;
    let args = match emit {
        Value::Array(args) => args.iter().map(|arg| Tree::new(arg, functions)).collect(),
        emit => emit
            .get("channel")
            .into_iter()
            .chain(emit.get("data"))
            .map(|arg| Tree::new(arg, functions))
            .collect(),
    };
    // Older scripts have them inside of `emit`.
    let beside = |key: &str| step.get(key).or_else(|| emit.get(key));
    Some(Emit {
        args,
        namespace: beside("namespace").map(|name| Template::new(&js::text_of(Some(name)), functions)),
        response: beside("response").map(|spec| wait(spec, functions)),
        acknowledge: beside("acknowledge").map(|spec| wait(spec, functions)),
    })
}

fn wait(spec: &Value, functions: &Functions) -> Wait {
    let mut wait = Wait {
        on: spec
            .get("on")
            .or_else(|| spec.get("channel"))
            .map(|on| Template::new(&js::text_of(Some(on)), functions)),
        data: spec.get("data").map(|data| Tree::new(data, functions)),
        args: spec.get("args").map(|args| Tree::new(args, functions)),
        of_all: Takes::default(),
        of_first: Takes::default(),
    };
    for key in ["capture", "match"] {
        let list = match spec.get(key) {
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        for one in list {
            let mut one = one.clone();
            if one.is_object() && !EXTRACTORS.iter().any(|name| one.get(*name).is_some()) {
                one["json"] = Value::from("$.0");
            }
            let takes = if looks_into_all(&one) { &mut wait.of_all } else { &mut wait.of_first };
            let into = if key == "capture" { &mut takes.captures } else { &mut takes.matches };
            into.extend(capture::read(&one, functions));
        }
    }
    wait
}

/// The ways to take something out of an answer.
const EXTRACTORS: [&str; 5] = ["json", "regexp", "header", "selector", "xpath"];

/// Whether a capture's path begins with the place of an argument, such as `$.0.name` or `$[1]`.
fn looks_into_all(spec: &Value) -> bool {
    let path = spec["json"].as_str().unwrap_or_default().trim();
    let rest = path.strip_prefix('$').unwrap_or(path);
    rest.trim_start_matches(['.', '[']).starts_with(|c: char| c.is_ascii_digit())
}

/// Opens the connection of a user and enters the namespace of the target.
pub async fn begin(session: &mut Session, user: &Rc<User>) -> Done {
    let (address, namespace) = user.world.socketio.address(user).map_err(Stop)?;
    let caller = Caller { client: Rc::clone(session.client()), jar: Rc::clone(session.jar()) };
    let link = Link::open(caller, &address).await.map_err(Stop)?;
    *user.line.borrow_mut() = Some(Box::new(Line { link, namespaces: Vec::new(), next_id: 0 }));
    enter(user, &namespace).await
}

/// Does something with the open connection.
fn with<T>(user: &User, act: impl FnOnce(&mut Line) -> Result<T, String>) -> Result<T, String> {
    match &mut *user.line.borrow_mut() {
        Some(line) => act(line),
        None => Err("the connection is not open".to_owned()),
    }
}

/// The next packet; what is no packet is passed over.
async fn next(user: &User) -> Result<Packet, String> {
    loop {
        let text = poll_fn(|context| match &mut *user.line.borrow_mut() {
            Some(line) => line.link.poll_next(context),
            None => std::task::Poll::Ready(Err("the connection is not open".to_owned())),
        });
        if let Some(packet) = Packet::parse(&text.await?) {
            return Ok(packet);
        }
    }
}

async fn send(user: &User, packet: &Packet) -> Result<(), String> {
    with(user, |line| line.link.send(&packet.text()))?;
    poll_fn(|context| match &mut *user.line.borrow_mut() {
        Some(line) => line.link.poll_sent(context),
        None => std::task::Poll::Ready(Ok(())),
    })
    .await
}

/// Enters a namespace, unless the user is there already.
async fn enter(user: &User, namespace: &str) -> Done {
    if with(user, |line| Ok(line.namespaces.iter().any(|known| known == namespace))).map_err(Stop)? {
        return Ok(());
    }
    let auth = user.world.socketio.auth.as_ref().and_then(|auth| user.value(auth)).unwrap_or(Value::Null);
    send(user, &Packet::new(Kind::Connect, namespace, auth)).await.map_err(Stop)?;
    let entered = async {
        loop {
            let packet = next(user).await?;
            match packet.kind {
                _ if packet.namespace != namespace => {}
                Kind::Connect => return Ok(()),
                Kind::ConnectError => return Err(js::text_of(packet.data.get("message"))),
                Kind::Disconnect => return Err("io server disconnect".to_owned()),
                Kind::Event | Kind::Ack => {}
            }
        }
    };
    let entered = tokio::time::timeout(OPENING, entered).await.unwrap_or_else(|_| Err("timeout".to_owned()));
    entered.map_err(Stop)?;
    with(user, |line| {
        line.namespaces.push(namespace.to_owned());
        Ok(())
    })
    .map_err(Stop)
}

/// Sends an event, and waits for what it is to be answered with.
pub async fn emit(session: &mut Session, user: &Rc<User>, step: &Emit) -> Done {
    let namespace = match &step.namespace {
        Some(name) => user.text(name),
        None => user.world.socketio.address(user).map_err(Stop)?.1,
    };
    let namespace = if namespace.starts_with('/') { namespace } else { format!("/{namespace}") };
    enter(user, &namespace).await?;
    let mut args: Vec<Value> = step.args.iter().map(|arg| user.value(arg).unwrap_or(Value::Null)).collect();
    let Some(event) = args.first_mut() else { return Err(Stop("invalid arguments".to_owned())) };
    *event = Value::from(js::text_of(Some(&*event)));
    let mut packet = Packet::new(Kind::Event, &namespace, Value::Array(args));
    packet.id = with(user, |line| {
        line.link.drop_waiting();
        Ok(step.acknowledge.as_ref().map(|_| {
            line.next_id += 1;
            line.next_id - 1
        }))
    })
    .map_err(Stop)?;
    user.count(session, |now, stats| {
        stats.count(now, "socketio.emit", 1.0);
        stats.rate(now, "socketio.emit_rate");
    });
    let begun = session.now();
    send(user, &packet).await.map_err(Stop)?;
    if step.response.is_none() && step.acknowledge.is_none() {
        return Ok(());
    }
    let answered = tokio::time::timeout(user.world.timeout, answers(user, step, &packet)).await;
    let (response, acknowledgement) = match answered {
        Ok(answered) => answered.map_err(Stop)?,
        Err(_) => return Err(Stop("response timeout".to_owned())),
    };
    let took = (session.now() - begun).as_millis_f64();
    for (wait, args) in [(&step.response, response), (&step.acknowledge, acknowledgement)] {
        if let (Some(wait), Some(args)) = (wait, args) {
            look(user, wait, args)?;
        }
    }
    user.count(session, |now, stats| stats.measure(now, "socketio.response_time", took));
    Ok(())
}

/// The arguments of the event and of the acknowledgement that a step waits for.
async fn answers(
    user: &User,
    step: &Emit,
    sent: &Packet,
) -> Result<(Option<Vec<Value>>, Option<Vec<Value>>), String> {
    let on = step.response.as_ref().map(|wait| wait.on.as_ref().map(|on| user.text(on)).unwrap_or_default());
    let (mut response, mut acknowledgement) = (None, None);
    while (on.is_some() && response.is_none()) || (step.acknowledge.is_some() && acknowledgement.is_none()) {
        let packet = next(user).await?;
        if packet.namespace != sent.namespace {
            continue;
        }
        let items = || packet.data.as_array().cloned().unwrap_or_default();
        match packet.kind {
            Kind::Event
                if response.is_none() && packet.data.get(0).and_then(Value::as_str) == on.as_deref() =>
            {
                response = Some(items().split_off(1));
            }
            Kind::Ack if packet.id == sent.id => acknowledgement = Some(items()),
            Kind::Disconnect => return Err("io server disconnect".to_owned()),
            _ => {}
        }
    }
    Ok((response, acknowledgement))
}

/// Compares what came with what was to come, and takes out of it what is wanted.
fn look(user: &User, wait: &Wait, args: Vec<Value>) -> Done {
    let all = Value::Array(args);
    let first = all.get(0).cloned().unwrap_or(Value::Null);
    let wanted = |tree: &Option<Tree>| tree.as_ref().and_then(|tree| user.value(tree));
    let fits_data = wanted(&wait.data).is_none_or(|data| data == first || data == all);
    let fits_args = wanted(&wait.args).is_none_or(|args| args == all);
    if !(fits_data && fits_args) {
        return Err(Stop("data is not valid".to_owned()));
    }
    let strict = user.world.strict_capture;
    let take = |takes: &Takes, document: &Value| {
        let answer = Answer::new(Cow::Owned(document.to_string()), &|_| None);
        user.scoped(|scope| capture::take_all(&takes.captures, &takes.matches, strict, &answer, scope))
    };
    let taken = [take(&wait.of_all, &all), take(&wait.of_first, &first)];
    if taken.iter().any(|taken| taken.failed) {
        return Err(Stop("Failed match".to_owned()));
    }
    let mut vars = user.vars.borrow_mut();
    for (name, value) in taken.into_iter().flat_map(|taken| taken.values) {
        vars.set_path(&name, value);
    }
    vars.set("$", Some(all));
    Ok(())
}

/// Keeps the connection alive for a time: pings are answered, events dropped.
pub async fn idle(user: &User) {
    loop {
        if next(user).await.is_err() {
            // There is nothing to be kept alive; whoever waits beside this decides how long.
            return std::future::pending().await;
        }
    }
}

/// Closes the connection, if there is one.
pub async fn hang_up(user: &User) {
    let Some(line) = user.line.borrow_mut().take() else { return };
    let leave = |name: &String| Packet::new(Kind::Disconnect, name, Value::Null).text();
    let farewell: Vec<String> = line.namespaces.iter().map(leave).collect();
    line.link.close(&farewell, CLOSING).await;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_say_which_arguments_are_looked_into() {
        let check = |path: &str, all: bool| {
            assert_eq!(looks_into_all(&json!({ "json": path })), all, "{path}");
        };
        check("$.0.name", true);
        check("$[1]", true);
        check("$.name", false);
        check("$", false);
        check("$..id", false);
    }

    #[test]
    fn steps_have_an_old_and_a_new_form() {
        let functions = Functions::default();
        let check = |step: Value, args: usize, response: bool, acknowledge: bool| {
            let emit = read(&step, &functions).expect("it is an emit");
            let got = (emit.args.len(), emit.response.is_some(), emit.acknowledge.is_some());
            assert_eq!(got, (args, response, acknowledge), "{step}");
        };
        check(json!({"emit": ["a", 1, {"x": 2}]}), 3, false, false);
        check(json!({"emit": {"channel": "a"}, "acknowledge": {"data": 1}}), 1, false, true);
        check(json!({"emit": {"channel": "a", "data": 1, "response": {"channel": "b"}}}), 2, true, false);
        assert!(read(&json!({"get": {"url": "/"}}), &functions).is_none());
    }
}
