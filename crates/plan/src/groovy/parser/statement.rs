//! Statements.

use super::super::token::Token;
use super::super::tree::{Case, Expr, ExprKind, Method, Script, Stmt, StmtKind, Try, Type};
use super::super::{Error, Language};
use super::types::{PRIMITIVES, is_keyword};
use super::{Parsed, Parser};

const MODIFIERS: &[&str] = &[
    "def",
    "final",
    "static",
    "public",
    "private",
    "protected",
    "synchronized",
    "abstract",
    "transient",
    "volatile",
];

/// What stood before a declaration.
#[derive(Default, Clone, Copy)]
pub(super) struct Modifiers {
    pub(super) any: bool,
    pub(super) def: bool,
    pub(super) is_static: bool,
    pub(super) visibility: bool,
    /// `@Field`
    pub(super) field: bool,
}

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

    pub(super) fn modifiers(&mut self) -> Parsed<Modifiers> {
        let mut found = Modifiers::default();
        loop {
            if self.is("@")
                && self.name_ahead(1).is_some()
                && !matches!(self.name_ahead(1), Some("interface"))
            {
                self.bump();
                let name = self.ty()?.name;
                found.field |= name.ends_with("Field");
                if self.is("(") {
                    self.next = self.partner[self.next];
                    self.expect(")")?;
                }
                continue;
            }
            // `synchronized (lock) {` is a statement.
            let name = self.name_ahead(0).unwrap_or_default();
            let names_something =
                self.name_ahead(1).is_some() || self.is_ahead(1, "(") || self.is_ahead(1, "@");
            if name == "var"
                && self.name_ahead(1).is_some()
                && (self.is_ahead(2, "=") || self.language.is_jexl())
            {
                (found.any, found.def) = (true, true);
            } else if !MODIFIERS.contains(&name)
                || !names_something
                || self.is_ahead(1, "(") && name != "def"
                || name == "static" && self.is_ahead(1, "{")
            {
                return Ok(found);
            } else {
                found.any = true;
                found.def |= name == "def" || name == "final";
                found.is_static |= name == "static";
                found.visibility |= matches!(name, "public" | "private" | "protected");
            }
            self.bump();
        }
    }

    /// A method, when one begins here (behind its modifiers); otherwise nothing is read.
    pub(super) fn maybe_method(&mut self, modifiers: Modifiers) -> Parsed<Option<Method>> {
        let (start, at) = (self.next, self.at());
        if modifiers.any && self.is("<") && !self.skip_type_arguments() {
            return Ok(None);
        }
        let loose = self.language == Language::BeanShell;
        let mut returns = None;
        if !(self.is_ahead(1, "(") && (modifiers.any || loose)) {
            returns = self.maybe_type();
        }
        let open = self.next + 1;
        let named = match &self.word().token {
            Token::Name(name) if !is_keyword(name) => Some(name.clone()),
            Token::Text(name) if modifiers.any || returns.is_some() => Some(name.clone()),
            _ => None,
        };
        let has_head = (modifiers.any || returns.is_some() || loose) && self.is_ahead(1, "(");
        let (Some(name), true) = (named, has_head) else {
            self.next = start;
            return Ok(None);
        };
        let body_at = self.words.get(self.partner[open] + 1);
        let has_body = body_at.is_some_and(|word| match &word.token {
            Token::Mark("{") => true,
            Token::Name(name) => name == "throws",
            _ => false,
        });
        if !has_body || self.word().after_newline && returns.is_some() {
            self.next = start;
            return Ok(None);
        }
        self.bump();
        let mut method = self.method_rest(name, returns, at)?;
        method.is_static = modifiers.is_static;
        Ok(Some(method))
    }

    /// A method from its parameters on; without a body where none may be.
    pub(super) fn method_rest(
        &mut self,
        name: String,
        returns: Option<Type>,
        at: super::At,
    ) -> Parsed<Method> {
        self.expect("(")?;
        let params = self.params(")")?;
        self.expect(")")?;
        if self.take_word("throws") {
            self.ty()?;
            while self.take(",") {
                self.ty()?;
            }
        }
        let body = if self.is("{") { Some(self.block()?) } else { None };
        Ok(Method { name, params, returns, body, is_static: false, at })
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

    fn if_statement(&mut self) -> Parsed<StmtKind> {
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

    fn while_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let cond = self.in_brackets()?;
        Ok(StmtKind::While(cond, Box::new(self.statement()?)))
    }

    fn do_statement(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let body = Box::new(self.statement()?);
        if !self.take_word("while") {
            return Err(self.unexpected("`while`"));
        }
        let cond = self.in_brackets()?;
        self.end_of_statement()?;
        Ok(StmtKind::DoWhile(body, cond))
    }

    fn in_brackets(&mut self) -> Parsed<Expr> {
        self.expect("(")?;
        let expr = self.deeper(Self::expression)?;
        self.expect(")")?;
        Ok(expr)
    }

    fn assert(&mut self) -> Parsed<StmtKind> {
        self.bump();
        let start = self.at();
        let cond = self.expression()?;
        let message = if self.take(":") || self.take(",") { Some(self.expression()?) } else { None };
        self.end_of_statement()?;
        Ok(StmtKind::Assert(cond, message, format!("assertion of line {} failed", start.line)))
    }

    fn for_statement(&mut self) -> Parsed<StmtKind> {
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

    fn switch(&mut self) -> Parsed<StmtKind> {
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

    fn try_statement(&mut self) -> Parsed<StmtKind> {
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

    /// A declaration of variables (or of a method in a block), when one stands here; otherwise nothing is read.
    fn maybe_declaration(&mut self) -> Parsed<Option<StmtKind>> {
        let start = self.next;
        let modifiers = self.modifiers()?;
        if modifiers.any && self.is("(") {
            return self.multiple().map(Some);
        }
        if let Some(method) = self.maybe_method(modifiers)? {
            if self.language == Language::BeanShell {
                return Ok(Some(StmtKind::Method(method)));
            }
            return Err(Error::unsupported(method.at, "a method inside a block"));
        }
        let single = modifiers.any && (self.is_ahead(1, "=") || self.ends_behind(1) || self.is_ahead(1, ","));
        let ty = if single { None } else { self.maybe_type() };
        let names_it = self.name_ahead(0).is_some_and(|name| !is_keyword(name));
        let is_declaration = names_it
            && match &ty {
                None => modifiers.any || modifiers.field,
                Some(ty) => {
                    !self.word().after_newline
                        && (modifiers.any || self.is_ahead(1, "=") || Self::looks_like_type(ty))
                        && !matches!(self.name_ahead(0), Some("as" | "instanceof"))
                        && (self.is_ahead(1, "=")
                            || self.is_ahead(1, "[")
                            || self.ends_behind(1)
                            || self.is_ahead(1, ","))
                }
            };
        if !is_declaration {
            if modifiers.any {
                return Err(self.unexpected("a name to declare"));
            }
            self.next = start;
            return Ok(None);
        }
        self.variables(ty, modifiers.field).map(Some)
    }

    /// Whether a statement may end behind the next words.
    fn ends_behind(&self, count: usize) -> bool {
        let word = self.ahead(count);
        matches!(word.token, Token::End | Token::Mark(";" | "}" | ")"))
            || word.after_newline && self.language.minds_newlines()
    }

    fn variables(&mut self, ty: Option<Type>, field: bool) -> Parsed<StmtKind> {
        let mut names = Vec::new();
        let mut ty = ty;
        loop {
            let name = self.expect_name()?;
            while self.take("[") {
                self.expect("]")?;
                if let Some(ty) = &mut ty {
                    ty.dimensions += 1;
                }
            }
            let init = if self.take("=") { Some(self.initial_value(ty.as_ref())?) } else { None };
            names.push((name, init));
            if !self.take(",") {
                break;
            }
        }
        self.end_of_statement()?;
        if !field {
            return Ok(StmtKind::Vars(ty, names));
        }
        let mut body = Vec::new();
        for (name, init) in names {
            let at = self.at();
            let value = match init {
                Some(value) => value,
                None => self.node(at, ExprKind::Null)?,
            };
            let target = self.node(at, ExprKind::Name(name))?;
            let kind =
                StmtKind::Expr(self.node(at, ExprKind::Assign("=", Box::new(target), Box::new(value)))?);
            body.push(Stmt { kind, at });
        }
        Ok(StmtKind::Block(body))
    }

    /// What follows the `=` of a declaration; braces make an array of a declared array.
    pub(super) fn initial_value(&mut self, ty: Option<&Type>) -> Parsed<Expr> {
        if self.is("{") && ty.is_some_and(|ty| ty.dimensions > 0) {
            return self.braces();
        }
        self.command()
    }

    fn multiple(&mut self) -> Parsed<StmtKind> {
        self.expect("(")?;
        let mut names = Vec::new();
        while !self.is(")") {
            let ty = if self.is_ahead(1, ",") || self.is_ahead(1, ")") { None } else { self.maybe_type() };
            names.push((ty, self.expect_name()?));
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        self.expect("=")?;
        let value = self.command()?;
        self.end_of_statement()?;
        Ok(StmtKind::MultiVars(names, value))
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

    /// Whether a type's name is one of the primitives.
    pub(super) fn is_primitive(name: &str) -> bool {
        PRIMITIVES.contains(&name)
    }
}
