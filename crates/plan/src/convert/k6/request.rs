//! Requests: the code of a call.

use serde_json::{Map, Value as Json};

use super::Writer;
use super::expression::{self, Context, quoted};
use crate::convert::percent;
use crate::note::Kind;

/// What is sent: the code of each part.
pub(super) struct Call {
    method: String,
    url: String,
    body: Option<String>,
    params: Option<String>,
}

impl Call {
    /// As a call of its own.
    pub(super) fn alone(&self) -> String {
        let function = match self.method.as_str() {
            "'GET'" if self.body.is_none() => "get",
            "'HEAD'" if self.body.is_none() => "head",
            "'POST'" => "post",
            "'PUT'" => "put",
            "'PATCH'" => "patch",
            "'DELETE'" => "del",
            "'OPTIONS'" => "options",
            _ => "request",
        };
        let mut arguments: Vec<&str> = Vec::new();
        if function == "request" {
            arguments.push(&self.method);
        }
        arguments.push(&self.url);
        if !["get", "head"].contains(&function) {
            arguments.extend(self.body_before_params());
        }
        arguments.extend(self.params.as_deref());
        format!("http.{function}({})", arguments.join(", "))
    }

    /// As one of several that are sent side by side.
    pub(super) fn in_batch(&self) -> String {
        let mut arguments: Vec<&str> = vec![&self.method, &self.url];
        arguments.extend(self.body_before_params());
        arguments.extend(self.params.as_deref());
        format!("[{}]", arguments.join(", "))
    }

    fn body_before_params(&self) -> Option<&str> {
        self.body.as_deref().or_else(|| self.params.is_some().then_some("null"))
    }
}

impl Writer<'_> {
    /// A template as text.
    pub(super) fn text(&mut self, source: &Json) -> String {
        let plain = plain(source);
        expression::text(&mut Context { names: &self.names, uses: &mut self.uses }, &plain)
    }

    /// A value, whose texts may be templates.
    pub(super) fn value(&mut self, json: &Json, depth: usize) -> String {
        match json {
            Json::String(source) => {
                expression::value(&mut Context { names: &self.names, uses: &mut self.uses }, source)
            }
            Json::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item, depth + 1)).collect();
                bracketed('[', &items, ']', depth)
            }
            Json::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(key, member)| format!("{}: {}", key_of(key), self.value(member, depth + 1)))
                    .collect();
                bracketed('{', &members, '}', depth)
            }
            other => other.to_string(),
        }
    }

    /// A request with all that follows from its answer.
    pub(super) fn request(&mut self, kind: &str, node: &Json, depth: usize) {
        let bare;
        let request = match node {
            Json::Object(request) => request,
            address => {
                bare = Map::from_iter([("url".to_owned(), address.clone())]);
                &bare
            }
        };
        let call = self.call(kind, request, depth).alone();
        if request.get("stop_if_failed") == Some(&Json::Bool(true))
            || ["expect", "capture"].iter().any(|key| request.contains_key(*key))
            || self.uses_last
        {
            self.uses.res = true;
            self.line(depth, &format!("res = {call};"));
        } else {
            self.line(depth, &format!("{call};"));
        }
        self.after(request, depth);
    }

    /// The parts of a call.
    pub(super) fn call(&mut self, kind: &str, request: &Map<String, Json>, depth: usize) -> Call {
        let url = self.address(request);
        let (mut headers, body) = self.headers_and_body(request, depth);
        let method = match (kind, request.get("method")) {
            ("request", Some(method)) => self.text(method),
            ("request", None) => quoted(if body.is_some() { "POST" } else { "GET" }),
            (kind, _) => quoted(&kind.to_uppercase()),
        };
        if let Some(auth) = request.get("auth") {
            self.uses.encoding = true;
            let credentials = self.text(auth);
            headers.push((
                "Authorization".to_owned(),
                format!("`Basic ${{encoding.b64encode({credentials})}}`"),
            ));
        }
        let params = self.params(request, &headers, depth);
        Call { method, url, body, params }
    }

    fn address(&mut self, request: &Map<String, Json>) -> String {
        let mut address = request.get("url").map(plain).unwrap_or_default();
        if !address.contains("://") && !address.starts_with("{{") && self.document.get("base").is_some() {
            let slash = if address.starts_with('/') { "" } else { "/" };
            address = format!("{{{{ {} }}}}{slash}{address}", super::BASE);
        }
        let has_query = address.contains('?');
        let mut made = expression::text(&mut Context { names: &self.names, uses: &mut self.uses }, &address);
        let query = request.get("query").and_then(Json::as_object);
        for (at, (name, value)) in query.into_iter().flatten().enumerate() {
            let sign = if at == 0 && !has_query { '?' } else { '&' };
            let name = percent(name);
            let value = plain(value);
            let more = if expression::is_constant(&value) {
                let text =
                    expression::text(&mut Context { names: &self.names, uses: &mut self.uses }, &value);
                format!("{sign}{name}={}", percent(&unquoted(&text)))
            } else {
                let code =
                    expression::text(&mut Context { names: &self.names, uses: &mut self.uses }, &value);
                format!("{sign}{name}=${{encodeURIComponent({code})}}")
            };
            made = appended(&made, &more);
        }
        made
    }

    /// Headers as name and code, and the code of the body.
    fn headers_and_body(
        &mut self,
        request: &Map<String, Json>,
        depth: usize,
    ) -> (Vec<(String, String)>, Option<String>) {
        let own = request.get("headers").and_then(Json::as_object).cloned().unwrap_or_default();
        let all = self.document["http"]["headers"].as_object().cloned().unwrap_or_default();
        let hides = |name: &str| own.keys().any(|known| known.eq_ignore_ascii_case(name));
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in all.iter().filter(|(name, _)| !hides(name)).chain(own.iter()) {
            headers.push((name.clone(), self.text(value)));
        }
        let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let mut body = None;
        for key in ["json", "body", "form", "file", "multipart"] {
            let Some(given) = request.get(key) else { continue };
            body = Some(match key {
                "json" => {
                    if !has_type {
                        headers.push(("Content-Type".to_owned(), quoted("application/json")));
                    }
                    let value = self.value(given, depth);
                    format!("JSON.stringify({value})")
                }
                "form" => {
                    let pairs: Vec<String> = given
                        .as_object()
                        .into_iter()
                        .flatten()
                        .map(|(name, value)| format!("{}: {}", key_of(name), self.text(value)))
                        .collect();
                    bracketed('{', &pairs, '}', depth)
                }
                "file" => self.file(&plain(given)),
                "multipart" => self.multipart(given, depth),
                _ => self.text(given),
            });
        }
        (headers, body)
    }

    /// A form with files.
    fn multipart(&mut self, parts: &Json, depth: usize) -> String {
        let parts = parts.as_array().cloned().unwrap_or_default();
        let mut pairs = Vec::new();
        let mut has_file = false;
        for part in &parts {
            let name = plain(&part["name"]);
            let code = if part["file"].is_null() {
                if !part["type"].is_null() {
                    self.say(
                        Kind::Unsupported,
                        format!("the part '{name}' of a form is sent without its type"),
                    );
                }
                self.text(&part["value"])
            } else {
                has_file = true;
                let path = plain(&part["file"]);
                let content = self.file(&path);
                let shown = match &part["filename"] {
                    Json::Null => quoted(path.rsplit(['/', '\\']).next().unwrap_or_default()),
                    given => self.text(given),
                };
                let kind = if part["type"].is_null() { None } else { Some(self.text(&part["type"])) };
                let kind = kind.map(|kind| format!(", {kind}")).unwrap_or_default();
                format!("http.file({content}, {shown}{kind})")
            };
            let key = key_of(&name);
            if pairs.iter().any(|pair: &String| pair.starts_with(&format!("{key}: "))) {
                self.say(Kind::Unsupported, format!("the part '{name}' of a form is sent once only"));
                continue;
            }
            pairs.push(format!("{key}: {code}"));
        }
        if !has_file {
            self.say(Kind::Emulated, "a form without files is sent as pairs, not as parts".to_owned());
        }
        bracketed('{', &pairs, '}', depth)
    }

    /// The constant that has a file's bytes.
    fn file(&mut self, path: &str) -> String {
        let at = match self.uses.files.iter().position(|known| known == path) {
            Some(at) => at,
            None => {
                self.uses.files.push(path.to_owned());
                self.uses.files.len() - 1
            }
        };
        format!("file{}", at + 1)
    }

    fn params(
        &mut self,
        request: &Map<String, Json>,
        headers: &[(String, String)],
        depth: usize,
    ) -> Option<String> {
        let mut params = Vec::new();
        if !headers.is_empty() {
            let pairs: Vec<String> =
                headers.iter().map(|(name, code)| format!("{}: {code}", key_of(name))).collect();
            params.push(format!("headers: {}", bracketed('{', &pairs, '}', depth + 1)));
        }
        let mut tags = Vec::new();
        if let Some(name) = request.get("name") {
            tags.push(format!("name: {}", self.text(name)));
        }
        for (name, value) in request.get("tags").and_then(Json::as_object).into_iter().flatten() {
            tags.push(format!("{}: {}", key_of(name), self.text(value)));
        }
        if !tags.is_empty() {
            params.push(format!("tags: {}", bracketed('{', &tags, '}', depth + 1)));
        }
        let common = self.document["http"].clone();
        if let Some(time) = request.get("timeout").or_else(|| common.get("timeout")) {
            params.push(format!("timeout: {}", self.text(time)));
        }
        if let Some(count) = request.get("redirects").or_else(|| common.get("redirects")) {
            params.push(format!("redirects: {count}"));
        }
        let version = request.get("version").or_else(|| common.get("version")).map(plain);
        if version.is_some_and(|version| version != "auto") {
            let text = "the version of HTTP cannot be chosen: k6 takes HTTP/2 where the server offers it";
            self.say(Kind::Unsupported, text.to_owned());
        }
        (!params.is_empty()).then(|| bracketed('{', &params, '}', depth))
    }
}

/// A text, as numbers and truth values are too.
pub(super) fn plain(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// A key of an object.
pub(super) fn key_of(key: &str) -> String {
    if super::names::is_identifier(key) { key.to_owned() } else { quoted(key) }
}

/// Items in brackets: in one line when they are short, else one a line.
pub(super) fn bracketed(open: char, items: &[String], close: char, depth: usize) -> String {
    let space = if open == '{' { " " } else { "" };
    let line = format!("{open}{space}{}{space}{close}", items.join(", "));
    if items.is_empty() {
        return format!("{open}{close}");
    }
    if line.len() + depth * 2 <= 90 && !line.contains('\n') {
        return line;
    }
    let inner = "  ".repeat(depth + 1);
    let lines: Vec<String> = items.iter().map(|item| format!("{inner}{item},\n")).collect();
    format!("{open}\n{}{}{close}", lines.concat(), "  ".repeat(depth))
}

/// Text behind the end of a literal.
fn appended(code: &str, more: &str) -> String {
    if more.contains("${") {
        let template = if code.starts_with('`') {
            code[1..code.len() - 1].to_owned()
        } else {
            code[1..code.len() - 1].replace("\\'", "'").replace('`', "\\`").replace("${", "\\${")
        };
        return format!("`{template}{more}`");
    }
    let quote = &code[..1];
    format!("{}{more}{quote}", &code[..code.len() - 1])
}

/// The text of a constant in quotes.
pub(super) fn unquoted(code: &str) -> String {
    let inner = &code[1..code.len() - 1];
    let mut made = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            made.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => made.push('\n'),
            Some('r') => made.push('\r'),
            Some('t') => made.push('\t'),
            Some('u') => {
                let digits: String = letters.by_ref().take(4).collect();
                made.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            other => made.extend(other),
        }
    }
    made
}
