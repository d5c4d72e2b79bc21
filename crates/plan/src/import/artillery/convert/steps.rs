//! Steps of a flow in our own words.

use serde_json::{Map, Value, json};

use super::Writer;
use super::numbers::{number, range, seconds};
use crate::convert::duration_text;
use crate::import::plimsoll::expression;
use crate::note::Kind;

impl Writer<'_> {
    pub(super) fn steps(&mut self, flow: &Value, path: &str) -> Vec<Value> {
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
    pub(super) fn condition(&self, text: &str) -> Option<String> {
        let plain = text.replace('$', "");
        expression::tree(&plain).is_ok().then_some(plain)
    }
}
