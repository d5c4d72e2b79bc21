//! Artillery's templates, by its exact rules.
//!
//! Main types: [`Template`], a text that was looked at once, and [`Tree`], JSON with templates in it. A call such as
//! `{{ $randomNumber(1,5) }}` goes first and puts text in place; then variables. A template that is the whole text
//! keeps the variable's type, and an undefined one makes the key around it vanish. What fits neither form stays as
//! it is written, except for functions that people write though Artillery has none (see [`super::functions`]): unless
//! the rules are to be strict, these work.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::filling::{fill, find_call, find_variable, name_in, push, render};
use super::functions::{self, Functions};
use super::js;
use super::vars::Vars;
use crate::random::Random;

/// What templates are filled from.
pub struct Scope<'a> {
    /// The user's variables.
    pub vars: &'a Vars,
    /// The functions that there are.
    pub functions: &'a Functions,
    /// Where random values come from.
    pub random: &'a mut Random,
}

/// A text that may hold templates.
#[derive(Clone, Debug)]
pub struct Template {
    source: Box<str>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Plain,
    /// One variable and nothing else.
    Whole(Box<str>),
    /// Text with variables.
    Pieces(Vec<Piece>),
    /// Text with calls, gone through by the rules each time.
    Calls,
    /// Text with what only we understand.
    Lenient(Vec<Piece>),
}

#[derive(Clone, Debug)]
enum Piece {
    Text(Box<str>),
    Variable(Box<str>),
    Expression(functions::Expression),
}

/// Something about a template that its author should know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// It calls a function that does not exist: Artillery makes the whole value undefined.
    Unknown(String),
    /// It calls a function that Artillery has not, but we have.
    Extension(String),
    /// It fits no form and is sent as it stands.
    Verbatim(String),
}

impl Template {
    /// Looks at a text; `functions` says what it may call.
    #[must_use]
    pub fn new(source: &str, functions: &Functions) -> Self {
        let form = if !source.contains("{{") {
            Form::Plain
        } else if let Some(pieces) = lenient(source, functions) {
            Form::Lenient(pieces)
        } else if find_call(source).is_some() {
            Form::Calls
        } else {
            match variables(source) {
                pieces if pieces.is_empty() => Form::Plain,
                mut pieces => match pieces.as_mut_slice() {
                    [Piece::Variable(name)] => Form::Whole(std::mem::take(name)),
                    _ => Form::Pieces(pieces),
                },
            }
        };
        Self { source: source.into(), form }
    }

    /// As it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is always the same.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.form, Form::Plain)
    }

    /// The value; `None` is undefined.
    #[must_use]
    pub fn value(&self, scope: &mut Scope<'_>) -> Option<Value> {
        match &self.form {
            Form::Plain => Some(Value::from(&*self.source)),
            Form::Whole(name) => scope.vars.get(name).map(Cow::into_owned),
            Form::Calls => render(&self.source, scope),
            Form::Pieces(_) => self.text(scope).map(|text| Value::from(text.into_owned())),
            Form::Lenient(pieces) => match pieces.as_slice() {
                [Piece::Expression(expression)] => expression.value(scope),
                _ => self.text(scope).map(|text| Value::from(text.into_owned())),
            },
        }
    }

    /// The value as text, `undefined` as nothing.
    #[must_use]
    pub fn text(&self, scope: &mut Scope<'_>) -> Option<Cow<'_, str>> {
        match &self.form {
            Form::Plain => Some(Cow::Borrowed(&self.source)),
            Form::Whole(name) => scope.vars.get(name).map(|value| match value {
                Cow::Borrowed(Value::String(text)) => Cow::Owned(text.clone()),
                value => Cow::Owned(js::text_of(Some(&value))),
            }),
            Form::Calls => render(&self.source, scope).map(|value| match value {
                Value::String(text) => Cow::Owned(text),
                value => Cow::Owned(js::text_of(Some(&value))),
            }),
            Form::Pieces(pieces) => {
                let mut made = String::with_capacity(self.source.len() + 16);
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => made.push_str(text),
                        Piece::Variable(name) => {
                            let start = made.len();
                            push(&mut made, scope.vars.get(name).as_deref());
                            // Such values are put in by rules that look at the text again.
                            if made[start..].contains("{{") || made[start..].contains('$') {
                                return fill(&self.source, scope).map(Cow::Owned);
                            }
                        }
                        Piece::Expression(_) => {}
                    }
                }
                Some(Cow::Owned(made))
            }
            Form::Lenient(pieces) => {
                let mut made = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => made.push_str(text),
                        Piece::Variable(name) => push(&mut made, scope.vars.get(name).as_deref()),
                        Piece::Expression(expression) => {
                            let value = expression.value(scope);
                            push(&mut made, value.as_ref());
                        }
                    }
                }
                Some(Cow::Owned(made))
            }
        }
    }

    /// What its author should know.
    #[must_use]
    pub fn findings(&self, functions: &Functions) -> Vec<Finding> {
        let mut findings = Vec::new();
        match &self.form {
            Form::Lenient(pieces) => {
                let names = pieces.iter().filter_map(|piece| match piece {
                    Piece::Expression(expression) => Some(Finding::Extension(expression.source.to_string())),
                    _ => None,
                });
                findings.extend(names);
            }
            Form::Calls => {
                if let Some(call) = find_call(&self.source)
                    && !functions.has(call.name)
                {
                    findings.push(Finding::Unknown(call.name.to_owned()));
                }
            }
            Form::Plain | Form::Pieces(_) | Form::Whole(_) => {}
        }
        if !matches!(self.form, Form::Calls) {
            let text = match &self.form {
                Form::Pieces(pieces) | Form::Lenient(pieces) => pieces
                    .iter()
                    .filter_map(|piece| if let Piece::Text(text) = piece { Some(&**text) } else { None })
                    .collect::<Vec<_>>()
                    .join(" "),
                Form::Plain => self.source.to_string(),
                Form::Whole(_) | Form::Calls => String::new(),
            };
            if let Some(start) = text.find("{{") {
                let end = text[start..].find("}}").map_or(text.len(), |end| start + end + 2);
                findings.push(Finding::Verbatim(text[start..end].to_owned()));
            }
        }
        findings
    }
}

/// Text and variables, in order; empty when there is no variable.
fn variables(source: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some((start, end)) = find_variable(source, from) {
        if start > from {
            pieces.push(Piece::Text(source[from..start].into()));
        }
        pieces.push(Piece::Variable(name_in(&source[start..end]).into()));
        from = end;
    }
    if from > 0 && from < source.len() {
        pieces.push(Piece::Text(source[from..].into()));
    }
    pieces
}

/// Pieces of a text that calls functions which only we have.
fn lenient(source: &str, functions: &Functions) -> Option<Vec<Piece>> {
    if functions.has_nothing_of_ours() {
        return None;
    }
    let mut pieces = Vec::new();
    let mut any = false;
    let mut from = 0;
    while let Some(found) = source[from..].find("{{") {
        let start = from + found;
        let Some(length) = source[start..].find("}}") else { break };
        let end = start + length + 2;
        let inner = source[start + 2..end - 2].trim();
        if start > from {
            pieces.push(Piece::Text(source[from..start].into()));
        }
        if let Some(expression) = functions::Expression::parse(inner, functions) {
            any |= expression.is_extension();
            pieces.push(Piece::Expression(expression));
        } else if find_variable(&source[start..end], 0) == Some((0, end - start)) {
            pieces.push(Piece::Variable(name_in(&source[start..end]).into()));
        } else {
            pieces.push(Piece::Text(source[start..end].into()));
        }
        from = end;
    }
    if from < source.len() {
        pieces.push(Piece::Text(source[from..].into()));
    }
    any.then_some(pieces)
}

/// JSON with templates in it.
#[derive(Clone, Debug)]
pub enum Tree {
    /// Always the same.
    Fixed(Value),
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<Tree>),
    /// An object.
    Map(Vec<(Template, Tree)>),
}

impl Tree {
    /// Looks at a value once.
    #[must_use]
    pub fn new(value: &Value, functions: &Functions) -> Self {
        match value {
            Value::String(text) if text.contains("{{") => Self::Text(Template::new(text, functions)),
            Value::Array(items) => {
                let items: Vec<Self> = items.iter().map(|item| Self::new(item, functions)).collect();
                if items.iter().all(Self::is_fixed) { Self::Fixed(value.clone()) } else { Self::List(items) }
            }
            Value::Object(members) => {
                let members: Vec<(Template, Self)> = members
                    .iter()
                    .map(|(key, value)| (Template::new(key, functions), Self::new(value, functions)))
                    .collect();
                if members.iter().all(|(key, value)| key.is_plain() && value.is_fixed()) {
                    Self::Fixed(value.clone())
                } else {
                    Self::Map(members)
                }
            }
            other => Self::Fixed(other.clone()),
        }
    }

    /// Whether it is always the same.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    /// The members of an object, also those that are undefined; nothing when it is none.
    #[must_use]
    pub fn members(&self, scope: &mut Scope<'_>) -> Option<Vec<(String, Option<Value>)>> {
        let Self::Map(members) = self else {
            let value = self.value(scope)?;
            let Value::Object(members) = value else { return None };
            return Some(members.into_iter().map(|(key, value)| (key, Some(value))).collect());
        };
        let member = |(key, value): &(Template, Self)| {
            let key = key.text(scope).map_or_else(|| "undefined".to_owned(), Cow::into_owned);
            (key, value.value(scope))
        };
        Some(members.iter().map(member).collect())
    }

    /// The value; what is undefined leaves an object, and is null in a list.
    #[must_use]
    pub fn value(&self, scope: &mut Scope<'_>) -> Option<Value> {
        match self {
            Self::Fixed(value) => Some(value.clone()),
            Self::Text(template) => template.value(scope),
            Self::List(items) => Some(Value::Array(
                items.iter().map(|item| item.value(scope).unwrap_or(Value::Null)).collect(),
            )),
            Self::Map(members) => {
                let mut object = Map::with_capacity(members.len());
                for (key, value) in members {
                    let key = key.text(scope).map_or_else(|| "undefined".to_owned(), Cow::into_owned);
                    if let Some(value) = value.value(scope) {
                        object.insert(key, value);
                    }
                }
                Some(Value::Object(object))
            }
        }
    }
}

/// Fills a value's templates once, without keeping anything: for the configuration.
#[must_use]
pub fn fill_value(value: &Value, scope: &mut Scope<'_>) -> Option<Value> {
    let functions = scope.functions;
    Tree::new(value, functions).value(scope)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn vars() -> Vars {
        let object = json!({
            "n": 5, "no": false, "blank": "", "nothing": null, "o": {"a": [1, {"x y": 2}]},
            "dollars": "b$1c$$d", "inner": "{{ n }}", "users": "u1", "self": "{{ self }}",
        });
        Vars::new(Arc::new(object.as_object().cloned().expect("it is one")))
    }

    fn value(text: &str, strict: bool) -> Option<Value> {
        let lists = json!({"users": [["a", 1]]});
        let functions = Functions::new(false, strict, lists.as_object().cloned().expect("it is one"));
        let (vars, mut random) = (vars(), Random::new(1, 1));
        let mut scope = Scope { vars: &vars, functions: &functions, random: &mut random };
        Tree::new(&json!([text]), &functions).value(&mut scope)?;
        Template::new(text, &functions).value(&mut scope)
    }

    #[test]
    fn templates_are_filled_by_the_rules() {
        let check = |text: &str, wanted: Value| assert_eq!(value(text, true), Some(wanted), "{text}");
        check("{{ n }}", json!(5));
        check("{{n}}", json!(5));
        check("{{{ n }}}", json!(5));
        check(" {{ n }}", json!(" 5"));
        check("{{ n }}{{ n }}", json!("55"));
        check("{{ no }}|{{ blank }}|{{ nothing }}|{{ gone }}", json!("false||null|undefined"));
        check("o={{ o }}", json!(r#"o={"a":[1,{"x y":2}]}"#));
        check("{{ o.a[1]['x y'] }}", json!(2));
        check("{{ dollars }}", json!("b$1c$$d"));
        check("<{{ dollars }}>", json!("<b$1c$d>"));
        check("{{ inner }}", json!("{{ n }}"));
        check("<{{ inner }}>", json!("<5>"));
        check("{{ n + 1 }}", json!("{{ n + 1 }}"));
        check("{{ n }} {{ n + 1 }} {{", json!("5 {{ n + 1 }} {{"));
        check("{{}}", json!("{{}}"));
        check("{{ $randomNumber(7,7) }}", json!("7"));
        check("x{{ $randomNumber( 3 , 3 ) }}y{{ n }}", json!("x3y5"));
        check("{{ $randomNumber(-1, 1) }}", json!("{{ $randomNumber(-1, 1) }}"));
        assert_eq!(value("{{ gone }}", true), None);
        assert_eq!(value("is {{ $nope() }} here", true), None);
    }

    #[test]
    fn values_that_hold_themselves_come_to_an_end() {
        assert!(value("<{{ self }}>", true).is_some());
    }

    #[test]
    fn a_text_is_filled_in_however_much_it_holds() {
        let check = |template: &str, filled: &str| {
            let text = format!("<{}>", template.repeat(600));
            let wanted = format!("<{}>", filled.repeat(600));
            assert!(value(&text, true) == Some(Value::from(wanted)), "{template}");
        };
        check("{{ $randomNumber(3, 3) }}", "3");
        check("{{ n }}", "5");
        check("{{ n }}{{ $randomNumber(3, 3) }}", "53");
        // What looks like a pattern of replacement sends all of them the longer way.
        check("{{ dollars }}", "b$1c$d");
        check("{{ inner }}", "5");
    }

    #[test]
    fn functions_that_only_we_have_work_unless_it_is_strict() {
        let check = |text: &str, wanted: Value| assert_eq!(value(text, false), Some(wanted), "{text}");
        check("{{ $randomInt(3, 3) }}", json!(3));
        check("{{ $randomItem(users)[1] }}", json!(1));
        check("u-{{ $randomItem(users)[0] }}-{{ n }}", json!("u-a-5"));
        check("{{ $randomItem(['x']) }}", json!("x"));
        check("{{ $randomItem([1]) }} {{ n + 1 }}", json!("1 {{ n + 1 }}"));
        check("{{ gone || n }}", json!(5));
        check("{{ o.k || no || 'x' }}", json!("x"));
        check("at {{ blank || \"there\" }}", json!("at there"));
        check("{{ gone || n + 1 }}", json!("{{ gone || n + 1 }}"));
        assert_eq!(value("{{ $randomInt(3, 3) }}", true), None);
        assert_eq!(value("{{ $randomItem(users)[1] }}", true), Some(json!("{{ $randomItem(users)[1] }}")));
    }

    #[test]
    fn what_is_odd_is_found() {
        let functions = Functions::default();
        let check = |text: &str, wanted: &[Finding]| {
            assert_eq!(Template::new(text, &functions).findings(&functions), wanted, "{text}");
        };
        check("{{ n }} and {{ m }}", &[]);
        check("{{ $randomInt(1, 2) }}", &[Finding::Extension("$randomInt(1, 2)".to_owned())]);
        check("{{ $nope() }}", &[Finding::Unknown("$nope".to_owned())]);
        check("a {{ n | upper }}", &[Finding::Verbatim("{{ n | upper }}".to_owned())]);
    }
}
