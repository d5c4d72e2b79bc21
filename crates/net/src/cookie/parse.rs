//! Reading `Set-Cookie` lines into [`SetCookie`], with Go's notion of what is valid.
//!
//! It keeps what the server sent; whether the cookie is accepted is the jar's business.

use super::date::parse_expires;
use crate::header::is_token;

/// One cookie of a response, as `response.cookies` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetCookie {
    /// A token.
    pub name: String,
    /// Without the double quotes that may have stood around it.
    pub value: String,
    /// The attribute as sent, with its leading dot; empty when absent.
    pub domain: String,
    /// The attribute as sent; empty when absent.
    pub path: String,
    /// Seconds since the Unix epoch; `None` when absent or not a date.
    pub expires_unix_s: Option<i64>,
    /// Seconds to live; 0 when absent and −1 for "expire now", as Go encodes `Max-Age: 0` and below.
    pub max_age_s: i64,
    /// Hidden from scripts in a browser.
    pub http_only: bool,
    /// Only for secure origins.
    pub secure: bool,
}

impl SetCookie {
    /// Reads one `Set-Cookie` value; `None` when it has no valid name or value and is therefore ignored.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        // Whatever is not UTF-8 turns into a non-ASCII character, which no part of a cookie may hold.
        let line = String::from_utf8_lossy(line);
        let mut parts = line.split(';').map(trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let name = trim(name);
        if !is_token(name.as_bytes()) {
            return None;
        }
        let value = valid_value(unquoted(value))?;
        let mut cookie = Self { name: name.to_owned(), value: value.to_owned(), ..Self::default() };
        parts.for_each(|part| cookie.read_attribute(part));
        Some(cookie)
    }

    fn read_attribute(&mut self, part: &str) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let Some(value) = valid_value(value) else { return };
        match name.to_ascii_lowercase().as_str() {
            "secure" => self.secure = true,
            "httponly" => self.http_only = true,
            "domain" => value.clone_into(&mut self.domain),
            "path" => value.clone_into(&mut self.path),
            "max-age" => {
                if let Some(seconds) = parse_max_age(value) {
                    self.max_age_s = seconds;
                }
            }
            "expires" => self.expires_unix_s = parse_expires(value),
            _ => {}
        }
    }

    /// The expiry in milliseconds since the Unix epoch as k6 prints it.
    ///
    /// k6 counts nanoseconds in 64 bits, so that a cookie without expiry shows −6795364578871 and dates
    /// beyond the year 2262 wrap around; scripts may compare with that number.
    #[must_use]
    pub fn expires_ms(&self) -> i64 {
        const YEAR_ONE_S: i64 = -62_135_596_800;
        self.expires_unix_s.unwrap_or(YEAR_ONE_S).wrapping_mul(1_000_000_000) / 1_000_000
    }
}

/// The cookies of all `Set-Cookie` lines of a response, in order; lines that are no cookie are left out.
#[must_use]
pub fn parse_all<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Vec<SetCookie> {
    lines.into_iter().filter_map(|line| SetCookie::parse(line.as_ref())).collect()
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

fn unquoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

fn valid_value(value: &str) -> Option<&str> {
    value.bytes().all(is_value_byte).then_some(value)
}

/// What Go lets a cookie's value hold: printable ASCII but for quote, semicolon and backslash.
pub(super) const fn is_value_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b';' | b'\\')
}

/// `None` for what Go does not take for a number of seconds, among it numbers with a leading zero.
fn parse_max_age(value: &str) -> Option<i64> {
    let seconds: i64 = value.parse().ok()?;
    if seconds != 0 && value.starts_with('0') {
        return None;
    }
    Some(if seconds <= 0 { -1 } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(line: &str, expected: Option<&SetCookie>) {
        assert_eq!(SetCookie::parse(line.as_bytes()).as_ref(), expected, "{line}");
    }

    fn plain(name: &str, value: &str) -> SetCookie {
        SetCookie { name: name.to_owned(), value: value.to_owned(), ..SetCookie::default() }
    }

    #[test]
    fn names_and_values() {
        for (line, name, value) in [
            ("a=1", "a", "1"),
            ("  a = b c ", "a", " b c"),
            ("a=", "a", ""),
            ("a=\"q v\"", "a", "q v"),
            ("a=x=y", "a", "x=y"),
            ("a=\"\"; ", "a", ""),
            ("a={1,2}", "a", "{1,2}"),
        ] {
            check(line, Some(&plain(name, value)));
        }
        for line in ["", ";", "a", "=v", "a b=1", "é=1", "a=é", "a=\"", "a=x\"y", "a=\\", "a=\u{1}"] {
            check(line, None);
        }
        assert_eq!(SetCookie::parse(b"a=\xff"), None);
    }

    #[test]
    fn attributes() {
        let base = || plain("c", "v");
        let all = SetCookie {
            domain: "127.0.0.1".into(),
            path: "/p".into(),
            max_age_s: 60,
            http_only: true,
            secure: true,
            ..base()
        };
        check("c=v; Path=/p; Domain=127.0.0.1; Max-Age=60; HttpOnly; Secure; SameSite=Lax", Some(&all));
        check("c=v;PATH=/p;domain=127.0.0.1;max-age=60;httponly=;secure=x;partitioned", Some(&all));
        for (attribute, seconds) in
            [("0", -1), ("-5", -1), ("+7", 7), ("07", 0), ("x", 0), ("", 0), ("99999999999999999999", 0)]
        {
            check(&format!("c=v; Max-Age={attribute}"), Some(&SetCookie { max_age_s: seconds, ..base() }));
        }
        check(
            "c=v; Expires=Thu, 01 Jan 1970 00:00:05 GMT",
            Some(&SetCookie { expires_unix_s: Some(5), ..base() }),
        );
        check("c=v; Expires=tomorrow; Path=\"x\"; é=1", Some(&base()));
        check("c=v; Domain=.a.test; Domain=b.test", Some(&SetCookie { domain: "b.test".into(), ..base() }));
    }

    #[test]
    fn expiry_in_k6s_milliseconds() {
        for (expires_unix_s, expected) in [
            (None, -6_795_364_578_871),
            (Some(4_096_250_880), 4_096_250_880_000),
            (Some(0), 0),
            (Some(253_402_300_799), -4_852_116_232_933),
        ] {
            assert_eq!(SetCookie { expires_unix_s, ..SetCookie::default() }.expires_ms(), expected);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(line in any::<Vec<u8>>(), text in "[ -~;=\"]{0,60}") {
            let _ = SetCookie::parse(&line);
            if let Some(cookie) = SetCookie::parse(text.as_bytes()) {
                prop_assert!(is_token(cookie.name.as_bytes()));
                prop_assert!(cookie.value.bytes().all(is_value_byte));
                let _ = cookie.expires_ms();
            }
        }
    }
}
