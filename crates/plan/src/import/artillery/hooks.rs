//! Functions of a script's processor: steps, hooks, conditions.
//!
//! Main types: [`Processor`], one for the process, and [`UserCode`], what one user keeps in JavaScript. The runtime of
//! a worker thread is made when a user of the thread first needs code. A user's variables are copied there before a
//! call as far as they changed, and back afterwards.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use model::Level;
use script::code::{
    Arg, Code, CodeError, CodeOptions, CodeWorker, Context, Emitted, Ending, Fetch, FetchError, FetchRequest,
    FetchResponse, Handle, Module, Outcome, ScriptText, Write,
};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use super::life::{Done, Stop, User};
use super::printed::Lines;
use super::world::World;
use super::{fake, http, js};
use crate::exchange::Exchange;
use crate::import::Source;
use crate::random::Random;
use crate::session::Session;

/// How long the top level of a processor may take.
pub(super) const LOADING: Duration = Duration::from_secs(30);
/// Made-up values that code draws from, of each kind.
const POOL: usize = 256;
/// A processor.
pub struct Processor {
    file: PathBuf,
    code: Code,
    fake: bool,
    /// What it prints is not shown: it is only looked at.
    muted: Arc<AtomicBool>,
}

impl std::fmt::Debug for Processor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Processor({})", self.file.display())
    }
}

impl Processor {
    /// The processor in a file. Nothing is read yet.
    #[must_use]
    pub fn new(source: &Source, folder: &Path, path: &str, fake: bool, lines: &Lines) -> Self {
        let file = super::load::absolute(folder, Path::new(path));
        let here = std::env::current_dir().unwrap_or_else(|_| folder.to_owned());
        let mut options = CodeOptions::new(&here, source.log.clone(), source.clock);
        options.env = source.env.clone();
        let muted = Arc::new(AtomicBool::new(false));
        let (reach, temporary, only_looks) = (source.reach(), std::env::temp_dir(), source.only_looks);
        options.writes = Some(Arc::new(move |place| {
            if !place.starts_with(&temporary) && reach.check(place, "").is_err() {
                return Write::Refused;
            }
            if only_looks { Write::Feigned } else { Write::Done }
        }));
        let (lines, quiet) = (lines.clone(), Arc::clone(&muted));
        options.console = Some(Arc::new(move |_: Level, text: &str| {
            if !quiet.load(Relaxed) {
                lines.print(text);
            }
        }));
        Self { file, code: Code::new(options), fake, muted }
    }

    /// Whether the file is there.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.file.is_file()
    }

    /// Loads it to see that it can be, and gives the names of its functions.
    ///
    /// # Errors
    /// Why it cannot be loaded.
    pub fn look(&self) -> Result<Vec<String>, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|why| format!("no event loop: {why}"))?;
        self.muted.store(true, Relaxed);
        let looked = tokio::task::LocalSet::new().block_on(&runtime, async {
            let worker = self.code.worker()?;
            let module = tokio::time::timeout(LOADING, worker.load(&self.file)).await;
            let module =
                module.map_err(|_| CodeError::refused("its top level takes more than 30 seconds"))??;
            Ok::<_, CodeError>(module.functions().to_vec())
        });
        self.muted.store(false, Relaxed);
        looked.map_err(|error| error.to_string())
    }
}

/// The code of one worker thread.
struct Thread {
    worker: CodeWorker,
    module: Module,
    funcs: Handle,
}

/// What a user keeps in JavaScript.
pub struct UserCode {
    context: Context,
    /// Its variables as code last had them.
    known: Map<String, Value>,
}

/// What the users of a worker thread share beside their recorder.
#[derive(Clone)]
struct Shared {
    code: Rc<tokio::sync::OnceCell<Option<Rc<Thread>>>>,
    turns: Option<Rc<Semaphore>>,
}

fn shared(session: &Session, world: &World) -> Option<Shared> {
    let mut own = session.worker().own.borrow_mut();
    let kept = own.get_or_insert_with(|| {
        let turns = world.pool.map(|most| Rc::new(Semaphore::new(most)));
        Box::new(Shared { code: Rc::default(), turns })
    });
    kept.downcast_ref::<Shared>().cloned()
}

/// Turns on the connections that the users of the thread share, when they do.
#[must_use]
pub fn turns(session: &Session, world: &World) -> Option<Rc<Semaphore>> {
    world.pool?;
    shared(session, world)?.turns
}

/// The code of the session's thread; nothing when the test has none.
async fn thread(session: &Session, user: &User) -> Option<Rc<Thread>> {
    let processor = user.world.processor.as_ref()?;
    let once = shared(session, &user.world)?.code;
    let made = once.get_or_init(|| async {
        match begin(session, processor).await {
            Ok(thread) => Some(Rc::new(thread)),
            Err(error) => {
                session.say(Level::Error, format!("the processor could not be loaded: {error}"));
                None
            }
        }
    });
    made.await.clone()
}

async fn begin(session: &Session, processor: &Processor) -> Result<Thread, CodeError> {
    let worker = processor.code.worker()?;
    let client = net::Client::new(Rc::clone(&session.worker().net), 0);
    worker.set_fetch(Rc::new(Fetcher(Rc::new(client))));
    let module = worker.load(&processor.file).await?;
    let mut pools = Map::new();
    if processor.fake {
        let mut random = Random::new(std::process::id().into(), 0);
        for name in fake::names() {
            let pool = (0..POOL).filter_map(|_| fake::call(name, &mut random));
            pools.insert(name.to_owned(), pool.collect());
        }
    }
    let text =
        ScriptText { name: "funcs", text: include_str!("funcs.js"), params: &["pools"], last_value: false };
    let script = worker.compile(&text)?;
    let funcs = worker.eval_kept(&script, &[Arg::Json(&Value::Object(pools))], &mut ())?;
    Ok(Thread { worker, module, funcs })
}

/// Requests that code sends by itself. They are not counted.
struct Fetcher(Rc<net::Client>);

impl Fetch for Fetcher {
    fn fetch(&self, request: FetchRequest) -> LocalBoxFuture<'static, Result<FetchResponse, FetchError>> {
        let client = Rc::clone(&self.0);
        Box::pin(async move {
            let url = net::Url::parse(&request.url).map_err(|why| FetchError {
                code: Some("ERR_INVALID_URL".to_owned()),
                message: why.to_string(),
            })?;
            let mut ask = net::Request::new(net::Method::new(&request.method), Rc::new(url));
            ask.headers = request.headers.into();
            ask.body = request.body;
            ask.redirects = if request.follow { 20 } else { 0 };
            let answer = client.send(ask, None, &mut |_| ()).await.map_err(|error| {
                let (code, message) = http::told(&error);
                FetchError { code: Some(code), message }
            })?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let words = answer.status_text.split_once(' ').map(|(_, words)| words.to_owned());
            Ok(FetchResponse {
                url: answer.url.as_str().to_owned(),
                status: answer.status,
                status_text: words.unwrap_or_default(),
                headers: answer.headers.iter().map(|(name, value)| (text(name), text(value))).collect(),
                body: answer.body,
            })
        })
    }
}

/// Whether the processor has one of these functions.
pub async fn any(session: &Session, user: &User, names: &[&str]) -> bool {
    if names.is_empty() {
        return false;
    }
    let Some(thread) = thread(session, user).await else { return false };
    names.iter().any(|name| find(&thread, name).is_some())
}

fn find(thread: &Thread, name: &str) -> Option<Handle> {
    thread.worker.function(&thread.module, name).ok().flatten()
}

/// The user's context, made when it is first needed, with its variables as they are now.
fn enter(thread: &Thread, user: &User) -> Result<Context, CodeError> {
    let mut code = user.code.borrow_mut();
    if code.is_none() {
        let context = thread.worker.context()?;
        context.set_field("_uid", &Arg::Json(&Value::from(user.uid.as_str())))?;
        context.set_field("scenario", &Arg::Json(&user.scenario().source))?;
        context.set_field("funcs", &Arg::Handle(&thread.funcs))?;
        *code = Some(UserCode { context, known: Map::new() });
    }
    let Some(UserCode { context, known }) = &mut *code else { return Err(CodeError::refused("no context")) };
    let now = user.vars.borrow().to_object();
    for name in known.keys().filter(|name| !now.contains_key(*name)) {
        context.remove_var(name)?;
    }
    let changed = now.iter().filter(|(name, value)| known.get(*name) != Some(*value));
    context.set_vars(changed.map(|(name, value)| (name.as_str(), value)))?;
    *known = now;
    Ok(context.clone())
}

/// Takes over what code made of the user's variables.
fn leave(user: &User) -> Result<(), CodeError> {
    let mut code = user.code.borrow_mut();
    let Some(UserCode { context, known }) = &mut *code else { return Ok(()) };
    let now: Map<String, Value> =
        context.vars()?.into_iter().map(|(name, value)| (name, js::normal(value))).collect();
    user.vars.borrow_mut().take_object(now.clone());
    *known = now;
    Ok(())
}

/// Calls a function; nothing when there is none of that name. `args` come before the context.
async fn call(
    session: &Session,
    user: &User,
    name: &str,
    args: &[Arg<'_>],
    ending: Ending,
) -> Option<Result<Outcome, Stop>> {
    call_with(session, user, name, args, (ending, ending != Ending::Next)).await
}

/// The same; `events` says whether the emitter comes after the context.
async fn call_with(
    session: &Session,
    user: &User,
    name: &str,
    args: &[Arg<'_>],
    (ending, events): (Ending, bool),
) -> Option<Result<Outcome, Stop>> {
    let thread = thread(session, user).await?;
    let function = find(&thread, name)?;
    let stop = |error: CodeError| Stop(error.code.clone().unwrap_or_else(|| words(&error.message)));
    let context = match enter(&thread, user) {
        Ok(context) => context,
        Err(error) => return Some(Err(stop(error))),
    };
    let mut all: Vec<Arg<'_>> = Vec::with_capacity(args.len() + 2);
    all.extend(args.iter().map(again));
    all.push(Arg::Context(&context));
    if events {
        all.push(Arg::Events(&context));
    }
    let outcome = thread.worker.call(&function, &all, ending).await;
    let left = leave(user);
    let emitted = match &outcome {
        Ok(outcome) => outcome.events.clone(),
        Err(_) => context.take_events().unwrap_or_default(),
    };
    for event in &emitted {
        emit(session, user, event);
    }
    Some(outcome.and_then(|outcome| left.map(|()| outcome)).map_err(stop))
}

/// What an error says, in the words that Node.js has for it.
fn words(message: &str) -> String {
    let parts = message.strip_prefix("cannot read property '").and_then(|rest| rest.split_once("' of "));
    match parts {
        Some((name, of @ ("undefined" | "null"))) => {
            format!("Cannot read properties of {of} (reading '{name}')")
        }
        _ => message.to_owned(),
    }
}

/// The same argument once more.
fn again<'a>(arg: &Arg<'a>) -> Arg<'a> {
    match arg {
        Arg::Undefined => Arg::Undefined,
        Arg::Json(json) => Arg::Json(json),
        Arg::Handle(handle) => Arg::Handle(handle),
        Arg::Context(context) => Arg::Context(context),
        Arg::Events(context) => Arg::Events(context),
        Arg::Error { message, code } => Arg::Error { message, code: *code },
    }
}

/// Counts what code emitted.
fn emit(session: &Session, user: &User, event: &Emitted) {
    let text = |place: usize| js::text_of(event.args.get(place));
    let number = |value: Option<&Value>| js::number_of(value);
    user.count(session, |now, stats| match event.kind.as_str() {
        "counter" => {
            // What is no number adds nothing, but the counter is there.
            let by = Some(number(event.args.get(1))).filter(|by| by.is_finite());
            stats.count(now, &text(0), by.unwrap_or(0.0));
        }
        "rate" => stats.rate(now, &text(0)),
        "histogram" => stats.measure(now, &text(0), number(event.args.get(1))),
        "customStat" => {
            if let Some(stat) = event.args.first() {
                stats.measure(now, &js::text_of(stat.get("stat")), number(stat.get("value")));
            }
        }
        "error" => stats.count(now, &format!("errors.{}", text(0)), 1.0),
        _ => {}
    });
}

/// A `function` step, or a function before or after the flow. One that is not there is an error in the report.
pub async fn function(session: &mut Session, user: &Rc<User>, name: &str) -> Done {
    match call(session, user, name, &[], Ending::Done).await {
        Some(outcome) => outcome.map(|_| ()),
        None => {
            user.count_error(session, &format!("Undefined function \"{name}\""));
            Ok(())
        }
    }
}

/// Whether a loop goes on, by its `whileTrue`. A function that is not there ends the loop.
pub async fn goes_on(session: &mut Session, user: &Rc<User>, name: &str) -> Result<Option<bool>, Stop> {
    match call(session, user, name, &[], Ending::Next).await {
        Some(outcome) => Ok(Some(js::is_true(outcome?.value.as_ref()))),
        None => Ok(None),
    }
}

/// Whether a request is sent, by a function that gets the variables; nothing when there is no such function.
pub async fn condition(session: &mut Session, user: &Rc<User>, name: &str) -> Option<bool> {
    let thread = thread(session, user).await?;
    let function = find(&thread, name)?;
    let vars = Value::Object(user.vars.borrow().to_object());
    let outcome = thread.worker.call(&function, &[Arg::Json(&vars)], Ending::Return).await;
    // A condition that throws lets the request pass, as one that is none.
    Some(outcome.map_or(true, |outcome| js::is_true(outcome.value.as_ref())))
}

/// A function before a request: it may change the request, which comes back.
pub async fn before_request(
    session: &mut Session,
    user: &Rc<User>,
    name: &str,
    object: Map<String, Value>,
) -> Result<Map<String, Value>, Stop> {
    let before = Value::Object(object);
    let outcome = call(session, user, name, &[Arg::Json(&before)], Ending::Done).await;
    let after = match outcome {
        Some(outcome) => outcome?.args.into_iter().next().flatten(),
        None => None,
    };
    match after.map_or(before, js::normal) {
        Value::Object(object) => Ok(object),
        _ => Err(Stop("the request is no object any more".to_owned())),
    }
}

/// A function before a WebSocket is opened: it may change where to, which comes back.
pub async fn before_connect(
    session: &mut Session,
    user: &Rc<User>,
    name: &str,
    before: Value,
) -> Result<Value, Stop> {
    let args = [Arg::Json(&before)];
    let outcome = call_with(session, user, name, &args, (Ending::Done, false)).await;
    let after = match outcome {
        Some(outcome) => outcome?.args.into_iter().next().flatten(),
        None => {
            user.count_error(session, &format!("Undefined function \"{name}\""));
            None
        }
    };
    Ok(after.unwrap_or(before))
}

/// A function after a response.
pub async fn after_response(
    session: &mut Session,
    user: &Rc<User>,
    name: &str,
    object: &mut Map<String, Value>,
    response: &mut Value,
) -> Done {
    let request = Value::Object(object.clone());
    let args = [Arg::Json(&request), Arg::Json(response)];
    let Some(outcome) = call(session, user, name, &args, Ending::Done).await else { return Ok(()) };
    let mut left = outcome?.args.into_iter();
    if let Some(Some(Value::Object(changed))) = left.next() {
        *object = changed;
    }
    if let Some(Some(changed)) = left.next() {
        *response = changed;
    }
    Ok(())
}

/// A function for requests that cannot be sent. What it does changes nothing.
pub async fn on_error(
    session: &mut Session,
    user: &Rc<User>,
    name: &str,
    (message, code): (&str, &str),
    object: &Map<String, Value>,
) {
    let request = Value::Object(object.clone());
    let args = [Arg::Error { message, code: Some(code) }, Arg::Json(&request)];
    if let Some(Err(Stop(why))) = call(session, user, name, &args, Ending::Done).await {
        session.say(Level::Warning, format!("{name}: {why}"));
    }
}

/// The headers of an answer by their names in small letters; those of one name in one text, but for cookies.
pub fn headers(exchange: &Exchange) -> Map<String, Value> {
    let mut headers = Map::new();
    if let Some(answer) = exchange.answer() {
        for (name, value) in answer.headers.iter() {
            let name = String::from_utf8_lossy(name).to_ascii_lowercase();
            let value = String::from_utf8_lossy(value).into_owned();
            if name == "set-cookie" {
                if let Value::Array(list) = headers.entry(name).or_insert_with(|| json!([])) {
                    list.push(Value::from(value));
                }
            } else {
                match headers.get_mut(&name) {
                    Some(Value::String(known)) => {
                        known.push_str(", ");
                        known.push_str(&value);
                    }
                    _ => drop(headers.insert(name, Value::from(value))),
                }
            }
        }
    }
    headers
}

/// A response as hooks see it; `request` is what it answers.
#[must_use]
pub fn response(exchange: &Exchange, text: &str, request: &Map<String, Value>) -> Value {
    let trail = exchange.trail();
    let phases = json!({
        "wait": http::ms(trail.blocked()),
        "dns": http::ms(trail.looking_up()),
        "tcp": http::ms(trail.connecting()),
        "tls": http::ms(trail.tls_handshaking()),
        "request": http::ms(trail.sending()),
        "firstByte": http::ms(trail.waiting()),
        "download": http::ms(trail.receiving()),
        "total": http::ms(exchange.elapsed()),
    });
    json!({
        "statusCode": exchange.status(),
        "headers": headers(exchange),
        "body": text,
        "url": exchange.answer().map(|answer| answer.url.as_str().to_owned()),
        "statusMessage": exchange.answer().map(|answer| {
            let (_, message) = answer.status_text.split_once(' ').unwrap_or_default();
            message.to_owned()
        }),
        "httpVersion": exchange.answer().map(|answer| answer.proto.name().trim_start_matches("HTTP/")),
        "ip": exchange.answer().and_then(|answer| answer.remote).map(|remote| remote.ip().to_string()),
        "complete": exchange.answer().is_some(),
        "retryCount": 0,
        "isFromCache": false,
        "request": { "options": { "method": request.get("method"), "headers": request.get("headers") } },
        "timings": { "phases": phases },
    })
}
