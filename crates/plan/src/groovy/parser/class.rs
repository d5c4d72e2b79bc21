//! Classes, enums and interfaces; parameters.

use super::super::Error;
use super::super::token::Token;
use super::super::tree::{ClassDecl, Field, Param, Type};
use super::types::is_keyword;
use super::{Parsed, Parser};

impl Parser<'_> {
    /// Whether a class, an enum or an interface begins here, behind modifiers.
    pub(super) fn begins_a_class(&mut self) -> bool {
        let start = self.next;
        let read = self.modifiers();
        let found = read.is_ok()
            && matches!(self.name_ahead(0), Some("class" | "enum" | "interface" | "trait"))
            && self.name_ahead(1).is_some()
            && !self.ahead(1).after_newline;
        self.next = start;
        found
    }

    pub(super) fn class(&mut self) -> Parsed<ClassDecl> {
        self.modifiers()?;
        let at = self.at();
        let kind = self.expect_name()?;
        if kind == "trait" {
            return Err(Error::unsupported(at, "a trait"));
        }
        let name = self.expect_name()?;
        if self.is("<") {
            self.skip_type_arguments();
        }
        let mut parent = None;
        loop {
            if self.take_word("extends") {
                parent = Some(self.ty()?);
            } else if self.take_word("implements") {
                let interface = self.ty()?;
                parent.get_or_insert(interface);
            } else if self.take(",") {
                self.ty()?;
            } else {
                break;
            }
        }
        let ((class, ()), _) = self.enclosed(|parser| {
            let mut class = empty_class(name, parent);
            parser.class_body(&mut class, kind == "enum")?;
            Ok((class, ()))
        })?;
        Ok(class)
    }

    /// The body of a nameless class.
    pub(super) fn nameless_class(&mut self, parent: Type) -> Parsed<(ClassDecl, u32)> {
        self.enclosed(|parser| {
            let mut class = empty_class(String::new(), Some(parent));
            parser.class_body(&mut class, false)?;
            Ok(class)
        })
    }

    fn class_body(&mut self, class: &mut ClassDecl, is_enum: bool) -> Parsed<()> {
        self.expect("{")?;
        if is_enum {
            class.constants = Some(self.constants()?);
        }
        loop {
            while self.take(";") {}
            if self.take("}") {
                return Ok(());
            }
            if self.word().token == Token::End {
                return Err(self.unexpected("`}`"));
            }
            self.class_member(class)?;
        }
    }

    fn constants(&mut self) -> Parsed<Vec<(String, Vec<super::Arg>)>> {
        let mut constants = Vec::new();
        while let Some(name) = self.name_ahead(0) {
            let ends = matches!(self.ahead(1).token, Token::Mark("," | ";" | "}" | "("));
            if !ends || is_keyword(name) {
                break;
            }
            self.bump();
            let args = if self.is("(") { self.bracketed_args()? } else { Vec::new() };
            constants.push((name.to_owned(), args));
            if !self.take(",") {
                break;
            }
        }
        Ok(constants)
    }

    fn class_member(&mut self, class: &mut ClassDecl) -> Parsed<()> {
        if self.begins_a_class() {
            return Err(Error::unsupported(self.at(), "a class inside a class"));
        }
        let at = self.at();
        let modifiers = self.modifiers()?;
        if self.is("{") || self.is_word("static") && self.is_ahead(1, "{") {
            return Err(Error::unsupported(at, "an initialiser block of a class"));
        }
        let simple = class.name.clone();
        if self.name_ahead(0) == Some(simple.as_str()) && self.is_ahead(1, "(") {
            self.bump();
            let method = self.method_rest(simple, None, at)?;
            class.constructors.push(method);
            return Ok(());
        }
        if self.is("<") {
            self.skip_type_arguments();
        }
        let untyped = modifiers.any
            && (self.ahead(1).after_newline
                || matches!(self.ahead(1).token, Token::Mark("(" | "=" | ";" | "}" | ",")));
        let ty = if untyped { None } else { Some(self.ty()?) };
        if self.is_ahead(1, "(") {
            let name = self.expect_name()?;
            let mut method = self.method_rest(name, ty, at)?;
            method.is_static = modifiers.is_static;
            class.methods.push(method);
            return Ok(());
        }
        loop {
            let name = self.expect_name()?;
            let init = if self.take("=") { Some(self.initial_value(ty.as_ref())?) } else { None };
            let is_property = !modifiers.visibility;
            class.fields.push(Field {
                name,
                ty: ty.clone(),
                init,
                is_static: modifiers.is_static,
                is_property,
            });
            if !self.take(",") {
                break;
            }
        }
        self.end_of_statement()
    }

    /// Parameters up to a closing mark, which is not read.
    pub(super) fn params(&mut self, close: &str) -> Parsed<Vec<Param>> {
        let mut params = Vec::new();
        while !self.is(close) {
            self.modifiers()?;
            let bare = matches!(self.ahead(1).token, Token::Mark("," | ")" | "->" | "="));
            let ty = if bare { None } else { Some(self.ty()?) };
            let rest = self.take("...");
            let name = self.expect_name()?;
            let mut ty = ty;
            while self.take("[") {
                self.expect("]")?;
                if let Some(ty) = &mut ty {
                    ty.dimensions += 1;
                }
            }
            let default = if self.take("=") { Some(self.expression()?) } else { None };
            params.push(Param { name, ty, default, rest });
            if !self.take(",") {
                break;
            }
        }
        Ok(params)
    }
}

fn empty_class(name: String, parent: Option<Type>) -> ClassDecl {
    ClassDecl {
        name,
        parent,
        fields: Vec::new(),
        methods: Vec::new(),
        constructors: Vec::new(),
        constants: None,
    }
}
