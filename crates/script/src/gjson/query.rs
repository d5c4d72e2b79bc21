//! Array queries: `#(condition)` and `#(condition)#`.

use std::borrow::Cow;

use super::{Found, classify, path, scan};

/// The condition inside the brackets, and what follows the closing one.
pub(super) fn split(inside: &str) -> Option<(&str, &str)> {
    let bytes = inside.as_bytes();
    let (mut at, mut depth) = (0, 1usize);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'"' => at = scan::string_end(bytes, at) - 1,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some((&inside[..at], &inside[at + 1..]));
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The first element that meets the condition, or with a `#` after the bracket all of them.
pub(super) fn select<'a>(json: Cow<'a, str>, condition: &str, rest: &str) -> Option<Cow<'a, str>> {
    let condition = Condition::parse(condition);
    let items = scan::items(&json).filter(|items| !items.is_object())?;
    if let Some(rest) = rest.strip_prefix('#') {
        let hits: Vec<_> = items.map(|item| item.1).filter(|element| condition.holds(element)).collect();
        return match path::separated(rest) {
            Some((path::Separator::Dot, rest)) => path::each(hits.into_iter(), rest).map(Cow::Owned),
            rest => path::follow(Cow::Owned(format!("[{}]", hits.join(","))), rest),
        };
    }
    let mut items = items;
    let element = items.find(|item| condition.holds(item.1))?.1;
    let range = path::range_of(&json, element);
    path::follow(path::part(json, range), path::separated(rest))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operator {
    Exists,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    NotLike,
}

/// `path operator value`.
struct Condition<'a> {
    path: &'a str,
    operator: Operator,
    value: &'a str,
}

impl<'a> Condition<'a> {
    fn parse(text: &'a str) -> Self {
        let text = text.trim();
        let bytes = text.as_bytes();
        let (mut at, mut depth) = (0, 0usize);
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 1,
                b'"' => at = scan::string_end(bytes, at) - 1,
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                _ => {
                    if let Some((operator, length)) = operator(&bytes[at..]) {
                        let path = text[..at].trim();
                        return Self { path, operator, value: text[at + length..].trim() };
                    }
                }
            }
            at += 1;
        }
        Self { path: text, operator: Operator::Exists, value: "" }
    }

    fn holds(&self, element: &str) -> bool {
        let subject = if self.path.is_empty() {
            Some(Cow::Borrowed(element))
        } else {
            path::evaluate(Cow::Borrowed(element), self.path)
        };
        let Some(subject) = subject else {
            // What is missing is neither true nor null, but `~false` and `~null` take it for one.
            return matches!((self.operator, self.value), (Operator::Equal, "~false" | "~null"));
        };
        let subject = classify(subject);
        if self.operator == Operator::Exists {
            return true;
        }
        if let Some(kind) = self.value.strip_prefix('~') {
            let holds = is_like(&subject, kind);
            return if self.operator == Operator::NotEqual { !holds } else { holds };
        }
        self.compare(&subject)
    }

    fn compare(&self, subject: &Found<'_>) -> bool {
        let wanted = classify(Cow::Borrowed(self.value));
        match (subject, wanted) {
            (Found::Text(text), wanted) => {
                // A bare word is compared as text.
                let wanted = match wanted {
                    Found::Text(wanted) => wanted,
                    _ => Cow::Borrowed(self.value),
                };
                match self.operator {
                    Operator::Like => path::matches_text(text, &wanted),
                    Operator::NotLike => !path::matches_text(text, &wanted),
                    operator => ordered(operator, text.as_ref().partial_cmp(wanted.as_ref())),
                }
            }
            (Found::Number(number), Found::Number(wanted)) => {
                ordered(self.operator, number.partial_cmp(&wanted))
            }
            (Found::Bool(flag), Found::Bool(wanted)) => ordered(self.operator, flag.partial_cmp(&wanted)),
            (Found::Null, Found::Null) if self.value == "null" => {
                ordered(self.operator, Some(std::cmp::Ordering::Equal))
            }
            _ => self.operator == Operator::NotEqual,
        }
    }
}

fn operator(bytes: &[u8]) -> Option<(Operator, usize)> {
    Some(match bytes {
        [b'=', b'=', ..] => (Operator::Equal, 2),
        [b'!', b'=', ..] => (Operator::NotEqual, 2),
        [b'!', b'%', ..] => (Operator::NotLike, 2),
        [b'<', b'=', ..] => (Operator::LessOrEqual, 2),
        [b'>', b'=', ..] => (Operator::GreaterOrEqual, 2),
        [b'=', ..] => (Operator::Equal, 1),
        [b'<', ..] => (Operator::Less, 1),
        [b'>', ..] => (Operator::Greater, 1),
        [b'%', ..] => (Operator::Like, 1),
        _ => return None,
    })
}

fn ordered(operator: Operator, order: Option<std::cmp::Ordering>) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    match operator {
        Operator::Equal => order == Some(Equal),
        Operator::NotEqual => order != Some(Equal),
        Operator::Less => order == Some(Less),
        Operator::LessOrEqual => matches!(order, Some(Less | Equal)),
        Operator::Greater => order == Some(Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Greater | Equal)),
        Operator::Exists | Operator::Like | Operator::NotLike => false,
    }
}

/// `~true`, `~false`, `~null` and `~*`: comparison by truthiness.
fn is_like(subject: &Found<'_>, kind: &str) -> bool {
    let truthy = match subject {
        Found::Null => false,
        Found::Bool(flag) => *flag,
        Found::Number(number) => *number != 0.0,
        Found::Text(text) => matches!(text.as_ref(), "1" | "t" | "T" | "TRUE" | "true" | "True"),
        Found::Json(_) => false,
    };
    match kind {
        "true" => truthy,
        "false" => !truthy,
        "null" => *subject == Found::Null,
        "*" => true,
        _ => false,
    }
}
