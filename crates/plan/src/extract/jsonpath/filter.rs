//! Conditions and computed keys in paths: a small, closed language that looks like JavaScript.
//!
//! Main type: [`Expression`]. It has values, comparisons, arithmetic, `@`- and `$`-paths and a few methods of texts
//! and lists; it cannot loop.

use serde_json::Value;

use super::{Dialect, Path};

/// How deep an expression may nest.
const DEPTH_MAX: usize = 64;

/// Where an expression is evaluated.
pub(super) struct Here<'d> {
    pub(super) this: &'d Value,
    pub(super) root: &'d Value,
    pub(super) key: Option<Value>,
    pub(super) parent: Option<&'d Value>,
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Literal(Option<Value>),
    List(Vec<Expression>),
    Pattern(Box<regress::Regex>),
    This,
    Root,
    Key,
    ParentValue,
    Member(Box<Expression>, Box<Expression>),
    /// A path below `@` or `$` that may have several results.
    Deep(Box<Expression>, Path),
    Call(Box<Expression>, String, Vec<Expression>),
    Not(Box<Expression>),
    TypeOf(Box<Expression>),
    Minus(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Operator {
    Or,
    And,
    Same,
    Different,
    /// The same in kind too.
    Identical,
    NotIdentical,
    Less,
    LessOrSame,
    More,
    MoreOrSame,
    Fits,
    In,
    NotIn,
    /// A list, text or object with nothing in it, or with something, as the right side says.
    Empty,
    Plus,
    Minus,
    Times,
    Over,
    Rest,
}

/// Operators by strength, the weakest first; longer spellings before their beginnings.
const LEVELS: &[&[(&str, Operator)]] = &[
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("===", Operator::Identical),
        ("!==", Operator::NotIdentical),
        ("==", Operator::Same),
        ("!=", Operator::Different),
        ("=~", Operator::Fits),
        ("<=", Operator::LessOrSame),
        (">=", Operator::MoreOrSame),
        ("<", Operator::Less),
        (">", Operator::More),
        ("in ", Operator::In),
        ("nin ", Operator::NotIn),
        ("empty ", Operator::Empty),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("/", Operator::Over), ("%", Operator::Rest)],
];

impl Expression {
    pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Self, String> {
        let mut reader = Reader { rest: text.trim(), dialect, depth: 0 };
        let expression = reader.level(0)?;
        if reader.rest.trim().is_empty() {
            Ok(expression)
        } else {
            Err(format!("unexpected {:?}", reader.rest.trim()))
        }
    }

    pub(super) fn holds(&self, here: &Here<'_>) -> bool {
        is_true(self.value(here).as_ref())
    }

    pub(super) fn value(&self, here: &Here<'_>) -> Option<Value> {
        match self {
            Self::Literal(value) => value.clone(),
            Self::List(items) => {
                Some(items.iter().map(|item| item.value(here).unwrap_or(Value::Null)).collect())
            }
            Self::Pattern(_) => None,
            Self::This => Some(here.this.clone()),
            Self::Root => Some(here.root.clone()),
            Self::Key => here.key.clone(),
            Self::ParentValue => here.parent.cloned(),
            Self::Member(of, key) => {
                let of = of.value(here)?;
                match key.value(here)? {
                    Value::String(name) => member(&of, &name),
                    Value::Number(number) => member(&of, &number.to_string()),
                    _ => None,
                }
            }
            Self::Deep(of, path) => {
                let found = path.find(&of.value(here)?);
                if path.is_definite() { found.into_iter().next() } else { Some(Value::Array(found)) }
            }
            Self::Call(of, name, arguments) => match &**of {
                Self::Pattern(pattern) if name == "test" => {
                    let text =
                        arguments.first()?.value(here).as_ref().map_or_else(|| "undefined".to_owned(), text);
                    Some(Value::Bool(pattern.find(&text).is_some()))
                }
                of => call(&of.value(here)?, name, arguments, here),
            },
            Self::TypeOf(of) => Some(Value::from(match of.value(here) {
                None => "undefined",
                Some(Value::Bool(_)) => "boolean",
                Some(Value::Number(_)) => "number",
                Some(Value::String(_)) => "string",
                Some(Value::Null | Value::Array(_) | Value::Object(_)) => "object",
            })),
            Self::Not(of) => Some(Value::Bool(!of.holds(here))),
            Self::Minus(of) => of.value(here)?.as_f64().map(|number| whole(-number)),
            Self::Binary(operator, left, right) => binary(*operator, left, right, here),
        }
    }
}

fn binary(operator: Operator, left: &Expression, right: &Expression, here: &Here<'_>) -> Option<Value> {
    let first = left.value(here);
    match operator {
        Operator::Or if is_true(first.as_ref()) => return first,
        Operator::And if !is_true(first.as_ref()) => return first,
        Operator::Or | Operator::And => return right.value(here),
        Operator::Fits => return Some(Value::Bool(fits(first.as_ref(), right))),
        _ => {}
    }
    let second = right.value(here);
    let order = || match (first.as_ref()?, second.as_ref()?) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (a, b) => number(a)?.partial_cmp(&number(b)?),
    };
    let sum =
        |make: fn(f64, f64) -> f64| Some(whole(make(number(first.as_ref()?)?, number(second.as_ref()?)?)));
    let holds = match operator {
        Operator::Same => same(first.as_ref(), second.as_ref()),
        Operator::Different => !same(first.as_ref(), second.as_ref()),
        Operator::Identical => identical(first.as_ref(), second.as_ref()),
        Operator::NotIdentical => !identical(first.as_ref(), second.as_ref()),
        Operator::Less => order().is_some_and(std::cmp::Ordering::is_lt),
        Operator::LessOrSame => order().is_some_and(std::cmp::Ordering::is_le),
        Operator::More => order().is_some_and(std::cmp::Ordering::is_gt),
        Operator::MoreOrSame => order().is_some_and(std::cmp::Ordering::is_ge),
        Operator::In => contains(second.as_ref(), first.as_ref()),
        Operator::NotIn => !contains(second.as_ref(), first.as_ref()),
        Operator::Empty => {
            let is_empty = match first.as_ref()? {
                Value::Array(items) => items.is_empty(),
                Value::String(text) => text.is_empty(),
                Value::Object(map) => map.is_empty(),
                _ => return None,
            };
            is_empty == is_true(second.as_ref())
        }
        Operator::Plus => {
            if let (Some(Value::String(a)), Some(b)) = (&first, &second) {
                return Some(Value::from(format!("{a}{}", text(b))));
            }
            return sum(|a, b| a + b);
        }
        Operator::Minus => return sum(|a, b| a - b),
        Operator::Times => return sum(|a, b| a * b),
        Operator::Over => return sum(|a, b| a / b),
        Operator::Rest => return sum(|a, b| a % b),
        Operator::Or | Operator::And | Operator::Fits => return None,
    };
    Some(Value::Bool(holds))
}

fn fits(value: Option<&Value>, pattern: &Expression) -> bool {
    let (Some(value), Expression::Pattern(pattern)) = (value, pattern) else { return false };
    pattern.find(&text(value)).is_some()
}

fn call(of: &Value, name: &str, arguments: &[Expression], here: &Here<'_>) -> Option<Value> {
    if let (Some(Expression::Pattern(pattern)), Value::String(text)) = (arguments.first(), of) {
        return matches!(name, "match" | "test").then(|| Value::Bool(pattern.find(text).is_some()));
    }
    let argument = arguments.first().and_then(|argument| argument.value(here));
    let wanted = argument.as_ref().map(text).unwrap_or_default();
    Some(match (of, name) {
        (Value::String(whole), "includes") => Value::Bool(whole.contains(&wanted)),
        (Value::String(whole), "startsWith") => Value::Bool(whole.starts_with(&wanted)),
        (Value::String(whole), "endsWith") => Value::Bool(whole.ends_with(&wanted)),
        (Value::String(whole), "indexOf") => {
            Value::from(whole.find(&wanted).map_or(-1, |place| whole[..place].chars().count() as i64))
        }
        (Value::String(whole), "toLowerCase") => Value::from(whole.to_lowercase()),
        (Value::String(whole), "toUpperCase") => Value::from(whole.to_uppercase()),
        (Value::String(whole), "trim") => Value::from(whole.trim()),
        (Value::Array(items), "includes") => {
            Value::Bool(items.iter().any(|item| same(Some(item), argument.as_ref())))
        }
        (Value::Array(items), "indexOf") => {
            let place = items.iter().position(|item| same(Some(item), argument.as_ref()));
            Value::from(place.map_or(-1, |place| place as i64))
        }
        (Value::Array(items), "length" | "size") => Value::from(items.len()),
        _ => return None,
    })
}

fn member(of: &Value, name: &str) -> Option<Value> {
    match of {
        Value::Object(members) => members.get(name).cloned(),
        Value::Array(items) if name == "length" => Some(Value::from(items.len())),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?).cloned(),
        Value::String(text) if name == "length" => Some(Value::from(text.chars().count())),
        _ => None,
    }
}

fn contains(list: Option<&Value>, value: Option<&Value>) -> bool {
    match list {
        Some(Value::Array(items)) => items.iter().any(|item| same(Some(item), value)),
        _ => false,
    }
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// Numbers are the same as texts that spell them, as with JavaScript's `==`.
fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None | Some(Value::Null), None | Some(Value::Null)) => true,
        (Some(Value::Number(a)), Some(Value::Number(b))) => a.as_f64() == b.as_f64(),
        (Some(Value::Number(a)), Some(Value::String(b)))
        | (Some(Value::String(b)), Some(Value::Number(a))) => b.trim().parse::<f64>().ok() == a.as_f64(),
        (a, b) => a == b,
    }
}

/// The same without a change of kind, as with JavaScript's `===`.
fn identical(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => a.as_f64() == b.as_f64(),
        (a, b) => a == b,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        _ => None,
    }
}

fn whole(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

struct Reader<'t> {
    rest: &'t str,
    dialect: Dialect,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn level(&mut self, level: usize) -> Result<Expression, String> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        loop {
            let Some((_, operator)) = operators.iter().find(|(token, _)| self.eat(token)) else {
                return Ok(left);
            };
            let right = self.level(level + 1)?;
            left = Expression::Binary(*operator, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("the expression nests too deep".to_owned());
        }
        let made = if !self.rest.trim_start().starts_with("!=") && self.eat("!") {
            Expression::Not(Box::new(self.unary()?))
        } else if self.dialect == Dialect::Plus && self.eat("typeof ") {
            Expression::TypeOf(Box::new(self.unary()?))
        } else if self.eat("-") {
            Expression::Minus(Box::new(self.unary()?))
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(made)
    }

    fn primary(&mut self) -> Result<Expression, String> {
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next().ok_or("an expression ends too early")?;
        let base = match first {
            '(' => {
                self.rest = &self.rest[1..];
                let inner = self.level(0)?;
                if !self.eat(")") {
                    return Err("expected ')'".to_owned());
                }
                inner
            }
            '[' => {
                self.rest = &self.rest[1..];
                Expression::List(self.list("]")?)
            }
            '\'' | '"' => Expression::Literal(Some(Value::from(self.quoted(first)?))),
            '/' => self.pattern()?,
            '@' => self.at_sign(),
            '$' => {
                self.rest = &self.rest[1..];
                Expression::Root
            }
            c if c.is_ascii_digit() => {
                let end = self
                    .rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
                    .unwrap_or(self.rest.len());
                let number: f64 =
                    self.rest[..end].parse().map_err(|_| format!("{:?} is no number", &self.rest[..end]))?;
                self.rest = &self.rest[end..];
                return Ok(Expression::Literal(Some(whole(number))));
            }
            _ => {
                let word = self.word();
                return Ok(Expression::Literal(match word {
                    "true" => Some(Value::Bool(true)),
                    "false" => Some(Value::Bool(false)),
                    "null" => Some(Value::Null),
                    "undefined" => None,
                    _ => return Err(format!("unexpected {:?}", self.rest)),
                }));
            }
        };
        self.behind(base)
    }

    fn word(&mut self) -> &'t str {
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn at_sign(&mut self) -> Expression {
        self.rest = &self.rest[1..];
        for (word, meaning) in
            [("property", Expression::Key), ("parent", Expression::ParentValue), ("root", Expression::Root)]
        {
            let behind = self.rest.strip_prefix(word).filter(|_| self.dialect == Dialect::Plus);
            if let Some(behind) = behind.filter(|behind| !behind.starts_with(|c: char| c.is_alphanumeric())) {
                self.rest = behind;
                return meaning;
            }
        }
        Expression::This
    }

    /// Members, items and calls behind a value.
    fn behind(&mut self, mut base: Expression) -> Result<Expression, String> {
        loop {
            if self.rest.starts_with("..")
                || self.rest.starts_with(".*")
                || self.rest.starts_with("[*]")
                || self.rest.starts_with("[?")
            {
                let end = self.rest.find(|c: char| {
                    c.is_whitespace() || matches!(c, ')' | '=' | '<' | '>' | '!' | '&' | '|')
                });
                let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                let path = Path::parse(&format!("${text}"), self.dialect).map_err(|why| why.message)?;
                self.rest = rest;
                base = Expression::Deep(Box::new(base), path);
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                let end = self
                    .rest
                    .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '-')))
                    .unwrap_or(self.rest.len());
                // A dash may belong to a name, but not when a number or a bracket follows: `@.length-1`.
                let name = match self.rest[..end].find('-') {
                    Some(dash) if !self.rest[dash + 1..].starts_with(|c: char| c.is_alphabetic()) => {
                        &self.rest[..dash]
                    }
                    _ => &self.rest[..end],
                };
                if name.is_empty() {
                    return Err("expected a name".to_owned());
                }
                self.rest = &self.rest[name.len()..];
                if let Some(rest) = self.rest.strip_prefix('(') {
                    self.rest = rest;
                    let arguments = self.list(")")?;
                    base = Expression::Call(Box::new(base), name.to_owned(), arguments);
                } else {
                    base = Expression::Member(
                        Box::new(base),
                        Box::new(Expression::Literal(Some(Value::from(name)))),
                    );
                }
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                let key = self.level(0)?;
                if !self.eat("]") {
                    return Err("expected ']'".to_owned());
                }
                base = Expression::Member(Box::new(base), Box::new(key));
            } else {
                return Ok(base);
            }
        }
    }

    fn list(&mut self, end: &str) -> Result<Vec<Expression>, String> {
        let mut items = Vec::new();
        if self.eat(end) {
            return Ok(items);
        }
        loop {
            items.push(self.level(0)?);
            if self.eat(end) {
                return Ok(items);
            }
            if !self.eat(",") {
                return Err(format!("expected {end:?}"));
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((place, c)) = letters.next() {
            match c {
                '\\' => text.push(letters.next().map_or('\\', |(_, c)| c)),
                c if c == quote => {
                    self.rest = &self.rest[place + 1..];
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        Err("a text is not closed".to_owned())
    }

    fn pattern(&mut self) -> Result<Expression, String> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '/' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let (end, _) = end.ok_or("a pattern is not closed")?;
        let source = &self.rest[1..end];
        self.rest = &self.rest[end + 1..];
        let flags = self.word();
        let pattern =
            regress::Regex::with_flags(source, flags).map_err(|why| format!("/{source}/: {why}"))?;
        Ok(Expression::Pattern(Box::new(pattern)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_have_values() {
        let this = json!({"n": 5, "s": "Murphy", "l": [1, 2, 3], "with-dash": 1});
        let root = json!({"limit": 4});
        let check = |text: &str, wanted: Value| {
            let expression =
                Expression::parse(text, Dialect::Plus).unwrap_or_else(|why| panic!("{text}: {why}"));
            let here = Here { this: &this, root: &root, key: Some(json!("k")), parent: None };
            assert_eq!(expression.value(&here).unwrap_or(Value::Null), wanted, "{text}");
        };
        check("@.n > 4 && @.n <= 5", json!(true));
        check("@.n == '5'", json!(true));
        check("@.n === '5' || @.n !== 5", json!(false));
        check("typeof @.nope == 'undefined' && typeof @.s === 'string'", json!(true));
        check("/^mur/i.test(@.s)", json!(true));
        check("(@.l.length-1)", json!(2));
        check("@.l[1] * 2 + 1", json!(5));
        check("@['with-dash'] == 1 && @.with-dash == 1", json!(true));
        check("@.s.match(/^mur/i)", json!(true));
        check("@.s =~ /^Q/", json!(false));
        check("@.n > $.limit", json!(true));
        check("!@.missing", json!(true));
        check("@.n in [1, 5]", json!(true));
        check("@.l.includes(2) && @property == 'k'", json!(true));
        check("@.s.startsWith('Mu') || @.nope == 1", json!(true));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in ["", "@.n >", "(1", "foo()", "@.a ==== 1", "'open", "/open", "1 2", &"(".repeat(100)] {
            assert!(Expression::parse(text, Dialect::Jayway).is_err(), "{text}");
        }
    }
}
