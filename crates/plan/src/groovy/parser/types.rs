//! Types in a script, which are names: what stands between angle brackets has no effect at run time.

use super::super::token::Token;
use super::super::tree::Type;
use super::{Parsed, Parser};

/// The primitive types.
pub(super) const PRIMITIVES: &[&str] =
    &["int", "long", "double", "float", "boolean", "char", "byte", "short", "void"];

impl Parser<'_> {
    /// A type, or an error.
    pub(super) fn ty(&mut self) -> Parsed<Type> {
        let at = self.at();
        let name = self.expect_name()?;
        let mut ty = Type { name, dimensions: 0, at };
        while self.is(".") && self.name_ahead(1).is_some() {
            self.bump();
            ty.name.push('.');
            ty.name += &self.expect_name()?;
        }
        if self.is("<") && !self.skip_type_arguments() {
            return Err(self.unexpected("type arguments"));
        }
        while self.is("[") && self.is_ahead(1, "]") {
            self.bump();
            self.bump();
            ty.dimensions += 1;
        }
        Ok(ty)
    }

    /// A type if one stands here; otherwise nothing is read.
    pub(super) fn maybe_type(&mut self) -> Option<Type> {
        let start = self.next;
        let is_name = self.name_ahead(0).is_some_and(|name| !is_keyword(name));
        let ty = if is_name { self.ty().ok() } else { None };
        if ty.is_none() {
            self.next = start;
        }
        ty
    }

    /// `<…>`, which is skipped; reads nothing and returns false when it is something else.
    pub(super) fn skip_type_arguments(&mut self) -> bool {
        let (start, mut open) = (self.next, 0_u32);
        for _ in 0..64 {
            match &self.word().token {
                Token::Mark("<") => open += 1,
                Token::Mark(">") => open -= 1,
                Token::Mark("," | "." | "?" | "[" | "]" | "&") | Token::Name(_) => {}
                _ => break,
            }
            self.bump();
            if open == 0 {
                return true;
            }
        }
        self.next = start;
        false
    }

    /// Whether the name of a type is one by its look: primitive, or with a capital.
    pub(super) fn looks_like_type(ty: &Type) -> bool {
        let last = ty.name.rsplit('.').next().unwrap_or_default();
        PRIMITIVES.contains(&ty.name.as_str()) || last.starts_with(char::is_uppercase)
    }
}

/// Whether a name can be no variable and no type.
pub(super) fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "if" | "else"
            | "while"
            | "do"
            | "for"
            | "switch"
            | "case"
            | "default"
            | "try"
            | "catch"
            | "finally"
            | "throw"
            | "return"
            | "break"
            | "continue"
            | "new"
            | "null"
            | "true"
            | "false"
            | "this"
            | "super"
            | "instanceof"
            | "in"
            | "import"
            | "package"
            | "class"
            | "interface"
            | "enum"
            | "assert"
            | "def"
    )
}
