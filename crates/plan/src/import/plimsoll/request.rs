//! The requests of our own plans.

use super::reader::Reader;
use super::steps::Common;
use super::{checks, multipart};
use crate::expr::{Expr, Text};
use crate::request::{Body, Header, RequestStep};
use crate::value::Value;
use crate::yaml::{Node, Yaml};

/// Reads a request: an address alone, or a mapping. The step says the method, or the mapping does.
pub(super) fn read(
    reader: &mut Reader,
    node: &Node,
    method: Option<&str>,
    common: &Common,
) -> Option<RequestStep> {
    let named = |method: Option<&str>| method.unwrap_or("GET").to_owned();
    if let Yaml::Text(address) = &node.value {
        let url = address_of(reader, node, address, common);
        return Some(with_common(RequestStep::new(named(method), url), common));
    }
    let members = reader.members(node, "request")?;
    let Some(url) = members.get("url") else {
        reader.wrong(node.at, "'url' is missing here");
        return None;
    };
    let address = reader.plain(url);
    let mut address = address_of(reader, url, &address, common);
    let mut body = None;
    let mut step = RequestStep::new("GET", "");
    step.method = named(method).into();
    for (key, at, value) in members.iter() {
        reader.within(key, |reader| match key.as_str() {
            "method" if method.is_none() => step.method = reader.text(value),
            "method" => reader.wrong(*at, "the step says the method already"),
            "name" => step.name = Some(reader.text(value)),
            "headers" => step.headers = headers(reader, value),
            "query" => address = with_query(address.clone(), &pairs(reader, value)),
            "timeout" => step.timeout = reader.time(value),
            "redirects" => step.redirects = u32::try_from(reader.whole(value, 0)).unwrap_or(u32::MAX),
            "version" => step.version = version(reader, value),
            "auth" => step.headers.extend(auth(reader, value)),
            "expect" => step.checks = checks::checks(reader, value),
            "capture" => step.captures = checks::captures(reader, value),
            "stop_if_failed" => step.must_succeed = reader.flag(value),
            "tags" => {
                let tags = pairs(reader, value);
                step.tags = tags.into_iter().map(|(name, text)| (name.into(), text)).collect();
            }
            "json" | "body" | "form" | "file" | "multipart" => {
                let one = body_of(reader, key, value, &mut step.headers);
                if body.replace(one).is_some() {
                    reader.wrong(*at, "a request has one body");
                }
            }
            _ => {}
        });
    }
    let (given_timeout, given_redirects) =
        (members.get("timeout").is_some(), members.get("redirects").is_some());
    let mut common_step = with_common(RequestStep::new("GET", ""), common);
    if given_timeout {
        common_step.timeout = step.timeout;
    }
    if given_redirects {
        common_step.redirects = step.redirects;
    }
    if members.get("version").is_some() {
        common_step.version = step.version;
    }
    step.timeout = common_step.timeout;
    step.redirects = common_step.redirects;
    step.version = common_step.version;
    // A header of the request goes before one of all requests.
    step.headers = [common_step.headers, step.headers].concat();
    step.url = address;
    step.body = body.unwrap_or_default();
    if matches!(step.body, Body::None) || method.is_some() || members.get("method").is_some() {
        return Some(step);
    }
    step.method = "POST".into();
    Some(step)
}

fn with_common(mut step: RequestStep, common: &Common) -> RequestStep {
    step.headers.clone_from(&common.headers);
    step.version = common.version;
    if let Some(timeout) = common.timeout {
        step.timeout = timeout;
    }
    if let Some(redirects) = common.redirects {
        step.redirects = redirects;
    }
    step
}

/// The whole address: what begins with a slash begins with the base.
fn address_of(reader: &mut Reader, node: &Node, address: &str, common: &Common) -> Text {
    let is_whole = address.contains("://") || address.starts_with("{{");
    if !is_whole && common.base.is_empty() {
        reader.wrong(node.at, format!("'{address}' is no whole address, and the plan has no 'base'"));
    }
    let base = if is_whole { "" } else { common.base.trim_end_matches('/') };
    let slash = if is_whole || address.starts_with('/') { "" } else { "/" };
    reader.text_of(node.at, &format!("{base}{slash}{address}"))
}

/// An address with pairs behind its question mark.
fn with_query(address: Text, pairs: &[(String, Text)]) -> Text {
    let mut parts = match address {
        Text::Constant(text) => vec![Expr::Constant(Value::Text(text))],
        Text::Joined(parts) => parts.to_vec(),
        own @ Text::Own(_) => vec![Expr::Text(own)],
    };
    let has_query =
        parts.iter().any(|part| matches!(part, Expr::Constant(value) if value.to_text().contains('?')));
    for (at, (name, value)) in pairs.iter().enumerate() {
        let sign = if at == 0 && !has_query { '?' } else { '&' };
        parts.push(Expr::Constant(Value::from(format!("{sign}{}=", escaped(name)))));
        parts.push(Expr::Own(std::sync::Arc::new(Escaped(value.clone()))));
    }
    if parts.iter().all(|part| matches!(part, Expr::Constant(_))) {
        let whole: String = parts.iter().map(constant).collect();
        return whole.into();
    }
    Text::Joined(parts.into())
}

fn constant(part: &Expr) -> String {
    if let Expr::Constant(value) = part { value.to_text().into_owned() } else { String::new() }
}

/// A text as a part of a query.
struct Escaped(Text);

impl crate::Eval for Escaped {
    fn eval(&self, session: &mut crate::Session) -> Result<Value, crate::Failure> {
        let text = self.0.render(session)?;
        Ok(Value::from(escaped(&text)))
    }
}

fn escaped(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => whole.push(byte as char),
            _ => whole.push_str(&format!("%{byte:02X}")),
        }
    }
    whole
}

/// Names and texts.
fn pairs(reader: &mut Reader, node: &Node) -> Vec<(String, Text)> {
    let Yaml::Map(members) = &node.value else {
        reader.expected(node, "a mapping");
        return Vec::new();
    };
    members.iter().map(|(name, _, value)| (name.clone(), reader.text(value))).collect()
}

/// Headers by name.
pub(super) fn headers(reader: &mut Reader, node: &Node) -> Vec<Header> {
    let pairs = pairs(reader, node);
    pairs.into_iter().map(|(name, value)| Header { name: name.into(), value }).collect()
}

/// The version of HTTP.
pub(super) fn version(reader: &mut Reader, node: &Node) -> net::VersionPreference {
    match reader.plain(node).as_str() {
        "1" | "1.1" => net::VersionPreference::Http1,
        "2" => net::VersionPreference::Http2,
        "auto" => net::VersionPreference::Auto,
        other => {
            reader.wrong(node.at, format!("there is no version '{other}'; known are auto, 1.1, 2"));
            net::VersionPreference::Auto
        }
    }
}

/// `user:password` as a header.
fn auth(reader: &mut Reader, node: &Node) -> Option<Header> {
    let text = reader.plain(node);
    let Some((user, password)) = text.split_once(':') else {
        reader.wrong(node.at, "credentials are written user:password");
        return None;
    };
    let value = net::auth::basic(user, password);
    Some(Header { name: "Authorization".into(), value: value.into() })
}

fn body_of(reader: &mut Reader, key: &str, node: &Node, headers: &mut Vec<Header>) -> Body {
    let has_type = |header: &Header| {
        header.name.constant().is_some_and(|name| name.eq_ignore_ascii_case("content-type"))
    };
    match key {
        "form" => {
            Body::Form(pairs(reader, node).into_iter().map(|(name, value)| (name.into(), value)).collect())
        }
        "body" => Body::Text(reader.text(node)),
        "file" => reader.file(node).map_or(Body::None, |bytes| Body::Bytes(bytes.into())),
        "multipart" => multipart::body(reader, node, headers),
        _ => {
            if !headers.iter().any(has_type) {
                headers.push(Header { name: "Content-Type".into(), value: "application/json".into() });
            }
            match reader.structure(node) {
                super::reader::Structure::Constant(json) => Body::Text(json.to_string().into()),
                structure => Body::Text(Text::Own(std::sync::Arc::new(AsJson(structure)))),
            }
        }
    }
}

/// A structure as the text of its JSON.
struct AsJson(super::reader::Structure);

impl crate::Eval for AsJson {
    fn eval(&self, session: &mut crate::Session) -> Result<Value, crate::Failure> {
        Ok(Value::from(self.0.json(session)?.to_string()))
    }
}
