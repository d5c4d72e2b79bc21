//! The variables of one user: few of its own over those that all users share.
//!
//! Main type: [`Vars`]. What is shared is never copied; a user's own lie over it, and may hide it.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};
use smol_str::SmolStr;

use super::js;

/// The variables of one user.
#[derive(Clone, Default, Debug)]
pub struct Vars {
    shared: Arc<Map<String, Value>>,
    /// `None` hides a shared variable.
    own: Vec<(SmolStr, Option<Value>)>,
}

impl Vars {
    /// Variables that all users have.
    #[must_use]
    pub fn new(shared: Arc<Map<String, Value>>) -> Self {
        Self { shared, own: Vec::new() }
    }

    fn root(&self, name: &str) -> Option<&Value> {
        match self.own.iter().find(|(known, _)| **known == *name) {
            Some((_, value)) => value.as_ref(),
            None => self.shared.get(name),
        }
    }

    /// The value at a path such as `user.roles[0]`; a variable of that very name goes first.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Cow<'_, Value>> {
        if let Some(value) = self.root(path) {
            return Some(Cow::Borrowed(value));
        }
        if !path.contains(['.', '[']) {
            return None;
        }
        let keys = js::keys(path);
        let (first, rest) = keys.split_first()?;
        let mut place = self.root(first)?;
        for (nth, key) in rest.iter().enumerate() {
            match js::member(place, key)? {
                js::Member::Kept(value) => place = value,
                last if nth + 1 == rest.len() => return Some(Cow::Owned(last.to_value())),
                _ => return None,
            }
        }
        Some(Cow::Borrowed(place))
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: Option<Value>) {
        match self.own.iter_mut().find(|(known, _)| **known == *name) {
            Some((_, old)) => *old = value,
            None => self.own.push((name.into(), value)),
        }
    }

    /// Sets what stands at a path, making objects on the way.
    pub fn set_path(&mut self, path: &str, value: Option<Value>) {
        if !path.contains(['.', '[']) || self.root(path).is_some() {
            return self.set(path, value);
        }
        let keys = js::keys(path);
        let Some((first, rest)) = keys.split_first() else { return };
        let mut whole = self.root(first).cloned().unwrap_or(Value::Null);
        match value {
            Some(value) => js::set(&mut whole, rest, value),
            None => js::unset(&mut whole, rest),
        }
        self.set(first, Some(whole));
    }

    /// All variables in one object, as code sees them.
    #[must_use]
    pub fn to_object(&self) -> Map<String, Value> {
        let mut object = Map::clone(&self.shared);
        for (name, value) in &self.own {
            match value {
                Some(value) => drop(object.insert(name.to_string(), value.clone())),
                None => drop(object.shift_remove(&**name)),
            }
        }
        object
    }

    /// Takes over what code made of [`Self::to_object`].
    pub fn take_object(&mut self, object: Map<String, Value>) {
        let gone: Vec<String> = self
            .shared
            .keys()
            .map(String::as_str)
            .chain(self.own.iter().map(|(name, _)| &**name))
            .filter(|name| !object.contains_key(*name))
            .map(str::to_owned)
            .collect();
        for name in gone {
            self.set(&name, None);
        }
        for (name, value) in object {
            if self.root(&name) != Some(&value) {
                self.set(&name, Some(value));
            }
        }
    }

    /// The user's own variables, for those that come after it.
    #[must_use]
    pub fn own(&self) -> Map<String, Value> {
        let held = self.own.iter().filter_map(|(name, value)| Some((name.to_string(), value.clone()?)));
        held.collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn vars() -> Vars {
        let Value::Object(shared) = json!({"o": {"l": [{"id": 3}], "with-dash": 1}, "a.b": 9, "s": "text"})
        else {
            unreachable!("it is an object")
        };
        Vars::new(Arc::new(shared))
    }

    #[test]
    fn paths_lead_to_values() {
        let vars = vars();
        let check = |path: &str, wanted: Option<Value>| {
            assert_eq!(vars.get(path).map(Cow::into_owned), wanted, "{path}");
        };
        check("o.l[0].id", Some(json!(3)));
        check("o.l.length", Some(json!(1)));
        check("o.with-dash", Some(json!(1)));
        check("a.b", Some(json!(9)));
        check("s.length", Some(json!(4)));
        check("s[1]", Some(json!("e")));
        check("o.nope.deeper", None);
        check("", None);
    }

    #[test]
    fn what_code_changes_is_taken_over() {
        let mut vars = vars();
        vars.set("own", Some(json!(1)));
        vars.set_path("p.q", Some(json!(2)));
        let mut object = vars.to_object();
        assert_eq!(object["p"], json!({"q": 2}));
        object.insert("s".to_owned(), json!("new"));
        object.insert("more".to_owned(), json!([1]));
        object.shift_remove("own");
        vars.take_object(object);
        assert_eq!(
            vars.own(),
            *json!({"p": {"q": 2}, "s": "new", "more": [1]}).as_object().expect("it is one")
        );
        assert_eq!(vars.get("own"), None);
    }
}
