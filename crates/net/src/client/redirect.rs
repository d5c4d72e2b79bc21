//! What a redirect means for the next request, by Go's rules.

use crate::url::Url;

/// How a redirect treats the method and the body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Redirect {
    /// 301, 302, 303: go on with a `GET` (or `HEAD`) without a body.
    Get,
    /// 307, 308: the same again.
    Same,
}

/// Whether a status redirects, and how.
pub(super) fn of_status(status: u16) -> Option<Redirect> {
    match status {
        301..=303 => Some(Redirect::Get),
        307 | 308 => Some(Redirect::Same),
        _ => None,
    }
}

/// Whether a header goes along when the body does not.
pub(super) fn describes_body(name: &str) -> bool {
    ["Content-Encoding", "Content-Language", "Content-Location", "Content-Type"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a header must not be told to another site.
pub(super) fn is_secret(name: &str) -> bool {
    ["Authorization", "Www-Authenticate", "Cookie", "Cookie2", "Proxy-Authorization", "Proxy-Authenticate"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether `next` is the same host as `first`, or below it: then secrets may be told.
pub(super) fn same_site(first: &Url, next: &Url) -> bool {
    let (parent, host) = (first.host(), next.host());
    if parent.eq_ignore_ascii_case(host) {
        return true;
    }
    // Addresses have dots too, but no families.
    if host.parse::<std::net::IpAddr>().is_ok() || host.contains(':') {
        return false;
    }
    let Some(at) = host.len().checked_sub(parent.len()) else { return false };
    at > 0
        && host.is_char_boundary(at)
        && host[at..].eq_ignore_ascii_case(parent)
        && host.as_bytes()[at - 1] == b'.'
}

/// The `Referer` of the next request: where the redirect came from, except from TLS to no TLS.
pub(super) fn referer(last: &Url, next: &Url) -> Option<String> {
    if last.is_tls() && !next.is_tls() {
        return None;
    }
    Some(last.without_credentials().as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_within_a_site() {
        let check = |first: &str, next: &str, same| {
            let url = |host: &str| Url::parse(&format!("http://{host}/")).unwrap();
            assert_eq!(same_site(&url(first), &url(next)), same, "{first} to {next}");
        };
        check("a.test", "a.test:81", true);
        check("a.test", "A.TEST", true);
        check("a.test", "x.a.test", true);
        check("x.a.test", "a.test", false);
        check("a.test", "xa.test", false);
        check("127.0.0.1", "localhost", false);
        check("0.0.1", "127.0.0.1", false);
    }

    #[test]
    fn a_referer_does_not_leave_tls_nor_tell_passwords() {
        let check = |last: &str, next: &str, expected: Option<&str>| {
            let found = referer(&Url::parse(last).unwrap(), &Url::parse(next).unwrap());
            assert_eq!(found.as_deref(), expected);
        };
        check("http://u:p@a/x", "http://b/", Some("http://a/x"));
        check("https://a/x", "http://b/", None);
        check("https://a/x", "https://b/", Some("https://a/x"));
    }
}
