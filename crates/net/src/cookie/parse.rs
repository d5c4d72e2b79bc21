//! `Set-Cookie` headers.

use super::date;

/// A cookie that a response set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The domain it asks for; empty for the host alone.
    pub domain: String,
    /// The path it asks for; empty for the request's folder.
    pub path: String,
    /// Not for scripts in pages.
    pub http_only: bool,
    /// Only over TLS.
    pub secure: bool,
    /// Seconds to live; 0 when not given, -1 for "delete".
    pub max_age: i64,
    /// When it ends, in milliseconds since the Unix epoch.
    pub expires_ms: i64,
}

impl Cookie {
    /// Reads the value of a `Set-Cookie` header; nothing when it is no cookie.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let name = name.trim();
        if !crate::header::is_name(name) {
            return None;
        }
        let mut cookie = Self {
            name: name.to_owned(),
            value: unquote(value.trim()).to_owned(),
            domain: String::new(),
            path: String::new(),
            http_only: false,
            secure: false,
            max_age: 0,
            expires_ms: date::NEVER_MS,
        };
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "domain" => cookie.domain = value.to_owned(),
                "path" => cookie.path = value.to_owned(),
                "httponly" => cookie.http_only = true,
                "secure" => cookie.secure = true,
                "max-age" => match value.parse::<i64>() {
                    Ok(seconds) if seconds <= 0 => cookie.max_age = -1,
                    Ok(seconds) => cookie.max_age = seconds,
                    Err(_) => {}
                },
                "expires" => {
                    if let Some(seconds) = date::parse(value) {
                        cookie.expires_ms = seconds.saturating_mul(1_000);
                    }
                }
                _ => {}
            }
        }
        Some(cookie)
    }

    /// When it ends, in seconds since the Unix epoch; nothing for the end of the session.
    pub(super) fn ends(&self, now: i64) -> Option<i64> {
        match self.max_age {
            -1 => Some(0),
            0 if self.expires_ms == date::NEVER_MS => None,
            0 => Some(self.expires_ms / 1_000),
            seconds => Some(now.saturating_add(seconds)),
        }
    }
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value)
}
