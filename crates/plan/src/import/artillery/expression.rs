//! The expression language of `ifTrue` and of `ensure`'s conditions.
//!
//! Main type: [`Expression`]. Everything is a number or a text; `and`, `or`, `not`, `in`, comparisons, arithmetic and
//! `? :`, as in filtrex, whose names and quirks these are: `'a'` in single quotes is a name, `"a"` a text. Names are
//! looked up by the caller.

use serde_json::Value;

use super::js;

/// How deep an expression may nest.
const DEPTH_MAX: usize = 64;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A name.
    Name(String),
    /// `not x`.
    Not(Box<Expression>),
    /// `-x`.
    Minus(Box<Expression>),
    /// Two with something between them.
    Binary(&'static str, Box<Expression>, Box<Expression>),
    /// `x in (a, b)`, or not in.
    In(Box<Expression>, Vec<Expression>, bool),
    /// `a ? b : c`.
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
    /// A function of numbers.
    Call(String, Vec<Expression>),
}

/// Functions of numbers.
const FUNCTIONS: &[&str] = &["abs", "ceil", "floor", "log", "max", "min", "round", "sqrt"];

/// Operators by strength, the weakest first.
const LEVELS: &[&[&str]] =
    &[&["or"], &["and"], &["==", "!=", "~="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"], &["^"]];

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
        let expression = reader.choice()?;
        match reader.peek() {
            None => Ok(expression),
            Some(token) => Err(format!("unexpected {token:?}")),
        }
    }

    /// Its value; names that mean nothing are undefined.
    pub fn value(&self, name: &dyn Fn(&str) -> Option<Value>) -> Option<Value> {
        let number = |of: &Self| js::number_of(of.value(name).as_ref());
        let truth = |flag: bool| Some(Value::from(i32::from(flag)));
        match self {
            Self::Number(number) => Some(js::number(*number)),
            Self::Text(text) => Some(Value::from(text.as_str())),
            Self::Name(known) => name(known),
            Self::Not(of) => truth(!js::is_true(of.value(name).as_ref())),
            Self::Minus(of) => Some(js::number(-number(of))),
            Self::Choice(condition, then, other) => {
                if js::is_true(condition.value(name).as_ref()) {
                    then.value(name)
                } else {
                    other.value(name)
                }
            }
            Self::In(of, list, wanted) => {
                let of = of.value(name);
                truth(list.iter().any(|item| same(of.as_ref(), item.value(name).as_ref())) == *wanted)
            }
            Self::Binary(operator, left, right) => match *operator {
                "and" => {
                    truth(js::is_true(left.value(name).as_ref()) && js::is_true(right.value(name).as_ref()))
                }
                "or" => {
                    truth(js::is_true(left.value(name).as_ref()) || js::is_true(right.value(name).as_ref()))
                }
                "==" => truth(same(left.value(name).as_ref(), right.value(name).as_ref())),
                "!=" => truth(!same(left.value(name).as_ref(), right.value(name).as_ref())),
                "~=" => {
                    let text = js::text_of(left.value(name).as_ref());
                    // An undefined pattern is an empty one.
                    let pattern =
                        right.value(name).map_or_else(String::new, |value| js::text_of(Some(&value)));
                    truth(regress::Regex::new(&pattern).is_ok_and(|pattern| pattern.find(&text).is_some()))
                }
                "<" => truth(number(left) < number(right)),
                "<=" => truth(number(left) <= number(right)),
                ">" => truth(number(left) > number(right)),
                ">=" => truth(number(left) >= number(right)),
                "+" => Some(js::number(number(left) + number(right))),
                "-" => Some(js::number(number(left) - number(right))),
                "*" => Some(js::number(number(left) * number(right))),
                "/" => Some(js::number(number(left) / number(right))),
                "%" => Some(js::number(number(left) % number(right))),
                _ => Some(js::number(number(left).powf(number(right)))),
            },
            Self::Call(function, arguments) => {
                call(function, &arguments.iter().map(number).collect::<Vec<_>>())
            }
        }
    }
}

/// As JavaScript's `==` for numbers and texts.
fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None | Some(Value::Null), None | Some(Value::Null)) => true,
        (None | Some(Value::Null), _) | (_, None | Some(Value::Null)) => false,
        (Some(Value::String(a)), Some(Value::String(b))) => a == b,
        (a, b) => js::number_of(a) == js::number_of(b),
    }
}

fn call(function: &str, numbers: &[f64]) -> Option<Value> {
    let first = numbers.first().copied().unwrap_or(f64::NAN);
    let number = match function {
        "abs" => first.abs(),
        "ceil" => first.ceil(),
        "floor" => first.floor(),
        "round" => (first + 0.5).floor(),
        "sqrt" => first.sqrt(),
        "log" => first.ln(),
        "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => return None,
    };
    Some(js::number(number))
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Sign(&'static str),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    const SIGNS: [&str; 20] = [
        "==", "!=", "~=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "^", "(", ")", ",", "?", ":", "[",
        "]",
    ];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            tokens.push(Token::Number(
                rest[..end].parse().map_err(|_| format!("{:?} is no number", &rest[..end]))?,
            ));
            rest = &rest[end..];
        } else if matches!(first, '"' | '\'') {
            let end = rest[1..].find(first).ok_or("a quote is not closed")? + 1;
            let inner = rest[1..end].to_owned();
            tokens.push(if first == '"' { Token::Text(inner) } else { Token::Name(inner) });
            rest = &rest[end + 1..];
        } else if first.is_alphabetic() || matches!(first, '_' | '$') {
            let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.'));
            let end = rest.find(ends).unwrap_or(rest.len());
            tokens.push(match &rest[..end] {
                "and" => Token::Sign("and"),
                "or" => Token::Sign("or"),
                "not" => Token::Sign("not"),
                "in" => Token::Sign("in"),
                name => Token::Name(name.to_owned()),
            });
            rest = &rest[end..];
        } else {
            return Err(format!("unexpected {first:?}"));
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Sign(known)) if *known == sign);
        self.at += usize::from(there);
        there
    }

    fn choice(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("the expression nests too deep".to_owned());
        }
        let condition = self.level(0)?;
        self.depth -= 1;
        if !self.eat("?") {
            return Ok(condition);
        }
        let then = self.choice()?;
        if !self.eat(":") {
            return Err("expected ':'".to_owned());
        }
        let other = self.choice()?;
        Ok(Expression::Choice(Box::new(condition), Box::new(then), Box::new(other)))
    }

    fn level(&mut self, level: usize) -> Result<Expression, String> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        loop {
            if level == 2 && (self.eat("in") || (self.not_in() && self.eat("in"))) {
                let negated = matches!(self.tokens.get(self.at - 2), Some(Token::Sign("not")));
                left = Expression::In(Box::new(left), self.list()?, !negated);
                continue;
            }
            let Some(operator) = operators.iter().find(|operator| self.eat(operator)) else {
                return Ok(left);
            };
            let right = self.level(level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
    }

    fn not_in(&mut self) -> bool {
        let there = self.peek() == Some(&Token::Sign("not"))
            && self.tokens.get(self.at + 1) == Some(&Token::Sign("in"));
        self.at += usize::from(there);
        there
    }

    fn list(&mut self) -> Result<Vec<Expression>, String> {
        if !self.eat("(") {
            return Err("expected '('".to_owned());
        }
        let mut items = Vec::new();
        if self.eat(")") {
            return Ok(items);
        }
        loop {
            items.push(self.choice()?);
            if self.eat(")") {
                return Ok(items);
            }
            if !self.eat(",") {
                return Err("expected ',' or ')'".to_owned());
            }
        }
    }

    fn unary(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("the expression nests too deep".to_owned());
        }
        let made = if self.eat("not") {
            Expression::Not(Box::new(self.unary()?))
        } else if self.eat("-") {
            Expression::Minus(Box::new(self.unary()?))
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(made)
    }

    fn primary(&mut self) -> Result<Expression, String> {
        if self.eat("(") {
            let inner = self.choice()?;
            return if self.eat(")") { Ok(inner) } else { Err("expected ')'".to_owned()) };
        }
        let token = self.peek().cloned().ok_or("the expression ends too early")?;
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Expression::Number(number)),
            Token::Text(text) => Ok(Expression::Text(text)),
            Token::Name(name) if self.peek() == Some(&Token::Sign("(")) => {
                if !FUNCTIONS.contains(&&*name) {
                    return Err(format!("Unknown function: {name}()"));
                }
                Ok(Expression::Call(name, self.list()?))
            }
            Token::Name(name) => Ok(Expression::Name(name)),
            Token::Sign(sign) => Err(format!("unexpected {sign:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_are_as_recorded() {
        let vars = json!({"n": 5, "s": "yes-text", "flag": true, "off": false, "b": "b"});
        let name = |name: &str| vars.get(name).cloned();
        let check = |text: &str, wanted: bool| {
            let expression = Expression::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(js::is_true(expression.value(&name).as_ref()), wanted, "{text}");
        };
        check("n > 3", true);
        check("n < 3", false);
        check("s == \"yes-text\"", true);
        check("n > 9 or n == 5 and s == \"yes-text\"", true);
        check("not (n == 5)", false);
        check("flag", true);
        check("off", false);
        check("missing", false);
        check("n + 1 == 6", true);
        check("n % 2", true);
        check("b in (\"a\", \"b\")", true);
        check("b not in (\"a\", \"b\")", false);
        check("'n' == 4", false);
        check("n > 3 ? 0 : 1", false);
        check("max(n, 7) == 7", true);
        check("true", false);
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["n >", "n > 3 && n < 9", "n === 9", "{{ n }} == 4", "\"open", "1 2", "", &"(".repeat(99)]
        {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }
}
