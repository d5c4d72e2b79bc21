//! The expressions of plans in JavaScript.
//!
//! Main functions: [`value`], for what keeps its type, and [`text`], for what is text in any case. Where JavaScript
//! means something else by the same sign, a helper function says it.

use serde_json::Value as Json;

use super::names::Names;
use super::{Helper, Uses};
use crate::import::plimsoll::expression::{Function, LastPart, Operator, Piece, Tree, pieces, tree};
use crate::value::{Value, number_text};

/// What expressions are written with.
pub(super) struct Context<'a> {
    pub names: &'a Names,
    pub uses: &'a mut Uses,
}

/// A text in JavaScript's quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut made = String::from("'");
    for letter in text.chars() {
        match letter {
            '\'' => made.push_str("\\'"),
            '\\' => made.push_str("\\\\"),
            '\n' => made.push_str("\\n"),
            '\r' => made.push_str("\\r"),
            '\t' => made.push_str("\\t"),
            letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                made.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => made.push(letter),
        }
    }
    made.push('\'');
    made
}

/// A template of a plan, which keeps its type when it is one expression.
pub(super) fn value(context: &mut Context<'_>, source: &str) -> String {
    match pieces(source) {
        Ok(pieces) => match &pieces[..] {
            [Piece::Expression(tree)] => expression(context, tree, 0),
            _ => joined(context, &pieces),
        },
        // It was read before, so that this is never met.
        Err(_) => quoted(source),
    }
}

/// A template of a plan as text.
pub(super) fn text(context: &mut Context<'_>, source: &str) -> String {
    match pieces(source) {
        Ok(pieces) => joined(context, &pieces),
        Err(_) => quoted(source),
    }
}

/// A condition, with or without braces.
pub(super) fn condition(context: &mut Context<'_>, source: &str) -> String {
    let bare = source.trim().strip_prefix("{{").and_then(|text| text.strip_suffix("}}")).unwrap_or(source);
    match tree(bare) {
        Ok(tree) => expression(context, &tree, 0),
        Err(_) => "false".to_owned(),
    }
}

/// Whether a template is the same for all users.
pub(super) fn is_constant(source: &str) -> bool {
    pieces(source).is_ok_and(|pieces| {
        pieces.iter().all(|piece| match piece {
            Piece::Text(_) => true,
            Piece::Expression(tree) => matches!(tree, Tree::Constant(_)),
        })
    })
}

/// Pieces as a template literal, or in plain quotes when nothing changes.
fn joined(context: &mut Context<'_>, pieces: &[Piece<'_>]) -> String {
    let mut parts: Vec<Result<String, String>> = Vec::new();
    for piece in pieces {
        let constant = match piece {
            Piece::Text(text) => Some((*text).to_owned()),
            Piece::Expression(Tree::Constant(value)) => Some(value.to_text().into_owned()),
            Piece::Expression(_) => None,
        };
        match (constant, piece) {
            (Some(text), _) => match parts.last_mut() {
                Some(Ok(before)) => before.push_str(&text),
                _ => parts.push(Ok(text)),
            },
            (None, Piece::Expression(tree)) => parts.push(Err(expression(context, tree, 0))),
            (None, Piece::Text(_)) => {}
        }
    }
    match &parts[..] {
        [] => "''".to_owned(),
        [Ok(text)] => quoted(text),
        parts => {
            let mut made = String::from("`");
            for part in parts {
                match part {
                    Ok(text) => made.push_str(&in_template(text)),
                    Err(code) => made.push_str(&format!("${{{code}}}")),
                }
            }
            made.push('`');
            made
        }
    }
}

fn in_template(text: &str) -> String {
    let quoted = quoted(text);
    quoted[1..quoted.len() - 1].replace("\\'", "'").replace('`', "\\`").replace("${", "\\${")
}

/// How tightly operators bind in JavaScript, the loosest first.
fn binding(operator: Operator) -> u8 {
    match operator {
        Operator::Or => 1,
        Operator::And => 2,
        Operator::Equal | Operator::Unequal => 3,
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 4,
        Operator::Plus | Operator::Minus => 5,
        Operator::Times | Operator::Over | Operator::Modulo => 6,
        Operator::Contains => 9,
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Or => "||",
        Operator::And => "&&",
        Operator::Equal => "==",
        Operator::Unequal => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Contains => "contains",
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Times => "*",
        Operator::Over => "/",
        Operator::Modulo => "%",
    }
}

/// An expression, in parentheses when it binds more loosely than what is around it.
fn expression(context: &mut Context<'_>, tree: &Tree, around: u8) -> String {
    match tree {
        Tree::Constant(value) => constant(value),
        Tree::Variable(name) => variable(context, name),
        Tree::Last(part) => last(context, part),
        Tree::Not(inner) => format!("!{}", expression(context, inner, 8)),
        Tree::Negative(inner) => format!("-({})", expression(context, inner, 0)),
        Tree::Both(left, Operator::Contains, right) => {
            context.uses.helper(Helper::Contains);
            format!("contains({}, {})", expression(context, left, 0), expression(context, right, 0))
        }
        Tree::Both(left, operator, right) => {
            let own = binding(*operator);
            let (left, right) = (expression(context, left, own), expression(context, right, own + 1));
            let whole = format!("{left} {} {right}", sign(*operator));
            if own < around { format!("({whole})") } else { whole }
        }
        Tree::Call(function, arguments) => {
            let arguments: Vec<String> =
                arguments.iter().map(|argument| expression(context, argument, 0)).collect();
            call(context, *function, &arguments)
        }
    }
}

fn constant(value: &Value) -> String {
    match value {
        Value::Undefined => "undefined".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number_text(*number),
        Value::Text(text) => quoted(text),
        Value::Json(json) => literal(json),
    }
}

/// JSON as JavaScript in one line, without any templates in it.
fn literal(json: &Json) -> String {
    json.to_string()
}

/// A variable or a path into one, which is undefined where there is nothing.
fn variable(context: &mut Context<'_>, path: &str) -> String {
    if let Some(name) = path.strip_prefix("env.") {
        return if super::names::is_identifier(name) {
            format!("__ENV.{name}")
        } else {
            format!("__ENV[{}]", quoted(name))
        };
    }
    if let Some(own) = context.names.get(path) {
        return own.to_owned();
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let Some(own) = context.names.get(&path[..end]) else {
        return match path {
            "vu" => "__VU".to_owned(),
            "iteration" => "__ITER".to_owned(),
            _ => "undefined".to_owned(),
        };
    };
    let mut made = own.to_owned();
    for key in keys(&path[end..]) {
        if key.bytes().all(|byte| byte.is_ascii_digit()) {
            // Zeros before a number would make it octal, or an error.
            let number = key.trim_start_matches('0');
            made.push_str(&format!("?.[{}]", if number.is_empty() { "0" } else { number }));
        } else if super::names::is_identifier(key) {
            made.push_str(&format!("?.{key}"));
        } else {
            made.push_str(&format!("?.[{}]", quoted(key)));
        }
    }
    made
}

/// The keys of a path.
pub(super) fn keys(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '['])
        .map(|key| key.trim_end_matches(']').trim_matches(['\'', '"']))
        .filter(|key| !key.is_empty())
}

fn last(context: &mut Context<'_>, part: &LastPart) -> String {
    match part {
        LastPart::Status => "res?.status".to_owned(),
        LastPart::Duration => "res?.timings.duration".to_owned(),
        LastPart::Body => "res?.body".to_owned(),
        LastPart::Json(path) => {
            context.uses.helper(Helper::JsonAt);
            format!("jsonAt(res, {})", quoted(&selector(path)))
        }
    }
}

/// A path into JSON as k6's `json()` takes it.
pub(super) fn selector(path: &str) -> String {
    let escaped = |key: &str| {
        let mut made = String::new();
        for letter in key.chars() {
            if matches!(letter, '.' | '*' | '?' | '|' | '#' | '@' | '!' | '{' | '}' | '\\' | '~') {
                made.push('\\');
            }
            made.push(letter);
        }
        made
    };
    keys(path).map(escaped).collect::<Vec<_>>().join(".")
}

fn call(context: &mut Context<'_>, function: Function, arguments: &[String]) -> String {
    let helper = |context: &mut Context<'_>, helper: Helper, name: &str| {
        context.uses.helper(helper);
        format!("{name}({})", arguments.join(", "))
    };
    match (function, arguments) {
        (Function::Random, []) => "Math.random()".to_owned(),
        (Function::Random, [most]) => {
            context.uses.helper(Helper::RandomWhole);
            format!("randomWhole(0, {most})")
        }
        (Function::Random, _) => helper(context, Helper::RandomWhole, "randomWhole"),
        (Function::Pick, _) => helper(context, Helper::Pick, "pick"),
        (Function::Letters, _) => helper(context, Helper::Letters, "letters"),
        (Function::Uuid, _) => "crypto.randomUUID()".to_owned(),
        (Function::Now, _) => "Date.now()".to_owned(),
        (Function::Length, [one]) => format!("({one}).length"),
        (Function::Json, [one]) => format!("JSON.stringify({one})"),
        (Function::Length | Function::Json, _) => "undefined".to_owned(),
    }
}
