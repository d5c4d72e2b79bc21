//! Texts with references in our own words.

use super::super::document::Element;
use super::Writer;
use crate::convert::escaped;
use crate::import::plimsoll::expression;
use crate::note::Kind;

/// A reference in a text.
enum Reference<'t> {
    Variable(&'t str),
    Call(&'t str, Vec<&'t str>),
}

impl Writer<'_> {
    /// A text in which references are replaced that are the same for all users.
    pub(super) fn resolved(&self, text: &str) -> String {
        self.replaced(text, &mut |reference, whole| {
            let found = match reference {
                Reference::Variable(name) => {
                    let value = self.variables.get(*name).and_then(serde_json::Value::as_str);
                    value.filter(|value| !value.contains("{{")).map(str::to_owned)
                }
                Reference::Call("__P", args) => {
                    Some(self.property(args.first(), args.get(1).copied().unwrap_or("1")))
                }
                Reference::Call("__property", args) => {
                    let name = args.first().copied().unwrap_or_default();
                    Some(self.property(args.first(), args.get(2).copied().unwrap_or(name)))
                }
                Reference::Call(..) => None,
            };
            found.unwrap_or_else(|| whole.to_owned())
        })
    }

    fn property(&self, name: Option<&&str>, default: &str) -> String {
        let given =
            name.and_then(|name| self.properties.get(name.trim())).and_then(serde_json::Value::as_str);
        given.unwrap_or(default).to_owned()
    }

    /// A text as a template of ours; what cannot be said is noted and stays as it is written.
    pub(super) fn template(&mut self, element: &Element, text: &str) -> String {
        let text = self.resolved_properties(text);
        let mut unknown: Vec<String> = Vec::new();
        let (mut made, mut rest) = (String::new(), text.as_str());
        while let Some((begin, end, reference)) = next(rest) {
            made.push_str(&escaped(&rest[..begin]));
            match said(&reference) {
                Some(expression) => made.push_str(&format!("{{{{ {expression} }}}}")),
                None => {
                    unknown.push(rest[begin..end].to_owned());
                    made.push_str(&escaped(&rest[begin..end]));
                }
            }
            rest = &rest[end..];
        }
        made.push_str(&escaped(rest));
        for reference in unknown {
            self.say(Kind::Unsupported, element, format!("the reference {reference} is not carried over"));
        }
        made
    }

    /// Only properties are replaced: variables may change.
    fn resolved_properties(&self, text: &str) -> String {
        self.replaced(text, &mut |reference, whole| match reference {
            Reference::Call("__P", args) => self.property(args.first(), args.get(1).copied().unwrap_or("1")),
            Reference::Call("__property", args) => {
                let name = args.first().copied().unwrap_or_default();
                self.property(args.first(), args.get(2).copied().unwrap_or(name))
            }
            _ => whole.to_owned(),
        })
    }

    fn replaced(&self, text: &str, with: &mut dyn FnMut(&Reference<'_>, &str) -> String) -> String {
        let (mut made, mut rest) = (String::new(), text);
        while let Some((begin, end, reference)) = next(rest) {
            made.push_str(&rest[..begin]);
            made.push_str(&with(&reference, &rest[begin..end]));
            rest = &rest[end..];
        }
        made.push_str(rest);
        made
    }

    /// A condition in our words, when it says the same.
    pub(super) fn condition(&self, text: &str) -> Option<String> {
        let text = self.resolved_properties(text);
        let text = text.trim();
        let inner = match next(text) {
            Some((
                0,
                end,
                Reference::Call("__jexl3" | "__jexl2" | "__jexl" | "__groovy" | "__javaScript", args),
            )) if end == text.len() => args.first()?.replace("\\,", ","),
            _ => text.to_owned(),
        };
        let (mut made, mut rest) = (String::new(), inner.as_str());
        while let Some((begin, end, reference)) = next(rest) {
            let Reference::Variable(name) = reference else { return None };
            // A variable in quotes is its text, as it is without them here.
            let quoted =
                begin > 0 && rest[..begin].ends_with(['"', '\'']) && rest[end..].starts_with(['"', '\'']);
            let by = usize::from(quoted);
            made.push_str(&rest[..begin - by]);
            made.push_str(name);
            rest = &rest[end + by..];
        }
        made.push_str(rest);
        let made = made.replace("===", "==").replace("!==", "!=");
        (!made.contains("vars") && expression::tree(&made).is_ok()).then_some(made)
    }
}

/// The next reference in a text: where it begins and ends, and what it is.
fn next(text: &str) -> Option<(usize, usize, Reference<'_>)> {
    let begin = text.find("${")?;
    let mut depth = 0_usize;
    let mut end = None;
    for (at, letter) in text[begin..].char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => {
                end = Some(begin + at + 1);
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    let end = end?;
    let inner = &text[begin + 2..end - 1];
    let reference = match inner.split_once('(') {
        Some((name, args)) if name.trim().starts_with("__") => {
            let args = args.trim_end().strip_suffix(')').unwrap_or(args);
            Reference::Call(name.trim(), arguments(args))
        }
        _ if inner.starts_with("__") => Reference::Call(inner, Vec::new()),
        _ => Reference::Variable(inner.trim()),
    };
    Some((begin, end, reference))
}

fn arguments(text: &str) -> Vec<&str> {
    let (mut args, mut from, mut depth, mut escaped) = (Vec::new(), 0, 0_i32, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' | '(' => depth += 1,
            '}' | ')' => depth -= 1,
            ',' if depth == 0 => {
                args.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        args.push(text[from..].trim());
    }
    args
}

/// A reference in our words.
fn said(reference: &Reference<'_>) -> Option<String> {
    let whole = |text: &&str| text.parse::<i64>().is_ok();
    match reference {
        Reference::Variable(name) => is_name(name).then(|| (*name).to_owned()),
        Reference::Call(name, args) => match (*name, &args[..]) {
            ("__UUID", _) => Some("uuid()".to_owned()),
            ("__threadNum", _) => Some("vu".to_owned()),
            ("__iterationNum", _) => Some("iteration + 1".to_owned()),
            ("__time", [] | [""] | ["", ""]) => Some("now()".to_owned()),
            ("__Random", [least, most, ..]) if whole(least) && whole(most) => {
                Some(format!("random({least}, {most})"))
            }
            ("__RandomString", [count] | [count, "" | "abcdefghijklmnopqrstuvwxyz"]) if whole(count) => {
                Some(format!("letters({count})"))
            }
            ("__V", [name]) if is_name(name) => Some((*name).to_owned()),
            _ => None,
        },
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_said_in_our_words() {
        let check = |text: &str, wanted: Option<&str>| {
            let (_, end, reference) = next(text).expect(text);
            assert_eq!((end, said(&reference).as_deref()), (text.len(), wanted), "{text}");
        };
        check("${name}", Some("name"));
        check("${__UUID}", Some("uuid()"));
        check("${__UUID()}", Some("uuid()"));
        check("${__Random(1, 6,)}", Some("random(1, 6)"));
        check("${__time()}", Some("now()"));
        check("${__time(yyyy,)}", None);
        check("${__RandomString(4,abc)}", None);
        check("${a b}", None);
        check("${__V(user_${n})}", None);
    }
}
