//! Sending a request, with redirects and what a page shows, and what comes of it for the sample.
//!
//! Main function: [`perform`]. What answers leave for later requests is `network`'s.

use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use model::Nanos;
use net::{AuthScheme, Method, Request, RequestHeaders, Url, VersionPreference};
use smol_str::SmolStr;

use super::super::encoding;
use super::super::function::now_ms;
use super::super::sample::{Head, Sample, head_of};
use super::super::user::User;
use super::body::{BadBody, Body};
use super::fault::java_fault;
use super::network::{Learnt, Network, keep, learnt};
use super::page::with_resources;
use super::ready::{Ready, ReadyRequests};
use super::{Call, uri};
use crate::exchange::{Exchange, Labels};
use crate::session::Session;

/// Redirects that are followed for one sample.
const REDIRECTS_MAX: usize = 20;

/// One exchange of a sample.
pub(super) struct Leg<'a> {
    /// The method.
    pub method: &'a str,
    /// The address as it is shown.
    pub url: SmolStr,
    /// The first one has the body.
    pub first: bool,
    /// The label of the sample.
    pub label: &'a SmolStr,
    /// Where the request is kept, when it is the same each time.
    pub ready: Option<&'a ReadyRequests>,
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
        let mut sample = Box::new(blank(label, user, now_ms()));
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
        let whole = with_resources(call, resources, label, *sample, network, user, session);
        sample = Box::new(Box::pin(whole).await);
    }
    Some(sample)
}

/// A sample that was begun at that time, in ms since 1970.
fn blank(label: &SmolStr, user: &User, started_ms: i64) -> Sample {
    Sample {
        label: label.clone(),
        thread: user.name.clone(),
        data_type: "text",
        started_ms,
        ended_ms: started_ms,
        ..Sample::default()
    }
}

/// Whether the answer leads elsewhere.
pub(super) fn is_redirect(sample: &Sample) -> bool {
    matches!(sample.code.as_str(), "301" | "302" | "303" | "308")
        || (sample.code == "307" && matches!(sample.method.as_str(), "GET" | "HEAD"))
}

/// Follows redirects; each hop is a sub-sample, unless they are followed silently.
pub(super) async fn redirects(
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
            let mut failed = blank(label, user, now_ms());
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
pub(super) async fn one(
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
    let exchange = session.send((&asked.ready.request).into(), labels).await;
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

/// The sample of an exchange that was begun at that time, in ms since 1970.
fn begun(leg: &Leg<'_>, user: &User, started_ms: i64) -> Box<Sample> {
    Box::new(Sample {
        is_http: true,
        method: leg.method.into(),
        url: Some(leg.url.clone()),
        ..blank(leg.label, user, started_ms)
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
    (sample.code, sample.message) = match &*answer.status_text {
        "200 OK" => (SmolStr::new_static("200"), SmolStr::new_static("OK")),
        other => {
            let (code, words) = other.split_once(' ').unwrap_or((other, ""));
            (code.into(), words.into())
        }
    };
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
    if (300..400).contains(&answer.status) {
        sample.location = answer.headers.text_of("Location").unwrap_or_default().into();
    }
    sample.body = answer.body.clone();
    if md5 {
        use md5::Digest;
        let hash: String = md5::Md5::digest(&answer.body).iter().map(|byte| format!("{byte:02x}")).collect();
        sample.body = hash.into_bytes().into();
    }
}
