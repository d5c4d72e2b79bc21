//! Which type has which fields, and whether an operation fits.
//!
//! [`TYPES`] is the table; a new field is a row here and an arm in `resolve`. Arguments are not declared:
//! what a field does not know it ignores.

use serde_json::{Value, json};

use super::parse::{Document, Field, Operation, Selection};

/// A field and its type; `[…]` is a list. Types that have no row of their own are scalars.
type Fields = &'static [(&'static str, &'static str)];

/// Every type with its fields.
const TYPES: &[(&str, Fields)] = &[
    (
        "Query",
        &[
            ("brands", "[Brand]"),
            ("cart", "Cart"),
            ("categories", "[String]"),
            ("getAllSeasonalAssignments", "[SeasonalAssignment]"),
            ("health", "String"),
            ("looksSummary", "LooksSummary"),
            ("me", "User"),
            ("order", "Order"),
            ("orders", "[Order]"),
            ("product", "Product"),
            ("products", "[Product]"),
            ("search", "[Product]"),
            ("seasonalAssignments", "[SeasonalAssignment]"),
            ("user", "User"),
            ("users", "[User]"),
        ],
    ),
    (
        "Mutation",
        &[
            ("addToCart", "Cart"),
            ("cancelOrder", "Order"),
            ("checkout", "Order"),
            ("clearCart", "Cart"),
            ("confirmOrder", "Order"),
            ("createOrder", "Order"),
            ("login", "Session"),
            ("register", "Session"),
            ("removeFromCart", "Cart"),
            ("updateProfile", "User"),
        ],
    ),
    ("Subscription", &[("inventoryChanged", "Inventory"), ("messageAdded", "Message")]),
    (
        "Product",
        &[
            ("available", "Boolean"),
            ("category", "String"),
            ("currency", "String"),
            ("description", "String"),
            ("id", "ID"),
            ("inventory", "Inventory"),
            ("name", "String"),
            ("price", "Float"),
            ("rating", "Float"),
            ("reviews", "[Review]"),
            ("sku", "String"),
            ("variants", "[Variant]"),
        ],
    ),
    (
        "Variant",
        &[
            ("id", "ID"),
            ("inventory", "Inventory"),
            ("name", "String"),
            ("price", "Float"),
            ("sku", "String"),
        ],
    ),
    ("Inventory", &[("productId", "ID"), ("quantity", "Int"), ("warehouse", "Warehouse")]),
    ("Warehouse", &[("capacity", "Int"), ("location", "String")]),
    ("Review", &[("comment", "String"), ("id", "ID"), ("rating", "Int"), ("user", "User")]),
    (
        "User",
        &[
            ("cart", "Cart"),
            ("createdAt", "String"),
            ("email", "String"),
            ("id", "ID"),
            ("name", "String"),
            ("orderHistory", "OrderHistory"),
            ("orders", "[Order]"),
            ("role", "String"),
        ],
    ),
    ("OrderHistory", &[("totalOrders", "Int"), ("totalSpent", "Float")]),
    ("Cart", &[("itemCount", "Int"), ("items", "[CartItem]"), ("total", "Float")]),
    ("CartItem", &[("price", "Float"), ("product", "Product"), ("productId", "ID"), ("quantity", "Int")]),
    (
        "Order",
        &[
            ("createdAt", "String"),
            ("id", "ID"),
            ("items", "[OrderItem]"),
            ("orderId", "ID"),
            ("paymentMethod", "String"),
            ("status", "String"),
            ("total", "Float"),
            ("totalAmount", "Float"),
        ],
    ),
    ("OrderItem", &[("name", "String"), ("price", "Float"), ("productId", "ID"), ("quantity", "Int")]),
    ("Session", &[("token", "String"), ("user", "User")]),
    ("Message", &[("content", "String"), ("id", "ID")]),
    ("Brand", &[("divisions", "[String]"), ("id", "ID"), ("name", "String")]),
    (
        "LooksSummary",
        &[
            ("brand", "String"),
            ("division", "String"),
            ("looks", "[Look]"),
            ("season", "String"),
            ("totalLooks", "Int"),
        ],
    ),
    ("Look", &[("id", "ID"), ("name", "String"), ("styleCount", "Int")]),
    (
        "SeasonalAssignment",
        &[
            ("brand", "String"),
            ("division", "String"),
            ("id", "ID"),
            ("style", "String"),
            ("styleSeasonCode", "String"),
        ],
    ),
];

/// The most fields that one operation may ask for, fragments counted where they are used.
const MAX_FIELDS: usize = 5000;

fn fields_of(kind: &str) -> Option<Fields> {
    TYPES.iter().find(|(name, _)| *name == kind).map(|(_, fields)| *fields)
}

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
                    if fields_of(on).is_none() {
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
        let known = fields_of(kind).and_then(|fields| fields.iter().find(|(name, _)| *name == field.name));
        let Some((_, of)) = known else {
            return self
                .problem(&format!("Cannot query field \"{}\" on type \"{kind}\".", field.name), Some(field));
        };
        let inner = of.trim_matches(['[', ']']);
        match (fields_of(inner), field.selection.is_empty()) {
            (Some(_), true) => {
                let message =
                    format!("Field \"{}\" of type \"{of}\" must have a selection of subfields.", field.name);
                self.problem(&message, Some(field));
            }
            (None, false) => {
                let message = format!(
                    "Field \"{}\" must not have a selection since type \"{of}\" has no subfields.",
                    field.name
                );
                self.problem(&message, Some(field));
            }
            (Some(_), false) => self.selection(inner, &field.selection),
            (None, true) => {}
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
