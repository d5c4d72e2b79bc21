//! Requests, what is taken out of their answers, and what is expected of them.

use serde_json::{Map, Value as Json};

use super::Helper;
use super::Writer;
use super::expression::{self, Context, quoted, selector};
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

    /// What is done with the answer.
    pub(super) fn after(&mut self, request: &Map<String, Json>, depth: usize) {
        if request.get("stop_if_failed") == Some(&Json::Bool(true)) {
            self.uses.fail = true;
            self.line(depth, "if (res.status < 200 || res.status >= 400) {");
            self.line(
                depth + 1,
                "fail(`${res.request.method} ${res.url} failed with status ${res.status}`);",
            );
            self.line(depth, "}");
        }
        for (name, from) in request.get("capture").and_then(Json::as_object).into_iter().flatten() {
            self.capture(name, from, depth);
        }
        if let Some(expect) = request.get("expect") {
            self.checks(expect, depth);
        }
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

    fn capture(&mut self, name: &str, from: &Json, depth: usize) {
        let own = self.names.add(name);
        let members = from.as_object();
        let (kind, place) = match (from, members) {
            (Json::String(text), _) if ["status", "body", "url", "duration"].contains(&text.as_str()) => {
                (text.clone(), Json::Null)
            }
            (Json::String(path), _) => ("json".to_owned(), Json::from(path.as_str())),
            (_, Some(members)) => {
                let found = members.iter().find(|(key, _)| *key != "default");
                found.map(|(key, place)| (key.clone(), place.clone())).unwrap_or_default()
            }
            _ => return,
        };
        let path = plain(&place);
        let code = match kind.as_str() {
            "status" => "res.status".to_owned(),
            "body" => "res.body".to_owned(),
            "url" => "res.url".to_owned(),
            "duration" => "res.timings.duration".to_owned(),
            "header" => format!("res.headers[{}]", quoted(&canonical(&path))),
            "regex" => {
                self.uses.helper(Helper::Matched);
                format!("matched(res.body, {})", self.pattern(&path))
            }
            _ => {
                self.uses.helper(Helper::JsonAt);
                let selector = self.selector(&path);
                format!("jsonAt(res, {selector})")
            }
        };
        self.line(depth, &format!("{own} = {code};"));
        if ["status", "body", "url", "duration"].contains(&kind.as_str()) {
            return;
        }
        self.line(depth, &format!("if ({own} === undefined) {{"));
        match members.and_then(|members| members.get("default")) {
            Some(default) => {
                // A default stands for itself.
                let code = self.value(&crate::convert::escaped_json(default), depth + 1);
                self.line(depth + 1, &format!("{own} = {code};"));
            }
            None => {
                self.uses.fail = true;
                let text = quoted(&format!("there is nothing for {name} in the answer"));
                self.line(depth + 1, &format!("fail({text});"));
            }
        }
        self.line(depth, "}");
    }

    /// The code of a path into JSON.
    fn selector(&mut self, path: &str) -> String {
        if expression::is_constant(path) {
            let text = expression::text(&mut Context { names: &self.names, uses: &mut self.uses }, path);
            return quoted(&selector(&unquoted(&text)));
        }
        // The signs of the path are put in k6's form, those of the expressions stay.
        let mut rewritten = String::new();
        let mut rest = path;
        while let Some(begin) = rest.find("{{") {
            let end = rest[begin..].find("}}").map_or(rest.len(), |end| begin + end + 2);
            rewritten.push_str(&rest[..begin].replace('[', ".").replace(']', ""));
            rewritten.push_str(&rest[begin..end]);
            rest = &rest[end..];
        }
        rewritten.push_str(&rest.replace('[', ".").replace(']', ""));
        let rewritten = rewritten.trim_start_matches('.');
        expression::text(&mut Context { names: &self.names, uses: &mut self.uses }, rewritten)
    }

    /// A regular expression as JavaScript writes it.
    fn pattern(&mut self, source: &str) -> String {
        let (mut flags, mut rest) = (String::new(), source);
        if let Some(end) = rest.strip_prefix("(?").and_then(|inner| inner.find(')')) {
            let given = &rest[2..2 + end];
            if !given.is_empty() && given.chars().all(|flag| matches!(flag, 'i' | 'm' | 's' | 'u')) {
                flags = given.replace('u', "");
                rest = &rest[2 + end + 1..];
            }
        }
        let text = rest.replace("(?P<", "(?<");
        if text.contains("(?i") || text.contains("(?x") || text.contains("\\z") || text.contains("\\A") {
            self.say(Kind::Unsupported, format!("'{source}' may mean something else to JavaScript"));
        }
        let flags = if flags.is_empty() { String::new() } else { format!(", {}", quoted(&flags)) };
        let is_plain = !text.is_empty()
            && !text.contains(['\n', '\r', '\u{2028}', '\u{2029}'])
            && !text.starts_with('*')
            // Behind a backslash a slash may be escaped, or end the literal.
            && !text.contains("\\/");
        if flags.is_empty() && is_plain {
            return format!("/{}/", text.replace('/', "\\/"));
        }
        format!("new RegExp({}{flags})", quoted(&text))
    }

    /// `check()` with all that is expected.
    fn checks(&mut self, expect: &Json, depth: usize) {
        let mut checks: Vec<(String, String)> = Vec::new();
        match expect {
            Json::Number(_) | Json::Array(_) => checks.push(status(expect)),
            Json::Object(members) => {
                for (key, wanted) in members {
                    self.check(key, wanted, &mut checks);
                }
            }
            _ => {}
        }
        if checks.is_empty() {
            return;
        }
        self.uses.check = true;
        self.line(depth, "check(res, {");
        for (name, code) in checks {
            self.line(depth + 1, &format!("{}: (r) => {code},", quoted(&name)));
        }
        self.line(depth, "});");
    }

    fn check(&mut self, key: &str, wanted: &Json, checks: &mut Vec<(String, String)>) {
        match key {
            "status" => checks.push(status(wanted)),
            "contains" => {
                self.uses.helper(Helper::Contains);
                let code = self.text(wanted);
                let name = format!("body contains {}", plain(wanted));
                checks.push((name, format!("contains(r.body || '', {code})")));
            }
            "matches" => {
                let pattern = self.pattern(&plain(wanted));
                let name = format!("body matches {}", plain(wanted));
                checks.push((name, format!("{pattern}.test(r.body || '')")));
            }
            "time_below" => {
                let time = model::duration::parse(&plain(wanted)).unwrap_or_default();
                let name = format!("time is below {}", plain(wanted));
                let millis = crate::value::number_text(time.as_secs_f64() * 1e3);
                checks.push((name, format!("r.status !== 0 && r.timings.duration < {millis}")));
            }
            "json" | "header" => {
                for (path, wanted) in wanted.as_object().into_iter().flatten() {
                    let name = format!("{key} {path} is {wanted}");
                    let value = self.value(wanted, 2);
                    let code = if key == "json" {
                        self.uses.helper(Helper::JsonAt);
                        let selector = self.selector(path);
                        let is_structure = matches!(wanted, Json::Array(_) | Json::Object(_));
                        if is_structure {
                            format!("JSON.stringify(jsonAt(r, {selector})) === JSON.stringify({value})")
                        } else {
                            format!("jsonAt(r, {selector}) == {value}")
                        }
                    } else {
                        format!("r.headers[{}] == {value}", quoted(&canonical(path)))
                    };
                    checks.push((name, code));
                }
            }
            _ => {}
        }
    }
}

/// The check of the status, named as plans name it.
fn status(wanted: &Json) -> (String, String) {
    match wanted {
        Json::Array(items) => {
            let shown: Vec<String> = items.iter().map(ToString::to_string).collect();
            (
                format!("status is {}", shown.join(" or ")),
                format!("[{}].includes(r.status)", shown.join(", ")),
            )
        }
        one => (format!("status is {one}"), format!("r.status === {one}")),
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
fn unquoted(code: &str) -> String {
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

/// The name of a header as k6 writes it.
fn canonical(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    });
    parts.collect::<Vec<_>>().join("-")
}
