//! Proxies: which one a URL goes through, and how to get through it.
//!
//! Main types: [`ProxySettings`] (the environment's word, by Go's rules) and [`Proxy`]. Plain HTTP through an
//! HTTP proxy needs no tunnel: the client then asks for absolute URLs.

mod rules;
mod tunnel;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::url::Url;
use rules::Exceptions;
pub(crate) use tunnel::{http_tunnel, socks_tunnel};

/// How a proxy is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProxyKind {
    /// HTTP in the clear.
    Http,
    /// HTTP inside TLS.
    Https,
    /// SOCKS version 5, which looks names up itself.
    Socks5,
}

/// One proxy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proxy {
    /// How it is spoken to.
    pub kind: ProxyKind,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User name and password.
    pub credentials: Option<(String, String)>,
}

impl Proxy {
    /// Reads a proxy's address; without a scheme it is one of HTTP.
    ///
    /// # Errors
    /// For what is no URL or has a scheme that is no proxy's.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = |reason: String| {
            format!("invalid proxy address {}: {reason}", crate::url::quoted(text.as_bytes()))
        };
        let full = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&full).map_err(|error| bad(error.to_string()))?;
        let (kind, default) = match url.scheme() {
            "http" => (ProxyKind::Http, 80),
            "https" => (ProxyKind::Https, 443),
            "socks5" | "socks5h" => (ProxyKind::Socks5, 1080),
            other => return Err(bad(format!("unknown scheme {other}"))),
        };
        if url.host().is_empty() {
            return Err(bad("no host".to_owned()));
        }
        let port = url
            .given_port()
            .map_or(Ok(default), u16::try_from)
            .map_err(|_| bad("invalid port".to_owned()))?;
        let credentials = url.credentials().map(|(user, password)| (user, password.unwrap_or_default()));
        Ok(Self { kind, host: url.host().to_owned(), port, credentials })
    }

    /// What the `Proxy-Authorization` header says.
    #[must_use]
    pub fn authorization(&self) -> Option<String> {
        let (user, password) = self.credentials.as_ref()?;
        Some(format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// Whether plain HTTP asks it for absolute URLs instead of a tunnel.
    #[must_use]
    pub fn takes_absolute_urls(&self, url: &Url) -> bool {
        !url.is_tls() && self.kind != ProxyKind::Socks5
    }
}

/// Which proxy which URL goes through.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ProxySettings {
    /// Of `http` URLs.
    pub http: Option<Proxy>,
    /// Of `https` URLs.
    pub https: Option<Proxy>,
    exceptions: Exceptions,
}

impl ProxySettings {
    /// Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or their lower-case forms.
    ///
    /// # Errors
    /// For an address that is none.
    pub fn from_env(env: &BTreeMap<String, String>) -> Result<Self, String> {
        let variable = |upper: &str| {
            let found = env.get(upper).or_else(|| env.get(&upper.to_ascii_lowercase()));
            found.map(String::as_str).filter(|value| !value.is_empty())
        };
        let proxy = |name: &str| variable(name).map(Proxy::parse).transpose();
        Ok(Self {
            http: proxy("HTTP_PROXY")?,
            https: proxy("HTTPS_PROXY")?,
            exceptions: Exceptions::parse(variable("NO_PROXY").unwrap_or_default()),
        })
    }

    /// The proxy that a URL goes through; none to this machine itself.
    #[must_use]
    pub fn for_url(&self, url: &Url) -> Option<&Proxy> {
        let proxy = if url.is_tls() { self.https.as_ref() } else { self.http.as_ref() }?;
        (!self.exceptions.fit(url.host(), url.port().unwrap_or_default())).then_some(proxy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> ProxySettings {
        let env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ProxySettings::from_env(&env).unwrap()
    }

    #[test]
    fn addresses_are_read() {
        let check = |text: &str, kind, host: &str, port| {
            let proxy = Proxy::parse(text).unwrap();
            assert_eq!((proxy.kind, proxy.host.as_str(), proxy.port), (kind, host, port));
        };
        check("p.test:3128", ProxyKind::Http, "p.test", 3128);
        check("https://p.test", ProxyKind::Https, "p.test", 443);
        check("socks5://u:p@[::1]", ProxyKind::Socks5, "::1", 1080);
        assert!(Proxy::parse("ftp://x").is_err() && Proxy::parse("http://").is_err());
        let proxy = Proxy::parse("http://ann:p%40w@p.test").unwrap();
        assert_eq!(proxy.authorization().unwrap(), format!("Basic {}", STANDARD.encode("ann:p@w")));
    }

    #[test]
    fn schemes_and_exceptions_decide() {
        let settings = settings(&[
            ("HTTP_PROXY", "http://p:1"),
            ("https_proxy", "s:2"),
            ("NO_PROXY", "direct.test, .sub.test, 10.0.0.0/8, ported.test:81"),
        ]);
        let check = |url: &str, port: Option<u16>| {
            assert_eq!(settings.for_url(&Url::parse(url).unwrap()).map(|proxy| proxy.port), port, "{url}");
        };
        check("http://a.test/", Some(1));
        check("https://a.test/", Some(2));
        check("http://localhost/", None);
        check("http://127.0.0.9/", None);
        check("http://[::1]/", None);
        check("http://direct.test/", None);
        check("http://x.DIRECT.test/", None);
        check("http://sub.test/", Some(1));
        check("http://x.sub.test/", None);
        check("http://10.1.2.3/", None);
        check("http://11.1.2.3/", Some(1));
        check("http://ported.test:81/", None);
        check("http://ported.test/", Some(1));
    }
}
