//! Turning a request as a script states it into the fields of HTTP/2.
//!
//! Main type: [`Request`]. It follows Go's choices: which headers fall away, how cookies are split.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Uri};

use super::error::{Error, Kind};
use crate::header::trimmed;

/// A request ready to be sent.
#[derive(Debug, Clone)]
pub struct Request {
    pub(super) head: http::Request<()>,
    pub(super) body: Bytes,
}

/// Headers that belong to one HTTP/1.1 connection and must not appear in HTTP/2.
const CONNECTION_HEADERS: [&str; 5] =
    ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

impl Request {
    /// Builds a request for `target` (path and query) on `authority` (host and port).
    ///
    /// A `Host` header takes the place of `authority`; headers of the connection fall away; the length of the
    /// body is stated as it is, whatever a header says; cookies travel one by one, to compress better.
    pub fn new<N: AsRef<str>, V: AsRef<[u8]>>(
        method: &str,
        scheme: &str,
        authority: &str,
        target: &str,
        headers: impl IntoIterator<Item = (N, V)>,
        body: Bytes,
    ) -> Result<Self, Error> {
        let mut map = HeaderMap::new();
        let mut host = None;
        for (name, value) in headers {
            let (name, value) = (name.as_ref(), trimmed(value.as_ref()));
            if name.eq_ignore_ascii_case("host") {
                host = Some(String::from_utf8_lossy(value).into_owned());
            } else {
                add(&mut map, name, value)?;
            }
        }
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| invalid("method", method))?;
        let states_length = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        map.remove(CONTENT_LENGTH);
        if states_length || !body.is_empty() {
            map.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        let authority = host.as_deref().unwrap_or(authority);
        let uri = Uri::builder()
            .scheme(scheme)
            .authority(authority)
            .path_and_query(if target.is_empty() { "/" } else { target })
            .build()
            .map_err(|_| invalid("target", &format!("{scheme}://{authority}{target}")))?;
        let mut head = http::Request::new(());
        *head.method_mut() = method;
        *head.uri_mut() = uri;
        *head.version_mut() = http::Version::HTTP_2;
        *head.headers_mut() = map;
        Ok(Self { head, body })
    }
}

fn add(map: &mut HeaderMap, name: &str, value: &[u8]) -> Result<(), Error> {
    // Building the name lowers its case.
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("header name", name))?;
    if CONNECTION_HEADERS.contains(&key.as_str()) || (key == "te" && value != b"trailers") {
        return Ok(());
    }
    let parse = |part: &[u8]| HeaderValue::from_bytes(part).map_err(|_| invalid("value of header", name));
    if key == "cookie" {
        for crumb in value.split(|&byte| byte == b';').map(trimmed).filter(|crumb| !crumb.is_empty()) {
            map.append(&key, parse(crumb)?);
        }
    } else {
        map.append(key, parse(value)?);
    }
    Ok(())
}

fn invalid(what: &str, text: &str) -> Error {
    Error::unprocessed(Kind::InvalidRequest(format!("invalid {what} {}", crate::header::quote(text))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(method: &str, headers: &[(&str, &str)], body: &'static str, expected: &str) {
        let request =
            Request::new(method, "https", "a.test:8443", "/p?q", headers.iter().copied(), body.into());
        let head = request.expect("a valid request").head;
        let fields =
            head.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().expect("ASCII")));
        let shown = format!("{} {} {}", head.method(), head.uri(), fields.collect::<Vec<_>>().join(", "));
        assert_eq!(shown.trim_end(), expected);
    }

    #[test]
    fn fields() {
        check("GET", &[], "", "GET https://a.test:8443/p?q");
        check(
            "GET",
            &[
                ("User-Agent", " x "),
                ("Connection", "close"),
                ("Upgrade", "h2c"),
                ("TE", "gzip"),
                ("Host", "b.test"),
            ],
            "",
            "GET https://b.test/p?q user-agent: x",
        );
        check("POST", &[("Content-Length", "99")], "", "POST https://a.test:8443/p?q content-length: 0");
        check("DELETE", &[], "abc", "DELETE https://a.test:8443/p?q content-length: 3");
        check(
            "QUERY",
            &[("Cookie", "a=1; b=2;; "), ("TE", "trailers")],
            "",
            "QUERY https://a.test:8443/p?q cookie: a=1, cookie: b=2, te: trailers",
        );
    }

    #[test]
    fn what_cannot_be_sent() {
        let build = |method: &str, authority: &str, target: &str, name: &str, value: &str| {
            let headers = [(name, value)];
            Request::new(method, "http", authority, target, headers, Bytes::new()).map(|_| ())
        };
        assert!(build("GET", "a", "/", "x", "y").is_ok());
        assert!(build("GET", "a", "", "x", "y").is_ok());
        for (method, authority, target, name, value) in [
            ("G T", "a", "/", "x", "y"),
            ("GET", "a b", "/", "x", "y"),
            ("GET", "a", "/ b", "x", "y"),
            ("GET", "a", "/", "x y", "y"),
            ("GET", "a", "/", "x", "a\nb"),
        ] {
            let error = build(method, authority, target, name, value).expect_err("invalid");
            assert!(error.unprocessed && matches!(error.kind, Kind::InvalidRequest(_)), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(method in any::<String>(), authority in any::<String>(), target in any::<String>(), name in any::<String>()) {
            let headers = [(name.as_str(), target.as_bytes())];
            let _ = Request::new(&method, "https", &authority, &target, headers, Bytes::new());
        }
    }
}
