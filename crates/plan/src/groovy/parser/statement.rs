//! Statements, of scripts and of blocks. Those that decide what runs next are in `flow`, those that declare in `declaration`.

use super::super::token::Token;
use super::super::tree::{Script, Stmt, StmtKind};
use super::super::{Error, Language};
use super::types::is_keyword;
use super::{Parsed, Parser};

impl Parser<'_> {
    /// All of a script: imports, classes and methods apart from its statements.
    pub(super) fn statements_of_script(&mut self, script: &mut Script) -> Parsed<()> {
        loop {
            while self.take(";") {}
            if self.word().token == Token::End {
                return Ok(());
            }
            // `@Grab(…)` stands before an import.
            let start = self.next;
            if self.is("@") {
                self.modifiers()?;
                if !self.is_word("import") && !self.is_word("package") {
                    self.next = start;
                }
            }
            if self.take_word("import") {
                let import = self.import()?;
                script.imports.push(import);
                self.end_of_statement()?;
            } else if self.is_word("package") && self.name_ahead(1).is_some() {
                self.bump();
                self.import()?;
                self.end_of_statement()?;
            } else if self.begins_a_class() {
                let class = self.class()?;
                script.classes.push(class);
            } else {
                let start = self.next;
                let modifiers = self.modifiers()?;
                if let Some(method) = self.maybe_method(modifiers)? {
                    script.methods.push(method);
                } else {
                    self.next = start;
                    let stmt = self.statement()?;
                    script.body.push(stmt);
                }
            }
        }
    }

    /// `{ … }`
    pub(super) fn block(&mut self) -> Parsed<Vec<Stmt>> {
        self.expect("{")?;
        let body = self.deeper(|parser| parser.statements_until("}"))?;
        self.expect("}")?;
        Ok(body)
    }

    /// Statements up to a mark, which is not read.
    pub(super) fn statements_until(&mut self, mark: &str) -> Parsed<Vec<Stmt>> {
        let mut body = Vec::new();
        loop {
            while self.take(";") {}
            if self.is(mark) || self.word().token == Token::End {
                return Ok(body);
            }
            body.push(self.statement()?);
        }
    }

    pub(super) fn statement(&mut self) -> Parsed<Stmt> {
        let at = self.at();
        // A statement takes more of the stack than an expression.
        let kind = self.deeper(|parser| parser.deeper(Self::statement_kind))?;
        Ok(Stmt { kind, at })
    }

    fn statement_kind(&mut self) -> Parsed<StmtKind> {
        if self.take(";") {
            return Ok(StmtKind::Empty);
        }
        if self.is("{") && !self.closure_has_params() && !(self.language.is_jexl() && self.is_jexl_literal())
        {
            return Ok(StmtKind::Block(self.block()?));
        }
        if let Some(name) = self.name_ahead(0) {
            if self.is_ahead(1, ":") && !is_keyword(name) && !self.is_ahead(1, "::") {
                let label = self.expect_name()?;
                self.expect(":")?;
                return Ok(StmtKind::Label(label, Box::new(self.statement()?)));
            }
            if let Some(kind) = self.keyword_statement(name)? {
                return Ok(kind);
            }
        }
        if self.begins_a_class() {
            return Err(Error::unsupported(self.at(), "a class inside a block"));
        }
        if let Some(kind) = self.maybe_declaration()? {
            return Ok(kind);
        }
        let expr = self.command()?;
        self.end_of_statement()?;
        Ok(StmtKind::Expr(expr))
    }

    fn keyword_statement(&mut self, name: &str) -> Parsed<Option<StmtKind>> {
        let jexl = self.language.is_jexl();
        Ok(Some(match name {
            "if" => self.if_statement()?,
            "while" => self.while_statement()?,
            "do" => self.do_statement()?,
            "for" => self.for_statement()?,
            "foreach" if jexl => self.for_statement()?,
            "switch" => self.switch()?,
            "try" => self.try_statement()?,
            "throw" => {
                self.bump();
                let value = self.expression()?;
                self.end_of_statement()?;
                StmtKind::Throw(value)
            }
            "return" => {
                self.bump();
                let value = if self.at_end_of_statement() { None } else { Some(self.command()?) };
                self.end_of_statement()?;
                StmtKind::Return(value)
            }
            "break" | "continue" => {
                self.bump();
                let label = if self.at_end_of_statement() { None } else { Some(self.expect_name()?) };
                self.end_of_statement()?;
                if name == "break" { StmtKind::Break(label) } else { StmtKind::Continue(label) }
            }
            "assert" if !jexl => self.assert()?,
            "synchronized" if self.is_ahead(1, "(") => {
                self.bump();
                self.in_brackets()?;
                StmtKind::Block(self.block()?)
            }
            "import" => return Err(Error::unsupported(self.at(), "an import inside a block")),
            _ => return Ok(None),
        }))
    }

    fn assert(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let start = self.at();
        let cond = self.expression()?;
        let message = if self.take(":") || self.take(",") { Some(self.expression()?) } else { None };
        self.end_of_statement()?;
        Ok(StmtKind::Assert(cond, message, format!("assertion of line {} failed", start.line)))
    }

    pub(super) fn at_end_of_statement(&self) -> bool {
        self.ends_behind(0)
    }

    /// A `;`, a new line, or what closes the block.
    pub(super) fn end_of_statement(&mut self) -> Parsed<()> {
        let word = self.word();
        if self.take(";") || word.token == Token::End {
            return Ok(());
        }
        let closes = matches!(word.token, Token::Mark("}"));
        let tolerant = match self.language {
            // `if (a) b else c` and `do a while (b)` on one line.
            Language::Groovy => {
                closes || word.after_newline || matches!(self.name_ahead(0), Some("else" | "while"))
            }
            Language::Jexl2 | Language::Jexl3 => {
                closes || self.words[self.next.saturating_sub(1)].token == Token::Mark("}")
            }
            Language::BeanShell | Language::JavaScript => false,
        };
        if tolerant {
            return Ok(());
        }
        Err(self.unexpected(if self.language == Language::Groovy {
            "the end of the statement"
        } else {
            "`;`"
        }))
    }
}
