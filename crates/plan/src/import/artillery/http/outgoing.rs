//! What a request sends: templates filled in, body, headers, query and cookies.
//!
//! Main type: [`Filled`]. Sending it is the business of [`super::hops`].

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use net::RequestHeaders;
use serde_json::Value;

use super::Failure;
use super::hops::parsed;
use crate::import::artillery::flow::{Content, Request};
use crate::import::artillery::life::User;
use crate::import::artillery::{functions, js, load, template};
use crate::import::once::OncePerWorker;
use crate::session::Session;

/// A request with everything filled in but its cookies.
pub struct Filled {
    pub(super) method: Box<str>,
    pub(super) url: Box<str>,
    /// What is sent when there are neither cookies nor redirects.
    pub(super) first: net::Request,
}

/// How long a whole answer may take, once its head is there. Artillery waits for as long as it takes.
const BODY_PATIENCE: Duration = Duration::from_secs(3600);

/// Requests that are filled in the same way each time.
pub type FilledRequests = OncePerWorker<Filled>;

/// Whether a request is filled in the same way each time.
pub(super) fn is_fixed(user: &User, request: &Request) -> bool {
    let content = match &request.content {
        Content::None => true,
        Content::Json(tree) | Content::Body(tree) => tree.is_fixed(),
        Content::Form(fields) => fields.iter().all(|(_, value)| value.is_fixed()),
        Content::FormData(_) => false,
    };
    content
        && request.url.is_plain()
        && request.query.as_ref().is_none_or(template::Tree::is_fixed)
        && request.headers.iter().all(|(_, value)| value.is_fixed())
        && request.auth.as_ref().is_none_or(|(name, password)| name.is_fixed() && password.is_fixed())
        && user.world.tracing.is_none()
}

/// Fills in the templates.
pub(super) fn fill(session: &Session, user: &User, request: &Request, url: &str) -> Result<Filled, Failure> {
    let refused =
        |message: &str| Failure { code: "ERR_GOT_REQUEST_ERROR".to_owned(), message: message.to_owned() };
    let mut headers: Vec<(String, String)> = Vec::with_capacity(request.headers.len() + 2);
    for (name, value) in &request.headers {
        match user.value(value) {
            None => {}
            Some(Value::Array(list)) => {
                headers.extend(list.iter().map(|value| (name.to_string(), js::text_of(Some(value)))));
            }
            Some(value) => headers.push((name.to_string(), js::text_of(Some(&value)))),
        }
    }
    let has = |headers: &[(String, String)], wanted: &str| headers.iter().any(|(name, _)| name == wanted);
    let body = match &request.content {
        Content::None => None,
        Content::Json(json) => match user.value(json) {
            None => None,
            Some(value) => {
                if !has(&headers, "content-type") {
                    headers.push(("content-type".to_owned(), "application/json".to_owned()));
                }
                Some(Bytes::from(value.to_string()))
            }
        },
        Content::Body(body) => match user.value(body) {
            None => None,
            Some(Value::String(text)) => Some(Bytes::from(text)),
            Some(value) if buffer(&value).is_some() => buffer(&value).map(Bytes::from),
            Some(_) => return Err(refused("the body must be a text")),
        },
        Content::Form(fields) => {
            let text = |value: &template::Tree| Value::from(js::text_of(user.value(value).as_ref()));
            let pairs: Vec<(String, Option<Value>)> =
                fields.iter().map(|(name, value)| (name.clone(), Some(text(value)))).collect();
            if !has(&headers, "content-type") {
                headers.push(("content-type".to_owned(), net::form::URL_ENCODED.to_owned()));
            }
            Some(Bytes::from(encoded(&pairs)))
        }
        Content::FormData(fields) => {
            let (content_type, bytes) = multipart(user, fields).map_err(|why| refused(&why))?;
            headers.retain(|(name, _)| name != "content-type");
            headers.push(("content-type".to_owned(), content_type));
            Some(Bytes::from(bytes))
        }
    };
    if body.as_ref().is_some_and(|body| !body.is_empty()) && matches!(&*request.method, "GET" | "HEAD") {
        return Err(refused("a GET has no body"));
    }
    if let Some((name, password)) = &request.auth {
        // What is undefined is nothing here.
        let part = |tree| user.value(tree).map(|value| js::text_of(Some(&value))).unwrap_or_default();
        let pair = format!("{}:{}", part(name), part(password));
        let value = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair));
        headers.retain(|(name, _)| name != "authorization");
        headers.push(("authorization".to_owned(), value));
    }
    if let Some(prefix) = &user.world.tracing {
        let mut random = user.random.borrow_mut();
        let trace = format!("{:016x}{:016x}", random.next(), random.next());
        let trace = format!("{prefix}{}", &trace[prefix.len().min(32)..]);
        headers.push(("traceparent".to_owned(), format!("00-{trace}-{:016x}-01", random.next())));
    }
    let url = address(user, request, url)
        .map_err(|why| Failure { code: "ERR_INVALID_URL".to_owned(), message: why })?;
    let mut headers = RequestHeaders::from(headers);
    headers.share();
    let first = net::Request {
        headers,
        verbatim: true,
        body,
        redirects: 0,
        timeout: BODY_PATIENCE,
        head_timeout: Some(user.world.timeout),
        version: if request.http2 { net::VersionPreference::Auto } else { net::VersionPreference::Http1 },
        ..net::Request::new(net::Method::new(&request.method), parsed(session, &url)?)
    };
    Ok(Filled { method: request.method.clone(), url: url.into(), first })
}

/// The address as it goes over the wire, with its query.
fn address(user: &User, request: &Request, url: &str) -> Result<String, String> {
    let query = request.query.as_ref().and_then(|query| user.scoped(|scope| query.members(scope)));
    // Most addresses are as they should be; the others are taken apart and put together by the rules of the web.
    let plain = |c: u8| {
        c.is_ascii_alphanumeric()
            || matches!(c, b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'&' | b'=' | b'+' | b'%')
            || matches!(c, b',' | b';' | b'@' | b'!' | b'*' | b'(' | b')')
    };
    if query.is_none() && url.bytes().all(plain) && !url.contains("/.") && url.matches('/').count() > 2 {
        return Ok(url.to_owned());
    }
    let mut parsed = url::Url::parse(url).map_err(|why| format!("{why}: {url}"))?;
    parsed.set_fragment(None);
    if let Some(query) = query {
        parsed.set_query((!query.is_empty()).then_some(encoded(&query).as_str()));
    }
    Ok(parsed.into())
}

/// Pairs urlencoded; a list has its name again and again.
fn encoded(pairs: &[(String, Option<Value>)]) -> String {
    let mut flat: Vec<(&str, String)> = Vec::new();
    // What is neither text nor number nor truth is nothing, as in the module `querystring`.
    let text = |value: &Value| match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        value => js::text_of(Some(value)),
    };
    for (name, value) in pairs {
        match value {
            Some(Value::Array(items)) => flat.extend(items.iter().map(|item| (name.as_str(), text(item)))),
            value => flat.push((name, value.as_ref().map(text).unwrap_or_default())),
        }
    }
    let mut made = url::form_urlencoded::Serializer::new(String::new());
    made.extend_pairs(flat);
    made.finish()
}

/// Fields and files as a multipart body, with its content type.
fn multipart(user: &User, fields: &[(String, Value, template::Tree)]) -> Result<(String, Vec<u8>), String> {
    let boundary = format!("form-{}", functions::make_uuid(&mut user.random.borrow_mut()));
    let mut body = Vec::new();
    for (name, spec, filled) in fields {
        let name = name.replace('"', "%22");
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        let filled = user.value(filled);
        let kind = spec["contentType"].as_str();
        let bytes = match filled.as_ref().and_then(|filled| filled.get("fromFile")).and_then(Value::as_str) {
            Some(file) => {
                let path = load::absolute(&user.world.folder, std::path::Path::new(file));
                user.world.reach.check(&path, file)?;
                let bytes = std::fs::read(&path).map_err(|why| format!("{file}: {why}"))?;
                let file_name = path.file_name().map_or(Cow::Borrowed(""), |name| name.to_string_lossy());
                head.push_str(&format!("; filename=\"{}\"", file_name.replace('"', "%22")));
                head.push_str(&format!("\r\nContent-Type: {}", kind.unwrap_or_else(|| kind_of(&file_name))));
                bytes
            }
            None => {
                let inner = filled.as_ref().and_then(|filled| filled.get("value")).or(filled.as_ref());
                if let Some(kind) = kind {
                    head.push_str(&format!("\r\nContent-Type: {kind}"));
                }
                inner.and_then(buffer).unwrap_or_else(|| js::text_of(inner).into_bytes())
            }
        };
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Ok((format!("multipart/form-data; boundary={boundary}"), body))
}

/// The bytes of a `Buffer` that code has made; nothing for any other value.
fn buffer(value: &Value) -> Option<Vec<u8>> {
    let bytes = value["data"].as_array().filter(|_| value["type"] == "Buffer")?;
    bytes.iter().map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok())).collect()
}

/// The content type of a file by the end of its name.
fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase().as_str() {
        "txt" => "text/plain",
        "csv" => "text/csv",
        "htm" | "html" => "text/html",
        "json" => "application/json",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "mp4" => "video/mp4",
        _ => "application/octet-stream",
    }
}

/// The cookies that scripts set. Those of earlier requests go along once the server has set one, or when this
/// request has some too.
pub(super) fn cookies(user: &User, request: &Request) -> Vec<(String, String)> {
    let defaults = &user.world.cookies;
    let mut kept = user.cookies.borrow_mut();
    let (known, served) = &mut *kept;
    for (name, value) in defaults.iter().chain(&request.cookies) {
        let value = user.text(value);
        match known.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => known.push((name.clone(), value)),
        }
    }
    if *served || !request.cookies.is_empty() || !defaults.is_empty() { known.clone() } else { Vec::new() }
}
