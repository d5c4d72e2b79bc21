//! The expressions of our own plans: `user.name`, `count + 1 < 5 and not done`, `random(1, 6)`.
//!
//! Main function: [`parse`]. Working one out never fails: what makes no sense is undefined.

use std::sync::Arc;

use crate::expr::{Eval, Expr, Failure, Text};
use crate::session::Session;
use crate::value::Value;

/// How deep an expression may nest.
const DEPTH_MAX: usize = 50;

/// How many parts an expression may have.
const PARTS_MAX: usize = 1_000;

/// A node of an expression.
pub(crate) enum Tree {
    /// Always the same.
    Constant(Value),
    /// A variable, or a path into one.
    Variable(Arc<str>),
    /// A part of the last answer.
    Last(LastPart),
    /// Not so.
    Not(Box<Tree>),
    /// The number with the other sign.
    Negative(Box<Tree>),
    /// Two with a sign between them.
    Both(Box<Tree>, Operator, Box<Tree>),
    /// What a function makes.
    Call(Function, Vec<Tree>),
}

/// A part of the last answer.
pub(crate) enum LastPart {
    /// Its status.
    Status,
    /// How long it took, in milliseconds.
    Duration,
    /// Its body.
    Body,
    /// What stands at a path of its body.
    Json(String),
}

/// A sign between two expressions.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

/// Operators by how tightly they bind, the loosest first.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[("or", Operator::Or), ("||", Operator::Or)],
    &[("and", Operator::And), ("&&", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::Unequal),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
        ("contains", Operator::Contains),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[("*", Operator::Times), ("/", Operator::Over), ("%", Operator::Modulo)],
];

/// What can be called.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Function {
    Random,
    Pick,
    Letters,
    Uuid,
    Now,
    Length,
    Json,
}

/// Names of functions, with how many arguments they take at least and at most.
const FUNCTIONS: [(&str, Function, usize, usize); 7] = [
    ("json", Function::Json, 1, 1),
    ("length", Function::Length, 1, 1),
    ("letters", Function::Letters, 1, 1),
    ("now", Function::Now, 0, 0),
    ("pick", Function::Pick, 1, 1),
    ("random", Function::Random, 0, 2),
    ("uuid", Function::Uuid, 0, 0),
];

/// Reads an expression. `env` gives the environment's variables, which do not change.
///
/// # Errors
/// What is wrong, and at which character of the text, from 0.
pub fn parse(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Expr, (usize, String)> {
    Ok(match whole(text, Some(env))? {
        Tree::Constant(value) => Expr::Constant(value),
        Tree::Variable(name) => Expr::Variable(name),
        tree => Expr::Own(Arc::new(tree)),
    })
}

/// Reads an expression without working anything out: the environment's variables stay, as `env.NAME`.
///
/// # Errors
/// What is wrong, and at which character of the text, from 0.
pub(crate) fn tree(text: &str) -> Result<Tree, (usize, String)> {
    whole(text, None)
}

fn whole(text: &str, env: Option<Env<'_>>) -> Read {
    let mut reader = Reader { text, at: 0, env, depth: 0, parts: 0 };
    let tree = reader.level(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err((reader.at, format!("'{}' is not expected here", reader.rest())));
    }
    Ok(tree)
}

/// A piece of a text.
pub(crate) enum Piece<'t> {
    /// What stands for itself.
    Text(&'t str),
    /// What stood in braces.
    Expression(Tree),
}

/// The pieces of a text with `{{ expressions }}` in it, nothing worked out.
///
/// # Errors
/// What is wrong, and at which byte of the text, from 0.
pub(crate) fn pieces(text: &str) -> Result<Vec<Piece<'_>>, (usize, String)> {
    let (mut pieces, mut at) = (Vec::new(), 0);
    while let Some(begin) = text[at..].find("{{").map(|begin| at + begin) {
        let Some(end) = text[begin + 2..].find("}}").map(|length| begin + 2 + length) else {
            return Err((begin, "'{{' has no '}}'".to_owned()));
        };
        if begin > at {
            pieces.push(Piece::Text(&text[at..begin]));
        }
        pieces.push(Piece::Expression(tree(&text[begin + 2..end])?));
        at = end + 2;
    }
    if at < text.len() {
        pieces.push(Piece::Text(&text[at..]));
    }
    Ok(pieces)
}

/// Reads a text with `{{ expressions }}` in it.
///
/// # Errors
/// What is wrong, and at which byte of the text, from 0.
pub fn template(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Expr, (usize, String)> {
    let (mut parts, mut rest, mut at) = (Vec::new(), text, 0);
    while let Some(begin) = rest.find("{{") {
        let Some(length) = rest[begin + 2..].find("}}") else {
            return Err((at + begin, "'{{' has no '}}'".to_owned()));
        };
        if begin > 0 {
            parts.push(Expr::Constant(Value::text(&rest[..begin])));
        }
        let inner = &rest[begin + 2..begin + 2 + length];
        parts.push(parse(inner, env).map_err(|(inside, why)| (at + begin + 2 + inside, why))?);
        let end = begin + 2 + length + 2;
        rest = &rest[end..];
        at += end;
    }
    if parts.is_empty() {
        return Ok(Expr::Constant(Value::text(text)));
    }
    if !rest.is_empty() {
        parts.push(Expr::Constant(Value::text(rest)));
    }
    let is_text = parts.len() > 1;
    let constant = |part: &Expr| match part {
        Expr::Constant(value) => Some(value.to_text().into_owned()),
        _ => None,
    };
    if is_text && let Some(whole) = parts.iter().map(constant).collect::<Option<String>>() {
        return Ok(Expr::Constant(Value::from(whole)));
    }
    // Alone, an expression keeps its type.
    Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Text(Text::Joined(parts.into())) })
}

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Nothing when the environment's variables are to stay.
    env: Option<Env<'a>>,
    depth: usize,
    parts: usize,
}

type Read = Result<Tree, (usize, String)>;

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes a sign or a word, when it is what comes next.
    fn takes(&mut self, sign: &str) -> bool {
        self.space();
        let Some(after) = self.rest().strip_prefix(sign) else { return false };
        let is_word = sign.ends_with(|letter: char| letter.is_ascii_alphanumeric());
        if is_word && after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
            return false;
        }
        self.at += sign.len();
        true
    }

    fn level(&mut self, level: usize) -> Read {
        let Some(operators) = LEVELS.get(level) else { return self.single() };
        let mut tree = self.level(level + 1)?;
        while let Some((_, operator)) = operators.iter().find(|(sign, _)| self.takes(sign)) {
            let right = self.level(level + 1)?;
            tree = Tree::Both(Box::new(tree), *operator, Box::new(right));
        }
        Ok(tree)
    }

    fn single(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err((self.at, format!("an expression may nest {DEPTH_MAX} deep")));
        }
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err((self.at, format!("an expression may have {PARTS_MAX} parts")));
        }
        let tree = self.single_within();
        self.depth -= 1;
        tree
    }

    fn single_within(&mut self) -> Read {
        if self.takes("not") || self.takes("!") {
            return Ok(Tree::Not(Box::new(self.single()?)));
        }
        if self.takes("-") {
            return Ok(Tree::Negative(Box::new(self.single()?)));
        }
        if self.takes("(") {
            let tree = self.level(0)?;
            return if self.takes(")") { Ok(tree) } else { Err((self.at, "a ')' is missing".to_owned())) };
        }
        self.space();
        let begin = self.at;
        match self.rest().chars().next() {
            None => Err((begin, "an expression ends too early".to_owned())),
            Some(quote @ ('\'' | '"')) => {
                let Some(length) = self.rest()[1..].find(quote) else {
                    return Err((begin, "a text has no end".to_owned()));
                };
                self.at += length + 2;
                Ok(Tree::Constant(Value::text(&self.text[begin + 1..begin + 1 + length])))
            }
            Some(digit) if digit.is_ascii_digit() => self.number(),
            Some(letter) if letter.is_alphabetic() || letter == '_' => self.word(),
            Some(other) => Err((begin, format!("'{other}' is not expected here"))),
        }
    }

    fn number(&mut self) -> Read {
        let begin = self.at;
        let length = self.rest().find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        self.at += length.unwrap_or(self.rest().len());
        let text = &self.text[begin..self.at];
        let number = text.parse().map_err(|_| (begin, format!("'{text}' is no number")))?;
        Ok(Tree::Constant(Value::Number(number)))
    }

    /// A name with what follows it: a call, or a path such as `a.b[0]`.
    fn word(&mut self) -> Read {
        let begin = self.at;
        let inside = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '[' | ']' | '$');
        let length = self.rest().find(|letter: char| !inside(letter)).unwrap_or(self.rest().len());
        let name = &self.text[begin..begin + length];
        self.at += length;
        if self.rest().starts_with('(') {
            return self.call(begin, begin + length);
        }
        Ok(match name {
            "true" => Tree::Constant(Value::Bool(true)),
            "false" => Tree::Constant(Value::Bool(false)),
            "null" => Tree::Constant(Value::Null),
            "last.status" => Tree::Last(LastPart::Status),
            "last.duration" => Tree::Last(LastPart::Duration),
            "last.body" => Tree::Last(LastPart::Body),
            _ => {
                if let Some(path) = name.strip_prefix("last.json") {
                    Tree::Last(LastPart::Json(path.trim_start_matches('.').to_owned()))
                } else if let Some((variable, env)) = name.strip_prefix("env.").zip(self.env) {
                    Tree::Constant(env(variable).map_or(Value::Undefined, Value::from))
                } else {
                    Tree::Variable(name.into())
                }
            }
        })
    }

    fn call(&mut self, begin: usize, end: usize) -> Read {
        let name = &self.text[begin..end];
        let Some((_, function, least, most)) = FUNCTIONS.iter().find(|(known, ..)| *known == name).copied()
        else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|(known, ..)| *known).collect();
            let meant = model::nearest::nearest(name, &names).map(|near| format!("; did you mean '{near}'?"));
            return Err((begin, format!("there is no function '{name}'{}", meant.unwrap_or_default())));
        };
        let (mut arguments, opened) = (Vec::new(), self.takes("("));
        debug_assert!(opened, "whoever calls has seen it");
        if !self.takes(")") {
            loop {
                arguments.push(self.level(0)?);
                if self.takes(")") {
                    break;
                }
                if !self.takes(",") {
                    return Err((self.at, "a ',' or ')' is missing".to_owned()));
                }
            }
        }
        if arguments.len() < least || arguments.len() > most {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err((begin, format!("{name} takes {wanted} arguments, not {}", arguments.len())));
        }
        Ok(Tree::Call(function, arguments))
    }
}

impl Eval for Tree {
    fn eval(&self, session: &mut Session) -> Result<Value, Failure> {
        Ok(match self {
            Self::Constant(value) => value.clone(),
            Self::Variable(name) => variable(session, name),
            Self::Last(part) => last(session, part),
            Self::Not(inner) => Value::Bool(!inner.eval(session)?.is_true()),
            Self::Negative(inner) => number(inner.eval(session)?.as_number().map(|number| -number)),
            Self::Both(left, Operator::Or, right) => {
                let left = left.eval(session)?;
                if left.is_true() { left } else { right.eval(session)? }
            }
            Self::Both(left, Operator::And, right) => {
                let left = left.eval(session)?;
                if left.is_true() { right.eval(session)? } else { left }
            }
            Self::Both(left, operator, right) => {
                let (left, right) = (left.eval(session)?, right.eval(session)?);
                combined(&left, *operator, &right)
            }
            Self::Call(function, arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(argument.eval(session)?);
                }
                call(session, *function, &values)
            }
        })
    }
}

fn number(number: Option<f64>) -> Value {
    number.map_or(Value::Undefined, Value::Number)
}

/// A variable of the test, or what every user knows.
pub(super) fn variable(session: &Session, name: &str) -> Value {
    match session.vars.at(name) {
        Value::Undefined => match name {
            "vu" => Value::Number(session.user as f64),
            "iteration" => Value::Number(session.iteration.in_vu as f64),
            _ => Value::Undefined,
        },
        value => value,
    }
}

fn last(session: &Session, part: &LastPart) -> Value {
    let Some(exchange) = &session.last else { return Value::Undefined };
    match part {
        LastPart::Status => Value::Number(f64::from(exchange.status())),
        LastPart::Duration => Value::Number(exchange.trail().duration().as_millis_f64()),
        LastPart::Body => Value::text(exchange.text()),
        LastPart::Json(path) => super::checks::json_at(&exchange.body(), path).unwrap_or_default(),
    }
}

fn combined(left: &Value, operator: Operator, right: &Value) -> Value {
    let numbers = left.as_number().zip(right.as_number());
    let order = match numbers {
        Some((left, right)) => left.partial_cmp(&right),
        None => Some(left.to_text().cmp(&right.to_text())),
    };
    match operator {
        Operator::Equal => Value::Bool(is_equal(left, right)),
        Operator::Unequal => Value::Bool(!is_equal(left, right)),
        Operator::Less => Value::Bool(order.is_some_and(std::cmp::Ordering::is_lt)),
        Operator::LessOrEqual => Value::Bool(order.is_some_and(std::cmp::Ordering::is_le)),
        Operator::Greater => Value::Bool(order.is_some_and(std::cmp::Ordering::is_gt)),
        Operator::GreaterOrEqual => Value::Bool(order.is_some_and(std::cmp::Ordering::is_ge)),
        Operator::Contains => Value::Bool(match left {
            Value::Json(json) => json.as_array().is_some_and(|items| items.contains(&right.to_json())),
            other => other.to_text().contains(&*right.to_text()),
        }),
        // Numbers are added, texts are joined.
        Operator::Plus => match (left, right, numbers) {
            (Value::Number(_), Value::Number(_), Some((left, right))) => Value::Number(left + right),
            _ => Value::from(format!("{}{}", left.to_text(), right.to_text())),
        },
        Operator::Minus => number(numbers.map(|(left, right)| left - right)),
        Operator::Times => number(numbers.map(|(left, right)| left * right)),
        Operator::Over => number(numbers.map(|(left, right)| left / right)),
        Operator::Modulo => number(numbers.map(|(left, right)| left % right)),
        Operator::Or | Operator::And => Value::Undefined,
    }
}

/// Equal as people mean it: a captured `"5"` is 5.
pub(super) fn is_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Text(_)) | (Value::Text(_), Value::Number(_)) => {
            left.as_number().zip(right.as_number()).is_some_and(|(left, right)| left == right)
        }
        _ => left == right || left.is_nothing() && right.is_nothing(),
    }
}

fn call(session: &mut Session, function: Function, values: &[Value]) -> Value {
    let whole = |at: usize| values.get(at).and_then(Value::as_number).map(|number| number as i64);
    match function {
        Function::Random => match (whole(0), whole(1)) {
            (None, _) => Value::Number(session.random.unit()),
            (Some(most), None) => Value::Number(session.random.between(0, most) as f64),
            (Some(least), Some(most)) => Value::Number(session.random.between(least, most) as f64),
        },
        Function::Pick => match &values[0] {
            Value::Json(json) => match json.as_array().filter(|items| !items.is_empty()) {
                Some(items) => items[session.random.below(items.len() as u64) as usize].clone().into(),
                None => Value::Undefined,
            },
            other => other.clone(),
        },
        Function::Letters => {
            let count = whole(0).unwrap_or(0).clamp(0, 100_000);
            let letter = |random: &mut crate::Random| char::from(b'a' + random.below(26) as u8);
            Value::from((0..count).map(|_| letter(&mut session.random)).collect::<String>())
        }
        Function::Uuid => Value::from(uuid(session)),
        Function::Now => {
            let clock = session.worker().net.clock();
            Value::Number((clock.unix_ns(session.now()) / 1_000_000) as f64)
        }
        Function::Length => match &values[0] {
            Value::Json(json) => number(json.as_array().map(|items| items.len() as f64)),
            other => Value::Number(other.to_text().chars().count() as f64),
        },
        Function::Json => Value::from(values[0].to_json().to_string()),
    }
}

/// A random UUID, version 4.
fn uuid(session: &mut Session) -> String {
    let (high, low) = (session.random.next(), session.random.next());
    let (high, low) = (high & !0xf000 | 0x4000, low & !(0b11 << 62) | 1 << 63);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_their_place() {
        let check = |text: &str, at: usize, part: &str| {
            let (place, why) = template(text, &|_| None).expect_err(text);
            assert!(place == at && why.contains(part), "{text}: {place} {why}");
        };
        check("a {{ b", 2, "has no '}}'");
        check("{{ 1 + }}", 7, "ends too early");
        check("{{ (1 }}", 6, "')' is missing");
        check("{{ rnadom(1) }}", 3, "did you mean 'random'");
        check("{{ uuid(1) }}", 3, "takes 0 arguments, not 1");
        check("{{ a b }}", 5, "'b ' is not expected");
        check("{{ 1.2.3 }}", 3, "no number");
        check(&format!("{{{{ {}1 }}}}", "-".repeat(100)), 53, "nest");
    }

    #[test]
    fn constants_stay_constants() {
        let env = |name: &str| (name == "HOST").then(|| "shop".to_owned());
        let check = |text: &str, wanted: &str| {
            assert_eq!(format!("{:?}", template(text, &env).expect(text)), wanted, "{text}");
        };
        check("plain", "Text(\"plain\")");
        check("{{ env.HOST }}", "Text(\"shop\")");
        check("{{ 5 }}", "Number(5.0)");
        check("{{ a.b[0] }}", "{{ a.b[0] }}");
        check("x{{ a }}", "[Text(\"x\"), {{ a }}]");
    }
}
