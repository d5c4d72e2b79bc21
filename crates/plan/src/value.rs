//! What variables of a user hold.
//!
//! Main types: [`Value`] and [`Vars`]. Texts and structures are shared and never copied, so that a row of data costs a
//! user a few pointers. Rules by which other tools convert values belong to their importers.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

/// The value of a variable.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Value {
    /// There is none.
    #[default]
    Undefined,
    /// JSON's null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// A list or an object.
    Json(Arc<Json>),
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Whether there is no value, or null.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// Whether it counts as true, as in JavaScript.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(flag) => *flag,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Json(_) => true,
        }
    }

    /// As a number: numbers, and texts that spell one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Self::Undefined | Self::Null | Self::Json(_) => None,
        }
    }

    /// As text: nothing is empty, numbers are as short as they can be, structures are JSON.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Undefined => Cow::Borrowed(""),
            Self::Null => Cow::Borrowed("null"),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Number(number) => Cow::Owned(number_text(*number)),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Json(json) => Cow::Owned(json.to_string()),
        }
    }

    /// As JSON; what is undefined becomes null.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Undefined | Self::Null => Json::Null,
            Self::Bool(flag) => Json::Bool(*flag),
            Self::Number(number) => number_json(*number),
            Self::Text(text) => Json::String((**text).to_owned()),
            Self::Json(json) => (**json).clone(),
        }
    }

    /// What stands at a path such as `user.roles[0]` inside; nothing when there is no such place.
    #[must_use]
    pub fn at(&self, path: &str) -> Self {
        let Self::Json(json) = self else { return Self::Undefined };
        let mut place: &Json = json;
        for key in keys(path) {
            let found = match place {
                Json::Object(members) => members.get(key),
                Json::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
                _ => None,
            };
            match found {
                Some(inner) => place = inner,
                None => return Self::Undefined,
            }
        }
        Self::from(place.clone())
    }
}

/// The keys of a path: `a.b[0]['c d']` has `a`, `b`, `0`, `c d`.
fn keys(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '['])
        .map(|key| key.trim_end_matches(']').trim_matches(['\'', '"']))
        .filter(|key| !key.is_empty())
}

/// A number as JavaScript writes it where both agree: whole numbers without a fraction.
#[must_use]
pub fn number_text(number: f64) -> String {
    /// From here on not every whole number is its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        format!("{}", number as i64)
    } else {
        format!("{number}")
    }
}

fn number_json(number: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Json::from(number as i64);
    }
    Json::from(number)
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(flag) => Self::Bool(flag),
            Json::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Self::Text(text.into()),
            structure => Self::Json(Arc::new(structure)),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

/// The variables of one user, in the order in which they were first set.
#[derive(Default, Debug)]
pub struct Vars(Vec<(Arc<str>, Value)>);

impl Clone for Vars {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    // Into the place that is there: users begin each iteration so.
    fn clone_from(&mut self, other: &Self) {
        self.0.clone_from(&other.0);
    }
}

impl Vars {
    /// The value of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// The value of a variable, or of a path such as `user.id` into one whose name begins it.
    #[must_use]
    pub fn at(&self, path: &str) -> Value {
        if let Some(value) = self.get(path) {
            return value.clone();
        }
        let end = path.find(['.', '[']).unwrap_or(path.len());
        match self.get(&path[..end]) {
            Some(value) if end < path.len() => value.at(&path[end..]),
            _ => Value::Undefined,
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &Arc<str>, value: Value) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((Arc::clone(name), value)),
        }
    }

    /// Sets a variable whose name is made at run time.
    pub fn set_named(&mut self, name: &str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.into(), value)),
        }
    }

    /// Takes a variable away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(known, _)| **known == *name)?;
        Some(self.0.remove(place).1)
    }

    /// Takes all variables away.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All variables.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_as_people_expect() {
        let check = |value: Value, text: &str, truth: bool| {
            assert_eq!((&*value.to_text(), value.is_true()), (text, truth), "{value:?}");
        };
        check(Value::Undefined, "", false);
        check(Value::Null, "null", false);
        check(3.0.into(), "3", true);
        check(0.1.into(), "0.1", true);
        check(1e300.into(), &format!("{}", 1e300), true);
        check("".into(), "", false);
        check(serde_json::json!({ "a": [1] }).into(), r#"{"a":[1]}"#, true);
    }

    #[test]
    fn paths_lead_into_structures() {
        let mut vars = Vars::default();
        vars.set_named("user", serde_json::json!({ "roles": ["a", { "x y": 2 }] }).into());
        vars.set_named("a.b", "dotted".into());
        let check = |path: &str, wanted: Value| assert_eq!(vars.at(path), wanted, "{path}");
        check("user.roles[0]", "a".into());
        check("user.roles.1['x y']", 2.0.into());
        check("a.b", "dotted".into());
        check("user.nope.deeper", Value::Undefined);
        check("nobody", Value::Undefined);
    }
}
