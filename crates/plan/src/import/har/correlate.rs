//! Values that an answer brought and a later request sent.
//!
//! Main type: [`Correlation`]. Only values that can hardly be equal by chance are taken: long enough, and not known
//! before the answer came.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::expr::{Expr, Text};
use crate::import::plimsoll;
use crate::request::{Body, Capture, FromAnswer, RequestStep};
use crate::value::Value;

/// Shorter values occur everywhere.
const LENGTH_LEAST: usize = 8;
/// Longer ones are documents.
const LENGTH_MOST: usize = 4_096;
/// Values that are remembered; a recording of a large page has more than are worth looking for.
const VALUES_MAX: usize = 20_000;

/// What recorded answers brought.
#[derive(Default)]
pub(super) struct Correlation {
    values: Vec<Brought>,
    /// All that was sent so far.
    sent: String,
}

/// A value of an answer.
struct Brought {
    value: String,
    path: String,
    /// The request whose answer it is.
    request: usize,
    /// The variable that has it, once it has been sent.
    variable: Option<Arc<str>>,
}

/// A value that a request sends for the first time.
pub(super) struct Used {
    /// The request whose answer has it.
    pub(super) request: usize,
    /// Where it is in the body.
    pub(super) path: String,
    variable: Arc<str>,
    value: String,
}

impl Used {
    /// The value, shortened: it may be a secret.
    pub(super) fn shown(&self) -> String {
        let head: String = self.value.chars().take(4).collect();
        format!("{head}…")
    }

    /// What takes it out of the answer.
    pub(super) fn capture(&self) -> Capture {
        Capture {
            into: Arc::clone(&self.variable),
            from: FromAnswer::Own(plimsoll::json_path(&self.path)),
            default: Some(Value::text(self.value.as_str())),
        }
    }
}

impl Correlation {
    /// Remembers what an answer brought.
    pub(super) fn learn(&mut self, request: usize, content: &Json) {
        let Some(text) = content["text"].as_str().filter(|_| content["encoding"].is_null()) else { return };
        let Ok(json) = serde_json::from_str::<Json>(text) else { return };
        self.collect(request, &json, String::new());
    }

    fn collect(&mut self, request: usize, json: &Json, path: String) {
        match json {
            Json::String(value) => {
                let fits = (LENGTH_LEAST..=LENGTH_MOST).contains(&value.len())
                    && !value.contains(char::is_whitespace);
                let known = || self.values.iter().any(|brought| brought.value == *value);
                if fits && self.values.len() < VALUES_MAX && !self.sent.contains(value.as_str()) && !known() {
                    let value = value.clone();
                    self.values.push(Brought { value, path, request, variable: None });
                }
            }
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.collect(request, item, format!("{path}[{at}]"));
                }
            }
            Json::Object(members) => {
                for (key, member) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    self.collect(request, member, format!("{path}{dot}{key}"));
                }
            }
            _ => {}
        }
    }

    /// Puts variables in the place of values in a request; gives those that were not sent before.
    pub(super) fn apply(&mut self, step: &mut RequestStep) -> Vec<Used> {
        let mut used = Vec::new();
        let before: Vec<String> =
            texts(step).iter().filter_map(|text| text.constant().map(str::to_owned)).collect();
        let count = self.values.iter().filter(|brought| brought.variable.is_some()).count();
        let mut number = count;
        for brought in &mut self.values {
            if !before.iter().any(|text| text.contains(&brought.value)) {
                continue;
            }
            if brought.variable.is_none() {
                number += 1;
                let variable: Arc<str> = format!("captured{number}").into();
                brought.variable = Some(Arc::clone(&variable));
                let (request, path, value) = (brought.request, brought.path.clone(), brought.value.clone());
                used.push(Used { request, path, variable, value });
            }
            for text in texts_of(step) {
                replace(text, &brought.value, brought.variable.as_ref());
            }
        }
        before.iter().for_each(|text| self.sent.push_str(text));
        used
    }
}

/// The texts of a request that may have values in them.
fn texts_of(step: &mut RequestStep) -> Vec<&mut Text> {
    let mut texts = vec![&mut step.url];
    texts.extend(step.headers.iter_mut().map(|header| &mut header.value));
    match &mut step.body {
        Body::Text(text) => texts.push(text),
        Body::Form(pairs) => texts.extend(pairs.iter_mut().map(|(_, value)| value)),
        Body::None | Body::Bytes(_) => {}
    }
    texts
}

fn texts(step: &RequestStep) -> Vec<&Text> {
    let mut texts = vec![&step.url];
    texts.extend(step.headers.iter().map(|header| &header.value));
    match &step.body {
        Body::Text(text) => texts.push(text),
        Body::Form(pairs) => texts.extend(pairs.iter().map(|(_, value)| value)),
        Body::None | Body::Bytes(_) => {}
    }
    texts
}

/// Puts a variable in the place of a value.
fn replace(text: &mut Text, value: &str, variable: Option<&Arc<str>>) {
    let Some(variable) = variable else { return };
    let parts = match text {
        Text::Constant(whole) => vec![Expr::Constant(Value::Text(Arc::clone(whole)))],
        Text::Joined(parts) => parts.to_vec(),
        Text::Own(_) => return,
    };
    let (mut made, mut found) = (Vec::new(), false);
    for part in parts {
        let Expr::Constant(Value::Text(whole)) = &part else {
            made.push(part);
            continue;
        };
        let mut pieces = whole.split(value).peekable();
        while let Some(piece) = pieces.next() {
            if !piece.is_empty() {
                made.push(Expr::Constant(Value::text(piece)));
            }
            if pieces.peek().is_some() {
                found = true;
                made.push(Expr::Variable(Arc::clone(variable)));
            }
        }
    }
    if found {
        *text = Text::Joined(made.into());
    }
}
