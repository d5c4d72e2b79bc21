//! What holds for any input: the functions here panic when it does not.
//!
//! The fuzz targets call them, and the tests here replay their seeds and past findings. No part of the
//! program's interface.

use serde_json::Value;

use crate::{Aggregation, Expression, Operator, Options, Selector, duration, environment};

/// Options that are accepted and whole can be written out, are accepted again, and mean the same.
pub fn options(input: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
    if let Ok((options, _)) = Options::from_script(&value) {
        means_the_same_again(options, &value);
    }
}

/// Whatever variables give comes back from the JSON of the same options.
///
/// The input: `NAME=value` a line, the name without its prefix.
pub fn environment(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let given: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('=')).collect();
    for (_, value) in &given {
        if let Ok(stages) = environment::stages(value) {
            assert_eq!(stages.len(), value.split(',').count(), "{value:?}");
        }
        if let Ok(tags) = environment::tags(value) {
            assert!(tags.iter().all(|(name, tag)| !name.is_empty() && !tag.is_empty()), "{value:?}");
        }
    }
    let variables = given.iter().map(|(name, value)| (format!("K6_{name}"), (*value).to_owned()));
    if let Ok(options) = Options::from_env(variables) {
        means_the_same_again(options, &given);
    }
}

fn means_the_same_again(options: Options, value: &impl std::fmt::Debug) {
    let _ = Options::default().overlay(options.clone());
    let Ok((whole, _)) = options.consolidate() else { return };
    if !whole.validate(&|name| name == "default").is_empty() {
        return;
    }
    let written = Value::Object(whole.to_json());
    let (again, _) = Options::from_script(&written)
        .unwrap_or_else(|error| panic!("not accepted again: {error}\n{value:?}\n{written}"));
    let (again, _) =
        again.consolidate().unwrap_or_else(|error| panic!("not whole again: {error}\n{value:?}\n{written}"));
    assert_eq!(Value::Object(again.to_json()), written, "{value:?}");
}

fn written(expression: &Expression) -> String {
    let aggregation = match expression.aggregation {
        Aggregation::P(percent) => format!("p({percent})"),
        other => other.name().to_owned(),
    };
    let operator = match expression.operator {
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
    };
    let window =
        expression.window.map_or(String::new(), |span| format!(" for {}", duration::format_go(span)));
    format!("{aggregation}{operator}{}{window}", expression.limit)
}

/// Threshold expressions and selectors mean the same when they are written out and read again.
pub fn thresholds(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let _ = Aggregation::parse(text);
    if let Ok(expression) = Expression::parse(text) {
        let shown = written(&expression);
        let again =
            Expression::parse(&shown).unwrap_or_else(|error| panic!("{text:?} as {shown:?}: {error}"));
        // Not by value: a limit may be no number.
        assert_eq!(format!("{again:?}"), format!("{expression:?}"), "{text:?} as {shown:?}");
    }
    if let Ok(selector) = Selector::parse(text) {
        let tags: Vec<_> =
            selector.tags.iter().map(|(key, value)| format!("\"{key}\":\"{value}\"")).collect();
        let shown = format!("{}{{{}}}", selector.metric, tags.join(","));
        assert_eq!(Selector::parse(&shown).as_ref().ok(), Some(&selector), "{text:?} as {shown:?}");
    }
}

#[cfg(test)]
mod tests {
    type Property = fn(&[u8]);

    #[test]
    fn seeds_and_findings_hold() {
        let fuzz = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");
        let all: [(&str, Property); 3] = [
            ("options", super::options),
            ("thresholds", super::thresholds),
            ("environment", super::environment),
        ];
        for (target, property) in all {
            let mut inputs = 0;
            for folder in ["seeds", "found"] {
                let Ok(files) = std::fs::read_dir(format!("{fuzz}/{folder}/{target}")) else { continue };
                for file in files {
                    property(&std::fs::read(file.expect("it is listed").path()).expect("it is readable"));
                    inputs += 1;
                }
            }
            assert!(inputs > 0, "there is nothing to replay for {target}");
        }
    }
}
