//! Declarations: variables, methods, and the words that stand before them.

use super::super::token::Token;
use super::super::tree::{Expr, ExprKind, Method, Stmt, StmtKind, Type};
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

    /// A declaration of variables (or of a method in a block), when one stands here; otherwise nothing is read.
    pub(super) fn maybe_declaration(&mut self) -> Parsed<Option<StmtKind>> {
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
    pub(super) fn ends_behind(&self, count: usize) -> bool {
        let word = self.ahead(count);
        matches!(word.token, Token::End | Token::Mark(";" | "}" | ")"))
            || word.after_newline && self.language.minds_newlines()
    }

    pub(super) fn variables(&mut self, ty: Option<Type>, field: bool) -> Parsed<StmtKind> {
        let mut names = Vec::new();
        let mut ty = ty;
        loop {
            let name = self.expect_name()?;
            if self.language == Language::BeanShell {
                // Its variables live in the scope, so that a name in capitals is no class either.
                self.assigned.push(name.clone());
            }
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

    pub(super) fn multiple(&mut self) -> Parsed<StmtKind> {
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

    /// Whether a type's name is one of the primitives.
    pub(super) fn is_primitive(name: &str) -> bool {
        PRIMITIVES.contains(&name)
    }
}
