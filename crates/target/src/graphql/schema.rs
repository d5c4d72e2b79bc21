//! Whether an operation fits the shop's types.
//!
//! A new field is a line in `schema.graphql` and an arm in `resolve`. Arguments are not checked: what a field does
//! not know it ignores.

use serde_json::{Value, json};

use super::parse::{Document, Field, Operation, Selection};
use super::types::{bare, types};

/// The most fields that one operation may ask for, fragments counted where they are used.
const MAX_FIELDS: usize = 5000;

/// What is wrong with an operation, as the answer's errors; empty when it fits.
pub fn problems(document: &Document, operation: &Operation) -> Vec<Value> {
    let mut check = Check { document, problems: Vec::new(), fields: 0, open: Vec::new() };
    check.selection(operation.root, &operation.selection);
    check.problems
}

struct Check<'a> {
    document: &'a Document,
    problems: Vec<Value>,
    fields: usize,
    /// The fragments that are being looked into, so that none is inside itself.
    open: Vec<&'a str>,
}

impl<'a> Check<'a> {
    fn problem(&mut self, message: &str, field: Option<&Field>) {
        let mut problem = json!({"message": message});
        if let Some(field) = field {
            problem["locations"] = json!([{"line": field.place.line, "column": field.place.column}]);
        }
        problem["extensions"] = json!({"code": "GRAPHQL_VALIDATION_FAILED"});
        self.problems.push(problem);
    }

    fn selection(&mut self, kind: &str, selection: &'a [Selection]) {
        for entry in selection {
            // A document of this size is refused whole; looking further would only cost.
            if self.fields > MAX_FIELDS {
                return;
            }
            match entry {
                Selection::Field(field) => self.field(kind, field),
                Selection::Inline(on, _, inner) => {
                    let on = on.as_deref().unwrap_or(kind);
                    if !types().has_fields(on) {
                        self.problem(&format!("Unknown type \"{on}\"."), None);
                    } else if on == kind {
                        self.selection(kind, inner);
                    }
                }
                Selection::Spread(name, _) => self.spread(kind, name),
            }
        }
    }

    fn spread(&mut self, kind: &str, name: &'a str) {
        let Some(fragment) = self.document.fragment(name) else {
            return self.problem(&format!("Unknown fragment \"{name}\"."), None);
        };
        if self.open.contains(&name) {
            return self.problem(&format!("Cannot spread fragment \"{name}\" within itself."), None);
        }
        if fragment.on == kind {
            self.open.push(name);
            self.selection(kind, &fragment.selection);
            self.open.pop();
        } else {
            let on = &fragment.on;
            let message = format!(
                "Fragment \"{name}\" cannot be spread here as objects of type \"{kind}\" can never be of type \"{on}\"."
            );
            self.problem(&message, None);
        }
    }

    fn field(&mut self, kind: &str, field: &'a Field) {
        self.fields += 1;
        if self.fields == MAX_FIELDS {
            return self.problem(&format!("The operation asks for more than {MAX_FIELDS} fields."), None);
        }
        if field.name == "__typename" {
            return;
        }
        let Some(of) = types().field(kind, &field.name) else {
            return self
                .problem(&format!("Cannot query field \"{}\" on type \"{kind}\".", field.name), Some(field));
        };
        let inner = bare(of);
        match (types().has_fields(inner), field.selection.is_empty()) {
            (true, true) => {
                let message =
                    format!("Field \"{}\" of type \"{of}\" must have a selection of subfields.", field.name);
                self.problem(&message, Some(field));
            }
            (false, false) => {
                let message = format!(
                    "Field \"{}\" must not have a selection since type \"{of}\" has no subfields.",
                    field.name
                );
                self.problem(&message, Some(field));
            }
            (true, false) => self.selection(inner, &field.selection),
            (false, true) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::parse::document;

    #[test]
    fn operations_are_checked() {
        let check = |text: &str, expected: &[&str]| {
            let document = document(text).unwrap();
            let problems = problems(&document, document.operation(None).unwrap());
            let messages: Vec<&str> =
                problems.iter().map(|problem| problem["message"].as_str().unwrap()).collect();
            assert_eq!(messages, expected, "{text}");
        };
        check("{ products { id __typename variants { inventory { warehouse { capacity } } } } }", &[]);
        check("{ categories me { ...on User { id } ...on Order { id } } }", &[]);
        check("{ product { nope } }", &["Cannot query field \"nope\" on type \"Product\"."]);
        check("{ product }", &["Field \"product\" of type \"Product\" must have a selection of subfields."]);
        check(
            "{ health { x } }",
            &["Field \"health\" must not have a selection since type \"String\" has no subfields."],
        );
        check(
            "{ me { ...F } } fragment F on User { id ...F }",
            &["Cannot spread fragment \"F\" within itself."],
        );
        check("{ me { ...G } }", &["Unknown fragment \"G\"."]);
        check("mutation { products { id } }", &["Cannot query field \"products\" on type \"Mutation\"."]);
    }

    #[test]
    fn fragments_that_multiply_are_refused() {
        let mut text = "{ me { ...F0 } }".to_owned();
        for n in 0..30 {
            text.push_str(&format!(" fragment F{n} on User {{ ...F{m} ...F{m} }}", m = n + 1));
        }
        text.push_str(" fragment F30 on User { id }");
        let document = document(&text).unwrap();
        assert_eq!(problems(&document, document.operation(None).unwrap()).len(), 1);
    }
}
