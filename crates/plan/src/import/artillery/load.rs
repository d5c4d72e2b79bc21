//! From files and flags to one script: reading, merging, environments, overrides, and templates in the configuration.
//!
//! Main types: [`Asked`], what the command line says, and [`Script`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::functions::{self, Functions};
use super::template::{self, Scope};
use super::vars::Vars;
use super::yaml::{self, Places};
use super::{js, payload, unquoted};
use crate::note::{Kind, Note, Place};
use crate::random::Random;

/// How many bytes a file may have.
const FILE_MAX: u64 = 256 << 20;

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// The scripts, later ones over earlier ones.
    pub scripts: Vec<PathBuf>,
    /// `--config`: laid over the scripts.
    pub config: Option<PathBuf>,
    /// `-t`, `--target`.
    pub target: Option<String>,
    /// `-e`, `--environment`.
    pub environment: Option<String>,
    /// `-p`, `--payload`.
    pub payload: Option<PathBuf>,
    /// `-v`, `--variables`: JSON.
    pub variables: Option<String>,
    /// `--overrides`: JSON.
    pub overrides: Option<String>,
    /// `--dotenv`, `--env-file`.
    pub dotenv: Option<PathBuf>,
    /// `--scenario-name`.
    pub scenario_name: Option<String>,
    /// `-k`, `--insecure`.
    pub insecure: bool,
    /// `-s`, `--solo`.
    pub solo: bool,
    /// `-o`, `--output`, `--out artillery=FILE`.
    pub report: Option<PathBuf>,
    /// `--dialect-output`: Artillery's console report in place of ours.
    pub dialect_output: bool,
    /// `--strict`: what only we understand does not work.
    pub strict: bool,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// The working directory.
    pub folder: PathBuf,
    /// What files export that are code, by the names of the files.
    pub modules: BTreeMap<PathBuf, Value>,
    /// The first script, when it is no file but standard input.
    pub text: Option<String>,
    /// Which files the script may have read.
    pub reach: crate::import::Reach,
}

/// Why a test cannot be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Refused {
    /// What is wrong, and what else was noted.
    pub notes: Vec<Note>,
    /// Artillery's exit status.
    pub exit: u8,
}

impl Refused {
    /// One thing is wrong with the script: status 1.
    #[must_use]
    pub(super) fn one(note: Note) -> Self {
        Self { notes: vec![note], exit: 1 }
    }

    /// One thing is wrong about a flag.
    #[must_use]
    pub fn flag(flag: &str, message: impl std::fmt::Display) -> Self {
        let place = Place { file: flag.to_owned(), ..Place::default() };
        Self::one(Note::new(Kind::Error, place, message.to_string()))
    }
}

/// A script as it is to be run.
#[derive(Debug)]
pub struct Script {
    /// All of it; the configuration has its templates filled in.
    pub value: Value,
    /// Where its parts stand.
    pub places: Places,
    /// The folder that its paths are relative to.
    pub folder: PathBuf,
    /// Variables that every user has.
    pub shared: Map<String, Value>,
    /// Columns of data.
    pub payloads: Vec<payload::Payload>,
    /// The functions of its templates.
    pub functions: Functions,
    /// What was odd.
    pub notes: Vec<Note>,
}

impl Script {
    /// The configuration, or nothing.
    #[must_use]
    pub fn config(&self) -> &Value {
        &self.value["config"]
    }

    /// A note about a part.
    pub fn note(&mut self, kind: Kind, path: &str, message: impl Into<String>) -> &mut Note {
        self.notes.push(Note::new(kind, self.places.of(path), message));
        self.notes.last_mut().expect("one was pushed on the line above")
    }
}

/// Reads what the command line asks for.
///
/// # Errors
/// When something cannot be read or merged.
pub fn load(asked: &Asked) -> Result<Script, Refused> {
    let env = environment(asked)?;
    let (mut value, mut places, mut odd) = (json!({}), Places::default(), Vec::new());
    for file in asked.scripts.iter().chain(&asked.config) {
        let document = read(asked, file)?;
        if !document.value.is_object() {
            let place = Place { file: file.display().to_string(), line: 1, ..Place::default() };
            return Err(Refused::one(Note::new(
                Kind::Error,
                place,
                "an Artillery script is a mapping with config and scenarios",
            )));
        }
        js::merge(&mut value, &document.value, true);
        odd.extend(document.notes);
        places.overlay(document.places);
    }
    let first = asked.scripts.first().or(asked.config.as_ref()).cloned().unwrap_or_default();
    let script_file = absolute(&asked.folder, &first);
    let folder = script_file.parent().map_or_else(|| asked.folder.clone(), Path::to_owned);
    let mut notes = odd;
    let config = lay_over(asked, &mut value, &places, &mut notes)?;
    let given = given_variables(asked)?;
    let mut random = Random::new(functions_seed(), 0);
    let test_id = format!("t{}", functions::make_uuid(&mut random).replace('-', ""));
    let mut shared = built_in(asked, &env, &script_file, &folder, &test_id);
    let lists = config.get("variables").and_then(Value::as_object).cloned().unwrap_or_default();
    let fake = config["plugins"].as_object().is_some_and(|plugins| plugins.contains_key("fake-data"));
    let functions = Functions::new(fake, asked.strict, lists);
    let mut known = shared.clone();
    known.extend(given.clone());
    let vars = Vars::new(Arc::new(known));
    // Templates in the configuration are filled by the original's rules alone: our functions belong to users.
    let own = Functions::of_configuration(fake, asked.strict);
    tell_choices(&config, "config", &own, &places, &mut notes);
    // What belongs to each user's connection is filled in for each user.
    let kept: Vec<(&str, Value)> = ["engines", "socketio"]
        .into_iter()
        .filter_map(|name| Some((name, config.get(name)?.clone())))
        .collect();
    let mut scope = Scope { vars: &vars, functions: &own, random: &mut random };
    let mut config = template::fill_value(&config, &mut scope).unwrap_or_else(|| json!({}));
    for (name, value) in kept {
        config[name] = value;
    }
    lay_variables(&mut config, given);
    let payloads = payload::load(asked, &config, &folder, &mut shared, (&places, &mut notes))?;
    value["config"] = config;
    Ok(Script { value, places, folder, shared, payloads, functions, notes })
}

/// Notes on templates of the configuration that only we understand.
fn tell_choices(value: &Value, path: &str, functions: &Functions, places: &Places, notes: &mut Vec<Note>) {
    match value {
        Value::String(text) if text.contains("||") => {
            for finding in template::Template::new(text, functions).findings(functions) {
                if let template::Finding::Extension(what) = finding {
                    let message =
                        format!("{what} is no template in Artillery, which takes the text; here it works");
                    notes.push(Note::new(Kind::Lenient, places.of(path), message));
                }
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                tell_choices(item, &format!("{path}[{nth}]"), functions, places, notes);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                tell_choices(value, &format!("{path}.{name}"), functions, places, notes);
            }
        }
        _ => {}
    }
}

fn functions_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// The path as seen from a folder.
#[must_use]
pub fn absolute(folder: &Path, path: &Path) -> PathBuf {
    let joined = folder.join(path);
    let mut clean = PathBuf::new();
    for part in joined.components() {
        match part {
            std::path::Component::ParentDir => drop(clean.pop()),
            std::path::Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

fn read(asked: &Asked, file: &Path) -> Result<yaml::Document, Refused> {
    if let Some(value) = asked.modules.get(file) {
        return Ok(yaml::Document {
            value: js::normal(value.clone()),
            places: Places::default(),
            notes: Vec::new(),
        });
    }
    let name = file.display().to_string();
    let given = asked.text.clone().filter(|_| file == Path::new("-")).map(Ok);
    let text = given.unwrap_or_else(|| read_text(&absolute(&asked.folder, file))).map_err(|why| {
        let place = Place { file: name.clone(), ..Place::default() };
        Refused::one(Note::new(Kind::Error, place, why))
    })?;
    match yaml::parse(&name, &text) {
        Ok(document) => Ok(document),
        Err(note) => match serde_json::from_str(&text) {
            // JSON that YAML has its doubts about, such as tabs between its parts.
            Ok(value) => {
                Ok(yaml::Document { value: js::normal(value), places: Places::default(), notes: Vec::new() })
            }
            Err(_) => with_quotes(&name, &text).ok_or_else(|| Refused::one(note)),
        },
    }
}

/// The document when templates that lack their quotes get them.
fn with_quotes(name: &str, text: &str) -> Option<yaml::Document> {
    let (quoted, lines) = unquoted::quoted(text)?;
    let mut document = yaml::parse(name, &quoted).ok()?;
    document.notes.extend(lines.into_iter().map(|line| {
        let place = Place { file: name.to_owned(), line, ..Place::default() };
        let message = "a template without quotes is a mapping in YAML, of which Artillery sends garbage; here it is a template";
        Note::new(Kind::Lenient, place, message).with_help("put quotes around it")
    }));
    Some(document)
}

/// The text of a file.
///
/// # Errors
/// Why it cannot be had.
pub fn read_text(path: &Path) -> Result<String, String> {
    String::from_utf8(read_bytes(path)?).map_err(|_| "the file is not UTF-8".to_owned())
}

/// The bytes of a file of the user's.
///
/// # Errors
/// When it cannot be read, or is too long.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let facts = std::fs::metadata(path).map_err(|why| format!("cannot be read: {why}"))?;
    if facts.len() > FILE_MAX {
        return Err("the file has more than 256 MB".to_owned());
    }
    std::fs::read(path).map_err(|why| format!("cannot be read: {why}"))
}

/// The configuration with environment, overrides and flags.
fn lay_over(
    asked: &Asked,
    value: &mut Value,
    places: &Places,
    notes: &mut Vec<Note>,
) -> Result<Value, Refused> {
    if let Some(name) = &asked.environment {
        match value["config"]["environments"].get(name).cloned() {
            Some(over) => js::merge(&mut value["config"], &over, true),
            None => {
                let place = places.of("config.environments");
                let message = format!("there is no environment {name:?}; Artillery goes on without it");
                notes.push(Note::new(Kind::Ignored, place, message));
            }
        }
    }
    if let Some(text) = &asked.overrides {
        let over: Value = serde_json::from_str(text)
            .map_err(|why| Refused::flag("--overrides", format!("not JSON: {why}")))?;
        js::merge(value, &js::normal(over), false);
    }
    let mut config = value["config"].clone();
    if config.is_null() {
        config = json!({});
    }
    if let Some(target) = &asked.target {
        config["target"] = Value::from(target.as_str());
    }
    if let Some(payload) = &asked.payload {
        let path = Value::from(absolute(&asked.folder, payload).display().to_string());
        match &mut config["payload"] {
            Value::Array(list) if list.first().is_some_and(Value::is_object) => list[0]["path"] = path,
            Value::Object(one) => drop(one.insert("path".to_owned(), path)),
            other => *other = json!({ "path": path }),
        }
    }
    if asked.insecure {
        config["tls"]["rejectUnauthorized"] = Value::Bool(false);
    }
    Ok(config)
}

/// `--variables`.
fn given_variables(asked: &Asked) -> Result<Map<String, Value>, Refused> {
    let Some(text) = &asked.variables else { return Ok(Map::new()) };
    match serde_json::from_str(text).map(js::normal) {
        Ok(Value::Object(given)) => Ok(given),
        Ok(_) => Err(Refused::flag("--variables", "a JSON object is wanted")),
        Err(why) => Err(Refused::flag("--variables", format!("not JSON: {why}"))),
    }
}

fn lay_variables(config: &mut Value, given: Map<String, Value>) {
    if given.is_empty() {
        return;
    }
    if !config["variables"].is_object() {
        config["variables"] = json!({});
    }
    for (name, value) in given {
        config["variables"][name] = value;
    }
}

/// What templates know from the beginning.
fn built_in(
    asked: &Asked,
    env: &BTreeMap<String, String>,
    file: &Path,
    folder: &Path,
    test_id: &str,
) -> Map<String, Value> {
    let env: Value = env
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect::<Map<_, _>>()
        .into();
    let mut shared = Map::new();
    shared.insert("$env".to_owned(), env.clone());
    shared.insert("$processEnvironment".to_owned(), env);
    shared.insert("$testId".to_owned(), Value::from(test_id));
    shared.insert("$dirname".to_owned(), Value::from(folder.display().to_string()));
    shared.insert("$scenarioFile".to_owned(), Value::from(file.display().to_string()));
    if let Some(name) = &asked.environment {
        shared.insert("$environment".to_owned(), Value::from(name.as_str()));
    }
    shared
}

/// The environment with what a file adds to it.
fn environment(asked: &Asked) -> Result<BTreeMap<String, String>, Refused> {
    let mut env = asked.env.clone();
    let Some(file) = &asked.dotenv else { return Ok(env) };
    let text = read_text(&absolute(&asked.folder, file))
        .map_err(|why| Refused::flag("--dotenv", format!("{}: {why}", file.display())))?;
    for (name, value) in dotenv(&text) {
        env.entry(name).or_insert(value);
    }
    Ok(env)
}

/// Lines such as `NAME=value` and `export NAME="two words" # why`.
fn dotenv(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').or_else(|| line.split_once(": "))?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.starts_with('#') || name.contains(char::is_whitespace) {
            return None;
        }
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'));
        let inner = quote.and_then(|quote| value[1..].split_once(quote).map(|(inner, _)| (quote, inner)));
        let value = match inner {
            Some(('"', inner)) => inner.replace("\\n", "\n").replace("\\r", "\r"),
            Some((_, inner)) => inner.to_owned(),
            None => value.split('#').next().unwrap_or_default().trim().to_owned(),
        };
        Some((name.to_owned(), value))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_variables_are_read_as_dotenv_reads_them() {
        let read = dotenv("# no\nA=1 # why\nexport B=\"two words\"\nC='#x'\n\nD=\nE = spaced \nbad line\n");
        let read: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(read, [("A", "1"), ("B", "two words"), ("C", "#x"), ("D", ""), ("E", "spaced")]);
    }

    #[test]
    fn paths_are_cleaned() {
        let check = |path: &str, wanted: &str| {
            assert_eq!(absolute(Path::new("/a/b"), Path::new(path)), Path::new(wanted));
        };
        check("../c.csv", "/a/c.csv");
        check("./x/./y", "/a/b/x/y");
        check("/abs", "/abs");
    }
}
