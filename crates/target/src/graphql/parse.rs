//! GraphQL documents: operations and fragments, as trees.
//!
//! Main type: [`Document`]. Type definitions are not read: clients do not send them.

use serde_json::Number;

pub use super::lex::Error;
use super::lex::{Lexer, Place, Token};

/// How deep selections may nest; deeper ones are refused before they cost anything.
const MAX_DEPTH: usize = 32;

/// A value as written: it may hold variables.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `$name`
    Variable(String),
    /// A number, text, truth or null.
    Plain(serde_json::Value),
    /// A bare word.
    Enum(String),
    /// `[…]`
    List(Vec<Value>),
    /// `{…}`
    Object(Vec<(String, Value)>),
}

/// Named values in brackets.
pub type Arguments = Vec<(String, Value)>;

/// `@name(…)`
#[derive(Clone, PartialEq, Debug)]
pub struct Directive {
    /// Without the sign.
    pub name: String,
    /// In brackets.
    pub arguments: Arguments,
}

/// One entry of a selection.
#[derive(Clone, PartialEq, Debug)]
pub enum Selection {
    /// A field.
    Field(Field),
    /// `...Name`
    Spread(String, Vec<Directive>),
    /// `... on Type { … }`; the type may be left out.
    Inline(Option<String>, Vec<Directive>, Vec<Selection>),
}

/// A field with everything that belongs to it.
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// The name in the answer, when it differs.
    pub alias: Option<String>,
    /// The field's name.
    pub name: String,
    /// In brackets.
    pub arguments: Arguments,
    /// Behind them.
    pub directives: Vec<Directive>,
    /// What is wanted of it; empty for leaves.
    pub selection: Vec<Selection>,
    /// Where it stands.
    pub place: Place,
}

impl Field {
    /// The name in the answer.
    pub fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

/// `$name: Type = default`
#[derive(Clone, PartialEq, Debug)]
pub struct Variable {
    /// Without the sign.
    pub name: String,
    /// As written.
    pub kind: String,
    /// What it is when nothing is given.
    pub default: Option<Value>,
}

/// A query, mutation or subscription.
#[derive(Clone, PartialEq, Debug)]
pub struct Operation {
    /// `Query`, `Mutation` or `Subscription`: the type its fields are of.
    pub root: &'static str,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its variables.
    pub variables: Vec<Variable>,
    /// What is wanted.
    pub selection: Vec<Selection>,
}

/// `fragment Name on Type { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct Fragment {
    /// Its name.
    pub name: String,
    /// The type it is for.
    pub on: String,
    /// What is wanted.
    pub selection: Vec<Selection>,
}

/// Everything that one request holds.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document {
    operations: Vec<Operation>,
    fragments: Vec<Fragment>,
}

impl Document {
    /// The operation of that name, or the only one.
    pub fn operation(&self, name: Option<&str>) -> Result<&Operation, String> {
        match (name, self.operations.as_slice()) {
            (_, []) => Err("Must provide an operation.".to_owned()),
            // A name on a single anonymous operation is a label that clients add; it does no harm.
            (None, [only]) => Ok(only),
            (Some(_), [only]) if only.name.is_none() => Ok(only),
            (None, _) => Err("Must provide operation name if query contains multiple operations.".to_owned()),
            (Some(name), all) => {
                let found = all.iter().find(|operation| operation.name.as_deref() == Some(name));
                found.ok_or_else(|| format!("Unknown operation named \"{name}\"."))
            }
        }
    }

    /// The fragment of that name.
    pub fn fragment(&self, name: &str) -> Option<&Fragment> {
        self.fragments.iter().find(|fragment| fragment.name == name)
    }
}

/// Reads a document.
pub fn document(text: &str) -> Result<Document, Error> {
    let mut parser = Parser::new(text)?;
    let mut document = Document::default();
    while parser.token != Token::End {
        match &parser.token {
            Token::Punctuation("{") => {
                let selection = parser.selection(0)?;
                document.operations.push(Operation {
                    root: "Query",
                    name: None,
                    variables: Vec::new(),
                    selection,
                });
            }
            Token::Name(word) => match word.as_str() {
                "query" => document.operations.push(parser.operation("Query")?),
                "mutation" => document.operations.push(parser.operation("Mutation")?),
                "subscription" => document.operations.push(parser.operation("Subscription")?),
                "fragment" => document.fragments.push(parser.fragment()?),
                _ => return Err(parser.unexpected()),
            },
            _ => return Err(parser.unexpected()),
        }
    }
    Ok(document)
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    place: Place,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, Error> {
        let mut lexer = Lexer::new(text);
        let (token, place) = lexer.next()?;
        Ok(Self { lexer, token, place })
    }

    fn advance(&mut self) -> Result<Token, Error> {
        let (next, place) = self.lexer.next()?;
        self.place = place;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn unexpected(&self) -> Error {
        Error { message: format!("Unexpected {}.", self.token.shown()), place: self.place }
    }

    fn expected(&self, what: &str) -> Error {
        Error { message: format!("Expected {what}, found {}.", self.token.shown()), place: self.place }
    }

    /// Takes that sign if it is next.
    fn take(&mut self, sign: &'static str) -> Result<bool, Error> {
        let found = self.token == Token::Punctuation(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn need(&mut self, sign: &'static str) -> Result<(), Error> {
        if self.take(sign)? { Ok(()) } else { Err(self.expected(&format!("\"{sign}\""))) }
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Name(name) if name == word)
    }

    fn name(&mut self) -> Result<String, Error> {
        if !matches!(self.token, Token::Name(_)) {
            return Err(self.expected("Name"));
        }
        match self.advance()? {
            Token::Name(name) => Ok(name),
            _ => Err(self.expected("Name")),
        }
    }

    fn operation(&mut self, root: &'static str) -> Result<Operation, Error> {
        self.advance()?;
        let name = if matches!(self.token, Token::Name(_)) { Some(self.name()?) } else { None };
        let mut variables = Vec::new();
        if self.take("(")? {
            while !self.take(")")? {
                self.need("$")?;
                let name = self.name()?;
                self.need(":")?;
                let kind = self.kind(0)?;
                let default = if self.take("=")? { Some(self.value(0)?) } else { None };
                variables.push(Variable { name, kind, default });
            }
        }
        self.directives()?;
        Ok(Operation { root, name, variables, selection: self.selection(0)? })
    }

    fn fragment(&mut self) -> Result<Fragment, Error> {
        self.advance()?;
        let name = self.name()?;
        if !self.is_word("on") {
            return Err(self.expected("\"on\""));
        }
        self.advance()?;
        let on = self.name()?;
        self.directives()?;
        Ok(Fragment { name, on, selection: self.selection(0)? })
    }

    /// A type, such as `[FilterInput!]!`.
    fn kind(&mut self, depth: usize) -> Result<String, Error> {
        self.shallow(depth)?;
        let mut kind = if self.take("[")? {
            let inner = self.kind(depth + 1)?;
            self.need("]")?;
            format!("[{inner}]")
        } else {
            self.name()?
        };
        if self.take("!")? {
            kind.push('!');
        }
        Ok(kind)
    }

    fn shallow(&self, depth: usize) -> Result<(), Error> {
        if depth < MAX_DEPTH {
            return Ok(());
        }
        Err(Error { message: format!("Nested deeper than {MAX_DEPTH} levels."), place: self.place })
    }

    fn selection(&mut self, depth: usize) -> Result<Vec<Selection>, Error> {
        self.shallow(depth)?;
        self.need("{")?;
        let mut selection = Vec::new();
        while !self.take("}")? {
            selection.push(if self.take("...")? { self.spread(depth)? } else { self.field(depth)? });
        }
        if selection.is_empty() { Err(self.expected("Name")) } else { Ok(selection) }
    }

    fn spread(&mut self, depth: usize) -> Result<Selection, Error> {
        if matches!(self.token, Token::Name(_)) && !self.is_word("on") {
            return Ok(Selection::Spread(self.name()?, self.directives()?));
        }
        let on = if self.is_word("on") {
            self.advance()?;
            Some(self.name()?)
        } else {
            None
        };
        let directives = self.directives()?;
        Ok(Selection::Inline(on, directives, self.selection(depth + 1)?))
    }

    fn field(&mut self, depth: usize) -> Result<Selection, Error> {
        let place = self.place;
        let first = self.name()?;
        let (alias, name) = if self.take(":")? { (Some(first), self.name()?) } else { (None, first) };
        let arguments = self.arguments(depth)?;
        let directives = self.directives()?;
        let open = self.token == Token::Punctuation("{");
        let selection = if open { self.selection(depth + 1)? } else { Vec::new() };
        Ok(Selection::Field(Field { alias, name, arguments, directives, selection, place }))
    }

    fn arguments(&mut self, depth: usize) -> Result<Arguments, Error> {
        let mut arguments = Vec::new();
        if self.take("(")? {
            while !self.take(")")? {
                let name = self.name()?;
                self.need(":")?;
                arguments.push((name, self.value(depth)?));
            }
        }
        Ok(arguments)
    }

    fn directives(&mut self) -> Result<Vec<Directive>, Error> {
        let mut directives = Vec::new();
        while self.take("@")? {
            directives.push(Directive { name: self.name()?, arguments: self.arguments(0)? });
        }
        Ok(directives)
    }

    fn value(&mut self, depth: usize) -> Result<Value, Error> {
        self.shallow(depth)?;
        if self.take("$")? {
            return Ok(Value::Variable(self.name()?));
        }
        if self.take("[")? {
            let mut list = Vec::new();
            while !self.take("]")? {
                list.push(self.value(depth + 1)?);
            }
            return Ok(Value::List(list));
        }
        if self.take("{")? {
            let mut fields = Vec::new();
            while !self.take("}")? {
                let name = self.name()?;
                self.need(":")?;
                fields.push((name, self.value(depth + 1)?));
            }
            return Ok(Value::Object(fields));
        }
        if matches!(self.token, Token::Punctuation(_) | Token::End) {
            return Err(self.unexpected());
        }
        let plain = match self.advance()? {
            Token::Name(word) => match word.as_str() {
                "true" => true.into(),
                "false" => false.into(),
                "null" => serde_json::Value::Null,
                _ => return Ok(Value::Enum(word)),
            },
            Token::Int(number) => number.into(),
            Token::Float(number) => Number::from_f64(number).map_or(serde_json::Value::Null, Into::into),
            Token::Text(text) => text.into(),
            Token::Punctuation(_) | Token::End => return Err(self.unexpected()),
        };
        Ok(Value::Plain(plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever a client sends, reading it ends with a document or an error that has a place.
        #[test]
        fn nothing_makes_the_parser_fall_over(
            text in "(\\PC|[{}()\\[\\]$!:=@\\.\"#, \n]|query|fragment|on|-?[0-9.e]+){0,60}",
        ) {
            if let Err(error) = document(&text) {
                prop_assert!(error.place.line >= 1 && error.place.column >= 1);
            }
        }
    }

    #[test]
    fn documents_are_read() {
        let text = r#"
            query Both($id: ID!, $n: Int = 3) { # a comment
              one: product(id: $id) { ...Short, reviews(limit: $n) @include(if: true) { rating } }
              list: products(filters: {category: "books", tags: [NEW, "x\n"], max: 1.5}) { id }
              ... on Query { me { id } }
            }
            fragment Short on Product { id name }
        "#;
        let document = document(text).unwrap();
        let operation = document.operation(Some("Both")).unwrap();
        assert_eq!((operation.root, operation.variables.len()), ("Query", 2));
        assert_eq!(operation.variables[0].kind, "ID!");
        let Selection::Field(one) = &operation.selection[0] else { panic!("a field comes first") };
        assert_eq!((one.key(), one.name.as_str(), one.selection.len()), ("one", "product", 2));
        assert_eq!(document.fragment("Short").unwrap().on, "Product");
        assert!(document.operation(Some("Other")).is_err());
    }

    #[test]
    fn errors_name_their_place() {
        let check = |text: &str, message: &str, line: usize, column: usize| {
            let error = document(text).unwrap_err();
            assert_eq!(error.message, message, "{text}");
            assert_eq!(error.place, Place { line, column }, "{text}");
        };
        check("{", "Expected Name, found <EOF>.", 1, 2);
        check("{ a(", "Expected Name, found <EOF>.", 1, 5);
        check("{ a }\n}", "Unexpected \"}\".", 2, 1);
        check("{ a(b: \"x) }", "Unterminated string.", 1, 8);
        check("{ a ? }", "Unexpected character: \"?\".", 1, 5);
        check("{ }", "Expected Name, found <EOF>.", 1, 4);
        check("schema { q: Q }", "Unexpected Name \"schema\".", 1, 1);
        assert!(document(&"{a".repeat(100)).unwrap_err().message.contains("deeper"));
        assert!(document(&format!("{{ a(b: {} }}", "[".repeat(100))).unwrap_err().message.contains("deeper"));
    }
}
