//! Sending a request, its redirects, and what is counted of each answer.
//!
//! Main function: [`send`]. Redirects are followed here and not by the client, because methods, counters and the
//! limit are Artillery's.

use std::rc::Rc;

use bytes::Bytes;
use net::error::Kind;

use super::outgoing::Filled;
use super::{Failure, endpoint};
use crate::exchange::{Exchange, Labels};
use crate::import::artillery::flow::Request;
use crate::import::artillery::life::User;
use crate::session::Session;

/// Redirects that are followed.
const REDIRECTS_MAX: usize = 10;

/// Where a redirect led.
struct Redirected {
    method: String,
    url: String,
    body: Option<Bytes>,
}

/// Sends a request and follows its redirects; counts each of them.
pub(super) async fn send(
    session: &mut Session,
    user: &Rc<User>,
    request: &Request,
    filled: &Filled,
    cookies: &[(String, String)],
) -> Result<Box<Exchange>, Failure> {
    let name = endpoint(user, request, Some(&filled.url));
    // In a box: few requests are redirected.
    let mut redirected: Option<Box<Redirected>> = None;
    let mut cookie = None;
    for hop in 0.. {
        let ask = ask(session, filled, redirected.as_deref(), cookies, &mut cookie)?;
        user.count(session, |now, stats| {
            stats.count(now, "http.requests", 1.0);
            stats.rate(now, "http.request_rate");
        });
        let labels = Labels { name: name.as_ref().map(|known| known.name.as_str()), ..Labels::default() };
        let exchange = session.send(ask, labels).await;
        match next(session, user, request, &exchange, (hop, filled, redirected.as_deref()))? {
            None => return Ok(Box::new(exchange)),
            Some((location, leaves)) => {
                if leaves {
                    cookie = None;
                }
                redirected = Some(Box::new(location));
            }
        }
    }
    unreachable!("the loop ends by its limit")
}

/// The request of one hop, which may be everybody's; `cookie` is the value of the header of the one before.
// Apart from the future that waits for the answer, which would have room for all that is needed here.
fn ask<'f>(
    session: &mut Session,
    filled: &'f Filled,
    redirected: Option<&Redirected>,
    cookies: &[(String, String)],
    cookie: &mut Option<Box<str>>,
) -> Result<net::Asked<'f>, Failure> {
    let url = match redirected {
        None => Rc::clone(&filled.first.url),
        Some(to) => parsed(session, &to.url)?,
    };
    // A redirect for which there is no cookie any more takes along what its request had, as in Artillery.
    if let Some(found) = cookie_header(session, cookies, &url) {
        *cookie = Some(found.into());
    }
    if redirected.is_none() && cookie.is_none() {
        return Ok((&filled.first).into());
    }
    let mut ask = Box::new(net::Request { url, ..filled.first.clone() });
    if let Some(to) = redirected {
        ask.method = net::Method::new(&to.method);
        ask.body.clone_from(&to.body);
    }
    if let Some(cookie) = cookie {
        // A header of the script that is called so gives way.
        let others = ask.headers.iter().filter(|(name, _)| name != "cookie").cloned();
        ask.headers =
            others.chain([("cookie".to_owned(), String::from(&**cookie))]).collect::<Vec<_>>().into();
    }
    Ok(ask.into())
}

/// An address, or why it is none.
pub(super) fn parsed(session: &Session, url: &str) -> Result<Rc<net::Url>, Failure> {
    let known = session.worker().url(url);
    known.map_err(|why| Failure { code: "ERR_INVALID_URL".to_owned(), message: why.message })
}

/// Counts what came of a hop. Gives where the next one goes and whether that is another host, when there is one.
fn next(
    session: &Session,
    user: &User,
    request: &Request,
    exchange: &Exchange,
    (hop, filled, redirected): (usize, &Filled, Option<&Redirected>),
) -> Result<Option<(Redirected, bool)>, Failure> {
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
    let location = if goes_on { answer.headers.text_of("location") } else { None };
    let Some(location) = location else {
        user.count_at(session, answer.trail.end(), |now, stats| {
            stats.count(now, "http.downloaded_bytes", answer.body.len() as f64);
        });
        return Ok(None);
    };
    if hop >= REDIRECTS_MAX {
        let end = answer.trail.end();
        user.count_at(session, end, |now, stats| stats.count(now, "http.downloaded_bytes", 0.0));
        return Err(Failure {
            code: "ERR_TOO_MANY_REDIRECTS".to_owned(),
            message: format!("Redirected {REDIRECTS_MAX} times. Aborting."),
        });
    }
    let (method, url, body) = match redirected {
        Some(to) => (&*to.method, &*to.url, to.body.clone()),
        None => (&*filled.method, &*filled.url, filled.first.body.clone()),
    };
    let before = url::Url::parse(url);
    let next = before.as_ref().map_err(|why| *why).and_then(|base| base.join(location));
    let mut next =
        next.map_err(|why| Failure { code: "ERR_INVALID_URL".to_owned(), message: why.to_string() })?;
    next.set_fragment(None);
    let leaves = before.is_ok_and(|before| before.host_str() != next.host_str());
    let (method, body) = match (answer.status, method) {
        (303, "GET" | "HEAD") => (method, body),
        (303, _) => ("GET", None),
        _ => (method, body),
    };
    Ok(Some((Redirected { method: method.to_owned(), url: next.into(), body }, leaves)))
}

/// The value of the `cookie` header: what scripts set, then what servers set.
fn cookie_header(session: &mut Session, cookies: &[(String, String)], url: &net::Url) -> Option<String> {
    if cookies.is_empty() && session.jar().borrow().is_empty() {
        return None;
    }
    let jar = session.jar().borrow().cookies_for(url);
    let mut pairs: Vec<(&str, &str)> =
        cookies.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (name, value) in &jar {
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => pairs.push((name, value)),
        }
    }
    let text: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!text.is_empty()).then(|| text.join("; "))
}

/// Counts an answer.
fn answered(session: &Session, user: &User, status: u16, trail: &net::Trail) {
    let first_byte = trail.waiting().as_millis_f64();
    user.count_at(session, trail.end(), |now, stats| {
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
    let message = match error.kind() {
        Kind::Dial { remote, .. } => format!("connect {code} {remote}"),
        Kind::NoSuchHost(host) => format!("getaddrinfo {code} {host}"),
        Kind::Eof | Kind::UnexpectedEof => "socket hang up".to_owned(),
        _ => error.to_string(),
    };
    Failure { code: code.to_owned(), message }
}

/// What Artillery calls a failure: its code, and what it says.
#[must_use]
pub fn told(error: &net::Error) -> (String, String) {
    let Failure { code, message } = failure(error);
    (code, message)
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
