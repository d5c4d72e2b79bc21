//! What holds for any template: the function here panics when it does not. For fuzz targets and tests only.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::functions::Functions;
use super::template::{Scope, Template};
use super::vars::Vars;
use crate::random::Random;

/// Texts that are filled in are no longer than this, whatever variables put into each other.
const LENGTH_MAX: usize = 4 << 20;

/// A template is filled in, in the same way for the same random numbers, and stays within its bound.
pub(crate) fn template(input: &str) {
    let (variables, source) = crate::fuzzing::with_variables(input);
    let variables: Map<String, Value> = variables
        .into_iter()
        .map(|(name, text)| (name.to_owned(), serde_json::from_str(text).unwrap_or_else(|_| text.into())))
        .collect();
    let vars = Vars::new(Arc::new(variables));
    for strict in [true, false] {
        let lists = json!({ "users": [["a", 1]] }).as_object().cloned().expect("it is one");
        let functions = Functions::new(true, strict, lists);
        let filled = || {
            let mut random = Random::new(1, 1);
            let mut scope = Scope { vars: &vars, functions: &functions, random: &mut random };
            let template = Template::new(source, &functions);
            assert_eq!(template.source(), source);
            let _ = template.findings(&functions);
            let value = template.value(&mut scope);
            let text = template.text(&mut scope).map(std::borrow::Cow::into_owned);
            (value, text)
        };
        let (value, text) = filled();
        let length = text.as_ref().map_or(0, String::len);
        assert!(length <= LENGTH_MAX + input.len() * 64, "{length} of {input:?}");
        if !source.contains('$') {
            assert_eq!((value, text), filled(), "a second time gives something else");
        }
    }
}
