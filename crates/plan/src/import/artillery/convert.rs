//! A script of Artillery as a plan of our own, as far as that has words for it.
//!
//! Main function: [`document`]. Functions of the processor and what needs an engine of its own are left out with a
//! note; phases, data, variables, requests, captures, expectations, loops and think times are carried over.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{asked, check, choose, load, phases, read_modules};
use crate::convert::{Scribe, duration_text, escaped};
use crate::extract::jsonpath::{Dialect, Path};
use crate::import::plimsoll::expression;
use crate::import::{Document, Refused, Source, curl};
use crate::note::Kind;

/// Data of so many rows is written into the plan.
const ROWS_MAX: usize = 50;

/// The script as a plan of our own.
///
/// # Errors
/// When Artillery would refuse it too.
pub(super) fn document(source: &Source) -> Result<Document, Refused> {
    let refused = |refused: load::Refused| Refused { notes: refused.notes, exit: None };
    let mut asked = asked(source);
    read_modules(source, &mut asked).map_err(refused)?;
    let mut script = load::load(&asked).map_err(refused)?;
    phases::timetable(script.config(), asked.solo, &script.places)
        .map_err(|note| Refused { notes: vec![note], exit: None })?;
    if let Err((notes, _)) = check::check(&mut script) {
        return Err(Refused { notes, exit: None });
    }
    choose(&asked, &mut script).map_err(refused)?;
    let notes = std::mem::take(&mut script.notes);
    let mut writer = Writer {
        script: &script,
        scribe: Scribe { notes },
        data: Map::new(),
        feeds: Vec::new(),
        expects: script.config()["plugins"].get("expect").is_some(),
    };
    let json = writer.plan();
    Ok(Document { json, notes: writer.scribe.notes })
}

struct Writer<'a> {
    script: &'a load::Script,
    scribe: Scribe,
    data: Map<String, Value>,
    /// Steps with which every user begins.
    feeds: Vec<Value>,
    expects: bool,
}

impl Writer<'_> {
    fn say(&mut self, kind: Kind, path: &str, message: impl Into<String>) {
        let place = self.script.places.of(path);
        self.scribe.say(kind, place, message);
    }

    fn plan(&mut self) -> Value {
        let config = self.script.config();
        let mut plan = Map::from_iter([("plimsoll".to_owned(), json!(1))]);
        let target = config["target"].as_str().unwrap_or_default();
        if !target.is_empty() {
            plan.insert("base".to_owned(), target.trim_end_matches('/').into());
        }
        plan.insert("http".to_owned(), self.http());
        if config["tls"]["rejectUnauthorized"] == Value::Bool(false) {
            plan.insert("options".to_owned(), json!({ "insecureSkipTLSVerify": true }));
        }
        self.payloads();
        let variables = self.variables(&config["variables"], "config.variables");
        if !variables.is_empty() {
            plan.insert("variables".to_owned(), Value::Object(variables));
        }
        for key in ["before", "after"] {
            let flow = &self.script.value[key]["flow"];
            if flow.is_array() {
                let steps = self.steps(flow, &format!("{key}.flow"));
                plan.insert(key.to_owned(), Value::Array(steps));
            }
        }
        let scenarios = self.scenarios();
        if !self.data.is_empty() {
            plan.insert("data".to_owned(), Value::Object(std::mem::take(&mut self.data)));
        }
        match scenarios {
            Scenarios::One(steps) => plan.insert("steps".to_owned(), Value::Array(steps)),
            Scenarios::Several(scenarios) => plan.insert("scenarios".to_owned(), Value::Object(scenarios)),
        };
        let load = self.load();
        plan.insert("load".to_owned(), Value::Array(load));
        for (key, what) in [("ensure", "conditions of the run"), ("apdex", "an index of satisfaction")] {
            if !config[key].is_null() || config["plugins"].get(key).is_some() {
                let text = format!("{what} are not carried over: write them as thresholds");
                self.say(Kind::Unsupported, &format!("config.{key}"), text);
            }
        }
        Value::Object(plan)
    }

    fn http(&mut self) -> Value {
        let config = self.script.config();
        let mut http = Map::new();
        let mut headers = Map::new();
        for defaults in [&config["defaults"], &config["http"]["defaults"]] {
            for (name, value) in defaults["headers"].as_object().into_iter().flatten() {
                headers.insert(name.clone(), self.text(value, "config.http.defaults.headers"));
            }
        }
        if !headers.is_empty() {
            http.insert("headers".to_owned(), Value::Object(headers));
        }
        let timeout = config["http"]["timeout"].as_f64().or_else(|| config["timeout"].as_f64());
        let timeout = timeout.filter(|seconds| *seconds > 0.0 && *seconds < 1e6).unwrap_or(10.0);
        http.insert("timeout".to_owned(), duration_text(Duration::from_secs_f64(timeout)).into());
        Value::Object(http)
    }

    fn payloads(&mut self) {
        let config = self.script.config();
        let specs: Vec<Value> = match &config["payload"] {
            Value::Array(list) => list.clone(),
            Value::Null => Vec::new(),
            one => vec![one.clone()],
        };
        let (whole, dealt): (Vec<&Value>, Vec<&Value>) =
            specs.iter().partition(|spec| spec["loadAll"] == Value::Bool(true));
        if !whole.is_empty() {
            self.say(Kind::Unsupported, "config.payload", "data that is loaded whole is not carried over");
        }
        for (at, (spec, payload)) in dealt.iter().zip(&self.script.payloads).enumerate() {
            let name = if at == 0 { "payload".to_owned() } else { format!("payload{}", at + 1) };
            let (fields, rows, in_order) = payload.table();
            let order = if in_order { "sequential" } else { "random" };
            let mut table = Map::new();
            let is_text = |row: &Vec<Value>| row.iter().all(Value::is_string);
            let skips = spec["skipHeader"] == Value::Bool(true);
            if rows.len() <= ROWS_MAX || skips || !rows.iter().all(is_text) {
                let rows = rows.iter().map(|row| {
                    Value::Object(fields.iter().cloned().zip(row.iter().cloned()).collect::<Map<_, _>>())
                });
                table.insert("rows".to_owned(), rows.collect());
            } else {
                table.insert("file".to_owned(), spec["path"].clone());
                table.insert("columns".to_owned(), fields.iter().map(String::as_str).collect());
                if let Some(delimiter) = spec["delimiter"].as_str() {
                    table.insert("delimiter".to_owned(), delimiter.into());
                }
            }
            if rows.is_empty() {
                continue;
            }
            table.insert("order".to_owned(), order.into());
            self.data.insert(name.clone(), Value::Object(table));
            self.feeds.push(json!({ "feed": name }));
        }
    }

    /// Variables that are the same for all; of a list each user gets one item by chance.
    fn variables(&mut self, given: &Value, path: &str) -> Map<String, Value> {
        let mut variables = Map::new();
        for (name, value) in given.as_object().into_iter().flatten() {
            match value {
                Value::Array(items) if !items.is_empty() => {
                    let rows: Vec<Value> = items.iter().map(|item| json!({ name.as_str(): item })).collect();
                    self.data.insert(name.clone(), json!({ "rows": rows, "order": "random" }));
                    self.feeds.push(json!({ "feed": name }));
                }
                one => drop(variables.insert(name.clone(), self.value(one, path))),
            }
        }
        variables
    }

    fn load(&mut self) -> Vec<Value> {
        let config = self.script.config();
        let default = vec![json!({ "duration": 1, "arrivalCount": 1 })];
        let phases =
            config["phases"].as_array().filter(|phases| !phases.is_empty()).cloned().unwrap_or(default);
        let mut load = Vec::new();
        for (at, phase) in phases.iter().enumerate() {
            let path = format!("config.phases[{at}]");
            let length = |key: &str| seconds(&phase[key]).map(|time| (time, duration_text(time)));
            if let Some((_, text)) = length("pause") {
                load.push(json!({ "pause": text }));
                continue;
            }
            let Some((time, text)) = length("duration") else { continue };
            if !phase["maxVusers"].is_null() {
                let message = "how many users there may be at a time is not carried over: see users_max";
                self.say(Kind::Unsupported, &path, message);
            }
            if let Some(count) = number(&phase["arrivalCount"]).filter(|count| *count >= 1.0) {
                load.push(json!({ "inject": { "rate": count as u64, "every": text, "for": text } }));
                continue;
            }
            let from = number(&phase["arrivalRate"]).unwrap_or(0.0);
            let (rate, every) = whole_rate(from);
            match number(&phase["rampTo"]) {
                Some(to) if to != from => {
                    load.push(json!({ "inject": { "rate": rate, "every": every, "for": "0s" } }));
                    let (rate, every) = whole_rate(to);
                    load.push(json!({ "ramp": { "rate": rate, "every": every, "for": text } }));
                }
                _ if rate > 0 => {
                    load.push(json!({ "inject": { "rate": rate, "every": every, "for": text } }))
                }
                _ => load.push(json!({ "pause": duration_text(time) })),
            }
        }
        for step in &mut load {
            // A rate is one for a second unless it says otherwise.
            for (_, step) in step.as_object_mut().into_iter().flatten() {
                if step["every"] == json!("1s") {
                    step.as_object_mut().and_then(|step| step.shift_remove("every"));
                }
            }
        }
        load
    }
}

/// What users do.
enum Scenarios {
    One(Vec<Value>),
    Several(Map<String, Value>),
}

impl Writer<'_> {
    fn scenarios(&mut self) -> Scenarios {
        let list = self.script.value["scenarios"].as_array().cloned().unwrap_or_default();
        let mut made: Vec<(String, Value, Vec<Value>)> = Vec::new();
        for (at, scenario) in list.iter().enumerate() {
            let path = format!("scenarios[{at}]");
            if let Some(engine) = scenario["engine"].as_str().filter(|engine| *engine != "http") {
                let message = format!("scenarios of the engine '{engine}' are not carried over");
                self.say(Kind::Unsupported, &path, message);
                continue;
            }
            for hook in ["beforeScenario", "afterScenario", "beforeRequest", "afterResponse", "onError"] {
                if !scenario[hook].is_null() {
                    let message = "functions of the processor are not carried over";
                    self.say(Kind::Unsupported, &format!("{path}.{hook}"), message);
                }
            }
            let before = self.feeds.len();
            let own = self.variables(&scenario["variables"], &format!("{path}.variables"));
            let own_feeds = self.feeds.split_off(before);
            let mut steps: Vec<Value> = self.feeds.iter().cloned().chain(own_feeds).collect();
            if !own.is_empty() {
                steps.push(json!({ "set": own }));
            }
            steps.extend(self.steps(&scenario["flow"], &format!("{path}.flow")));
            let name =
                scenario["name"].as_str().map_or_else(|| format!("scenario_{}", at + 1), str::to_owned);
            made.push((name, scenario["weight"].clone(), steps));
        }
        if let [(_, _, steps)] = &mut made[..] {
            return Scenarios::One(std::mem::take(steps));
        }
        let mut scenarios = Map::new();
        for (name, weight, steps) in made {
            let mut unique = name.clone();
            while scenarios.contains_key(&unique) {
                unique.push('_');
            }
            let weight = number(&weight).filter(|weight| *weight >= 0.0).unwrap_or(1.0);
            scenarios.insert(unique, json!({ "weight": weight, "steps": steps }));
        }
        Scenarios::Several(scenarios)
    }

    fn steps(&mut self, flow: &Value, path: &str) -> Vec<Value> {
        let mut steps = Vec::new();
        for (at, step) in flow.as_array().into_iter().flatten().enumerate() {
            let path = format!("{path}[{at}]");
            match step {
                Value::Array(_) => steps.extend(self.steps(step, &path)),
                step => steps.extend(self.step(step, &path)),
            }
        }
        steps
    }

    fn step(&mut self, step: &Value, path: &str) -> Option<Value> {
        if let Some(time) = step.get("think") {
            return self.think(time, &step["jitter"], path);
        }
        if let Some(text) = step.get("log") {
            return Some(json!({ "log": self.text(text, path) }));
        }
        if step.get("function").is_some() {
            self.say(Kind::Unsupported, path, "functions of the processor are not carried over");
            return None;
        }
        if let Some(body) = step.get("loop") {
            return self.round(step, body, path);
        }
        if let Some(branches) = step.get("parallel") {
            let steps = self.steps(branches, path);
            return (!steps.is_empty()).then(|| json!({ "parallel": steps }));
        }
        match step.as_object().and_then(|members| members.iter().next()) {
            Some((method, Value::Object(params))) => {
                self.request(&method.to_ascii_uppercase(), params, &format!("{path}.{method}"))
            }
            _ => None,
        }
    }

    fn think(&mut self, time: &Value, jitter: &Value, path: &str) -> Option<Value> {
        if !jitter.is_null() {
            self.say(Kind::Unsupported, path, "the jitter of a think time is not carried over");
        }
        match seconds(time) {
            Some(time) => Some(json!({ "think": duration_text(time) })),
            None => {
                let text = self.text(time, path);
                if text.as_str().is_some_and(|text| text.contains("{{")) {
                    return Some(json!({ "think": text }));
                }
                self.say(Kind::Unsupported, path, format!("'{text}' is no time"));
                None
            }
        }
    }

    fn round(&mut self, step: &Value, body: &Value, path: &str) -> Option<Value> {
        let steps = self.steps(body, &format!("{path}.loop"));
        let name = |key: &str, default: &str| step[key].as_str().unwrap_or(default).replace('$', "");
        let counter = name("loopValue", "loopCount");
        if let Some(condition) = step["whileTrue"].as_str() {
            return match self.condition(condition) {
                Some(condition) => Some(json!({ "while": { "condition": condition, "steps": steps } })),
                None => {
                    let message = "this condition is not carried over, and the loop neither";
                    self.say(Kind::Unsupported, path, message);
                    None
                }
            };
        }
        let mut made = Map::new();
        match (&step["over"], &step["count"]) {
            (Value::Null, Value::Null) => {}
            (Value::Null, count) => {
                let count = number(count)
                    .map_or_else(|| self.value(count, path), |count| json!(count.max(0.0) as u64));
                made.insert("times".to_owned(), count);
            }
            (over, _) => {
                let list = match over {
                    Value::String(name) => match range(name) {
                        Some(list) => list,
                        None => format!("{{{{ {} }}}}", name.replace('$', "")).into(),
                    },
                    list => self.value(list, path),
                };
                made.insert("over".to_owned(), list);
                made.insert("as".to_owned(), name("loopElement", "loopElement").into());
            }
        }
        made.insert("counter".to_owned(), counter.into());
        made.insert("steps".to_owned(), Value::Array(steps));
        Some(json!({ "loop": made }))
    }

    /// A condition, when it says the same here.
    fn condition(&self, text: &str) -> Option<String> {
        let plain = text.replace('$', "");
        expression::tree(&plain).is_ok().then_some(plain)
    }

    fn request(&mut self, method: &str, params: &Map<String, Value>, path: &str) -> Option<Value> {
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
                    self.say(Kind::Unsupported, path, format!("the capture of '{name}' is not carried over"))
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
                ("matchesRegexp" | "validRegexp", Value::String(pattern))
                    if regex_lite::Regex::new(pattern).is_ok() =>
                {
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

    /// A mapping of texts.
    fn texts(&mut self, given: &Value, path: &str) -> Value {
        let members = given.as_object().cloned().unwrap_or_default();
        Value::Object(members.into_iter().map(|(name, value)| (name, self.text(&value, path))).collect())
    }

    /// JSON with templates in it.
    fn value(&mut self, given: &Value, path: &str) -> Value {
        match given {
            Value::String(text) => self.template(text, path).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item, path)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(key, member)| (key.clone(), self.value(member, path))).collect(),
            ),
            other => other.clone(),
        }
    }

    fn text(&mut self, given: &Value, path: &str) -> Value {
        match given {
            Value::String(text) => self.template(text, path).into(),
            Value::Null => "".into(),
            other => escaped(&other.to_string()).into(),
        }
    }

    /// A template in our own words.
    fn template(&mut self, text: &str, path: &str) -> String {
        let (mut made, mut rest) = (String::new(), text);
        while let Some(begin) = rest.find("{{") {
            let Some(end) = rest[begin..].find("}}").map(|length| begin + length) else { break };
            made.push_str(&rest[..begin]);
            let inner = rest[begin + 2..end].trim_matches(['{', '}']).trim();
            match expression_of(inner) {
                Some(expression) => made.push_str(&format!("{{{{ {expression} }}}}")),
                None => {
                    self.say(Kind::Unsupported, path, format!("the template '{inner}' is not carried over"));
                    made.push_str(&escaped(&rest[begin..end + 2]));
                }
            }
            rest = rest[end + 2..].trim_start_matches('}');
        }
        made.push_str(&escaped(rest));
        made
    }
}

/// What stands in a template, in our own words.
fn expression_of(inner: &str) -> Option<String> {
    let call = |name: &str| -> Option<Vec<String>> {
        let arguments = inner.strip_prefix(name)?.trim().strip_prefix('(')?.strip_suffix(')')?;
        Some(
            arguments.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect(),
        )
    };
    let is_number = |text: &String| text.parse::<f64>().is_ok();
    if let Some(name) = inner.strip_prefix("$env.").or_else(|| inner.strip_prefix("$processEnvironment.")) {
        let whole = format!("env.{name}");
        return expression::tree(&whole).is_ok().then_some(whole);
    }
    if inner == "$uuid" || call("$uuid").is_some() {
        return Some("uuid()".to_owned());
    }
    for name in ["$randomNumber", "$randomInt"] {
        if let Some(arguments) =
            call(name).filter(|arguments| arguments.len() == 2 && arguments.iter().all(is_number))
        {
            return Some(format!("random({}, {})", arguments[0], arguments[1]));
        }
    }
    if let Some(arguments) = call("$randomString") {
        let count = arguments.first().filter(|count| is_number(count)).map_or("10", String::as_str);
        return Some(format!("letters({count})"));
    }
    let name = match inner {
        "$loopCount" | "$loopElement" => &inner[1..],
        inner => match inner.strip_prefix("$loopElement.") {
            Some(_) => &inner[1..],
            None if inner.starts_with('$') => return None,
            None => inner,
        },
    };
    let is_path = !name.is_empty()
        && name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '[' | ']'))
        && name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    is_path.then(|| name.to_owned())
}

/// A list of numbers as Artillery writes it: `1-3`.
fn range(text: &str) -> Option<Value> {
    let (from, to) = text.split_once('-')?;
    let (from, to): (u64, u64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    (to >= from && to - from < 10_000).then(|| (from..=to).map(Value::from).collect())
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A time: a number of seconds, or with its unit.
fn seconds(value: &Value) -> Option<Duration> {
    if let Some(seconds) = number(value) {
        return (0.0..1e9).contains(&seconds).then(|| Duration::from_secs_f64(seconds));
    }
    let text: String = value.as_str()?.split_whitespace().collect();
    let end = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (amount, unit) = text.split_at(end);
    let factor = match unit.trim_end_matches('s') {
        "m" if unit == "ms" => 1e-3,
        "m" | "min" | "minute" => 60.0,
        "h" | "hr" | "hour" => 3_600.0,
        "" | "sec" | "second" => 1.0,
        "d" | "day" => 86_400.0,
        "msec" | "millisecond" => 1e-3,
        _ => return None,
    };
    let time = amount.parse::<f64>().ok()? * factor;
    (0.0..1e9).contains(&time).then(|| Duration::from_secs_f64(time))
}

/// A rate as a whole number of arrivals and the time for them.
fn whole_rate(per_second: f64) -> (u64, &'static str) {
    for (factor, every) in [(1.0, "1s"), (60.0, "1m"), (3_600.0, "1h")] {
        let count = per_second * factor;
        if (count - count.round()).abs() < 1e-6 || factor > 3_000.0 {
            return (count.round().max(0.0) as u64, every);
        }
    }
    (0, "1s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_said_in_our_words() {
        let check = |inner: &str, wanted: Option<&str>| {
            assert_eq!(expression_of(inner).as_deref(), wanted, "{inner}")
        };
        check("name", Some("name"));
        check("a.b[0].c", Some("a.b[0].c"));
        check("$uuid", Some("uuid()"));
        check("$randomNumber(1, 5)", Some("random(1, 5)"));
        check("$randomString()", Some("letters(10)"));
        check("$randomString(4)", Some("letters(4)"));
        check("$processEnvironment.HOME", Some("env.HOME"));
        check("$loopElement.id", Some("loopElement.id"));
        check("$testId", None);
        check("a + b", None);
        check("user-id", None);
    }

    #[test]
    fn rates_and_times_are_whole() {
        assert_eq!(whole_rate(3.0), (3, "1s"));
        assert_eq!(whole_rate(0.5), (30, "1m"));
        assert_eq!(whole_rate(0.01), (36, "1h"));
        let check = |value: Value, millis: Option<u64>| {
            assert_eq!(seconds(&value).map(|time| time.as_millis() as u64), millis, "{value}");
        };
        check(json!(2), Some(2_000));
        check(json!("0.25"), Some(250));
        check(json!("200ms"), Some(200));
        check(json!("1 minute"), Some(60_000));
        check(json!("2m"), Some(120_000));
        check(json!("soon"), None);
        assert_eq!(range("1-3"), Some(json!([1, 2, 3])));
        assert_eq!(range("list"), None);
    }
}
