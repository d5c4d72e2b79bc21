//! What is taken out of answers, and what is expected of them.

use serde_json::{Map, Value as Json};

use super::expression::{self, Context, quoted, selector};
use super::request::{plain, unquoted};
use super::{Helper, Writer};
use crate::note::Kind;

impl Writer<'_> {
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
            self.line(depth + 1, &format!("{}: (r) => {code},", quoted(&name.replace("::", ": :"))));
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

/// The name of a header as k6 writes it.
fn canonical(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters.map(|letter| letter.to_ascii_lowercase())).collect::<String>()
    });
    parts.collect::<Vec<_>>().join("-")
}
