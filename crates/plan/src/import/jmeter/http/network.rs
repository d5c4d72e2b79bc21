//! What answers leave for later requests of a thread: cookies, what caches know, connections.
//!
//! Main type: [`Network`]. [`learnt`] is what a request has of it, and [`keep`] what an answer adds.

use net::Url;
use rustc_hash::FxHashMap;

use super::super::cookies::CookieStore;
use super::super::function::now_ms;
use super::super::sample::Sample;
use super::super::user::User;
use super::Call;
use super::send::Leg;
use crate::exchange::Exchange;

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

/// What a request has because of the answers before it.
#[derive(Default)]
pub(super) struct Learnt {
    /// The header of cookies.
    pub cookie: Option<String>,
    /// Headers by which the server may say that nothing changed.
    pub conditions: Vec<(String, String)>,
}

impl Learnt {
    /// Whether the request is as the plan says.
    pub fn is_nothing(&self) -> bool {
        self.cookie.is_none() && self.conditions.is_empty()
    }
}

/// Cookies and what the cache says; nothing when the cache has the answer.
pub(super) fn learnt(call: &Call, leg: &Leg<'_>, url: &Url, network: &Network, now: i64) -> Option<Learnt> {
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

/// Cookies and what the cache may know from now on.
pub(super) fn keep(
    call: &Call,
    sample: &Sample,
    exchange: &Exchange,
    url: &Url,
    network: &mut Network,
    user: &mut User,
) {
    let Ok(answer) = &exchange.outcome else { return };
    if call.cookies.is_none() && call.cache.is_none() {
        return;
    }
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
