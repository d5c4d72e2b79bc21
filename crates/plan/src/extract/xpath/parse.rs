//! From the text of an expression to its tree.
//!
//! Main type: [`Expr`].

/// How deep an expression may be.
const DEPTH_MAX: usize = 100;

/// A direction of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Axis {
    /// What it is a part of, and so on up.
    Ancestor,
    /// The same and itself.
    AncestorOrSelf,
    /// Attributes.
    Attribute,
    /// What stands in it.
    Child,
    /// What stands in it at any depth.
    Descendant,
    /// The same and itself.
    DescendantOrSelf,
    /// All that comes after it.
    Following,
    /// What comes after it in the same parent.
    FollowingSibling,
    /// What it stands in.
    Parent,
    /// All that comes before it.
    Preceding,
    /// What comes before it in the same parent.
    PrecedingSibling,
    /// Itself.
    Itself,
}

/// Which nodes of a direction count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// Any element, or any attribute.
    Any,
    /// Those of a prefix.
    Space(String),
    /// Those of a prefix, which may be empty, and a name.
    Name(String, String),
    /// `node()`.
    Node,
    /// `text()`.
    Text,
    /// `comment()`.
    Comment,
    /// `processing-instruction()`.
    Instruction,
}

/// One step of a path.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Where to.
    pub axis: Axis,
    /// What counts.
    pub test: Test,
    /// Conditions.
    pub filters: Vec<Expr>,
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A function and its arguments.
    Call(String, Vec<Expr>),
    /// Two expressions and what joins them.
    Pair(&'static str, Box<Expr>, Box<Expr>),
    /// The negative.
    Minus(Box<Expr>),
    /// A path: from the root, from the nodes of an expression, or from where one is.
    Path {
        /// It begins at the root.
        absolute: bool,
        /// It begins with these nodes.
        from: Option<Box<Expr>>,
        /// Conditions on them.
        filters: Vec<Expr>,
        /// Where it leads.
        steps: Vec<Step>,
    },
}

/// Parses an expression.
///
/// # Errors
/// With what was not understood.
pub fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let expr = parser.binary(0)?;
    parser.space();
    if parser.at < text.len() {
        return Err(format!("unexpected '{}' in {text}", &text[parser.at..]));
    }
    Ok(expr)
}

/// Operators, the loosest first.
const LEVELS: &[&[&str]] =
    &[&["or"], &["and"], &["=", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "div", "mod"]];

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn wrong(&self) -> String {
        format!("unexpected end or text at '{}' in {}", self.rest(), self.text)
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { Err(self.wrong()) }
    }

    fn operator(&mut self, level: usize) -> Option<&'static str> {
        self.space();
        let rest = self.rest();
        let found = LEVELS[level].iter().copied().find(|word| {
            let is_word = word.as_bytes()[0].is_ascii_alphabetic();
            rest.starts_with(word) && !(is_word && rest[word.len()..].starts_with(|c: char| is_name(c)))
        })?;
        self.at += found.len();
        Some(found)
    }

    fn binary(&mut self, level: usize) -> Result<Expr, String> {
        if level == LEVELS.len() {
            return self.unary();
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX * LEVELS.len() {
            return Err("the expression is too deep".to_owned());
        }
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = self.operator(level) {
            let right = self.binary(level + 1)?;
            left = Expr::Pair(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, String> {
        let mut negative = 0usize;
        while self.eat("-") {
            negative += 1;
        }
        let mut left = self.path()?;
        while self.eat("|") {
            let right = self.path()?;
            left = Expr::Pair("|", Box::new(left), Box::new(right));
        }
        Ok(if negative % 2 == 1 { Expr::Minus(Box::new(left)) } else { left })
    }

    fn path(&mut self) -> Result<Expr, String> {
        self.space();
        let first = self.rest().chars().next().ok_or_else(|| self.wrong())?;
        let primary = match first {
            '(' => {
                self.at += 1;
                let inner = self.binary(0)?;
                self.expect(")")?;
                Some(inner)
            }
            '"' | '\'' => {
                let end = self.rest()[1..].find(first).ok_or_else(|| self.wrong())?;
                let text = self.rest()[1..=end].to_owned();
                self.at += end + 2;
                Some(Expr::Text(text))
            }
            '0'..='9' => Some(self.number()?),
            '.' if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => Some(self.number()?),
            _ => self.call()?,
        };
        let Some(primary) = primary else { return self.location(None, Vec::new()) };
        let filters = self.filters()?;
        self.space();
        if filters.is_empty() && !self.rest().starts_with('/') {
            return Ok(primary);
        }
        self.location(Some(Box::new(primary)), filters)
    }

    fn number(&mut self) -> Result<Expr, String> {
        let length =
            self.rest().find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(self.rest().len());
        let number = self.rest()[..length].parse().map_err(|_| self.wrong())?;
        self.at += length;
        Ok(Expr::Number(number))
    }

    fn call(&mut self) -> Result<Option<Expr>, String> {
        let before = self.at;
        let Some(name) = self.name() else { return Ok(None) };
        if matches!(name.as_str(), "node" | "text" | "comment" | "processing-instruction") || !self.eat("(") {
            self.at = before;
            return Ok(None);
        }
        let mut args = Vec::new();
        if !self.eat(")") {
            loop {
                args.push(self.binary(0)?);
                if self.eat(")") {
                    break;
                }
                self.expect(",")?;
            }
        }
        let name = name.strip_prefix("fn:").unwrap_or(&name).to_owned();
        Ok(Some(Expr::Call(name, args)))
    }

    /// A name, with a prefix.
    fn name(&mut self) -> Option<String> {
        self.space();
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let mut length = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let after = &rest[length..];
        if after.starts_with(':')
            && after[1..].starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '*')
        {
            let second = &after[1..];
            length += 1 + second.find(|c: char| !is_name(c)).unwrap_or(second.len());
        }
        let name = rest[..length].to_owned();
        self.at += length;
        Some(name)
    }

    fn filters(&mut self) -> Result<Vec<Expr>, String> {
        let mut filters = Vec::new();
        while self.eat("[") {
            filters.push(self.binary(0)?);
            self.expect("]")?;
        }
        Ok(filters)
    }

    fn location(&mut self, from: Option<Box<Expr>>, filters: Vec<Expr>) -> Result<Expr, String> {
        let mut steps = Vec::new();
        let anywhere = Step { axis: Axis::DescendantOrSelf, test: Test::Node, filters: Vec::new() };
        let mut absolute = false;
        if self.eat("//") {
            absolute = from.is_none();
            steps.push(anywhere.clone());
        } else if self.eat("/") {
            absolute = from.is_none();
            self.space();
            let more = self.rest().starts_with(|c: char| c.is_alphabetic() || "_*@.".contains(c));
            if !more {
                return Ok(Expr::Path { absolute, from, filters, steps });
            }
        } else if from.is_some() {
            return Ok(Expr::Path { absolute, from, filters, steps });
        }
        loop {
            steps.push(self.step()?);
            if self.eat("//") {
                steps.push(anywhere.clone());
            } else if !self.eat("/") {
                return Ok(Expr::Path { absolute, from, filters, steps });
            }
        }
    }

    fn step(&mut self) -> Result<Step, String> {
        if self.eat("..") {
            return Ok(Step { axis: Axis::Parent, test: Test::Node, filters: self.filters()? });
        }
        if self.eat(".") {
            return Ok(Step { axis: Axis::Itself, test: Test::Node, filters: self.filters()? });
        }
        let mut axis = if self.eat("@") { Axis::Attribute } else { Axis::Child };
        let before = self.at;
        if let Some(name) = self.name() {
            if self.eat("::") {
                axis = axis_of(&name).ok_or_else(|| format!("no such axis: {name}"))?;
            } else {
                self.at = before;
            }
        }
        let test = self.test()?;
        Ok(Step { axis, test, filters: self.filters()? })
    }

    fn test(&mut self) -> Result<Test, String> {
        if self.eat("*") {
            return Ok(Test::Any);
        }
        let name = self.name().ok_or_else(|| self.wrong())?;
        if name.ends_with(':') && self.eat("*") {
            return Ok(Test::Space(name.trim_end_matches(':').to_owned()));
        }
        if self.eat("(") {
            // An instruction may be named; the name is not looked at.
            while !self.eat(")") {
                let next = self.rest().chars().next().ok_or_else(|| self.wrong())?;
                self.at += next.len_utf8();
            }
            return match name.as_str() {
                "node" => Ok(Test::Node),
                "text" => Ok(Test::Text),
                "comment" => Ok(Test::Comment),
                "processing-instruction" => Ok(Test::Instruction),
                _ => Err(format!("no such test: {name}()")),
            };
        }
        let (prefix, name) =
            name.split_once(':').map_or(("", name.as_str()), |(prefix, name)| (prefix, name));
        Ok(Test::Name(prefix.to_owned(), name.to_owned()))
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn axis_of(name: &str) -> Option<Axis> {
    Some(match name {
        "ancestor" => Axis::Ancestor,
        "ancestor-or-self" => Axis::AncestorOrSelf,
        "attribute" => Axis::Attribute,
        "child" => Axis::Child,
        "descendant" => Axis::Descendant,
        "descendant-or-self" => Axis::DescendantOrSelf,
        "following" => Axis::Following,
        "following-sibling" => Axis::FollowingSibling,
        "parent" => Axis::Parent,
        "preceding" => Axis::Preceding,
        "preceding-sibling" => Axis::PrecedingSibling,
        "self" => Axis::Itself,
        _ => return None,
    })
}
