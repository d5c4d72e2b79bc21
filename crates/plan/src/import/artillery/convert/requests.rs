//! Requests in our own words, with what is captured and expected of their answers.

use serde_json::{Map, Value, json};

use super::Writer;
use super::numbers::number;
use crate::extract::jsonpath::{Dialect, Path};
use crate::import::curl;
use crate::note::Kind;

impl Writer<'_> {
    pub(super) fn request(&mut self, method: &str, params: &Map<String, Value>, path: &str) -> Option<Value> {
        let url = params.get("url").or_else(|| params.get("uri"))?;
        let mut request = Map::from_iter([("url".to_owned(), self.text(url, path))]);
        for (key, value) in params {
            let inner = format!("{path}.{key}");
            match key.as_str() {
                "url" | "uri" | "ifTrue" | "probability" | "gzip" => {}
                "name" => drop(request.insert("name".to_owned(), self.text(value, &inner))),
                "qs" => drop(request.insert("query".to_owned(), self.texts(value, &inner))),
                "headers" => drop(request.insert("headers".to_owned(), self.texts(value, &inner))),
                "json" => drop(request.insert("json".to_owned(), self.value(value, &inner))),
                "body" if params.get("json").is_none() => {
                    request.insert("body".to_owned(), self.text(value, &inner));
                }
                "form" if params.get("json").is_none() && params.get("body").is_none() => {
                    request.insert("form".to_owned(), self.texts(value, &inner));
                }
                "formData" if params.get("form").is_none() => {
                    let parts: Vec<Value> = self.form_data(value, &inner);
                    request.insert("multipart".to_owned(), Value::Array(parts));
                }
                "capture" => self.captures(value, &inner, &mut request),
                "expect" => self.expectations(value, &inner, &mut request),
                "match" => self.matches(value, &inner, &mut request),
                "followRedirect" if *value == Value::Bool(false) => {
                    request.insert("redirects".to_owned(), json!(0));
                }
                "followRedirect" => {}
                "auth" => match (
                    value["user"].as_str().or(value["username"].as_str()),
                    value["pass"].as_str().or(value["password"].as_str()),
                ) {
                    (Some(user), Some(pass)) if !user.contains("{{") && !pass.contains("{{") => {
                        request.insert("auth".to_owned(), format!("{user}:{pass}").into());
                    }
                    _ => self.say(Kind::Unsupported, &inner, "these credentials are not carried over"),
                },
                other => {
                    self.say(
                        Kind::Unsupported,
                        &inner,
                        format!("'{other}' of a request is not carried over"),
                    );
                }
            }
        }
        let step = curl::step_of(method, request);
        if params.contains_key("probability") {
            self.say(
                Kind::Unsupported,
                path,
                "how likely a request is sent is not carried over: it always is",
            );
        }
        let Some(condition) = params.get("ifTrue") else { return Some(step) };
        match condition.as_str().and_then(|text| self.condition(text)) {
            Some(condition) => Some(json!({ "if": { "condition": condition, "then": [step] } })),
            None => {
                let message = "this condition is not carried over: the request is always sent";
                self.say(Kind::Unsupported, &format!("{path}.ifTrue"), message);
                Some(step)
            }
        }
    }

    fn form_data(&mut self, fields: &Value, path: &str) -> Vec<Value> {
        let mut parts = Vec::new();
        for (name, value) in fields.as_object().into_iter().flatten() {
            match (value["fromFile"].as_str(), value) {
                (Some(file), _) => parts.push(json!({ "name": name, "file": file })),
                (None, Value::Object(_)) => {
                    let value = self.text(&value["value"], path);
                    parts.push(json!({ "name": name, "value": value }));
                }
                (None, value) => {
                    let value = self.text(value, path);
                    parts.push(json!({ "name": name, "value": value }));
                }
            }
        }
        parts
    }

    fn captures(&mut self, given: &Value, path: &str, request: &mut Map<String, Value>) {
        let list = match given {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        let mut captures = Map::new();
        for capture in &list {
            let Some(name) = capture["as"].as_str() else { continue };
            let from = if let Some(text) = capture["json"].as_str() {
                Path::parse(text, Dialect::Plus)
                    .ok()
                    .and_then(|path| path.plain())
                    .map(|path| json!({ "json": path }))
            } else if let Some(pattern) = capture["regexp"].as_str() {
                let is_first = capture.get("group").is_some_and(|group| number(group) == Some(1.0));
                let fits = regex_lite::Regex::new(pattern).is_ok() && capture["flags"].is_null();
                (fits && (is_first || !pattern.contains('('))).then(|| json!({ "regex": pattern }))
            } else {
                capture["header"].as_str().map(|header| json!({ "header": header }))
            };
            match from {
                Some(mut from) => {
                    if capture["strict"] == Value::Bool(false) {
                        from["default"] = Value::Null;
                    }
                    captures.insert(name.to_owned(), from);
                }
                None => {
                    self.say(Kind::Unsupported, path, format!("the capture of '{name}' is not carried over"));
                }
            }
        }
        if !captures.is_empty() {
            request.insert("capture".to_owned(), Value::Object(captures));
        }
    }

    fn expectations(&mut self, given: &Value, path: &str, request: &mut Map<String, Value>) {
        if !self.expects {
            self.say(Kind::Ignored, path, "nothing is expected without the plugin 'expect'");
            return;
        }
        let list = match given {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        };
        let mut expect = Map::new();
        for (kind, wanted) in list.iter().filter_map(Value::as_object).flatten() {
            match (kind.as_str(), wanted) {
                ("statusCode", wanted) => {
                    let status = |value: &Value| number(value).map(|status| json!(status as u64));
                    let wanted = match wanted {
                        Value::Array(list) => {
                            list.iter().map(status).collect::<Option<Vec<_>>>().map(Value::Array)
                        }
                        one => status(one),
                    };
                    match wanted {
                        Some(wanted) => drop(expect.insert("status".to_owned(), wanted)),
                        None => self.say(Kind::Unsupported, path, "this status is not carried over"),
                    }
                }
                ("headerEquals", Value::Array(pair)) if pair.len() == 2 => {
                    let name = self.text(&pair[0], path);
                    let value = self.text(&pair[1], path);
                    let headers = expect.entry("header").or_insert_with(|| json!({}));
                    headers[name.as_str().unwrap_or_default()] = value;
                }
                ("matchesRegexp", Value::String(pattern)) if regex_lite::Regex::new(pattern).is_ok() => {
                    expect.insert("matches".to_owned(), pattern.as_str().into());
                }
                (other, _) => {
                    self.say(
                        Kind::Unsupported,
                        path,
                        format!("the expectation '{other}' is not carried over"),
                    );
                }
            }
        }
        if !expect.is_empty() {
            request.insert("expect".to_owned(), Value::Object(expect));
        }
    }

    fn matches(&mut self, given: &Value, path: &str, request: &mut Map<String, Value>) {
        let plain = given["json"].as_str().and_then(|text| Path::parse(text, Dialect::Plus).ok()?.plain());
        match (plain, given.get("value")) {
            (Some(place), Some(value)) => {
                let value = self.value(value, path);
                let expect = request.entry("expect").or_insert_with(|| json!({}));
                expect["json"][place.as_str()] = value;
                self.say(Kind::Emulated, path, "a match is a check here: the user goes on when it fails");
            }
            _ => self.say(Kind::Unsupported, path, "this match is not carried over"),
        }
    }
}
