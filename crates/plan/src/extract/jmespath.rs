//! JMESPath over JSON, with objects in the order that the document has them in.
//!
//! Main function: [`find`].

use serde_json::Value;

/// What a JMESPath expression gives.
///
/// # Errors
/// When document or expression are malformed.
pub fn find(document: &str, expression: &str) -> Result<Value, String> {
    let parsed = jmespath::compile(expression).map_err(|error| error.to_string())?;
    let data = jmespath::Variable::from_json(document)?;
    let found = parsed.search(data).map_err(|error| error.to_string())?;
    let value: Value = serde_json::to_value(&*found).map_err(|error| error.to_string())?;
    // The library sorts the members of objects; those of the document keep the order they have there.
    let source: Value = serde_json::from_str(document).unwrap_or(Value::Null);
    Ok(in_order_of(&source, value))
}

/// A value with its objects in the order they have in a document, where they stand there.
fn in_order_of(document: &Value, value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let whole = Value::Object(map);
            same_in(document, &whole).cloned().unwrap_or_else(|| match whole {
                Value::Object(map) => Value::Object(
                    map.into_iter().map(|(key, value)| (key, in_order_of(document, value))).collect(),
                ),
                other => other,
            })
        }
        Value::Array(list) => {
            Value::Array(list.into_iter().map(|value| in_order_of(document, value)).collect())
        }
        other => other,
    }
}

fn same_in<'d>(document: &'d Value, wanted: &Value) -> Option<&'d Value> {
    if document == wanted {
        return Some(document);
    }
    match document {
        Value::Object(map) => map.values().find_map(|value| same_in(value, wanted)),
        Value::Array(list) => list.iter().find_map(|value| same_in(value, wanted)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_keep_the_order_of_the_document() {
        let found = find(r#"{"o":{"b":1,"a":2}}"#, "o").unwrap();
        assert_eq!(found.to_string(), r#"{"b":1,"a":2}"#);
        assert!(find("{", "o").is_err() && find("{}", "o.[").is_err());
    }
}
