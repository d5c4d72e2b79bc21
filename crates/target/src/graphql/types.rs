//! The shop's types, read from `schema.graphql`, and what introspection says of them.
//!
//! Main type: [`Types`]. It reads the part of the schema language that the two files beside it use: types, inputs,
//! scalars, descriptions, arguments with defaults.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::lex::{Error, Lexer, Place, Token};

/// The schema as text, for tools that want it.
pub const TEXT: &str = include_str!("schema.graphql");
const META: &str = include_str!("introspection.graphql");
const SCALARS: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// A field, or an argument or a member of an input.
struct Member {
    name: String,
    /// As written: `[String]!`.
    kind: String,
    description: Option<String>,
    default: Option<String>,
    arguments: Vec<Member>,
}

/// A type with fields, an input or a scalar.
struct Definition {
    name: String,
    /// `OBJECT`, `INPUT_OBJECT` or `SCALAR`.
    kind: &'static str,
    members: Vec<Member>,
}

/// All types.
pub struct Types {
    own: Vec<Definition>,
    meta: Vec<Definition>,
    described: Value,
}

/// The shop's types; read once.
pub fn types() -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES.get_or_init(|| {
        let own = read(TEXT).expect("the schema beside this file is well formed, which a test proves");
        let meta = read(META).expect("so is the one of introspection");
        let described = described(&own);
        Types { own, meta, described }
    })
}

impl Types {
    fn object(&self, name: &str) -> Option<&Definition> {
        let all = if name.starts_with("__") { &self.meta } else { &self.own };
        all.iter().find(|definition| definition.name == name && definition.kind == "OBJECT")
    }

    /// Whether a type of this name has fields.
    pub fn has_fields(&self, name: &str) -> bool {
        self.object(name).is_some()
    }

    /// The type of a field, as written.
    pub fn field(&self, object: &str, field: &str) -> Option<&str> {
        if object == "Query" {
            match field {
                "__schema" => return Some("__Schema"),
                "__type" => return Some("__Type"),
                _ => {}
            }
        }
        let member = self.object(object)?.members.iter().find(|member| member.name == field);
        member.map(|member| member.kind.as_str())
    }

    /// What `__schema` is.
    pub fn introspected(&self) -> &Value {
        &self.described
    }

    /// What `__type(name:)` is; null when there is none.
    pub fn introspected_type(&self, name: &str) -> Value {
        let all = self.described["types"].as_array();
        all.and_then(|all| all.iter().find(|one| one["name"] == name)).cloned().unwrap_or_default()
    }
}

/// The type inside brackets and bangs.
pub fn bare(kind: &str) -> &str {
    kind.trim_matches(['[', ']', '!'])
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    token: Token,
    place: Place,
}

fn read(text: &str) -> Result<Vec<Definition>, Error> {
    let mut lexer = Lexer::new(text);
    let (token, place) = lexer.next()?;
    let mut reader = Reader { lexer, token, place };
    let mut all = Vec::new();
    while reader.token != Token::End {
        let word = reader.name()?;
        let name = reader.name()?;
        let (kind, members) = match word.as_str() {
            "scalar" => ("SCALAR", Vec::new()),
            "input" => ("INPUT_OBJECT", reader.members("{", "}")?),
            _ => ("OBJECT", reader.members("{", "}")?),
        };
        all.push(Definition { name, kind, members });
    }
    Ok(all)
}

impl Reader<'_> {
    fn advance(&mut self) -> Result<Token, Error> {
        let (next, place) = self.lexer.next()?;
        self.place = place;
        Ok(std::mem::replace(&mut self.token, next))
    }

    fn take(&mut self, sign: &'static str) -> Result<bool, Error> {
        let found = self.token == Token::Punctuation(sign);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn need(&mut self, sign: &'static str) -> Result<(), Error> {
        if self.take(sign)? {
            return Ok(());
        }
        Err(Error {
            message: format!("Expected \"{sign}\", found {}.", self.token.shown()),
            place: self.place,
        })
    }

    fn name(&mut self) -> Result<String, Error> {
        let place = self.place;
        match self.advance()? {
            Token::Name(name) => Ok(name),
            other => Err(Error { message: format!("Expected Name, found {}.", other.shown()), place }),
        }
    }

    /// Members between two signs: fields between braces, arguments between parentheses.
    fn members(&mut self, open: &'static str, close: &'static str) -> Result<Vec<Member>, Error> {
        let mut members = Vec::new();
        if !self.take(open)? {
            return Ok(members);
        }
        while !self.take(close)? {
            let description = match &self.token {
                Token::Text(text) => Some(text.clone()),
                _ => None,
            };
            if description.is_some() {
                self.advance()?;
            }
            let name = self.name()?;
            let arguments = self.members("(", ")")?;
            self.need(":")?;
            let kind = self.kind()?;
            let default = if self.take("=")? { Some(self.advance()?) } else { None };
            let default = default.map(|token| match token {
                Token::Int(number) => number.to_string(),
                other => other.shown(),
            });
            members.push(Member { name, kind, description, default, arguments });
        }
        Ok(members)
    }

    fn kind(&mut self) -> Result<String, Error> {
        let mut kind = if self.take("[")? {
            let inner = self.kind()?;
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
}

fn described(own: &[Definition]) -> Value {
    let named = |name: &str| json!({"kind": "OBJECT", "name": name, "ofType": null});
    let builtin = SCALARS.iter().map(|name| json!({"kind": "SCALAR", "name": name}));
    let types: Vec<Value> =
        own.iter().map(|definition| described_type(own, definition)).chain(builtin).collect();
    let condition = json!([{"name": "if", "type": reference(own, "Boolean!")}]);
    let directive = |name: &str| {
        json!({"name": name, "args": condition, "isRepeatable": false,
            "locations": ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"]})
    };
    json!({
        "queryType": named("Query"),
        "mutationType": named("Mutation"),
        "subscriptionType": named("Subscription"),
        "types": types,
        "directives": [directive("include"), directive("skip")],
    })
}

fn described_type(own: &[Definition], definition: &Definition) -> Value {
    let inputs = |members: &[Member]| -> Vec<Value> {
        members
            .iter()
            .map(|member| {
                json!({"name": member.name, "description": member.description, "defaultValue": member.default,
                    "isDeprecated": false, "type": reference(own, &member.kind)})
            })
            .collect()
    };
    let mut described = json!({"kind": definition.kind, "name": definition.name});
    match definition.kind {
        "OBJECT" => {
            let fields = definition.members.iter().map(|field| {
                json!({"name": field.name, "description": field.description, "isDeprecated": false,
                    "args": inputs(&field.arguments), "type": reference(own, &field.kind)})
            });
            described["fields"] = fields.collect();
            described["interfaces"] = json!([]);
        }
        "INPUT_OBJECT" => described["inputFields"] = inputs(&definition.members).into(),
        _ => {}
    }
    described
}

/// What a field says of its type: the name with whatever is wrapped around it.
fn reference(own: &[Definition], kind: &str) -> Value {
    if let Some(inner) = kind.strip_suffix('!') {
        return json!({"kind": "NON_NULL", "name": null, "ofType": reference(own, inner)});
    }
    if let Some(inner) = kind.strip_prefix('[') {
        let inner = inner.strip_suffix(']').unwrap_or(inner);
        return json!({"kind": "LIST", "name": null, "ofType": reference(own, inner)});
    }
    let known = own.iter().find(|definition| definition.name == kind);
    json!({"kind": known.map_or("SCALAR", |definition| definition.kind), "name": kind, "ofType": null})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_whole() {
        let types = types();
        let known = |kind: &str| {
            SCALARS.contains(&bare(kind))
                || types.own.iter().chain(&types.meta).any(|one| one.name == bare(kind))
        };
        for definition in types.own.iter().chain(&types.meta) {
            for member in &definition.members {
                let all = std::iter::once(member).chain(&member.arguments);
                all.for_each(|one| assert!(known(&one.kind), "{}.{}", definition.name, one.name));
            }
        }
        assert_eq!(types.field("Query", "products"), Some("[Product]"));
        assert_eq!(types.field("Mutation", "products"), None);
        assert!(types.has_fields("Order") && !types.has_fields("CartInput") && !types.has_fields("String"));
        let field = &types.introspected_type("Mutation")["fields"][0];
        assert_eq!((&field["name"], &field["args"][0]["name"]), (&json!("addToCart"), &json!("input")));
        assert_eq!(field["args"][0]["type"]["ofType"]["kind"], "INPUT_OBJECT");
    }
}
