//! The cookie jar of one virtual user.
//!
//! Main type: [`Store`], behind the public `Jar`. A cookie costs one allocation, an empty jar none. It reads neither clock nor network,
//! and it knows no public suffix list (as in k6): any domain above a host may be set by it.

use crate::url::Url;

use super::parse::SetCookie;
use super::scope::Origin;
use super::{DateError, UnixMillis, parse_rfc1123};

/// The most cookies a jar keeps; a further one takes the place of an expired one, else of the oldest.
pub const MAX_COOKIES: usize = 3_000;

/// The most bytes of name, value, domain and path together; a larger cookie is refused and counted.
pub const MAX_COOKIE_BYTES: usize = 64 * 1024;

/// Cookies that servers and the script have set, and the rules by which they return.
#[derive(Debug, Default)]
pub struct Store {
    entries: Vec<Entry>,
    next_sequence: u64,
    lost: u64,
}

/// What a script may say beside name and value when it sets a cookie itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Empty: this host only.
    pub domain: String,
    /// Empty: the directory of the URL.
    pub path: String,
    /// Seconds since the Unix epoch.
    pub expires_unix_s: Option<i64>,
    /// Seconds to live; 0 says nothing, below 0 deletes.
    pub max_age_s: i64,
    /// Only for secure origins.
    pub secure: bool,
    /// Without effect on a load generator; kept for completeness.
    pub http_only: bool,
}

impl Attributes {
    /// Takes over the text of a script's `expires`; an empty one says nothing.
    pub fn set_expires(&mut self, text: &str) -> Result<(), DateError> {
        self.expires_unix_s = if text.is_empty() { None } else { Some(parse_rfc1123(text)?) };
        Ok(())
    }
}

/// Name, value, domain, path and site share one text, because jars are many and lookups are short.
#[derive(Debug)]
struct Entry {
    text: Box<str>,
    name_end: u32,
    value_end: u32,
    domain_end: u32,
    path_end: u32,
    expires_ms: i64,
    sequence: u64,
    host_only: bool,
    secure: bool,
}

const SESSION: i64 = i64::MAX;

impl Entry {
    fn new(parts: [&str; 5]) -> Self {
        let mut ends = [0u32; 5];
        let mut end = 0;
        for (part, slot) in parts.iter().zip(&mut ends) {
            end += part.len();
            *slot = u32::try_from(end).expect("the parts of a cookie are bounded by MAX_COOKIE_BYTES");
        }
        let [name_end, value_end, domain_end, path_end, _] = ends;
        let text = parts.concat().into_boxed_str();
        Self {
            text,
            name_end,
            value_end,
            domain_end,
            path_end,
            expires_ms: SESSION,
            sequence: 0,
            host_only: false,
            secure: false,
        }
    }

    fn name(&self) -> &str {
        &self.text[..self.name_end as usize]
    }

    fn value(&self) -> &str {
        &self.text[self.name_end as usize..self.value_end as usize]
    }

    fn domain(&self) -> &str {
        &self.text[self.value_end as usize..self.domain_end as usize]
    }

    fn path(&self) -> &str {
        &self.text[self.domain_end as usize..self.path_end as usize]
    }

    /// The site the cookie stays in where its domain does not say; else empty.
    fn site(&self) -> &str {
        &self.text[self.path_end as usize..]
    }

    const fn is_live(&self, now: UnixMillis) -> bool {
        self.expires_ms > now.0
    }

    fn goes_to(&self, origin: &Origin<'_>, now: UnixMillis) -> bool {
        self.is_live(now)
            && (!self.secure || origin.is_secure())
            && origin.in_domain(self.domain(), self.host_only)
            && (self.site().is_empty() || self.site() == origin.site())
            && origin.in_path(self.path())
    }

    fn is_same_cookie(&self, other: &Self) -> bool {
        self.name() == other.name()
            && self.domain() == other.domain()
            && self.path() == other.path()
            && self.site() == other.site()
    }
}

impl Store {
    /// An empty jar, which owns no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), next_sequence: 0, lost: 0 }
    }

    /// How many cookies it holds, expired ones that were not yet swept among them.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no request can get a cookie from it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many cookies were refused or pushed out by the jar's bounds; above zero the run deserves a warning.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Forgets everything, as at the start of an iteration, and keeps the memory.
    pub fn reset(&mut self) {
        self.entries.clear();
    }

    /// Takes the cookies of a response to a request for `url`, given its `Set-Cookie` values.
    pub fn store_lines<L: AsRef<[u8]>>(
        &mut self,
        url: &Url,
        lines: impl IntoIterator<Item = L>,
        now: UnixMillis,
    ) {
        for line in lines {
            if let Some(cookie) = SetCookie::parse(line.as_ref()) {
                self.store(url, &cookie, now);
            }
        }
    }

    /// Takes one cookie that a response to a request for `url` brought, if the rules allow it.
    pub fn store(&mut self, url: &Url, cookie: &SetCookie, now: UnixMillis) {
        let Some(origin) = Origin::of(url) else { return };
        let Some(scope) = origin.scope_of(&cookie.domain) else { return };
        let path = if cookie.path.starts_with('/') { &cookie.path } else { origin.default_path() };
        // A domain of one label (`test`) matches every host below it; the site keeps it at home.
        let needs_site = !scope.host_only && !scope.domain.contains('.');
        let site = if needs_site { origin.site() } else { "" };
        let parts = [&cookie.name, &cookie.value, &*scope.domain, path, site];
        if parts.iter().map(|part| part.len()).sum::<usize>() > MAX_COOKIE_BYTES {
            self.lost += 1;
            return;
        }
        let entry = Entry {
            expires_ms: expiry(cookie, now),
            host_only: scope.host_only,
            secure: cookie.secure,
            ..Entry::new(parts)
        };
        self.put(entry, now);
    }

    /// Sets a cookie for `url` on behalf of the script.
    pub fn set(&mut self, url: &Url, name: &str, value: &str, attributes: &Attributes, now: UnixMillis) {
        let cookie = SetCookie {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: attributes.domain.clone(),
            path: attributes.path.clone(),
            expires_unix_s: attributes.expires_unix_s,
            max_age_s: attributes.max_age_s,
            http_only: attributes.http_only,
            secure: attributes.secure,
        };
        self.store(url, &cookie, now);
    }

    /// Name and value of each cookie that a request for `url` carries, in the order of sending:
    /// longer paths first, then older cookies.
    #[must_use]
    pub fn cookies_for(&self, url: &Url, now: UnixMillis) -> Vec<(&str, &str)> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let Some(origin) = Origin::of(url) else { return Vec::new() };
        let mut found: Vec<&Entry> =
            self.entries.iter().filter(|entry| entry.goes_to(&origin, now)).collect();
        found.sort_by_key(|entry| (std::cmp::Reverse(entry.path().len()), entry.sequence));
        found.into_iter().map(|entry| (entry.name(), entry.value())).collect()
    }

    /// Removes the cookie `name` in the reach of a plain `Set-Cookie` from `url`, as k6 does:
    /// set for this host and for the directory of `url`.
    pub fn delete(&mut self, url: &Url, name: &str, now: UnixMillis) {
        self.set(url, name, "", &Attributes { max_age_s: -1, ..Attributes::default() }, now);
    }

    /// Deletes, in the sense of [`Store::delete`], each cookie that a request for `url` would carry.
    pub fn clear(&mut self, url: &Url, now: UnixMillis) {
        let names: Vec<String> =
            self.cookies_for(url, now).into_iter().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            self.delete(url, &name, now);
        }
    }

    fn put(&mut self, mut entry: Entry, now: UnixMillis) {
        let known = self.entries.iter().position(|old| old.is_same_cookie(&entry));
        if !entry.is_live(now) {
            if let Some(at) = known {
                self.entries.swap_remove(at);
            }
            return;
        }
        if let Some(at) = known {
            // A cookie that changes its value keeps its place in the order.
            entry.sequence = self.entries[at].sequence;
            self.entries[at] = entry;
            return;
        }
        if self.entries.len() >= MAX_COOKIES {
            self.make_room(now);
        }
        entry.sequence = self.next_sequence;
        self.next_sequence += 1;
        self.entries.push(entry);
    }

    fn make_room(&mut self, now: UnixMillis) {
        self.entries.retain(|entry| entry.is_live(now));
        if self.entries.len() < MAX_COOKIES {
            return;
        }
        let oldest =
            self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.sequence).map(|(at, _)| at);
        if let Some(at) = oldest {
            self.entries.swap_remove(at);
            self.lost += 1;
        }
    }
}

/// When the cookie ends, in milliseconds since the epoch; `Max-Age` wins over `Expires`.
fn expiry(cookie: &SetCookie, now: UnixMillis) -> i64 {
    if cookie.max_age_s < 0 {
        i64::MIN
    } else if cookie.max_age_s > 0 {
        now.0.saturating_add(cookie.max_age_s.saturating_mul(1_000))
    } else {
        cookie.expires_unix_s.map_or(SESSION, |seconds| seconds.saturating_mul(1_000))
    }
}

#[cfg(test)]
#[path = "jar_tests.rs"]
mod tests;
