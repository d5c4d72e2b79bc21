//! URLs as k6 scripts know them: kept as they were typed where Go's rules allow it, not normalised as a
//! browser would.
//!
//! Main type: [`Url`]. A query is sent to the letter (spaces and braces too), a path is escaped only when it
//! has to be. Nothing is looked up and nothing is checked against the network here.

mod escape;
mod parse;
mod resolve;

use std::fmt;
use std::ops::Range;
use std::rc::Rc;

pub use escape::quoted;
pub use parse::InvalidUrl;

/// A parsed URL; one string with marks, so that the parts cost nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    text: Rc<str>,
    /// The host as it is dialled and sent: ASCII, with brackets around IPv6; only when it differs from the text.
    ascii_host: Option<Box<str>>,
    scheme_end: u32,
    user: Option<(u32, u32)>,
    host: (u32, u32),
    authority_end: u32,
    query: Option<u32>,
    fragment: u32,
    port: Option<u32>,
    kind: Scheme,
}

/// What a scheme means to us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scheme {
    Http,
    Https,
    Other,
}

impl Url {
    /// Reads a URL or a relative reference.
    ///
    /// # Errors
    /// For what is neither, with Go's words: `parse "http://[::1": missing ']' in host`.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        parse::parse(text)
    }

    /// The whole URL, credentials included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The whole URL as text that can be kept without copying it.
    #[must_use]
    pub fn text(&self) -> Rc<str> {
        Rc::clone(&self.text)
    }

    fn slice(&self, range: Range<u32>) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }

    /// The scheme in lower case; empty for a relative reference.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.slice(0..self.scheme_end)
    }

    /// Whether the scheme is one that this crate speaks: `http` or `https`.
    #[must_use]
    pub fn is_http(&self) -> bool {
        self.kind != Scheme::Other
    }

    /// Whether the scheme asks for TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.kind == Scheme::Https
    }

    /// Host and, when it was given, port, as the `Host` header says them.
    #[must_use]
    pub fn authority(&self) -> &str {
        match &self.ascii_host {
            Some(host) => host,
            None => self.slice(self.host.0..self.authority_end),
        }
    }

    /// The host without a port and without the brackets of IPv6.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = match &self.ascii_host {
            Some(host) => {
                // A colon may stand there without a port behind it, and goes out like that.
                let host = host.strip_suffix(':').unwrap_or(host);
                host.rsplit_once(':').filter(|_| self.port.is_some()).map_or(host, |(host, _)| host)
            }
            None => self.slice(self.host.0..self.host.1),
        };
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port as it was given, which may be one that no TCP port can be.
    #[must_use]
    pub fn given_port(&self) -> Option<u32> {
        self.port
    }

    /// The port to dial: the given one, or 80 or 443. `None` when the given one is no TCP port.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.port {
            Some(port) => u16::try_from(port).ok(),
            None => Some(if self.is_tls() { 443 } else { 80 }),
        }
    }

    /// The escaped path, at least `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.slice(self.authority_end..self.query.unwrap_or(self.fragment));
        if path.is_empty() { "/" } else { path }
    }

    /// The query as it was typed, without its `?`.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.map(|at| self.slice(at + 1..self.fragment))
    }

    /// What the request line asks for: path and query. The first part is `/` when the path is empty, and
    /// otherwise empty, so that the two together need no allocation.
    #[must_use]
    pub fn target(&self) -> (&'static str, &str) {
        let target = self.slice(self.authority_end..self.fragment);
        (if target.starts_with('/') { "" } else { "/" }, target)
    }

    /// The user name and password in the URL, unescaped.
    #[must_use]
    pub fn credentials(&self) -> Option<(String, Option<String>)> {
        let (start, end) = self.user?;
        let info = self.slice(start..end);
        let plain = |text: &str| escape::unescape_lossy(text);
        Some(match info.split_once(':') {
            Some((user, password)) => (plain(user), Some(plain(password))),
            None => (plain(info), None),
        })
    }

    /// Whether the URL carries credentials.
    #[must_use]
    pub fn has_credentials(&self) -> bool {
        self.user.is_some()
    }

    /// The URL with its credentials replaced by `with`, which is empty to leave them out.
    fn with_user_info(&self, with: &str) -> String {
        let Some((start, end)) = self.user else { return self.text.to_string() };
        let at = if with.is_empty() { "" } else { "@" };
        format!("{}{with}{at}{}", &self.text[..start as usize], &self.text[end as usize + 1..])
    }

    /// The URL as tags show it: credentials are starred out.
    #[must_use]
    pub fn masked(&self) -> String {
        self.with_user_info("****:****")
    }

    /// The URL as error messages show it: with the user name, without the password.
    #[must_use]
    pub fn redacted(&self) -> String {
        match self.user.map(|(start, end)| self.slice(start..end)) {
            Some(info) => match info.split_once(':') {
                Some((user, _)) => self.with_user_info(&format!("{user}:***")),
                None => self.text.to_string(),
            },
            None => self.text.to_string(),
        }
    }

    /// The same URL without credentials.
    #[must_use]
    pub fn without_credentials(&self) -> Self {
        if self.user.is_none() {
            return self.clone();
        }
        Self::parse(&self.with_user_info("")).unwrap_or_else(|_| self.clone())
    }

    /// The URL that `reference` means when it is found at this URL.
    ///
    /// # Errors
    /// When the reference is no URL.
    pub fn join(&self, reference: &str) -> Result<Self, InvalidUrl> {
        resolve::join(self, reference)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({})", self.redacted())
    }
}

#[cfg(test)]
mod tests;
