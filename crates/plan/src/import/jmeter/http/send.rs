//! Sending a request, with redirects, cookies, the cache and the resources of a page.
//!
//! Main functions: [`perform`]; main type: [`Network`], what a thread keeps between requests.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use model::Nanos;
use net::error::Kind;
use net::{AuthScheme, Method, Request, RequestHeaders, Url, VersionPreference};
use rustc_hash::FxHashMap;
use script::{Page, PageContent};
use smol_str::SmolStr;

use super::super::cookies::CookieStore;
use super::super::encoding;
use super::super::function::now_ms;
use super::super::sample::{Head, Sample, head_of};
use super::super::user::User;
use super::body::{BadBody, Body};
use super::ready::{Ready, ReadyRequests};
use super::{Call, uri};
use crate::exchange::{Exchange, Labels};
use crate::extract::regex;
use crate::session::Session;

/// Redirects that are followed for one sample.
const REDIRECTS_MAX: usize = 20;
/// How deep pages may hold pages.
const FRAMES_MAX: usize = 5;

/// What a cache knows of an address.
#[derive(Clone, Default, Debug)]
pub struct Cached {
    /// The tag of the entity.
    pub etag: Option<String>,
    /// When it changed last.
    pub changed: Option<String>,
    /// Until when it holds, in ms since 1970.
    pub holds_ms: i64,
}

/// A cache: by address.
pub type CacheStore = FxHashMap<String, Cached>;

/// What a thread keeps between requests, by the number of the manager in scope.
#[derive(Default, Debug)]
pub struct Network {
    /// Cookies.
    pub cookies: FxHashMap<usize, CookieStore>,
    /// Caches.
    pub caches: FxHashMap<usize, CacheStore>,
    /// The manager keeps no cookies that come.
    pub ignoring: Vec<usize>,
    /// Cookies become variables.
    pub save_cookies: bool,
    /// The connection of WebSocket samplers.
    pub socket: Option<Box<net::websocket::WebSocket>>,
    /// Where it leads.
    pub socket_url: String,
    /// Connections to databases that no other thread has.
    pub databases: super::super::database::Own,
}

/// One exchange of a sample.
struct Leg<'a> {
    method: &'a str,
    url: SmolStr,
    /// The first one has the body.
    first: bool,
    label: &'a SmolStr,
    /// Where the request is kept, when it is the same each time.
    ready: Option<&'a ReadyRequests>,
}

/// Sends a request; gives the sample, or nothing when the cache has the answer.
///
/// `ready` is given for a call that is the same each time.
pub async fn perform(
    call: &Call,
    ready: Option<&ReadyRequests>,
    label: &SmolStr,
    network: &mut Network,
    user: &mut User,
    session: &mut Session,
) -> Option<Box<Sample>> {
    if let Some((class, message)) = &call.bad_url {
        let mut sample = Box::new(blank(label, user));
        sample.is_http = true;
        if *class == "java.net.MalformedURLException" {
            sample.label = SmolStr::default();
        } else {
            sample.url = Some(call.url.clone());
        }
        sample.fail_without_answer(class, message);
        return Some(sample);
    }
    let leg = Leg { method: &call.method, url: call.url.clone(), first: true, label, ready };
    let mut sample = one(call, &leg, network, user, session).await?;
    // In a box, as all that few samples need: users must not carry the room for it.
    if (call.follow || call.auto) && is_redirect(&sample) {
        sample = Box::new(Box::pin(redirects(call, label, *sample, network, user, session)).await);
    }
    if let Some(resources) = &call.resources
        && sample.success
        && sample.content_type.starts_with("text/html")
    {
        let whole = with_resources(call, resources, label, *sample, network, user, session, 0);
        sample = Box::new(Box::pin(whole).await);
    }
    Some(sample)
}

fn blank(label: &SmolStr, user: &User) -> Sample {
    let now = now_ms();
    Sample {
        label: label.clone(),
        thread: user.name.clone(),
        data_type: "text",
        started_ms: now,
        ended_ms: now,
        ..Sample::default()
    }
}

fn is_redirect(sample: &Sample) -> bool {
    matches!(sample.code.as_str(), "301" | "302" | "303" | "308")
        || (sample.code == "307" && matches!(sample.method.as_str(), "GET" | "HEAD"))
}

/// Follows redirects; each hop is a sub-sample, unless they are followed silently.
async fn redirects(
    call: &Call,
    label: &SmolStr,
    first: Sample,
    network: &mut Network,
    user: &mut User,
    session: &mut Session,
) -> Sample {
    let mut hops = vec![first];
    loop {
        let last = hops.last().expect("there is a first hop");
        let from = last.url.clone().unwrap_or_default();
        if !is_redirect(last) {
            break;
        }
        let target = Url::parse(&uri::sent(&from))
            .ok()
            .and_then(|url| url.join(&last.location.replace(' ', "%20")).ok());
        let target = target.filter(|_| !last.location.is_empty()).map(|url| url.as_str().to_owned());
        let Some(target) = target else {
            let message = format!("Missing location header in redirect for {} {from} HTTP/1.1", last.method);
            let mut failed = last.clone();
            failed.fail_without_answer("java.lang.IllegalArgumentException", &message);
            failed.label = label.clone();
            return failed;
        };
        if hops.len() > REDIRECTS_MAX {
            let mut failed = blank(label, user);
            failed.is_http = true;
            failed.url = Some(from);
            let message = format!("Exceeded maximum number of redirects: {REDIRECTS_MAX}");
            failed.fail_without_answer("java.io.IOException", &message);
            hops.push(failed);
            break;
        }
        let method = if last.method == "HEAD" { "HEAD" } else { "GET" };
        let leg = Leg { method, url: target.into(), first: false, label, ready: None };
        match one(call, &leg, network, user, session).await {
            Some(sample) => hops.push(*sample),
            None => break,
        }
    }
    whole(label, hops, call.auto && !call.follow)
}

/// A sample of several exchanges, which shows the last one.
fn whole(label: &SmolStr, hops: Vec<Sample>, silent: bool) -> Sample {
    let last = hops.last().expect("there is a first hop");
    let first = &hops[0];
    let mut all = Sample { label: label.clone(), bytes: 0, sent_bytes: 0, subs: Vec::new(), ..last.clone() };
    all.started_ms = first.started_ms;
    all.elapsed_ms = hops.iter().map(|hop| hop.elapsed_ms).sum();
    (all.latency_ms, all.connect_ms) = (first.latency_ms, first.connect_ms);
    let sent = (first.method.clone(), first.query.clone());
    (all.method, all.query) = sent;
    if silent {
        all.bytes = last.bytes;
        all.sent_bytes = hops.iter().map(|hop| hop.sent_bytes).sum();
        return all;
    }
    for (at, mut hop) in hops.into_iter().enumerate() {
        hop.label = format!("{label}-{at}").into();
        all.add_sub(hop);
    }
    all
}

/// A request that was put together, for its sample.
struct Asked {
    ready: Rc<Ready>,
    url: Rc<Url>,
    cookie: Option<String>,
    started_ms: i64,
}

/// One request and its answer.
// The sample is made once the answer is there: each user that waits would have the room for one.
async fn one(
    call: &Call,
    leg: &Leg<'_>,
    network: &mut Network,
    user: &mut User,
    session: &mut Session,
) -> Option<Box<Sample>> {
    let asked = match ask(call, leg, network, user, session)? {
        Ok(asked) => asked,
        Err(refused) => return Some(refused),
    };
    let labels = Labels { name: Some(leg.label), own_cookies: true, ..Labels::default() };
    let exchange = session.send(Box::new(asked.ready.request.clone()), labels).await;
    Some(answered(call, leg, asked, exchange, network, user))
}

/// What is to be sent; a sample when that cannot be, and nothing when the cache has the answer.
fn ask(
    call: &Call,
    leg: &Leg<'_>,
    network: &Network,
    user: &User,
    session: &Session,
) -> Option<Result<Asked, Box<Sample>>> {
    let started_ms = now_ms();
    let refused = |class: &str, message: &str| {
        let mut sample = begun(leg, user, started_ms);
        sample.fail_without_answer(class, message);
        Some(Err(sample))
    };
    let ready = leg.ready.and_then(|all| all.get(call));
    let url = match &ready {
        Some(ready) => Rc::clone(&ready.url),
        None => match session.worker().url(&uri::sent(&leg.url)) {
            Ok(url) => url,
            Err(_) => {
                return refused("java.net.URISyntaxException", &format!("Illegal address: {}", leg.url));
            }
        },
    };
    let learnt = learnt(call, leg, &url, network, started_ms)?;
    let ready = match ready.filter(|_| learnt.is_nothing()) {
        Some(ready) => ready,
        None => match put_together(call, leg, &url, &learnt, session) {
            Ok(ready) => Rc::new(ready),
            Err(bad) => return refused(bad.class, &bad.message),
        },
    };
    if let Some(all) = leg.ready.filter(|_| learnt.is_nothing() && !call.multipart) {
        all.keep(call, &ready);
    }
    Some(Ok(Asked { ready, url, cookie: learnt.cookie, started_ms }))
}

/// A sample that was begun at that time.
fn begun(leg: &Leg<'_>, user: &User, started_ms: i64) -> Box<Sample> {
    Box::new(Sample {
        is_http: true,
        method: leg.method.into(),
        url: Some(leg.url.clone()),
        started_ms,
        ended_ms: started_ms,
        ..blank(leg.label, user)
    })
}

/// The sample of an exchange; takes what later requests need to know.
fn answered(
    call: &Call,
    leg: &Leg<'_>,
    asked: Asked,
    mut exchange: Exchange,
    network: &mut Network,
    user: &mut User,
) -> Box<Sample> {
    let mut sample = begun(leg, user, asked.started_ms);
    sample.cookies = asked.cookie.unwrap_or_default();
    sample.request_headers = Head::Text(Rc::clone(&asked.ready.headers));
    sample.query.clone_from(&asked.ready.shown);
    fill(&mut sample, &exchange, call.md5);
    keep(call, &sample, &exchange, &asked.url, network, user);
    if let Ok(answer) = &mut exchange.outcome {
        sample.response_headers = Head::Answer(Rc::new(std::mem::take(&mut answer.headers)));
    }
    sample
}

/// What a request has because of the answers before it.
#[derive(Default)]
struct Learnt {
    cookie: Option<String>,
    /// Headers by which the server may say that nothing changed.
    conditions: Vec<(String, String)>,
}

impl Learnt {
    fn is_nothing(&self) -> bool {
        self.cookie.is_none() && self.conditions.is_empty()
    }
}

/// Cookies and what the cache says; nothing when the cache has the answer.
fn learnt(call: &Call, leg: &Leg<'_>, url: &Url, network: &Network, now: i64) -> Option<Learnt> {
    let mut learnt = Learnt::default();
    if let Some(store) = call.cookies.and_then(|id| network.cookies.get(&id)) {
        learnt.cookie = store.header(url, now);
    }
    if let Some((id, use_expires)) = call.cache.filter(|_| leg.method == "GET")
        && let Some(known) = network.caches.get(&id).and_then(|cache| cache.get(&*leg.url))
    {
        if use_expires && known.holds_ms > now {
            return None;
        }
        if let Some(changed) = &known.changed {
            learnt.conditions.push(("If-Modified-Since".to_owned(), changed.clone()));
        }
        if let Some(etag) = &known.etag {
            learnt.conditions.push(("If-None-Match".to_owned(), etag.clone()));
        }
    }
    Some(learnt)
}

/// The request in the order in which plans see it put together.
fn put_together(
    call: &Call,
    leg: &Leg<'_>,
    url: &Rc<Url>,
    learnt: &Learnt,
    session: &Session,
) -> Result<Ready, BadBody> {
    let has = |headers: &[(String, String)], wanted: &str| {
        headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let typed = has(&call.headers, "content-type");
    let body = if leg.first { call.body(typed)? } else { Body::default() };
    let multipart = body.content_type.as_deref().is_some_and(|kind| kind.starts_with("multipart/"));
    let connection = if call.keep_alive { "keep-alive" } else { "close" };
    let mut headers = vec![("Connection".to_owned(), connection.to_owned())];
    for (name, value) in &call.headers {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {}
            "content-type" if multipart => {}
            "cookie" if learnt.cookie.is_some() => {}
            "host" if !value.contains(':') => match url.given_port() {
                Some(port) => headers.push((name.clone(), format!("{value}:{port}"))),
                None => headers.push((name.clone(), value.clone())),
            },
            _ => headers.push((name.clone(), value.clone())),
        }
    }
    headers.extend(learnt.cookie.iter().map(|cookie| ("Cookie".to_owned(), cookie.clone())));
    headers.extend(learnt.conditions.iter().cloned());
    if let Some(kind) = body.content_type.filter(|_| multipart || !typed) {
        headers.push(("Content-Type".to_owned(), kind));
    }
    let (mut url, mut auth) = (Rc::clone(url), None);
    match &call.credentials {
        Some((name, password, true)) => {
            let code = |text: &str| super::super::function::java_encode(text).replace('+', "%20");
            let text = leg.url.replacen("://", &format!("://{}:{}@", code(name), code(password)), 1);
            if let Ok(with) = Url::parse(&uri::sent(&text)) {
                url = Rc::new(with);
                auth = Some(AuthScheme::Digest);
            }
        }
        Some((name, password, false)) => {
            use base64::Engine;
            let token = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
            headers.push(("Authorization".to_owned(), format!("Basic {token}")));
        }
        None => {}
    }
    if !has(&headers, "host") {
        let host = if url.has_credentials() {
            url.without_credentials().authority().to_owned()
        } else {
            url.authority().to_owned()
        };
        headers.push(("Host".to_owned(), host));
    }
    if !has(&headers, "user-agent") {
        headers.push(("User-Agent".to_owned(), session.worker().net.settings().user_agent.clone()));
    }
    let shown: String = headers.iter().flat_map(|(name, value)| [name, ": ", value, "\n"]).collect();
    let mut headers = RequestHeaders::from(headers);
    headers.share();
    let request = Request {
        headers,
        body: body.bytes.map(Bytes::from),
        timeout: timeout(call.timeouts),
        redirects: 0,
        version: VersionPreference::Http1,
        auth,
        verbatim: true,
        ..Request::new(Method::new(leg.method), Rc::clone(&url))
    };
    Ok(Ready { url, request, headers: shown.into(), shown: body.shown })
}

fn timeout((connect, response): (u64, u64)) -> Duration {
    match (connect, response) {
        (_, 0) => Duration::from_secs(7 * 24 * 3600),
        (connect, response) => Duration::from_millis(response.saturating_add(connect)),
    }
}

fn millis(time: Nanos) -> i64 {
    time.as_millis_f64().round() as i64
}

/// What the exchange says of the sample.
fn fill(sample: &mut Sample, exchange: &Exchange, md5: bool) {
    let trail = exchange.trail();
    sample.elapsed_ms = millis(exchange.elapsed());
    sample.ended_ms = sample.started_ms + sample.elapsed_ms;
    if trail.first_byte > trail.start {
        sample.latency_ms = millis(trail.first_byte - exchange.started);
    }
    sample.connect_ms = millis(trail.connecting() + trail.tls_handshaking() + trail.looking_up());
    let answer = match &exchange.outcome {
        Ok(answer) => answer,
        Err(error) => {
            let (class, message) = java_fault(error, exchange);
            sample.fail_without_answer(class, &message);
            sample.body_bytes = exchange.received_bytes;
            return;
        }
    };
    let (code, words) = answer.status_text.split_once(' ').unwrap_or((&answer.status_text, ""));
    (sample.code, sample.message) = (code.into(), words.into());
    sample.success = (200..400).contains(&answer.status);
    sample.header_bytes = head_of(&answer.headers).len() as u64;
    let received = if exchange.url.is_tls() {
        let length =
            answer.headers.text_of("Content-Length").and_then(|text| text.trim().parse::<u64>().ok());
        sample.header_bytes + length.unwrap_or(answer.body.len() as u64)
    } else {
        exchange.received_bytes
    };
    sample.bytes = received;
    sample.body_bytes = received.saturating_sub(sample.header_bytes);
    sample.sent_bytes = exchange.sent_bytes;
    sample.content_type = answer.headers.text_of("Content-Type").unwrap_or_default().into();
    sample.charset = encoding::charset_of(&sample.content_type).map(SmolStr::from);
    let binary = ["image/", "audio/", "video/"].iter().any(|kind| sample.content_type.starts_with(kind));
    sample.data_type = if binary { "bin" } else { "text" };
    sample.location = answer.headers.text_of("Location").unwrap_or_default().into();
    sample.body = answer.body.clone();
    if md5 {
        use md5::Digest;
        let hash: String = md5::Md5::digest(&answer.body).iter().map(|byte| format!("{byte:02x}")).collect();
        sample.body = hash.into_bytes().into();
    }
}

/// Cookies and what the cache may know from now on.
fn keep(
    call: &Call,
    sample: &Sample,
    exchange: &Exchange,
    url: &Url,
    network: &mut Network,
    user: &mut User,
) {
    let Ok(answer) = &exchange.outcome else { return };
    let now = now_ms();
    if let Some(id) = call.cookies.filter(|id| !network.ignoring.contains(id)) {
        let lines: Vec<String> =
            answer.headers.all("Set-Cookie").map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        if !lines.is_empty() {
            let set = network.cookies.entry(id).or_default().receive(&lines, url, now);
            if network.save_cookies {
                set.iter().for_each(|(name, value)| user.vars.put(&format!("COOKIE_{name}"), value));
            }
        }
    }
    if let Some((id, _)) = call.cache.filter(|_| sample.method == "GET" && sample.code == "200") {
        let text = |name: &str| answer.headers.text_of(name).map(str::to_owned);
        let control = text("Cache-Control").unwrap_or_default().to_ascii_lowercase();
        let max_age =
            control.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse::<i64>().ok());
        let forbidden = control.contains("no-cache") || control.contains("no-store");
        let expires = text("Expires").and_then(|text| net::cookie::parse_rfc1123(&text).ok());
        let known = Cached {
            etag: text("ETag"),
            changed: text("Last-Modified"),
            holds_ms: match max_age {
                _ if forbidden => 0,
                Some(seconds) => now + seconds.saturating_mul(1000),
                None => expires.unwrap_or(0),
            },
        };
        if known.etag.is_some() || known.changed.is_some() || known.holds_ms > now {
            network
                .caches
                .entry(id)
                .or_default()
                .insert(sample.url.as_deref().unwrap_or_default().to_owned(), known);
        }
    }
}

/// The class and message of what Java would have thrown.
fn java_fault(error: &net::Error, exchange: &Exchange) -> (&'static str, String) {
    let url = &exchange.url;
    let port = url.port().unwrap_or(80);
    let place = |remote: &dyn std::fmt::Display| {
        let host = url.host();
        let name = if host.parse::<std::net::IpAddr>().is_ok() { "" } else { host };
        format!("{host}:{port} [{name}/{remote}]")
    };
    match error.kind() {
        Kind::NoSuchHost(host) => {
            ("java.net.UnknownHostException", format!("{host}: Name or service not known"))
        }
        Kind::Lookup { host, reason } => ("java.net.UnknownHostException", format!("{host}: {reason}")),
        Kind::Dial { remote, errno, .. } => {
            let reason = match error.code() {
                1212 => "Connection refused".to_owned(),
                _ => std::io::Error::from_raw_os_error(*errno).to_string(),
            };
            let message = format!("Connect to {} failed: {reason}", place(&remote.ip()));
            ("org.apache.http.conn.HttpHostConnectException", message)
        }
        Kind::DialTimeout(remote) => {
            let message = format!("Connect to {} failed: connect timed out", place(&remote.ip()));
            ("org.apache.http.conn.ConnectTimeoutException", message)
        }
        Kind::RequestTimeout if error.trail().is_none_or(|trail| trail.connected == Nanos::ZERO) => (
            "org.apache.http.conn.ConnectTimeoutException",
            format!("Connect to {}:{port} failed: connect timed out", url.host()),
        ),
        Kind::RequestTimeout => ("java.net.SocketTimeoutException", "Read timed out".to_owned()),
        Kind::Socket { .. } if error.code() == 1220 => {
            ("java.net.SocketException", "Connection reset".to_owned())
        }
        Kind::Socket { .. } => ("java.net.SocketException", error.to_string()),
        Kind::Eof => {
            ("org.apache.http.NoHttpResponseException", format!("{}:{port} failed to respond", url.host()))
        }
        Kind::UnexpectedEof => {
            let got = error.partial_body().map_or(0, |body| body.len());
            let message = format!("Premature end of Content-Length delimited message body (received: {got})");
            ("org.apache.http.ConnectionClosedException", message)
        }
        Kind::Malformed(_) => ("org.apache.http.client.ClientProtocolException", "null".to_owned()),
        Kind::Decompression(_) => ("java.util.zip.ZipException", "Not in GZIP format".to_owned()),
        Kind::NotTls => ("javax.net.ssl.SSLException", "Unsupported or unrecognized SSL message".to_owned()),
        Kind::Tls(text) => ("javax.net.ssl.SSLHandshakeException", text.clone()),
        _ => ("java.io.IOException", error.to_string()),
    }
}

/// Fetches what a page shows; each resource is a sub-sample beside the page itself.
#[expect(clippy::too_many_arguments, reason = "a page within a page needs all that a page does")]
async fn with_resources(
    call: &Call,
    (wanted, unwanted): &(String, String),
    label: &SmolStr,
    page: Sample,
    network: &mut Network,
    user: &mut User,
    session: &mut Session,
    depth: usize,
) -> Sample {
    let base = page.url.clone().unwrap_or_default();
    let mut targets = resources(&page.text(), &base);
    let compiled = |pattern: &str| {
        Some(pattern).filter(|pattern| !pattern.is_empty()).and_then(|pattern| regex::compile(pattern).ok())
    };
    if let Some(wanted) = compiled(wanted) {
        targets.retain(|url| wanted.is_all_of(url).unwrap_or(true));
    }
    if let Some(unwanted) = compiled(unwanted) {
        targets.retain(|url| !unwanted.is_all_of(url).unwrap_or(false));
    }
    if targets.is_empty() || depth >= FRAMES_MAX {
        return page;
    }
    let mut all = Sample { label: label.clone(), bytes: 0, sent_bytes: 0, subs: Vec::new(), ..page.clone() };
    let mut parts = if page.subs.is_empty() { vec![page] } else { page.subs };
    let mut failures = String::new();
    for target in targets {
        let leg = Leg { method: "GET", url: target.into(), first: false, label, ready: None };
        let Some(sample) = one(call, &leg, network, user, session).await else { continue };
        let sample = if is_redirect(&sample) {
            redirects(call, label, *sample, network, user, session).await
        } else {
            *sample
        };
        if !sample.success {
            let url = sample.url.as_deref().unwrap_or_default();
            failures.push_str(&format!("{url} code:{} message:{}, ", sample.code, sample.message));
        }
        parts.push(sample);
    }
    for (at, mut part) in parts.into_iter().enumerate() {
        part.label = format!("{label}-{at}").into();
        all.elapsed_ms = (part.ended_ms - all.started_ms).max(all.elapsed_ms);
        all.add_sub(part);
    }
    if !failures.is_empty() {
        all.success = false;
        all.message = format!("Embedded resource download error:{failures}").into();
    }
    all
}

/// The addresses of what a page shows, each once.
fn resources(html: &str, base: &str) -> Vec<String> {
    let (Some(page), Ok(mut base)) = (Page::parse(html), Url::parse(&uri::sent(base))) else {
        return Vec::new();
    };
    let mut found: Vec<String> = Vec::new();
    for node in page.descendants(page.root()) {
        let PageContent::Element(name, _) = page.content(node) else { continue };
        let attribute = |key: &str| page.attribute(node, key);
        let target = match name {
            "base" => {
                if let Some(url) = attribute("href").and_then(|href| base.join(href).ok()) {
                    base = url;
                }
                None
            }
            "img" | "script" | "iframe" | "frame" | "embed" | "bgsound" => attribute("src"),
            "input" if attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("image")) => {
                attribute("src")
            }
            "link"
                if attribute("rel").is_some_and(|rel| {
                    rel.split_whitespace().any(|word| {
                        matches!(word.to_ascii_lowercase().as_str(), "stylesheet" | "icon" | "preload")
                    })
                }) =>
            {
                attribute("href")
            }
            "object" => attribute("data"),
            "applet" => attribute("code"),
            "body" | "td" | "table" => attribute("background"),
            _ => None,
        };
        let url = target
            .filter(|target| !target.trim().is_empty())
            .and_then(|target| base.join(target.trim()).ok());
        if let Some(url) = url.filter(Url::is_http) {
            let text = url.as_str().split('#').next().unwrap_or_default().to_owned();
            if !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_resources_once() {
        let page = r#"<link rel=stylesheet href=s.css><script src=/s.js></script><img src=i.png><img src=i.png#x>
            <a href=/no>n</a><link rel=next href=no><img src="data:image/png;base64,AA"><input type=image src=b.gif>"#;
        let wanted =
            ["http://h.test/d/s.css", "http://h.test/s.js", "http://h.test/d/i.png", "http://h.test/d/b.gif"];
        assert_eq!(resources(page, "http://h.test/d/p.html"), wanted);
    }
}
