//! From text to [`Selectors`].

use regex_lite::Regex;

use super::{Combinator, Compound, Selector, Selectors, Simple, Test};

/// How deep groups may stand in each other.
const DEPTH_MAX: u32 = 16;
/// How many compounds a selector may have; matching goes one call deeper at each.
const COMPOUNDS_MAX: usize = 64;

/// Reads a whole group of selectors.
pub(super) fn group(text: &str) -> Option<Selectors> {
    let mut reader = Reader { rest: text, depth: 0 };
    let group = reader.group()?;
    reader.rest.is_empty().then_some(group)
}

struct Reader<'a> {
    rest: &'a str,
    depth: u32,
}

fn is_name_start(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii()
}

fn is_name(letter: char) -> bool {
    is_name_start(letter) || letter.is_ascii_digit() || letter == '-'
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn eat(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn bump(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    /// Skips space and comments, and tells whether there were any.
    fn space(&mut self) -> bool {
        let before = self.rest.len();
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n', '\x0c']);
            match self.rest.strip_prefix("/*").and_then(|comment| comment.split_once("*/")) {
                Some((_, behind)) => self.rest = behind,
                None => return self.rest.len() < before,
            }
        }
    }

    fn group(&mut self) -> Option<Selectors> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let mut selectors = vec![self.selector()?];
        while self.eat(",") {
            selectors.push(self.selector()?);
        }
        self.depth -= 1;
        Some(Selectors(selectors))
    }

    fn selector(&mut self) -> Option<Selector> {
        self.space();
        let mut last = self.compound()?;
        let mut before = Vec::new();
        loop {
            let spaced = self.space();
            let combinator = match self.peek() {
                None | Some(',' | ')') => break,
                Some('>') => Combinator::Child,
                Some('+') => Combinator::Adjacent,
                Some('~') => Combinator::Sibling,
                Some(_) if spaced => Combinator::Descendant,
                Some(_) => break,
            };
            if combinator != Combinator::Descendant {
                self.bump();
                self.space();
            }
            before.push((combinator, std::mem::replace(&mut last, self.compound()?)));
            if before.len() > COMPOUNDS_MAX {
                return None;
            }
        }
        before.reverse();
        Some(Selector { last, before })
    }

    fn compound(&mut self) -> Option<Compound> {
        let mut compound = Compound::new();
        match self.peek()? {
            '*' => {
                self.bump();
                self.eat("|*");
                compound.push(Simple::Any);
            }
            '#' | '.' | '[' | ':' => {}
            _ => compound.push(Simple::Type(self.identifier()?.to_ascii_lowercase())),
        }
        loop {
            compound.push(match self.peek() {
                Some('#') => {
                    self.bump();
                    Simple::Id(self.name()?)
                }
                Some('.') => {
                    self.bump();
                    Simple::Class(self.identifier()?)
                }
                Some('[') => self.attribute()?,
                Some(':') => self.pseudo()?,
                _ => return Some(compound),
            });
        }
    }

    /// A name that begins like one.
    fn identifier(&mut self) -> Option<String> {
        let start = self.rest.trim_start_matches('-').chars().next()?;
        (is_name_start(start) || start == '\\').then(|| self.name())?
    }

    /// Letters of a name, at least one.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while let Some(letter) = self.peek() {
            if letter == '\\' {
                name.push(self.escape()?);
            } else if is_name(letter) {
                name.push(letter);
                self.bump();
            } else {
                break;
            }
        }
        (!name.is_empty()).then_some(name)
    }

    /// A character behind a backslash, or given by up to six hexadecimal digits.
    fn escape(&mut self) -> Option<char> {
        self.eat("\\");
        let digits = self.rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits == 0 {
            return self.bump().filter(|letter| !matches!(letter, '\r' | '\n' | '\x0c'));
        }
        let (code, behind) = self.rest.split_at(digits);
        self.rest = behind;
        if !self.eat("\r\n") && matches!(self.peek(), Some(' ' | '\t' | '\r' | '\n' | '\x0c')) {
            self.bump();
        }
        let code = u32::from_str_radix(code, 16).ok()?;
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.bump()?;
        let mut text = String::new();
        loop {
            match self.peek()? {
                letter if letter == quote => {
                    self.bump();
                    return Some(text);
                }
                '\\' if self.eat("\\\r\n") || self.eat("\\\n") || self.eat("\\\r") || self.eat("\\\x0c") => {}
                '\\' => text.push(self.escape()?),
                '\r' | '\n' | '\x0c' => return None,
                letter => {
                    text.push(letter);
                    self.bump();
                }
            }
        }
    }

    fn string_or_identifier(&mut self) -> Option<String> {
        match self.peek()? {
            '"' | '\'' => self.string(),
            _ => self.identifier(),
        }
    }

    fn attribute(&mut self) -> Option<Simple> {
        self.eat("[");
        self.space();
        let name = self.identifier()?.to_ascii_lowercase();
        self.space();
        if self.eat("]") {
            return Some(Simple::Attribute {
                name,
                test: Test::Present,
                value: String::new(),
                fold_case: false,
            });
        }
        if self.eat("#=") {
            self.space();
            let pattern = self.pattern()?;
            return self.eat("]").then_some(Simple::AttributePattern { name, pattern });
        }
        let tests = [
            ("=", Test::Equal),
            ("!=", Test::Different),
            ("~=", Test::Word),
            ("|=", Test::Dash),
            ("^=", Test::Prefix),
            ("$=", Test::Suffix),
            ("*=", Test::Part),
        ];
        let test = tests.iter().find(|(sign, _)| self.eat(sign))?.1;
        self.space();
        let value = self.string_or_identifier()?;
        self.space();
        let fold_case = self.eat("i") || self.eat("I");
        self.space();
        self.eat("]").then_some(Simple::Attribute { name, test, value, fold_case })
    }

    /// A regular expression, which ends before the first bracket that it did not open.
    fn pattern(&mut self) -> Option<Regex> {
        let mut open = 0u32;
        let end = self.rest.find(|letter| match letter {
            '(' | '[' => {
                open += 1;
                false
            }
            ')' | ']' if open == 0 => true,
            ')' | ']' => {
                open -= 1;
                false
            }
            _ => false,
        })?;
        let (pattern, behind) = self.rest.split_at(end);
        self.rest = behind;
        Regex::new(pattern).ok()
    }

    /// What stands in the brackets behind the name of a pseudo-class.
    fn argument<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.eat("(").then_some(())?;
        self.space();
        let argument = read(self)?;
        self.space();
        self.eat(")").then_some(argument)
    }

    fn pseudo(&mut self) -> Option<Simple> {
        self.eat(":");
        let name = self.identifier()?.to_ascii_lowercase();
        let nth = |offset, from_end, of_type| Simple::Nth { step: 0, offset, from_end, of_type };
        Some(match name.as_str() {
            "not" => Simple::Not(self.argument(Self::group)?),
            "has" => Simple::Has(self.argument(Self::group)?),
            "haschild" => Simple::HasChild(self.argument(Self::group)?),
            "contains" | "containsown" => {
                let text = self.argument(Self::string_or_identifier)?.to_lowercase();
                Simple::Contains { text, own: name == "containsown" }
            }
            "matches" | "matchesown" => {
                Simple::Matches { pattern: self.argument(Self::pattern)?, own: name == "matchesown" }
            }
            "nth-child" | "nth-last-child" | "nth-of-type" | "nth-last-of-type" => {
                let (step, offset) = self.argument(Self::nth)?;
                Simple::Nth {
                    step,
                    offset,
                    from_end: name.starts_with("nth-last"),
                    of_type: name.ends_with("of-type"),
                }
            }
            "first-child" => nth(1, false, false),
            "last-child" => nth(1, true, false),
            "first-of-type" => nth(1, false, true),
            "last-of-type" => nth(1, true, true),
            "only-child" => Simple::Only { of_type: false },
            "only-of-type" => Simple::Only { of_type: true },
            "input" => Simple::Input,
            "empty" => Simple::Empty,
            "root" => Simple::Root,
            "link" => Simple::Link,
            "lang" => Simple::Lang(self.argument(Self::identifier)?),
            "enabled" => Simple::Enabled,
            "disabled" => Simple::Disabled,
            "checked" => Simple::Checked,
            "visited" | "hover" | "active" | "focus" | "target" => Simple::Never,
            _ => return None,
        })
    }

    /// `odd`, `even` or `an+b`.
    fn nth(&mut self) -> Option<(i32, i32)> {
        let end = self.rest.find(')')?;
        let (given, behind) = self.rest.split_at(end);
        self.rest = behind;
        let given = given.trim_matches([' ', '\t', '\r', '\n', '\x0c']).to_ascii_lowercase();
        match given.as_str() {
            "odd" => return Some((2, 1)),
            "even" => return Some((2, 0)),
            _ => {}
        }
        let Some((step, offset)) = given.split_once('n') else { return Some((0, number(&given)?)) };
        let step = match step {
            "" | "+" => 1,
            "-" => -1,
            step => number(step)?,
        };
        let offset = offset.trim_start();
        if offset.is_empty() {
            return Some((step, 0));
        }
        let (sign, digits) = offset.split_at_checked(1).filter(|(sign, _)| matches!(*sign, "+" | "-"))?;
        let digits = digits.trim_start();
        digits.starts_with(|letter: char| letter.is_ascii_digit()).then_some(())?;
        let offset = number(digits)?;
        Some((step, if sign == "-" { -offset } else { offset }))
    }
}

/// A whole number with an optional sign.
fn number(text: &str) -> Option<i32> {
    text.parse().ok()
}
