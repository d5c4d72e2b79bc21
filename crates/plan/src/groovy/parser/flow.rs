//! Statements that decide what runs next: branches, loops, `switch` and `try`.

use super::super::token::Token;
use super::super::tree::{Case, Expr, Stmt, StmtKind, Try};
use super::{Parsed, Parser};

impl Parser<'_> {
    pub(super) fn if_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let cond = self.in_brackets()?;
        let then = Box::new(self.statement()?);
        let start = self.next;
        while self.take(";") {}
        if self.take_word("else") {
            let other = Box::new(self.statement()?);
            return Ok(StmtKind::If(cond, then, Some(other)));
        }
        self.next = start;
        Ok(StmtKind::If(cond, then, None))
    }

    pub(super) fn while_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let cond = self.in_brackets()?;
        Ok(StmtKind::While(cond, Box::new(self.statement()?)))
    }

    pub(super) fn do_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let body = Box::new(self.statement()?);
        if !self.take_word("while") {
            return Err(self.unexpected("`while`"));
        }
        let cond = self.in_brackets()?;
        self.end_of_statement()?;
        Ok(StmtKind::DoWhile(body, cond))
    }

    pub(super) fn in_brackets(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let expr = self.deeper(Self::expression)?;
        self.expect(")")?;
        Ok(expr)
    }

    pub(super) fn for_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        self.expect("(")?;
        let start = self.next;
        // `for (x in list)`, `for (Type x : list)`, `for (var x : list)`
        self.modifiers()?;
        let mut ty = None;
        if !matches!(self.name_ahead(1), Some("in")) && !self.is_ahead(1, ":") {
            ty = self.maybe_type();
        }
        if let Some(name) = self.name_ahead(0)
            && (matches!(self.name_ahead(1), Some("in")) || self.is_ahead(1, ":"))
        {
            self.bump();
            self.bump();
            let list = self.expression()?;
            self.expect(")")?;
            return Ok(StmtKind::ForIn(ty, name.to_owned(), list, Box::new(self.statement()?)));
        }
        self.next = start;
        let mut init = Vec::new();
        if !self.take(";") {
            let at = self.at();
            let kind = match self.maybe_declaration()? {
                Some(kind) => kind,
                None => {
                    let expr = self.expression()?;
                    if !self.is(",") {
                        self.expect(";")?;
                    }
                    StmtKind::Expr(expr)
                }
            };
            init.push(Stmt { kind, at });
            while self.take(",") {
                let at = self.at();
                let expr = self.expression()?;
                init.push(Stmt { kind: StmtKind::Expr(expr), at });
                if !self.is(",") {
                    self.expect(";")?;
                }
            }
        }
        let cond = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        let mut update = Vec::new();
        while !self.is(")") {
            update.push(self.expression()?);
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok(StmtKind::For(init, cond, update, Box::new(self.statement()?)))
    }

    pub(super) fn switch(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let value = self.in_brackets()?;
        self.expect("{")?;
        let mut cases = Vec::new();
        while !self.take("}") {
            let value = if self.take_word("default") {
                None
            } else if self.take_word("case") {
                Some(self.expression()?)
            } else {
                return Err(self.unexpected("`case`"));
            };
            self.expect(":")?;
            let mut body = Vec::new();
            loop {
                while self.take(";") {}
                let next = self.name_ahead(0);
                if self.is("}") || self.word().token == Token::End || next == Some("case") {
                    break;
                }
                if next == Some("default") && self.is_ahead(1, ":") {
                    break;
                }
                body.push(self.statement()?);
            }
            cases.push(Case { value, body });
        }
        Ok(StmtKind::Switch(value, cases))
    }

    pub(super) fn try_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let mut resources = Vec::new();
        if self.take("(") {
            while !self.is(")") {
                self.modifiers()?;
                if !self.is_ahead(1, "=") {
                    self.maybe_type();
                }
                let name = self.expect_name()?;
                self.expect("=")?;
                let value = self.expression()?;
                resources.push((name, value));
                self.take(";");
            }
            self.expect(")")?;
        }
        let body = self.block()?;
        let mut catches = Vec::new();
        while self.take_word("catch") {
            self.expect("(")?;
            self.modifiers()?;
            let mut types = Vec::new();
            if !self.is_ahead(1, ")") {
                types.push(self.ty()?);
                while self.take("|") {
                    types.push(self.ty()?);
                }
            }
            let name = self.expect_name()?;
            self.expect(")")?;
            catches.push((types, name, self.block()?));
        }
        let finally = if self.take_word("finally") { Some(self.block()?) } else { None };
        if catches.is_empty() && finally.is_none() && resources.is_empty() {
            return Err(self.unexpected("`catch` or `finally`"));
        }
        Ok(StmtKind::Try(Try { resources, body, catches, finally }))
    }
}
