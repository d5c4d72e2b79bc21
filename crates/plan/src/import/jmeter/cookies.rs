//! The cookies of a cookie manager.
//!
//! Main type: [`CookieStore`].

/// A cookie.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The host or domain it belongs to.
    pub domain: String,
    /// The path it belongs to.
    pub path: String,
    /// Only for TLS.
    pub secure: bool,
    /// When it ends, in ms since 1970; 0 for never.
    pub expires_ms: i64,
    /// Hosts below the domain get it too.
    pub below: bool,
}

/// Cookies in the order of their coming.
#[derive(Clone, Default, Debug)]
pub struct CookieStore {
    /// The cookies.
    pub list: Vec<Cookie>,
}

impl CookieStore {
    /// Adds a cookie in the place of one with the same name, domain and path.
    pub fn add(&mut self, cookie: Cookie) {
        self.list.retain(|known| {
            !(known.name == cookie.name
                && known.path == cookie.path
                && known
                    .domain
                    .trim_start_matches('.')
                    .eq_ignore_ascii_case(cookie.domain.trim_start_matches('.')))
        });
        self.list.push(cookie);
    }

    /// Takes the cookies of an answer's `Set-Cookie` lines; gives back what was set.
    pub fn receive(&mut self, lines: &[String], url: &net::Url, now_ms: i64) -> Vec<(String, String)> {
        let mut set = Vec::new();
        for line in lines {
            let Some(cookie) = parse(line, url, now_ms) else { continue };
            let expired = cookie.expires_ms != 0 && cookie.expires_ms <= now_ms;
            let pair = (cookie.name.clone(), cookie.value.clone());
            self.add(cookie);
            if expired {
                self.list.pop();
            } else {
                set.push(pair);
            }
        }
        set
    }

    /// The value of the `Cookie` header for an address; nothing without cookies.
    #[must_use]
    pub fn header(&self, url: &net::Url, now_ms: i64) -> Option<String> {
        let fits = |cookie: &&Cookie| {
            let domain = cookie.domain.trim_start_matches('.');
            let host = url.host();
            let same = host.eq_ignore_ascii_case(domain);
            let below = (cookie.below || cookie.domain.starts_with('.'))
                && host.len() > domain.len()
                && host.to_ascii_lowercase().ends_with(&format!(".{}", domain.to_ascii_lowercase()));
            !domain.is_empty()
                && (same || below)
                && in_path(url.path(), &cookie.path)
                && (!cookie.secure || url.is_tls())
                && (cookie.expires_ms == 0 || cookie.expires_ms > now_ms)
        };
        let mut found: Vec<&Cookie> = self.list.iter().filter(fits).collect();
        if found.is_empty() {
            return None;
        }
        found.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        Some(
            found
                .iter()
                .map(|cookie| format!("{}={}", cookie.name, cookie.value))
                .collect::<Vec<_>>()
                .join("; "),
        )
    }
}

fn in_path(path: &str, cookie: &str) -> bool {
    let path = if path.is_empty() { "/" } else { path };
    let cookie = if cookie.is_empty() { "/" } else { cookie };
    path.strip_prefix(cookie)
        .is_some_and(|rest| cookie.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
}

fn parse(line: &str, url: &net::Url, now_ms: i64) -> Option<Cookie> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let default_path = url.path().rfind('/').filter(|at| *at > 0).map_or("/", |at| &url.path()[..at]);
    let mut cookie = Cookie {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        domain: url.host().to_owned(),
        path: default_path.to_owned(),
        secure: false,
        expires_ms: 0,
        below: false,
    };
    let mut max_age = None;
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "domain" if !value.is_empty() => {
                let domain = value.trim_start_matches('.');
                let host = url.host().to_ascii_lowercase();
                let wanted = domain.to_ascii_lowercase();
                if host != wanted && !host.ends_with(&format!(".{wanted}")) {
                    return None;
                }
                domain.clone_into(&mut cookie.domain);
                cookie.below = true;
            }
            "secure" => cookie.secure = true,
            "max-age" => max_age = value.parse::<i64>().ok(),
            "expires" => cookie.expires_ms = net::cookie::parse_rfc1123(value).map_or(0, |ms| ms.max(1)),
            _ => {}
        }
    }
    if let Some(seconds) = max_age {
        cookie.expires_ms =
            if seconds <= 0 { 1 } else { now_ms.saturating_add(seconds.saturating_mul(1000)) };
    }
    (!cookie.name.is_empty()).then_some(cookie)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_come_back_to_where_they_belong() {
        let url = |text: &str| net::Url::parse(text).unwrap();
        let mut store = CookieStore::default();
        let lines = [
            "a=1; Path=/",
            "b=2; Path=/x",
            "s=3; Secure; Path=/",
            "old=1; Max-Age=0",
            "d=4; Domain=other.test",
        ];
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        store.receive(&lines, &url("http://h.test/x/y"), 1000);
        let header = |text: &str| store.header(&url(text), 1000);
        assert_eq!(header("http://h.test/x/y").as_deref(), Some("b=2; a=1"));
        assert_eq!(header("http://h.test/xy").as_deref(), Some("a=1"));
        assert_eq!(header("https://h.test/").as_deref(), Some("a=1; s=3"));
        assert_eq!(header("http://other.test/"), None);
        store.receive(&["a=; Max-Age=0; Path=/".to_owned()], &url("http://h.test/"), 1000);
        assert_eq!(store.header(&url("http://h.test/"), 1000), None);
    }
}
