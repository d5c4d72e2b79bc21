//! Post-processors that take values out of a sample.
//!
//! Main type: [`Extractor`].

use script::Page;
use serde_json::Value;

use super::entities;
use super::json;
use super::sample::Sample;
use super::text::{Fault, Text};
use super::user::User;
use crate::extract::boundary;
use crate::extract::regex::{self, Match, Template};
use crate::extract::xpath::{self, Mode};

/// Which samples an element looks at.
#[derive(Debug)]
pub enum Apply {
    /// The sample itself.
    Main,
    /// It and its sub-samples.
    All,
    /// Its sub-samples.
    Children,
    /// A variable.
    Variable(Text),
}

impl Apply {
    /// The texts that an element looks at; `pick` takes the text of a sample.
    ///
    /// # Errors
    /// When a function throws.
    pub fn texts(
        &self,
        sample: &Sample,
        user: &mut User,
        pick: &dyn Fn(&Sample) -> String,
    ) -> Result<Vec<String>, Fault> {
        Ok(match self {
            Self::Main => vec![pick(sample)],
            Self::All => std::iter::once(sample).chain(&sample.subs).map(pick).collect(),
            Self::Children => sample.subs.iter().map(pick).collect(),
            Self::Variable(name) => {
                let name = name.eval(user)?.into_owned();
                user.vars.text(&name).map(std::borrow::Cow::into_owned).into_iter().collect()
            }
        })
    }
}

/// What all extractors have.
#[derive(Debug)]
pub struct Target {
    /// Where they look.
    pub apply: Apply,
    /// The variable, or several.
    pub name: Text,
    /// Which match: a number, 0 for any, -1 for all.
    pub which: Text,
    /// What the variable holds without a match.
    pub default: Text,
    /// A blank default counts.
    pub default_empty: bool,
}

/// An extractor.
#[derive(Debug)]
pub enum Extractor {
    /// A regular expression over a part of the sample, and a template.
    Regex(Target, String, Text, Text),
    /// JSON paths, and whether all matches are joined.
    Json(Target, Text, bool),
    /// What one JSON path leads to, and where that is a list its members too.
    JsonValue(Target, Text),
    /// Between two texts in a part of the sample.
    Boundary(Target, String, Text, Text),
    /// A CSS selector and an attribute.
    Css(Target, Text, Text),
    /// An XPath expression.
    Xpath(Target, Text, Mode, Text),
    /// A JMESPath expression.
    Jmes(Target, Text),
}

/// The part of a sample that a field of the form names.
#[must_use]
pub fn field(sample: &Sample, name: &str) -> String {
    match name {
        "true" => sample.response_headers.text().into_owned(),
        "request_headers" => sample.request_headers.text().into_owned(),
        "URL" => sample.url.as_deref().unwrap_or_default().to_owned(),
        "code" => sample.code.to_string(),
        "message" => sample.message.to_string(),
        "unescaped" => entities::unescape_html(&sample.text()),
        _ => sample.text(),
    }
}

impl Extractor {
    /// Takes its values and sets the user's variables.
    ///
    /// # Errors
    /// When a function throws, or an element is made in a way that JMeter gives up on.
    pub fn run(&self, sample: &Sample, user: &mut User) -> Result<(), Fault> {
        match self {
            Self::Regex(target, part, pattern, template) => {
                regex_run(target, part, pattern, template, sample, user)
            }
            Self::Json(target, paths, join) => json_run(target, paths, *join, sample, user),
            Self::JsonValue(target, path) => json_value_run(target, path, sample, user),
            Self::Boundary(target, part, left, right) => {
                let texts = target.apply.texts(sample, user, &|sample| field(sample, part))?;
                let (left, right) = (left.eval(user)?.into_owned(), right.eval(user)?.into_owned());
                let found: Vec<String> = texts
                    .iter()
                    .flat_map(|text| boundary::between(text, &left, &right))
                    .map(str::to_owned)
                    .collect();
                target.put(&found, user)
            }
            Self::Css(target, selector, attribute) => {
                let texts = target.apply.texts(sample, user, &Sample::text)?;
                let (selector, attribute) =
                    (selector.eval(user)?.into_owned(), attribute.eval(user)?.into_owned());
                let found: Vec<String> =
                    texts.iter().flat_map(|text| css(text, &selector, attribute.trim())).collect();
                target.put(&found, user)
            }
            Self::Xpath(target, query, mode, spaces) => xpath_run(target, query, mode, spaces, sample, user),
            Self::Jmes(target, expression) => jmes_run(target, expression, sample, user),
        }
    }
}

fn css(text: &str, selector: &str, attribute: &str) -> Vec<String> {
    let Some(page) = Page::parse(text) else { return Vec::new() };
    let nodes = page.select(selector).unwrap_or_default();
    let value = |node| {
        if attribute.is_empty() {
            page.text(node).split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            page.attribute(node, attribute).unwrap_or_default().to_owned()
        }
    };
    nodes.into_iter().map(value).collect()
}

/// The place of the match that a number means; 0 draws one.
fn chosen(which: i64, count: usize, user: &mut User) -> Option<usize> {
    match which {
        _ if count == 0 => None,
        0 => Some(user.random.below(count as i32) as usize),
        which => usize::try_from(which).ok().filter(|which| *which <= count).map(|which| which - 1),
    }
}

impl Target {
    fn number(&self, user: &mut User, blank: i64) -> Result<i64, Fault> {
        Ok(self.which.number(user)?.unwrap_or(blank))
    }

    /// Sets variables as the regular expression and boundary extractors do.
    fn put(&self, found: &[String], user: &mut User) -> Result<(), Fault> {
        let name = self.name.eval(user)?.into_owned();
        let default = self.default.eval(user)?.into_owned();
        let which = self.number(user, 0)?;
        if !default.is_empty() || self.default_empty {
            user.vars.put(&name, &default);
        }
        if which >= 0 {
            if let Some(at) = chosen(which, found.len(), user) {
                user.vars.put(&name, &found[at]);
            }
            return Ok(());
        }
        forget(&name, &[""], user);
        for (at, value) in found.iter().enumerate() {
            user.vars.put(&format!("{name}_{}", at + 1), value);
        }
        user.vars.put(&format!("{name}_matchNr"), &found.len().to_string());
        Ok(())
    }
}

/// Forgets what an earlier run with all matches left.
fn forget(name: &str, endings: &[&str], user: &mut User) {
    let known = user.vars.text(&format!("{name}_matchNr")).and_then(|text| text.parse::<usize>().ok());
    user.vars.remove(&format!("{name}_matchNr"));
    for at in 1..=known.unwrap_or(0).min(10_000_000) {
        for ending in endings {
            user.vars.remove(&format!("{name}_{at}{ending}"));
        }
        if endings.len() > 1 {
            forget_groups(&format!("{name}_{at}"), user);
        }
    }
}

fn forget_groups(name: &str, user: &mut User) {
    let count = user.vars.text(&format!("{name}_g")).and_then(|text| text.parse::<usize>().ok());
    if let Some(count) = count {
        user.vars.remove(&format!("{name}_g"));
        (0..=count.min(10_000)).for_each(|group| {
            user.vars.remove(&format!("{name}_g{group}"));
        });
    }
}

fn put_groups(name: &str, found: &Match, user: &mut User) {
    forget_groups(name, user);
    user.vars.put(&format!("{name}_g"), &(found.len() - 1).to_string());
    for (group, value) in found.iter().enumerate() {
        if let Some(value) = value {
            user.vars.put(&format!("{name}_g{group}"), value);
        }
    }
}

fn regex_run(
    target: &Target,
    part: &str,
    pattern: &Text,
    template: &Text,
    sample: &Sample,
    user: &mut User,
) -> Result<(), Fault> {
    let name = target.name.eval(user)?.into_owned();
    let default = target.default.eval(user)?.into_owned();
    let which = target.number(user, 0)?;
    if !default.is_empty() || target.default_empty {
        user.vars.put(&name, &default);
    }
    let texts = target.apply.texts(sample, user, &|sample| field(sample, part))?;
    let pattern = pattern.eval(user)?.into_owned();
    let compiled = match regex::compile(&pattern) {
        Ok(compiled) => compiled,
        Err(error) => {
            user.shared.say(model::Level::Error, &format!("Error in pattern: {pattern}: {error}"));
            return Ok(());
        }
    };
    let template = Template::parse(&template.eval(user)?);
    let most = if which > 0 { which as usize } else { usize::MAX };
    let mut found: Vec<Match> = Vec::new();
    for text in &texts {
        match compiled.first_of(text, most.saturating_sub(found.len())) {
            Ok(more) => found.extend(more),
            Err(error) => user.shared.say(model::Level::Warning, &format!("{pattern}: {error}")),
        }
    }
    if which >= 0 {
        match chosen(which, found.len(), user) {
            Some(at) => {
                if let Some(value) = template.fill(&found[at]) {
                    user.vars.put(&name, &value);
                }
                put_groups(&name, &found[at], user);
            }
            None => forget_groups(&name, user),
        }
        return Ok(());
    }
    forget(&name, &["", "_g"], user);
    user.vars.put(&format!("{name}_matchNr"), &found.len().to_string());
    for (at, found) in found.iter().enumerate() {
        let own = format!("{name}_{}", at + 1);
        if let Some(value) = template.fill(found) {
            user.vars.put(&own, &value);
        }
        put_groups(&own, found, user);
    }
    Ok(())
}

fn json_value_run(target: &Target, path: &Text, sample: &Sample, user: &mut User) -> Result<(), Fault> {
    let name = target.name.eval(user)?.trim().to_owned();
    let path = path.eval(user)?.trim().to_owned();
    let default = target.default.eval(user)?.into_owned();
    let texts = target.apply.texts(sample, user, &Sample::text)?;
    let text = texts.first().map_or("", String::as_str);
    forget(&name, &[""], user);
    let found = serde_json::from_str::<Value>(text)
        .map_err(|error| error.to_string())
        .and_then(|document| json::find(&document, &path));
    let whole = match found {
        Ok((mut found, true)) if found.len() == 1 => Some(found.remove(0)),
        Ok((found, false)) if !found.is_empty() => Some(Value::Array(found)),
        Ok(_) => None,
        Err(error) => {
            user.shared.say(model::Level::Warning, &format!("Extract failed: {path}: {error}"));
            None
        }
    };
    if let Some(Value::Array(members)) = &whole {
        user.vars.put(&format!("{name}_matchNr"), &members.len().to_string());
        for (at, member) in members.iter().enumerate() {
            user.vars.put(&format!("{name}_{}", at + 1), &json::text(member));
        }
    }
    let text = whole.filter(|value| !value.is_null()).map_or(default, |value| json::text(&value));
    user.vars.put(&name, &text);
    Ok(())
}

fn json_run(
    target: &Target,
    paths: &Text,
    join: bool,
    sample: &Sample,
    user: &mut User,
) -> Result<(), Fault> {
    let list = |text: &Text, user: &mut User| -> Result<Vec<String>, Fault> {
        let text = text.eval(user)?;
        Ok(if text.trim().is_empty() {
            Vec::new()
        } else {
            text.split(';').map(|part| part.trim().to_owned()).collect()
        })
    };
    let (names, paths) = (list(&target.name, user)?, target_paths(paths, user)?);
    let (which, defaults) = (list(&target.which, user)?, list(&target.default, user)?);
    let fits = |given: &[String]| given.is_empty() || given.len() == names.len();
    if names.len() != paths.len() || !fits(&which) || !fits(&defaults) {
        return Err(Fault(
            "Number of JSON Path variables must match number of default values (if any), arguments and matches".to_owned(),
        ));
    }
    let texts = target.apply.texts(sample, user, &Sample::text)?;
    let text = texts.first().map_or("", String::as_str);
    let document: Option<Value> = serde_json::from_str(text).ok();
    for (at, name) in names.iter().enumerate() {
        let default = defaults.get(at).map_or("", String::as_str);
        let which = which.get(at).map(|text| text.parse::<i64>().unwrap_or(0)).unwrap_or(0);
        forget(name, &[""], user);
        user.vars.remove(&format!("{name}_ALL"));
        let found = match &document {
            Some(document) => json::find(document, &paths[at]).map(|(found, _)| found),
            None => Ok(Vec::new()),
        };
        let found = found.unwrap_or_else(|error| {
            user.shared.say(model::Level::Error, &format!("{}: {error}", paths[at]));
            Vec::new()
        });
        let value = |value: &Value| if value.is_null() { default.to_owned() } else { json::text(value) };
        if which != 0 {
            user.vars.put(&format!("{name}_matchNr"), &found.len().to_string());
        }
        if which < 0 {
            if found.is_empty() {
                user.vars.put(name, default);
            }
            for (at, found) in found.iter().enumerate() {
                user.vars.put(&format!("{name}_{}", at + 1), &value(found));
            }
            if join && !found.is_empty() {
                let all: Vec<String> = found.iter().map(value).collect();
                user.vars.put(&format!("{name}_ALL"), &all.join(","));
            }
            continue;
        }
        let chosen = chosen(which, found.len(), user);
        let text = chosen.map_or_else(|| default.to_owned(), |at| value(&found[at]));
        user.vars.put(name, &text);
    }
    Ok(())
}

fn target_paths(paths: &Text, user: &mut User) -> Result<Vec<String>, Fault> {
    Ok(paths.eval(user)?.split(';').map(|part| part.trim().to_owned()).collect())
}

fn xpath_run(
    target: &Target,
    query: &Text,
    mode: &Mode,
    spaces: &Text,
    sample: &Sample,
    user: &mut User,
) -> Result<(), Fault> {
    let name = target.name.eval(user)?.into_owned();
    let default = target.default.eval(user)?.into_owned();
    let which = target.number(user, -1)?;
    let mut mode = mode.clone();
    for line in spaces.eval(user)?.lines() {
        if let Some((prefix, uri)) = line.split_once('=') {
            mode.namespaces.push((prefix.trim().to_owned(), uri.trim().to_owned()));
        }
    }
    let texts = target.apply.texts(sample, user, &Sample::text)?;
    let query = query.eval(user)?.into_owned();
    let mut found = Vec::new();
    for text in &texts {
        match xpath::find(text, &query, &mode) {
            Ok(more) => found.extend(more),
            Err(error) => user.shared.say(model::Level::Warning, &format!("{query}: {error}")),
        }
    }
    forget(&name, &[""], user);
    user.vars.put(&format!("{name}_matchNr"), &found.len().to_string());
    let place = if which < 0 { (!found.is_empty()).then_some(0) } else { chosen(which, found.len(), user) };
    user.vars.put(&name, place.map_or(default.as_str(), |at| &found[at]));
    if which < 0 {
        for (at, value) in found.iter().enumerate() {
            user.vars.put(&format!("{name}_{}", at + 1), value);
        }
    }
    Ok(())
}

fn jmes_run(target: &Target, expression: &Text, sample: &Sample, user: &mut User) -> Result<(), Fault> {
    let name = target.name.eval(user)?.into_owned();
    let default = target.default.eval(user)?.into_owned();
    let which = target.number(user, 0)?;
    let texts = target.apply.texts(sample, user, &Sample::text)?;
    let expression = expression.eval(user)?.into_owned();
    let mut found: Vec<String> = Vec::new();
    for text in &texts {
        match json::jmespath(text, &expression) {
            Ok(Value::Null) => {}
            Ok(Value::Array(list)) => found.extend(list.iter().filter(|value| !value.is_null()).map(plain)),
            Ok(value) => found.push(plain(&value)),
            Err(error) => user.shared.say(model::Level::Error, &format!("{expression}: {error}")),
        }
    }
    forget(&name, &[""], user);
    user.vars.put(&format!("{name}_matchNr"), &found.len().to_string());
    if which < 0 {
        if found.is_empty() {
            user.vars.put(&name, &default);
        }
        for (at, value) in found.iter().enumerate() {
            user.vars.put(&format!("{name}_{}", at + 1), value);
        }
        return Ok(());
    }
    let chosen = chosen(which, found.len(), user);
    user.vars.put(&name, chosen.map_or(default.as_str(), |at| &found[at]));
    Ok(())
}

/// A value of JMESPath as text: whole numbers have no decimals.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            match number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15) {
                Some(whole) if !number.is_f64() || number.to_string().ends_with(".0") => format!("{whole}"),
                _ => number.to_string(),
            }
        }
        other => other.to_string(),
    }
}
