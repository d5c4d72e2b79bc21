//! Addresses as Go reads them: what is sent is what was written, and what is wrong is said in Go's words.

use std::fmt;

/// An address that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidUrl(String);

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidUrl {}

/// An absolute or relative address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Url {
    text: String,
    scheme: String,
    user: Option<(String, String)>,
    /// Host and port as written.
    authority: String,
    host: String,
    port: Option<String>,
    /// Path and query, as they go onto the wire.
    target: String,
}

impl Url {
    /// Reads an address.
    ///
    /// # Errors
    /// With Go's message for what is no address.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let fail = |reason: String| InvalidUrl(format!("parse {text:?}: {reason}"));
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err(fail("net/url: invalid control character in URL".to_owned()));
        }
        let without_fragment = text.split_once('#').map_or(text, |parts| parts.0);
        let (scheme, rest) = match without_fragment.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            Some(("", _)) => return Err(fail("missing protocol scheme".to_owned())),
            _ => (String::new(), without_fragment),
        };
        let Some(rest) = rest.strip_prefix("//") else {
            check_escapes(rest.split('?').next().unwrap_or_default()).map_err(fail)?;
            return Ok(Self { target: rest.to_owned(), text: text.to_owned(), scheme, ..Self::empty() });
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, authority)) => (Some(credentials(user)), authority),
            None => (None, authority),
        };
        let (host, port) = split_authority(authority).map_err(fail)?;
        check_escapes(target.split('?').next().unwrap_or_default()).map_err(fail)?;
        let target = match target.as_bytes().first() {
            None => "/".to_owned(),
            Some(b'?') => format!("/{target}"),
            Some(_) => escape_target(target),
        };
        Ok(Self { text: text.to_owned(), scheme, user, authority: authority.to_owned(), host, port, target })
    }

    fn empty() -> Self {
        Self {
            text: String::new(),
            scheme: String::new(),
            user: None,
            authority: String::new(),
            host: String::new(),
            port: None,
            target: String::new(),
        }
    }

    /// The address that `reference` means when it is found at this one.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn join(&self, reference: &str) -> Result<Self, InvalidUrl> {
        let parsed = Self::parse(reference)?;
        if !parsed.scheme.is_empty() {
            return Ok(parsed);
        }
        if let Some(rest) = reference.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme));
        }
        let base = format!("{}://{}", self.scheme, self.authority);
        if reference.starts_with('/') {
            return Self::parse(&format!("{base}{reference}"));
        }
        let path = self.target.split('?').next().unwrap_or("/");
        if reference.is_empty() {
            return Self::parse(&format!("{base}{}", self.target));
        }
        if reference.starts_with('?') {
            return Self::parse(&format!("{base}{path}{reference}"));
        }
        let folder = &path[..=path.rfind('/').unwrap_or(0)];
        let (reference_path, query) =
            reference.split_once('?').map_or((reference, None), |(p, q)| (p, Some(q)));
        let mut joined = clean(&format!("{folder}{reference_path}"));
        if let Some(query) = query {
            joined.push('?');
            joined.push_str(query);
        }
        Self::parse(&format!("{base}{joined}"))
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address without user and password.
    #[must_use]
    pub fn without_user(&self) -> String {
        match &self.user {
            Some(_) => {
                let at = self.text.find('@').map_or(0, |at| at + 1);
                format!("{}://{}", self.scheme, &self.text[at..])
            }
            None => self.text.clone(),
        }
    }

    /// The address without its password, for tags and logs.
    #[must_use]
    pub fn masked(&self) -> String {
        match &self.user {
            Some(_) => self.text.replacen(
                &self.text[self.scheme.len() + 3..self.text.find('@').unwrap_or(0)],
                "****:****",
                1,
            ),
            None => self.text.clone(),
        }
    }

    /// `http`, `https` or another, in small letters; empty for a relative address.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// User and password, unescaped.
    #[must_use]
    pub fn user(&self) -> Option<(&str, &str)> {
        self.user.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }

    /// Host and port as written.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port as written.
    #[must_use]
    pub fn port_text(&self) -> Option<&str> {
        self.port.as_deref()
    }

    /// The port, the scheme's own when none is written; nothing when it is no port.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        match self.port.as_deref() {
            None | Some("") => Some(if self.is_tls() { 443 } else { 80 }),
            Some(port) => port.parse().ok(),
        }
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.scheme == "https"
    }

    /// Path and query, as they go onto the wire.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or("/")
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn credentials(user: &str) -> (String, String) {
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let unescape = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    (unescape(user), unescape(password))
}

fn split_authority(authority: &str) -> Result<(String, Option<String>), String> {
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((host, rest)) = rest.split_once(']') else { return Err("missing ']' in host".to_owned()) };
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host.to_owned(), Some(checked_port(port)?))),
            None if rest.is_empty() => Ok((host.to_owned(), None)),
            None => Err(format!("invalid port {rest:?} after host")),
        };
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(checked_port(port)?)),
        None => (authority, None),
    };
    if let Some(bad) =
        host.chars().find(|c| matches!(c, ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}'))
    {
        return Err(format!("invalid character {:?} in host name", bad.to_string()));
    }
    check_escapes(host)?;
    Ok((host.to_owned(), port))
}

fn checked_port(port: &str) -> Result<String, String> {
    if port.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(port.to_owned())
    } else {
        Err(format!("invalid port {:?} after host", format!(":{port}")))
    }
}

fn check_escapes(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%') {
        let digits = bytes.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            let shown = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 3)]).into_owned();
            return Err(format!("invalid URL escape {shown:?}"));
        }
    }
    Ok(())
}

/// Escapes what cannot stand in a path. A query goes out as it was written, blanks and all, as Go sends it.
fn escape_target(target: &str) -> String {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let mut escaped = String::with_capacity(target.len());
    for c in path.chars() {
        if c <= ' ' || c >= '\u{7f}' || c == '"' {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                escaped.push_str(&format!("%{byte:02X}"));
            }
        } else {
            escaped.push(c);
        }
    }
    if let Some(query) = query {
        escaped.push('?');
        escaped.push_str(query);
    }
    escaped
}

/// Resolves `.` and `..` in a path.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    parts.pop();
                }
                if last {
                    parts.push("");
                }
            }
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let url = Url::parse("http://ann:p%40w@example.test:8080/a/b?x={1}|^'#frag").expect("an address");
        assert_eq!(url.user(), Some(("ann", "p@w")));
        assert_eq!((url.host(), url.port(), url.target()), ("example.test", Some(8080), "/a/b?x={1}|^'"));
        assert_eq!(Url::parse("http://h?q").expect("an address").target(), "/?q");
        assert_eq!(Url::parse("https://[::1]:1/").expect("an address").host(), "::1");
        assert_eq!(Url::parse("nonsense").expect("a relative one").scheme(), "");
    }

    #[test]
    fn faults_in_gos_words() {
        let check = |text: &str, reason: &str| {
            assert_eq!(Url::parse(text).expect_err(text).to_string(), format!("parse {text:?}: {reason}"));
        };
        check("http://a b/", "invalid character \" \" in host name");
        check("http://[::1", "missing ']' in host");
        check("http://%zz/", "invalid URL escape \"%zz\"");
        check("http://h:x/", "invalid port \":x\" after host");
    }

    #[test]
    fn references() {
        let base = Url::parse("http://h:1/a/b?q").expect("an address");
        let check = |reference: &str, expected: &str| {
            assert_eq!(base.join(reference).expect("an address").as_str(), expected, "{reference}");
        };
        check("/x", "http://h:1/x");
        check("c?d", "http://h:1/a/c?d");
        check("../c", "http://h:1/c");
        check("//other/x", "http://other/x");
        check("https://o/", "https://o/");
        check("?z", "http://h:1/a/b?z");
    }
}
