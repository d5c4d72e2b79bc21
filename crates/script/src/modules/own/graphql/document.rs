//! GraphQL documents: what their operations are called, how deep and how large they are, and which fields of the
//! schema's root types they ask for.
//!
//! Main type: [`Document`]; [`parse`] makes one. Whether a document fits a schema is the server's business.

use std::collections::HashMap;

use apollo_parser::Parser;
use apollo_parser::cst::{self, Definition, Selection, Value};

/// How deep selections may nest, and how many fragments may be inside one another; a limit of ours, far above what
/// servers take.
const MAX_NESTING: usize = 200;

/// What is wrong with a text, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct SyntaxError {
    pub(super) message: String,
    /// Counts from 1.
    pub(super) line: usize,
    /// Counts from 1, in characters.
    pub(super) column: usize,
}

impl SyntaxError {
    /// The sentence for a script, with the line that it is about.
    pub(super) fn shown(&self, text: &str) -> String {
        let (line, column) = (self.line, self.column);
        let source = text.lines().nth(line - 1).unwrap_or_default();
        let number = line.to_string();
        let (before, pad) = (" ".repeat(column - 1), " ".repeat(number.len()));
        let message = &self.message;
        format!(
            "{message} in line {line}, column {column} of the document\n  {number} | {source}\n  {pad} | {before}^"
        )
    }
}

/// The three kinds of operations.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Changes something.
    Mutation,
    /// Goes on telling.
    Subscription,
}

impl OperationKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 3] = [Self::Query, Self::Mutation, Self::Subscription];

    /// The word of the language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// A field of a root type that an operation asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct RootField {
    pub(super) name: String,
    /// What has to hold for it to be asked for, by `@include` and `@skip`.
    pub(super) conditions: Vec<Condition>,
}

/// That a variable is true, or that it is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Condition {
    pub(super) variable: String,
    pub(super) wanted: bool,
    /// What the variable is when the request does not give it.
    pub(super) default: bool,
}

/// One operation of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Operation {
    pub(super) name: Option<String>,
    pub(super) kind: OperationKind,
    /// Levels of fields; fragments are no level.
    pub(super) depth: u32,
    /// Fields in all, those of fragments counted wherever they are spread. `__typename` is none.
    pub(super) complexity: u32,
    pub(super) fields: Vec<RootField>,
}

/// A document that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Document {
    pub(super) operations: Vec<Operation>,
}

/// Reads a document.
///
/// # Errors
/// The first thing that is not the language.
pub(super) fn parse(text: &str) -> Result<Document, SyntaxError> {
    let tree = read(text)?;
    let definitions: Vec<Definition> = tree.definitions().collect();
    let fragments = Fragments::of(&definitions);
    let operations = definitions.iter().filter_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(fragments.operation(operation)),
        _ => None,
    });
    Ok(Document { operations: operations.collect() })
}

/// The tree of a text, document or schema.
pub(super) fn read(text: &str) -> Result<cst::Document, SyntaxError> {
    let tree = Parser::new(text).recursion_limit(MAX_NESTING).parse();
    if let Some(error) = tree.errors().min_by_key(|error| error.index()) {
        let before = text.get(..error.index().min(text.len())).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let message = if error.is_limit() {
            format!("nested deeper than {MAX_NESTING} levels")
        } else {
            worded(error.message(), error.data())
        };
        return Err(SyntaxError {
            message,
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
        });
    }
    Ok(tree.document())
}

/// The parser's sentence with signs in place of the names that it has for them.
fn worded(message: &str, found: &str) -> String {
    const SIGNS: [(&str, &str); 10] = [
        ("L_CURLY", "\"{\""),
        ("R_CURLY", "\"}\""),
        ("L_PAREN", "\"(\""),
        ("R_PAREN", "\")\""),
        ("L_BRACK", "\"[\""),
        ("R_BRACK", "\"]\""),
        ("COLON", "\":\""),
        ("EQ", "\"=\""),
        ("NAME", "a name"),
        ("EOF", "the end"),
    ];
    let words = message.trim_end_matches('.').split(' ').map(|word| {
        let (bare, comma) = word.strip_suffix(',').map_or((word, ""), |bare| (bare, ","));
        let sign = SIGNS.iter().find(|(name, _)| *name == bare);
        sign.map_or_else(|| word.to_owned(), |(_, sign)| format!("{sign}{comma}"))
    });
    let worded = words.collect::<Vec<_>>().join(" ");
    if found.is_empty() || worded.contains(", got ") { worded } else { format!("{worded}, got {found}") }
}

/// How large a selection is.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: u32,
    fields: u32,
}

struct Fragments {
    selections: HashMap<String, cst::SelectionSet>,
}

/// Sizes of fragments that are known, and those that are being measured.
#[derive(Default)]
struct Measuring {
    known: HashMap<String, Size>,
    open: Vec<String>,
}

impl Fragments {
    fn of(definitions: &[Definition]) -> Self {
        let fragments = definitions.iter().filter_map(|definition| match definition {
            Definition::FragmentDefinition(fragment) => {
                Some((fragment.fragment_name()?.name()?.text().to_string(), fragment.selection_set()?))
            }
            _ => None,
        });
        Self { selections: fragments.collect() }
    }

    fn operation(&self, operation: &cst::OperationDefinition) -> Operation {
        let kind = match operation.operation_type() {
            Some(kind) if kind.mutation_token().is_some() => OperationKind::Mutation,
            Some(kind) if kind.subscription_token().is_some() => OperationKind::Subscription,
            _ => OperationKind::Query,
        };
        let selection = operation.selection_set();
        let size = selection.as_ref().map(|selection| self.size(selection, &mut Measuring::default()));
        let size = size.unwrap_or_default();
        let mut roots =
            Roots { fragments: self, defaults: defaults(operation), spread: Vec::new(), fields: Vec::new() };
        if let Some(selection) = &selection {
            roots.collect(selection, &[]);
        }
        Operation {
            name: operation.name().map(|name| name.text().to_string()),
            kind,
            depth: size.depth,
            complexity: size.fields,
            fields: roots.fields.into_iter().map(|(_, field)| field).collect(),
        }
    }

    fn size(&self, selection: &cst::SelectionSet, measuring: &mut Measuring) -> Size {
        let mut sum = Size::default();
        for entry in selection.selections() {
            let size = match entry {
                Selection::Field(field) => {
                    if field.name().is_some_and(|name| name.text() == "__typename") {
                        continue;
                    }
                    let inner =
                        field.selection_set().map(|inner| self.size(&inner, measuring)).unwrap_or_default();
                    Size { depth: inner.depth.saturating_add(1), fields: inner.fields.saturating_add(1) }
                }
                Selection::InlineFragment(inline) => {
                    inline.selection_set().map(|inner| self.size(&inner, measuring)).unwrap_or_default()
                }
                Selection::FragmentSpread(spread) => self.spread_size(name_of(&spread), measuring),
            };
            sum.depth = sum.depth.max(size.depth);
            sum.fields = sum.fields.saturating_add(size.fields);
        }
        sum
    }

    /// The size of a fragment; one that is unknown or inside itself, which no server takes, has none.
    fn spread_size(&self, name: String, measuring: &mut Measuring) -> Size {
        if let Some(known) = measuring.known.get(&name) {
            return *known;
        }
        if measuring.open.len() >= MAX_NESTING || measuring.open.contains(&name) {
            return Size::default();
        }
        let Some(selection) = self.selections.get(&name) else { return Size::default() };
        measuring.open.push(name.clone());
        let size = self.size(selection, measuring);
        measuring.open.pop();
        measuring.known.insert(name, size);
        size
    }
}

fn name_of(spread: &cst::FragmentSpread) -> String {
    let name = spread.fragment_name().and_then(|name| name.name());
    name.map(|name| name.text().to_string()).unwrap_or_default()
}

/// The boolean variables of an operation with their defaults.
fn defaults(operation: &cst::OperationDefinition) -> HashMap<String, bool> {
    let definitions = operation.variable_definitions();
    let definitions = definitions.iter().flat_map(cst::VariableDefinitions::variable_definitions);
    definitions
        .filter_map(|one| {
            let Some(Value::BooleanValue(default)) = one.default_value()?.value() else { return None };
            Some((one.variable()?.name()?.text().to_string(), default.true_token().is_some()))
        })
        .collect()
}

/// Gathers the fields directly below the operation.
struct Roots<'a> {
    fragments: &'a Fragments,
    defaults: HashMap<String, bool>,
    /// Fragments that were looked into, with the conditions there.
    spread: Vec<(String, Vec<Condition>)>,
    /// With the names under which the answer shows them.
    fields: Vec<(String, RootField)>,
}

impl Roots<'_> {
    fn collect(&mut self, selection: &cst::SelectionSet, outer: &[Condition]) {
        for entry in selection.selections() {
            let directives = match &entry {
                Selection::Field(field) => field.directives(),
                Selection::InlineFragment(inline) => inline.directives(),
                Selection::FragmentSpread(spread) => spread.directives(),
            };
            let Some(own) = self.conditions(directives.as_ref()) else { continue };
            let conditions = [outer, &own].concat();
            match entry {
                Selection::Field(field) => self.field(&field, conditions),
                Selection::InlineFragment(inline) => {
                    if let Some(inner) = inline.selection_set() {
                        self.collect(&inner, &conditions);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let place = (name_of(&spread), conditions);
                    if self.spread.len() >= MAX_NESTING || self.spread.contains(&place) {
                        continue;
                    }
                    self.spread.push(place.clone());
                    if let Some(inner) = self.fragments.selections.get(&place.0) {
                        self.collect(inner, &place.1);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &cst::Field, conditions: Vec<Condition>) {
        let Some(name) = field.name().map(|name| name.text().to_string()) else { return };
        // What begins like this is about the schema and in no schema.
        if name.starts_with("__") {
            return;
        }
        let alias = field.alias().and_then(|alias| alias.name()).map(|alias| alias.text().to_string());
        let key = alias.unwrap_or_else(|| name.clone());
        let field = RootField { name, conditions };
        if !self.fields.iter().any(|(known, one)| *known == key && *one == field) {
            self.fields.push((key, field));
        }
    }

    /// What `@include` and `@skip` ask for; nothing when they rule the place out for good.
    fn conditions(&self, directives: Option<&cst::Directives>) -> Option<Vec<Condition>> {
        let mut conditions = Vec::new();
        for directive in directives.into_iter().flat_map(cst::Directives::directives) {
            let wanted = match directive.name()?.text().as_str() {
                "include" => true,
                "skip" => false,
                _ => continue,
            };
            let argument = directive.arguments().and_then(|all| all.arguments().next());
            match argument.and_then(|argument| argument.value()) {
                Some(Value::BooleanValue(given)) if given.true_token().is_some() != wanted => return None,
                Some(Value::Variable(variable)) => {
                    let variable = variable.name()?.text().to_string();
                    let default = self.defaults.get(&variable).copied().unwrap_or(false);
                    conditions.push(Condition { variable, wanted, default });
                }
                _ => {}
            }
        }
        Some(conditions)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a script sends, reading it ends with a document or an error that has a place in it.
        #[test]
        fn nothing_makes_reading_fall_over(
            text in "(\\PC|[{}()\\[\\]$!:=@\\.\"#, \n]|query|fragment F on|\\.\\.\\.F|é|-?[0-9.e]+){0,60}",
        ) {
            if let Err(error) = parse(&text) {
                prop_assert!(error.line >= 1 && error.column >= 1);
                prop_assert!(error.shown(&text).contains(" of the document"));
            }
            let _ = crate::modules::own::graphql::schema::root_fields(&text);
        }
    }

    #[test]
    fn operations_are_measured() {
        let check = |text: &str, expected: &[(&str, &str, u32, u32, &[&str])]| {
            let found = parse(text).expect("it is a document").operations;
            let found: Vec<_> = found
                .iter()
                .map(|one| {
                    let fields: Vec<&str> = one.fields.iter().map(|field| field.name.as_str()).collect();
                    (one.name.as_deref().unwrap_or(""), one.kind.name(), one.depth, one.complexity, fields)
                })
                .collect();
            let expected = expected
                .iter()
                .map(|(name, kind, depth, size, fields)| (*name, *kind, *depth, *size, fields.to_vec()));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{text}");
        };
        check("{ health }", &[("", "query", 1, 1, &["health"])]);
        check("{ a { b { c d } __typename } __schema { types { name } } }", &[("", "query", 3, 7, &["a"])]);
        check(
            "query Q { a { ...F } ...R } fragment F on T { x y { z } } fragment R on Query { b { ...F ... { k } } a }",
            &[("Q", "query", 3, 10, &["a", "b"])],
        );
        check(
            "mutation M { one: add(n: 1) { id } two: add(n: 2) { id } } subscription S { told }",
            &[("M", "mutation", 2, 4, &["add", "add"]), ("S", "subscription", 1, 1, &["told"])],
        );
        check("fragment F on T { x }", &[]);
        // What servers refuse still has an end here.
        check("{ a { ...F } } fragment F on T { x ...F ...G }", &[("", "query", 2, 2, &["a"])]);
    }

    #[test]
    fn fields_that_depend_on_variables_say_so() {
        let text = "query($v: Boolean = true, $w: Boolean!) {
            a @include(if: $v) b @skip(if: $w) c @include(if: false) d @skip(if: false)
            ... @include(if: $w) { e @skip(if: $v) } }";
        let fields = &parse(text).expect("it is a document").operations[0].fields;
        let of =
            |variable: &str, wanted, default| Condition { variable: variable.to_owned(), wanted, default };
        let expected = [
            ("a", vec![of("v", true, true)]),
            ("b", vec![of("w", false, false)]),
            ("d", vec![]),
            ("e", vec![of("w", true, false), of("v", false, true)]),
        ];
        let found: Vec<_> =
            fields.iter().map(|field| (field.name.as_str(), field.conditions.clone())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn errors_name_their_place() {
        let check = |text: &str, line: usize, column: usize| {
            let error = parse(text).expect_err("it is no document");
            assert_eq!((error.line, error.column), (line, column), "{text}: {}", error.message);
            assert!(error.shown(text).contains('^'), "{}", error.shown(text));
        };
        check("{ a(b: ) }", 1, 8);
        check("query Q {\n  products { id }\n  }}", 3, 4);
        check("{ é ? }", 1, 3);
        let deep = format!("{}x{}", "{a".repeat(1000), "}".repeat(1000));
        assert!(parse(&deep).expect_err("too deep").message.contains("deeper"));
    }

    #[test]
    fn fragments_that_multiply_are_counted_without_being_walked() {
        let mut text = "{ a { ...F0 } }".to_owned();
        for n in 0..60 {
            text.push_str(&format!(" fragment F{n} on T {{ ...F{m} ...F{m} }}", m = n + 1));
        }
        text.push_str(" fragment F60 on T { x }");
        let operation = &parse(&text).expect("it is a document").operations[0];
        assert_eq!((operation.depth, operation.complexity), (2, u32::MAX));
    }
}
