//! Requests of the HTTP engine.
//!
//! Main function: [`request`]. Redirects are followed here and not by the client, because methods, counters and the
//! limit are Artillery's.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;

use base64::Engine as _;
use bytes::Bytes;
use model::Nanos;
use net::error::Kind;
use serde_json::{Map, Value};

use super::capture::{self, Answer};
use super::expect;
use super::flow::{Condition, Content, Frame, Request};
use super::life::{Done, Stop, User};
use super::world::Endpoint;
use super::{hooks, js};
use crate::exchange::{Exchange, Labels};
use crate::session::Session;

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 10;

/// A request with everything filled in.
struct Filled {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Bytes>,
    cookies: Vec<(String, String)>,
}

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

/// Does a request, if it is to be done, and all that goes with it.
pub async fn request(session: &mut Session, user: &Rc<User>, request: &Request) -> Done {
    if !wanted(session, user, request).await? {
        return Ok(());
    }
    let before = user.scenario().hooks.before_request.iter().chain(&request.before);
    let changed;
    let mut request = request;
    let mut params = None;
    let names: Vec<&str> = before.map(|name| &**name).collect();
    if hooks::any(session, user, &names).await {
        let mut object = shown(user, request);
        for name in names {
            object = hooks::before_request(session, user, name, object).await?;
        }
        changed = rebuilt(user, request, &object);
        params = Some(object);
        match &changed {
            Some(changed) => request = changed,
            None => return Err(Stop("an URL must be specified".to_owned())),
        }
    }
    let url = user.text(&request.url);
    if !url.starts_with("http") {
        return Err(Stop(format!("Invalid URL - {url}")));
    }
    // Who has one connection has one request at a time.
    let turns = hooks::turns(session, &user.world);
    let turn = match &turns {
        Some(turns) => Turn::Shared(turns.acquire().await),
        None => Turn::Own(user.turn.lock().await),
    };
    let answered = match fill(user, request, &url) {
        Ok(filled) => send(session, user, request, &filled).await.map(|exchange| (filled.url, exchange)),
        Err(failure) => Err(failure),
    };
    drop(turn);
    match answered {
        Ok((url, exchange)) => look(session, user, request, params, &url, exchange).await,
        Err(failure) => {
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
    }
}

/// Whether chance and condition let the request be sent.
async fn wanted(session: &mut Session, user: &Rc<User>, request: &Request) -> Result<bool, Stop> {
    if let Some(percent) = request.probability {
        let drawn = user.random.borrow_mut().unit() * 100.0;
        if percent.is_nan() || drawn >= percent {
            return Ok(false);
        }
    }
    let lookup = |name: &str| user.vars.borrow().get(name).map(Cow::into_owned);
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

/// Fills in the templates.
fn fill(user: &User, request: &Request, url: &str) -> Result<Filled, Failure> {
    let refused =
        |message: &str| Failure { code: "ERR_GOT_REQUEST_ERROR".to_owned(), message: message.to_owned() };
    let mut headers: Vec<(String, String)> = Vec::with_capacity(request.headers.len() + 2);
    for (name, value) in &request.headers {
        match user.value(value) {
            None => {}
            Some(Value::Array(list)) => {
                headers.extend(list.iter().map(|value| (name.to_string(), js::text_of(Some(value)))));
            }
            Some(value) => headers.push((name.to_string(), js::text_of(Some(&value)))),
        }
    }
    let has = |headers: &[(String, String)], wanted: &str| headers.iter().any(|(name, _)| name == wanted);
    let body = match &request.content {
        Content::None => None,
        Content::Json(json) => match user.value(json) {
            None => None,
            Some(value) => {
                if !has(&headers, "content-type") {
                    headers.push(("content-type".to_owned(), "application/json".to_owned()));
                }
                Some(Bytes::from(value.to_string()))
            }
        },
        Content::Body(body) => match user.value(body) {
            None => None,
            Some(Value::String(text)) => Some(Bytes::from(text)),
            Some(_) => return Err(refused("the body must be a text")),
        },
        Content::Form(fields) => {
            let pairs: Vec<(String, Option<Value>)> =
                fields.iter().map(|(name, value)| (name.clone(), user.value(value))).collect();
            if !has(&headers, "content-type") {
                headers.push(("content-type".to_owned(), net::form::URL_ENCODED.to_owned()));
            }
            Some(Bytes::from(encoded(&pairs)))
        }
        Content::FormData(fields) => {
            let (content_type, bytes) = multipart(user, fields).map_err(|why| refused(&why))?;
            headers.retain(|(name, _)| name != "content-type");
            headers.push(("content-type".to_owned(), content_type));
            Some(Bytes::from(bytes))
        }
    };
    if body.as_ref().is_some_and(|body| !body.is_empty()) && matches!(&*request.method, "GET" | "HEAD") {
        return Err(refused("a GET has no body"));
    }
    if let Some((name, password)) = &request.auth {
        let pair = format!(
            "{}:{}",
            js::text_of(user.value(name).as_ref()),
            js::text_of(user.value(password).as_ref())
        );
        let value = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        headers.retain(|(name, _)| name != "authorization");
        headers.push(("authorization".to_owned(), value));
    }
    if let Some(prefix) = &user.world.tracing {
        let mut random = user.random.borrow_mut();
        let trace = format!("{:016x}{:016x}", random.next(), random.next());
        let trace = format!("{prefix}{}", &trace[prefix.len().min(32)..]);
        headers.push(("traceparent".to_owned(), format!("00-{trace}-{:016x}-01", random.next())));
    }
    let url = address(user, request, url)
        .map_err(|why| Failure { code: "ERR_INVALID_URL".to_owned(), message: why })?;
    let cookies = cookies(user, request);
    Ok(Filled { method: request.method.to_string(), url, headers, body, cookies })
}

/// The address as it goes over the wire, with its query.
fn address(user: &User, request: &Request, url: &str) -> Result<String, String> {
    let query = request.query.as_ref().and_then(|query| user.value(query));
    let query = query.as_ref().and_then(Value::as_object).filter(|query| !query.is_empty());
    // Most addresses are as they should be; the others are taken apart and put together by the rules of the web.
    let plain = |c: u8| {
        c.is_ascii_alphanumeric()
            || matches!(c, b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'&' | b'=' | b'+' | b'%')
            || matches!(c, b',' | b';' | b'@' | b'!' | b'*' | b'(' | b')')
    };
    if query.is_none() && url.bytes().all(plain) && !url.contains("/.") && url.matches('/').count() > 2 {
        return Ok(url.to_owned());
    }
    let mut parsed = url::Url::parse(url).map_err(|why| format!("{why}: {url}"))?;
    parsed.set_fragment(None);
    if let Some(query) = query {
        let pairs: Vec<(String, Option<Value>)> =
            query.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
        parsed.set_query(Some(&encoded(&pairs)));
    }
    Ok(parsed.into())
}

/// Pairs urlencoded; a list has its name again and again.
fn encoded(pairs: &[(String, Option<Value>)]) -> String {
    let mut flat: Vec<(&str, String)> = Vec::new();
    for (name, value) in pairs {
        match value {
            Some(Value::Array(items)) => {
                flat.extend(items.iter().map(|item| (name.as_str(), js::text_of(Some(item)))));
            }
            None => {}
            Some(Value::Null) => flat.push((name, String::new())),
            Some(value) => flat.push((name, js::text_of(Some(value)))),
        }
    }
    let mut made = url::form_urlencoded::Serializer::new(String::new());
    made.extend_pairs(flat);
    made.finish()
}

/// Fields and files as a multipart body, with its content type.
fn multipart(
    user: &User,
    fields: &[(String, Value, super::template::Tree)],
) -> Result<(String, Vec<u8>), String> {
    let boundary = format!("form-{}", super::functions::make_uuid(&mut user.random.borrow_mut()));
    let mut body = Vec::new();
    for (name, spec, filled) in fields {
        let name = name.replace('"', "%22");
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        let filled = user.value(filled);
        let kind = spec["contentType"].as_str();
        let bytes = match filled.as_ref().and_then(|filled| filled.get("fromFile")).and_then(Value::as_str) {
            Some(file) => {
                let path = super::load::absolute(&user.world.folder, std::path::Path::new(file));
                let bytes = std::fs::read(&path).map_err(|why| format!("{file}: {why}"))?;
                let file_name = path.file_name().map_or(Cow::Borrowed(""), |name| name.to_string_lossy());
                head.push_str(&format!("; filename=\"{}\"", file_name.replace('"', "%22")));
                head.push_str(&format!("\r\nContent-Type: {}", kind.unwrap_or_else(|| kind_of(&file_name))));
                bytes
            }
            None => {
                let inner = filled.as_ref().and_then(|filled| filled.get("value")).or(filled.as_ref());
                if let Some(kind) = kind {
                    head.push_str(&format!("\r\nContent-Type: {kind}"));
                }
                js::text_of(inner).into_bytes()
            }
        };
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}

/// The content type of a file by the end of its name.
fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase().as_str() {
        "txt" => "text/plain",
        "csv" => "text/csv",
        "htm" | "html" => "text/html",
        "json" => "application/json",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

/// The cookies that scripts set. Those of earlier requests go along once the server has set one, or when this
/// request has some too.
fn cookies(user: &User, request: &Request) -> Vec<(String, String)> {
    let defaults = &user.world.cookies;
    let mut kept = user.cookies.borrow_mut();
    let (known, served) = &mut *kept;
    for (name, value) in defaults.iter().chain(&request.cookies) {
        let value = user.text(value);
        match known.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => known.push((name.clone(), value)),
        }
    }
    if *served || !request.cookies.is_empty() || !defaults.is_empty() { known.clone() } else { Vec::new() }
}

/// Sends a request and follows its redirects; counts each of them.
async fn send(
    session: &mut Session,
    user: &Rc<User>,
    request: &Request,
    filled: &Filled,
) -> Result<Exchange, Failure> {
    let (mut method, mut body, mut url) = (filled.method.clone(), filled.body.clone(), filled.url.clone());
    let name = endpoint(user, request, Some(&url));
    for hop in 0.. {
        let worker = Rc::clone(session.worker());
        let parsed = worker
            .url(&url)
            .map_err(|why| Failure { code: "ERR_INVALID_URL".to_owned(), message: why.message })?;
        let mut ask = net::Request::new(net::Method::new(&method), parsed);
        ask.headers.clone_from(&filled.headers);
        ask.verbatim = true;
        ask.headers.extend(cookie_header(session, filled, &ask.url));
        ask.body = body.clone();
        ask.redirects = 0;
        ask.timeout = user.world.timeout;
        ask.version =
            if request.http2 { net::VersionPreference::Auto } else { net::VersionPreference::Http1 };
        user.count(session, |now, stats| {
            stats.count(now, "http.requests", 1.0);
            stats.rate(now, "http.request_rate");
        });
        let labels = Labels { name: name.as_ref().map(|known| known.name.as_str()), ..Labels::default() };
        let exchange = session.send(ask, labels).await;
        let answer = match &exchange.outcome {
            Ok(answer) => answer,
            Err(error) => {
                if let Some(status) = error.partial_status() {
                    answered(session, user, status, &exchange.trail());
                }
                return Err(failure(error));
            }
        };
        answered(session, user, answer.status, &answer.trail);
        if answer.headers.get("set-cookie").is_some() {
            user.cookies.borrow_mut().1 = true;
        }
        let goes_on = request.follows && matches!(answer.status, 300..=303 | 305 | 307 | 308);
        let Some(location) = answer.headers.text_of("location").filter(|_| goes_on) else {
            user.count(session, |now, stats| {
                stats.count(now, "http.downloaded_bytes", answer.body.len() as f64);
            });
            return Ok(exchange);
        };
        if hop >= REDIRECTS_MAX {
            user.count(session, |now, stats| stats.count(now, "http.downloaded_bytes", 0.0));
            return Err(Failure {
                code: "ERR_TOO_MANY_REDIRECTS".to_owned(),
                message: format!("Redirected {REDIRECTS_MAX} times. Aborting."),
            });
        }
        let next = url::Url::parse(&url).and_then(|base| base.join(location));
        let mut next =
            next.map_err(|why| Failure { code: "ERR_INVALID_URL".to_owned(), message: why.to_string() })?;
        next.set_fragment(None);
        if answer.status == 303 && !matches!(&*method, "GET" | "HEAD") {
            (method, body) = ("GET".to_owned(), None);
        }
        url = next.into();
    }
    unreachable!("the loop ends by its limit")
}

/// The `cookie` header: what scripts set, then what servers set.
fn cookie_header(session: &mut Session, filled: &Filled, url: &net::Url) -> Option<(String, String)> {
    let jar = session.jar().borrow().cookies_for(url);
    let mut pairs: Vec<(&str, &str)> =
        filled.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (name, value) in &jar {
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => pairs.push((name, value)),
        }
    }
    let text: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!text.is_empty()).then(|| ("cookie".to_owned(), text.join("; ")))
}

/// Counts an answer.
fn answered(session: &Session, user: &User, status: u16, trail: &net::Trail) {
    let first_byte = trail.waiting().as_millis_f64();
    user.count(session, |now, stats| {
        stats.count(now, "http.responses", 1.0);
        stats.measure(now, "http.response_time", first_byte);
        let class = match status {
            200..=299 => Some("http.response_time.2xx"),
            300..=399 => Some("http.response_time.3xx"),
            400..=499 => Some("http.response_time.4xx"),
            500..=599 => Some("http.response_time.5xx"),
            _ => None,
        };
        match status {
            200 => stats.count(now, "http.codes.200", 1.0),
            other => stats.count(now, &format!("http.codes.{other}"), 1.0),
        }
        if let Some(class) = class {
            stats.measure(now, class, first_byte);
        }
        if user.world.extended {
            let total = trail.blocked() + trail.connecting() + trail.tls_handshaking() + trail.duration();
            for (name, time) in [
                ("http.dns", trail.looking_up()),
                ("http.tcp", trail.connecting()),
                ("http.tls", trail.tls_handshaking()),
                ("http.total", total),
            ] {
                stats.measure(now, name, time.as_millis_f64());
            }
        }
    });
}

/// What Artillery calls a failure.
fn failure(error: &net::Error) -> Failure {
    let code = match error.kind() {
        Kind::RequestTimeout | Kind::DialTimeout(_) => "ETIMEDOUT",
        Kind::NoSuchHost(_) => "ENOTFOUND",
        Kind::Lookup { .. } => "EAI_AGAIN",
        Kind::Eof | Kind::UnexpectedEof => "ECONNRESET",
        Kind::Dial { errno, .. } | Kind::Socket { errno, .. } => errno_name(*errno),
        Kind::Malformed(_) => "HPE_INVALID_CONSTANT",
        Kind::UnknownAuthority => "DEPTH_ZERO_SELF_SIGNED_CERT",
        Kind::HostnameMismatch(_) => "ERR_TLS_CERT_ALTNAME_INVALID",
        Kind::NotTls | Kind::Tls(_) => "EPROTO",
        Kind::Decompression(_) => "Z_DATA_ERROR",
        Kind::InvalidUrl(_) | Kind::NoHost | Kind::InvalidPort(_) => "ERR_INVALID_URL",
        Kind::InvalidRequest(_) => "ERR_INVALID_CHAR",
        Kind::Http2 { .. } | Kind::Http2Other(_) => "ERR_HTTP2_ERROR",
        Kind::BadBody(_) => "ECONNRESET",
        _ => "ERR_GOT_REQUEST_ERROR",
    };
    Failure { code: code.to_owned(), message: error.to_string() }
}

/// The name of a system error.
#[must_use]
pub fn errno_name(errno: i32) -> &'static str {
    match errno {
        11 => "EAGAIN",
        13 => "EACCES",
        23 => "ENFILE",
        24 => "EMFILE",
        32 => "EPIPE",
        99 => "EADDRNOTAVAIL",
        100 => "ENETDOWN",
        101 => "ENETUNREACH",
        103 => "ECONNABORTED",
        104 => "ECONNRESET",
        105 => "ENOBUFS",
        110 => "ETIMEDOUT",
        111 => "ECONNREFUSED",
        112 => "EHOSTDOWN",
        113 => "EHOSTUNREACH",
        _ => "EIO",
    }
}

/// Captures, hooks and plugins, in their order.
async fn look(
    session: &mut Session,
    user: &Rc<User>,
    request: &Request,
    params: Option<Map<String, Value>>,
    url: &str,
    exchange: Exchange,
) -> Done {
    // Held by the user: all threads would change the count of the world's owners.
    let world = &*user.world;
    let status = exchange.status();
    let packed = exchange.header("content-encoding").is_some();
    // A body that is to stay packed is no text.
    let text = if packed && !request.unpacks { Cow::Borrowed("") } else { exchange.text() };
    let header = |name: &str| exchange.header(name).map(Cow::into_owned);
    let answer = Answer::new(text, &header);
    let taken = user.scoped(|scope| {
        capture::take_all(&request.captures, &request.matches, world.strict_capture, &answer, scope)
    });
    for (name, value) in taken.values {
        user.vars.borrow_mut().set_path(&name, value);
    }
    let after: Vec<&str> = user.scenario().hooks.after_response.iter().map(|name| &**name).collect();
    let own: Vec<&str> = request.after.iter().map(|name| &**name).collect();
    let seen = [after.as_slice(), own.as_slice()].concat();
    let mut hooked = hooks::any(session, user, &seen).await.then(|| {
        let object = params.unwrap_or_else(|| shown(user, request));
        (object, hooks::response(&exchange, &answer.text))
    });
    if let Some((object, response)) = &mut hooked {
        for name in &after {
            hooks::after_response(session, user, name, object, response).await?;
        }
    }
    expectations(session, user, request, url, status, &answer)?;
    if let Some(threshold) = world.apdex {
        apdex(session, user, threshold, &exchange);
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
            for (part, time) in server_timing(&exchange) {
                let name = format!("{}.server-timing.{part}.{}", endpoints.namespace, known.name);
                stats.measure(now, &name, time);
            }
        });
    }
    if let Some((object, response)) = &mut hooked {
        for name in &own {
            hooks::after_response(session, user, name, object, response).await?;
        }
    }
    if taken.failed { Err(Stop("Failed capture or match".to_owned())) } else { Ok(()) }
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
    url: &str,
    status: u16,
    answer: &Answer<'_>,
) -> Done {
    let Some(settings) = user.world.expect else { return Ok(()) };
    let of_status = |expectation: &&expect::Expectation| &*expectation.kind == "statusCode";
    let default = (settings.default_200 && !request.expectations.iter().any(|one| of_status(&one)))
        .then(expect::status_200);
    let mut failed = false;
    for expectation in request.expectations.iter().chain(&default) {
        let outcome = user.scoped(|scope| expectation.check(status, answer, scope));
        let word = if outcome.ok { "ok" } else { "failed" };
        failed |= !outcome.ok;
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
                format!("{} {url}: {}: {}", request.method, outcome.kind, outcome.detail),
            );
        }
    }
    if failed {
        user.world.expectation_failed.store(true, Relaxed);
        if settings.as_errors {
            return Err(Stop(format!("Failed expectations for request {url}")));
        }
    }
    Ok(())
}

/// A time in milliseconds as hooks see it.
#[must_use]
pub fn ms(time: Nanos) -> Value {
    js::number((time.as_millis_f64() * 1000.0).round() / 1000.0)
}
