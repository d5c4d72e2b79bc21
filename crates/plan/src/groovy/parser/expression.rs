//! Expressions: operators by their precedence.

use super::super::token::Token;
use super::super::tree::{Arg, Expr, ExprKind, Member, Reach};
use super::super::{Error, Language};
use super::types::is_keyword;
use super::{At, Parsed, Parser};

/// How tightly an operator between two values binds.
fn binding(mark: &str, language: Language) -> Option<u32> {
    Some(match mark {
        "||" | "or" => 2,
        "&&" | "and" => 3,
        "|" => 4,
        "^" => 5,
        "&" => 6,
        "==" | "!=" | "<=>" | "=~" | "==~" | "===" | "!==" | "!~" | "eq" | "ne" | "=^" | "!^" | "=$"
        | "!$" => 7,
        "<" | "<=" | ">" | ">=" | "in" | "!in" | "instanceof" | "!instanceof" | "as" | "lt" | "le" | "gt"
        | "ge" => 8,
        "<<" | ">>" | ">>>" => 9,
        ".." | "..<" => {
            if language.is_jexl() {
                5
            } else {
                9
            }
        }
        "+" | "-" => 10,
        "*" | "/" | "%" | "div" | "mod" => 11,
        _ => return None,
    })
}

/// The one spelling of an operator that has several.
fn spelled(mark: &'static str) -> &'static str {
    match mark {
        "eq" => "==",
        "ne" => "!=",
        "lt" => "<",
        "le" => "<=",
        "gt" => ">",
        "ge" => ">=",
        "and" => "&&",
        "or" => "||",
        "div" => "/",
        "mod" => "%",
        other => other,
    }
}

const JEXL_WORDS: &[&str] = &["eq", "ne", "lt", "le", "gt", "ge", "and", "or", "div", "mod"];
const ASSIGNMENTS: &[&str] = &["=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", "&=", "|=", "^=", "?="];

impl Parser<'_> {
    /// An expression; at the beginning of one, a call may leave out its brackets.
    pub(super) fn command(&mut self) -> Parsed<Expr> {
        let expr = self.expression()?;
        if self.language != Language::Groovy || !self.begins_an_argument() {
            return Ok(expr);
        }
        let (of, name, reach) = match expr.kind {
            ExprKind::Name(name) => (None, Member::Named(name), Reach::Plain),
            ExprKind::Prop(of, name, reach @ (Reach::Plain | Reach::Safe)) => (Some(of), name, reach),
            _ => return Err(self.unexpected("the end of the statement")),
        };
        let args = self.deeper(|parser| {
            let mut args = Vec::new();
            loop {
                args.push(parser.arg()?);
                if !parser.take(",") {
                    return Ok(args);
                }
            }
        })?;
        self.node(expr.at, ExprKind::Call(of, name, reach, args))
    }

    /// Whether the next word begins the argument of a call without brackets.
    fn begins_an_argument(&self) -> bool {
        let word = self.word();
        !word.after_newline
            && word.after_space
            && match &word.token {
                Token::Name(name) => {
                    !is_keyword(name) && name != "as"
                        || matches!(name.as_str(), "new" | "null" | "true" | "false" | "this")
                }
                Token::Mark(_) | Token::End => false,
                _ => true,
            }
    }

    /// Any expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.deeper(Self::assignment)
    }

    fn assignment(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let several = self.is("(")
            && self.words.get(self.partner[self.next] + 1).is_some_and(|word| word.token == Token::Mark("="));
        let target = if several { self.several()? } else { self.ternary()? };
        let Some(operator) = self.assignment_operator() else {
            return Ok(target);
        };
        let value = self.deeper(|parser| {
            // `a = b "c"` and `x = foo 1` are calls too.
            parser.command()
        })?;
        let targets_ok =
            matches!(target.kind, ExprKind::Name(_) | ExprKind::Prop(..) | ExprKind::Index(..)) || several;
        if !targets_ok {
            return Err(Error::syntax(at, "the left side cannot be assigned to"));
        }
        if let ExprKind::List(items) = target.kind {
            let targets = items.into_iter().map(|item| match item {
                Arg::Plain(expr) if matches!(expr.kind, ExprKind::Name(_) | ExprKind::Prop(..)) => Ok(expr),
                _ => Err(Error::syntax(at, "the left side cannot be assigned to")),
            });
            let targets = targets.collect::<Parsed<Vec<_>>>()?;
            return self.node(at, ExprKind::MultiAssign(targets, Box::new(value)));
        }
        if let ExprKind::Name(name) = &target.kind {
            self.assigned.push(name.clone());
        }
        self.node(at, ExprKind::Assign(operator, Box::new(target), Box::new(value)))
    }

    /// `(a, b)` before a `=`.
    fn several(&mut self) -> Parsed<Expr> {
        let at = self.at();
        self.expect("(")?;
        let mut targets = Vec::new();
        while !self.is(")") {
            targets.push(Arg::Plain(self.ternary()?));
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        self.node(at, ExprKind::List(targets))
    }

    /// Reads `=`, `+=` and so on; returns the operator without its `=`.
    fn assignment_operator(&mut self) -> Option<&'static str> {
        let Token::Mark(mark) = self.word().token else { return None };
        if mark == ">" {
            // `>>=` and `>>>=` come in pieces.
            let close = |i: usize, mark| self.is_ahead(i, mark) && !self.ahead(i).after_space;
            let more = usize::from(close(1, ">"));
            if !close(more + 1, ">=") {
                return None;
            }
            (0..more + 2).for_each(|_| {
                self.bump();
            });
            return Some(if more == 0 { ">>" } else { ">>>" });
        }
        let found = ASSIGNMENTS.iter().find(|known| **known == mark)?;
        self.bump();
        Some(if *found == "=" { "=" } else { &found[..found.len() - 1] })
    }

    fn ternary(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let cond = self.binary(2)?;
        if self.take("?:") || self.language == Language::Jexl3 && self.take("??") {
            let other = self.deeper(Self::ternary)?;
            return self.node(at, ExprKind::Elvis(Box::new(cond), Box::new(other)));
        }
        if self.is("?[") {
            return Err(Error::unsupported(self.at(), "`?[` (write `? [`)"));
        }
        if !self.take("?") {
            return Ok(cond);
        }
        let then = self.deeper(Self::assignment)?;
        self.expect(":")?;
        let other = self.deeper(Self::assignment)?;
        self.node(at, ExprKind::Ternary(Box::new(cond), Box::new(then), Box::new(other)))
    }

    /// The operator that stands here between two values, and of how many words it is made.
    fn operator(&self) -> Option<(&'static str, usize)> {
        let word = self.word();
        match &word.token {
            Token::Mark(">") => {
                let tight = |count: usize| self.is_ahead(count, ">") && !self.ahead(count).after_space;
                match (tight(1), tight(2)) {
                    (true, true) if !self.is_ahead(3, ">=") => Some((">>>", 3)),
                    (true, _) if !self.is_ahead(2, ">=") => Some((">>", 2)),
                    (true, _) => None,
                    _ if self.is_ahead(1, ">=") && !self.ahead(1).after_space => None,
                    _ => Some((">", 1)),
                }
            }
            Token::Mark("!") if !self.ahead(1).after_space => match self.name_ahead(1) {
                Some("in") => Some(("!in", 2)),
                Some("instanceof") => Some(("!instanceof", 2)),
                _ => None,
            },
            // On a new line these begin something.
            Token::Mark("+" | "-") if word.after_newline && self.language.minds_newlines() => None,
            Token::Mark(mark) => Some((mark, 1)),
            Token::Name(name) => match name.as_str() {
                "instanceof" => Some(("instanceof", 1)),
                "in" if self.language == Language::Groovy => Some(("in", 1)),
                "as" if self.language == Language::Groovy => Some(("as", 1)),
                _ if self.language.is_jexl() => {
                    JEXL_WORDS.iter().find(|known| **known == name).map(|word| (*word, 1))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn binary(&mut self, least: u32) -> Parsed<Expr> {
        let at = self.at();
        let mut left = self.deeper(Self::unary)?;
        loop {
            let Some((mark, words)) = self.operator() else { return Ok(left) };
            let Some(level) = binding(mark, self.language).filter(|level| *level >= least) else {
                return Ok(left);
            };
            (0..words).for_each(|_| {
                self.bump();
            });
            left = self.combined(at, spelled(mark), left, level)?;
        }
    }

    /// One more operator behind a value.
    fn combined(&mut self, at: At, mark: &'static str, left: Expr, level: u32) -> Parsed<Expr> {
        match mark {
            "as" => {
                let ty = self.ty()?;
                return self.node(at, ExprKind::Cast(ty, Box::new(left), true));
            }
            "instanceof" | "!instanceof" => {
                let ty = self.ty()?;
                return self.node(at, ExprKind::InstanceOf(Box::new(left), ty, mark == "!instanceof"));
            }
            _ => {}
        }
        let right = self.deeper(|parser| parser.binary(level + 1))?;
        let (left, right) = match (mark, left.kind) {
            ("+", ExprKind::Sum(mut parts)) => {
                parts.push(right);
                return self.node(at, ExprKind::Sum(parts));
            }
            ("&&" | "||", ExprKind::Logic(known, mut parts)) if known == mark => {
                parts.push(right);
                return self.node(at, ExprKind::Logic(mark, parts));
            }
            (_, kind) => (Expr { kind, ..left }, right),
        };
        let kind = match mark {
            "+" => ExprKind::Sum(vec![left, right]),
            "&&" | "||" => ExprKind::Logic(mark, vec![left, right]),
            ".." | "..<" => ExprKind::Range(Box::new(left), Box::new(right), mark == ".."),
            "in" | "!in" => ExprKind::In(Box::new(left), Box::new(right), mark == "!in"),
            _ => ExprKind::Binary(mark, Box::new(left), Box::new(right)),
        };
        self.node(at, kind)
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let at = self.at();
        let operand = |parser: &mut Self| parser.deeper(Self::unary).map(Box::new);
        if self.language.is_jexl() && self.is_word("not") {
            self.bump();
            let of = operand(self)?;
            return self.node(at, ExprKind::Unary("!", of));
        }
        match self.word().token {
            Token::Mark(mark @ ("!" | "~")) => {
                self.bump();
                let of = operand(self)?;
                self.node(at, ExprKind::Unary(mark, of))
            }
            Token::Mark(mark @ ("-" | "+")) => {
                self.bump();
                let of = operand(self)?;
                match (mark, &of.kind) {
                    ("-", ExprKind::Int(value)) => self.node(at, ExprKind::Int(-value)),
                    ("-", ExprKind::Long(value)) => self.node(at, ExprKind::Long(value.wrapping_neg())),
                    _ => self.node(at, ExprKind::Unary(mark, of)),
                }
            }
            Token::Mark(mark @ ("++" | "--")) => {
                self.bump();
                let of = operand(self)?;
                self.step(at, if mark == "++" { 1 } else { -1 }, true, of)
            }
            Token::Mark("(") if self.is_cast() => {
                self.bump();
                let ty = self.ty()?;
                self.expect(")")?;
                let of = operand(self)?;
                self.node(at, ExprKind::Cast(ty, of, false))
            }
            _ => {
                let base = self.postfix()?;
                if self.take("**") {
                    let power = operand(self)?;
                    return self.node(at, ExprKind::Binary("**", Box::new(base), power));
                }
                Ok(base)
            }
        }
    }

    pub(super) fn step(&mut self, at: At, by: i8, before: bool, of: Box<Expr>) -> Parsed<Expr> {
        if !matches!(of.kind, ExprKind::Name(_) | ExprKind::Prop(..) | ExprKind::Index(..)) {
            return Err(Error::syntax(at, "only a variable can be counted up or down"));
        }
        self.node(at, ExprKind::Step(by, before, of))
    }

    /// Whether the bracket here holds a type, and a value follows.
    fn is_cast(&mut self) -> bool {
        if self.language.is_jexl() {
            return false;
        }
        let (start, close) = (self.next, self.partner[self.next]);
        self.bump();
        let ty = self.maybe_type().filter(|_| self.next == close);
        self.next = start;
        let Some(ty) = ty else { return false };
        if Self::is_primitive(&ty.name) {
            return true;
        }
        let behind = &self.words[(close + 1).min(self.words.len() - 1)];
        let value_follows = !behind.after_newline
            && match &behind.token {
                Token::Name(name) => {
                    !is_keyword(name) && name != "as"
                        || matches!(name.as_str(), "new" | "this" | "null" | "true" | "false")
                }
                Token::Mark(mark) => matches!(*mark, "(" | "[" | "!" | "~" | "{"),
                Token::End => false,
                _ => true,
            };
        value_follows && Self::looks_like_type(&ty)
    }
}
