//! Texts with references: `${name}` and `${__function(arguments)}`.
//!
//! Main type: [`Text`]: parsed once, evaluated as often as it is read. A text without references is kept to the
//! letter; one with any reference loses one level of backslashes before `$`, `,` and `\`.

use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;

use super::function::{self, Function, Memory};
use super::user::User;

/// What a function throws: it ends the thread of the user, without a sample.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);

/// A text of a plan.
#[derive(Debug)]
pub struct Text {
    raw: Box<str>,
    /// Nothing for a text without references.
    parts: Option<Box<[Part]>>,
}

#[derive(Debug)]
enum Part {
    Literal(Box<str>),
    Variable(Box<str>),
    Call(Box<Call>),
}

/// A reference to a function.
#[derive(Debug)]
pub struct Call {
    function: &'static Function,
    args: Box<[Text]>,
    /// What this reference counts; all users share it.
    pub count: AtomicI64,
    /// What else this reference remembers.
    pub memory: Mutex<Memory>,
}

/// Why a text cannot be used as a template; it then stays as it is written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadText(pub String);

impl Text {
    /// Parses a property's text.
    ///
    /// # Errors
    /// For a function that is not closed or has the wrong number of arguments.
    pub fn parse(raw: &str) -> Result<Self, BadText> {
        if !raw.contains("${") {
            return Ok(Self::literal(raw));
        }
        let mut parser = Parser { text: raw, at: 0, left_open: false };
        let mut parts = parser.parts()?;
        let dynamic = parts.len() > 1 || !matches!(parts.first(), None | Some(Part::Literal(_)));
        if !dynamic {
            // Nothing but text: it keeps even its backslashes, unless a reference was left open.
            return Ok(if parser.left_open && !parts.is_empty() {
                Self::argument_of(parts.remove(0))
            } else {
                Self::literal(raw)
            });
        }
        Ok(Self { raw: raw.into(), parts: Some(parts.into()) })
    }

    /// A text that is taken to the letter.
    #[must_use]
    pub fn literal(raw: &str) -> Self {
        Self { raw: raw.into(), parts: None }
    }

    fn argument_of(part: Part) -> Self {
        match part {
            Part::Literal(text) => Self { raw: text, parts: None },
            part => Self { raw: "".into(), parts: Some(Box::new([part])) },
        }
    }

    /// An argument of a function, in which backslashes always escape.
    fn argument(raw: &str) -> Result<Self, BadText> {
        let mut parts = Parser { text: raw, at: 0, left_open: false }.parts()?;
        Ok(match parts.len() {
            0 => Self::literal(""),
            1 => Self::argument_of(parts.remove(0)),
            _ => Self { raw: raw.into(), parts: Some(parts.into()) },
        })
    }

    /// As it is written.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// Whether it says the same each time.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.parts.is_none()
    }

    /// Whether there is nothing written.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.parts.is_none() && self.raw.is_empty()
    }

    /// What it says for a user now.
    ///
    /// # Errors
    /// When a function throws.
    pub fn eval<'t>(&'t self, user: &mut User) -> Result<Cow<'t, str>, Fault> {
        let Some(parts) = &self.parts else { return Ok(Cow::Borrowed(&self.raw)) };
        if let [part] = &**parts {
            return part.eval(user);
        }
        let mut out = String::with_capacity(self.raw.len());
        for part in parts {
            out.push_str(&part.eval(user)?);
        }
        Ok(Cow::Owned(out))
    }

    /// What it says, as a whole number; nothing when it is none.
    ///
    /// # Errors
    /// When a function throws.
    pub fn number(&self, user: &mut User) -> Result<Option<i64>, Fault> {
        Ok(self.eval(user)?.trim().parse().ok())
    }

    /// Calls `look` for every function it refers to, with the arguments as written.
    pub fn each_call(&self, look: &mut dyn FnMut(&'static Function, &[Text])) {
        for part in self.parts.iter().flatten() {
            if let Part::Call(call) = part {
                look(call.function, &call.args);
                call.args.iter().for_each(|arg| arg.each_call(look));
            }
        }
    }
}

impl Part {
    fn eval<'t>(&'t self, user: &mut User) -> Result<Cow<'t, str>, Fault> {
        Ok(match self {
            Self::Literal(text) => Cow::Borrowed(text),
            Self::Variable(name) => match user.vars.text(name) {
                Some(value) => Cow::Owned(value.into_owned()),
                None => Cow::Owned(format!("${{{name}}}")),
            },
            Self::Call(call) => Cow::Owned((call.function.run)(call, user)?),
        })
    }
}

impl Call {
    fn new(function: &'static Function, args: Vec<Text>) -> Result<Self, BadText> {
        if args.len() < function.min || args.len() > function.max {
            return Err(BadText(format!(
                "{} takes {} arguments, not {}",
                function.name,
                if function.min == function.max {
                    function.min.to_string()
                } else {
                    format!("{} to {}", function.min, function.max)
                },
                args.len()
            )));
        }
        Ok(Self { function, args: args.into(), count: AtomicI64::new(0), memory: Mutex::default() })
    }

    /// The argument at that place; empty when it is not given.
    ///
    /// # Errors
    /// When a function throws.
    pub fn arg<'t>(&'t self, at: usize, user: &mut User) -> Result<Cow<'t, str>, Fault> {
        self.args.get(at).map_or(Ok(Cow::Borrowed("")), |text| text.eval(user))
    }

    /// Whether no argument is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.args.is_empty()
    }

    /// How many arguments are given.
    #[must_use]
    pub fn len(&self) -> usize {
        self.args.len()
    }

    /// Puts a result into the variable that an argument names, if it names one; gives the result back.
    ///
    /// # Errors
    /// When a function throws.
    pub fn keep(&self, at: usize, value: String, user: &mut User) -> Result<String, Fault> {
        let name = self.arg(at, user)?;
        let name = name.trim();
        if !name.is_empty() {
            user.vars.put(name, &value);
        }
        Ok(value)
    }
}

/// Walks over a text once.
struct Parser<'t> {
    text: &'t str,
    at: usize,
    /// A reference had no closing brace.
    left_open: bool,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let found = self.text[self.at..].chars().next()?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Splits a text into literals and references.
    fn parts(&mut self) -> Result<Vec<Part>, BadText> {
        let (mut parts, mut literal, mut previous) = (Vec::new(), String::new(), ' ');
        while let Some(current) = self.next() {
            if current == '\\' {
                let Some(escaped) = self.next() else { break };
                if !matches!(escaped, '$' | ',' | '\\') {
                    literal.push('\\');
                }
                literal.push(escaped);
                previous = ' ';
            } else if current == '{' && previous == '$' {
                literal.pop();
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal).into()));
                }
                match self.reference()? {
                    // A reference that stays text joins the text around it.
                    Part::Literal(text) => push_literal(&mut parts, &text),
                    part => parts.push(part),
                }
                previous = ' ';
            } else {
                literal.push(current);
                previous = current;
            }
        }
        if !literal.is_empty() {
            push_literal(&mut parts, &literal);
        }
        Ok(parts)
    }

    /// What stands after `${`.
    fn reference(&mut self) -> Result<Part, BadText> {
        let (mut name, mut previous) = (String::new(), ' ');
        while let Some(current) = self.next() {
            match current {
                '\\' => {
                    let Some(escaped) = self.next() else { break };
                    name.push(escaped);
                    previous = ' ';
                    continue;
                }
                '(' if previous != ' ' => return self.call(name.trim_start()),
                '}' => {
                    return match function::find(&name) {
                        Some(function) => Ok(Part::Call(Box::new(Call::new(function, Vec::new())?))),
                        None => Ok(Part::Variable(name.into())),
                    };
                }
                _ => name.push(current),
            }
            previous = current;
        }
        // Never closed: the name alone is left.
        self.left_open = true;
        Ok(Part::Literal(name.into()))
    }

    fn call(&mut self, name: &str) -> Result<Part, BadText> {
        let from = self.at;
        let args = self.arguments(name)?;
        let written = &self.text[from..self.at];
        let Some(function) = function::find(name) else {
            // What JMeter does not know stays as it is, up to the closing brace.
            let mut rest = format!("${{{name}({written}");
            while let Some(current) = self.next() {
                rest.push(current);
                if current == '}' {
                    break;
                }
            }
            return Ok(Part::Literal(rest.into()));
        };
        let args = args.into_iter().map(|arg| Text::argument(&arg)).collect::<Result<Vec<_>, _>>()?;
        let call = Call::new(function, args)?;
        while let Some(current) = self.next() {
            if current == '}' {
                return Ok(Part::Call(Box::new(call)));
            }
        }
        Err(BadText(format!("{name} has no closing brace")))
    }

    /// The raw arguments up to the closing parenthesis, which is eaten.
    fn arguments(&mut self, name: &str) -> Result<Vec<String>, BadText> {
        let (mut args, mut arg, mut previous) = (Vec::new(), String::new(), ' ');
        let (mut braces, mut parens) = (0u32, 0u32);
        while let Some(current) = self.next() {
            match current {
                '\\' => {
                    arg.push('\\');
                    let Some(escaped) = self.next() else { break };
                    arg.push(escaped);
                    previous = ' ';
                    continue;
                }
                ',' if braces == 0 => {
                    args.push(std::mem::take(&mut arg));
                    previous = ' ';
                    continue;
                }
                ')' if braces == 0 && parens == 0 => {
                    if !(arg.is_empty() && args.is_empty()) {
                        args.push(arg);
                    }
                    return Ok(args);
                }
                '{' if previous == '$' => braces += 1,
                '}' if braces > 0 => braces -= 1,
                ')' if braces == 0 => parens -= 1,
                '(' if braces == 0 => parens += 1,
                _ => {}
            }
            arg.push(current);
            previous = current;
        }
        Err(BadText(format!("{name} has no closing parenthesis")))
    }
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Literal(last)) => *last = format!("{last}{text}").into(),
        _ => parts.push(Part::Literal(text.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eval(text: &str) -> String {
        let mut user = User::for_tests();
        user.vars.put("n", "5");
        user.vars.put("e f", "sp");
        match Text::parse(text) {
            Ok(text) => text.eval(&mut user).map_or_else(|fault| fault.0, Cow::into_owned),
            Err(error) => format!("bad: {error}"),
        }
    }

    #[test]
    fn what_is_a_reference_and_what_is_not() {
        let check = |text: &str, wanted: &str| assert_eq!(eval(text), wanted, "{text}");
        check("x${n}y", "x5y");
        check("${nope}", "${nope}");
        check("${__nope(1)}", "${__nope(1)}");
        check("$nope a$b {n} #{n}", "$nope a$b {n} #{n}");
        check("${}", "${}");
        check("${ n }", "${ n }");
        check("f=[${n", "f=[n");
        check("$${n}", "$5");
        check("\\${n}", "\\${n}");
        check("${user_${n}}", "${user_${n}}");
        check("${e f}", "sp");
        check("${ __intSum(1,2)}", "3");
        check("${__intSum (1,2)}", "${__intSum (1,2)}");
    }

    #[test]
    fn backslashes_escape_only_beside_a_reference() {
        let check = |text: &str, wanted: &str| assert_eq!(eval(text), wanted, "{text}");
        check("a\\,b\\\\ \\$5", "a\\,b\\\\ \\$5");
        check("${n}a\\,b\\\\c\\$\\d", "5a,b\\c$\\d");
        check("${__P(m,a\\,b)}", "a,b");
        check("${__P(m,a\\\\b)}", "a\\b");
        check("${__P(m,\\{x\\})}", "\\{x\\}");
        check("${__P(m,(x))}", "(x)");
        check("${__P(m,${__P(k,d)})}", "d");
    }

    #[test]
    fn malformed_calls_are_told() {
        let check = |text: &str, part: &str| {
            let error = Text::parse(text).unwrap_err();
            assert!(error.0.contains(part), "{error}");
        };
        check("${__P(a", "no closing parenthesis");
        check("${__P(a)", "no closing brace");
        check("${__P(m,\"q,r\")}", "not 3");
        check("${__intSum}", "not 0");
        check("${__V()}", "not 0");
    }
}
