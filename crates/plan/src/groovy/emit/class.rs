//! Classes of scripts in JavaScript: descriptions from which the prelude makes them.

use std::fmt::Write as _;

use super::super::Error;
use super::super::text::quoted;
use super::super::tree::{ClassDecl, Field};
use super::statement::{default_of, turn};
use super::{Emitted, Emitter, Home, by_name, names, written};

impl<'a> Emitter<'a> {
    /// The definition of a class that was declared before.
    pub(super) fn class(&mut self, class: &'a ClassDecl) -> Emitted {
        let parent = match &class.parent {
            Some(parent) => self.class_named(&parent.name).ok_or_else(|| {
                let name = self.imported.get(&parent.name).unwrap_or(&parent.name);
                Error::unsupported(parent.at, format!("class {name}"))
            })?,
            None => "null".to_owned(),
        };
        let description = self.apart(Home::Class, |emitter| emitter.described(class))?;
        let js = names::mangled(&class.name);
        Ok(format!("((C$self)=>$j.define(C$self,{},{parent},{description}))(C${js});", quoted(&class.name)))
    }

    /// A nameless class: an expression. It sees the variables around it.
    pub(super) fn nameless(&mut self, class: &'a ClassDecl, parent: &str) -> Emitted {
        let home = std::mem::replace(&mut self.home, Home::Class);
        let written = self.function(|emitter| emitter.described(class));
        self.home = home;
        let description = written?;
        Ok(format!("((C$self)=>$j.define(C$self,\"\",{parent},{description},$d))($j.declare())"))
    }

    fn described(&mut self, class: &'a ClassDecl) -> Emitted {
        let mut out = String::from("{fields:[");
        for field in &class.fields {
            let ty = field.ty.as_ref().map_or("null".to_owned(), |ty| quoted(&written(ty)));
            let _ = write!(out, "[{},{ty},{},{}],", quoted(&field.name), field.is_static, field.is_property);
        }
        out += "],";
        for (name, is_static) in [("init", false), ("sinit", true)] {
            let mut body = String::new();
            for field in class.fields.iter().filter(|field| field.is_static == is_static) {
                body += &self.field(field)?;
            }
            let _ = write!(out, "{name}:function(){{const $d=$j.inside(this);{body}}},");
        }
        let mut forms = Vec::new();
        for constructor in &class.constructors {
            forms.push(self.member_form(constructor)?);
        }
        let _ = write!(out, "ctors:[{}],", forms.join(","));
        for (name, is_static) in [("methods", false), ("smethods", true)] {
            let _ = write!(out, "{name}:[");
            for (method, forms) in by_name(&class.methods) {
                let mut list = Vec::new();
                for form in
                    forms.into_iter().filter(|form| form.is_static == is_static && form.body.is_some())
                {
                    list.push(self.member_form(form)?);
                }
                if !list.is_empty() {
                    let _ = write!(out, "[{},[{}]],", quoted(method), list.join(","));
                }
            }
            out += "],";
        }
        if let Some(constants) = &class.constants {
            let mut list = Vec::new();
            for (name, args) in constants {
                list.push(format!("[{},()=>{}]", quoted(name), self.args(args)?));
            }
            let _ = write!(out, "constants:[{}],", list.join(","));
        }
        out.push('}');
        Ok(out)
    }

    fn member_form(&mut self, method: &'a super::Method) -> Emitted {
        self.function(|emitter| emitter.method(method))
    }

    fn field(&mut self, field: &'a Field) -> Emitted {
        let value = match &field.init {
            Some(init) => turn(field.ty.as_ref(), self.initial(field.ty.as_ref(), init)?),
            None => default_of(field.ty.as_ref()),
        };
        Ok(format!("this[{}]={value};", quoted(&format!("@{}", field.name))))
    }
}
