//! Values that an answer brought and a later request sent.
//!
//! Main type: [`Correlation`]. Only values that can hardly be equal by chance are taken: long enough, and not known
//! before the answer came.

use serde_json::{Map, Value as Json};

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

/// Where a value is in an answer.
#[derive(Clone, Debug)]
pub(super) enum From {
    /// At a path of its JSON.
    Json(String),
    /// In a header.
    Header(String),
    /// In a field of a form that people do not see: its name, and the pattern that finds it.
    Field(String, String),
}

impl std::fmt::Display for From {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Json(path) => f.write_str(path),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Field(name, _) => write!(f, "field {name}"),
        }
    }
}

/// A value of an answer.
struct Brought {
    value: String,
    from: From,
    /// The request whose answer it is.
    request: usize,
    /// The variable that has it, once it has been sent.
    variable: Option<String>,
}

/// A value that a request sends for the first time.
pub(super) struct Used {
    /// The request whose answer has it.
    pub(super) request: usize,
    /// Where it is.
    pub(super) from: From,
    /// The variable that has it.
    pub(super) variable: String,
    /// What was recorded.
    pub(super) value: String,
}

impl Used {
    /// The value, shortened: it may be a secret.
    pub(super) fn shown(&self) -> String {
        let head: String = self.value.chars().take(4).collect();
        format!("{head}…")
    }
}

impl Correlation {
    /// Remembers what an answer brought.
    pub(super) fn learn(&mut self, request: usize, answer: &Json) {
        for (name, value) in super::pairs(&answer["headers"]) {
            // Cookies go their own way.
            let is_own = ["set-cookie", "date", "etag", "last-modified", "expires"];
            if !is_own.contains(&name.to_ascii_lowercase().as_str()) {
                self.remember(request, value, || From::Header(name.to_owned()));
            }
        }
        let content = &answer["content"];
        let Some(text) = content["text"].as_str().filter(|_| content["encoding"].is_null()) else { return };
        match serde_json::from_str::<Json>(text) {
            Ok(json) => self.collect(request, &json, String::new()),
            Err(_) if content["mimeType"].as_str().is_some_and(|kind| kind.contains("html")) => {
                self.fields(request, text);
            }
            Err(_) => {}
        }
    }

    /// Remembers a value, when it can hardly be met by chance and was not known before.
    fn remember(&mut self, request: usize, value: &str, from: impl FnOnce() -> From) {
        let fits = (LENGTH_LEAST..=LENGTH_MOST).contains(&value.len())
            && !value.contains(char::is_whitespace)
            && !value.contains("{{")
            // The names of variables stand in templates.
            && !value.starts_with("captured");
        if !fits || self.values.len() >= VALUES_MAX || self.sent.contains(value) {
            return;
        }
        if !self.values.iter().any(|brought| brought.value == value) {
            self.values.push(Brought { value: value.to_owned(), from: from(), request, variable: None });
        }
    }

    /// The hidden fields of a page.
    fn fields(&mut self, request: usize, page: &str) {
        for (begin, _) in page.match_indices("<input") {
            let tag = &page[begin..page[begin..].find('>').map_or(page.len(), |end| begin + end)];
            let attribute = |name: &str| {
                let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
                Some((at, &tag[at..at + tag[at..].find('"')?]))
            };
            let is_hidden = attribute("type").is_some_and(|(_, kind)| kind.eq_ignore_ascii_case("hidden"));
            if let (true, Some((name_at, name)), Some((value_at, value))) =
                (is_hidden, attribute("name"), attribute("value"))
                && !name.contains("{{")
            {
                let escaped = regex_lite::escape(name);
                let pattern = if name_at < value_at {
                    format!(r#"name="{escaped}"[^>]* value="([^"]*)""#)
                } else {
                    format!(r#"value="([^"]*)"[^>]* name="{escaped}""#)
                };
                self.remember(request, value, || From::Field(name.to_owned(), pattern));
            }
        }
    }

    fn collect(&mut self, request: usize, json: &Json, path: String) {
        match json {
            Json::String(value) => self.remember(request, value, || From::Json(path)),
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.collect(request, item, format!("{path}[{at}]"));
                }
            }
            Json::Object(members) => {
                // What a path cannot say is not looked for.
                let sayable =
                    |key: &str| !key.is_empty() && !key.contains(['.', '[', ']', '\'', '"', '{', '}']);
                for (key, member) in members.iter().filter(|(key, _)| sayable(key)) {
                    let dot = if path.is_empty() { "" } else { "." };
                    self.collect(request, member, format!("{path}{dot}{key}"));
                }
            }
            _ => {}
        }
    }

    /// Puts variables in the place of values in a request; gives those that were not sent before.
    pub(super) fn apply(&mut self, step: &mut Map<String, Json>) -> Vec<Used> {
        let mut used = Vec::new();
        let mut before = Vec::new();
        texts_of(step, &mut |text| before.push(text.clone()));
        let mut number = self.values.iter().filter(|brought| brought.variable.is_some()).count();
        for brought in &mut self.values {
            if !before.iter().any(|text| text.contains(&brought.value)) {
                continue;
            }
            let variable = match &brought.variable {
                Some(variable) => variable.clone(),
                None => {
                    number += 1;
                    let variable = format!("captured{number}");
                    brought.variable = Some(variable.clone());
                    used.push(Used {
                        request: brought.request,
                        from: brought.from.clone(),
                        variable: variable.clone(),
                        value: brought.value.clone(),
                    });
                    variable
                }
            };
            let template = format!("{{{{ {variable} }}}}");
            texts_of(step, &mut |text| *text = text.replace(&brought.value, &template));
        }
        before.iter().for_each(|text| self.sent.push_str(text));
        used
    }
}

/// The texts of a request that may have values in them.
fn texts_of(step: &mut Map<String, Json>, look: &mut dyn FnMut(&mut String)) {
    for (key, part) in step {
        match (key.as_str(), part) {
            ("url" | "body", Json::String(text)) => look(text),
            ("headers" | "form", Json::Object(members)) => {
                for (_, member) in members {
                    if let Json::String(text) = member {
                        look(text);
                    }
                }
            }
            _ => {}
        }
    }
}
