//! Requests of the HTTP engine.
//!
//! Main function: [`request`]. What is sent stands in [`outgoing`], sending in [`hops`], what is made of the answer in
//! [`answer`].

mod answer;
mod hops;
mod outgoing;

use std::borrow::Cow;
use std::rc::Rc;

use model::Nanos;
use serde_json::{Map, Value};

use super::counter::filled_requests;
use super::flow::{Condition, Frame, Request};
use super::life::{Done, Stop, User};
use super::world::Endpoint;
use super::{hooks, js};
use crate::session::Session;
use outgoing::Filled;

pub use hops::{errno_name, told};
pub use outgoing::FilledRequests;

/// The right to send a request now.
#[expect(dead_code, reason = "they are held, not looked at")]
enum Turn<'a> {
    Own(tokio::sync::MutexGuard<'a, ()>),
    Shared(Result<tokio::sync::SemaphorePermit<'a>, tokio::sync::AcquireError>),
}

/// Why a request was not answered.
struct Failure {
    code: String,
    /// It was sent, or should have been.
    message: String,
}

/// What functions of the processor have made of a request.
struct Made {
    request: Request,
    params: Map<String, Value>,
}

/// Does a request, if it is to be done, and all that goes with it.
// What only some requests need is in boxes: each user that waits for an answer has this future's room.
pub async fn request(session: &mut Session, user: &Rc<User>, request: &Request) -> Done {
    let conditional = request.probability.is_some() || request.condition.is_some();
    if conditional && !Box::pin(wanted(session, user, request)).await? {
        return Ok(());
    }
    let hooked = !user.scenario().hooks.before_request.is_empty() || !request.before.is_empty();
    let made = if hooked { Box::pin(make(session, user, request)).await? } else { None };
    let request = made.as_deref().map_or(request, |made| &made.request);
    let mut url = user.text(&request.url);
    // The target stands before what variables give too.
    if url.starts_with('/') {
        url.insert_str(0, &user.world.target);
    }
    if !url.starts_with("http") {
        return Err(Stop(format!("Invalid URL - {url}")));
    }
    let turns = hooks::turns(session, &user.world);
    let turn = turn(user, turns.as_deref()).await;
    let answered = match filled(session, user, request, &url, made.is_none()) {
        Ok(filled) => {
            let cookies = outgoing::cookies(user, request);
            let answered = hops::send(session, user, request, &filled, &cookies).await;
            answered.map(|exchange| (filled, exchange))
        }
        Err(failure) => Err(failure),
    };
    drop(turn);
    match answered {
        Ok((filled, exchange)) if answer::has_hooks(user, request) => {
            let params = made.as_ref().map(|made| made.params.clone());
            Box::pin(answer::look_with_hooks(session, user, request, params, &filled.url, *exchange)).await
        }
        Ok((filled, exchange)) => answer::look(session, user, request, &filled.url, &exchange),
        Err(failure) => {
            let params = made.as_ref().map(|made| made.params.clone());
            Box::pin(unanswered(session, user, request, params, failure)).await
        }
    }
}

/// Waits for the right to send: who has one connection has one request at a time.
async fn turn<'a>(user: &'a User, turns: Option<&'a tokio::sync::Semaphore>) -> Turn<'a> {
    match turns {
        Some(turns) => Turn::Shared(Box::pin(turns.acquire()).await),
        None => match user.turn.try_lock() {
            Ok(turn) => Turn::Own(turn),
            Err(_) => Turn::Own(Box::pin(user.turn.lock()).await),
        },
    }
}

/// The request as functions of the processor want it; nothing when there are no such functions.
async fn make(session: &mut Session, user: &Rc<User>, request: &Request) -> Result<Option<Box<Made>>, Stop> {
    let before = user.scenario().hooks.before_request.iter().chain(&request.before);
    let names: Vec<&str> = before.map(|name| &**name).collect();
    if !hooks::any(session, user, &names).await {
        return Ok(None);
    }
    let mut params = shown(user, request);
    for name in names {
        params = hooks::before_request(session, user, name, params).await?;
    }
    match rebuilt(user, request, &params) {
        Some(request) => Ok(Some(Box::new(Made { request, params }))),
        None => Err(Stop("an URL must be specified".to_owned())),
    }
}

/// Counts a request that was not answered and tells those who want to know; the user ends.
async fn unanswered(
    session: &mut Session,
    user: &Rc<User>,
    request: &Request,
    params: Option<Map<String, Value>>,
    failure: Failure,
) -> Done {
    let name = endpoint(user, request, None);
    if let (Some(endpoints), Some(name)) = (&user.world.by_endpoint, name) {
        let counter = format!("{}.{}.errors.{}", endpoints.namespace, name.name, failure.code);
        user.count(session, |now, stats| stats.count(now, &counter, 1.0));
    }
    let object = params.unwrap_or_else(|| shown(user, request));
    for name in &user.scenario().hooks.on_error {
        hooks::on_error(session, user, name, (&failure.message, &failure.code), &object).await;
    }
    Err(Stop(failure.code))
}

/// The request filled in; one of the plan's own that is always the same is filled in once.
fn filled(
    session: &Session,
    user: &User,
    request: &Request,
    url: &str,
    of_plan: bool,
) -> Result<Rc<Filled>, Failure> {
    let known = of_plan.then(|| filled_requests(session)).flatten();
    if let Some(filled) = known.as_ref().and_then(|known| known.get(request)) {
        return Ok(filled);
    }
    let filled = Rc::new(outgoing::fill(session, user, request, url)?);
    if let Some(known) = known.filter(|_| outgoing::is_fixed(user, request)) {
        known.keep(request, &filled);
    }
    Ok(filled)
}

/// Whether chance and condition let the request be sent.
async fn wanted(session: &mut Session, user: &Rc<User>, request: &Request) -> Result<bool, Stop> {
    if let Some(percent) = request.probability {
        let drawn = user.random.borrow_mut().unit() * 100.0;
        if percent.is_nan() || drawn >= percent {
            return Ok(false);
        }
    }
    // A name with a dot is one name, which variables do not have: it is no path.
    let lookup = |name: &str| {
        let vars = user.vars.borrow();
        (!name.contains('.')).then(|| vars.get(name).map(Cow::into_owned)).flatten()
    };
    Ok(match &request.condition {
        None => true,
        Some(Condition::Expression(expression)) => js::is_true(expression.value(&lookup).as_ref()),
        Some(Condition::Word(name, expression)) => match hooks::condition(session, user, name).await {
            Some(holds) => holds,
            None => {
                expression.as_ref().is_none_or(|expression| js::is_true(expression.value(&lookup).as_ref()))
            }
        },
    })
}

/// The request as hooks see it.
fn shown(user: &User, request: &Request) -> Map<String, Value> {
    let mut object = request.params.clone();
    object.insert("url".to_owned(), Value::from(&*request.raw_url));
    object.insert("method".to_owned(), Value::from(&*request.method));
    object.insert("timeout".to_owned(), js::number(user.world.timeout.as_secs_f64() * 1000.0));
    object.insert("uuid".to_owned(), Value::from(super::functions::make_uuid(&mut user.random.borrow_mut())));
    object.insert("cookieJar".to_owned(), Value::Object(Map::new()));
    object.insert("https".to_owned(), Value::Object(Map::new()));
    if user.world.by_endpoint.is_some() {
        object.insert(
            "defaultName".to_owned(),
            endpoint(user, request, None).map_or(Value::Null, |known| Value::from(known.name.as_str())),
        );
    }
    object
}

/// The request that hooks have made of it.
fn rebuilt(user: &User, request: &Request, object: &Map<String, Value>) -> Option<Request> {
    let world = &user.world;
    let frame = Frame { target: &world.target, functions: &world.functions, headers: &world.headers };
    let method = object.get("method").and_then(Value::as_str).unwrap_or(&request.method);
    let mut made = Request::new(method, object, &frame)?;
    // What was written says which endpoint it is, whatever functions make of the address.
    made.raw_url = request.raw_url.clone();
    made.name = request.name.clone();
    made.condition = None;
    // A body that a function sets loses against JSON of the script; JSON that it sets wins.
    Some(made)
}

/// The name of the request's endpoint; `sent` is the address that was used.
fn endpoint<'r>(user: &User, request: &'r Request, sent: Option<&str>) -> Option<Cow<'r, Endpoint>> {
    let endpoints = user.world.by_endpoint.as_ref()?;
    let of = |url: &str| endpoints.endpoint(url, request.name.as_deref());
    match sent {
        Some(url) if !endpoints.grouped => of(url).map(Cow::Owned),
        _ => request.endpoint.get_or_init(|| of(&request.raw_url)).as_ref().map(Cow::Borrowed),
    }
}

/// A time in milliseconds as hooks see it.
#[must_use]
pub fn ms(time: Nanos) -> Value {
    js::number((time.as_millis_f64() * 1000.0).round() / 1000.0)
}
