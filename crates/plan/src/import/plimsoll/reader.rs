//! Reading the parts of a plan: every key is known or a mistake with its place and the nearest valid key.
//!
//! Main types: [`Reader`], which collects mistakes, and [`Members`], the keys of one mapping. The keys themselves are
//! rows of [`KEYS`], which the JSON schema is tested against.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use model::nearest::nearest;

use super::expression;
use super::load::OF_EXECUTORS;
use crate::expr::{Expr, Text};
use crate::import::{Reach, Source};
use crate::note::{Kind, Note, Place};
use crate::value::Value;
use crate::yaml::{Node, Spot, Yaml};

/// The mappings of a plan and the keys that each may have.
pub static KEYS: &[(&str, &[&str])] = &[
    (
        "plan",
        &[
            "plimsoll",
            "name",
            "base",
            "variables",
            "http",
            "data",
            "options",
            "thresholds",
            "tags",
            "before",
            "after",
            "scenarios",
            "steps",
            "load",
            "seed",
        ],
    ),
    ("http", &["headers", "timeout", "redirects", "version"]),
    ("data", &["file", "rows", "order", "delimiter", "columns"]),
    ("scenario", &SCENARIO),
    ("load", &["inject", "keep_constant", "ramp", "inject_random", "pause"]),
    ("inject", &["rate", "every", "for"]),
    ("keep_constant", &["users", "for"]),
    ("ramp", &["rate", "users", "every", "for"]),
    ("inject_random", &["from", "to", "every", "for"]),
    ("pause", &["for"]),
    (
        "step",
        &[
            "get", "post", "put", "patch", "delete", "head", "options", "request", "think", "set", "log",
            "loop", "while", "if", "choose", "parallel", "group", "feed", "fail", "stop", "break",
            "continue",
        ],
    ),
    (
        "request",
        &[
            "url",
            "method",
            "name",
            "headers",
            "query",
            "json",
            "body",
            "form",
            "file",
            "multipart",
            "timeout",
            "redirects",
            "version",
            "auth",
            "expect",
            "capture",
            "tags",
            "stop_if_failed",
        ],
    ),
    ("part", &["name", "value", "file", "filename", "type"]),
    ("expect", &["status", "contains", "matches", "json", "header", "time_below"]),
    ("capture", &["json", "regex", "header", "status", "body", "url", "duration", "default"]),
    ("think", &["from", "to"]),
    ("loop", &["times", "for", "over", "as", "counter", "steps"]),
    ("while", &["condition", "steps"]),
    ("if", &["condition", "then", "else"]),
    ("choice", &["weight", "steps"]),
    ("parallel", &["limit", "branches"]),
    ("group", &["name", "steps"]),
];

/// Keys of a scenario that are not those of its executor.
const OF_SCENARIOS: [&str; 5] = ["steps", "weight", "load", "tags", "users_max"];

/// All keys of a scenario.
const SCENARIO: [&str; OF_SCENARIOS.len() + OF_EXECUTORS.len()] = {
    let mut keys = [""; OF_SCENARIOS.len() + OF_EXECUTORS.len()];
    let mut at = 0;
    while at < keys.len() {
        let of_executors = at.checked_sub(OF_SCENARIOS.len());
        keys[at] = match of_executors {
            Some(at) => OF_EXECUTORS[at],
            None => OF_SCENARIOS[at],
        };
        at += 1;
    }
    keys
};

/// The keys of a mapping.
pub fn keys_of(mapping: &str) -> &'static [&'static str] {
    KEYS.iter().find(|(name, _)| *name == mapping).map_or(&[], |(_, keys)| keys)
}

/// Collects what is wrong with a file.
pub struct Reader {
    file: String,
    folder: PathBuf,
    reach: Reach,
    env: BTreeMap<String, String>,
    /// What was found.
    pub notes: Vec<Note>,
    path: Vec<String>,
    /// Something looks at the last answer, so that it is kept.
    pub uses_last: bool,
}

impl Reader {
    /// A reader of this file.
    pub fn new(file: &str, folder: PathBuf, env: BTreeMap<String, String>, reach: Reach) -> Self {
        let (notes, path) = (Vec::new(), Vec::new());
        Self { file: file.to_owned(), folder, reach, env, notes, path, uses_last: false }
    }

    /// A reader of what is to be imported.
    pub fn of(source: &Source) -> Self {
        Self::new(&source.name, source.folder.clone(), source.env.clone(), source.reach())
    }

    /// The bytes of a file that the plan names; a mistake is noted.
    pub fn file(&mut self, node: &Node) -> Option<Vec<u8>> {
        let name = self.plain(node);
        let read = self.reach.read(&self.folder.join(&name), &name);
        read.map_err(|why| self.wrong(node.at, why)).ok()
    }

    /// Notes a mistake.
    pub fn wrong(&mut self, at: Spot, message: impl Into<String>) {
        self.say(Kind::Error, at, message);
    }

    /// Notes something.
    pub fn say(&mut self, kind: Kind, at: Spot, message: impl Into<String>) {
        let path = self.path.join(".").replace(".[", "[");
        let place = Place { file: self.file.clone(), line: at.line, column: at.column, path };
        self.notes.push(Note::new(kind, place, message));
    }

    /// Reads a part below a key or index.
    pub fn within<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let value = read(self);
        self.path.pop();
        value
    }

    /// Notes that something else is expected.
    pub fn expected(&mut self, node: &Node, what: &str) {
        self.wrong(node.at, format!("{what} is expected here, not {}", node.kind()));
    }

    /// The members of a mapping of this name.
    pub fn members<'n>(&mut self, node: &'n Node, mapping: &'static str) -> Option<Members<'n>> {
        let Yaml::Map(members) = &node.value else {
            self.expected(node, "a mapping");
            return None;
        };
        let keys = keys_of(mapping);
        for (key, at, _) in members {
            if !keys.contains(&key.as_str()) {
                let meant = nearest(key, keys);
                let hint = match meant {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("known are {}", keys.join(", ")),
                };
                self.wrong(*at, format!("there is no key '{key}' here; {hint}"));
            }
        }
        Some(Members { at: node.at, members })
    }

    /// The items of a list.
    pub fn items<'n>(&mut self, node: &'n Node) -> &'n [Node] {
        match &node.value {
            Yaml::List(items) => items,
            Yaml::Null => &[],
            _ => {
                self.expected(node, "a list");
                &[]
            }
        }
    }

    /// A text, as numbers and truth values are too.
    pub fn plain(&mut self, node: &Node) -> String {
        match &node.value {
            Yaml::Text(text) => text.clone(),
            Yaml::Number(number) => number.to_string(),
            Yaml::Bool(flag) => flag.to_string(),
            Yaml::Null => String::new(),
            Yaml::List(_) | Yaml::Map(_) => {
                self.expected(node, "a text");
                String::new()
            }
        }
    }

    /// A whole number from `least` on.
    pub fn whole(&mut self, node: &Node, least: u64) -> u64 {
        let number = match &node.value {
            Yaml::Number(number) => number.as_u64(),
            _ => None,
        };
        match number.filter(|number| *number >= least) {
            Some(number) => number,
            None => {
                self.wrong(node.at, format!("a whole number from {least} on is expected here"));
                least
            }
        }
    }

    /// A number that is not negative.
    pub fn number(&mut self, node: &Node) -> f64 {
        match &node.value {
            Yaml::Number(number) => number.as_f64().filter(|number| *number >= 0.0),
            _ => None,
        }
        .unwrap_or_else(|| {
            self.wrong(node.at, "a number that is not negative is expected here");
            0.0
        })
    }

    /// A truth value.
    pub fn flag(&mut self, node: &Node) -> bool {
        match node.value {
            Yaml::Bool(flag) => flag,
            _ => {
                self.expected(node, "true or false");
                false
            }
        }
    }

    /// A time such as `5s`.
    pub fn time(&mut self, node: &Node) -> Duration {
        let text = self.plain(node);
        let bare = text.parse::<f64>().is_ok();
        match model::duration::parse(&text).ok().filter(|_| !bare) {
            Some(time) => time,
            None => {
                self.wrong(
                    node.at,
                    format!("'{text}' is no time; write it with its unit, such as 500ms, 5s or 1m30s"),
                );
                Duration::ZERO
            }
        }
    }

    /// A value with expressions in its texts.
    pub fn value(&mut self, node: &Node) -> Expr {
        match &node.value {
            Yaml::Text(text) => self.template(node.at, text),
            _ => match self.structure(node) {
                Structure::Constant(json) => Expr::Constant(json.into()),
                structure => Expr::Own(std::sync::Arc::new(structure)),
            },
        }
    }

    /// A list or object with expressions in its texts.
    pub fn structure(&mut self, node: &Node) -> Structure {
        match &node.value {
            Yaml::Text(text) => match self.template(node.at, text) {
                Expr::Constant(value) => Structure::Constant(value.to_json()),
                expr => Structure::Expr(expr),
            },
            Yaml::List(items) => {
                let items: Vec<Structure> = items.iter().map(|item| self.structure(item)).collect();
                Structure::list(items)
            }
            Yaml::Map(members) => {
                let members = members.iter().map(|(key, _, value)| (key.clone(), self.structure(value)));
                Structure::object(members.collect())
            }
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) => Structure::Constant(node.to_json()),
        }
    }

    fn template(&mut self, at: Spot, text: &str) -> Expr {
        self.uses_last |= text.contains("last.");
        let parsed = expression::template(text, &|name| self.env.get(name).cloned());
        parsed.unwrap_or_else(|(_, why)| {
            self.wrong(at, why);
            Expr::Constant(Value::Undefined)
        })
    }

    /// A text with expressions in it.
    pub fn text(&mut self, node: &Node) -> Text {
        let plain = self.plain(node);
        self.text_of(node.at, &plain)
    }

    /// A text with expressions in it, that stands there.
    pub fn text_of(&mut self, at: Spot, text: &str) -> Text {
        match self.template(at, text) {
            Expr::Constant(value) => Text::Constant(value.to_text().into()),
            Expr::Text(text) => text,
            expr => Text::Joined([expr].into()),
        }
    }

    /// A condition: an expression, with or without `{{ }}` around it.
    pub fn condition(&mut self, node: &Node) -> Expr {
        let text = self.plain(node);
        self.uses_last |= text.contains("last.");
        let bare = text.trim().strip_prefix("{{").and_then(|text| text.strip_suffix("}}"));
        let parsed = expression::parse(bare.unwrap_or(&text), &|name| self.env.get(name).cloned());
        parsed.unwrap_or_else(|(_, why)| {
            self.wrong(node.at, why);
            Expr::Constant(Value::Bool(false))
        })
    }
}

/// A list or object with expressions in it.
pub enum Structure {
    /// Nothing in it changes.
    Constant(serde_json::Value),
    /// A text that is worked out.
    Expr(Expr),
    /// A list.
    List(Vec<Structure>),
    /// An object.
    Object(Vec<(String, Structure)>),
}

impl Structure {
    fn list(items: Vec<Self>) -> Self {
        if items.iter().all(|item| matches!(item, Self::Constant(_))) {
            return Self::Constant(items.into_iter().map(Self::constant).collect());
        }
        Self::List(items)
    }

    fn object(members: Vec<(String, Self)>) -> Self {
        if members.iter().all(|(_, member)| matches!(member, Self::Constant(_))) {
            let members = members.into_iter().map(|(key, member)| (key, member.constant()));
            return Self::Constant(serde_json::Value::Object(members.collect()));
        }
        Self::Object(members)
    }

    fn constant(self) -> serde_json::Value {
        match self {
            Self::Constant(json) => json,
            _ => serde_json::Value::Null,
        }
    }

    /// It, worked out.
    pub fn json(&self, session: &mut crate::Session) -> Result<serde_json::Value, crate::Failure> {
        Ok(match self {
            Self::Constant(json) => json.clone(),
            Self::Expr(expr) => expr.value(session)?.to_json(),
            Self::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(item.json(session)?);
                }
                serde_json::Value::Array(list)
            }
            Self::Object(members) => {
                let mut object = serde_json::Map::with_capacity(members.len());
                for (key, member) in members {
                    object.insert(key.clone(), member.json(session)?);
                }
                serde_json::Value::Object(object)
            }
        })
    }
}

impl crate::Eval for Structure {
    fn eval(&self, session: &mut crate::Session) -> Result<Value, crate::Failure> {
        Ok(self.json(session)?.into())
    }
}

/// The members of a mapping.
#[derive(Clone, Copy)]
pub struct Members<'n> {
    /// Where the mapping begins.
    pub at: Spot,
    members: &'n [(String, Spot, Node)],
}

impl<'n> Members<'n> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&'n Node> {
        self.members.iter().find(|(known, ..)| known == key).map(|(_, _, value)| value)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &'n (String, Spot, Node)> + use<'n> {
        self.members.iter()
    }
}
