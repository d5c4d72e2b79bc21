//! Writing the `Cookie` header of a request from the script's own header, its cookies and the jar.
//!
//! Main function: [`request_header`]. It does not decide which jar applies.

use crate::url::Url;

use super::parse::is_value_byte;
use super::{Store, UnixMillis};

/// A cookie that a script gave with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestCookie<'a> {
    /// Sent as given, with line breaks made dashes.
    pub name: &'a str,
    /// Sent without the bytes that no cookie may hold.
    pub value: &'a str,
    /// Whether it displaces the jar's cookies of that name; else both are sent.
    pub replace: bool,
}

/// A byte that a value lost on its way to the wire; its text is the line k6 logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("net/http: invalid byte {:?} in Cookie.Value; dropping invalid bytes", char::from(*.0))]
pub struct DroppedByte(pub u8);

/// An assembled header and what had to be left out of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestHeader {
    /// The value to send; `None` when there is no cookie at all.
    pub value: Option<String>,
    /// The first offending byte of each value that had one.
    pub dropped: Vec<DroppedByte>,
}

/// Assembles the `Cookie` header: the script's own header, then the request's cookies, then the jar's.
#[must_use]
pub fn request_header(
    own_header: Option<&str>,
    cookies: &[RequestCookie<'_>],
    jar: Option<&Store>,
    url: &Url,
    now: UnixMillis,
) -> RequestHeader {
    let mut header = RequestHeader::default();
    if let Some(own) = own_header.filter(|own| !own.is_empty()) {
        header.value = Some(own.to_owned());
    }
    for cookie in cookies {
        header.add(cookie.name, cookie.value);
    }
    for (name, value) in jar.map(|jar| jar.cookies_for(url, now)).unwrap_or_default() {
        let replaced = cookies.iter().any(|cookie| cookie.replace && cookie.name == name);
        if !replaced {
            header.add(name, value);
        }
    }
    header
}

impl RequestHeader {
    fn add(&mut self, name: &str, value: &str) {
        let text = self.value.get_or_insert_default();
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.extend(name.chars().map(|char| if matches!(char, '\r' | '\n') { '-' } else { char }));
        text.push('=');
        if let Some(byte) = value.bytes().find(|&byte| !is_value_byte(byte)) {
            self.dropped.push(DroppedByte(byte));
        }
        let quote = value.contains([' ', ',']);
        if quote {
            text.push('"');
        }
        text.extend(value.bytes().filter(|&byte| is_value_byte(byte)).map(char::from));
        if quote {
            text.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Attributes;
    use super::*;

    const NOW: UnixMillis = UnixMillis(0);

    fn check(
        own: Option<&str>,
        cookies: &[(&str, &str, bool)],
        in_jar: &[(&str, &str)],
        expected: Option<&str>,
    ) {
        let url = Url::parse("http://a.test/x").expect("a url");
        let mut jar = Store::new();
        for (name, value) in in_jar {
            jar.set(&url, name, value, &Attributes::default(), NOW);
        }
        let cookies: Vec<_> =
            cookies.iter().map(|&(name, value, replace)| RequestCookie { name, value, replace }).collect();
        assert_eq!(request_header(own, &cookies, Some(&jar), &url, NOW).value.as_deref(), expected);
    }

    #[test]
    fn sources_follow_each_other() {
        check(None, &[], &[], None);
        check(Some("h=1"), &[], &[("a", "jar")], Some("h=1; a=jar"));
        check(None, &[("b", "param", false)], &[("a", "jar")], Some("b=param; a=jar"));
        check(None, &[("a", "param", false)], &[("a", "jar")], Some("a=param; a=jar"));
        check(None, &[("a", "won", true)], &[("a", "jar"), ("b", "jar")], Some("a=won; b=jar"));
        check(Some(""), &[("a", "", false)], &[], Some("a="));
    }

    #[test]
    fn values_are_cleaned_and_quoted() {
        for (value, expected, dropped) in [
            ("5", "k=5", None),
            ("a b", "k=\"a b\"", None),
            ("a,b", "k=\"a,b\"", None),
            ("a;b", "k=ab", Some("net/http: invalid byte ';' in Cookie.Value; dropping invalid bytes")),
            ("\"q\"", "k=q", Some("net/http: invalid byte '\"' in Cookie.Value; dropping invalid bytes")),
            (
                "\\\u{7f}é",
                "k=",
                Some("net/http: invalid byte '\\\\' in Cookie.Value; dropping invalid bytes"),
            ),
            ("", "k=", None),
        ] {
            let url = Url::parse("http://a.test/").expect("a url");
            let cookie = RequestCookie { name: "k", value, replace: false };
            let header = request_header(None, &[cookie], None, &url, NOW);
            assert_eq!(header.value.as_deref(), Some(expected));
            assert_eq!(header.dropped.first().map(ToString::to_string).as_deref(), dropped);
        }
        check(None, &[("a\r\nb", "1", false)], &[], Some("a--b=1"));
    }
}
