//! Which fields of a GraphQL schema's root types the load asked for, and how often.
//!
//! Main type: [`Coverage`]. What it counts are samples of the metric `graphql_fields`, so that it adds up over
//! threads and machines like everything else.

use metrics::{Aggregate, Sink};
use serde_json::{Value, json};

/// The metric, and the tag that names a field as `query.products`.
const METRIC: &str = "graphql_fields";
const TAG: &str = "field";

/// The root fields of a schema, or those that were met when no schema is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// By kind of operation, then in the schema's order; those that are not in it come last.
    pub fields: Vec<Field>,
    /// Whether a schema says which fields there are.
    pub has_schema: bool,
}

/// A field of a root type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// `query`, `mutation` or `subscription`.
    pub kind: String,
    /// Its name in the schema.
    pub name: String,
    /// How often the server was asked for it and answered.
    pub count: u64,
    /// Whether it is in the schema.
    pub in_schema: bool,
}

impl Coverage {
    /// What the run asked for of the fields in `schema`: kinds of operations with names.
    #[must_use]
    pub fn of(state: &Aggregate, schema: &[(&str, &str)]) -> Self {
        let metric = state.registry().lookup(METRIC);
        let counts: Vec<(String, u64)> = metric
            .map(|metric| state.by_tag(metric, TAG))
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(field, sink)| match sink {
                Sink::Counter(sum) => Some((field.to_string(), sum as u64)),
                _ => None,
            })
            .collect();
        Self::from_counts(&counts, schema)
    }

    fn from_counts(counts: &[(String, u64)], schema: &[(&str, &str)]) -> Self {
        let mut fields: Vec<Field> = schema
            .iter()
            .map(|(kind, name)| {
                let full = format!("{kind}.{name}");
                let count = counts.iter().find(|(field, _)| *field == full).map_or(0, |(_, count)| *count);
                Field { kind: (*kind).to_owned(), name: (*name).to_owned(), count, in_schema: true }
            })
            .collect();
        for (field, count) in counts {
            let (kind, name) = field.split_once('.').unwrap_or(("", field));
            if !fields.iter().any(|known| known.kind == kind && known.name == name) {
                let (kind, name) = (kind.to_owned(), name.to_owned());
                fields.push(Field { kind, name, count: *count, in_schema: false });
            }
        }
        fields.sort_by_key(|field| {
            let rank = ["query", "mutation", "subscription"].iter().position(|kind| *kind == field.kind);
            (rank.unwrap_or(usize::MAX), !field.in_schema)
        });
        Self { fields, has_schema: !schema.is_empty() }
    }

    /// How many fields of the schema were asked for, and how many it has.
    #[must_use]
    pub fn covered(&self) -> (usize, usize) {
        let schema = self.fields.iter().filter(|field| field.in_schema);
        (schema.clone().filter(|field| field.count > 0).count(), schema.count())
    }

    /// What `handleSummary` and `--summary-export` get.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (covered, total) = self.covered();
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|field| {
                json!({"type": field.kind, "name": field.name, "count": field.count, "inSchema": field.in_schema})
            })
            .collect();
        json!({"hasSchema": self.has_schema, "covered": covered, "total": total, "fields": fields})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_those_of_the_schema_and_those_that_were_met() {
        let counts =
            [("mutation.buy".to_owned(), 2), ("query.gone".to_owned(), 1), ("query.b".to_owned(), 3)];
        let schema = [("mutation", "buy"), ("query", "a"), ("query", "b")];
        let found = Coverage::from_counts(&counts, &schema);
        let shown: Vec<_> = found
            .fields
            .iter()
            .map(|one| (one.kind.as_str(), one.name.as_str(), one.count, one.in_schema))
            .collect();
        let expected = [
            ("query", "a", 0, true),
            ("query", "b", 3, true),
            ("query", "gone", 1, false),
            ("mutation", "buy", 2, true),
        ];
        assert_eq!((shown.as_slice(), found.covered(), found.has_schema), (&expected[..], (2, 3), true));
        let bare = Coverage::from_counts(&counts, &[]);
        assert_eq!((bare.covered(), bare.has_schema, bare.fields.len()), ((0, 0), false, 3));
        assert_eq!(found.to_json()["covered"], 2);
    }
}
