//! A cookie jar: which cookies go with a request (RFC 6265, 5.3 and 5.4).

use std::time::{SystemTime, UNIX_EPOCH};

use super::{Cookie, date};
use crate::url::Url;

/// Cookies that a jar holds at most; the oldest goes when there are more.
const COOKIES_MAX: usize = 3_000;

/// Cookies by where they came from. An empty jar holds no memory.
#[derive(Default, Debug)]
pub struct Jar {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    value: String,
    domain: String,
    host_only: bool,
    path: String,
    secure: bool,
    /// Seconds since the Unix epoch.
    ends: Option<i64>,
}

/// What a script says of a cookie that it sets.
#[derive(Clone, Default, Debug)]
pub struct SetOptions {
    /// The domain.
    pub domain: Option<String>,
    /// The path.
    pub path: Option<String>,
    /// A date.
    pub expires: Option<String>,
    /// Seconds to live.
    pub max_age: Option<i64>,
    /// Only over TLS.
    pub secure: bool,
    /// Not for scripts in pages.
    pub http_only: bool,
}

/// A cookie that a script cannot set.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidCookie(String);

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Jar {
    /// Takes a cookie that a response from `url` set.
    pub fn take(&mut self, url: &Url, cookie: &Cookie) {
        let host = url.host().to_ascii_lowercase();
        let asked = cookie.domain.trim_start_matches('.').to_ascii_lowercase();
        let (domain, host_only) = match asked.as_str() {
            "" => (host, true),
            // An address has no sub-domains.
            asked if asked == host => (host.clone(), host.parse::<std::net::IpAddr>().is_ok()),
            asked if is_within(&host, asked) && asked.contains('.') => (asked.to_owned(), false),
            _ => return,
        };
        let path = match cookie.path.as_str() {
            path if path.starts_with('/') => path.to_owned(),
            _ => folder(url.path()).to_owned(),
        };
        let ends = cookie.ends(now());
        self.entries
            .retain(|entry| !(entry.name == cookie.name && entry.domain == domain && entry.path == path));
        if ends.is_some_and(|ends| ends <= now()) {
            return;
        }
        if self.entries.len() >= COOKIES_MAX {
            self.entries.remove(0);
        }
        self.entries.push(Entry {
            name: cookie.name.clone(),
            value: cookie.value.clone(),
            domain,
            host_only,
            path,
            secure: cookie.secure,
            ends,
        });
    }

    /// The cookies that go to `url`, longer paths first, then older ones.
    #[must_use]
    pub fn cookies_for(&self, url: &Url) -> Vec<(String, String)> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let host = url.host().to_ascii_lowercase();
        let now = now();
        let mut matching: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.ends.is_none_or(|ends| ends > now))
            .filter(|entry| !entry.secure || url.is_tls() || is_loopback(&host))
            .filter(|entry| entry.domain == host || (!entry.host_only && is_within(&host, &entry.domain)))
            .filter(|entry| path_matches(url.path(), &entry.path))
            .collect();
        matching.sort_by_key(|entry| std::cmp::Reverse(entry.path.len()));
        matching.into_iter().map(|entry| (entry.name.clone(), entry.value.clone())).collect()
    }

    /// Sets a cookie as if a response from `url` had.
    ///
    /// # Errors
    /// For a date that cannot be read.
    pub fn set(
        &mut self,
        url: &Url,
        name: &str,
        value: &str,
        options: &SetOptions,
    ) -> Result<(), InvalidCookie> {
        let expires_ms = match options.expires.as_deref() {
            None | Some("") => date::NEVER_MS,
            Some(text) => {
                let seconds = date::parse(text).ok_or_else(|| {
                    InvalidCookie(format!(
                        "unable to parse \"expires\" date string \"{text}\": parsing time {text:?} as \"Mon, 02 Jan 2006 15:04:05 MST\": cannot parse {text:?} as \"Mon\""
                    ))
                })?;
                seconds.saturating_mul(1_000)
            }
        };
        let cookie = Cookie {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: options.domain.clone().unwrap_or_default(),
            path: options.path.clone().unwrap_or_default(),
            http_only: options.http_only,
            secure: options.secure,
            max_age: match options.max_age {
                None | Some(0) => 0,
                Some(seconds) if seconds < 0 => -1,
                Some(seconds) => seconds,
            },
            expires_ms,
        };
        self.take(url, &cookie);
        Ok(())
    }

    /// Forgets what goes to `url`.
    pub fn clear(&mut self, url: &Url) {
        for (name, _) in self.cookies_for(url) {
            self.delete(url, &name);
        }
    }

    /// Forgets one of the cookies that go to `url`.
    pub fn delete(&mut self, url: &Url, name: &str) {
        let host = url.host().to_ascii_lowercase();
        self.entries.retain(|entry| {
            let goes = entry.domain == host || (!entry.host_only && is_within(&host, &entry.domain));
            !(entry.name == name && goes && path_matches(url.path(), &entry.path))
        });
    }

    /// Forgets everything.
    pub fn clear_all(&mut self) {
        self.entries.clear();
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Whether a host is this machine, where secure cookies need no TLS.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether `host` is a sub-domain of `domain`.
fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// The folder of a path, by which a cookie without one is kept.
fn folder(path: &str) -> &str {
    match path.rfind('/') {
        Some(at) if at > 0 => &path[..at],
        _ => "/",
    }
}

fn path_matches(path: &str, wanted: &str) -> bool {
    path == wanted
        || path.strip_prefix(wanted).is_some_and(|rest| wanted.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn where_cookies_go() {
        let mut jar = Jar::default();
        let origin = url("http://shop.test/a/b");
        for header in [
            "host=1",
            "wide=2; Domain=shop.test; Path=/",
            "sub=3; Path=/a/b/c",
            "tls=4; Secure; Path=/",
            "old=5; Max-Age=0",
        ] {
            jar.take(&origin, &Cookie::parse(header).expect("a cookie"));
        }
        let names = |text: &str| {
            jar.cookies_for(&url(text)).into_iter().map(|cookie| cookie.0).collect::<Vec<_>>().join(",")
        };
        assert_eq!(names("http://shop.test/a/x"), "host,wide");
        assert_eq!(names("http://shop.test/a/b/c/d"), "sub,host,wide");
        assert_eq!(names("http://shop.test/ax"), "wide");
        assert_eq!(names("https://shop.test/"), "wide,tls");
        assert_eq!(names("http://eu.shop.test/"), "wide");
        assert_eq!(names("http://other.test/"), "");
    }
}
