//! Rooms that show the request: whole, or one part of it.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::Visit;
use crate::body::{Outcome, Refusal, json_answer, ok, typed};
use crate::exchange::Exchange;
use crate::form;

/// Adds a value under a name; a name that comes again becomes a list.
fn add(map: &mut Map<String, Value>, name: &str, value: Value) {
    match map.get_mut(name) {
        None => {
            map.insert(name.to_owned(), value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = json!([first.take(), value]),
    }
}

/// The query's arguments.
pub fn args(exchange: &Exchange<'_>) -> Value {
    let mut map = Map::new();
    for (name, value) in form::pairs(exchange.query()) {
        add(&mut map, &name, value.into());
    }
    Value::Object(map)
}

/// What every description of a request holds.
pub fn head(exchange: &Exchange<'_>) -> Value {
    json!({
        "args": args(exchange),
        "headers": exchange.headers_json(),
        "method": exchange.parts.method.as_str(),
        "origin": exchange.line.remote.ip().to_string(),
        "url": exchange.url(),
    })
}

/// The whole request: head, body, and the body read as form, files and JSON.
pub async fn whole(visit: Visit<'_, '_>) -> Outcome {
    let mut described = head(visit.exchange);
    let body = visit.exchange.body().await?;
    let content_type = visit.exchange.header(CONTENT_TYPE).unwrap_or_default();
    let (mut fields, mut files) = (Map::new(), Map::new());
    let mut data = String::from_utf8_lossy(&body).into_owned();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        for (name, value) in form::pairs(&data) {
            add(&mut fields, &name, value.into());
        }
        data.clear();
    } else if content_type.starts_with("multipart/form-data") {
        for part in form::parts(content_type, &body) {
            let text = Value::from(String::from_utf8_lossy(part.data));
            add(if part.file.is_some() { &mut files } else { &mut fields }, &part.name, text);
        }
        data.clear();
    }
    described["data"] = data.into();
    described["files"] = files.into();
    described["form"] = fields.into();
    described["json"] = serde_json::from_slice(&body).unwrap_or_default();
    ok(&described)
}

/// The body as it came, with its type.
pub async fn body(visit: Visit<'_, '_>) -> Outcome {
    let body = visit.exchange.body().await?;
    let octets = HeaderValue::from_static("application/octet-stream");
    let content_type = visit.exchange.parts.headers.get(CONTENT_TYPE).cloned().unwrap_or(octets);
    Ok(typed(StatusCode::OK, content_type, body))
}

/// Swallows a body of any size and says how large it was.
pub async fn sink(visit: Visit<'_, '_>) -> Outcome {
    ok(&json!({"bytes": visit.exchange.drain().await?}))
}

/// The headers.
pub fn headers(visit: &Visit<'_, '_>) -> Outcome {
    ok(&json!({"headers": visit.exchange.headers_json()}))
}

/// The client's address.
pub fn ip(visit: &Visit<'_, '_>) -> Outcome {
    ok(&json!({"origin": visit.exchange.line.remote.ip().to_string()}))
}

/// The client's name.
pub fn user_agent(visit: &Visit<'_, '_>) -> Outcome {
    ok(&json!({"user-agent": visit.exchange.header(http::header::USER_AGENT)}))
}

/// The method alone.
pub fn method(visit: &Visit<'_, '_>) -> Outcome {
    ok(&json!({"method": visit.exchange.parts.method.as_str()}))
}

/// Which connection the request came on, and the how-manieth it was there: shows connection reuse.
pub fn connection(visit: &Visit<'_, '_>) -> Outcome {
    let line = visit.exchange.line;
    ok(&json!({
        "connection": line.id,
        "request": line.requests(),
        "remote": line.remote.to_string(),
        "tls": line.tls,
        "protocol": format!("{:?}", visit.exchange.parts.version),
    }))
}

/// Answers with the headers that the query names.
pub fn response_headers(visit: &Visit<'_, '_>) -> Outcome {
    let mut answer = json_answer(StatusCode::OK, &args(visit.exchange));
    for (name, value) in form::pairs(visit.exchange.query()) {
        let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(&value).ok());
        let (name, value) =
            header.ok_or_else(|| Refusal::bad_request(format!("`{name}` cannot be a header")))?;
        // Framing is the server's own business.
        if name == http::header::CONTENT_LENGTH || name == http::header::TRANSFER_ENCODING {
            continue;
        }
        if name == CONTENT_TYPE {
            answer.headers_mut().insert(name, value);
        } else {
            answer.headers_mut().append(name, value);
        }
    }
    Ok(answer)
}

/// A block of bytes that repeats, for payloads whose content does not matter.
pub fn pattern(seed: u64, length: usize) -> Bytes {
    let words =
        (0..length.div_ceil(8) as u64).flat_map(|word| crate::random::mix(seed ^ (word << 1)).to_le_bytes());
    words.take(length).collect::<Vec<u8>>().into()
}
