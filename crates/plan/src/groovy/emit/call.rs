//! Calls and creations in JavaScript.

use super::super::text::quoted;
use super::super::tree::{Arg, ClassDecl, Expr, ExprKind, MapKey, Member, Reach, Type};
use super::super::{Error, Language};
use super::{Emitted, Emitter, Home, classes, names};

impl<'a> Emitter<'a> {
    /// Arguments as an array; named ones become a map before the others.
    pub(super) fn args(&mut self, args: &'a [Arg]) -> Emitted {
        let mut named = Vec::new();
        let mut list = Vec::new();
        for arg in args {
            match arg {
                Arg::Plain(expr) => list.push(self.argument(expr)?),
                Arg::Spread(expr) => list.push(format!("...$j.items({})", self.expr(expr)?)),
                Arg::Named(key, value) => {
                    let value = self.expr(value)?;
                    named.push(match key {
                        MapKey::Text(text) => format!("[{},{value}]", quoted(text)),
                        MapKey::Expr(key) => format!("[{},{value}]", self.expr(key)?),
                        MapKey::Spread => format!("...$j.entries({value})"),
                    });
                }
            }
        }
        if !named.is_empty() {
            list.insert(0, format!("$j.map([{}])", named.join(",")));
        }
        Ok(format!("[{}]", list.join(",")))
    }

    /// An argument: a class may be passed by its name.
    fn argument(&mut self, expr: &'a Expr) -> Emitted {
        match self.class_at(expr)? {
            Some(class) => Ok(class),
            None => self.expr(expr),
        }
    }

    pub(super) fn call(
        &mut self,
        expr: &'a Expr,
        of: Option<&'a Expr>,
        member: &'a Member,
        reach: Reach,
        args: &'a [Arg],
    ) -> Emitted {
        let Some(of) = of else {
            let Member::Named(name) = member else {
                return Err(Error::unsupported(expr.at, "a call of a computed name"));
            };
            return self.own_call(expr, name, args);
        };
        if matches!(of.kind, ExprKind::This)
            && self.home != Home::Class
            && let Member::Named(name) = member
        {
            return self.own_call(expr, name, args);
        }
        if matches!(of.kind, ExprKind::Super) {
            let name = self.member(member)?;
            return Ok(format!("$j.superCall(C$self,this,{name},{})", self.args(args)?));
        }
        if let Some(class) = self.class_at(of)? {
            if let Member::Named(name) = member {
                Self::check_static(&class, name, expr)?;
            }
            let name = self.member(member)?;
            return Ok(format!("$j.call({class},{name},{})", self.args(args)?));
        }
        self.refuse_unknown_class(of)?;
        let name = self.member(member)?;
        let value = self.expr(of)?;
        let args = self.args(args)?;
        Ok(match reach {
            Reach::Plain | Reach::Field => format!("$j.call({value},{name},{args})"),
            Reach::Safe => format!("$j.safe({value},($o)=>$j.call($o,{name},{args}))"),
            Reach::Spread => format!("$j.spread({value},($o)=>$j.call($o,{name},{args}))"),
        })
    }

    /// A call of a static method that the prelude's class does not have is found when the plan is loaded.
    fn check_static(class: &str, name: &str, expr: &Expr) -> Result<(), Error> {
        let Some(full) = class.strip_prefix("$j.c[\"").and_then(|rest| rest.strip_suffix("\"]")) else {
            return Ok(());
        };
        if classes::has_static(full, name) {
            return Ok(());
        }
        let simple = full.rsplit('.').next().unwrap_or_default();
        Err(Error::unsupported(expr.at, format!("method {simple}.{name}")))
    }

    /// A call without a receiver.
    fn own_call(&mut self, expr: &'a Expr, name: &str, args: &'a [Arg]) -> Emitted {
        if let Some(local) = self.find(name).cloned() {
            return Ok(format!("$j.invoke({},{})", local.js, self.args(args)?));
        }
        if self.language.is_jexl() {
            return self.jexl_call(expr, name, args);
        }
        if self.home != Home::Class && self.methods.contains(name) {
            let args = self.args(args)?;
            return Ok(format!("m${}(...{args})", names::mangled(name)));
        }
        if let Some((class, member)) = self.static_names.get(name).cloned() {
            let class =
                classes::find(&class).ok_or_else(|| Error::unsupported(expr.at, format!("class {class}")))?;
            return Ok(format!("$j.call($j.c[{}],{},{})", quoted(class), quoted(&member), self.args(args)?));
        }
        if let Some(class) = self.static_classes.iter().find(|class| classes::has_static(class, name)) {
            return Ok(format!("$j.call($j.c[{}],{},{})", quoted(class), quoted(name), self.args(args)?));
        }
        Ok(format!("$d.call({},{})", quoted(name), self.args(args)?))
    }

    fn jexl_call(&mut self, expr: &'a Expr, name: &str, args: &'a [Arg]) -> Emitted {
        let args = self.args(args)?;
        Ok(match name {
            "size" => format!("$j.x3.size(...{args})"),
            "empty" => format!("$j.x3.empty(...{args})"),
            "new" => format!("$j.x3.create(...{args})"),
            _ if self.language == Language::Jexl2 || self.language == Language::Jexl3 => {
                format!("$d.call({},{args})", quoted(name))
            }
            _ => return Err(Error::unsupported(expr.at, format!("function {name}"))),
        })
    }

    pub(super) fn creation(&mut self, ty: &Type, args: &'a [Arg], class: Option<&'a ClassDecl>) -> Emitted {
        let created = self.class_of(ty)?;
        let args = self.args(args)?;
        let Some(class) = class else {
            return Ok(format!("$j.create({created},{args})"));
        };
        let body = self.nameless(class, &created)?;
        Ok(format!("$j.create({body},{args})"))
    }

    pub(super) fn chain(&mut self, expr: &Expr, parent: bool, args: &'a [Arg]) -> Emitted {
        if self.home != Home::Class {
            return Err(Error::syntax(expr.at, "a constructor is called outside of one"));
        }
        let name = if parent { "superInit" } else { "selfInit" };
        Ok(format!("$j.{name}(C$self,this,{})", self.args(args)?))
    }
}
