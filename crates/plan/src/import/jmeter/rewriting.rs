//! Session ids that are taken out of the last answer and put into the next request, for servers that keep them in
//! addresses or forms instead of cookies.
//!
//! Main types: [`Rewriting`], the element, and [`Found`], what it found for one request.

use regex_lite::{Regex, escape};

use super::http::{Call, Pair};
use super::text::{Fault, Text};
use super::user::User;

/// A pre-processor that rewrites addresses.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of JMeter's of its own")]
pub struct Rewriting {
    /// A number of its own in the plan.
    pub id: usize,
    /// The name of the session id.
    pub name: Text,
    /// It stands behind a semicolon of the path, and is no parameter.
    pub in_path: bool,
    /// There is no equals sign before it in the path.
    pub no_equals: bool,
    /// A question mark ends it in the path.
    pub no_question: bool,
    /// An answer without one leaves that of an earlier answer.
    pub kept: bool,
    /// It is encoded as it was found; else it is decoded before.
    pub encoded: bool,
}

/// A session id for a request.
#[derive(Debug)]
pub struct Found {
    name: String,
    value: String,
    /// What stands between both in the path; nothing for a parameter.
    between: Option<&'static str>,
}

impl Rewriting {
    /// What the text of the last answer says; `known` is what was found before.
    ///
    /// # Errors
    /// When a function throws.
    pub fn find(&self, answer: &str, known: Option<&str>, user: &mut User) -> Result<Found, Fault> {
        let name = self.name.eval(user)?.into_owned();
        let value = self.value(&name, answer);
        let value = if value.is_empty() && self.kept { known.unwrap_or_default().to_owned() } else { value };
        let between = self.in_path.then_some(if self.no_equals { "" } else { "=" });
        Ok(Found { name, value, between })
    }

    fn value(&self, name: &str, answer: &str) -> String {
        let name = escape(name);
        let equals = if self.no_equals { "" } else { "=" };
        let question = if self.no_question { "?" } else { "" };
        let own = if self.in_path {
            format!("(?s);{name}{equals}([^\"'<>&\\s;{question}]*)")
        } else {
            format!("(?s)[;?&]{name}=([^\"'<>&\\s;]*)")
        };
        // A field of a form has its name before its value or behind it.
        let field = |first: &str, second: &str| format!("(?s)<[^>]*\\s{first}[^>]*\\s{second}");
        let of = format!("(?i:name)\\s*=\\s*[\"']{name}[\"']");
        let value = "(?i:value)\\s*=\\s*[\"']([^\"']*)[\"']";
        [own, field(&of, value), field(value, &of)]
            .iter()
            .filter_map(|pattern| Regex::new(pattern).ok())
            .find_map(|pattern| Some(pattern.captures(answer)?.get(1)?.as_str().to_owned()))
            .unwrap_or_default()
    }
}

impl Found {
    /// The session id.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Puts it into a request.
    pub fn apply(&self, rewriting: &Rewriting, call: &mut Call) {
        if let Some(between) = self.between {
            let path = format!("{};{}{between}{}", call.parts[3], self.name, self.value);
            call.rebuild(None, None, None, Some(&path));
            return;
        }
        let value = if rewriting.encoded {
            self.value.clone()
        } else {
            let form = format!("v={}", self.value);
            url::form_urlencoded::parse(form.as_bytes())
                .next()
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        call.pairs.retain(|pair| pair.name != self.name);
        call.pairs.push(Pair {
            name: self.name.clone(),
            value,
            encode: true,
            equals: true,
            content_type: String::new(),
        });
        call.rebuild(None, None, None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(in_path: bool, no_question: bool, answer: &str, expected: &str) {
        let rewriting = Rewriting {
            id: 0,
            name: Text::literal("sid"),
            in_path,
            no_equals: false,
            no_question,
            kept: false,
            encoded: false,
        };
        assert_eq!(rewriting.value("sid", answer), expected, "{answer}");
    }

    #[test]
    fn ids_are_found_where_servers_put_them() {
        check(false, false, "<a href=\"/next?a=1&sid=42&b=2\">", "42");
        check(false, false, "<a href='/next;sid=a-b'>", "a-b");
        check(false, false, "<input type=hidden NAME=\"sid\" VALUE='9'>", "9");
        check(false, false, "<input value=\"7\" name='sid'/>", "7");
        check(false, false, "nosid=1 <input name=other value=sid>", "");
        check(true, true, "<a href=\"/p;sid=x1?y=2\">", "x1");
        check(true, false, "<a href=\"/p;sid=x1?y=2\">", "x1?y=2");
        check(true, false, "<a href=\"/p?sid=x1\">", "");
    }
}
