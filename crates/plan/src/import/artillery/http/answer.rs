//! What becomes of an answer: captures, hooks and plugins.
//!
//! Main functions: [`look`] and [`look_with_hooks`].

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;

use serde_json::{Map, Value};

use super::{endpoint, shown};
use crate::exchange::Exchange;
use crate::import::artillery::capture::{self, Answer};
use crate::import::artillery::expect::{self, Outcome, lines};
use crate::import::artillery::flow::Request;
use crate::import::artillery::hooks;
use crate::import::artillery::life::{Done, Stop, User};
use crate::import::artillery::template::{Template, Tree};
use crate::session::Session;

/// Captures and plugins, when no function of the processor is to see the answer.
pub(super) fn look(
    session: &Session,
    user: &User,
    request: &Request,
    url: &str,
    exchange: &Exchange,
) -> Done {
    let header = |name: &str| joined(exchange, name);
    let answer = Answer::new(text_of(request, exchange), &header).with_exchange(exchange);
    let failed = capture(user, request, &answer);
    plugins(session, user, request, (url, exchange), &answer)?;
    ending(failed)
}

/// Captures, functions and plugins, in their order.
pub(super) async fn look_with_hooks(
    session: &mut Session,
    user: &Rc<User>,
    request: &Request,
    params: Option<Map<String, Value>>,
    url: &str,
    exchange: Exchange,
) -> Done {
    let header = |name: &str| joined(&exchange, name);
    let answer = Answer::new(text_of(request, &exchange), &header).with_exchange(&exchange);
    let failed = capture(user, request, &answer);
    let after: Vec<&str> = user.scenario().hooks.after_response.iter().map(|name| &**name).collect();
    let own: Vec<&str> = request.after.iter().map(|name| &**name).collect();
    let seen = [after.as_slice(), own.as_slice()].concat();
    let mut hooked = hooks::any(session, user, &seen).await.then(|| {
        let object = params.unwrap_or_else(|| shown(user, request));
        {
            let response = hooks::response(&exchange, &answer.text, &object);
            (object, response)
        }
    });
    if let Some((object, response)) = &mut hooked {
        for name in &after {
            hooks::after_response(session, user, name, object, response).await?;
        }
    }
    plugins(session, user, request, (url, &exchange), &answer)?;
    if let Some((object, response)) = &mut hooked {
        for name in &own {
            hooks::after_response(session, user, name, object, response).await?;
        }
    }
    ending(failed)
}

/// Whether functions of the processor are to see the answer.
pub(super) fn has_hooks(user: &User, request: &Request) -> bool {
    !user.scenario().hooks.after_response.is_empty() || !request.after.is_empty()
}

/// A header; the values of one that came several times are joined.
fn joined(exchange: &Exchange, name: &str) -> Option<String> {
    let values: Vec<_> = exchange.answer()?.headers.all(name).map(String::from_utf8_lossy).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The body as text. One that is to stay packed is none.
fn text_of<'e>(request: &Request, exchange: &'e Exchange) -> Cow<'e, str> {
    let packed = !request.unpacks && exchange.header("content-encoding").is_some();
    if packed { Cow::Borrowed("") } else { exchange.text() }
}

/// Takes values out of the answer; says whether one is missing.
fn capture(user: &User, request: &Request, answer: &Answer<'_>) -> bool {
    if request.captures.is_empty() && request.matches.is_empty() {
        return false;
    }
    let strict = user.world.strict_capture;
    let taken =
        user.scoped(|scope| capture::take_all(&request.captures, &request.matches, strict, answer, scope));
    for (name, value) in taken.values {
        user.vars.borrow_mut().set_path(&name, value);
    }
    taken.failed
}

fn ending(failed: bool) -> Done {
    if failed { Err(Stop("Failed capture or match".to_owned())) } else { Ok(()) }
}

/// Expectations, Apdex and metrics by endpoint.
fn plugins(
    session: &Session,
    user: &User,
    request: &Request,
    (url, exchange): (&str, &Exchange),
    answer: &Answer<'_>,
) -> Done {
    // Held by the user: all threads would change the count of the world's owners.
    let world = &*user.world;
    let status = exchange.status();
    expectations(session, user, request, (url, exchange), answer)?;
    if let Some(threshold) = world.apdex {
        apdex(session, user, threshold, exchange);
    }
    if let (Some(endpoints), Some(known)) = (&world.by_endpoint, endpoint(user, request, Some(url))) {
        let first_byte = exchange.trail().waiting().as_millis_f64();
        user.count(session, |now, stats| {
            match status {
                200 => stats.count(now, &known.codes_200, 1.0),
                other => {
                    stats.count(now, &format!("{}.{}.codes.{other}", endpoints.namespace, known.name), 1.0);
                }
            }
            stats.measure(now, &known.response_time, first_byte);
            for (part, time) in server_timing(exchange) {
                let name = format!("{}.server-timing.{part}.{}", endpoints.namespace, known.name);
                stats.measure(now, &name, time);
            }
        });
    }
    Ok(())
}

/// The times that a server tells of itself, in milliseconds.
fn server_timing(exchange: &Exchange) -> Vec<(String, f64)> {
    let Some(header) = exchange.header("server-timing") else { return Vec::new() };
    let part = |part: &str| {
        let (name, rest) = part.split_once(';')?;
        let time = rest.split(';').find_map(|pair| pair.trim().strip_prefix("dur="))?;
        Some((name.trim().to_owned(), time.trim().parse().ok()?))
    };
    header.split(',').filter_map(part).collect()
}

fn apdex(session: &Session, user: &User, threshold: f64, exchange: &Exchange) {
    let total = exchange.elapsed().as_millis_f64();
    let which = if total <= threshold {
        0
    } else if total <= threshold * 4.0 {
        1
    } else {
        2
    };
    user.count(session, |now, stats| {
        for (nth, name) in ["apdex.satisfied", "apdex.tolerated", "apdex.frustrated"].into_iter().enumerate()
        {
            stats.count(now, name, f64::from(u8::from(nth == which)));
        }
    });
}

fn expectations(
    session: &Session,
    user: &User,
    request: &Request,
    (url, exchange): (&str, &Exchange),
    answer: &Answer<'_>,
) -> Done {
    let Some(settings) = user.world.expect else { return Ok(()) };
    let of_status = |expectation: &&expect::Expectation| &*expectation.kind == "statusCode";
    let default = (settings.default_200 && !request.expectations.iter().any(|one| of_status(&one)))
        .then(expect::status_200);
    let check = |expectation: &expect::Expectation| {
        user.scoped(|scope| expectation.check(exchange.status(), answer, scope))
    };
    let outcomes: Vec<Outcome> = request.expectations.iter().chain(&default).map(check).collect();
    for outcome in &outcomes {
        let word = if outcome.ok { "ok" } else { "failed" };
        user.count(session, |now, stats| {
            stats.count(now, &format!("plugins.expect.{word}"), 1.0);
            stats.count(now, &format!("plugins.expect.{word}.{}", outcome.kind), 1.0);
        });
        if user.counted {
            let name = request.name.as_deref().unwrap_or(&request.raw_url);
            session.check(&format!("{} {name}: {}", request.method, outcome.kind), outcome.ok);
        }
        if !outcome.ok {
            session.say(
                model::Level::Debug,
                format!("{} {url}: {}: {}", request.method, outcome.kind, outcome.detail()),
            );
        }
    }
    if user.world.dialect_output {
        let text = lines::text(settings.form, &outcomes, || printed(user, request, (url, exchange), answer));
        if let Some(text) = text {
            user.world.lines.print(&text);
        }
    }
    if outcomes.iter().any(|outcome| !outcome.ok) {
        user.world.expectation_failed.store(true, Relaxed);
        if settings.as_errors {
            return Err(Stop(format!("Failed expectations for request {url}")));
        }
    }
    Ok(())
}

/// A request and its answer, as the expect plugin shows them.
fn printed<'a>(
    user: &User,
    request: &'a Request,
    (url, exchange): (&'a str, &Exchange),
    answer: &'a Answer<'_>,
) -> lines::Shown<'a> {
    let functions = &user.world.functions;
    let name = request.name.as_deref().map(|name| user.text(&Template::new(name, functions)));
    let json = request.params.get("json").map(|json| Tree::new(json, functions));
    let mut vars = user.vars.borrow().to_object();
    // They are there for templates only.
    vars.retain(|name, _| !matches!(name.as_str(), "$env" | "$processEnvironment"));
    lines::Shown {
        method: &request.method,
        url,
        name,
        json: json.and_then(|json| user.scoped(|scope| json.value(scope))),
        headers: hooks::headers(exchange),
        body: &answer.text,
        vars,
    }
}
