//! Which URLs a cookie belongs to: hosts, domains, paths and secure origins.
//!
//! Main type: [`Origin`], what of a URL matters to cookies. Pure functions; no storage.

use std::borrow::Cow;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::Host;

use crate::url::Url;

/// The part of an http or https URL that decides over cookies.
#[derive(Debug)]
pub(super) struct Origin<'a> {
    /// Lower case, without the dot at its end and without brackets.
    host: Cow<'a, str>,
    is_ip: bool,
    path: Cow<'a, str>,
    secure: bool,
}

/// What a `Domain` attribute comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DomainScope {
    /// The host itself, or the domain whose hosts all get the cookie.
    pub domain: String,
    pub host_only: bool,
}

impl<'a> Origin<'a> {
    /// `None` for URLs that carry no cookies.
    pub fn of(url: &'a Url) -> Option<Self> {
        let host = url.host();
        if !url.is_http() || host.is_empty() {
            return None;
        }
        let https = url.is_tls();
        let ip: Option<IpAddr> = host.parse().ok();
        let host: Cow<'a, str> = match ip {
            Some(ip) => Cow::Owned(ip.to_string()),
            None => {
                let name = host.strip_suffix('.').unwrap_or(host);
                let lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
                if lower { Cow::Borrowed(name) } else { Cow::Owned(name.to_ascii_lowercase()) }
            }
        };
        // Loopback is a secure origin even over plain HTTP, for browsers as for k6.
        let secure = https || ip.map_or(host == "localhost", |ip| ip.is_loopback());
        let path = percent_decode_str(url.path()).decode_utf8_lossy();
        Some(Self { host, is_ip: ip.is_some(), path, secure })
    }

    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// The last two labels of the host. Without a public suffix list they bound a site:
    /// a cookie for `test` that `a.test` sets never reaches `b.test`.
    pub fn site(&self) -> &str {
        if self.is_ip {
            return &self.host;
        }
        let mut dots = self.host.rmatch_indices('.').map(|(at, _)| at);
        dots.nth(1).map_or(&*self.host, |dot| &self.host[dot + 1..])
    }

    /// The path a cookie without one gets: the request's path up to its last slash.
    pub fn default_path(&self) -> &str {
        match self.path.rfind('/') {
            None | Some(0) => "/",
            Some(_) if !self.path.starts_with('/') => "/",
            Some(last) => &self.path[..last],
        }
    }

    /// Who a `Domain` attribute lets have the cookie; `None` when this origin may not set it.
    pub fn scope_of(&self, attribute: &str) -> Option<DomainScope> {
        let host_scope = || Some(DomainScope { domain: self.host.to_string(), host_only: true });
        if attribute.is_empty() {
            return host_scope();
        }
        if self.is_ip {
            return if attribute == self.host { host_scope() } else { None };
        }
        let domain = attribute.strip_prefix('.').unwrap_or(attribute);
        if domain.is_empty() || domain.starts_with('.') || domain.ends_with('.') {
            return None;
        }
        let domain = ascii_domain(domain)?;
        under(&self.host, &domain).then_some(DomainScope { domain, host_only: false })
    }

    pub fn in_domain(&self, domain: &str, host_only: bool) -> bool {
        if host_only || self.is_ip { self.host == domain } else { under(&self.host, domain) }
    }

    pub fn in_path(&self, path: &str) -> bool {
        let Some(rest) = self.path.strip_prefix(path) else { return false };
        rest.is_empty() || path.ends_with('/') || rest.starts_with('/')
    }
}

/// Whether `host` is `domain` or below it.
fn under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
}

fn ascii_domain(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return Some(domain.to_ascii_lowercase());
    }
    match Host::parse(domain).ok()? {
        Host::Domain(name) => Some(name),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_origin<T>(url: &str, look: impl FnOnce(&Origin<'_>) -> T) -> T {
        let url = Url::parse(url).expect(url);
        look(&Origin::of(&url).expect("an http url"))
    }

    #[test]
    fn domains_a_host_may_set() {
        for (url, attribute, expected) in [
            ("http://www.shop.test/", "", Some(("www.shop.test", true))),
            ("http://www.shop.test./", "", Some(("www.shop.test", true))),
            ("http://WWW.shop.test/", "Shop.TEST", Some(("shop.test", false))),
            ("http://www.shop.test/", ".shop.test", Some(("shop.test", false))),
            ("http://www.shop.test/", "www.shop.test", Some(("www.shop.test", false))),
            ("http://www.shop.test/", "test", Some(("test", false))),
            ("http://www.shop.test/", "op.test", None),
            ("http://www.shop.test/", "other.test", None),
            ("http://www.shop.test/", "a.www.shop.test", None),
            ("http://www.shop.test/", "..shop.test", None),
            ("http://www.shop.test/", ".", None),
            ("http://www.shop.test/", "shop.test.", None),
            ("http://127.0.0.1:80/", "127.0.0.1", Some(("127.0.0.1", true))),
            ("http://127.0.0.1/", "0.0.1", None),
            ("http://[::1]:8080/", "", Some(("::1", true))),
            ("http://x.bücher.test/", "bücher.test", Some(("xn--bcher-kva.test", false))),
        ] {
            let expected =
                expected.map(|(domain, host_only)| DomainScope { domain: domain.to_owned(), host_only });
            assert_eq!(with_origin(url, |origin| origin.scope_of(attribute)), expected, "{url} {attribute}");
        }
    }

    #[test]
    fn sites_and_default_paths() {
        for (url, site, path) in [
            ("http://a.b.shop.test", "shop.test", "/"),
            ("http://shop.test/x", "shop.test", "/"),
            ("http://localhost/x/", "localhost", "/x"),
            ("http://10.1.2.3/x/y", "10.1.2.3", "/x"),
            ("http://shop.test/a%20b/c", "shop.test", "/a b"),
        ] {
            with_origin(url, |origin| {
                assert_eq!((origin.site(), origin.default_path()), (site, path), "{url}");
            });
        }
        assert!(Origin::of(&Url::parse("ftp://a.test/").expect("a url")).is_none());
    }

    #[test]
    fn paths_match_at_slashes() {
        for (request, path, expected) in [
            ("/echo/below", "/echo", true),
            ("/echo", "/echo", true),
            ("/echox", "/echo", false),
            ("/echo/", "/echo/", true),
            ("/echo", "/echo/", false),
            ("/", "/", true),
            ("/x", "/", true),
        ] {
            let url = format!("http://a.test{request}");
            assert_eq!(with_origin(&url, |origin| origin.in_path(path)), expected, "{request} in {path}");
        }
    }

    #[test]
    fn secure_origins() {
        for (url, expected) in [
            ("https://shop.test/", true),
            ("http://shop.test/", false),
            ("http://127.0.0.1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]/", true),
            ("http://localhost/", true),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(with_origin(url, |origin| origin.secure), expected, "{url}");
        }
    }
}
