//! Which fields the root types of a schema have: out of its text, or out of what introspection answered.
//!
//! Main types: [`RootFields`] of one schema, and [`Schemas`], those of a process.

use std::collections::{HashMap, HashSet};

use apollo_parser::cst::{self, Definition};
use serde_json::Value;

use super::document::{OperationKind, read};

/// The fields of a schema's root types, in its order.
pub(super) type RootFields = Vec<(OperationKind, String)>;

/// What the process knows of the schemas that its scripts test.
#[derive(Default, Debug)]
pub(crate) struct Schemas {
    /// A script has imported the module.
    pub(crate) used: bool,
    /// Texts that were read, by their hash.
    seen: HashSet<u64>,
    /// The fields of all schemas.
    pub(crate) fields: RootFields,
}

impl Schemas {
    /// Whether this text is new; it counts as seen from now on.
    pub(super) fn is_new(&mut self, hash: u64) -> bool {
        self.seen.insert(hash)
    }

    /// Adds the fields of one more schema.
    pub(super) fn add(&mut self, fields: RootFields) {
        for field in fields {
            if !self.fields.contains(&field) {
                self.fields.push(field);
            }
        }
    }
}

/// Reads a schema: its text, or JSON with `__schema` in it.
///
/// # Errors
/// The sentence for the script.
pub(super) fn root_fields(text: &str) -> Result<RootFields, String> {
    let fields = if text.trim_start().starts_with(['{', '[']) {
        let json: Value = serde_json::from_str(text)
            .map_err(|error| format!("the schema is neither SDL nor JSON: {error}"))?;
        introspected(&json)
            .ok_or("the JSON is no answer to an introspection query: it has no __schema with types")?
    } else {
        defined(&read(text).map_err(|error| format!("the schema cannot be read: {}", error.shown(text)))?)
    };
    if fields.is_empty() {
        return Err("the schema has no fields of a query, a mutation or a subscription".to_owned());
    }
    Ok(fields)
}

/// By kind of operation the name of its root type.
type Roots = [(OperationKind, String); 3];

fn default_roots() -> Roots {
    OperationKind::ALL.map(|kind| {
        let (first, rest) = kind.name().split_at(1);
        (kind, first.to_uppercase() + rest)
    })
}

fn introspected(json: &Value) -> Option<RootFields> {
    let schema =
        [&json["__schema"], &json["data"]["__schema"]].into_iter().find(|found| found.is_object())?;
    let types = schema["types"].as_array()?;
    let mut fields = RootFields::new();
    for kind in OperationKind::ALL {
        let Some(root) = schema[format!("{}Type", kind.name())]["name"].as_str() else { continue };
        let found = types.iter().find(|one| one["name"] == root);
        let names = found.and_then(|one| one["fields"].as_array()).into_iter().flatten();
        fields.extend(names.filter_map(|field| Some((kind, field["name"].as_str()?.to_owned()))));
    }
    Some(fields)
}

fn defined(document: &cst::Document) -> RootFields {
    let mut roots = default_roots();
    let mut of_types: HashMap<String, Vec<String>> = HashMap::new();
    let mut add = |name: Option<cst::Name>, fields: Option<cst::FieldsDefinition>| {
        let names = fields.iter().flat_map(cst::FieldsDefinition::field_definitions);
        let names = names.filter_map(|field| Some(field.name()?.text().to_string()));
        if let Some(name) = name {
            of_types.entry(name.text().to_string()).or_default().extend(names);
        }
    };
    let mut name_roots = |named: &mut dyn Iterator<Item = cst::RootOperationTypeDefinition>| {
        for root in named {
            let kind = root.operation_type();
            let place = kind.map_or(0, |kind| {
                if kind.mutation_token().is_some() {
                    1
                } else if kind.subscription_token().is_some() {
                    2
                } else {
                    0
                }
            });
            if let Some(name) = root.named_type().and_then(|named| named.name()) {
                roots[place].1 = name.text().to_string();
            }
        }
    };
    for definition in document.definitions() {
        match definition {
            Definition::ObjectTypeDefinition(one) => add(one.name(), one.fields_definition()),
            Definition::ObjectTypeExtension(one) => add(one.name(), one.fields_definition()),
            Definition::SchemaDefinition(one) => name_roots(&mut one.root_operation_type_definitions()),
            Definition::SchemaExtension(one) => name_roots(&mut one.root_operation_type_definitions()),
            _ => {}
        }
    }
    roots
        .into_iter()
        .flat_map(|(kind, root)| {
            of_types.remove(&root).unwrap_or_default().into_iter().map(move |name| (kind, name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_types_are_found_in_text_and_in_answers() {
        let check = |text: &str, expected: &[&str]| {
            let found = root_fields(text).expect("it is a schema");
            let found: Vec<String> =
                found.iter().map(|(kind, name)| format!("{}.{name}", kind.name())).collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "\"The root\" type Query { a(x: Int = 1): [T!]! @d b: T } type T { c: Int } extend type Query { e: T }",
            &["query.a", "query.b", "query.e"],
        );
        check(
            "schema { query: Root mutation: Change } type Root { a: Int } type Change { m: Int } type Query { no: Int }",
            &["query.a", "mutation.m"],
        );
        check(
            "type Subscription { told: Int } type Mutation { m: Int }",
            &["mutation.m", "subscription.told"],
        );
        let schema = r#"{"queryType":{"name":"Q"},"mutationType":null,"subscriptionType":{"name":"S"},
            "types":[{"name":"S","fields":[{"name":"s"}]},{"name":"Q","fields":[{"name":"q"}]},{"name":"Int"}]}"#;
        check(&format!(r#"{{"__schema":{schema}}}"#), &["query.q", "subscription.s"]);
        check(&format!(r#"{{"data":{{"__schema":{schema}}}}}"#), &["query.q", "subscription.s"]);
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        let check = |text: &str, part: &str| {
            let error = root_fields(text).expect_err("it is none");
            assert!(error.contains(part), "{error}");
        };
        check("type Query {", "line 1");
        check("{\"data\": null}", "no __schema");
        check("{ nonsense", "neither SDL nor JSON");
        check("type T { a: Int }", "no fields");
    }
}
