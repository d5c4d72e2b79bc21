//! Statements in JavaScript.

use super::super::text::quoted;
use super::super::tree::{Case, Expr, ExprKind, Stmt, StmtKind, Try, Type};
use super::super::{Error, Language};
use super::{Emitted, Emitter, Home, turned, written};

impl<'a> Emitter<'a> {
    /// Statements, the last of which gives the value of the function when `returns`.
    pub(super) fn body(&mut self, body: &'a [Stmt], returns: bool) -> Emitted {
        let mut out = String::new();
        let last = body.iter().rposition(|stmt| !matches!(stmt.kind, StmtKind::Empty));
        for (index, stmt) in body.iter().enumerate() {
            out += &self.stmt(stmt, returns && Some(index) == last)?;
        }
        Ok(out)
    }

    fn block(&mut self, body: &'a [Stmt], returns: bool) -> Emitted {
        self.scoped(|emitter| Ok(format!("{{{}}}", emitter.body(body, returns)?)))
    }

    /// A statement in braces of its own.
    fn braced(&mut self, stmt: &'a Stmt, returns: bool) -> Emitted {
        self.scoped(|emitter| Ok(format!("{{{}}}", emitter.stmt(stmt, returns)?)))
    }

    fn stmt(&mut self, stmt: &'a Stmt, returns: bool) -> Emitted {
        let line = format!("$j.at={};", stmt.at.line);
        Ok(match &stmt.kind {
            StmtKind::Empty => String::new(),
            StmtKind::Block(body) => self.block(body, returns)?,
            StmtKind::Expr(expr) if returns => format!("{line}return {};", self.value_of_last(expr)?),
            StmtKind::Expr(expr) => format!("{line}{};", self.effect(expr)?),
            StmtKind::Vars(ty, names) => line + &self.vars(ty.as_ref(), names, stmt, returns)?,
            StmtKind::MultiVars(names, value) => {
                let (list, mut out) = (self.fresh(), line);
                out += &format!("const {list}={};", self.expr(value)?);
                for (index, (ty, name)) in names.iter().enumerate() {
                    let value = turn(ty.as_ref(), format!("$j.item({list},{index})"));
                    let js = self.declare(name, ty.as_ref(), stmt.at)?;
                    out += &format!("let {js}={value};");
                }
                out
            }
            StmtKind::If(cond, then, other) => {
                let mut out = format!("{line}if({}){}", self.truth(cond)?, self.braced(then, returns)?);
                if let Some(other) = other {
                    out += &format!("else{}", self.braced(other, returns)?);
                }
                out
            }
            StmtKind::While(..) | StmtKind::DoWhile(..) | StmtKind::For(..) | StmtKind::ForIn(..) => {
                line + &self.looping(stmt, "")?
            }
            StmtKind::Switch(value, cases) => line + &self.switch(value, cases, returns)?,
            StmtKind::Try(parts) => self.try_statement(parts, returns)?,
            StmtKind::Throw(value) => format!("{line}throw $j.thrown({});", self.expr(value)?),
            StmtKind::Return(None) => "return null;".to_owned(),
            StmtKind::Return(Some(value)) => format!("{line}return {};", self.expr(value)?),
            StmtKind::Break(label) => self.leave("break", label.as_deref(), stmt)?,
            StmtKind::Continue(label) => self.leave("continue", label.as_deref(), stmt)?,
            StmtKind::Label(label, inner) => self.labelled(label, inner, returns)?,
            StmtKind::Assert(cond, message, text) => {
                let message = match message {
                    Some(message) => self.expr(message)?,
                    None => "null".to_owned(),
                };
                format!("{line}if(!{})$j.failed({},{message});", self.truth(cond)?, quoted(text))
            }
            StmtKind::Method(method) => {
                let form = self.function(|emitter| emitter.method(method))?;
                format!("$d.define({},$j.over({},[{form}]));", quoted(&method.name), quoted(&method.name))
            }
        })
    }

    /// The last expression of a function: in BeanShell a call of a method without a value gives nothing.
    fn value_of_last(&mut self, expr: &'a Expr) -> Emitted {
        self.expr(expr)
    }

    fn vars(
        &mut self,
        ty: Option<&'a Type>,
        names: &'a [(String, Option<Expr>)],
        stmt: &'a Stmt,
        returns: bool,
    ) -> Emitted {
        let mut out = String::new();
        // At the top of BeanShell a declared variable lives on like any other, and methods see it.
        let global =
            self.language == Language::BeanShell && self.home == Home::Script && self.scopes.len() == 1;
        for (name, init) in names {
            let value = match init {
                Some(init) => turn(ty, self.initial(ty, init)?),
                None => default_of(ty),
            };
            if global || self.language.is_jexl() {
                out += &format!("$d.define({},{value});", quoted(name));
                continue;
            }
            if self.language == Language::BeanShell
                && let Some(known) = self.scopes.last().and_then(|scope| scope.get(name))
            {
                out += &format!("{}={value};", known.js);
                continue;
            }
            // A closure may name the variable that it is assigned to only when that was declared before, which
            // JavaScript keeps too.
            let js = self.declare(name, ty, stmt.at)?;
            out += &format!("let {js}={value};");
            if returns && names.len() == 1 && self.language == Language::Groovy {
                out += &format!("return {js};");
            }
        }
        Ok(out)
    }

    /// An initial value: braces and lists become arrays where an array is declared.
    pub(super) fn initial(&mut self, ty: Option<&Type>, init: &'a Expr) -> Emitted {
        if let (Some(ty), ExprKind::Braces(values)) = (ty, &init.kind) {
            return self.array_values(ty, values);
        }
        self.expr(init)
    }

    fn looping(&mut self, stmt: &'a Stmt, label: &str) -> Emitted {
        self.loops += 1;
        let written = self.scoped(|emitter| emitter.loop_in_scope(stmt, label));
        self.loops -= 1;
        written
    }

    fn loop_in_scope(&mut self, stmt: &'a Stmt, label: &str) -> Emitted {
        Ok(match &stmt.kind {
            StmtKind::While(cond, body) => {
                format!("{label}while({}){}", self.truth(cond)?, self.braced(body, false)?)
            }
            StmtKind::DoWhile(body, cond) => {
                format!("{label}do{}while({});", self.braced(body, false)?, self.truth(cond)?)
            }
            StmtKind::For(init, cond, update, body) => {
                let init = self.body(init, false)?;
                let cond = match cond {
                    Some(cond) => self.truth(cond)?,
                    None => String::new(),
                };
                let mut updates = Vec::new();
                for update in update {
                    updates.push(self.effect(update)?);
                }
                format!("{{{init}{label}for(;{cond};{}){}}}", updates.join(","), self.braced(body, false)?)
            }
            StmtKind::ForIn(ty, name, list, body) => {
                let list = self.expr(list)?;
                let item = self.fresh();
                let js = self.declare(name, ty.as_ref(), stmt.at)?;
                let value = turn(ty.as_ref(), item.clone());
                let body = self.braced(body, false)?;
                format!("{label}for(const {item} of $j.iter({list})){{let {js}={value};{body}}}")
            }
            _ => unreachable!("the caller passes loops only"),
        })
    }

    fn labelled(&mut self, label: &str, inner: &'a Stmt, returns: bool) -> Emitted {
        let js = format!("L${}:", super::names::mangled(label));
        self.labels.push(label.to_owned());
        let written = match &inner.kind {
            StmtKind::While(..) | StmtKind::DoWhile(..) | StmtKind::For(..) | StmtKind::ForIn(..) => {
                self.looping(inner, &js)
            }
            _ => self.braced(inner, returns).map(|inner| js + &inner),
        };
        self.labels.pop();
        written
    }

    fn leave(&mut self, word: &str, label: Option<&str>, stmt: &Stmt) -> Emitted {
        if let Some(label) = label {
            if !self.labels.iter().any(|known| known == label) {
                return Err(Error::syntax(stmt.at, format!("there is no loop labelled {label} around")));
            }
            return Ok(format!("{word} L${};", super::names::mangled(label)));
        }
        if self.loops == 0 && (word == "continue" || self.switches == 0) {
            return Err(Error::syntax(stmt.at, format!("`{word}` outside of a loop")));
        }
        Ok(format!("{word};"))
    }

    fn switch(&mut self, value: &'a Expr, cases: &'a [Case], returns: bool) -> Emitted {
        let subject = self.fresh();
        let mut choice = String::new();
        let mut otherwise = "-1".to_owned();
        let mut bodies = String::new();
        let test = if self.language == Language::Groovy { "isCase" } else { "eq" };
        let subject_value = self.expr(value)?;
        self.switches += 1;
        for (index, case) in cases.iter().enumerate() {
            match &case.value {
                Some(value) => {
                    choice += &format!("$j.{test}({},{subject})?{index}:", self.case_value(value)?);
                }
                None => otherwise = index.to_string(),
            }
        }
        let written = self.scoped(|emitter| {
            for (index, case) in cases.iter().enumerate() {
                // Each body may declare names of its own, and may fall into the next.
                let ends = index + 1 == cases.len() || ends_with_break(&case.body);
                let body = emitter.scoped(|emitter| {
                    let body = match without_break(&case.body) {
                        Some(body) if returns => emitter.body(body, true)? + "break;",
                        _ => emitter.body(&case.body, returns && ends)?,
                    };
                    Ok(body)
                })?;
                bodies += &format!("case {index}:{{{body}}}");
            }
            Ok(())
        });
        self.switches -= 1;
        written?;
        Ok(format!("{{const {subject}={subject_value};switch({choice}{otherwise}){{{bodies}}}}}"))
    }

    /// What a case compares with: a class stands for its instances.
    fn case_value(&mut self, value: &'a Expr) -> Emitted {
        if let Some(class) = self.class_at(value)? {
            return Ok(class);
        }
        self.expr(value)
    }

    fn try_statement(&mut self, parts: &'a Try, returns: bool) -> Emitted {
        let mut out = self.scoped(|emitter| {
            let mut body = String::new();
            let mut opened = Vec::new();
            for (name, value) in &parts.resources {
                let value_js = emitter.expr(value)?;
                let js = emitter.declare(name, None, value.at)?;
                body += &format!("const {js}={value_js};");
                opened.push(js);
            }
            let inner = emitter.block(&parts.body, returns)?;
            if opened.is_empty() {
                return Ok(format!("try{inner}"));
            }
            Ok(format!("try{{{body}try{inner}finally{{$j.close([{}]);}}}}", opened.join(",")))
        })?;
        if !parts.catches.is_empty() {
            let (raw, caught) = (self.fresh(), self.fresh());
            out += &format!("catch({raw}){{const {caught}=$j.caught({raw});");
            for (types, name, body) in &parts.catches {
                let mut classes = Vec::new();
                for ty in types.iter().filter(|ty| ty.name != "def") {
                    // An exception of a class that is not known here is never thrown here.
                    classes.push(self.class_named(&ty.name).unwrap_or_else(|| "null".to_owned()));
                }
                let body = self.scoped(|emitter| {
                    let js = emitter.declare(
                        name,
                        None,
                        parts.body.first().map_or_else(Default::default, |s| s.at),
                    )?;
                    Ok(format!("let {js}={caught};{}", emitter.block(body, returns)?))
                })?;
                let test = if classes.is_empty() {
                    format!("$j.isException({caught})")
                } else {
                    format!("$j.isa({caught},[{}])", classes.join(","))
                };
                out += &format!("if({test}){{{body}}}else ");
            }
            out += &format!("throw {raw};}}");
        }
        if let Some(body) = &parts.finally {
            out += &format!("finally{}", self.block(body, false)?);
        } else if parts.catches.is_empty() {
            out += "finally{}";
        }
        Ok(out)
    }
}

fn ends_with_break(body: &[Stmt]) -> bool {
    matches!(
        body.last().map(|stmt| &stmt.kind),
        Some(StmtKind::Break(None) | StmtKind::Return(_) | StmtKind::Throw(_))
    )
}

/// The statements before a `break` that ends them.
fn without_break(body: &[Stmt]) -> Option<&[Stmt]> {
    match body {
        [before @ .., Stmt { kind: StmtKind::Break(None), .. }] => Some(before),
        _ => None,
    }
}

/// A value turned to the type to which it is assigned.
pub(super) fn turn(ty: Option<&Type>, value: String) -> String {
    match ty.and_then(turned) {
        Some(ty) => format!("$j.to({},{value})", quoted(&ty)),
        None => value,
    }
}

/// What a variable holds before anything was assigned.
pub(super) fn default_of(ty: Option<&Type>) -> String {
    match ty.map(written).as_deref() {
        Some("int" | "short" | "byte") => "0".to_owned(),
        Some("long") => "0n".to_owned(),
        Some("boolean") => "false".to_owned(),
        Some(kind @ ("double" | "float" | "char")) => format!("$j.to({},0)", quoted(kind)),
        _ => "null".to_owned(),
    }
}
