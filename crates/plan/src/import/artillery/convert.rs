//! A script of Artillery as a plan of our own, as far as that has words for it.
//!
//! Main function: [`document`]. Functions of the processor and what needs an engine of its own are left out with a
//! note; phases, data, variables, requests, captures, expectations, loops and think times are carried over.

mod numbers;
mod requests;
mod steps;
mod texts;

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{asked, check, choose, load, phases, read_modules};
use crate::convert::{Scribe, duration_text};
use crate::import::{Document, Refused, Source};
use crate::note::Kind;
use numbers::{number, seconds, whole_rate};

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
                    load.push(json!({ "inject": { "rate": rate, "every": every, "for": text } }));
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
}
